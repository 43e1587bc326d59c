"""The gated linear unit."""

from operator import index
from typing import Any

import numpy as np

from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, as_float, composed
from .sigmoid import sigmoid

__all__ = ["glu"]


@composed
@known_as("mygrad.nnet.glu")
def _gated(x: Any, axis: int) -> Any:
    x = as_float(x)
    if not -x.ndim <= axis < x.ndim or x.shape[axis] % 2:
        raise ValueError(
            f"glu splits axis {axis} in halves, so its length must be even; the shape is {x.shape}"
        )
    first, second = np.split(x, 2, axis)
    return first * sigmoid(second)


def glu(x: Any, axis: int = -1, *, constant: bool | None = None) -> Tensor:
    """Return the first half of `x` along an axis, times the sigmoid of the second half [1]_.

    Parameters
    ----------
    x
        A tensor or array-like.
    axis
        The axis that is halved.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`, with half its length along the axis.

    Raises
    ------
    ValueError
        If there is no such axis, or its length is odd.
    TypeError
        If `axis` is no integer.

    References
    ----------
    .. [1] Dauphin et al., Language Modeling with Gated Convolutional Networks, 2016.

    Examples
    --------
    >>> x = mg.tensor([2.0, 4.0, 0.0, 0.0])
    >>> y = mg.nnet.glu(x)
    >>> y
    Tensor([1., 2.])
    >>> y.backward()
    >>> x.grad
    array([0.5, 0.5, 0.5, 1. ])
    """
    return applied(_gated, (x, index(axis)), constant)
