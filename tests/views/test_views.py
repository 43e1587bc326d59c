"""Views: what is one, whose it is, what gradient it shows, and that it stays one."""

import gc
import weakref

import numpy as np
import pytest

import mygrad as mg
from _helpers import check_gradients, gradients, numerical_grad
from mygrad import tensor

A = np.arange(6.0).reshape(2, 3)

VIEWS = {
    "slice": lambda x: x[:, 1:],
    "integer": lambda x: x[1],
    "negative step": lambda x: x[::-1, ::-2],
    "newaxis": lambda x: x[None],
    "ellipsis": lambda x: x[...],
    "element with ellipsis": lambda x: x[0, 0, ...],
    "empty tuple": lambda x: x[()],
    "nothing": lambda x: x[2:],
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "reshape method": lambda x: x.reshape(-1),
    "reshape to the same": lambda x: x.reshape(2, 3),
    "ravel": np.ravel,
    "ravel method": lambda x: x.ravel(),
    "transpose": np.transpose,
    "transpose method": lambda x: x.transpose(1, 0),
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "expand_dims": lambda x: np.expand_dims(x, (0, -1)),
    "squeeze of nothing": np.squeeze,
    "squeeze": lambda x: np.squeeze(x[None, :1]),
    "atleast_3d": np.atleast_3d,
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 2, 3)),
    "diagonal by einsum": lambda x: np.einsum("ii->i", x[:, :2]),
    "transpose by einsum": lambda x: np.einsum("ij->ji", x),
    "permute_dims": lambda x: np.permute_dims(x, (1, 0)),
    "view of a view": lambda x: x.T[1:].reshape(-1, 2)[0],
}

COPIES = {
    "flatten": lambda x: x.flatten(),
    "copy": lambda x: x.copy(),
    "roll": lambda x: np.roll(x, 1),
    "repeat": lambda x: np.repeat(x, 1),
    "concatenate": lambda x: np.concatenate([x]),
    "positive": lambda x: +x,
    "add": lambda x: x + 0,
    "integer array": lambda x: x[[0, 1]],
    "mask": lambda x: x[A >= 0],
    "element": lambda x: x[0, 0],
    "sum of no axes": lambda x: np.sum(x, axis=()),
    "reshape that copies": lambda x: x.T.reshape(-1),
    "ravel that copies": lambda x: np.ravel(x.T),
    "where": lambda x: np.where(True, x, 0),
    "einsum of two": lambda x: np.einsum("ij,j->ij", x, np.ones(3)),
    "clip": lambda x: np.clip(x, -9, 9),
    "maximum": lambda x: np.maximum(x, -9),
    "astype": lambda x: x.astype(float),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_views_know_their_base_and_share_its_memory(view):
    x = tensor(A)
    v = view(x)
    expected = view(A)
    assert isinstance(v, mg.Tensor)
    # Where NumPy returns the array itself, so do we the tensor.
    assert v is x if expected is A else v.base is x
    assert v.shape == expected.shape
    assert np.shares_memory(v.data, x.data) == (v.size > 0)
    np.testing.assert_array_equal(v.data, expected)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_views_carry_gradients(view):
    weights = np.cos(np.arange(view(A).size)).reshape(view(A).shape)
    check_gradients(lambda x: view(x) * weights, A)
    check_gradients(lambda x: view(x) ** 2 * weights, A)


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_copies_have_no_base_and_their_own_memory(copy):
    x = tensor(A)
    y = copy(x)
    assert y.base is None
    assert not np.shares_memory(x.data, y.data)
    x[...] = 9.0
    np.testing.assert_array_equal(y.data, copy(A))


def test_the_base_is_the_owner_never_a_view():
    x = tensor(A)
    v = x[1:]
    w = v.T
    u = w[0]
    assert v.base is x and w.base is x and u.base is x
    assert x.base is None


def test_an_operations_result_owns_its_memory():
    x = tensor(A)
    y = x * 2
    assert y.base is None
    v = y[0]
    assert v.base is y


def test_tensor_over_a_view_of_an_array_has_no_base():
    a = np.arange(4.0)
    assert tensor(a[:2], copy=False).base is None


def test_atleast_1d_of_a_vector_is_itself():
    x = tensor([1.0, 2.0])
    y = np.atleast_1d(x)
    assert y is x or y.base is x


def test_constants_follow_the_base():
    c = tensor(A, constant=True)
    assert c[0].constant
    assert c.T.constant
    assert not tensor(A)[0].constant


# ----------------------------------------------------------------------------------------
# Gradients of views
# ----------------------------------------------------------------------------------------


def test_gradient_of_a_view_outside_the_graph():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (x * x).backward()
    np.testing.assert_array_equal(v.grad, [2.0, 4.0])
    np.testing.assert_array_equal(x[1:].grad, [4.0, 6.0])


def test_gradient_of_a_view_in_the_graph():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (v * v).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0, 0.0])
    np.testing.assert_array_equal(v.grad, [2.0, 4.0])


def test_gradient_of_a_view_is_a_view_of_the_gradient():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (v * v).backward()
    assert np.shares_memory(v.grad, x.grad)
    assert v.grad.base is x.grad
    assert x.grad.base is None
    x.grad[0] = 7.0
    assert v.grad[0] == 7.0


def test_backward_of_a_view():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    v.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0, 0.0])
    np.testing.assert_array_equal(v.grad, [1.0, 1.0])
    v.backward([2.0, 3.0])
    np.testing.assert_array_equal(x.grad, [2.0, 3.0, 0.0])


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_gradient_of_every_view_is_the_same_view_of_the_gradient(view):
    x = tensor(A)
    v = view(x)
    (x * x).backward()
    np.testing.assert_array_equal(v.grad, view(2 * A))
    np.testing.assert_array_equal(x.grad, 2 * A)


def test_a_view_has_no_gradient_while_its_base_has_none():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    assert v.grad is None
    (v * v).backward()
    x.null_grad()
    assert x.grad is None
    assert v.grad is None


def test_using_the_base_nulls_the_gradient_of_both():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (v * v).backward()
    _ = x * 2
    assert x.grad is None
    assert v.grad is None


def test_using_a_view_keeps_the_gradient_of_the_base():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (x * x).backward()
    _ = v * 2
    np.testing.assert_array_equal(x.grad, [2.0, 4.0, 6.0])


def test_a_view_follows_the_gradients_of_its_base():
    x = tensor([1.0, 2.0, 3.0])
    v = x[1:]
    (x**2).backward()
    np.testing.assert_array_equal(v.grad, [4.0, 6.0])
    (x**3).backward()
    np.testing.assert_array_equal(v.grad, [12.0, 27.0])


def test_gradient_of_a_view_beside_a_transpose():
    x = tensor(np.ones((2, 2))) * 1
    r = x.reshape(-1)
    (r.sum() + x.T.sum()).backward()
    np.testing.assert_array_equal(r.grad, [2.0, 2.0, 2.0, 2.0])
    np.testing.assert_array_equal(x.grad, [[2.0, 2.0], [2.0, 2.0]])


def test_gradient_of_a_view_of_an_interior():
    x = tensor([1.0, 2.0, 3.0])
    y = x * 2
    v = y[1:]
    (y * y).backward()
    np.testing.assert_array_equal(v.grad, [8.0, 12.0])
    np.testing.assert_array_equal(x.grad, [8.0, 16.0, 24.0])


@pytest.mark.parametrize("order", ["C", "F"])
def test_gradients_of_overlapping_views(order):
    a = np.array(np.arange(12.0).reshape(3, 4), order=order)
    check_gradients(lambda x: (x[:2] * x[1:]).sum(axis=0) * x.T[:, 0] + x[::-1][0] ** 2, a)


def test_gradients_flow_through_base_and_views_at_once():
    check_gradients(lambda x: x * x.sum() + x[::-1] * x[0], np.array([1.0, 2.0, 3.0]))


# ----------------------------------------------------------------------------------------
# A view stays a view
# ----------------------------------------------------------------------------------------


def test_writes_are_shared_before_a_graph_exists():
    x = tensor(np.arange(4.0))
    v = x[:2]
    v[0] = 7.0
    np.testing.assert_array_equal(x.data, [7.0, 1.0, 2.0, 3.0])
    x[1] = 8.0
    np.testing.assert_array_equal(v.data, [7.0, 8.0])


USES = {
    "through the view": lambda x, v: (v * v).backward(),
    "through the base": lambda x, v: (x * x).backward(),
    "through both": lambda x, v: (x.sum() * v).backward(),
    "the view itself": lambda x, v: v.backward(),
    "the base itself": lambda x, v: x.backward(),
    "cleared": lambda x, v: (v * v).clear_graph(),
    "retained": lambda x, v: (v * v).backward(retain_graph=True),
    "dropped": lambda x, v: v * v,
    "untracked": lambda x, v: mg.no_autodiff(lambda: v * v)(),
}


@pytest.mark.parametrize("interior", [False, True])
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_view_stays_one_after_backward(use, interior):
    x = tensor(np.arange(4.0))
    if interior:
        x = x * 1
    v = x[:2]
    use(x, v)
    assert v.base is x
    v *= 10
    np.testing.assert_array_equal(x.data, [0.0, 10.0, 2.0, 3.0])
    x[0] = 5.0
    np.testing.assert_array_equal(v.data, [5.0, 10.0])
    x += 1
    np.testing.assert_array_equal(v.data, [6.0, 11.0])
    v[...] = [1.0, 2.0]
    np.testing.assert_array_equal(x.data, [1.0, 2.0, 3.0, 4.0])
    assert v.base is x
    assert np.shares_memory(v.data, x.data)
    (v * v).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0, 0.0, 0.0])
    np.testing.assert_array_equal(v.grad, [2.0, 4.0])


def test_computing_with_a_view_after_backward():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (x**2).backward()
    y = v * 2
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0, 0.0])
    np.testing.assert_array_equal(v.grad, [2.0, 2.0])


def test_computing_with_a_view_that_was_in_the_cleared_graph():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (v * v).backward()
    assert v.base is x
    w = v[:1]
    assert w.base is x
    (v * 3).sum().backward()
    np.testing.assert_array_equal(x.grad, [3.0, 3.0, 0.0])


def test_view_of_a_cleared_interior_is_a_view_of_a_leaf():
    x = tensor([1.0, 2.0, 3.0])
    y = x * 2
    v = y[:2]
    y.sum().backward()
    (v * v).backward()
    np.testing.assert_array_equal(y.grad, [4.0, 8.0, 0.0])
    np.testing.assert_array_equal(x.grad, [2.0, 2.0, 2.0])


def test_training_on_slices_of_a_parameter_vector():
    p = tensor(np.array([0.5, -0.5, 1.0]))
    w, b = p[:2], p[2:]
    data = np.array([[1.0, 2.0], [3.0, -1.0]])
    plain = p.data.copy()
    for _ in range(5):
        loss = ((data @ w + b) ** 2).sum()
        loss.backward()
        (expected,) = numerical_grad(lambda p: (data @ p[:2] + p[2:]) ** 2, plain)
        np.testing.assert_allclose(p.grad, expected, rtol=1e-6)
        step = 0.01 * p.grad
        plain = plain - step
        w -= step[:2]
        b -= step[2:]
        np.testing.assert_array_equal(p.data, plain)
        np.testing.assert_array_equal(w.data, plain[:2])


def test_a_view_keeps_its_base_alive_and_not_the_reverse():
    gc.disable()
    try:
        x = tensor(np.arange(3.0))
        v = x[1:]
        reference = weakref.ref(v)
        del v
        assert reference() is None
        v = x[1:]
        del x
        v[0] = 7.0
        np.testing.assert_array_equal(v.base.data, [0.0, 7.0, 2.0])
    finally:
        gc.enable()


def test_views_made_without_autodiff_share_memory_and_have_no_base():
    x = tensor(np.arange(3.0))
    with mg.no_autodiff:
        v = x[1:]
        assert v.base is None
        assert np.shares_memory(v.data, x.data)
        v[0] = 9.0
        np.testing.assert_array_equal(x.data, [0.0, 9.0, 2.0])
    assert v.base is None


def test_second_order_through_views():
    a = np.array([0.5, 1.5, -2.0])

    def first(a):
        return gradients(lambda x: x[1:] ** 2 * x[:-1], a)[1][0] * np.array([1.0, -2.0, 3.0])

    x = tensor(a)
    (x[1:] ** 2 * x[:-1]).backward(create_graph=True)
    (x.grad * np.array([1.0, -2.0, 3.0])).backward()
    np.testing.assert_allclose(np.asarray(x.grad), numerical_grad(first, a)[0], rtol=1e-6)


def test_the_diagonal_of_a_view_whose_memory_is_locked():
    x = mg.tensor(0.5)
    view = x.squeeze()
    x.shape = (1, 1)
    view /= 2.0
    diagonal = np.einsum("ii->i", view)
    handed = x.reshape(1, 1).data
    again = np.einsum("ii->i", view)
    (diagonal + again).sum().backward()
    np.testing.assert_array_equal(again.data, handed[0])
    again[...] = 3.0
    np.testing.assert_array_equal(x.data, [[3.0]])
