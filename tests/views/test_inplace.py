"""In-place operations: a tensor gets a new value, and who used the old one keeps it."""

import operator

import numpy as np
import pytest

import mygrad as mg
from _helpers import check_gradients, numerical_grad, writeable
from mygrad import tensor
from mygrad.errors import DetachedGradientWarning

AUGMENTED = [
    operator.iadd,
    operator.isub,
    operator.imul,
    operator.itruediv,
    operator.ipow,
]


@pytest.mark.parametrize("op", AUGMENTED)
@pytest.mark.parametrize("other", [2, 2.5, [1.0, 3.0], np.array([1.5, -0.5])], ids=repr)
def test_augmented_assignment(op, other):
    def f(x):
        y = x * 1
        z = y
        z = op(z, other)
        assert z is y
        return y * y

    check_gradients(f, np.array([1.5, 2.5]))


@pytest.mark.parametrize("op", AUGMENTED)
def test_augmented_assignment_of_two_tensors(op):
    def f(x, y):
        z = x * 1
        z = op(z, y)
        z = op(z, z)
        return z

    check_gradients(f, np.array([0.75, 1.25]), np.array([1.5, 0.5]))


def test_identity_is_kept_and_the_array_is_fresh():
    x = tensor([1.0, 2.0])
    before, d = x, x.data
    x += 1
    assert x is before
    assert x.data is not d
    np.testing.assert_array_equal(x.data, [2.0, 3.0])
    np.testing.assert_array_equal(d, [1.0, 2.0])


def test_gradient_after_a_write_is_that_of_the_new_value():
    x = tensor([1.0, 2.0])
    y = x * x
    x *= 10
    (y.sum() + x.sum()).backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_gradient_flows_to_both_old_and_new_value():
    x0 = tensor([1.0, 2.0])
    x = +x0
    y = x * x
    x *= 10
    (y.sum() + x.sum()).backward()
    np.testing.assert_array_equal(x0.grad, [12.0, 14.0])
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_gradient_is_none_if_only_the_old_value_was_used():
    x = tensor([1.0, 2.0])
    y = x * x
    x *= 10
    y.backward()
    assert x.grad is None
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])


# ----------------------------------------------------------------------------------------
# Setting items
# ----------------------------------------------------------------------------------------

B = np.arange(6.0).reshape(2, 3)

KEYS = {
    "integer": 1,
    "pair": (0, 2),
    "slice": (slice(None), slice(None, None, -2)),
    "ellipsis": ...,
    "newaxis": (None, 0),
    "list": [1, 0],
    "repeated": [0, 0],
    "repeated rows and columns": ([0, 1, 0], [2, 2, 2]),
    "mask": B > 1.5,
    "row mask": np.array([True, False]),
    "mixed": (slice(None), [2, 0]),
    "mixed with repeats": (0, np.array([1, 1, 2])),
    "outer": ([[0], [1]], [0, 2]),
    "nothing": slice(5, None),
    "no element": np.zeros(2, bool),
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("what", ["array", "scalar", "row"])
def test_setting_items(key, what):
    shape = {"array": B[key].shape, "scalar": (), "row": B[key].shape[-1:]}[what]
    b = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape)
    weights = np.cos(B)

    def f(x, b):
        y = x * 1
        y[key] = b
        return y * y * weights

    check_gradients(f, B, b)


@pytest.mark.parametrize(
    "dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", np.intp, np.longlong]
)
def test_repeated_indices_of_every_integer_dtype(dtype):
    b = tensor([5.0, 6.0])
    x = +tensor([1.0, 2.0, 3.0])
    x[np.array([0, 0], dtype)] = b
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.data, [6.0, 2.0, 3.0])
    np.testing.assert_array_equal(b.grad, [0.0, 12.0])


def test_repeated_indices_by_a_tensor():
    b = tensor([5.0, 6.0])
    x = mg.zeros(3, dtype=float)
    x[tensor([0, 0])] = b
    x.backward()
    np.testing.assert_array_equal(b.grad, [0.0, 1.0])


def test_overwritten_elements_pass_no_gradient():
    x0, b = tensor([1.0, 2.0, 3.0]), tensor([10.0, 20.0])
    x = +x0
    x[1:] = b
    (x * x).backward()
    np.testing.assert_array_equal(x0.grad, [2.0, 0.0, 0.0])
    np.testing.assert_array_equal(b.grad, [20.0, 40.0])
    np.testing.assert_array_equal(x.grad, [2.0, 20.0, 40.0])


@pytest.mark.parametrize(
    "write",
    [
        lambda x: operator.setitem(x, slice(None), x[::-1]),
        lambda x: operator.setitem(x, slice(1, None), x[:-1]),
        lambda x: operator.setitem(x, ..., 7.0),
        lambda x: operator.setitem(x, [2, 0], x[[0, 1]] * x[2]),
        lambda x: operator.setitem(x, mg.asarray(x) > 1.5, x[0]),
        lambda x: operator.setitem(x, slice(None), x),
    ],
)
def test_the_source_is_read_before_the_write(write):
    def f(x):
        y = x * 1
        write(y)
        return y * y

    check_gradients(f, np.array([1.0, 2.0, 3.0]))


def test_recurrence_in_a_preallocated_array():
    def f(w, start):
        u = np.zeros(8) if isinstance(w, np.ndarray) else mg.zeros(8, dtype=float)
        u[0] = start
        for i in range(7):
            u[i + 1] = u[i] * w + np.sin(u[i])
        return u

    check_gradients(f, np.array(0.9), np.array(0.5))


def test_preallocated_rows():
    def f(m, start):
        u = np.zeros((5, 2)) if isinstance(m, np.ndarray) else mg.zeros((5, 2), dtype=float)
        u[0] = start
        for i in range(4):
            u[i + 1] = m @ u[i]
            u[i + 1] /= 1 + (u[i + 1] ** 2).sum()
        return u * u

    check_gradients(f, np.array([[0.9, -0.4], [0.3, 1.1]]), np.array([1.0, -0.5]))


# ----------------------------------------------------------------------------------------
# Writing through views and into bases
# ----------------------------------------------------------------------------------------


def test_a_write_through_a_view_reaches_base_and_siblings():
    x0 = tensor(np.arange(4.0))
    x = +x0
    v, w = x[:2], x[1:3]
    v *= 10
    np.testing.assert_array_equal(x.data, [0.0, 10.0, 2.0, 3.0])
    np.testing.assert_array_equal(w.data, [10.0, 2.0])
    assert v.base is x and w.base is x
    assert np.shares_memory(x.data, w.data) and np.shares_memory(v.data, x.data)
    (w * [1.0, 100.0]).sum().backward()
    np.testing.assert_array_equal(x0.grad, [0.0, 10.0, 100.0, 0.0])


def test_a_write_into_the_base_reaches_all_views():
    x0 = tensor(np.arange(4.0))
    x = +x0
    v, w, u = x[:2], x[::-1], x.reshape(2, 2).T
    x *= 2
    np.testing.assert_array_equal(v.data, [0.0, 2.0])
    np.testing.assert_array_equal(w.data, [6.0, 4.0, 2.0, 0.0])
    np.testing.assert_array_equal(u.data, [[0.0, 4.0], [2.0, 6.0]])
    (v.sum() + (w * w).sum() + u.sum()).backward()
    np.testing.assert_array_equal(x0.grad, [4.0, 12.0, 18.0, 26.0])


PROGRAMS = {
    "view of a view": lambda x: x[1:][:, :2].__imul__(3),
    "transposed": lambda x: x.T.__setitem__(0, 7.0),
    "reversed": lambda x: x[::-1, ::-1].__iadd__(x),
    "reshaped": lambda x: x.reshape(-1)[1:4].__imul__(x[0]),
    "raveled": lambda x: np.ravel(x).__setitem__(slice(None, None, 2), 0.5),
    "swapped": lambda x: np.swapaxes(x, 0, 1)[1].__imul__(x[:, 0]),
    "moved": lambda x: np.moveaxis(x, 0, 1)[2:].__itruediv__(4),
    "expanded": lambda x: np.expand_dims(x, 1)[0, 0].__isub__(x[1]),
    "squeezed": lambda x: np.squeeze(x[None])[0].__setitem__([0, 0], [5.0, 6.0]),
    "diagonal": lambda x: np.multiply(x[0, :2], x[1, 1:], out=x[0, 1:]),
    "element": lambda x: x[1, 2, ...].__imul__(x[0, 0]),
    "new axis": lambda x: x[:, None].__setitem__((0, 0, 1), x[1, 1]),
    "mask through a view": lambda x: x[0].__setitem__(np.array([True, False, True]), x[1, :2]),
    "all through a view": lambda x: x[...].__setitem__(..., 2.0),
    "where through a view": lambda x: np.multiply(
        x[0], x[1], out=x[0], where=np.array([True, False, True])
    ),
}


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_writing_through_temporary_views(program, order):
    a = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], order=order)

    def f(x):
        y = x * 1 if isinstance(x, mg.Tensor) else np.array(x, order=order)
        used = y * y
        row = y[0]
        program(y)
        return y * y + used + row * np.array([1.0, 10.0, 100.0])

    check_gradients(f, a)


@pytest.mark.parametrize(
    "f", [np.floor, np.sign, lambda x, out, where: np.modf(x, out=(None, out), where=where)]
)
def test_what_a_mask_leaves_of_a_target_keeps_its_gradient(f):
    x0 = tensor([1.5, 2.5])
    x = +x0
    f(x0, out=x, where=np.array([True, False]))
    x.backward()
    np.testing.assert_array_equal(x0.grad, [0.0, 1.0])


def test_a_write_through_a_view_whose_base_has_no_name():
    x0 = tensor(np.arange(4.0))
    v = (+x0)[1:]
    w = v[1:]
    v *= 3
    np.testing.assert_array_equal(w.data, [6.0, 9.0])
    w.backward()
    np.testing.assert_array_equal(x0.grad, [0.0, 0.0, 3.0, 3.0])


def test_earlier_consumers_keep_what_they_used():
    x0 = tensor([0.0, 1.0, 2.0])
    x = +x0
    y = x * x
    v = x[:2]
    v[0] = 7.0
    (y + x).sum().backward()
    np.testing.assert_array_equal(x0.grad, [0.0, 3.0, 5.0])
    np.testing.assert_array_equal(y.data, [0.0, 1.0, 4.0])


def test_many_interleaved_writes_and_reads():
    def f(x):
        y = x * 1 if isinstance(x, mg.Tensor) else x.copy()
        total = y.sum()
        v = y[1:]
        for i in range(4):
            y[i] *= y[(i + 1) % 4]
            total = total + (y * y).sum() + v[0]
            v += total / 100
            v[i % 3] = y[0] / 10
        return total

    check_gradients(f, np.array([0.5, 1.5, -1.0, 0.75]))


# ----------------------------------------------------------------------------------------
# out= and where=
# ----------------------------------------------------------------------------------------


def test_tensor_out_is_returned_and_carries_the_gradient():
    x, o = tensor([1.0, 2.0]), mg.zeros(2, dtype=float)
    r = np.multiply(x, x, out=o)
    assert r is o
    np.testing.assert_array_equal(o.data, [1.0, 4.0])
    o.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    np.testing.assert_array_equal(o.grad, [1.0, 1.0])


@pytest.mark.parametrize("out", [lambda o: (o,), lambda o: o])
@pytest.mark.parametrize("f", [np.multiply, mg.multiply])
def test_out_may_be_a_tuple_or_positional(f, out):
    x, o = tensor([1.0, 2.0]), mg.zeros(2, dtype=float)
    assert f(x, 3.0, out=out(o)) is o
    assert f(x, 3.0, o) is o
    o.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])


def test_array_out_is_written_and_becomes_a_tensors_data():
    x, o = tensor([1.0, 2.0]), np.zeros(2)
    r = np.multiply(x, x, out=o)
    assert isinstance(r, mg.Tensor)
    assert r.data is o
    np.testing.assert_array_equal(o, [1.0, 4.0])
    r.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    assert o.flags.writeable


def test_tensor_out_of_plain_operands():
    x0 = tensor([1.0, 2.0])
    o = +x0
    assert np.multiply(np.array([1.0, 2.0]), 3.0, out=o) is o
    np.testing.assert_array_equal(o.data, [3.0, 6.0])
    (o * o).backward()
    np.testing.assert_array_equal(o.grad, [6.0, 12.0])
    assert x0.grad is None or not x0.grad.any()


def test_out_may_alias_the_operands():
    def f(x):
        y = x * 1
        np.multiply(y, y, out=y)
        np.multiply(y[:-1], 10.0, out=y[1:])
        np.add(y, y[::-1], out=y)
        return y * y

    check_gradients(f, np.array([1.0, 2.0, 3.0]))
    x = tensor([1.0, 2.0, 3.0])
    np.multiply(x[:-1], 10.0, out=x[1:])
    np.testing.assert_array_equal(x.data, [1.0, 10.0, 20.0])


def test_array_out_may_be_an_operand():
    x, a = tensor([1.0, 2.0]), np.array([3.0, 4.0])
    r = np.multiply(x, a, out=a)
    np.testing.assert_array_equal(a, [3.0, 8.0])
    r.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])


def test_out_may_be_a_view():
    x0, o0 = tensor([1.0, 2.0]), tensor(np.arange(4.0))
    o = +o0
    v = o[1:3]
    assert np.exp(x0, out=v) is v
    np.testing.assert_array_equal(o.data, [0.0, np.exp(1.0), np.exp(2.0), 3.0])
    (o * o).backward()
    np.testing.assert_allclose(x0.grad, 2 * np.exp([2.0, 4.0]))
    np.testing.assert_array_equal(o0.grad, [0.0, 0.0, 0.0, 6.0])


def test_out_keeps_its_dtype_and_shape():
    x = tensor([1.0, 2.0])
    o = mg.zeros((2, 2), dtype=np.float32)
    np.multiply(x, x, out=o)
    assert o.dtype == np.float32
    assert o.shape == (2, 2)
    o.backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])
    assert x.grad.dtype == np.float64


def test_out_of_the_wrong_kind_or_shape_is_refused():
    x = tensor([1.0, 2.0])
    with pytest.raises(TypeError):
        np.multiply(x, 2.5, out=tensor([1, 2]))
    with pytest.raises(ValueError):
        np.multiply(x, 2.5, out=mg.zeros(3, dtype=float))
    with pytest.raises((ValueError, TypeError)):
        np.multiply(x, 2.5, out=(mg.zeros(2), mg.zeros(2)))
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, out: np.concatenate([x, x], out=out),
        lambda x, out: np.stack([x, x], out=out.reshape(2, 2)).reshape(-1),
        lambda x, out: np.clip(np.repeat(x, 2), 0.5, 1.5, out=out),
        lambda x, out: np.einsum("i,j->ij", x, x, out=out.reshape(2, 2)).reshape(-1),
        lambda x, out: np.matmul(x[:, None], x[None], out=out.reshape(2, 2)).reshape(-1),
        lambda x, out: np.sum(x[:, None] * x, axis=1, out=out[:2]),
        lambda x, out: np.cumsum(np.repeat(x, 2), out=out),
    ],
    ids=["concatenate", "stack", "clip", "einsum", "matmul", "sum", "cumsum"],
)
@pytest.mark.parametrize("plain", [True, False])
def test_functions_with_out(f, plain):
    a = np.array([1.0, 2.0])

    def g(x):
        out = mg.zeros(4, dtype=float) if isinstance(x, mg.Tensor) and not plain else np.zeros(4)
        return f(x, out) ** 2

    if plain:
        x = tensor(a)
        out = np.zeros(4)
        y = f(x, out)
        assert isinstance(y, mg.Tensor)
        np.testing.assert_array_equal(y.data, f(a, np.zeros(4)))
        (y**2).backward()
        np.testing.assert_allclose(x.grad, numerical_grad(g, a)[0], rtol=1e-6)
        del y
        assert out.flags.writeable
    else:
        check_gradients(g, a)


def test_where_with_a_tensor_out():
    x, o0 = tensor([1.0, 2.0, 3.0]), tensor([10.0, 20.0, 30.0])
    o = +o0
    np.multiply(x, x, where=[True, False, True], out=o)
    np.testing.assert_array_equal(o.data, [1.0, 20.0, 9.0])
    (o * [1.0, 10.0, 100.0]).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 0.0, 600.0])
    np.testing.assert_array_equal(o0.grad, [0.0, 10.0, 0.0])


@pytest.mark.parametrize(
    "mask", [[True, False], np.array([[True], [False]]), tensor([True, False]), True, False]
)
def test_where_masks_broadcast_and_may_be_tensors(mask):
    x, o = tensor([[1.0, 2.0], [3.0, 4.0]]), mg.zeros((2, 2), dtype=float)
    np.multiply(x, x, where=mask, out=o)
    expected = np.broadcast_to(np.asarray(mask), (2, 2))
    np.testing.assert_array_equal(o.data, np.where(expected, x.data**2, 0))
    o.backward()
    np.testing.assert_array_equal(x.grad, np.where(expected, 2 * x.data, 0))


@pytest.mark.filterwarnings("ignore:'where' used without 'out'")
def test_where_without_out_gives_no_gradient_outside_the_mask():
    x = tensor([1.0, 2.0, 3.0])
    y = np.multiply(x, x, where=[True, False, True])
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 0.0, 6.0])


def test_masked_singularities_give_no_nan():
    x, o = tensor([0.0, 1.0]), mg.zeros(2, dtype=float)
    np.log(x, where=x > 0, out=o)
    o.backward()
    np.testing.assert_array_equal(x.grad, [0.0, 1.0])


# ----------------------------------------------------------------------------------------
# constant and dtype of the target
# ----------------------------------------------------------------------------------------


def test_a_constant_target_stays_constant_and_warns():
    c = mg.zeros(2, dtype=float, constant=True)
    x = tensor([1.0, 2.0])
    with pytest.warns(DetachedGradientWarning):
        c += x
    assert c.constant
    np.testing.assert_array_equal(c.data, [1.0, 2.0])
    (c * x).backward()
    np.testing.assert_array_equal(x.grad, [1.0, 2.0])
    assert c.grad is None


@pytest.mark.parametrize(
    "write",
    [
        lambda c, x: operator.setitem(c, 0, x[0]),
        lambda c, x: c[:1].__imul__(x[0]),
        lambda c, x: np.add(x, x, out=c),
        lambda c, x: np.add(x, x, out=c, where=[True, False]),
        lambda c, x: np.cumsum(x, out=c),
    ],
)
def test_every_write_that_drops_a_gradient_warns(write):
    c = mg.zeros(2, dtype=float, constant=True)
    with pytest.warns(DetachedGradientWarning):
        write(c, tensor([1.0, 2.0]))
    assert c.constant


def test_constant_operands_do_not_warn():
    c = mg.zeros(2, dtype=float, constant=True)
    c += tensor([1.0, 2.0], constant=True)
    c += tensor([1, 2])
    c[0] = 5.0
    assert c.constant


def test_the_warning_is_a_user_warning():
    assert issubclass(DetachedGradientWarning, UserWarning)


def test_a_nonconstant_target_stays_so():
    x = tensor([1.0, 2.0])
    x[...] = tensor([3.0, 4.0], constant=True)
    x += 1
    assert not x.constant
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, [8.0, 10.0])


@pytest.mark.parametrize("constant", [True, False])
def test_constant_is_ignored_with_a_tensor_out(constant):
    x, o = tensor([1.0, 2.0]), mg.zeros(2, dtype=float)
    mg.multiply(x, x, out=o, constant=constant)
    assert not o.constant


def test_integer_targets():
    i = tensor([1, 2])
    i += 1
    i[0] = 2.7
    np.testing.assert_array_equal(i.data, [2, 3])
    assert i.dtype == np.int64
    for op, other in ((operator.iadd, 1.5), (operator.itruediv, 2)):
        with pytest.raises(TypeError):
            op(i, other)
    np.testing.assert_array_equal(i.data, [2, 3])


def test_dtype_of_the_target_never_changes():
    x = tensor([1.0, 2.0], dtype=np.float32)
    y = tensor([3.0, 4.0])
    z = +x
    z += y
    z *= np.float64(2)
    assert z.dtype == np.float32
    z.backward()
    assert x.grad.dtype == np.float32
    assert y.grad.dtype == np.float64
    np.testing.assert_array_equal(y.grad, [2.0, 2.0])


# ----------------------------------------------------------------------------------------
# Failures
# ----------------------------------------------------------------------------------------

FAILURES = {
    "shape": (lambda x: operator.iadd(x, np.ones(5)), ValueError),
    "bigger result": (lambda x: operator.iadd(x, np.ones((2, 3))), ValueError),
    "index": (lambda x: operator.setitem(x, 7, 1.0), IndexError),
    "index array": (lambda x: operator.setitem(x, [0, 7], 1.0), IndexError),
    "shape of items": (lambda x: operator.setitem(x, slice(2), np.ones(3)), ValueError),
    "text": (lambda x: operator.setitem(x, 0, "a"), (ValueError, TypeError)),
    "none": (lambda x: operator.iadd(x, None), TypeError),
    "complex": (lambda x: operator.imul(x, 1j), TypeError),
    "broadcast view": (lambda x: np.broadcast_to(x, (2, 3)).__setitem__((0, 0), 1.0), ValueError),
    "mask": (lambda x: operator.setitem(x, np.array([True, False]), 1.0), IndexError),
    "where": (lambda x: np.add(x, 1, out=x, where=[True, False]), ValueError),
    "through a view": (lambda x: operator.iadd(x[:2], np.ones(3)), ValueError),
}


@pytest.mark.parametrize(("fail", "error"), FAILURES.values(), ids=FAILURES)
def test_failed_writes_change_nothing(fail, error):
    x0 = tensor([1.0, 2.0, 3.0])
    x = +x0
    v = x[1:]
    y = x * v[0]
    x.backward()
    assert x.grad is not None
    data = x.data.copy()
    with pytest.raises(error):
        fail(x)
    np.testing.assert_array_equal(x.data, data)
    np.testing.assert_array_equal(x.grad, [1.0, 1.0, 1.0])
    assert v.base is x
    np.testing.assert_array_equal(v.data, [2.0, 3.0])
    v[0] = 9.0
    np.testing.assert_array_equal(x.data, [1.0, 9.0, 3.0])
    np.testing.assert_array_equal(y.data, [2.0, 4.0, 6.0])


@pytest.mark.parametrize(("fail", "error"), FAILURES.values(), ids=FAILURES)
def test_earlier_graphs_survive_a_failed_write(fail, error):
    x0 = tensor([1.0, 2.0, 3.0])
    x = +x0
    y = x * x
    with pytest.raises(error):
        fail(x)
    (y + x).backward()
    np.testing.assert_array_equal(x0.grad, [3.0, 5.0, 7.0])


def test_failed_writes_lock_nothing():
    a = np.ones(5)
    x = tensor([1.0, 2.0, 3.0])
    with pytest.raises(ValueError):
        x += a
    with pytest.raises(ValueError):
        x[:2] = a
    assert writeable(a, x.data) == [True, True]


# ----------------------------------------------------------------------------------------
# Setting the shape
# ----------------------------------------------------------------------------------------


def test_setting_the_shape_is_part_of_the_graph():
    x0 = tensor(np.arange(6.0))
    x = +x0
    before = x
    x.shape = (2, 3)
    assert x is before
    assert x.shape == (2, 3)
    (x * np.arange(6.0).reshape(2, 3)).backward()
    np.testing.assert_array_equal(x0.grad, np.arange(6.0))
    assert x.grad.shape == (2, 3)


def test_views_outlive_a_new_shape_of_their_base():
    x0 = tensor(np.arange(6.0))
    x = +x0
    v = x[:4]
    x.shape = (2, 3)
    v *= 10
    np.testing.assert_array_equal(x.data, [[0.0, 10.0, 20.0], [30.0, 4.0, 5.0]])
    assert v.shape == (4,)
    x *= 2
    np.testing.assert_array_equal(v.data, [0.0, 20.0, 40.0, 60.0])
    assert v.base is x
    assert x.base is None
    assert np.shares_memory(v.data, x.data)
    x.sum().backward()
    np.testing.assert_array_equal(x0.grad, [20.0, 20.0, 20.0, 20.0, 2.0, 2.0])


def test_setting_the_shape_of_a_view():
    x0 = tensor(np.arange(6.0))
    x = +x0
    v = x[:4]
    v.shape = (2, 2)
    assert v.base is x
    v[0] *= 10
    np.testing.assert_array_equal(x.data, [0.0, 10.0, 2.0, 3.0, 4.0, 5.0])
    x *= 2
    np.testing.assert_array_equal(v.data, [[0.0, 20.0], [4.0, 6.0]])
    (v * v).backward()
    np.testing.assert_array_equal(x0.grad, [0.0, 800.0, 16.0, 24.0, 0.0, 0.0])
    np.testing.assert_array_equal(v.grad, [[0.0, 40.0], [8.0, 12.0]])


@pytest.mark.parametrize(
    ("shape", "expected"), [(-1, (6,)), (6, (6,)), ((3, -1), (3, 2)), ((1, 6), (1, 6))]
)
def test_shapes_that_can_be_set(shape, expected):
    x = tensor(np.arange(6.0).reshape(2, 3))
    x.shape = shape
    assert x.shape == expected
    np.testing.assert_array_equal(x.data, np.arange(6.0).reshape(expected))


def test_shapes_that_cannot_be_set():
    x = tensor(np.arange(6.0).reshape(2, 3))
    with pytest.raises(ValueError):
        x.shape = (4, 2)
    v = x.T
    with pytest.raises(AttributeError):
        v.shape = (6,)
    assert x.shape == (2, 3) and v.shape == (3, 2)


def test_setting_the_shape_of_a_tensor_with_a_gradient():
    x = tensor([1.0, 2.0])
    (x * x).backward()
    x.shape = (2, 1)
    assert x.shape == (2, 1)
    assert x.grad is None or x.grad.shape == (2, 1)
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, [[2.0], [4.0]])


# ----------------------------------------------------------------------------------------
# Arrays of the user's
# ----------------------------------------------------------------------------------------


def test_read_only_memory_is_not_written():
    a = np.array([1.0, 2.0])
    a.flags.writeable = False
    x = tensor(a, copy=False)
    with pytest.raises(ValueError, match="read-only"):
        x += 1
    with pytest.raises(ValueError, match="read-only"):
        x[0] = 5.0
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


def test_broadcast_views_are_read_only():
    v = np.broadcast_to(tensor([1.0, 2.0]), (2, 2))
    with pytest.raises(ValueError, match="read-only"):
        v *= 2
    with pytest.raises(ValueError, match="read-only"):
        np.add(v, 1, out=v)


@pytest.mark.parametrize(
    "write",
    [lambda x: x.__iadd__(1), lambda x: x.__setitem__(0, 9.0), lambda x: x[:1].__imul__(5)],
)
def test_writes_do_not_reach_the_users_array(write):
    a = np.array([1.0, 2.0])
    x = tensor(a, copy=False)
    write(x)
    np.testing.assert_array_equal(a, [1.0, 2.0])


def test_without_autodiff_writes_reach_the_users_array():
    a = np.array([1.0, 2.0])
    x = tensor(a, copy=False)
    with mg.no_autodiff:
        x += 1
        x[0] = 9.0
    np.testing.assert_array_equal(a, [9.0, 3.0])
    assert x.creator is None and x.base is None


def test_writes_to_a_tensor_that_holds_a_gradient():
    w = tensor([1.0, 2.0, 3.0])
    (w**2).sum().backward()
    w -= 0.5 * w.grad
    np.testing.assert_array_equal(w.data, [0.0, 0.0, 0.0])
    assert w.grad is None


def test_writes_to_slices_of_a_tensor_that_holds_a_gradient():
    w = tensor([1.0, 2.0, 3.0])
    (w**2).sum().backward()
    w[:2] -= 0.5
    np.testing.assert_array_equal(w.data, [0.5, 1.5, 3.0])
    (w**2).sum().backward()
    np.testing.assert_array_equal(w.grad, [1.0, 3.0, 6.0])


def test_updating_in_a_loop():
    x, y = tensor(2.0), tensor(1.0)
    for _ in range(3):
        y *= x
    y.backward()
    np.testing.assert_array_equal(y.data, 8.0)
    np.testing.assert_array_equal(x.grad, 12.0)


def test_without_autodiff_locked_data_is_not_written():
    a = np.array([1.0, 2.0])
    t = tensor(a, copy=False)
    y = t * tensor([1.0, 2.0])
    assert not t.data.flags.writeable
    with mg.no_autodiff, pytest.raises(ValueError):
        t += 1
    y.backward()
    with mg.no_autodiff:
        t += 1
    np.testing.assert_array_equal(a, [2.0, 3.0])


# ----------------------------------------------------------------------------------------
# Plain arrays on the left
# ----------------------------------------------------------------------------------------


def test_augmented_assignment_to_a_plain_array_binds_a_tensor_over_it():
    x = tensor([1.0, 2.0])
    array = np.ones(2)
    acc = array
    acc += x
    assert isinstance(acc, mg.Tensor)
    assert acc.data is array
    acc *= x
    np.testing.assert_array_equal(acc.data, [2.0, 6.0])
    acc.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 5.0])


def test_augmented_assignment_to_an_attribute():
    class Model:
        total = np.zeros(2)

    model = Model()
    model.total = np.zeros(2)
    x = tensor([1.0, 2.0])
    for _ in range(3):
        model.total += x * x
    assert isinstance(model.total, mg.Tensor)
    model.total.backward()
    np.testing.assert_array_equal(x.grad, [6.0, 12.0])


def test_accumulating_in_a_loop():
    def f(x):
        acc = np.zeros(3)
        for i in range(3):
            acc += x**i
            acc /= 1 + x[i]
        return acc

    x = tensor([0.5, 1.5, 2.5])
    y = f(x)
    y.backward()
    np.testing.assert_allclose(x.grad, numerical_grad(f, x.data)[0], rtol=1e-6)


@pytest.mark.parametrize("create_graph", [False, True])
def test_writing_through_a_flat_view_of_fortran_memory(create_graph):
    x = tensor(np.arange(6.0).reshape(2, 3).T)
    y = +x
    y.T.reshape(-1)[1:] = x[0, 0]
    y.backward(np.arange(1.0, 7).reshape(3, 2), create_graph=create_graph)
    want = np.zeros((3, 2))
    want[0, 0] = 21
    np.testing.assert_array_equal(np.asarray(x.grad), want)


@pytest.mark.parametrize("full", [True, False])
def test_that_a_mask_is_full_does_not_take_the_gradient(full):
    """Zeros, and not None: it must not depend on the numbers."""
    mask = np.array([True, full])
    left = np.where(mask, 0.0, 1.0)
    x, y = mg.tensor([1.0, 2.0]), mg.tensor(3.0)
    z = +x
    z[mask] = y
    z.sum().backward()
    np.testing.assert_array_equal(x.grad, left)
    np.testing.assert_array_equal(y.grad, mask.sum())
    z = +x
    np.multiply(y, 2.0, out=z, where=mask)
    z.sum().backward()
    np.testing.assert_array_equal(x.grad, left)
    np.testing.assert_array_equal(y.grad, 2 * mask.sum())


REPEATS = np.array([[2, 2], [0, 2]])
VALUES = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("index", [REPEATS, REPEATS.T, REPEATS[::-1], REPEATS[:, ::-1]])
@pytest.mark.parametrize(
    "values",
    [
        VALUES,
        VALUES.T,
        VALUES[::-1, ::-1],
        VALUES[0],
        VALUES[:, :1],
        VALUES[None],
        np.array(5.0),
    ],
)
@pytest.mark.parametrize("forward", [False, True])
def test_the_gradient_goes_to_what_a_repeated_index_wrote_last(index, values, forward):
    """Which is last, NumPy decides by the layout of arrays in memory."""

    def f(v):
        y = +mg.tensor(np.zeros(3))
        y[index] = v
        return y

    weights = np.array([1.0, 10.0, 100.0])
    v = mg.astensor(values)
    y = f(v)
    # The function is linear: its value is its derivative times the values.
    expected = np.sum(y.data * weights)
    if forward:
        _, tangent = mg.jvp(f, (values,), (values,))
        assert np.sum(tangent * weights) == expected
    else:
        (y * weights).sum().backward()
        assert np.sum(v.grad * values) == expected
