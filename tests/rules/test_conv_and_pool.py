"""Convolutions, pooling and windows: what is special about them. Their rules: `cases_layers`."""

import _layer_oracle as oracle
import numpy as np
import pytest

import mygrad as mg
from mygrad.nnet import avg_pool, conv_nd, conv_transpose_nd, max_pool
from mygrad.nnet.layers import conv as conv_module
from mygrad.nnet.layers import pooling as pooling_module

RNG = np.random.default_rng(7)


def draw(*shape):
    return RNG.normal(size=shape)


# ----------------------------------------------------------------------------------------
# Blocks, channels, precisions
# ----------------------------------------------------------------------------------------

#: (x, filters, keywords): more or fewer filters than channels, so that all ways are gone.
LARGER = [
    ((5, 2, 9, 8), (3, 2, 3, 2), {"stride": 1, "padding": 1}),
    ((5, 1, 9, 7), (4, 1, 3, 3), {"stride": 2, "padding": (0, 1)}),
    ((3, 2, 40), (9, 2, 4), {"stride": 3, "dilation": 3}),
    ((4, 3, 5, 4), (2, 3, 1, 1), {"stride": 1}),
    ((2, 2, 4, 5, 6), (3, 2, 2, 3, 2), {"stride": (2, 1, 2), "padding": (0, 2, 0)}),
]


def loss_and_gradients(f, *arrays, **keywords):
    tensors = [mg.tensor(a) for a in arrays]
    y = f(*tensors, **keywords)
    g = np.random.default_rng(1).normal(size=y.shape).astype(y.dtype)
    (y * g).sum().backward()
    return [y.data, *[t.grad for t in tensors]]


def conv_gradients(x, w, g, **keywords):
    """The gradients in closed form: a convolution is a linear function of either operand."""
    by_x, by_w = np.empty_like(x), np.empty_like(w)
    for a, by, of in (
        (x, by_x, lambda e: oracle.conv(e, w, **keywords)),
        (w, by_w, lambda e: oracle.conv(x, e, **keywords)),
    ):
        unit = np.zeros_like(a)
        for i in np.ndindex(a.shape):
            unit[i] = 1
            by[i] = np.sum(of(unit) * g)
            unit[i] = 0
    return by_x, by_w


@pytest.mark.parametrize("block", [1, 700, 5_000, 2**20])
@pytest.mark.parametrize(("x", "w", "keywords"), LARGER)
def test_results_do_not_depend_on_the_blocks(monkeypatch, block, x, w, keywords):
    x, w = draw(*x), draw(*w)
    whole = loss_and_gradients(conv_nd, x, w, **keywords)
    np.testing.assert_allclose(whole[0], oracle.conv(x, w, **keywords), rtol=1e-11, atol=1e-11)
    monkeypatch.setattr(conv_module, "BLOCK", block)
    for a, b in zip(loss_and_gradients(conv_nd, x, w, **keywords), whole, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("x", "w", "keywords"), LARGER[:4])
def test_gradients_in_closed_form(x, w, keywords):
    x, w = draw(*x), draw(*w)
    y, *found = loss_and_gradients(conv_nd, x, w, **keywords)
    g = np.random.default_rng(1).normal(size=y.shape)
    for grad, want in zip(found, conv_gradients(x, w, g, **keywords), strict=True):
        np.testing.assert_allclose(grad, want, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("dtype", "tolerance"), [("f4", 1e-5), ("f2", 4e-3)])
@pytest.mark.parametrize(("x", "w", "keywords"), LARGER)
def test_precisions_of_convolutions(dtype, tolerance, x, w, keywords):
    x, w = draw(*x).astype(dtype), draw(*w).astype(dtype)
    want = loss_and_gradients(conv_nd, x.astype(float), w.astype(float), **keywords)
    found = loss_and_gradients(conv_nd, x, w, **keywords)
    for a, b in zip(found[:1], want[:1], strict=True):
        assert a.dtype == dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * 10)
    assert [a.dtype for a in found[1:]] == [np.dtype(dtype)] * 2


def test_half_precision_is_summed_in_single():
    ones = np.ones((1, 1, 4096), np.float16)
    assert conv_nd(ones, ones, stride=1).item() == 4096
    assert avg_pool(16 * ones, 4096, 1).item() == 16
    x = mg.tensor(ones)
    avg_pool(x, 4096, 1).backward()
    assert x.grad[0, 0, 0] == np.float16(1 / 4096)


def test_mixed_precisions_and_integers():
    x, w = mg.tensor(draw(1, 1, 4).astype("f4")), mg.tensor(draw(1, 1, 2))
    y = conv_nd(x, w, stride=1)
    assert y.dtype == np.float64
    y.sum().backward()
    assert (x.grad.dtype, w.grad.dtype) == (np.float32, np.float64)
    counts = conv_nd([[[1, 2, 3]]], [[[1, 10]]], stride=1)
    assert counts.constant
    assert counts.dtype.kind == "i"
    assert counts.data.tolist() == [[[21, 32]]]
    w = mg.tensor(np.ones((1, 1, 2)))
    conv_nd(np.array([[[1, 2, 3]]]), w, stride=1).sum().backward()
    assert w.grad.tolist() == [[[3, 5]]]


def test_complex_convolution():
    x, w = draw(1, 2, 5) + 1j * draw(1, 2, 5), draw(3, 2, 2) + 1j * draw(3, 2, 2)
    np.testing.assert_allclose(conv_nd(x, w, stride=1).data, oracle.conv(x, w, stride=1))
    mg.testing.check_grad(lambda a, b: np.abs(conv_nd(a, b, stride=1)) ** 2, x, w)


@pytest.mark.parametrize("shapes", [((0, 2, 5), (3, 2, 2)), ((2, 0, 5), (3, 0, 2))])
def test_no_samples_and_no_channels(shapes):
    x, w = (mg.tensor(np.ones(shape)) for shape in shapes)
    y = conv_nd(x, w, stride=1)
    assert y.shape == (shapes[0][0], 3, 4)
    assert not np.any(y.data)
    y.sum().backward()
    assert (x.grad.shape, w.grad.shape) == shapes
    assert not np.any(w.grad)


def test_operands_of_any_layout():
    x, w = draw(4, 5, 2, 3), draw(2, 2, 3, 2)
    wanted = loss_and_gradients(conv_nd, x.transpose(3, 2, 0, 1).copy(), w, stride=1)
    found = loss_and_gradients(conv_nd, x.transpose(3, 2, 0, 1), np.asfortranarray(w), stride=1)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    assert conv_nd(x.transpose(3, 2, 0, 1), w, stride=1).data.flags.c_contiguous


# ----------------------------------------------------------------------------------------
# Numbers of another library
# ----------------------------------------------------------------------------------------


def wave(*shape, phase=0.0):
    return np.sin(np.arange(np.prod(shape)) * 0.7 + phase).reshape(shape)


@pytest.mark.parametrize(
    ("f", "shapes", "wanted"),
    [
        (
            lambda x, w: conv_nd(x, w, stride=2, padding=1, dilation=3),
            [(2, 3, 11), (4, 3, 3)],
            [3.601658452918, -2.518101526196, -0.741221904365],
        ),
        (
            lambda x, w: conv_nd(x, w, stride=(2, 1), padding=(1, 2), dilation=(2, 1)),
            [(2, 3, 7, 6), (5, 3, 3, 3)],
            [0.297073486842, -0.4489478192, -1.010459636031],
        ),
        (
            lambda x, w: conv_nd(x, w, stride=(1, 2, 1), padding=(0, 1, 2)),
            [(1, 2, 4, 5, 3), (3, 2, 2, 3, 2)],
            [-0.050812801278, -0.032027641632, 0.052249913673],
        ),
        (
            lambda x, w: conv_transpose_nd(
                x, w, stride=(3, 2), padding=(2, 1), output_padding=(1, 0), dilation=(1, 2)
            ),
            [(2, 4, 3, 4), (4, 2, 3, 2)],
            [-20.058371079056, -17.290455537601, 33.433900072768],
        ),
        (lambda x: max_pool(x, (3, 2), (2, 1)), [(2, 3, 7, 6)], [0.113500403005, -0.740101098254]),
        (
            lambda x: avg_pool(x, (2, 1, 3), (2, 1, 1)),
            [(1, 2, 4, 5, 6)],
            [-0.67058794061, -0.54970459951],
        ),
    ],
    ids=["conv1d", "conv2d", "conv3d", "conv_transpose2d", "max_pool2d", "avg_pool3d"],
)
def test_numbers_of_pytorch(f, shapes, wanted):
    """PyTorch 2.13's results and gradients, each times a wave, in double precision."""
    tensors = [mg.tensor(wave(*shape)) for shape in shapes]
    y = f(*tensors)
    loss = (y * wave(*y.shape, phase=1.0)).sum()
    loss.backward()
    found = [loss.item(), *[np.sum(t.grad * wave(*t.shape, phase=2.0)) for t in tensors]]
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-11)


# ----------------------------------------------------------------------------------------
# Transposes, and derivatives of higher order
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "w", "keywords"), LARGER)
def test_the_transpose_is_the_gradient(x, w, keywords):
    x, w = mg.tensor(draw(*x)), draw(*w)
    y = conv_nd(x, w, **keywords)
    g = draw(*y.shape)
    y.backward(g)
    np.testing.assert_allclose(
        conv_transpose_nd(g, w, **keywords).data, x.grad, rtol=1e-11, atol=1e-11
    )


def test_jacobians_and_hessians():
    x, w = draw(2, 2, 4, 3), draw(2, 2, 2, 2)

    def f(x, w):
        return np.sum(max_pool(np.tanh(conv_nd(x, w, stride=1)), (3, 2), 1) ** 2, axis=(2, 3))

    whole = mg.jacobian(f, (0, 1))(x, w)
    for i, j in np.ndindex(2, 2):
        one = mg.grad(lambda x, w, i=i, j=j: f(x, w)[i, j], (0, 1))(x, w)
        for a, b in zip(whole, one, strict=True):
            np.testing.assert_allclose(a[i, j], b, rtol=1e-12, atol=1e-12)
    h = mg.hessian(lambda w: f(x, w).sum())(w)
    v = draw(*w.shape)
    step = 1e-5
    gradient = mg.grad(lambda w: f(x, w).sum())
    difference = (gradient(w + step * v) - gradient(w - step * v)) / (2 * step)
    np.testing.assert_allclose(np.tensordot(h, v, 4), difference, rtol=1e-6, atol=1e-7)


def _conv(x, w):
    return conv_nd(x, w, stride=(2, 1), padding=1, dilation=(1, 2))


def _conv_transpose(x, w):
    return conv_transpose_nd(x, w, stride=(2, 1), padding=(1, 0), dilation=(1, 2))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize(
    ("f", "shapes"),
    [
        (_conv, [(2, 3, 5, 4), (2, 3, 3, 2)]),
        (_conv_transpose, [(2, 3, 2, 3), (3, 2, 3, 2)]),
        (mg.grad(lambda x, w: np.sum(_conv(x, w) ** 2), 1), [(2, 3, 3, 3), (2, 3, 3, 2)]),
        (mg.grad(lambda x, w: np.sum(_conv(x, w) ** 2)), [(2, 3, 3, 3), (2, 3, 3, 2)]),
        (mg.grad(lambda x, w: np.sum(_conv_transpose(x, w) ** 2), 1), [(2, 3, 2, 2), (3, 1, 3, 2)]),
        (lambda x: avg_pool(x, 2, 1), [(5,)]),
        (lambda x: avg_pool(x, (3, 2), 2), [(3, 5, 4)]),
        (mg.grad(lambda x: np.sum(avg_pool(x, 2, 1) ** 3)), [(5,)]),
        (lambda x: max_pool(x, 2, 1), [(5,)]),
        (lambda x: max_pool(x, (3, 2), (1, 2)), [(2, 5, 4)]),
        (lambda x: mg.sliding_window_view(x, (2,), 2, 2), [(2, 7)]),
    ],
)
def test_jacobians(f, shapes, mode):
    arrays = [draw(*shape) for shape in shapes]
    found = mg.jacobian(f, tuple(range(len(arrays))), mode=mode)(*arrays)
    step = 1e-6
    for i, (a, jacobian) in enumerate(zip(arrays, found, strict=True)):
        wanted = np.empty_like(jacobian)
        for k in np.ndindex(a.shape):
            near = []
            for sign in (1, -1):
                b = a.copy()
                b[k] += sign * step
                near.append(np.asarray(f(*arrays[:i], b, *arrays[i + 1 :])))
            wanted[(..., *k)] = (near[0] - near[1]) / (2 * step)
        np.testing.assert_allclose(jacobian, wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sin(conv_nd(x, x[:1, :, :2], stride=1, padding=1)),
        lambda x: np.sin(conv_transpose_nd(x, x[:2, :, :2], stride=2, output_padding=1)),
        lambda x: avg_pool(x, 2, 1) ** 3,
        lambda x: max_pool(x, (1, 2), 1) ** 3,
        lambda x: mg.sliding_window_view(x, (2, 2), 1) ** 3,
    ],
)
def test_second_derivatives_of_compositions(f):
    mg.testing.check_grad(f, draw(2, 2, 3))


def test_a_jacobian_takes_one_call_for_all_rows(monkeypatch):
    calls = []
    blocks = conv_module._blocks
    monkeypatch.setattr(conv_module, "_blocks", lambda *args: calls.append(args) or blocks(*args))
    x, w = draw(2, 1, 6), draw(1, 1, 3)
    jacobian = mg.jacobian(lambda x: conv_nd(x, w, stride=1))(x)
    assert jacobian.shape == (2, 1, 4, 2, 1, 6)
    assert [samples for samples, *_ in calls] == [2, 16]


# ----------------------------------------------------------------------------------------
# Pooling
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [0, 64])
def test_ties_and_nan(monkeypatch, many):
    monkeypatch.setattr(pooling_module, "MANY", many)
    x = mg.tensor([[1.0, 1.0, 0.0, 0.0], [1.0, 2.0, 2.0, 2.0]])
    max_pool(x, 2, 1).sum().backward()
    assert x.grad.tolist() == [[1, 1, 1, 0], [0, 2, 1, 0]]
    x = mg.tensor([1.0, np.nan, 3.0, np.nan, 5.0, 4.0, -np.inf, -np.inf])
    y = max_pool(x, 4, 4)
    assert np.isnan(y.data[0])
    assert y.data[1] == 5
    (y * [2.0, 3.0]).sum().backward()
    assert x.grad.tolist() == [0, 2, 0, 0, 3, 0, 0, 0]


@pytest.mark.parametrize("many", [0, 64])
def test_gradients_of_infinity_stay_where_they_are(monkeypatch, many):
    monkeypatch.setattr(pooling_module, "MANY", many)
    x = mg.tensor([[1.0, 2.0], [4.0, 3.0]])
    max_pool(x, (2, 2), 1).backward([[np.inf]])
    assert x.grad.tolist() == [[0, 0], [np.inf, 0]]


def test_pooling_does_not_see_later_writes():
    x = mg.tensor([1.0, 2.0, 4.0, 3.0]) * 1
    y = max_pool(x, 2, 2)
    x[...] = [9.0, 0.0, 0.0, 9.0]
    leaf = mg.tensor([1.0, 2.0, 4.0, 3.0])
    z = leaf * 1
    w = max_pool(z, 2, 2)
    z[...] = 0
    w.sum().backward()
    assert y.data.tolist() == [2, 4]
    assert leaf.grad.tolist() == [0, 1, 1, 0]


def test_constants():
    x = mg.tensor(draw(1, 1, 4))
    w = mg.tensor(draw(1, 1, 2))
    assert max_pool(x, 2, 2, constant=True).constant
    assert avg_pool(x, 2, 2, constant=True).constant
    assert conv_nd(x, w, stride=1, constant=True).constant
    assert conv_transpose_nd(x, w, stride=1, constant=True).constant
    assert max_pool(x.data, 2, 2).constant
    assert not max_pool(x.data, 2, 2, constant=False).constant
    assert max_pool([3, 1, 4, 1], 2, 2).data.tolist() == [3, 4]
    assert avg_pool([3, 1, 4, 1], 2, 2).data.tolist() == [2, 2.5]
    with mg.no_autodiff:
        assert max_pool(x, 2, 2).data.tolist() == max_pool(x.data, 2, 2).data.tolist()
    for f in (max_pool, avg_pool):
        with pytest.raises(TypeError, match="constant="):
            f(x, 2, 2, constant=1)
    with pytest.raises(ValueError, match="constant=False"):
        max_pool([1, 2], 2, 2, constant=False)


# ----------------------------------------------------------------------------------------
# Windows
# ----------------------------------------------------------------------------------------


def test_windows_are_views():
    a = np.arange(24.0).reshape(2, 3, 4)
    seen = mg.sliding_window_view(a, (2, 2), (1, 2))
    assert isinstance(seen, np.ndarray)
    assert seen.shape == (2, 2, 2, 2, 2)
    assert np.shares_memory(seen, a)
    assert not seen.flags.writeable
    x = mg.tensor(a)
    windows = mg.sliding_window_view(x, (2, 2), (1, 2))
    assert windows.base is x
    x[0, 0, 0] = 100.0
    assert windows[0, 0, 0, 0, 0].item() == 100
    assert mg.sliding_window_view(np.zeros((2, 3, 8, 9)), (2, 3), (2, 3)).shape == (
        4,
        3,
        2,
        3,
        2,
        3,
    )
    assert mg.sliding_window_view(np.arange(7), (2,), 3).tolist() == [[0, 1], [3, 4]]
    assert mg.sliding_window_view(list(range(10)), (3,), 2, 2).tolist() == [
        [0, 2, 4],
        [2, 4, 6],
        [4, 6, 8],
    ]
    # As tight as can be.
    assert mg.sliding_window_view(np.arange(3), (2,), 1, 2).tolist() == [[0, 2]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((2, 1), TypeError, "window_shape must be a sequence of positive integers; got 2"),
        (((0,), 1), TypeError, "positive"),
        (((1.5,), 1), TypeError, "positive"),
        (((1, 2, 3), 1), ValueError, r"\(1, 2, 3\) has more axes .* \(4, 5\)"),
        (((6,), 1), ValueError, r"spans \(6,\) elements.* \(4, 5\)"),
        (((3,), 1, 3), ValueError, r"dilation \(3,\) spans \(7,\)"),
        (((2,), 0), ValueError, "step must be at least 1; got 0"),
        (((2,), 1.0), TypeError, "step must be an integer or a sequence of them; got 1.0"),
        (((2,), (1, 1)), ValueError, "step must have one integer for each of 1 axes"),
        (((2,), 1, 0), ValueError, "dilation must be at least 1"),
        (((2,), 1, [1, 2]), ValueError, "dilation must have one integer"),
        (((2,), 1, "x"), TypeError, "dilation must be an integer"),
    ],
)
def test_errors_of_windows(arguments, error, message):
    with pytest.raises(error, match=message):
        mg.sliding_window_view(np.zeros((4, 5)), *arguments)


# ----------------------------------------------------------------------------------------
# Errors
# ----------------------------------------------------------------------------------------

X, W = np.ones((2, 3, 5, 6)), np.ones((4, 3, 2, 2))


@pytest.mark.parametrize(
    ("x", "w", "keywords", "error", "message"),
    [
        (X[0, 0], W[0, 0], {}, ValueError, r"3 or more; got the shapes \(5, 6\) and \(2, 2\)"),
        (X, W[0], {}, ValueError, r"got the shapes \(2, 3, 5, 6\) and \(3, 2, 2\)"),
        (X, W[:, :2], {}, ValueError, r"3 channels .*\(2, 3, 5, 6\)\), but .*2 .*\(4, 2, 2, 2\)"),
        (X, W[..., :0], {}, ValueError, r"empty; .*\(4, 3, 2, 0\)"),
        (X, W, {"stride": 3}, ValueError, r"does not end at its edge.*size \(5, 6\).*\(3, 3\)"),
        (X, W, {"dilation": 5}, ValueError, r"larger than the image.*= \(6, 6\)"),
        (X, W, {"stride": 0}, ValueError, "stride must be at least 1; got 0"),
        (X, W, {"stride": 1.0}, TypeError, "stride must be an integer or a sequence of them"),
        (X, W, {"stride": (1, 1, 1)}, ValueError, "one integer for each of 2 axes"),
        (X, W, {"padding": -1}, ValueError, "padding must be at least 0; got -1"),
        (X, W, {"padding": "1"}, TypeError, "padding must be an integer"),
        (X, W, {"dilation": (1, 0)}, ValueError, r"dilation must be at least 1; got \(1, 0\)"),
        (X, "w", {}, TypeError, "filter_bank must be an array of numbers"),
        (X > 0, W, {"constant": "no"}, TypeError, "constant="),
    ],
)
def test_errors_of_convolutions(x, w, keywords, error, message):
    with pytest.raises(error, match=message):
        conv_nd(x, w, **({"stride": 1} | keywords))


@pytest.mark.parametrize(
    ("w", "keywords", "error", "message"),
    [
        (W, {}, ValueError, r"3 channels .* but filter_bank is for 4 \(axis 0 of \(4, 3, 2, 2\)\)"),
        (W[:3], {"output_padding": 1}, ValueError, r"below stride, \(1, 1\); got \(1, 1\)"),
        (W[:3], {"padding": 3}, ValueError, r"leaves a result of size \(0, 1\); .*\(2, 3, 5, 6\)"),
        (W[:3], {"output_padding": -1}, ValueError, "output_padding must be at least 0"),
    ],
)
def test_errors_of_transposed_convolutions(w, keywords, error, message):
    with pytest.raises(error, match=message):
        conv_transpose_nd(X, w, **({"stride": 1} | keywords))


def test_a_transposed_convolution_of_nothing():
    with pytest.raises(ValueError, match=r"no elements along an axis; its shape is \(2, 3, 0, 6\)"):
        conv_transpose_nd(X[:, :, :0], W[:3], stride=1)


@pytest.mark.parametrize("f", [max_pool, avg_pool])
@pytest.mark.parametrize(
    ("pool", "stride", "error", "message"),
    [
        ((2, 2), 2, ValueError, r"do not tile the last axes of x, whose shape is \(2, 3, 5, 6\)"),
        (7, 1, ValueError, r"windows of shape \(7,\) with stride \(1,\)"),
        (0, 1, ValueError, "pool must be at least 1; got 0"),
        ((), 1, ValueError, r"one or more of the last axes of x; got \(\)"),
        ((1,) * 5, 1, ValueError, r"for the shape \(2, 3, 5, 6\)"),
        (2, 0, ValueError, "stride must be at least 1"),
        (2, (1, 1), ValueError, "stride must have one integer for each of 1 axes"),
        (1.5, 1, TypeError, "pool must be an integer"),
        (2, 1.0, TypeError, "stride must be an integer"),
    ],
)
def test_errors_of_pooling(f, pool, stride, error, message):
    with pytest.raises(error, match=message):
        f(X, pool, stride)


def test_complex_numbers_have_no_maximum():
    with pytest.raises(TypeError, match=r"no order.*complex128"):
        max_pool(np.ones(4) * 1j, 2, 2)
    assert avg_pool(np.ones(4) * 1j, 2, 2).data.tolist() == [1j, 1j]


def test_arrays_of_other_libraries_are_refused():
    da = pytest.importorskip("dask.array")
    with pytest.raises(TypeError, match="x must be a tensor or array of NumPy's; got Array"):
        conv_nd(da.ones((1, 1, 3)), np.ones((1, 1, 2)), stride=1)
