"""The Gaussian error linear unit."""

import math
from typing import Any

import numpy as np

from ..._functions import apply
from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import as_real, run
from .sigmoid import logistic

__all__ = ["gelu"]

#: Beyond, the probability is 0 or 1. Powers of larger numbers would overflow.
FAR = 40
CUBIC = 0.044715


def _erfc(x: Any) -> Any:
    """SciPy's function, or Python's on each element: that takes some ten times as long."""
    try:
        from scipy.special import erfc
    except ImportError:
        erfc = None
    if erfc is None or x.dtype == np.longdouble:
        return np.asarray(np.frompyfunc(math.erfc, 1, 1)(x)).astype(x.dtype)
    return erfc(x)


def _argument(x: Any) -> Any:
    return math.sqrt(8 / math.pi) * (x + CUBIC * x * x * x)


@known_as("mygrad.nnet.gelu")
def _gelu(x: Any, approximate: str) -> Any:
    """The result, and the probability."""
    x = as_real(x, "gelu: x")
    bounded = np.clip(x, -FAR, FAR)
    if approximate == "none":
        p = 0.5 * _erfc(bounded * -math.sqrt(0.5))
    else:
        # (1 + tanh(u)) / 2, which would lose digits for negative u.
        p = logistic(_argument(bounded))
    return np.maximum(x, -FAR) * p, p


@pullback(_gelu, sparse=True)
def _(g: Any, ans: Any, x: Any, approximate: str) -> Any:
    p = ans[1]
    x = np.clip(x, -FAR, FAR)
    if approximate == "none":
        density = np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))
    else:
        slope = math.sqrt(8 / math.pi) * (1 + 3 * CUBIC * x * x)
        density = slope * p * run(logistic, -_argument(x))
    # Only higher derivatives have a cotangent for the probability, and maybe none for the result.
    parts = [(g[0], p + x * density), (g[1], density)]
    return sum([c * slope for c, slope in parts if c is not None])


def gelu(x: Any, approximate: str = "none", *, constant: bool | None = None) -> Tensor:
    """Return `x` times the probability that a normal random number is below it [1]_.

    Parameters
    ----------
    x
        A tensor or array-like.
    approximate
        ``"none"``, or ``"tanh"`` for the approximation that some networks were trained with.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Raises
    ------
    ValueError
        If `approximate` is neither.
    TypeError
        If `x` is not of real numbers.

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
    result: Tensor = apply(_gelu, (x, approximate), {}, constant)[0]
    return result
