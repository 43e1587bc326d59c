"""What `backward` does: which gradients it sets, what it frees, what it refuses."""

import gc
import weakref

import numpy as np
import pytest

import mygrad as mg
from _helpers import check_gradients, gradients, numerical_grad
from mygrad import tensor
from mygrad.errors import InvalidBackprop, InvalidGradient, MyGradException

# ----------------------------------------------------------------------------------------
# Which tensors get a gradient
# ----------------------------------------------------------------------------------------


def test_every_tensor_of_the_graph_gets_its_gradient():
    x = tensor([1.0, 2.0])
    y = 3 * x
    z = (y * y).sum()
    assert x.grad is None and y.grad is None and z.grad is None
    assert z.backward() is None
    np.testing.assert_array_equal(x.grad, [18.0, 36.0])
    np.testing.assert_array_equal(y.grad, [6.0, 12.0])
    np.testing.assert_array_equal(z.grad, 1.0)
    for t in (x, y, z):
        assert type(t.grad) is np.ndarray
        assert t.grad.shape == t.shape


def test_tensors_outside_the_graph_get_none():
    x = tensor([1.0, 2.0])
    aside = x * 5
    (x * 2).backward()
    assert aside.grad is None


@pytest.mark.parametrize("constant", [True, False, None])
def test_zero_dimensional_results_are_tensors(constant):
    y = mg.multiply(tensor(2.0), 3.0, constant=constant)
    assert isinstance(y, mg.Tensor)
    assert y.shape == ()
    assert y.constant is bool(constant)


def test_contributions_within_one_graph_add_up():
    x = tensor(2.0)
    (x * x * x).backward()
    np.testing.assert_array_equal(x.grad, 12.0)
    (x + x).backward()
    np.testing.assert_array_equal(x.grad, 2.0)


def test_diamonds():
    x = tensor([0.3, -0.7])

    def f(x):
        y = x * x
        a, b = np.sin(y), np.exp(y)
        return a * b + y * a

    check_gradients(f, x.data)


def test_long_ladder_of_shared_nodes():
    x = tensor(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_gradient_that_cancels_is_zero_not_none():
    x = tensor([1.0, 2.0])
    (x - x).backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])


def test_overwritten_tensor_upstream():
    x = tensor([1.0, 2.0])
    y = x * 1
    y[...] = 3.0
    y.backward()
    assert x.grad is None or not x.grad.any()


# ----------------------------------------------------------------------------------------
# Repeated calls
# ----------------------------------------------------------------------------------------


def test_backward_overwrites():
    x = tensor([1.0, 2.0])
    (2 * x).backward()
    (3 * x).backward()
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])


def test_losses_that_share_only_leaves():
    x = tensor([1.0, 2.0])
    a, b = (x * x).sum(), (3 * x).sum()
    a.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    b.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])


def test_shared_leaf_of_which_one_operand_is_absent_from_the_second_loss():
    x, w = tensor([1.0, 2.0]), tensor([3.0, 4.0])
    a, b = x * w, x * 5
    a.backward()
    b.backward()
    np.testing.assert_array_equal(x.grad, [5.0, 5.0])
    np.testing.assert_array_equal(w.grad, [1.0, 2.0])


def test_shared_cleared_interior_is_refused():
    x = tensor([1.0, 2.0])
    y = x * x
    a, b = y.sum(), (2 * y).sum()
    a.backward()
    grads = x.grad.copy(), y.grad.copy(), a.grad.copy()
    with pytest.raises(InvalidBackprop, match="retain_graph=True"):
        b.backward()
    np.testing.assert_array_equal(x.grad, grads[0])
    np.testing.assert_array_equal(y.grad, grads[1])
    np.testing.assert_array_equal(a.grad, grads[2])
    assert b.grad is None


def test_invalid_backprop_is_a_mygrad_exception():
    assert issubclass(InvalidBackprop, MyGradException)
    assert issubclass(InvalidGradient, MyGradException)


def test_retained_interior_may_be_shared():
    x = tensor([1.0, 2.0])
    y = x * x
    a, b = y.sum(), (2 * y).sum()
    a.backward(retain_graph=True)
    b.backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])
    np.testing.assert_array_equal(y.grad, [2.0, 2.0])


def test_retained_graph_can_be_walked_again():
    x = tensor([1.0, 2.0])
    y = np.exp(x) * x
    y.backward(retain_graph=True)
    first = x.grad.copy()
    assert y.creator is not None
    y.backward([2.0, 3.0], retain_graph=True)
    np.testing.assert_allclose(x.grad, first * [2.0, 3.0])
    y.backward()
    np.testing.assert_array_equal(x.grad, first)
    assert y.creator is None


@pytest.mark.parametrize("rounds", [3])
def test_retained_gradients_do_not_accumulate(rounds):
    x = tensor(2.0)
    y = x * x
    z = y * x + y
    for _ in range(rounds):
        z.backward(retain_graph=True)
        assert x.grad == 3 * 4 + 4
        assert y.grad == 3
        assert z.grad == 1


def test_earlier_gradient_arrays_are_not_written_to_by_a_later_pass():
    x = tensor([1.0, 2.0])
    y = x * x
    y.backward(retain_graph=True)
    before = x.grad
    y.backward([10.0, 10.0])
    np.testing.assert_array_equal(before, [2.0, 4.0])


def test_retain_graph_and_create_graph_are_keyword_only():
    with pytest.raises(TypeError):
        tensor(1.0).backward(None, True)


def test_second_backward_of_a_terminal_sets_only_its_own_gradient():
    x = tensor([1.0, 2.0])
    y = x * x
    y.backward()
    y.backward(5.0)
    np.testing.assert_array_equal(y.grad, [5.0, 5.0])
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_cleared_tensors_are_leaves_of_what_is_computed_next():
    x = tensor([1.0, 2.0])
    y = x * x
    y.backward()
    (y * 3).backward()
    np.testing.assert_array_equal(y.grad, [3.0, 3.0])
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_leaf_backward():
    x = tensor([1.0, 2.0])
    x.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])
    x.backward([3.0, 4.0])
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])
    x.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


# ----------------------------------------------------------------------------------------
# Freeing
# ----------------------------------------------------------------------------------------


def test_backward_frees_the_graph():
    x = tensor([1.0, 2.0])
    y = x * x
    z = np.exp(y)
    z.backward()
    assert x.creator is None and y.creator is None and z.creator is None


def test_intermediates_die_without_the_collector():
    gc.disable()
    try:
        x = tensor([1.0, 2.0])
        y = x * x
        z = np.exp(y)
        references = [weakref.ref(t) for t in (y, z)]
        z.backward()
        del y, z
        assert [r() for r in references] == [None, None]
        y = x * x
        z = np.exp(y)
        references = [weakref.ref(t) for t in (y, z)]
        del y, z
        assert [r() for r in references] == [None, None]
    finally:
        gc.enable()


def test_saved_arrays_die_with_backward():
    gc.disable()
    try:
        a = np.arange(3.0)
        reference = weakref.ref(a)
        x = tensor([1.0, 2.0, 3.0])
        y = x * a
        del a
        y.backward()
        assert reference() is None
    finally:
        gc.enable()


def test_clear_graph_frees_but_keeps_gradients():
    x = tensor([1.0, 2.0])
    (5 * x).backward()
    v = x[:]
    y = v * v
    z = y.sum()
    x.backward()
    z.clear_graph()
    assert y.creator is None and z.creator is None
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])
    z.backward()
    np.testing.assert_array_equal(z.grad, 1.0)
    assert y.grad is None
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_clearing_an_interior_stops_backward_downstream():
    x = tensor([1.0, 2.0])
    y = x * x
    z = y * 3
    y.clear_graph()
    assert y.creator is None
    with pytest.raises(InvalidBackprop):
        z.backward()
    assert x.grad is None


# ----------------------------------------------------------------------------------------
# Nulling
# ----------------------------------------------------------------------------------------


@pytest.fixture
def x():
    x = tensor([1.0, 2.0])
    (2 * x).backward()
    return x


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x + 1,
        lambda x: np.sin(x),
        lambda x: x.sum(),
        lambda x: x[[0]],
        lambda x: x[0],
        lambda x: np.concatenate([x, x]),
        lambda x: np.einsum("i->", x),
        lambda x: x.__iadd__(1),
        lambda x: x.__setitem__(0, 3.0),
    ],
)
def test_using_a_tensor_nulls_its_gradient(x, use):
    _ = use(x)
    assert x.grad is None


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x[:1],
        lambda x: x.reshape(2, 1),
        lambda x: x.T,
        lambda x: x > 1,
        lambda x: np.isnan(x),
        lambda x: x.any(),
        lambda x: np.argmax(x),
        lambda x: np.zeros_like(x),
        lambda x: mg.tensor(x),
        lambda x: x.data,
        lambda x: repr(x),
        lambda x: np.floor(x),
        lambda x: x.detach(),
    ],
)
def test_looking_at_a_tensor_keeps_its_gradient(x, use):
    _ = use(x)
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


def test_untracked_and_failing_uses_keep_the_gradient(x):
    with mg.no_autodiff:
        _ = x * 2
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])
    with pytest.raises(ValueError):
        x * np.ones(3)
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


def test_only_the_operands_own_gradient_is_nulled():
    x = tensor([1.0, 2.0])
    y = 2 * x
    y.backward()
    _ = x + 1
    assert x.grad is None
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])


# ----------------------------------------------------------------------------------------
# backward(grad)
# ----------------------------------------------------------------------------------------


def test_backward_of_an_array_is_that_of_its_sum():
    x = tensor([1.0, 2.0, 3.0])
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0, 6.0])


@pytest.mark.parametrize(
    "grad",
    [2.0, 2, [2.0, 2.0, 2.0], [2], np.float32(2), np.full((2, 3), 2), tensor(2.0), [[2.0], [2.0]]],
    ids=repr,
)
def test_backward_takes_what_broadcasts_to_the_tensor(grad):
    x = tensor(np.ones((2, 3)))
    y = 3 * x
    y.backward(grad)
    np.testing.assert_array_equal(y.grad, np.full((2, 3), 2.0))
    np.testing.assert_array_equal(x.grad, np.full((2, 3), 6.0))
    assert y.grad.dtype == np.float64


@pytest.mark.parametrize(
    ("shape", "grad", "error"),
    [
        ((3,), np.ones((2, 3)), ValueError),
        ((3,), np.ones(2), ValueError),
        ((), [1.0], ValueError),
        ((3,), "abc", (ValueError, TypeError, InvalidGradient)),
        ((3,), 1j, (TypeError, InvalidGradient)),
        ((3,), [1j, 0, 0], (TypeError, InvalidGradient)),
        ((3,), np.array([1, 2, 3], "m8[s]"), (TypeError, InvalidGradient)),
        ((3,), np.array(["2020"] * 3, "M8[D]"), (TypeError, InvalidGradient)),
        ((3,), [None] * 3, (TypeError, InvalidGradient)),
    ],
)
def test_refused_gradients_change_nothing(shape, grad, error):
    x = tensor(np.ones(shape))
    y = 3 * x
    y.backward(retain_graph=True)
    with pytest.raises(error):
        y.backward(grad)
    np.testing.assert_array_equal(x.grad, np.full(shape, 3.0))
    np.testing.assert_array_equal(y.grad, np.ones(shape))
    y.backward(2.0)
    np.testing.assert_array_equal(x.grad, np.full(shape, 6.0))


def test_the_given_gradient_is_copied():
    g = np.ones(2)
    x = tensor([1.0, 2.0])
    y = x * 1
    y.backward(g)
    assert not np.shares_memory(y.grad, g)
    assert not np.shares_memory(x.grad, g)
    assert g.flags.writeable
    g[:] = 7
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])


def test_backward_of_a_leaf_copies_too():
    g = np.ones(2)
    x = tensor([1.0, 2.0])
    x.backward(g)
    g[:] = 7
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


# ----------------------------------------------------------------------------------------
# Constants
# ----------------------------------------------------------------------------------------


def test_constants_get_no_gradient():
    c = tensor([3.0, 4.0], constant=True)
    x = tensor([1.0, 2.0])
    y = c * x
    assert not y.constant
    y.backward()
    assert c.grad is None
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])
    assert (c * c).constant
    assert (c * 2.0).constant


def test_backward_of_a_constant_does_nothing():
    c = tensor([3.0], constant=True) * 2
    c.backward()
    assert c.grad is None
    tensor([1, 2]).backward()


def test_constant_results_block_the_gradient():
    x = tensor([2.0, 4.0])
    y = mg.multiply(x, 2.0, constant=True)
    assert y.constant
    (y * x).backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])
    assert y.grad is None


def test_nonconstant_results_of_constants():
    c = tensor([1.0, 2.0], constant=True)
    y = mg.multiply(c, 2.0, constant=False)
    assert not y.constant
    (y * 3).backward()
    np.testing.assert_array_equal(y.grad, [3.0, 3.0])
    assert c.grad is None
    assert not mg.add([1.0], 2.0, constant=False).constant


def test_integer_results_cannot_be_nonconstant():
    with pytest.raises(ValueError):
        mg.add(tensor([1]), 1, constant=False)


def test_integer_tensor_times_float_is_a_constant():
    y = tensor([1, 2]) * 1.5
    assert y.constant
    assert y.dtype == np.float64


# ----------------------------------------------------------------------------------------
# dtype, shape and memory of gradients
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("second", [np.float16, np.float32, np.float64])
def test_gradients_have_the_dtype_of_their_tensor(first, second):
    x, y = tensor([1.0, 2.0], dtype=first), tensor([3.0, 4.0], dtype=second)
    z = x * y
    assert z.dtype == np.result_type(first, second)
    w = z.sum()
    w.backward()
    for t in (x, y, z, w):
        assert t.grad.dtype == t.dtype
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])
    np.testing.assert_array_equal(y.grad, [1.0, 2.0])


@pytest.mark.parametrize(
    ("left", "right"),
    [((), (3,)), ((3,), (2, 3)), ((2, 1), (3,)), ((1, 3), (2, 1)), ((1,), ()), ((0,), (2, 1))],
)
@pytest.mark.parametrize("f", [np.add, np.subtract, np.multiply, np.divide, np.arctan2])
def test_broadcasting_is_undone(left, right, f):
    a = np.linspace(0.5, 1.5, int(np.prod(left))).reshape(left)
    b = np.linspace(2.0, 3.0, int(np.prod(right))).reshape(right)
    _, grads = gradients(f, a, b)
    for grad, expected in zip(grads, numerical_grad(f, a, b), strict=True):
        assert grad.shape == expected.shape
        np.testing.assert_allclose(grad, expected, rtol=1e-7)


def test_gradients_of_different_tensors_do_not_share_memory():
    x, y = tensor([1.0, 2.0]), tensor([3.0, 4.0])
    s = x + y
    z = +s
    w = z - 0.0
    w.backward()
    grads = [t.grad for t in (x, y, s, z, w)]
    for i, a in enumerate(grads):
        a[...] = i
    for i, a in enumerate(grads):
        np.testing.assert_array_equal(a, [i, i])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.sum(),
        lambda x: np.broadcast_to(x, (2, 3)),
        lambda x: x.reshape(3, 1),
        lambda x: np.concatenate([x, x]),
        lambda x: np.where([True, False, True], x, 0),
        lambda x: x[:2],
        lambda x: x.T,
        lambda x: x.copy(),
    ],
)
def test_gradients_can_be_written_to(f):
    x = tensor([1.0, 2.0, 3.0])
    y = x * 1
    f(y).backward()
    for t in (x, y):
        assert t.grad.flags.writeable
    assert not np.shares_memory(x.grad, y.grad)
    x.grad[0] = 5.0
    x.grad[1] = 6.0
    assert (x.grad[0], x.grad[1]) == (5.0, 6.0)


# ----------------------------------------------------------------------------------------
# create_graph
# ----------------------------------------------------------------------------------------

SECOND = {
    "polynomial": (lambda x: x**3 - 2 * x * x, lambda x: 6 * x - 4),
    "sin": (np.sin, lambda x: -np.sin(x)),
    "exp": (np.exp, np.exp),
    "tanh": (np.tanh, lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2)),
    "log": (np.log, lambda x: -1 / x**2),
    "quotient": (lambda x: 1 / x, lambda x: 2 / x**3),
    "sqrt": (np.sqrt, lambda x: -0.25 * x**-1.5),
    "square": (np.square, lambda x: 2 + 0 * x),
    "in place": (lambda x: _cubed_in_place(x), lambda x: 6 * x),
    "view": (lambda x: x[::-1] ** 3, lambda x: 6 * x),
    "where": (lambda x: np.where(x > 1, x**3, x**2), lambda x: np.where(x > 1, 6 * x, 2)),
    "out": (lambda x: np.multiply(x, x * x, out=mg.zeros_like(x)), lambda x: 6 * x),
}


def _cubed_in_place(x):
    y = x * x
    y *= x
    return y


@pytest.mark.parametrize(("f", "second"), SECOND.values(), ids=SECOND)
def test_second_derivatives(f, second):
    a = np.array([0.5, 1.5, 2.5])
    x = tensor(a)
    f(x).backward(create_graph=True)
    first = x.grad
    assert isinstance(first, mg.Tensor)
    assert not first.constant
    np.testing.assert_allclose(first.data, numerical_grad(f, a)[0], rtol=1e-6)
    first.sum().backward()
    np.testing.assert_allclose(np.asarray(x.grad), second(a), rtol=1e-12, atol=1e-12)


def test_mixed_second_derivatives():
    x, y = tensor(0.7), tensor(1.3)
    (x * x * y + np.sin(x * y)).backward(create_graph=True)
    gx = x.grad
    np.testing.assert_allclose(gx.data, 2 * 0.7 * 1.3 + 1.3 * np.cos(0.91))
    gx.backward()
    np.testing.assert_allclose(np.asarray(y.grad), 2 * 0.7 + np.cos(0.91) - 0.91 * np.sin(0.91))


def test_third_derivative():
    x = tensor(0.5)
    (x**5).backward(create_graph=True)
    x.grad.backward(create_graph=True)
    x.grad.backward()
    np.testing.assert_allclose(np.asarray(x.grad), 60 * 0.25)


def test_second_derivatives_of_reductions_and_broadcasting():
    a = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
    b = np.array([1.0, 2.0, -1.5])
    weights = np.array([[1.0, -2.0, 0.5], [0.75, 3.0, -1.0]])

    def first(a, b):
        x, y = tensor(a), tensor(b)
        (((x * y) ** 2).sum(axis=1) ** 2).backward()
        return x.grad * weights

    x, y = tensor(a), tensor(b)
    (((x * y) ** 2).sum(axis=1) ** 2).backward(create_graph=True)
    (x.grad * weights).backward()
    for t, expected in zip((x, y), numerical_grad(first, a, b), strict=True):
        np.testing.assert_allclose(np.asarray(t.grad), expected, rtol=1e-6, atol=1e-6)


def test_create_graph_retains_the_graph():
    x = tensor(2.0)
    y = x * x
    z = y * x
    z.backward(create_graph=True)
    assert z.creator is not None
    z.backward()
    np.testing.assert_array_equal(np.asarray(x.grad), 12.0)
    assert type(x.grad) is np.ndarray


def test_gradients_that_are_tensors_are_independent():
    x, y = tensor([1.0, 2.0]), tensor([3.0, 4.0])
    z = x + y
    z.backward(create_graph=True)
    x.grad[0] = 9.0
    np.testing.assert_array_equal(np.asarray(y.grad), [1.0, 1.0])
    np.testing.assert_array_equal(np.asarray(z.grad), [1.0, 1.0])


def test_gradient_penalty():
    def loss(w, x):
        x = tensor(x)
        y = np.tanh(w @ x).sum()
        y.backward(create_graph=True)
        return (x.grad**2).sum() + y

    w0 = np.array([[0.5, -0.25], [1.0, 0.75]])
    x0 = np.array([0.3, -0.6])
    w = tensor(w0)
    loss(w, x0).backward()
    (expected,) = numerical_grad(lambda w: loss(tensor(w), x0).data, w0)
    np.testing.assert_allclose(np.asarray(w.grad), expected, rtol=1e-6)


# ----------------------------------------------------------------------------------------
# What NumPy functions without a derivative do
# ----------------------------------------------------------------------------------------

PLAIN = {
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "rint": np.rint,
    "sign": np.sign,
    "floor_divide": lambda x: np.floor_divide(x, 2.0),
    "isnan": np.isnan,
    "isfinite": np.isfinite,
    "signbit": np.signbit,
    "logical_not": np.logical_not,
    "greater": lambda x: np.greater(x, 1.0),
    "equal": lambda x: np.equal(x, x),
    "round": np.round,
    "argmax": np.argmax,
    "argsort": np.argsort,
    "any": np.any,
    "all": np.all,
    "isclose": lambda x: np.isclose(x, 1.0),
    "allclose": lambda x: np.allclose(x, x),
    "shape": np.shape,
    "ndim": np.ndim,
    "size": np.size,
}


@pytest.mark.parametrize("f", PLAIN.values(), ids=PLAIN)
def test_piecewise_constant_functions_return_plain_values(f):
    a = np.array([-1.5, 1.0, 2.5])
    result = f(tensor(a))
    assert not isinstance(result, mg.Tensor)
    np.testing.assert_array_equal(result, f(a))


def test_remainders_have_derivatives():
    x, y = np.array([5.5, -5.5, 7.25]), np.array([2.0, 3.0, -2.0])
    check_gradients(np.remainder, x, y)
    check_gradients(np.fmod, x, y)
    check_gradients(lambda x, y: np.divmod(x, y)[1], x, y)


def test_modf():
    x = tensor([1.75, -2.25])
    fraction, whole = np.modf(x)
    np.testing.assert_array_equal(fraction.data, [0.75, -0.25])
    np.testing.assert_array_equal(whole, [1.0, -2.0])
    assert not isinstance(whole, mg.Tensor)
    fraction.backward([2.0, 3.0])
    np.testing.assert_array_equal(x.grad, [2.0, 3.0])


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda x: np.packbits(x), "packbits"),
        (lambda x: np.intersect1d(x, [1.0]), "intersect1d"),
    ],
)
def test_functions_without_support_are_refused_by_name(call, name):
    x = tensor([1.0, 2.0])
    with pytest.raises(TypeError, match=name):
        call(x)
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


# ----------------------------------------------------------------------------------------
# Choices at kinks, ties and poles
# ----------------------------------------------------------------------------------------


def grad_at(f, *values):
    leaves = [tensor(v) for v in values]
    with np.errstate(all="ignore"):
        f(*leaves).backward()
    grads = [t.grad for t in leaves]
    return grads[0] if len(grads) == 1 else grads


KINKS = {
    "abs": (np.abs, [-2.0, 0.0, 3.0, -0.0], [-1.0, 0.0, 1.0, 0.0]),
    "max to the first": (np.max, [1.0, 3.0, 3.0], [0.0, 1.0, 0.0]),
    "min to the first": (np.min, [2.0, 1.0, 1.0], [0.0, 1.0, 0.0]),
    "max along an axis": (
        lambda x: np.max(x, axis=0),
        [[1.0, 2.0], [1.0, 0.0]],
        [[1.0, 1.0], [0.0, 0.0]],
    ),
    "max of no axes": (lambda x: np.max(x, axis=()), [1.0, 1.0], [1.0, 1.0]),
    "norm at 0": (np.linalg.norm, [0.0, 0.0], [0.0, 0.0]),
    "norm": (np.linalg.norm, [0.0, -3.0, 4.0], [0.0, -0.6, 0.8]),
    "3-norm at 0": (lambda x: np.linalg.norm(x, ord=3), [0.0, 0.0], [0.0, 0.0]),
    "1-norm": (lambda x: np.linalg.norm(x, ord=1), [0.0, -3.0, 4.0], [0.0, -1.0, 1.0]),
    "inf-norm": (lambda x: np.linalg.norm(x, ord=np.inf), [3.0, -3.0, 1.0], [1.0, 0.0, 0.0]),
    "norm along an axis": (
        lambda x: np.linalg.norm(x, axis=1),
        [[0.0, 0.0], [3.0, 4.0]],
        [[0.0, 0.0], [0.6, 0.8]],
    ),
    "clip": (lambda x: np.clip(x, 0.0, 1.0), [-1.0, 0.5, 2.0], [0.0, 1.0, 0.0]),
    "sqrt at its pole": (np.sqrt, [0.0, 4.0], [np.inf, 0.25]),
    "cbrt at its pole": (np.cbrt, [0.0, -8.0], [np.inf, 1 / 12]),
    "log at its pole": (np.log, [0.0, 2.0], [np.inf, 0.5]),
    "arcsin at its poles": (np.arcsin, [-1.0, 0.0, 1.0], [np.inf, 1.0, np.inf]),
    "arccos at its poles": (np.arccos, [-1.0, 0.0, 1.0], [-np.inf, -1.0, -np.inf]),
    "arccosh at its pole": (np.arccosh, [1.0], [np.inf]),
    "arctanh at its poles": (np.arctanh, [-1.0, 1.0], [np.inf, np.inf]),
    "reciprocal at 0": (np.reciprocal, [0.0], [-np.inf]),
    "power 0": (lambda x: x**0, [0.0, 2.0], [0.0, 0.0]),
    "power 1": (lambda x: x**1, [0.0, 2.0], [1.0, 1.0]),
    "power 0.5 at 0": (lambda x: x**0.5, [0.0], [np.inf]),
    "power -1 at 0": (lambda x: x**-1, [0.0], [-np.inf]),
    "exponential with base 0": (lambda x: 0.0**x, [1.0, 2.0], [0.0, 0.0]),
    "prod": (np.prod, [2.0, 3.0, 4.0], [12.0, 8.0, 6.0]),
    "prod with a zero": (np.prod, [2.0, 0.0, 4.0], [0.0, 8.0, 0.0]),
    "prod with two zeros": (np.prod, [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    "cumprod with a zero": (np.cumprod, [2.0, 0.0, 4.0], [1.0, 10.0, 0.0]),
    "cumprod with zeros": (np.cumprod, [2.0, 0.0, 4.0, 0.0, 5.0], [1.0, 10.0, 0.0, 0.0, 0.0]),
    "var of equal numbers": (np.var, [2.0, 2.0], [0.0, 0.0]),
    "sinc at 0": (np.sinc, [0.0], [0.0]),
    "x / x": (lambda x: x / x, [2.0], [0.0]),
    "repeated indices": (lambda x: x[[0, 0, 1]], [1.0, 2.0], [2.0, 1.0]),
    "einsum ii": (lambda x: np.einsum("ii", x), np.ones((2, 2)), np.eye(2)),
    "einsum i,i": (lambda x: np.einsum("i,i", x, x), [1.0, 2.0], [2.0, 4.0]),
}


@pytest.mark.parametrize(("f", "value", "expected"), KINKS.values(), ids=KINKS)
def test_derivatives_at_special_points(f, value, expected):
    np.testing.assert_allclose(grad_at(f, value), expected, rtol=1e-14)


@pytest.mark.parametrize("f", [np.maximum, np.minimum])
def test_ties_of_two_operands_are_split_evenly(f):
    x, y = grad_at(f, [1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(x + y, [1.0, 1.0, 1.0])
    assert x[1] == y[1] == 0.5
    np.testing.assert_array_equal(grad_at(lambda x: f(x, x), [1.0, 2.0]), [1.0, 1.0])


def test_clip_bounds_receive_gradients():
    x, low, high = grad_at(np.clip, [-1.0, 0.5, 2.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0])
    np.testing.assert_array_equal(x, [0.0, 1.0, 0.0])
    np.testing.assert_array_equal(low, [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(high, [0.0, 0.0, 1.0])


@pytest.mark.parametrize(
    ("x", "y", "grads"),
    [((2.0), 0.0, (0.0, np.log(2))), (0.0, 1.0, (1.0, 0.0)), (0.0, 2.0, (0.0, 0.0))],
)
def test_power_of_two_tensors_at_special_points(x, y, grads):
    np.testing.assert_allclose(grad_at(np.power, x, y), grads)


@pytest.mark.parametrize("f", [np.logaddexp, np.logaddexp2])
def test_logaddexp_is_stable(f):
    x, y = grad_at(f, [0.0, 1000.0, -1000.0], [0.0, -1000.0, 1000.0])
    np.testing.assert_array_equal(x, [0.5, 1.0, 0.0])
    np.testing.assert_array_equal(y, [0.5, 0.0, 1.0])


def test_where_passes_gradients_where_it_chose():
    x, y = grad_at(lambda x, y: np.where([True, False], x, y), [1.0, 2.0], [3.0, 4.0])
    np.testing.assert_array_equal(x, [1.0, 0.0])
    np.testing.assert_array_equal(y, [0.0, 1.0])
