"""The soft sign."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, as_real

__all__ = ["soft_sign"]


@known_as("mygrad.nnet.soft_sign")
def _soft_sign(x: Any) -> Any:
    x = as_real(x, "soft_sign: x")
    # Infinity over infinity would be nan.
    largest = np.finfo(x.dtype).max
    x = np.clip(x, -largest, largest)
    return x / (1 + np.abs(x))


@pullback(_soft_sign)
def _(g: Any, _: Any, x: Any) -> Any:
    # The square would overflow.
    size = 1 + np.abs(x)
    return g / size / size


def soft_sign(x: Any, *, constant: bool | None = None) -> Tensor:
    """Return ``x / (1 + |x|)`` of each element.

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

    Raises
    ------
    TypeError
        If `x` is not of real numbers.

    Examples
    --------
    >>> x = mg.tensor([-1.0, 0.0, 3.0])
    >>> y = mg.nnet.soft_sign(x)
    >>> y
    Tensor([-0.5 ,  0.  ,  0.75])
    >>> y.backward()
    >>> x.grad
    array([0.25  , 1.    , 0.0625])
    """
    return applied(_soft_sign, (x,), constant)
