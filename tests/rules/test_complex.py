"""Complex operands: values, gradients and second derivatives, alone and beside real operands.

The gradient by z = x + iy is dL/dx + i dL/dy, which `_oracle.differences` takes in two steps.
"""

import copy
import operator
import pickle
import warnings

import numpy as np
import pytest
from _oracle import assert_close, assert_same, differences, gradient_of, outcome
from cases import Case, Draw, normal, planar, positive, scalar, signed
from checks import (
    check_constants,
    check_gradient,
    check_jvp,
    check_layouts,
    check_precision,
    check_repeated_operand,
    check_second_derivatives,
    check_shapes,
)

import mygrad as mg
from mygrad import Tensor

#: Of one ufunc's operands, or both, some are complex.
PAIRS = [(planar, planar), (planar, normal), (normal, planar)]
MASK = np.array([[True, False, True], [True, True, False]])


def both(func, *shapes, **kwargs) -> list[Case]:
    """A function of two operands: both are complex, and one of them."""
    one, two = shapes or ((2, 3), (2, 3))
    return [Case(func, x(*one), y(*two), **kwargs) for x, y in PAIRS]


def low(*shape: int) -> Draw:
    """Within the unit disk, where the principal branches are smooth."""

    def make(rng, shape):
        return rng.uniform(0.2, 0.8, shape) * np.exp(1j * rng.uniform(-3, 3, shape))

    return Draw("low", make, shape or (2, 3))


def apart(*shape: int) -> Draw:
    """Real parts that differ, for orders are lexicographic."""

    def make(rng, shape):
        real = rng.permutation(int(np.prod(shape))).reshape(shape) * 0.7 - 1.0
        return real + 1j * rng.normal(size=shape)

    return Draw("apart", make, shape or (2, 3))


def beside(*shape: int) -> Draw:
    """As `apart`, and apart from those numbers too."""
    draw = apart(*shape)
    return Draw("beside", lambda rng, shape: draw.make(rng, shape) + 0.3, draw.shape)


def around_1(*shape: int) -> Draw:
    """Real, within and beyond the branch points -1 and 1, and not near them."""

    def make(rng, shape):
        inner, outer = rng.uniform(0.2, 0.7, shape), rng.uniform(1.3, 2.0, shape)
        return np.where(rng.random(shape) < 0.5, inner, outer) * rng.choice([-1, 1], shape)

    return Draw("around_1", make, shape or (2, 3))


def part(x):
    return x.real * x.imag


def masked(func):
    """A ufunc with `where` and `out`."""

    def run(x):
        dtype = np.float64 if func is np.absolute else np.complex128
        mask = np.broadcast_to(MASK[..., :1], x.shape) if x.ndim > 1 else np.ones(x.shape, bool)
        return func(x, where=mask, out=np.zeros(x.shape, dtype))

    run.__name__ = f"masked_{func.__name__}"
    return run


CASES: list[Case] = [
    # ---- Elementwise, one operand -------------------------------------------------------
    *[
        Case(f, planar(), exact=f is not np.sinc)
        for f in (
            *(np.positive, np.negative, np.conjugate, np.absolute, np.square, np.reciprocal),
            *(np.sqrt, np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sign),
            *(np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh, np.arctan, np.arcsinh),
            *(np.arcsin, np.arccos, np.arccosh, np.arctanh, np.sinc, np.real, np.imag, np.angle),
            *(np.copy, np.real_if_close, part, operator.abs, operator.neg),
        )
    ],
    *[Case(f, low()) for f in (np.arcsin, np.arccos, np.arctan, np.arctanh, np.log1p, np.sinc)],
    Case(np.angle, planar(), deg=True),
    Case(np.imag, normal(), flat=True),
    # ---- Elementwise, two operands ------------------------------------------------------
    *[case for f in (np.add, np.subtract, np.multiply, np.divide) for case in both(f)],
    *[
        Case(f, x(), y())
        for f in (np.power, np.float_power)
        for x, y in ((planar, planar), (planar, normal), (signed, planar))
    ],
    *[
        Case(f, x, y)
        for f in (np.add, np.subtract, np.multiply, np.divide, np.power)
        for x, y in ((normal(), 0.5 - 2j), (1.5 + 1j, normal()), (planar(), 3), (2, planar()))
    ],
    Case(np.power, -2.0, planar()),
    Case(np.power, planar(), -1.5),
    Case(np.power, planar(), np.array([0, 1, 2])),
    Case(operator.pow, planar(), 2),
    *[Case(f, planar(2, 3), planar(3)) for f in (np.add, np.multiply, np.divide, np.power)],
    *[Case(f, apart(2, 3), beside(2, 3)) for f in (np.maximum, np.minimum, np.fmax, np.fmin)],
    Case(np.maximum, apart(), 0.2),
    Case(np.minimum, apart(), normal()),
    # ---- Results cast to complex numbers --------------------------------------------------
    *[Case(f, signed(), dtype=complex) for f in (np.sqrt, np.log)],
    *[Case(f, around_1(), dtype=complex) for f in (np.arcsin, np.arccos, np.arccosh, np.arctanh)],
    Case(np.multiply, normal(), normal(), dtype=complex),
    Case(np.power, signed(), 0.5, dtype=complex),
    Case(np.sum, normal(2, 3), axis=0, dtype=complex),
    Case(np.prod, normal(2, 3), axis=0, dtype=complex),
    # ---- Masks --------------------------------------------------------------------------
    *[Case(masked(f), planar()) for f in (np.sqrt, np.sign, np.absolute, np.conjugate)],
    # ---- Reductions ---------------------------------------------------------------------
    *[
        case
        for f in (np.sum, np.mean, np.prod, np.var, np.std, np.nansum, np.nanmean, np.nanprod)
        for case in (
            Case(f, planar(3)),
            Case(f, planar(2, 3, 2), keywords={"axis": [None, 1, (0, 2)], "keepdims": [0, 1]}),
            Case(f, planar(2, 3), axis=1, where=MASK),
        )
    ],
    Case(np.nanvar, planar(2, 3), axis=1),
    Case(np.nanstd, planar(2, 3), axis=1),
    Case(np.var, planar(2, 3), ddof=1),
    Case(np.sum, planar(2, 3), axis=0, initial=scalar(planar)),
    Case(np.prod, planar(2, 3), axis=0, initial=scalar(planar)),
    Case(np.average, planar(2, 3), axis=0, weights=positive(2)),
    Case(np.average, planar(2, 3), weights=planar(2, 3), exact=False),
    *[
        case
        for f in (np.max, np.min, np.ptp)
        for case in (
            Case(f, apart(6)),
            Case(f, apart(2, 3, 2), keywords={"axis": [None, 1, (0, 2)]}),
        )
    ],
    Case(np.nanmax, apart(2, 3), axis=1),
    Case(np.nanmin, apart(2, 3), axis=1),
    *[
        Case(f, planar(2, 3), keywords={"axis": [None, 0, 1]})
        for f in (np.cumsum, np.cumprod, np.nancumsum, np.nancumprod)
    ],
    Case(np.cumulative_sum, planar(3)),
    Case(np.cumulative_prod, planar(3), include_initial=True),
    # ---- Choices ------------------------------------------------------------------------
    *both(lambda x, y: np.where(MASK, x, y)),
    Case(np.clip, apart(), -0.5, 0.6),
    Case(np.clip, apart(), -0.5 + 1j, 0.6 - 1j),
    Case(np.clip, apart(6), scalar(low), 2.0),
    Case(np.sort, apart(6)),
    Case(np.sort, apart(2, 3), keywords={"axis": [None, 0]}),
    # ---- Shapes -------------------------------------------------------------------------
    Case(np.reshape, planar(2, 3), (3, 2)),
    Case(np.ravel, planar(2, 3), "F"),
    Case(np.transpose, planar(2, 3)),
    Case(np.swapaxes, planar(2, 3), 0, 1),
    Case(np.moveaxis, planar(2, 3), 0, 1),
    Case(np.squeeze, planar(2, 1)),
    Case(np.expand_dims, planar(2), 0),
    Case(np.broadcast_to, planar(3), (2, 3)),
    Case(np.flip, planar(2, 3)),
    Case(np.rot90, planar(2, 3)),
    Case(np.roll, planar(2, 3), 1, 1),
    Case(np.tril, planar(3, 3)),
    Case(np.triu, planar(3, 3), 1),
    Case(np.diag, planar(3)),
    Case(np.diagonal, planar(3, 3), 1),
    Case(np.trace, planar(3, 3)),
    Case(np.repeat, planar(3), [1, 0, 2]),
    Case(np.repeat, planar(2, 3), 2, axis=1),
    Case(np.tile, planar(2, 3), (2, 1)),
    Case(np.take, planar(2, 3), [0, 2, 2], axis=1),
    Case(np.take_along_axis, planar(2, 3), np.array([[0, 0], [2, 1]]), 1),
    Case(np.pad, planar(3), 1),
    Case(np.pad, planar(3), 2, "reflect"),
    Case(operator.getitem, planar(3), [0, 0, 2]),
    Case(operator.getitem, planar(2, 3), MASK),
    Case(operator.getitem, planar(2, 3), (slice(None), 1)),
    *[
        Case(f, [x(2), y(2)])
        for f in (np.concatenate, np.stack, np.vstack, np.hstack, np.column_stack, np.block)
        for x, y in PAIRS
    ],
    Case(np.append, planar(2), normal(2)),
    Case(np.array_split, planar(5), 2),
    # ---- Products -----------------------------------------------------------------------
    *both(np.matmul, (2, 3), (3, 2), exact=False),
    *both(np.matmul, (3,), (3, 2), exact=False),
    *both(np.matmul, (2, 3), (3,), exact=False),
    *both(np.matmul, (4, 2, 3), (3, 2), exact=False),
    *both(operator.matmul, (2, 3), (3, 2), exact=False),
    *both(np.dot, (2, 3), (3, 2), exact=False),
    *both(np.dot, (3,), (3,), exact=False),
    *both(np.vdot, (2, 3), (2, 3), exact=False),
    *both(np.vecdot, (2, 3), (2, 3), exact=False),
    *both(np.vecdot, (3,), (2, 3), exact=False, axis=-1),
    *both(np.inner, (2, 3), (4, 3), exact=False),
    *both(np.outer, (2,), (3,)),
    *both(np.tensordot, (2, 3), (3, 2), axes=1, exact=False),
    *both(np.kron, (2,), (2, 3)),
    *both(np.cross, (2, 3), (2, 3)),
    *[
        Case(np.einsum, subscripts, x(*n), y(*m), exact=False)
        for x, y in PAIRS
        for subscripts, n, m in (("ij,jk->ik", (2, 3), (3, 2)), ("ij,ij->i", (2, 3), (2, 3)))
    ],
    Case(np.einsum, "ij,jk->ik", planar(9, 9), planar(9, 9), exact=False),
    Case(np.einsum, "ij,jk,k->i", planar(2, 3), normal(3, 2), planar(2), exact=False),
    Case(np.einsum, "ii", planar(3, 3), exact=False),
    Case(np.linalg.multi_dot, [planar(2, 3), normal(3, 2), planar(2, 2)], exact=False),
    Case(np.linalg.vecdot, planar(2, 3), planar(2, 3), exact=False),
    # ---- numpy.emath --------------------------------------------------------------------
    *[
        Case(f, draw())
        for f in (
            *(np.emath.sqrt, np.emath.log, np.emath.log2, np.emath.log10),
            *(np.emath.arccos, np.emath.arcsin, np.emath.arctanh),
        )
        for draw in (planar, around_1)
    ],
    *[Case(np.emath.logn, x, y, exact=False) for x, y in ((signed(), 2.0), (planar(), planar()))],
    *[Case(np.emath.power, x, 0.5) for x in (signed(), planar())],
    Case(np.emath.power, signed(), np.array([-1, 0, 2])),
    # ---- mygrad's own -------------------------------------------------------------------
    *[
        Case(getattr(mg, name), planar(), plain=plain, exact=False)
        for name, plain in {
            "cot": lambda z: 1 / np.tan(z),
            "csc": lambda z: 1 / np.sin(z),
            "sec": lambda z: 1 / np.cos(z),
            "coth": lambda z: 1 / np.tanh(z),
            "csch": lambda z: 1 / np.sinh(z),
            "sech": lambda z: 1 / np.cosh(z),
            "arccot": lambda z: np.arctan(1 / z),
            "arccsc": lambda z: np.arcsin(1 / z),
            "arcsec": lambda z: np.arccos(1 / z),
            "arccoth": lambda z: np.arctanh(1 / z),
            "arccsch": lambda z: np.arcsinh(1 / z),
        }.items()
    ],
]
if hasattr(np, "matvec"):
    CASES += both(np.matvec, (2, 3), (3,), exact=False)
    CASES += both(np.vecmat, (2,), (2, 3), exact=False)

CALLS = [call for case in CASES for call in case.calls()]
each_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)


@each_call
def test_value_and_gradient(call):
    check_gradient(call)


@each_call
def test_forward_mode(call):
    check_jvp(call)


@each_call
def test_second_derivatives(call):
    check_second_derivatives(call)


@each_call
def test_other_operands(call):
    check_precision(call)
    check_layouts(call)
    check_shapes(call)
    if len(call.draws()) > 1:
        check_constants(call)
        check_repeated_operand(call)


def name_or_text(x) -> str:
    return getattr(x, "__name__", str(x))


# ----------------------------------------------------------------------------------------
# What NumPy does not do with complex numbers
# ----------------------------------------------------------------------------------------

Z = np.array([1.0 + 2.0j, 3.0 - 1.0j])
X = np.array([1.0, -2.0])


@pytest.mark.parametrize(
    "func", [np.floor, np.fabs, np.cbrt, np.deg2rad, np.modf, np.spacing, np.fft.rfft]
)
def test_functions_of_real_numbers_refuse_as_numpys_do(func):
    assert isinstance(outcome(func, Z), TypeError)
    assert isinstance(outcome(func, mg.tensor(Z)), TypeError)


@pytest.mark.parametrize(
    "func",
    [np.remainder, np.floor_divide, np.hypot, np.arctan2, np.logaddexp, np.copysign, np.divmod],
)
def test_functions_of_two_real_numbers_refuse_as_numpys_do(func):
    assert isinstance(outcome(func, Z, X), TypeError)
    assert isinstance(outcome(func, mg.tensor(Z), mg.tensor(X)), TypeError)


@pytest.mark.parametrize("change", [operator.iadd, operator.imul, operator.ipow], ids=name_or_text)
def test_in_place_operations_do_not_drop_imaginary_parts(change):
    t = mg.tensor(X)
    with pytest.raises(TypeError, match="Cannot cast"):
        change(t, 1j)
    np.testing.assert_array_equal(t, X)


# ----------------------------------------------------------------------------------------
# Special points
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("func", "at", "gradient"),
    [
        (np.absolute, [0j, 2j, -0.0 + 0j], [0.0, 1j, 0.0]),
        (np.sign, [0j, 2j], [0.0, 0.5]),
        (np.var, [1j, 1j], [0.0, 0.0]),
        (np.std, [1j, 1j], [0.0, 0.0]),
        (np.prod, [0j, 1j, 2.0], [-2j, 0.0, 0.0]),
        (np.max, [1 + 1j, 1 + 3j, 1 + 3j], [0.0, 1.0, 0.0]),
        (np.min, [1 + 3j, 1 + 1j, 1 + 1j], [0.0, 1.0, 0.0]),
        (np.tanh, [800 + 1j, -800j + 1000], [0.0, 0.0]),
        (np.square, [0j], [0.0]),
        # On branch cuts: the derivative on the side that NumPy's value belongs to.
        (np.arcsin, [complex(2, 0.0)], [-1j / np.sqrt(3)]),
        (np.arcsin, [complex(2, -0.0)], [1j / np.sqrt(3)]),
        (np.arcsin, [complex(-2, 0.0)], [1j / np.sqrt(3)]),
        (np.arccos, [complex(2, 0.0)], [1j / np.sqrt(3)]),
        (np.sqrt, [complex(-4, 0.0)], [0.25j]),
        (np.sqrt, [complex(-4, -0.0)], [-0.25j]),
    ],
    ids=name_or_text,
)
def test_special_points(func, at, gradient):
    """Of the sum of real parts."""
    t = mg.tensor(at)
    with np.errstate(over="ignore", invalid="ignore"):
        np.sum(np.real(func(t))).backward()
    np.testing.assert_allclose(t.grad, gradient, atol=1e-15)


def test_real_roots_of_negative_numbers_stay_nan():
    t = mg.tensor([-4.0, 4.0])
    with np.errstate(invalid="ignore"):
        y = np.sqrt(t)
        y.sum().backward()
    np.testing.assert_array_equal(y, [np.nan, 2.0])
    np.testing.assert_array_equal(t.grad, [np.nan, 0.25])


def test_sign_of_real_numbers_is_a_plain_array():
    for t in (mg.tensor(X), mg.tensor([1, -2])):
        assert_same(np.sign(t), np.sign(t.data))
        assert not isinstance(np.sign(t), Tensor)
    constant = np.sign(mg.tensor(Z, constant=True))
    assert constant.constant
    assert_same(constant, np.sign(Z))


# ----------------------------------------------------------------------------------------
# Real and complex together
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("number", [1j, 2.0, 3, np.complex64(2j), np.float32(2)], ids=repr)
@pytest.mark.parametrize("func", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_numbers_follow_numpys_promotion(func, number, dtype):
    for a in (X.astype(dtype), Z.astype(np.result_type(dtype, 1j))):
        for order in (1, -1):
            t = mg.tensor(a)
            result = func(*(t, number)[::order])
            assert_same(result, func(*(a, number)[::order]))
            np.sum(np.real(result)).backward()
            assert t.grad.dtype == a.dtype


def test_a_real_operand_gets_the_real_part():
    t = mg.tensor(X)
    np.sum(np.abs(t * (3 + 4j))).backward()
    assert_same(t.grad, [5.0, -5.0])


def test_casts():
    t = mg.tensor(X)
    (t.astype(complex) * (2 - 3j)).real.sum().backward()
    assert_same(t.grad, [2.0, 2.0])
    z = mg.tensor(Z)
    with pytest.warns(np.exceptions.ComplexWarning):
        y = z.astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (y * [2.0, 3.0]).sum().backward()
    assert_same(z.grad, [2 + 0j, 3 + 0j])
    z = mg.tensor(Z)
    np.sum(np.abs(z.astype(np.complex64)) ** 2).backward()
    assert_same(z.grad, 2 * Z)


def test_gradients_of_other_precisions_are_close():
    z = mg.tensor(Z, dtype=np.complex64)
    w = mg.tensor(X, dtype=np.float32)
    np.sum(np.abs(z * w + 1j) ** 2).backward()
    assert z.grad.dtype == np.complex64
    assert w.grad.dtype == np.float32
    wanted = differences(lambda z, w: float(np.sum(np.abs(z * w + 1j) ** 2)), [Z, X])
    assert_close(z.grad, wanted[0], tolerance=1e-5)
    assert_close(w.grad, wanted[1], tolerance=1e-5)


# ----------------------------------------------------------------------------------------
# backward
# ----------------------------------------------------------------------------------------


def test_a_complex_result_has_no_gradient_of_its_own():
    z = mg.tensor(Z)
    with pytest.raises(TypeError, match=r"complex result .* grad="):
        (z * z).backward()
    (z * z).backward(np.array([1.0, 1j]))
    np.testing.assert_allclose(z.grad, np.conj(2 * Z) * [1, 1j])
    with pytest.raises(TypeError, match="real numbers"):
        np.abs(mg.tensor(Z)).backward(1j)


def test_descent():
    """The gradient points uphill: against it the loss falls, to its minimum."""
    z = mg.tensor([1 + 1j, -2 + 0.5j])
    for _ in range(100):
        np.sum(np.abs(z - Z) ** 2).backward()
        z.data -= 0.1 * z.grad
    np.testing.assert_allclose(z, Z, atol=1e-6)


def test_create_graph_gives_complex_tensors():
    z = mg.tensor(Z)
    np.sum(np.abs(z) ** 4).backward(create_graph=True)
    first = z.grad
    assert isinstance(first, Tensor)
    np.testing.assert_allclose(first, 4 * np.abs(Z) ** 2 * Z)
    z.null_grad()
    np.sum(first.imag).backward()
    # Of 4 (x^2 + y^2) y by x and by y.
    x, y = Z.real, Z.imag
    np.testing.assert_allclose(z.grad, 8 * x * y + 1j * (4 * x * x + 12 * y * y))


# ----------------------------------------------------------------------------------------
# Views and writes
# ----------------------------------------------------------------------------------------


def write_parts(z, x):
    y = z * 1
    y.real[0] = y.imag[1] * x[0]
    y.imag *= 3.0
    y.real = y.real + x
    view = y[1:]
    view.imag[...] = view.real * view.imag
    y[0] *= 1j
    return np.abs(y * y)


def write_real_into_complex(z, x):
    y = z * 1
    y[...] = y.real * x
    y[0] = x[1]
    return np.abs(y + 1j)


def write_complex_into_complex(z, x):
    y = z * 1
    y[::-1] = z * x
    y[[0, 0]] += z
    return np.abs(y - 1j)


def write_by_mask(z, x):
    y = z * 1
    np.multiply(z, x, out=y, where=np.array([True, False]))
    np.copyto(y, x * 1j, where=np.array([False, True]))
    return np.abs(y - z)


def accumulate(z, x):
    y = z * 1
    np.add.at(y, [0, 0], z * x[0])
    return np.abs(np.multiply.accumulate(y))


PROGRAMS = [
    write_parts,
    write_real_into_complex,
    write_complex_into_complex,
    write_by_mask,
    accumulate,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_programs_that_write(program):
    case = Case(program, planar(2), normal(2))
    (call,) = case.calls()
    check_gradient(call)
    check_second_derivatives(call)


def test_parts_are_views():
    z = mg.tensor(Z)
    assert z.real.base is z
    assert z.imag.base is z
    np.sum(np.abs(z)).backward()
    assert_same(z.imag.grad, z.grad.imag)
    z.real = [5.0, 6.0]
    z.imag[1:] = 7.0
    np.testing.assert_array_equal(z, [5 + 2j, 6 + 7j])
    x = mg.tensor(X)
    assert x.real is x
    assert_same(x.imag, [0.0, 0.0])
    with pytest.raises(TypeError, match="imaginary"):
        x.imag = 1.0


def test_writing_complex_into_real():
    """As NumPy: an array loses its imaginary part with a warning, Python's numbers are refused."""
    for value in (1j, [1j, 2.0]):
        x = mg.tensor(X)
        with pytest.raises(TypeError):
            x[:] = value
        np.testing.assert_array_equal(x, X)
    z = mg.tensor(Z)
    y = mg.tensor(X) * 1
    with pytest.warns(np.exceptions.ComplexWarning):
        y[...] = z
    np.testing.assert_array_equal(y, Z.real)
    (y * [2.0, 3.0]).sum().backward()
    assert_same(z.grad, [2 + 0j, 3 + 0j])


def test_out_of_another_kind():
    z = mg.tensor(Z)
    out = mg.tensor([0j, 0j])
    np.abs(z, out=out)
    # Real, though its dtype is complex: what the loss does with the imaginary part is not asked.
    np.sum(np.abs(out * (3 + 4j))).backward()
    np.testing.assert_allclose(z.grad, 5 * Z / np.abs(Z))
    with pytest.raises(TypeError, match="Cannot cast"):
        np.multiply(z, z, out=mg.tensor(X))


# ----------------------------------------------------------------------------------------
# As numbers, as objects
# ----------------------------------------------------------------------------------------


def test_conversions():
    t = mg.tensor(1 + 2j)
    assert complex(t) == t.item() == 1 + 2j
    assert repr(t) == "Tensor(1.+2.j)"
    assert f"{t:.1f}" == "1.0+2.0j"
    with pytest.raises(TypeError):
        float(t)
    assert abs(mg.tensor(3 + 4j)).item() == 5.0
    assert t.conj().item() == t.conjugate().item() == np.conj(t).item() == 1 - 2j
    assert not t.constant
    assert mg.tensor(1j, constant=True).constant


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]
)
def test_copies(clone):
    t = mg.tensor(Z)
    np.sum(np.abs(t)).backward()
    other = clone(t)
    assert_same(other, Z)
    assert_same(other.grad, t.grad)
    np.sum(np.abs(other) ** 2).backward()
    assert_same(other.grad, 2 * Z, exact=False)


def test_comparisons_are_numpys():
    t = mg.tensor(Z)
    for compare in (operator.lt, operator.ge, operator.eq, operator.ne):
        assert_same(compare(t, 2.0), compare(Z, 2.0))
    for func in (np.isreal, np.iscomplex, np.isnan, np.isfinite, np.argmax, np.argsort, np.round):
        assert_same(func(t), func(Z))
    assert np.iscomplexobj(t)
    assert not np.isrealobj(t)


def test_real_if_close_depends_on_the_values():
    near, far = mg.tensor(X + 1e-20j), mg.tensor(Z)
    assert np.real_if_close(near).dtype == float
    assert np.real_if_close(far).dtype == complex
    np.sum(np.real_if_close(near) ** 2).backward()
    np.testing.assert_array_equal(gradient_of(near), 2 * X)


# ----------------------------------------------------------------------------------------
# Fourier transforms
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["array", "tensor"])
@pytest.mark.parametrize(
    "func",
    [np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft, np.fft.fft2],
)
def test_out_of_fourier_transforms(func, kind):
    a = np.random.default_rng(0).normal(size=(3, 4))
    expected = func(a)
    out = np.zeros_like(expected)
    t = mg.tensor(a)
    result = func(t, out=out if kind == "array" else mg.tensor(out))
    assert_same(result, expected)
    assert kind == "tensor" or result.data is out
    np.sum(np.abs(result) ** 2).backward()
    (want,) = differences(lambda a: float(np.sum(np.abs(func(a)) ** 2)), [a])
    assert_close(t.grad, want)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble, np.complex64])
def test_precisions_of_fourier_transforms(dtype):
    a = np.arange(4).astype(dtype)
    t = mg.tensor(a)
    result = np.fft.fft(t)
    assert_same(result, np.fft.fft(a))
    np.sum(np.abs(result) ** 2).backward()
    assert t.grad.dtype == dtype
    np.testing.assert_allclose(t.grad, 8 * a, rtol=1e-3, atol=1e-2)


def test_wrong_arguments_of_fourier_transforms_raise_numpys_errors():
    for func in (np.fft.fft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft):
        for kwargs in ({"n": 0}, {"norm": "no"}, {"axis": 2}):
            theirs = outcome(func, X, **kwargs)
            assert isinstance(theirs, Exception)
            assert isinstance(outcome(func, mg.tensor(X), **kwargs), type(theirs))
    for kwargs in ({"s": (2,), "axes": (0, 1)}, {"axes": (3,)}):
        theirs = outcome(np.fft.fftn, np.ones((2, 2)), **kwargs)
        ours = outcome(np.fft.fftn, mg.tensor(np.ones((2, 2))), **kwargs)
        assert isinstance(ours, type(theirs))


def test_lengths_without_axes_are_deprecated_as_in_numpy():
    with pytest.warns(DeprecationWarning, match="axes"):
        result = np.fft.fftn(mg.tensor(np.ones((2, 2))), s=(3, 3))
    assert result.shape == (3, 3)
