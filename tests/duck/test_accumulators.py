"""Code that was written for arrays: buffers and accumulators that tensors are added to."""

import numpy as np
import pytest

import mygrad as mg
from mygrad import Tensor

A = np.array([1.0, 2.0, 3.0])


def test_an_array_becomes_a_tensor_when_a_tensor_is_added():
    x = mg.tensor(A)
    acc = np.zeros(3)
    for _ in range(3):
        acc += x * x
    assert isinstance(acc, Tensor)
    np.testing.assert_array_equal(acc.data, 3 * A**2)
    (acc * acc).backward()
    np.testing.assert_allclose(x.grad, 36 * A**3)


@pytest.mark.parametrize(
    ("operator", "expected", "slope"),
    [
        ("__iadd__", 2 + A, np.ones(3)),
        ("__isub__", 2 - A, -np.ones(3)),
        ("__imul__", 2 * A, 2 * np.ones(3)),
        ("__itruediv__", 2 / A, -2 / A**2),
        ("__ipow__", 2**A, 2**A * np.log(2)),
        ("__imod__", 2 % (A + 0.5), -np.floor(2 / (A + 0.5))),
    ],
)
def test_every_operator(operator, expected, slope):
    x = mg.tensor(A)
    y = x + 0.5 if operator == "__imod__" else x
    acc = np.full(3, 2.0)
    result = getattr(acc, operator)(y)
    assert isinstance(result, Tensor)
    np.testing.assert_allclose(result.data, expected)
    result.backward()
    np.testing.assert_allclose(x.grad, slope)


def test_the_buffer_itself_is_written():
    """NumPy's contract of ``+=``: whoever else holds the array sees the sum."""
    x = mg.tensor(A)
    acc = other = np.zeros(3)
    acc += x
    np.testing.assert_array_equal(other, A)
    assert acc.data is other


def test_several_rounds():
    acc = np.zeros(3)
    for n in (1, 2, 3):
        x = mg.tensor(A * n)
        acc = np.zeros(3)
        acc += x
        acc += x * x
        acc.backward()
        np.testing.assert_array_equal(x.grad, 1 + 2 * A * n)


def test_an_attribute():
    class Mean:
        def __init__(self):
            self.total = np.zeros(3)
            self.count = 0

        def add(self, value):
            self.total += value
            self.count += 1

    x = mg.tensor(A)
    mean = Mean()
    mean.add(x)
    mean.add(x * x)
    result = mean.total / mean.count
    np.sum(result).backward()
    np.testing.assert_allclose(x.grad, (1 + 2 * A) / 2)


def test_an_item_of_a_list_or_dict():
    x = mg.tensor(A)
    bins = [np.zeros(3), np.zeros(3)]
    named = {"a": np.ones(3)}
    bins[1] += x
    named["a"] *= x * x
    np.sum(bins[1] * named["a"]).backward()
    np.testing.assert_allclose(x.grad, 3 * A**2)
    assert type(bins[0]) is np.ndarray


def test_a_number_becomes_a_tensor():
    x = mg.tensor(A)
    for start in (0, 0.0, np.float64(0), np.asarray(0.0)):
        acc = start
        for t in x:
            acc += t * t
        assert isinstance(acc, Tensor)
        acc.backward()
        np.testing.assert_array_equal(x.grad, 2 * A)
    total = sum([x[0], x[1] * 2], start=0)
    total.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 2.0, 0.0])


def test_constants_leave_an_array_writeable():
    acc = np.zeros(3)
    acc += mg.tensor(A, constant=True)
    np.testing.assert_array_equal(acc, A)
    buffer = acc.data if isinstance(acc, Tensor) else acc
    assert buffer.flags.writeable


@pytest.mark.parametrize("out", ["array", "tuple", "positional"])
def test_out_is_an_array(out):
    x = mg.tensor(A)
    buffer = np.zeros(3)
    given = {"array": {"out": buffer}, "tuple": {"out": (buffer,)}, "positional": {}}[out]
    result = np.multiply(x, x, *((buffer,) if out == "positional" else ()), **given)
    assert isinstance(result, Tensor)
    assert result.data is buffer
    np.testing.assert_array_equal(buffer, A**2)
    result.backward()
    np.testing.assert_array_equal(x.grad, 2 * A)


def test_out_again_and_again():
    x = mg.tensor(A)
    buffer = np.zeros(3)
    for _ in range(3):
        result = np.add(x, 1.0, out=buffer)
        result = np.multiply(result, x)
        result.backward()
        np.testing.assert_array_equal(x.grad, 2 * A + 1)
        del result
        assert buffer.flags.writeable


def test_what_was_an_operand_may_be_the_target():
    x = mg.tensor(A)
    buffer = np.full(3, 2.0)
    y = x * buffer
    # The product relies on the buffer, so it must not change.
    with pytest.raises(ValueError):
        buffer += 1
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0, 2.0])
    buffer += 1
    np.testing.assert_array_equal(buffer, [3.0, 3.0, 3.0])


@pytest.mark.parametrize("make", [np.zeros_like, np.empty_like, np.ones_like])
def test_buffers_like_a_tensor(make):
    x = mg.tensor(A)
    buffer = make(x)
    assert isinstance(buffer, Tensor)
    assert not buffer.constant
    for i in range(3):
        buffer[i] = x[i] * (i + 1)
    np.sum(buffer * buffer).backward()
    np.testing.assert_allclose(x.grad, 2 * A * np.array([1.0, 4.0, 9.0]))


def test_a_full_buffer_like_a_tensor():
    x = mg.tensor(A)
    buffer = np.full_like(x, 2.0)
    buffer[1:] *= x[1:]
    np.sum(buffer).backward()
    np.testing.assert_array_equal(x.grad, [0.0, 2.0, 2.0])


def test_filling_a_tensor_row_by_row():
    x = mg.tensor(A)
    table = mg.zeros((4, 3), dtype=float)
    table[0] = x
    for i in range(1, 4):
        table[i] = table[i - 1] * x
    np.sum(table).backward()
    np.testing.assert_allclose(x.grad, 1 + 2 * A + 3 * A**2 + 4 * A**3)


def test_an_item_of_an_array_is_an_error_not_a_loss():
    """An array cannot hold a gradient: a row of it given a tensor must not lose it silently."""
    x = mg.tensor(A)
    buffer = np.zeros((2, 3))
    try:
        buffer[0] = x
    except (TypeError, ValueError):
        np.testing.assert_array_equal(buffer, np.zeros((2, 3)))
    view = buffer[1]
    view += x
    assert isinstance(view, Tensor)
    view.backward()
    np.testing.assert_array_equal(x.grad, np.ones(3))


def test_rows_of_an_array_as_accumulators():
    x = mg.tensor(A)
    with pytest.raises(TypeError):
        np.add.at(np.zeros(3), [0, 0, 1], x)
    with pytest.raises(TypeError):
        np.copyto(np.zeros(3), x)


def test_precision_of_the_buffer():
    x = mg.tensor(A)
    acc = np.zeros(3, np.float32)
    acc += x
    assert acc.dtype == np.float32
    acc.backward()
    assert x.grad.dtype == np.float64
    with pytest.raises(TypeError):
        counts = np.zeros(3, int)
        counts += x


def test_broadcasting_into_a_buffer():
    x = mg.tensor(A)
    acc = np.zeros((2, 3))
    acc += x
    np.sum(acc * np.array([[1.0], [2.0]])).backward()
    np.testing.assert_array_equal(x.grad, [3.0, 3.0, 3.0])
    with pytest.raises(ValueError):
        small = np.zeros(1)
        small += x


def test_matmul_into_a_buffer():
    x = mg.tensor(np.arange(4.0).reshape(2, 2))
    buffer = np.zeros((2, 2))
    result = np.matmul(x, x, out=buffer)
    result.backward()
    y = mg.tensor(np.arange(4.0).reshape(2, 2))
    (y @ y).backward()
    np.testing.assert_array_equal(x.grad, y.grad)
    np.testing.assert_array_equal(buffer, y.data @ y.data)
