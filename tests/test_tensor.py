"""`mygrad.Tensor` as an object: construction, attributes, methods, operators, conversions."""

import copy
import operator
import pickle
import weakref

import numpy as np
import pytest

import mygrad as mg
from _helpers import check_gradients, numerical_grad
from mygrad import Tensor, tensor

FLOATS = (np.float16, np.float32, np.float64, np.longdouble)


def outcome(f, x):
    """What a call gives: a value, or the type of what it raises."""
    try:
        return f(x)
    except Exception as error:
        return type(error)


# ----------------------------------------------------------------------------------------
# Construction
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "dtype", "constant"),
    [
        (1.0, np.float64, False),
        (1, np.int64, True),
        (True, np.bool_, True),
        ([], np.float64, False),
        ([1, 2], np.int64, True),
        ([1, 2.0], np.float64, False),
        (np.float32(1), np.float32, False),
        (np.uint8(1), np.uint8, True),
    ],
)
def test_constant_is_inferred_from_the_dtype(data, dtype, constant):
    t = tensor(data)
    assert t.dtype == dtype
    assert t.constant is constant
    assert isinstance(t, Tensor)
    assert isinstance(t.data, np.ndarray)
    np.testing.assert_array_equal(t.data, data)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("constant", [True, False])
def test_floats_may_be_constant_or_not(dtype, constant):
    t = tensor([1, 2], dtype=dtype, constant=constant)
    assert t.dtype == dtype
    assert t.constant is constant


@pytest.mark.parametrize("data", [1, [1, 2], True, np.zeros(2, np.int8)])
def test_integers_cannot_be_nonconstant(data):
    with pytest.raises(ValueError):
        tensor(data, constant=False)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("hello", "str|U5"),
        (None, "object"),
        ([None, 1.0], "object"),
        (np.array(["2020"], "M8[Y]"), "datetime64"),
        (np.array([1], "m8[s]"), "timedelta64"),
        (np.zeros(2, [("a", float)]), "void|a"),
    ],
)
def test_other_dtypes_are_refused_by_name(data, word):
    with pytest.raises(TypeError, match=word):
        tensor(data)


def test_ragged_lists_raise_numpys_error():
    with pytest.raises(ValueError):
        tensor([[1.0], [1.0, 2.0]])


@pytest.mark.parametrize("constant", [1, 0, "x", np.array(True)])
def test_constant_must_be_bool_or_none(constant):
    with pytest.raises(TypeError):
        tensor([1.0], constant=constant)


def test_dtype_is_positional_for_tensor_but_not_for_the_class():
    assert tensor([1], float).dtype == np.float64
    assert Tensor([1], dtype=float).dtype == np.float64
    with pytest.raises(TypeError):
        Tensor([1], float)


def test_construction_copies():
    a = np.array([1.0, 2.0])
    t = tensor(a)
    a[0] = 9.0
    np.testing.assert_array_equal(t.data, [1.0, 2.0])


def test_construction_keeps_fortran_order():
    a = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert tensor(a).data.flags.f_contiguous


@pytest.mark.parametrize(
    "a", [np.ma.array([1.0, 2.0]), np.arange(4.0).reshape(2, 2).view(np.recarray)]
)
def test_subclasses_become_plain_arrays(a):
    assert type(tensor(a).data) is np.ndarray


@pytest.mark.parametrize("make", [lambda a: tensor(a, copy=False), mg.astensor])
def test_without_copy_the_array_is_taken_as_it_is(make):
    a = np.array([1.0, 2.0])
    assert make(a).data is a


def test_tensor_of_a_tensor_is_a_new_leaf():
    x = tensor([1.0, 2.0])
    y = 2 * x
    t = tensor(y)
    assert t.creator is None
    assert t is not y
    assert not np.shares_memory(t.data, y.data)
    (t * t).backward()
    np.testing.assert_array_equal(t.grad, [4.0, 8.0])
    assert x.grad is None


def test_tensor_of_a_tensor_infers_constant_anew():
    assert tensor(tensor([1.0], constant=True)).constant is False


@pytest.mark.parametrize("make", [lambda t: tensor(t, copy=False), mg.astensor])
def test_without_copy_a_tensor_is_itself(make):
    x = tensor([1.0, 2.0])
    y = 2 * x
    assert make(x) is x
    assert make(y) is y
    make(y).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])
    assert make(x) is x
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


def test_astensor_with_another_constant_is_a_new_leaf_on_the_same_array():
    x = tensor([1.0, 2.0])
    c = mg.astensor(x, constant=True)
    assert c is not x
    assert c.constant
    assert c.creator is None
    assert np.shares_memory(c.data, x.data)
    assert x.constant is False


def test_astensor_with_another_dtype_is_another_tensor():
    x = tensor([1.0, 2.0])
    y = mg.astensor(x, dtype=np.float32)
    assert y is not x
    assert y.dtype == np.float32


def test_the_class_always_makes_a_new_object():
    x = tensor([1.0])
    y = Tensor(x, copy=False)
    assert y is not x
    assert np.shares_memory(x.data, y.data)


@pytest.mark.parametrize(("ndmin", "shape"), [(0, (2,)), (1, (2,)), (3, (1, 1, 2)), (-1, (2,))])
def test_ndmin(ndmin, shape):
    assert tensor([1.0, 2.0], ndmin=ndmin).shape == shape


def test_ndmin_must_be_an_integer():
    with pytest.raises(TypeError):
        tensor([1.0], ndmin=1.5)


def test_ndmin_without_copy_is_a_view_of_the_tensor():
    x = tensor([1.0, 2.0])
    v = tensor(x, copy=False, ndmin=2)
    assert v.shape == (1, 2)
    assert v.base is x
    (v * v).backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_asarray_returns_the_array():
    x = tensor([1.0, 2.0])
    assert mg.asarray(x) is x.data
    assert type(mg.asarray([1, 2])) is np.ndarray
    assert mg.asarray(x, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize("f", [mg.ones_like, mg.zeros_like, mg.empty_like])
@pytest.mark.parametrize(
    ("other", "constant"),
    [
        (np.arange(3.0), False),
        ([1.0, 2.0], False),
        (np.arange(3), True),
        (np.array([True]), True),
        (tensor([1.0, 2.0]), False),
        (tensor([1.0, 2.0]).astype(np.float32), False),
        (tensor([1, 2]), True),
    ],
)
def test_like_functions_are_nonconstant_for_floats(f, other, constant):
    t = f(other)
    assert isinstance(t, Tensor)
    assert t.constant is constant
    assert t.shape == np.shape(other)
    assert t.dtype == mg.asarray(other).dtype


@pytest.mark.parametrize("constant", [True, False])
def test_like_functions_obey_constant(constant):
    assert mg.ones_like(np.arange(3.0), constant=constant).constant is constant
    assert mg.full_like(np.arange(3.0), 2, constant=constant).constant is constant


def test_full_like():
    t = mg.full_like(np.arange(3.0), 2)
    np.testing.assert_array_equal(t.data, [2.0, 2.0, 2.0])
    assert not t.constant


@pytest.mark.parametrize("f", [mg.ones, mg.zeros, mg.empty])
def test_shape_constructors_default_to_float32(f):
    t = f((2, 3))
    assert t.shape == (2, 3)
    assert t.dtype == np.float32
    assert not t.constant
    assert f(2, dtype=int).constant


@pytest.mark.parametrize(
    ("f", "args"),
    [
        ("eye", (3,)),
        ("eye", (2, 3, 1)),
        ("identity", (3,)),
        ("arange", (4,)),
        ("arange", (4.0,)),
        ("arange", (1.0, 4.0, 0.5)),
        ("linspace", (0.0, 1.0, 5)),
        ("logspace", (0.0, 1.0, 5)),
        ("geomspace", (1.0, 16.0, 5)),
        ("full", ((2, 2), 3.5)),
        ("full", (2, 3)),
    ],
)
def test_creation_follows_numpy(f, args):
    t = getattr(mg, f)(*args)
    expected = getattr(np, f)(*args)
    np.testing.assert_array_equal(t.data, expected)
    assert t.dtype == expected.dtype
    assert t.constant is (expected.dtype.kind != "f")


# ----------------------------------------------------------------------------------------
# Attributes
# ----------------------------------------------------------------------------------------


def test_array_attributes():
    a = np.arange(6.0).reshape(2, 3)
    t = tensor(a)
    assert (t.shape, t.ndim, t.size, t.dtype) == (a.shape, a.ndim, a.size, a.dtype)
    assert len(t) == 2


def test_a_new_tensor_has_no_history():
    t = tensor([1.0])
    assert t.grad is None
    assert t.base is None
    assert t.creator is None


def test_creator_is_set_by_operations():
    x = tensor([1.0])
    assert (x * 2).creator is not None


@pytest.mark.parametrize("name", ["grad", "constant", "creator", "base", "ndim", "dtype", "size"])
def test_read_only_attributes(name):
    t = tensor([1.0])
    with pytest.raises(AttributeError):
        setattr(t, name, None)


def test_data_is_an_array_even_for_one_number():
    assert type(tensor(1.0).data) is np.ndarray
    assert type((tensor(1.0) * 2).data) is np.ndarray
    assert type(tensor([1.0, 2.0]).sum().data) is np.ndarray


def test_data_can_be_assigned_outside_a_graph():
    t = tensor([1.0, 2.0])
    t.data = np.array([3.0, 4.0])
    np.testing.assert_array_equal(t.data, [3.0, 4.0])
    (t * t).backward()
    np.testing.assert_array_equal(t.grad, [6.0, 8.0])


def test_data_assigned_to_a_view_is_written_to_its_base():
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    v.data = np.array([5.0, 6.0])
    np.testing.assert_array_equal(x.data, [5.0, 6.0, 3.0])
    assert v.base is x and x.creator is None
    v.data -= 1.0
    np.testing.assert_array_equal(x.data, [4.0, 5.0, 3.0])
    with pytest.raises(ValueError):
        v.data = np.ones(3)
    (x * x).backward()
    np.testing.assert_array_equal(v.grad, [8.0, 10.0])


@pytest.mark.parametrize("constant", [False, True])
def test_data_of_another_dtype_ends_a_view(constant):
    x = tensor([1.0, 2.0, 3.0], constant=constant)
    v = x.reshape(1, 3)
    w = x[:2]
    y = v * v
    v.data = v.data.astype(np.float32)
    assert v.dtype == np.float32 and v.base is None and v.constant is constant
    assert w.base is x and x.dtype == float
    v.data[0, 0] = 7.0
    v *= 10
    np.testing.assert_array_equal(v, [[70, 20, 30]])
    np.testing.assert_array_equal(x, [1, 2, 3])
    (v * tensor([1.0, 2.0, 3.0])).backward()
    y.backward()
    if constant:
        assert v.grad is None and x.grad is None
    else:
        assert v.grad.dtype == np.float32
        np.testing.assert_array_equal(v.grad, [[1, 2, 3]])
        np.testing.assert_array_equal(x.grad, [2, 4, 6])


def test_own_attributes_and_weak_references():
    t = tensor([1.0])
    t.label = "hare"
    assert t.label == "hare"
    reference = weakref.ref(t)
    assert reference() is t
    del t
    assert reference() is None


def test_unhashable():
    with pytest.raises(TypeError, match="unhashable type: 'Tensor'"):
        hash(tensor(1.0))


def test_array_priority_is_above_that_of_masked_arrays():
    assert tensor(1.0).__array_priority__ > 15


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4)])
def test_transposed_attribute(shape):
    a = np.arange(float(np.prod(shape))).reshape(shape)
    t = tensor(a)
    assert t.T is not t
    assert t.T.base is t
    np.testing.assert_array_equal(t.T.data, np.transpose(a))


def test_matrix_transpose():
    a = np.arange(24.0).reshape(2, 3, 4)
    weights = np.linspace(1, 2, 24).reshape(2, 4, 3)
    np.testing.assert_array_equal(tensor(a).mT.data, a.mT)
    check_gradients(lambda x: x.mT * weights, a)
    with pytest.raises(ValueError):
        _ = tensor([1.0]).mT


def test_real_and_imag():
    x = tensor([1.0, -2.0])
    (x.real * x).backward()
    np.testing.assert_array_equal(x.grad, [2.0, -4.0])
    np.testing.assert_array_equal(np.asarray(x.imag), [0.0, 0.0])


# ----------------------------------------------------------------------------------------
# Methods
# ----------------------------------------------------------------------------------------

A = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])
SQUARE = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75], [1.25, -2.5, 4.0]])


DIFFERENTIABLE = [
    ("sum", (), {}),
    ("sum", (0,), {}),
    ("sum", (), {"axis": (0, 1), "keepdims": True}),
    ("mean", (), {"axis": 1}),
    ("prod", (), {"axis": 0}),
    ("max", (), {"axis": 1}),
    ("min", (), {}),
    ("var", (), {"axis": 1}),
    ("std", (), {"axis": 0, "ddof": 1}),
    ("cumsum", (), {"axis": 1}),
    ("cumsum", (), {}),
    ("cumprod", (), {"axis": 0}),
    ("clip", (-1.0, 1.0), {}),
    ("flatten", (), {}),
    ("ravel", (), {}),
    ("reshape", (3, 2), {}),
    ("reshape", ((3, 2),), {}),
    ("reshape", (-1,), {}),
    ("squeeze", (), {}),
    ("transpose", (), {}),
    ("transpose", (1, 0), {}),
    ("transpose", ((1, 0),), {}),
    ("swapaxes", (0, 1), {}),
    ("copy", (), {}),
    ("astype", (float,), {}),
    ("diagonal", (), {}),
    ("diagonal", (1,), {}),
    ("trace", (), {}),
    ("trace", (-1,), {}),
    ("take", ([0, 1, 1],), {}),
    ("take", ([[2, 0]],), {"axis": 1}),
    ("repeat", (2,), {}),
    ("repeat", ([1, 0, 2],), {"axis": 1}),
    ("dot", (np.arange(6.0).reshape(3, 2),), {}),
    ("dot", (2.0,), {}),
    ("conj", (), {}),
]


@pytest.mark.parametrize(("name", "args", "kwargs"), DIFFERENTIABLE)
def test_methods_have_numpys_values_and_right_gradients(name, args, kwargs):
    expected = np.asarray(getattr(A, name)(*args, **kwargs))
    weights = np.cos(np.arange(expected.size)).reshape(expected.shape)
    x = tensor(A)
    y = getattr(x, name)(*args, **kwargs)
    assert isinstance(y, Tensor)
    assert y.shape == expected.shape
    np.testing.assert_array_equal(y.data, expected)
    (y * weights).backward()
    (grad,) = numerical_grad(lambda a: getattr(a, name)(*args, **kwargs) * weights, A)
    np.testing.assert_allclose(x.grad, grad, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("all", (), {}),
        ("all", (), {"axis": 0, "keepdims": True}),
        ("any", (), {}),
        ("any", (), {"axis": 1}),
        ("argmax", (), {}),
        ("argmax", (1,), {}),
        ("argmin", (), {"axis": 0}),
        ("argsort", (), {}),
        ("argsort", (0,), {}),
        ("round", (), {}),
        ("round", (1,), {}),
    ],
)
def test_piecewise_constant_methods_return_plain_values(name, args, kwargs):
    result = getattr(tensor(A), name)(*args, **kwargs)
    expected = getattr(A, name)(*args, **kwargs)
    assert not isinstance(result, Tensor)
    np.testing.assert_array_equal(result, expected)
    assert np.asarray(result).dtype == np.asarray(expected).dtype


def test_moveaxis_method():
    a = np.arange(24.0).reshape(2, 3, 4)
    x = tensor(a)
    y = x.moveaxis(0, -1)
    np.testing.assert_array_equal(y.data, np.moveaxis(a, 0, -1))
    assert y.base is x


@pytest.mark.parametrize("axis", [-1, 0])
def test_sort_works_in_place_and_carries_gradients(axis):
    def f(a):
        a.sort(axis)
        return a * SQUARE.T

    check_gradients(f, SQUARE)
    x = tensor([2.0, 1.0])
    assert x.sort() is None


@pytest.mark.parametrize("data", [1.5, [1.0, 2.0], [[1, 2], [3, 4]]])
def test_tolist(data):
    result = tensor(data).tolist()
    assert result == data
    assert type(result) is type(data)


@pytest.mark.parametrize(("data", "kind"), [(1.5, float), ([2], int), ([[True]], bool)])
def test_item(data, kind):
    assert tensor(data).item() == np.asarray(data).item()
    assert type(tensor(data).item()) is kind


def test_item_of_many_elements():
    with pytest.raises(ValueError):
        tensor([1.0, 2.0]).item()


def test_reshape_needs_a_shape():
    with pytest.raises(TypeError):
        tensor([1.0]).reshape()
    with pytest.raises(TypeError):
        tensor([1.0, 2.0]).reshape((1,), 2)


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize(
    ("name", "args"),
    [("sum", ()), ("reshape", (3, 2)), ("flatten", ()), ("copy", ()), ("clip", (0, 1))],
)
def test_methods_take_constant(name, args, constant):
    assert getattr(tensor(A), name)(*args, constant=constant).constant is constant


def test_copy_carries_the_gradient():
    for make in (Tensor.copy, np.copy):
        x = tensor([1.0, 2.0])
        y = make(x)
        assert isinstance(y, Tensor)
        assert not np.shares_memory(x.data, y.data)
        y[0] = 7.0
        np.testing.assert_array_equal(x.data, [1.0, 2.0])
        (y * y).backward()
        np.testing.assert_array_equal(x.grad, [0.0, 4.0])


@pytest.mark.parametrize("constant", [True, False])
def test_copy_keeps_the_constant_flag(constant):
    assert tensor([1.0], constant=constant).copy().constant is constant
    assert copy.copy(tensor([1.0], constant=constant)).constant is constant
    assert copy.deepcopy(tensor([1.0], constant=constant)).constant is constant


def test_astype_carries_the_gradient_between_floats():
    x = tensor([1.0, 2.0])
    y = x.astype(np.float32)
    assert y.dtype == np.float32
    (y * y).backward()
    assert y.grad.dtype == np.float32
    assert x.grad.dtype == np.float64
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_astype_to_integers_gives_a_constant():
    y = tensor([1.5, -2.5]).astype(int)
    assert isinstance(y, Tensor)
    assert y.constant
    np.testing.assert_array_equal(y.data, [1, -2])


def test_astype_of_integers_to_floats_is_like_a_new_float_tensor():
    y = tensor([1, 2]).astype(float)
    assert y.dtype == np.float64
    assert tensor([1, 2]).astype(float, constant=False).constant is False
    assert tensor([1, 2]).astype(float, constant=True).constant is True


def test_astype_without_copy_and_nothing_to_change_is_itself():
    x = tensor([1.0])
    assert x.astype(float, copy=False) is x


def test_astype_casting():
    with pytest.raises(TypeError):
        tensor([1.0]).astype(np.float32, casting="safe")


def test_detach_stops_the_gradient():
    x = tensor([2.0, 3.0])
    y = x * x
    d = y.detach()
    assert d.creator is None
    np.testing.assert_array_equal(d.data, y.data)
    (d * x).backward()
    np.testing.assert_array_equal(x.grad, [4.0, 9.0])
    assert Tensor.detach.__doc__


def test_null_grad_drops_the_gradient_and_returns_self():
    x = tensor([1.0])
    (2 * x).backward()
    assert x.null_grad() is x
    assert x.grad is None


def test_null_grad_after_a_new_shape():
    x = tensor([1.0, 2.0])
    x.shape = (2, 1)
    (x * x).backward()
    assert x.null_grad().grad is None


def test_null_gradients_is_deprecated():
    x = tensor([1.0])
    (2 * x).backward()
    with pytest.warns(FutureWarning):
        x.null_gradients()
    np.testing.assert_array_equal(x.grad, [2.0])


# ----------------------------------------------------------------------------------------
# New leaves: copy, deepcopy, pickle
# ----------------------------------------------------------------------------------------

REMAKE = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda t: pickle.loads(pickle.dumps(t)),
    "pickle protocol 2": lambda t: pickle.loads(pickle.dumps(t, protocol=2)),
}


@pytest.fixture(params=REMAKE.values(), ids=REMAKE)
def remake(request):
    return request.param


def test_remade_leaves_keep_data_grad_and_constant(remake):
    x = tensor([1.0, 2.0])
    (x * x).backward()
    t = remake(x)
    assert type(t) is Tensor
    assert not np.shares_memory(t.data, x.data)
    assert not np.shares_memory(t.grad, x.grad)
    np.testing.assert_array_equal(t.data, x.data)
    np.testing.assert_array_equal(t.grad, [2.0, 4.0])
    assert remake(tensor([1.0], constant=True)).constant
    assert remake(tensor([1, 2])).dtype == np.int64


def test_remade_tensors_of_a_graph_are_leaves(remake):
    x = tensor([1.0, 2.0])
    y = x * x
    z = remake(y)
    w = remake(x)
    assert z.creator is None
    (z * 3).backward()
    assert x.grad is None
    np.testing.assert_array_equal(z.grad, [3.0, 3.0])
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    assert w.grad is None


def test_remade_views_are_leaves_with_their_gradient(remake):
    x = tensor([1.0, 2.0, 3.0])
    v = x[:2]
    (x * x).backward()
    t = remake(v)
    assert t.base is None
    np.testing.assert_array_equal(t.data, [1.0, 2.0])
    np.testing.assert_array_equal(t.grad, [2.0, 4.0])
    t[0] = 9.0
    np.testing.assert_array_equal(x.data, [1.0, 2.0, 3.0])


# ----------------------------------------------------------------------------------------
# Operators
# ----------------------------------------------------------------------------------------

BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.pow,
    operator.mod,
]
OTHERS = [2, 2.5, [1.5, 2.5], np.array([1.5, 2.5]), np.float64(2), np.array(2), (1.0, 2.0)]


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("other", OTHERS, ids=repr)
@pytest.mark.parametrize("reflected", [False, True])
def test_binary_operators(op, other, reflected):
    a = np.array([0.8, 1.75])

    def f(x):
        return op(other, x) if reflected else op(x, other)

    x = tensor(a)
    y = f(x)
    assert isinstance(y, Tensor)
    np.testing.assert_array_equal(y.data, f(a))
    y.backward()
    np.testing.assert_allclose(x.grad, numerical_grad(f, a)[0], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("op", BINARY)
def test_binary_operators_of_two_tensors(op):
    check_gradients(op, np.array([0.75, 1.75]), np.array([1.25, 0.5]))
    check_gradients(op, np.array([[0.75], [1.75]]), np.array([1.25, 0.5, 3.5]))


def test_mod_by_a_tensor():
    x, y = tensor([5.5, -5.5]), tensor([2.0, 2.0])
    (x % y).backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])
    np.testing.assert_array_equal(y.grad, [-2.0, 3.0])


def test_divmod():
    x, y = tensor([5.5, -5.5]), tensor([2.0, 2.0])
    quotient, remainder = divmod(x, y)
    assert type(quotient) is np.ndarray
    np.testing.assert_array_equal(quotient, [2.0, -3.0])
    np.testing.assert_array_equal(remainder.data, [1.5, 0.5])
    remainder.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])
    np.testing.assert_array_equal(y.grad, [-2.0, 3.0])


def test_reflected_divmod():
    x = tensor([2.0])
    quotient, remainder = divmod(7.5, x)
    np.testing.assert_array_equal(quotient, [3.0])
    remainder.backward()
    np.testing.assert_array_equal(x.grad, [-3.0])


@pytest.mark.parametrize("op", [operator.neg, operator.pos, operator.abs])
def test_unary_operators(op):
    check_gradients(op, np.array([1.5, -2.5]))
    x = tensor([1.5, -2.5])
    assert op(x) is not x
    assert not np.shares_memory(op(x).data, x.data)


@pytest.mark.parametrize(
    ("left", "right"), [((2, 3), (3, 2)), ((3,), (3,)), ((3,), (3, 2)), ((2, 2, 3), (3,))]
)
def test_matmul(left, right):
    a = np.linspace(-1, 1, int(np.prod(left))).reshape(left)
    b = np.linspace(1, 3, int(np.prod(right))).reshape(right)
    check_gradients(operator.matmul, a, b)


def test_matmul_with_lists_on_either_side():
    x = tensor([1.0, 2.0])
    y = [3.0, 4.0] @ x
    assert isinstance(y, Tensor)
    y.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])
    (x @ [5.0, 6.0]).backward()
    np.testing.assert_array_equal(x.grad, [5.0, 6.0])


@pytest.mark.parametrize("f", [lambda x: x // 2, lambda x: 7.5 // x, lambda x: x // x])
def test_floor_division_gives_plain_arrays(f):
    a = np.array([1.5, -2.5])
    y = f(tensor(a))
    assert type(y) is np.ndarray
    np.testing.assert_array_equal(y, f(a))


@pytest.mark.parametrize(
    "op",
    [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge],
)
@pytest.mark.parametrize("other", [2.0, [1.0, 3.0], np.array([2.0, 2.0]), tensor([2.0, 1.0])])
@pytest.mark.parametrize("reflected", [False, True])
def test_comparisons_give_plain_arrays(op, other, reflected):
    a = np.array([1.0, 2.0])
    x = tensor(a)
    plain = np.asarray(other)
    result = op(other, x) if reflected else op(x, other)
    assert type(result) is np.ndarray
    assert result.dtype == bool
    np.testing.assert_array_equal(result, op(plain, a) if reflected else op(a, plain))


def test_comparisons_keep_the_gradient():
    x = tensor([1.0, 2.0])
    (2 * x).backward()
    _ = x > 1.5, x == x, np.isnan(x), x.any(), x.argmax(), np.zeros_like(x)
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


def test_comparison_of_one_number_is_a_numpy_bool():
    assert isinstance(tensor(1.0) < 2, np.bool_)


def test_comparison_of_other_shapes_raises():
    with pytest.raises(ValueError):
        _ = tensor([1.0, 2.0]) == tensor([1.0, 2.0, 3.0])


def test_comparison_with_none():
    np.testing.assert_array_equal(tensor([1.0, 2.0]) == None, [False, False])  # noqa: E711


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("op", [*BINARY, operator.floordiv])
@pytest.mark.parametrize(
    "other", [2, 2.5, True, np.float32(2), np.float64(2), np.int8(2), np.array(2.0)], ids=repr
)
@pytest.mark.parametrize("reflected", [False, True])
def test_dtypes_follow_numpy(dtype, op, other, reflected):
    a = np.array([1.5, 2.5], dtype=dtype)
    x = tensor(a)
    result = op(other, x) if reflected else op(x, other)
    expected = op(other, a) if reflected else op(a, other)
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(mg.asarray(result), expected)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.uint8, np.bool_])
@pytest.mark.parametrize("other", [1, 2.5, np.int16(3)], ids=repr)
def test_integer_dtypes_follow_numpy(dtype, other):
    a = np.array([1, 0], dtype=dtype)
    y = tensor(a) + other
    assert y.dtype == (a + other).dtype
    assert y.constant
    np.testing.assert_array_equal(y.data, a + other)


def test_float32_with_python_scalars_has_float32_gradients():
    x = tensor([1.5, 2.5], dtype=np.float32)
    y = (2.5 * x + 1) ** 3 / 2 - 0.5
    assert y.dtype == np.float32
    y.backward()
    assert x.grad.dtype == np.float32
    expected = 3 * (2.5 * x.data + 1) ** 2 * 2.5 / 2
    np.testing.assert_allclose(x.grad, expected, rtol=1e-6)


@pytest.mark.parametrize("other", [None, "x", object()], ids=["None", "str", "object"])
@pytest.mark.parametrize("op", [operator.add, operator.mul, operator.pow])
def test_foreign_operands_are_refused(op, other):
    with pytest.raises(TypeError):
        op(tensor([1.0, 2.0]), other)
    with pytest.raises(TypeError):
        op(other, tensor([1.0, 2.0]))


@pytest.mark.parametrize(
    ("exponent", "grad"), [(0, [0, 0, 0]), (1, [1, 1, 1]), (2, [-4, 0, 6]), (3, [12, 0, 27])]
)
def test_integer_powers(exponent, grad):
    x = tensor([-2.0, 0.0, 3.0])
    (x**exponent).backward()
    np.testing.assert_array_equal(x.grad, grad)


# ----------------------------------------------------------------------------------------
# Conversions
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [0.0, 1.0, np.nan, [0.0], [2.0], [[0.0]], [0.0, 1.0], [1.0, 1.0], 0, 1, True, False]
)
def test_truth_follows_numpy(data):
    assert outcome(bool, tensor(data)) == outcome(bool, np.array(data))


def test_truth_of_many_elements_is_refused():
    with pytest.raises(ValueError, match="ambiguous"):
        bool(tensor([0.0, 1.0]))


@pytest.mark.parametrize("convert", [float, int, complex])
def test_number_conversions(convert):
    assert convert(tensor(2.7)) == convert(2.7)
    assert convert(tensor(3)) == convert(3)
    with pytest.raises(TypeError):
        convert(tensor([1.0, 2.0]))


def test_index_conversion():
    assert operator.index(tensor(2)) == 2
    assert [10, 20, 30][tensor(1)] == 20
    for t in (tensor(2.0), tensor([2, 3])):
        with pytest.raises(TypeError):
            operator.index(t)


def test_len():
    assert len(tensor([[1.0], [2.0], [3.0]])) == 3
    with pytest.raises(TypeError):
        len(tensor(1.0))


def test_iteration_yields_connected_tensors():
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    rows = list(x)
    assert all(isinstance(row, Tensor) for row in rows)
    (rows[0] * rows[1]).backward()
    np.testing.assert_array_equal(x.grad, [[3.0, 4.0], [1.0, 2.0]])
    a, b = tensor([5.0, 6.0])
    assert (a.item(), b.item()) == (5.0, 6.0)


def test_iteration_over_one_number_is_refused_at_once():
    with pytest.raises(TypeError):
        iter(tensor(1.0))


def test_containment():
    t = tensor([1.0, 2.0])
    assert 2.0 in t
    assert 3.0 not in t


@pytest.mark.parametrize(
    ("t", "text"),
    [
        (tensor(6.0), "Tensor(6.)"),
        (tensor([1.0, 2.0], dtype=np.float32), "Tensor([1., 2.], dtype=float32)"),
        (tensor([[1.0], [2.0]]), "Tensor([[1.],\n        [2.]])"),
        (tensor([1.0], constant=True), "Tensor([1.])"),
        (tensor([], dtype=float), "Tensor([], dtype=float64)"),
    ],
)
def test_repr(t, text):
    assert repr(t) == text
    assert str(t) == text


def test_format():
    assert f"{tensor(1.5):.3f}" == "1.500"
    assert f"{tensor(7):04d}" == "0007"
    assert f"{tensor([1.0, 2.0])}" == str(tensor([1.0, 2.0]))
    with pytest.raises(TypeError):
        format(tensor([1.0, 2.0]), ".3f")


def test_asarray_is_data():
    x = tensor([1.0, 2.0])
    assert np.asarray(x) is x.data
    assert not np.shares_memory(np.array(x), x.data)
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError):
        np.asarray(x, dtype=np.float32, copy=False)


# ----------------------------------------------------------------------------------------
# Indexing
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        1,
        -1,
        slice(None, None, -1),
        (slice(None), 1),
        (0, 2),
        None,
        Ellipsis,
        (Ellipsis, None, 0),
        [0, 0, 1],
        np.array([1, 0], np.uint8),
        ([0, 1, 1], [2, 2, 2]),
        (slice(None), [2, 2]),
        (0, np.array([True, False, True])),
        A > 0,
        np.array([[0], [1]]),
        (),
        (np.int64(1), np.int32(2)),
        True,
    ],
    ids=repr,
)
def test_indexing(key):
    expected = A[key]
    weights = np.cos(np.arange(np.size(expected))).reshape(np.shape(expected))
    x = tensor(A)
    y = x[key]
    assert isinstance(y, Tensor)
    np.testing.assert_array_equal(y.data, expected)
    (y * weights).backward()
    (grad,) = numerical_grad(lambda a: a[key] * weights, A)
    np.testing.assert_allclose(x.grad, grad, rtol=1e-6, atol=1e-8)


def test_tensors_as_indices():
    x = tensor([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(x[tensor([2, 0])].data, [3.0, 1.0])
    np.testing.assert_array_equal(x[tensor([True, False, True])].data, [1.0, 3.0])
    np.testing.assert_array_equal(x[tensor(1)].data, 2.0)
    np.testing.assert_array_equal(x[tensor(1) : tensor(3)].data, [2.0, 3.0])


@pytest.mark.parametrize("key", [5, (0, 0), [7], 1.5, "a"])
def test_wrong_indices_raise_numpys_error(key):
    x = tensor([1.0, 2.0])
    with pytest.raises(IndexError):
        x[key]


def test_items_cannot_be_deleted():
    x = tensor([1.0, 2.0])
    with pytest.raises((TypeError, ValueError, AttributeError)):
        del x[0]


def test_subclasses_can_be_differentiated():
    class Mine(Tensor):
        pass

    x = Mine([1.0, 2.0])
    assert isinstance(x, Mine)
    y = x * 2
    assert type(y) is Mine
    assert type(2 - y) is type(-y) is type(x @ x) is type(x[:1]) is Mine
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


@pytest.mark.parametrize("make", [mg.tensor, mg.astensor, mg.Tensor, mg.array])
def test_masks_are_not_lost(make):
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    with pytest.raises(TypeError, match=r"mask would be lost.*x\.filled"):
        make(masked)
