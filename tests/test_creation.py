"""`mg.array`, and creation functions with tensors for ends: gradients are kept."""

import numpy as np
import pytest

import mygrad as mg
from mygrad import Tensor, tensor
from mygrad.testing import check_grad

# ----------------------------------------------------------------------------------------
# mg.array
# ----------------------------------------------------------------------------------------

PLAIN = [1.5, [1, 2], [[1.0, 2.0], [3.0, 4.0]], (), np.arange(6.0).reshape(2, 3).T, np.float32(2)]


@pytest.mark.parametrize("x", PLAIN, ids=repr)
@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"dtype": np.float32},
        {"dtype": int},
        {"copy": None},
        {"order": "F"},
        {"order": "C", "copy": None},
        {"ndmin": 3},
        {"ndmin": 3, "order": "F", "dtype": float},
    ],
    ids=repr,
)
@pytest.mark.parametrize("make", [lambda x: x, tensor], ids=["plain", "tensor"])
def test_array_follows_numpy(x, keywords, make):
    expected = np.array(x, **keywords)
    t = mg.array(make(x), **keywords)
    assert isinstance(t, Tensor)
    assert t.dtype == expected.dtype
    assert t.constant is (expected.dtype.kind != "f")
    np.testing.assert_array_equal(t, expected, strict=True)
    if keywords.get("order"):
        assert t.data.flags[keywords["order"]] == expected.flags[keywords["order"]]


def test_tensors_in_lists_keep_their_gradients():
    check_grad(lambda x, y: mg.array([[x[0], 1.0], [y, x[1] * y]]), [2.0, 3.0], 0.5)
    check_grad(lambda x: mg.array((x, [0.5, 0.7], 2 * x)), [2.0, 3.0])
    check_grad(lambda x: mg.array([x[0], x[1]], ndmin=2), [2.0, 3.0])


def test_a_tensor_keeps_its_gradient():
    check_grad(lambda x: mg.array(x), [2.0, 3.0])
    check_grad(lambda x: mg.array(x, ndmin=3), [2.0, 3.0])
    x = tensor([1.0, 2.0])
    mg.array(x, np.float32).backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_copies_are_made_as_asked():
    a, t = np.arange(3.0), tensor([1.0, 2.0])
    assert mg.array(a, copy=None).data is a
    assert mg.array(a, copy=False).data is a
    assert not np.shares_memory(mg.array(a).data, a)
    assert mg.array(t, copy=False) is t
    assert mg.array(t, copy=None) is t
    assert mg.array(t) is not t
    assert not np.shares_memory(mg.array(t).data, t.data)
    y = mg.array(t)
    y[0] = 9.0
    np.testing.assert_array_equal(t, [1.0, 2.0])


def test_no_copy_where_one_is_needed_is_refused():
    t = tensor(np.ones((2, 3)))
    calls = [
        lambda: mg.array([1.0], copy=False),
        lambda: mg.array([t[0, 0]], copy=False),
        lambda: mg.array(t, np.float32, copy=False),
        lambda: mg.array(t, order="F", copy=False),
        lambda: mg.array(t, constant=True, copy=False),
        lambda: mg.array(np.ones(2), np.float32, copy=False),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="copy"):
            call()


def test_the_callers_array_is_guarded():
    a = np.ones(2)
    t = mg.array(a, copy=None)
    y = t * t
    assert not a.flags.writeable
    y.backward()
    assert a.flags.writeable


@pytest.mark.parametrize("make", [list, tensor, lambda x: [tensor(v) for v in x]])
def test_array_constant(make):
    x = make([1.0, 2.0])
    assert mg.array(x, constant=True).constant
    assert not mg.array(x, constant=False).constant
    with pytest.raises(ValueError, match="constant=False"):
        mg.array(x, int, constant=False)
    with pytest.raises(TypeError, match="constant="):
        mg.array(x, constant="no")


def test_constants_make_constants():
    c = tensor(1.0, constant=True)
    assert mg.array(c).constant
    assert mg.array([c, c]).constant
    assert not mg.array([c, tensor(1.0)]).constant


def test_what_no_tensor_is_made_of_is_refused():
    for x in ("a", [None], [object()]):
        with pytest.raises(TypeError):
            mg.array(x)
    with pytest.raises(ValueError, match="shape"):
        mg.array([tensor([1.0, 2.0]), [1.0]])


# ----------------------------------------------------------------------------------------
# Tensors for ends
# ----------------------------------------------------------------------------------------

ENDS = {
    "linspace": (lambda a, b: mg.linspace(a, b, 5), [0.5, 2.0]),
    "linspace start": (lambda a: mg.linspace(a, 3.0, 5, endpoint=False), [0.5]),
    "linspace stop": (lambda b: mg.linspace(0, b, 4), [2.0]),
    "linspace arrays": (lambda a, b: mg.linspace(a, b, 4, axis=1), [[0.5, 1.0], [2.0, 4.0]]),
    "linspace lists": (lambda a: mg.linspace([a[0], 1.0], [2.0, a[1]], 4), [[0.5, 1.0]]),
    "logspace": (lambda a, b: mg.logspace(a, b, 4), [0.2, 0.7]),
    "logspace base": (lambda a, c: mg.logspace(a, 1.0, 4, base=c), [0.2, 2.5]),
    "geomspace": (lambda a, b: mg.geomspace(a, b, 4), [0.5, 3.0]),
    "full": (lambda a: mg.full((2, 3), a), [0.5]),
    "full array": (lambda a: mg.full((2, 3), a), [[0.5, 1.0, 2.0]]),
    "full list": (lambda a: mg.full((2, 2), [a, 2 * a]), [0.5]),
    "arange start": (lambda a: mg.arange(a, 4.0), [0.5]),
    "arange start and step": (lambda a, s: mg.arange(a, 4.0, s), [0.5, 0.75]),
    "arange keywords": (lambda a, s: mg.arange(start=a, stop=4.0, step=s), [0.5, 0.75]),
    "arange step": (lambda s: mg.arange(0, 4.0, step=s), [0.75]),
}


@pytest.mark.parametrize(("f", "args"), ENDS.values(), ids=ENDS)
def test_ends_get_gradients(f, args):
    check_grad(f, *args)
    plain = [np.array(x) for x in args]
    result, expected = f(*map(tensor, plain)), f(*plain)
    assert result.dtype == expected.dtype
    np.testing.assert_allclose(result.data, expected.data, rtol=1e-15)
    assert f(*[tensor(x, constant=True) for x in plain]).creator is None
    with mg.no_autodiff:
        np.testing.assert_array_equal(f(*map(tensor, plain)), expected)


@pytest.mark.parametrize(
    "make",
    [
        lambda t, **k: mg.linspace(t, 2.0, 3, **k),
        lambda t, **k: mg.logspace(t, 2.0, 3, **k),
        lambda t, **k: mg.geomspace(t, 2.0, 3, **k),
        lambda t, **k: mg.full(3, t, **k),
        lambda t, **k: mg.arange(t, 4.0, **k),
    ],
)
def test_ends_and_keywords(make):
    t = tensor(1.0)
    assert make(t, constant=True).constant
    assert not make(t, constant=False).constant
    small = make(t, dtype=np.float32)
    assert small.dtype == np.float32
    small.sum().backward()
    assert t.grad.dtype == np.float64
    whole = make(t, dtype=int)
    assert whole.dtype == int
    assert whole.constant
    assert make(1.0).creator is None
    assert not make(1.0).constant
    with pytest.raises(TypeError, match="constant="):
        make(t, constant=0)


def test_the_stop_of_arange_has_no_derivative():
    t = tensor(3.0)
    mg.arange(t).backward()
    mg.arange(0.0, t).backward()
    assert t.grad is None


def test_kaiser():
    for m in (0, 1, 2, 5):
        for beta in (0.0, 2.5):
            window = mg.kaiser(m, tensor(beta))
            np.testing.assert_array_equal(window.data, np.kaiser(m, beta), strict=True)
            np.testing.assert_array_equal(mg.kaiser(m, beta).data, np.kaiser(m, beta), strict=True)
    check_grad(lambda beta: mg.kaiser(5, beta), 2.5)
    check_grad(lambda beta: mg.kaiser(4, beta), 0.5)
    with pytest.raises(TypeError, match="carries a gradient"):
        mg.kaiser(tensor(3.0), tensor(2.0))
