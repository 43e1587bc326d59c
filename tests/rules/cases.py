"""Where to try each rule: one line for each function, and for what is special about it.

    Case(np.tanh, normal())

says: draw an operand of shape (2, 3) from a normal distribution, and see whether the tensor's
value, gradient and second derivatives are right. `test_rules` makes its checks from these lines.

- Operands and keywords that are draws (`normal()`, `positive(4)`, ...) become tensors, also within
  lists; everything else is passed as it stands.
- ``keywords={"axis": [0, None]}`` tries every combination; ``axis=0`` is always passed.
- ``exact=False``: the value equals NumPy's but for rounding.
- ``plain=f``: what the function is on plain arrays, if it is not one of NumPy's.
- ``flat=True``: the derivative is zero. Otherwise a case must see one that is not.

`SPECIAL` has points at which differences say nothing: poles, ties, zeros.
"""

import itertools
import operator
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np

import mygrad as mg
from mygrad._table import name_of

# ----------------------------------------------------------------------------------------
# Operands
# ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draw:
    """A float64 or complex128 operand: from which numbers, and in which shape."""

    name: str
    make: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
    shape: tuple[int, ...]

    def __call__(self, rng: np.random.Generator) -> np.ndarray:
        a = np.asarray(self.make(rng, self.shape))
        return a if a.dtype.kind == "c" else a.astype(float)

    def of_shape(self, *shape: int) -> "Draw":
        return Draw(self.name, self.make, shape)

    def __repr__(self) -> str:
        return f"{self.name}({','.join(map(str, self.shape))})"


def _draw(name: str, make: Callable[..., np.ndarray]) -> Callable[..., Draw]:
    def draw(*shape: int) -> Draw:
        return Draw(name, make, shape or (2, 3))

    return draw


def between(low: float, high: float) -> Callable[..., Draw]:
    """Uniformly distributed numbers."""
    return _draw(f"{low}..{high}", lambda rng, shape: rng.uniform(low, high, shape))


def _spread(rng: np.random.Generator, shape: tuple[int, ...], shift: float = 0.0) -> np.ndarray:
    n = int(np.prod(shape))
    ranks = rng.permutation(n).reshape(shape) - n / 2
    return (ranks + 0.25 + 0.1 * rng.random(shape)) * 0.5 + shift


def _holes(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    a = _spread(rng, shape)
    a.reshape(-1)[::4] = np.nan
    return a


normal = _draw("normal", lambda rng, shape: rng.normal(size=shape))
#: Complex, all over the plane.
planar = _draw("planar", lambda rng, shape: rng.normal(size=shape) + 1j * rng.normal(size=shape))
positive = between(0.5, 2.5)
unit = between(-0.9, 0.9)
above_1 = between(1.2, 3.0)
#: None of them zero, and apart from each other by 0.2 or more: for kinks, and for poles.
spread = _draw("spread", _spread)
#: As `spread`, and apart from those numbers too.
shifted = _draw("shifted", lambda rng, shape: _spread(rng, shape, 0.22))
#: As `spread`, every fourth one nan.
holes = _draw("holes", _holes)
#: None of them zero, of both signs.
signed = _draw(
    "signed", lambda rng, shape: rng.uniform(0.5, 2, shape) * rng.choice([-1.0, 1.0], shape)
)


def scalar(draw: Callable[..., Draw] = normal) -> Draw:
    """An operand without axes."""
    return draw(1).of_shape()


def mask(*shape: int) -> np.ndarray:
    """A mask of which two thirds are True, in a pattern of no symmetry."""
    return (np.arange(int(np.prod(shape))) * 7 % 11 % 3 != 1).reshape(shape)


# ----------------------------------------------------------------------------------------
# Cases
# ----------------------------------------------------------------------------------------


class Case:
    """A function with operands to try it on."""

    def __init__(
        self,
        func: Callable[..., Any],
        *operands: Any,
        keywords: dict[str, Sequence[Any]] | None = None,
        exact: bool = True,
        flat: bool = False,
        plain: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.func = func
        self.operands = operands
        self.keywords = keywords or {}
        self.kwargs = kwargs
        self.plain = plain or func
        self.exact = exact
        self.flat = flat

    def calls(self) -> "list[Call]":
        grid = itertools.product(*self.keywords.values())
        return [
            Call(self, self.operands, self.kwargs | dict(zip(self.keywords, values, strict=True)))
            for values in grid
        ]

    @property
    def id(self) -> str:
        return Call(self, self.operands, self.kwargs).id

    def __repr__(self) -> str:
        return f"<case {self.id}>"


class Call:
    """One call of a case's function: a template with draws in it."""

    def __init__(self, case: Case, operands: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.case = case
        self.func = case.func
        self.operands = operands
        self.kwargs = kwargs

    @property
    def id(self) -> str:
        shown = [_shown(x) for x in self.operands]
        shown += [f"{key}={_shown(x)}" for key, x in self.kwargs.items()]
        return f"{name_of(self.func).removeprefix('numpy.')}({','.join(shown)})"

    def draws(self) -> list[Draw]:
        """The draws in the template, in order."""
        return list(_draws([*self.operands, *self.kwargs.values()]))

    def generator(self, extra: str = "") -> np.random.Generator:
        """Random numbers that depend on the call alone."""
        return np.random.default_rng(zlib.crc32((self.id + extra).encode()))

    def sample(self) -> list[np.ndarray]:
        """Arrays for the draws."""
        rng = self.generator()
        return [draw(rng) for draw in self.draws()]

    def filled(self, values: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """Arguments and keywords with values in place of the draws."""
        left = iter(values)
        args = [_filled(x, left) for x in self.operands]
        return args, {key: _filled(x, left) for key, x in self.kwargs.items()}

    def run(self, values: Sequence[Any], func: Callable[..., Any] | None = None) -> Any:
        """Call the function, or another one in its place, on these operands."""
        args, kwargs = self.filled(values)
        return (func or self.func)(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<call {self.id}>"


def _draws(x: Any) -> Iterator[Draw]:
    if isinstance(x, Draw):
        yield x
    elif isinstance(x, (list, tuple)):
        for part in x:
            yield from _draws(part)


def _filled(x: Any, left: Iterator[Any]) -> Any:
    if isinstance(x, Draw):
        return next(left)
    if isinstance(x, (list, tuple)):
        return x.__class__([_filled(part, left) for part in x])
    return x


def _shown(x: Any) -> str:
    """A text for an argument that is the same in every process."""
    if isinstance(x, np.ndarray):
        return f"{x.dtype}{list(x.shape)}"
    if isinstance(x, (list, tuple)):
        inner = ",".join(map(_shown, x))
        return f"[{inner}]" if isinstance(x, list) else f"({inner})"
    if isinstance(x, (type, FunctionType)):
        return x.__name__
    return repr(x).replace(" ", "")


# ----------------------------------------------------------------------------------------
# What keywords to try
# ----------------------------------------------------------------------------------------

AXIS = {"axis": [None, 0, -1, (0, 2), (-1, 0, 1)], "keepdims": [False, True]}
WHERE = {"axis": [None, 1, (0, -1)], "keepdims": [False, True], "where": [mask(2, 3, 2)]}
ORDS = [None, 2, 1, 3, 2.5, 0.5, -1, -2, np.inf, -np.inf]
MATRIX_ORDS = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]
SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((4, 2, 3), (3, 2)),
    ((2, 3), (4, 3, 2)),
    ((3,), (4, 3, 2)),
    ((4, 2, 3), (3,)),
    ((4, 1, 2, 3), (1, 3, 3, 2)),
]


def reductions(func: Callable[..., Any], draw: Callable[..., Draw], **more: Any) -> list[Case]:
    """What every reduction is tried on; those that take ``where=`` and ``dtype=`` say so."""
    where, dtype = more.pop("where", True), more.pop("dtype", True)
    found = [Case(func, draw(2, 3, 2), keywords=AXIS, **more), Case(func, draw(4), **more)]
    if where:
        found.append(Case(func, draw(2, 3, 2), keywords=WHERE, **more))
        found.append(Case(func, draw(2, 3), axis=0, where=[[True], [True]], **more))
    if dtype:
        found.append(Case(func, draw(2, 3), keywords={"axis": [None, 1]}, dtype=float, **more))
        found.append(Case(func, draw(2, 3), 0, np.longdouble, **more))
    return found


CASES: list[Case] = [
    # ---- Elementwise, one operand -------------------------------------------------------
    Case(np.positive, normal()),
    Case(np.negative, normal()),
    Case(np.conjugate, normal()),
    Case(np.absolute, signed()),
    Case(np.fabs, signed()),
    Case(np.square, normal()),
    Case(np.reciprocal, signed()),
    Case(np.sqrt, positive()),
    Case(np.cbrt, signed()),
    Case(np.exp, normal()),
    Case(np.exp2, normal()),
    Case(np.expm1, normal()),
    Case(np.expm1, between(-40, -20)(3), flat=True),
    Case(np.log, positive()),
    Case(np.log2, positive()),
    Case(np.log10, positive()),
    Case(np.log1p, unit()),
    Case(np.sin, normal()),
    Case(np.cos, normal()),
    Case(np.tan, unit()),
    Case(np.arcsin, unit()),
    Case(np.arccos, unit()),
    Case(np.arctan, normal()),
    Case(np.sinh, normal()),
    Case(np.cosh, normal()),
    Case(np.tanh, normal()),
    Case(np.arcsinh, normal()),
    Case(np.arccosh, above_1()),
    Case(np.arctanh, unit()),
    Case(np.deg2rad, normal()),
    Case(np.radians, normal()),
    Case(np.rad2deg, normal()),
    Case(np.degrees, normal()),
    Case(np.sinc, normal()),
    Case(np.sinc, between(-0.31, 0.31)(5)),
    Case(np.sinc, between(-0.01, 0.01)(5)),
    Case(np.sinc, between(2.0, 6.0)(5)),
    Case(np.modf, spread()),
    # ---- Elementwise, two operands ------------------------------------------------------
    Case(np.add, normal(), normal()),
    Case(np.subtract, normal(), normal()),
    Case(np.multiply, normal(), normal()),
    Case(np.divide, normal(), signed()),
    Case(np.power, positive(), normal()),
    Case(np.power, signed(), 2),
    Case(np.power, signed(), np.array([0, 1, 2])),
    Case(np.power, signed(), 3.0),
    Case(np.power, positive(), 0.5),
    Case(np.power, 2.0, normal()),
    Case(np.power, np.array([0.5, 1.0, 3.0]), normal()),
    Case(np.float_power, positive(), normal()),
    Case(np.float_power, signed(), 3),
    Case(np.logaddexp, normal(), normal()),
    Case(np.logaddexp2, normal(), normal()),
    Case(np.logaddexp, between(300, 301)(3), normal(3)),
    Case(np.arctan2, signed(), signed()),
    Case(np.hypot, signed(), signed()),
    Case(np.remainder, spread(), positive()),
    Case(np.remainder, spread(), -1.3),
    Case(np.fmod, spread(), positive()),
    Case(np.fmod, spread(), -1.3),
    Case(np.divmod, spread(), positive()),
    Case(np.frexp, shifted()),
    Case(np.ldexp, normal(), np.array([-1, 0, 3])),
    Case(np.maximum, spread(), shifted()),
    Case(np.minimum, spread(), shifted()),
    Case(np.fmax, spread(), shifted()),
    Case(np.fmin, spread(), shifted()),
    Case(np.fmax, holes(), shifted()),
    Case(np.fmin, spread(), holes()),
    Case(np.copysign, signed(), signed()),
    Case(np.heaviside, np.array([-1.0, 0.0, 2.0]), normal()),
    Case(np.heaviside, signed(), normal(), flat=True),
    Case(np.nextafter, normal(), normal()),
    # ---- Choices ------------------------------------------------------------------------
    Case(np.where, mask(2, 3), normal(), normal()),
    Case(np.where, mask(2, 1), normal(3), normal(2, 3)),
    Case(np.where, [True, False, True], normal(), 0.0),
    Case(np.where, mask(3), 1, normal()),
    Case(np.clip, spread(), -0.5, 0.6),
    Case(np.clip, spread(), None, 0.6),
    Case(np.clip, spread(), -0.5, None),
    Case(np.clip, spread(), min=-0.5, max=0.6),
    Case(np.clip, spread(), max=0.6),
    Case(np.clip, spread(), min=-0.5),
    Case(np.clip, spread(4), np.array([-1.0, 0.1, 2.0, 0.3]), [1.1, 0.2, -0.3, 0.8]),
    Case(np.clip, spread(6), scalar(unit), scalar(above_1)),
    Case(np.clip, spread(3, 4), between(-0.6, -0.5)(4), between(0.5, 0.6)(3, 1)),
    Case(np.clip, spread(6), a_min=scalar(unit), a_max=None),
    Case(np.clip, spread(6), None, scalar(unit)),
    Case(np.clip, spread(6), between(0.5, 0.6)(6), between(-0.6, -0.5)(6)),
    Case(np.clip, spread(6), min=scalar(unit), max=scalar(above_1)),
    # ---- Reductions ---------------------------------------------------------------------
    *reductions(np.sum, normal),
    *reductions(np.nansum, holes),
    *reductions(np.mean, normal),
    *reductions(np.nanmean, holes),
    *reductions(np.var, normal),
    *reductions(np.nanvar, holes),
    *reductions(np.std, normal),
    *reductions(np.nanstd, holes),
    *reductions(np.prod, normal),
    *reductions(np.nanprod, holes),
    *reductions(np.max, spread, where=False, dtype=False),
    *reductions(np.min, spread, where=False, dtype=False),
    *reductions(np.amax, spread, where=False, dtype=False),
    *reductions(np.amin, spread, where=False, dtype=False),
    *reductions(np.nanmax, holes, where=False, dtype=False),
    *reductions(np.nanmin, holes, where=False, dtype=False),
    *reductions(np.ptp, spread, where=False, dtype=False),
    *reductions(np.average, normal, where=False, dtype=False),
    *[
        Case(f, draw(2, 3, 2), keywords=WHERE, initial=initial)
        for draw, f, initial in [
            (spread, np.max, -0.4),
            (spread, np.min, 0.4),
            (spread, np.max, -np.inf),
            (holes, np.nanmax, -0.4),
            (holes, np.nanmin, 0.4),
            (normal, np.sum, 2.0),
            (normal, np.prod, 2.0),
            (holes, np.nansum, 2.0),
            (holes, np.nanprod, -2.0),
        ]
    ],
    *[
        Case(f, spread(2, 3), keywords={"axis": [None, 1], "keepdims": [False, True]}, initial=i)
        for f in (np.sum, np.prod, np.max, np.min)
        for i in (scalar(unit), scalar(above_1))
    ],
    Case(np.prod, normal(2, 3), axis=1, initial=scalar(signed), where=mask(2, 3)),
    Case(np.max, spread(2, 3), initial=scalar(unit), where=mask(2, 3)),
    Case(np.min, spread(3, 2), axis=0, initial=scalar(unit), where=mask(3, 2)),
    *[
        Case(f, normal(2, 4), keywords={"axis": [None, 1], "ddof": [0, 1, 1.5]})
        for f in (np.var, np.std, np.nanvar, np.nanstd)
    ],
    *[
        Case(f, normal(2, 4), keywords={"axis": [None, 1]}, correction=1, where=mask(2, 4))
        for f in (np.var, np.std, np.nanvar, np.nanstd)
    ],
    *[
        Case(f, normal(2, 4), axis=1, mean=np.array([[0.2], [-0.1]]), keepdims=k)
        for f in (np.var, np.std)
        for k in (False, True)
    ],
    Case(np.average, normal(2, 3), weights=positive(2, 3)),
    Case(np.average, normal(2, 3), 1, positive(3)),
    Case(np.average, normal(2, 3), 0, positive(2, 3), keepdims=True),
    Case(np.average, normal(2, 3, 4), (2, 0), positive(4, 2)),
    Case(np.average, normal(2, 3, 4), -2, positive(3)),
    Case(np.average, normal(3), weights=[1, 2, 3]),
    Case(np.average, normal(2, 3), (1, -2), positive(3, 2), True),
    Case(np.average, normal(2, 3), 1, None, True),
    Case(np.average, normal(2, 3), 1, positive(3), returned=True, keepdims=True),
    Case(np.prod, normal(1, 3), 0),
    *[
        Case(f, draw(2, 3), keywords={"axis": [None, 0, -1], "dtype": [None, float]})
        for f, draw in [
            (np.cumsum, normal),
            (np.nancumsum, holes),
            (np.cumprod, normal),
            (np.nancumprod, holes),
        ]
    ],
    *[
        Case(f, normal(2, 3), keywords={"axis": [0, -1], "include_initial": [False, True]})
        for f in (np.cumulative_sum, np.cumulative_prod)
    ],
    Case(np.cumulative_sum, normal(3), include_initial=True),
    Case(np.cumulative_prod, normal(3), dtype=float),
    Case(np.cumprod, normal(9)),
    Case(np.cumsum, scalar()),
    Case(np.cumprod, scalar()),
    # ---- Views --------------------------------------------------------------------------
    Case(np.reshape, normal(2, 3), (3, 2)),
    Case(np.reshape, normal(2, 3), -1),
    Case(np.reshape, normal(2, 3), shape=(3, -1), order="F"),
    Case(np.reshape, normal(2, 3), (3, 2), keywords={"copy": [None, True, False]}),
    Case(np.ravel, normal(2, 3, 2)),
    Case(np.ravel, normal(2, 3), keywords={"order": ["C", "F"]}),
    Case(np.squeeze, normal(1, 3, 1), keywords={"axis": [None, 0, -1, (0, 2), (-1, -3)]}),
    Case(np.squeeze, normal(2, 3)),
    Case(np.expand_dims, normal(2, 3), keywords={"axis": [0, -1, (0, 3), (-1, 1), []]}),
    Case(np.transpose, normal(2, 3, 4), keywords={"axes": [None, (1, 2, 0), [-1, 0, -2]]}),
    Case(np.swapaxes, normal(2, 3, 4), 0, -1),
    Case(np.moveaxis, normal(2, 3, 4), 0, -1),
    Case(np.moveaxis, normal(2, 3, 4), [0, -1], (1, 0)),
    Case(np.rollaxis, normal(2, 3, 4), 2),
    Case(np.rollaxis, normal(2, 3, 4), -3, 2),
    Case(np.broadcast_to, normal(3), (2, 3)),
    Case(np.broadcast_to, normal(2, 1, 3), (4, 2, 5, 3)),
    Case(np.broadcast_to, scalar(), 4),
    Case(np.broadcast_arrays, normal(2, 1), normal(3), scalar()),
    Case(np.real, normal()),
    Case(np.diagonal, normal(3, 4), keywords={"offset": [0, 1, -2, 3]}),
    Case(np.diagonal, normal(2, 3, 4), 1, 2, 0),
    Case(np.diagonal, normal(2, 3, 4), axis1=-1, axis2=1),
    Case(np.linalg.diagonal, normal(2, 3, 4), keywords={"offset": [0, 1, -1]}),
    Case(np.matrix_transpose, normal(2, 3, 4)),
    Case(np.linalg.matrix_transpose, normal(2, 3)),
    Case(np.flip, normal(2, 3), keywords={"axis": [None, 0, -1, (0, 1)]}),
    Case(np.fliplr, normal(2, 3)),
    Case(np.flipud, normal(2, 3)),
    Case(np.rot90, normal(2, 3), keywords={"k": [0, 1, 2, 3, -1, 5]}),
    Case(np.rot90, normal(2, 3, 2), 1, (2, 0)),
    *[
        Case(f, draw)
        for f in (np.atleast_1d, np.atleast_2d, np.atleast_3d)
        for draw in (scalar(), normal(3), normal(2, 3), normal(2, 1, 3))
    ],
    Case(np.atleast_2d, scalar(), normal(3)),
    Case(operator.getitem, normal(2, 3, 4), 1),
    Case(operator.getitem, normal(2, 3, 4), (slice(None), -1, slice(None, None, -2))),
    Case(operator.getitem, normal(2, 3), (..., None, 0)),
    Case(operator.getitem, normal(4), np.array([0, 3, 0, -1])),
    Case(operator.getitem, normal(4), ([0, 3, 0, -4],)),
    Case(operator.getitem, normal(3, 4), np.array([[0, 1], [1, 2]], np.uint8)),
    Case(operator.getitem, normal(3, 4), (np.array([0, 0, 2]), np.array([1, 1, -1]))),
    Case(operator.getitem, normal(3, 4, 2), (slice(1, None), np.array([0, -1, 0]))),
    Case(operator.getitem, normal(3, 4, 2), (np.array([0, 0]), slice(None), np.array([1, 1]))),
    Case(operator.getitem, normal(3, 4), mask(3, 4)),
    Case(operator.getitem, normal(3, 4), (mask(3), slice(None, None, 2))),
    Case(operator.getitem, normal(3, 4, 2), (0, np.array([1, 1]))),
    # ---- Copies -------------------------------------------------------------------------
    Case(np.copy, normal(), keywords={"order": ["K", "C", "F", "A"]}),
    Case(np.roll, normal(2, 3), 1),
    Case(np.roll, normal(2, 3), -2, keywords={"axis": [0, 1, -1]}),
    Case(np.roll, normal(2, 3), (1, 2), (0, 1)),
    Case(np.roll, normal(2, 3), shift=1, axis=(0, 1)),
    Case(np.tril, normal(3, 4), keywords={"k": [0, 1, -1]}),
    Case(np.triu, normal(2, 3, 4), keywords={"k": [0, 1, -1]}),
    Case(np.tril, normal(3)),
    Case(np.trace, normal(3, 4), keywords={"offset": [0, 1, -2], "dtype": [None, float]}),
    Case(np.trace, normal(2, 3, 4), 1, -1, 0),
    Case(np.linalg.trace, normal(2, 3, 4), keywords={"offset": [0, 1, -1], "dtype": [None, float]}),
    Case(np.diag, normal(3), keywords={"k": [0, 1, -2]}),
    Case(np.diag, normal(3, 4), keywords={"k": [0, 1, -2]}),
    Case(np.diagflat, normal(2, 2), keywords={"k": [0, 1, -1]}),
    Case(np.diagflat, scalar(), 1),
    Case(np.repeat, normal(2, 3), 2, keywords={"axis": [None, 0, -1]}),
    Case(np.repeat, normal(2, 3), [1, 0, 2], axis=1),
    Case(np.repeat, normal(3), np.array([2])),
    Case(np.repeat, normal(2, 2), [1, 0, 2, 3]),
    Case(np.repeat, scalar(), 3),
    Case(np.tile, normal(2, 3), 2),
    Case(np.tile, normal(2, 3), (2, 1)),
    Case(np.tile, normal(2, 3), (2, 1, 3)),
    Case(np.tile, normal(2, 1, 3), (2,)),
    Case(np.tile, scalar(), (2, 2)),
    Case(np.tile, normal(3), ()),
    Case(np.take, normal(2, 3), [0, 5, 5]),
    Case(np.take, normal(2, 3), np.array([[0, -1], [2, 2]]), keywords={"axis": [1, -1, None]}),
    Case(np.take, normal(2, 3), 1, axis=0),
    Case(np.take, normal(4), [-1, 7, 7, -9], keywords={"mode": ["wrap", "clip"]}),
    Case(np.take, normal(2, 3), [3, -4], 1, None, "wrap"),
    Case(np.take_along_axis, normal(2, 3), np.array([[0, 2, 2], [1, -1, 0]]), 1),
    Case(np.take_along_axis, normal(2, 3), np.array([[0, 1, 1]]), axis=0),
    Case(np.take_along_axis, normal(2, 3), np.array([5, 0, 0, -1]), None),
    Case(np.sort, spread(3, 4), keywords={"axis": [0, 1, -1, None]}),
    Case(np.sort, spread(6), keywords={"kind": [None, "stable", "heapsort"]}),
    Case(np.sort, spread(6), stable=True),
    Case(np.pad, normal(2, 3), 1),
    Case(np.pad, normal(2, 3), (1, 2), constant_values=3.0),
    Case(np.pad, normal(2, 3), ((1, 0), (0, 2)), "constant", constant_values=((1, 2), (3, 4))),
    *[
        Case(np.pad, normal(3, 4), ((1, 2), (3, 1)), mode=m)
        for m in ("edge", "reflect", "symmetric", "wrap")
    ],
    Case(np.pad, normal(3), 7, "reflect", reflect_type="even"),
    Case(np.pad, normal(3), 0),
    # ---- Joining and splitting ----------------------------------------------------------
    Case(np.concatenate, [normal(2, 3), normal(1, 3)]),
    Case(np.concatenate, (normal(2, 3), normal(2, 1)), axis=-1),
    Case(np.concatenate, [normal(2, 3), normal(2)], None),
    Case(np.concatenate, [normal(2), np.zeros(1), normal(2)], dtype=float, casting="safe"),
    Case(np.stack, [normal(2, 3), normal(2, 3)], keywords={"axis": [0, 1, -1]}),
    Case(np.stack, (normal(2), [1.0, 2.0]), 1, dtype=float, casting="unsafe"),
    Case(np.vstack, [normal(3), normal(2, 3)]),
    Case(np.vstack, [normal(3), normal(3)], dtype=float, casting="safe"),
    Case(np.hstack, [normal(3), normal(2)]),
    Case(np.hstack, [normal(2, 3), normal(2, 1)], dtype=float, casting="safe"),
    Case(np.hstack, [scalar(), scalar()]),
    Case(np.dstack, [normal(2, 3), normal(2, 3, 2)]),
    Case(np.dstack, [normal(3), normal(3)]),
    Case(np.column_stack, [normal(3), normal(3, 2)]),
    Case(np.append, normal(2, 3), normal(2)),
    Case(np.append, normal(2, 3), normal(1, 3), 0),
    Case(np.append, normal(2), 3.0),
    Case(np.append, normal(2, 3), normal(2, 3), keywords={"axis": [None, 0, -1]}),
    Case(np.block, [[normal(2, 2), normal(2, 3)], [normal(1, 3), normal(1, 2)]]),
    Case(np.block, [normal(2), scalar(), 1.0]),
    Case(np.block, normal(2)),
    Case(np.array_split, normal(5, 2), 3),
    Case(np.array_split, normal(2, 5), [1, 3], 1),
    Case(np.split, normal(4, 2), 2),
    Case(np.split, normal(2, 4), [1, -1], axis=-1),
    Case(np.hsplit, normal(2, 4), 2),
    Case(np.hsplit, normal(4), [1]),
    Case(np.vsplit, normal(4, 2), 2),
    Case(np.dsplit, normal(2, 1, 4), [1, 3]),
    Case(np.unstack, normal(2, 3), keywords={"axis": [0, 1, -1]}),
    # ---- Products -----------------------------------------------------------------------
    *[Case(np.matmul, normal(*n), normal(*m), exact=False) for n, m in SHAPES],
    *[
        Case(np.matmul, normal(*n), normal(*m), axes=axes, exact=False)
        for n, m, axes in [
            ((3, 2), (3, 4), [(1, 0), (0, 1), (0, 1)]),
            ((3, 2), (3, 4), [(-1, -2), (-2, -1), (-1, -2)]),
            ((2, 3, 4), (3, 4, 2), [(0, 1), (0, 2), (0, 2)]),
            ((2, 3, 4), (3, 2), [(0, 1), (0, 1), (1, 2)]),
            ((3, 2), (2, 3, 4), [(1, 0), (1, 2), (0, 2)]),
            ((3, 4), (3,), [(1, 0), (0,), (0,)]),
            ((4, 2, 3), (3,), [(0, 2), 0, 1]),
        ]
    ],
    Case(np.linalg.matmul, normal(2, 3), normal(4, 3, 2), exact=False),
    *[
        Case(np.vecdot, normal(*n), normal(*m), exact=False)
        for n, m in [((3,), (3,)), ((2, 3), (3,)), ((4, 1, 3), (2, 3)), ((3,), (2, 3))]
    ],
    Case(np.vecdot, normal(3, 2), normal(3, 2), axis=0, exact=False),
    Case(np.vecdot, normal(2, 3, 4), normal(3, 4), axis=-2, exact=False),
    Case(np.vecdot, normal(2, 3), normal(2, 3), keywords={"keepdims": [False, True]}, exact=False),
    Case(np.vecdot, normal(3, 2), normal(3, 2), axis=0, keepdims=True, exact=False),
    Case(np.linalg.vecdot, normal(3, 2), normal(3, 2), keywords={"axis": [0, -1]}, exact=False),
    *[
        Case(np.dot, n, m, exact=False)
        for n, m in [
            (normal(3), normal(3)),
            (normal(2, 3), normal(3)),
            (normal(3), normal(3, 2)),
            (normal(2, 3), normal(3, 2)),
            (normal(2, 3), normal(4, 3, 2)),
            (normal(4, 2, 3), normal(3)),
            (normal(4, 2, 3), normal(3, 2)),
            (normal(2, 2, 3), normal(2, 3, 2)),
            (normal(3), normal(2, 3, 2)),
            (scalar(), normal(2, 3)),
            (normal(2, 3), 2.0),
            (3.0, normal(2)),
        ]
    ],
    *[
        Case(np.inner, n, m, exact=False)
        for n, m in [
            (normal(3), normal(3)),
            (normal(2, 3), normal(3)),
            (normal(3), normal(2, 3)),
            (normal(2, 3), normal(4, 3)),
            (normal(2, 2, 3), normal(2, 3)),
            (scalar(), normal(2, 3)),
            (normal(2, 3), scalar()),
        ]
    ],
    Case(np.outer, normal(2), normal(3)),
    Case(np.outer, normal(2, 2), normal(3, 1)),
    Case(np.outer, scalar(), normal(3)),
    Case(np.linalg.outer, normal(2), normal(3)),
    Case(np.vdot, normal(3), normal(3), exact=False),
    Case(np.vdot, normal(2, 3), normal(3, 2), exact=False),
    *[
        Case(np.tensordot, normal(*n), normal(*m), axes, exact=False)
        for n, m, axes in [
            ((2, 3), (2, 3), 2),
            ((4, 2, 3), (2, 3, 2), 2),
            ((2, 3), (3, 2), 1),
            ((2, 3), (2,), 0),
            ((2, 3), (4, 3), (1, 1)),
            ((2, 3, 4), (4, 2, 3), ([0, 1], [1, 2])),
            ((2, 3, 4), (4, 2, 3), ((2, 0), (0, 1))),
            ((2, 3, 4), (3, 4, 2), ([-1, 0, 1], [1, -1, 0])),
            ((2, 3), (3, 4), [[1], [0]]),
        ]
    ],
    Case(np.tensordot, normal(2, 3), normal(2, 3), exact=False),
    Case(np.linalg.tensordot, normal(2, 3), normal(3, 2), axes=1, exact=False),
    Case(np.kron, normal(2, 3), normal(3, 1)),
    Case(np.kron, normal(2), normal(2, 2)),
    Case(np.kron, scalar(), normal(2)),
    Case(np.cross, normal(3), normal(3)),
    Case(np.cross, normal(2, 3), normal(3)),
    Case(np.cross, normal(3, 2), normal(3, 2), axis=0),
    Case(np.cross, normal(3, 2), normal(2, 3), 0, 1, 0),
    Case(np.linalg.cross, normal(3, 2), normal(3, 2), axis=0),
    Case(np.linalg.multi_dot, [normal(2, 3), normal(3, 4), normal(4, 2)], exact=False),
    Case(np.linalg.multi_dot, [normal(3), normal(3, 4), normal(4)], exact=False),
    Case(np.linalg.multi_dot, [normal(3), normal(3, 2)], exact=False),
    Case(np.linalg.multi_dot, [normal(2, 3), normal(3, 2), normal(2, 2), normal(2)], exact=False),
    # ---- einsum -------------------------------------------------------------------------
    *[
        Case(np.einsum, subscripts, *[normal(1).of_shape(*shape) for shape in shapes], exact=False)
        for subscripts, *shapes in [
            # one operand: sums, permutations, traces
            ("i", (3,)),
            ("i->", (3,)),
            ("ij->ji", (2, 3)),
            ("ij->j", (2, 3)),
            ("ji", (2, 3)),
            ("ii", (3, 3)),
            ("ii->i", (3, 3)),
            ("iij->j", (2, 2, 3)),
            ("iji->ij", (2, 3, 2)),
            ("iii", (2, 2, 2)),
            ("iijj->ij", (2, 2, 3, 3)),
            ("->", ()),
            ("...ij->...ji", (2, 3, 4)),
            ("...ii->...", (2, 3, 3)),
            ("i...->...", (2, 3)),
            ("...", (2, 3)),
            # two
            ("i,i", (3,), (3,)),
            ("i,j->ij", (2,), (3,)),
            ("i,j->ji", (2,), (3,)),
            ("i,j->", (2,), (3,)),
            ("ij,jk->ik", (2, 3), (3, 4)),
            ("ij,jk->ki", (2, 3), (3, 4)),
            ("ij,kj", (2, 3), (4, 3)),
            ("ij,ij->i", (2, 3), (2, 3)),
            ("ij,j->ij", (2, 3), (3,)),
            ("ij,k->i", (2, 3), (4,)),
            ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
            ("...ij,...jk->...ik", (2, 1, 2, 3), (3, 3, 2)),
            ("...ij,jk", (2, 2, 3), (3, 2)),
            ("...i,i...->...", (2, 3), (3, 2)),
            ("ii,i->i", (3, 3), (3,)),
            ("ii,jj->ij", (2, 2), (3, 3)),
            ("iij,ij->j", (2, 2, 3), (2, 3)),
            (",ij->ij", (), (2, 3)),
            ("ij,->", (2, 3), ()),
            # labels of length one are broadcast
            ("ij,ij->ij", (2, 1), (2, 3)),
            ("ij,ij", (2, 1), (1, 3)),
            ("ij,jk->ik", (2, 1), (3, 2)),
            ("i,i->i", (1,), (3,)),
            # three and four
            ("i,i,i->i", (3,), (3,), (3,)),
            ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)),
            ("i,ij,j", (2,), (2, 3), (3,)),
            ("ij,jk,ki", (2, 3), (3, 4), (4, 2)),
            ("i,j,k,l->lkji", (2,), (1,), (3,), (2,)),
            ("...a,...b,ab->...", (2, 3), (2, 2), (3, 2)),
        ]
    ],
    Case(np.einsum, " i j , j k -> i k ", normal(2, 3), normal(3, 2), exact=False),
    Case(np.einsum, normal(2, 3), [0, 1], normal(3, 2), [1, 2], exact=False),
    Case(np.einsum, normal(2, 3), [0, 1], normal(3, 2), [1, 2], [2, 0], exact=False),
    Case(np.einsum, normal(2, 3), [..., 1], normal(3), [1], [...], exact=False),
    Case(np.einsum, normal(3, 3), [5, 5], exact=False),
    *[
        Case(
            np.einsum,
            "ij,jk,kl->il",
            normal(2, 3),
            normal(3, 2),
            normal(2, 2),
            exact=False,
            keywords={
                "optimize": [True, "greedy", "optimal", ["einsum_path", (1, 2), (0, 1)]],
            },
        )
    ],
    Case(np.einsum, "ij,jk", normal(2, 3), normal(3, 2), dtype=float, casting="safe", exact=False),
    Case(
        np.einsum, "ij,jk", normal(2, 3), normal(3, 2), keywords={"order": ["C", "F"]}, exact=False
    ),
    # Large enough for matrix products.
    Case(np.einsum, "ij,jk->ik", normal(8, 12), normal(12, 9), exact=False),
    Case(np.einsum, "aij,bkj->akib", normal(2, 4, 9), normal(3, 5, 9), exact=False),
    Case(np.einsum, "aijm,jak->kia", normal(2, 4, 7, 2), normal(7, 2, 6), exact=False),
    # ---- Norms --------------------------------------------------------------------------
    *[Case(np.linalg.norm, signed(4), keywords={"ord": ORDS, "keepdims": [False, True]})],
    Case(np.linalg.norm, spread(2, 4), keywords={"ord": ORDS, "axis": [0, -1, (1,)]}),
    Case(np.linalg.norm, signed(2, 3), ord=3, axis=1, keepdims=True),
    Case(np.linalg.norm, signed(4), 0, flat=True),
    Case(np.linalg.norm, signed(2, 4), 0, 1, True, flat=True),
    Case(np.linalg.norm, spread(3, 4), keywords={"ord": MATRIX_ORDS, "keepdims": [False, True]}),
    Case(
        np.linalg.norm,
        spread(3, 2, 4),
        keywords={
            "ord": MATRIX_ORDS,
            "axis": [(0, 2), (-1, 0), (1, 2)],
            "keepdims": [False, True],
        },
    ),
    Case(np.linalg.norm, normal(2, 3, 2), keywords={"keepdims": [False, True]}),
    Case(np.linalg.vector_norm, spread(4), keywords={"ord": [2, 1, 3, np.inf, -np.inf, -1]}),
    Case(
        np.linalg.vector_norm,
        spread(2, 3, 2),
        keywords={
            "ord": [2, 1, 3.5, np.inf],
            "axis": [None, 0, (0, 2), (-1, 0)],
            "keepdims": [False, True],
        },
        exact=False,
    ),
    Case(
        np.linalg.matrix_norm,
        spread(2, 3, 2),
        keywords={"ord": ["fro", "nuc", 1, 2, np.inf], "keepdims": [False, True]},
    ),
    # ---- Functions that NumPy does not have ---------------------------------------------
    Case(mg.cot, signed(), plain=lambda a: 1 / np.tan(a), exact=False),
    Case(mg.csc, signed(), plain=lambda a: 1 / np.sin(a), exact=False),
    Case(mg.sec, unit(), plain=lambda a: 1 / np.cos(a), exact=False),
    Case(mg.coth, signed(), plain=lambda a: 1 / np.tanh(a), exact=False),
    Case(mg.csch, signed(), plain=lambda a: 1 / np.sinh(a), exact=False),
    Case(mg.sech, normal(), plain=lambda a: 1 / np.cosh(a), exact=False),
    Case(mg.arccot, signed(), plain=lambda a: np.arctan(1 / a), exact=False),
    Case(mg.arccsc, above_1(), plain=lambda a: np.arcsin(1 / a), exact=False),
    Case(mg.arccsc, between(-3.0, -1.2)(), plain=lambda a: np.arcsin(1 / a), exact=False),
    Case(mg.arcsec, above_1(), plain=lambda a: np.arccos(1 / a), exact=False),
    Case(mg.arcsec, between(-3.0, -1.2)(), plain=lambda a: np.arccos(1 / a), exact=False),
    Case(mg.arccoth, above_1(), plain=lambda a: np.arctanh(1 / a), exact=False),
    Case(mg.arccsch, signed(), plain=lambda a: np.arcsinh(1 / a), exact=False),
    Case(mg.add_sequence, normal(), normal(3), scalar(), 2.0, plain=lambda *xs: sum(xs)),
    Case(mg.multiply_sequence, normal(), normal(3), scalar(), plain=lambda x, y, z: x * y * z),
    Case(
        mg.multi_matmul,
        [normal(2, 3), normal(3, 4), normal(4, 1), normal(1)],
        plain=np.linalg.multi_dot,
        exact=False,
    ),
    Case(np.astype, normal(), np.float64, keywords={"copy": [True, False]}),
    Case(np.astype, normal(), np.longdouble),
    Case(mg.Tensor.astype, normal(), float, plain=np.ndarray.astype),
    Case(mg.Tensor.astype, normal(), np.longdouble, "C", plain=np.ndarray.astype),
]

if hasattr(np, "matvec"):  # Since NumPy 2.2.
    CASES += [
        Case(np.matvec, normal(2, 3), normal(3), exact=False),
        Case(np.matvec, normal(4, 2, 3), normal(4, 3), exact=False),
        Case(np.matvec, normal(2, 3), normal(4, 3), exact=False),
        Case(np.vecmat, normal(2), normal(2, 3), exact=False),
        Case(np.vecmat, normal(4, 2), normal(4, 2, 3), exact=False),
        Case(np.vecmat, normal(4, 2), normal(2, 3), exact=False),
    ]
if np.lib.NumpyVersion(np.__version__) >= "2.3.0":
    CASES += [
        Case(np.take_along_axis, normal(2, 3), indices=np.array([[0], [-1]])),
        Case(np.pad, normal(2, 3), {-1: (1, 2)}),
    ]

# ----------------------------------------------------------------------------------------
# Special points
# ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Special:
    """A point, and the gradient of the sum of the result by each operand there."""

    func: Callable[..., Any]
    operands: tuple[Any, ...]
    gradients: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...] = ()

    @property
    def id(self) -> str:
        shown = [*map(_shown, self.operands), *[f"{k}={_shown(x)}" for k, x in self.kwargs]]
        return f"{name_of(self.func).removeprefix('numpy.')}({','.join(shown)})"


def at(func: Callable[..., Any], *operands: Any, by: Any, **kwargs: Any) -> Special:
    """A function at operands that become tensors, and its gradients there, one for each."""
    gradients = by if isinstance(by, tuple) else (by,)
    return Special(func, operands, gradients, tuple(kwargs.items()))


INF = np.inf
NAN = np.nan
HALF = (0.5, 0.5)

SPECIAL: list[Special] = [
    # ---- Signs and zeros ----------------------------------------------------------------
    at(np.absolute, [0.0, -0.0, -2.0, INF], by=[0.0, 0.0, -1.0, 1.0]),
    at(np.logaddexp, [0.0, INF, -INF], [INF, 0.0, 0.0], by=([0.0, 1.0, 0.0], [1.0, 0.0, 1.0])),
    at(np.maximum, [NAN, 1.0], [1.0, NAN], by=([1.0, 0.0], [0.0, 1.0])),
    at(np.fmax, [NAN, 1.0], [1.0, NAN], by=([0.0, 1.0], [1.0, 0.0])),
    at(np.fabs, [0.0, -0.0, -2.0, INF], by=[0.0, 0.0, -1.0, 1.0]),
    at(np.sqrt, [0.0, INF], by=[INF, 0.0]),
    at(np.cbrt, [0.0, -8.0], by=[INF, 1 / 12]),
    at(np.reciprocal, [0.0, INF], by=[-INF, 0.0]),
    at(np.square, [0.0, -3.0], by=[0.0, -6.0]),
    at(np.log, [0.0, INF], by=[INF, 0.0]),
    at(np.log1p, [-1.0, 0.0], by=[INF, 1.0]),
    at(np.expm1, [0.0, -50.0], by=[1.0, np.exp(-50.0)]),
    at(np.exp, [-INF, 0.0], by=[0.0, 1.0]),
    at(np.arcsin, [1.0, -1.0, 0.0], by=[INF, INF, 1.0]),
    at(np.arccos, [1.0, -1.0, 0.0], by=[-INF, -INF, -1.0]),
    at(np.arctan, [0.0, 1e200, -INF], by=[1.0, 0.0, 0.0]),
    at(np.arcsinh, [0.0, 1e200], by=[1.0, 1e-200]),
    at(np.arccosh, [1.0], by=[INF]),
    at(np.arctanh, [1.0, -1.0, 0.0], by=[INF, INF, 1.0]),
    at(np.tanh, [0.0, 30.0, 1000.0], by=[1.0, 4 * np.exp(-60.0), 0.0]),
    at(np.sinc, [0.0, 1.0, -1.0], by=[0.0, -1.0, 1.0]),
    at(np.copysign, [0.0, -2.0, 2.0], [1.0, 1.0, -1.0], by=([0.0, -1.0, -1.0], [0.0] * 3)),
    at(np.heaviside, [0.0, 1.0, -1.0], [0.3, 0.3, 0.3], by=([0.0] * 3, [1.0, 0.0, 0.0])),
    at(np.hypot, [0.0, 0.0, 1e200], [0.0, -2.0, 0.0], by=([0.0, 0.0, 1.0], [0.0, -1.0, 0.0])),
    at(np.arctan2, [1.0, 0.0, 1e-200], [0.0, 1.0, 0.0], by=([0.0, 1.0, 0.0], [-1.0, 0.0, -1e200])),
    # ---- Powers -------------------------------------------------------------------------
    at(
        np.power,
        [0.0, 0.0, 0.0, 2.0, -2.0],
        [0.0, 1.0, 2.0, 0.0, 2.0],
        by=([0.0, 1.0, 0.0, 0.0, -4.0], [0.0, 0.0, 0.0, np.log(2), NAN]),
    ),
    at(np.power, [0.0, 4.0], [0.5, 0.5], by=([INF, 0.25], [0.0, 2 * np.log(4)])),
    at(np.float_power, [0.0, 0.0], [0.0, 2.0], by=([0.0, 0.0], [0.0, 0.0])),
    # ---- Overflow -----------------------------------------------------------------------
    at(
        np.logaddexp,
        [1.0, 1000.0, -INF, -INF, INF],
        [1.0, 0.0, -INF, 0.0, INF],
        by=([0.5, 1.0, 0.5, 0.0, 0.5], [0.5, 0.0, 0.5, 1.0, 0.5]),
    ),
    at(np.logaddexp2, [1.0, 5000.0, -INF], [1.0, 0.0, -INF], by=([0.5, 1, 0.5], [0.5, 0, 0.5])),
    # ---- Ties ---------------------------------------------------------------------------
    *[at(f, [1.0], [1.0], by=([0.5], [0.5])) for f in (np.maximum, np.minimum, np.fmax, np.fmin)],
    at(np.maximum, [1.0, 2.0, 3.0], [1.0, 3.0, 2.0], by=([0.5, 0, 1], [0.5, 1, 0])),
    at(np.fmax, [NAN, 1.0], [1.0, NAN], by=([0.0, 1.0], [1.0, 0.0])),
    at(np.fmin, [NAN, 1.0], [1.0, NAN], by=([0.0, 1.0], [1.0, 0.0])),
    at(np.max, [1.0, 3.0, 3.0], by=[0.0, 1.0, 0.0]),
    at(np.min, [1.0, 3.0, 1.0], by=[1.0, 0.0, 0.0]),
    at(np.max, [[3.0, 3.0], [3.0, 1.0]], by=[[1.0, 0.0], [0.0, 0.0]]),
    at(np.max, [[3.0, 3.0], [3.0, 1.0]], axis=0, by=[[1.0, 1.0], [0.0, 0.0]]),
    at(np.min, [[3.0, 3.0], [3.0, 1.0]], axis=1, by=[[1.0, 0.0], [0.0, 1.0]]),
    at(np.max, [[[1.0, 2.0]], [[2.0, 2.0]]], axis=(0, 2), by=[[[0.0, 1.0]], [[0.0, 0.0]]]),
    at(np.max, [1.0, NAN, NAN], by=[0.0, 1.0, 0.0]),
    at(np.max, [[1.0, 2.0]], axis=(), by=[[1.0, 1.0]]),
    at(np.nanmax, [NAN, 2.0, 2.0], by=[0.0, 1.0, 0.0]),
    at(np.max, [3.0, 3.0, 1.0], where=np.array([False, True, True]), initial=-9.0, by=[0.0, 1, 0]),
    at(np.ptp, [1.0, 3.0, 3.0, 1.0], by=[-1.0, 1.0, 0.0, 0.0]),
    at(np.ptp, [2.0, 2.0], by=[0.0, 0.0]),
    at(np.sort, [1.0, 1.0, 0.0], by=[1.0, 1.0, 1.0]),
    at(np.clip, [0.0, 1.0, 2.0, -1.0], [0.0], [1.0], by=([0.0] * 4, [1.0], [1.0])),
    # ---- Products and zeros -------------------------------------------------------------
    at(np.prod, [2.0, 3.0, 4.0], by=[12.0, 8.0, 6.0]),
    at(np.prod, [2.0, 0.0, 4.0], by=[0.0, 8.0, 0.0]),
    at(np.prod, [0.0, 0.0, 4.0], by=[0.0, 0.0, 0.0]),
    at(np.prod, [[0.0, 3.0], [2.0, 5.0]], by=[[30.0, 0.0], [0.0, 0.0]]),
    at(np.cumprod, [2.0, 0.0, 4.0], by=[1.0, 10.0, 0.0]),
    at(np.cumprod, [2.0, 0.0, 4.0, 0.0, 5.0], by=[1.0, 10.0, 0.0, 0.0, 0.0]),
    at(np.nanprod, [2.0, NAN, 4.0], by=[4.0, 0.0, 2.0]),
    # ---- Statistics ---------------------------------------------------------------------
    at(np.std, [2.0, 2.0], by=[0.0, 0.0]),
    at(np.std, [[2.0, 2.0], [1.0, 3.0]], axis=1, by=[[0.0, 0.0], [-0.5, 0.5]]),
    at(np.var, [2.0], by=[0.0]),
    at(np.sum, [1.0, INF], where=np.array([True, False]), by=[1.0, 0.0]),
    at(np.mean, [1.0, NAN], where=np.array([True, False]), by=[1.0, 0.0]),
    # ---- Norms --------------------------------------------------------------------------
    at(np.linalg.norm, [0.0, 0.0], by=[0.0, 0.0]),
    at(np.linalg.norm, [0.0, -3.0, 4.0], by=[0.0, -0.6, 0.8]),
    at(np.linalg.norm, [[0.0, 0.0], [3.0, 4.0]], axis=1, by=[[0.0, 0.0], [0.6, 0.8]]),
    at(np.linalg.norm, [0.0, -3.0, 4.0], ord=1, by=[0.0, -1.0, 1.0]),
    at(np.linalg.norm, [3.0, -3.0, 1.0], ord=INF, by=[1.0, 0.0, 0.0]),
    at(np.linalg.norm, [-1.0, 3.0, 1.0], ord=-INF, by=[-1.0, 0.0, 0.0]),
    at(np.linalg.norm, [0.0, 0.0], ord=INF, by=[0.0, 0.0]),
    at(np.linalg.norm, [0.0, 0.0], ord=3, by=[0.0, 0.0]),
    at(np.linalg.norm, [0.0, 2.0], ord=3, by=[0.0, 1.0]),
    at(np.linalg.norm, [3e200, 4e200], by=[0.6, 0.8]),
    at(np.linalg.norm, [3e-200, 4e-200], by=[0.6, 0.8]),
    at(np.linalg.norm, [[0.0, 0.0], [0.0, 0.0]], by=[[0.0, 0.0], [0.0, 0.0]]),
    at(np.linalg.norm, [[0.0, 0.0], [0.0, 0.0]], ord="nuc", by=[[0.0, 0.0], [0.0, 0.0]]),
    at(np.linalg.norm, [[2.0, 0.0], [0.0, 1.0]], ord=2, by=[[1.0, 0.0], [0.0, 0.0]]),
    at(np.linalg.norm, [[1.0, -2.0], [3.0, 0.0]], ord=1, by=[[1.0, 0.0], [1.0, 0.0]]),
    at(np.linalg.norm, [[1.0, 2.0], [3.0, 0.0]], ord=INF, by=[[1.0, 1.0], [0.0, 0.0]]),
    # ---- Masks --------------------------------------------------------------------------
    at(np.sqrt, [0.0, 4.0], where=np.array([False, True]), out=np.zeros(2), by=[0.0, 0.25]),
    at(
        np.divide,
        [1.0, 1.0],
        [0.0, 2.0],
        where=np.array([False, True]),
        out=np.zeros(2),
        by=([0.0, 0.5], [0.0, -0.25]),
    ),
]

# ----------------------------------------------------------------------------------------
# Families of functions with files of their own
# ----------------------------------------------------------------------------------------

for _family in ("selection", "sets", "special", "statistics", "fft", "linalg", "layers"):
    _module = import_module(f"cases_{_family}")
    CASES += _module.CASES
    SPECIAL += getattr(_module, "SPECIAL", [])

CALLS: list[Call] = [call for case in CASES for call in case.calls()]
