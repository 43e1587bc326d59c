"""The modules of `numpy.polynomial`: what works on tensors, and what says that it does not."""

import numpy as np
import pytest
from _oracle import assert_close, differences
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

import mygrad as mg
from mygrad import Tensor
from mygrad.errors import DetachedGradientWarning

MODULES = {
    "poly": polynomial,
    "cheb": chebyshev,
    "leg": legendre,
    "herm": hermite,
    "herme": hermite_e,
    "lag": laguerre,
}
X = np.array([0.3, -0.8, 1.4])
C = np.array([0.5, -1.5, 2.0, 0.7])
each_module = pytest.mark.parametrize("name", MODULES)


def function(name, suffix):
    return getattr(MODULES[name], name + suffix)


@each_module
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_evaluation_has_derivatives_by_the_points(name, n):
    evaluate = function(name, "val")
    c = C[:n]
    x = mg.tensor(X)
    y = evaluate(x, c)
    np.testing.assert_array_equal(y, evaluate(X, c))
    weights = np.array([1.0, -2.0, 0.5])
    y.backward(weights, create_graph=True)
    grad = x.grad
    (want,) = differences(lambda x: float(np.sum(evaluate(x, c) * weights)), [X])
    assert_close(grad.data, want)
    slope = function(name, "val")(X, function(name, "der")(c)) * weights
    assert_close(grad.data, slope)
    if n > 2:
        x.null_grad()
        np.sum(grad).backward()
        curvature = function(name, "val")(X, function(name, "der")(c, 2)) * weights
        assert_close(x.grad, curvature)


COEFFICIENTS = {
    "val": lambda f, c: f(X, c),
    "add": lambda f, c: f(c, C),
    "sub": lambda f, c: f(C, c),
    "mul": lambda f, c: f(c, C),
    "der": lambda f, c: f(c),
    "int": lambda f, c: f(c),
    "vander": lambda f, x: f(x, 2),
    "fromroots": lambda f, r: f(r),
    "roots": lambda f, c: f(c),
    "fit": lambda f, y: f(np.arange(4.0), y, 2),
}


@each_module
@pytest.mark.parametrize("suffix", COEFFICIENTS)
def test_what_makes_arrays_of_its_operands_warns(name, suffix):
    """NumPy does not ask us there, so the gradient is lost; not without a word."""
    c = mg.tensor(C) * 1.0
    with pytest.warns(DetachedGradientWarning):
        result = COEFFICIENTS[suffix](function(name, suffix), c)
    assert not isinstance(result, Tensor)


def test_the_functions_of_numpy_itself_take_their_place():
    """`numpy.polyval` and the like have derivatives by coefficients."""
    c = mg.tensor(C)
    y = np.polyval(c[::-1], X)
    np.testing.assert_allclose(y, polynomial.polyval(X, C), rtol=1e-14)
    y.backward(np.ones(3))
    np.testing.assert_allclose(c.grad, polynomial.polyvander(X, 3).sum(0), rtol=1e-14)


# ----------------------------------------------------------------------------------------
# numpy.roots, numpy.poly, numpy.polyfit
# ----------------------------------------------------------------------------------------


def test_roots_and_coefficients_are_inverse():
    zeros = np.array([3.0, 1.0, -2.0])
    z = mg.tensor(zeros)
    jacobian = np.zeros((3, 3))
    for i in range(3):
        np.roots(np.poly(z))[i].backward()
        jacobian[i] = z.grad
        z.null_grad()
    order = [int(np.argmin(np.abs(zeros - r))) for r in np.roots(np.poly(zeros))]
    np.testing.assert_allclose(jacobian[:, order], np.eye(3), atol=1e-13)


def test_complex_roots_of_a_real_polynomial():
    p = mg.tensor([1.0, -2.0, 5.0])
    np.sum(np.roots(p).imag ** 2).backward()
    # The roots are 1 + 2i and 1 - 2i: 2 (c / a - (b / 2 a)^2) is the sum of the squares.
    np.testing.assert_allclose(p.grad, [-6.0, 2.0, 2.0], rtol=1e-12)


def test_a_double_root_is_a_pole():
    p = mg.tensor([1.0, 0.0, 0.0])
    with np.errstate(all="ignore"):
        np.sum(np.roots(p)).backward()
    assert not np.isfinite(p.grad[2])


def test_fits_of_points_on_a_polynomial():
    x = np.array([-1.0, 0.0, 1.0, 3.0])
    y = mg.tensor(np.polyval([2.0, -1.0, 0.5], x))
    c = np.polyfit(x, y, 2)
    np.testing.assert_allclose(c, [2.0, -1.0, 0.5], atol=1e-13)
    c[0].backward()
    np.testing.assert_allclose(y.grad, np.linalg.pinv(np.vander(x, 3))[0], atol=1e-13)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (([1.0, 2.0], -1), ValueError),
        (([1.0, 2.0, 3.0], 1), TypeError),
        (([[[1.0]]], 1), TypeError),
    ],
)
def test_polyfit_refuses_what_numpy_refuses(args, error):
    y, deg = args
    for values in (y, mg.tensor(y)):
        with pytest.raises(error):
            np.polyfit(np.array([0.0, 1.0]), values, deg)


def test_polyfit_warns_of_points_that_are_too_few():
    y = mg.tensor([1.0, 2.0])
    with pytest.warns(np.exceptions.RankWarning):
        np.polyfit([0.0, 1.0], y, 3)
