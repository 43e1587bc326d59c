"""Normal numbers."""

from typing import Any

import numpy as np

from ..._tensor import Tensor
from .._shared import plain_number
from ._random import draw_normal, shape_of

__all__ = ["normal"]


def normal(
    *shape: Any,
    mean: Any = 0,
    std: Any = 1,
    dtype: Any = np.float32,
    constant: bool | None = None,
    rng: np.random.Generator | None = None,
) -> Tensor:
    """Return a tensor of normal random numbers.

    Parameters
    ----------
    *shape
        The shape, as integers or as one tuple.
    mean, std
        Their mean and standard deviation.
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
        If `std` is negative, or the dtype is no floating-point one.
    TypeError
        If the shape is not of integers, a parameter no real number, or `rng` no generator.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> mg.nnet.initializers.normal(1, 2, std=0.1, rng=rng)
    Tensor([[ 0.01257302, -0.01321049]], dtype=float32)
    """
    deviation = plain_number(std, "normal: std")
    if not deviation >= 0:
        raise ValueError(f"normal: std must not be negative; got {deviation}")
    center = plain_number(mean, "normal: mean")
    return draw_normal(shape_of(shape), center, deviation, dtype, constant, rng, "normal")
