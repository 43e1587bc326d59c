"""Memory guarding: what a live graph relies on cannot be overwritten, and is given back."""

import array
import asyncio
import contextlib
import ctypes
import gc
import mmap
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import mygrad as mg
from _helpers import writeable
from mygrad import _guard, tensor
from mygrad.errors import DetachedGradientWarning

OPEN, SHUT = True, False


@pytest.fixture(autouse=True)
def _no_collector():
    """Everything below must hold by reference counting alone."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def a():
    return np.array([1.0, 2.0])


@pytest.fixture
def t():
    return tensor([3.0, 4.0])


# ----------------------------------------------------------------------------------------
# What is locked
# ----------------------------------------------------------------------------------------

OPERATIONS = {
    "multiply": lambda a, t: a * t,
    "reflected": lambda a, t: t * a,
    "add": lambda a, t: np.add(a, t),
    "divide": lambda a, t: t / a,
    "power": lambda a, t: t**a,
    "maximum": lambda a, t: mg.maximum(a, t),
    "matmul": lambda a, t: a @ t,
    "einsum": lambda a, t: np.einsum("i,i", a, t),
    "where": lambda a, t: np.where([True, False], a, t),
    "concatenate": lambda a, t: np.concatenate([a, t]),
    "stack": lambda a, t: mg.stack([t, a]),
    "clip": lambda a, t: np.clip(t, a, 9.0),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_operands_are_read_only_until_backward(operation, a, t):
    y = operation(a, t)
    with pytest.raises(ValueError, match="read-only"):
        a[0] = 9.0
    y.backward()
    a[0] = 9.0


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_operands_are_read_only_until_the_graph_dies(operation, a, t):
    y = operation(a, t)
    assert writeable(a) == [SHUT]
    del y
    assert writeable(a) == [OPEN]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_operands_are_read_only_until_the_graph_is_cleared(operation, a, t):
    y = operation(a, t)
    assert writeable(a) == [SHUT]
    y.clear_graph()
    assert writeable(a) == [OPEN]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_a_result_nobody_keeps_locks_nothing(operation, a, t):
    operation(a, t)
    assert writeable(a) == [OPEN]


def test_a_tensors_array_is_read_only_where_it_is_seen(t):
    y = t * t
    z = np.exp(y)
    with pytest.warns(DetachedGradientWarning):
        seen = [t.data, y.data, np.asarray(z)]
    assert writeable(*seen) == [SHUT] * 3
    z.backward()
    assert writeable(*seen) == [OPEN] * 3
    assert writeable(t.data, y.data, z.data) == [OPEN] * 3


def test_an_array_seen_before_the_graph_is_read_only_in_it(t):
    d = t.data
    assert writeable(d) == [OPEN]
    y = t * t
    assert writeable(d, t.data) == [SHUT, SHUT]
    del y
    assert writeable(d, t.data) == [OPEN, OPEN]


def test_an_array_without_copy_is_guarded_like_an_operand(a):
    x = tensor(a, copy=False)
    assert writeable(a) == [OPEN]
    y = x * x
    with pytest.raises(ValueError):
        a[0] = 9.0
    y.backward()
    assert writeable(a) == [OPEN]
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_bases_of_operands_are_locked(t):
    base = np.arange(4.0)
    view = base[:2]
    y = view * t
    assert writeable(base, view) == [SHUT, SHUT]
    y.backward()
    assert writeable(base, view) == [OPEN, OPEN]


def test_bases_of_nested_views_are_locked(t):
    base = np.ones((2, 4))
    middle = base.T
    view = middle[1:3, 0]
    y = view * t
    assert writeable(base, view) == [SHUT, SHUT]
    del y
    assert writeable(base, middle, view) == [OPEN] * 3


def test_a_temporary_view_leaves_its_base_open(t):
    base = np.arange(4.0)
    y = base[::2] * t
    assert writeable(base) == [SHUT]
    y.backward()
    assert writeable(base) == [OPEN]


def test_the_same_array_in_many_places(a, t):
    y = a * t + a
    z = np.exp(a * t) * a
    (y * z).sum().backward()
    assert writeable(a) == [OPEN]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_last_graph_releases(order, a, t):
    graphs = [a * t, a + t]
    for i in order:
        assert writeable(a) == [SHUT]
        graphs[i].backward()
    assert writeable(a) == [OPEN]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_view_and_base_in_two_graphs(order, t):
    base = np.arange(2.0)
    view = base[::-1]
    graphs = [base * t, view * t]
    graphs[order[0]].backward()
    assert writeable(base) == [SHUT]
    graphs[order[1]].backward()
    assert writeable(base, view) == [OPEN, OPEN]


def test_a_longer_graph_keeps_what_its_middle_used(a, t):
    y = a * t
    z = y * 2
    del y
    assert writeable(a) == [SHUT]
    z.backward()
    assert writeable(a) == [OPEN]


def test_retained_graphs_stay_guarded(a, t):
    y = a * t
    y.backward(retain_graph=True)
    assert writeable(a) == [SHUT]
    y.backward()
    assert writeable(a) == [OPEN]


def test_null_grad_releases_nothing(a, t):
    y = a * t
    t.null_grad()
    assert writeable(a) == [SHUT]
    y.backward()


def test_constants_lock_nothing(a):
    c = tensor([1.0, 2.0], constant=True)
    y = c * a
    z = np.add(y, np.ones(2), out=mg.zeros(2, dtype=float, constant=True))
    assert z.constant
    assert writeable(a, c.data, y.data) == [OPEN] * 3
    w = mg.multiply(tensor([1.0, 2.0]), a, constant=True)
    assert w.constant
    assert writeable(a) == [OPEN]


def test_gradients_given_to_backward_stay_writeable(a, t):
    g = np.ones(2)
    (a * t).backward(g)
    assert writeable(g) == [OPEN]


# ----------------------------------------------------------------------------------------
# Indices, masks and other arguments
# ----------------------------------------------------------------------------------------


ARGUMENTS = {
    "index": (lambda x, i: x[i], np.array([0, 1])),
    "list": (lambda x, i: x[i], [0, 1]),
    "tuple of indices": (lambda x, i: x[None][0, i], np.array([0, 1])),
    "mask": (lambda x, i: x[i], np.array([True, False, True])),
    "where": (lambda x, i: np.where(i, x, 0), np.array([True, False, True])),
    "where=": (
        lambda x, i: np.multiply(x, x, where=i, out=mg.zeros(x.shape, dtype=float)),
        np.array([True, False, True]),
    ),
    "where= of sum": (lambda x, i: np.sum(x * x, where=i), np.array([True, False, True])),
    "take": (lambda x, i: np.take(x, i), np.array([0, 1])),
    "repeat": (lambda x, i: np.repeat(x, i), np.array([0, 1, 2])),
}


@pytest.mark.parametrize(("f", "argument"), ARGUMENTS.values(), ids=ARGUMENTS)
@pytest.mark.parametrize("tiles", [1, 5000])
def test_arguments_may_change_after_the_call(f, argument, tiles):
    """Small arguments may be copied and large ones locked; the gradient is right either way."""

    def run(overwrite):
        x = tensor(np.tile([1.0, 2.0, 3.0], tiles))
        now = argument * tiles if isinstance(argument, list) else np.tile(argument, tiles)
        y = f(x, now)
        if overwrite:
            try:
                now[:] = [1] * len(now)
            except ValueError:
                assert not now.flags.writeable
        y.backward()
        if isinstance(now, np.ndarray):
            assert now.flags.writeable
        return x.grad

    np.testing.assert_array_equal(run(True), run(False))


@pytest.mark.parametrize(
    "index", [np.array([0, 0]), np.array([True, False, True]), [2, 0]], ids=["int", "mask", "list"]
)
def test_set_indices_may_change_after_the_call(index):
    index = index.copy()
    x0, b = tensor([1.0, 2.0, 3.0]), tensor([5.0, 6.0])
    x = +x0
    x[index] = b
    seen = x.data.copy()
    try:
        index[:] = [1] * len(index)
    except ValueError:
        assert not index.flags.writeable
    (x * x).backward()
    untouched = seen == [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(x0.grad, np.where(untouched, 2 * seen, 0))
    np.testing.assert_array_equal(b.grad, [2 * v if v in seen else 0 for v in (5.0, 6.0)])


# ----------------------------------------------------------------------------------------
# Restoring flags exactly
# ----------------------------------------------------------------------------------------


def test_read_only_arrays_stay_read_only(t):
    a = np.array([1.0, 2.0])
    a.flags.writeable = False
    (a * t).backward()
    assert writeable(a) == [SHUT]


def test_broadcast_arrays_stay_read_only():
    base = np.ones(3)
    v = np.broadcast_to(base, (2, 3))
    (v * tensor(np.ones((2, 3)))).sum().backward()
    assert writeable(v, base) == [SHUT, OPEN]


def test_read_only_view_of_a_writeable_base(t):
    base = np.arange(4.0)
    v = base[:2]
    v.flags.writeable = False
    (v * t).backward()
    assert writeable(v, base) == [SHUT, OPEN]


def test_writeable_view_of_a_base_made_read_only_later(t):
    base = np.arange(4.0)
    v = base[:2]
    base.flags.writeable = False
    (v * t).backward()
    assert writeable(v, base) == [OPEN, SHUT]


def test_writeable_view_of_a_base_made_read_only_in_both_graphs(t):
    base = np.arange(2.0)
    v = base[:]
    base.flags.writeable = False
    y, z = v * t, base + t
    y.backward()
    z.backward()
    assert writeable(v, base) == [OPEN, SHUT]


def test_views_taken_inside_a_graph_are_read_only(t):
    y = t * t
    d = t.data[:1]
    assert writeable(d) == [SHUT]
    y.backward()


FOREIGN = {
    "bytearray": lambda: np.frombuffer(bytearray(16)),
    "array": lambda: np.frombuffer(array.array("d", [0.0, 0.0])),
    "ctypes": lambda: np.ctypeslib.as_array((ctypes.c_double * 2)()),
    "memoryview": lambda: np.asarray(memoryview(bytearray(16)).cast("d")),
    "mmap": lambda: np.frombuffer(mmap.mmap(-1, 16)),
    "strided": lambda: np.lib.stride_tricks.as_strided(np.zeros(4), (2,), (16,)),
    "view of foreign": lambda: np.frombuffer(bytearray(32))[::2],
}


@pytest.mark.parametrize("make", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize(
    ("f", "grad"), [(np.multiply, 0.0), (np.add, 1.0), (np.subtract, -1.0)], ids=str
)
def test_arrays_over_foreign_memory(make, f, grad, t):
    a = make()
    assert writeable(a) == [OPEN]
    y = f(a, t)
    with contextlib.suppress(ValueError):
        a[0] = 100.0
    y.backward()
    np.testing.assert_array_equal(t.grad, [grad, grad])
    assert writeable(a) == [OPEN]
    a[0] = 1.0


@pytest.mark.parametrize("make", FOREIGN.values(), ids=FOREIGN)
def test_foreign_memory_as_out_and_as_data(make, t):
    o = make()
    y = np.multiply(t, t, out=o)
    y.backward()
    assert writeable(o) == [OPEN]
    np.testing.assert_array_equal(t.grad, [6.0, 8.0])
    x = tensor(make(), copy=False)
    z = x * x + t
    z.backward()
    assert writeable(x.data) == [OPEN]


def test_read_only_buffers(t):
    a = np.frombuffer(b"\0" * 16)
    (a * t).backward()
    assert writeable(a) == [SHUT]


def test_sliding_windows():
    a = np.arange(4.0)
    windows = np.lib.stride_tricks.sliding_window_view(a, 2)
    x = tensor(np.ones((3, 2)))
    y = windows * x
    with pytest.raises(ValueError):
        windows[0, 0] = 9.0
    y.backward()
    np.testing.assert_array_equal(x.grad, windows)
    assert writeable(a, windows) == [OPEN, SHUT]


@pytest.mark.parametrize("mode", ["r+", "c", "w+"])
def test_memory_maps(mode, tmp_path, t):
    path = tmp_path / "data"
    np.zeros(2).tofile(path)
    a = np.memmap(path, dtype=float, mode=mode, shape=(2,))
    assert writeable(a) == [OPEN]
    y = a * t
    assert isinstance(y, mg.Tensor)
    y.backward()
    assert writeable(a) == [OPEN]
    a[0] = 1.0


def test_flags_are_restored_in_any_order_of_death(t):
    rng = np.random.default_rng(0)
    base = np.arange(8.0)
    shut = base[4:6]
    shut.flags.writeable = False
    views = [base[:2], base[2:4], shut, base[6:][::-1], base[1:3][:]]
    graphs = []
    for _ in range(200):
        if graphs and rng.random() < 0.5:
            graph = graphs.pop(rng.integers(len(graphs)))
            if rng.random() < 0.5:
                graph.backward()
        else:
            a, b = rng.integers(len(views), size=2)
            graphs.append(views[a] * t * views[b])
        if graphs:
            assert writeable(base) == [SHUT]
    graphs.clear()
    del graph
    assert writeable(base, *views) == [OPEN, OPEN, OPEN, SHUT, OPEN, OPEN]


# ----------------------------------------------------------------------------------------
# In-place operations and out=
# ----------------------------------------------------------------------------------------


def test_the_old_array_stays_locked_while_it_is_needed(t):
    x = +t
    old = x.data
    y = x * x
    x += 1
    assert writeable(old, x.data) == [SHUT, SHUT]
    (y + x).backward()
    assert writeable(old, x.data) == [OPEN, OPEN]
    np.testing.assert_array_equal(t.grad, [7.0, 9.0])


def test_overwritten_views_release(a, t):
    x = +t
    v = x[:1]
    v *= a[:1]
    assert writeable(a) == [SHUT]
    x.backward()
    assert writeable(a, x.data, v.data) == [OPEN] * 3


def test_an_overwritten_operand_is_released_when_its_graph_is_lost(a, t):
    x = t * a
    x[...] = 1.0
    assert writeable(a) == [OPEN]


def test_array_out_is_guarded(t):
    o = np.zeros(2)
    y = np.multiply(t, t, out=o)
    with pytest.raises(ValueError, match="read-only"):
        o[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        np.multiply(t, t, out=o)
    y.backward()
    assert writeable(o) == [OPEN]
    y = np.add(t, t, out=o)
    del y
    assert writeable(o) == [OPEN]


def test_base_of_an_array_out_is_guarded(t):
    base = np.zeros(4)
    y = np.multiply(t, t, out=base[1:3])
    assert writeable(base) == [SHUT]
    del y
    assert writeable(base) == [OPEN]


def test_descent_on_data():
    t = tensor([3.0, 4.0])
    (t * t).backward()
    t.data -= 0.5 * t.grad
    np.testing.assert_array_equal(t.data, [0.0, 0.0])
    np.testing.assert_array_equal(t.grad, [6.0, 8.0])


def test_alternating_backward_and_writes_leave_nothing_locked():
    x = tensor(np.arange(4.0))
    v = x[...]
    vv = v[...]
    v.backward()
    v += 0
    v.backward()
    assert writeable(x.data, v.data, vv.data) == [OPEN] * 3


# ----------------------------------------------------------------------------------------
# Errors
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fail",
    [
        lambda a, t: mg.add(np.array([1, 2]), 1, constant=False),
        lambda a, t: mg.multiply(a, t, constant="x"),
        lambda a, t: mg.multiply(a, tensor(np.ones(3))),
        lambda a, t: mg.multiply(a, t, dtype=int),
        lambda a, t: np.matmul(a, tensor(np.ones(3))),
        lambda a, t: np.concatenate([a, tensor(np.ones((2, 2)))]),
        lambda a, t: np.where(a, t, tensor(np.ones(3))),
        lambda a, t: np.einsum("i,i,j", a, t),
        lambda a, t: t[a],
        lambda a, t: np.add(a, t, out=np.zeros(3)),
        lambda a, t: np.add(a, t, out=tensor([1, 2])),
    ],
)
def test_errors_release(fail, a, t):
    with pytest.raises((TypeError, ValueError, IndexError)):
        fail(a, t)
    assert writeable(a, t.data) == [OPEN, OPEN]


def test_a_failed_integer_result_releases_its_operand():
    a = np.array([1, 2])
    with pytest.raises(ValueError):
        mg.add(a, 1, constant=False)
    assert writeable(a) == [OPEN]


# ----------------------------------------------------------------------------------------
# Controls
# ----------------------------------------------------------------------------------------


def test_guard_off_locks_nothing(a, t):
    with mg.mem_guard_off as nothing:
        assert nothing is None
        assert not mg.mem_guard_active()
        y = a * t
        assert writeable(a, t.data, y.data) == [OPEN] * 3
    assert mg.mem_guard_active()
    y.backward()
    np.testing.assert_array_equal(t.grad, [1.0, 2.0])


def test_locks_taken_before_are_released_with_the_guard_off(a, t):
    y = a * t
    with mg.mem_guard_off:
        z = y * 2
        assert writeable(a) == [SHUT]
        z.backward()
        assert writeable(a) == [OPEN]


def test_modes_nest_in_any_order(a, t):
    with mg.mem_guard_off:
        with mg.mem_guard_on:
            assert mg.mem_guard_active()
            y = a * t
            assert writeable(a) == [SHUT]
            with mg.mem_guard_off, mg.mem_guard_off:
                assert not mg.mem_guard_active()
            assert mg.mem_guard_active()
        assert not mg.mem_guard_active()
    assert mg.mem_guard_active()
    del y


@pytest.mark.parametrize("mode", [mg.mem_guard_off, mg.mem_guard_on])
def test_modes_are_restored_after_errors(mode):
    with pytest.raises(ZeroDivisionError), mode:
        raise ZeroDivisionError
    assert mg.mem_guard_active()


def test_modes_decorate_functions():
    @mg.mem_guard_off
    def f(x, *, y=2):
        """A function."""
        return mg.mem_guard_active(), x, y

    assert f(1) == (False, 1, 2)
    assert f(1, y=3) == (False, 1, 3)
    assert (f.__name__, f.__doc__) == ("f", "A function.")
    assert mg.mem_guard_active()

    @mg.mem_guard_on
    def g(depth):
        return mg.mem_guard_active() if depth == 0 else g(depth - 1)

    with mg.mem_guard_off:
        assert g(3)
        assert not mg.mem_guard_active()


@pytest.mark.parametrize("mode", [mg.mem_guard_off, mg.mem_guard_on])
def test_modes_are_not_called_with_other_arguments(mode):
    with pytest.raises(TypeError):
        mode()
    with pytest.raises(TypeError):
        mode(True)


def test_truth_of_the_modes_is_the_current_state():
    for active in (True, False):
        with mg.mem_guard_on if active else mg.mem_guard_off:
            assert bool(mg.mem_guard_on) is bool(mg.mem_guard_off) is active


def test_turning_guarding_off_and_on(a, t):
    try:
        mg.turn_memory_guarding_off()
        assert not mg.mem_guard_active()
        y = a * t
        assert writeable(a) == [OPEN]
        with mg.mem_guard_on:
            z = a * t
            assert writeable(a) == [SHUT]
            mg.turn_memory_guarding_off()
            assert not mg.mem_guard_active()
        assert not mg.mem_guard_active()
        with mg.mem_guard_off:
            mg.turn_memory_guarding_on()
            assert mg.mem_guard_active()
        assert not mg.mem_guard_active()
    finally:
        mg.turn_memory_guarding_on()
    assert mg.mem_guard_active()
    del y, z
    assert writeable(a) == [OPEN]


@pytest.mark.parametrize(
    ("word", "active", "warns"),
    [
        (None, True, False),
        ("0", False, False),
        ("False", False, False),
        ("false", False, False),
        ("1", True, False),
        ("True", True, False),
        ("true", True, False),
        ("maybe", True, True),
    ],
)
def test_environment_variable(word, active, warns):
    env = {k: v for k, v in os.environ.items() if k != "MYGRAD_MEM_GUARD"}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    if word is not None:
        env["MYGRAD_MEM_GUARD"] = word
    code = (
        "import warnings\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        "    import mygrad as mg\n"
        "print(mg.mem_guard_active(), any('MYGRAD_MEM_GUARD' in str(w.message) for w in caught))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(active), str(warns)]


# ----------------------------------------------------------------------------------------
# Threads and tasks
# ----------------------------------------------------------------------------------------

MODES = {
    "mem_guard_off": (mg.mem_guard_off, lambda: not mg.mem_guard_active()),
    "no_autodiff": (mg.no_autodiff, lambda: (tensor(1.0) * 2).creator is None),
}


@pytest.mark.parametrize(("mode", "is_inside"), MODES.values(), ids=MODES)
def test_modes_are_not_seen_by_other_threads(mode, is_inside):
    entered, checked = threading.Event(), threading.Event()
    seen = []

    def other():
        entered.wait(10)
        seen.append(is_inside())
        checked.set()

    thread = threading.Thread(target=other)
    thread.start()
    with mode:
        entered.set()
        checked.wait(10)
        assert is_inside()
    thread.join()
    assert seen == [False]
    assert not is_inside()


@pytest.mark.parametrize(("mode", "is_inside"), MODES.values(), ids=MODES)
def test_modes_are_not_seen_by_other_tasks(mode, is_inside):
    async def inside(n):
        with mode:
            for _ in range(n):
                assert is_inside()
                await asyncio.sleep(0)
            return True

    async def outside(n):
        for _ in range(n):
            assert not is_inside()
            await asyncio.sleep(0)
        return True

    async def main():
        return await asyncio.gather(*(f(20) for f in (inside, outside, inside, outside)))

    assert asyncio.run(main()) == [True] * 4


def test_an_array_shared_by_threads_is_released_once():
    a = np.arange(4.0)
    errors = []

    def work():
        try:
            t = tensor(np.ones(4))
            for _ in range(300):
                y = (a * t).sum()
                if a.flags.writeable:
                    raise AssertionError("open while in use")
                y.backward()
                np.testing.assert_array_equal(t.grad, [0.0, 1.0, 2.0, 3.0])
        except BaseException as error:
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []
    assert writeable(a) == [OPEN]


def test_memory_that_no_flag_guards_is_copied():
    x = mg.tensor([1.0, 2.0])
    taken = np.from_dlpack(x)
    y = x * x
    if taken.flags.writeable:
        taken[...] = 7.0
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    constant = mg.tensor([1.0, 2.0], constant=True)
    assert np.shares_memory(np.from_dlpack(constant), constant.data)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("place", ["release", "_make_writeable"])
def test_an_interrupt_while_a_lock_is_released(monkeypatch, place):
    """Python drops an interrupt that comes in a callback, and the rest of that callback."""
    owner = _guard._Memory if place == "release" else _guard
    whole, calls = getattr(owner, place), []

    def interrupted(*args):
        calls.append(args)
        if len(calls) == 1:
            raise KeyboardInterrupt
        whole(*args)

    monkeypatch.setattr(owner, place, interrupted)
    x, a = tensor([1.0, 2.0]), np.array([1.0, 1.0])
    y = x * a[:]
    assert writeable(a) == [False]
    del y
    assert len(calls) > 1
    assert writeable(a) == [True]
    assert not _guard._memories
    y = x * a
    assert writeable(a) == [False]
    del y
    assert writeable(a) == [True]
