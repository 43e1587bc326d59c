"""What went wrong in libraries of this kind, one test each, named after what must hold."""

import array
import contextlib
import copy
import gc
import inspect
import math
import pickle
import sys
import threading

import numpy as np
import pytest

import mygrad as mg
from _helpers import check_gradients, numerical_grad, writeable
from mygrad import Tensor, tensor
from mygrad.errors import DetachedGradientWarning


def grad(f, x):
    x = x if isinstance(x, Tensor) else tensor(x)
    f(x).backward()
    return x.grad


# ----------------------------------------------------------------------------------------
# Masks, indices, counts
# ----------------------------------------------------------------------------------------


def test_tensors_serve_as_masks():
    mask = tensor([True, False])
    x, o = tensor([1.0, 2.0]), mg.zeros(2, dtype=float)
    mg.exp(x, where=mask, out=o)
    np.testing.assert_array_equal(o.data, [np.e, 0.0])
    np.testing.assert_array_equal(np.isnan(x, where=mask, out=np.ones(2, bool)), [False, True])
    for where in (mg.where, np.where):
        np.testing.assert_array_equal(grad(lambda x, w=where: w(mask, x, 0.0), x), [1.0, 0.0])


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_repeated_indices_of_any_integer_dtype(dtype):
    index = np.array([0, 0], dtype)
    b, x = tensor([10.0, 20.0]), mg.zeros(3, dtype=float)
    x[index] = b
    x.sum().backward()
    np.testing.assert_array_equal(b.grad, [0.0, 1.0])
    y0 = tensor([1.0, 2.0, 3.0])
    y = +y0
    y[index] *= 3
    y.sum().backward()
    np.testing.assert_array_equal(y.data, [3.0, 2.0, 3.0])
    np.testing.assert_array_equal(y0.grad, [3.0, 1.0, 1.0])


@pytest.mark.parametrize("repeats", [np.int64(2), np.array(2), np.uint8(2), [2, 0, 1]])
def test_repeats_of_every_kind(repeats):
    check_gradients(lambda x: np.repeat(x, repeats) ** 2, np.array([1.0, 2.0, 3.0]))


def test_repeat_of_nothing():
    x = tensor(np.zeros(0))
    np.repeat(x, 2).sum().backward()
    assert x.grad.shape == (0,)


@pytest.mark.parametrize(
    "make",
    [lambda: np.array([0, 1]), lambda: [0, 1], lambda: np.array([True, True, False])],
    ids=["array", "list", "mask"],
)
def test_index_arguments_may_change_before_backward(make):
    i = make()
    x = tensor([1.0, 2.0, 3.0])
    y = x[i]
    try:
        i[:] = [False] * 3 if len(i) == 3 else [2] * 2
    except ValueError:
        assert not i.flags.writeable
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0, 0.0])


# ----------------------------------------------------------------------------------------
# Views and writes
# ----------------------------------------------------------------------------------------


def test_a_new_shape_after_backward():
    x = tensor([1.0, 2.0])
    (x * x).backward()
    x.shape = (2, 1)
    assert x.shape == (2, 1)


def test_writing_to_a_view_after_backward():
    x = tensor([1.0, 2.0, 3.0])
    (x * x).backward()
    v = x[:2]
    v *= 2
    np.testing.assert_array_equal(x.data, [2.0, 4.0, 3.0])


def test_writing_to_a_view_of_a_view_after_its_backward():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (v * v).backward()
    w = v[:1]
    w *= 5
    np.testing.assert_array_equal(x.data, [5.0, 2.0, 3.0])


@pytest.mark.parametrize("write", ["slice", "all", "augmented"])
def test_sliced_updates_of_a_leaf_after_backward(write):
    w = tensor([1.0, 2.0, 3.0])
    (w**2).sum().backward()
    if write == "slice":
        v = w[:2]
        v[...] = 0
        expected = [0.0, 0.0, 3.0]
    elif write == "all":
        w[:] = 0
        expected = [0.0, 0.0, 0.0]
    else:
        w[:2] -= 0.1
        expected = [0.9, 1.9, 3.0]
    np.testing.assert_array_equal(w.data, expected)


def test_squeeze_of_nothing_is_a_view():
    for squeeze in (np.squeeze, Tensor.squeeze, mg.squeeze):
        x0 = tensor([1.0, 2.0])
        x = x0 * 1
        s = squeeze(x)
        s[0] = 9.0
        np.testing.assert_array_equal(x.data, [9.0, 2.0])
        x *= 3
        np.testing.assert_array_equal(s.data, [27.0, 6.0])
        s.sum().backward()
        np.testing.assert_array_equal(x0.grad, [0.0, 3.0])


def test_old_results_after_their_input_changed_and_another_graph_was_cleared():
    x = tensor([1.0, 2.0])
    y = x * x
    (x * 3).backward()
    x[...] = 5
    z = x * 1
    y.backward()
    np.testing.assert_array_equal(y.data, [1.0, 4.0])
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])
    assert x.grad is None
    z.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_a_loss_of_old_parameters_after_a_training_step():
    w = tensor([1.0, 2.0])
    p = w * w
    (w * 3).sum().backward()
    w -= 0.1 * w.grad
    loss = (w * 2).sum()
    p.backward()
    assert w.grad is None
    loss.backward()
    np.testing.assert_array_equal(w.grad, [2.0, 2.0])
    np.testing.assert_allclose(w.data, [0.7, 1.7])


def test_an_input_multiplied_by_its_own_old_result_makes_no_cycle():
    x = tensor([1.0, 2.0])
    y = x * x
    (x * 3).backward()
    x *= y
    x.sum().backward()
    np.testing.assert_array_equal(x.data, [1.0, 8.0])
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_the_gradient_of_a_view_beside_a_transpose():
    x = tensor(np.ones((2, 2))) * 1
    r = x.reshape(-1)
    (r.sum() + x.T.sum()).backward()
    np.testing.assert_array_equal(r.grad, [2.0] * 4)


def test_a_view_with_a_new_shape_follows_its_relatives():
    x = tensor(np.arange(6.0).reshape(2, 3)) * 1
    a, b = x
    b.shape = (3, 1)
    a *= 2
    np.testing.assert_array_equal(x.data, [[0.0, 2.0, 4.0], [3.0, 4.0, 5.0]])
    np.testing.assert_array_equal(b.data, [[3.0], [4.0], [5.0]])
    y = tensor(np.arange(6.0)) * 1
    v, u = y[:4], y[::-1]
    v.shape = (2, 2)
    y *= 2
    np.testing.assert_array_equal(u.data, [10.0, 8.0, 6.0, 4.0, 2.0, 0.0])
    np.testing.assert_array_equal(v.data, [[0.0, 2.0], [4.0, 6.0]])


def test_a_column_of_a_reversed_view_after_backward_of_the_base():
    v0 = tensor(np.arange(4.0).reshape(2, 2))
    v = v0[::-1]
    v0.sum().backward()
    v[:, 0] /= 0.5
    np.testing.assert_array_equal(v0.data, [[0.0, 1.0], [4.0, 3.0]])


def test_relatives_of_a_tensor_with_a_new_shape():
    v0 = tensor(np.arange(4.0).reshape(2, 2))
    v0.shape = (4,)
    r, s = np.ravel(v0), np.squeeze(v0)
    r *= 2
    r *= 2
    np.testing.assert_array_equal(v0.data, [0.0, 4.0, 8.0, 12.0])
    np.testing.assert_array_equal(s.data, v0.data)


def test_views_and_bases_stay_together_after_backward():
    t = tensor([1.0, 2.0, 3.0])
    v = t[:2]
    (t**2).sum().backward()
    v *= 2
    np.testing.assert_array_equal(t.data, [2.0, 4.0, 3.0])


def test_writing_through_a_constant_view():
    x0 = tensor([1.0, 2.0])
    x = +x0
    c = mg.reshape(x, (2, 1), constant=True)
    assert c.constant
    c *= 3.0
    np.testing.assert_array_equal(x.data, [3.0, 6.0])
    x.backward()
    np.testing.assert_array_equal(x0.grad, [3.0, 3.0])


def test_a_view_of_a_constant_is_consistent():
    c, y = tensor([1.0, 2.0], constant=True), tensor([3.0, 4.0])
    v = mg.reshape(c, (2,), constant=False)
    if v.constant:
        with pytest.warns(DetachedGradientWarning):
            v *= y
    else:
        v *= y
        v.backward()
        assert v.grad is not None
        np.testing.assert_array_equal(y.grad, [1.0, 2.0])
    np.testing.assert_array_equal(c.data, [3.0, 8.0])


def test_a_failed_write_keeps_the_gradient():
    x = tensor([1.0, 2.0])
    (x * x).backward()
    with pytest.raises(ValueError):
        x += np.ones(5)
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_a_refused_gradient_keeps_the_gradients_upstream():
    x = tensor([1.0, 2.0])
    y = x * x
    y.backward(retain_graph=True)
    with pytest.raises(ValueError):
        y.backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_data_assigned_amid_a_graph_does_not_corrupt_it():
    t = tensor([1.0, 2.0])
    y = t**2
    with contextlib.suppress(AttributeError, ValueError, TypeError):
        t.data = np.zeros(2)
    y.backward()
    np.testing.assert_array_equal(y.data, [1.0, 4.0])
    if t.grad is not None:
        np.testing.assert_array_equal(t.grad, [2.0, 4.0])


def test_views_of_a_long_lived_tensor_leave_nothing():
    x = tensor(np.ones((3, 4)))

    def use(n):
        for _ in range(n):
            _ = x[1:]
            for row in x:
                _ = row[0]
            _ = x.T

    use(10)
    gc.collect()
    before = sys.getallocatedblocks()
    use(2000)
    assert sys.getallocatedblocks() - before < 200


# ----------------------------------------------------------------------------------------
# Numbers
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [np.maximum, np.minimum])
def test_extremum_of_a_tensor_and_itself_has_derivative_one(f):
    np.testing.assert_array_equal(grad(lambda x: f(x, x), [1.0, 2.0]), [1.0, 1.0])


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (np.log, [0.0, 1.0], [0.0, 1.0]),
        (np.sqrt, [0.0, 4.0], [0.0, 0.25]),
        (np.reciprocal, [0.0, 2.0], [0.0, -0.25]),
        (np.arccosh, [1.0, np.sqrt(2)], [0.0, 1.0]),
        (lambda x, **k: np.divide(1.0, x, **k), [0.0, 2.0], [0.0, -0.25]),
        (lambda x, **k: np.power(x, 0.5, **k), [0.0, 4.0], [0.0, 0.25]),
    ],
)
def test_masked_singularities_have_derivative_zero(f, x, expected):
    x, o = tensor(x), mg.zeros(2, dtype=float)
    f(x, out=o, where=np.array([False, True]))
    o.sum().backward()
    np.testing.assert_allclose(x.grad, expected)


@pytest.mark.parametrize("order", [None, 2, 3, 1, np.inf])
def test_norm_of_a_zero_vector(order):
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(
            grad(lambda x: np.linalg.norm(x, ord=order), [0.0, 0.0]), [0.0, 0.0]
        )
        rows = grad(lambda x: np.linalg.norm(x, ord=order, axis=1), [[0.0, 0.0], [0.0, 2.0]])
    np.testing.assert_array_equal(rows, [[0.0, 0.0], [0.0, 1.0]])


ACCURATE = {
    "sinc at 1e-9": (np.sinc, 1e-9, -(np.pi**2) / 3 * 1e-9),
    "sinc at 1e-7": (np.sinc, 1e-7, -(np.pi**2) / 3 * 1e-7),
    "sinc at 1e-3": (np.sinc, 1e-3, -3.2898648870404187e-3),
    "tanh": (np.tanh, 19.0, 4 * math.exp(-38)),
    "tanh far left": (np.tanh, -19.0, 4 * math.exp(-38)),
    "arccosh": (np.arccosh, 1e200, 1e-200),
    "arcsinh": (np.arcsinh, 1e200, 1e-200),
    "log1p": (np.log1p, 1e-20, 1.0),
    "expm1": (np.expm1, -1e-12, 1 - 1e-12),
}


@pytest.mark.parametrize(("f", "x", "expected"), ACCURATE.values(), ids=ACCURATE)
def test_derivatives_are_accurate_where_naive_formulas_are_not(f, x, expected):
    np.testing.assert_allclose(grad(f, x), expected, rtol=1e-6, atol=1e-300)


def test_derivative_of_a_norm_of_large_numbers():
    with np.errstate(over="ignore"):
        if not np.isfinite(np.linalg.norm([3e200, 4e200])):
            # NumPy's own norm overflows; below that the derivative is right.
            np.testing.assert_allclose(grad(np.linalg.norm, [3e150, 4e150]), [0.6, 0.8])
            return
    np.testing.assert_allclose(grad(np.linalg.norm, [3e200, 4e200]), [0.6, 0.8])


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_derivative_of_arctan2_at_any_scale(scale):
    y, x = tensor(scale), tensor(scale)
    np.arctan2(y, x).backward()
    np.testing.assert_allclose(y.grad, 0.5 / scale)
    np.testing.assert_allclose(x.grad, -0.5 / scale)


def test_logaddexp_of_distant_numbers_does_not_warn():
    x, y = tensor([0.0, 1000.0]), tensor([1000.0, 0.0])
    with np.errstate(all="raise", under="ignore"):
        np.logaddexp(x, y).backward()
    np.testing.assert_array_equal(x.grad, [0.0, 1.0])
    np.testing.assert_array_equal(y.grad, [1.0, 0.0])


def test_small_integer_operands_do_not_overflow_in_backward():
    x = tensor(3.0)
    np.arctan2(np.int8(100), x).backward()
    np.testing.assert_allclose(x.grad, -100 / (100**2 + 9), rtol=1e-3)
    y = tensor(1.0)
    np.arctan2(y, np.int8(20)).backward()
    np.testing.assert_allclose(y.grad, 20 / (20**2 + 1), rtol=1e-3)
    z = tensor(2.0)
    np.divide(np.int8(100), z).backward()
    np.testing.assert_allclose(z.grad, -25.0)
    np.divide(z, np.array([100], np.int8)).backward()
    np.testing.assert_allclose(z.grad, 0.01)
    (z ** np.int8(10)).backward()
    np.testing.assert_allclose(z.grad, 5120.0)
    (np.int8(100) * z * np.int8(100)).backward()
    np.testing.assert_allclose(z.grad, 10000.0)


def test_mean_of_many_half_precision_numbers():
    x = tensor(np.ones(70_000, np.float16))
    np.mean(x).backward()
    np.testing.assert_allclose(x.grad.astype(float), 1 / 70_000, rtol=0.01)


@pytest.mark.filterwarnings("ignore:Degrees of freedom")
@pytest.mark.parametrize("f", [np.var, np.std])
def test_variance_without_degrees_of_freedom_raises_nothing(f):
    x = tensor([1.0, 3.0])
    with np.errstate(all="ignore"):
        f(x, ddof=2).backward()
    assert x.grad.shape == (2,)
    assert not np.isfinite(x.grad).any()


@pytest.mark.parametrize("value", [2, 2.5, True])
def test_python_scalars_do_not_promote(value):
    x = tensor([1.0, 2.0], dtype=np.float32)
    for y in (x + value, value * x, x / value, x**value, value - x, np.maximum(x, value)):
        assert y.dtype == np.float32
    assert (tensor([1], dtype=np.int8) + 1).dtype == np.int8


def test_truth_follows_numpy():
    assert not tensor(0.0)
    assert not tensor([0.0])
    assert tensor([[2.0]])
    with pytest.raises(ValueError):
        bool(tensor([0.0, 1.0]))


# ----------------------------------------------------------------------------------------
# Silent loss of gradients
# ----------------------------------------------------------------------------------------

LISTS = {
    "operand": (lambda t: t * [t[0], t[1]], [2.0, 4.0]),
    "tensor": (lambda t: tensor([t[0], t[1]]), [1.0, 1.0]),
    "astensor": (lambda t: mg.astensor([t[0], 2 * t[1]]), [1.0, 2.0]),
    "sum": (lambda t: mg.sum([t[0], t[1]]), [1.0, 1.0]),
    "np.stack": (lambda t: np.stack([t[0], t[1]]), [1.0, 1.0]),
    "nested in concatenate": (lambda t: mg.concatenate([[t[0], t[1]], t]), [2.0, 2.0]),
    "written": (lambda t: _written(t), [1.0, 1.0]),
    "nested twice": (lambda t: mg.exp([[t[0]], [0 * t[1]]]), [np.e, 0.0]),
    "reflected": (lambda t: [t[1], t[0]] * t, [4.0, 2.0]),
}


def _written(t):
    x = mg.zeros(2, dtype=float)
    x[:] = [t[0], t[1]]
    return x


@pytest.mark.parametrize(("f", "expected"), LISTS.values(), ids=LISTS)
def test_lists_of_tensors_carry_gradients(f, expected):
    np.testing.assert_allclose(grad(f, [1.0, 2.0]), expected)


def carried_or_refused(call, x, expected):
    """The gradient arrives, or the user hears that it cannot."""
    try:
        result = call(x)
    except (TypeError, DetachedGradientWarning):
        return
    assert isinstance(result, Tensor), "detached in silence"
    result.backward()
    np.testing.assert_allclose(x.grad, expected)


def _copied(x, target):
    np.copyto(target, x)
    return target


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda x: _copied(x, mg.zeros(2, dtype=float)), [1.0, 1.0]),
        (lambda x: _copied(x, np.zeros(2)), [1.0, 1.0]),
        (lambda x: np.bincount([0, 1], weights=x), [1.0, 1.0]),
        (lambda x: np.ma.array([3.0, 4.0]) * x, [3.0, 4.0]),
        (lambda x: x * np.ma.array([3.0, 4.0]), [3.0, 4.0]),
        (lambda x: np.nansum(x), [1.0, 1.0]),
        (lambda x: np.median(x), [0.5, 0.5]),
    ],
    ids=[
        "copyto a tensor",
        "copyto an array",
        "bincount",
        "masked array first",
        "masked array second",
        "nansum",
        "median",
    ],
)
def test_gradients_are_never_dropped_in_silence(call, expected):
    x = tensor([1.0, 2.0])
    carried_or_refused(call, x, expected)


def test_a_constant_target_says_that_it_drops_a_gradient():
    t, c = tensor([1.0]), mg.zeros(1, dtype=float, constant=True)
    with pytest.warns(DetachedGradientWarning):
        c += t
    (c + t).sum().backward()
    np.testing.assert_array_equal(t.grad, [1.0])


def test_ones_like_an_array_gets_a_gradient():
    x = np.arange(3.0)
    y = mg.ones_like(x)
    (x * y).backward()
    np.testing.assert_array_equal(y.grad, [0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    "make", [copy.copy, copy.deepcopy, Tensor.copy], ids=["copy", "deepcopy", "method"]
)
def test_copies_of_views_lose_nothing(make):
    x = tensor([1.0, 2.0])
    v = x[:1]
    (x * x).backward()
    w = make(v)
    if make is Tensor.copy:
        (3 * w).backward()
        np.testing.assert_array_equal(x.grad, [3.0, 0.0])
    else:
        np.testing.assert_array_equal(w.grad, [2.0])


@pytest.mark.parametrize("grad", [[1j, 1.0], np.array([1, 2], "m8[s]"), np.array([1, 2], "M8[s]")])
def test_gradients_of_other_kinds_are_refused(grad):
    with pytest.raises((TypeError, mg.errors.InvalidGradient)):
        (tensor([1.0, 2.0]) * 2).backward(grad)


def test_time_differences_are_refused():
    with pytest.raises(TypeError):
        tensor(np.timedelta64(1, "s"))


# ----------------------------------------------------------------------------------------
# Memory guarding
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fail",
    [
        lambda a: mg.add(a, 1, constant=False),
        lambda a: mg.add(a, tensor([1.0, 2.0]), constant="x"),
        lambda a: mg.add(a, tensor([1.0, 2.0]), dtype="U1"),
    ],
)
def test_errors_after_the_forward_computation_release(fail):
    a = np.array([1, 2])
    with pytest.raises((TypeError, ValueError)):
        fail(a)
    assert writeable(a) == [True]


def test_read_only_views_stay_read_only():
    v = np.broadcast_to(np.ones(3), (2, 3))
    (v * tensor(np.ones((2, 3)))).sum().backward()
    assert not v.flags.writeable
    base = np.ones(3)
    view = base[:]
    view.flags.writeable = False
    (view * tensor(np.ones(3))).sum().backward()
    assert writeable(view, base) == [False, True]


def test_writeable_views_of_arrays_made_read_only_later_stay_writeable():
    base = np.ones(3)
    view = base[:]
    base.flags.writeable = False
    (view * tensor(np.ones(3))).sum().backward()
    assert writeable(view, base) == [True, False]


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.frombuffer(b"\0" * 16),
        lambda: np.frombuffer(bytearray(16)),
        lambda: np.frombuffer(array.array("d", [0.0, 0.0])),
        lambda: np.asarray(memoryview(bytearray(16)).cast("d")),
        lambda: np.lib.stride_tricks.as_strided(np.zeros(2), (2,), (0,)),
    ],
)
def test_operands_over_foreign_memory(make):
    a = make()
    before = a.flags.writeable
    x = tensor([1.0, 2.0])
    (x * a).backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])
    assert a.flags.writeable is before


def test_memory_maps_are_released(tmp_path):
    a = np.memmap(tmp_path / "data", dtype=float, mode="w+", shape=(2,))
    (tensor([1.0, 2.0]) * a).backward()
    assert a.flags.writeable


def test_backward_does_not_keep_the_callers_array():
    g = np.ones(2)
    y = tensor([1.0, 2.0]) * 1
    y.backward(g)
    g[:] = 7
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])


def test_plain_array_plus_equals_tensor():
    a, t = np.zeros(2), tensor([1.0, 2.0])
    a += t
    np.testing.assert_array_equal(a.data, [1.0, 2.0])
    a.backward()
    np.testing.assert_array_equal(t.grad, [1.0, 1.0])


def test_repeated_backward_of_a_view_that_is_written_releases():
    x = tensor(np.arange(4.0))
    v = x[...]
    vv = v[...]
    v.backward()
    v += 0
    v.backward()
    assert x.data.flags.writeable
    del vv
    assert x.data.flags.writeable


# ----------------------------------------------------------------------------------------
# Protocols and errors
# ----------------------------------------------------------------------------------------

METHODS = {
    "add.reduce": lambda x: np.add.reduce(x),
    "add.reduce axis": lambda x: np.add.reduce(x, axis=1, keepdims=True),
    "add.reduce axes": lambda x: np.add.reduce(x, axis=(0, 1)),
    "multiply.reduce": lambda x: np.multiply.reduce(x, axis=1),
    "maximum.reduce": lambda x: np.maximum.reduce(x),
    "add.accumulate": lambda x: np.add.accumulate(x, axis=1),
    "multiply.accumulate": lambda x: np.multiply.accumulate(x),
    "subtract.outer": lambda x: np.subtract.outer(x[0], x[1]),
    "multiply.outer": lambda x: np.multiply.outer(x, x),
    "add.reduceat": lambda x: np.add.reduceat(x, [0, 2, 1], axis=1),
}


@pytest.mark.parametrize("f", METHODS.values(), ids=METHODS)
def test_ufunc_methods_have_gradients(f):
    a = np.array([[1.5, 2.5, -0.5], [3.0, 0.75, 1.25]])
    weights = np.cos(np.arange(f(a).size)).reshape(np.shape(f(a)))
    check_gradients(lambda x: f(x) * weights, a)


def test_ufunc_at_has_gradients():
    def f(x, b):
        y = x * 1
        np.add.at(y, [0, 0, 2], b)
        return y * y

    check_gradients(f, np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.5, 2.5]))


def test_advertised_parameter_names_are_accepted():
    for f, n in ((mg.exp, 1), (mg.log, 1), (mg.sin, 1), (mg.add, 2), (mg.multiply, 2)):
        names = [
            p.name
            for p in inspect.signature(f).parameters.values()
            if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty
        ]
        assert len(names) in (0, n)
        if names:
            assert f(**dict.fromkeys(names, 1.5)).item() == f(*[1.5] * n).item()


def test_counts_may_be_arrays_of_one_number():
    weights = np.arange(6.0)
    x = tensor([1.0, 2.0, 3.0])
    (np.roll(x, np.array(1)) * weights[:3]).backward()
    np.testing.assert_array_equal(x.grad, [1.0, 2.0, 0.0])
    (np.tile(x, np.array(2)) * weights).backward()
    np.testing.assert_array_equal(x.grad, [3.0, 5.0, 7.0])
    (np.repeat(x, np.array(2)) * weights).backward()
    np.testing.assert_array_equal(x.grad, [1.0, 5.0, 9.0])


def test_errors_inside_operands_surface_as_they_are():
    class Bad:
        def __array__(self, dtype=None, copy=None):
            raise KeyError("mine")

    for call in (
        lambda: np.multiply(tensor([1.0]), Bad()),
        lambda: tensor([1.0]) * Bad(),
        lambda: mg.add(Bad(), 1.0),
    ):
        with pytest.raises(KeyError, match="mine"):
            call()


def test_multiplying_a_viewed_tensor_into_itself():
    def f(x):
        a = x * 1
        v, w = a[1:], a[::-1]
        v *= 2
        np.multiply(a, 2.0, out=a)
        w[0] = v[0]
        np.multiply(w, a, out=a)
        return a

    check_gradients(f, np.array([1.0, 2.0, 3.0]))


def test_tensors_of_graphs_can_be_pickled():
    x = tensor([1.0, 2.0])
    y = x * x
    v = x[:1]
    for t in (x, y, v):
        u = pickle.loads(pickle.dumps(t))
        np.testing.assert_array_equal(u.data, t.data)
        assert u.creator is None and u.base is None and not u.constant
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


@pytest.mark.parametrize("remake", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_results_of_long_chains_can_be_copied_and_pickled(remake):
    x = tensor([1.0])
    y = x
    for _ in range(25_000):
        y = y + 1
    z = remake(y)
    np.testing.assert_array_equal(z.data, [25_001.0])
    assert z.creator is None
    v = x
    for _ in range(10_000):
        v = v[:]
    np.testing.assert_array_equal(remake(v).data, [1.0])


def test_unsupported_functions_say_their_name():
    for f in (np.unpackbits, np.packbits):
        with pytest.raises(TypeError, match=f.__name__):
            f(tensor([1.0, 2.0]))


# ----------------------------------------------------------------------------------------
# Threads and re-entrance
# ----------------------------------------------------------------------------------------


def run_threads(work, n=8):
    errors = []

    def guarded():
        try:
            work()
        except BaseException as error:
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=guarded) for _ in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []


def test_in_place_operations_in_threads():
    def work():
        for _ in range(200):
            t = tensor([1.0, 2.0])
            x = t * 1
            v = x[:1]
            x[0] = 5.0
            v *= t[1]
            x.sum().backward()
            np.testing.assert_array_equal(t.grad, [0.0, 6.0])
            np.testing.assert_array_equal(v.grad, [1.0])

    run_threads(work)


def test_modes_of_one_thread_do_not_reach_others():
    stop = threading.Event()

    def toggle():
        while not stop.is_set():
            with mg.no_autodiff, mg.mem_guard_off:
                tensor([1.0]) * 2

    toggling = threading.Thread(target=toggle)
    toggling.start()
    try:
        a = np.ones(1)
        for _ in range(2000):
            x = tensor([1.0])
            y = x * a
            assert not a.flags.writeable
            y.backward()
            np.testing.assert_array_equal(x.grad, [1.0])
            assert a.flags.writeable
    finally:
        stop.set()
        toggling.join()


@pytest.mark.parametrize("period", [1, 2, 3, 7])
def test_backward_may_be_called_in_the_middle_of_anything(period):
    calls = 0
    inner = []

    def nested():
        x = tensor([2.0, 3.0])
        y = x * 1
        y[0] *= x[1]
        v = y[:]
        (v * v).backward()
        inner.append((x.grad.tolist(), v.grad.tolist()))

    def on_call(frame, event, argument):
        nonlocal calls
        if event != "call" or "mygrad" not in frame.f_code.co_filename:
            return
        calls += 1
        if calls % period == 0:
            sys.setprofile(None)
            try:
                nested()
            finally:
                sys.setprofile(on_call)

    def outer(x):
        y = x * x
        w = y[1:]
        w *= x[0]
        y += np.exp(y / 10)
        z = np.concatenate([y, w]).sum() * y[::-1]
        return z.reshape(3, 1) * x

    a = np.array([0.5, 1.5, -1.0])
    expected = numerical_grad(outer, a)[0]
    x = tensor(a)
    sys.setprofile(on_call)
    try:
        outer(x).backward()
    finally:
        sys.setprofile(None)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-6)
    nested()
    assert len(inner) > 1
    assert all(result == inner[-1] for result in inner)
    assert inner[-1] == ([36.0, 30.0], [12.0, 6.0])
