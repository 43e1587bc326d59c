"""SciPy's special functions: how their rules come into the table, and what is refused."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
import scipy.special as sp
from _oracle import assert_close, differences, gradient_of, quiet
from cases import CASES, Draw

import mygrad as mg
from mygrad._table import CONSTANTS, OUTPUTS, RULES
from mygrad.rules import special

UNKNOWN = {
    name: partials
    for name, partials in special._PARTIALS.items()
    if None in partials and special._find(sp, name) is not None
}


def _tried(name: str) -> list:
    return [case for case in CASES if case.func.__name__ == name and case.plain is not case.func]


def _run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# ----------------------------------------------------------------------------------------
# When SciPy is used, and when it is not
# ----------------------------------------------------------------------------------------


def test_mygrad_does_not_import_scipy():
    out = _run_python(
        """
        import sys
        import numpy as np
        import mygrad as mg

        x = mg.tensor([1.0, 2.0])
        np.tanh(np.exp(x) * x).sum().backward()
        np.floor(x), np.isnan(x), np.frexp(mg.tensor([1.0], constant=True))
        print([name for name in sys.modules if name.startswith("scipy")])
        """
    )
    assert out == "[]\n"


@pytest.mark.parametrize("first", ["sp.erf(x)", "sp.zeta(2.0, x)", "sp.beta.outer(x, x)"])
def test_rules_come_with_the_first_call(first):
    out = _run_python(
        f"""
        import mygrad as mg
        from mygrad._table import RULES
        import scipy.special as sp

        x = mg.tensor([0.5])
        assert sp.erf not in RULES
        {first}.sum().backward()
        assert sp.erf in RULES
        print(x.grad.shape)
        """
    )
    assert out == "(1,)\n"


def test_threads_may_be_the_first_together():
    out = _run_python(
        """
        from threading import Barrier, Thread
        import mygrad as mg
        import scipy.special as sp

        barrier, found = Barrier(8), []

        def work():
            x = mg.tensor([0.5])
            barrier.wait()
            sp.gammaln(x).backward()
            found.append(x.grad[0])

        threads = [Thread(target=work) for _ in range(8)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        print(len(found), len(set(found)))
        """
    )
    assert out == "8 1\n"


# ----------------------------------------------------------------------------------------
# The table
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*special._PARTIALS, *special._SEVERAL])
def test_every_rule_has_a_case(name):
    assert _tried(name), f"scipy.special.{name} has no case"


@pytest.mark.parametrize("name", [*special._PARTIALS, *special._SEVERAL])
def test_every_operand_with_a_derivative_is_tried(name):
    partials = special._PARTIALS.get(name) or special._SEVERAL[name][0]
    for place, partial in enumerate(partials):
        if partial is not None:
            assert any(isinstance(case.operands[place], Draw) for case in _tried(name))


def test_rules_fit_the_ufuncs():
    sp.erf(mg.tensor([0.5]))
    for name, partials in special._PARTIALS.items():
        func = special._find(sp, name)
        if func is not None:
            assert len(partials) == func.nin, name
            assert RULES[func].name == f"scipy.special.{name.lstrip('_')}"
    for name, each in special._SEVERAL.items():
        func = special._find(sp, name)
        if func is not None:
            assert len(each) == func.nout, name
            assert len(OUTPUTS[func]) == func.nout


@pytest.mark.parametrize("name", [*special._PARTIALS, *special._SEVERAL])
def test_partials_of_one_function_name_its_operands_alike(name):
    each = special._SEVERAL.get(name) or (special._PARTIALS[name],)
    written = [d for partials in each for d in partials if d is not None]
    assert len({tuple(special._operands(d)) for d in written if len(partials_of(d)) > 1}) <= 1


def partials_of(partial) -> list:
    return special._operands(partial)


# ----------------------------------------------------------------------------------------
# What is refused
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_has_no_closed_form_is_refused_by_name(name):
    func = special._find(sp, name)
    case = _tried(name)[0]
    args, _ = case.calls()[0].filled(case.calls()[0].sample())
    written = next(d for d in UNKNOWN[name] if d is not None)
    for place, (partial, operand) in enumerate(
        zip(UNKNOWN[name], special._operands(written), strict=True)
    ):
        if partial is not None:
            continue
        moved = list(args)
        moved[place] = mg.tensor(np.array(args[place], dtype=float))
        if place < 2 and func in COUNTS:
            continue
        try:
            func(*[np.asarray(x) for x in moved])
        except TypeError:
            continue  # SciPy takes integers only
        with pytest.raises(
            TypeError, match=rf"scipy\.special\.{func.__name__.lstrip('_')}.*{operand}"
        ):
            func(*moved)
        # A constant is welcome.
        moved[place] = mg.tensor(moved[place].data, constant=True)
        with quiet():
            func(*moved)


#: SciPy warns of real numbers.
COUNTS = {sp.bdtr, sp.bdtrc, sp.bdtri, sp.nbdtr, sp.nbdtrc, sp.nbdtri}


def test_order_and_argument_as_tensors():
    v, x = mg.tensor([1.0, 2.0]), mg.tensor([0.5, 1.5])
    with pytest.raises(TypeError, match=r"scipy\.special\.jv by its argument 'v'"):
        sp.jv(v, x)
    with mg.no_autodiff:
        np.testing.assert_array_equal(sp.jv(v, x), sp.jv(v.data, x.data))
    sp.jv(v.detach(), x).backward()
    assert_close(x.grad, sp.jvp(v.data, x.data))


@pytest.mark.parametrize("func", [sp.kolmogorov, sp.zetac, sp.bdtrik], ids=lambda f: f.__name__)
def test_a_function_without_a_rule_is_refused_by_name(func):
    args = [mg.tensor([2.5])] * func.nin
    with pytest.raises(TypeError, match=rf"scipy\.special\.{func.__name__} has no derivative"):
        func(*args)


@pytest.mark.parametrize("method", ["__call__", "reduce"])
def test_masks_are_refused(method):
    """SciPy's own loops are wrong under where=, and may write outside of their arrays."""
    x = mg.tensor([0.5, 0.25])
    with pytest.raises(TypeError, match=r"scipy\.special\.xlogy under where="):
        if method == "reduce":
            sp.xlogy.reduce(x, where=[True, False], initial=1.0)
        else:
            sp.xlogy(1.0, x, where=[True, False])
    with pytest.raises(TypeError, match=r"scipy\.special\.airy under where="):
        sp.airy(x, where=[True, False])


@pytest.mark.parametrize("func", [sp.ive, sp.jve, sp.yve], ids=lambda f: f.__name__)
def test_scaling_is_not_holomorphic(func):
    z = mg.tensor([1.0 + 0.5j])
    with pytest.raises(TypeError, match=f"{func.__name__} of complex numbers"):
        func(1.0, z)
    with pytest.raises(TypeError, match="airye of complex numbers"):
        sp.airye(z)


@pytest.mark.parametrize("func", [sp.gammasgn, sp.round], ids=lambda f: f.__name__)
def test_piecewise_constant_functions(func):
    x = mg.tensor([-0.7, 1.3])
    assert isinstance(func(x), np.ndarray)
    np.testing.assert_array_equal(func(x), func(x.data))
    assert func in CONSTANTS


# ----------------------------------------------------------------------------------------
# Arguments of ufuncs
# ----------------------------------------------------------------------------------------


def test_out_and_broadcasting():
    a, b = np.array([[1.5], [2.5]]), np.array([0.7, 1.2, 2.2])
    x, y = mg.tensor(a), mg.tensor(b)
    out = mg.zeros((2, 3), dtype=float)
    result = sp.xlogy(x, y, out=out)
    assert result is out
    result.sum().backward()
    assert_close(x.grad, np.log(b).sum() * np.ones((2, 1)))
    assert_close(y.grad, a.sum() / b)


@pytest.mark.parametrize("func", [sp.beta, sp.xlogy, sp.boxcox, sp.owens_t, sp.agm])
@pytest.mark.parametrize("shapes", [((2, 3), (3,)), ((2, 1), (1, 3)), ((), (3,)), ((2, 2), ())])
def test_broadcasting(func, shapes):
    rng = np.random.default_rng(5)
    arrays = [rng.uniform(0.5, 2.0, shape) for shape in shapes]
    tensors = [mg.tensor(a) for a in arrays]
    func(*tensors).sum().backward()
    wanted = differences(lambda *moved: float(np.sum(func(*moved))), arrays)
    for t, want in zip(tensors, wanted, strict=True):
        assert_close(gradient_of(t), want)


def test_three_operands_broadcast():
    a, x = np.array([[1.5], [2.5]]), np.array([0.2, 0.4, 0.7])
    t = mg.tensor(x)
    sp.betainc(a, 2.0, t).sum().backward()
    (want,) = differences(lambda x: float(np.sum(sp.betainc(a, 2.0, x))), [x])
    assert_close(t.grad, want)


# ----------------------------------------------------------------------------------------
# Numbers
# ----------------------------------------------------------------------------------------

EXTREMES = [
    (sp.erf, [-1e300, -30.0, 30.0, 1e300]),
    (sp.erfc, [-1e300, 30.0, 1e300]),
    (sp.erfcx, [0.0, 20.0, 1e6, 1e150]),
    (sp.dawsn, [-1e8, 0.0, 20.0, 1e8]),
    (sp.expit, [-1e4, -800.0, 0.0, 800.0, 1e4]),
    (sp.log_expit, [-1e4, 0.0, 1e4]),
    (sp.ndtr, [-1e200, -40.0, 0.0, 40.0]),
    (sp.log_ndtr, [-1e10, -40.0, 0.0, 30.0, 40.0, 1e3]),
    (sp.exprel, [-1e5, -1.0, 0.0, 1e-9, 1.0, 700.0]),
    (sp.gammaln, [1e-5, 1.0, 1e10]),
    (sp.i0e, [0.0, 1.0, 1e3, 1e10]),
    (sp.k0e, [1e-3, 1.0, 1e3, 1e10]),
    (sp.i1e, [0.0, 1.0, 1e3, 1e10]),
    (sp.k1e, [1e-3, 1.0, 1e3, 1e10]),
    (sp.spence, [0.5, 1.0, 1.0 + 1e-9, 2.0]),
    (sp.ellipk, [-1e3, -1e-9, 0.0, 1e-9, 0.9]),
    (sp.ellipe, [-1e3, -1e-9, 0.0, 1e-9, 0.9]),
    (sp.j1, [-1.0, 0.0, 1.0, 1e3]),
    (sp.rgamma, [-2.5, -2.0, -1.0, 0.0, 1.0, 100.0]),
]


@pytest.mark.parametrize(("func", "points"), EXTREMES, ids=lambda x: getattr(x, "__name__", ""))
def test_no_warning_and_finite_at_extreme_points(func, points):
    x = mg.tensor(points)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = func(x)
        result.sum().backward()
    assert np.isfinite(x.grad).all()
    x = mg.tensor(points)
    with quiet():
        func(x).sum().backward(create_graph=True)
        x.grad.sum().backward()


def _erfcx_slope(x):
    """By its continued fraction, of 1 - sqrt(pi) x erfcx(x)."""
    f = 0.0
    for k in range(400, 0, -1):
        f = k / 2 / (x + f)
    return -2 / np.sqrt(np.pi) * f / (x + f)


@pytest.mark.parametrize("x", [3.0, 9.9, 10.1, 30.0, 1e3])
def test_erfcx_keeps_its_digits(x):
    t = mg.tensor(x)
    sp.erfcx(t).backward()
    np.testing.assert_allclose(t.grad, _erfcx_slope(x), rtol=1e-12)


@pytest.mark.parametrize("a", [20.0, 1e3, 1e6, 1e10])
def test_densities_of_large_parameters_keep_their_digits(a):
    # The density at x = a - 1 is 1 / sqrt(2 pi (a - 1)), less Stirling's correction.
    k = a - 1
    want = np.exp(-1 / (12 * k) + 1 / (360 * k**3) - 1 / (1260 * k**5)) / np.sqrt(2 * np.pi * k)
    t = mg.tensor(k)
    sp.gammainc(a, t).backward()
    np.testing.assert_allclose(t.grad, want, rtol=1e-12)


@pytest.mark.parametrize("b", [1.0, 1e-6, 1e-12])
def test_derivatives_of_beta_do_not_cancel(b):
    # psi(x + 1) - psi(x) = 1 / x; for small b it is b psi'(x).
    for a in (0.3, 5.0, 1e6, 1e12):
        t = mg.tensor(a)
        sp.betaln(t, b).backward()
        want = 1 / a if b == 1 else b * sp.polygamma(1, a)
        np.testing.assert_allclose(t.grad, -want, rtol=1e-5 if b == 1e-6 else 1e-11)


@pytest.mark.parametrize("delta", [0.0, 1e-12, 1e-6, 1e-3, 3e-3, 5e-3])
def test_carlsons_integrals_of_nearly_equal_arguments(delta):
    """Symmetry and homogeneity, where the partial fractions are 0 / 0."""
    x, y, z = mg.tensor(1.0), mg.tensor(1.0), mg.tensor(1.0 + delta)
    sp.elliprd(x, y, z).backward()
    # The expansion about equal arguments [DLMF 19.36.2].
    want = -0.3 + 9 / 28 * delta * 1.0
    np.testing.assert_allclose(x.grad, y.grad, rtol=1e-10)
    np.testing.assert_allclose(x.grad, want, atol=1e-11 + delta**2)


@pytest.mark.parametrize(
    "func",
    [sp.erf, sp.gamma, sp.xlogy, sp.jv, sp.hyp1f1, sp.loggamma, sp.wofz, sp.exp1],
    ids=lambda f: f.__name__,
)
def test_complex_operands(func):
    """A holomorphic function: the gradient of the real part is the derivative's conjugate."""
    z = np.array([0.7 + 0.3j, 1.2 - 0.5j])
    before = (2.0, 1.5)[: func.nin - 1] if func is not sp.xlogy else (2.0,)
    t = mg.tensor(z)
    np.real(func(*before, t)).sum().backward()
    h = 1e-4
    f = lambda z: func(*before, z)  # noqa: E731
    slope = (8 * (f(z + h) - f(z - h)) - (f(z + 2 * h) - f(z - 2 * h))) / (12 * h)
    np.testing.assert_allclose(t.grad, np.conjugate(slope), rtol=1e-8)


def test_bessel_functions_of_real_numbers_with_complex_values():
    x = mg.tensor([0.7, 1.2])
    np.imag(sp.hankel1(1, x)).sum().backward()
    assert x.grad.dtype == float
    assert_close(x.grad, sp.yvp(1, x.data))


def test_python_functions_of_scipys():
    x = mg.tensor([0.7, 1.2])
    np.real(sp.lambertw(x)).sum().backward()
    w = np.real(sp.lambertw(x.data))
    assert_close(x.grad, w / (x.data * (1 + w)))
    x = mg.tensor([0.7, 1.2])
    sp.jvp(1, x, 2).sum().backward()
    assert_close(x.grad, sp.jvp(1, x.data, 3))
    x = mg.tensor([0.0, 0.5])
    sp.sinc(x).sum().backward()
    assert_close(x.grad, [0.0, -4 / np.pi])
