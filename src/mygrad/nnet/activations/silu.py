"""The sigmoid linear unit."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, as_real, run
from .sigmoid import logistic

__all__ = ["silu"]


#: Where the sigmoid of the negative is zero, so that a larger factor changes nothing.
FAR = 10_000


@known_as("mygrad.nnet.silu")
def _silu(x: Any) -> Any:
    x = as_real(x, "silu: x")
    return np.maximum(x, -FAR) * logistic(x)


@pullback(_silu)
def _(g: Any, _: Any, x: Any) -> Any:
    return g * run(logistic, x) * (1 + np.clip(x, -FAR, FAR) * run(logistic, -x))


def silu(x: Any, *, constant: bool | None = None) -> Tensor:
    """Return ``x * sigmoid(x)`` of each element, also known as swish [1]_.

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

    References
    ----------
    .. [1] Elfwing et al., Sigmoid-Weighted Linear Units for Neural Network Function Approximation
       in Reinforcement Learning, 2017.

    Examples
    --------
    >>> x = mg.tensor([0.0, 2.0])
    >>> y = mg.nnet.silu(x)
    >>> y
    Tensor([0.        , 1.76159416])
    >>> y.backward()
    >>> x.grad
    array([0.5       , 1.09078425])
    """
    return applied(_silu, (x,), constant)
