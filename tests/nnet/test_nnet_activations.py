"""Activations: values and derivatives against finite differences and closed forms."""

import math
import sys

import numpy as np
import pytest

import mygrad as mg
from mygrad import nnet
from mygrad.testing import check_grad

X = np.array([[-3.0, -0.7, 0.4], [1.3, -0.2, 2.5]])

SMOOTH = {
    "elu": lambda x: nnet.elu(x, 0.7),
    "gelu": nnet.gelu,
    "gelu, tanh": lambda x: nnet.gelu(x, "tanh"),
    "glu": lambda x: nnet.glu(x, 0),
    "hard_tanh": lambda x: nnet.hard_tanh(x, lower_bound=-0.9, upper_bound=2),
    "leaky_relu": lambda x: nnet.leaky_relu(x, 0.1),
    "logsoftmax": nnet.logsoftmax,
    "logsoftmax, all": lambda x: nnet.logsoftmax(x, None),
    "relu": nnet.relu,
    "selu": nnet.selu,
    "sigmoid": nnet.sigmoid,
    "silu": nnet.silu,
    "soft_sign": nnet.soft_sign,
    "softmax": lambda x: nnet.softmax(x, 0),
    "softmax, two": lambda x: nnet.softmax(x, (0, 1)),
    "softplus": nnet.softplus,
    "tanh": nnet.tanh,
}
# What the existing library gives, and what PyTorch gives for those that are new.
VALUES = {
    "elu": lambda x: np.where(x > 0, x, 0.7 * (np.exp(x) - 1)),
    "gelu": lambda x: x * np.vectorize(lambda t: 0.5 * (1 + math.erf(t / math.sqrt(2))))(x),
    "hard_tanh": lambda x: np.minimum(np.maximum(x, -0.9), 2),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.1 * x),
    "relu": lambda x: np.where(x > 0, x, 0),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(x) - 1)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "soft_sign": lambda x: x / (1 + abs(x)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(0),
    "logsoftmax": lambda x: np.log(np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "glu": lambda x: x[:1] / (1 + np.exp(-x[1:])),
    "gelu, tanh": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
}


@pytest.mark.parametrize("f", SMOOTH.values(), ids=SMOOTH)
def test_derivatives(f):
    check_grad(f, X)


@pytest.mark.parametrize("name", VALUES)
def test_values(name):
    y = SMOOTH[name](mg.tensor(X))
    np.testing.assert_allclose(y.data, VALUES[name](X), rtol=1e-13)


@pytest.mark.parametrize("name", SMOOTH)
def test_arrays_lists_dtypes_and_constants(name):
    f = SMOOTH[name]
    y = f(X.tolist())
    assert isinstance(y, mg.Tensor)
    assert y.constant
    x = mg.tensor(X, dtype=np.float32)
    y = f(x)
    assert y.dtype == np.float32
    y.backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_allclose(y.data, f(X).data, rtol=3e-6)


@pytest.mark.parametrize("name", SMOOTH)
def test_tensors_of_integers_are_constants(name):
    x = np.array([[-2, 3, 1], [0, 1, -1]])
    y = SMOOTH[name](mg.tensor(x))
    assert y.constant
    np.testing.assert_array_equal(y, SMOOTH[name](x.astype(float)))


def test_hard_tanh_keeps_integers():
    y = nnet.hard_tanh(mg.tensor([-7, 2, 5]), lower_bound=-3, upper_bound=3)
    assert y.dtype == int and y.constant
    np.testing.assert_array_equal(y, [-3, 2, 3])


@pytest.mark.parametrize(
    "f", [nnet.relu, nnet.sigmoid, nnet.gelu, nnet.softmax, nnet.hard_tanh, nnet.glu]
)
def test_constant_argument(f):
    assert f(mg.tensor([1.0, 2.0]), constant=True).constant
    assert not f(np.array([1.0, 2.0]), constant=False).constant


@pytest.mark.parametrize("f", SMOOTH.values(), ids=SMOOTH)
def test_hessians_in_one_pass(f):
    # Passes with many cotangents at once, and the forward mode, use the same rules.
    def loss(x):
        return np.sum(f(x) * np.array([1.0, 2.0, -1.0]))

    found = mg.hessian(loss)(X).reshape(6, 6)
    one_by_one = [mg.hvp(loss)(X, e.reshape(2, 3)).ravel() for e in np.eye(6)]
    np.testing.assert_allclose(found, np.array(one_by_one), atol=1e-12)
    _, tangent = mg.jvp(loss, (X,), (X[::-1],))
    np.testing.assert_allclose(tangent, np.sum(mg.grad(loss)(X) * X[::-1]), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("f", "at", "wanted"),
    [
        (nnet.relu, 0.0, 0.0),
        (nnet.relu, -0.0, 0.0),
        (nnet.hard_tanh, 1.0, 0.0),
        (nnet.hard_tanh, -1.0, 0.0),
        (nnet.soft_sign, 0.0, 1.0),
        (lambda x: nnet.elu(x, 0.5), 0.0, 1.0),
        (nnet.selu, 0.0, 1.0507009873554805),
        (lambda x: nnet.leaky_relu(x, 0.3), 0.0, 0.3),
        (nnet.sigmoid, 40.0, 4.248354255291589e-18),
        (nnet.sigmoid, 5.0, 0.006648056670790155),
        (nnet.sigmoid, 3.0, 0.04517665973091213),
        (nnet.sigmoid, -1000.0, 0.0),
        (nnet.sigmoid, 1000.0, 0.0),
        (nnet.selu, 800.0, 1.0507009873554805),
        (nnet.softplus, -40.0, 4.248354255291589e-18),
        (nnet.softplus, 1000.0, 1.0),
        (nnet.soft_sign, 1e8, 1e-16),
        (nnet.silu, 1000.0, 1.0),
        (nnet.gelu, 50.0, 1.0),
        # erfc(10 / sqrt(2)) / 2 - 10 exp(-50) / sqrt(2 pi)
        (nnet.gelu, -10.0, -7.618400096464813e-22),
    ],
)
def test_special_points(f, at, wanted):
    x = mg.tensor(at)
    f(x).backward()
    np.testing.assert_allclose(x.grad, wanted, rtol=1e-7)


def test_third_derivative_of_sigmoid_at_zero():
    d3 = mg.grad(mg.grad(mg.grad(lambda x: nnet.sigmoid(x))))
    np.testing.assert_allclose(d3(0.0), -0.125)


def test_accurate_values():
    np.testing.assert_allclose(nnet.elu(-1e-12, 1.0).data, -1e-12, rtol=1e-11)
    np.testing.assert_allclose(nnet.softplus(-50.0).data, 1.9287498479639178e-22, rtol=1e-12)
    np.testing.assert_allclose(nnet.gelu(-10.0).data, -10 * 0.5 * math.erfc(10 / math.sqrt(2)))
    assert nnet.relu(-np.inf).item() == 0
    assert not np.signbit(nnet.relu(-1.0).item())
    assert nnet.sigmoid(np.array([200], np.uint8)).item() == 1


FAR = [-np.inf, -3e4, -200.0, 200.0, 3e4, np.inf]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("f", "values", "slopes"),
    [
        (nnet.gelu, [0, 0, 0, 200, 3e4, np.inf], [0, 0, 0, 1, 1, 1]),
        (lambda x: nnet.gelu(x, "tanh"), [0, 0, 0, 200, 3e4, np.inf], [0, 0, 0, 1, 1, 1]),
        (nnet.silu, [0, 0, 0, 200, 3e4, np.inf], [0, 0, 0, 1, 1, 1]),
        (
            nnet.soft_sign,
            [-1, -3e4 / 30001, -200 / 201, 200 / 201, 3e4 / 30001, 1],
            [0, 30001.0**-2, 201.0**-2, 201.0**-2, 30001.0**-2, 0],
        ),
    ],
    ids=["gelu", "gelu, tanh", "silu", "soft_sign"],
)
@pytest.mark.filterwarnings("error")
def test_far_from_zero(f, values, slopes, dtype):
    x = mg.tensor(FAR, dtype=dtype)
    y = f(x)
    y.backward()
    small, rough = np.finfo(dtype).smallest_subnormal, 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(y.data, values, rtol=rough, atol=1e-80)
    np.testing.assert_allclose(x.grad, slopes, rtol=rough, atol=max(small, 1e-80))
    assert np.all(np.abs(mg.hessian(lambda x: np.sum(f(x)))(x.data)) < 1e-6)
    bad = mg.tensor(np.array(np.nan, dtype))
    f(bad).backward()
    assert np.isnan(bad.grad)


def test_largest_numbers():
    for f in (nnet.gelu, lambda x: nnet.gelu(x, "tanh"), nnet.silu):
        x = mg.tensor([1e300, -1e300])
        f(x).backward()
        np.testing.assert_array_equal(x.grad, [1, 0])


def test_long_double():
    x = np.array([-0.5, 1.5], np.longdouble)
    assert nnet.gelu(x).dtype == np.longdouble
    np.testing.assert_allclose(nnet.gelu(x).data, nnet.gelu(x.astype(float)).data, rtol=1e-15)


REAL = [name for name in SMOOTH if name not in ("sigmoid", "tanh", "glu") and "softmax" not in name]


@pytest.mark.parametrize("name", REAL)
def test_real_numbers_are_needed(name):
    for x in (np.array([1j]), ["1", "2"], None, np.array([1], "M8[s]"), np.array([1], "m8[s]")):
        with pytest.raises(
            TypeError, match=rf"{name.partition(',')[0][:3]}.*must be of real num.*dtype"
        ):
            SMOOTH[name](x)
    with pytest.raises(TypeError, match="mask"):
        SMOOTH[name](np.ma.array([1.0, 2.0], mask=[0, 1]))


@pytest.mark.parametrize("f", [nnet.sigmoid, nnet.softmax, nnet.logsoftmax, nnet.glu])
def test_numbers_are_needed(f):
    for x in (["1", "2"], [None, None], np.array([1, 2], "M8[s]")):
        with pytest.raises(TypeError, match=r"numbers.*shape \(2,\) and dtype"):
            f(x)
    with pytest.raises(TypeError, match="mask"):
        f(np.ma.array([1.0, 2.0], mask=[0, 1]))
    # These are analytic: their gradients are right for complex numbers.
    check_grad(
        lambda x: np.sum(f(x) * np.array([1 - 2j, 0.5j])[: f(x).size]), X[0, :2] + 1j * X[1, :2]
    )


def test_gelu_without_scipy(monkeypatch):
    with_scipy = nnet.gelu(X).data
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    np.testing.assert_allclose(nnet.gelu(X).data, with_scipy, rtol=1e-14)
    assert nnet.gelu(X.astype(np.float32)).dtype == np.float32
    check_grad(nnet.gelu, X)


def test_parameters_get_gradients():
    check_grad(lambda x, a: nnet.elu(x, a), X, np.array(0.6))
    check_grad(lambda x, a: nnet.leaky_relu(x, a), X, np.array(0.6))
    check_grad(lambda x, a, b: nnet.hard_tanh(x, lower_bound=a, upper_bound=b), X, -0.9, 0.9)


def test_softmax_of_infinities_and_of_one_number():
    np.testing.assert_array_equal(nnet.softmax([-np.inf, 0.0]).data, [0, 1])
    np.testing.assert_array_equal(nnet.logsoftmax([-np.inf, 0.0]).data, [-np.inf, 0])
    assert nnet.softmax(3.0).item() == 1
    assert nnet.softmax([1, 2]).dtype == float
    assert nnet.softmax(np.zeros((0, 3))).shape == (0, 3)
    x = mg.tensor([-np.inf, 0.0, 1.0])
    nnet.softmax(x)[2].backward()
    assert x.grad[0] == 0
    np.testing.assert_allclose(
        x.grad[1:], [-math.e / (1 + math.e) ** 2, math.e / (1 + math.e) ** 2]
    )


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nnet.elu([1.0], [1.0]), TypeError, "alpha must be a real number"),
        (lambda: nnet.elu([1.0], None), TypeError, "None"),
        (lambda: nnet.elu([1.0], np.ones(2)), TypeError, r"shape \(2,\)"),
        (lambda: nnet.leaky_relu([1.0], 1j), TypeError, "slope"),
        (lambda: nnet.leaky_relu([1.0], True), TypeError, "slope"),
        (lambda: nnet.hard_tanh([1.0], lower_bound="a"), TypeError, "lower_bound"),
        (lambda: nnet.hard_tanh([1.0], lower_bound=2), ValueError, "lower_bound=2 is above"),
        (lambda: nnet.glu(np.ones((2, 3))), ValueError, r"\(2, 3\)"),
        (lambda: nnet.glu(np.ones((2, 3)), 5), ValueError, "axis 5"),
        (lambda: nnet.glu(np.ones((2, 2)), 0.5), TypeError, "integer"),
        (lambda: nnet.gelu([1.0], "erf"), ValueError, "erf"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_names():
    from mygrad.nnet.activations.relu import relu
    from mygrad.nnet.initializers.he_normal import he_normal
    from mygrad.nnet.losses.softmax_crossentropy import softmax_crossentropy

    assert nnet.relu is nnet.activations.relu is relu
    assert nnet.he_normal is he_normal
    assert nnet.softmax_crossentropy is softmax_crossentropy
    assert nnet.tanh is mg.tanh
    assert nnet.identity is mg.identity
    parts = (nnet.activations, nnet.initializers, nnet.layers, nnet.losses)
    for part in parts:
        for name in part.__all__:
            assert getattr(nnet, name) is getattr(part, name)
            assert name in nnet.__all__


def test_relu_stops_infinite_gradients():
    x = mg.tensor([-1.0, 4.0])
    with np.errstate(divide="ignore"):
        np.sqrt(nnet.relu(x)).backward()
    np.testing.assert_array_equal(x.grad, [0, 0.25])
