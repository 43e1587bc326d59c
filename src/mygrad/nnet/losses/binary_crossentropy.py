"""Cross-entropy of yes and no."""

from typing import Any

import numpy as np

from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, check_reduction, composed, prediction_and_target, reduced
from ..activations.softplus import softplus

__all__ = ["binary_crossentropy"]


@composed
@known_as("mygrad.nnet.binary_crossentropy")
def _of_scores(x: Any, y: Any, reduction: str) -> Any:
    # -log(sigmoid(x)) is softplus(-x): no digits are lost, and nothing overflows.
    return reduced(y * softplus(-x) + (1 - y) * softplus(x), reduction)


@composed
@known_as("mygrad.nnet.binary_crossentropy")
def _of_probabilities(p: Any, y: Any, reduction: str) -> Any:
    # 0 * log(0) is zero: where both factors are zero, the logarithm is that of 1.
    yes = np.log(np.where((y != 0) | (p != 0), p, 1))
    no = np.log1p(-np.where((y != 1) | (p != 1), p, 0))
    return reduced(-(y * yes + (1 - y) * no), reduction)


def binary_crossentropy(
    x: Any,
    y_true: Any,
    *,
    logits: bool = False,
    reduction: str = "mean",
    constant: bool | None = None,
) -> Tensor:
    """Return the mean of ``-y_true * log(p) - (1 - y_true) * log(1 - p)``.

    Parameters
    ----------
    x
        The probabilities p; with `logits` the scores that `sigmoid` makes p of. From scores the
        loss is exact and finite also where p is rounded to 0 or 1.
    y_true
        The targets, in [0, 1]: a number, or of the same shape.
    logits
        Are these scores?
    reduction
        "mean" or "sum" of the losses, or "none": then those of all elements are returned.
    constant
        True makes the result a constant; None makes it one if `x` and `y_true` are.

    Returns
    -------
    Tensor
        A number, or losses of the shape of `x` if they are not reduced.

    Raises
    ------
    ValueError
        If the shapes differ, probabilities are not in [0, 1], or `reduction` is something else.
    TypeError
        If something is not of real numbers.

    Examples
    --------
    >>> x = mg.tensor([0.0, 1000.0])
    >>> loss = mg.nnet.binary_crossentropy(x, [1, 0], logits=True)
    >>> loss
    Tensor(500.34657359)
    >>> loss.backward()
    >>> x.grad
    array([-0.25,  0.5 ])
    >>> mg.nnet.binary_crossentropy([0.5, 0.0], [1, 0])
    Tensor(0.34657359)
    """
    check_reduction(reduction, "binary_crossentropy")
    x, y = prediction_and_target(x, y_true, "binary_crossentropy")
    for name, given in (("y_true", y), *(() if logits else (("x", x),))):
        if np.any((given < 0) | (given > 1)):
            raise ValueError(f"binary_crossentropy: {name} must be probabilities, in [0, 1]")
    return applied(_of_scores if logits else _of_probabilities, (x, y, reduction), constant)
