"""pint's quantities over tensors: units outside, gradients inside."""

import numpy as np
import pytest

import mygrad as mg
from mygrad import Tensor

pint = pytest.importorskip("pint")

ureg = pint.UnitRegistry()
Q = ureg.Quantity

A = np.array([0.5, 1.5, 2.0])


def magnitude(q, units=None):
    """The tensor in a quantity."""
    assert isinstance(q, Q)
    if units is not None:
        assert q.units == ureg.Unit(units)
    assert isinstance(q.magnitude, Tensor), f"the magnitude became {type(q.magnitude)}"
    return q.magnitude


def check(f, units, slope):
    """`f` of a quantity in metres has these units, its plain value, and this gradient."""
    t = mg.tensor(A)
    result = f(Q(t, "m"))
    expected = f(Q(A, "m"))
    m = magnitude(result, units)
    np.testing.assert_allclose(m.data, expected.magnitude)
    m.backward()
    np.testing.assert_allclose(t.grad, slope)


CASES = {
    "times a number": (lambda q: 3 * q, "m", 3.0),
    "divided": (lambda q: q / 2, "m", 0.5),
    "squared": (lambda q: q**2, "m**2", 2 * A),
    "times itself": (lambda q: q * q, "m**2", 2 * A),
    "root": (lambda q: q**0.5, "m**0.5", 0.5 / np.sqrt(A)),
    "reciprocal": (lambda q: 1 / q, "1/m", -1 / A**2),
    "negated": (lambda q: -q, "m", -1.0),
    "absolute": (lambda q: abs(q), "m", 1.0),
    "plus itself": (lambda q: q + q, "m", 2.0),
    "plus another unit": (lambda q: q + Q(50.0, "cm"), "m", 1.0),
    "minus an array": (lambda q: q - Q(np.ones(3), "cm"), "m", 1.0),
    "units": (lambda q: q * ureg.kg / ureg.s, "m*kg/s", 1.0),
    "converted": (lambda q: q.to("mm"), "mm", 1000.0),
    "base units": (lambda q: q.to("km").to_base_units(), "m", 1.0),
    "item": (lambda q: q[1] * 2, "m", [0.0, 2.0, 0.0]),
    "slice": (lambda q: q[::2], "m", [1.0, 0.0, 1.0]),
    "np.sum": (np.sum, "m", 1.0),
    "np.mean": (np.mean, "m", 1 / 3),
    "np.max": (np.max, "m", [0.0, 0.0, 1.0]),
    "np.prod of ratios": (
        lambda q: np.prod(q / ureg.m) * ureg.m,
        "m",
        [3.0, 1.0, 0.75],
    ),
    "method sum": (lambda q: q.sum(), "m", 1.0),
    "method mean": (lambda q: q.mean(), "m", 1 / 3),
    "method reshape": (lambda q: q.reshape((3, 1)), "m", 1.0),
    "np.sqrt": (np.sqrt, "m**0.5", 0.5 / np.sqrt(A)),
    "np.square": (np.square, "m**2", 2 * A),
    "np.multiply": (lambda q: np.multiply(q, Q(2.0, "s")), "m*s", 2.0),
    "np.add": (lambda q: np.add(q, Q(1.0, "km")), "m", 1.0),
    "np.maximum": (lambda q: np.maximum(q, Q(100.0, "cm")), "m", [0.0, 1.0, 1.0]),
    "np.concatenate": (lambda q: np.concatenate([q, 2 * q]), "m", 3.0),
    "np.stack": (lambda q: np.stack([q, q]), "m", 2.0),
    "np.where": (lambda q: np.where(A > 1, q, 3 * q), "m", [3.0, 1.0, 1.0]),
    "np.clip": (lambda q: np.clip(q, Q(1.0, "m"), Q(1.8, "m")), "m", [0.0, 1.0, 0.0]),
    "np.dot": (lambda q: np.dot(q, q), "m**2", 2 * A),
    "matmul": (lambda q: q @ q, "m**2", 2 * A),
    "np.cumsum": (np.cumsum, "m", [3.0, 2.0, 1.0]),
    "np.std": (lambda q: np.std(q), "m", (A - A.mean()) / (3 * A.std())),
    "np.reshape": (lambda q: np.reshape(q, (1, 3)), "m", 1.0),
    "np.linalg.norm": (np.linalg.norm, "m", A / np.linalg.norm(A)),
    "np.transpose": (np.transpose, "m", 1.0),
}


@pytest.mark.parametrize(("f", "units", "slope"), CASES.values(), ids=CASES.keys())
def test_quantities(f, units, slope):
    check(f, units, np.broadcast_to(slope, A.shape))


@pytest.mark.parametrize("f", [np.sin, np.cos, np.tan])
def test_angles(f):
    t = mg.tensor(A * 20)
    m = magnitude(f(Q(t, "degree")), "dimensionless")
    np.testing.assert_allclose(m.data, f(np.deg2rad(A * 20)))
    m.backward()
    x = mg.tensor(np.deg2rad(A * 20))
    f(x).backward()
    np.testing.assert_allclose(t.grad, x.grad * np.pi / 180)


@pytest.mark.parametrize("f", [np.exp, np.log, np.tanh])
def test_functions_of_ratios(f):
    t = mg.tensor(A)
    m = magnitude(f(Q(t, "m") / Q(1.0, "m")))
    m.backward()
    x = mg.tensor(A)
    f(x).backward()
    np.testing.assert_allclose(t.grad, x.grad)
    with pytest.raises(pint.DimensionalityError):
        f(Q(t, "m"))


def test_temperatures():
    t = mg.tensor(A)
    m = magnitude(Q(t, "degC").to("degF"), "degF")
    np.testing.assert_allclose(m.data, A * 1.8 + 32)
    m.backward()
    np.testing.assert_allclose(t.grad, np.full(3, 1.8))


@pytest.mark.parametrize(
    ("f", "units"),
    [
        (lambda t, q: t * q, "s"),
        (lambda t, q: q * t, "s"),
        (lambda t, q: t / q, "1/s"),
        (lambda t, q: q / t, "s"),
        (np.multiply, "s"),
        (np.divide, "1/s"),
    ],
)
@pytest.mark.parametrize("over", ["tensor", "array"])
def test_a_tensor_beside_a_quantity_is_a_quantity(f, units, over):
    t, u = mg.tensor(A), mg.tensor(A + 1)
    m = magnitude(f(t, Q(u if over == "tensor" else A + 1, "s")), units)
    m.backward()
    x, y = mg.tensor(A), mg.tensor(A + 1)
    f(x, y).backward()
    np.testing.assert_allclose(t.grad, x.grad)
    if over == "tensor":
        np.testing.assert_allclose(u.grad, y.grad)


@pytest.mark.parametrize("f", [lambda t, q: t + q, lambda t, q: q - t, np.add])
def test_units_do_not_add_to_bare_tensors(f):
    with pytest.raises(pint.DimensionalityError):
        f(mg.tensor(A), Q(A, "m"))
    m = magnitude(f(mg.tensor(A), Q(mg.tensor(A), "dimensionless")))
    assert not m.constant


def test_units_times_a_tensor():
    t = mg.tensor(A)
    for q in (t * ureg.m, ureg.m * t):
        assert magnitude(q, "m") is not None
        q.magnitude.backward()
        np.testing.assert_array_equal(t.grad, np.ones(3))
    assert magnitude(t * (1 / ureg.s), "1/s") is not None


def test_the_magnitude_is_the_tensor_itself():
    t = mg.tensor(A)
    assert Q(t, "m").magnitude is t
    assert Q(t, "m").m_as("m") is not None


def test_comparisons():
    q = Q(mg.tensor(A), "m")
    np.testing.assert_array_equal(q > Q(100.0, "cm"), A > 1)
    np.testing.assert_array_equal(q == Q(A * 100, "cm"), [True] * 3)


def test_assignment():
    t = mg.tensor(A)
    y = t * 1.0
    q = Q(y, "m")
    q[0] = Q(3.0, "cm")
    np.testing.assert_allclose(q.magnitude.data, [0.03, 1.5, 2.0])
    (q * 2).magnitude.backward()
    np.testing.assert_array_equal(t.grad, [0.0, 2.0, 2.0])


def test_representations():
    q = Q(mg.tensor(A), "m")
    assert "meter" in repr(q)
    assert "meter" in str(q)


def test_a_fit_with_units():
    """Free fall: from distances to the acceleration, in its units."""
    times = Q(np.array([1.0, 2.0, 3.0]), "s")
    g = mg.tensor(9.0)
    distances = Q(g, "m/s**2") * times**2 / 2
    error = (distances.to("m") - Q(np.array([4.9, 19.6, 44.1]), "m")) ** 2
    np.sum(error).magnitude.backward()
    t2 = np.array([1.0, 4.0, 9.0]) / 2
    np.testing.assert_allclose(g.grad, np.sum(2 * (9.0 * t2 - 9.8 * t2) * t2))
