"""Arrays with mean 0 and variance 1: what `layer_norm` and `group_norm` share."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from .._shared import as_real, plain_number, run

__all__ = ["epsilon", "normalized", "parameter", "scaled"]


@known_as("mygrad.nnet.normalize")
def _normalize(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    """`x` less its mean, divided by ``sqrt(variance + eps)``; and one over that."""
    moved = x - np.mean(x, axes, keepdims=True)
    inverse = 1 / np.sqrt(np.mean(np.square(moved), axes, keepdims=True) + eps)
    moved *= inverse
    return moved, inverse


@pullback(_normalize)
def _(g: Any, ans: Any, _x: Any, axes: tuple[int, ...], eps: float) -> Any:
    normal, inverse = ans
    n = normal.size // max(inverse.size, 1)
    along = np.mean(g[0] * normal, axes, keepdims=True) + inverse * g[1] / n
    return inverse * (g[0] - np.mean(g[0], axes, keepdims=True) - normal * along)


def normalized(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    """`x` with mean 0 and variance 1 along axes."""
    if not x.size:
        return np.positive(x)
    if x.dtype == np.float16:
        # The square of 256 overflows there.
        return normalized(x.astype(np.float32), axes, eps).astype(x.dtype)
    return run(_normalize, x, axes, eps)[0]


def scaled(x: Any, gamma: Any, beta: Any) -> Any:
    """``gamma * x + beta``, as far as they are given."""
    x = x if gamma is None else x * gamma
    return x if beta is None else x + beta


def epsilon(eps: Any, function: str) -> float:
    """What is added to the variance.

    Raises
    ------
    ValueError
        If it is negative.
    """
    number = plain_number(eps, f"{function}: eps")
    if not number >= 0:
        raise ValueError(f"{function}: eps must not be negative; got {number}")
    return number


def parameter(x: Any, shape: tuple[int, ...], name: str) -> Any:
    """A scale or shift, or None.

    Raises
    ------
    ValueError
        If it has another shape.
    TypeError
        If it is not of real numbers.
    """
    if x is None:
        return None
    x = as_real(x, name)
    if x.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}; got {x.shape}")
    return x
