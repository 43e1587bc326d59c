"""A tensor over a Dask array stays lazy, forward and backward.

The scheduler raises, so whatever computes on the way is an error. What was built is computed at the
end, and has the values and gradients of NumPy arrays.
"""

import operator
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import mygrad as mg
from mygrad import Tensor

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")

sys.path.insert(0, str(Path(__file__).parents[1] / "rules"))
from _oracle import assert_close, parts, product, weights_for  # noqa: E402
from cases import CASES, Call  # noqa: E402
from checks import PARTLY  # noqa: E402


def boom(*_, **__):
    raise AssertionError("Dask was made to compute")


@pytest.fixture(autouse=True)
def _lazy():
    with dask.config.set(scheduler=boom):
        yield


def compute(x):
    return np.asarray(dask.compute(x, scheduler="sync")[0])


def lazy(a, chunks=2):
    return da.from_array(a, chunks=chunks)


# ----------------------------------------------------------------------------------------
# Every function that Dask implements
# ----------------------------------------------------------------------------------------

#: Functions of the table that Dask has, with all that we try of them, unless `LATER` says so.
NAMES = """
    positive negative absolute fabs square reciprocal sqrt cbrt exp exp2 expm1 log log2 log10 log1p
    sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh
    deg2rad radians rad2deg degrees sinc conjugate
    add subtract multiply divide power float_power logaddexp logaddexp2 arctan2 hypot
    remainder fmod ldexp maximum minimum fmax fmin copysign nextafter
    where clip
    sum mean var std prod max min nansum nanmean nanvar nanstd nanprod nanmax nanmin
    cumsum cumprod ptp
    reshape ravel squeeze expand_dims transpose swapaxes moveaxis rollaxis broadcast_to
    flip fliplr flipud rot90 atleast_1d atleast_2d atleast_3d getitem broadcast_arrays
    roll tril triu diagonal diag repeat tile take pad
    concatenate stack vstack hstack dstack append block
    dot vdot outer tensordot matmul einsum
    fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn
    fftshift ifftshift
    average diff gradient nan_to_num cov frexp
""".split()  # noqa: SIM905


def chunks_for(call: Call) -> int | None:
    """How Dask can run the call: in chunks, or else in one (-1); None if it cannot, or computes."""
    arrays = call.sample()
    for chunks in (2, -1):
        try:
            with warnings.catch_warnings(), dask.config.set(scheduler=boom):
                warnings.simplefilter("ignore")
                results = parts(call.run([lazy(a, chunks) for a in arrays]))
        except Exception:
            continue
        if all(isinstance(x, da.Array) for x in results):
            return chunks
    return None


CALLS = [
    (call, chunks)
    for case in CASES
    if case.func.__name__ in NAMES and case.plain is case.func and "linalg" not in case.id
    for call in case.calls()
    if (chunks := chunks_for(call)) is not None
    and not (case.func is operator.getitem and getattr(case.operands[1], "ndim", 0) == 2)
]


@pytest.mark.parametrize(("call", "chunks"), CALLS, ids=[call.id for call, _ in CALLS])
def test_lazy_forward_and_backward(call: Call, chunks: int):
    arrays = call.sample()
    expected = [np.asarray(x) for x in parts(call.run(arrays))]
    weights = weights_for(expected, call.generator("weights"))
    tensors = [mg.tensor(lazy(a, chunks)) for a in arrays]
    results = parts(call.run(tensors))
    for i, result in enumerate(results):
        # A result whose derivative is zero is a plain array.
        assert isinstance(result, Tensor) or call.func in PARTLY
        assert isinstance(numbers_of(result), da.Array)
        if any(n != n for n in result.shape):
            # Of unknown length: no array of weights fits.
            weights[i] = np.asarray(1.5)
    _loss(results, [lazy(w, chunks) if w.ndim else w for w in weights]).backward()

    plain = [mg.tensor(a) for a in arrays]
    _loss(parts(call.run(plain)), weights).backward()
    for result, value in zip(results, expected, strict=True):
        np.testing.assert_allclose(compute(numbers_of(result)), value, rtol=1e-12, atol=1e-12)
    for t, p in zip(tensors, plain, strict=True):
        if p.grad is None or not np.any(p.grad):
            continue
        assert isinstance(t.grad, da.Array), f"a gradient of {type(t.grad)}"
        assert t.grad.dtype == p.grad.dtype
        assert_close(compute(t.grad), p.grad, call.id)


def numbers_of(result):
    return result.data if isinstance(result, Tensor) else result


def _loss(results, weights):
    terms = [product(x, w) for x, w in zip(results, weights, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def test_every_function_is_tried():
    """By name, so that none can silently drop out."""
    assert set(NAMES) <= {call.func.__name__ for call, _ in CALLS}


def test_a_mask_of_two_axes_is_refused_at_once():
    """Nothing says where the elements of the result came from."""
    x = mg.tensor(lazy(A))
    with pytest.raises(TypeError, match="mask"):
        x[A > 0]


# ----------------------------------------------------------------------------------------
# Programs
# ----------------------------------------------------------------------------------------

A = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])
PROGRAMS = {
    "operators": lambda x: ((2 * x - 1) / (x * x + 1) + x**2 - (-x) + abs(x)).sum(),
    "reversed": lambda x: (1 / (3 + x * x) + 2**x - 1 + x.T.T).sum(),
    "matmul": lambda x: (x @ x.T).sum(),
    "methods": lambda x: x.sum(axis=0).mean() + x.reshape((6,)).std() + x.max(axis=1).sum(),
    "indexing": lambda x: (x[0] * x[1, ::-1] + x[:, 1].sum()).sum(),
    "list index": lambda x: (x[:, [0, 2, 2]] ** 2).sum(),
    "mask": lambda x: np.sum(np.where(x.data > 0, x * x, -x)),
    "softmax": lambda x: (
        np.exp(x - x.max(axis=1, keepdims=True))
        / np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)
        * np.arange(3.0)
    ).sum(),
    "numpy operand": lambda x: (x * np.arange(3.0) + np.ones((2, 1))).sum(),
    "broadcast": lambda x: (x.sum(axis=1, keepdims=True) * x).sum(),
    "norm": lambda x: np.linalg.norm(x, axis=1).sum(),
    "cast": lambda x: (x.astype(np.float32) * 2).astype(float).sum(),
    "copy": lambda x: (x.copy() * x).sum(),
}


@pytest.mark.parametrize("f", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_programs(f):
    plain = mg.tensor(A)
    value = f(plain)
    value.backward()
    x = mg.tensor(lazy(A))
    result = f(x)
    assert isinstance(result.data, da.Array)
    result.backward()
    assert isinstance(x.grad, da.Array)
    np.testing.assert_allclose(compute(result.data), value.data, rtol=1e-12)
    np.testing.assert_allclose(compute(x.grad), plain.grad, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(
    "write",
    [
        lambda y: y.__setitem__((slice(None), 1), 7.0),
        lambda y: y.__setitem__(0, y[1] * 2),
        lambda y: y.__imul__(3.0),
        lambda y: np.multiply(y, 2.0, out=y),
    ],
    ids=["column", "row", "operator", "out"],
)
def test_writing(write):
    found = []
    for make in (np.array, lazy):
        x = mg.tensor(make(A))
        y = x * x
        write(y)
        (y * np.arange(6.0).reshape(2, 3)).sum().backward()
        found.append((x.grad, y.data))
    assert isinstance(found[1][0], da.Array)
    np.testing.assert_allclose(compute(found[1][1]), found[0][1])
    np.testing.assert_allclose(compute(found[1][0]), found[0][0])


def test_second_derivatives():
    x = mg.tensor(lazy(A))
    (x**3 + np.sin(x)).sum().backward(create_graph=True)
    assert isinstance(x.grad, Tensor)
    (x.grad * x.grad).sum().backward()
    assert isinstance(x.grad, da.Array)
    g, h = 3 * A**2 + np.cos(A), 6 * A - np.sin(A)
    np.testing.assert_allclose(compute(x.grad), 2 * g * h)


@pytest.mark.parametrize("mixed", [lambda x, a: x * a, lambda x, a: a * x, np.add, np.arctan2])
def test_a_tensor_beside_a_dask_array_is_a_tensor(mixed):
    for x in (mg.tensor(A), mg.tensor(lazy(A))):
        other = lazy(np.abs(A) + 1)
        result = mixed(x, other)
        assert isinstance(result, Tensor)
        assert isinstance(result.data, da.Array)
        result.backward()
        assert np.shape(x.grad) == A.shape


def test_attributes_do_not_compute():
    x = mg.tensor(lazy(A))
    assert x.shape == (2, 3)
    assert x.ndim == 2
    assert x.size == 6
    assert x.dtype == np.float64
    assert not x.constant
    assert "dask" in repr(x)
    assert not hasattr(x, "chunks")
    assert not hasattr(x, "__dask_graph__")


def test_chunks_of_tensors_are_not_needed():
    x = mg.tensor(lazy(A))
    y = x * 2
    assert y.data.chunks == x.data.chunks
    y.backward()
    assert x.grad.chunks == x.data.chunks


def test_recurrent_layers_take_numpy_arrays_only():
    x, w, b = mg.tensor(da.ones((3, 2, 2))), np.ones((2, 2)), np.zeros(2)
    with pytest.raises(TypeError, match=r"gru: X must be a tensor or array of NumPy's; got Array"):
        mg.nnet.gru(x, w, w, b, w, w, b, w, w, b)
