"""The softmax function and its logarithm."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, as_float

__all__ = ["logsoftmax", "softmax"]


def _shifted(x: Any, axis: Any) -> Any:
    """`x` less its maximum, so that exp does not overflow."""
    x = as_float(x)
    return x - np.max(x, axis, keepdims=True) if x.size else x


@known_as("mygrad.nnet.softmax")
def _softmax(x: Any, axis: Any = -1) -> Any:
    terms = np.exp(_shifted(x, axis))
    return terms / np.sum(terms, axis, keepdims=True)


@known_as("mygrad.nnet.logsoftmax")
def _logsoftmax(x: Any, axis: Any = -1) -> Any:
    x = _shifted(x, axis)
    return x - np.log(np.sum(np.exp(x), axis, keepdims=True))


@pullback(_softmax)
def _softmax_vjp(g: Any, ans: Any, _x: Any, axis: Any = -1) -> Any:
    return ans * (g - np.sum(g * ans, axis, keepdims=True))


@pullback(_logsoftmax)
def _logsoftmax_vjp(g: Any, ans: Any, _x: Any, axis: Any = -1) -> Any:
    return g - np.exp(ans) * np.sum(g, axis, keepdims=True)


def _axis_of(x: Any, axis: Any) -> Any:
    """The axis; a single number is its own softmax."""
    return None if np.ndim(x) == 0 else axis


def softmax(x: Any, axis: Any = -1, *, constant: bool | None = None) -> Tensor:
    """Return ``exp(x) / sum(exp(x))`` along an axis, without overflow.

    Parameters
    ----------
    x
        A tensor or array-like.
    axis
        The axis or axes along which the result adds up to 1; None for all.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Examples
    --------
    >>> x = mg.tensor([[1000.0, 1000.0], [0.0, np.log(3.0)]])
    >>> y = mg.nnet.softmax(x)
    >>> y
    Tensor([[0.5 , 0.5 ],
            [0.25, 0.75]])
    >>> y[:, 0].backward()
    >>> x.grad
    array([[ 0.25  , -0.25  ],
           [ 0.1875, -0.1875]])
    """
    return applied(_softmax, (x, _axis_of(x, axis)), constant)


def logsoftmax(x: Any, axis: Any = -1, *, constant: bool | None = None) -> Tensor:
    """Return the logarithm of `softmax`, also where that is too small for a number.

    Parameters
    ----------
    x
        A tensor or array-like.
    axis
        The axis or axes; None for all.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Examples
    --------
    >>> x = mg.tensor([1000.0, 0.0])
    >>> y = mg.nnet.logsoftmax(x)
    >>> y
    Tensor([    0., -1000.])
    >>> y[1].backward()
    >>> x.grad
    array([-1.,  1.])
    """
    return applied(_logsoftmax, (x, _axis_of(x, axis)), constant)
