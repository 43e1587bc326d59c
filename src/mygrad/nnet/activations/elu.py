"""The exponential linear unit."""

from typing import Any

import numpy as np

from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import applied, as_real, real_scalar

__all__ = ["elu"]


@known_as("mygrad.nnet.elu")
def exponential_linear(x: Any, alpha: Any, scale: float = 1.0) -> Any:
    return scale * np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x)


@pullback(exponential_linear)
def _by_x(g: Any, _: Any, x: Any, alpha: Any, scale: float = 1.0) -> Any:
    # The bound keeps exp from overflowing where it is not wanted.
    return scale * g * np.where(x < 0, alpha * np.exp(np.minimum(x, 0)), 1)


@pullback(exponential_linear, "alpha")
def _by_alpha(g: Any, _: Any, x: Any, _alpha: Any, scale: float = 1.0) -> Any:
    return scale * g * np.where(x < 0, np.expm1(np.minimum(x, 0)), 0)


def elu(x: Any, alpha: Any, *, constant: bool | None = None) -> Tensor:
    """Return `x` where it is not negative, and ``alpha * (exp(x) - 1)`` elsewhere [1]_.

    The derivative at 0 is 1.

    Parameters
    ----------
    x
        A tensor or array-like.
    alpha
        A real number. A tensor of one gets a gradient, too.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Raises
    ------
    TypeError
        If `alpha` is no real number, or `x` not of such.

    References
    ----------
    .. [1] Clevert et al., Fast and Accurate Deep Network Learning by Exponential Linear Units,
       2015.

    Examples
    --------
    >>> x = mg.tensor([-1.0, 0.0, 2.0])
    >>> y = mg.nnet.elu(x, 0.5)
    >>> y
    Tensor([-0.31606028,  0.        ,  2.        ])
    >>> y.backward()
    >>> x.grad
    array([0.18393972, 1.        , 1.        ])
    """
    x, alpha = as_real(x, "elu: x"), real_scalar(alpha, "elu: alpha")
    return applied(exponential_linear, (x, alpha), constant)
