"""The classic cases of HIPS autograd's and JAX's documentation.

Numbers from closed forms where there are such; the others were computed once with autograd 1.9.
"""

import numpy as np
import pytest

import mygrad as mg


def tanh(x):
    return (1.0 - np.exp(-2 * x)) / (1.0 + np.exp(-2 * x))


def test_nested_tanh_derivatives():
    autograd = [
        0.419974341614026,
        -0.6397000084492244,
        0.6216266807712961,
        0.6650910447505017,
        -5.556893558473719,
        13.624075441312101,
    ]
    f = g = tanh
    for expected in autograd:
        f, g = mg.egrad(f), mg.grad(g)
        np.testing.assert_allclose(g(1.0), expected, rtol=1e-10)
        np.testing.assert_allclose(f(np.array([1.0, 0.5]))[0], expected, rtol=1e-10)


class TestLogisticRegression:
    inputs = np.array(
        [[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30], [0.74, -2.49, 1.39]]
    )
    targets = np.array([True, True, False, True])

    def loss(self, w):
        p = 0.5 * (np.tanh(self.inputs @ w / 2) + 1)
        return -np.sum(np.log(p * self.targets + (1 - p) * ~self.targets))

    def train(self):
        w = np.zeros(3)
        gradient = mg.grad(self.loss)
        for _ in range(100):
            w -= 0.01 * gradient(w)
        return w

    def test_training(self):
        np.testing.assert_allclose(self.loss(np.zeros(3)), 4 * np.log(2))
        w = self.train()
        # by autograd
        np.testing.assert_allclose(w, [0.48307366, -0.37057217, 1.06937395], atol=1e-8)
        np.testing.assert_allclose(self.loss(w), 1.0672706757870163)

    def test_derivatives(self):
        w = self.train()
        p = 1 / (1 + np.exp(-self.inputs @ w))
        np.testing.assert_allclose(mg.grad(self.loss)(w), self.inputs.T @ (p - self.targets))
        hessian = self.inputs.T * (p * (1 - p)) @ self.inputs
        np.testing.assert_allclose(mg.hessian(self.loss)(w), hessian)
        np.testing.assert_allclose(mg.hvp(self.loss)(w, w), hessian @ w)
        np.testing.assert_allclose(hessian[0], [0.29358583, -0.15412759, 0.05057251], atol=1e-8)


def test_hessian_of_a_networks_loss():
    x, y = np.linspace(-1, 1, 15).reshape(5, 3), np.sin(np.arange(5.0))

    def loss(p):
        hidden = np.tanh(x @ p["w1"] + p["b1"])
        return np.mean((hidden @ p["w2"] + p["b2"] - y) ** 2)

    p = np.cos(np.arange(21.0))
    tree = {"w1": p[:12].reshape(3, 4), "b1": p[12:16], "w2": p[16:20], "b2": p[20]}
    np.testing.assert_allclose(loss(tree), 1.3546934014002716)
    blocks = mg.hessian(loss)(tree)
    assert blocks["w1"]["b2"].shape == (3, 4)
    h = np.block([[blocks[a][b].reshape(tree[a].size, -1) for b in tree] for a in tree])
    np.testing.assert_allclose(h, h.T, atol=1e-14)
    # by autograd
    np.testing.assert_allclose(np.trace(h), 4.330730242255192)
    np.testing.assert_allclose(np.linalg.norm(h), 9.049042307571723)
    np.testing.assert_allclose(
        h[0, :4], [-0.00052152, 0.08608668, -0.31479117, -0.38748191], atol=1e-8
    )
    np.testing.assert_allclose(h[20, 18:], [0.1476679, -1.08400819, 2.0], atol=1e-8)
    np.testing.assert_allclose(np.linalg.eigvalsh(h)[[0, -1]], [-2.43915058, 7.1998022], atol=1e-8)


def fixed_point(f, n):
    """A fixed point of ``f(a, x)``, with the derivative of the implicit function theorem."""

    @mg.custom_vjp
    def solve(a, start):
        x = start
        for _ in range(n):
            x = f(a, x)
        return x

    def forward(a, start):
        x = solve(a, start)
        return x, (a, x)

    def backward(kept, g):
        a, x = kept
        _, pull = mg.vjp(f, a, x)
        w = g
        for _ in range(n):
            w = g + pull(w)[1]
        return pull(w)[0], None

    return solve.defvjp(forward, backward)


@pytest.mark.parametrize("a", [2.0, 5.0])
def test_fixed_point(a):
    root = fixed_point(lambda a, x: 0.5 * (x + a / x), 30)
    np.testing.assert_allclose(root(a, a), a**0.5)
    np.testing.assert_allclose(mg.grad(root)(a, a), 0.5 * a**-0.5)
    np.testing.assert_allclose(mg.grad(mg.grad(root))(a, a), -0.25 * a**-1.5)


def test_fixed_point_of_vectors():
    # x = cos(m x + b) has dx/db = -(I + s m)^-1 s with s = diag(sin(m x + b))
    m = np.array([[0.2, -0.1], [0.3, 0.1]])
    solve = fixed_point(lambda b, x: np.cos(m @ x + b), 80)
    b = np.array([0.5, 1.0])
    x = solve(b, np.zeros(2))
    s = np.diag(np.sin(m @ x + b))
    want = -np.linalg.solve(np.eye(2) + s @ m, s)
    for mode in ("forward", "reverse"):
        got = mg.jacobian(lambda b: solve(b, np.zeros(2)), mode=mode)(b)
        np.testing.assert_allclose(got, want)
