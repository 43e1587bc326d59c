"""Names: what a tensor is bound to, and how views and handed-out arrays keep in step.

A tensor is a `Name`: its current array, its current value, and, where the simple case does
not hold, a *home*:

- none: the array is the tensor's own and nobody else can write to it. All fast paths.
- `Root`: part of the tensor was overwritten, or its array was handed out (until `reclaim`).
- `View`: the tensor shows part of another one, its root, through a lens.

``_value`` of a tensor with a home is `ELSEWHERE`, which keeps it off the fast paths.
"""

import sys
import weakref
from contextvars import ContextVar
from typing import Any

import numpy as np

from ._guard import lock
from ._lens import Lens
from ._modes import guarding, tracking
from ._table import Rule
from ._value import (
    CLEARED,
    CONSTANT,
    ELSEWHERE,
    UNBORN,
    Value,
    add_guard,
    differentiable,
    leaf,
    new,
    node,
    spec_of,
)

__all__ = [
    "ALIAS",
    "OUTER",
    "READ",
    "Name",
    "Root",
    "View",
    "amid_pass",
    "as_root",
    "bind_result_class",
    "data_of",
    "expose",
    "gradient_of",
    "guards_of",
    "is_constant",
    "keep",
    "make",
    "private",
    "reclaim",
    "set_gradient",
    "stored_value",
    "value_of",
]


class Name:
    """A name bound to an array and a value: the state of a tensor."""

    __slots__ = ("__dict__", "__weakref__", "_array", "_home", "_value")

    _array: Any
    _value: Value
    _home: "Root | View | None"


class Root:
    """The home of a tensor whose buffer is written in place or known outside.

    Attributes
    ----------
    value
        The current value, or None if the tensor is a constant.
    stamp
        Changes with each write; views compare it.
    held
        May graph nodes or the user hold this buffer? Then a write copies it first.
    handed
        Arrays handed out that show this buffer.
    face
        Weak reference to the public tensor of this hidden root, if ``.shape`` was set on it.
    """

    __slots__ = ("face", "handed", "held", "stamp", "value")

    def __init__(self, value: Value | None) -> None:
        self.value = value
        self.stamp: Any = object()
        self.held = True
        self.handed: list[weakref.ref[Any]] = []
        self.face: weakref.ref[Name] | None = None


class View:
    """The home of a tensor that shows part of its root.

    Attributes
    ----------
    root
        The tensor that is seen.
    lens
        How.
    seen
        The root's stamp when the array was last derived.
    value
        The value as last derived; good if its parent is the root's current value.
    constant
        Is the view a constant, whatever its root is?
    """

    __slots__ = ("constant", "lens", "root", "seen", "value")

    def __init__(self, root: Name, lens: Lens, constant: bool) -> None:
        self.root = root
        self.lens = lens
        self.seen: Any = stamp_of(root)
        self.value: Value | None = None
        self.constant = constant


_make_class: Any = Name


def bind_result_class(cls: Any) -> None:
    """Say which class results have (`Tensor`, which is defined on top of this module)."""
    global _make_class
    _make_class = cls


def make(data: Any, value: Value | None) -> Any:
    """Make a tensor of an array that nobody else can write to; None makes a constant."""
    t = new(_make_class)
    t._array = data
    t._value = CONSTANT if value is None else value
    t._home = None
    return t


def stamp_of(root: Name) -> Any:
    home = root._home
    return root._array if home is None else home.stamp  # type: ignore[union-attr]


def root_of(home: View) -> Name:
    """The root of a view; follows roots that became views of a hidden root."""
    root = home.root
    while root._home.__class__ is View:
        root = root._home.root
        home.root = root
    return root


def data_of(t: Name) -> Any:
    """The current array of a tensor. The caller must neither write to it nor hand it out."""
    home = t._home
    if home.__class__ is View:
        root = root_of(home)
        stamp = stamp_of(root)
        if home.seen is not stamp:
            t._array = home.lens.read(root._array)
            home.seen = stamp
    return t._array


def _successor(v: Value, data: Any) -> Value:
    """The leaf that takes the place of a value that was cleared.

    It is as old as that: a transform takes what is older than its call for the caller's. Its `y`
    says what it is, if there was a graph.
    """
    w = leaf(spec_of(data))
    w.order = v.order
    if v is not UNBORN:
        w.y = CLEARED
    if v is not UNBORN and v.grad is not None:
        w.grad = private(v.grad)
    return w


def stored_value(t: Name) -> Value | None:
    """The value that holds the gradient of a tensor that is no view, as it is."""
    home = t._home
    if home is None:
        v = t._value
        return None if v is CONSTANT or v is UNBORN else v
    return home.value


def value_of(t: Name, behind: bool = False) -> Value | None:
    """The current value of a tensor, to be used as a parent; None for a constant.

    With `behind`, a constant view has the value of what it shows.
    """
    home = t._home
    if home is None:
        v: Value | None = t._value
        if v.spec is not None:  # type: ignore[union-attr]
            return v
        if v is CONSTANT or (v is UNBORN and not differentiable(t._array.dtype)):
            return None
        t._value = v = _successor(t._value, t._array)
        return v
    if home.__class__ is Root:
        v = home.value
        if v is not None and v.spec is None:
            home.value = v = _successor(v, t._array)
        return v
    assert isinstance(home, View)
    if home.constant and not behind:
        return None
    data = data_of(t)
    parent = value_of(root_of(home))
    if parent is None:
        return None
    v = home.value
    if v is None or v.a is not parent:
        home.value = v = node(READ, parent, None, spec_of(data), home.lens)
    return v


def gradient_of(t: Name) -> Any:
    """The gradient of a tensor that is no view: an array of its own, or None."""
    v = stored_value(t)
    if v is None or v.grad is None:
        return None
    # A leaf's is its own already; and a pass of another thread may be using its mark.
    if v.rule is not None and (v.own is not True or isinstance(v.grad, np.generic)):
        v.grad = private(v.grad)
        v.own = True
    return v.grad


def private(grad: Any) -> Any:
    """A copy of a gradient that values may share."""
    return np.array(grad) if isinstance(grad, np.generic) else grad.copy()


def set_gradient(t: Name, grad: Any) -> None:
    """Give a tensor that is no view a gradient."""
    v = value_of(t)
    if v is not None:
        v.grad = grad


def is_constant(t: Name) -> bool:
    home = t._home
    if home is None:
        v = t._value
        return v is CONSTANT or (v is UNBORN and not differentiable(t._array.dtype))
    if home.__class__ is Root:
        return home.value is None
    return home.constant  # type: ignore[union-attr]


def as_root(t: Name) -> Root:
    """Give a tensor that is no view a `Root` home."""
    home = t._home
    if home is None:
        home = Root(value_of(t))
        # Views made so far compare the array: keep them in step.
        home.stamp = t._array
        t._value = ELSEWHERE
        t._home = home
    assert isinstance(home, Root)
    return home


# ----------------------------------------------------------------------------------------
# What a graph keeps of a tensor's array
# ----------------------------------------------------------------------------------------


def keep(t: Name, data: Any) -> Any:
    """The array of a tensor, for a graph node to keep.

    A buffer that is written in place piece by piece is not shared: small pieces are copied;
    for large ones the next write is made to copy the buffer.
    """
    home = t._home
    if home is None:
        return data
    root = t if home.__class__ is Root else root_of(home)  # type: ignore[arg-type]
    state = root._home
    if state is None or state.held:  # type: ignore[union-attr]
        return data
    if isinstance(data, np.ndarray) and 2 * data.size <= root._array.size:
        return data.copy()
    state.held = True  # type: ignore[union-attr]
    return data


def guards_of(t: Name) -> Any:
    """Locks on the arrays of a tensor that were handed out, for a node that uses it."""
    home = t._home
    if home is None or not guarding():
        return None
    root = t if home.__class__ is Root else root_of(home)  # type: ignore[arg-type]
    state = root._home
    if state is None or not state.handed:  # type: ignore[union-attr]
        return None
    arrays = [reference() for reference in state.handed]  # type: ignore[union-attr]
    return tuple([lock(array) for array in arrays if array is not None]) or None


# ----------------------------------------------------------------------------------------
# Handing out
# ----------------------------------------------------------------------------------------


class _Alias(Rule):
    """Another value in its place: `ALIAS` is the rule of a leaf after its array was handed out.

    The graphs that used it before keep it.
    """

    def __init__(self) -> None:
        pass

    name = "mygrad alias"

    def pull(self, v: Value, g: Any, run: Any) -> None:
        run.add(v.a, g, False)

    def push(self, v: Value, run: Any) -> Any:
        return run.tangent(v.a)


class _Read(Rule):
    """What a view shows of its root: ``v.a`` is the root's value, ``v.x`` the lens."""

    def __init__(self) -> None:
        pass

    name = "mygrad view"

    def pull(self, v: Value, g: Any, run: Any) -> None:
        run.add_at(v.a, v.x, g)

    def push(self, v: Value, run: Any) -> Any:
        return run.read(v.a, v.x)


ALIAS = _Alias()
#: The same, of what a transform differentiates by: its passes end there, before the value outside.
OUTER = _Alias()
READ = _Read()


def _retire(v: Value) -> Value:
    """Turn a leaf into an alias of a fresh leaf, and return that.

    Graphs that used the leaf keep the alias alive, and with it the lock on its array; the
    name moves on to the fresh leaf.
    """
    w = leaf(v.spec)
    w.__class__ = v.__class__  # it may be an `Input`
    w.order = v.order - 1
    w.grad = v.grad
    v.grad = None
    v.rule = ALIAS
    v.a = w
    return w


_amid_pass: ContextVar[bool] = ContextVar("mygrad_amid_pass", default=False)


class amid_pass:
    """Inside, a function of the user's runs while a pass is under way.

    The array of a leaf is handed out as a copy: the pass does not see leaves change places.
    """

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _amid_pass.set(True)

    def __exit__(self, *error: object) -> None:
        _amid_pass.reset(self._token)


def expose(t: Name) -> Any:
    """The current array of a tensor, to be handed out to the user."""
    home = t._home
    if home.__class__ is Root:
        # Is it known outside already?
        data = t._array
        for reference in home.handed:
            if reference() is data:
                return data
    data = data_of(t)
    if not isinstance(data, np.ndarray):
        return data
    root = root_of(home) if home.__class__ is View else t
    state = as_root(root)
    if root is not t and not data.flags.writeable:
        # Its base may have been locked when it was derived.
        t._array = data = home.lens.read(root._array)  # type: ignore[union-attr]
    for reference in state.handed:
        if reference() is data:
            return data
    if not tracking() and state.value is not None and state.value.spec is None:
        state.value = _successor(state.value, root._array)
    state.held = True
    v = state.value
    if v is not None and v.spec is not None and guarding():
        if v.rule is None and _amid_pass.get():
            return data.copy()
        held = lock(data, root is not t and home.lens.writeable)  # type: ignore[union-attr]
        if v.rule is None:
            state.value = _retire(v)
        add_guard(v, (held,))
    state.handed = [reference for reference in state.handed if reference() is not None]
    state.handed.append(weakref.ref(data))
    return data


def _holders(t: Name, home: Root) -> tuple[int, int, int]:
    """How often the array of a tensor, and its entry among those handed out, are referred to.

    The tensor's own references are not counted.
    """
    return (
        sys.getrefcount(t._array) - (home.stamp is t._array),
        weakref.getweakrefcount(t._array),
        sys.getrefcount(home.handed[0]),
    )


def _holders_if_alone() -> tuple[int, int, int] | None:
    """What `_holders` says if nobody else has the array; None if references are not counted."""
    if not hasattr(sys, "getrefcount") or not getattr(sys, "_is_gil_enabled", lambda: True)():
        return None
    t, home = new(Name), Root(None)
    t._array = np.empty(0)
    home.handed.append(weakref.ref(t._array))
    return _holders(t, home)


_ALONE = _holders_if_alone()


def reclaim(t: Name) -> None:
    """Make a tensor whose array was handed out a simple one again, if nobody has the array now.

    After ``w.data -= step``, say, nobody does, and all operations on `w` would be slow.
    """
    home = t._home
    assert isinstance(home, Root)
    handed = home.handed
    if len(handed) > 1:
        home.handed = handed = [reference for reference in handed if reference() is not None]
    if len(handed) != 1 or home.face is not None or not home.held or _ALONE is None:
        return
    if t._array.base is not None or not t._array.flags.owndata or not t._array.flags.writeable:
        return
    if handed[0]() is not t._array or _holders(t, home) != _ALONE:
        return
    t._value = CONSTANT if home.value is None else home.value
    t._home = None
    if _holders(t, home) != _ALONE and t._home is None:
        # Another thread was given the array just now.
        t._value, t._home = ELSEWHERE, home
