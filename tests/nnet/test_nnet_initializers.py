"""Initial values: shapes, distributions, seeds."""

import math

import numpy as np
import pytest

import mygrad as mg
from mygrad import nnet

SHAPE = (30, 40, 5, 3)  # a fan-in of 600, a fan-out of 450
UNIFORM = {
    "uniform": (lambda **k: nnet.uniform(SHAPE, lower_bound=-2, upper_bound=4, **k), -2, 4),
    "glorot_uniform": (
        lambda **k: nnet.glorot_uniform(SHAPE, gain=2, **k),
        -2 * math.sqrt(6 / 1050),
        2 * math.sqrt(6 / 1050),
    ),
    "he_uniform": (
        lambda **k: nnet.he_uniform(SHAPE, gain=2, **k),
        -2 * math.sqrt(3 / 600),
        2 * math.sqrt(3 / 600),
    ),
}
NORMAL = {
    "normal": (lambda **k: nnet.normal(SHAPE, mean=5, std=0.5, **k), 5, 0.5),
    "glorot_normal": (
        lambda **k: nnet.glorot_normal(*SHAPE, gain=2, **k),
        0,
        2 * (2 / 1050) ** 0.5,
    ),
    "he_normal": (lambda **k: nnet.he_normal(*SHAPE, gain=2, **k), 0, 2 / math.sqrt(600)),
}
RANDOM = {name: f for name, (f, *_) in (UNIFORM | NORMAL).items()}


@pytest.mark.parametrize(("f", "low", "high"), UNIFORM.values(), ids=UNIFORM)
def test_uniform(f, low, high):
    x = f(rng=np.random.default_rng(0), dtype=float).data
    assert low <= x.min() < low + 1e-3 * (high - low)
    assert high - 1e-3 * (high - low) < x.max() < high
    shares, _ = np.histogram(x, 4, (low, high))
    np.testing.assert_allclose(shares / x.size, 0.25, atol=0.015)


@pytest.mark.parametrize(("f", "mean", "std"), NORMAL.values(), ids=NORMAL)
def test_normal(f, mean, std):
    x = (f(rng=np.random.default_rng(0), dtype=float).data - mean) / std
    np.testing.assert_allclose(x.mean(), 0, atol=0.03)
    np.testing.assert_allclose(x.std(), 1, atol=0.02)
    np.testing.assert_allclose((abs(x) < 1).mean(), 0.6827, atol=0.01)


@pytest.mark.parametrize("f", RANDOM.values(), ids=RANDOM)
def test_tensors_and_seeds(f):
    x = f(rng=np.random.default_rng(3))
    assert isinstance(x, mg.Tensor)
    assert x.shape == SHAPE
    assert x.dtype == np.float32
    assert not x.constant
    np.testing.assert_array_equal(x.data, f(rng=np.random.default_rng(3)).data)
    assert np.any(x.data != f(rng=np.random.default_rng(4)).data)
    x = f(dtype=np.float64, constant=True)
    assert x.dtype == np.float64
    assert x.constant


def test_global_seed_gives_what_it_gave():
    # The numbers are those of MyGrad 2.5.
    wanted = [
        (lambda: nnet.uniform(2, lower_bound=-1), [0.09762700647115707, 0.4303787350654602]),
        (lambda: nnet.normal(2, mean=1, std=2), [4.528104782104492, 1.8003144264221191]),
        (lambda: nnet.glorot_uniform(2, 3, 4), [0.05347251519560814, 0.23572814464569092]),
        (lambda: nnet.he_normal(2, 3, 2), [0.720171332359314, 0.1633635014295578]),
        (lambda: nnet.glorot_normal(2, 3), [1.1156846284866333, 0.25308164954185486]),
    ]
    for f, numbers in wanted:
        np.random.seed(0)  # noqa: NPY002
        np.testing.assert_array_equal(f().data.ravel()[:2], np.float32(numbers))


def test_constant_dirac_identity():
    x = nnet.constant(2, 3, value=7)
    np.testing.assert_array_equal(x.data, np.full((2, 3), 7))
    assert x.dtype == int
    assert nnet.constant(2).dtype == float
    assert nnet.constant((2,), dtype=np.float32, constant=True).constant
    x = nnet.dirac(3, 2, 4, 3)
    np.testing.assert_array_equal(np.nonzero(x.data), [[0, 1], [0, 1], [2, 2], [1, 1]])
    assert x.dtype == np.float32
    np.testing.assert_array_equal(nnet.dirac((2, 3)).data, np.eye(2, 3))


def test_shapes():
    for shape in ((2, 3), ((2, 3),), ([2, 3],), (np.array([2, 3]),), (np.int64(2), np.array(3))):
        assert nnet.normal(*shape).shape == (2, 3)
    assert nnet.normal().shape == nnet.normal(()).shape == ()


def test_parameters_in_tensors():
    x = nnet.normal(3, mean=mg.tensor(2.0, constant=True), std=mg.tensor(0, constant=True))
    np.testing.assert_array_equal(x.data, [2, 2, 2])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nnet.uniform(2, lower_bound=1), ValueError, "must be below"),
        (lambda: nnet.uniform(2, lower_bound=-np.inf), ValueError, "-inf.*too far apart"),
        (lambda: nnet.uniform(2, lower_bound=-1e308, upper_bound=1e308), ValueError, "too far"),
        (lambda: nnet.normal(2, std=-1), ValueError, "std"),
        (lambda: nnet.normal(2, dtype=int), ValueError, "int64"),
        (lambda: nnet.uniform(2, dtype=bool), ValueError, "bool"),
        (lambda: nnet.he_uniform(5), ValueError, r"\(5,\)"),
        (lambda: nnet.glorot_normal((5,)), ValueError, r"\(5,\)"),
        (lambda: nnet.he_normal(5, 0), ValueError, r"\(5, 0\)"),
        (lambda: nnet.dirac(5), ValueError, r"dirac.*\(5,\)"),
        (lambda: nnet.he_normal(5, 2.5), TypeError, "integer"),
        (lambda: nnet.he_normal(5, 2, gain=[1]), TypeError, "gain"),
        (lambda: nnet.normal(5, rng=3), TypeError, "default_rng"),
        (lambda: nnet.normal(2.5), TypeError, r"integers.*2\.5"),
        (lambda: nnet.normal(None), TypeError, "integers.*None"),
        (lambda: nnet.normal("ab"), TypeError, "integers.*ab"),
        (lambda: nnet.he_normal(2, 3, gain=-1), ValueError, "he_normal: gain.*-1"),
        (lambda: nnet.he_uniform(2, 3, gain=-1), ValueError, "he_uniform: gain.*-1"),
        (lambda: nnet.glorot_normal(2, 3, gain=np.nan), ValueError, "glorot_normal: gain.*nan"),
        (lambda: nnet.glorot_uniform(2, 3, gain=-1), ValueError, "glorot_uniform: gain.*-1"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
