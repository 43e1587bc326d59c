"""What the functions of this package have in common: their arguments, and how rules call them."""

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from .._functions import apply
from .._operands import array_of
from .._record import record
from .._state import Name
from .._table import composition
from .._tensor import Tensor
from ..rules.shape import as_array

__all__ = [
    "applied",
    "as_float",
    "as_real",
    "check_fraction",
    "check_reduction",
    "composed",
    "generator",
    "plain_number",
    "prediction_and_target",
    "real_numbers",
    "real_scalar",
    "reduced",
    "run",
    "scores_and_labels",
]

Function = Callable[..., Any]


def composed(body: Function) -> Function:
    """Register a function that is written in differentiable ones."""
    composition(body)(body)
    return body


def applied(func: Function, args: tuple[Any, ...], constant: bool | None) -> Tensor:
    """What a function that has a rule, or is composed, gives for array-likes."""
    return apply(func, args, {}, constant)  # type: ignore[no-any-return]


def run(func: Function, x: Any, *args: Any) -> Any:
    """Run a function with a rule from within another rule: recorded if `x` is a tensor."""
    return record(func, (x, *args), {}) if isinstance(x, Name) else func(x, *args)


def generator(rng: Any, name: str) -> Any:
    """What draws random numbers: a generator, or NumPy's global state for None.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if rng is None:
        return np.random
    if not isinstance(rng, (np.random.Generator, np.random.RandomState)):
        raise TypeError(
            f"{name}: rng must be a generator, as numpy.random.default_rng(seed); got {rng!r}"
        )
    return rng


def _numbers(x: Any, kinds: str, name: str, what: str) -> Any:
    x = as_array(x)
    if x.dtype.kind not in kinds:
        raise TypeError(
            f"{name} must be of {what}; got an array of shape {x.shape} and dtype {x.dtype}"
        )
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array: use x.filled(...)")
    return x


def _to_float(x: Any) -> Any:
    # Integers carry no gradient, so what is made of a tensor of them is a constant, too.
    return x.astype(float, constant=True) if isinstance(x, Tensor) else x.astype(float)


def as_float(x: Any) -> Any:
    """An array-like as floating-point numbers, real or complex.

    Raises
    ------
    TypeError
        If it holds something else, or is masked.
    """
    x = _numbers(x, "fciub", "an operand", "numbers")
    return x if x.dtype.kind in "fc" else _to_float(x)


def check_reduction(reduction: Any, function: str) -> None:
    """Raise a `ValueError` if this does not say what to do with losses."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(
            f"{function}: reduction must be 'mean', 'sum' or 'none'; got {reduction!r}"
        )


def reduced(losses: Any, reduction: str) -> Any:
    """The mean or the sum of losses, or the losses themselves."""
    if reduction == "none":
        return losses
    return np.mean(losses) if reduction == "mean" else np.sum(losses)


def real_numbers(x: Any, name: str) -> Any:
    """An array-like of real numbers, integers as they are.

    Raises
    ------
    TypeError
        If it holds something else, or is masked.
    """
    return _numbers(x, "fiub", name, "real numbers")


def as_real(x: Any, name: str) -> Any:
    """An array-like as real floating-point numbers.

    Raises
    ------
    TypeError
        If it holds something else, or is masked.
    """
    x = real_numbers(x, name)
    return x if x.dtype.kind == "f" else _to_float(x)


def plain_number(x: Any, name: str) -> float:
    """A real parameter that no derivative is taken by, as a number.

    Raises
    ------
    TypeError
        If it is something else, or a tensor that carries a gradient.
    """
    number: float = float(array_of(real_scalar(x, name), name))
    return number


def real_scalar(x: Any, name: str) -> Any:
    """A parameter that must be a real number, or an array or tensor of one.

    Raises
    ------
    TypeError
        If it is something else.
    """
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        fits = type(x) is not bool and isinstance(x, Real)
    else:
        fits = dtype.kind in "fiu" and np.ndim(x) == 0
    if fits:
        return x
    what = f"an array of shape {np.shape(x)} and dtype {dtype}" if dtype else repr(x)
    raise TypeError(f"{name} must be a real number; got {what}")


def check_fraction(x: Any, name: str) -> float:
    """A probability below one, as a number.

    Raises
    ------
    ValueError
        If it is not in [0, 1).
    """
    p = plain_number(x, name)
    if not 0 <= p < 1:
        raise ValueError(f"{name} must be at least 0 and below 1; got {p}")
    return p


def prediction_and_target(x: Any, y: Any, function: str) -> tuple[Any, Any]:
    """Numbers and what they should be: as many, or one for all.

    Raises
    ------
    ValueError
        If the shapes differ.
    TypeError
        If something is not of real numbers.
    """
    x, y = as_real(x, f"{function}: the prediction"), real_numbers(y, f"{function}: the target")
    # Labels that are integers do not make the loss one of float64.
    y = y if y.dtype.kind == "f" else y.astype(x.dtype)
    if y.ndim and x.shape != y.shape:
        # Broadcasting (N,) against (N, 1) gives N * N differences, and hardly is what was meant.
        raise ValueError(
            f"{function}: the prediction of shape {x.shape} and the target of shape {y.shape} must "
            "have the same shape"
        )
    return x, y


def scores_and_labels(x: Any, labels: Any, function: str) -> tuple[Any, np.ndarray]:
    """The scores of N examples for C classes, and for each example the number of its class.

    Raises
    ------
    ValueError
        If the shapes are not (N, C) and (N,).
    TypeError
        If the labels are no integers.
    IndexError
        If a label names no class.
    """
    x = as_real(x, f"{function}: the scores")
    y = np.asarray(array_of(labels, f"the labels of {function}"))
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(
            f"{function} takes scores of shape (N, C) and labels of shape (N,); got the shapes "
            f"{x.shape} and {y.shape}"
        )
    if y.dtype.kind not in "iu" and y.size:  # NumPy makes floats of an empty list.
        raise TypeError(f"{function} takes integers as labels; got the dtype {y.dtype}")
    classes = x.shape[1]
    wrong = (y >= classes) | (y < -classes)
    if np.any(wrong):
        raise IndexError(
            f"{function}: there are {classes} classes, but the label of example "
            f"{int(np.argmax(wrong))} is {y[np.argmax(wrong)]}"
        )
    return x, y.astype(np.intp) % max(classes, 1)
