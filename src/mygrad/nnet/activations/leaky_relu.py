"""The rectified linear unit with a slope for negative numbers."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, as_real, real_scalar

__all__ = ["leaky_relu"]


@known_as("mygrad.nnet.leaky_relu")
def leaky(x: Any, slope: Any) -> Any:
    x = as_real(x, "leaky_relu: x")
    return np.where(x > 0, x, slope * x)


@pullback(leaky)
def _by_x(g: Any, _: Any, x: Any, slope: Any) -> Any:
    return g * np.where(x > 0, 1, slope)


@pullback(leaky, "slope")
def _by_slope(g: Any, _: Any, x: Any, _slope: Any) -> Any:
    return g * np.where(x > 0, 0, x)


def leaky_relu(x: Any, slope: Any, *, constant: bool | None = None) -> Tensor:
    """Return `x` where it is positive, and ``slope * x`` elsewhere [1]_.

    The derivative at 0 is `slope`.

    Parameters
    ----------
    x
        A tensor or array-like.
    slope
        A real number. A tensor of one gets a gradient, too.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Raises
    ------
    TypeError
        If `slope` is no real number, or `x` not of such.

    References
    ----------
    .. [1] Maas et al., Rectifier Nonlinearities Improve Neural Network Acoustic Models, 2013.

    Examples
    --------
    >>> x = mg.tensor([-2.0, 3.0])
    >>> y = mg.nnet.leaky_relu(x, 0.1)
    >>> y
    Tensor([-0.2,  3. ])
    >>> y.backward()
    >>> x.grad
    array([0.1, 1. ])
    """
    return applied(leaky, (x, real_scalar(slope, "leaky_relu: slope")), constant)
