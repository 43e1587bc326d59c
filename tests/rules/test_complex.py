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


def part(x):
    return x.real * x.imag


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
    *[
        case
        for f in (np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power)
        for case in both(f)
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
    *[
        Case(f, apart(2, 3), beside(2, 3))
        for f in (np.maximum, np.minimum, np.fmax, np.fmin)
    ],
    Case(np.maximum, apart(), 0.2),
    Case(np.minimum, apart(), normal()),
    # ---- Results cast to complex numbers --------------------------------------------------
    *[Case(f, signed(), dtype=complex) for f in (np.sqrt, np.log, np.arcsin, np.arccosh)],
    Case(np.multiply, normal(), normal(), dtype=complex),
    Case(np.power, signed(), 0.5, dtype=complex),
    Case(np.sum, normal(2, 3), axis=0, dtype=complex),
    Case(np.prod, normal(2, 3), axis=0, dtype=complex),
    # ---- Masks --------------------------------------------------------------------------
    *[Case(f, planar(), where=MASK, out=np.zeros((2, 3), complex)) for f in (np.sqrt, np.sign)],
    Case(np.absolute, planar(), where=MASK, out=np.zeros((2, 3))),
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
        for draw in (planar, signed)
    ],
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
