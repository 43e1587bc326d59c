"""Uniform numbers for a weight, after Glorot."""

import math
from typing import Any

import numpy as np

from ..._tensor import Tensor
from ._random import draw_uniform, factor, fans, shape_of

__all__ = ["glorot_uniform"]


def glorot_uniform(
    *shape: Any,
    gain: Any = 1,
    dtype: Any = np.float32,
    constant: bool | None = None,
    rng: np.random.Generator | None = None,
) -> Tensor:
    """Return uniform numbers in ±gain * sqrt(6 / (inputs + outputs)) [1]_.

    Parameters
    ----------
    *shape
        The shape of a weight, ``(outputs, inputs, *kernel)``, as integers or as one tuple.
    gain
        A factor of the numbers, not negative.
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
        If the shape has less than two dimensions or no elements, the dtype is no floating-point
        one, or `gain` is negative.
    TypeError
        If the shape is not of integers, `gain` no real number, or `rng` no generator.

    References
    ----------
    .. [1] Glorot & Bengio, Understanding the difficulty of training deep feedforward neural
       networks, 2010.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> w = mg.nnet.initializers.glorot_uniform(300, 200, rng=rng)
    >>> w.shape, bool(abs(np.std(w) - np.sqrt(2 / 500)) < 0.001)
    ((300, 200), True)
    """
    shape = shape_of(shape)
    fan_in, fan_out = fans(shape, "glorot_uniform")
    bound = factor(gain, "glorot_uniform") * math.sqrt(6 / (fan_in + fan_out))
    return draw_uniform(shape, -bound, bound, dtype, constant, rng, "glorot_uniform")
