"""The scaled exponential linear unit."""

from typing import Any

from ..._tensor import Tensor
from .._shared import applied, as_real
from .elu import exponential_linear

__all__ = ["selu"]

# Klambauer et al., Self-Normalizing Neural Networks, 2017, equation 14.
ALPHA = 1.6732632423543772848170429916717
SCALE = 1.0507009873554804934193349852946


def selu(x: Any, *, constant: bool | None = None) -> Tensor:
    """Return `elu` times a scale, so that layers keep mean 0 and variance 1 [1]_.

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
    .. [1] Klambauer et al., Self-Normalizing Neural Networks, 2017.

    Examples
    --------
    >>> x = mg.tensor([-1.0, 0.0, 2.0])
    >>> y = mg.nnet.selu(x)
    >>> y
    Tensor([-1.11133074,  0.        ,  2.10140197])
    >>> y.backward()
    >>> x.grad
    array([0.6467686 , 1.05070099, 1.05070099])
    """
    return applied(exponential_linear, (as_real(x, "selu: x"), ALPHA, SCALE), constant)
