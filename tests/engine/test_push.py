"""The forward pass over a recorded graph: what it visits, and what it leaves alone.

The rules' tangents are tested with the rules (`check_jvp`).
"""

import sys
from pathlib import Path

import numpy as np
import pytest

import mygrad as mg
from mygrad import Tensor
from mygrad._push import push, push_values
from mygrad._state import value_of
from mygrad.errors import InvalidBackprop

sys.path.insert(0, str(Path(__file__).parents[1] / "views"))
from programs import Program, loss, random_program

A = np.array([0.3, -1.2, 2.1])
T = np.array([1.0, -0.5, 2.0])


def jvp(f, arrays, tangents, record=False):
    """The tangents of what `f` gives of leaves."""
    leaves = [mg.tensor(a) for a in arrays]
    results = f(*leaves)
    results = results if isinstance(results, tuple) else (results,)
    found = push(results, leaves, tangents, record)
    return found[0] if len(found) == 1 else found


def along(f, arrays, tangents):
    """The same by the complex step, on arrays."""
    result = f(*[a + 1e-30j * t for a, t in zip(arrays, tangents, strict=True)])
    return np.imag(result) / 1e-30


def check(f, *arrays):
    rng = np.random.default_rng(1)
    tangents = [rng.normal(size=np.shape(a)) for a in arrays]
    want = along(f, arrays, tangents)
    got = jvp(f, arrays, tangents)
    assert isinstance(got, np.ndarray)
    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-15)
    lifted = jvp(f, arrays, [mg.tensor(t) for t in tangents], record=True)
    assert isinstance(lifted, Tensor)
    np.testing.assert_allclose(lifted.data, want, rtol=1e-13, atol=1e-15)


# ----------------------------------------------------------------------------------------
# Values, views and writes
# ----------------------------------------------------------------------------------------


def written(x):
    y = +x
    y[0] = 2 * y[1]
    y[1:] *= x[0]
    y[[0, 0, 2]] = x * x
    return y * y[::-1]


def views_of_what_is_written(x):
    y = 1 * x
    v = y[1:]
    v *= y[0]
    y[2] = y[1]
    w = y.reshape(3, 1)
    w[0] = 5 * v[1]
    return np.sin(v) * w


def filled(x):
    y = 0 * np.concatenate([x, x, x, x])
    for i in range(9):
        y[i] = y[i - 1] * x[i % 3] + x[0]
    return y


def transposed(x):
    y = np.stack([x, 2 * x]).T
    y[0] = y[1]
    y.reshape(-1)[2] = x[0]
    y.T[1, 1:] = x[1:] ** 2
    return np.sum(y, axis=1)


def covered(x):
    y = np.exp(x)
    y[...] = x * x
    return y + x


def overwritten_by_a_constant(x):
    y = np.exp(x)
    y[1] = 4
    return y * x


def masked(x):
    y = x * x
    y[np.array([True, False, True])] = x[1]
    return y


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * x[0] - x.T,
        lambda x: x[:, None] * x,
        lambda x: np.broadcast_to(x[None], (2, 3)) / x,
        lambda x: np.sum(x[1:] @ x[:2] * np.prod(x)),
        lambda x: 2.0 ** np.reshape(x, (3, 1)),
        written,
        views_of_what_is_written,
        filled,
        transposed,
        covered,
        overwritten_by_a_constant,
        masked,
    ],
)
def test_values_views_and_writes(f):
    check(f, A)


def test_operands_are_broadcast():
    check(lambda x, y: x + y, A, np.ones((2, 1)))
    check(lambda x, y: x * y, A, np.ones((2, 3)))
    check(lambda x, y: y - x, np.ones((2, 3)), A)
    check(lambda x, y: np.cumsum(x * y), np.array(2.0), A)
    # Only the operand with fewer elements has a tangent.
    f = lambda x: x + np.ones((2, 3))  # noqa: E731
    got = jvp(f, [A], [T])
    np.testing.assert_array_equal(got, [T, T])
    got[0] = 0
    np.testing.assert_array_equal(got[1], T)


def test_where_and_out():
    mask = np.array([True, False, True])

    def f(x):
        out = 3 * x
        np.multiply(x, x, out=out, where=mask)
        return out

    np.testing.assert_allclose(jvp(f, [A], [T]), np.where(mask, 2 * A * T, 3 * T))

    def into_view(x):
        out = np.zeros_like(np.stack([x, x]), shape=(2, 3))
        np.exp(x, out=out[1], where=mask)
        return out

    np.testing.assert_allclose(jvp(into_view, [A], [T]), [0 * A, np.where(mask, np.exp(A) * T, 0)])
    array = np.zeros(3)
    got = jvp(lambda x: np.sqrt(x, out=array, where=x.data > 0), [A], [T])
    np.testing.assert_allclose(got, [T[0] / 2 / np.sqrt(A[0]), 0, T[2] / 2 / np.sqrt(A[2])])
    got = jvp(lambda x: np.add.reduce(x, initial=5, where=mask), [A], [T])
    np.testing.assert_allclose(got, T[0] + T[2])


def test_an_infinite_derivative():
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(jvp(np.sqrt, [np.zeros(1)], [np.ones(1)]), [np.inf])

    # By transposition; where the operand has no zero, no warning either.
    def f(x):
        return np.linalg.norm(np.stack([x, np.ones_like(x)]), 3, axis=0)

    np.testing.assert_allclose(jvp(f, [np.zeros(1)], [np.ones(1)]), [0])


def complex_step(program: Program) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)

    def leaf(array):
        moved = np.array(array, complex)
        moved += 1e-30j * rng.normal(size=moved.shape)
        return moved

    world = run(program, {"np": np, "leaf": leaf})
    return {name: np.imag(x) / 1e-30 for name, x in world.items()}


def run(program, world):
    world |= {"backward": lambda *names: None, "seen": [], "handed": []}
    known = {*world, "__builtins__", "__warningregistry__"}
    for statement in program.statements:
        if statement.error is None:
            exec(statement.code, world)
    return {k: x for k, x in world.items() if k not in known}


@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::mygrad.errors.DetachedGradientWarning")
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("record", [False, True])
def test_random_programs(record: bool):
    """Views, writes and ``out=`` in any order: all names have the complex step's tangents."""
    moved = 0
    for number in range(150, 450):
        program = random_program(number)
        expected = complex_step(program)
        rng = np.random.default_rng(5)
        inputs, tangents = [], []

        def leaf(a, rng=rng, inputs=inputs, tangents=tangents):
            t = mg.tensor(a)
            inputs.append(value_of(t))
            tangents.append(rng.normal(size=np.shape(a)))
            return t

        names = run(program, {"np": np, "leaf": leaf})
        assert names.keys() == expected.keys()
        found = push_values([value_of(t) for t in names.values()], inputs, tangents, record)
        for (name, t), tangent in zip(names.items(), found, strict=True):
            want = expected[name]
            if tangent is None:
                tangent = np.zeros(t.shape)
            assert tangent.shape == t.shape
            assert tangent.dtype == t.dtype
            if record and isinstance(tangent, Tensor):
                tangent = tangent.data
            np.testing.assert_allclose(
                tangent, want, rtol=1e-10, atol=1e-12, err_msg=f"{name} of\n{program}"
            )
            moved += bool(np.any(want))
    assert moved > 300


@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::mygrad.errors.DetachedGradientWarning")
def test_random_programs_backward():
    """A backward pass that is recorded gives what one that is not gives."""

    def gradients(program, create_graph):
        leaves = []

        def leaf(a):
            leaves.append(mg.tensor(a))
            return leaves[-1]

        names = run(program, {"np": np, "leaf": leaf})
        loss(*names.values()).backward(create_graph=create_graph)
        return [None if t.grad is None else np.asarray(t.grad) for t in leaves]

    for number in range(300):
        program = random_program(number)
        for one, two in zip(gradients(program, False), gradients(program, True), strict=True):
            if one is None:
                assert two is None
            else:
                np.testing.assert_allclose(two, one, rtol=1e-10, atol=1e-12, err_msg=str(program))


# ----------------------------------------------------------------------------------------
# Inputs and outputs
# ----------------------------------------------------------------------------------------


def test_an_output_that_is_an_input_and_one_that_is_none():
    x, y = mg.tensor(A), mg.tensor(A)
    t = T.copy()
    found = push([x, y * 2, 3.0, np.ones(2), x[1:], x * y.detach()], [x], [t], False)
    assert found[1] is found[2] is found[3] is None
    np.testing.assert_array_equal(found[0], T)
    np.testing.assert_array_equal(found[4], T[1:])
    np.testing.assert_array_equal(found[5], T * A)
    # They are nobody else's.
    found[0][...] = found[4][...] = 0
    np.testing.assert_array_equal(t, T)


def test_an_unused_input_and_one_that_is_given_twice():
    x, y = mg.tensor(A), mg.tensor(A)
    z = x * x
    np.testing.assert_allclose(push([z], [x, y], [T, T], False)[0], 2 * A * T)
    np.testing.assert_allclose(push([z], [x, x], [T, 3 * T], False)[0], 8 * A * T)
    assert push([z], [y], [T], False) == [None]
    assert push([z], [], [], False) == [None]
    assert push([], [x], [T], False) == []


def test_inputs_amid_the_graph_are_independent_of_what_they_were_made_of():
    x = mg.tensor(A)
    y = np.exp(x)
    z = x * y
    np.testing.assert_allclose(push([z], [x, y], [T, 2 * T], False)[0], T * np.exp(A) + 2 * T * A)
    np.testing.assert_allclose(push([z], [y], [T], False)[0], T * A)


def test_the_graph_upstream_is_not_entered():
    x = mg.tensor(A)
    y = np.exp(x)
    v = value_of(y)
    z = y * y
    z.sum().backward(retain_graph=True)
    w = value_of(x)
    assert v.a is w
    # Upstream of the input all may be gone.
    v.a = v.rule = None
    np.testing.assert_allclose(push([z], [y], [T], False)[0], 2 * np.exp(A) * T)


def test_an_input_that_was_written_to():
    x = mg.tensor(A)
    before = value_of(x)
    x *= x
    x[0] = 7
    (got,) = push_values([value_of(x)], [before], [T], False)
    np.testing.assert_allclose(got, [0, *(2 * A * T)[1:]])


def test_an_input_whose_array_was_handed_out():
    x = mg.tensor(A)
    before = value_of(x)
    y = x * x
    np.asarray(x)
    z = y + x
    for inputs in ([before], [value_of(x)]):
        (got,) = push_values([value_of(z)], inputs, [T], False)
        np.testing.assert_allclose(got, 2 * A * T + T)


@pytest.mark.parametrize("record", [False, True])
def test_graph_and_gradients_stay(record: bool):
    x = mg.tensor(A)
    w = mg.tensor(T)
    y = np.exp(x) * w
    z = np.sort(y * y)
    z.sum().backward(retain_graph=True)
    grads = [t.grad.copy() for t in (x, w, y, z)]
    for _ in range(2):
        push([z], [x], [T], record)
        for t, grad in zip((x, w, y, z), grads, strict=True):
            np.testing.assert_array_equal(t.grad, grad)
    z.sum().backward()
    np.testing.assert_array_equal(x.grad, grads[0])
    with pytest.raises(InvalidBackprop, match="cleared"):
        push([z], [x], [T], record)
    with pytest.raises(InvalidBackprop, match="cleared"):
        push([z[1:] * 2], [y], [T], record)


def test_arrays_are_unlocked():
    a, t = A.copy(), T.copy()
    x = mg.tensor(A)
    y = np.linalg.norm(x * a)
    push([y], [x], [t], True)
    push([y], [x], [t], False)
    assert t.flags.writeable
    del y
    assert a.flags.writeable


def test_a_deep_graph():
    x = mg.tensor(1.0)
    y = x
    for _ in range(100_000):
        y = y + 0.5
    np.testing.assert_array_equal(push([y], [x], [np.array(3.0)], False)[0], 3.0)
    (t,) = push([y], [x], [mg.tensor(3.0)], True)
    assert t.data == 3.0
    # Writes, too.
    z = 0 * np.stack([x] * 8)
    for i in range(2_000):
        z[i % 8] = z[(i + 1) % 8] + x
    want = np.zeros(8)
    for i in range(2_000):
        want[i % 8] = want[(i + 1) % 8] + 1
    np.testing.assert_array_equal(push([z], [x], [np.array(1.0)], False)[0], want)


def test_tangents_of_a_buffer_being_filled_are_written_in_place():
    x = mg.tensor(A)
    y = 0 * np.concatenate([x] * 4)
    buffers = set()
    from mygrad import _push

    class Seeing(_push.Push):
        def buffer(self, v, lens, piece):
            found = super().buffer(v, lens, piece)
            buffers.add(id(found))
            return found

    for i in range(1, 12):
        y[i] = y[i - 1] * x[0] + 1
    run_ = Seeing(False, T)
    ends = [value_of(y)]
    order = _push.between(ends, [value_of(x)])
    run_.go(ends, [value_of(x)], [T], order)
    assert len(buffers) == 1


# ----------------------------------------------------------------------------------------
# Dtypes
# ----------------------------------------------------------------------------------------


def test_casts():
    x = mg.tensor(A.astype(np.float32))
    (t,) = push([x * x], [x], [T], False)
    assert t.dtype == np.float32
    y = mg.tensor(A)
    z = x * y
    found = push([z, z.astype(np.float32), np.float16(2) * x], [x, y], [T, T], False)
    assert [t.dtype for t in found] == [np.float64, np.float32, np.float32]
    np.testing.assert_allclose(found[0], A * T + A.astype(np.float32) * T, rtol=1e-7)
    out = np.zeros(3, np.float32)
    (t,) = push([np.multiply(y, y, out=out, casting="same_kind")], [y], [T], False)
    assert t.dtype == np.float32
    np.testing.assert_allclose(t, 2 * A * T, rtol=1e-6)
    (t,) = push([y * 2], [y], [[1, 2, 3]], False)
    np.testing.assert_array_equal(t, [2.0, 4.0, 6.0])


def test_complex_numbers():
    z, t = A + 1j * T, T - 0.3j * A
    np.testing.assert_allclose(jvp(np.exp, [z], [t]), np.exp(z) * t)
    np.testing.assert_allclose(jvp(lambda z: z * z[0], [z], [t]), t * z[0] + z * t[0])
    np.testing.assert_allclose(jvp(np.conjugate, [z], [t]), np.conjugate(t))
    np.testing.assert_allclose(jvp(np.real, [z], [t]), t.real)
    np.testing.assert_allclose(jvp(np.imag, [z], [t]), t.imag)
    np.testing.assert_allclose(jvp(np.absolute, [z], [t]), (z.conj() * t).real / abs(z))
    np.testing.assert_allclose(jvp(np.angle, [z], [t]), (t / z).imag)
    np.testing.assert_allclose(jvp(np.cumprod, [z], [t])[1], t[0] * z[1] + z[0] * t[1])
    a = np.array([[2, 1j], [1 - 1j, 3]])
    got = jvp(np.linalg.inv, [a], [a.T.copy()])
    np.testing.assert_allclose(got, -np.linalg.inv(a) @ a.T @ np.linalg.inv(a))
    # A real operand of a complex result.
    got = jvp(lambda x: np.exp(1j * x), [A], [T])
    np.testing.assert_allclose(got, 1j * T * np.exp(1j * A))
    got = jvp(lambda x: np.fft.rfft(x), [A], [T])
    np.testing.assert_allclose(got, np.fft.rfft(T))

    def parts_written(z):
        y = 1 * z
        y.real[0] = z.imag[1]
        y.imag[1:] = 2
        return y

    np.testing.assert_allclose(
        jvp(parts_written, [z], [t]), [t[1].imag + 1j * t[0].imag, t[1].real, t[2].real]
    )
    np.testing.assert_allclose(
        jvp(parts_written, [z], [mg.tensor(t)], True).data,
        [t[1].imag + 1j * t[0].imag, t[1].real, t[2].real],
    )


def test_functions_with_several_outputs():
    a = np.array([[3.0, 0.5], [0.2, -1.0]])
    t = np.array([[0.3, -1.0], [2.0, 0.7]])
    x = mg.tensor(a)
    w, v = np.linalg.eig(x)
    q, r = np.linalg.qr(x)
    tw, tq, tr = push([w, q, r], [x], [t], False)
    np.testing.assert_allclose(tw, np.diag(np.linalg.inv(v.data) @ t @ v.data), rtol=1e-12)
    np.testing.assert_allclose(tq @ r.data + q.data @ tr, t, rtol=1e-12)
    np.testing.assert_allclose(tq.T @ q.data + q.data.T @ tq, 0, atol=1e-14)
    y, i = np.divmod(mg.tensor(A), 2.0)[1], None
    fraction, whole = np.modf(x)
    tf, tn = push([fraction, whole], [x], [t], False)
    np.testing.assert_array_equal(tf, t)
    assert tn is None
    assert y.shape == (3,)
    assert i is None


# ----------------------------------------------------------------------------------------
# Recorded passes
# ----------------------------------------------------------------------------------------


def test_forward_over_forward():
    x = mg.tensor(A)
    t = mg.tensor(T)
    y = np.sin(x) * x[0]
    (first,) = push([y], [x], [t], True)
    (second,) = push([first], [x], [T], False)
    want = -np.sin(A) * T * T * A[0] + 2 * np.cos(A) * T * T[0]
    np.testing.assert_allclose(second, want, rtol=1e-13)
    # The tangent is linear in the direction.
    (linear,) = push([first], [t], [A], False)
    np.testing.assert_allclose(linear, np.cos(A) * A * A[0] + np.sin(A) * A[0], rtol=1e-13)


def test_forward_over_reverse_and_reverse_over_forward():
    h = np.array([[6 * A[0] * A[1], 3 * A[0] ** 2], [3 * A[0] ** 2, 0]])

    def f(x):
        return x[0] ** 3 * x[1]

    x = mg.tensor(A)
    f(x).backward(create_graph=True)
    (product,) = push([x.grad], [x], [T], False)
    np.testing.assert_allclose(product[:2], h @ T[:2], rtol=1e-13)
    x = mg.tensor(A)
    (slope,) = push([f(x)], [x], [T], True)
    slope.backward()
    np.testing.assert_allclose(x.grad[:2], h @ T[:2], rtol=1e-13)


@pytest.mark.parametrize(
    ("f", "d1", "d2", "d3"),
    [
        (np.exp, np.exp, np.exp, np.exp),
        (np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)),
        (lambda x: np.prod(np.stack([x, x, x]), 0), lambda x: 3 * x * x, lambda x: 6 * x, None),
        (lambda x: np.var(np.stack([x, -x]), 0), lambda x: 2 * x, lambda x: 2 + 0 * x, None),
        (lambda x: np.einsum("i,i,i->i", x, x, x), lambda x: 3 * x * x, lambda x: 6 * x, None),
    ],
)
def test_three_levels(f, d1, d2, d3):
    x = mg.tensor(A)
    ones = np.ones(3)
    (first,) = push([f(x)], [x], [ones], True)
    (second,) = push([first], [x], [ones], True)
    np.testing.assert_allclose(first.data, d1(A), rtol=1e-12)
    np.testing.assert_allclose(second.data, d2(A), rtol=1e-12)
    if d3 is not None:
        (third,) = push([second], [x], [ones], False)
        np.testing.assert_allclose(third, d3(A), rtol=1e-12)


def test_outer_levels_are_recorded():
    """An inner derivative depends on what its function closes over."""
    w = mg.tensor(2.0)
    x = mg.tensor(A)
    y = np.sin(w * x)
    (t,) = push([y], [x], [T], True)
    t.sum().backward()
    want = np.sum(np.cos(2 * A) * T - 2 * A * np.sin(2 * A) * T)
    np.testing.assert_allclose(w.grad, want, rtol=1e-13)
    w = mg.tensor(2.0)
    (t,) = push([np.linalg.norm(w * x)], [x], [T], True)
    t.backward()
    np.testing.assert_allclose(w.grad, A @ T / np.linalg.norm(A), rtol=1e-13)


def test_recorded_writes_are_differentiated_again():
    def f(x):
        y = np.zeros_like(x)
        y[1:] = x[:-1] ** 2
        y[0] = y[1] * y[2]
        return y

    x = mg.tensor(A)
    (t,) = push([f(x)], [x], [T], True)
    (second,) = push([t], [x], [T], False)
    a, b = A[:2]
    da, db = T[:2]
    want = [2 * da**2 * b**2 + 8 * a * b * da * db + 2 * a**2 * db**2, 2 * da**2, 2 * db**2]
    np.testing.assert_allclose(second, want, rtol=1e-13)


def test_results_of_a_recorded_pass_are_names_of_their_own():
    x = mg.tensor(A)
    t = mg.tensor(T)
    y = x.reshape(3, 1)
    one, two, three = push([x, y, +x], [x], [t], True)
    one *= 0
    two[0] = 5
    np.testing.assert_array_equal(three.data, T)
    np.testing.assert_array_equal(t.data, T)
    t[...] = 0
    np.testing.assert_array_equal(three.data, T)
    np.testing.assert_array_equal(two.data[1:, 0], T[1:])


# ----------------------------------------------------------------------------------------
# Errors
# ----------------------------------------------------------------------------------------


def test_errors():
    x = mg.tensor(A)
    y = x * x
    with pytest.raises(ValueError, match=r"tangent 0 has shape \(2,\).* shape \(3,\)"):
        push([y], [x], [np.ones(2)], False)
    with pytest.raises(TypeError, match=r"complex128.* float64"):
        push([y], [x], [T * 1j], False)
    with pytest.raises(TypeError, match="object"):
        push([y], [x], [np.array([None] * 3)], False)
    with pytest.raises(ValueError, match=r"input 1 \(shape \(3,\), dtype int64\) is a constant"):
        push([y], [x, mg.tensor([1, 2, 3])], [T, T], False)
    with mg.no_autodiff, pytest.raises(InvalidBackprop, match="no_autodiff"):
        push([y], [x], [T], False)


# ----------------------------------------------------------------------------------------
# Dask
# ----------------------------------------------------------------------------------------


def test_dask_stays_lazy():
    dask = pytest.importorskip("dask")
    da = pytest.importorskip("dask.array")

    def boom(*_, **__):
        raise AssertionError("Dask was made to compute")

    def f(x):
        y = np.exp(x) * x.sum(axis=0)
        y[0] = 3 * x[1]
        return np.tanh(y @ x.T) + np.prod(x, axis=1) + np.mean(np.concatenate([x, x]))

    a = np.arange(6.0).reshape(2, 3) / 7
    t = np.cos(a)
    want = jvp(f, [a], [t])
    with dask.config.set(scheduler=boom):
        got = jvp(f, [da.from_array(a, chunks=2)], [da.from_array(t, chunks=2)])
        lifted = jvp(f, [da.from_array(a, chunks=2)], [da.from_array(t, chunks=2)], True)
    assert isinstance(got, da.Array)
    np.testing.assert_allclose(dask.compute(got, scheduler="sync")[0], want, rtol=1e-12)
    np.testing.assert_allclose(dask.compute(lifted.data, scheduler="sync")[0], want, rtol=1e-12)
