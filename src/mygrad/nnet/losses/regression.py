"""Losses of numbers: mean squared error, and Huber's."""

from typing import Any

import numpy as np

from ..._functions import apply
from ..._table import pullback
from .._shared import as_float, composed, plain_number, run

__all__ = ["huber", "mse"]


def _same_shape(x: Any, y: Any, function: str) -> tuple[Any, Any]:
    x, y = as_float(x), as_float(y)
    if x.shape != y.shape and x.ndim and y.ndim:
        # Broadcasting (N,) against (N, 1) gives N * N differences, and hardly is what was meant.
        raise ValueError(
            f"{function}: the prediction of shape {x.shape} and the target of shape {y.shape} must "
            "have the same shape"
        )
    return x, y


@composed
def _mean_square(x: Any, y: Any) -> Any:
    return np.mean(np.square(x - y))


def _huber(d: Any, delta: float) -> Any:
    size = np.abs(d)
    return np.where(size <= delta, 0.5 * d * d, delta * (size - 0.5 * delta))


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
    return apply(_mean_square, _same_shape(x, y_true, "mse"), {}, constant)


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
    return apply(_mean_huber, (*_same_shape(x, y_true, "huber"), delta), {}, constant)
