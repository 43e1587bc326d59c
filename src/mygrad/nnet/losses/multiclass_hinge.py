"""The hinge loss for several classes."""

from typing import Any

import numpy as np

from ..._operands import unwrap
from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, check_reduction, plain_number, scores_and_labels

__all__ = ["multiclass_hinge"]


def _excess(x: Any, labels: Any, hinge: Any) -> Any:
    """By how much the scores of other classes are too high, and where the class itself is."""
    own = labels[:, None] == np.arange(x.shape[1])
    return np.where(own, 0, x - x[np.arange(len(labels)), labels][:, None] + hinge), own


@known_as("mygrad.nnet.multiclass_hinge")
def _losses(x: Any, labels: Any, hinge: Any, reduction: str) -> Any:
    excess, _ = _excess(x, labels, hinge)
    losses = np.sum(np.maximum(excess, 0), axis=1)
    if reduction == "none":
        return losses
    return np.sum(losses) / (len(labels) if reduction == "mean" else 1)


@pullback(_losses)
def _(g: Any, _ans: Any, x: Any, labels: Any, hinge: Any, reduction: str) -> Any:
    excess, own = _excess(unwrap(x), labels, hinge)
    counted = (excess > 0).astype(excess.dtype)
    slopes = counted - own * np.sum(counted, axis=1, keepdims=True)
    if reduction == "none":
        return g[:, None] * slopes
    return g * (slopes / len(labels) if reduction == "mean" else slopes)


def multiclass_hinge(
    x: Any,
    y_true: Any,
    hinge: Any = 1.0,
    *,
    reduction: str = "mean",
    constant: bool | None = None,
) -> Tensor:
    """Return the mean of the sums of ``max(0, x[j] - x[label] + hinge)`` over other classes j [1]_.

    Parameters
    ----------
    x
        The scores of N examples for C classes, of shape (N, C).
    y_true
        The classes of the examples: N integers.
    hinge
        By how much the score of an example's class should be above the others.
    reduction
        "mean" or "sum" of the losses, or "none": then those of the examples are returned.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        A number, or the losses of the examples, of shape (N,), if they are not reduced.

    Raises
    ------
    ValueError
        If a shape is wrong, or `reduction` is something else.
    TypeError
        If the labels are no integers, or `hinge` is no real number, or a tensor that carries a
        gradient.
    IndexError
        If a label names no class.

    References
    ----------
    .. [1] Weston & Watkins, Support Vector Machines for Multi-Class Pattern Recognition, 1999.

    Examples
    --------
    >>> x = mg.tensor([[1.0, 1.5, 3.0]])
    >>> loss = mg.nnet.multiclass_hinge(x, [1])
    >>> loss
    Tensor(3.)
    >>> loss.backward()
    >>> x.grad
    array([[ 1., -2.,  1.]])
    """
    check_reduction(reduction, "multiclass_hinge")
    x, labels = scores_and_labels(x, y_true, "multiclass_hinge")
    hinge = plain_number(hinge, "multiclass_hinge: hinge")
    return applied(_losses, (x, labels, hinge, reduction), constant)
