"""Losses of numbers: mean squared error, and Huber's."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import (
    applied,
    check_reduction,
    composed,
    plain_number,
    prediction_and_target,
    reduced,
    run,
)

__all__ = ["huber", "mse"]


@composed
@known_as("mygrad.nnet.mse")
def _squares(x: Any, y: Any, reduction: str) -> Any:
    return reduced(np.square(x - y), reduction)


@known_as("mygrad.nnet.huber")
def _huber(d: Any, delta: float) -> Any:
    size = np.abs(d)
    # Half the square of this, and then linear: the square of a large error would overflow.
    near = np.minimum(size, delta)
    return near * (size - 0.5 * near)


@pullback(_huber)
def _huber_vjp(g: Any, _: Any, d: Any, delta: float) -> Any:
    return g * np.clip(d, -delta, delta)


@composed
@known_as("mygrad.nnet.huber")
def _hubers(x: Any, y: Any, delta: float, reduction: str) -> Any:
    return reduced(run(_huber, x - y, delta), reduction)


def mse(x: Any, y_true: Any, *, reduction: str = "mean", constant: bool | None = None) -> Tensor:
    """Return the mean squared error ``mean((x - y_true)**2)``.

    Parameters
    ----------
    x
        The prediction.
    y_true
        The target: a number, or of the prediction's shape.
    reduction
        "mean" or "sum" of the losses, or "none": then those of all elements are returned.
    constant
        True makes the result a constant; None makes it one if `x` and `y_true` are.

    Returns
    -------
    Tensor
        A number, or losses of the shape of `x` if they are not reduced.

    Raises
    ------
    ValueError
        If the shapes differ, or `reduction` is something else.
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
    check_reduction(reduction, "mse")
    return applied(_squares, (*prediction_and_target(x, y_true, "mse"), reduction), constant)


def huber(
    x: Any,
    y_true: Any,
    delta: Any = 1.0,
    *,
    reduction: str = "mean",
    constant: bool | None = None,
) -> Tensor:
    """Return the mean of half the squared errors, which far out grows linearly only [1]_.

    An error d counts ``d**2 / 2`` up to `delta`, and ``delta * (|d| - delta / 2)`` beyond.

    Parameters
    ----------
    x
        The prediction.
    y_true
        The target: a number, or of the prediction's shape.
    delta
        Where the loss becomes linear; positive.
    reduction
        "mean" or "sum" of the losses, or "none": then those of all elements are returned.
    constant
        True makes the result a constant; None makes it one if `x` and `y_true` are.

    Returns
    -------
    Tensor
        A number, or losses of the shape of `x` if they are not reduced.

    Raises
    ------
    ValueError
        If the shapes differ, `delta` is not positive, or `reduction` is something else.
    TypeError
        If something is not of real numbers, or `delta` is a tensor that carries a gradient.

    References
    ----------
    .. [1] Huber, Robust Estimation of a Location Parameter, 1964.

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
    check_reduction(reduction, "huber")
    x, y = prediction_and_target(x, y_true, "huber")
    return applied(_hubers, (x, y, delta, reduction), constant)
