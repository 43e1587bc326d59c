"""The hinge loss for several classes."""

from typing import Any

import numpy as np

from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, check_reduction, composed, plain_number, scores_and_labels
from ..activations.relu import relu

__all__ = ["multiclass_hinge"]


@composed
@known_as("mygrad.nnet.multiclass_hinge")
def _losses(x: Any, labels: Any, hinge: Any, reduction: str) -> Any:
    rows = np.arange(len(labels))
    margins = np.full(x.shape, hinge, x.dtype)
    # The class itself does not count: relu(0) is zero, and so is its derivative.
    margins[rows, labels] = 0
    terms = relu(x - x[rows, labels][:, None] + margins)
    if reduction == "none":
        return np.sum(terms, axis=1)
    return np.sum(terms) / (len(labels) if reduction == "mean" else 1)


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
