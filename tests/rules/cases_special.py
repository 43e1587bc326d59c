"""Cases of the rules in `mygrad.rules.special`; see `cases`."""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp
from cases import INF, Case, Special, above_1, at, between, normal, positive, signed, unit

import mygrad as mg

probability = between(0.1, 0.9)


def case(func: Callable[..., Any], *operands: Any, **more: Any) -> Case:
    """As `Case`: of SciPy's functions, which mygrad has no mirrors of."""
    return Case(named(func, func), *operands, plain=func, **more)


def named(func: Callable[..., Any], body: Callable[..., Any]) -> Callable[..., Any]:
    """`body` as a Python function of the name of `func`."""

    def call(*args: Any) -> Any:
        return body(*args)

    call.__name__ = call.__qualname__ = func.__name__
    return call


def pick(func: Callable[..., Any], *wanted: int) -> Callable[..., Any]:
    """Some of the outputs of a function of several."""

    def picked(*args: Any) -> Any:
        results = func(*args)
        return tuple(results[i] for i in wanted)

    return named(func, picked)


def halves(func: Callable[..., Any]) -> Callable[..., Any]:
    """The real and imaginary parts of the complex results of a function."""

    def halved(*args: Any) -> Any:
        results = func(*args)
        results = results if isinstance(results, tuple) else (results,)
        return tuple(half(z) for z in results for half in (np.real, np.imag))

    return named(func, halved)


def double(func: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose float32 version is broken in SciPy: with its last operand widened."""

    def doubled(*args: Any) -> Any:
        return func(*args[:-1], args[-1] + np.float64(0))

    return named(func, doubled)


N = np.array([0, 1, 4])
V = np.array([0.0, 1.5, 3.0])

CASES: list[Case] = [
    # ---- Functions of `mygrad.special` that have rules ------------------------------------
    Case(mg.special.spherical_jn, N, normal(2, 3), plain=sp.spherical_jn),
    Case(mg.special.spherical_yn, N, positive(2, 3), plain=sp.spherical_yn),
    Case(mg.special.spherical_in, N, normal(2, 3), plain=sp.spherical_in),
    Case(mg.special.spherical_kn, N, positive(2, 3), plain=sp.spherical_kn),
    # ---- Elementary functions -----------------------------------------------------------
    case(sp.cbrt, signed()),
    case(sp.exp2, normal()),
    case(sp.exp10, unit()),
    case(sp.expm1, normal()),
    case(sp.log1p, unit()),
    case(sp.cosm1, normal()),
    case(sp.sindg, between(-200, 200)()),
    case(sp.cosdg, between(-200, 200)()),
    case(sp.tandg, between(-60, 60)()),
    case(sp.cotdg, between(20, 150)()),
    case(sp.radian, normal(), normal(), normal()),
    case(sp.powm1, positive(), normal()),
    case(sp.exprel, normal()),
    case(sp.exprel, between(-30, 5)(5)),
    case(sp.boxcox, positive(), normal()),
    case(sp.boxcox, positive(3), np.array([0.0, 1e-9, 2.0])),
    case(sp.boxcox, between(20, 30)(3), normal(3)),
    case(sp.boxcox1p, unit(), normal()),
    case(sp.inv_boxcox, unit(), unit()),
    case(sp.inv_boxcox, unit(3), np.array([0.0, 1e-9, 2.0]) / 3),
    case(sp.inv_boxcox1p, unit(), unit()),
    case(sp.tklmbda, between(-0.6, 0.6)(), between(-0.5, 1.5)()),
    case(sp.huber, between(1.0, 1.2)(4), between(-0.9, 0.9)(4)),
    case(sp.huber, between(0.5, 0.8)(4), above_1(4)),
    case(sp.pseudo_huber, positive(), normal()),
    case(sp.softplus, normal()),
    # ---- Logistic functions and entropies -----------------------------------------------
    case(sp.expit, normal()),
    case(sp.logit, probability()),
    case(sp.log_expit, normal()),
    case(sp.xlogy, signed(), positive()),
    case(sp.xlog1py, signed(), unit()),
    case(sp.entr, positive()),
    case(sp.rel_entr, positive(), positive()),
    case(sp.kl_div, positive(), positive()),
    # ---- Error functions and the normal distribution ------------------------------------
    case(sp.erf, normal()),
    case(sp.erfc, normal()),
    case(sp.erfcx, normal()),
    case(sp.erfcx, between(9, 30)(5)),
    case(sp.erfi, unit()),
    case(sp.erfinv, unit()),
    case(sp.erfcinv, between(0.2, 1.8)()),
    case(sp.dawsn, normal()),
    case(sp.dawsn, between(9, 30)(5)),
    case(sp.ndtr, normal()),
    case(sp.ndtri, probability()),
    case(sp.log_ndtr, normal()),
    case(sp.log_ndtr, between(-50, -2)(5)),
    case(sp.ndtri_exp, between(-3, -0.3)()),
    case(sp.nrdtrimn, probability(), positive(), normal()),
    case(sp.nrdtrisd, normal(), between(0.6, 0.9)(), above_1()),
    case(sp.owens_t, normal(), normal()),
    case(sp.voigt_profile, normal(), positive(), positive()),
    case(sp.voigt_profile, between(9, 15)(4), between(0.9, 1.1)(4), probability(4)),
    case(halves(sp.wofz), normal()),
    # ---- Integrals of elementary functions ----------------------------------------------
    case(sp.expi, positive()),
    case(sp.exp1, positive()),
    case(sp.expn, N, positive(2, 3)),
    case(sp.spence, positive()),
    case(sp.spence, between(0.7, 1.3)(5)),
    case(sp.sici, positive()),
    case(sp.shichi, positive()),
    case(sp.fresnel, unit()),
    # SciPy's own values are wrong for negative operands.
    case(halves(sp.modfresnelp), positive()),
    case(halves(sp.modfresnelm), positive()),
    case(sp.wrightomega, normal()),
    case(halves(sp._ufuncs._lambertw), positive(), 0, 1e-13),
    case(halves(sp.lambertw), positive()),
    # ---- Gamma functions ----------------------------------------------------------------
    case(sp.gamma, positive()),
    case(sp.gamma, between(-1.8, -1.2)(3)),
    case(sp.gammaln, positive()),
    case(sp.loggamma, positive()),
    case(sp.rgamma, normal()),
    case(sp.psi, positive()),
    case(sp._ufuncs._zeta, 2.5, positive()),
    case(sp.zeta, np.array([2.0, 3.5, 6.0]), positive()),
    case(sp.beta, positive(), positive()),
    case(sp.betaln, positive(), positive()),
    case(sp.betaln, between(90, 110)(3), positive(3)),
    case(sp.binom, between(4, 6)(), positive()),
    case(sp.poch, positive(), positive()),
    # ---- Distributions ------------------------------------------------------------------
    case(sp.gammainc, 1.3, positive()),
    case(sp.gammainc, np.array([0.7, 20.0, 30.0]), between(15, 30)(2, 3)),
    case(sp.gammaincc, 1.3, positive()),
    case(sp.gammaincinv, 1.3, probability()),
    case(sp.gammainccinv, 1.3, probability()),
    case(sp.betainc, 1.3, 2.4, probability()),
    case(sp.betainc, 25.0, 30.0, probability()),
    case(sp.betaincc, 1.3, 2.4, probability()),
    case(sp.betaincinv, 1.3, 2.4, probability()),
    case(sp.betainccinv, 1.3, 2.4, probability()),
    case(sp.pdtr, N, positive(2, 3)),
    case(sp.pdtrc, N, positive(2, 3)),
    case(sp.pdtri, N, probability(2, 3)),
    case(sp.bdtr, N, 5, probability(2, 3)),
    case(sp.bdtrc, N, 5, probability(2, 3)),
    case(sp.bdtri, N, 5, probability(2, 3)),
    case(sp.nbdtr, N, 5, probability(2, 3)),
    case(sp.nbdtrc, N, 5, probability(2, 3)),
    case(sp.nbdtri, N, 5, probability(2, 3)),
    case(sp.chdtr, 3.0, positive()),
    case(sp.chdtrc, 3.0, positive()),
    case(sp.chdtri, 3.0, probability()),
    case(sp.gdtr, positive(), 1.7, positive()),
    case(sp.gdtrc, positive(), 1.7, positive()),
    case(sp.gdtria, probability(), 1.7, positive()),
    case(sp.gdtrix, positive(), 1.7, probability()),
    case(sp.fdtr, 3.0, 4.5, positive()),
    case(sp.fdtrc, 3.0, 4.5, positive()),
    case(sp.fdtri, 3.0, 4.5, probability()),
    case(sp.stdtr, np.array([2.0, 7.5, INF]), normal()),
    case(sp.stdtrit, 3.0, probability()),
    case(sp.chndtr, positive(), 3.0, positive()),
    case(sp.chndtr, between(90, 130)(3), 3.0, between(90, 130)(3)),
    case(sp.chndtrix, probability(), 3.0, positive()),
    case(sp.ncfdtr, 3.0, 4.5, positive(), positive()),
    case(sp.ncfdtri, 3.0, 4.5, positive(), probability()),
    case(sp.nctdtr, 3.0, normal(), normal()),
    case(sp.nctdtrit, 3.0, unit(), probability()),
    # ---- Bessel functions ---------------------------------------------------------------
    case(sp.j0, normal()),
    case(sp.j1, normal()),
    case(sp.y0, positive()),
    case(sp.y1, positive()),
    case(sp.i0, normal()),
    case(sp.i1, normal()),
    case(sp.k0, positive()),
    case(sp.k1, positive()),
    case(sp.i0e, signed()),
    case(sp.i0e, between(25, 40)(5)),
    case(sp.i1e, signed()),
    case(sp.i1e, between(25, 40)(5)),
    case(sp.k0e, positive()),
    case(sp.k0e, between(25, 40)(5)),
    case(sp.k1e, positive()),
    case(sp.jv, V, positive(2, 3)),
    case(sp.jv, 2, positive()),
    case(sp.jve, V, positive(2, 3)),
    case(sp.yv, V, positive(2, 3)),
    case(sp.yve, V, positive(2, 3)),
    case(sp.yn, N, positive(2, 3)),
    case(sp.iv, V, positive(2, 3)),
    case(sp.ive, V, positive(2, 3)),
    case(sp.ive, V, between(25, 40)(2, 3)),
    case(sp.kv, V, positive(2, 3)),
    case(sp.kve, V, positive(2, 3)),
    case(sp.kve, V, between(25, 40)(2, 3)),
    case(sp.kn, N, positive(2, 3)),
    case(halves(sp.hankel1), V, positive(2, 3)),
    case(halves(sp.hankel2), V, positive(2, 3)),
    case(halves(sp.hankel1e), V, positive(2, 3)),
    case(halves(sp.hankel2e), V, positive(2, 3)),
    *[case(f, 1, positive(), 2) for f in (sp.jvp, sp.yvp, sp.ivp, sp.kvp)],
    *[case(halves(f), 1, positive(), 2) for f in (sp.h1vp, sp.h2vp)],
    case(sp.struve, V, positive(2, 3)),
    case(sp.modstruve, V, positive(2, 3)),
    case(sp.itstruve0, positive()),
    case(sp.it2struve0, positive()),
    case(sp.itmodstruve0, positive()),
    case(sp.itj0y0, positive()),
    case(sp.iti0k0, positive()),
    case(sp.it2j0y0, positive()),
    case(sp.it2i0k0, positive()),
    *[case(f, positive()) for f in (sp.ber, sp.bei, sp.ker, sp.kei)],
    *[case(f, positive()) for f in (sp.berp, sp.beip, sp.kerp, sp.keip)],
    case(halves(sp.kelvin), positive()),
    case(sp.airy, normal()),
    case(sp.airye, positive()),
    case(pick(sp.airye, 2, 3), between(-2, -0.5)()),
    # Further from 0, SciPy's own values are off by up to 1e-6.
    case(sp.itairy, between(-0.4, 0.4)()),
    case(sp.pbdv, 1.5, normal()),
    case(sp.pbvv, 1.5, normal()),
    case(sp.pbwa, 0.5, normal()),
    case(double(sp.mathieu_cem), 2, 1.5, between(-80, 80)()),
    case(double(sp.mathieu_sem), 2, 1.5, between(-80, 80)()),
    case(double(sp.mathieu_modcem1), 2, 1.5, positive()),
    case(double(sp.mathieu_modcem2), 2, 1.5, positive()),
    case(double(sp.mathieu_modsem1), 2, 1.5, positive()),
    case(double(sp.mathieu_modsem2), 2, 1.5, positive()),
    # ---- Hypergeometric functions -------------------------------------------------------
    case(sp.hyp0f1, 1.3, normal()),
    case(sp.hyp1f1, 0.7, 1.3, normal()),
    case(sp.hyperu, 0.7, 1.3, positive()),
    case(sp.hyp2f1, 0.7, 1.2, 1.9, unit()),
    case(sp.wright_bessel, 0.7, 1.3, positive()),
    case(sp.log_wright_bessel, 0.7, 1.3, positive()),
    # ---- Orthogonal polynomials ---------------------------------------------------------
    *[
        case(f, N, unit(2, 3))
        for f in (
            sp.eval_chebyt,
            sp.eval_chebyu,
            sp.eval_chebyc,
            sp.eval_chebys,
            sp.eval_legendre,
            sp.eval_laguerre,
            sp.eval_hermite,
            sp.eval_hermitenorm,
        )
    ],
    *[
        case(f, N, probability(2, 3))
        for f in (sp.eval_sh_chebyt, sp.eval_sh_chebyu, sp.eval_sh_legendre)
    ],
    case(sp.eval_legendre, 2.5, unit()),
    case(sp.eval_gegenbauer, N, 0.7, unit(2, 3)),
    case(sp.eval_genlaguerre, N, 0.7, unit(2, 3)),
    case(sp.eval_jacobi, N, 0.7, 0.4, unit(2, 3)),
    case(sp.eval_sh_jacobi, N, 2.7, 1.4, probability(2, 3)),
    case(sp.lpmv, np.array([0, 1, 2]), 3, unit(2, 3)),
    # ---- Elliptic integrals -------------------------------------------------------------
    case(sp.ellipk, unit()),
    case(sp.ellipkm1, positive()),
    case(sp.ellipe, unit()),
    case(sp.ellipkinc, normal(), unit()),
    case(sp.ellipkinc, between(2, 9)(3), unit(3)),
    case(sp.ellipeinc, normal(), unit()),
    case(sp.ellipeinc, between(2, 9)(3), unit(3)),
    case(pick(sp.ellipj, 0, 1, 2, 3), normal(), probability()),
    case(sp.agm, positive(), positive()),
    case(sp.elliprc, positive(), positive()),
    case(sp.elliprc, positive(3), between(-2, -0.5)(3)),
    case(sp.elliprf, positive(), positive(), positive()),
    case(sp.elliprg, positive(), positive(), positive()),
    case(sp.elliprd, positive(), positive(), positive()),
    case(sp.elliprj, positive(3), positive(3), positive(3), positive(3)),
]

SPECIAL: list[Special] = [
    at(sp.expit, [0.0, 40.0, -40.0, 1000.0], by=[0.25, np.exp(-40.0), np.exp(-40.0), 0.0]),
    at(sp.logit, [0.0, 1.0], by=[INF, INF]),
    at(sp.log_expit, [-INF, 0.0, INF], by=[1.0, 0.5, 0.0]),
    at(sp.xlogy, [0.0, 0.0], [2.0, 0.0], by=([np.log(2), -INF], [0.0, 0.0])),
    at(sp.xlog1py, [0.0, 0.0], [1.0, -1.0], by=([np.log(2), -INF], [0.0, 0.0])),
    at(sp.entr, [0.0, 1.0], by=[INF, -1.0]),
    at(sp.rel_entr, [0.0], [2.0], by=([-INF], [0.0])),
    at(sp.kl_div, [2.0], [2.0], by=([0.0], [0.0])),
    at(sp.exprel, [0.0, -INF, INF, 800.0], by=[0.5, 0.0, INF, INF]),
    at(sp.boxcox, [0.0, 2.0], [0.5, 0.0], by=([INF, 0.5], [4.0, np.log(2) ** 2 / 2])),
    at(sp.huber, [1.0, 1.0], [0.0, -3.0], by=([0.0, 2.0], [0.0, -1.0])),
    at(
        sp.pseudo_huber,
        [0.0, 0.0, 1.0, 1.0],
        [0.0, 3.0, 0.0, 1e200],
        by=([0.0, 3.0, 0.0, 1e200], [0.0, 0.0, 0.0, 1.0]),
    ),
    at(sp.erf, [0.0, 1e200], by=[2 / np.sqrt(np.pi), 0.0]),
    at(sp.erfinv, [1.0, -1.0, 0.0], by=[INF, INF, np.sqrt(np.pi) / 2]),
    at(sp.erfcx, [1e8], by=[-1e-16 / np.sqrt(np.pi)]),
    at(sp.dawsn, [0.0, 1e8], by=[1.0, -0.5e-16]),
    at(sp.log_ndtr, [0.0, -1e8, 100.0], by=[np.sqrt(2 / np.pi), 1e8, 0.0]),
    at(sp.spence, [1.0], by=[-1.0]),
    at(sp.rgamma, [0.0, -1.0, -2.0], by=[1.0, -1.0, 2.0]),
    at(sp.beta, [1.0], [1.0], by=([-1.0], [-1.0])),
    at(sp.binom, [3.0, 4.0], [5.0, 2.0], by=([-0.05, 3.5], [0.05, 0.0])),
    at(sp.poch, [0.0], [2.0], by=([1.0], [0.0])),
    at(sp.betaln, [1e12], [1.0], by=([-1e-12], [-28.208236780830575])),
    at(sp.j1, [0.0], by=[0.5]),
    at(sp.i0e, [0.0, 1e8], by=[0.0, -0.5e-12 * (1 + 3.75e-9) / np.sqrt(2 * np.pi)]),
    at(sp.i1, [0.0], by=[0.5]),
    at(sp.beip, [0.0], by=[0.5]),
    at(sp.berp, [0.0], by=[0.0]),
    at(sp.ellipk, [0.0, 1.0], by=[np.pi / 8, INF]),
    at(sp.ellipe, [0.0], by=[-np.pi / 8]),
    at(sp.elliprd, [1.0], [1.0], [1.0], by=([-0.3], [-0.3], [-0.9])),
    at(sp.elliprg, [1.0], [1.0], [1.0], by=([1 / 6], [1 / 6], [1 / 6])),
    at(sp.agm, [1.0, 1e200], [1.0, 1e200], by=([0.5, 0.5], [0.5, 0.5])),
    at(sp.ndtri, [0.0, 0.5], by=[INF, np.sqrt(2 * np.pi)]),
    at(sp.voigt_profile, [0.5], [0.0], [1.0], by=([-0.64 / np.pi], [0.0], [-0.48 / np.pi])),
]
