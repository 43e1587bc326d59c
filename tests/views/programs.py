"""Random straight-line NumPy programs about views and in-place writes.

A `Program` is a list of statements in plain NumPy source. It runs on NumPy arrays and on tensors
alike; what ``leaf``, ``backward`` and the other free names mean is the business of who runs it:

    leaf(array)         a fresh array or tensor with a copy of `array`
    backward(x, y, ..)  back-propagates ``loss(x, y, ..)``; always over all names alive
    seen, handed        two lists, for values read and for arrays handed out on the way

An `Author` writes a program from random choices. It runs each statement on NumPy arrays as it
goes, so that it knows the shapes at hand, and it keeps all numbers small. Every operation is
analytic: run on complex arrays, a program gives its own derivatives to machine precision.
"""

import inspect
import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, NamedTuple, TypeVar

import numpy as np
from hypothesis import strategies as st

__all__ = [
    "ERRORS",
    "INTEGERS",
    "Author",
    "Program",
    "Statement",
    "World",
    "Write",
    "loss",
    "programs",
    "random_program",
    "reduced",
]

T = TypeVar("T")
World = dict[str, Any]
Choose = Callable[[int], int]  # ``choose(n)``: a number below n

LIMIT = 50.0  # no number in a program gets larger than this
LARGEST = 48  # and no array
MOST_NAMES = 7
INTEGERS = ("i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1")


def loss(*names: Any) -> Any:
    """A sum over all elements of `names`, each with another weight."""
    weights = [np.cos(k + np.arange(float(x.size))).reshape(x.shape) for k, x in enumerate(names)]
    return sum(np.sum(w * x) for w, x in zip(weights, names, strict=True))


PRELUDE = f"""\
from typing import Any

import numpy as np
import pytest

import mygrad as mg

leaf = mg.tensor  # np.array, to see what NumPy does
seen, handed = [], []


{inspect.getsource(loss)}

def backward(*names):
    loss(*names).backward()


"""


class Write(NamedTuple):
    """What a maker of statements returns."""

    label: str
    source: str
    target: str | None = None  # the name of an array that it writes to,
    region: str | None = None  # through this expression, which may turn out to be a copy


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, which may have several lines."""

    write: "Write"
    code: CodeType
    label: str
    writes: str | None = None  # the name into whose memory it writes
    error: type[Exception] | None = None  # what NumPy raises here

    @property
    def source(self) -> str:
        return self.write.source

    def __str__(self) -> str:
        if self.error is None:
            return self.source
        body = self.source.replace("\n", "\n    ")
        return f"with pytest.raises({self.error.__name__}):\n    {body}"


@dataclass(frozen=True, slots=True)
class Program:
    """Statements; the last is a ``backward`` over all names alive."""

    statements: tuple[Statement, ...]

    def __str__(self) -> str:
        """Python source that can be pasted into a file and run."""
        source = PRELUDE + "\n".join(map(str, self.statements)) + "\n"
        return source.replace("raises(AxisError)", "raises(np.exceptions.AxisError)")

    __repr__ = __str__


# ----------------------------------------------------------------------------------------
# The author
# ----------------------------------------------------------------------------------------


class Author:
    """Writes a program, statement by statement, and runs it on NumPy arrays meanwhile."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.statements: list[Statement] = []
        self.leaves = 0
        self.world: World = {"np": np, "leaf": np.array, "seen": [], "handed": []}
        self.world["backward"] = lambda *names: None
        self.hidden = {*self.world, "__builtins__", "__warningregistry__"}
        self.unused = _fresh_names()

    # Choices

    def pick(self, options: Sequence[T]) -> T:
        return options[self.choose(len(options))]

    def chance(self, n: int) -> bool:
        """True once in `n` times."""
        return self.choose(n) == n - 1

    # What there is

    def names(self) -> list[str]:
        return [name for name in self.world if name not in self.hidden]

    def arrays(self, wanted: Callable[[np.ndarray], bool] = lambda x: True) -> list[str]:
        return [
            name
            for name in self.names()
            if isinstance(x := self.world[name], np.ndarray) and wanted(x)
        ]

    def array(self, wanted: Callable[[np.ndarray], bool] = lambda x: True) -> str:
        """One of the arrays that are as wanted."""
        found = self.arrays(wanted)
        if not found:
            raise _NotPossible
        return self.pick(found[::-1])

    def target(self, wanted: Callable[[np.ndarray], bool] = lambda x: True) -> str:
        """An array that can be written to."""
        return self.array(lambda x: x.flags.writeable and x.size > 0 and wanted(x))

    def value(self, source: str) -> Any:
        return eval(source, self.world)

    def shape(self, source: str) -> tuple[int, ...]:
        return np.shape(self.value(source))

    def magnitude(self, source: str) -> float:
        return float(np.max(np.abs(self.value(source)), initial=0.0))

    # Expressions

    def tame(self, source: str) -> str:
        """An expression like `source` whose values are small."""
        return f"np.sin({source})" if self.magnitude(source) > LIMIT else source

    def assign(self, label: str, source: str) -> Write:
        """Bind a name, mostly a new one, to an expression."""
        if self.value(source).size > LARGEST:
            raise _NotPossible
        names = self.names()
        name = self.pick(names) if self.chance(7) else next(self.unused)
        return Write(label, f"{name} = {source}")

    def operand(self, shape: tuple[int, ...], *, named: bool = False) -> str:
        """An expression that broadcasts to `shape`; with `named`, one that has a name in it."""
        found = [name for name in self.names() if _fits(np.shape(self.world[name]), shape)]
        if named:
            if not found:
                raise _NotPossible
            return self.pick(found[::-1])
        form = self.choose(8)
        if form < 4 and found:
            return self.pick(found[::-1])
        if form == 4 and found:
            return f"np.sin({self.pick(found[::-1])})"
        if form == 5:
            views = [
                text
                for name in self.arrays()
                for text in (f"{name}[::-1]", f"{name}.T", f"{name}[..., None]", f"{name}[:1]")
                if (self.world[name].ndim or ":" not in text) and _fits(self.shape(text), shape)
            ]
            if views:
                return self.pick(views)
        if form == 6:
            return _constant(shape[self.choose(len(shape)) :] if shape else shape)
        return self.pick(("0.5", "-1.5", "2", "0.0", "np.float64(1.25)"))

    def update(self, target: str, op: str, operand: str) -> str:
        """``target op= operand``, with small values as its result."""
        if op == "**":
            operand = "2"
        elif op == "/":
            operand = self.pick(("2.0", "-4", f"(3.0 + np.sin({operand}))"))
        if self.magnitude(f"{target} {op} ({operand})") > LIMIT:
            op, operand = "*", f"np.sin({operand})"
        return f"{target} {op}= {operand}"

    def basic_key(self, shape: tuple[int, ...]) -> str:
        """A key of integers, slices, None and Ellipsis, as source."""
        count = self.choose(len(shape) + 1)
        if self.chance(4):
            parts = ["...", *(self.pick(_along(n)) for n in shape[len(shape) - count :])]
        else:
            parts = [self.pick(_along(n)) for n in shape[:count]]
        if not parts or self.chance(6):
            parts.insert(self.choose(len(parts) + 1), self.pick(("None", "...")))
        if parts.count("...") > 1:
            parts.remove("...")
        return ", ".join(parts)

    def integers(self, n: int) -> tuple[str, str]:
        """A label and the source of an integer array that indexes an axis of length `n`."""
        form = self.choose(len(INTEGERS) + 2)
        unsigned = form < len(INTEGERS) and INTEGERS[form].startswith("u")
        numbers = [
            self.choose(n) - (n if self.chance(3) and not unsigned else 0)
            for _ in range(1 + self.choose(4))
        ]
        if form < len(INTEGERS):
            return f"integers {INTEGERS[form]}", f'np.array({numbers}, "{INTEGERS[form]}")'
        if form == len(INTEGERS):
            return "integers list", f"{numbers}"
        numbers = (numbers * 4)[:4]
        turn = self.pick(("", ".T"))
        return "integers 2d", f"np.array([{numbers[:2]}, {numbers[2:]}]){turn}"

    def mask(self, n: int) -> str:
        flags = [not self.chance(3) for _ in range(n)]
        return f"np.array({flags})"

    def advanced_key(self, target: str) -> tuple[str, str]:
        """A label and the source of a key with integer arrays or masks."""
        shape = self.shape(target)
        if not shape or 0 in shape:
            raise _NotPossible
        form = self.choose(8)
        if form < 3:
            return self.integers(shape[0])
        if form == 3:
            return "mask", f"{target} > {self.pick(('0.1234', '-0.1234', '-99.0'))}"
        if form == 4:
            return "mask along", self.mask(shape[0])
        if len(shape) == 1:
            return self.pick(
                (
                    ("mixed", f"..., {self.integers(shape[0])[1]}"),
                    ("mixed", f"None, {self.integers(shape[0])[1]}"),
                )
            )
        parts = [self.pick(_along(n)) for n in shape]
        place = self.choose(len(shape))
        if form == 5:
            parts[place] = self.mask(shape[place])
        else:
            parts[place] = self.integers(shape[place])[1]
        if form == 7:
            other = (place + 1 + self.choose(len(shape) - 1)) % len(shape)
            parts[place] = f"[{self.choose(shape[place])}, {self.choose(shape[place])}]"
            parts[other] = f"np.array([{self.choose(shape[other])}, -1])"
            if self.chance(3):
                parts[other] = f"np.array([[0], [{self.choose(shape[other])}]])"
        return "mixed", ", ".join(parts)

    def region(self, name: str) -> str:
        """A part of an array that is written to without a name for it, such as ``x.T[0]``."""
        x = self.world[name]
        texts = [f"{name}[{self.basic_key(x.shape)}]"]
        if x.ndim:
            texts += [f"{name}.T[{self.basic_key(x.shape[::-1])}]", f"{name}[::-1]"]
            texts += [f"{name}.reshape(-1)[1:]", f"np.squeeze({name})[:]"]
        if x.ndim > 1:
            texts += [f"{name}[0][1:]", f"np.swapaxes({name}, 0, 1)[-1]", f"{name}.T.ravel()[::2]"]
        text = self.pick(texts)
        if text.startswith("np.squeeze") and x.size == 1:
            raise _NotPossible
        if self.value(text).size == 0:
            raise _NotPossible
        return text

    # Statements

    def add(self, write: Write) -> None:
        """Run a statement, and note what it does."""
        code = compile(write.source, "<program>", "exec")
        label, target, error = write.label, write.target, None
        if target is not None and write.region is not None:
            region = self.value(write.region)
            if isinstance(region, np.ndarray) and not np.shares_memory(region, self.world[target]):
                label, target = "copy region", None
        try:
            exec(code, self.world)
        except (ValueError, IndexError, AttributeError) as raised:
            target, error = None, type(raised)
        self.statements.append(Statement(write, code, label, target, error))

    def step(self) -> None:
        """Add one statement of any kind that is possible now."""
        if len(self.names()) > MOST_NAMES:
            self.add(forget(self))
            return
        for _ in range(3):
            try:
                self.add(self.pick(MAKERS)(self))
                return
            except _NotPossible:
                pass

    def finish(self) -> Program:
        self.add(back_propagate(self))
        return Program(tuple(self.statements))


class _NotPossible(Exception):
    """No statement of this kind can be written here."""


def _fresh_names() -> Iterator[str]:
    for number in itertools.count():
        for letter in "abcdefghjkmnpqrstuvwxyz":
            yield f"{letter}{number or ''}"


def _fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    """Whether `shape` broadcasts to `into`."""
    return len(shape) <= len(into) and all(
        n in (1, m) for n, m in zip(shape[::-1], into[::-1], strict=False)
    )


def _along(n: int) -> tuple[str, ...]:
    """Basic indices that are valid along an axis of length `n`."""
    if n == 0:
        return (":", "::-1")
    if n == 1:
        return ("0", ":", "-1", "::-1", ":1")
    return ("0", "1:", ":-1", "::-1", ":", "-1", "::2", "-1:0:-1", "-2::-1", ":2", "1::2")


def _constant(shape: tuple[int, ...]) -> str:
    """The source of a constant array."""
    if not shape:
        return "np.array(0.75)"
    line = f"np.linspace(-1.0, 1.5, {math.prod(shape)})"
    return line if len(shape) == 1 else f"{line}.reshape{shape}"


# ----------------------------------------------------------------------------------------
# The kinds of statements
# ----------------------------------------------------------------------------------------

Maker = Callable[[Author], Write]
MAKERS: list[Maker] = []


def maker(weight: int) -> Callable[[Maker], Maker]:
    def register(make: Maker) -> Maker:
        MAKERS.extend([make] * weight)
        return make

    return register


SHAPES = ((3,), (3, 4), (6,), (2, 3), (2, 3, 2), (3, 3), (1, 4), (3, 1), (1, 3, 1), ())


def new_leaf(a: Author) -> Write:
    shape = a.pick(SHAPES)
    layout = a.choose(4)
    start = f"{0.7 * a.leaves:.1f}"
    a.leaves += 1
    data = f"np.cos({start} + np.arange({float(math.prod(shape))}))"
    if layout == 3 and len(shape) > 1:
        order = (len(shape) - 1, *range(len(shape) - 1))
        shape = (*shape[1:], shape[0])
        data += f".reshape{shape}.transpose{order}"
        label = "leaf permuted" if len(shape) > 2 else "leaf F"
    elif layout == 2 and len(shape) > 1:
        data, label = f'{data}.reshape({shape}, order="F")', "leaf F"
    else:
        data, label = data if len(shape) == 1 else f"{data}.reshape({shape})", "leaf C"
    return Write(label, f"{next(a.unused)} = leaf({data})")


@maker(1)
def another_leaf(a: Author) -> Write:
    return new_leaf(a)


# Views


@maker(6)
def view_by_index(a: Author) -> Write:
    x = a.array()
    key = a.basic_key(a.world[x].shape)
    if isinstance(a.value(f"{x}[{key}]"), np.ndarray):
        return a.assign("view index", f"{x}[{key}]")
    return a.assign("view 0d", f"{x}[{key}, ...]")


@maker(2)
def pick_an_element(a: Author) -> Write:
    x = a.array(lambda x: x.size > 0)
    key = ", ".join(str(a.choose(2 * n) - n) for n in a.world[x].shape)
    if a.chance(3):
        return a.assign("view 0d", f"{x}[{key}, ...]" if key else f"{x}[...]")
    return a.assign("element", f"{x}[{key or ()}]")


@maker(2)
def view_by_reshape(a: Author) -> Write:
    x = a.array()
    n = a.world[x].size
    shapes = [(-1,), (1, n), (n, 1)]
    shapes += [(k, n // k) for k in range(2, n) if n % k == 0]
    shapes += [(k, 1, n // k) for k in range(2, n) if n % k == 0]
    shapes += [(2, n // 4, 2)] if n and n % 4 == 0 else []
    shape = a.pick(shapes)
    form = a.pick(("{x}.reshape({s})", "np.reshape({x}, {s})", "{x}.reshape(*{s})"))
    shares = np.may_share_memory(a.world[x].reshape(shape), a.world[x])
    label = "reshape" if shares else "reshape copy"
    return a.assign(label, form.format(x=x, s=shape))


@maker(2)
def view_by_ravel(a: Author) -> Write:
    x = a.array()
    return a.assign("ravel", a.pick((f"{x}.ravel()", f"np.ravel({x})", f"{x}.reshape(-1)")))


@maker(4)
def view_by_transpose(a: Author) -> Write:
    x = a.array()
    axes = list(range(a.world[x].ndim))
    texts = [f"{x}.T", f"np.transpose({x})", f"{x}.transpose()"]
    if axes:
        j, k = a.pick(axes), a.pick(axes) - len(axes)
        turned = axes[j:] + axes[:j]
        texts += [f"{x}.swapaxes({j}, {k})", f"np.swapaxes({x}, {j}, {k})"]
        texts += [f"np.moveaxis({x}, {j}, {k})", f"np.transpose({x}, {turned})"]
        texts += [f"{x}.transpose({', '.join(map(str, turned))})"]
    text = a.pick(texts)
    return a.assign("transpose", text)


@maker(3)
def view_by_squeeze(a: Author) -> Write:
    ones = a.arrays(lambda x: 1 in x.shape)
    if not ones or a.chance(2):
        x = a.array(lambda x: 1 not in x.shape)
        return a.assign("squeeze nothing", a.pick((f"np.squeeze({x})", f"{x}.squeeze()")))
    x = a.pick(ones)
    axis = a.world[x].shape.index(1)
    forms = (f"np.squeeze({x})", f"{x}.squeeze()", f"np.squeeze({x}, axis={axis})")
    return a.assign("squeeze", a.pick(forms))


@maker(2)
def view_by_expanding(a: Author) -> Write:
    x = a.array(lambda x: x.ndim < 4)
    axis = a.choose(a.world[x].ndim + 1)
    forms = (f"np.expand_dims({x}, {axis})", f"{x}[None]", f"{x}[..., None]", f"np.atleast_2d({x})")
    return a.assign("expand_dims", a.pick(forms))


@maker(2)
def view_of_a_diagonal(a: Author) -> Write:
    x = a.array(lambda x: x.ndim >= 2)
    if a.world[x].ndim == 2 and a.chance(3):
        labels = "ii->i" if len(set(a.world[x].shape)) == 1 else "ij->ji"
        return a.assign("einsum view", f'np.einsum("{labels}", {x})')
    return a.assign("diagonal", a.pick((f"{x}.diagonal()", f"np.diagonal({x}, 1)")))


@maker(2)
def view_by_broadcasting(a: Author) -> Write:
    x = a.array(lambda x: x.size > 0)
    shape = a.world[x].shape
    wide = tuple(3 if n == 1 else n for n in shape)
    return a.assign("broadcast_to", f"np.broadcast_to({x}, {a.pick(((2, *shape), wide, shape))})")


@maker(2)
def unpack(a: Author) -> Write:
    x = a.array(lambda x: x.ndim >= 2 and x.shape[0] in (2, 3))
    names = [next(a.unused) for _ in range(a.world[x].shape[0])]
    return Write("unpack", f"{', '.join(names)} = {x}")


@maker(1)
def alias(a: Author) -> Write:
    return a.assign("alias", a.array())


# Pure operations


@maker(4)
def unary(a: Author) -> Write:
    x = a.pick(a.names()[::-1])
    forms = (
        "+{x}",
        "np.sin({x})",
        "np.square({x})",
        "-{x}",
        "np.exp(0.5 * np.sin({x}))",
        "{x} ** 2",
        "np.tanh(0.5 * np.sin({x}))",
        "1.0 / (2.0 + np.cos({x}))",
    )
    return a.assign("unary", a.tame(a.pick(forms).format(x=x)))


@maker(6)
def binary(a: Author) -> Write:
    x = a.pick(a.names()[::-1])
    form = a.choose(6)
    op = a.pick("*+-")
    if form == 0:
        return a.assign("binary same", a.tame(f"{x} {op} {x}"))
    if form == 1:
        constant = a.pick(("2.0", "-0.5", "3", _constant(a.shape(x)), _constant((2, 1))))
        if len(a.shape(x)) > 1 and "(2, 1)" in constant:
            constant = "2.0"
        if a.chance(2):
            return a.assign("binary constant", a.tame(f"{constant} {op} {x}"))
        return a.assign("binary constant", a.tame(f"{x} {op} {constant}"))
    ways = [name for name in a.names() if _fits(a.shape(name), a.shape(x))]
    ways += [name for name in a.names() if _fits(a.shape(x), a.shape(name))]
    y = a.pick(ways[::-1])
    if form == 2:
        return a.assign("binary", a.tame(f"{x} / (3.0 + np.sin({y}))"))
    if form == 3 and a.world[y].ndim and a.world[y].shape[0] == 1:
        y = f"{y}[::-1]"
    return a.assign("binary", a.tame(f"{x} {op} {y}"))


@maker(2)
def reduction(a: Author) -> Write:
    x = a.array()
    ndim = a.world[x].ndim
    axis = a.pick((None, *range(-ndim, ndim)))
    if a.world[x].size == 0:
        return a.assign("sum", f"np.sum({x}, axis={axis})")
    forms = (
        "np.sum({x}, axis={k})",
        "{x}.sum(axis={k})",
        "np.mean({x}, axis={k}, keepdims=True)",
        "np.cumsum({x}, axis={k})",
    )
    return a.assign("sum", a.tame(a.pick(forms).format(x=x, k=axis)))


@maker(2)
def gather(a: Author) -> Write:
    x = a.array()
    label, key = a.advanced_key(x)
    return a.assign(f"get {label}", f"{x}[{key}]")


@maker(2)
def rearrange(a: Author) -> Write:
    x = a.array(lambda x: x.ndim > 0)
    y = a.operand(a.world[x].shape)
    forms = (
        f"np.concatenate([{x}, {x}[:1]])",
        f"np.where({x} > 0.1234, {x}, {y})",
        f"np.stack([{x}, {x}], axis=-1)",
        f"np.roll({x}, 1, axis=0)",
        f"np.concatenate([{x}[1:], {x}[:1]], axis=0)",
    )
    return a.assign("rearrange", a.pick(forms))


@maker(2)
def copy(a: Author) -> Write:
    x = a.array()
    return a.assign("copy", a.pick((f"{x}.copy()", f"np.copy({x})", f"{x}.flatten()")))


@maker(2)
def allocate(a: Author) -> Write:
    x = a.array()
    forms = (f"np.zeros_like({x})", f"np.ones_like({x})", f"np.full_like({x}, 0.5)")
    return a.assign("allocate", a.pick(forms))


# Writes


@maker(6)
def update(a: Author) -> Write:
    x = a.target()
    operand = a.operand(a.world[x].shape)
    if a.chance(4):
        operand = x
    label = "update scalar" if operand[0] in "-0123456789" else "update"
    return Write(label, a.update(x, a.pick(("*", "+", "-", "/", "**")), operand), x)


@maker(3)
def update_a_region(a: Author) -> Write:
    x = a.target()
    region = a.region(x)
    text = a.update(region, a.pick("*+-/"), a.operand(a.shape(region)))
    return Write("update region", text, x, region)


@maker(4)
def set_a_region(a: Author) -> Write:
    x = a.target()
    region = a.region(x)
    return Write("set region", f"{region} = {a.operand(a.shape(region))}", x, region)


@maker(4)
def set_by_basic_key(a: Author) -> Write:
    x = a.target()
    key = a.basic_key(a.world[x].shape)
    shape = a.shape(f"{x}[{key}]")
    if 0 in shape:
        raise _NotPossible
    label = "set ..." if key == "..." else "set basic"
    return Write(label, f"{x}[{key}] = {a.operand(shape)}", x)


@maker(8)
def set_by_advanced_key(a: Author) -> Write:
    x = a.target(lambda x: x.ndim > 0)
    place = a.region(x) if a.chance(5) else x
    if not a.shape(place):
        raise _NotPossible
    label, key = a.advanced_key(place)
    part = f"{place}[{key}]"
    operand = a.operand(a.shape(part))
    if 0 in a.shape(part):
        raise _NotPossible
    if "mask" in label and np.may_share_memory(a.value(operand), a.world[x]):
        # NumPy's result depends on the order in which it copies.
        raise _NotPossible
    if a.chance(3):
        return Write(f"update {label}", a.update(part, a.pick("*+-"), operand), x, place)
    return Write(f"set {label}", f"{part} = {operand}", x, place)


@maker(5)
def overlap(a: Author) -> Write:
    x = a.target(lambda x: max(x.shape, default=0) > 1)
    shape = a.world[x].shape
    axis = a.pick([k for k, n in enumerate(shape) if n > 1])
    n, before = shape[axis], ":, " * axis
    ways = [("1:", ":-1"), (":-1", "1:"), (":", "::-1"), ("::-1", ":"), ("1:", "::-1")]
    into, source = a.pick(ways)
    if (into, source) == ("1:", "::-1"):
        source = "-2::-1"
    if n % 2 == 0 and a.chance(4):
        into, source = "::2", "1::2"
    left, right = f"{x}[{before}{into}]", f"{x}[{before}{source}]"
    if len(shape) > 1 and shape == shape[::-1] and a.chance(2):
        left, right = f"{x}[...]", f"{x}.T"
    if a.chance(3):
        return Write("overlap update", a.update(left, a.pick("*+-"), right), x)
    if a.chance(4):
        right = f"0.5 * {right}"
    return Write("overlap set", f"{left} = {right}", x)


@maker(5)
def out(a: Author) -> Write:
    x = a.target()
    label, place = "out", x
    if a.chance(3):
        label, place = "out region", a.region(x)
    if a.chance(4) and a.shape(place) and a.shape(place)[0] > 1:
        label, place, one = "out overlap", f"{place}[1:]", f"{place}[:-1]"
    else:
        one = a.operand(a.shape(place), named=True)
    shape = a.shape(place)
    if not isinstance(a.value(place), np.ndarray):
        raise _NotPossible
    if a.chance(4):
        call = f"{a.pick(('np.sin', 'np.negative', 'np.cos', 'np.positive'))}({one}"
    else:
        func, two = a.pick(("np.multiply", "np.add", "np.subtract")), a.operand(shape)
        if a.chance(3):
            one, two = two, one
        if a.magnitude(f"{func}({one}, {two})") > LIMIT:
            one, two = f"np.sin({one})", f"np.cos({two})"
        call = f"{func}({one}, {two}"
    if a.chance(3):
        label += " where"
        mask = f"{place} > -0.1234" if not shape or a.chance(2) else a.mask(shape[-1])
        if not np.any(a.value(mask)):
            raise _NotPossible
        call += f", where={mask}"
    call += f", out={place})"
    if a.chance(3):
        return Write(f"{label}, named", f"{next(a.unused)} = {call}", x, place)
    return Write(label, call, x, place)


@maker(1)
def accumulate_at(a: Author) -> Write:
    """``np.add.at``, which counts every repetition of an index; its operands do not overlap."""
    x = a.target(lambda x: x.ndim > 0)
    key = a.integers(a.world[x].shape[0])[1]
    shape = a.shape(f"{x}[{key}]")
    found = [
        name
        for name in a.names()
        # NumPy broadcasts them wrongly beside indices of several axes.
        if a.shape(name) in ((), shape) and not np.may_share_memory(a.world[name], a.world[x])
    ]
    operand = f"np.sin({a.pick(found)})" if found and a.chance(3) else "0.25"
    if found and a.chance(2):
        operand = a.pick(found)
    if a.magnitude(x) + 4 * a.magnitude(operand) > LIMIT:
        raise _NotPossible
    return Write("at", f"np.{a.pick(('add', 'subtract'))}.at({x}, {key}, {operand})", x)


@maker(2)
def sum_out(a: Author) -> Write:
    x = a.target()
    shape = a.world[x].shape
    found = a.arrays(lambda y: y.ndim > 0 and y.shape[1:] == shape and y.shape[0] > 0)
    y = a.pick(found) if found else f"{x}.T[None]" if shape == shape[::-1] else f"{x}[None]"
    func = "np.mean" if a.magnitude(f"np.sum({y}, axis=0)") > LIMIT else "np.sum"
    return Write("sum out", f"{func}({y}, axis=0, out={x})", x)


@maker(2)
def loop(a: Author) -> Write:
    x = a.target(lambda x: x.ndim > 0 and x.shape[0] > 1)
    n = a.world[x].shape[0]
    form = a.choose(3)
    if form == 0:
        text = f"for i in range(1, {n}):\n    {x}[i] = 0.5 * {x}[i - 1] + np.sin({x}[i])\ndel i"
    elif form == 1 or a.world[x].ndim == 1:
        text = f"for i in range({n - 1}):\n    {x}[i + 1] *= np.sin({x}[i])\ndel i"
    else:
        text = f"for row in {x}:\n    row *= 0.5\ndel row"
    return Write("loop", text, x)


@maker(2)
def exchange(a: Author) -> Write:
    x = a.target(lambda x: x.ndim > 0 and x.shape[0] > 1)
    return Write("exchange", f"{x}[0], {x}[-1] = {x}[-1], {x}[0]", x)


@maker(2)
def set_shape(a: Author) -> Write:
    x = a.array()
    n = a.world[x].size
    shapes = [(n,), (n, 1), (1, n), *((k, n // k) for k in range(2, n) if n % k == 0)]
    shape = a.pick(shapes)
    label = "shape"
    try:
        np.reshape(a.world[x], shape, copy=False)
    except ValueError:
        label = "error shape copy"
    return Write(label, f"{x}.shape = {shape}")


# Names, reading, backward


@maker(3)
def forget(a: Author) -> Write:
    names = a.names()
    if len(names) < 3:
        raise _NotPossible
    return Write("del", f"del {a.pick(names)}")


@maker(3)
def look(a: Author) -> Write:
    x = a.array()
    forms = (f"seen.append(np.array({x}))", f"handed.append(np.asarray({x}))", f"np.asarray({x})")
    return Write("look", a.pick(forms))


@maker(2)
def back_propagate(a: Author) -> Write:
    return Write("backward", f"backward({', '.join(a.names())})")


# What NumPy refuses


@maker(3)
def error(a: Author) -> Write:
    kind = a.pick(tuple(ERRORS))
    if kind == "read-only":
        found = a.arrays(lambda x: not x.flags.writeable and x.size > 0)
        if found:
            x = a.pick(found)
        else:
            base = a.array(lambda x: x.size > 0)
            x = f"np.broadcast_to({base}, {(2, *a.shape(base))})"
        forms = ["{x}[...] = 1.0", "np.add({x}, 1.0, out={x})"]
        # Of numbers, `+=` is an operation that succeeds before the assignment fails.
        forms += ["{x} *= 2.0"] if found else ["{x}[:1] += 1.0"]
        return Write("error read-only", a.pick(forms).format(x=x))
    x = a.array(lambda x: x.ndim > 0 and x.size > 0)
    shape = a.world[x].shape
    wrong = (*shape[:-1], shape[-1] + 2)
    text = a.pick(ERRORS[kind]).format(
        x=x, n=shape[0] + 1, ndim=len(shape), wrong=wrong, larger=(2, *shape), length=shape[0] + 2
    )
    # Some of them are fine after all, for some shapes.
    return Write(f"error {kind}", text, x if "=" in text else None)


ERRORS: dict[str, tuple[str, ...]] = {
    "read-only": (),
    "operand": ("{x} += np.ones({wrong})", "{x} * np.ones({wrong})", "{x} *= np.ones({larger})"),
    "assignment": (
        "{x}[...] = np.ones({wrong})",
        "{x}[0:1] = np.ones({wrong})",
        "{x}[[0, 0]] = np.ones((3, {n}, 7))",
        "{x}[{x} > -99.0] = np.ones(99)",
    ),
    "index": (
        "{x}[{n}] = 1.0",
        "{x}[np.array([0, {n}])] = 1.0",
        "{x}[-{n}]",
        "{x}[{n}] += {x}[0]",
        "{x}[np.ones({length}, bool)] = 0.0",
        "{x}[np.ones({length}, bool)]",
        "{x}[(0,) * ({ndim} + 1)] = 2.0",
    ),
    "out": (
        "np.multiply({x}, 2.0, out={x}[:0])",
        "np.add({x}, np.ones({larger}), out={x})",
        "np.multiply({x}, 2.0, out={x}, where=np.ones({wrong}, bool))",
    ),
    "function": (
        "{x}.reshape(7, -1, 11)",
        "np.sum({x}, axis={ndim})",
        "np.squeeze({x}[None, None], axis=-{ndim} - 4)",
        "np.concatenate([{x}, {x}[None]])",
        "np.broadcast_to({x}, {wrong})",
        "np.expand_dims({x}, {ndim} + 3)",
        "{x}.transpose(*range({ndim} + 1))",
    ),
    "shape": ("{x}.shape = {wrong}",),
}


# ----------------------------------------------------------------------------------------
# Programs
# ----------------------------------------------------------------------------------------


def random_program(seed: int) -> Program:
    """One or two leaves, mostly some copies of them to work on, and what may become of these."""
    a = Author(random.Random(seed).randrange)
    for _ in range(1 + a.choose(2)):
        a.add(new_leaf(a))
    for name in a.names():
        if not a.chance(3):
            a.add(Write("+leaf", f"{next(a.unused)} = +{name}"))
    for _ in range(2 + a.choose(15)):
        a.step()
    return a.finish()


def programs() -> st.SearchStrategy[Program]:
    """Random programs. Hypothesis picks them, but cannot shrink them: see `reduced`."""
    return st.integers(0, 2**64 - 1).map(random_program)


def reduced(program: Program, fails: Callable[[Program], bool]) -> Program:
    """A program that fails, without the statements that it can do without."""
    length = 0
    while length != len(program.statements):
        length = len(program.statements)
        for k in reversed(range(length - 1)):
            shorter = rewritten(program.statements[:k] + program.statements[k + 1 : -1])
            if shorter is not None and fails(shorter):
                program = shorter
    return program


def rewritten(statements: Sequence[Statement]) -> Program | None:
    """A program of these statements, if they do the same without those that have gone."""
    a = Author(lambda n: 0)
    for statement in statements:
        try:
            again = back_propagate(a) if statement.label == "backward" else statement.write
            a.add(again)
        except (NameError, KeyError, TypeError):
            return None
        if not a.names() or a.statements[-1].error is not statement.error:
            return None
    return a.finish() if a.names() else None
