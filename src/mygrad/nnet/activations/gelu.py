"""The Gaussian error linear unit."""

import math
from typing import Any

import numpy as np

from ..._functions import apply
from ..._table import pullback
from .._shared import as_float, composed, run
from .sigmoid import sigmoid

__all__ = ["gelu"]


def _erfc(x: Any) -> Any:
    """SciPy's function, or Python's on each element: that takes some ten times as long."""
    try:
        from scipy.special import erfc
    except ImportError:
        return np.asarray(np.frompyfunc(math.erfc, 1, 1)(x)).astype(x.dtype)
    return erfc(x)


def _normal(x: Any) -> Any:
    """The distribution function of the normal distribution."""
    x = as_float(x)
    return 0.5 * _erfc(x * -math.sqrt(0.5))


def _density(x: Any) -> Any:
    return np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))


@pullback(_normal)
def _normal_vjp(g: Any, _: Any, x: Any) -> Any:
    return g * _density(x)


@composed
def _gelu(x: Any) -> Any:
    # The product's rule keeps the second factor, so that it is computed once.
    x = as_float(x)
    return x * run(_normal, x)


@composed
def _gelu_by_tanh(x: Any) -> Any:
    x = as_float(x)
    # (1 + tanh(u)) / 2, which would lose digits for negative u.
    return x * sigmoid(math.sqrt(8 / math.pi) * (x + 0.044715 * x * x * x))


def gelu(x: Any, approximate: str = "none", *, constant: bool | None = None) -> Any:
    """Return `x` times the probability that a normal random number is below it [1]_.

    Parameters
    ----------
    x
        A tensor or array-like.
    approximate
        ``"none"``, or ``"tanh"`` for the approximation that some networks were trained with.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Raises
    ------
    ValueError
        If `approximate` is neither.

    References
    ----------
    .. [1] Hendrycks & Gimpel, Gaussian Error Linear Units, 2016.

    Examples
    --------
    >>> x = mg.tensor([0.0, 2.0])
    >>> y = mg.nnet.gelu(x)
    >>> y
    Tensor([0.        , 1.95449974])
    >>> y.backward()
    >>> x.grad
    array([0.5      , 1.0852318])
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu: approximate must be 'none' or 'tanh'; got {approximate!r}")
    return apply(_gelu if approximate == "none" else _gelu_by_tanh, (x,), {}, constant)
