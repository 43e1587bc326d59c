"""Derivatives of ufuncs: local partial derivatives, one line for each.

Broadcasting, dtypes and ``where=`` are the engine's business. A partial must hold for every
operand in the function's domain, small and large: hence ``hypot`` where ``x*x`` would
overflow. Python numbers, unlike NumPy's, leave the precision of the arrays alone.
"""

import math
from typing import Any

import numpy as np

from .._operands import unwrap
from .._table import MINUS_ONE, ONE, elementwise, outputs, pullback, unless_real

_LN2 = math.log(2)
_LN10 = math.log(10)
_RADIAN = math.pi / 180
_DEGREE = 180 / math.pi


def _zero(_: Any, _x: Any, _y: Any) -> Any:
    return 0.0


# ----------------------------------------------------------------------------------------
# Signs and powers
# ----------------------------------------------------------------------------------------

elementwise(np.positive, ONE)
elementwise(np.negative, MINUS_ONE)
elementwise(np.conjugate, ONE, adjoint=lambda g, _, _x: np.conjugate(g))
elementwise(
    np.absolute,
    lambda _, x: np.sign(x),
    # 0 at 0, as for real numbers. A result that was cast to complex numbers is real all the same.
    adjoint=lambda g, ans, x: np.real(g) * (x / np.where(ans == 0, 1, ans)),
)


def _sign(g: Any, ans: Any, x: Any) -> Any:
    # z / |z| moves along the unit circle only; 0 at 0.
    size = np.absolute(x)
    return (g - ans * np.real(np.conjugate(ans) * g)) / np.where(size == 0, np.inf, size)


unless_real(np.sign, adjoint=_sign)
elementwise(np.fabs, lambda _, x: np.sign(x))
elementwise(np.square, lambda _, x: 2 * x)
elementwise(np.reciprocal, lambda ans, _x: -ans * ans)
elementwise(np.sqrt, lambda ans, _x: 0.5 / ans)
elementwise(np.cbrt, lambda ans, _x: 1 / (3 * ans * ans))


def _is_number(y: Any) -> bool:
    return isinstance(y, (int, float, complex)) or (
        isinstance(y, (np.ndarray, np.generic)) and y.ndim == 0
    )


def _power_by_base(_: Any, x: Any, y: Any) -> Any:
    if _is_number(y):
        if y == 2:
            return 2 * x
        # Not 0 * x**-1, which is nan at 0.
        return y * np.power(x, y - 1.0) if y else 0.0
    return y * np.power(np.where((x == 0) & (y == 0), 1.0, x), y - 1.0)


def _power_by_exponent(ans: Any, x: Any, y: Any) -> Any:
    if isinstance(x, (int, float)) and x > 0:
        return ans * math.log(x)
    # 0**y is 0 or 1 for all y >= 0.
    base = np.where((x == 0) & (y >= 0), 1.0, x)
    # Negative numbers have a logarithm beside complex exponents.
    return ans * np.log(base + 0j if ans.dtype.kind == "c" else base)


elementwise(np.power, _power_by_base, _power_by_exponent)
elementwise(np.float_power, _power_by_base, _power_by_exponent)


# ----------------------------------------------------------------------------------------
# Exponentials and logarithms
# ----------------------------------------------------------------------------------------

elementwise(np.exp, lambda ans, _x: ans)
elementwise(np.exp2, lambda ans, _x: ans * _LN2)
# Not ans + 1, which has no digits left where ans is close to -1.
elementwise(np.expm1, lambda _, x: np.exp(x))
elementwise(np.log, lambda _, x: 1 / x)
elementwise(np.log2, lambda _, x: 1 / (x * _LN2))
elementwise(np.log10, lambda _, x: 1 / (x * _LN10))
elementwise(np.log1p, lambda _, x: 1 / (1 + x))


def _logit(ans: Any, x: Any, y: Any, log_half: float) -> Any:
    """Return ``x - ans``, where that is not a difference of infinities."""
    same = x == ans
    apart = np.where(same, 0, x) - np.where(same, 0, ans)
    return np.where(same & (x == y), log_half, apart)


elementwise(
    np.logaddexp,
    lambda ans, x, y: np.exp(_logit(ans, x, y, -_LN2)),
    lambda ans, x, y: np.exp(_logit(ans, y, x, -_LN2)),
)
elementwise(
    np.logaddexp2,
    lambda ans, x, y: np.exp2(_logit(ans, x, y, -1)),
    lambda ans, x, y: np.exp2(_logit(ans, y, x, -1)),
)


# ----------------------------------------------------------------------------------------
# Trigonometric and hyperbolic functions
# ----------------------------------------------------------------------------------------


def _arctan(_: Any, x: Any) -> Any:
    if x.dtype.kind == "c":
        # The square of a large complex number is nan.
        return 1 / (1 - 1j * x) / (1 + 1j * x)
    # The square of a large x may be infinite: its inverse is 0, as it should be.
    with np.errstate(over="ignore"):
        return 1 / (1 + x * x)


def _complex_tan(g: Any, ans: Any, x: Any) -> Any:
    # 1 + tan(z)**2 has no digits left far from the real axis, where the tangent is about 1j or
    # -1j; so 1 / cos(z)**2 = 4 e / (1 + e)**2 with e = exp(2j z), or exp(-2j z) below the axis.
    height = unwrap(x).imag
    far = np.abs(height) > 1
    e = np.exp(2j * np.where(far, np.where(height < 0, -x, x), 1j))
    d = np.where(far, 4 * e / ((1 + e) * (1 + e)), 1 + ans * ans)
    return g * np.conjugate(d)


def _complex_tanh(g: Any, ans: Any, x: Any) -> Any:
    # tanh(z) = -1j tan(1j z)
    return _complex_tan(g, 1j * ans, 1j * x)


def _tanh(ans: Any, x: Any) -> Any:
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        d = 1 - ans * ans
        if not d.size or np.minimum.reduce(d, None) > 0.01:
            return d
        # 1 - tanh(x)**2 has no digits left from 19 on; so 1 / cosh(x)**2.
        with np.errstate(over="ignore"):
            sech = 1 / np.cosh(x)
    else:
        # An infinite cosh would make higher derivatives nan.
        bound = 0.9 * math.log(np.finfo(x.dtype).max)
        sech = 1 / np.cosh(np.clip(x, -bound, bound))
    return sech * sech


def _cosine(x: Any) -> Any:
    """The cosine of the angle whose sine is `x`."""
    if x.dtype.kind == "c":
        # On a branch cut the sign of the imaginary part, which is 0, says on which side `x` is;
        # additions might lose it.
        return np.sqrt(-((x - 1) * (x - -1)))
    return np.sqrt((1 - x) * (1 + x))


def _arcsinh(_: Any, x: Any) -> Any:
    return 1 / (_cosine(1j * x) if x.dtype.kind == "c" else np.hypot(1, x))


elementwise(np.sin, lambda _, x: np.cos(x))
elementwise(np.cos, lambda _, x: -np.sin(x))
elementwise(np.tan, lambda ans, _x: 1 + ans * ans, adjoint=_complex_tan)
elementwise(np.arcsin, lambda _, x: 1 / _cosine(x))
elementwise(np.arccos, lambda _, x: -1 / _cosine(x))
elementwise(np.arctan, _arctan)
elementwise(np.sinh, lambda _, x: np.cosh(x))
elementwise(np.cosh, lambda _, x: np.sinh(x))
elementwise(np.tanh, _tanh, adjoint=_complex_tanh)
elementwise(np.arcsinh, _arcsinh)
elementwise(np.arccosh, lambda _, x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
elementwise(np.arctanh, lambda _, x: 1 / (1 - x) / (1 + x))
elementwise(np.deg2rad, lambda _, _x: _RADIAN)
elementwise(np.radians, lambda _, _x: _RADIAN)
elementwise(np.rad2deg, lambda _, _x: _DEGREE)
elementwise(np.degrees, lambda _, _x: _DEGREE)


def _over_square(x: Any, y: Any) -> Any:
    """Return ``x / (x**2 + y**2)`` without the squares."""
    h = np.hypot(x, y)
    return x / h / h


elementwise(
    np.arctan2,
    lambda _, x, y: _over_square(y, x),
    lambda _, x, y: -_over_square(x, y),
)
# At the origin 0, as for abs.
elementwise(
    np.hypot,
    lambda ans, x, _y: x / (ans + (ans == 0)),
    lambda ans, _x, y: y / (ans + (ans == 0)),
)

# sinc'(x) = -pi j1(pi x), with the spherical Bessel function
# j1(t) = (sin t / t - cos t) / t = t/3 (1 - t^2/10 (1 - t^2/28 (1 - ...)))
# [DLMF 10.49.3, 10.53.1]. Up to t = 1 eight terms of the series reach full precision.


@pullback(np.sinc)
def _(g: Any, _: Any, x: Any) -> Any:
    t = math.pi * x
    near = np.abs(t) < 1
    s = np.where(near, t, 0.0)
    s2 = s * s
    series: Any = 1.0
    for k in range(7, 0, -1):
        series = 1 - s2 / (2 * k * (2 * k + 3)) * series
    far = np.where(near, 1.0, t)
    j1 = np.where(near, s / 3 * series, (np.sin(far) / far - np.cos(far)) / far)
    return g * (-math.pi * j1)


# ----------------------------------------------------------------------------------------
# Arithmetic
# ----------------------------------------------------------------------------------------


def _inverse(_: Any, _x: Any, y: Any) -> Any:
    # Python itself refuses to divide by zero.
    if isinstance(y, (int, float, complex)) and not y:
        return np.divide(1.0, y)
    return 1 / y


elementwise(np.add, ONE, ONE)
elementwise(np.subtract, ONE, MINUS_ONE)
elementwise(np.multiply, lambda _, _x, y: y, lambda _, x, _y: x)
elementwise(np.divide, _inverse, lambda ans, _x, y: -ans / y)


def _minus_quotient(ans: Any, x: Any, y: Any) -> Any:
    # The quotient, which is constant, is (x - ans) / y but for rounding.
    return np.rint((ans - x) / y)


elementwise(np.remainder, ONE, _minus_quotient)
elementwise(np.fmod, ONE, _minus_quotient)
outputs(np.divmod, None, (ONE, _minus_quotient))
outputs(np.modf, (ONE,), None)
outputs(np.frexp, (lambda _, x: np.ldexp(x.dtype.type(1), -np.frexp(x)[1]),), None)
elementwise(np.ldexp, lambda _, _x, y: np.exp2(y), _zero)


# ----------------------------------------------------------------------------------------
# Choices
# ----------------------------------------------------------------------------------------


def _chosen(ans: Any, x: Any, y: Any) -> Any:
    """Return 1 where `x` became the result, 0 where `y` did, and 1/2 where they are equal."""
    chosen = x == ans
    tie = x == y
    if isinstance(tie, (np.ndarray, np.generic)) and not np.count_nonzero(tie):
        return chosen
    return chosen - ans.dtype.type(0.5) * tie


def _chosen_or_nan(ans: Any, x: Any, y: Any) -> Any:
    """As `_chosen`, of functions of which nan is the result wherever there is one."""
    chosen = _chosen(ans, x, y)
    missing = x != x
    if isinstance(missing, (np.ndarray, np.generic)) and not np.count_nonzero(missing):
        return chosen
    return np.where(missing, 1, chosen)


elementwise(np.maximum, _chosen_or_nan, lambda ans, x, y: _chosen_or_nan(ans, y, x))
elementwise(np.minimum, _chosen_or_nan, lambda ans, x, y: _chosen_or_nan(ans, y, x))
elementwise(np.fmax, _chosen, lambda ans, x, y: _chosen(ans, y, x))
elementwise(np.fmin, _chosen, lambda ans, x, y: _chosen(ans, y, x))

# sign(ans) is the sign of y, and both signs are 0 where x is.
elementwise(np.copysign, lambda ans, x, _y: np.sign(x) * np.sign(ans), _zero)
elementwise(np.heaviside, _zero, lambda _, x, _y: x == 0)
elementwise(np.nextafter, ONE, _zero)
