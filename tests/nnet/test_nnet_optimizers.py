"""Optimisers: 50 steps as PyTorch takes them, state, clipping, schedules."""

import io
import math

import numpy as np
import pytest

import mygrad as mg
from mygrad.nnet import optimizers as opt

RNG = np.random.default_rng(5)
A, W0, V0 = RNG.normal(size=(4, 3)), RNG.normal(size=3), RNG.normal(size=2)

MAKE = {
    "SGD": lambda p: opt.SGD(p, 0.05),
    "SGD momentum": lambda p: opt.SGD(p, 0.02, momentum=0.9, weight_decay=0.1),
    "SGD nesterov": lambda p: opt.SGD(p, 0.02, momentum=0.8, nesterov=True, weight_decay=0.1),
    "Adam": lambda p: opt.Adam(p, 0.05, weight_decay=0.1),
    "AdamW": lambda p: opt.AdamW(p, 0.05, betas=(0.8, 0.95), weight_decay=0.1),
    "RMSProp": lambda p: opt.RMSProp(p, 0.02),
    "RMSProp all": lambda p: opt.RMSProp(
        p, 0.02, decay=0.9, momentum=0.5, centered=True, weight_decay=0.1
    ),
    "step": lambda p: opt.SGD(p, opt.step_decay(0.05, 10, 0.5)),
    "exponential": lambda p: opt.Adam(p, opt.exponential_decay(0.05, 0.95)),
    "cosine": lambda p: opt.Adam(p, opt.cosine_decay(0.05, 50, 0.001)),
    "warmup": lambda p: opt.SGD(p, opt.linear_warmup(0.05, 9)),
    "clip norm": lambda p: opt.SGD(p, 0.05, momentum=0.5),
    "clip value": lambda p: opt.SGD(p, 0.05, momentum=0.5),
}
# What PyTorch 2.13's optimisers, schedulers and clipping make of W0 and V0 in 50 steps.
WANTED = {
    "SGD": [
        -0.05861281979679889,
        -0.22303488401808078,
        -0.5961484508980271,
        -0.15364788546981945,
        -0.0025900102919756527,
    ],
    "SGD momentum": [
        0.7481567692392272,
        -0.8331766802819477,
        0.2656112558785996,
        -0.14482374100787032,
        -0.014216980725782737,
    ],
    "SGD nesterov": [
        0.3622348215287267,
        -0.523625632085605,
        -0.15495419214785744,
        0.026534479764538526,
        -0.0006736107010275721,
    ],
    "Adam": [
        -0.033674760352928004,
        -0.22092845349594287,
        -0.5997436259647524,
        -0.11613369648424768,
        0.01127585241626144,
    ],
    "AdamW": [
        0.1654893429408538,
        -0.298613045541976,
        -0.3643749567394658,
        -0.06584454579270026,
        -0.00011683514952696744,
    ],
    "RMSProp": [
        0.03999824229221924,
        -0.18348278691654607,
        -0.47904484636008876,
        -0.07055263061045265,
        2.700741431657882e-13,
    ],
    "RMSProp all": [
        0.6272004130912322,
        -0.6608095953345053,
        0.1305158217551735,
        -0.002789348590046096,
        -3.574544753934041e-06,
    ],
    "step": [
        -0.5080921228338526,
        0.37421738252438685,
        -0.46084977378846637,
        -1.0451221308644287,
        -0.023118426157184752,
    ],
    "exponential": [
        -0.4635200239910856,
        0.7153420351475589,
        -0.6266838736277905,
        -1.1157685592133006,
        0.006057514389577533,
    ],
    "cosine": [
        -0.4487172017184857,
        0.4047745429812423,
        -0.8570169587481359,
        -0.8557972121269347,
        0.006452893340240446,
    ],
    "warmup": [
        -0.0991693520597865,
        -0.17663074965263928,
        -0.6204165690141438,
        -0.20240895746683557,
        -0.0034634389192737492,
    ],
    "clip norm": [
        -0.6076669760654734,
        0.49908004444149323,
        -0.3713962928993165,
        -1.2356424221183675,
        -0.03049293987544245,
    ],
    "clip value": [
        -0.4868231003148267,
        0.6200190889991113,
        -0.7758964488627222,
        -1.0921348424372566,
        1.8410062462971273e-06,
    ],
}


def train(optimizer, w, v, steps, clip=None):
    for i in steps:
        optimizer.zero_grad()
        loss = np.sum(np.log(np.cosh(A @ w - 1)))
        if i % 3:  # At first v has no gradient, and neither has it later, now and then.
            loss = loss + np.sum(np.sin(v) * v)
        loss.backward()
        if clip:
            clip([w, v])
        optimizer.step()


@pytest.mark.parametrize("name", MAKE)
def test_fifty_steps(name):
    w, v = mg.tensor(W0), mg.tensor(V0)
    clip = {
        "clip norm": lambda p: opt.clip_grad_norm(p, 0.3),
        "clip value": lambda p: opt.clip_grad_value(p, 0.2),
    }.get(name)
    train(MAKE[name]([w, v]), w, v, range(50), clip)
    # PyTorch adds 1e-6 to the norm that it divides by.
    tolerance = 2e-6 if name == "clip norm" else 1e-11
    found = np.concatenate([w.data, v.data])
    np.testing.assert_allclose(found, WANTED[name], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", list(MAKE)[:-2])
def test_state_is_saved_and_loaded(name):
    w, v = mg.tensor(W0), mg.tensor(V0)
    first = MAKE[name]([w, v])
    train(first, w, v, range(20))
    file = io.BytesIO()
    np.savez(file, **first.state_dict())
    w, v = mg.tensor(w.data), mg.tensor(v.data)
    second = MAKE[name]([w, v])
    file.seek(0)
    second.load_state_dict(np.load(file))
    train(second, w, v, range(20, 50))
    np.testing.assert_allclose(
        np.concatenate([w.data, v.data]), WANTED[name], rtol=1e-11, atol=1e-11
    )


def test_state_dict_is_a_copy():
    w, v = mg.tensor(W0), mg.tensor(V0)
    optimizer = MAKE["Adam"]([w, v])
    train(optimizer, w, v, range(3))
    state = optimizer.state_dict()
    before = {key: np.copy(x) for key, x in state.items()}
    train(optimizer, w, v, range(3))
    for key, x in state.items():
        np.testing.assert_array_equal(x, before[key])
    assert state["steps"] == 3
    optimizer.load_state_dict(state)
    train(optimizer, w, v, range(3))
    np.testing.assert_array_equal(state["0.mean"], before["0.mean"])


def test_load_refuses_what_does_not_fit():
    w = mg.tensor(W0)
    optimizer = opt.Adam([w])
    (w * w).sum().backward()
    optimizer.step()
    state = optimizer.state_dict()
    with pytest.raises(ValueError, match="state of Adam, not of SGD"):
        opt.SGD([w], 0.1).load_state_dict(state)
    with pytest.raises(ValueError, match="something else"):
        optimizer.load_state_dict({})
    other = opt.Adam([mg.tensor(V0)])
    with pytest.raises(ValueError, match=r"'0.mean' has the shape \(3,\), parameter 0 \(2,\)"):
        other.load_state_dict(state)
    with pytest.raises(ValueError, match=r"'7\.mean', but there are 1"):
        optimizer.load_state_dict(state | {"7.mean": W0})
    two = opt.Adam([mg.tensor(W0), mg.tensor(W0)])
    with pytest.raises(ValueError, match="of 1 parameters, but there are 2"):
        two.load_state_dict(state)
    for damaged in (-1, "a", 1.5, None):
        with pytest.raises(ValueError, match="'steps' must be an integer"):
            other.load_state_dict(state | {"steps": damaged})
    for damaged in (W0 * 1j, W0.astype(str)):
        with pytest.raises(ValueError, match=r"'0.mean' must be numbers; its dtype"):
            opt.Adam([mg.tensor(W0)]).load_state_dict(state | {"0.mean": damaged})
    assert other.steps == two.steps == 0
    assert other.state_dict() == {"optimizer": "Adam", "steps": 0, "parameters": 1}


def test_step_writes_where_views_look():
    w = mg.tensor(W0)
    array, view = w.data, w[:1]
    (w * w).sum().backward()
    opt.SGD([w], 0.5).step()
    np.testing.assert_allclose(w.data, np.zeros(3), atol=1e-15)
    np.testing.assert_array_equal(array, w.data)
    np.testing.assert_array_equal(view.data, w.data[:1])
    np.testing.assert_allclose(w.grad, 2 * W0)


def test_step_amid_a_graph_leaves_it_right():
    w = mg.tensor(W0)
    loss = np.sum(w * w * w)
    loss.backward(retain_graph=True)
    opt.SGD([w], 0.1).step()
    np.testing.assert_allclose(w.data, W0 - 0.3 * W0**2)
    other = mg.tensor(1.0)
    kept = w * other
    opt.SGD([w], 0.1).step()
    kept.sum().backward()
    np.testing.assert_allclose(other.grad, np.sum(W0 - 0.3 * W0**2))


def test_dtype_stays_and_second_order_gradients_are_taken():
    w = mg.tensor(W0, dtype=np.float32)
    for optimizer in (opt.Adam([w]), opt.AdamW([w]), opt.RMSProp([w], momentum=0.1)):
        (w * w).sum().backward(create_graph=True)
        optimizer.step()
        assert w.dtype == np.float32
        assert all(x.dtype != float for x in optimizer.state_dict().values() if hasattr(x, "dtype"))
    w.null_grad()


def test_learning_rate_may_be_assigned():
    w = mg.tensor([1.0])
    optimizer = opt.SGD([w], 0.0)
    w.sum().backward()
    optimizer.step()
    assert w.item() == 1
    optimizer.lr = 0.25
    optimizer.step()
    assert w.item() == 0.75
    assert optimizer.steps == 2
    optimizer.zero_grad()
    assert w.grad is None
    optimizer.step()
    assert w.item() == 0.75


def test_subclass():
    class Signs(opt.Optimizer):
        def _change(self, value, grad, state, lr):
            return lr * np.sign(grad)

    w = mg.tensor([1.0, -2.0])
    (w * w).sum().backward()
    Signs([w], 0.5).step()
    np.testing.assert_array_equal(w.data, [0.5, -1.5])


@pytest.mark.parametrize("name", list(MAKE)[:-2])
def test_complex_numbers_are_pairs(name):
    rng = np.random.default_rng(1)
    start, wanted = rng.normal(size=(2, 2, 3, 2))
    z, pairs = mg.tensor(start[..., 0] + 1j * start[..., 1]), mg.tensor(start)
    small, small_pairs = mg.tensor(1 - 2j), mg.tensor([1.0, -2.0])
    target = wanted[..., 0] + 1j * wanted[..., 1]
    first, second = MAKE[name]([z, small]), MAKE[name]([pairs, small_pairs])
    for step in range(12):
        if step == 6:
            state, first = first.state_dict(), MAKE[name]([z, small])
            first.load_state_dict(state)
        np.sum(np.abs((z - target) * (1 + np.abs(z)) + small) ** 2).backward()
        size = np.sqrt(np.sum(pairs**2, -1, keepdims=True))
        np.sum(((pairs - wanted) * (1 + size) + small_pairs) ** 2).backward()
        first.step()
        second.step()
    np.testing.assert_allclose(z.data.real, pairs.data[..., 0], rtol=1e-11)
    np.testing.assert_allclose(z.data.imag, pairs.data[..., 1], rtol=1e-11)
    np.testing.assert_allclose([small.data.real, small.data.imag], small_pairs.data, rtol=1e-11)


def test_clipping_of_complex_numbers():
    z = mg.tensor([1 + 1j, 3 - 4j, 0j])
    np.sum(np.abs(z) ** 2).backward()
    np.testing.assert_allclose(opt.clip_grad_norm([z], 9.0), 2 * math.sqrt(27))
    np.testing.assert_allclose(z.grad, z.data * 9 / math.sqrt(27))
    np.sum(np.abs(z) ** 2).backward()
    opt.clip_grad_value([z], 7.0)
    np.testing.assert_allclose(z.grad, [2 + 2j, 6 - 7j, 0])


@pytest.mark.parametrize("name", list(MAKE)[:-2])
@pytest.mark.filterwarnings("error")
def test_half_precision(name):
    # The squares of these gradients, and eps, are zero in half precision.
    start = np.array([0.5, -1.0, 2.0], np.float16)
    w, exact = mg.tensor(start), mg.tensor(start, dtype=float)
    first, second = MAKE[name]([w]), MAKE[name]([exact])
    for _ in range(5):
        np.sum(w * np.float16([1e-4, 2e-4, 1e-3])).backward()
        np.sum(exact * np.float16([1e-4, 2e-4, 1e-3])).backward()
        first.step()
        second.step()
    assert w.dtype == np.float16
    np.testing.assert_allclose(w.data, exact.data, rtol=4e-3)
    first.load_state_dict(first.state_dict())


def test_nested_parameters():
    w, v, u = mg.tensor([1.0]), mg.tensor(2.0), mg.tensor([3.0, 4.0])
    tree = {"first": {"w": w, "b": None}, "rest": [(v,), u]}
    for params in (tree, [tree], iter([w, v, u]), {"a": w, "b": v, "c": u}.values()):
        optimizer = opt.SGD(params, 0.1)
        assert len(optimizer.params) == 3
        assert all(p is q for p, q in zip(optimizer.params, (w, v, u), strict=True))
    (w.sum() + 2 * v + np.sum(2 * u)).backward()
    np.testing.assert_allclose(opt.clip_grad_norm(tree, 100), math.sqrt(1 + 4 + 8))
    opt.clip_grad_value(tree, 1.5)
    optimizer.step()
    np.testing.assert_allclose(w.data, [0.9])
    np.testing.assert_allclose(v.data, 1.85)
    np.testing.assert_allclose(u.data, [2.85, 3.85])


def test_number_amid_a_graph():
    w = mg.tensor(2.0)
    kept = w * mg.tensor(3.0)
    (w * w).backward()
    opt.SGD([w], 0.25).step()
    assert (w.item(), kept.item()) == (1.0, 6.0)


def test_clipping():
    w, v, idle = mg.tensor([3.0, 0.0]), mg.tensor(4.0), mg.tensor(1.0)
    view = w[:1]
    ((w * w).sum() + v * v).backward()
    assert opt.clip_grad_norm([w, v, idle], 20) == 10
    assert v.grad == 8
    assert opt.clip_grad_norm([w, v, idle], 5) == 10
    np.testing.assert_allclose(w.grad, [3, 0])
    np.testing.assert_allclose(view.grad, [3])
    opt.clip_grad_value([w, v, idle], 2)
    np.testing.assert_allclose(w.grad, [2, 0])
    assert v.grad == 2
    big = mg.tensor([1e30, 1e30], dtype=np.float32)
    (big * 1).backward(1e30)
    np.testing.assert_allclose(opt.clip_grad_norm([big], 1), 1e30 * math.sqrt(2), rtol=1e-6)
    np.testing.assert_allclose(big.grad, [math.sqrt(0.5)] * 2, rtol=1e-6)
    (w * np.nan).sum().backward()
    with pytest.raises(ValueError, match="nan"):
        opt.clip_grad_norm([w], 1)
    (w * w).sum().backward(create_graph=True)
    with pytest.raises(ValueError, match="create_graph"):
        opt.clip_grad_value([w], 1)
    w.null_grad()


def test_schedules():
    warm = opt.linear_warmup(opt.step_decay(1.0, 2, 0.5), 4)
    np.testing.assert_allclose(
        [warm(i) for i in range(9)], [0.2, 0.4, 0.6, 0.8, 1, 1, 0.5, 0.5, 0.25]
    )
    cosine = opt.cosine_decay(1.0, 4, 0.2)
    np.testing.assert_allclose(
        [cosine(i) for i in range(6)],
        [0.6 + 0.4 * math.cos(math.pi * min(i, 4) / 4) for i in range(6)],
    )


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda w: opt.SGD(w, 0.1), TypeError, r"\[tensor\]"),
        (lambda w: opt.SGD([], 0.1), ValueError, "no parameters"),
        (lambda w: opt.SGD([w, w], 0.1), ValueError, "twice"),
        (lambda w: opt.SGD([W0], 0.1), TypeError, "parameter 0 must be a tensor; got ndarray"),
        (lambda w: opt.SGD([mg.tensor([1, 2])], 0.1), ValueError, r"shape \(2,\).*constant"),
        (lambda w: opt.SGD([w], -0.1), ValueError, "lr"),
        (lambda w: opt.SGD([w], float("nan")), ValueError, "nan"),
        (lambda w: opt.SGD([w], 0.1, nesterov=True), ValueError, "momentum"),
        (lambda w: opt.SGD([w], 0.1, momentum=-1), ValueError, "momentum"),
        (lambda w: opt.Adam([w], betas=(0.9, 1)), ValueError, "betas"),
        (lambda w: opt.AdamW([w], weight_decay=-1), ValueError, "AdamW: weight_decay"),
        (lambda w: opt.RMSProp([w], decay=1), ValueError, "decay"),
        (lambda w: opt.clip_grad_norm([w], -1), ValueError, "max_norm"),
        (lambda w: opt.step_decay(0.1, 0), ValueError, "every"),
        (lambda w: opt.cosine_decay(0.1, 0), ValueError, "steps"),
        (lambda w: opt.linear_warmup(0.1, -1), ValueError, "steps"),
        (lambda w: opt.SGD(5, 0.1), TypeError, "nested.*got int"),
        (lambda w: opt.SGD({"a": [W0]}, 0.1), TypeError, "parameter 0 must be.*ndarray"),
        (lambda w: opt.SGD({}, 0.1), ValueError, "no parameters"),
        (lambda w: opt.SGD([w], "0.1"), TypeError, "SGD: lr must be a real number; got '0.1'"),
        (lambda w: opt.SGD([w], None), TypeError, "lr.*None"),
        (lambda w: opt.SGD([w], mg.tensor(0.1)), TypeError, "lr.*carries a gradient"),
        (lambda w: opt.SGD([w], lambda _: "0.1").step(), TypeError, "lr"),
        (lambda w: opt.SGD([w], 0.1, momentum="0.9"), TypeError, "momentum"),
        (lambda w: opt.Adam([w], betas=0.9), ValueError, "betas must be two"),
        (lambda w: opt.Adam([w], betas=(0.9,)), ValueError, "betas must be two"),
        (lambda w: opt.clip_grad_value([w], "1"), TypeError, "limit"),
        (lambda w: opt.step_decay(-0.1, 5), ValueError, "lr"),
        (lambda w: opt.step_decay(0.1, 2.5), TypeError, "every.*integer; got 2.5"),
        (lambda w: opt.exponential_decay(0.1, -1), ValueError, "factor"),
        (lambda w: opt.cosine_decay("a", 5), TypeError, "lr"),
        (lambda w: opt.cosine_decay(0.1, 5, -1), ValueError, "final"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call(mg.tensor(W0))
