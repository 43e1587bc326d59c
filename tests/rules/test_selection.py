"""What the cases of `mygrad.rules.selection` cannot say: nested operands, views, errors."""

import numpy as np
import pytest
from _oracle import assert_close, differences, gradient_of, outcome
from numpy.lib.stride_tricks import sliding_window_view

import mygrad as mg
from mygrad import Tensor

A = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])
B = np.array([1.25, -0.5])


def check(f, *arrays, plain=None):
    """Values and gradients of a function whose operands may be nested in lists."""
    tensors = [mg.tensor(a) for a in arrays]
    result = f(*tensors)
    expected = (plain or f)(*arrays)
    assert isinstance(result, Tensor)
    np.testing.assert_array_equal(result, expected)
    weights = np.cos(np.arange(expected.size) + 1).reshape(expected.shape)
    result.backward(weights)
    wanted = differences(lambda *xs: float(np.sum((plain or f)(*xs) * weights)), list(arrays))
    for t, want in zip(tensors, wanted, strict=True):
        assert np.any(want)
        assert_close(gradient_of(t), want)


# ----------------------------------------------------------------------------------------
# Operands within lists
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: np.insert(x, [1, 4], [y[0], 0.5]),
        lambda x, y: np.insert(x, 1, [y, [1.0, y[1]]], 1),
        lambda x, y: np.append(x, [3.0, y[1], y[0]]),
        lambda x, y: np.append(x, [[y[0], 1.0, y[1]]], 0),
        lambda x, y: np.choose([1, 0, 1], [x, [y[0], 2.0, y[1]]]),
        lambda x, y: np.select([[False, True, False], [True, True, False]], [y[0], x], y[1]),
        lambda x, y: np.block([[x], [y[:1], y[0], 1.0]]),
        lambda x, y: np.pad(x, 1, constant_values=((y[0], 1.0), (2, y[1]))),
        lambda x, y: np.pad(x, 2, "linear_ramp", end_values=((y[0], 1.0), (2, y[1]))),
        lambda x, y: np.pad(x, ((0, 2), (1, 0)), "linear_ramp", end_values=[[y[0]], [y[1]]]),
    ],
)
def test_operands_within_lists(f):
    check(f, A, B)


@pytest.mark.parametrize(
    ("f", "plain"),
    [
        (
            lambda y: mg.pad(A, 1, constant_values=y),
            lambda y: np.pad(A, 1, constant_values=y),
        ),
        (
            lambda y: mg.pad(A, 1, "linear_ramp", end_values=y),
            lambda y: np.pad(A, 1, "linear_ramp", end_values=y),
        ),
        (
            lambda y: mg.select([[True, False]], [3.0], y),
            lambda y: np.select([[True, False]], [3.0], y),
        ),
    ],
)
def test_operands_that_numpy_does_not_ask(f, plain):
    check(f, B, plain=plain)


# ----------------------------------------------------------------------------------------
# Padding
# ----------------------------------------------------------------------------------------

MODES = [
    ("constant", {}),
    ("edge", {}),
    ("linear_ramp", {}),
    ("linear_ramp", {"end_values": ((2.5, 1), (3, -4))}),
    ("maximum", {}),
    ("mean", {}),
    ("median", {}),
    ("minimum", {}),
    ("mean", {"stat_length": 2}),
    ("reflect", {}),
    ("symmetric", {}),
    ("reflect", {"reflect_type": "odd"}),
    ("symmetric", {"reflect_type": "odd"}),
    ("wrap", {}),
    (lambda row, pair, axis, kwargs: row.__setitem__(slice(0, pair[0]), 7), {}),
]


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool, np.float16, np.longdouble])
@pytest.mark.parametrize(("mode", "kwargs"), MODES)
@pytest.mark.parametrize("widths", [0, 1, (2, 7), ((0, 3), (1, 0))])
def test_padding_constants_of_other_dtypes(mode, kwargs, widths, dtype):
    a = (A * 3).astype(dtype)
    expected = outcome(np.pad, a, widths, mode, **kwargs)
    result = outcome(np.pad, mg.tensor(a, constant=True), widths, mode, **kwargs)
    if isinstance(expected, Exception):
        assert type(result) is type(expected)
        return
    assert isinstance(result, Tensor)
    assert result.constant
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)


def test_padding_that_stays_empty():
    x = mg.tensor(A)
    y = np.pad(x, ((1, 0), (0, 2)), "empty")
    assert y.shape == (3, 5)
    np.testing.assert_array_equal(y[1:, :3], A)
    y.backward(np.arange(15.0).reshape(3, 5))
    np.testing.assert_array_equal(x.grad, [[5.0, 6.0, 7.0], [10.0, 11.0, 12.0]])


@pytest.mark.parametrize(
    "arguments",
    [
        (1, "frob"),
        (1.5,),
        (-1,),
        ((1, 2, 3),),
        (1, "maximum", {"stat_length": 0}),
        (1, "mean", {"stat_length": -1}),
        (1, "edge", {"constant_values": 1}),
        (1, "reflect", {"end_values": 1}),
    ],
    ids=repr,
)
def test_errors_of_padding(arguments):
    arguments, kwargs = (arguments[:-1], arguments[-1]) if len(arguments) == 3 else (arguments, {})
    expected = outcome(np.pad, A, *arguments, **kwargs)
    error = outcome(np.pad, mg.tensor(A), *arguments, **kwargs)
    assert isinstance(expected, Exception)
    assert type(error) is type(expected), (error, expected)


def test_padding_without_width_is_a_copy():
    for mode, kwargs in MODES:
        x = mg.tensor(A)
        y = np.pad(x, 0, mode, **kwargs)
        y[...] = 0.0
        np.testing.assert_array_equal(x, A)


# ----------------------------------------------------------------------------------------
# Windows
# ----------------------------------------------------------------------------------------


def test_windows_are_a_view():
    x = mg.tensor(np.arange(5.0))
    windows = sliding_window_view(x, 3)
    assert windows.base is x
    assert np.shares_memory(windows.data, x.data)
    x[2] = 10.0
    np.testing.assert_array_equal(windows, sliding_window_view(x.data, 3))
    (windows * windows).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 4.0, 60.0, 12.0, 8.0])
    np.testing.assert_array_equal(windows.grad, sliding_window_view(x.grad, 3))


@pytest.mark.parametrize("writeable", [False, True])
def test_windows_are_not_written(writeable):
    """What is written into one window would show in others."""
    x = mg.tensor(np.arange(5.0))
    windows = sliding_window_view(x, 3, writeable=writeable)
    with pytest.raises(ValueError, match="read-only"):
        windows[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        windows += 1.0
    with pytest.raises(ValueError, match="read-only"):
        windows[0][1:] = 1.0
    np.testing.assert_array_equal(x, np.arange(5.0))


def test_windows_of_views():
    x = mg.tensor(np.arange(12.0).reshape(3, 4))
    y = +x
    windows = sliding_window_view(y.T[::-1], (2, 2))
    y *= 2.0
    (windows**2).sum().backward()

    def f(x):
        return float((sliding_window_view((2 * x).T[::-1], (2, 2)) ** 2).sum())

    assert_close(x.grad, *differences(f, [x.data]))


@pytest.mark.parametrize("arguments", [((2, 2, 2),), (7, 0), (-1, 0), ((2, 2), 0), (2, 5)])
def test_errors_of_windows(arguments):
    expected = outcome(sliding_window_view, A, *arguments)
    error = outcome(sliding_window_view, mg.tensor(A), *arguments)
    assert isinstance(expected, Exception)
    assert type(error) is type(expected)
    assert str(error) == str(expected)


def test_windows_with_no_elements():
    x = mg.tensor(np.arange(3.0))
    windows = sliding_window_view(x, 0)
    assert windows.shape == (4, 0)
    windows.sum().backward()
    np.testing.assert_array_equal(x.grad, np.zeros(3))


# ----------------------------------------------------------------------------------------
# Errors, out=, other dtypes
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("func", "arguments"),
    [
        (np.delete, (5, 1)),
        (np.delete, (-4, 1)),
        (np.delete, ([0, 3], 1)),
        (np.delete, (np.array([True, False]), 1)),
        (np.delete, (0, 2)),
        (np.insert, (4, 1.0, 1)),
        (np.insert, ([0, 9], 1.0, 1)),
        (np.insert, ([[0]], 1.0, 1)),
        (np.insert, ([0, 1], [1.0, 2.0, 3.0], 1)),
        (np.insert, (0, 1.0, -3)),
        (np.resize, (-1,)),
        (np.resize, ((2, -3),)),
    ],
)
def test_errors_are_numpys(func, arguments):
    expected = outcome(func, A, *arguments)
    error = outcome(func, mg.tensor(A), *arguments)
    assert isinstance(expected, Exception)
    assert type(error) is type(expected), (error, expected)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.choose([0, 2, 0], [x, x]),
        lambda x: np.choose([0.5, 1, 0], [x, x]),
        lambda x: np.choose([0, 1], [x, x]),
        lambda x: np.select([], []),
        lambda x: np.select([[True] * 3], [x, x]),
        lambda x: np.select([[1, 0, 1]], [x]),
        lambda x: np.compress([[True]], x),
        lambda x: np.compress([0, 0, 0, 0, 1], x, 1),
        lambda x: np.extract([0] * 6 + [1], x),
    ],
)
def test_errors_of_choices(call):
    expected = outcome(call, A)
    error = outcome(call, mg.tensor(A))
    assert isinstance(expected, Exception)
    assert type(error) is type(expected), (error, expected)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.compress(x[0], x, 1),
        lambda x: np.extract(x, x),
        lambda x: np.delete(x, x[0]),
        lambda x: np.insert(x, x[0], 1.0),
        lambda x: np.resize(x, x[0]),
        lambda x: np.choose(x, [x, x]),
        lambda x: np.select([x], [x]),
        lambda x: np.pad(x, x),
    ],
)
def test_what_has_no_derivative_is_refused(call):
    with pytest.raises(TypeError, match="gradient"):
        call(mg.tensor(A))


def test_conditions_and_indices_may_be_constant_tensors():
    x = mg.tensor(A)
    mask = mg.tensor([True, False, True])
    where = mg.tensor([0, 2])
    for result, expected in [
        (np.compress(mask, x, 1), A[:, [0, 2]]),
        (np.extract(x > 0, x), A[A > 0]),
        (np.delete(x, where, 1), A[:, [1]]),
        (np.delete(x, mask, 1), A[:, [1]]),
        (np.insert(x, where, 1.0, 1), np.insert(A, [0, 2], 1.0, 1)),
        (np.choose(mg.tensor([0, 1, 0]), [x, 1.0]), np.choose([0, 1, 0], [A, 1.0])),
        (np.select([mask], [x]), np.select([mask.data], [A])),
        (np.select(mask[None], [x], 1.0), np.select(mask.data[None], [A], 1.0)),
    ]:
        assert isinstance(result, Tensor)
        np.testing.assert_array_equal(result, expected)
        x.null_grad()
        result.backward()
        assert np.any(x.grad)


def test_values_are_cast_to_the_array():
    x = mg.tensor([1.0, 2.0], dtype=np.float32)
    v = mg.tensor([0.1, 0.2])
    y = np.insert(x, 1, v)
    assert y.dtype == np.float32
    y.backward([1.0, 2.0, 3.0, 4.0])
    assert v.grad.dtype == np.float64
    np.testing.assert_array_equal(v.grad, [2.0, 3.0])
    z = np.insert(np.array([1, 2]), 1, v)
    assert z.dtype.kind == "i"
    assert z.constant


def test_out():
    x = mg.tensor(A)
    out = mg.empty((2, 2), dtype=float)
    assert np.compress([True, False, True], x, 1, out) is out
    out.backward([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(x.grad, [[1.0, 0.0, 2.0], [3.0, 0.0, 4.0]])
    x.null_grad()
    out = np.empty(3)
    y = np.choose([0, 1, 1], [x[0], x[1]], out)
    np.testing.assert_array_equal(out, [0.5, 0.25, -0.75])
    y.backward([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(x.grad, [[1.0, 0.0, 0.0], [0.0, 2.0, 3.0]])
