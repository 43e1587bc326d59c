"""Normalisation over a batch."""

from typing import Any

import numpy as np

from ..._functions import apply
from .._shared import as_float, composed
from ._normalize import epsilon, normalized, parameter, scaled

__all__ = ["batchnorm"]


@composed
def _batchnorm(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    axes = (0, *range(2, x.ndim))
    channels = (-1,) + (1,) * (x.ndim - 2)
    gamma, beta = [None if p is None else np.reshape(p, channels) for p in (gamma, beta)]
    return scaled(normalized(x, axes, eps), gamma, beta)


def batchnorm(
    x: Any, *, gamma: Any = None, beta: Any = None, eps: Any, constant: bool | None = None
) -> Any:
    """Return `x` with mean 0 and variance 1 in each channel, times `gamma`, plus `beta`.

    The variance is divided by the number of elements, not by one less. There are no running
    statistics: the batch's own count, always.

    Parameters
    ----------
    x
        A batch of N examples with C channels, of shape (N, C, ...).
    gamma, beta
        A scale and a shift for each channel, of shape (C,).
    eps
        What is added to the variance before the root is taken.
    constant
        True makes the result a constant; None makes it one if all operands are.

    Raises
    ------
    ValueError
        If a shape is wrong, or `eps` is negative.

    Examples
    --------
    >>> x = mg.tensor([[1.0, 10.0], [3.0, 30.0]])
    >>> y = mg.nnet.batchnorm(x, gamma=[1.0, 2.0], eps=0)
    >>> y
    Tensor([[-1., -2.],
            [ 1.,  2.]])
    """
    x = as_float(x)
    if x.ndim < 2:
        raise ValueError(f"batchnorm: x must have the shape (N, C, ...); got {x.shape}")
    gamma = parameter(gamma, x.shape[1:2], "batchnorm: gamma")
    beta = parameter(beta, x.shape[1:2], "batchnorm: beta")
    return apply(_batchnorm, (x, gamma, beta, epsilon(eps, "batchnorm")), {}, constant)
