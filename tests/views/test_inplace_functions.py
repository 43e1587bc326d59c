"""NumPy's functions that write into their first argument, on tensors, their views and bases."""

import numpy as np
import pytest

import mygrad as mg
from _helpers import check_gradients, writeable
from mygrad import tensor
from mygrad.errors import DetachedGradientWarning
from mygrad.testing import check_grad

A = np.array([[0.5, -1.5, 2.0, 1.0], [3.0, 0.25, -0.75, -2.0], [1.5, 0.75, -1.0, 2.5]])
B = np.array([1.25, -0.5, 2.25])
MASK = np.array([[True, False, True, True], [False, True, False, False], [True, False, True, True]])
ROWS = np.array([[2, 0, 0, -1]])

#: Each writes the values `b` into `a`.
WRITES = {
    "put": lambda a, b: np.put(a, [0, 5, -1], b),
    "put at a place": lambda a, b: np.put(a, 3, b),
    "put repeated": lambda a, b: np.put(a, [1, 2, 1, 1, 2], b),
    "put in rows": lambda a, b: np.put(a, [[0, 1], [4, 0]], b[:2]),
    "put around": lambda a, b: np.put(a, [13, -14, 7], b, mode="wrap"),
    "put up to the ends": lambda a, b: np.put(a, [99, 3, -14, 50], b, mode="clip"),
    "put few of many": lambda a, b: np.put(a, [4, 2], b),
    "put one": lambda a, b: np.put(a, [4, 2, 2], b[1]),
    "put nothing": lambda a, b: np.put(a, [], b),
    "put by keywords": lambda a, b: np.put(a, v=b, ind=np.array([1, 0])),
    "put a list": lambda a, b: np.put(a, [3, 1], [b[0], 0.5]),
    "place": lambda a, b: np.place(a, MASK, b),
    "place in another shape": lambda a, b: np.place(a, MASK.ravel().tolist(), b),
    "place one": lambda a, b: np.place(a, a > 0, b[0]),
    "place many": lambda a, b: np.place(a, np.arange(12) == 7, b),
    "place nothing": lambda a, b: np.place(a, np.zeros((3, 4)), b),
    "putmask": lambda a, b: np.putmask(a, MASK, b),
    "putmask of the shape": lambda a, b: np.putmask(a, MASK, a[::-1] * b[0]),
    "putmask by keywords": lambda a, b: np.putmask(a, values=b, mask=MASK),
    "putmask one": lambda a, b: np.putmask(a, MASK, b[2]),
    "putmask many": lambda a, b: np.putmask(a, MASK, np.append(np.append(a, b), b)),
    "put along rows": lambda a, b: np.put_along_axis(a, ROWS, b[0], 0),
    "put along columns": lambda a, b: np.put_along_axis(a, ROWS[:, :3].T, b[:, None], 1),
    "put along with repeats": lambda a, b: np.put_along_axis(
        a, np.array([[0, 0, 1]] * 3), b, axis=-1
    ),
    "fill the diagonal": lambda a, b: np.fill_diagonal(a, b),
    "fill the diagonal with one": lambda a, b: np.fill_diagonal(a, b[1]),
    "fill the diagonal, cyclic": lambda a, b: np.fill_diagonal(a, b[:2]),
    "fill the diagonal by keywords": lambda a, b: np.fill_diagonal(a=a, val=b, wrap=True),
    "copyto": lambda a, b: np.copyto(a, b[:, None]),
    "copyto where": lambda a, b: np.copyto(a, b[:, None], where=MASK),
    "copyto where broadcast": lambda a, b: np.copyto(a, b[0], where=MASK[:1]),
    "copyto by keywords": lambda a, b: np.copyto(src=b[1], dst=a, casting="safe"),
}
each_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


@each_write
def test_a_tensor(write):
    weights = np.cos(np.arange(12.0)).reshape(3, 4)

    def f(a, b):
        a = a * 1
        before = a * a
        assert write(a, b) is None
        return (a * a + before) * weights

    check_gradients(f, A, B)


VIEWS = {
    "transposed": (lambda a: a.T, A.T),
    "strided": (lambda a: a[::2, ::-1], np.repeat(A[::-1, ::-1], [2, 1, 2], 0)),
    "reshaped": (lambda a: a.reshape(3, 4), A.reshape(2, 6)),
    "part": (lambda a: a[0, :, 1], np.stack([A, A], 1)[None].repeat(2, 0)),
}


@each_write
@pytest.mark.parametrize(("look", "base"), VIEWS.values(), ids=VIEWS)
def test_a_view(write, look, base):
    weights = np.cos(np.arange(base.size)).reshape(base.shape)

    def f(a, b):
        a = a * 1
        other = a[1:]
        seen = look(a)
        write(seen, b)
        return a * a * weights + (other * other).sum() + (seen**3).sum()

    check_gradients(f, base, B)


@each_write
def test_a_base(write):
    def f(a, b):
        a = a * 1
        view, inner = a[1:, ::2], a.T[0]
        before = view * 1
        write(a, b)
        return view * view * before + inner[:2] ** 2

    check_gradients(f, A, B)


@each_write
def test_values_that_are_constant(write):
    def f(a):
        a = a * 1
        write(a, B)
        return a * a

    check_gradients(f, A)


@each_write
def test_second_derivatives(write):
    def f(a, b):
        a = a**3
        write(a, b**3)
        return (a * a).sum()

    x, y = tensor(A), tensor(B)
    f(x, y).backward(create_graph=True)
    sum([np.sum(t.grad**2) for t in (x, y) if t.grad is not None]).backward()
    step = 1e-5

    def slope(a, b):
        t, u = tensor(a), tensor(b)
        f(t, u).backward()
        grads = [np.zeros(z.shape) if z.grad is None else z.grad for z in (t, u)]
        return sum(np.sum(g**2) for g in grads)

    moved = np.zeros(A.shape)
    moved[1, 1] = moved[0, 0] = step
    for t, along in ((x, [moved, 0]), (y, [0, np.array([step, 0, step])])):
        above = slope(A + along[0], B + along[1])
        below = slope(A - along[0], B - along[1])
        grad = np.zeros(t.shape) if t.grad is None else np.asarray(t.grad)
        direction = along[0] if t is x else along[1]
        np.testing.assert_allclose(
            np.sum(grad * direction) / step, (above - below) / (2 * step), rtol=1e-5, atol=1e-4
        )


@each_write
def test_the_users_array_is_not_written(write):
    a = A.copy()
    x = mg.astensor(a)
    y = +x
    write(y, B)
    write(x, B)
    np.testing.assert_array_equal(a, A)


@each_write
def test_without_autodiff(write):
    expected = A.copy()
    write(expected, B)
    with mg.no_autodiff:
        x, b = tensor(A), tensor(B)
        write(x, b)
        np.testing.assert_array_equal(x, expected)
        shown = x.T
        write(x, b * 2)
        np.testing.assert_array_equal(shown.T, x)


@each_write
def test_an_array_as_target(write):
    """An array cannot carry a gradient; constants go in."""
    expected = A.copy()
    write(expected, B)
    a = A.copy()
    write(a, tensor(B, constant=True))
    np.testing.assert_array_equal(a, expected)


@pytest.mark.parametrize(
    "call",
    [
        lambda a, t: np.put(a, [0, 1], t),
        lambda a, t: np.place(a, MASK, t),
        lambda a, t: np.putmask(a, MASK, t),
        lambda a, t: np.put_along_axis(a, ROWS, t[0], 0),
        lambda a, t: np.copyto(a, t[0]),
    ],
)
def test_an_array_cannot_hold_a_gradient(call):
    a = A.copy()
    with pytest.raises(TypeError, match="carries a gradient into an array"):
        call(a, tensor(B))
    np.testing.assert_array_equal(a, A)
    with mg.no_autodiff:
        call(a, tensor(B))
    assert np.any(a != A)


@pytest.mark.parametrize(
    "call",
    [
        lambda a, t: np.put(a, t, 1.0),
        lambda a, t: np.place(a, t, 1.0),
        lambda a, t: np.putmask(a, t, 1.0),
        lambda a, t: np.put_along_axis(a, t, 1.0, 0),
        lambda a, t: np.copyto(a, 1.0, where=t),
    ],
)
def test_places_and_masks_have_no_derivative(call):
    for target in (A.copy(), tensor(A)):
        with pytest.raises(TypeError, match="no derivative by this argument"):
            call(target, tensor(A))
        np.testing.assert_array_equal(target, A)


def test_places_and_masks_may_be_constant_tensors():
    x = +tensor(A)
    np.put(x, tensor([0, 1]), 9.0)
    np.place(x, tensor(MASK), [7.0])
    np.put_along_axis(x, tensor(ROWS), 5.0, 0)
    expected = A.copy()
    np.put(expected, [0, 1], 9.0)
    np.place(expected, MASK, [7.0])
    np.put_along_axis(expected, ROWS, 5.0, 0)
    np.testing.assert_array_equal(x, expected)


# ----------------------------------------------------------------------------------------
# Repeated places
# ----------------------------------------------------------------------------------------


def test_the_last_of_repeated_places_counts():
    x, b = +tensor(np.zeros(3)), tensor([1.0, 2.0, 3.0, 4.0])
    np.put(x, [1, 1, 0, -2], b)
    np.testing.assert_array_equal(x, [3.0, 4.0, 0.0])
    x.backward([5.0, 6.0, 7.0])
    np.testing.assert_array_equal(b.grad, [0.0, 0.0, 5.0, 6.0])


def test_values_that_are_used_several_times_add_up():
    x, b = +tensor(np.zeros((5, 5))), tensor([1.0, 2.0])
    np.fill_diagonal(x, b)
    x.backward()
    np.testing.assert_array_equal(b.grad, [3.0, 2.0])


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (8, 2), (3, 3, 3), (2, 2, 2, 2), (4, 1)])
def test_diagonals(shape, wrap):
    weights = np.cos(np.arange(np.prod(shape))).reshape(shape)

    def f(a, b):
        a = a * 1
        np.fill_diagonal(a, b, wrap)
        return a * a * weights

    check_gradients(f, np.sin(np.arange(weights.size)).reshape(shape), B)


def test_targets_without_axes():
    def f(a, b):
        total = 0
        for write in (
            lambda a: np.put(a, [0, 0, -1, 0], b),
            lambda a: np.put(a, 0, b[1]),
            lambda a: np.place(a, True, b),
            lambda a: np.putmask(a, True, b),
            lambda a: np.copyto(a, b[2]),
        ):
            target = a * 1 if not isinstance(a, np.ndarray) else np.array(a * 1)
            write(target)
            total = total + target**2
        return total

    check_gradients(f, np.array(0.5), B)


def test_along_no_axis():
    """The target counts as flat, also where it is not one piece of memory."""

    def f(a, b):
        a = a * 1
        seen = a.T
        if isinstance(a, np.ndarray):
            seen.flat[[1, -1, 1]] = b
        else:
            np.put_along_axis(seen, np.array([1, -1, 1]), b, None)
        return a * a

    check_gradients(f, A, B)


def test_filling_bit_by_bit():
    def f(w):
        u = np.zeros(6) if isinstance(w, np.ndarray) else mg.zeros(6, dtype=float)
        np.put(u, 0, w)
        for i in range(5):
            np.put(u, i + 1, u[i] * w + np.sin(u[i]))
        return u

    check_gradients(f, np.array(0.75))


# ----------------------------------------------------------------------------------------
# Errors
# ----------------------------------------------------------------------------------------

FAILING = {
    "place out of range": lambda a: np.put(a, [0, 12], 1.0),
    "negative place": lambda a: np.put(a, [-13], 1.0),
    "places that are not integer": lambda a: np.put(a, np.array([0.5]), 1.0),
    "unknown mode": lambda a: np.put(a, [0], 1.0, mode="frob"),
    "mask of another size": lambda a: np.place(a, MASK[0], 1.0),
    "nothing to place": lambda a: np.place(a, MASK, []),
    "place of another dtype": lambda a: np.place(a.astype(np.float32), MASK, B),
    "putmask of another size": lambda a: np.putmask(a, MASK[0], 1.0),
    "putmask of another dtype": lambda a: np.putmask(a.astype(np.float32), MASK, B),
    "places along that are not integer": lambda a: np.put_along_axis(a, ROWS * 0.5, 1.0, 0),
    "places along out of range": lambda a: np.put_along_axis(a, ROWS + 5, 1.0, 0),
    "places along of another dimension": lambda a: np.put_along_axis(a, ROWS[0], 1.0, 0),
    "places along no axis": lambda a: np.put_along_axis(a, ROWS, 1.0, None),
    "axis out of range": lambda a: np.put_along_axis(a, ROWS, 1.0, 2),
    "values that do not fit": lambda a: np.put_along_axis(a, ROWS, B, 0),
    "diagonal of a vector": lambda a: np.fill_diagonal(a[0], 1.0),
    "diagonal of what is no cube": lambda a: np.fill_diagonal(a[None], 1.0),
    "copyto of another shape": lambda a: np.copyto(a, B),
    "copyto of another dtype": lambda a: np.copyto(a, 1.0, "no", where=MASK[:2]),
}


@pytest.mark.parametrize("call", FAILING.values(), ids=FAILING)
def test_errors_are_numpys(call):
    x = +tensor(A)
    with pytest.raises(Exception) as expected:
        call(A.copy())
    with pytest.raises(expected.type):
        call(x)
    np.testing.assert_array_equal(x, A)
    assert x.creator is not None


@pytest.mark.parametrize(
    "call",
    [
        lambda a: np.put(a, [0], 1.0),
        lambda a: np.place(a, a > -9, 1.0),
        lambda a: np.putmask(a, a > -9, 1.0),
        lambda a: np.put_along_axis(a, ROWS[:, :1], 1.0, 0),
        lambda a: np.fill_diagonal(a, 1.0),
        lambda a: np.copyto(a, 1.0),
    ],
)
def test_what_is_read_only_is_not_written(call):
    x = tensor(A)
    for target in (np.broadcast_to(x, (2, 3, 4))[0], np.broadcast_to(x[:, :1], (3, 4))):
        with pytest.raises(ValueError, match="read-only"):
            call(target)
    np.testing.assert_array_equal(x, A)


def test_a_constant_target_stops_the_gradient():
    for write in (
        lambda a, b: np.put(a, [0], b),
        lambda a, b: np.fill_diagonal(a, b),
        lambda a, b: np.putmask(a, MASK, b),
    ):
        x = tensor(A, constant=True)
        with pytest.warns(DetachedGradientWarning):
            write(x, tensor(B))
        assert x.constant


def test_empty_targets():
    x = mg.zeros((0, 3), dtype=float)
    np.put(x, [], 1.0)
    np.place(x, np.zeros((0, 3), bool), 1.0)
    np.putmask(x, np.zeros((0, 3), bool), 1.0)
    np.fill_diagonal(x, 1.0)
    with pytest.raises(IndexError, match="empty array"):
        np.put(x, [0], 1.0, mode="wrap")
    assert x.shape == (0, 3)


def test_flags_of_values_come_back():
    b = B.copy()
    x = +tensor(A)
    np.put(x, [0, 1, 2], b)
    np.copyto(x, b[:, None], where=MASK)
    x.backward()
    assert writeable(b) == [True]


# ----------------------------------------------------------------------------------------
# t.flat
# ----------------------------------------------------------------------------------------

FLAT_KEYS = [0, -1, slice(1, 5, 2), slice(None, None, -1), [4, 0, 0], ..., np.arange(6) % 2 == 0]


@pytest.mark.parametrize("key", FLAT_KEYS, ids=str)
@pytest.mark.parametrize("order", ["C", "F"])
def test_flat(key, order):
    a = np.array(np.arange(6.0).reshape(2, 3) + 1, order=order)
    t = mg.tensor(a)
    np.testing.assert_array_equal((+t).flat[key].data, a.flat[key])
    for values in (7.0, [7.0, 8.0]):
        want = a.copy()
        want.flat[key] = values if np.arange(6)[key].ndim else np.ravel(values)[0]
        u = +t
        view = u.T
        u.flat[key] = mg.tensor(values)
        np.testing.assert_array_equal(u.data, want)
        np.testing.assert_array_equal(view.data, want.T)
    check_grad(lambda t: t.flat[key] ** 2, a)

    def write(t, values):
        t.flat[key] = values**2
        return t * t

    check_grad(write, a, 3.0)


def test_flat_as_an_iterator():
    t = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    flat = t.flat
    assert len(flat) == 4
    assert flat.base is t
    assert next(flat).item() == 1.0
    assert flat.index == 1
    assert flat.coords == (0, 1)
    sum(x * x for x in flat).backward()
    np.testing.assert_array_equal(t.grad, [[0.0, 4.0], [6.0, 8.0]])
    np.testing.assert_array_equal(t.flat.copy().data, [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(np.asarray(t.flat), [1.0, 2.0, 3.0, 4.0])
    assert [x.item() for x in mg.tensor(5.0).flat] == [5.0]


def test_flat_as_a_whole_and_out_of_range():
    t = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    u = +t
    u.flat = [1.0, 5.0]
    np.testing.assert_array_equal(u.data, [[1.0, 5.0], [1.0, 5.0]])
    with pytest.raises(IndexError):
        u.flat[4]
    with pytest.raises(IndexError):
        u.flat[4] = 1.0
    with pytest.raises(ValueError, match="empty"):
        u.flat[:2] = []
    scalar = +mg.tensor(2.0)
    scalar.flat[0] = 3.0
    assert scalar.item() == 3.0
    leaf = mg.tensor([[1.0, 2.0]])
    with mg.no_autodiff:
        leaf.flat[0] = 9.0
    np.testing.assert_array_equal(leaf.data, [[9.0, 2.0]])
