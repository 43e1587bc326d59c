"""Normal numbers for a weight, after He."""

import math
from typing import Any

import numpy as np

from ..._tensor import Tensor
from ._random import draw_normal, factor, fans, shape_of

__all__ = ["he_normal"]


def he_normal(
    *shape: Any,
    gain: Any = 1,
    dtype: Any = np.float32,
    constant: bool | None = None,
    rng: np.random.Generator | None = None,
) -> Tensor:
    """Return normal numbers of deviation gain / sqrt(inputs) [1]_.

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
    .. [1] He et al., Delving Deep into Rectifiers, 2015. With ``gain=sqrt(2)`` it is their choice
       for `relu`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> w = mg.nnet.initializers.he_normal(300, 200, rng=rng)
    >>> w.shape, bool(abs(np.std(w) - np.sqrt(1 / 200)) < 0.001)
    ((300, 200), True)
    """
    shape = shape_of(shape)
    fan_in, _ = fans(shape, "he_normal")
    deviation = factor(gain, "he_normal") / math.sqrt(fan_in)
    return draw_normal(shape, 0, deviation, dtype, constant, rng, "he_normal")
