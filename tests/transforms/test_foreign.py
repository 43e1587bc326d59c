"""Dask arrays as arguments: all stays lazy."""

import numpy as np
import pytest

import mygrad as mg

da = pytest.importorskip("dask.array")

X = np.array([0.3, -1.2, 2.0])


def f(x):
    return np.sum(np.sin(x) * x)


SLOPE = np.cos(X) * X + np.sin(X)
CURVE = 2 * np.cos(X) - X * np.sin(X)


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        (mg.grad(f), SLOPE),
        (lambda x: mg.value_and_grad(f)(x)[1], SLOPE),
        (mg.egrad(lambda x: np.sin(x) * x), SLOPE),
        (mg.grad(mg.checkpoint(f)), SLOPE),
        (lambda x: mg.vjp(lambda x: np.sin(x) * x, x)[1](x)[0], SLOPE * X),
        (lambda x: mg.jvp(lambda x: np.sin(x) * x, (x,), (x,))[1], SLOPE * X),
        (lambda x: mg.hvp(f)(x, x), CURVE * X),
        (mg.jacobian(lambda x: np.sin(x) * x), np.diag(SLOPE)),
        (mg.hessian(f), np.diag(CURVE)),
        (mg.grad(lambda x: np.sum(mg.grad(f)(x))), CURVE),
    ],
)
def test_dask(transform, expected):
    result = transform(da.from_array(X, chunks=2))
    assert isinstance(result, da.Array)
    np.testing.assert_allclose(result.compute(), expected, atol=1e-15)


def test_independent_results():
    g = mg.grad(lambda x: 3.0)(da.from_array(X, chunks=2))
    assert isinstance(g, da.Array)
    np.testing.assert_array_equal(g.compute(), np.zeros(3))
