"""`no_autodiff`: inside, operations are NumPy's and leave no trace."""

import contextvars
import threading

import numpy as np
import pytest

import mygrad as mg
from _helpers import writeable
from mygrad import no_autodiff, tensor


@pytest.fixture
def x():
    x = tensor([1.0, 2.0])
    (3 * x).backward()
    return x


def recording():
    return (tensor(1.0) * 2).creator is not None


OPERATIONS = {
    "multiply": lambda x: x * x,
    "np": lambda x: np.exp(x),
    "mg": lambda x: mg.sum(x),
    "index": lambda x: x[[0]],
    "element": lambda x: x[0],
    "view": lambda x: x[:1],
    "reshape": lambda x: x.reshape(2, 1),
    "einsum": lambda x: np.einsum("i,i", x, x),
    "concatenate": lambda x: np.concatenate([x, x]),
    "where": lambda x: np.where([True, False], x, 0.0),
    "copy": lambda x: x.copy(),
    "astype": lambda x: x.astype(np.float32),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_nothing_is_recorded(operation, x):
    expected = operation(x.data)
    with no_autodiff:
        y = operation(x)
        assert isinstance(y, mg.Tensor)
        assert y.creator is None
        assert y.base is None
        assert not y.constant
    np.testing.assert_array_equal(y.data, expected)
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])
    assert x.creator is None
    y.backward()
    np.testing.assert_array_equal(y.grad, np.ones(y.shape))
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_nothing_is_locked(operation):
    a = np.array([1.0, 2.0])
    t = tensor(a, copy=False)
    with no_autodiff, mg.mem_guard_on:
        y = operation(t)
        z = t * a
        assert writeable(a, t.data, z.data) == [True] * 3
        assert mg.mem_guard_active()
    del y


def test_results_are_leaves_afterwards(x):
    with no_autodiff:
        y = x * x
    (y * x).backward()
    np.testing.assert_array_equal(y.grad, [1.0, 2.0])
    np.testing.assert_array_equal(x.grad, [1.0, 4.0])


def test_backward_does_nothing_inside():
    x = tensor([1.0, 2.0])
    y = x * x
    with no_autodiff:
        y.backward()
    assert x.grad is None
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_constant_is_inferred_from_the_dtype_inside():
    c = tensor([1.0], constant=True)
    with no_autodiff:
        assert not (c * 2.0).constant
        assert (tensor([1]) * 2).constant
        assert mg.multiply(c, 2.0, constant=True).constant
        assert not mg.multiply(tensor([1.0]), 2.0, constant=False).constant


def test_dtypes_are_free_inside():
    with no_autodiff:
        assert tensor([1j]).dtype == complex
        assert (tensor([1.0]) * 1j).dtype == complex
        assert tensor(["a"]).dtype.kind == "U"
        tensor([1], constant=False)


def test_in_place_operations_inside_are_numpys(x):
    before = x.data
    with no_autodiff:
        x += 1
        x[0] = 9.0
        np.multiply(x, 2.0, out=x)
    assert x.data is before
    np.testing.assert_array_equal(before, [18.0, 6.0])
    assert x.creator is None and x.base is None


def test_in_place_operations_inside_are_seen_by_views():
    x = tensor(np.arange(4.0))
    v = x[1:]
    with no_autodiff:
        x *= 10
        v[0] = 7.0
    np.testing.assert_array_equal(x.data, [0.0, 7.0, 20.0, 30.0])
    np.testing.assert_array_equal(v.data, [7.0, 20.0, 30.0])
    assert v.base is x
    (v * v).backward()
    np.testing.assert_array_equal(x.grad, [0.0, 14.0, 40.0, 60.0])


@pytest.mark.parametrize("written", [False, True])
def test_a_new_shape_given_inside_is_the_gradients_outside(written):
    x = tensor(np.arange(6.0))
    v = x[:4]
    if written:
        x[0] = 1.0
    with no_autodiff:
        x.shape = (2, 3)
        v.shape = (2, 2)
        if not written:
            # Else a graph relies on the old value.
            x[0, 0] = 1.0
    np.testing.assert_array_equal(v.data, [[1.0, 1.0], [2.0, 3.0]])
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, 2 * x.data)
    np.testing.assert_array_equal(v.grad, 2 * v.data)


def test_tensors_of_a_graph_can_be_used_inside():
    x = tensor([1.0, 2.0])
    y = x * x
    with no_autodiff:
        z = y + 1
        w = y[:1] * z[1:]
    assert z.creator is None and w.creator is None
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_a_descent_step():
    x = tensor([1.0, 2.0])
    for _ in range(3):
        (x * x).backward()
        with no_autodiff:
            x -= 0.5 * x.grad
        assert x.creator is None
    np.testing.assert_array_equal(x.data, [0.0, 0.0])


# ----------------------------------------------------------------------------------------
# The mode
# ----------------------------------------------------------------------------------------


def test_truth_says_whether_the_graph_is_recorded():
    assert bool(no_autodiff) is True
    with no_autodiff:
        assert bool(no_autodiff) is False
    assert bool(no_autodiff) is True


def test_nesting_and_errors():
    with pytest.raises(ZeroDivisionError), no_autodiff:
        with no_autodiff:
            assert not recording()
        assert not recording()
        raise ZeroDivisionError
    assert recording()


def test_entering_yields_none():
    with no_autodiff as nothing:
        assert nothing is None


def test_decorated_functions():
    @no_autodiff
    def f(x, *, y=1):
        """A function."""
        return x * y, recording()

    t = tensor([1.0])
    y, inside = f(t, y=3)
    assert inside is False
    assert y.creator is None
    assert (f.__name__, f.__doc__) == ("f", "A function.")
    assert recording()


def test_decorated_functions_restore_after_errors():
    @no_autodiff
    def f():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        f()
    assert recording()


def test_decorated_recursion():
    @no_autodiff
    def f(n):
        assert not recording()
        return n if n == 0 else f(n - 1)

    f(5)
    assert recording()


def test_to_numpy():
    def f(x):
        return x * 2

    def g(x):
        return x * 2, x * 3

    t = tensor([1.0, 2.0])
    y = no_autodiff(f, to_numpy=True)(t)
    assert type(y) is np.ndarray
    np.testing.assert_array_equal(y, [2.0, 4.0])
    z = no_autodiff(g, to_numpy=True)(t)
    assert type(z) is np.ndarray
    np.testing.assert_array_equal(z, [[2.0, 4.0], [3.0, 6.0]])


def test_to_numpy_needs_a_function():
    with pytest.raises(TypeError):
        no_autodiff(to_numpy=True)


# ----------------------------------------------------------------------------------------
# Generators
# ----------------------------------------------------------------------------------------


def test_decorated_generators_run_inside_the_mode_and_only_they():
    @no_autodiff
    def f(n):
        for i in range(n):
            assert not recording()
            yield i
            assert not recording()
        return "end"

    seen = []

    def collect():
        seen.append((yield from f(2)))

    for i in f(3):
        assert recording()
        seen.append(i)
    assert list(collect()) == [0, 1]
    assert seen == [0, 1, 2, "end"]
    assert recording()


def test_decorated_generators_pass_on_what_is_sent_and_thrown():
    log = []

    @no_autodiff
    def f():
        try:
            got = yield 1
            log.append((got, recording()))
            try:
                yield 2
            except KeyError:
                log.append(("thrown", recording()))
            yield 3
        finally:
            log.append(("closed", recording()))

    generator = f()
    assert next(generator) == 1
    assert generator.send("sent") == 2
    assert generator.throw(KeyError) == 3
    assert recording()
    generator.close()
    assert recording()
    assert log == [("sent", False), ("thrown", False), ("closed", False)]


def test_an_error_in_a_decorated_generator_ends_the_mode():
    @no_autodiff
    def f():
        yield 1
        raise ZeroDivisionError

    generator = f()
    next(generator)
    with pytest.raises(ZeroDivisionError):
        next(generator)
    assert recording()


def test_an_abandoned_generator_does_not_keep_the_mode():
    @no_autodiff
    def f():
        yield 1
        yield 2

    generator = f()
    next(generator)
    del generator
    assert recording()


def test_interleaved_generators():
    @no_autodiff
    def f():
        for _ in range(3):
            yield recording()

    for a, b in zip(f(), f(), strict=True):
        assert (a, b) == (False, False)
        assert recording()


@pytest.mark.parametrize("mode", [mg.mem_guard_off, mg.mem_guard_on])
def test_guard_modes_decorate_generators(mode):
    inside = mode is mg.mem_guard_on

    @mode
    def f():
        for _ in range(2):
            yield mg.mem_guard_active()

    for active in f():
        assert active is inside
        assert mg.mem_guard_active()


def test_to_numpy_of_a_generator_converts_each_item():
    def f(x):
        yield x * 2
        yield x * 3

    items = list(no_autodiff(f, to_numpy=True)(tensor([1.0])))
    assert all(type(item) is np.ndarray for item in items)
    np.testing.assert_array_equal(items, [[2.0], [3.0]])


# ----------------------------------------------------------------------------------------
# Contexts
# ----------------------------------------------------------------------------------------


def test_threads_started_inside_are_outside():
    seen = []
    with no_autodiff:
        thread = threading.Thread(target=lambda: seen.append(recording()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_copied_contexts_keep_the_mode():
    with no_autodiff:
        context = contextvars.copy_context()
    assert context.run(recording) is False
    assert recording() is True


def test_many_threads_toggle_independently():
    errors = []

    def work(inside):
        try:
            for _ in range(300):
                if inside:
                    with no_autodiff:
                        assert not recording()
                else:
                    x = tensor([1.0, 2.0])
                    x2 = x * 1
                    x2[0] = 5.0
                    (x2 * x2).sum().backward()
                    np.testing.assert_array_equal(x.grad, [0.0, 4.0])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(i % 2,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
