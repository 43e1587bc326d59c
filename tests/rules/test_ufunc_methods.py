"""``reduce accumulate reduceat outer at`` of the differentiable ufuncs."""

import numpy as np
import pytest
from _oracle import (
    Untouched,
    assert_close,
    assert_same,
    differences,
    gradient_of,
    outcome,
    quiet,
    weights_for,
)
from cases import mask, spread

import mygrad as mg
from mygrad import Tensor
from mygrad._table import RULES, Elementwise, name_of

#: Numbers on which a chain of the function is smooth and stays moderate.
OPERANDS = {
    np.power: (1.05, 1.4),
    np.float_power: (1.05, 1.4),
    np.divide: (0.7, 1.5),
    np.multiply: (0.7, 1.5),
    np.arctan2: (0.4, 1.5),
    np.hypot: (0.4, 1.5),
}
#: NumPy 2.4 reduces them wrongly on processors with AVX-512, but not in long double:
#: ``np.power.reduce([2.0, 3.0, 1.0])`` is 2 there.
MISREDUCED = (np.power, np.arctan2)
#: They round, or their operands are no pair of floats that a chain makes sense of.
STEPS = (np.remainder, np.fmod, np.copysign, np.heaviside, np.nextafter)

BINARY = [
    f
    for f, rule in RULES.items()
    if isinstance(rule, Elementwise) and f.nin == 2 and f.nout == 1 and f is not np.ldexp
]
UNARY = [f for f, rule in RULES.items() if isinstance(rule, Elementwise) and f.nin == 1]
CHAINS = [f for f in BINARY if f not in STEPS]

each_chain = pytest.mark.parametrize("func", CHAINS, ids=lambda f: f.__name__)
each_binary = pytest.mark.parametrize("func", BINARY, ids=lambda f: f.__name__)


def operand(func, *shape, seed=0):
    rng = np.random.default_rng(seed)
    if func in OPERANDS:
        return rng.uniform(*OPERANDS[func], shape)
    return spread(*shape)(rng) + 0.013 * rng.random(shape)


def second(func, *shape):
    """Another operand, apart from the first one's numbers, and no divisor near zero."""
    if func in (np.remainder, np.fmod):
        return np.random.default_rng(1).uniform(0.7, 1.4, shape)
    return operand(func, *shape, seed=1) + (0 if func in OPERANDS else 0.21)


def precise(func, a):
    """An array that NumPy reduces rightly."""
    return a.astype(np.longdouble) if func in MISREDUCED else a


def check(method, arrays, exact=True, tolerance=1e-7, **kwargs):
    """``method(*tensors, **kwargs)`` has NumPy's value and the gradients of differences."""
    plain = method
    func = getattr(method, "__self__", getattr(method, "func", None))
    if func in MISREDUCED and method.__name__ != "accumulate":
        exact = False

        def plain(*xs, **kwargs):
            kwargs.pop("dtype", None)
            return np.float64(method(*[precise(func, x) for x in xs], **kwargs))

    with quiet():
        expected = plain(*arrays, **kwargs)
    (weights,) = weights_for([expected], np.random.default_rng(3))
    untouched = Untouched(arrays)
    tensors = [mg.astensor(a) for a in arrays]
    with quiet():
        result = method(*tensors, **kwargs)
    assert isinstance(result, Tensor)
    assert_same(result, expected, exact=exact)
    with quiet():
        result.backward(weights)
        wanted = differences(lambda *xs: float(np.sum(plain(*xs, **kwargs) * weights)), arrays)
    for t, want in zip(tensors, wanted, strict=True):
        assert_close(gradient_of(t), want, f"{method.__qualname__} {kwargs}", tolerance)
    del result, tensors, t
    untouched.check()


# ----------------------------------------------------------------------------------------
# reduce
# ----------------------------------------------------------------------------------------


def reorderable(func):
    return not isinstance(outcome(func.reduce, np.ones((1, 1)), axis=(0, 1)), ValueError)


@each_chain
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), (2, 0, -2), None, ()], ids=str)
def test_reduce(func, axis, keepdims):
    a = operand(func, 2, 3, 2)
    if (axis is None or (isinstance(axis, tuple) and len(axis) > 1)) and not reorderable(func):
        with pytest.raises(ValueError, match="reorderable"):
            func.reduce(mg.tensor(a), axis=axis)
        return
    check(func.reduce, [a], axis=axis, keepdims=keepdims)


@each_chain
def test_reduce_of_one_axis_by_default(func):
    check(func.reduce, [operand(func, 3, 2)])
    check(func.reduce, [operand(func, 4)])
    check(func.reduce, [operand(func, 1)])


@each_chain
@pytest.mark.parametrize("axis", [0, 1])
def test_reduce_from_an_initial_value(func, axis):
    check(func.reduce, [operand(func, 2, 3)], axis=axis, initial=1.1)
    check(func.reduce, [operand(func, 2, 3)], axis=axis, initial=1.1, keepdims=True)


@each_chain
def test_the_initial_value_is_a_tensor(func):
    a = operand(func, 3)
    x, start = mg.tensor(a), mg.tensor(1.1)
    result = func.reduce(x, initial=start)
    expected = np.float64(func.reduce(precise(func, a), initial=1.1))
    assert_same(result, expected, exact=func not in MISREDUCED)
    result.backward()
    want = differences(
        lambda b, i: float(func.reduce(precise(func, b), initial=float(i))), [a, np.array(1.1)]
    )
    assert_close(gradient_of(x), want[0])
    assert_close(gradient_of(start), want[1])


@each_chain
@pytest.mark.parametrize("initial", [False, True])
def test_reduce_under_a_mask(func, initial):
    a = operand(func, 2, 3)
    kwargs = {"initial": 1.1} if initial else {}
    for axis in (0, 1):
        for where in (mask(2, 3), mask(3), np.array([[True], [False]])):
            expected = outcome(func.reduce, a, axis=axis, where=where, **kwargs)
            if isinstance(expected, Exception):
                error = outcome(func.reduce, mg.tensor(a), axis=axis, where=where, **kwargs)
                assert type(error) is type(expected)
            elif np.isfinite(expected).all():
                check(func.reduce, [a], axis=axis, where=where, **kwargs)
            else:
                with quiet():
                    assert_same(func.reduce(mg.tensor(a), axis, where=where, **kwargs), expected)


@each_chain
def test_what_a_mask_leaves_out_may_be_nan(func):
    a = operand(func, 3)
    a[1] = np.nan
    where = np.array([True, False, True])
    x = mg.tensor(a)
    with quiet():
        result = func.reduce(x, where=where, initial=1.1)
        assert_same(result, func.reduce(a, where=where, initial=1.1))
        result.backward()
    assert np.isfinite(gradient_of(x)).all()
    assert gradient_of(x)[1] == 0


@each_chain
@pytest.mark.parametrize("dtype", [np.float32, np.longdouble])
def test_reduce_in_another_precision(func, dtype):
    a = operand(func, 3, 2)
    expected = outcome(func.reduce, a, dtype=dtype)
    if isinstance(expected, Exception):
        assert isinstance(outcome(func.reduce, mg.tensor(a), dtype=dtype), type(expected))
        return
    x = mg.tensor(a)
    result = func.reduce(x, dtype=dtype)
    assert_same(result, expected)
    result.backward()
    want = differences(lambda b: float(np.sum(func.reduce(b))), [a])
    assert gradient_of(x).dtype == np.float64
    assert_close(gradient_of(x), want[0], tolerance=1e-5 if dtype is np.float32 else 1e-7)


@each_chain
@pytest.mark.parametrize("kind", ["array", "tensor", "tuple"])
def test_reduce_into(func, kind):
    a = operand(func, 3, 2)
    x = mg.tensor(a)
    out = mg.tensor([7.0, 7.0]) if kind == "tensor" else np.array([7.0, 7.0])
    result = func.reduce(x, out=(out,) if kind == "tuple" else out)
    expected = func.reduce(a)
    assert_same(result, expected)
    assert result is out if kind == "tensor" else result.data is out
    result.backward()
    want = differences(lambda b: float(np.sum(func.reduce(b))), [a])
    assert_close(gradient_of(x), want[0])


@each_chain
def test_reduce_of_nothing(func):
    for shape in ((0,), (0, 2), (2, 0)):
        a = np.zeros(shape)
        expected = outcome(func.reduce, a)
        result = outcome(func.reduce, mg.tensor(a))
        if isinstance(expected, Exception):
            assert type(result) is type(expected)
            continue
        assert_same(result, expected)
        x = mg.tensor(a)
        func.reduce(x).backward()
        assert x.grad is None or x.grad.shape == shape


@each_chain
def test_unknown_keywords(func):
    x = mg.tensor(operand(func, 3))
    for method in (func.reduce, func.accumulate):
        with pytest.raises(TypeError, match="frobnicate"):
            method(x, frobnicate=1)
    with pytest.raises(TypeError, match="frobnicate"):
        func.reduceat(x, [0], frobnicate=1)
    with pytest.raises(TypeError, match="frobnicate"):
        func.outer(x, x, frobnicate=1)


@each_chain
def test_wrong_axes(func):
    x = mg.tensor(operand(func, 3, 2))
    for axis in (2, -3, (0, 5)):
        with pytest.raises(np.exceptions.AxisError):
            func.reduce(x, axis=axis)
    with pytest.raises(ValueError):
        func.reduce(x, axis=(0, 0))
    with pytest.raises(np.exceptions.AxisError):
        func.accumulate(x, axis=2)
    with pytest.raises(np.exceptions.AxisError):
        func.reduceat(x, [0], axis=2)


# ----------------------------------------------------------------------------------------
# accumulate
# ----------------------------------------------------------------------------------------


@each_chain
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_accumulate(func, axis):
    check(func.accumulate, [operand(func, 2, 3)], axis=axis)


@each_chain
def test_accumulate_with_keywords(func):
    a = operand(func, 4)
    check(func.accumulate, [a])
    check(func.accumulate, [a], dtype=float)
    check(func.accumulate, [operand(func, 1, 2)])
    for out in (np.zeros(4), mg.tensor(np.zeros(4)), (np.zeros(4),)):
        x = mg.tensor(a)
        result = func.accumulate(x, out=out)
        assert_same(result, func.accumulate(a))
        result.backward()
        want = differences(lambda b: float(np.sum(func.accumulate(b))), [a])
        assert_close(gradient_of(x), want[0])
    empty = mg.tensor(np.zeros((0, 2)))
    assert_same(func.accumulate(empty), func.accumulate(empty.data))


# ----------------------------------------------------------------------------------------
# reduceat
# ----------------------------------------------------------------------------------------


@each_chain
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize(
    "indices", [[0], [0, 2], [1, 3], [0, 2, 1, 3], [3, 0], [0, 0, 1], [2]], ids=str
)
def test_reduceat(func, axis, indices):
    a = operand(func, 4, 4)[:, :2] if axis == 0 else operand(func, 2, 4)
    check(_reduceat(func, indices), [a.copy()], axis=axis)


def _reduceat(func, indices):
    def reduceat(a, **kwargs):
        return func.reduceat(a, indices, **kwargs)

    reduceat.func = func
    return reduceat


@each_chain
def test_reduceat_with_keywords(func):
    a = operand(func, 4)
    check(_reduceat(func, np.array([0, 1])), [a], dtype=float)
    for out in (np.zeros(2), mg.tensor(np.zeros(2))):
        x = mg.tensor(a)
        result = func.reduceat(x, [0, 2], out=out)
        expected = np.float64(func.reduceat(precise(func, a), [0, 2]))
        assert_same(result, expected, exact=func not in MISREDUCED)
        result.backward()
        want = differences(lambda b: float(np.sum(func.reduceat(precise(func, b), [0, 2]))), [a])
        assert_close(gradient_of(x), want[0])
    for indices in ([4], [-1], [[0]], [0, 4]):
        expected = outcome(func.reduceat, a, indices)
        error = outcome(func.reduceat, mg.tensor(a), indices)
        assert isinstance(expected, Exception)
        assert isinstance(error, type(expected)), f"{error!r}, {expected!r}"


# ----------------------------------------------------------------------------------------
# outer
# ----------------------------------------------------------------------------------------


@each_binary
@pytest.mark.parametrize(
    "shapes", [((2,), (3,)), ((2, 2), (3,)), ((), (3,)), ((2,), ()), ((0,), (2,))], ids=str
)
def test_outer(func, shapes):
    a, b = operand(func, *shapes[0]), second(func, *shapes[1])
    check(func.outer, [a, b])


@each_binary
def test_outer_with_keywords(func):
    a, b = operand(func, 2), second(func, 3)
    expected = func.outer(a, b)
    for kwargs in (
        {"out": np.zeros((2, 3))},
        {"out": mg.tensor(np.zeros((2, 3)))},
        {"dtype": float},
    ):
        x, y = mg.tensor(a), mg.tensor(b)
        result = func.outer(x, y, **kwargs)
        assert_same(result, expected)
        result.backward()
        wanted = differences(lambda p, q: float(np.sum(func.outer(p, q))), [a, b])
        assert_close(gradient_of(x), wanted[0])
        assert_close(gradient_of(y), wanted[1])
    # One of them a constant.
    y = mg.tensor(b)
    func.outer(a, y).backward()
    assert_close(gradient_of(y), wanted[1])
    x = mg.tensor(a)
    func.outer(x, b.tolist()).backward()
    assert_close(gradient_of(x), wanted[0])


# ----------------------------------------------------------------------------------------
# at
# ----------------------------------------------------------------------------------------

KEYS = {
    "one": 1,
    "slice": slice(None, None, 2),
    "list": [0, 2],
    "duplicates": np.array([0, 2, 0, -3, 1]),
    "mask": np.array([True, False, True]),
    "rows": (np.array([0, 2, 2]), np.array([1, 0, 0])),
    "ellipsis": ...,
}


@each_binary
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_at(func, key):
    a = operand(func, 3, 2)
    b = second(func, *a[key].shape)

    def at(target, values):
        target = target * 1.0
        func.at(target, key, values)
        return target

    check(at, [a, b])


@each_binary
def test_at_of_one_axis_and_a_broadcast_operand(func):
    a = operand(func, 3)
    b = np.asarray(0.9)

    def at(target, value):
        target = target * 1.0
        func.at(target, [2, 0, 2], value)
        return target

    check(at, [a, b])


@pytest.mark.parametrize("func", UNARY, ids=lambda f: f.__name__)
@pytest.mark.parametrize("key", [[0, 2], [0, 2, 0], (np.array([1, 1]),), ...], ids=str)
def test_at_of_one_operand(func, key):
    """Repeated indices apply the function several times."""
    low, high = {np.arccosh: (4.0, 9.0), np.arctanh: (0.2, 0.6), np.arccos: (0.6, 0.9)}.get(
        func, (0.3, 0.8)
    )
    if func in (np.log, np.log2, np.log10):
        low, high = 3.0, 9.0
    a = np.linspace(low, high, 3)

    def at(target):
        target = target * 1.0
        func.at(target, key)
        return target

    check(at, [a], tolerance=1e-6)


def test_at_leaves_the_index_and_the_operand_alone():
    x = mg.tensor([1.0, 2.0, 3.0])
    index, values = np.array([0, 0, 2]), np.array([1.0, 2.0, 3.0])
    untouched = Untouched([index, values])
    y = +x
    assert np.multiply.at(y, index, values) is None
    index_before = index.copy()
    del y
    untouched.check()
    np.testing.assert_array_equal(index, index_before)


def test_at_of_an_array_does_not_lose_a_gradient():
    target = np.zeros(3)
    with pytest.raises(TypeError, match="Make the target a tensor"):
        np.add.at(target, [0, 0], mg.tensor([1.0, 2.0]))
    np.testing.assert_array_equal(target, [0, 0, 0])
    np.add.at(target, [0, 0], mg.tensor([1.0, 2.0], constant=True))
    np.testing.assert_array_equal(target, [3, 0, 0])


def test_at_of_a_constant_tensor():
    c = mg.tensor([1.0, 2.0], constant=True)
    np.add.at(c, [0, 0], 1.0)
    np.testing.assert_array_equal(c, [3.0, 2.0])
    assert c.constant


# ----------------------------------------------------------------------------------------
# Others
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["reduce", "accumulate", "reduceat", "outer"])
def test_second_derivatives(method):
    a = operand(np.multiply, 4)
    more = {"reduceat": ([0, 2],), "outer": (a,)}.get(method, ())
    for func in (np.multiply, np.logaddexp, np.hypot):

        def gradient(b, func=func):
            x = mg.tensor(b)
            getattr(func, method)(x, *more).backward()
            return x.grad

        x = mg.tensor(a)
        v = np.array([1.0, -2.0, 0.5, 3.0])
        getattr(func, method)(x, *more).backward(create_graph=True)
        slope = np.sum(x.grad * v)
        x.null_grad()
        slope.backward()
        (want,) = differences(lambda b, g=gradient, v=v: float(np.sum(g(b) * v)), [a])
        assert_close(gradient_of(x), want, f"{name_of(func)}.{method}")


@pytest.mark.parametrize("func", [np.floor_divide, np.greater, np.logical_and])
def test_constant_functions_give_arrays(func):
    a = np.array([3.0, 1.0, 2.0])
    x = mg.tensor(a)
    for method in ("reduce", "accumulate"):
        expected = outcome(getattr(func, method), a)
        result = outcome(getattr(func, method), x)
        if isinstance(expected, Exception):
            assert type(result) is type(expected)
        else:
            assert_same(result, expected)
            assert not isinstance(result, Tensor)
    assert_same(func.outer(x, x), func.outer(a, a))
    assert not isinstance(func.outer(x, x), Tensor)


@pytest.mark.parametrize("func", [np.sin, np.negative])
def test_methods_that_numpy_refuses(func):
    x = mg.tensor([1.0, 2.0])
    for method in ("reduce", "accumulate", "outer"):
        expected = outcome(getattr(func, method), x.data, *[x.data] * (method == "outer"))
        error = outcome(getattr(func, method), x, *[x] * (method == "outer"))
        assert type(error) is type(expected)


def test_methods_of_constants_give_constants():
    c = mg.tensor([1.0, 2.0, 3.0], constant=True)
    for result, expected in [
        (np.add.reduce(c), 6.0),
        (np.multiply.accumulate(c), [1.0, 2.0, 6.0]),
        (np.add.reduceat(c, [0, 2]), [3.0, 3.0]),
        (np.subtract.outer(c, [1.0]), [[0.0], [1.0], [2.0]]),
    ]:
        assert isinstance(result, Tensor)
        assert result.constant
        assert_same(result, expected)
