"""Dropout."""

from typing import Any

import numpy as np

from ..._table import known_as
from ..._tensor import Tensor
from .._shared import applied, as_float, check_fraction, composed
from ._recurrent import dropout_mask

__all__ = ["dropout"]


@composed
@known_as("mygrad.nnet.dropout")
def _dropped(x: Any, mask: Any) -> Any:
    return np.positive(x) if mask is None else x * mask


def dropout(
    x: Any,
    p: float = 0.5,
    *,
    training: bool = True,
    rng: Any = None,
    constant: bool | None = None,
) -> Tensor:
    """Return `x` with a random part of its elements set to zero [1]_.

    The others are divided by ``1 - p``, so that the mean stays what it is.

    Parameters
    ----------
    x
        A tensor or array-like.
    p
        The probability that an element drops out, in [0, 1).
    training
        If False, `x` is returned as it is.
    rng
        The generator that draws what drops out; NumPy's global state, if not given.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Raises
    ------
    ValueError
        If `p` is not in [0, 1).
    TypeError
        If `rng` is no generator, or `p` a tensor that carries a gradient.

    References
    ----------
    .. [1] Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting,
       2014.

    Examples
    --------
    >>> x = mg.ones(6)
    >>> y = mg.nnet.dropout(x, 0.5, rng=np.random.default_rng(0))
    >>> y
    Tensor([2., 0., 0., 0., 2., 2.], dtype=float32)
    >>> y.backward()
    >>> x.grad
    array([2., 0., 0., 0., 2., 2.], dtype=float32)
    """
    x = as_float(x)
    rate = check_fraction(p, "dropout: p")
    mask = dropout_mask(rate, x.shape, x.dtype, rng, "dropout") if training and rate else None
    return applied(_dropped, (x, mask), constant)
