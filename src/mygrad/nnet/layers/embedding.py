"""Embeddings."""

from typing import Any

import numpy as np

from ..._operands import array_of
from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, as_float, composed

__all__ = ["embedding"]


@composed
@known_as("mygrad.nnet.embedding")
def _rows(weight: Any, indices: Any) -> Any:
    return weight[indices]


def embedding(indices: Any, weight: Any, *, constant: bool | None = None) -> Tensor:
    """Return the row of `weight` for each index.

    Parameters
    ----------
    indices
        Integers in [0, K), of any shape.
    weight
        The rows, of shape (K, D).
    constant
        True makes the result a constant; None makes it one if `weight` is.

    Returns
    -------
    Tensor
        The rows, of shape (\\*indices.shape, D).

    Raises
    ------
    TypeError
        If the indices are no integers.
    IndexError
        If an index names no row. Negative ones do not.
    ValueError
        If `weight` is no matrix.

    Examples
    --------
    >>> weight = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> rows = mg.nnet.embedding([1, 0, 1], weight)
    >>> rows
    Tensor([[3., 4.],
            [1., 2.],
            [3., 4.]])
    >>> rows.backward()
    >>> weight.grad
    array([[1., 1.],
           [2., 2.]])
    """
    weight = as_float(weight)
    rows = np.asarray(array_of(indices, "embedding: indices"))
    if weight.ndim != 2:
        raise ValueError(f"embedding: weight must have the shape (K, D); got {weight.shape}")
    if rows.dtype.kind not in "iu" and rows.size:  # NumPy makes floats of an empty list.
        raise TypeError(f"embedding: indices must be integers; got the dtype {rows.dtype}")
    if rows.size and (rows.min() < 0 or rows.max() >= len(weight)):
        raise IndexError(
            f"embedding: indices must be in [0, {len(weight)}), the rows of weight; they range "
            f"from {rows.min()} to {rows.max()}"
        )
    return applied(_rows, (weight, rows.astype(np.intp)), constant)
