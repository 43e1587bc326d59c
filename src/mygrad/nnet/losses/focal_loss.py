"""The focal loss."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import (
    applied,
    check_reduction,
    composed,
    plain_number,
    real_numbers,
    real_scalar,
    reduced,
    run,
    scores_and_labels,
)
from ..activations.softmax import logsoftmax

__all__ = ["focal_loss", "softmax_focal_loss"]


@known_as("mygrad.nnet.focal_loss")
def _focal(log_p: Any, gamma: float) -> Any:
    """``-(1 - p)**gamma * log(p)``, by the logarithm: 1 - p has all its digits."""
    return -((-np.expm1(log_p)) ** gamma) * log_p


@pullback(_focal)
def _(g: Any, _: Any, log_p: Any, gamma: float) -> Any:
    q = -np.expm1(log_p)
    # p * log(p) is zero where p is.
    finite = np.where(np.isinf(log_p), -1, log_p)
    # Where log(p) and q are small, higher derivatives of their ratio would cancel out: its series.
    near = finite > -0.01
    series = -1 + finite / 2 - finite**2 / 12 + finite**4 / 720
    ratio = np.where(near, series, finite / np.where(near, 1, q))
    return -g * q**gamma * (1 - gamma * np.exp(log_p) * ratio)


@composed
@known_as("mygrad.nnet.focal_loss")
def _of_probabilities(probs: Any, labels: Any, alpha: Any, gamma: float, reduction: str) -> Any:
    log_p = np.log(probs[np.arange(len(labels)), labels])
    return reduced(alpha * run(_focal, log_p, gamma), reduction)


@composed
@known_as("mygrad.nnet.softmax_focal_loss")
def _of_scores(scores: Any, labels: Any, alpha: Any, gamma: float, reduction: str) -> Any:
    log_p = logsoftmax(scores)[np.arange(len(labels)), labels]
    return reduced(alpha * run(_focal, log_p, gamma), reduction)


def _alpha(alpha: Any, labels: np.ndarray, function: str) -> Any:
    if np.ndim(alpha) == 0:
        return real_scalar(alpha, f"{function}: alpha")
    alpha = real_numbers(alpha, f"{function}: alpha")
    if alpha.shape != labels.shape:
        raise ValueError(
            f"{function}: alpha must be a number, or one for each example, of shape "
            f"{labels.shape}; got the shape {alpha.shape}"
        )
    return alpha


def _gamma(gamma: Any, function: str) -> float:
    number = plain_number(gamma, f"{function}: gamma")
    if not number >= 0:
        raise ValueError(f"{function}: gamma must not be negative; got {number}")
    return number


def focal_loss(
    class_probs: Any,
    targets: Any,
    *,
    alpha: Any = 1,
    gamma: Any = 0,
    reduction: str = "none",
    constant: bool | None = None,
) -> Tensor:
    """Return ``-alpha * (1 - p)**gamma * log(p)`` of each example, p its class's probability [1]_.

    Parameters
    ----------
    class_probs
        The probabilities of C classes for N examples, of shape (N, C).
    targets
        The classes of the examples: N integers.
    alpha
        A factor of the loss: a number, or one for each example, of shape (N,). Tensors get a
        gradient, too.
    gamma
        How much less examples count that are classified well already; not negative.
    reduction
        "mean" or "sum" of the losses, or "none": then those of the examples are returned.
    constant
        True makes the result a constant; None makes it one if `class_probs` is.

    Returns
    -------
    Tensor
        The losses of the examples, of shape (N,), if they are not reduced.

    Raises
    ------
    ValueError
        If a shape is wrong, `gamma` is negative, or `reduction` is something else.
    TypeError
        If the targets are no integers, or `alpha` or `gamma` is no real number, or `gamma` a tensor
        that carries a gradient.
    IndexError
        If a target names no class.

    References
    ----------
    .. [1] Lin et al., Focal Loss for Dense Object Detection, 2017.

    Examples
    --------
    >>> p = mg.tensor([[0.5, 0.5], [0.1, 0.9]])
    >>> mg.nnet.focal_loss(p, [0, 1], gamma=2)
    Tensor([0.1732868 , 0.00105361])
    """
    check_reduction(reduction, "focal_loss")
    probs, labels = scores_and_labels(class_probs, targets, "focal_loss")
    gamma, alpha = _gamma(gamma, "focal_loss"), _alpha(alpha, labels, "focal_loss")
    return applied(_of_probabilities, (probs, labels, alpha, gamma, reduction), constant)


def softmax_focal_loss(
    scores: Any,
    targets: Any,
    *,
    alpha: Any = 1,
    gamma: Any = 0,
    reduction: str = "none",
    constant: bool | None = None,
) -> Tensor:
    """Return `focal_loss` of ``softmax(scores)``, also where that is too small for a number.

    Parameters
    ----------
    scores
        The scores of N examples for C classes, of shape (N, C).
    targets, alpha, gamma, reduction, constant
        As in `focal_loss`.

    Returns
    -------
    Tensor
        The losses of the examples, of shape (N,), if they are not reduced.

    Raises
    ------
    ValueError, TypeError, IndexError
        As `focal_loss` does.

    Examples
    --------
    >>> x = mg.tensor([[0.0, 0.0], [0.0, np.log(9.0)]])
    >>> loss = mg.nnet.softmax_focal_loss(x, [0, 1], gamma=2)
    >>> loss
    Tensor([0.1732868 , 0.00105361])
    """
    check_reduction(reduction, "softmax_focal_loss")
    scores, labels = scores_and_labels(scores, targets, "softmax_focal_loss")
    gamma, alpha = _gamma(gamma, "softmax_focal_loss"), _alpha(alpha, labels, "softmax_focal_loss")
    return applied(_of_scores, (scores, labels, alpha, gamma, reduction), constant)
