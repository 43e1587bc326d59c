"""Passes with many cotangents or tangents at once: as many single ones, for every rule."""

import sys
from pathlib import Path

import numpy as np
import pytest

import mygrad as mg
from mygrad import Tensor, _batch
from mygrad._batch import pull_batch, pull_values_batch, push_batch, push_values_batch
from mygrad._push import push, push_values
from mygrad._state import value_of
from mygrad.errors import InvalidBackprop

sys.path[:0] = [str(Path(__file__).parents[1] / d) for d in ("rules", "views")]
from _oracle import assert_close, parts, product, quiet, total, weights_for  # noqa: E402
from cases import CALLS, Call  # noqa: E402
from programs import random_program  # noqa: E402

K = 3


def several(arrays, rng):
    """K random arrays of each shape, along the first axis."""
    draws = [weights_for(arrays, rng) for _ in range(K)]
    return [np.stack(each) for each in zip(*draws, strict=True)]


def plain(x):
    return x.data if isinstance(x, Tensor) else x


def singly(results, tensors, cotangents):
    """The gradients by one backward pass for each of the cotangents."""
    ends = [i for i, x in enumerate(results) if isinstance(x, Tensor) and not x.constant]
    rows = []
    for k in range(K):
        with quiet():
            loss = 0.0
            for i in ends:
                product = np.conjugate(cotangents[i][k]) * results[i]
                loss = loss + np.sum(product.real if product.dtype.kind == "c" else product)
        loss.backward(retain_graph=True)
        rows.append([np.zeros(t.shape, t.dtype) if t.grad is None else t.grad for t in tensors])
    return [np.stack(each) for each in zip(*rows, strict=True)]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
def test_every_rule(call: Call):
    arrays = call.sample()
    rng = call.generator("batch")
    tensors = [mg.tensor(a) for a in arrays]
    results = parts(call.run(tensors))
    cotangents = several([np.asarray(plain(x)) for x in results], rng)
    wanted = singly(results, tensors, cotangents)
    for record in (False, True):
        found = pull_batch(results, cotangents, tensors, record)
        for g, want, a in zip(found, wanted, arrays, strict=True):
            if g is None:
                assert not np.any(want), call.id
                continue
            assert isinstance(g, Tensor) is record
            assert g.dtype == a.dtype
            assert_close(plain(g), want, f"{call.id}, recorded: {record}", 1e-11)

    tangents = several(arrays, rng)
    single = [push(results, tensors, [t[k] for t in tangents], False) for k in range(K)]
    for record in (False, True):
        found = push_batch(results, tensors, tangents, record)
        for i, t in enumerate(found):
            rows = [row[i] for row in single]
            if t is None:
                assert all(row is None or not np.any(row) for row in rows), call.id
                continue
            assert isinstance(t, Tensor) is record
            assert t.dtype == results[i].dtype
            assert_close(plain(t), np.stack(rows), f"{call.id}, recorded: {record}", 1e-11)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
def test_second_derivatives(call: Call):
    """The gradient of <w, J v> = <J^T w, v> by the operands, however the inner one was found."""
    arrays = call.sample()
    rng = call.generator("second")
    directions = weights_for(arrays, rng)

    def gradients(find):
        tensors = [mg.tensor(a) for a in arrays]
        results = [x for x in parts(call.run(tensors)) if isinstance(x, Tensor)]
        results = [x for x in results if not x.constant]
        weights = weights_for([x.data for x in results], call.generator("weights"))
        terms = find(results, tensors, weights)
        sum(terms, start=mg.tensor(0.0)).backward()
        return [
            np.zeros(a.shape) if t.grad is None else t.grad
            for t, a in zip(tensors, arrays, strict=True)
        ]

    def backward(results, tensors, weights):
        total(results, weights).backward(create_graph=True)
        found = [
            product(t.grad, v)
            for t, v in zip(tensors, directions, strict=True)
            if t.grad is not None
        ]
        for t in tensors:
            t.null_grad()
        return found

    def pulled(results, tensors, weights):
        pair = [np.stack([0 * w, w]) for w in weights]
        grads = pull_batch(results, pair, tensors, True)
        return [product(g[1], v) for g, v in zip(grads, directions, strict=True) if g is not None]

    def pushed(results, tensors, weights):
        found = push(results, tensors, directions, True)
        return [product(t, w) for t, w in zip(found, weights, strict=True) if t is not None]

    def pushed_batch(results, tensors, weights):
        pair = [np.stack([0 * v, v]) for v in directions]
        found = push_batch(results, tensors, pair, True)
        return [product(t[1], w) for t, w in zip(found, weights, strict=True) if t is not None]

    wanted = gradients(backward)
    for find in (pulled, pushed, pushed_batch):
        for g, want in zip(gradients(find), wanted, strict=True):
            assert_close(g, want, f"{call.id}, {find.__name__}", 1e-9)


# ----------------------------------------------------------------------------------------
# Views, writes, broadcasting
# ----------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::mygrad.errors.DetachedGradientWarning")
@pytest.mark.parametrize("record", [False, True])
def test_random_programs(record: bool):
    """Views, writes and ``out=`` in any order: tangents one by one, and <w, J t> = <J^T w, t>."""
    for number in range(150):
        program = random_program(number)
        rng = np.random.default_rng(number)
        inputs = []

        def leaf(a, inputs=inputs):
            t = mg.tensor(a)
            inputs.append(value_of(t))
            return t

        world = {"np": np, "leaf": leaf, "backward": lambda *names: None, "seen": [], "handed": []}
        known = {*world, "__builtins__", "__warningregistry__"}
        for statement in program.statements:
            if statement.error is None:
                exec(statement.code, world)
        outputs = [value_of(x) for name, x in world.items() if name not in known]
        tangents = [rng.normal(size=(K, *v.spec.shape)) for v in inputs]
        cotangents = [rng.normal(size=(K, *v.spec.shape)) for v in outputs]
        found = push_values_batch(outputs, inputs, tangents, record)
        forward = np.zeros(K)
        singles = [push_values(outputs, inputs, [t[k] for t in tangents], False) for k in range(K)]
        for i, (t, w) in enumerate(zip(found, cotangents, strict=True)):
            if t is None:
                assert all(single[i] is None for single in singles)
            else:
                want = np.stack([single[i] for single in singles])
                np.testing.assert_allclose(
                    plain(t), want, rtol=1e-12, atol=1e-14, err_msg=str(program)
                )
                forward += np.sum(np.reshape(plain(t) * w, (K, -1)), 1)
        backward = np.zeros(K)
        grads = pull_values_batch(outputs, cotangents, inputs, record)
        for g, t in zip(grads, tangents, strict=True):
            if g is not None:
                backward += np.sum(np.reshape(plain(g) * t, (K, -1)), 1)
        np.testing.assert_allclose(backward, forward, rtol=1e-10, atol=1e-11, err_msg=str(program))


@pytest.mark.parametrize("record", [False, True])
@pytest.mark.parametrize(
    "shapes",
    [((3,), (2, 3)), ((), (2, 3)), ((3, 1), (3,)), ((1,), (3, 3)), ((3, 3), (3, 3, 3)), ((3,), ())],
)
def test_operands_of_lower_dimension(shapes, record):
    """K is 3, so a sum over the wrong axis would have the right shape."""
    rng = np.random.default_rng(0)
    a, b = [rng.normal(size=shape) for shape in shapes]
    x, y = mg.tensor(a), mg.tensor(b)
    for z, dx, dy in [(x + y, 1.0, 1.0), (x * y, b, a), (x / y, 1 / b, -a / b**2)]:
        w = rng.normal(size=(K, *z.shape))
        gx, gy = pull_batch([z], [w], [x, y], record)
        for k in range(K):
            for g, d, t in ((gx, dx, a), (gy, dy, b)):
                full = w[k] * d
                axes = tuple(range(full.ndim - t.ndim))
                want = np.sum(full, axes)
                ones = tuple(i for i, n in enumerate(t.shape) if n == 1)
                want = np.sum(want, ones, keepdims=True)
                np.testing.assert_allclose(plain(g)[k], want, rtol=1e-13)
        tx, ty = rng.normal(size=(K, *a.shape)), rng.normal(size=(K, *b.shape))
        (t,) = push_batch([z], [x, y], [tx, ty], record)
        for k in range(K):
            np.testing.assert_allclose(plain(t)[k], tx[k] * dx + ty[k] * dy + 0 * z.data)


@pytest.mark.parametrize("n", [(3,), (3, 3), (3, 3, 3)])
@pytest.mark.parametrize("m", [(3,), (3, 3), (3, 3, 3)])
def test_matmul_of_any_dimensions(n, m):
    rng = np.random.default_rng(0)
    x, y = mg.tensor(rng.normal(size=n)), mg.tensor(rng.normal(size=m))
    for result in (x @ y, np.matmul(x, y), np.dot(x, y), np.tensordot(x, y, 1), np.inner(x, y)):
        w = rng.normal(size=(K, *result.shape))
        wanted = singly([result], [x, y], [w])
        for record in (False, True):
            for g, want in zip(pull_batch([result], [w], [x, y], record), wanted, strict=True):
                np.testing.assert_allclose(plain(g), want, rtol=1e-12)


# ----------------------------------------------------------------------------------------
# Derivatives in closed form
# ----------------------------------------------------------------------------------------


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def hessian_of_rosenbrock(x):
    h = np.diag(-400 * x[:-1], 1) + np.diag(-400 * x[:-1], -1)
    d = np.zeros(len(x))
    d[0] = 1200 * x[0] ** 2 - 400 * x[1] + 2
    d[-1] = 200
    d[1:-1] = 202 + 1200 * x[1:-1] ** 2 - 400 * x[2:]
    return h + np.diag(d)


@pytest.fixture
def no_loops(monkeypatch):
    """What is not done for all at once is an error."""

    def refuse(x, i):
        raise AssertionError(f"one by one: {x!r}")

    monkeypatch.setattr(_batch, "_one", refuse)


@pytest.mark.usefixtures("no_loops")
def test_a_hessian_forward_and_backward():
    a = np.random.default_rng(0).normal(size=20)
    x = mg.tensor(a)
    (g,) = pull_batch([rosenbrock(x)], [np.ones(1)], [x], True)
    (h,) = pull_batch([g], [np.eye(20)[:, None]], [x], False)
    np.testing.assert_allclose(h, hessian_of_rosenbrock(a), rtol=1e-13)
    (h,) = push_batch([g], [x], [np.eye(20)], False)
    np.testing.assert_allclose(h[:, 0], hessian_of_rosenbrock(a), rtol=1e-13)
    # Forward over forward.
    (t,) = push_batch([rosenbrock(x)], [x], [np.eye(20)], True)
    (h,) = push_batch([t], [x], [np.eye(20)], False)
    np.testing.assert_allclose(h, hessian_of_rosenbrock(a), rtol=1e-13)


@pytest.mark.usefixtures("no_loops")
def test_common_functions_need_no_loop():
    rng = np.random.default_rng(0)
    x = mg.tensor(rng.normal(size=(4, 3)))
    w = mg.tensor(rng.normal(size=(3, 3)))
    h = np.tanh(x @ w + w[0])
    h = np.concatenate([h, np.stack([x[0], h.T[1, 1:]])]) - np.mean(h, axis=0)
    h = np.where(h.data > 0, h, 0.1 * h).reshape(-1, 2)[::2]
    h = np.max(h, axis=1, keepdims=True) + np.cumsum(h[[0, 2, 2]], axis=0)[1]
    h = np.einsum("ij,kj->ik", h, h) + np.transpose(np.var(h, axis=0)[:, None])[:, :1]
    y = np.linalg.solve(np.exp(h) + 5 * np.eye(len(h)), np.sort(h)[:, 0])
    cotangents = np.eye(y.size)
    found = pull_batch([y], [cotangents], [x, w], False)
    lifted = pull_batch([y], [cotangents], [x, w], True)
    for i in range(y.size):
        y.backward(cotangents[i], retain_graph=True)
        for t, g, u in zip((x, w), found, lifted, strict=True):
            np.testing.assert_allclose(g[i], t.grad, rtol=1e-10, atol=1e-14)
            np.testing.assert_allclose(u.data[i], t.grad, rtol=1e-10, atol=1e-14)


def test_a_jacobian_of_a_jacobian():
    a = np.array([0.3, -1.2, 2.1])
    x = mg.tensor(a)
    y = np.sin(x) * x[0]
    (j,) = pull_batch([y], [np.eye(3)], [x], True)
    want = np.diag(np.cos(a) * a[0])
    want[:, 0] += np.sin(a)
    np.testing.assert_allclose(j.data, want, rtol=1e-13)
    h = np.zeros((3, 3, 3))
    i = np.arange(3)
    h[i, i, i] -= np.sin(a) * a[0]
    h[i, i, 0] += np.cos(a)
    h[i, 0, i] += np.cos(a)
    for (found,) in (
        pull_batch([j], [np.eye(9).reshape(9, 3, 3)], [x], False),
        [np.moveaxis(push_batch([j], [x], [np.eye(3)], False)[0], 0, -1)],
    ):
        np.testing.assert_allclose(found.reshape(3, 3, 3), h, rtol=1e-13, atol=1e-15)


def test_recorded_results_depend_on_cotangents_and_on_what_is_closed_over():
    a = np.array([0.3, -1.2, 2.1])
    x, c, w = mg.tensor(a), mg.tensor(2.0), mg.tensor(np.ones((2, 3)))
    (g,) = pull_batch([np.sin(c * x)], [w], [x], True)
    np.sum(g).backward()
    np.testing.assert_allclose(c.grad, 2 * np.sum(np.cos(2 * a) - 2 * a * np.sin(2 * a)))
    np.testing.assert_allclose(w.grad, np.tile(2 * np.cos(2 * a), (2, 1)))


# ----------------------------------------------------------------------------------------
# Inputs, outputs, errors
# ----------------------------------------------------------------------------------------


def test_several_outputs_and_inputs_that_nothing_depends_on():
    x, y, z = mg.tensor([1.0, 2.0]), mg.tensor(3.0), mg.tensor(1.0)
    w = [np.ones((K, 2)), np.arange(3.0), np.ones((K, 2))]
    gx, gy, gz = pull_batch([x * y, y * y, np.ones(2)], w, [x, y, z], False)
    np.testing.assert_array_equal(gx, np.full((K, 2), 3.0))
    np.testing.assert_array_equal(gy, 3 + 6 * np.arange(3.0))
    assert gz is None
    assert pull_batch([], [], [x], False) == [None]
    assert pull_batch([x * 2], [np.ones((K, 2))], [], False) == []
    # An output that is an input, and one that is there twice.
    (g,) = pull_batch([x, x], [np.ones((K, 2))] * 2, [x], False)
    np.testing.assert_array_equal(g, np.full((K, 2), 2.0))


@pytest.mark.parametrize("record", [False, True])
@pytest.mark.parametrize("f", [np.sin, np.linalg.svdvals, np.sort])
def test_none_at_all(f, record):
    x = mg.tensor(np.arange(6.0).reshape(2, 3))
    y = f(x)
    (g,) = pull_batch([y], [np.zeros((0, *y.shape))], [x], record)
    assert g.shape == (0, 2, 3)
    (t,) = push_batch([y], [x], [np.zeros((0, 2, 3))], record)
    assert t.shape == (0, *y.shape)


@pytest.mark.parametrize("record", [False, True])
def test_graph_gradients_and_arguments_stay(record):
    x = mg.tensor([1.0, 2.0])
    y = np.cumprod(x * x)
    y.backward(retain_graph=True)
    grad = x.grad.copy()
    w = np.ones((K, 2))
    (g,) = pull_batch([y], [w], [x], record)
    if not record:
        g[...] = 0
    push_batch([y], [x], [w], record)
    np.testing.assert_array_equal(x.grad, grad)
    np.testing.assert_array_equal(w, 1)
    assert w.flags.writeable
    y.backward()
    np.testing.assert_array_equal(x.grad, grad)
    with pytest.raises(InvalidBackprop, match="cleared"):
        pull_batch([y], [w], [x], record)


def test_dtypes():
    x = mg.tensor(np.ones(2, np.float32))
    (g,) = pull_batch([x * np.ones(2)], [np.ones((K, 2))], [x], False)
    assert g.dtype == np.float32
    z = mg.tensor(np.array([1 + 1j, 2.0]))
    w = np.array([[1, 1j], [2, 0], [1j, 3]])
    (g,) = pull_batch([z * z], [w], [z], False)
    np.testing.assert_allclose(g, w * np.conjugate(2 * z.data))
    (t,) = push_batch([z * z], [z], [w], False)
    np.testing.assert_allclose(t, w * 2 * z.data)


def test_errors():
    x = mg.tensor([1.0, 2.0])
    y = x * x
    with pytest.raises(ValueError, match=r"leading axis"):
        pull_batch([y, y], [np.ones((2, 2)), np.ones((3, 2))], [x], False)
    with pytest.raises(ValueError, match=r"cotangent 0 has shape \(3, 4\).*\(3, 2\)"):
        pull_batch([y], [np.ones((3, 4))], [x], False)
    with pytest.raises(ValueError, match=r"tangents have shapes \[\(\)\]"):
        push_batch([y], [x], [1.0], False)
    with pytest.raises(TypeError, match="complex"):
        push_batch([y], [x], [np.ones((3, 2)) * 1j], False)
    with pytest.raises(ValueError, match="constant"):
        pull_batch([y], [np.ones((3, 2))], [mg.tensor([1, 2])], False)


def test_errors_of_rules_are_raised():
    """Only what a batch cannot do is tried one by one."""
    x = mg.tensor(np.eye(2))
    w, v = np.linalg.eigh(x)
    with pytest.raises(np.linalg.LinAlgError):
        pull_batch([v], [np.random.default_rng(0).normal(size=(K, 2, 2))], [x], False)
    assert w.shape == (2,)


def test_a_batch_is_no_array():
    batch = _batch.Batch(np.ones((K, 2)))
    for use in (np.asarray, bool, np.linalg.norm, np.add.reduce, lambda b: b.dot(b)):
        with pytest.raises(_batch.CannotBatch):
            use(batch)
    with pytest.raises(_batch.CannotBatch):
        mg.tensor([1.0, 2.0])[:] = batch
    assert not hasattr(batch, "rechunk")


def test_a_deep_graph():
    x = mg.tensor(1.0)
    y = x
    for _ in range(20_000):
        y = y + 1.0
    np.testing.assert_array_equal(pull_batch([y], [np.arange(3.0)], [x], False)[0], np.arange(3.0))


def test_outputs_older_than_the_inputs():
    c = np.exp(mg.tensor([1.0, 2.0]))
    c.backward()
    x = mg.tensor([1.0, 2.0])
    w = np.ones((K, 2))
    (g,) = pull_batch([c, x * 2], [w, w], [x], False)
    np.testing.assert_array_equal(g, np.full((K, 2), 2.0))
    assert pull_batch([c], [w], [x], False) == [None]
    assert push_batch([c], [x], [w], False) == [None]


def test_dask_stays_lazy():
    dask = pytest.importorskip("dask")
    da = pytest.importorskip("dask.array")

    def boom(*_, **__):
        raise AssertionError("Dask was made to compute")

    def f(x):
        y = np.exp(x) * x.sum(axis=0)
        y[0] = 3 * x[1]
        return np.tanh(y @ x.T) + np.mean(np.concatenate([x, x]))

    rng = np.random.default_rng(0)
    a, w, t = rng.normal(size=(2, 3)), rng.normal(size=(K, 2, 2)), rng.normal(size=(K, 2, 3))
    x = mg.tensor(a)
    wanted = [*pull_batch([f(x)], [w], [x], False), *push_batch([f(x)], [x], [t], False)]
    with dask.config.set(scheduler=boom):
        x = mg.tensor(da.from_array(a, chunks=2))
        y = f(x)
        found = [
            *pull_batch([y], [da.from_array(w)], [x], False),
            *push_batch([y], [x], [da.from_array(t)], False),
        ]
    for got, want in zip(found, wanted, strict=True):
        assert isinstance(got, da.Array)
        np.testing.assert_allclose(dask.compute(got, scheduler="sync")[0], want, rtol=1e-12)


@pytest.mark.parametrize("f_order", [False, True])
def test_after_a_backward_pass_that_kept_the_graph(f_order):
    """Values own gradients then, but not what passes through in another pass."""
    a = np.arange(6.0).reshape(2, 3)
    x = mg.tensor(a)
    y = 1 * x
    kept = 2 * y
    view = np.reshape(y.T, -1, order="F") if f_order else y.reshape(-1)
    view[1:] = 5
    y[0] = x[1]
    result = y + kept
    w = np.random.default_rng(0).normal(size=(K, 2, 3))
    (before,) = pull_batch([result], [w], [x], False)
    result.sum().backward(retain_graph=True)
    grad = x.grad.copy()
    for _ in range(2):
        (after,) = pull_batch([result], [w], [x], False)
        np.testing.assert_array_equal(after, before)
    np.testing.assert_array_equal(x.grad, grad)
    assert singly([result], [x], [w])[0].tolist() == before.tolist()


def test_one_by_one_nothing_is_used_up(monkeypatch):
    """A rule that runs once for each must not write into what others have, too."""
    x = mg.tensor(np.arange(3.0))
    z = 3 * x
    y = 1 * x
    y[0] = x[1]
    other = 2 * y
    result = y + z
    y[...] = 0
    # Now the value before the last write owns its gradient, which nobody can see.
    other.sum().backward(retain_graph=True)
    w = np.random.default_rng(0).normal(size=(K, 3))

    def refuse(self):
        raise _batch.CannotBatch

    monkeypatch.setattr(_batch.Batch, "copy", refuse)
    (g,) = pull_batch([result], [w], [x], False)
    want = 4 * w
    want[:, 0] -= w[:, 0]
    want[:, 1] += w[:, 0]
    np.testing.assert_allclose(g, want, rtol=1e-15)
