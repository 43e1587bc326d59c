"""Normalisation of each example by itself."""

from math import prod
from operator import index
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, as_real, composed
from ._normalize import epsilon, normalized, parameter, scaled

__all__ = ["group_norm", "layer_norm"]


@composed
@known_as("mygrad.nnet.layer_norm")
def _layer_norm(x: Any, gamma: Any, beta: Any, axes: tuple[int, ...], eps: float) -> Any:
    kept = [n if i in axes else 1 for i, n in enumerate(x.shape)]
    gamma, beta = [None if p is None else np.reshape(p, kept) for p in (gamma, beta)]
    return scaled(normalized(x, axes, eps), gamma, beta)


def layer_norm(
    x: Any,
    *,
    gamma: Any = None,
    beta: Any = None,
    axis: Any = -1,
    eps: Any = 1e-5,
    constant: bool | None = None,
) -> Tensor:
    """Return `x` with mean 0 and variance 1 along its last axis, times `gamma`, plus `beta` [1]_.

    Parameters
    ----------
    x
        A tensor or array-like.
    gamma, beta
        A scale and a shift for each element along the normalised axes, of that shape.
    axis
        The axis or axes that are normalised together.
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
    .. [1] Ba et al., Layer Normalization, 2016.

    Examples
    --------
    >>> x = mg.tensor([[1.0, 3.0], [10.0, 30.0]])
    >>> mg.nnet.layer_norm(x, beta=[0.0, 1.0], eps=0)
    Tensor([[-1.,  2.],
            [-1.,  2.]])
    """
    x = as_real(x, "layer_norm: x")
    axes = tuple(sorted(normalize_axis_tuple(axis, x.ndim)))
    shape = tuple([x.shape[i] for i in axes])
    gamma = parameter(gamma, shape, "layer_norm: gamma")
    beta = parameter(beta, shape, "layer_norm: beta")
    return applied(_layer_norm, (x, gamma, beta, axes, epsilon(eps, "layer_norm")), constant)


@composed
@known_as("mygrad.nnet.group_norm")
def _group_norm(x: Any, groups: int, gamma: Any, beta: Any, eps: float) -> Any:
    y = normalized(np.reshape(x, (x.shape[0], groups, prod(x.shape[1:]) // groups)), (2,), eps)
    channels = (-1,) + (1,) * (x.ndim - 2)
    gamma, beta = [None if p is None else np.reshape(p, channels) for p in (gamma, beta)]
    return scaled(np.reshape(y, x.shape), gamma, beta)


def group_norm(
    x: Any,
    groups: int,
    *,
    gamma: Any = None,
    beta: Any = None,
    eps: Any = 1e-5,
    constant: bool | None = None,
) -> Tensor:
    """Return `x` with mean 0 and variance 1 in groups of channels, times `gamma`, plus `beta` [1]_.

    Each example is normalised by itself.

    Parameters
    ----------
    x
        A batch of N examples with C channels, of shape (N, C, ...).
    groups
        The number of groups; it must divide C.
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
        If a shape is wrong, `groups` does not divide C, or `eps` is negative.
    TypeError
        If an operand is not of real numbers, `groups` is no integer, or `eps` a tensor that carries
        a gradient.

    References
    ----------
    .. [1] Wu & He, Group Normalization, 2018.

    Examples
    --------
    >>> x = mg.tensor([[1.0, 3.0, 10.0, 30.0]])
    >>> mg.nnet.group_norm(x, 2, eps=0)
    Tensor([[-1.,  1., -1.,  1.]])
    """
    x, groups = as_real(x, "group_norm: x"), index(groups)
    if x.ndim < 2:
        raise ValueError(f"group_norm: x must have the shape (N, C, ...); got {x.shape}")
    if groups < 1 or x.shape[1] % groups:
        raise ValueError(
            f"group_norm: {x.shape[1]} channels cannot be divided into {groups} groups of one size"
        )
    gamma = parameter(gamma, x.shape[1:2], "group_norm: gamma")
    beta = parameter(beta, x.shape[1:2], "group_norm: beta")
    return applied(_group_norm, (x, groups, gamma, beta, epsilon(eps, "group_norm")), constant)
