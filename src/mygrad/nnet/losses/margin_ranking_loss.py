"""The ranking loss with a margin."""

from typing import Any

import numpy as np

from ..._operands import array_of
from ..._table import known_as
from ..._tensor import Tensor
from ...rules.shape import as_array
from .._shared import applied, check_reduction, composed, plain_number, real_numbers, reduced
from ..activations.relu import relu

__all__ = ["margin_ranking_loss"]


@composed
@known_as("mygrad.nnet.margin_ranking_loss")
def _losses(x1: Any, x2: Any, y: Any, margin: Any, reduction: str) -> Any:
    return reduced(relu(margin - y * (x1 - x2)), reduction)


def margin_ranking_loss(
    x1: Any,
    x2: Any,
    y: Any,
    margin: Any,
    *,
    reduction: str = "mean",
    constant: bool | None = None,
) -> Tensor:
    """Return the mean of ``max(0, margin - y * (x1 - x2))``.

    Parameters
    ----------
    x1, x2
        Scores of N pairs, of shape (N,) or (N, D).
    y
        1 if the first of a pair should be ranked higher, -1 if the second: a number for all, or N.
    margin
        By how much it should be higher; not negative.
    reduction
        "mean" or "sum" of the losses, or "none": then those of all elements are returned.
    constant
        True makes the result a constant; None makes it one if `x1` and `x2` are.

    Returns
    -------
    Tensor
        A number, or losses of the shape of `x1` if they are not reduced.

    Raises
    ------
    ValueError
        If a shape is wrong, `margin` is negative, or `reduction` is something else.
    TypeError
        If the scores are no floating-point numbers, or `y` or `margin` is no real number, or a
        tensor that carries a gradient.

    Examples
    --------
    >>> x1, x2 = mg.tensor([2.0, 1.0]), mg.tensor([1.0, 3.0])
    >>> loss = mg.nnet.margin_ranking_loss(x1, x2, 1, margin=0.5)
    >>> loss
    Tensor(1.25)
    >>> loss.backward()
    >>> x2.grad
    array([0. , 0.5])
    """
    check_reduction(reduction, "margin_ranking_loss")
    x1, x2 = as_array(x1), as_array(x2)
    if x1.shape != x2.shape or x1.ndim not in (1, 2):
        raise ValueError(
            "margin_ranking_loss: x1 and x2 must both have the shape (N,) or (N, D); got "
            f"{x1.shape} and {x2.shape}"
        )
    if x1.dtype.kind != "f" or x2.dtype.kind != "f":
        raise TypeError(
            "margin_ranking_loss: x1 and x2 must be floating-point numbers; got the dtypes "
            f"{x1.dtype} and {x2.dtype}"
        )
    margin = plain_number(margin, "margin_ranking_loss: margin")
    if not margin >= 0:
        raise ValueError(f"margin_ranking_loss: margin must not be negative; got {margin}")
    y = np.asarray(array_of(real_numbers(y, "margin_ranking_loss: y"), "margin_ranking_loss: y"))
    if y.size == 1:
        y = y.reshape(())
    elif y.shape != x1.shape[:1]:
        raise ValueError(
            f"margin_ranking_loss: y must be a number or have the shape {x1.shape[:1]}; got "
            f"{y.shape}"
        )
    elif x1.ndim == 2:
        y = y[:, None]
    return applied(_losses, (x1, x2, y.astype(x1.dtype), margin, reduction), constant)
