"""The negative log-likelihood."""

from typing import Any

import numpy as np

from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, check_reduction, composed, real_numbers, reduced, scores_and_labels

__all__ = ["negative_log_likelihood"]


@composed
@known_as("mygrad.nnet.negative_log_likelihood")
def _losses(x: Any, labels: Any, weights: Any, reduction: str) -> Any:
    chosen = x[np.arange(len(labels)), labels]
    return reduced(-chosen if weights is None else -chosen * weights[labels], reduction)


def negative_log_likelihood(
    x: Any,
    y_true: Any,
    *,
    weights: Any = None,
    reduction: str = "mean",
    constant: bool | None = None,
) -> Tensor:
    """Return the mean of ``-x[label] * weights[label]``.

    It is not divided by the weights: the mean is over the examples.

    Parameters
    ----------
    x
        The logarithms of the probabilities of C classes for N examples, of shape (N, C), as
        `logsoftmax` gives them.
    y_true
        The classes of the examples: N integers.
    weights
        A weight for each class, of shape (C,). A tensor gets a gradient, too.
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
        If the labels are no integers, or scores or weights not of real numbers.
    IndexError
        If a label names no class.

    Examples
    --------
    >>> x = mg.tensor([[-1.0, -2.0], [-3.0, -4.0]])
    >>> loss = mg.nnet.negative_log_likelihood(x, [0, 1], weights=[1.0, 2.0])
    >>> loss
    Tensor(4.5)
    >>> loss.backward()
    >>> x.grad
    array([[-0.5,  0. ],
           [ 0. , -1. ]])
    """
    check_reduction(reduction, "negative_log_likelihood")
    x, labels = scores_and_labels(x, y_true, "negative_log_likelihood")
    if weights is not None:
        weights = real_numbers(weights, "negative_log_likelihood: weights")
    if weights is not None and weights.shape != x.shape[1:]:
        raise ValueError(
            f"negative_log_likelihood: there are {x.shape[1]} classes, so weights must have the "
            f"shape {x.shape[1:]}; got {weights.shape}"
        )
    return applied(_losses, (x, labels, weights, reduction), constant)
