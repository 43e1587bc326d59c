"""Losses of numbers: mean squared error, and Huber's."""

from typing import Any

import numpy as np

from ..._functions import apply
from ..._table import pullback
from .._shared import composed, plain_number, prediction_and_target, run

__all__ = ["huber", "mse"]


@composed
def _mean_square(x: Any, y: Any) -> Any:
    return np.mean(np.square(x - y))


def _huber(d: Any, delta: float) -> Any:
    size = np.abs(d)
    # Half the square of this, and then linear: the square of a large error would overflow.
    near = np.minimum(size, delta)
    return near * (size - 0.5 * near)


@pullback(_huber)
def _huber_vjp(g: Any, _: Any, d: Any, delta: float) -> Any:
    return g * np.clip(d, -delta, delta)


@composed
def _mean_huber(x: Any, y: Any, delta: float) -> Any:
    return np.mean(run(_huber, x - y, delta))


def mse(x: Any, y_true: Any, *, constant: bool | None = None) -> Any:
    """Return the mean squared error ``mean((x - y_true)**2)``.

    Parameters
    ----------
    x
        The prediction.
    y_true
        The target: a number, or of the prediction's shape.
    constant
        True makes the result a constant; None makes it one if `x` and `y_true` are.

    Raises
    ------
    ValueError
        If the shapes differ.
    TypeError
        If something is not of real numbers.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> loss = mg.nnet.mse(x, [1.0, 4.0])
    >>> loss
    Tensor(2.)
    >>> loss.backward()
    >>> x.grad
    array([ 0., -2.])
    """
    return apply(_mean_square, prediction_and_target(x, y_true, "mse"), {}, constant)


def huber(x: Any, y_true: Any, delta: Any = 1.0, *, constant: bool | None = None) -> Any:
    """Return the mean of half the squared errors, which far out grows linearly only.

    An error d counts ``d**2 / 2`` up to `delta`, and ``delta * (|d| - delta / 2)`` beyond.

    Parameters
    ----------
    x
        The prediction.
    y_true
        The target: a number, or of the prediction's shape.
    delta
        Where the loss becomes linear; positive.
    constant
        True makes the result a constant; None makes it one if `x` and `y_true` are.

    Raises
    ------
    ValueError
        If the shapes differ, or `delta` is not positive.
    TypeError
        If something is not of real numbers, or `delta` is a tensor that carries a gradient.

    Examples
    --------
    >>> x = mg.tensor([0.5, 4.0])
    >>> loss = mg.nnet.huber(x, [0.0, 0.0])
    >>> loss
    Tensor(1.8125)
    >>> loss.backward()
    >>> x.grad
    array([0.25, 0.5 ])
    """
    delta = plain_number(delta, "huber: delta")
    if not delta > 0:
        raise ValueError(f"huber: delta must be positive; got {delta}")
    return apply(_mean_huber, (*prediction_and_target(x, y_true, "huber"), delta), {}, constant)
