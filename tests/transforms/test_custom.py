"""custom_vjp and custom_jvp: all modes and orders, against closed forms."""

import math
from typing import NamedTuple

import numpy as np
import pytest

import mygrad as mg
from mygrad.errors import InvalidGradient

X = np.array([0.3, -1.2, 2.0])


@mg.custom_vjp
def cube(x):
    return x * x * x


cube.defvjp(lambda x: (cube(x), x), lambda x, g: (3 * x * x * g,))


@mg.custom_jvp
def product(x, y):
    return x * y


@product.defjvp
def _(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    return product(x, y), dx * y + x * dy


def test_the_rule_is_used():
    f = mg.custom_vjp(np.sin)
    f.defvjp(lambda x: (np.sin(x), None), lambda _, g: (g * 100,))
    np.testing.assert_array_equal(mg.egrad(f)(X), 100)
    h = mg.custom_jvp(np.sin)
    h.defjvp(lambda primals, tangents: (np.sin(primals[0]), 100 * tangents[0]))
    np.testing.assert_array_equal(mg.egrad(h)(X), 100)
    np.testing.assert_array_equal(mg.jvp(h, (X,), (X,))[1], 100 * X)


def test_without_gradients_it_is_just_called():
    np.testing.assert_allclose(cube(X), X**3)
    assert type(cube(X)) is np.ndarray
    with mg.no_autodiff:
        np.testing.assert_allclose(cube(mg.tensor(X)).data, X**3)


def test_on_tensors():
    t = mg.tensor(X)
    y = cube(t) * t
    y.backward()
    np.testing.assert_allclose(t.grad, 4 * X**3)


@pytest.mark.parametrize("f", [cube, lambda x: product(product(x, x), x)])
def test_create_graph(f):
    t = mg.tensor(X)
    np.sum(f(t)).backward(create_graph=True)
    np.testing.assert_allclose(t.grad.data, 3 * X**2)
    np.sum(t.grad * t).backward()
    np.testing.assert_allclose(t.grad, 9 * X**2)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("f", [cube, lambda x: product(product(x, x), x)])
def test_orders(f, order):
    for _ in range(order):
        f = mg.egrad(f)
    np.testing.assert_allclose(f(X), [3 * X**2, 6 * X, 6 + 0 * X, 0 * X][order - 1])


@pytest.mark.parametrize("f", [cube, lambda x: product(product(x, x), x)])
def test_both_modes_and_their_nesting(f):
    v = np.array([1.0, -2.0, 0.5])
    y, dy = mg.jvp(f, (X,), (v,))
    np.testing.assert_allclose(y, X**3)
    np.testing.assert_allclose(dy, 3 * X**2 * v)
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(mg.jacobian(f, mode=mode)(X), np.diag(3 * X**2))
    np.testing.assert_allclose(mg.hvp(lambda x: np.sum(f(x)))(X, v), 6 * X * v)
    np.testing.assert_allclose(
        mg.jvp(lambda x: mg.jvp(f, (x,), (v,))[1], (X,), (v,))[1], 6 * X * v * v
    )
    np.testing.assert_allclose(
        mg.vjp(lambda x: mg.jvp(f, (x,), (v,))[1], X)[1](v)[0], 6 * X * v * v
    )
    np.testing.assert_allclose(mg.hessian(lambda x: np.sum(f(x)))(X), np.diag(6 * X))


class Pair(NamedTuple):
    a: object
    b: object


def nested(p, q):
    return {"s": p.a * q[0], "n": 3, "t": (np.sum(p.b), q[0])}


def test_containers_and_other_results():
    f = mg.custom_vjp(nested)

    def backward(kept, g):
        p, q = kept
        assert g["n"] is None
        da = g["s"] * q[0]
        db = np.ones_like(p.b) * g["t"][0]
        return Pair(da, db), [g["s"] * p.a + g["t"][1], None]

    f.defvjp(lambda p, q: (nested(p, q), (p, q)), backward)
    args = (Pair(X, np.ones(2)), [X + 1, "word"])
    assert f(*args)["n"] == 3

    def with_rule(p, x):
        return f(p, [x, "word"])

    def without(p, x):
        return nested(p, [x, "word"])

    for transform in (
        lambda f: mg.egrad(lambda p, x: f(p, x)["s"] + np.sum(f(p, x)["t"][1] ** 2), (0, 1)),
        lambda f: mg.egrad(lambda p, x: f(p, x)["t"][0], (0, 1)),
    ):
        got = transform(with_rule)(args[0], X + 1)
        want = transform(without)(args[0], X + 1)
        np.testing.assert_allclose(got[0].a, want[0].a)
        np.testing.assert_allclose(got[0].b, want[0].b)
        np.testing.assert_allclose(got[1], want[1])
    assert with_rule(Pair(mg.tensor(1.0), mg.tensor([1.0])), 2.0)["n"] == 3


def test_keywords_move_to_their_positions():
    f = mg.custom_vjp(lambda x, y=2.0, *, scale=1.0: x * y * scale)
    f.defvjp(
        lambda x, y, *, scale=1.0: (x * y * scale, (x, y, scale)),
        lambda kept, g: (g * kept[1] * kept[2], g * kept[0] * kept[2]),
    )
    assert mg.grad(f)(3.0, y=5.0, scale=10.0) == 50
    assert mg.grad(lambda y: f(3.0, y=y))(5.0) == 3
    with pytest.raises(TypeError, match="keyword-only"):
        mg.grad(lambda s: f(3.0, 2.0, scale=s))(1.0)


def test_plain_arrays_of_its_own():
    seen = []

    @mg.custom_vjp
    def f(x):
        return x + 0

    def forward(x):
        seen.append(type(x))
        x[:] = 7
        return x, x

    def backward(x, g):
        seen.append(type(g))
        g[:] = g * 2
        return (g,)

    f.defvjp(forward, backward)
    t = mg.tensor(X)
    y = t * 1
    (f(y) + y).backward()
    np.testing.assert_array_equal(t.data, X)
    np.testing.assert_array_equal(t.grad, 3)
    assert seen == [np.ndarray, np.ndarray]


def test_compiled_code_has_first_derivatives_and_refuses_second():
    f = mg.custom_vjp(lambda x: np.asarray(x) ** 2)
    f.defvjp(lambda x: (np.asarray(x) ** 2, x), lambda x, g: (2 * np.asarray(x) * g,))
    assert mg.grad(f)(3.0) == 6
    with pytest.raises(TypeError, match="rule of the user's"):
        mg.grad(mg.grad(f))(3.0)
    g = mg.custom_vjp(lambda x: x**2)
    g.defvjp(lambda x: (x**2, x), lambda x, g: (2 * x * np.asarray(g),))
    assert mg.grad(g)(3.0) == 6
    with pytest.raises(TypeError, match="rule of the user's"):
        mg.jvp(g, (3.0,), (1.0,))
    t = mg.tensor(3.0)
    with pytest.raises(TypeError, match="rule of the user's"):
        f(t).backward(create_graph=True)


def test_compiled_code_in_jacobians():
    f = mg.custom_vjp(lambda x: np.asarray(x) ** 2)
    f.defvjp(lambda x: (np.asarray(x) ** 2, x), lambda x, g: (2 * np.asarray(x) * np.asarray(g),))
    tall = lambda x: np.concatenate([f(x), f(x)])  # noqa: E731
    want = np.vstack([np.diag(2 * X)] * 2)
    np.testing.assert_allclose(mg.jacobian(tall)(X), want)
    np.testing.assert_allclose(mg.jacobian(f)(X), want[:3])
    with pytest.raises(TypeError, match="reverse mode"):
        mg.jacobian(tall, mode="forward")(X)
    with pytest.raises(TypeError, match="rule of the user's"):
        mg.hessian(lambda x: np.sum(f(x)))(X)


def test_pythons_numbers():
    f = mg.custom_vjp(math.sin)
    f.defvjp(lambda x: (math.sin(x), x), lambda x, g: (g * math.cos(x),))
    np.testing.assert_allclose(mg.grad(f)(0.5), math.cos(0.5))
    np.testing.assert_allclose(
        mg.grad(lambda x: f(x) * x)(0.5), math.cos(0.5) * 0.5 + math.sin(0.5)
    )
    np.testing.assert_allclose(mg.grad(lambda x: product(x, 3.0))(2.0), 3)
    np.testing.assert_allclose(mg.jvp(lambda x: product(3.0, x), (2.0,), (1.0,))[1], 3)
    h = mg.custom_vjp(lambda x: (float(x), 2, "word"))
    h.defvjp(lambda x: (h(x), None), lambda _, g: (g[0] * 10,))
    out, two, word = h(mg.tensor(3.0))
    assert (two, word) == (2, "word")
    assert isinstance(out, mg.Tensor)
    assert mg.grad(lambda x: h(x)[0])(3.0) == 10


def test_methods_and_functions_with_a_rule_already():
    class Scale:
        factor = 3.0

        @mg.custom_vjp
        def apply(self, x):
            return self.factor * x

        apply.defvjp(lambda self, x: (self.factor * x, self), lambda self, g: (None, 7 * g))

    assert mg.grad(Scale().apply)(2.0) == 7
    again = mg.custom_vjp(cube)
    with pytest.raises(TypeError, match="no rule yet"):
        again(2.0)
    again.defvjp(lambda x: (cube(x), x), lambda x, g: (g * 5,))
    assert mg.grad(again)(2.0) == 5
    assert mg.grad(cube)(2.0) == 12


def test_mistakes():
    with pytest.raises(TypeError, match=r"no rule yet.*defvjp\(forward, backward\)"):
        mg.custom_vjp(np.sin)(1.0)
    with pytest.raises(TypeError, match=r"defjvp\(rule\)"):
        mg.custom_jvp(np.sin)(1.0)
    with pytest.raises(TypeError, match="takes a function"):
        mg.custom_vjp(3)
    with pytest.raises(TypeError, match="takes a function"):
        mg.custom_vjp(np.sin).defvjp(np.sin, None)

    def rule(forward, backward):
        f = mg.custom_vjp(lambda x, y: x)
        f.defvjp(forward, backward)
        return mg.grad(f)(1.0, 2.0)

    with pytest.raises(TypeError, match=r"pair \(result, kept\)"):
        rule(lambda x, y: x, lambda k, g: (g, g))
    with pytest.raises(TypeError, match="each of the 2 positional arguments"):
        rule(lambda x, y: (x, None), lambda k, g: (g,))
    with pytest.raises(InvalidGradient, match=r"shape \(2,\).*argument of shape \(\)"):
        rule(lambda x, y: (x, None), lambda k, g: (np.ones(2), None))
    with pytest.raises(TypeError, match="nested"):
        rule(lambda x, y: (x, None), lambda k, g: ([g], None))

    f = mg.custom_jvp(np.sin)
    f.defjvp(lambda p, t: (np.sin(p[0]), t[0] + 1))
    with pytest.raises(InvalidGradient, match="not linear"):
        mg.grad(f)(1.0)
    f.defjvp(lambda p, t: (np.sin(p[0]), np.ones(3)))
    with pytest.raises(InvalidGradient, match=r"shape \(3,\).*shape \(\)"):
        mg.jvp(f, (1.0,), (1.0,))


def test_closures_are_refused():
    w = mg.tensor(2.0)
    f = mg.custom_vjp(lambda x: x * w)
    f.defvjp(lambda x: (x * w, None), lambda k, g: (g * 2,))
    with pytest.raises(TypeError, match="Pass it as an argument"):
        mg.grad(f)(1.0)
    f = mg.custom_vjp(lambda x: x * 2)
    f.defvjp(lambda x: (x * 2, None), lambda k, g: (g * w,))
    with pytest.raises(TypeError, match="Pass it as an argument"):
        mg.grad(f)(1.0)
    h = mg.custom_jvp(lambda x: x * 2)
    h.defjvp(lambda p, t: (p[0] * 2, t[0] * w))
    with pytest.raises(TypeError, match="Pass it as an argument"):
        mg.grad(h)(1.0)
    for g in (f, h):
        with pytest.raises(TypeError, match="Pass it as an argument"):
            mg.jvp(g, (1.0,), (1.0,))
        with pytest.raises(TypeError, match="Pass it as an argument"):
            mg.grad(mg.grad(g))(1.0)
    # Constants are as good as arrays.
    c = mg.tensor(2.0, constant=True)
    f.defvjp(lambda x: (mg.multiply(x, c), None), lambda k, g: (g * c,))
    assert type(mg.grad(f)(1.0)) is np.ndarray
    assert mg.grad(f)(1.0) == 2
    h.defjvp(lambda p, t: (p[0] * 2, t[0] * c))
    assert mg.jvp(h, (1.0,), (1.0,))[1] == 2


def test_fixed_point():
    """The square root as a fixed point, differentiated implicitly: sqrt(a) and its derivatives."""

    def step(a, x):
        return 0.5 * (x + a / x)

    @mg.custom_vjp
    def root(a, start):
        x = start
        for _ in range(60):
            x = step(a, x)
        return x

    def forward(a, start):
        x = root(a, start)
        return x, (a, x)

    def backward(kept, g):
        a, x = kept
        # g_a = (dstep/da)^T w with w = g + (dstep/dx)^T w, found by iterating, too.
        _, pull = mg.vjp(step, a, x)
        w = g
        for _ in range(5):
            w = g + pull(w)[1]
        return pull(w)[0], None

    root.defvjp(forward, backward)
    for a in (2.0, 9.0):
        np.testing.assert_allclose(mg.grad(root)(a, 1.0), 0.5 * a**-0.5)
        np.testing.assert_allclose(mg.grad(mg.grad(root))(a, 1.0), -0.25 * a**-1.5)
        np.testing.assert_allclose(mg.jvp(lambda a: root(a, 1.0), (a,), (3.0,))[1], 1.5 * a**-0.5)


def test_custom_rules_of_complex_functions():
    @mg.custom_vjp
    def f(z):
        return z * z

    f.defvjp(lambda z: (z * z, z), lambda z, g: (g * np.conj(2 * z),))
    h = mg.custom_jvp(lambda z: z * z)
    h.defjvp(lambda p, t: (p[0] * p[0], 2 * p[0] * t[0]))
    z, t = np.array([1 + 2j, 3j]), np.array([1j, 2 - 1j])
    want = mg.grad(lambda z: np.sum((z * z).real))(z)
    for g in (f, h):
        np.testing.assert_allclose(mg.grad(lambda z, g=g: np.sum(g(z).real))(z), want)
        np.testing.assert_allclose(mg.jvp(g, (z,), (t,))[1], 2 * z * t)


def test_the_cotangent_may_be_a_view_made_in_the_pass():
    double = mg.custom_vjp(lambda x: 2.0 * x)
    double.defvjp(lambda x: (2.0 * x, None), lambda _, g: (2.0 * g,))
    x = np.array([0.5, 1.5, 2.5])
    hessian = mg.hessian(lambda x: (double(x).reshape(3, 1) ** 3).sum())(x)
    np.testing.assert_allclose(hessian, np.diag(48 * x), rtol=1e-12)
