"""What the cases of `mygrad.rules.statistics` cannot say: named results, numbers, errors."""

import numpy as np
import pytest
from _oracle import assert_close, differences

import mygrad as mg
from mygrad import Tensor
from mygrad._table import RULES, pullback

# ----------------------------------------------------------------------------------------
# Results
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("func", [np.unique_all, np.unique_counts, np.unique_inverse])
def test_named_results_keep_their_names(func):
    a = np.array([[2.0, 1.0], [2.0, -1.0]])
    expected = func(a)
    mirror = getattr(mg, func.__name__)
    for result in (func(mg.tensor(a)), mirror(a), mirror(a.tolist(), constant=True)):
        assert type(result) is type(expected)
        assert isinstance(result.values, Tensor)
        for name in expected._fields:
            np.testing.assert_array_equal(getattr(result, name), getattr(expected, name))
    x = mg.tensor(a)
    func(x).values.backward([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(x.grad, [[3.0, 2.0], [0.0, 1.0]])


@pytest.mark.parametrize("num", [0, 1])
def test_the_step_between_less_than_two_numbers(num):
    a = np.array([1.0, 2.0])
    x = mg.tensor(a)
    y, step = np.linspace(x, 5.0, num, retstep=True)
    assert np.isnan(step)
    assert y.shape == (num, 2)
    np.sum(y).backward()
    np.testing.assert_array_equal(x.grad, np.full(2, float(num)))


def test_the_number_of_what_was_averaged():
    a = np.arange(6.0).reshape(2, 3)
    mean, count = np.average(mg.tensor(a), 0, returned=True)
    assert isinstance(mean, Tensor)
    np.testing.assert_array_equal(count, np.average(a, 0, returned=True)[1])
    with pytest.raises(ZeroDivisionError):
        np.average(mg.tensor(np.zeros((0, 2))), 1)


def test_a_list_of_axes_to_average_over():
    a = np.arange(12.0).reshape(2, 3, 2)
    np.testing.assert_array_equal(np.average(mg.tensor(a), [0, 2]), np.average(a, [0, 2]))


def test_edges_of_a_histogram_of_several_dimensions_are_a_list():
    sample = np.array([[0.0, 1.0], [2.0, 3.0], [1.0, 1.5]])
    x = mg.tensor(sample)
    counts, edges = np.histogramdd(x, (2, 3))
    assert type(edges) is type(np.histogramdd(sample, (2, 3))[1])
    assert counts.constant
    edges[1][1].backward()
    np.testing.assert_allclose(x.grad, [[0.0, 2 / 3], [0.0, 1 / 3], [0.0, 0.0]])


@pytest.mark.parametrize(
    ("x", "slope"),
    [(0.0, 1.0), (1.0, 0.5), (-3.0, 0.25), (0.1, 8.0), (np.inf, 1.0), (2.0**-1070, np.inf)],
)
def test_the_slope_of_a_mantissa(x, slope):
    t = mg.tensor(x)
    mantissa, exponent = np.frexp(t)
    assert not isinstance(exponent, Tensor)
    with np.errstate(over="ignore"):
        mantissa.backward()
    assert t.grad == slope


# ----------------------------------------------------------------------------------------
# Arguments
# ----------------------------------------------------------------------------------------


def test_complex_numbers_left_and_right_of_the_points():
    left, right = mg.tensor(1.0 + 2.0j), mg.tensor(3.0j)
    y = mg.interp([-1.0, 9.0], [0.0, 1.0], [1j, 2.0], left, right)
    np.testing.assert_array_equal(y, [1.0 + 2.0j, 3.0j])
    np.sum(y.real).backward()
    assert (left.grad, right.grad) == (1.0, 1.0)


def test_interpolation_refuses_what_numpy_refuses():
    x = np.array([0.5], np.longdouble)
    for points in (x, mg.tensor(x)):
        with pytest.raises(TypeError):
            np.interp(points, [0.0, 1.0], [1.0, 2.0])


@pytest.mark.parametrize("func", [np.diff, np.trapezoid])
def test_an_axis_is_a_number(func):
    for a in (np.ones((2, 2)), mg.tensor(np.ones((2, 2)))):
        with pytest.raises(TypeError):
            func(a, axis=(0,))


@pytest.mark.parametrize(
    "f",
    [
        lambda m, v: m.bincount([0, 1, 1], [v[0], 2.0, v[1]]),
        lambda m, v: m.histogram([0.0, 1.0], [v[0] - 9.0, 0.5, v[1] + 9.0])[1],
        lambda m, v: m.histogramdd([[1.0, 2.0]], [[v[0] - 9.0, v[1] + 9.0]])[1][0],
        lambda m, v: m.gradient([1.0, 2.0, 5.0], [0.0, v[0], v[0] + v[1]]),
        lambda m, v: m.nan_to_num([np.nan, 1.0], nan=[v[0], v[1]]),
        lambda m, v: m.polyfit([0.0, 1.0, 2.0], [v[0], v[1], 2.0], 1),
        lambda m, v: m.insert([1.0, 2.0], 1, [v[0], v[1]]),
    ],
)
def test_operands_within_lists(f):
    """Without a warning, too."""
    v = np.array([0.5, 1.5])
    x = mg.tensor(v)
    y = f(mg, x * 1.0)
    expected = np.asarray(f(np, v))
    np.testing.assert_array_equal(y, expected)
    weights = np.cos(np.arange(expected.size) + 1.0).reshape(expected.shape)
    np.sum(y * weights).backward()
    (want,) = differences(lambda v: float(np.sum(f(np, v) * weights)), [v])
    assert np.any(want)
    assert_close(x.grad, want)


def test_keywords_of_functions_that_are_applied():
    """Even those that are arguments of other functions."""
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]])

    def run(row, out, constant=False):
        return row * out

    y = np.apply_along_axis(run, 0, x, out=3.0)
    y.backward(np.ones((2, 2)))
    np.testing.assert_array_equal(x.grad, np.full((2, 2), 3.0))


# ----------------------------------------------------------------------------------------
# Functions that write, in mygrad's own namespace
# ----------------------------------------------------------------------------------------

WRITERS = ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"]


@pytest.mark.parametrize("name", WRITERS)
def test_functions_that_write_are_here(name):
    args = {
        "copyto": lambda v: (v,),
        "fill_diagonal": lambda v: (v,),
        "place": lambda v: (np.eye(2) > 0, v),
        "put": lambda v: ([0, 3], v),
        "put_along_axis": lambda v: (np.array([[0], [1]]), v, 1),
        "putmask": lambda v: (np.eye(2) > 0, v),
    }[name]
    a = np.zeros((2, 2))
    getattr(np, name)(a, *args(2.5))
    v, t = mg.tensor(2.5), mg.zeros((2, 2), dtype=float)
    getattr(mg, name)(t, *args(v))
    np.testing.assert_array_equal(t, a)
    np.sum(t).backward()
    assert v.grad == np.count_nonzero(a)
    b = np.zeros((2, 2))
    assert getattr(mg, name)(b, *args(2.5)) is None
    np.testing.assert_array_equal(b, a)
    with pytest.raises(TypeError, match="carries a gradient"):
        getattr(mg, name)(b, *args(v))


# ----------------------------------------------------------------------------------------
# Sequences of operands
# ----------------------------------------------------------------------------------------


def test_the_rule_of_a_sequence_is_run_once():
    """Once for each operand, it would take time in the square of their number."""
    calls = []

    def together(operands):
        return np.sum(np.stack(operands), 0)

    @pullback(together, several=True)
    def _(g, _, _operands):
        calls.append(len(_operands))
        return lambda i: g * (i + 1)

    try:
        xs = [mg.tensor(float(i)) for i in range(5)]
        xs[2] = 7.0
        mg._functions.record(together, (xs,), {}).backward()
    finally:
        del RULES[together]
    assert calls == [5]
    assert [t.grad for t in xs if isinstance(t, Tensor)] == [1.0, 2.0, 4.0, 5.0]
