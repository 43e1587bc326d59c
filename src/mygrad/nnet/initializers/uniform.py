"""Uniform numbers."""

import math
from typing import Any

import numpy as np

from ..._tensor import Tensor
from .._shared import plain_number
from ._random import draw_uniform, shape_of

__all__ = ["uniform"]


def uniform(
    *shape: Any,
    lower_bound: Any = 0,
    upper_bound: Any = 1,
    dtype: Any = np.float32,
    constant: bool | None = None,
    rng: np.random.Generator | None = None,
) -> Tensor:
    """Return a tensor of random numbers that are uniform between two bounds.

    Parameters
    ----------
    *shape
        The shape, as integers or as one tuple.
    lower_bound, upper_bound
        The bounds, the lower one included.
    dtype
        A floating-point dtype.
    constant
        True makes the tensor a constant.
    rng
        The generator to draw from, as `numpy.random.default_rng` makes it; NumPy's global state, as
        `numpy.random.seed` sets it, if not given.

    Returns
    -------
    Tensor
        A leaf.

    Raises
    ------
    ValueError
        If the lower bound is not below the upper one, or infinitely far from it, or the dtype is
        no floating-point one.
    TypeError
        If the shape is not of integers, a parameter no real number, or `rng` no generator.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> mg.nnet.initializers.uniform(3, lower_bound=1, upper_bound=2, rng=rng)
    Tensor([1.6369617, 1.2697867, 1.0409735], dtype=float32)
    """
    low = plain_number(lower_bound, "uniform: lower_bound")
    high = plain_number(upper_bound, "uniform: upper_bound")
    if not low < high:
        raise ValueError(f"uniform: lower_bound={low} must be below upper_bound={high}")
    if not math.isfinite(high - low):
        raise ValueError(f"uniform: lower_bound={low} and upper_bound={high} are too far apart")
    return draw_uniform(shape_of(shape), low, high, dtype, constant, rng, "uniform")
