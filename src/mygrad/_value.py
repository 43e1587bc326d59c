"""Values: the nodes of the graph.

A `Value` is one result of one operation (static single assignment): it never changes
but for its gradient, until the graph is cleared. It keeps the arrays that its
derivative rule names, and no others.

Two parents, `a` and `b`, cover nearly every operation; a node with more keeps
a tuple of parents in `b` and None in `a`.
"""

from itertools import count
from typing import Any

import numpy as np

__all__ = [
    "BROKEN",
    "CLEARED",
    "CONSTANT",
    "ELSEWHERE",
    "UNBORN",
    "Input",
    "Spec",
    "Value",
    "Version",
    "add_guard",
    "differentiable",
    "leaf",
    "new",
    "node",
    "parents",
    "spec_of",
    "tick",
]

#: Creates an object without calling its `__init__`: the cheapest way there is.
new = object.__new__

#: The next creation index.
tick = count(1).__next__


class Spec:
    """Shape and dtype of an array, interned: equal specs are (nearly always) one object.

    A rule's parameter that starts with an underscore receives a `Spec` in place of
    the array, which need then not be kept.
    """

    __slots__ = ("_ones", "dtype", "numbers", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.shape = shape
        self.dtype = dtype
        #: Python numbers as 0-d arrays of this dtype; they spare NumPy the conversion.
        self.numbers: dict[float, np.ndarray] = {}
        self._ones: np.ndarray | None = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        size = 1
        for n in self.shape:
            size *= n
        return size

    @property
    def ones(self) -> np.ndarray:
        """Ones of this shape, read-only, taking no memory worth counting."""
        ones = self._ones
        if ones is None:
            ones = self._ones = np.broadcast_to(np.ones((), self.dtype), self.shape)
        return ones

    def number(self, value: float) -> Any:
        """A Python number as an operand beside arrays of this dtype."""
        # Zero is left out: 0.0 and -0.0 would be one key.
        if not value or self.dtype.kind != "f" or len(self.numbers) > 64:
            return value
        return self.numbers.setdefault(value, np.asarray(value, self.dtype))

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"{self.dtype}{list(self.shape)}"


_specs: dict[tuple[tuple[int, ...], np.dtype[Any]], Spec] = {}


class ComplexSpec(Spec):
    """A `Spec` of complex numbers. Being of another class keeps them off the quick paths."""

    __slots__ = ()


def differentiable(dtype: np.dtype[Any]) -> bool:
    """Can arrays of this dtype carry gradients?"""
    return dtype.kind in "fc"


def spec_of(array: Any) -> Spec:
    """Return the interned `Spec` of an array."""
    key = (array.shape, array.dtype)
    spec = _specs.get(key)
    if spec is None:
        if len(_specs) > 4096:
            # Identity only speeds things up, so the table may be emptied at any time.
            _specs.clear()
        spec = (ComplexSpec if key[1].kind == "c" else Spec)(*key)
        _specs[key] = spec
    return spec


class Value:
    """One value of the graph. See the module's docstring.

    Attributes
    ----------
    rule
        How gradients flow on to the parents; None for a leaf; `CLEARED` afterwards.
    a, b
        The parents: values, or None where an operand is constant.
    x, y, ans
        What the rule needs: arrays, or whatever the rule puts there. In a leaf, `x` is the mark
        of the last backward pass.
    spec
        Shape and dtype of the value; None once it is cleared.
    grad
        The gradient.
    flow
        During a backward pass: what has arrived of the gradient so far.
    own
        True if `grad` (or `flow`) is this value's alone, False if it may be shared; during a
        backward pass, the pass's mark until the first contribution arrives.
    order
        Creation index: parents have smaller ones.
    guard
        Locks on arrays of the user's that this value relies on; traces of `_anomaly`.

    `flow` and `guard` are only set when there is something to set: the garbage collector looks at
    each attribute of each value that lives, many times in a long graph.
    """

    __slots__ = ("a", "ans", "b", "flow", "grad", "guard", "order", "own", "rule", "spec", "x", "y")

    rule: Any
    a: Any
    b: Any
    x: Any
    y: Any
    ans: Any
    spec: Any
    flow: Any
    grad: Any
    own: Any
    order: Any
    guard: Any


class Version(Value):
    """The value of a tensor after part of it was overwritten (see `_write`).

    Attributes
    ----------
    named
        Is this the current value of a tensor? If not, nobody can see its gradient,
        and the backward pass may use up its buffer.
    """

    __slots__ = ("named",)

    named: bool


class Input(Value):
    """The value of what a transform differentiates by, while the function runs.

    A leaf; or an alias of the value that the argument has outside. Other than the number of a
    leaf of the user's, its number is not the user's own.
    """

    __slots__ = ()


def node(rule: Any, a: Any, b: Any, spec: Spec | None, x: Any = None, y: Any = None) -> Value:
    """Make a value with the next creation index."""
    v = new(Value)
    v.rule = rule
    v.a = a
    v.b = b
    v.x = x
    v.y = y
    v.ans = None
    v.spec = spec
    v.grad = None
    v.own = False
    v.order = tick()
    return v


def parents(v: Value) -> tuple[Value, ...]:
    """The parents of a value."""
    a, b = v.a, v.b
    if b is None:
        return () if a is None else (a,)
    if b.__class__ is tuple:
        return b
    return (b,) if a is None else (a, b)


def add_guard(v: Value, locks: tuple[Any, ...] | None) -> None:
    """Let a value hold locks."""
    if locks is not None:
        v.guard = (*(getattr(v, "guard", None) or ()), *locks)


def leaf(spec: Spec | None) -> Value:
    """Make a value without parents."""
    return node(None, None, None, spec)


class _Word:
    __slots__ = ("word",)

    def __init__(self, word: str) -> None:
        self.word = word

    def __repr__(self) -> str:
        return self.word


#: The rule of a value whose part of the graph was cleared.
CLEARED = _Word("CLEARED")

#: The same of the result whose backward pass raised.
BROKEN = _Word("BROKEN")

# What a tensor holds in place of a value; `spec` None keeps them off the fast paths.
#: The tensor is a constant.
CONSTANT = leaf(None)
#: Made while recording was off: becomes a leaf when it is first needed.
UNBORN = leaf(None)
#: The value is in the tensor's home.
ELSEWHERE = leaf(None)
