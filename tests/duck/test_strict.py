"""Rules run on arrays of a device: nothing is converted, nothing mixed with arrays of the host."""

import sys
from pathlib import Path

import numpy as np
import pytest
from strict import HostTransfer, StrictArray, device, host

import mygrad as mg
from mygrad import Tensor

sys.path.insert(0, str(Path(__file__).parents[1] / "rules"))
from _oracle import assert_close, parts, product, weights_for
from cases import CASES, Call
from checks import PARTLY

# ----------------------------------------------------------------------------------------
# The strict array itself
# ----------------------------------------------------------------------------------------

A = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])


@pytest.mark.parametrize(
    "f",
    [
        np.asarray,
        float,
        bool,
        list,
        lambda x: x * np.ones(3),
        lambda x: np.ones(3) * x,
        lambda x: np.add(x, np.ones(3)),
        lambda x: np.concatenate([x, np.ones((1, 3))]),
        lambda x: np.add(x, x, out=np.zeros((2, 3))),
        lambda x: np.where(np.ones(3, bool), x, 0),
        lambda x: x.item(),
        lambda x: x.__setitem__(0, np.ones(3)),
    ],
)
def test_what_is_forbidden(f):
    with pytest.raises(TypeError):
        f(device(A))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * 2 + x,
        lambda x: x * np.asarray(2.0),
        lambda x: np.float64(2) * x,
        lambda x: np.sum(x, 0),
        lambda x: np.concatenate([x, x]),
        lambda x: np.where(x > 0, x, 0),
        lambda x: np.zeros_like(x, shape=(2,)),
        lambda x: x[0] @ x.T,
        lambda x: x.sum(axis=0),
    ],
)
def test_what_is_allowed(f):
    assert isinstance(f(device(A)), StrictArray)
    np.testing.assert_array_equal(host(f(device(A))), f(A))


def test_it_belongs_to_a_library_whose_arrays_a_tensor_may_hold():
    assert StrictArray.__module__.startswith("cupy")
    x = mg.tensor(device(A))
    assert isinstance(x.data, StrictArray)
    assert x.shape == A.shape
    assert not x.constant
    with pytest.raises(HostTransfer):
        np.asarray(x)


# ----------------------------------------------------------------------------------------
# The rules
# ----------------------------------------------------------------------------------------

#: Functions with a rule that have to run anywhere.
NAMES = """
    positive negative absolute fabs square reciprocal sqrt cbrt exp exp2 expm1 log log2 log10 log1p
    sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh
    deg2rad radians rad2deg degrees sinc conjugate
    add subtract multiply divide power float_power logaddexp logaddexp2 arctan2 hypot
    remainder fmod maximum minimum fmax fmin copysign nextafter where clip
    sum mean var std prod max min amax amin nansum nanmean nanvar nanstd nanprod nanmax nanmin
    ptp average cumsum cumprod cumulative_sum cumulative_prod nancumsum nancumprod
    reshape ravel squeeze expand_dims transpose swapaxes moveaxis rollaxis broadcast_to real
    flip fliplr flipud rot90 atleast_1d atleast_2d atleast_3d broadcast_arrays
    roll tril triu diagonal trace diag diagflat repeat tile getitem matrix_transpose copy sort
    median nanmedian diff trapezoid nan_to_num polyder polyint polyval polyadd polysub correlate
    corrcoef partition unwrap vander
""".split()  # noqa: SIM905


def _on_host(x) -> bool:
    """Does the template contain an array of the host?"""
    if isinstance(x, (list, tuple)):
        return any(map(_on_host, x))
    return isinstance(x, np.ndarray) and x.ndim > 0


def _is_list(x) -> bool:
    """A list of numbers, which would become an array of the host."""
    if isinstance(x, (list, tuple)) and any(isinstance(part, (list, tuple)) for part in x):
        return any(map(_is_list, x))
    return isinstance(x, list) and all(isinstance(part, (bool, int, float)) for part in x)


def _moved(x):
    """Masks and constant operands go to the device, too."""
    if isinstance(x, (list, tuple)):
        return x.__class__([_moved(part) for part in x])
    return device(x) if _on_host(x) else x


CALLS = [
    call
    for case in CASES
    if case.func.__name__ in NAMES and case.plain is case.func
    for call in case.calls()
    # Indices are on the host, or lists.
    if not _on_host([*call.operands, *call.kwargs.values()])
    or case.func.__name__ in ("where", "power", "sum", "prod", "mean", "max", "min", "var", "std")
    if not any(map(_is_list, [call.kwargs.get("where"), call.kwargs.get("weights")]))
    and not (case.func in (np.where, np.clip) and any(map(_is_list, call.operands)))
    and not (case.func is np.stack and any(map(_is_list, call.operands[0])))
]


def run(call: Call, values):
    moved = Call(
        call.case,
        tuple([_moved(x) for x in call.operands]),
        {k: _moved(x) for k, x in call.kwargs.items()},
    )
    return moved.run(values)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
def test_forward_and_backward_on_the_device(call: Call):
    arrays = call.sample()
    expected = [np.asarray(x) for x in parts(call.run(arrays))]
    weights = weights_for(expected, call.generator("weights"))
    plain = [mg.tensor(a) for a in arrays]
    _loss(parts(call.run(plain)), weights).backward()

    tensors = [mg.tensor(device(a)) for a in arrays]
    results = parts(run(call, tensors))
    for result, value in zip(results, expected, strict=True):
        assert isinstance(result, Tensor) or call.func in PARTLY
        found = host(result.data if isinstance(result, Tensor) else result)
        assert found.shape == value.shape
        assert_close(found, value, call.id, 1e-13)
    _loss(results, [device(w) for w in weights]).backward()
    for t, p in zip(tensors, plain, strict=True):
        if p.grad is not None and np.any(p.grad):
            assert_close(host(t.grad), p.grad, call.id)
            assert t.grad.dtype == p.grad.dtype


def _loss(results, weights):
    terms = [product(x, w) for x, w in zip(results, weights, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def test_every_function_is_tried():
    known = {f.__name__ for f in (case.func for case in CASES)}
    assert set(NAMES) & known <= {call.func.__name__ for call in CALLS}
    assert set(NAMES) - known <= {"matvec", "vecmat"}


# ----------------------------------------------------------------------------------------
# Programs
# ----------------------------------------------------------------------------------------

PROGRAMS = {
    "operators": lambda x: (2 * x - 1) / (x * x + 1) + x**2 - (-x) + abs(x),
    "reversed": lambda x: 1 / (3 + x * x) + 2**x - 1,
    "not a scalar": lambda x: x * x,
    "shared": lambda x: x + x * x.sum() + x,
    "views": lambda x: x[0] * x[1, ::-1] + x.T[1].sum(),
    "softmax": lambda x: (
        np.exp(x - x.max(axis=1, keepdims=True))
        / np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)
    ),
    "normalized": lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
    "matmul": lambda x: x @ x.T @ x,
    "cast": lambda x: (x.astype(np.float32) * 2).astype(float),
    "mask": lambda x: np.where(x.data > 0, x * x, -x),
    "reshape": lambda x: x.reshape(3, 2) @ x.ravel().reshape((2, 3)),
    "one": lambda x: x[0, 0] * x,
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("f", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_programs(f, weighted):
    plain, x = mg.tensor(A), mg.tensor(device(A))
    expected, result = f(plain), f(x)
    if weighted:
        weights = np.cos(np.arange(expected.size)).reshape(expected.shape)
        expected.backward(weights)
        result.backward(device(weights))
    else:
        expected.backward()
        result.backward()
    assert_close(host(result.data), expected.data, tolerance=1e-13)
    assert_close(host(x.grad), plain.grad)


WRITES = {
    "row": lambda y: y.__setitem__(0, 7.0),
    "from itself": lambda y: y.__setitem__(0, y[1] * 2),
    "column": lambda y: y.__setitem__((slice(None), 1), y[:, 0]),
    "multiplied": lambda y: y.__imul__(3.0),
    "out": lambda y: np.multiply(y, 2.0, out=y),
    "view": lambda y: y[:, ::2].__iadd__(1.0),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_writing(write):
    found = []
    weights = np.arange(6.0).reshape(2, 3)
    for make in (np.array, device):
        x = mg.tensor(make(A))
        y = x * x
        write(y)
        (y * make(weights)).sum().backward()
        found.append((y.data, x.grad))
    assert_close(host(found[1][0]), found[0][0])
    assert_close(host(found[1][1]), found[0][1])


def test_second_derivatives():
    x = mg.tensor(device(A))
    (x**3 + np.sin(x)).sum().backward(create_graph=True)
    assert isinstance(x.grad, Tensor)
    (x.grad * x.grad).sum().backward()
    g, h = 3 * A**2 + np.cos(A), 6 * A - np.sin(A)
    assert_close(host(x.grad), 2 * g * h)


def test_the_host_beside_the_device_is_an_error_not_a_transfer():
    x, y = mg.tensor(device(A)), mg.tensor(A)
    for f in (lambda: x * y, lambda: y * x, lambda: x * A, lambda: A * x, lambda: np.stack([x, y])):
        with pytest.raises(TypeError):
            f()


@pytest.mark.parametrize("make", [np.zeros_like, np.ones_like, np.empty_like])
def test_like(make):
    x = mg.tensor(device(A))
    t = make(x)
    assert isinstance(t, Tensor)
    assert isinstance(t.data, StrictArray)
    assert t.shape == A.shape
