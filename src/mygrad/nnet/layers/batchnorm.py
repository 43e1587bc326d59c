"""Normalisation over a batch."""

from typing import Any

import numpy as np

from ..._record import record
from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, as_real, composed
from ._normalize import epsilon, parameter

__all__ = ["batchnorm"]


@known_as("mygrad.nnet.batchnorm")
def _normalized(operands: Any, axes: tuple[int, ...], eps: float) -> Any:
    """The result, and the mean and one over the deviation that it was computed with."""
    x, gamma, beta = operands
    mean = np.mean(x, axes, keepdims=True)
    y = np.subtract(x, mean, dtype=np.result_type(*operands))
    inverse = 1 / np.sqrt(np.mean(np.square(y), axes, keepdims=True) + eps)
    y *= inverse * gamma
    y += beta
    return y, mean, inverse


@pullback(_normalized, several=True)
def _(g: Any, ans: Any, operands: Any, axes: tuple[int, ...], eps: float) -> Any:
    x, gamma, _ = operands
    _, mean, inverse = ans
    g, g_mean, g_inverse = g
    n = x.size // max(mean.size, 1)
    normal = (x - mean) * inverse
    of_gamma = np.sum(g * normal, axes, keepdims=True)
    of_beta = np.sum(g, axes, keepdims=True)
    scale = inverse * gamma

    def cotangent(i: int) -> Any:
        if i:
            return of_gamma if i == 1 else of_beta
        along = (scale * of_gamma + inverse * inverse * g_inverse) / n
        return scale * g - normal * along - (scale * of_beta - g_mean) / n

    return cotangent


@composed
@known_as("mygrad.nnet.batchnorm")
def _batchnorm(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    channels = (1, -1) + (1,) * (x.ndim - 2)
    gamma = np.ones((), x.dtype) if gamma is None else np.reshape(gamma, channels)
    beta = np.zeros((), x.dtype) if beta is None else np.reshape(beta, channels)
    if not x.size:
        return x * gamma + beta
    operands, axes = [x, gamma, beta], (0, *range(2, x.ndim))
    if x.dtype != np.float16:
        return record(_normalized, (operands, axes, eps), {})[0]
    # The square of 256 overflows there.
    dtype = np.result_type(*[operand.dtype for operand in operands])
    operands[0] = x.astype(np.float32)
    return record(_normalized, (operands, axes, eps), {})[0].astype(dtype)


def batchnorm(
    x: Any, *, gamma: Any = None, beta: Any = None, eps: Any, constant: bool | None = None
) -> Tensor:
    """Return `x` with mean 0 and variance 1 in each channel, times `gamma`, plus `beta` [1]_.

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

    Returns
    -------
    Tensor
        Of the shape of `x`. Half precision is computed in single precision.

    Raises
    ------
    ValueError
        If a shape is wrong, or `eps` is negative.
    TypeError
        If an operand is not of real numbers, or `eps` is a tensor that carries a gradient.

    References
    ----------
    .. [1] Ioffe & Szegedy, Batch Normalization, 2015.

    Examples
    --------
    >>> x = mg.tensor([[1.0, 10.0], [3.0, 30.0]])
    >>> y = mg.nnet.batchnorm(x, gamma=[1.0, 2.0], eps=0)
    >>> y
    Tensor([[-1., -2.],
            [ 1.,  2.]])
    """
    x = as_real(x, "batchnorm: x")
    if x.ndim < 2:
        raise ValueError(f"batchnorm: x must have the shape (N, C, ...); got {x.shape}")
    gamma = parameter(gamma, x.shape[1:2], "batchnorm: gamma")
    beta = parameter(beta, x.shape[1:2], "batchnorm: beta")
    return applied(_batchnorm, (x, gamma, beta, epsilon(eps, "batchnorm")), constant)
