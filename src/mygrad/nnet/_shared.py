"""What the functions of this package have in common: their arguments, and how rules call them."""

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from .._operands import array_of
from .._record import record
from .._state import Name
from .._table import composition
from ..rules.shape import as_array

__all__ = [
    "as_float",
    "check_fraction",
    "composed",
    "generator",
    "is_zero",
    "plain_number",
    "real_scalar",
    "run",
    "scores_and_labels",
]

Function = Callable[..., Any]


def composed(body: Function) -> Function:
    """Register a function that is written in differentiable ones."""
    composition(body)(body)
    return body


def run(func: Function, x: Any, *args: Any) -> Any:
    """Run a function with a rule from within another rule: recorded if `x` is a tensor."""
    return record(func, (x, *args), {}) if isinstance(x, Name) else func(x, *args)


def is_zero(g: Any) -> bool:
    """Is this the cotangent of something that nothing depends on?"""
    return isinstance(g, np.ndarray) and not g.any()


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


def as_float(x: Any) -> Any:
    """An array-like as floating-point numbers."""
    x = as_array(x)
    return x if x.dtype.kind in "fc" else x.astype(float)


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
    x = as_float(x)
    y = np.asarray(array_of(labels, f"the labels of {function}"))
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(
            f"{function} takes scores of shape (N, C) and labels of shape (N,); got the shapes "
            f"{x.shape} and {y.shape}"
        )
    if y.dtype.kind not in "iu":
        raise TypeError(f"{function} takes integers as labels; got the dtype {y.dtype}")
    classes = x.shape[1]
    wrong = (y >= classes) | (y < -classes)
    if np.any(wrong):
        raise IndexError(
            f"{function}: there are {classes} classes, but the label of example "
            f"{int(np.argmax(wrong))} is {y[np.argmax(wrong)]}"
        )
    return x, y.astype(np.intp) % max(classes, 1)
