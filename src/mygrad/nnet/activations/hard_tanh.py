"""Clipping as an activation."""

from typing import Any

import numpy as np

from ..._operands import unwrap
from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, composed, real_numbers, real_scalar

__all__ = ["hard_tanh"]


@composed
@known_as("mygrad.nnet.hard_tanh")
def _clipped(x: Any, lower_bound: Any, upper_bound: Any) -> Any:
    return np.clip(real_numbers(x, "hard_tanh: x"), lower_bound, upper_bound)


def hard_tanh(
    x: Any, *, lower_bound: Any = -1, upper_bound: Any = 1, constant: bool | None = None
) -> Tensor:
    """Return `x`, cut off at a lower and an upper bound. The derivative at the bounds is 0.

    Parameters
    ----------
    x
        A tensor or array-like.
    lower_bound, upper_bound
        Real numbers. Tensors of one get a gradient, too.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Raises
    ------
    TypeError
        If a bound is no real number, or `x` not of such.
    ValueError
        If the lower bound is above the upper one.

    Examples
    --------
    >>> x = mg.tensor([-2.0, 0.5, 1.0])
    >>> y = mg.nnet.hard_tanh(x)
    >>> y
    Tensor([-1. ,  0.5,  1. ])
    >>> y.backward()
    >>> x.grad
    array([0., 1., 0.])
    """
    lower = real_scalar(lower_bound, "hard_tanh: lower_bound")
    upper = real_scalar(upper_bound, "hard_tanh: upper_bound")
    if unwrap(lower) > unwrap(upper):
        raise ValueError(f"hard_tanh: lower_bound={lower} is above upper_bound={upper}")
    return applied(_clipped, (x, lower, upper), constant)
