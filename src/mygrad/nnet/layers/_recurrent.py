"""What `gru` and `lstm` share: arguments, dropout, and the inputs' part of all gates."""

from typing import Any

import numpy as np

from .._shared import as_float, generator

__all__ = [
    "check_sequence",
    "check_shape",
    "dropout_mask",
    "initial",
    "logistic_of",
    "projected",
]


def check_shape(x: Any, shape: tuple[int, ...], name: str) -> Any:
    """An operand of a layer as floating-point numbers.

    Raises
    ------
    ValueError
        If it has another shape.
    """
    x = as_float(x)
    if x.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}; got {x.shape}")
    return x


def check_sequence(x: Any, u: Any, function: str, u_name: str) -> tuple[Any, Any]:
    """The inputs of shape (T, N, C), and a weight of shape (C, ...).

    Raises
    ------
    ValueError
        If they have other shapes, or there is no step.
    """
    x, u = as_float(x), as_float(u)
    if x.ndim != 3 or not x.shape[0] or u.ndim != 2 or u.shape[0] != x.shape[2]:
        raise ValueError(
            f"{function} takes X of shape (T, N, C), with T at least 1, and {u_name} of shape "
            f"(C, D); got the shapes {x.shape} and {u.shape}"
        )
    return x, u


def initial(s0: Any, n: int, d: int, dtype: Any, name: str) -> Any:
    """The first state: zeros, if it was not given."""
    return np.zeros((n, d), dtype) if s0 is None else check_shape(s0, (n, d), name)


def dropout_mask(p: float, shape: tuple[int, ...], dtype: Any, rng: Any, name: str) -> Any:
    """Zeros with probability `p`, and ``1 / (1 - p)`` elsewhere."""
    draw = generator(rng, name).random(shape)
    return (draw >= p).astype(dtype) / np.asarray(1 - p, dtype)


def projected(x: Any, u: Any, b: Any, mask: Any) -> Any:
    """``x @ u * mask + b`` for all steps at once, in one product of matrices."""
    steps, n, c = x.shape
    p = np.reshape(np.reshape(x, (steps * n, c)) @ u, (steps, n, -1))
    return (p if mask is None else p * mask) + b


def logistic_of(x: np.ndarray) -> None:
    """Replace numbers by their `sigmoid`."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    np.reciprocal(x, out=x)
