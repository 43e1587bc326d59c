"""Nesting: levels are not confused, and derivatives of all orders are right in any mix of modes."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import rosen_der, rosen_hess, rosen_hess_prod

import mygrad as mg
from _helpers import numerical_grad

X = np.array([0.3, -1.2, 2.0])
V = np.array([1.0, -0.5, 2.0])


def rosen(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def tanh_derivative(n, x):
    """By the recurrence of the polynomials: d/dx p(y) = p'(y) (1 - y^2) with y = tanh x."""
    p = np.polynomial.Polynomial([0, 1])
    for _ in range(n):
        p = p.deriv() * np.polynomial.Polynomial([1, 0, -1])
    return p(np.tanh(x))


@pytest.mark.parametrize("order", range(1, 7))
def test_tanh(order):
    x = np.linspace(-2, 2, 9)
    f = g = np.tanh
    for _ in range(order):
        f = mg.egrad(f)
        g = mg.grad(g)
    np.testing.assert_allclose(f(x), tanh_derivative(order, x), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(g(0.7), tanh_derivative(order, 0.7), rtol=1e-9)


# The same by forward mode, and by all alternations of the modes.
@pytest.mark.parametrize("modes", [*itertools.product("fr", repeat=4)])
def test_mixed_modes(modes):
    f = np.exp
    for mode in modes:
        if mode == "f":
            f = lambda x, f=f: mg.jvp(f, (x,), (1.0,))[1]  # noqa: E731
        else:
            f = lambda x, f=f: mg.vjp(f, x)[1](1.0)[0]  # noqa: E731
    y = f(0.5)
    assert type(y) is np.ndarray
    np.testing.assert_allclose(y, math.exp(0.5))


def test_rosenbrock():
    x = np.linspace(-1.5, 1.3, 7)
    v = np.cos(np.arange(7.0))
    np.testing.assert_allclose(mg.grad(rosen)(x), rosen_der(x))
    np.testing.assert_allclose(mg.hessian(rosen)(x), rosen_hess(x), atol=1e-10)
    np.testing.assert_allclose(mg.hvp(rosen)(x, v), rosen_hess_prod(x, v))
    for mode in ("forward", "reverse"):
        h = mg.jacobian(mg.grad(rosen), mode=mode)(x)
        np.testing.assert_allclose(h, rosen_hess(x), atol=1e-10)
    h = mg.jacobian(lambda x: mg.jvp(rosen, (x,), (v,))[1])(x)
    np.testing.assert_allclose(h, rosen_hess_prod(x, v))
    third = mg.jacobian(mg.hessian(rosen))(x)
    want = np.zeros((7, 7, 7))
    for i in range(6):
        want[i, i, i] = 2400 * x[i]
        for p in set(itertools.permutations((i, i, i + 1))):
            want[p] = -400
    np.testing.assert_allclose(third, want, atol=1e-9)


# ---- levels -----------------------------------------------------------------------------


def test_no_perturbation_confusion():
    # The classic: d/dx (x * d/dy (x + y)) = 1, not 2.
    assert mg.grad(lambda x: x * mg.grad(lambda y: x + y)(2.0))(1.0) == 1
    forward = lambda f, x: mg.jvp(f, (x,), (1.0,))[1]  # noqa: E731
    assert forward(lambda x: x * forward(lambda y: x + y, 2.0), 1.0) == 1
    assert mg.grad(lambda x: x * forward(lambda y: x + y, 2.0))(1.0) == 1
    assert forward(lambda x: x * mg.grad(lambda y: x + y)(2.0), 1.0) == 1
    # The same number at both levels: d/dx d/dy (x^2 y^3) at y = x is 6 x^3 - by x alone.
    for inner in (lambda f, x: mg.grad(f)(x), forward):
        for outer in (lambda f, x: mg.grad(f)(x), forward):
            assert outer(lambda x, i=inner: i(lambda y: x**2 * y**3, x), 2.0) == 3 * 4 * 2.0**3
            # An outer input, returned and captured by an inner function.
            assert outer(lambda x, i=inner: i(lambda y: x * x, 5.0) + x, 2.0) == 1


def test_what_an_inner_level_gives_carries_the_outer_gradient():
    def outer(x):
        value, g = mg.value_and_grad(lambda y: np.sum(x * y**2))(X)
        y, pull = mg.vjp(lambda y: x * y, X)
        return value + np.sum(g) + np.sum(y) + np.sum(pull(x)[0])

    np.testing.assert_allclose(mg.grad(outer)(V), X**2 + 2 * X + X + 2 * V)


@pytest.mark.parametrize("make", [lambda: mg.tensor(V), lambda: mg.tensor(V) * 1.0])
def test_closures_over_tensors(make):
    w = make()
    g = mg.grad(lambda x: np.sum(w * x**2))(X)
    assert isinstance(g, mg.Tensor)
    np.sum(g * g).backward(retain_graph=True)
    np.testing.assert_allclose(w.grad, 8 * V * X**2)
    h = mg.hessian(lambda x: np.sum(w * x**3))(X)
    np.sum(h).backward(retain_graph=True)
    np.testing.assert_allclose(w.grad, 6 * X)


def test_closures_over_tensors_that_were_cleared():
    base = mg.tensor(V)
    w = base * 1.0
    w.backward()
    g = mg.grad(lambda x: np.sum(w * x**2))(X)
    np.sum(g).backward()
    np.testing.assert_allclose(w.grad, 2 * X)
    with mg.no_autodiff:
        u = mg.tensor(V)
    g = mg.grad(lambda x: np.sum(u * x**2))(X)
    np.sum(g).backward()
    np.testing.assert_allclose(u.grad, 2 * X)


def test_tensors_as_arguments():
    t = mg.tensor(X)
    g = mg.grad(rosen)(t)
    np.testing.assert_allclose(g.data, rosen_der(X))
    np.sum(g * V).backward()
    np.testing.assert_allclose(t.grad, rosen_hess_prod(X, V))
    # Those that are not differentiated by are passed on.
    g = mg.grad(lambda x, y: np.sum(x * y**3))(X, t)
    np.sum(g).backward()
    np.testing.assert_allclose(t.grad, 3 * X**2)
    # A constant tensor is an array.
    assert type(mg.grad(rosen)(mg.tensor(X, constant=True))) is np.ndarray
    view = t[::-1]
    g = mg.grad(rosen)(view)
    np.sum(g * V).backward()
    np.testing.assert_allclose(t.grad[::-1], rosen_hess_prod(X[::-1], V))


def test_tensors_made_in_the_function_are_no_outer_level():
    def f(x):
        buffer = mg.zeros(3, dtype=float)
        for i in range(3):
            buffer[i] = x[i] ** (i + 1)
        return np.sum(buffer * mg.tensor([1.0, 2.0, 3.0]))

    g = mg.grad(f)(X)
    assert type(g) is np.ndarray
    np.testing.assert_allclose(g, [1, 4 * X[1], 9 * X[2] ** 2])
    h = mg.hessian(f)(X)
    assert type(h) is np.ndarray
    np.testing.assert_allclose(h, np.diag([0, 4, 18 * X[2]]))


def test_backward_with_create_graph_in_the_function():
    def f(x):
        y = np.sum(x**4)
        y.backward(create_graph=True)
        return np.sum(x.grad**2)

    np.testing.assert_allclose(mg.grad(f)(X), 96 * X**5)
    np.testing.assert_allclose(mg.hessian(f)(X), np.diag(480 * X**4))
    np.testing.assert_allclose(mg.jvp(f, (X,), (V,))[1], 96 * X**5 @ V)
    np.testing.assert_allclose(
        mg.grad(lambda x: np.sum(mg.grad(f)(x) ** 2))(X), 2 * 96 * X**5 * 480 * X**4
    )


def test_writes_and_views_at_all_orders():
    def f(x):
        y = x * 1
        y[1:] *= y[:-1]
        z = y.reshape(3, 1)
        z[0] = y[2] ** 2
        y += x
        return np.sum(y**2)

    np.testing.assert_allclose(mg.grad(f)(X), numerical_grad(f, X)[0], rtol=1e-6)
    rows = [numerical_grad(lambda x, i=i: mg.grad(f)(x)[i], X)[0] for i in range(3)]
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(
            mg.jacobian(mg.grad(f), mode=mode)(X), rows, rtol=1e-6, atol=1e-6
        )


def test_linear_functions_have_zero_second_derivatives():
    assert mg.grad(mg.grad(lambda x: 3 * x))(2.0) == 0
    np.testing.assert_array_equal(mg.hessian(lambda x: np.sum(x) * 2)(X), np.zeros((3, 3)))
    assert mg.jvp(mg.grad(lambda x: 3 * x), (2.0,), (1.0,))[1] == 0


# ---- jacobian ---------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3)])
def test_jacobian_of_shapes(mode, shape):
    x = np.arange(1.0, 1 + math.prod(shape)).reshape(shape)

    def f(x):
        return {"a": np.stack([x**2, np.sin(x)]), "b": [np.sum(x) * 3.0, 5.0]}

    j = mg.jacobian(f, mode=mode)(x)
    assert j["a"].shape == (2, *shape, *shape)
    eye = np.eye(x.size).reshape(shape * 2)
    np.testing.assert_allclose(j["a"][0], 2 * x * eye)
    np.testing.assert_allclose(j["a"][1], np.cos(x) * eye)
    np.testing.assert_array_equal(j["b"][0], np.full(shape, 3.0))
    np.testing.assert_array_equal(j["b"][1], np.zeros(shape))


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian_of_several_arguments(mode):
    j = mg.jacobian(lambda a, p: a @ p["b"] + p["c"], (0, 1), mode=mode)(
        np.arange(6.0).reshape(2, 3), {"b": X, "c": 2.0}
    )
    np.testing.assert_allclose(j[0], np.einsum("ij,k->ijk", np.eye(2), X))
    np.testing.assert_allclose(j[1]["b"], np.arange(6.0).reshape(2, 3))
    np.testing.assert_allclose(j[1]["c"], np.ones(2))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_axes_that_are_a_range(mode):
    x = np.arange(6.0).reshape(1, 2, 3)
    f = mg.jacobian(lambda x: np.moveaxis(x, range(2), range(1, 3)) ** 2, mode=mode)
    wanted = np.zeros((3, 1, 2, 1, 2, 3))
    for i, j in np.ndindex(2, 3):
        wanted[j, 0, i, 0, i, j] = 2 * x[0, i, j]
    np.testing.assert_array_equal(f(x), wanted)


def test_jacobian_chooses_the_cheaper_mode():
    calls = []

    @mg.custom_vjp
    def f(x):
        return x * 1

    def backward(_, g):
        calls.append(isinstance(g, mg.Tensor))
        return (g * 1,)

    f.defvjp(lambda x: (x, None), backward)
    mg.jacobian(lambda x: f(x)[:2])(X)
    assert not any(calls)
    calls.clear()
    mg.jacobian(lambda x: np.concatenate([f(x), f(x)]))(X)
    assert all(calls)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("largest", [1, 7, 30])
def test_jacobian_in_several_batches(mode, largest, monkeypatch):
    f = lambda x: np.cumsum(x**2).reshape(2, 3)  # noqa: E731
    x = np.arange(1.0, 7.0)
    want = (np.tril(np.ones((6, 6))) * 2 * x).reshape(2, 3, 6)
    monkeypatch.setattr("mygrad._transforms._LARGEST", largest)
    np.testing.assert_allclose(mg.jacobian(f, mode=mode)(x), want)
    second = mg.jacobian(mg.jacobian(f, mode=mode))(x)
    third = np.zeros((6, 6, 6))
    for i in range(6):
        third[i:, i, i] = 2
    np.testing.assert_allclose(second, third.reshape(2, 3, 6, 6))


def test_hessian_of_several_arguments():
    h = mg.hessian(lambda a, b: np.sum(a**2) * b**3, (0, 1))(X, 2.0)
    np.testing.assert_allclose(h[0][0], 16 * np.eye(3))
    np.testing.assert_allclose(h[0][1], 24 * X)
    np.testing.assert_allclose(h[1][0], 24 * X)
    np.testing.assert_allclose(h[1][1], 12 * X @ X)


def test_jacobian_with_aux_and_errors():
    j, aux = mg.jacobian(lambda x: (x**2, {"y": x}), has_aux=True)(X)
    np.testing.assert_allclose(j, np.diag(2 * X))
    assert type(aux["y"]) is np.ndarray
    with pytest.raises(ValueError, match=r"mode is .auto., .forward. or .reverse.; got .x."):
        mg.jacobian(np.sin, mode="x")
    with pytest.raises(TypeError, match=r"complex128.*real and imaginary"):
        mg.jacobian(lambda x: x * 1j)(X)
    with pytest.raises(TypeError, match=r"shape \(3,\).*jacobian"):
        mg.hessian(np.sin)(X)


def test_hvp_takes_further_arguments():
    f = lambda x, a, *, b: np.sum(a * x["p"] ** 3) * b  # noqa: E731
    got = mg.hvp(f)({"p": X}, {"p": V}, 2.0, b=5.0)
    np.testing.assert_allclose(got["p"], 60 * X * V)


def test_linearize_and_vjp_are_adjoint():
    a = np.arange(6.0).reshape(2, 3)
    f = lambda x, y: (a @ np.sin(x), {"z": x[0] * y})  # noqa: E731
    args = (X, np.array([1.0, 2.0]))
    y, push = mg.linearize(f, *args)
    _, pull = mg.vjp(f, *args)
    t = (V, np.array([0.5, -1.0]))
    g = (np.array([1.0, 2.0]), {"z": np.array([3.0, -4.0])})
    for _ in range(2):
        d, b = push(*t), pull(g)
        left = d[0] @ g[0] + d[1]["z"] @ g[1]["z"]
        np.testing.assert_allclose(left, b[0] @ t[0] + b[1] @ t[1])
    np.testing.assert_allclose(y[0], a @ np.sin(X))
    np.testing.assert_allclose(push(V, None)[1]["z"], V[0] * args[1])
    np.testing.assert_allclose(mg.linearize(f, *args)[1](None, t[1])[0], [0, 0])
