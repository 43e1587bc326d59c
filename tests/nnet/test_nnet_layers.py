"""Layers: values against plain NumPy, derivatives against finite differences."""

import numpy as np
import pytest

import mygrad as mg
from mygrad import nnet
from mygrad.testing import check_grad

RNG = np.random.default_rng(3)


def normal(*shape):
    return RNG.normal(size=shape)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# ----------------------------------------------------------------------------------------
# Normalisation
# ----------------------------------------------------------------------------------------

IMAGES, GAMMA, BETA = normal(3, 4, 2, 3) + 1, normal(4), normal(4)
PER_CHANNEL = GAMMA[:, None, None], BETA[:, None, None]


def standard(x, axes, eps):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


def test_batchnorm():
    def layer(x, gamma, beta):
        return nnet.batchnorm(x, gamma=gamma, beta=beta, eps=1e-3)

    wanted = standard(IMAGES, (0, 2, 3), 1e-3) * PER_CHANNEL[0] + PER_CHANNEL[1]
    np.testing.assert_allclose(layer(IMAGES, GAMMA, BETA).data, wanted, rtol=1e-12)
    check_grad(layer, IMAGES, GAMMA, BETA)
    check_grad(lambda x: nnet.batchnorm(x, eps=1e-5), IMAGES[:, :, 0, 0])
    check_grad(lambda x, b: nnet.batchnorm(x, beta=b, eps=0), IMAGES, BETA)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: nnet.batchnorm(x, gamma=GAMMA[:2], eps=1e-3),
        lambda x: nnet.layer_norm(x, beta=BETA[:3]),
        lambda x: nnet.scaled_dot_product_attention(x, x, x, causal=True),
    ],
)
def test_hessians_in_one_pass(f):
    def loss(x):
        return np.sum(f(x) ** 2 * IMAGES[0, :2, :, :])

    x = IMAGES[0, :2]
    hessian = mg.hessian(loss)(x).reshape(12, 12)
    columns = [mg.hvp(loss)(x, e.reshape(x.shape)).ravel() for e in np.eye(12)]
    np.testing.assert_allclose(hessian, np.array(columns), atol=1e-10)
    assert np.abs(hessian).max() > 0.1
    _, tangent = mg.jvp(loss, (x,), (x[::-1],))
    np.testing.assert_allclose(tangent, np.sum(mg.grad(loss)(x) * x[::-1]), rtol=1e-9)


def test_batchnorm_promotes_dtypes():
    x = mg.tensor(IMAGES, dtype=np.float32)
    y = nnet.batchnorm(x, gamma=GAMMA, eps=1e-3)
    y.sum().backward()
    assert (y.dtype, x.grad.dtype) == (np.float64, np.float32)
    x = mg.tensor(IMAGES)
    assert nnet.batchnorm(x, gamma=GAMMA.astype(np.float32), eps=0).dtype == np.float64


def test_layer_norm():
    wanted = standard(IMAGES, (1, 3), 1e-5)
    np.testing.assert_allclose(nnet.layer_norm(IMAGES, axis=(3, 1)).data, wanted, rtol=1e-12)
    gamma, beta = normal(4, 3), normal(3)
    y = nnet.layer_norm(IMAGES, gamma=gamma, axis=(1, 3))
    np.testing.assert_allclose(y.data, wanted * gamma[:, None, :], rtol=1e-12)
    check_grad(lambda x, g: nnet.layer_norm(x, gamma=g, axis=(1, 3)), IMAGES, gamma)
    check_grad(lambda x, b: nnet.layer_norm(x, beta=b, eps=0.1), IMAGES[0], beta)


def test_group_norm():
    def layer(x, gamma, beta):
        return nnet.group_norm(x, 2, gamma=gamma, beta=beta)

    grouped = standard(IMAGES.reshape(3, 2, 2, 2, 3), (2, 3, 4), 1e-5).reshape(IMAGES.shape)
    wanted = grouped * PER_CHANNEL[0] + PER_CHANNEL[1]
    np.testing.assert_allclose(layer(IMAGES, GAMMA, BETA).data, wanted, rtol=1e-12)
    check_grad(layer, IMAGES, GAMMA, BETA)


NORMS = {
    "batchnorm": lambda x, **k: nnet.batchnorm(x, eps=1e-8, **k),
    "layer_norm": lambda x, **k: nnet.layer_norm(x, eps=1e-8, **k),
    "group_norm": lambda x, **k: nnet.group_norm(x, 2, eps=1e-8, **k),
}


@pytest.mark.parametrize("f", NORMS.values(), ids=NORMS)
@pytest.mark.filterwarnings("error")
def test_normalisation_in_half_precision(f):
    # The squares of these have no room in half precision, and eps is none.
    numbers = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float16) * 1000
    weights = np.arange(24.0).reshape(6, 4)
    x, exact = mg.tensor(numbers), mg.tensor(numbers, dtype=float)
    y, wanted = f(x), f(exact)
    np.sum(y * weights * 100).backward()
    np.sum(wanted * weights * 100).backward()
    assert y.dtype == x.grad.dtype == np.float16
    np.testing.assert_allclose(y.data, wanted.data, atol=2e-3)
    np.testing.assert_allclose(x.grad, exact.grad, rtol=2e-3, atol=2e-3)
    np.testing.assert_array_equal(f(np.ones((2, 4), np.float16)).data, np.zeros((2, 4)))


@pytest.mark.parametrize("f", NORMS.values(), ids=NORMS)
@pytest.mark.filterwarnings("error")
def test_normalisation_of_nothing(f):
    x, scale = mg.tensor(np.zeros((0, 4), np.float32)), mg.tensor(np.ones(4, np.float32))
    y = f(x, gamma=scale, beta=scale)
    assert (y.shape, y.dtype) == ((0, 4), np.float32)
    y.sum().backward()
    assert x.grad.shape == (0, 4)
    np.testing.assert_array_equal(scale.grad, np.zeros(4))


@pytest.mark.parametrize("name", NORMS)
def test_normalisation_is_of_real_numbers(name):
    for x in (np.ones((2, 4)) * 1j, [["a"] * 4], [[None] * 4]):
        with pytest.raises(TypeError, match=rf"{name}: x must be of real numbers.*dtype"):
            NORMS[name](x)
        with pytest.raises(TypeError, match=rf"{name}: gamma must be of real numbers.*dtype"):
            NORMS[name](np.ones((2, 4)), gamma=x[0])


def test_normalisation_far_from_zero():
    x = mg.tensor(normal(8, 2) + 1e6)
    y = nnet.batchnorm(x, eps=0)
    np.testing.assert_allclose(y.data, standard(x.data - 1e6, (0,), 0), atol=1e-8)


# ----------------------------------------------------------------------------------------
# Recurrent layers
# ----------------------------------------------------------------------------------------

T, N, C, D = 4, 2, 3, 2
SEQUENCE = normal(T, N, C)
US = [normal(C, D) for _ in range(3)]
WS = [normal(D, D) for _ in range(3)]
BS = [normal(D) for _ in range(3)]
S0, C0 = normal(N, D), normal(N, D)
WEIGHTS = [p for triple in zip(US, WS, BS, strict=True) for p in triple]


def gru_steps(x, uz, wz, bz, ur, wr, br, uh, wh, bh, s0):
    states = [s0]
    for row in x:
        s = states[-1]
        z, r = sigmoid(row @ uz + s @ wz + bz), sigmoid(row @ ur + s @ wr + br)
        states.append((1 - z) * np.tanh(row @ uh + (r * s) @ wh + bh) + z * s)
    return np.stack(states)


def test_gru_values():
    found = nnet.gru(SEQUENCE, *WEIGHTS, S0)
    np.testing.assert_allclose(found.data, gru_steps(SEQUENCE, *WEIGHTS, S0), rtol=1e-12)
    found = nnet.gru(SEQUENCE, *WEIGHTS)
    wanted = gru_steps(SEQUENCE, *WEIGHTS, np.zeros((N, D)))
    np.testing.assert_allclose(found.data, wanted, rtol=1e-12)


def test_gru_gradients():
    check_grad(nnet.gru, SEQUENCE, *WEIGHTS, S0, order=1)
    # Second derivatives by some of the operands.
    rest = WEIGHTS[3:]
    check_grad(lambda x, u, w, b, s: nnet.gru(x, u, w, b, *rest, s), SEQUENCE[:2], *WEIGHTS[:3], S0)
    first = WEIGHTS[:6]
    check_grad(lambda u, w, b: nnet.gru(SEQUENCE, *first, u, w, b)[-1], *WEIGHTS[6:])
    check_grad(
        lambda w, b: nnet.gru(SEQUENCE, *WEIGHTS[:4], w, b, *WEIGHTS[6:], S0)[1:], *WEIGHTS[4:6]
    )


@pytest.mark.parametrize("limit", range(T))
def test_gru_truncated(limit):
    parameters = [mg.tensor(p) for p in WEIGHTS]
    nnet.gru(SEQUENCE, *parameters, S0, bp_lim=limit).backward(SEQUENCE[:1, :, :1])
    # Each state again, from one `limit + 1` steps before that is a constant.
    again = [mg.tensor(p) for p in WEIGHTS]
    states = gru_steps(SEQUENCE, *WEIGHTS, S0)
    total = 0
    for t in range(1, T + 1):
        start = max(t - 1 - limit, 0)
        s = nnet.gru(SEQUENCE[start:t], *again, states[start])[-1]
        total = total + np.sum(s * SEQUENCE[0, :, :1])
    total.backward()
    for p, q in zip(parameters, again, strict=True):
        np.testing.assert_allclose(p.grad, q.grad, rtol=1e-10)


def test_gru_result_may_be_overwritten():
    def loss(*parameters):
        s = nnet.gru(SEQUENCE, *parameters, S0)
        s[2] = 7.0
        return np.sum(s * s)

    check_grad(loss, *WEIGHTS, order=1)


def test_gru_dropout():
    rng = np.random.default_rng(5)
    x, us = np.ones((3, 400, 2)), [np.ones((2, 30))] * 3
    ws, bs = [np.zeros((30, 30))] * 3, [np.zeros(30)] * 3
    weights = [p for triple in zip(us, ws, bs, strict=True) for p in triple]
    s = nnet.gru(x, *weights, dropout=0.25, rng=rng).data
    # z is sigmoid(0) or sigmoid(2 / 0.75), h is tanh(0) or tanh(2 / 0.75); the same at all steps.
    z, h = sigmoid(2 / 0.75), np.tanh(2 / 0.75)
    kinds = [0.0, 0.5 * h, (1 - z) * h]
    counts = [np.mean(np.isclose(s[1], kind)) for kind in kinds]
    np.testing.assert_allclose(counts, [0.25, 0.25 * 0.75, 0.75**2], atol=0.02)
    np.testing.assert_array_equal(s[1] == 0, s[3] == 0)
    again = nnet.gru(x, *weights, dropout=0.25, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(again.data, s)

    def layer(*parameters):
        return nnet.gru(SEQUENCE, *parameters, dropout=0.4, rng=np.random.default_rng(1))

    check_grad(layer, *WEIGHTS, order=1)


def lstm_steps(x, u, w, b, s, c):
    states = [s]
    for row in x:
        i, f, g, o = np.split(row @ u + s @ w + b, 4, 1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        s = sigmoid(o) * np.tanh(c)
        states.append(s)
    return np.stack(states), c


LSTM = normal(C, 4 * D), normal(D, 4 * D), normal(4 * D)


def test_lstm():
    states, cells = nnet.lstm(SEQUENCE, *LSTM, S0, C0)
    wanted, cell = lstm_steps(SEQUENCE, *LSTM, S0, C0)
    np.testing.assert_allclose(states.data, wanted, rtol=1e-12)
    np.testing.assert_allclose(cells[-1].data, cell, rtol=1e-12)
    check_grad(nnet.lstm, SEQUENCE, *LSTM, S0, C0, order=1)
    check_grad(lambda u, s, c: nnet.lstm(SEQUENCE[:2], u, *LSTM[1:], s, c), LSTM[0], S0, C0)
    check_grad(lambda w, b: nnet.lstm(SEQUENCE, LSTM[0], w, b)[0][-1], *LSTM[1:])
    check_grad(
        lambda w: nnet.lstm(SEQUENCE, LSTM[0], w, LSTM[2], dropout=0.5, rng=_seeded()), LSTM[1]
    )


def _seeded():
    return np.random.default_rng(7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_recurrent_dtypes_and_constants(dtype):
    x = mg.tensor(SEQUENCE, dtype=dtype)
    weights = [p.astype(dtype) for p in WEIGHTS]
    s = nnet.gru(x, *weights)
    s.sum().backward()
    assert s.dtype == x.grad.dtype == dtype
    np.testing.assert_allclose(s.data, nnet.gru(SEQUENCE, *WEIGHTS).data, rtol=1e-4, atol=1e-6)
    assert nnet.gru(x, *weights, None, None, 0.0, True).constant
    assert nnet.gru(SEQUENCE, *WEIGHTS).constant
    assert all(t.constant for t in nnet.lstm(x, *LSTM, constant=True))
    assert nnet.gru(SEQUENCE.tolist(), *[p.tolist() for p in WEIGHTS]).shape == (T + 1, N, D)


@pytest.mark.parametrize(("n", "c", "d"), [(0, 3, 4), (2, 0, 4), (2, 3, 0)])
def test_recurrent_layers_of_nothing(n, c, d):
    x = mg.tensor(np.zeros((3, n, c)))
    for layer, factor, copies in ((nnet.gru, 1, 3), (lambda *p: nnet.lstm(*p)[0], 4, 1)):
        shapes = [(c, factor * d), (d, factor * d), (factor * d,)] * copies
        parameters = [mg.tensor(np.ones(shape)) for shape in shapes]
        states = layer(x, *parameters)
        states.sum().backward()
        assert states.shape == (4, n, d)
        assert [p.grad.shape for p in parameters] == shapes
        assert x.grad.shape == x.shape


def test_hessian_and_forward_mode_of_gru():
    def loss(u):
        return np.sum(nnet.gru(SEQUENCE, u, *WEIGHTS[1:], S0) ** 2)

    hessian = mg.hessian(loss)(US[0]).reshape(6, 6)
    v = np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(hessian @ v.ravel(), mg.hvp(loss)(US[0], v).ravel(), rtol=1e-9)
    _, tangent = mg.jvp(loss, (US[0],), (v,))
    np.testing.assert_allclose(tangent, np.sum(mg.grad(loss)(US[0]) * v), rtol=1e-10)


# ----------------------------------------------------------------------------------------
# Dropout, embeddings, attention
# ----------------------------------------------------------------------------------------


def test_dropout():
    x = mg.tensor(np.full((200, 200), 3.0))
    y = nnet.dropout(x, 0.25, rng=np.random.default_rng(0))
    values, counts = np.unique(y.data, return_counts=True)
    np.testing.assert_allclose(values, [0, 4])
    np.testing.assert_allclose(counts[0] / 40_000, 0.25, atol=0.01)
    y.backward()
    np.testing.assert_array_equal(x.grad, y.data / 3)
    y = nnet.dropout(x, 0.25, training=False)
    np.testing.assert_array_equal(y.data, x.data)
    y.backward()
    np.testing.assert_array_equal(x.grad, np.ones((200, 200)))
    np.random.seed(3)  # noqa: NPY002
    a = nnet.dropout(x).data
    np.random.seed(3)  # noqa: NPY002
    np.testing.assert_array_equal(nnet.dropout(x).data, a)


def test_embedding():
    indices = np.array([[0, 2], [2, 2]], np.uint8)
    check_grad(lambda w: nnet.embedding(indices, w), normal(3, 2))
    weight = mg.tensor(normal(3, 2))
    rows = nnet.embedding(indices, weight)
    rows.backward()
    np.testing.assert_array_equal(weight.grad, [[1, 1], [0, 0], [3, 3]])
    np.testing.assert_array_equal(rows.data, weight.data[indices])


Q, K, V = normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 2)


def attention(q, k, v, seen):
    scores = np.where(seen, q @ k.swapaxes(-1, -2) / 2, -np.inf)
    weights = np.exp(scores)
    return weights / weights.sum(-1, keepdims=True) @ v


def test_attention():
    seen = np.array([[1, 0, 1, 0, 1], [0, 0, 0, 1, 0], [1, 1, 1, 1, 1]], bool)
    layer = nnet.scaled_dot_product_attention
    np.testing.assert_allclose(layer(Q, K, V).data, attention(Q, K, V, True), rtol=1e-12)
    np.testing.assert_allclose(layer(Q, K, V, mask=seen).data, attention(Q, K, V, seen), rtol=1e-12)
    causal = np.tri(3, 5, dtype=bool)
    found = layer(Q, K, V, causal=True).data
    np.testing.assert_allclose(found, attention(Q, K, V, causal), rtol=1e-12)
    check_grad(layer, Q[0], K[0], V[0])
    check_grad(lambda q, k, v: layer(q, k, v, mask=seen), Q[0], K[0], V[0])
    check_grad(lambda q, m: layer(q, K, V, mask=m, scale=0.3), Q, normal(3, 5), order=1)
    check_grad(lambda v: layer(Q, K, v, dropout=0.5, rng=_seeded()), V)


def test_attention_where_nothing_may_be_seen():
    seen = np.array([[True] * 5, [False] * 5, [True] * 5])
    q = mg.tensor(Q)
    y = nnet.scaled_dot_product_attention(q, K, V, mask=seen)
    y.backward()
    np.testing.assert_array_equal(y[:, 1].data, 0)
    np.testing.assert_array_equal(q.grad[:, 1], 0)
    assert np.isfinite(q.grad).all()
    assert np.all(q.grad[:, 0] != 0)


def test_empty_attention():
    x = mg.tensor(np.arange(6.0).reshape(3, 2))
    # Scores without summands are zero, so all values count alike.
    y = nnet.scaled_dot_product_attention(np.ones((4, 0)), np.ones((3, 0)), x)
    np.testing.assert_allclose(y.data, np.tile([2.0, 3.0], (4, 1)))
    y = nnet.scaled_dot_product_attention(np.ones((4, 2)), np.ones((0, 2)), x[:0])
    np.testing.assert_array_equal(y.data, np.zeros((4, 2)))


def test_embedding_of_nothing():
    weight = mg.tensor(np.ones((3, 2)))
    y = nnet.embedding([], weight)
    assert y.shape == (0, 2)
    y.sum().backward()
    np.testing.assert_array_equal(weight.grad, np.zeros((3, 2)))


def test_constant_argument():
    x = mg.tensor(IMAGES)
    for f in (nnet.dropout, nnet.layer_norm, lambda x, **k: nnet.batchnorm(x, eps=0, **k)):
        assert f(x, constant=True).constant
        assert not f(x).constant
        assert f(IMAGES).constant
    weight = mg.tensor(normal(3, 2))
    assert nnet.embedding([0], weight, constant=True).constant
    assert nnet.scaled_dot_product_attention(x, x, x, constant=True).constant


def _gru(**changes):
    names = ["X", "Uz", "Wz", "bz", "Ur", "Wr", "br", "Uh", "Wh", "bh"]
    return nnet.gru(**dict(zip(names, [SEQUENCE, *WEIGHTS], strict=True)) | changes)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nnet.batchnorm([1.0], eps=0), ValueError, r"\(1,\)"),
        (lambda: nnet.batchnorm(IMAGES, gamma=BETA[:3], eps=0), ValueError, r"gamma.*\(4,\).*3"),
        (lambda: nnet.batchnorm(IMAGES, eps=-1), ValueError, "eps"),
        (lambda: nnet.layer_norm(IMAGES, gamma=GAMMA), ValueError, r"\(3,\); got \(4,\)"),
        (lambda: nnet.group_norm(IMAGES, 3), ValueError, "4 channels.*3 groups"),
        (lambda: nnet.group_norm(IMAGES, 0), ValueError, "0 groups"),
        (lambda: nnet.group_norm(GAMMA, 1), ValueError, r"\(4,\)"),
        (lambda: nnet.dropout(IMAGES, 1), ValueError, "below 1"),
        (lambda: nnet.dropout(IMAGES, "half"), TypeError, "half"),
        (lambda: nnet.dropout(IMAGES, rng=3), TypeError, "default_rng"),
        (lambda: nnet.embedding([3], GAMMA), ValueError, r"\(4,\)"),
        (lambda: nnet.embedding([3], US[0]), IndexError, r"\[0, 3\).*from 3 to 3"),
        (lambda: nnet.embedding([-1], US[0]), IndexError, "-1"),
        (lambda: nnet.embedding([0.0], US[0]), TypeError, "float64"),
        (lambda: nnet.scaled_dot_product_attention(Q, V, V), ValueError, r"\(2, 5, 2\)"),
        (
            lambda: nnet.scaled_dot_product_attention(Q, K, V, mask=[1, 0, 1, 0, 1]),
            TypeError,
            "int64",
        ),
        (
            lambda: nnet.scaled_dot_product_attention(Q, K, V, mask=[True] * 5, causal=True),
            ValueError,
            "not both",
        ),
        (lambda: _gru(X=SEQUENCE[0]), ValueError, r"X of shape.*\(2, 3\)"),
        (lambda: _gru(X=SEQUENCE[:0]), ValueError, r"\(0, 2, 3\)"),
        (lambda: _gru(Uz=US[0].T), ValueError, r"\(2, 3\)"),
        (lambda: _gru(Wr=US[0]), ValueError, r"Wr must have the shape \(2, 2\); got \(3, 2\)"),
        (lambda: _gru(bh=np.zeros(3)), ValueError, r"bh.*\(3,\)"),
        (lambda: _gru(s0=np.zeros(2)), ValueError, r"s0.*\(2, 2\); got \(2,\)"),
        (lambda: _gru(Wh=1j * WS[0]), TypeError, "gru: Wh must be of real numbers.*complex128"),
        (lambda: _gru(bp_lim=T), ValueError, "T is 4; got 4"),
        (lambda: _gru(bp_lim=-1), ValueError, "-1"),
        (lambda: _gru(bp_lim=1.5), TypeError, "integer"),
        (lambda: _gru(dropout=1.0), ValueError, "below 1"),
        (lambda: nnet.lstm(SEQUENCE, US[0], WS[0], BS[0]), ValueError, r"4 D.*\(3, 2\)"),
        (lambda: nnet.lstm(SEQUENCE, LSTM[0], WS[0], BS[0]), ValueError, r"\(2, 8\)"),
        (lambda: nnet.lstm(SEQUENCE, *LSTM, c0=BS[0]), ValueError, "c0"),
        (
            lambda: nnet.scaled_dot_product_attention(
                *[np.ones((3, 2))] * 3, mask=np.ones((2, 2)) > 0
            ),
            ValueError,
            r"mask.*\(3, 3\).*got \(2, 2\)",
        ),
        (lambda: nnet.dropout([None], 0.5), TypeError, "numbers.*object"),
        (lambda: nnet.embedding([0], [["1"]]), TypeError, "numbers.*<U1"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
