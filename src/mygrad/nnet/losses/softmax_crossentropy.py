"""Softmax and cross-entropy in one."""

from typing import Any

import numpy as np

from ..._functions import apply
from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import check_fraction, check_reduction, reduced, scores_and_labels

__all__ = ["softmax_crossentropy"]


@known_as("mygrad.nnet.softmax_crossentropy")
def _losses(x: Any, labels: Any, smoothing: float, reduction: str) -> Any:
    """The losses, reduced, and softmax."""
    moved = x - np.max(x, 1, keepdims=True)
    p = np.exp(moved)
    sums = np.sum(p, 1, keepdims=True)
    p /= sums
    wanted = moved[np.arange(len(labels)), labels]
    if smoothing:
        wanted = (1 - smoothing) * wanted + smoothing * np.mean(moved, 1)
    return reduced(np.log(sums[:, 0]) - wanted, reduction), p


@pullback(_losses, sparse=True)
def _(g: Any, ans: Any, _x: Any, labels: Any, smoothing: float, reduction: str) -> Any:
    p = ans[1]
    # Only higher derivatives have a cotangent for softmax, and maybe none for the losses.
    softmax = None if g[1] is None else p * (g[1] - np.sum(g[1] * p, 1, keepdims=True))
    if g[0] is None:
        return softmax
    n, classes = p.shape
    each = g[0] / n if reduction == "mean" else g[0]
    column = each[:, None] if reduction == "none" else each
    c = column * p
    if smoothing:
        c = c - column * (smoothing / classes)
    if isinstance(c, np.ndarray):
        c[np.arange(n), labels] -= (1 - smoothing) * each
    else:
        c = c - column * ((1 - smoothing) * (labels[:, None] == np.arange(classes)))
    return c if softmax is None else c + softmax


def softmax_crossentropy(
    x: Any,
    y_true: Any,
    *,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    constant: bool | None = None,
) -> Tensor:
    """Return the mean of ``-log(softmax(x)[label])``.

    Parameters
    ----------
    x
        The scores of N examples for C classes, of shape (N, C).
    y_true
        The classes of the examples: N integers.
    label_smoothing
        The part of each example's weight that is given to all classes alike, in [0, 1) [1]_.
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
        If a shape is wrong, `label_smoothing` is not in [0, 1), or `reduction` is something else.
    TypeError
        If the labels are no integers, or the scores no real numbers.
    IndexError
        If a label names no class.

    References
    ----------
    .. [1] Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015.

    Examples
    --------
    >>> x = mg.tensor([[0.0, 0.0], [0.0, np.log(3.0)]])
    >>> loss = mg.nnet.softmax_crossentropy(x, [0, 1])
    >>> loss
    Tensor(0.49041463)
    >>> loss.backward()
    >>> x.grad
    array([[-0.25 ,  0.25 ],
           [ 0.125, -0.125]])
    """
    check_reduction(reduction, "softmax_crossentropy")
    x, labels = scores_and_labels(x, y_true, "softmax_crossentropy")
    smoothing = check_fraction(label_smoothing, "softmax_crossentropy: label_smoothing")
    result: Tensor = apply(_losses, (x, labels, smoothing, reduction), {}, constant)[0]
    return result
