"""Attention."""

import math
from typing import Any

import numpy as np

from ..._operands import array_of
from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, as_float, check_fraction, composed, plain_number
from ..activations.softmax import softmax
from ._recurrent import dropout_mask

__all__ = ["scaled_dot_product_attention"]


@composed
@known_as("mygrad.nnet.scaled_dot_product_attention")
def _attention(q: Any, k: Any, v: Any, mask: Any, scale: float, rate: float, rng: Any) -> Any:
    scores = (q * scale) @ np.swapaxes(k, -1, -2)
    some: Any = None
    if mask is not None and mask.dtype.kind == "b":
        some = np.any(mask, -1, keepdims=True)
        # Where nothing may be seen, everything is, and counts as zero.
        scores = np.where(mask | ~some, scores, -np.inf)
    elif mask is not None:
        scores = scores + mask
    weights: Any = softmax(scores)
    if some is not None and not some.all():
        weights = np.where(some, weights, 0)
    if rate:
        name = "scaled_dot_product_attention"
        weights = weights * dropout_mask(rate, weights.shape, weights.dtype, rng, name)
    return weights @ v


def scaled_dot_product_attention(
    q: Any,
    k: Any,
    v: Any,
    *,
    mask: Any = None,
    causal: bool = False,
    scale: Any = None,
    dropout: float = 0.0,
    rng: Any = None,
    constant: bool | None = None,
) -> Tensor:
    """Return ``softmax(q @ k.T / sqrt(E)) @ v``: for each query a mean of values [1]_.

    Parameters
    ----------
    q
        L queries, of shape (..., L, E).
    k, v
        S keys and values, of shape (..., S, E) and (..., S, V).
    mask
        What is broadcast to (..., L, S): bools that say which values a query may see, or numbers
        that are added to the scores (a tensor gets a gradient, too). A query that bools let see
        nothing gets zeros.
    causal
        May query number i see the values up to number i only?
    scale
        The factor of the scores, in place of ``1 / sqrt(E)``.
    dropout
        The probability that a value drops out of a mean, in [0, 1).
    rng
        The generator that draws what drops out; NumPy's global state, if not given.
    constant
        True makes the result a constant; None makes it one if all operands are.

    Returns
    -------
    Tensor
        Of shape (..., L, V).

    Raises
    ------
    ValueError
        If the shapes do not go together, or there are both a mask and `causal`.
    TypeError
        If the mask is of integers, or `scale` a tensor that carries a gradient.

    References
    ----------
    .. [1] Vaswani et al., Attention Is All You Need, 2017.

    Examples
    --------
    >>> q = k = v = mg.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> mg.nnet.scaled_dot_product_attention(q, k, v, causal=True)
    Tensor([[1.        , 0.        ],
            [0.33023845, 0.66976155]])
    """
    q, k, v = as_float(q), as_float(k), as_float(v)
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            "scaled_dot_product_attention takes q of shape (..., L, E), k (..., S, E) and v "
            f"(..., S, V); got {q.shape}, {k.shape} and {v.shape}"
        )
    length, size = q.shape[-2], k.shape[-2]
    if causal:
        if mask is not None:
            raise ValueError("scaled_dot_product_attention: give a mask or causal=True, not both")
        mask = np.tri(length, size, dtype=bool)
    if mask is not None:
        mask = mask if hasattr(mask, "dtype") else np.asarray(mask)
        if mask.dtype.kind not in "bf":
            raise TypeError(
                "scaled_dot_product_attention: mask must be of bools (may be seen) or floating-"
                f"point numbers (added to the scores); got the dtype {mask.dtype}"
            )
        if any(
            [n not in (1, m) for n, m in zip(mask.shape[::-1], (size, length), strict=False)],
        ):
            raise ValueError(
                "scaled_dot_product_attention: mask must have a shape that is broadcast to (..., "
                f"L, S), here {(length, size)} at the end; got {mask.shape}"
            )
        if mask.dtype.kind == "b":
            mask = array_of(mask, "scaled_dot_product_attention: mask")
    if scale is None:
        scale = 1 / math.sqrt(max(q.shape[-1], 1))
    scale = plain_number(scale, "scaled_dot_product_attention: scale")
    rate = check_fraction(dropout, "scaled_dot_product_attention: dropout")
    return applied(_attention, (q, k, v, mask, scale, rate, rng), constant)
