"""The engine under load and under fire: long, deep, many, threaded, interrupted."""

import contextlib
import copy
import gc
import signal
import sys
import threading
import time
import tracemalloc

import numpy as np
import pytest

import mygrad as mg
from _helpers import numerical_grad, writeable
from mygrad import tensor
from mygrad.errors import InvalidBackprop

# ----------------------------------------------------------------------------------------
# Long
# ----------------------------------------------------------------------------------------


def test_chain_of_a_million_operations_forward_and_backward():
    x = tensor(1.5)
    y = x
    for _ in range(500_000):
        y = y + 1.0
        y = y * 1.0
    assert y.item() == 500_001.5
    y.backward()
    np.testing.assert_array_equal(x.grad, 1.0)
    assert y.creator is None


def test_chain_of_a_million_operations_is_deleted_without_backward():
    a = np.array([1.0])
    x = tensor([1.5])
    y = x * a
    for _ in range(1_000_000):
        y = -y
    assert writeable(a) == [False]
    del y
    assert writeable(a) == [True]


CHAINS = {
    "second operand": lambda y, i: 1.0 - y,
    "both operands": lambda y, i: (y + y) / 2,
    "function": lambda y, i: np.sum(y, axis=0, keepdims=True),
    "copy": lambda y, i: y.copy(),
    "index": lambda y, i: y[[0]],
    "view": lambda y, i: y.reshape(1, 1)[0] * 1,
    "in place": lambda y, i: y.__iadd__(0.0),
    "item": lambda y, i: [y.__setitem__(0, y[0] * 1), y][1],
    "join": lambda y, i: np.concatenate([y, y])[:1] * 1,
    "masked": lambda y, i: np.where([True], y, 0),
}


@pytest.mark.parametrize("step", CHAINS.values(), ids=CHAINS)
@pytest.mark.parametrize("end", ["backward", "clear", "drop", "copy"])
def test_long_chains_of_every_kind(step, end):
    x = tensor([1.5])
    y = x * 1.0
    n = 20_000
    for i in range(n):
        y = step(y, i)
    if end == "backward":
        y.backward()
        np.testing.assert_allclose(np.abs(x.grad), [1.0])
    elif end == "clear":
        y.clear_graph()
        assert y.creator is None
    elif end == "drop":
        del y
    else:
        assert copy.deepcopy(y).creator is None


def test_long_chains_differentiate_twice():
    x = tensor(1.5)
    y = x * x
    for _ in range(5_000):
        y = y * 1.0
    y.backward(create_graph=True)
    x.grad.backward()
    np.testing.assert_array_equal(np.asarray(x.grad), 2.0)


def test_filling_an_array_with_a_hundred_thousand_steps():
    n = 100_000
    x = mg.zeros(n, dtype=float)
    w = tensor(1.0)
    x[0] = 1.0
    for i in range(1, n):
        x[i] = x[i - 1] * w
    x[-1].backward()
    np.testing.assert_array_equal(w.grad, n - 1)


def test_a_node_with_a_hundred_thousand_consumers():
    x = tensor(2.0)
    y = x * 1.0
    parts = [y * 1.0 for _ in range(100_000)]
    mg.stack(parts).sum().backward()
    np.testing.assert_array_equal(x.grad, 100_000)


# ----------------------------------------------------------------------------------------
# Deep
# ----------------------------------------------------------------------------------------

NESTINGS = {
    "slices": lambda v, i: v[:],
    "reversals": lambda v, i: v[::-1],
    "transposes": lambda v, i: v.T,
    "reshapes": lambda v, i: v.reshape((4,) if i % 2 else (2, 2)),
    "mixed": lambda v, i: [v[None], v[0], v[::-1], np.ravel(v)][i % 4],
}


@pytest.mark.parametrize("nest", NESTINGS.values(), ids=NESTINGS)
def test_views_nested_two_thousand_deep(nest):
    def f(x):
        y = x * 1
        used = y * y
        v = y
        for i in range(2000):
            v = nest(v, i)
        before = v * 1
        v *= 3.0
        v[0] = v[0] * y[1]
        return (v * v).sum() + (y * used).sum() + (before * before).sum()

    a = np.array([1.0, 2.0, 0.5, -1.5])
    x = tensor(a)
    y = f(x)
    y.backward()
    np.testing.assert_allclose(y.data, f(a))
    np.testing.assert_allclose(x.grad, numerical_grad(f, a)[0], rtol=1e-6, atol=1e-6)


def test_gradients_and_writes_of_views_two_thousand_deep():
    x = tensor(np.arange(4.0))
    views = [x[::-1]]
    for _ in range(1999):
        views.append(views[-1][::-1])
    assert all(v.base is x for v in views)
    (x * x).backward()
    np.testing.assert_array_equal(views[-1].grad, x.grad)
    np.testing.assert_array_equal(views[-2].grad, x.grad[::-1])
    views[-1][0] = 9.0
    assert views[0].data[-1] == 9.0
    assert x.data[0] == 9.0
    x *= 2
    assert views[-1].data[0] == 18.0
    del x, views


def test_deeply_nested_lists_of_tensors():
    x = tensor([1.0, 2.0])
    nested = [x[0], x[1]]
    for _ in range(30):
        nested = [nested]
    y = mg.sum(nested)
    y.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


# ----------------------------------------------------------------------------------------
# Many
# ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def no_growth(blocks):
    """With the cyclic collector off, the body leaves nothing behind."""
    gc.collect()
    gc.disable()
    # CPython keeps up to 2,000 freed tuples of each length: fill its stock first.
    stock = [tuple([None] * n) for n in range(1, 20) for _ in range(2000)]
    del stock
    try:
        objects = len(gc.get_objects())
        before = sys.getallocatedblocks()
        yield
        grown = sys.getallocatedblocks() - before
        assert len(gc.get_objects()) - objects < blocks
        assert grown < blocks
    finally:
        gc.enable()


def _simple(x, a):
    return np.exp(x * a)


def _views(x, a):
    y = x * a
    v, w = y[1:], y[::-1]
    v *= 2
    y[0] = w[0]
    w += a
    return v * v


def _out(x, a):
    o = np.zeros(3)
    return np.multiply(x, a, out=o)


def _handed(x, a):
    y = x * a
    _ = y.data.flags, x.data.flags
    return y * y


def _reduced(x, a):
    return np.einsum("i,i", np.concatenate([x, x]), np.concatenate([a, a])) + (x * a).sum()


def _indexed(x, a):
    y = x[[0, 0, 1]] * a
    y[y.data > 0] = 0.5
    return y


def _failing(x, a):
    try:
        x * a * np.ones(5)
    except ValueError:
        return x * a
    raise AssertionError


GRAPHS = [_simple, _views, _out, _handed, _reduced, _indexed, _failing]
ENDS = {
    "dropped": lambda y: None,
    "differentiated": lambda y: y.backward(),
    "cleared": lambda y: y.clear_graph(),
    "retained": lambda y: (y.backward(retain_graph=True), y.backward(retain_graph=True)),
    "twice": lambda y: y.backward(create_graph=True),
}


def test_a_hundred_thousand_graphs_leave_nothing():
    a = np.arange(3.0)
    x = tensor([1.0, 2.0, 3.0])

    def run(n):
        for i in range(n):
            y = _simple(x, a)
            if i % 2:
                y.backward()

    run(100)
    with no_growth(300):
        run(100_000)
    assert writeable(a, x.data) == [True, True]


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_graphs_of_every_kind_leave_nothing(graph, end):
    a = np.arange(3.0)
    leaves = [tensor([1.0, 2.0, 3.0])]

    def run(n):
        for _ in range(n):
            end(graph(leaves[0], a))
            leaves[0].null_grad()

    run(20)
    with no_growth(200):
        run(1000)
    leaves[0].null_grad()
    assert writeable(a, leaves[0].data) == [True, True]


def test_new_leaves_leave_nothing():
    def run(n):
        for _ in range(n):
            x = tensor(np.arange(3.0))
            v = x[1:]
            (v * v).backward()
            v *= 2
            copy.copy(x), x.detach(), x.data

    run(20)
    with no_growth(200):
        run(2000)


def test_writing_to_one_long_lived_tensor_leaves_nothing():
    x = tensor(np.zeros(10))
    v = x[2:]

    def run(n):
        for i in range(n):
            x[i % 10] = 1.0
            v[...] = v * 0.5
            (x * x).backward()
            x.clear_graph()

    run(20)
    with no_growth(200):
        run(2000)


def test_an_intermediate_array_dies_as_soon_as_no_rule_needs_it():
    x = tensor(np.zeros(100_000))
    y = x + 1.0
    tracemalloc.start()
    try:
        for _ in range(50):
            y = y + 1.0
        y.backward()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * x.data.nbytes


# ----------------------------------------------------------------------------------------
# Threads
# ----------------------------------------------------------------------------------------


def program(x, w, a):
    y = np.tanh(x * a) * w
    v = y[::2]
    v *= w[0]
    y[1] = v[0] * y[2]
    return (y * y).sum() + (v * a[::2]).sum()


def test_eight_threads_with_their_own_graphs():
    shared = np.array([0.5, 1.5, -1.0])
    errors = []

    def work(seed):
        try:
            rng = np.random.default_rng(seed)
            for _ in range(40):
                a, b = rng.uniform(0.5, 1.5, (2, 3))
                x, w = tensor(a), tensor(b)
                program(x, w, shared).backward()
                expected = numerical_grad(lambda x, w: program(x, w, shared), a, b)
                np.testing.assert_allclose(x.grad, expected[0], rtol=1e-5)
                np.testing.assert_allclose(w.grad, expected[1], rtol=1e-5)
        except BaseException as error:
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []
    assert writeable(shared) == [True]


def test_eight_threads_that_share_a_leaf():
    """Each pass is right as a whole; which one comes last is the threads' business."""
    x = tensor([1.0, 2.0])
    errors, grads = [], []

    def work(k):
        try:
            for _ in range(200):
                (x * x * k).sum().backward()
                # Another thread may have nulled it by using the leaf.
                grads.append(x.grad)
        except BaseException as error:
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(k + 1.0,)) for k in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []
    right = {(2.0 * k, 4.0 * k) for k in range(1, 9)}
    assert {tuple(g) for g in grads if g is not None} <= right


# ----------------------------------------------------------------------------------------
# Errors in backward
# ----------------------------------------------------------------------------------------


class Injected(Exception):
    """Raised on purpose."""


@pytest.fixture
def faulty_sinh(monkeypatch):
    """INJECTION POINT: ``faulty_sinh(error)`` makes the derivative of ``np.sinh`` raise.

    This is the only place that knows the engine's inside: the rule's local partial derivative
    is `mygrad._table.RULES[np.sinh].da`.
    """
    from mygrad import _table

    def inject(error):
        def raising(*_):
            raise error

        monkeypatch.setattr(_table.RULES[np.sinh], "da", raising)

    def repair():
        monkeypatch.undo()

    inject.repair = repair
    return inject


def assert_intact_or_cleared(y, x, a, grad_before, grad):
    """After a failed ``y.backward()``: all as it was, or all gone; nothing half done."""
    if x.grad is not None:
        assert any(g is not None and np.array_equal(x.grad, g) for g in (grad_before, grad)), (
            f"partial gradient {x.grad}"
        )
    try:
        y.backward()
    except InvalidBackprop:
        pass
    else:
        if x.grad is not None:
            assert any(g is not None and np.allclose(x.grad, g) for g in (grad_before, grad))
    if y.creator is None:
        assert writeable(a) == [True]


@pytest.mark.parametrize("error", [Injected, KeyboardInterrupt, MemoryError, FloatingPointError])
@pytest.mark.parametrize("retain", [False, True])
def test_a_rule_that_raises(faulty_sinh, error, retain):
    a = np.array([2.0, 3.0])
    x = tensor([0.5, 1.5])
    (x * 7).backward()
    z = x * a
    y = np.sinh(z) * x + np.cos(x)
    values = [t.data.copy() for t in (x, z, y)]
    faulty_sinh(error())
    raised = False
    try:
        y.backward(retain_graph=retain)
    except error:
        raised = True
    assert raised
    faulty_sinh.repair()
    assert bool(mg.no_autodiff) and mg.mem_guard_active()
    for t, value in zip((x, z, y), values, strict=True):
        np.testing.assert_array_equal(t.data, value)
    right = np.sinh(x.data * a) + x.data * a * np.cosh(x.data * a) - np.sin(x.data)
    assert_intact_or_cleared(y, x, a, np.array([7.0, 7.0]), right)
    del y, z, t
    assert writeable(a, x.data) == [True, True]
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, [1.0, 3.0])


def test_a_pass_that_raised_is_not_mistaken_for_one_that_ended():
    x, u = tensor([0.0, 1.0]), tensor([1.0, 1.0])
    (u * 3).backward()
    z = (np.sqrt(x) * u).sum()
    assert u.grad is None
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        z.backward()
    assert x.grad is None and u.grad is None
    for _ in range(2):
        with pytest.raises(InvalidBackprop):
            z.backward()
    assert x.grad is None and u.grad is None


def test_a_rule_that_raises_while_creating_a_graph(faulty_sinh):
    a = np.array([2.0, 3.0])
    x = tensor([0.5, 1.5])
    y = np.sinh(x * a) * x
    faulty_sinh(Injected())
    with contextlib.suppress(Injected):
        y.backward(create_graph=True)
    faulty_sinh.repair()
    assert x.grad is None
    with contextlib.suppress(InvalidBackprop):
        y.backward()
        np.testing.assert_allclose(x.grad, np.sinh(x.data * a) + x.data * a * np.cosh(x.data * a))
    del y
    assert writeable(a) == [True]


def test_floating_point_errors_in_backward_leave_the_rest_usable():
    a = np.array([1.0, 1.0])
    x = tensor([0.0, 4.0])
    y = np.sqrt(x) * a
    raised = False
    with np.errstate(divide="raise"):
        try:
            y.backward()
        except FloatingPointError:
            raised = True
    assert raised
    del y
    assert writeable(a) == [True]
    (x * 3).backward()
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])


# ----------------------------------------------------------------------------------------
# Interrupts anywhere
# ----------------------------------------------------------------------------------------


class Interrupt:
    """Raises `KeyboardInterrupt` at the n-th point at which Python would look for signals.

    Those are the start of each Python function and the return of each C function, within
    the package. Finalisers (those of weak references, too) are left out: Python itself swallows
    what is raised there.
    """

    def __init__(self, n):
        self.left = n

    def __call__(self, frame, event, argument):
        if event not in ("call", "c_return"):
            return
        if not frame.f_globals.get("__name__", "").startswith("mygrad"):
            return
        outer = frame
        while outer is not None:
            if outer.f_code.co_name in ("__del__", "release"):
                return
            outer = outer.f_back
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt

    def __enter__(self):
        sys.setprofile(self)

    def __exit__(self, *_):
        sys.setprofile(None)
        return False


def points(run):
    """How many points there are to interrupt."""
    counter = Interrupt(-1)
    with counter:
        run()
    return -1 - counter.left


def forward_and_backward(x, a):
    y = np.tanh(x * a)
    z = (y + x) * y
    (z.sum() * z[0]).backward()


def with_views(x, a):
    y = x * a
    v = y[1:]
    v *= x[0]
    y[0] = v[1]
    np.exp(y, out=y, where=np.array([True, True, False]))
    (y * v[0]).backward()


def with_functions(x, a):
    y = np.einsum("i,j->ij", x, a)
    z = np.concatenate([y[0], np.sum(y, axis=0)]).reshape(2, 3)
    np.mean(z[:, [0, 0, 2]] ** 2).backward()


def twice(x, a):
    (np.sin(x * a) ** 2).backward(create_graph=True)
    (x.grad * a).backward()


@pytest.mark.parametrize("run", [forward_and_backward, with_views, with_functions, twice])
def test_an_interrupt_at_any_point_leaves_no_trace(run):
    data = np.array([0.5, 1.5, -1.0])
    a = np.array([1.0, -2.0, 0.5])
    x = tensor(data)
    run(x, a)
    right = np.asarray(x.grad).copy()
    x = tensor(data)
    n = points(lambda: run(x, a))
    assert n > 10
    for i in range(1, n + 1, max(1, n // 400)):
        x = tensor(data)
        before = None
        if i % 2:
            (x * 7).backward()
            before = x.grad.copy()
        interrupted = False
        try:
            with Interrupt(i):
                run(x, a)
        except KeyboardInterrupt:
            interrupted = True
        where = f"interrupt {i} of {n}"
        assert interrupted, where
        assert bool(mg.no_autodiff) and mg.mem_guard_active(), where
        np.testing.assert_array_equal(x.data, data, err_msg=where)
        if run is twice:
            # The gradient may be a tensor, whose graph is alive.
            x.null_grad()
        assert writeable(a, x.data) == [True, True], where
        if x.grad is not None:
            assert any(g is not None and np.array_equal(x.grad, g) for g in (before, right)), (
                f"{where}: partial gradient {x.grad}"
            )
        run(x, a)
        np.testing.assert_array_equal(np.asarray(x.grad), right, err_msg=where)


WRITES = {
    "add": lambda y, v: y.__iadd__(1.0),
    "multiply a view": lambda y, v: v.__imul__(2.0),
    "item": lambda y, v: y.__setitem__(0, 5.0),
    "item of a view": lambda y, v: v.__setitem__([0, 1], y[:2]),
    "out": lambda y, v: np.exp(v, out=v),
    "where": lambda y, v: np.exp(y, out=y, where=np.array([True, False, True])),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_an_interrupted_write_happened_or_did_not(write):
    data = np.array([0.5, 1.5, -1.0])

    def make():
        x = tensor(data)
        y = x * 1
        v = y[1:]
        used = y * y
        return x, y, v, used

    x, y, v, used = make()
    old = y.data.copy()
    write(y, v)
    new = y.data.copy()
    (y * 2 + used).backward()
    right = x.grad.copy()
    untouched = 2 + 2 * data

    x, y, v, used = make()
    n = points(lambda: write(y, v))
    for i in range(1, n + 1):
        x, y, v, used = make()
        with contextlib.suppress(KeyboardInterrupt), Interrupt(i):
            write(y, v)
        where = f"interrupt {i} of {n}"
        happened = np.array_equal(y.data, new)
        assert happened or np.array_equal(y.data, old), where
        np.testing.assert_array_equal(v.data, y.data[1:], err_msg=where)
        assert v.base is y
        np.testing.assert_array_equal(used.data, data * data, err_msg=where)
        (y * 2 + used).backward()
        np.testing.assert_allclose(x.grad, right if happened else untouched, err_msg=where)
        assert writeable(x.data, y.data, v.data) == [True] * 3, where


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer here")
def test_real_signals_during_backward():
    armed = []

    def handler(number, frame):
        # Once, and only where it is waited for: it may come late.
        if armed:
            armed.clear()
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    a = np.array([1.0, 1.0])
    x = tensor([1.0, 2.0])

    def build():
        y = x * a
        for _ in range(3000):
            y = y * a + x
        return y

    try:
        y = build()
        start = time.perf_counter()
        y.backward()
        duration = time.perf_counter() - start
        right = x.grad.copy()
        interrupted = 0
        for i in range(40):
            y = build()
            assert x.grad is None
            try:
                try:
                    armed.append(True)
                    signal.setitimer(signal.ITIMER_REAL, max(1e-6, duration * (i + 1) / 40))
                    y.backward()
                finally:
                    armed.clear()
            except KeyboardInterrupt:
                interrupted += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert x.grad is None or np.array_equal(x.grad, right)
            del y
            assert writeable(a, x.data) == [True, True]
            np.testing.assert_array_equal(x.data, [1.0, 2.0])
        assert interrupted
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    build().backward()
    np.testing.assert_array_equal(x.grad, right)
