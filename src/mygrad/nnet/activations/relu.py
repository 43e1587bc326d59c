"""The rectified linear unit."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, real_numbers

__all__ = ["relu"]


@known_as("mygrad.nnet.relu")
def rectified(x: Any) -> Any:
    return np.maximum(x, 0)


@pullback(rectified)
def _(g: Any, ans: Any, _x: Any) -> Any:
    mask = ans > 0
    if isinstance(g, np.ndarray):
        # A product takes a twentieth of the time of `where`, and is right for finite numbers.
        with np.errstate(invalid="ignore", over="ignore"):
            c = g * mask
            if np.isfinite(np.sum(c)):
                return c
    return np.where(mask, g, 0)


def relu(x: Any, *, constant: bool | None = None) -> Tensor:
    """Return ``max(x, 0)`` of each element. The derivative at 0 is 0.

    Parameters
    ----------
    x
        A tensor or array-like. Integers stay integers.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Raises
    ------
    TypeError
        If `x` is not of real numbers.

    Examples
    --------
    >>> x = mg.tensor([-2.0, 0.0, 3.0])
    >>> y = mg.nnet.relu(x)
    >>> y
    Tensor([0., 0., 3.])
    >>> y.backward()
    >>> x.grad
    array([0., 0., 1.])
    """
    return applied(rectified, (real_numbers(x, "relu: x"),), constant)
