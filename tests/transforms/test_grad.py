"""grad and its relatives: values against closed forms and finite differences, arguments, errors."""

import copy
import functools
import gc
import threading
import warnings
import weakref

import numpy as np
import pytest

import mygrad as mg
from _helpers import numerical_grad
from mygrad.errors import DetachedGradientWarning, InvalidBackprop

X = np.array([0.3, -1.2, 2.0])


def norms(x, p=2.0):
    return np.sum(np.abs(x) ** p)


# ---- values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(np.sin(x) * x),
        lambda x: np.prod(x),
        lambda x: np.linalg.norm(np.outer(x, x) + np.eye(3)),
        lambda x: x[0] * x[1] / x[2],
        lambda x: np.max(np.cumsum(x) ** 2),
    ],
)
def test_grad_is_that_of_finite_differences(f):
    g = mg.grad(f)(X)
    assert type(g) is np.ndarray
    np.testing.assert_allclose(g, numerical_grad(f, X)[0], rtol=1e-6)
    value, g = mg.value_and_grad(f)(X)
    assert type(value) is np.ndarray
    np.testing.assert_allclose(value, f(X))
    np.testing.assert_allclose(g, numerical_grad(f, X)[0], rtol=1e-6)


def test_results_are_the_callers_own():
    c = np.ones(3)
    value, g = mg.value_and_grad(lambda x: np.sum(x * c))(X)
    g[:] = 7
    value[...] = 7
    assert c.flags.writeable
    np.testing.assert_array_equal(c, 1)
    y, pull = mg.vjp(lambda x: np.exp(x), X)
    y[:] = 0
    g = np.ones(3)
    (first,) = pull(g)
    first[:] = 0
    g[:] = 5
    np.testing.assert_allclose(pull(np.ones(3))[0], np.exp(X))


def test_the_function_cannot_change_the_callers_array():
    def f(x):
        x += 1
        x[0] *= x[1]
        view = x[1:]
        view **= 2
        return np.sum(x)

    before = X.copy()
    np.testing.assert_allclose(mg.grad(f)(X), [-0.2, 1.3 + 2 * -0.2, 2 * 3.0])
    np.testing.assert_array_equal(X, before)
    assert X.flags.writeable


def test_the_callers_array_may_change_before_the_pull():
    x = X.copy()
    _, pull = mg.vjp(lambda x: x * x, x)
    x[:] = 0
    np.testing.assert_allclose(pull(np.ones(3))[0], 2 * X)


@pytest.mark.parametrize("x", [3.0, 3, np.float64(3), np.array(3.0), np.float32(3)])
def test_numbers(x):
    g = mg.grad(lambda x: x**2)(x)
    assert type(g) is np.ndarray
    assert g.shape == ()
    assert g.dtype == (np.float32 if isinstance(x, np.float32) else np.float64)
    assert g == 6


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble])
def test_dtypes_stay(dtype):
    x = np.array([1, 2], dtype)
    value, g = mg.value_and_grad(lambda x: np.sum(x * x))(x)
    assert value.dtype == g.dtype == dtype
    np.testing.assert_array_equal(g, 2 * x)


def test_complex_arguments_have_the_gradient_of_the_two_parts():
    z = np.array([3 + 4j, 1j])
    g = mg.grad(lambda z: np.sum(np.abs(z) ** 2))(z)
    np.testing.assert_allclose(g, 2 * z)


def test_a_ufunc_itself():
    np.testing.assert_allclose(mg.grad(np.sin)(0.5), np.cos(0.5))
    np.testing.assert_allclose(mg.egrad(np.arctan2)(X, 2.0), 2 / (X**2 + 4))


def test_elementwise_grad():
    assert mg.egrad is mg.elementwise_grad
    np.testing.assert_allclose(mg.egrad(np.tanh)(X), 1 - np.tanh(X) ** 2)
    np.testing.assert_allclose(mg.egrad(mg.egrad(np.sin))(X), -np.sin(X))
    pair = mg.egrad(lambda x: (x**2, {"y": x[:2]}))(X)
    np.testing.assert_allclose(pair, 2 * X + [1, 1, 0])


def test_independent_results_have_zero_gradient():
    for out in (3.0, np.float64(3), np.array(3.0), mg.tensor(3.0), mg.tensor(3.0, constant=True)):
        g = mg.grad(lambda x, out=out: out)(X)
        np.testing.assert_array_equal(mg.tensor(g).data, np.zeros(3))
    g = mg.grad(lambda x, y: y * 1, (0, 1))(X, 2.0)
    np.testing.assert_array_equal(g[0], np.zeros(3))
    assert g[1] == 1


# ---- arguments --------------------------------------------------------------------------


def f3(a, b, c=2.0, *, d=1.0):
    return np.sum(a * b**2 * c * d)


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, 9 * 2 * 5),
        (1, 2 * 3 * 2 * 5 * 4),
        (-1, 2 * 3 * 2 * 5 * 4),
        ("b", 2 * 3 * 2 * 5 * 4),
        ("d", 4 * 9 * 2),
        ((0, 1), (90, 240)),
        ([1, "d"], (240, 72)),
        ((0,), (90,)),
    ],
)
def test_argnums(argnums, expected):
    g = mg.grad(f3, argnums)(4.0, 3.0, d=5.0)
    if isinstance(expected, tuple):
        assert type(g) is tuple
        assert [float(x) for x in g] == [*expected]
    else:
        assert g == expected


def test_a_position_may_be_passed_by_keyword():
    assert mg.grad(f3, 1)(4.0, b=3.0) == 48
    assert mg.grad(f3, 0)(a=4.0, b=3.0) == 18


def test_arguments_that_are_not_there():
    with pytest.raises(TypeError, match="argnums=5, but f3 was called with 2 positional"):
        mg.grad(f3, 5)(1.0, 2.0)
    with pytest.raises(TypeError, match="argnums='e'"):
        mg.grad(f3, "e")(1.0, 2.0)
    with pytest.raises(TypeError, match="positions"):
        mg.grad(f3, (1.5,))(1.0, 2.0)
    with pytest.raises(ValueError, match="twice"):
        mg.grad(f3, (0, "a"))(1.0, 2.0)


def test_other_arguments_come_as_they_are():
    seen = []
    word, array = object(), np.arange(3)
    mg.grad(lambda x, *args, **kwargs: seen.append((args, kwargs)) or x)(1.0, word, k=array)
    assert seen[0][0] == (word,)
    assert seen[0][1]["k"] is array


def test_metadata_is_the_functions():
    for transform in (mg.grad, mg.value_and_grad, mg.egrad, mg.jacobian, mg.hessian, mg.hvp):
        assert transform(f3).__name__ == "f3"
    assert mg.grad(functools.partial(f3, 1.0))(2.0) == 8


def test_has_aux():
    def f(x):
        y = x * x
        return np.sum(y), {"y": y, "word": "w", "n": 3}

    g, aux = mg.grad(f, has_aux=True)(X)
    assert type(aux["y"]) is np.ndarray
    assert (aux["word"], aux["n"]) == ("w", 3)
    np.testing.assert_allclose(aux["y"], X * X)
    np.testing.assert_allclose(g, 2 * X)
    (value, aux), g = mg.value_and_grad(f, has_aux=True)(X)
    np.testing.assert_allclose(value, np.sum(X * X))
    np.testing.assert_allclose(mg.grad_and_aux(f)(X)[0], 2 * X)
    _, pull, aux = mg.vjp(f, X, has_aux=True)
    assert aux["n"] == 3
    np.testing.assert_allclose(pull(1.0)[0], 2 * X)
    with pytest.raises(TypeError, match="pair"):
        mg.grad(norms, has_aux=True)(X)


def test_an_auxiliary_result_carries_the_outer_gradient():
    def outer(x):
        _, aux = mg.grad(lambda y: (y * 3.0, x * y), has_aux=True)(2.0)
        return aux

    assert mg.grad(outer)(5.0) == 2


def test_no_arguments_to_differentiate_by():
    w = mg.tensor(2.0)
    y = w * 3
    assert mg.grad(lambda x: y * 1, ())(1.0) == ()
    assert mg.grad(lambda p: y * 1)({}) == {}
    assert mg.grad(lambda p: y * 1)(None) is None
    assert mg.vjp(lambda: y * 1)[1](1.0) == ()
    y.backward()
    assert w.grad == 3


def test_a_result_given_twice_and_an_argument_returned():
    y, pull = mg.vjp(lambda x: (x, x, x * 1), X)
    assert y[0] is not y[1]
    np.testing.assert_array_equal(pull((X, X, None))[0], 2 * X)
    t = mg.jvp(lambda x: (x, x), (X,), (V := X + 1,))[1]
    np.testing.assert_array_equal(t, (V, V))
    assert mg.grad(lambda x: x)(2.0) == 1
    np.testing.assert_array_equal(mg.jacobian(lambda x: x)(X), np.eye(3))


# ---- errors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("out", "words"),
    [
        (lambda x: x, r"shape \(3,\).*mygrad.jacobian.*elementwise_grad"),
        (lambda x: x[:1], r"shape \(1,\)"),
        (lambda x: (x[0], x[1]), "tuple of length 2.*mygrad.jacobian"),
        (lambda x: None, "NoneType"),
        (lambda x: "a", "returned a str"),
        (lambda x: np.argmax(x), "int64"),
        (lambda x: 3, "int64"),
        (lambda x: x[0] > 0, "bool"),
        (lambda x: x[0] * 1j, "complex128.*abs"),
    ],
)
def test_results_that_have_no_gradient(out, words):
    with pytest.raises(TypeError, match=words):
        mg.grad(out)(X)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.arange(3), r"shape \(3,\) and dtype int64.*astype"),
        (np.int64(3), "int64"),
        (True, "bool"),
        ("a", "a str"),
        (mg.tensor([1, 2]), "int64"),
        ({"a": 1.0, "b": np.array([1])}, "int64"),
    ],
)
def test_arguments_that_have_no_derivative(x, words):
    with pytest.raises(TypeError, match=words):
        mg.grad(lambda x: np.sum(x))(x)


def test_what_is_no_function():
    for name in ("grad", "value_and_grad", "elementwise_grad", "jacobian", "vjp"):
        with pytest.raises(TypeError, match=f"mygrad.{name} takes a function; got float"):
            getattr(mg, name)(3.0)


def test_a_detached_input_warns():
    with pytest.warns(DetachedGradientWarning):
        assert mg.grad(lambda x: float(x) * 2)(3.0) == 0
    with pytest.warns(DetachedGradientWarning):
        mg.grad(lambda x: np.sum(np.asarray(x)))(X)
    for leaf in (mg.tensor, mg.Tensor, mg.asarray, copy.copy, copy.deepcopy):
        with pytest.warns(DetachedGradientWarning):
            mg.grad(lambda x, leaf=leaf: np.sum(leaf(x) ** 2))(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mg.grad(lambda x: x * x.item())(3.0) == 3
        np.testing.assert_allclose(mg.grad(lambda x: np.sum(x * mg.tensor(x, constant=True)))(X), X)
        np.testing.assert_allclose(mg.grad(lambda x: np.sum(mg.astensor(x) ** 2))(X), 2 * X)


def test_handing_out_the_array_of_an_input_keeps_its_gradient():
    def f(x, y):
        y0 = x * y
        x.data  # noqa: B018
        y1 = x * 2
        x.data  # noqa: B018
        y.data  # noqa: B018
        return np.sum(y0 + y1 + x + y)

    gx, gy = mg.grad(f, (0, 1))(X, X + 1)
    np.testing.assert_allclose(gx, X + 1 + 3)
    np.testing.assert_allclose(gy, X + 1)


@pytest.mark.parametrize("late", [lambda x, y: x * x, lambda x, y: y * 2])
def test_a_backward_in_the_function_that_cleared_the_graph_is_an_error(late):
    def f(x):
        y = x * x
        y.backward()
        return late(x, y)

    if late(2, 3) == 4:
        # The input is a leaf, so what is computed from it later is whole.
        assert mg.grad(f)(3.0) == 6
    else:
        with pytest.raises(InvalidBackprop, match="retain_graph"):
            mg.grad(f)(3.0)
    with pytest.raises(InvalidBackprop):
        mg.grad(mg.grad(f))(3.0)


def test_exceptions_leave_nothing_behind():
    def f(x):
        y = x * x
        if fail:
            raise KeyError("no")
        return np.sum(y)

    fail = True
    x = X.copy()
    for transform in (mg.grad, mg.jacobian, mg.hessian):
        with pytest.raises(KeyError):
            transform(f)(x)
    assert x.flags.writeable
    fail = False
    np.testing.assert_allclose(mg.grad(f)(x), 2 * x)


# ---- modes, threads, memory -------------------------------------------------------------


def test_under_no_autodiff_the_derivatives_are_the_same_and_plain():
    w = mg.tensor(2.0)
    with mg.no_autodiff:
        assert mg.grad(lambda x: w * x**2)(3.0) == 12
        assert type(mg.grad(lambda x: w * x**2)(3.0)) is np.ndarray
        value, g = mg.value_and_grad(lambda x: w * x**2)(3.0)
        assert (value, g) == (18, 12)
        assert mg.egrad(np.exp)(0.0) == 1
        np.testing.assert_allclose(mg.hessian(norms)(X), 2 * np.eye(3))
        np.testing.assert_allclose(mg.hvp(norms)(X, X), 2 * X)
        y, pull = mg.vjp(lambda x: w * x**2, 3.0)
        assert type(y) is np.ndarray
        assert pull(1.0)[0] == 12
        assert mg.jvp(lambda x: w * x**2, (3.0,), (1.0,)) == (18, 12)
        assert not mg.no_autodiff
    assert mg.grad(mg.no_autodiff(lambda x: x * x))(3.0) == 0


def test_the_pass_touches_no_gradient_outside():
    w = mg.tensor([1.0, 2.0])
    out = w * 3
    out.backward(retain_graph=True)
    w.grad[:] = 5
    g = mg.grad(lambda x: np.sum(x * 2))(w)
    assert isinstance(g, mg.Tensor)
    np.testing.assert_array_equal(w.grad, 5)
    assert out.creator is not None
    # Nor does a pass later on, after the function has used the tensor.
    _, pull = mg.vjp(lambda x: w * x**2, X[:2])
    _, push = mg.linearize(lambda x: w * x**2, X[:2])
    np.sum(w * 3).backward()
    pull(np.ones(2))
    push(np.ones(2))
    np.testing.assert_array_equal(w.grad, 3)


def test_threads():
    def f(x):
        return np.sum(np.tanh(x) * x)

    expected = mg.hessian(f)(X)
    wrong = []

    def work():
        for _ in range(20):
            if not np.array_equal(mg.hessian(f)(X), expected):
                wrong.append(1)

    _, pull = mg.vjp(lambda x: np.tanh(x) * x, X)
    want = pull(X)[0]

    def share():
        for _ in range(100):
            if not np.array_equal(pull(X)[0], want):
                wrong.append(2)

    threads = [threading.Thread(target=t) for t in (work, work, share, share)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def with_rule(f):
    """`f` with its own derivative as a rule."""
    g = mg.custom_vjp(f)
    return g.defvjp(lambda x: (f(x), x), lambda x, c: (c * mg.grad(f)(x),))


@pytest.mark.parametrize(
    "transform",
    [
        mg.grad,
        lambda f: mg.grad(mg.checkpoint(f)),
        lambda f: mg.hessian(mg.checkpoint(f)),
        lambda f: mg.hessian(with_rule(f)),
        lambda f: lambda x: mg.jvp(with_rule(f), (x,), (x,)),
        lambda f: mg.jacobian(f, mode="forward"),
        lambda f: mg.grad(lambda x: np.sum(mg.grad(f)(x) ** 2)),
        mg.hessian,
        lambda f: lambda x: mg.hvp(f)(x, x),
        lambda f: lambda x: mg.vjp(f, x)[1](1.0),
        lambda f: lambda x: mg.jvp(f, (x,), (x,)),
    ],
)
def test_nothing_is_held_without_the_collector(transform):
    references = []

    def f(x):
        y = np.tanh(x)
        z = np.sum(y * x)
        references.extend([weakref.ref(t) for t in (x, y, z) if not isinstance(t, np.generic)])
        return z

    gc.collect()
    gc.disable()
    try:
        transform(f)(X)
        assert references
        assert all(r() is None for r in references)
        before = len(gc.get_objects())
        for _ in range(50):
            transform(f)(X)
            references.clear()
        assert len(gc.get_objects()) - before < 10
    finally:
        gc.enable()


def test_create_graph_in_the_function_leaves_no_cycle():
    def f(x):
        y = np.sum(x**3)
        y.backward(create_graph=True)
        return np.sum(x.grad * x)

    np.testing.assert_allclose(mg.grad(f)(X), 9 * X**2)
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(20):
            mg.grad(f)(X)
            mg.grad(lambda x: np.sum(mg.grad(f)(x)))(X)
        assert len(gc.get_objects()) - before < 10
    finally:
        gc.enable()
