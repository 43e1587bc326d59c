"""What `gru` and `lstm` share: arguments, dropout, and the inputs' part of all gates."""

from typing import Any

import numpy as np

from .._shared import as_real, generator
from ._shared import array_like

__all__ = [
    "all_arrays",
    "check_sequence",
    "check_shape",
    "dropout_mask",
    "initial",
    "masked",
    "of_projected",
    "project",
    "weighed_by",
]


def _real(x: Any, name: str) -> Any:
    return as_real(array_like(x, name), name)


def check_shape(x: Any, shape: tuple[int, ...], name: str) -> Any:
    """An operand of a layer as floating-point numbers.

    Raises
    ------
    ValueError
        If it has another shape.
    TypeError
        If it is no array of NumPy's, or not of real numbers.
    """
    x = _real(x, name)
    if x.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}; got {x.shape}")
    return x


def check_sequence(x: Any, u: Any, function: str, u_name: str) -> tuple[Any, Any]:
    """The inputs of shape (T, N, C), and a weight of shape (C, ...).

    Raises
    ------
    ValueError
        If they have other shapes, or there is no step.
    TypeError
        If they are no arrays of NumPy's, or not of real numbers.
    """
    x, u = _real(x, f"{function}: X"), _real(u, f"{function}: {u_name}")
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


def project(x: Any, u: Any, b: Any, mask: Any, out: Any) -> None:
    """Put ``x @ u * mask + b`` there, for all steps."""
    steps, n, c = x.shape
    p = (x.reshape(steps * n, c) @ u).reshape(out.shape)
    if mask is not None:
        p *= mask
    np.add(p, b, out=out)


def of_projected(a: Any, mask: Any) -> Any:
    """The cotangent of ``x @ u``, for all steps, from that of ``x @ u * mask``."""
    return a if mask is None else a * mask


def weighed_by(x: Any, a: Any) -> Any:
    """The cotangent of ``w``, from that of ``x @ w`` for all steps."""
    rows = x.shape[0] * x.shape[1]
    return x.reshape(rows, x.shape[2]).T @ a.reshape(rows, a.shape[2])


def masked(ws: Any, masks: Any) -> Any:
    """Weights of which some may drop out."""
    return ws if masks is None else [w * mask for w, mask in zip(ws, masks, strict=True)]


def all_arrays(*operands: Any) -> bool:
    """Are these NumPy's own arrays, and neither tensors nor batches?"""
    return all([type(x) is np.ndarray for x in operands])
