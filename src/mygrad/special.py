"""`scipy.special` for tensors.

SciPy's ufuncs (``scipy.special.erf`` and so on) take tensors themselves. Its Python functions turn
their arguments into arrays first, so here are those that have derivatives. They are called as
SciPy's are, agree with them to rounding, and give arrays for arrays. Every other name of this
module is SciPy's own. Needs SciPy.

>>> x = mg.tensor([0.0, 1.0, 2.0])
>>> mg.special.logsumexp(x).backward()
>>> x.grad
array([0.09003057, 0.24472847, 0.66524096])
>>> import scipy.special
>>> mg.special.erf is scipy.special.erf
True
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as _sp

from ._operands import array_of, unwrap
from ._record import record
from ._state import Name
from ._table import pullback
from .rules.shape import as_array

__all__ = [
    "comb",
    "diric",
    "factorial",
    "log_softmax",
    "logsumexp",
    "multigammaln",
    "perm",
    "polygamma",
    "softmax",
    "spherical_in",
    "spherical_jn",
    "spherical_kn",
    "spherical_yn",
]


def __getattr__(name: str) -> Any:
    return getattr(_sp, name)


# ----------------------------------------------------------------------------------------
# Exponentials
# ----------------------------------------------------------------------------------------


def _highest(a: Any, axis: Any) -> Any:
    """The maximum of an array along axes, zero in place of infinities: what is subtracted."""
    highest = np.max(np.real(unwrap(a)), axis, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(highest), highest, np.zeros_like(highest))


def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """Return ``log(sum(b * exp(a)))`` without overflow; see `scipy.special.logsumexp`.

    Parameters
    ----------
    a, b
        The exponents, and factors that are broadcast against them.
    axis
        The axis or axes of the sum; all, if not given.
    keepdims
        Do reduced axes stay, with length one?
    return_sign
        Return the logarithm of the sum's absolute value, and its sign, a plain array for real
        numbers. If not, a negative sum gives nan.

    Returns
    -------
    Tensor or numpy.ndarray
        The logarithm, or with `return_sign` a pair.

    Examples
    --------
    >>> x = mg.tensor([1000.0, 1000.0])
    >>> y = mg.special.logsumexp(x)
    >>> y
    Tensor(1000.69314718)
    >>> y.backward()
    >>> x.grad
    array([0.5, 0.5])
    """
    a = as_array(a)
    a = a if a.dtype.kind in "fc" else a * 1.0
    highest = _highest(a, axis)
    terms = np.exp(a - highest)
    total = np.sum(terms if b is None else as_array(b) * terms, axis, keepdims=True)
    none = unwrap(total) == 0
    sign: Any = np.sign(total) if return_sign else None
    if return_sign:
        total = np.abs(total)
    # The derivative of log(0) is infinite, that of the terms there zero: together nan.
    result = np.where(none, -np.inf, np.log(np.where(none, 1, total))) + highest
    if not keepdims:
        result = np.squeeze(result, axis)
        sign = None if sign is None else np.squeeze(sign, axis)
    return (result, sign) if return_sign else result


def softmax(x: Any, axis: Any = None) -> Any:
    """Return ``exp(x) / sum(exp(x))`` along an axis or axes; see `scipy.special.softmax`.

    Parameters
    ----------
    x
        A tensor or an array.
    axis
        The axis or axes; all, if not given.

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape of `x`; an array if that is none of tensors.

    Examples
    --------
    >>> mg.special.softmax(mg.tensor([0.0, np.log(3.0)]))
    Tensor([0.25, 0.75])
    """
    x = as_array(x)
    terms = np.exp(x - _highest(x, axis))
    return terms / np.sum(terms, axis, keepdims=True)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """Return the logarithm of `softmax` along an axis or axes; see `scipy.special.log_softmax`.

    Parameters
    ----------
    x
        A tensor or an array.
    axis
        The axis or axes; all, if not given.

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape of `x`; an array if that is none of tensors.

    Examples
    --------
    >>> mg.special.log_softmax(mg.tensor([1000.0, 0.0]))
    Tensor([    0., -1000.])
    """
    x = as_array(x)
    moved = x - _highest(x, axis)
    return moved - np.log(np.sum(np.exp(moved), axis, keepdims=True))


# ----------------------------------------------------------------------------------------
# Gamma functions and combinations
# ----------------------------------------------------------------------------------------


def polygamma(n: Any, x: Any) -> Any:
    """Return the derivative of order `n` of the digamma function; see `scipy.special.polygamma`.

    Parameters
    ----------
    n
        The order, an integer or an array of them; no derivative is taken by it.
    x
        The argument, real.

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape that the operands are broadcast to; an array if no operand is a tensor.

    Examples
    --------
    >>> x = mg.tensor(2.0)
    >>> mg.special.polygamma(1, x).backward()
    >>> x.grad
    array(-0.40411381)
    >>> mg.special.polygamma(2, x)
    Tensor(-0.40411381)
    """
    n, x = np.asarray(array_of(n, "mygrad.special.polygamma")), as_array(x)
    # psi has poles of its own: it is computed where it is wanted only.
    first = n == 0
    higher = (-1.0) ** (n + 1) * _sp.gamma(n + 1.0) * _sp.zeta(np.where(first, 2, n + 1), x)
    return np.where(first, _sp.psi(x), higher) if np.any(first) else higher


def multigammaln(a: Any, d: Any) -> Any:
    """Return the log of the gamma function of `d` dimensions; see `scipy.special.multigammaln`.

    Parameters
    ----------
    a
        The argument, above ``(d - 1) / 2``.
    d
        The number of dimensions; no derivative is taken by it.

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape of `a`; an array if that is no tensor.

    Raises
    ------
    ValueError
        If `d` is no positive integer, or `a` is not above ``(d - 1) / 2``.

    Examples
    --------
    >>> mg.special.multigammaln(mg.tensor(3.0), 1)
    Tensor(0.69314718)
    """
    d = array_of(d, "mygrad.special.multigammaln")
    if np.ndim(d) or d != np.floor(d) or d < 1:
        raise ValueError(f"d must be a positive integer, the number of dimensions; got {d!r}")
    a = as_array(a)
    if np.any(unwrap(a) <= 0.5 * (d - 1)):
        raise ValueError(f"a must be above (d - 1) / 2 = {0.5 * (d - 1)}")
    terms = [_sp.gammaln(a - 0.5 * j) for j in range(int(d))]
    return sum(terms, start=d * (d - 1) * 0.25 * math.log(math.pi))


def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """Return ``gamma(n + 1)``, and 0 for negative `n`; see `scipy.special.factorial`.

    Parameters
    ----------
    n
        A tensor or an array.
    exact
        Return SciPy's integers? Then `n` is of integers, and carries no gradient.
    extend
        "zero", or "complex": then `n` may be complex, and negative ones are not 0.

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape of `n`; an array if that is no tensor.

    Raises
    ------
    ValueError
        If `extend` is neither.

    Examples
    --------
    >>> x = mg.tensor(3.0)
    >>> y = mg.special.factorial(x)
    >>> y
    Tensor(6.)
    >>> y.backward()
    >>> x.grad
    array(7.53670601)
    """
    if extend not in ("zero", "complex"):
        raise ValueError(f"extend must be 'zero' or 'complex'; got {extend!r}")
    if exact:
        n = array_of(n, "mygrad.special.factorial(exact=True)")
        return _sp.factorial(n, exact=True, extend=extend)
    n = as_array(n)
    if extend == "complex":
        return _sp.gamma(n + 1)
    negative = unwrap(n) < 0
    return np.where(negative, 0.0, _sp.gamma(np.where(negative, 0.0, n) + 1))


def _can_choose(N: Any, k: Any) -> Any:
    n, m = unwrap(N), unwrap(k)
    return (m <= n) & (n >= 0) & (m >= 0)


def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """Return the number of combinations of `k` of `N` things; see `scipy.special.comb`.

    Parameters
    ----------
    N, k
        How many things there are, and how many are chosen: numbers, tensors or arrays.
    exact
        Return SciPy's integers? Then `N` and `k` are integers, and carry no gradient.
    repetition
        May a thing be chosen more than once?

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape that the operands are broadcast to; an array if no operand is a tensor.

    Examples
    --------
    >>> mg.special.comb(mg.tensor([5.0, 2.0]), 3)
    Tensor([10.,  0.])
    """
    if exact:
        N, k = array_of(N, "mygrad.special.comb(exact=True)"), array_of(k, "mygrad.special.comb")
        return _sp.comb(N, k, exact=True, repetition=repetition)
    N, k = as_array(N), as_array(k)
    if repetition:
        one = (unwrap(k) == 0) & (unwrap(N) >= 0)
        return np.where(one, 1.0, _sp.binom(np.where(one, 1.0, N + k - 1), k))
    fits = _can_choose(N, k)
    return np.where(fits, _sp.binom(np.where(fits, N, 1.0), np.where(fits, k, 1.0)), 0.0)


def perm(N: Any, k: Any, exact: bool = False) -> Any:
    """Return the number of ordered choices of `k` of `N` things; see `scipy.special.perm`.

    Parameters
    ----------
    N, k
        How many things there are, and how many are chosen: numbers, tensors or arrays.
    exact
        Return SciPy's integers? Then `N` and `k` are integers, and carry no gradient.

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape that the operands are broadcast to; an array if no operand is a tensor.

    Examples
    --------
    >>> mg.special.perm(mg.tensor([5.0, 2.0]), 3)
    Tensor([60.,  0.])
    """
    if exact:
        N, k = array_of(N, "mygrad.special.perm(exact=True)"), array_of(k, "mygrad.special.perm")
        return _sp.perm(N, k, exact=True)
    N, k = as_array(N), as_array(k)
    fits = _can_choose(N, k)
    return np.where(fits, _sp.poch(np.where(fits, N - k + 1, 1.0), np.where(fits, k, 1.0)), 0.0)


# ----------------------------------------------------------------------------------------
# Waves
# ----------------------------------------------------------------------------------------


def diric(x: Any, n: Any) -> Any:
    """Return ``sin(n * x / 2) / (n * sin(x / 2))``; see `scipy.special.diric`.

    Its limits at the zeros of the denominator are differentiable, too. It is nan where `n` is no
    positive integer.

    Parameters
    ----------
    x
        The argument, real.
    n
        The period: a positive integer, or an array of them; no derivative is taken by it.

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape that the operands are broadcast to; an array if no operand is a tensor.

    Examples
    --------
    >>> x = mg.tensor([0.0, np.pi])
    >>> y = mg.special.diric(x, 2)
    >>> y
    Tensor([1.000000e+00, 6.123234e-17])
    >>> y.backward()
    >>> x.grad
    array([-0. , -0.5])
    """
    n = np.asarray(array_of(n, "mygrad.special.diric"))
    wrong = (n <= 0) | (n != np.floor(n))
    order = np.where(wrong, 1, n).astype(np.int64)
    # A Chebyshev polynomial of the second kind [DLMF 18.5.2].
    result = _sp.eval_chebyu(order - 1, np.cos(as_array(x) / 2)) / order
    return np.where(wrong, np.nan, result) if np.any(wrong) else result


def _spherical(func: Callable[..., Any], less: int, more: int, what: str) -> Callable[..., Any]:
    """One of the spherical Bessel functions [DLMF 10.51.2, 10.51.5].

    The derivative is ``(less * n * f(n-1) + more * (n+1) * f(n+1)) / (2n + 1)``.
    """

    def plain(z: Any, n: Any) -> Any:
        return func(n, z)

    plain.__name__ = func.__name__

    def at(n: Any, z: Any) -> Any:
        return record(plain, (z, n), {}) if isinstance(z, Name) else plain(z, n)

    def slope(n: Any, z: Any) -> Any:
        below, above = at(np.maximum(n - 1, 0), z), at(n + 1, z)
        # They may be infinite, and zero times that is nan.
        below = np.where(n == 0, 0.0, below)
        return (less * n * below + more * (n + 1) * above) / (2 * n + 1)

    @pullback(plain)
    def _(g: Any, _: Any, z: Any, n: Any) -> Any:
        return g * slope(n, z)

    def spherical(n: Any, z: Any, derivative: bool = False) -> Any:
        n = np.asarray(array_of(n, f"mygrad.special.{func.__name__}"))
        n, z = n.astype(np.int64), as_array(z)
        return slope(n, z) if derivative else at(n, z)

    spherical.__name__ = spherical.__qualname__ = func.__name__
    spherical.__doc__ = f"""Return the {what} of order `n`; see `scipy.special.{func.__name__}`.

    Parameters
    ----------
    n
        The order: an integer that is not negative, or an array of them. No derivative is taken
        by it.
    z
        The argument, real or complex.
    derivative
        Return the derivative by `z` instead?

    Returns
    -------
    Tensor or numpy.ndarray
        Of the shape that the operands are broadcast to; an array if `z` is no tensor.

    Examples
    --------
    >>> z = mg.tensor([1.0, 2.0])
    >>> mg.special.{func.__name__}(2, z).backward()
    >>> np.allclose(z.grad, mg.special.{func.__name__}(2, z.data, derivative=True))
    True
    """
    return spherical


spherical_jn = _spherical(_sp.spherical_jn, 1, -1, "spherical Bessel function of the first kind")
spherical_yn = _spherical(_sp.spherical_yn, 1, -1, "spherical Bessel function of the second kind")
spherical_in = _spherical(
    _sp.spherical_in, 1, 1, "modified spherical Bessel function of the first kind"
)
spherical_kn = _spherical(
    _sp.spherical_kn, -1, -1, "modified spherical Bessel function of the second kind"
)
