"""Losses: values against closed forms, derivatives against finite differences."""

import math

import numpy as np
import pytest

import mygrad as mg
from mygrad import nnet
from mygrad.testing import check_grad

RNG = np.random.default_rng(11)
X = RNG.normal(size=(5, 4)) * 2
P = np.exp(X) / np.exp(X).sum(1, keepdims=True)
Y = np.array([0, 3, 1, 1, -1])  # the last one counts from the end
ROWS = np.arange(5)
W = np.array([0.5, 1.0, 2.0, 0.1])
HOT = np.eye(4)[Y]


def _ce(p, smoothing):
    return -np.mean(np.sum(((1 - smoothing) * HOT + smoothing / 4) * np.log(p), 1))


def _hinge(x, hinge):
    return (
        sum(
            max(0, x[i, j] - x[i, Y[i]] + hinge)
            for i in range(5)
            for j in range(4)
            if j != Y[i] % 4
        )
        / 5
    )


CASES = {
    "softmax_crossentropy": (lambda x: nnet.softmax_crossentropy(x, Y), _ce(P, 0)),
    "smoothed": (lambda x: nnet.softmax_crossentropy(x, Y, label_smoothing=0.2), _ce(P, 0.2)),
    "nll": (lambda x: nnet.negative_log_likelihood(x, Y), -np.mean(X[ROWS, Y])),
    "nll, weights": (
        lambda x: nnet.negative_log_likelihood(x, Y, weights=W),
        -np.mean(X[ROWS, Y] * W[Y]),
    ),
    "multiclass_hinge": (lambda x: nnet.multiclass_hinge(x, Y, 0.7), _hinge(X, 0.7)),
    "softmax_focal_loss": (
        lambda x: nnet.softmax_focal_loss(x, Y, alpha=0.25, gamma=1.5),
        -0.25 * (1 - P[ROWS, Y]) ** 1.5 * np.log(P[ROWS, Y]),
    ),
    "softmax_focal_loss, gamma 0": (
        lambda x: nnet.softmax_focal_loss(x, Y),
        -np.log(P[ROWS, Y]),
    ),
    "mse": (lambda x: nnet.mse(x, P), np.mean((X - P) ** 2)),
    "huber": (
        lambda x: nnet.huber(x, P, 0.8),
        np.mean(
            np.where(abs(X - P) < 0.8, 0.5 * (X - P) ** 2, 0.8 * (abs(X - P) - 0.4)),
        ),
    ),
    "binary, scores": (
        lambda x: nnet.binary_crossentropy(x, P, logits=True),
        np.mean(P * np.log(1 + np.exp(-X)) + (1 - P) * np.log(1 + np.exp(X))),
    ),
    "margin_ranking_loss": (
        lambda x: nnet.margin_ranking_loss(x, P, [1, -1, 1, -1, 1], 0.3),
        np.mean(np.maximum(0, 0.3 - np.array([1, -1, 1, -1, 1])[:, None] * (X - P))),
    ),
}


@pytest.mark.parametrize(("f", "wanted"), CASES.values(), ids=CASES)
def test_losses(f, wanted):
    np.testing.assert_allclose(f(X).data, wanted, rtol=1e-12)
    check_grad(f, X)


@pytest.mark.parametrize(("f", "wanted"), CASES.values(), ids=CASES)
def test_dtypes_lists_constants_and_hessians(f, wanted):
    x = mg.tensor(X, dtype=np.float32)
    loss = f(x)
    loss.backward()
    assert x.grad.dtype == np.float32
    assert f(X.tolist()).constant
    assert not loss.constant
    hessian = mg.hessian(lambda x: np.sum(f(x)))(X).reshape(20, 20)
    product = mg.hvp(lambda x: np.sum(f(x)))(X, np.ones((5, 4))).ravel()
    np.testing.assert_allclose(hessian.sum(1), product, atol=1e-12)


def test_losses_of_probabilities():
    def focal(p):
        return nnet.focal_loss(p, Y, alpha=[1, 2, 3, 4, 5], gamma=2)

    p = P[ROWS, Y]
    np.testing.assert_allclose(
        focal(P).data, -np.arange(1, 6) * (1 - p) ** 2 * np.log(p), rtol=1e-12
    )
    check_grad(focal, 0.2 + P / 2)
    check_grad(nnet.binary_crossentropy, 0.2 + P / 2, 0.1 + P / 2)
    wanted = -np.mean(HOT * np.log(P) + (1 - HOT) * np.log(1 - P))
    np.testing.assert_allclose(nnet.binary_crossentropy(P, HOT).data, wanted, rtol=1e-12)


def test_targets_get_gradients():
    check_grad(nnet.mse, X, P)
    check_grad(nnet.huber, X, P)
    check_grad(lambda x, y: nnet.binary_crossentropy(x, y, logits=True), X, 0.1 + P / 2)
    check_grad(lambda x, w: nnet.negative_log_likelihood(x, Y, weights=w), X, W)
    check_grad(lambda a, b: nnet.margin_ranking_loss(a, b, -1, 0.1), X[0], P[0])


def numbers(name):
    """The losses of all elements or examples, in plain NumPy."""
    others = [np.delete(x - x[y], y) for x, y in zip(X, Y, strict=True)]
    d, p = X - P, P[ROWS, Y]
    return {
        "softmax_crossentropy": -np.sum((0.8 * HOT + 0.05) * np.log(P), 1),
        "negative_log_likelihood": -X[ROWS, Y] * W[Y],
        "multiclass_hinge": np.sum(np.maximum(np.array(others) + 0.3, 0), 1),
        "margin_ranking_loss": np.maximum(0.3 + d, 0),
        "binary_crossentropy": P * np.log(1 + np.exp(-X)) + (1 - P) * np.log(1 + np.exp(X)),
        "mse": d * d,
        "huber": np.where(abs(d) < 0.8, 0.5 * d * d, 0.8 * (abs(d) - 0.4)),
        "focal_loss": -0.3 * (1 - p) * np.log(p),
        "softmax_focal_loss": -0.3 * (1 - p) * np.log(p),
    }[name]


WITH = {
    "softmax_crossentropy": lambda x, **k: nnet.softmax_crossentropy(
        x, Y, label_smoothing=0.2, **k
    ),
    "negative_log_likelihood": lambda x, **k: nnet.negative_log_likelihood(x, Y, weights=W, **k),
    "multiclass_hinge": lambda x, **k: nnet.multiclass_hinge(x, Y, 0.3, **k),
    "margin_ranking_loss": lambda x, **k: nnet.margin_ranking_loss(x, P, -1, 0.3, **k),
    "binary_crossentropy": lambda x, **k: nnet.binary_crossentropy(x, P, logits=True, **k),
    "mse": lambda x, **k: nnet.mse(x, P, **k),
    "huber": lambda x, **k: nnet.huber(x, P, 0.8, **k),
    "focal_loss": lambda x, **k: nnet.focal_loss(nnet.softmax(x), Y, alpha=0.3, gamma=1, **k),
    "softmax_focal_loss": lambda x, **k: nnet.softmax_focal_loss(x, Y, alpha=0.3, gamma=1, **k),
}


@pytest.mark.parametrize("name", WITH)
def test_reductions(name):
    f, wanted = WITH[name], numbers(name)
    for reduction, reduce in (("none", np.asarray), ("sum", np.sum), ("mean", np.mean)):
        found = f(X, reduction=reduction)
        np.testing.assert_allclose(found.data, reduce(wanted), rtol=1e-12, atol=1e-14)
        check_grad(lambda x, r=reduction: f(x, reduction=r), X)
    default = wanted if "focal" in name else np.mean(wanted)
    np.testing.assert_allclose(f(X).data, default, rtol=1e-12)
    with pytest.raises(ValueError, match=f"{name}: reduction must be .* got 'max'"):
        f(X, reduction="max")

    # Second derivatives of unreduced losses, which have a cotangent for each.
    def loss(x):
        return np.sum(f(x, reduction="none").reshape(5, -1).sum(1) * np.arange(5.0))

    def slope(x):
        return np.sum(mg.grad(loss)(x) * np.sin(np.arange(20.0)).reshape(5, 4))

    if name in ("negative_log_likelihood", "multiclass_hinge", "margin_ranking_loss"):
        assert not np.any(mg.hessian(loss)(X))
    else:
        check_grad(slope, X)


@pytest.mark.parametrize("name", WITH)
def test_real_numbers_are_needed(name):
    for x in (X + 1j, X.astype(str), np.full((5, 4), None)):
        with pytest.raises(TypeError, match=r"number.*dtype"):
            WITH[name](x)


@pytest.mark.parametrize("target", [HOT.astype(int), HOT > 0, HOT.astype(int).tolist(), 1])
def test_labels_do_not_widen_losses(target):
    x = X.astype(np.float32)
    for f in (nnet.mse, nnet.huber, lambda x, y: nnet.binary_crossentropy(x, y, logits=True)):
        loss = f(x, target)
        assert loss.dtype == np.float32
        wanted = f(X, np.broadcast_to(np.asarray(target, float), X.shape))
        np.testing.assert_allclose(loss.data, wanted.data, rtol=1e-6)


def test_targets_that_are_one_number():
    zeros = np.zeros_like(X)
    for f in (nnet.mse, nnet.huber, lambda x, y: nnet.binary_crossentropy(x, y, logits=True)):
        np.testing.assert_allclose(f(X, 0).data, f(X, zeros).data)


def test_focal_loss_of_a_certain_class():
    # f(z) = -(1 - exp(z)) z, at z = 0 and near to it; its derivatives are n exp(z) + z exp(z).
    def f(z):
        return nnet.focal_loss(np.exp(z).reshape(1, 1), [0], gamma=1)[0]

    for z in (0.0, -1e-9, -1e-3, -0.02):
        g = f
        for n in range(1, 5):
            g = mg.grad(g)
            wanted = (n + z) * np.exp(z) - (n == 1)
            np.testing.assert_allclose(g(z), wanted, rtol=1e-7, atol=1e-15)


@pytest.mark.filterwarnings("error")
def test_huber_of_large_errors():
    x = mg.tensor([1e300, -np.inf, 0.0])
    losses = nnet.huber(x, 0, 2.0, reduction="none")
    losses.backward()
    np.testing.assert_array_equal(losses.data, [2e300, np.inf, 0])
    np.testing.assert_array_equal(x.grad, [2, -2, 0])
    assert nnet.huber([1.0, 3.0], 0, np.inf).item() == 2.5


def test_no_examples():
    assert nnet.softmax_crossentropy(np.zeros((0, 3)), [], reduction="sum").item() == 0
    assert nnet.focal_loss(np.zeros((0, 3)), []).shape == (0,)


def test_extreme_scores():
    x = mg.tensor([[1e4, 0.0], [-1e4, 0.0]], dtype=np.float32)
    loss = nnet.softmax_crossentropy(x, [1, 0])
    loss.backward()
    assert loss.item() == 1e4
    np.testing.assert_array_equal(x.grad, [[0.5, -0.5], [-0.5, 0.5]])
    # The logarithm is kept where the probability is rounded to 0 or 1.
    x = mg.tensor([[2000.0, 0.0], [0.0, 2000.0]])
    loss = nnet.softmax_focal_loss(x, [1, 1], gamma=0.5)
    loss.sum().backward()
    np.testing.assert_array_equal(loss.data, [2000, 0])
    np.testing.assert_array_equal(x.grad, [[1, -1], [0, 0]])
    x = mg.tensor([-800.0, 800.0])
    loss = nnet.binary_crossentropy(x, [1, 0], logits=True)
    loss.backward()
    assert loss.item() == 800
    np.testing.assert_array_equal(x.grad, [-0.5, 0.5])


def test_certain_probabilities():
    p = mg.tensor([0.0, 1.0, 0.25])
    loss = nnet.binary_crossentropy(p, [0, 1, 1])
    loss.backward()
    np.testing.assert_allclose(loss.data, math.log(4) / 3)
    np.testing.assert_allclose(p.grad, [1 / 3, -1 / 3, -4 / 3])
    p = mg.tensor([[1.0, 0.0], [0.5, 0.5]])
    loss = nnet.focal_loss(p, [0, 0], gamma=0)
    loss.backward()
    np.testing.assert_allclose(p.grad, [[-1, 0], [-2, 0]])
    with np.errstate(divide="ignore"):
        p = mg.tensor([[0.0, 1.0]])
        loss = nnet.focal_loss(p, [0], gamma=2)
        loss.backward()
    assert loss.item() == np.inf
    assert p.grad[0, 0] == -np.inf


def test_labels_are_copied_or_locked():
    labels = np.array([0, 1])
    x = mg.tensor([[0.0, 0.0], [0.0, 0.0]])
    loss = nnet.softmax_crossentropy(x, labels)
    labels[:] = 1
    loss.backward()
    np.testing.assert_array_equal(x.grad, [[-0.25, 0.25], [0.25, -0.25]])


def test_constant_argument_and_labels_in_tensors():
    x = mg.tensor(X)
    assert nnet.softmax_crossentropy(x, mg.tensor(Y), constant=True).constant
    assert nnet.mse(x, P, constant=True).constant
    assert nnet.softmax_crossentropy(x, Y.tolist()).shape == ()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nnet.softmax_crossentropy(X, Y[:4]), ValueError, r"\(5, 4\) and \(4,\)"),
        (lambda: nnet.softmax_crossentropy(X[0], Y), ValueError, r"\(4,\) and \(5,\)"),
        (lambda: nnet.softmax_crossentropy(X, Y * 1.0), TypeError, "float64"),
        (lambda: nnet.softmax_crossentropy(X, Y > 0), TypeError, "bool"),
        (lambda: nnet.softmax_crossentropy(X, Y + 1), IndexError, "4 classes.*example 1 is 4"),
        (lambda: nnet.softmax_crossentropy(X, Y - 4), IndexError, "is -5"),
        (lambda: nnet.softmax_crossentropy(X, Y, label_smoothing=1), ValueError, "below 1"),
        (lambda: nnet.negative_log_likelihood(X, Y, weights=W[:3]), ValueError, r"\(3,\)"),
        (lambda: nnet.multiclass_hinge(X, Y, "1"), TypeError, "hinge"),
        (lambda: nnet.multiclass_hinge(X, Y, mg.tensor(1.0)), TypeError, "detach"),
        (lambda: nnet.focal_loss(P, Y, gamma=-1), ValueError, "-1"),
        (lambda: nnet.focal_loss(P, Y, gamma=[1]), TypeError, "gamma"),
        (lambda: nnet.margin_ranking_loss(X, X[:2], 1, 0.1), ValueError, r"\(2, 4\)"),
        (lambda: nnet.margin_ranking_loss(X, X, [1, 1], 0.1), ValueError, r"\(5,\); got \(2,\)"),
        (lambda: nnet.margin_ranking_loss(X, X, 1, -0.1), ValueError, "negative"),
        (lambda: nnet.margin_ranking_loss([1], [2], 1, 0.1), TypeError, "int64"),
        (lambda: nnet.mse(X, X[:, :1]), ValueError, r"\(5, 4\).*\(5, 1\)"),
        (lambda: nnet.huber(X, X, 0), ValueError, "delta"),
        (lambda: nnet.binary_crossentropy(X, HOT), ValueError, "x must be prob"),
        (lambda: nnet.binary_crossentropy(P, X), ValueError, "y_true must be prob"),
        (lambda: nnet.binary_crossentropy(P, HOT[0]), ValueError, r"\(4,\)"),
        (lambda: nnet.mse(1.0, [1.0, 2.0]), ValueError, r"shape \(\).*\(2,\)"),
        (lambda: nnet.focal_loss(P, Y, alpha=[1, 2]), ValueError, r"alpha.*\(5,\); got .*\(2,\)"),
        (lambda: nnet.focal_loss(P, Y, alpha=np.ones((5, 1))), ValueError, r"\(5, 1\)"),
        (lambda: nnet.focal_loss(P, Y, alpha="a"), TypeError, "alpha must be a real number"),
        (lambda: nnet.softmax_focal_loss(X, Y, alpha=W[Y] * 1j), TypeError, "alpha.*complex128"),
        (lambda: nnet.negative_log_likelihood(X, Y, weights=W * 1j), TypeError, "weights.*complex"),
        (lambda: nnet.margin_ranking_loss(X, X, 1j, 0.1), TypeError, "y must be.*complex128"),
        (lambda: nnet.margin_ranking_loss(X, X, None, 0.1), TypeError, "y must be.*object"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
