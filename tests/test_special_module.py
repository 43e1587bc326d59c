"""`mygrad.special`: SciPy's Python functions of special functions, with derivatives."""

import numpy as np
import pytest
import scipy.special as sp

import mygrad as mg
from mygrad.testing import check_grad


def assert_close(found, wanted, tolerance=1e-13):
    np.testing.assert_allclose(found, wanted, tolerance, tolerance)


A = np.array([[0.3, -1.2, 2.0], [0.7, 0.1, -0.4]])
B = np.array([0.5, 2.0, 1.5])
X = np.array([0.4, 1.3, 2.7])
ORDERS = np.array([0, 1, 3])

CALLS = {
    "logsumexp": (mg.special.logsumexp, sp.logsumexp, (A,), {}),
    "logsumexp axis": (mg.special.logsumexp, sp.logsumexp, (A, 1), {"keepdims": True}),
    "logsumexp axes": (mg.special.logsumexp, sp.logsumexp, (A,), {"axis": (0, 1)}),
    "logsumexp factors": (mg.special.logsumexp, sp.logsumexp, (A,), {"axis": -1, "b": B}),
    "logsumexp complex": (mg.special.logsumexp, sp.logsumexp, (A + 1j * A[::-1],), {"axis": 0}),
    "softmax": (mg.special.softmax, sp.softmax, (A,), {}),
    "softmax axis": (mg.special.softmax, sp.softmax, (A, 0), {}),
    "log_softmax": (mg.special.log_softmax, sp.log_softmax, (A,), {"axis": 1}),
    "polygamma": (mg.special.polygamma, sp.polygamma, (ORDERS, X), {}),
    "polygamma 0": (mg.special.polygamma, sp.polygamma, (0, X), {}),
    "multigammaln": (mg.special.multigammaln, sp.multigammaln, (X + 1, 3), {}),
    "factorial": (mg.special.factorial, sp.factorial, (X,), {}),
    "factorial complex": (mg.special.factorial, sp.factorial, (-X,), {"extend": "complex"}),
    "comb": (mg.special.comb, sp.comb, (X + 2, B), {}),
    "comb repetition": (mg.special.comb, sp.comb, (X, B), {"repetition": True}),
    "perm": (mg.special.perm, sp.perm, (X + 2, B), {}),
    "diric": (mg.special.diric, sp.diric, (X, ORDERS + 1), {}),
    "diric at its limits": (mg.special.diric, sp.diric, (np.pi * ORDERS * 2.0, 4), {}),
    "spherical_jn": (mg.special.spherical_jn, sp.spherical_jn, (ORDERS, X), {}),
    "spherical_jn below 0": (mg.special.spherical_jn, sp.spherical_jn, (ORDERS, -X), {}),
    "spherical_jn at 0": (mg.special.spherical_jn, sp.spherical_jn, (2, 0.0), {}),
    "spherical_jn complex": (mg.special.spherical_jn, sp.spherical_jn, (ORDERS, X + 0.5j), {}),
    "spherical_jn slope": (mg.special.spherical_jn, sp.spherical_jn, (ORDERS, X, True), {}),
    "spherical_yn": (mg.special.spherical_yn, sp.spherical_yn, (ORDERS, X), {}),
    "spherical_yn slope": (
        mg.special.spherical_yn,
        sp.spherical_yn,
        (ORDERS, X),
        {"derivative": True},
    ),
    "spherical_in": (mg.special.spherical_in, sp.spherical_in, (ORDERS, X), {}),
    "spherical_kn": (mg.special.spherical_kn, sp.spherical_kn, (ORDERS, X), {}),
}


@pytest.mark.parametrize(("ours", "theirs", "args", "kwargs"), CALLS.values(), ids=CALLS)
def test_values_and_derivatives(ours, theirs, args, kwargs):
    wanted = theirs(*args, **kwargs)
    tensors = [mg.tensor(x) if np.asarray(x).dtype.kind in "fc" else x for x in args]
    found = ours(*tensors, **kwargs)
    assert isinstance(found, mg.Tensor)
    assert found.dtype == np.asarray(wanted).dtype
    assert_close(found.data, wanted)
    assert_close(np.asarray(ours(*args, **kwargs)), wanted)
    check_grad(ours, *args, kwargs=kwargs)


def test_extremes_of_logsumexp():
    x = mg.tensor([[1000.0, 1000.0], [-np.inf, -np.inf], [-np.inf, 3.0]])
    y = mg.special.logsumexp(x, 1)
    assert_close(y.data, sp.logsumexp(x.data, 1))
    y.sum().backward()
    assert_close(x.grad, [[0.5, 0.5], [0.0, 0.0], [0.0, 1.0]])


def test_signs_of_logsumexp():
    a, b = A[0], np.array([1.0, -5.0, -3.0])
    value, sign = mg.special.logsumexp(mg.tensor(a), b=b, return_sign=True)
    wanted, wanted_sign = sp.logsumexp(a, b=b, return_sign=True)
    assert_close(value.data, wanted)
    assert isinstance(sign, (np.ndarray, np.generic))
    assert sign == wanted_sign == -1
    check_grad(lambda a, b: mg.special.logsumexp(a, b=b, return_sign=True)[0], a, b)
    with np.errstate(invalid="ignore"):
        assert np.isnan(mg.special.logsumexp(mg.tensor(a), b=b).data)


def test_numbers_of_choices_outside_of_the_range():
    n = mg.tensor([2.0, -1.0, 4.0])
    for ours, theirs in ((mg.special.comb, sp.comb), (mg.special.perm, sp.perm)):
        y = ours(n, 3)
        np.testing.assert_array_equal(y.data, theirs(n.data, 3))
        y.sum().backward()
        np.testing.assert_array_equal(n.grad[:2], [0.0, 0.0])
        assert n.grad[2] > 1
    y = mg.special.factorial(mg.tensor([-1.5, 3.0]))
    np.testing.assert_array_equal(y.data, sp.factorial([-1.5, 3.0]))


def test_exact_integers_are_scipys():
    assert mg.special.comb(10, 3, exact=True) == 120
    assert mg.special.perm(10, 3, exact=True) == 720
    assert mg.special.factorial(20, exact=True) == 2432902008176640000
    x = mg.tensor(3.0)
    for call in (
        lambda: mg.special.comb(x, 2, exact=True),
        lambda: mg.special.perm(x, 2, exact=True),
        lambda: mg.special.factorial(x, exact=True),
        lambda: mg.special.polygamma(x, 2.0),
        lambda: mg.special.diric(1.0, x),
        lambda: mg.special.spherical_jn(x, 2.0),
        lambda: mg.special.multigammaln(3.0, x),
    ):
        with pytest.raises(TypeError, match="carries a gradient"):
            call()


def test_bad_arguments():
    with pytest.raises(ValueError, match="positive integer"):
        mg.special.multigammaln(mg.tensor(3.0), 1.5)
    with pytest.raises(ValueError, match="above"):
        mg.special.multigammaln(mg.tensor(0.5), 3)
    with pytest.raises(ValueError, match="extend"):
        mg.special.factorial(mg.tensor(0.5), extend="all")
    assert np.isnan(mg.special.diric(mg.tensor(0.5), -1).data)


def test_other_names_are_scipys():
    assert mg.special.erf is sp.erf
    with pytest.raises(AttributeError):
        mg.special.no_such_function  # noqa: B018
