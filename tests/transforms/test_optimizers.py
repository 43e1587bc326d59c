"""What the transforms give goes straight into SciPy's optimisers."""

import numpy as np
import pytest
from scipy import optimize

import mygrad as mg

START = np.array([1.3, 0.7, 0.8, 1.9, 1.2])


def rosen(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "SLSQP", "TNC"])
def test_minimize_with_value_and_grad(method):
    ours = optimize.minimize(mg.value_and_grad(rosen), START, jac=True, method=method)
    theirs = optimize.minimize(optimize.rosen, START, jac=optimize.rosen_der, method=method)
    assert ours.success
    np.testing.assert_allclose(ours.x, np.ones(5), atol=1e-3)
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-3)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-krylov", "trust-constr"])
@pytest.mark.parametrize("second", ["hess", "hessp"])
def test_minimize_with_second_derivatives(method, second):
    given = {second: mg.hessian(rosen) if second == "hess" else mg.hvp(rosen)}
    found = optimize.minimize(mg.value_and_grad(rosen), START, jac=True, method=method, **given)
    np.testing.assert_allclose(found.x, np.ones(5), atol=1e-3)


def test_further_arguments():
    def f(x, a, b):
        return np.sum((a - x) ** 2) * b

    found = optimize.minimize(
        mg.value_and_grad(f), START, (3.0, 2.0), jac=True, hessp=mg.hvp(f), method="Newton-CG"
    )
    np.testing.assert_allclose(found.x, np.full(5, 3.0))


def test_least_squares_and_root():
    def residuals(x):
        return np.concatenate([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])

    found = optimize.least_squares(residuals, START, jac=mg.jacobian(residuals))
    np.testing.assert_allclose(found.x, np.ones(5))
    assert found.njev < 60

    def equations(x):
        return np.stack([x[0] + 0.5 * (x[0] - x[1]) ** 3 - 1, 0.5 * (x[1] - x[0]) ** 3 + x[1]])

    found = optimize.root(equations, np.zeros(2), jac=mg.jacobian(equations))
    np.testing.assert_allclose(found.x, [0.8411639, 0.1588361], atol=1e-7)
