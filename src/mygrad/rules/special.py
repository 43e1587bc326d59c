"""Derivatives of SciPy's special functions, whose ufuncs come to tensors by NumPy's protocol.

mygrad never imports SciPy. The rules are kept by name; they are registered when the first of
SciPy's ufuncs meets a tensor. A rule is a line of local partial derivatives, one for each
operand, or None for an operand by which no derivative is known in closed form (the order of a
Bessel function, say): a tensor there that carries a gradient is refused.

Sources: [DLMF] https://dlmf.nist.gov, [AS] Abramowitz & Stegun, Handbook of Mathematical
Functions, [Loader] Fast and Accurate Computation of Binomial Probabilities, 2000.
"""

import cmath
import math
import sys
from collections.abc import Callable
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np

from .._table import CONSTANTS, FOREIGN, LATE, ONE_OPERAND, OUTPUTS, RULES, Elementwise, Pullback
from .._table import parameters as parameters_of
from .elementwise import _power_by_base, _power_by_exponent

__all__: list[str] = []

Partial = Callable[..., Any] | None

#: ``scipy.special``, once one of its ufuncs has been met.
sp: Any = None

#: Name -> the partial derivatives by the operands; with several outputs, of each of them.
_PARTIALS: dict[str, tuple[Partial, ...]] = {}
_SEVERAL: dict[str, tuple[tuple[Partial, ...], ...]] = {}
_CONSTANT = ("gammasgn", "round")
#: Those that are not holomorphic, and whose derivative is known for real numbers only.
_REAL_ONLY = ("airye", "ive", "jve", "yve")

_SQRT2 = math.sqrt(2)
_SQRT_PI = math.sqrt(math.pi)
_SQRT_2PI = math.sqrt(2 * math.pi)
_DEGREE = math.pi / 180


# ----------------------------------------------------------------------------------------
# Registration
# ----------------------------------------------------------------------------------------


def _ufunc(name: str, *partials: Partial) -> None:
    _PARTIALS[name] = partials


def _outputs(name: str, *partials: tuple[Partial, ...]) -> None:
    _SEVERAL[name] = partials


class _Known(dict[Any, Any]):
    """What there is for some operands. Asking for another one says that there is nothing."""

    def __init__(self, known: dict[Any, Any], name: str, refused: dict[Any, str]) -> None:
        super().__init__(known)
        self.name = name
        self.refused = refused

    def __missing__(self, key: Any) -> Any:
        raise TypeError(
            f"mygrad knows no derivative of {self.name} by its argument {self.refused[key]!r}, and "
            "a tensor that carries a gradient was given there. Pass t.detach() if the gradient "
            "is to stop here."
        )


def _unknown(_: Any, _x: Any, _y: Any) -> Any:
    raise NotImplementedError


def _elementwise(func: np.ufunc, partials: tuple[Partial, ...]) -> Elementwise:
    """The rule of a ufunc of one or two operands."""
    rule = Elementwise(func, tuple(_unknown if d is None else d for d in partials))
    if None in partials:
        refused = partials.index(None)
        written = [d for d in partials if d is not None]
        name = _operands(written[0])[refused]
        keys = [key for key in rule.keep if key[refused]]
        known = {key: needs for key, needs in rule.keep.items() if key not in keys}
        rule.keep = _Known(known, rule.name, dict.fromkeys(keys, name))
        if refused == 0:
            rule.db = _with_order(written[0])
            assert rule.complex is not None
            rule.complex.db = lambda ans, v, x: rule.db(ans, np.real(v), x)
    return rule


def _with_order(partial: Callable[..., Any]) -> Callable[..., Any]:
    """A partial that gets a Python number as its first operand in the dtype of the others."""

    def by_second(ans: Any, v: Any, x: Any) -> Any:
        if isinstance(v, (int, float)):
            v = _number(v, ans if x is None else x)
        return partial(ans, v, x)

    return by_second


def _number(value: float, x: Any) -> Any:
    """A number in the precision of `x`: some of SciPy's ufuncs give Python's another one."""
    return x.real.dtype.type(value)


def _operands(partial: Callable[..., Any]) -> list[str]:
    return [name.lstrip("_") for name in parameters_of(partial)[1:]]


class Partials(Pullback):
    """A ufunc of three or more operands, by its local partial derivatives.

    With several outputs, a partial gets all of them as its first argument, and is a tuple of the
    derivatives of each.
    """

    def __init__(self, func: np.ufunc, partials: tuple[Partial, ...]) -> None:
        super().__init__(func)
        written = [d for d in partials if d is not None]
        names = self.names = tuple(_operands(written[0]))
        self.kinds = [ONE_OPERAND] * len(names)
        self.takes_out = True
        self.out_at = len(names)
        known = {
            name: _product(d) for name, d in zip(names, partials, strict=True) if d is not None
        }
        self.vjps = _Known(known, self.name, {name: name for name in names})
        self.needs = {
            name: tuple(not p.startswith("_") for p in parameters_of(d))
            for name, d in zip(names, partials, strict=True)
            if d is not None
        }


def _product(partial: Callable[..., Any]) -> Callable[..., Any]:
    def vjp(g: Any, ans: Any, *operands: Any) -> Any:
        d = partial(ans, *operands)
        if isinstance(d, tuple):
            return sum(c * slope for c, slope in zip(g, d, strict=True))
        return g * d

    return vjp


_registering = Lock()


def _find(module: ModuleType | None, name: str) -> Any:
    """One of SciPy's ufuncs; some are behind Python functions."""
    own = getattr(sys.modules.get("scipy.special._ufuncs"), name, None)
    return own if isinstance(own, np.ufunc) else getattr(module, name, None)


def _learn(func: np.ufunc) -> None:
    """Register all rules if `func` is one of SciPy's special functions."""
    module = sys.modules.get("scipy.special")
    if module is None or _find(module, func.__name__) is not func:
        return
    with _registering:
        if sp is None:
            _register(module)


LATE.append(_learn)


def _register(module: ModuleType) -> None:
    global sp
    sp = module
    for name in {*dir(module), *dir(sys.modules.get("scipy.special._ufuncs"))}:
        if isinstance(func := _find(module, name), np.ufunc):
            FOREIGN[func] = f"scipy.special.{func.__name__.lstrip('_')}"
    rules: dict[Any, Any] = {}
    outputs: dict[Any, Any] = {}
    # Older versions of SciPy lack some.
    for name, partials in _PARTIALS.items():
        func = _find(module, name)
        if isinstance(func, np.ufunc):
            rules[func] = (_elementwise if len(partials) < 3 else Partials)(func, partials)
    for name, each in _SEVERAL.items():
        func = _find(module, name)
        if isinstance(func, np.ufunc):
            outputs[func] = tuple(_elementwise(func, partials) for partials in each)
    for name in _REAL_ONLY:
        func = _find(module, name)
        for rule in outputs.get(func) or (rules[func],):
            rule.complex = None
    CONSTANTS.update(f for name in _CONSTANT if isinstance(f := _find(module, name), np.ufunc))
    OUTPUTS.update(outputs)
    RULES.update(rules)


# ----------------------------------------------------------------------------------------
# Helpers
# ----------------------------------------------------------------------------------------


def _is_complex(*operands: Any) -> bool:
    return any(np.iscomplexobj(x) for x in operands)


def _polynomial(x: Any, coefficients: list[float]) -> Any:
    """A polynomial, from the constant coefficient on."""
    total: Any = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total


def _gauss(x: Any) -> Any:
    """``exp(-x**2)``."""
    # The square of a large x may be infinite: the result is 0, as it should be.
    with np.errstate(over="ignore"):
        return np.exp(-x * x)


def _normal(x: Any) -> Any:
    """The density of the normal distribution."""
    return _gauss(x / _SQRT2) / _SQRT_2PI


#: (2n-1)!! / 2**n, of n = 1, 2, ...
_TAIL = [math.prod(range(1, 2 * n, 2)) / 2**n for n in range(1, 17)]


def _sinc(x: Any) -> Any:
    """``sin(x) / x``."""
    return _over_x(x, np.sin, [(-1) ** k / math.factorial(2 * k + 1) for k in range(10)])


def _sinhc(x: Any) -> Any:
    """``sinh(x) / x``."""
    return _over_x(x, np.sinh, [1 / math.factorial(2 * k + 1) for k in range(10)])


def _over_x(x: Any, f: Callable[[Any], Any], series: list[float]) -> Any:
    near = np.abs(x) < 1
    s, far = np.where(near, x, 0.0), np.where(near, 1.0, x)
    return np.where(near, _polynomial(s * s, series), f(far) / far)


# ----------------------------------------------------------------------------------------
# Elementary functions
# ----------------------------------------------------------------------------------------

_ufunc("cbrt", lambda ans, _x: 1 / (3 * ans * ans))
_ufunc("exp2", lambda ans, _x: ans * math.log(2))
_ufunc("exp10", lambda ans, _x: ans * math.log(10))
_ufunc("expm1", lambda _, x: np.exp(x))
_ufunc("log1p", lambda _, x: 1 / (1 + x))
_ufunc("cosm1", lambda _, x: -np.sin(x))
_ufunc("sindg", lambda _, x: _DEGREE * sp.cosdg(x))
_ufunc("cosdg", lambda _, x: -_DEGREE * sp.sindg(x))
_ufunc("tandg", lambda ans, _x: _DEGREE * (1 + ans * ans))
_ufunc("cotdg", lambda ans, _x: -_DEGREE * (1 + ans * ans))
_ufunc(
    "radian",
    lambda _, _d, _m, _s: _DEGREE,
    lambda _, _d, _m, _s: _DEGREE / 60,
    lambda _, _d, _m, _s: _DEGREE / 3600,
)
_ufunc(
    "powm1",
    lambda ans, x, y: _power_by_base(ans, x, y),
    # Not ans + 1, which has no digits left where ans is close to -1.
    lambda _, x, y: _power_by_exponent(np.power(x, y), x, y),
)


def _exprel(ans: Any, x: Any) -> Any:
    near = np.abs(x) < 1
    s, far = np.where(near, x, 0.0), np.where(near, 1.0, x)
    above = ans * (1 - 1 / far) + 1 / far  # no infinity minus another
    below = (np.exp(np.minimum(far, 0.0)) - ans) / far
    series = _polynomial(s, [(k + 1) / math.factorial(k + 2) for k in range(18)])
    return np.where(near, series, np.where(x > 0, above, below))


_ufunc("exprel", _exprel)


def _boxcox_by_lambda(ans: Any, log_x: Any, lmbda: Any) -> Any:
    """Of ``boxcox = log(x) exprel(lmbda log(x))``, by `lmbda`."""
    log_x = np.where(np.isneginf(log_x) & (lmbda > 0), 0.0, log_x)
    t = lmbda * np.where(np.isinf(log_x), 0.0, log_x)
    near = np.abs(t) < 1
    # Also where log(x) was put to 0.
    near = near & ~((log_x == 0) & (ans != 0))
    s, safe = np.where(near, t, 0.0), np.where(near, 1.0, lmbda)
    series = _polynomial(s, [(k + 1) / math.factorial(k + 2) for k in range(18)])
    return np.where(near, log_x * log_x * series, ans * (log_x - 1 / safe) + log_x / safe)


def _log(x: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(x)


def _log1p(x: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log1p(x)


def _log_inverse(y: Any, lmbda: Any) -> Any:
    """The logarithm of ``inv_boxcox(y, lmbda)``."""
    none = (lmbda == 0) | (y == 0)
    safe = np.where(none, 1.0, lmbda)
    return np.where(none, y, _log1p(np.where(none, 0.0, y) * safe) / safe)


_ufunc(
    "boxcox",
    lambda _, x, lmbda: np.power(x, lmbda - 1),
    lambda ans, x, lmbda: _boxcox_by_lambda(ans, _log(x), lmbda),
)
_ufunc(
    "boxcox1p",
    lambda _, x, lmbda: np.power(1 + x, lmbda - 1),
    lambda ans, x, lmbda: _boxcox_by_lambda(ans, _log1p(x), lmbda),
)
_ufunc(
    "inv_boxcox",
    lambda ans, _y, lmbda: np.power(ans, 1 - lmbda),
    lambda ans, y, lmbda: (
        -_boxcox_by_lambda(y, _log_inverse(y, lmbda), lmbda) * np.power(ans, 1 - lmbda)
    ),
)
_ufunc(
    "inv_boxcox1p",
    lambda ans, _y, lmbda: np.power(1 + ans, 1 - lmbda),
    lambda ans, y, lmbda: (
        -_boxcox_by_lambda(y, _log_inverse(y, lmbda), lmbda) * np.power(1 + ans, 1 - lmbda)
    ),
)


def _tukey_by_lambda(ans: Any, x: Any, lmbda: Any) -> Any:
    rest = sp.tklmbda(-x, lmbda)
    by_lambda = _boxcox_by_lambda(sp.boxcox(ans, lmbda), _log(ans), lmbda) - _boxcox_by_lambda(
        sp.boxcox(rest, lmbda), _log(rest), lmbda
    )
    return -by_lambda * _tukey(ans, x, lmbda)


def _tukey(ans: Any, x: Any, lmbda: Any) -> Any:
    # The quantile function is boxcox(p) - boxcox(1 - p); outside its range all is constant.
    rest = sp.tklmbda(-x, lmbda)
    inside = (ans > 0) & (rest > 0)
    p, q = np.where(inside, ans, 0.5), np.where(inside, rest, 0.5)
    return np.where(inside, 1 / (np.power(p, lmbda - 1) + np.power(q, lmbda - 1)), 0.0)


_ufunc("tklmbda", _tukey, _tukey_by_lambda)

_ufunc(
    "huber",
    lambda _, delta, r: np.where(np.abs(r) > delta, np.abs(r) - delta, 0.0),
    lambda _, delta, r: np.where(np.abs(r) > delta, delta * np.sign(r), r),
)


def _pseudo_huber_by_delta(_: Any, delta: Any, r: Any) -> Any:
    # With h = hypot(delta, r): (h - delta)**2 / h.
    h = np.hypot(delta, r)
    h = h + (h == 0)
    u = r / (h + delta) * r
    return u / h * u


def _pseudo_huber_by_r(_: Any, delta: Any, r: Any) -> Any:
    h = np.hypot(delta, r)
    return r * (delta / (h + (h == 0)))


_ufunc("pseudo_huber", _pseudo_huber_by_delta, _pseudo_huber_by_r)

# ----------------------------------------------------------------------------------------
# Logistic functions and entropies
# ----------------------------------------------------------------------------------------

# Not 1 - ans, which has no digits left where ans is close to 1.
_ufunc("expit", lambda ans, x: ans * sp.expit(-x))
_ufunc("logit", lambda _, x: 1 / (x * (1 - x)))
_ufunc("log_expit", lambda _, x: sp.expit(-x))


def _over_y(x: Any, y: Any) -> Any:
    """``x / y``, and 0 where `x` is: also for y = 0."""
    return x / np.where(x == 0, 1.0, y)


_ufunc("xlogy", lambda _, _x, y: np.log(y), lambda _, x, y: _over_y(x, y))
_ufunc("xlog1py", lambda _, _x, y: np.log1p(y), lambda _, x, y: _over_y(x, 1 + y))
_ufunc("entr", lambda _, x: -np.log(x) - 1)
_ufunc(
    "rel_entr",
    lambda _, x, y: np.log(x / y) + 1,
    lambda _, x, y: -_over_y(x, y),
)
_ufunc("kl_div", lambda _, x, y: np.log(x / y), lambda _, x, y: _over_y(y - x, y))

# ----------------------------------------------------------------------------------------
# Error functions and the normal distribution
# ----------------------------------------------------------------------------------------


def _repeated(x: Any, plain: Any, sign: int) -> Any:
    """Put the asymptotic series in place of `plain` where that cancels, for large `x`.

    ``1 - sqrt(pi) x erfcx(x)`` and ``2 x dawsn(x) - 1`` are, but for signs, the sum of
    (2n-1)!! / (2 x**2)**n [DLMF 7.12.1].
    """
    if _is_complex(x):
        return plain
    far = x > 10 if sign < 0 else np.abs(x) > 10
    s = 1 / np.where(far, x, 10.0).astype(plain.dtype)
    s = s * s
    return np.where(far, s * _polynomial(sign * s, _TAIL), plain)


_ufunc("erf", lambda _, x: 2 / _SQRT_PI * _gauss(x))
_ufunc("erfc", lambda _, x: -2 / _SQRT_PI * _gauss(x))
_ufunc(
    "erfcx",
    lambda ans, x: -2 / _SQRT_PI * _repeated(x, 1 - _SQRT_PI * x * ans, -1),
)
_ufunc("erfi", lambda _, x: 2 / _SQRT_PI * np.exp(x * x))
_ufunc("erfinv", lambda ans, _x: _SQRT_PI / 2 * np.exp(ans * ans))
_ufunc("erfcinv", lambda ans, _x: -_SQRT_PI / 2 * np.exp(ans * ans))
_ufunc("dawsn", lambda ans, x: -_repeated(x, 2 * x * ans - 1, 1))
_ufunc("wofz", lambda ans, x: 2j / _SQRT_PI - 2 * x * ans)
_ufunc("ndtr", lambda _, x: _normal(x))
_ufunc("ndtri", lambda ans, _x: _SQRT_2PI * np.exp(ans * ans / 2))


def _log_ndtr(_: Any, x: Any) -> Any:
    # The hazard; an infinite erfcx would make higher derivatives nan.
    x = x if _is_complex(x) else np.minimum(x, 37.0)
    return math.sqrt(2 / math.pi) / sp.erfcx(-x / _SQRT2)


_ufunc("log_ndtr", _log_ndtr)
_ufunc("ndtri_exp", lambda ans, _x: math.sqrt(math.pi / 2) * sp.erfcx(-ans / _SQRT2))
_ufunc(
    "nrdtrimn",
    lambda _, p, std, _x: -std * _SQRT_2PI * np.exp(sp.ndtri(p) ** 2 / 2),
    lambda _, p, _std, _x: -sp.ndtri(p),
    lambda _, _p, _std, _x: 1.0,
)
_ufunc(
    "nrdtrisd",
    lambda _, _mn, p, _x: -1 / sp.ndtri(p),
    lambda ans, _mn, p, _x: -ans / sp.ndtri(p) * _SQRT_2PI * np.exp(sp.ndtri(p) ** 2 / 2),
    lambda _, _mn, p, _x: 1 / sp.ndtri(p),
)
# [Owen 1956]
_ufunc(
    "owens_t",
    lambda _, h, a: -_normal(h) * sp.erf(a * h / _SQRT2) / 2,
    lambda _, h, a: _gauss(h * np.hypot(1.0, a) / _SQRT2) / (2 * math.pi * (1 + a * a)),
)


def _voigt(x: Any, sigma: Any, gamma: Any, order: int) -> Any:
    """A derivative of the Faddeeva function at ``(x + i gamma) / (sigma sqrt(2))``.

    It is scaled so that its real part is that derivative of the profile by `x`.
    """
    # The profile of sigma = 0 is the limit.
    sigma = np.where(sigma == 0, 1e-8 * np.hypot(x, gamma), sigma)
    z = (x + 1j * gamma) / (sigma * _SQRT2)
    w = sp.wofz(z)
    first = 2j / _SQRT_PI - 2 * z * w
    plain = first if order == 1 else -2 * w - 2 * z * first
    # For large z they cancel: w ~ i / (sqrt(pi) z) sum of (2n-1)!! / (2 z**2)**n [DLMF 7.12.1].
    far = np.abs(z) > 10
    s = 1 / np.where(far, z, 10.0)
    factors = [(2 * n + 1) * (1 if order == 1 else 2 * n + 2) for n in range(len(_TAIL) + 1)]
    series = _polynomial(s * s, [c * f for c, f in zip([1.0, *_TAIL], factors, strict=True)])
    series = (-1) ** order * 1j / _SQRT_PI * series * s ** (order + 1)
    return np.where(far, series, plain) / (sigma * _SQRT_2PI * (sigma * _SQRT2) ** order)


# It solves the equation of heat conduction, of the time sigma**2 / 2.
_ufunc(
    "voigt_profile",
    lambda _, x, sigma, gamma: np.real(_voigt(x, sigma, gamma, 1)),
    lambda _, x, sigma, gamma: sigma * np.real(_voigt(x, sigma, gamma, 2)),
    lambda _, x, sigma, gamma: -np.imag(_voigt(x, sigma, gamma, 1)),
)

# ----------------------------------------------------------------------------------------
# Integrals of elementary functions
# ----------------------------------------------------------------------------------------

_ufunc("expi", lambda _, x: np.exp(x) / x)
_ufunc("exp1", lambda _, x: -np.exp(-x) / x)


def _expn(_: Any, n: Any, x: Any) -> Any:
    # SciPy has no order -1.
    low = np.less(n, 1)
    lower = sp.expn(np.maximum(n, 1) - 1, x)
    return -np.where(low, np.exp(-x) * (1 + x) / (x * x), lower) if np.any(low) else -lower


_ufunc("expn", None, _expn)


def _spence(_: Any, z: Any) -> Any:
    u = z - 1
    near = np.abs(u) < 0.2
    s, far = np.where(near, u, 0.0), np.where(near, 2.0, z)
    series = _polynomial(s, [(-1) ** k / (k + 1) for k in range(24)])
    return -np.where(near, series, np.log(far) / (far - 1))


_ufunc("spence", _spence)
_outputs("sici", (lambda _, x: _sinc(x),), (lambda _, x: np.cos(x) / x,))
_outputs("shichi", (lambda _, x: _sinhc(x),), (lambda _, x: np.cosh(x) / x,))
_outputs(
    "fresnel",
    (lambda _, x: np.sin(math.pi / 2 * x * x),),
    (lambda _, x: np.cos(math.pi / 2 * x * x),),
)


def _modified_fresnel(i: complex) -> tuple[tuple[Partial, ...], ...]:
    turn = cmath.exp(-i * math.pi / 4) / _SQRT_PI
    return (lambda _, x: -np.exp(i * x * x),), (lambda ans, x: -2 * i * x * ans - turn,)


_outputs("modfresnelp", *_modified_fresnel(1j))
_outputs("modfresnelm", *_modified_fresnel(-1j))
_ufunc("wrightomega", lambda ans, _x: ans / (1 + ans))
_ufunc("_lambertw", lambda ans, _z, _k, _tol: np.exp(-ans) / (1 + ans), None, None)

# ----------------------------------------------------------------------------------------
# Gamma functions
# ----------------------------------------------------------------------------------------


def _psi_difference(a: Any, b: Any) -> Any:
    """``psi(a + b) - psi(a)`` without cancellation, for small and for large `b`.

    By recurrence [DLMF 5.5.2] up to where the asymptotic series [DLMF 5.11.2] holds.
    """
    n = 12
    above = (a > 1 - n) & (a + b > 1 - n)
    plain = sp.psi(a + b) - sp.psi(a) if not np.all(above) else 0.0
    x, d = np.where(above, a, 1.0), np.where(above, b, 1.0)
    total: Any = 0.0
    for k in range(n):
        total = total + d / ((x + k) * (x + d + k))
    x = x + n
    ratio = np.log1p(d / x)
    total = total + ratio + d / (2 * x * (x + d))
    square: Any = 1.0
    for k, bernoulli in enumerate(_BERNOULLI, start=1):
        square = square / (x * x)
        total = total - bernoulli / (2 * k) * square * np.expm1(-2 * k * ratio)
    return np.where(above, total, plain)


#: B(2k) of k = 1, 2, ...
_BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6]


def _rgamma(ans: Any, x: Any) -> Any:
    if _is_complex(x):
        return -ans * sp.psi(x)
    # By reflection [DLMF 5.5.3, 5.5.4]: no poles at 0, -1, -2, ...
    low = x < 0.5
    s = 1 - np.where(low, x, 0.0)
    turn = s - 2 * np.rint(s / 2)
    reflected = sp.gamma(s) * (
        -np.cos(math.pi * turn) - np.sin(math.pi * turn) * sp.psi(s) / math.pi
    )
    return np.where(low, reflected, -ans * sp.psi(np.where(low, 1.0, x)))


def _rgamma_slope(x: Any) -> Any:
    return _rgamma(sp.rgamma(x), x)


_ufunc("gamma", lambda ans, x: ans * sp.psi(x))
_ufunc("rgamma", _rgamma)
_ufunc("gammaln", lambda _, x: sp.psi(x))
_ufunc("loggamma", lambda _, x: sp.psi(x))
_ufunc("psi", lambda _, x: sp.zeta(2.0, x))
_ufunc("_zeta", None, lambda _, x, q: -x * sp.zeta(x + 1, q))
_ufunc(
    "beta",
    lambda ans, a, b: -ans * _psi_difference(a, b),
    lambda ans, a, b: -ans * _psi_difference(b, a),
)
_ufunc(
    "betaln",
    lambda _, a, b: -_psi_difference(a, b),
    lambda _, a, b: -_psi_difference(b, a),
)


def _where_zero(ans: Any, at_zero: Callable[[], Any], elsewhere: Callable[[], Any]) -> Any:
    zero = ans == 0
    if not np.any(zero):
        return elsewhere()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(zero, at_zero(), elsewhere())


# Where 1 / gamma is 0, psi is infinite.
_ufunc(
    "binom",
    lambda ans, n, k: _where_zero(
        ans,
        lambda: sp.gamma(n + 1) * sp.rgamma(k + 1) * _rgamma_slope(n - k + 1),
        lambda: ans * _psi_difference(n - k + 1, k),
    ),
    lambda ans, n, k: _where_zero(
        ans,
        lambda: (
            sp.gamma(n + 1)
            * (
                _rgamma_slope(k + 1) * sp.rgamma(n - k + 1)
                - sp.rgamma(k + 1) * _rgamma_slope(n - k + 1)
            )
        ),
        lambda: ans * _psi_difference(k + 1, n - 2 * k),
    ),
)
_ufunc(
    "poch",
    lambda ans, z, m: _where_zero(
        ans, lambda: sp.gamma(z + m) * _rgamma_slope(z), lambda: ans * _psi_difference(z, m)
    ),
    lambda ans, z, m: ans * sp.psi(z + m),
)

# ----------------------------------------------------------------------------------------
# Densities
# ----------------------------------------------------------------------------------------


def _log1pmx(u: Any) -> Any:
    """``log(1 + u) - u``."""
    near = np.abs(u) < 0.25
    s, far = np.where(near, u, 0.0), np.where(near, 1.0, u)
    # log(1 + u) = 2 artanh(r)
    r = s / (2 + s)
    r2 = r * r
    series = r * (2 * r2 * _polynomial(r2, [1 / (2 * k + 3) for k in range(9)]) - s)
    return np.where(near, series, _log1p(far) - far)


def _stirling(k: Any) -> Any:
    """The error of Stirling's formula for ``log(k!)``, for k >= 16 [DLMF 5.11.1]."""
    s = 1 / (k * k)
    return _polynomial(s, [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188]) / k


def _poisson(k: Any, x: Any) -> Any:
    """``x**k exp(-x) / gamma(k + 1)``; for large `k` and `x` without cancellation [Loader]."""
    infinite = np.isinf(x)
    x = np.where(infinite, 1.0, x)
    large = np.greater_equal(k, 16)
    plain = np.exp(sp.xlogy(k, x) - x - sp.gammaln(k + 1))
    if np.any(large):
        k = np.where(large, k, 16.0)
        exponent = k * _log1pmx((x - k) / k) - _stirling(k)
        plain = np.where(large, np.exp(exponent) / np.sqrt(2 * math.pi * k), plain)
    return np.where(infinite, 0.0, plain)


def _gamma_density(a: Any, x: Any) -> Any:
    return _poisson(a - 1, x)


def _beta_density(a: Any, b: Any, x: Any, y: Any = None) -> Any:
    """``x**(a-1) y**(b-1) / beta(a, b)``, with y = 1 - x [DLMF 8.17.1; Loader]."""
    y = 1 - x if y is None else y
    k, m = a - 1, b - 1
    large = np.greater_equal(k, 16) & np.greater_equal(m, 16)
    plain = np.exp(sp.xlogy(k, x) + sp.xlogy(m, y) - sp.betaln(a, b))
    if np.any(large):
        k, m = np.where(large, k, 16.0), np.where(large, m, 16.0)
        n = k + m
        exponent = (
            k * _log1pmx((n * x - k) / k)
            + m * _log1pmx((n * y - m) / m)
            + _stirling(n)
            - _stirling(k)
            - _stirling(m)
        )
        density = (n + 1) * np.sqrt(n / (2 * math.pi * k * m)) * np.exp(exponent)
        plain = np.where(large, density, plain)
    return plain


_ufunc("gammainc", None, lambda _, a, x: _gamma_density(a, x))
_ufunc("gammaincc", None, lambda _, a, x: -_gamma_density(a, x))
_ufunc("gammaincinv", None, lambda ans, a, _y: 1 / _gamma_density(a, ans))
_ufunc("gammainccinv", None, lambda ans, a, _y: -1 / _gamma_density(a, ans))
_ufunc("betainc", None, None, lambda _, a, b, x: _beta_density(a, b, x))
_ufunc("betaincc", None, None, lambda _, a, b, x: -_beta_density(a, b, x))
_ufunc("betaincinv", None, None, lambda ans, a, b, _y: 1 / _beta_density(a, b, ans))
_ufunc("betainccinv", None, None, lambda ans, a, b, _y: -1 / _beta_density(a, b, ans))

# Counts `k` have no derivative: SciPy rounds them down.
_ufunc("pdtr", None, lambda _, k, m: -_poisson(np.floor(k), m))
_ufunc("pdtrc", None, lambda _, k, m: _poisson(np.floor(k), m))
_ufunc("pdtri", None, lambda ans, k, _y: -1 / _poisson(np.floor(k), ans))


def _binomial_density(k: Any, n: Any, p: Any) -> Any:
    k = np.floor(k)
    return _beta_density(k + 1, n - k, p)


_ufunc("bdtr", None, None, lambda _, k, n, p: -_binomial_density(k, n, p))
_ufunc("bdtrc", None, None, lambda _, k, n, p: _binomial_density(k, n, p))
_ufunc("bdtri", None, None, lambda ans, k, n, _y: -1 / _binomial_density(k, n, ans))
_ufunc("nbdtr", None, None, lambda _, k, n, p: _beta_density(n, np.floor(k) + 1, p))
_ufunc("nbdtrc", None, None, lambda _, k, n, p: -_beta_density(n, np.floor(k) + 1, p))
_ufunc("nbdtri", None, None, lambda ans, k, n, _y: 1 / _beta_density(n, np.floor(k) + 1, ans))

_ufunc("chdtr", None, lambda _, v, x: _gamma_density(v / 2, x / 2) / 2)
_ufunc("chdtrc", None, lambda _, v, x: -_gamma_density(v / 2, x / 2) / 2)
_ufunc("chdtri", None, lambda ans, v, _p: -2 / _gamma_density(v / 2, ans / 2))

_ufunc(
    "gdtr",
    lambda _, a, b, x: x * _gamma_density(b, a * x),
    None,
    lambda _, a, b, x: a * _gamma_density(b, a * x),
)
_ufunc(
    "gdtrc",
    lambda _, a, b, x: -x * _gamma_density(b, a * x),
    None,
    lambda _, a, b, x: -a * _gamma_density(b, a * x),
)
_ufunc(
    "gdtria",
    lambda ans, _p, b, x: 1 / (x * _gamma_density(b, ans * x)),
    None,
    lambda ans, _p, _b, x: -ans / x,
)
_ufunc(
    "gdtrix",
    lambda ans, a, _b, _p: -ans / a,
    None,
    lambda ans, a, b, _p: 1 / (a * _gamma_density(b, a * ans)),
)


def _f_density(dfn: Any, dfd: Any, x: Any) -> Any:
    s = dfd + dfn * x
    y = dfd / s
    return _beta_density(dfn / 2, dfd / 2, dfn * x / s, y) * (y * dfn / s)


_ufunc("fdtr", None, None, lambda _, dfn, dfd, x: _f_density(dfn, dfd, x))
_ufunc("fdtrc", None, None, lambda _, dfn, dfd, x: -_f_density(dfn, dfd, x))
_ufunc("fdtri", None, None, lambda ans, dfn, dfd, _p: 1 / _f_density(dfn, dfd, ans))


def _t_density(df: Any, t: Any) -> Any:
    infinite = np.isinf(df)
    df = np.where(infinite, 1.0, df)
    exponent = (df + 1) / 2 * np.log1p(t * t / df) + sp.betaln(_number(0.5, t), df / 2)
    return np.where(infinite, _normal(t), np.exp(-exponent) / np.sqrt(df))


_ufunc("stdtr", None, lambda _, df, t: _t_density(df, t))
_ufunc("stdtrit", None, lambda ans, df, _p: 1 / _t_density(df, ans))


def _noncentral_chi2(x: Any, df: Any, nc: Any) -> Any:
    """The density [AS 26.4.25], by a Bessel function where the parameters are large."""
    a = df / 2
    product = x * nc
    far = product > 100
    x1, nc1 = np.where(far, 1.0, x), np.where(far, 1.0, nc)
    near = _gamma_density(a, x1 / 2) * np.exp(-nc1 / 2) * sp.hyp0f1(a, x1 * nc1 / 4) / 2
    x2, nc2 = np.where(far, x, 1.0), np.where(far, nc, 1.0)
    d = np.sqrt(x2) - np.sqrt(nc2)
    scaled = np.exp(-d * d / 2) * sp.ive(a - 1, np.sqrt(x2 * nc2)) / 2
    return np.where(far, scaled * np.power(x2 / nc2, a / 2 - 0.5), near)


_ufunc(
    "chndtr",
    lambda _, x, df, nc: _noncentral_chi2(x, df, nc),
    None,
    lambda _, x, df, nc: -_noncentral_chi2(x, df + 2, nc),
)
_ufunc(
    "chndtrix",
    lambda ans, _p, df, nc: 1 / _noncentral_chi2(ans, df, nc),
    None,
    lambda ans, _p, df, nc: _noncentral_chi2(ans, df + 2, nc) / _noncentral_chi2(ans, df, nc),
)


def _noncentral_f(dfn: Any, dfd: Any, nc: Any, f: Any) -> Any:
    """The density: a mixture of beta densities with Poisson weights [AS 26.6.18]."""
    a, b = dfn / 2, dfd / 2
    z = nc / 2 * (dfn * f / (dfd + dfn * f))
    return _f_density(dfn, dfd, f) * np.exp(-nc / 2) * sp.hyp1f1(a + b, a, z)


def _noncentral_f_by_nc(dfn: Any, dfd: Any, nc: Any, f: Any) -> Any:
    a, b = dfn / 2, dfd / 2
    s = dfd + dfn * f
    w, y = dfn * f / s, dfd / s
    mixture = np.exp(-nc / 2) * sp.hyp1f1(a + b, a + 1, nc / 2 * w)
    return -0.5 * w * y / a * _beta_density(a, b, w, y) * mixture


_ufunc(
    "ncfdtr",
    None,
    None,
    lambda _, dfn, dfd, nc, f: _noncentral_f_by_nc(dfn, dfd, nc, f),
    lambda _, dfn, dfd, nc, f: _noncentral_f(dfn, dfd, nc, f),
)
_ufunc(
    "ncfdtri",
    None,
    None,
    lambda ans, dfn, dfd, nc, _p: (
        -_noncentral_f_by_nc(dfn, dfd, nc, ans) / _noncentral_f(dfn, dfd, nc, ans)
    ),
    lambda ans, dfn, dfd, nc, _p: 1 / _noncentral_f(dfn, dfd, nc, ans),
)


def _noncentral_t(df: Any, nc: Any, t: Any, power: int) -> Any:
    """The mean of ``s**power normal(t s - nc)``, where ``df s**2`` is of chi-square of `df`.

    By both series of the parabolic cylinder function [DLMF 12.5.1, 12.4.1].
    """
    r = t / np.sqrt(df)
    # Not 1 + r * r: its square root is wanted alone.
    q = np.hypot(1.0, r)
    beta = nc * (r / q)
    w = beta * beta / 2
    s = df + power
    half = sp.gammaln(df / 2)
    even = np.exp(sp.gammaln(s / 2) - half) * sp.hyp1f1(s / 2, 0.5, w)
    odd = np.exp(sp.gammaln((s + 1) / 2) - half) * sp.hyp1f1((s + 1) / 2, 1.5, w)
    scale = np.power(q, -s) * np.power(2 / df, power / 2)
    return _normal(nc) * scale * (even + _SQRT2 * beta * odd)


_ufunc(
    "nctdtr",
    None,
    lambda _, df, nc, t: -_noncentral_t(df, nc, t, 0),
    lambda _, df, nc, t: _noncentral_t(df, nc, t, 1),
)
_ufunc(
    "nctdtrit",
    None,
    lambda ans, df, nc, _p: _noncentral_t(df, nc, ans, 0) / _noncentral_t(df, nc, ans, 1),
    lambda ans, df, nc, _p: 1 / _noncentral_t(df, nc, ans, 1),
)

# ----------------------------------------------------------------------------------------
# Bessel functions
# ----------------------------------------------------------------------------------------

# [DLMF 10.6.1, 10.29.1]
_ufunc("j0", lambda _, x: -sp.j1(x))
_ufunc("j1", lambda _, x: (sp.j0(x) - sp.jv(2, x)) / 2)
_ufunc("y0", lambda _, x: -sp.y1(x))
_ufunc("y1", lambda _, x: (sp.y0(x) - sp.yv(2, x)) / 2)
_ufunc("i0", lambda _, x: sp.i1(x))
_ufunc("i1", lambda _, x: (sp.i0(x) + sp.iv(2, x)) / 2)
_ufunc("k0", lambda _, x: -sp.k1(x))
_ufunc("k1", lambda _, x: -(sp.k0(x) + sp.kv(2, x)) / 2)
_ufunc("jv", None, lambda _, v, x: (sp.jv(v - 1, x) - sp.jv(v + 1, x)) / 2)
_ufunc("yv", None, lambda _, v, x: (sp.yv(v - 1, x) - sp.yv(v + 1, x)) / 2)
_ufunc("iv", None, lambda _, v, x: (sp.iv(v - 1, x) + sp.iv(v + 1, x)) / 2)
_ufunc("kv", None, lambda _, v, x: -(sp.kv(v - 1, x) + sp.kv(v + 1, x)) / 2)
_ufunc("yn", None, lambda _, n, x: (sp.yv(n - 1, x) - sp.yv(n + 1, x)) / 2)
_ufunc("kn", None, lambda _, n, x: -(sp.kv(n - 1, x) + sp.kv(n + 1, x)) / 2)
_ufunc("hankel1", None, lambda _, v, z: (sp.hankel1(v - 1, z) - sp.hankel1(v + 1, z)) / 2)
_ufunc("hankel2", None, lambda _, v, z: (sp.hankel2(v - 1, z) - sp.hankel2(v + 1, z)) / 2)
_ufunc(
    "hankel1e",
    None,
    lambda ans, v, z: (sp.hankel1e(v - 1, z) - sp.hankel1e(v + 1, z)) / 2 - 1j * ans,
)
_ufunc(
    "hankel2e",
    None,
    lambda ans, v, z: (sp.hankel2e(v - 1, z) - sp.hankel2e(v + 1, z)) / 2 + 1j * ans,
)


_ufunc("jve", None, lambda _, v, x: (sp.jve(v - 1, x) - sp.jve(v + 1, x)) / 2)
_ufunc("yve", None, lambda _, v, x: (sp.yve(v - 1, x) - sp.yve(v + 1, x)) / 2)


def _scaled(v: Any, x: Any, plain: Any, sign: int) -> Any:
    """Put the asymptotic series in place of `plain` where that cancels, for large `x`.

    Of the derivative of ``exp(x) kv(v, x)``, or with a `sign` of ``exp(-x) iv(v, x)``
    [DLMF 10.40.1, 10.40.2].
    """
    if _is_complex(x):
        return plain
    far = (x > 30) & (x > 2 * v * v)
    if not np.any(far):
        return plain
    s = 1 / np.where(far, x, 30.0).astype(plain.dtype)
    # Where the order is too large for the series, that is not used.
    v = (v * far).astype(plain.dtype)
    power = s * np.sqrt(s)
    total = 0.5 * power
    a: Any = 1.0
    for k in range(1, 17):
        a = a * (4 * v * v - (2 * k - 1) ** 2) / (8 * k)
        power = power * s
        total = total + sign**k * (k + 0.5) * a * power
    return np.where(far, -(1 / _SQRT_2PI if sign < 0 else math.sqrt(math.pi / 2)) * total, plain)


def _i0e(ans: Any, x: Any) -> Any:
    r = np.abs(x)
    return np.sign(x) * _scaled(_number(0, x), r, sp.i1e(r) - ans, -1)


def _i1e(_: Any, x: Any) -> Any:
    r = np.abs(x)
    return _scaled(_number(1, x), r, (sp.i0e(r) + sp.ive(2, r)) / 2 - sp.i1e(r), -1)


def _ive(ans: Any, v: Any, x: Any) -> Any:
    plain = (sp.ive(v - 1, x) + sp.ive(v + 1, x)) / 2 - np.sign(x) * ans
    return _scaled(v, x, plain, -1)


def _kve(ans: Any, v: Any, x: Any) -> Any:
    return _scaled(v, x, ans - (sp.kve(v - 1, x) + sp.kve(v + 1, x)) / 2, 1)


_ufunc("i0e", _i0e)
_ufunc("i1e", _i1e)
_ufunc("ive", None, _ive)
_ufunc("k0e", lambda ans, x: _scaled(_number(0, x), x, ans - sp.k1e(x), 1))
_ufunc("k1e", lambda ans, x: _kve(ans, _number(1, x), x))
_ufunc("kve", None, _kve)

_outputs("itj0y0", (lambda _, x: sp.j0(x),), (lambda _, x: sp.y0(x),))
_outputs("iti0k0", (lambda _, x: sp.i0(x),), (lambda _, x: sp.k0(x),))


def _bessel_less_one(f: Callable[[Any], Any], x: Any, sign: int) -> Any:
    """``(f(x) - 1) / x`` for f = i0, or j0 with a sign [DLMF 10.2.2, 10.25.2]."""
    near = np.abs(x) < 2
    s, far = np.where(near, x, 0.0), np.where(near, 2.0, x)
    terms = [sign**k / math.factorial(k) ** 2 / 4**k for k in range(1, 15)]
    return np.where(near, s * _polynomial(s * s, terms), (f(far) - 1) / far)


_outputs(
    "it2j0y0",
    (lambda _, x: -_bessel_less_one(sp.j0, x, -1),),
    (lambda _, x: -sp.y0(x) / x,),
)
_outputs("it2i0k0", (lambda _, x: _bessel_less_one(sp.i0, x, 1),), (lambda _, x: -sp.k0(x) / x,))


def _struve_power(v: Any, x: Any) -> Any:
    return np.power(x / 2, v) * sp.rgamma(v + 1.5) / _SQRT_PI


# [DLMF 11.4.27, 11.4.28 and their like for modified functions]
_ufunc(
    "struve",
    None,
    lambda _, v, x: (sp.struve(v - 1, x) - sp.struve(v + 1, x) + _struve_power(v, x)) / 2,
)
_ufunc(
    "modstruve",
    None,
    lambda _, v, x: (sp.modstruve(v - 1, x) + sp.modstruve(v + 1, x) + _struve_power(v, x)) / 2,
)
_ufunc("itstruve0", lambda _, x: sp.struve(_number(0, x), x))
_ufunc("it2struve0", lambda _, x: -sp.struve(_number(0, x), x) / x)
_ufunc("itmodstruve0", lambda _, x: sp.modstruve(_number(0, x), x))

# Kelvin functions solve w'' = i w - w' / x [DLMF 10.61.3].
_ufunc("ber", lambda _, x: sp.berp(x))
_ufunc("bei", lambda _, x: sp.beip(x))
_ufunc("ker", lambda _, x: sp.kerp(x))
_ufunc("kei", lambda _, x: sp.keip(x))
_ufunc("berp", lambda ans, x: -sp.bei(x) - ans / np.where(x == 0, 1.0, x))
_ufunc(
    "beip",
    lambda ans, x: np.where(x == 0, 0.5, sp.ber(x) - ans / np.where(x == 0, 1.0, x)),
)
_ufunc("kerp", lambda ans, x: -sp.kei(x) - ans / x)
_ufunc("keip", lambda ans, x: sp.ker(x) - ans / x)
_outputs(
    "kelvin",
    (lambda _, x: sp.kelvin(np.real(x))[2],),
    (lambda _, x: sp.kelvin(np.real(x))[3],),
    (lambda ans, x: 1j * sp.kelvin(np.real(x))[0] - ans / x,),
    (lambda ans, x: 1j * sp.kelvin(np.real(x))[1] - ans / x,),
)

# Airy functions solve w'' = x w [DLMF 9.2.1].
_outputs(
    "airy",
    (lambda _, x: sp.airy(x)[1],),
    (lambda _, x: x * sp.airy(x)[0],),
    (lambda _, x: sp.airy(x)[3],),
    (lambda _, x: x * sp.airy(x)[2],),
)


def _airye(which: int, sign: int) -> Callable[..., Any]:
    def partial(ans: Any, x: Any) -> Any:
        other = sp.airye(x)[which]
        above = x > 0
        growth = np.where(above, np.sqrt(np.where(above, x, 1.0)), 0.0)
        return (other if which % 2 else x * other) + sign * growth * ans

    return partial


_outputs("airye", (_airye(1, 1),), (_airye(0, 1),), (_airye(3, -1),), (_airye(2, -1),))
_outputs(
    "itairy",
    (lambda _, x: sp.airy(x)[0],),
    (lambda _, x: sp.airy(x)[2],),
    (lambda _, x: sp.airy(-x)[0],),
    (lambda _, x: sp.airy(-x)[2],),
)

# Parabolic cylinder functions [DLMF 12.2.2, 12.14.1].
_outputs(
    "pbdv",
    (None, lambda _, v, x: sp.pbdv(v, x)[1]),
    (None, lambda _, v, x: (x * x / 4 - v - 0.5) * sp.pbdv(v, x)[0]),
)
_outputs(
    "pbvv",
    (None, lambda _, v, x: sp.pbvv(v, x)[1]),
    (None, lambda _, v, x: (x * x / 4 - v - 0.5) * sp.pbvv(v, x)[0]),
)
_outputs(
    "pbwa",
    (None, lambda _, a, x: sp.pbwa(a, x)[1]),
    (None, lambda _, a, x: (a - x * x / 4) * sp.pbwa(a, x)[0]),
)


def _mathieu(value: str) -> Callable[..., Any]:
    """Of an angular Mathieu function [DLMF 28.2.1]; SciPy's angle is in degrees."""

    def partial(ans: Any, m: Any, q: Any, x: Any) -> Any:
        y, slope = ans
        second = (2 * q * np.cos(2 * _DEGREE * x) - getattr(sp, value)(m, q)) * y
        return _DEGREE * slope, _DEGREE * second

    return partial


def _modified_mathieu(value: str) -> Callable[..., Any]:
    """Of a radial one [DLMF 28.20.1]."""

    def partial(ans: Any, m: Any, q: Any, x: Any) -> Any:
        y, slope = ans
        return slope, (getattr(sp, value)(m, q) - 2 * q * np.cosh(2 * x)) * y

    return partial


_ufunc("mathieu_cem", None, None, _mathieu("mathieu_a"))
_ufunc("mathieu_sem", None, None, _mathieu("mathieu_b"))
_ufunc("mathieu_modcem1", None, None, _modified_mathieu("mathieu_a"))
_ufunc("mathieu_modcem2", None, None, _modified_mathieu("mathieu_a"))
_ufunc("mathieu_modsem1", None, None, _modified_mathieu("mathieu_b"))
_ufunc("mathieu_modsem2", None, None, _modified_mathieu("mathieu_b"))

# ----------------------------------------------------------------------------------------
# Hypergeometric functions
# ----------------------------------------------------------------------------------------

# [DLMF 13.3.15, 13.3.22, 15.5.1, 10.46.1]
_ufunc("hyp0f1", None, lambda _, v, z: sp.hyp0f1(v + 1, z) / v)
_ufunc("hyp1f1", None, None, lambda _, a, b, x: a / b * sp.hyp1f1(a + 1, b + 1, x))
_ufunc("hyperu", None, None, lambda _, a, b, x: -a * sp.hyperu(a + 1, b + 1, x))
_ufunc(
    "hyp2f1",
    None,
    None,
    None,
    lambda _, a, b, c, z: a * b / c * sp.hyp2f1(a + 1, b + 1, c + 1, z),
)
_ufunc("wright_bessel", None, None, lambda _, a, b, x: sp.wright_bessel(a, a + b, x))
_ufunc(
    "log_wright_bessel",
    None,
    None,
    lambda ans, a, b, x: np.exp(sp.log_wright_bessel(a, a + b, x) - ans),
)

# ----------------------------------------------------------------------------------------
# Orthogonal polynomials
# ----------------------------------------------------------------------------------------

# [DLMF 18.9.15 to 18.9.28]. Derivatives have the degree n - 1: that of degree 0 is 0.


def _degree(n: Any) -> tuple[Any, Any]:
    """The degree of the derivative, and whether there is one."""
    n = np.asarray(n)
    if n.dtype.kind == "f" and np.all(n == np.rint(n)):
        n = n.astype(int)
    some = (n != 0) & ((n > 0) | (n.dtype.kind == "f"))
    return np.where(some, n - 1, n), some


def _gegenbauer(n: Any, alpha: Any, x: Any) -> Any:
    """The derivative of a Gegenbauer polynomial."""
    lower, some = _degree(n)
    return np.where(some, 2 * alpha * sp.eval_gegenbauer(lower, alpha + 1.0, x), 0.0)


def _chebyt(n: Any, x: Any) -> Any:
    lower, some = _degree(n)
    return np.where(some, (lower + 1) * sp.eval_chebyu(lower, x), 0.0)


def _laguerre(n: Any, alpha: Any, x: Any) -> Any:
    lower, some = _degree(n)
    return np.where(some, -sp.eval_genlaguerre(lower, alpha + 1.0, x), 0.0)


def _jacobi(_: Any, n: Any, alpha: Any, beta: Any, x: Any) -> Any:
    lower, some = _degree(n)
    slope = sp.eval_jacobi(lower, alpha + 1.0, beta + 1.0, x)
    return np.where(some, (lower + alpha + beta + 2) / 2 * slope, 0.0)


def _sh_jacobi(_: Any, n: Any, p: Any, q: Any, x: Any) -> Any:
    # They are monic.
    lower, some = _degree(n)
    return np.where(some, (lower + 1) * sp.eval_sh_jacobi(lower, p + 2.0, q + 1.0, x), 0.0)


def _hermite(_: Any, n: Any, x: Any) -> Any:
    lower, some = _degree(n)
    return np.where(some, 2 * (lower + 1) * sp.eval_hermite(lower, x), 0.0)


def _hermitenorm(_: Any, n: Any, x: Any) -> Any:
    lower, some = _degree(n)
    return np.where(some, (lower + 1) * sp.eval_hermitenorm(lower, x), 0.0)


_ufunc("eval_chebyt", None, lambda _, n, x: _chebyt(n, x))
_ufunc("eval_chebyu", None, lambda _, n, x: _gegenbauer(n, 1.0, x))
_ufunc("eval_chebyc", None, lambda _, n, x: _chebyt(n, x / 2))
_ufunc("eval_chebys", None, lambda _, n, x: _gegenbauer(n, 1.0, x / 2) / 2)
_ufunc("eval_sh_chebyt", None, lambda _, n, x: 2 * _chebyt(n, 2 * x - 1))
_ufunc("eval_sh_chebyu", None, lambda _, n, x: 2 * _gegenbauer(n, 1.0, 2 * x - 1))
_ufunc("eval_legendre", None, lambda _, n, x: _gegenbauer(n, 0.5, x))
_ufunc("eval_sh_legendre", None, lambda _, n, x: 2 * _gegenbauer(n, 0.5, 2 * x - 1))
_ufunc("eval_gegenbauer", None, None, lambda _, n, alpha, x: _gegenbauer(n, alpha, x))
_ufunc("eval_jacobi", None, None, None, _jacobi)
_ufunc("eval_sh_jacobi", None, None, None, _sh_jacobi)
_ufunc("eval_laguerre", None, lambda _, n, x: _laguerre(n, 0.0, x))
_ufunc("eval_genlaguerre", None, None, lambda _, n, alpha, x: _laguerre(n, alpha, x))
_ufunc("eval_hermite", None, _hermite)
_ufunc("eval_hermitenorm", None, _hermitenorm)


# [DLMF 14.10.5]
_ufunc(
    "lpmv",
    None,
    None,
    lambda ans, m, v, x: ((v + m) * sp.lpmv(m, v - 1, x) - v * x * ans) / ((1 - x) * (1 + x)),
)

# ----------------------------------------------------------------------------------------
# Elliptic integrals
# ----------------------------------------------------------------------------------------

# Legendre's integrals by Carlson's [DLMF 19.25.1, 19.25.5, 19.25.9], and their derivatives by
# [DLMF 19.18.1]: so nothing cancels where the parameter is small.


def _ellipk(m: Any) -> Any:
    return sp.elliprd(0.0, 1.0, 1 - m) / 6


def _ellipe(m: Any) -> Any:
    return -sp.elliprd(0.0, 1 - m, 1.0) / 6


def _incomplete(phi: Any, m: Any, first: bool) -> Any:
    """The derivative by `m` of the incomplete integral of the first or the second kind."""
    turns = np.rint(phi / math.pi)
    phi = phi - math.pi * turns
    s, c = np.sin(phi), np.cos(phi)
    y = 1 - m * s * s
    integral = sp.elliprd(c * c, 1.0, y) / 6 if first else -sp.elliprd(c * c, y, 1.0) / 6
    integral = s * s * s * integral
    if not np.any(turns):
        return integral
    whole = (_ellipk if first else _ellipe)(np.where(turns == 0, 0.0, m))
    return integral + 2 * turns * whole


def _delta(phi: Any, m: Any) -> Any:
    s = np.sin(phi)
    return np.sqrt(1 - m * s * s)


_ufunc("ellipk", lambda _, m: _ellipk(m))
_ufunc("ellipkm1", lambda _, p: -sp.elliprd(0.0, 1.0, p) / 6)
_ufunc("ellipe", lambda _, m: _ellipe(m))
_ufunc(
    "ellipkinc", lambda _, phi, m: 1 / _delta(phi, m), lambda _, phi, m: _incomplete(phi, m, True)
)
_ufunc("ellipeinc", lambda _, phi, m: _delta(phi, m), lambda _, phi, m: _incomplete(phi, m, False))


def _amplitude_by_m(u: Any, m: Any) -> Any:
    # phi is the inverse of u = ellipkinc(phi, m).
    _, _, dn, phi = sp.ellipj(u, m)
    return -dn * _incomplete(phi, m, True)


def _sn_by_m(_: Any, u: Any, m: Any) -> Any:
    return sp.ellipj(u, m)[1] * _amplitude_by_m(u, m)


def _cn_by_m(_: Any, u: Any, m: Any) -> Any:
    return -sp.ellipj(u, m)[0] * _amplitude_by_m(u, m)


def _dn_by_m(ans: Any, u: Any, m: Any) -> Any:
    sn, cn = sp.ellipj(u, m)[:2]
    return -sn * (sn / 2 + m * cn * _amplitude_by_m(u, m)) / ans


def _product_of(u: Any, m: Any, i: int, k: int) -> Any:
    parts = sp.ellipj(u, m)
    return parts[i] * parts[k]


# [DLMF 22.13.1 to 22.13.3]
_outputs(
    "ellipj",
    (lambda _, u, m: _product_of(u, m, 1, 2), _sn_by_m),
    (lambda _, u, m: -_product_of(u, m, 0, 2), _cn_by_m),
    (lambda _, u, m: -m * _product_of(u, m, 0, 1), _dn_by_m),
    (lambda _, u, m: sp.ellipj(u, m)[2], lambda _, u, m: _amplitude_by_m(u, m)),
)

# agm(a, b) = pi / 2 / elliprf(0, a**2, b**2) [DLMF 19.8.5].


def _agm(ans: Any, a: Any, b: Any) -> Any:
    r, m = b / a, ans / a
    return 2 / (3 * math.pi) * m * m * sp.elliprd(0.0, r * r, 1.0)


_ufunc("agm", _agm, lambda ans, a, b: _agm(ans, b, a))


def _rc_by_x(ans: Any, x: Any, y: Any) -> Any:
    below = y < 0  # Cauchy's principal value
    slope = -sp.elliprd(np.where(below, 1.0, y), np.where(below, 1.0, y), x) / 6
    if not np.any(below):
        return slope
    return np.where(below, (ans - 1 / np.sqrt(x)) / (2 * np.where(below, y - x, 1.0)), slope)


def _rc_by_y(ans: Any, x: Any, y: Any) -> Any:
    below = y < 0
    slope = -sp.elliprd(x, np.where(below, 1.0, y), np.where(below, 1.0, y)) / 3
    if not np.any(below):
        return slope
    closed = (ans - np.sqrt(x) / y) / (2 * np.where(below, x - y, 1.0))
    return np.where(below, closed, slope)


_ufunc("elliprc", _rc_by_x, _rc_by_y)
_ufunc(
    "elliprf",
    lambda _, x, y, z: -sp.elliprd(y, z, x) / 6,
    lambda _, x, y, z: -sp.elliprd(z, x, y) / 6,
    lambda _, x, y, z: -sp.elliprd(x, y, z) / 6,
)


def _rg(x: Any, y: Any, z: Any) -> Any:
    return sp.elliprf(x, y, z) / 4 - x * sp.elliprd(y, z, x) / 12


# By [DLMF 19.21.11] and the derivatives of R_F.
_ufunc(
    "elliprg",
    lambda _, x, y, z: _rg(x, y, z),
    lambda _, x, y, z: _rg(y, z, x),
    lambda _, x, y, z: _rg(z, x, y),
)


def _bridge(quotient: Callable[[Any, Any], Any], x: Any, p: Any) -> Any:
    """A function ``quotient(x, p)`` that is smooth, but computed as 0 / 0 where p = x.

    There it is interpolated from values around, to nearly full precision.
    """
    step = 0.004
    near = np.abs(p - x) < step * np.abs(x)
    if not np.any(near):
        return quotient(x, p)
    at = np.where(near, x, 1.0)
    u = (np.where(near, p, 1.0) / at - 1) / step
    total: Any = 0.0
    nodes = (-3, -2, -1, 1, 2, 3)
    for j in nodes:
        weight: Any = 1.0
        for k in nodes:
            if k != j:
                weight = weight * (u - k) / (j - k)
        total = total + weight * quotient(at, at * (1 + j * step))
    return np.where(near, total, quotient(x, np.where(near, 2 * x, p)))


# By partial fractions of the integrand.


def _rd_by_x(x: Any, y: Any, z: Any) -> Any:
    def quotient(x: Any, z: Any) -> Any:
        return (sp.elliprd(y, z, x) - sp.elliprd(x, y, z)) / (z - x)

    return -_bridge(quotient, x, z) / 2


def _weighted(x: Any, slope: Callable[[Any], Any]) -> Any:
    """``x slope(x)``, which is 0 where `x` is, though the slope is infinite there."""
    none = np.equal(x, 0)
    return np.where(none, 0.0, x * slope(np.where(none, 1.0, x)))


def _rd_by_z(ans: Any, x: Any, y: Any, z: Any) -> Any:
    # Homogeneous of degree -3/2 [Euler].
    rest = _weighted(x, lambda x: _rd_by_x(x, y, z)) + _weighted(y, lambda y: _rd_by_x(y, x, z))
    return -(1.5 * ans + rest) / z


_ufunc(
    "elliprd",
    lambda _, x, y, z: _rd_by_x(x, y, z),
    lambda _, x, y, z: _rd_by_x(y, x, z),
    _rd_by_z,
)


def _rj_by_x(x: Any, y: Any, z: Any, p: Any) -> Any:
    def quotient(x: Any, p: Any) -> Any:
        return (sp.elliprd(y, z, x) - sp.elliprj(x, y, z, p)) / (p - x)

    return -_bridge(quotient, x, p) / 2


def _rj_by_p(ans: Any, x: Any, y: Any, z: Any, p: Any) -> Any:
    rest = (
        _weighted(x, lambda x: _rj_by_x(x, y, z, p))
        + _weighted(y, lambda y: _rj_by_x(y, z, x, p))
        + _weighted(z, lambda z: _rj_by_x(z, x, y, p))
    )
    return -(1.5 * ans + rest) / p


_ufunc(
    "elliprj",
    lambda _, x, y, z, p: _rj_by_x(x, y, z, p),
    lambda _, x, y, z, p: _rj_by_x(y, z, x, p),
    lambda _, x, y, z, p: _rj_by_x(z, x, y, p),
    _rj_by_p,
)
