"""Oracles that know no derivative, and what the tests of the rules share.

Derivatives come from central differences with two steps, extrapolated [Richardson], so that
truncation is of fourth order and a step may be large enough for rounding to be small.
"""

import contextlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import mygrad as mg
from mygrad import Tensor

#: Relative to the largest derivative. The differences themselves are good to 1e-10 or so.
TOLERANCE = 1e-7
STEP = 1e-3


def parts(result: Any) -> list[Any]:
    """The outputs of a function as a list; there may be a list among them."""
    if not isinstance(result, (tuple, list)):
        return [result]
    return [x for part in result for x in parts(part)]


def differences(f: Callable[..., float], arrays: list[np.ndarray]) -> list[np.ndarray]:
    """The gradient of a scalar function by each of its arrays: by z = x + iy, d/dx + i d/dy."""
    arrays = [np.array(a, dtype=complex if a.dtype.kind == "c" else float) for a in arrays]
    gradients = []
    for a in arrays:
        gradient = np.zeros_like(a)
        for i in np.ndindex(a.shape):
            at = a[i]
            h = STEP * max(1.0, abs(at)) if np.isfinite(at) else STEP
            for unit in (1, 1j) if a.dtype.kind == "c" else (1,):
                slopes = []
                for step in (h, h / 2):
                    a[i] = at + step * unit
                    above = f(*arrays)
                    a[i] = at - step * unit
                    below = f(*arrays)
                    slopes.append((above - below) / (2 * step))
                a[i] = at
                gradient[i] += unit * (4 * slopes[1] - slopes[0]) / 3
        gradients.append(gradient)
    return gradients


def assert_close(actual: Any, expected: Any, message: str = "", tolerance: float = TOLERANCE):
    """Equal in shape, and to a tolerance relative to the largest element."""
    actual = np.asarray(actual)
    expected = np.asarray(expected)
    assert actual.shape == expected.shape, f"{message}: {actual.shape} != {expected.shape}"
    scale = max(1.0, float(np.max(np.abs(expected), initial=0, where=np.isfinite(expected))))
    np.testing.assert_allclose(
        actual, expected, rtol=tolerance, atol=tolerance * scale, err_msg=message
    )


def assert_same(actual: Any, expected: Any, message: str = "", exact: bool = True):
    """The same values, shape and dtype; not `exact`: but for rounding."""
    actual = actual.data if isinstance(actual, Tensor) else np.asarray(actual)
    expected = np.asarray(expected)
    assert actual.shape == expected.shape, f"{message}: {actual.shape} != {expected.shape}"
    assert actual.dtype == expected.dtype, f"{message}: {actual.dtype} != {expected.dtype}"
    if exact:
        np.testing.assert_array_equal(actual, expected, err_msg=message)
    else:
        eps = np.finfo(expected.dtype).eps if expected.dtype.kind in "fc" else 0
        scale = float(np.max(np.abs(expected), initial=1.0))
        np.testing.assert_allclose(
            actual, expected, rtol=64 * eps, atol=64 * eps * scale, err_msg=message
        )


def data(x: Any) -> Any:
    """A gradient, array or tensor, as an array; zeros have to be put in for None by the caller."""
    return x.data if isinstance(x, Tensor) else x


def gradient_of(t: Tensor) -> np.ndarray:
    """The gradient as an array; zeros for None."""
    return np.zeros(t.shape, t.dtype) if t.grad is None else data(t.grad)


def weights_for(outputs: list[Any], rng: np.random.Generator) -> list[np.ndarray]:
    """A random cotangent for each output, none of it small."""

    def draw(x: Any) -> np.ndarray:
        return rng.uniform(0.5, 1.5, np.shape(x)) * rng.choice([-1.0, 1.0], np.shape(x))

    return [draw(x) + 1j * draw(x) if np.iscomplexobj(x) else draw(x) for x in outputs]


def product(x: Any, w: Any) -> Any:
    """A real number: the sum of a real output times weights; complex numbers are vectors in it."""
    if x.dtype.kind != "c" and w.dtype.kind != "c":
        return np.sum(x * w)
    return np.sum(np.real(x) * np.real(w)) + np.sum(np.imag(x) * np.imag(w))


def total(outputs: list[Any], weights: list[Any]) -> Any:
    """The weighted sum of the floating-point outputs; plain arrays among them are constants."""
    terms = [product(x, w) for x, w in zip(outputs, weights, strict=True)]
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No warnings: for what NumPy warns of as well."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def outcome(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a call gives, or the exception that it raises."""
    with quiet():
        try:
            return f(*args, **kwargs)
        except Exception as error:
            return error


class Untouched:
    """Arrays that nobody may write into, and whose flags come back."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        self.arrays = arrays
        self.bytes = [a.tobytes() for a in arrays]
        self.flags = [a.flags.writeable for a in arrays]

    def check(self, message: str = "") -> None:
        assert [a.tobytes() for a in self.arrays] == self.bytes, f"{message}: an operand changed"
        flags = [a.flags.writeable for a in self.arrays]
        assert flags == self.flags, f"{message}: an operand stayed locked"


def signature_of(func: Any) -> inspect.Signature | None:
    """The signature, if NumPy tells it: older versions do not for what is written in C."""
    try:
        return inspect.signature(func)
    except ValueError:
        return None


#: What some modules are called in public.
_MODULES = {"numpy.lib.scimath": "emath", "numpy.lib._scimath_impl": "emath"}


def public(func: Any) -> Any:
    """``mg.f`` for NumPy's `func`, or None."""
    module = getattr(func, "__module__", None) or "numpy"
    name = func.__name__
    if module in ("numpy.linalg", "numpy.fft", *_MODULES):
        return getattr(getattr(mg, _MODULES.get(module, module[6:])), name, None)
    if module in ("numpy", "builtins", "mygrad"):
        return getattr(mg, name, None)
    return None
