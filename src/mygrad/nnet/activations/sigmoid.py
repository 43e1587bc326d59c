"""The logistic function."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, as_float, run

__all__ = ["sigmoid"]


@known_as("mygrad.nnet.sigmoid")
def logistic(x: Any) -> Any:
    # Where exp overflows, the result is zero, as it should be.
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-as_float(x)))


@pullback(logistic)
def _(g: Any, ans: Any, x: Any) -> Any:
    if isinstance(x, np.ndarray):
        rest = 1 - ans
        if not rest.size or np.min(rest) > 0.01:
            return g * (ans * rest)
    # 1 - ans has no digits left for large x.
    return g * (ans * run(logistic, -x))


def sigmoid(x: Any, *, constant: bool | None = None) -> Tensor:
    """Return the logistic function ``1 / (1 + exp(-x))`` of each element.

    Parameters
    ----------
    x
        A tensor or array-like.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Examples
    --------
    >>> x = mg.tensor([-1000.0, 0.0, 40.0])
    >>> y = mg.nnet.sigmoid(x)
    >>> y
    Tensor([0. , 0.5, 1. ])
    >>> y.backward()
    >>> x.grad
    array([0.00000000e+00, 2.50000000e-01, 4.24835426e-18])
    """
    return applied(logistic, (x,), constant)
