"""In-place operations: rebinding names, and writing into roots through views.

A write makes a new value and leaves the old one to those who used it. Writing part of a
root costs what the part costs: the buffer is written itself, unless graph nodes or the user hold
it; then it is copied first, once (see `Root.held`).
"""

import weakref
from typing import Any

import numpy as np

from ._guard import locked
from ._indexing import in_order, is_basic, may_repeat, winners
from ._lens import Lens, dense_like
from ._modes import tracking
from ._operands import Keeper, array_of, prepare, without_imaginary
from ._record import Call, looked_at, over_array, recorded_ufunc
from ._state import (
    Name,
    Root,
    View,
    as_root,
    data_of,
    expose,
    is_constant,
    make,
    root_of,
    value_of,
)
from ._table import Elementwise, Rule
from ._value import CONSTANT, Value, Version, add_guard, leaf, new, spec_of, tick
from ._warn import warn_user
from .errors import DetachedGradientWarning

__all__ = ["overwrite", "record_into", "set_item", "set_shape", "ufunc_into", "write"]


class _Written(Rule):
    """The root after a write: ``v.a`` is its value before, ``v.b`` that of what was written.

    ``v.x`` is ``(lens, key)``: where; ``v.y`` the mask of a ``where=``, or None.
    """

    name = "mygrad write"
    keeps_gradient = True

    def __init__(self) -> None:
        pass

    def pull(self, v: Any, g: Any, run: Any) -> None:
        lens, key = v.x
        mask = v.y
        if v.b is not None:
            seen = g if lens is None else lens.read(g)
            piece = seen if key is ... else seen[key]
            if mask is not None:
                piece = np.where(mask, piece, 0)
            else:
                last = None if is_basic(key) else winners(seen.shape, key)
                if last is not None:
                    piece = np.where(last, piece, 0)
            # The gradient itself may be cut up below, so nothing may share its memory.
            run.add(v.b, piece.copy() if isinstance(piece, np.ndarray) else piece, True)
        if v.a is None:
            return
        if not isinstance(g, np.ndarray):
            run.add(v.a, cut(g, lens, key, mask), False)
            return
        # Nobody can see the gradient of a value whose name has moved on: take it over.
        mine = getattr(run, "takes_over", False) and v.own is True and not v.named
        if not mine or not (lens is None or lens.fits(g)):
            rest = np.empty_like(g) if lens is None else dense_like(v.spec, lens.axes)
            rest[...] = g
        else:
            rest = g
            v.grad = None
        blank(rest, lens, key, mask)
        run.add(v.a, rest, True)

    def push(self, v: Any, run: Any) -> Any:
        lens, key = v.x
        piece = None if v.b is None else run.tangent(v.b)
        before = run.buffer(v, lens, piece)
        if piece is None:
            piece = 0.0
        elif piece.dtype.kind == "c" != v.spec.dtype.kind:
            piece = np.real(piece)
        return replaced(before, lens, key, piece, v.y)


WRITTEN = _Written()


def blank(array: np.ndarray, lens: Lens | None, key: Any, mask: Any) -> None:
    """Set to zero where a write went."""
    if lens is not None:
        array, inner = lens.place(array)
        if key is ... and mask is None:
            array[inner] = 0
            return
        if inner is not ...:
            array = array[inner]
    if mask is None:
        array[key] = 0
    else:
        np.copyto(array, 0, where=mask)


def cut(g: Any, lens: Lens | None, key: Any, mask: Any) -> Any:
    """`blank` for what is no ndarray (tensors, foreign arrays): returns the rest."""

    def change(seen: Any) -> Any:
        if mask is not None:
            return np.where(mask, 0, seen)
        seen = seen.copy()
        seen[key] = 0
        return seen

    if lens is None:
        return change(g)
    if isinstance(g, Name):
        g = _copy_to_look_at(g, lens)
        seen = lens.read(g)
        if mask is None:
            seen[key] = 0
        else:
            seen[...] = np.where(mask, 0, seen)
        return g
    return lens.write(g, change)


def _copy_to_look_at(t: Any, lens: Lens) -> Any:
    """A copy of a tensor in whose array a lens shows views."""
    data = data_of(t)
    if not isinstance(data, np.ndarray) or not lens.reshapes:
        return t.copy()
    spec = spec_of(data)
    new = make(dense_like(spec, lens.axes), leaf(spec))
    new[...] = t
    return new


def replaced(before: Any, lens: Lens | None, key: Any, piece: Any, mask: Any) -> Any:
    """An array or tensor with a part written; it is used up."""
    if isinstance(before, Name):
        seen: Any = before if lens is None else lens.read(before)
        if mask is None:
            seen[key] = piece
        else:
            seen[...] = np.where(mask, piece, seen)
        return before
    if not isinstance(before, np.ndarray):
        return _write_foreign(before, lens, key, piece, mask)
    seen, at = place(before, lens, key, mask)
    seen[at] = _fitted(piece, seen, at, mask)
    return before


def place(buffer: np.ndarray, lens: Lens | None, key: Any, mask: Any) -> tuple[np.ndarray, Any]:
    """The array and the key in it that a write goes to."""
    seen, at = (buffer, ...) if lens is None else lens.place(buffer)
    if key is not ... or mask is not None:
        return (seen if at is ... else seen[at]), key
    return seen, at


# ----------------------------------------------------------------------------------------
# Writing
# ----------------------------------------------------------------------------------------


def _read_only() -> ValueError:
    return ValueError("assignment destination is read-only")


def check_writeable(t: Name, data: Any) -> None:
    """Refuse to write to what NumPy would not write to."""
    home = t._home
    if home is None or not isinstance(data, np.ndarray):
        return
    if home.__class__ is View:
        if not home.lens.writeable:
            raise _read_only()
        data = root_of(home)._array
    if isinstance(data, np.ndarray) and not data.flags.writeable and not locked(data):
        raise _read_only()


def _warn_constant() -> None:
    warn_user(
        "A tensor that carries a gradient was written into a constant tensor: the gradient stops "
        "there. Make the target with constant=False, or write t.detach() to silence this.",
        DetachedGradientWarning,
    )


def overwrite(t: Name, data: Any, v: Value | None) -> None:
    """Give all of a tensor new contents: an array that is ours, and its value."""
    home = t._home
    if home.__class__ is View:
        write(t, ..., data, v)
        return
    if is_constant(t):
        if v is not None:
            _warn_constant()
        v = CONSTANT
    elif v is None:
        v = leaf(spec_of(data))
    if home is None:
        t._value = v
        t._array = data
        return
    assert isinstance(home, Root)
    old, stamp, handed = home.value, object(), list[Any]()
    # From here on only attributes are set: no interrupt can come in between.
    if old.__class__ is Version:
        old.named = False
    home.value = None if v is CONSTANT else v
    home.stamp = stamp
    home.held = True
    home.handed = handed
    t._array = data


def write(t: Name, key: Any, piece: Any, b: Value | None, mask: Any = None) -> None:
    """``t[key] = piece``, where `piece` has the value `b` (None for a constant)."""
    home = t._home
    lens = home.lens if home.__class__ is View else None
    root = root_of(home) if home.__class__ is View else t
    state = as_root(root)
    buffer = root._array
    a = value_of(root)
    if a is None and b is not None:
        _warn_constant()
    mode = tracking()
    watched = mode is not True and mode is not False
    given = looked_at(piece, True if mask is None else mask) if watched else None
    held, handed, stamp = state.held, state.handed, object()
    if isinstance(buffer, np.ndarray):
        if held:
            buffer, handed = np.array(buffer, copy=True, order="K"), []
        seen, at = place(buffer, lens, key, mask)
        piece = _fitted(piece, seen, at, mask)
    else:
        buffer = _write_foreign(buffer, lens, key, piece, mask)
        seen, at = None, ...
    v = a
    if a is not None and mode:
        v = _version(a, b, lens, key, mask, buffer)
    if watched:
        mode.saw("assignment", given, given, None if v is a else v)
    # From here on only items and attributes are set: no interrupt can come in between.
    if seen is not None:
        seen[at] = piece
    root._array = buffer
    state.held = False
    state.handed = handed
    state.stamp = stamp
    if v is not a:
        if a.__class__ is Version:
            a.named = False
        a.grad = None  # type: ignore[union-attr]
        if b is not None:
            b.grad = None
        state.value = v


def _fitted(piece: Any, seen: np.ndarray, key: Any, mask: Any) -> Any:
    """What is written, converted first: a failure half-way would leave part of it written."""
    if mask is not None:
        piece = np.where(mask, piece, seen)
    elif not isinstance(piece, (np.ndarray, int, float)):
        piece = np.asarray(piece)
    if isinstance(piece, np.ndarray) and piece.dtype != seen.dtype:
        piece = without_imaginary(piece, seen.dtype).astype(seen.dtype)
    if not is_basic(key) and may_repeat(key):
        piece = in_order(piece, seen.shape, key)
    return piece


def _version(
    a: Value, b: Value | None, lens: Lens | None, key: Any, mask: Any, buffer: Any
) -> Version:
    """The root's value after a write."""
    v = new(Version)
    keeper = Keeper()
    v.rule = WRITTEN
    v.a = None if covers(lens, key, mask) else a
    v.b = b
    v.x = (lens, key if is_basic(key) else keeper.argument(key))
    v.y = None if mask is None else keeper.argument(mask)
    v.ans = v.grad = None
    v.spec = spec_of(buffer)
    v.own = False
    v.order = tick()
    add_guard(v, keeper.locks)
    v.named = True
    return v


def covers(lens: Lens | None, key: Any, mask: Any) -> bool:
    """Is everything overwritten, whatever the numbers are?

    A mask that happens to be full does not count: whether a gradient is zero or None would depend
    on them.
    """
    if mask is not None or (lens is not None and not lens.bijective):
        return False
    return key is ... or (key.__class__ is slice and key == slice(None))


def _write_foreign(buffer: Any, lens: Lens | None, key: Any, piece: Any, mask: Any) -> Any:
    def change(seen: Any) -> Any:
        if mask is not None:
            return np.where(mask, piece, seen).astype(seen.dtype)
        seen = seen.copy()
        seen[key] = piece
        return seen

    return change(buffer) if lens is None else lens.write(buffer, change)


def set_item(t: Name, key: Any, value: Any) -> None:
    """``t[key] = value``."""
    key = array_of(key, "indexing")
    if not tracking():
        array = expose(t)
        piece = without_imaginary(array_of(value, "assignment"), array.dtype)
        if tracking() is not False:
            tracking().saw("assignment", piece, piece)
        array[key] = piece
        return
    data = data_of(t)
    check_writeable(t, data)
    piece, source = prepare(value)
    if isinstance(piece, np.ndarray) and piece.dtype == object:
        raise TypeError(f"cannot write an array of dtype object into a tensor of {data.dtype}")
    plain = source is None and value.__class__ in (complex, list, tuple)
    if plain and data.dtype.kind != "c" and np.iscomplexobj(piece):
        # NumPy casts complex arrays, with a warning, but not Python's numbers.
        np.asarray(value, data.dtype)
    b = None if source is None else value_of(source)
    write(t, key, piece, b)


# ----------------------------------------------------------------------------------------
# out=
# ----------------------------------------------------------------------------------------


def single(out: Any, what: str) -> Any:
    if out.__class__ is tuple:
        if len(out) != 1:
            raise ValueError(f"{what} has one output; got {len(out)} arrays as out=")
        return out[0]
    return out


def apart(x: Any, out: Any) -> Any:
    """An operand that the write to `out` is not to change."""
    if isinstance(x, np.ndarray) and np.may_share_memory(x, out):
        return x.copy()
    return x


def ufunc_into(
    rule: Elementwise,
    inputs: tuple[Any, ...],
    out: Any,
    where: Any = True,
    constant: bool | None = None,
    **keywords: Any,
) -> Any:
    """A ufunc with ``out=``."""
    out = single(out, rule.name)
    (x, t), (y, u) = prepare(inputs[0]), (None, None) if rule.unary else prepare(inputs[1])
    operands = (x,) if rule.unary else (x, y)
    if where is not True:
        keywords["where"] = where
    mode = tracking()
    watched = mode is not True and mode is not False
    if not mode:
        array = expose(out) if isinstance(out, Name) else out
        before = tuple([apart(x, array) for x in operands]) if watched else ()
        rule.func(*operands, out=array, **keywords)
        if watched:
            mode.saw(rule.name, before, looked_at(array, where))
        return out if isinstance(out, Name) else over_array(out, None, False)
    if not isinstance(out, Name):
        kept = (apart(x, out), apart(y, out))
        rule.func(*operands, out=out, **keywords)
        v = None
        if constant is not True:
            v = recorded_ufunc(rule, kept[0], t, kept[1], u, where, out)
        if watched:
            mode.saw(rule.name, kept[: len(operands)], looked_at(out, where), v)
        return over_array(out, v, constant)
    target = data_of(out)
    check_writeable(out, target)
    if where is not True:
        result = rule.func(*operands, out=np.array(target), **keywords)
        v = recorded_ufunc(rule, x, t, y, u, where, result, out)
        if watched:
            mode.saw(rule.name, operands, looked_at(result, where), v)
        write(out, ..., result, v, np.broadcast_to(where, target.shape))
        return out
    if isinstance(target, np.ndarray):
        result = rule.func(*operands, out=np.empty_like(target), **keywords)
    else:
        result = rule.func(*operands, **keywords).astype(target.dtype)
    v = recorded_ufunc(rule, x, t, y, u, where, result, out)
    if watched:
        mode.saw(rule.name, operands, result, v)
    overwrite(out, result, v)
    return out


def record_into(call: Call, constant: bool | None) -> Any:
    """A function with a pullback and ``out=``."""
    rule = call.rule
    out = single(call.out, rule.name)
    if rule.out_at < len(call.args):
        # Given by position: what follows is passed by keyword, as `out` is below.
        call.kwargs |= zip(
            rule.names[rule.out_at + 1 :], call.args[rule.out_at + 1 :], strict=False
        )
        del call.args[rule.out_at :]
    mode = tracking()
    watched = mode is not True and mode is not False
    if not mode:
        array = expose(out) if isinstance(out, Name) else out
        call.run(out=array)
        if watched:
            mode.saw(rule.name, call.operands(), array)
        return out if isinstance(out, Name) else over_array(out, None, False)
    if not isinstance(out, Name):
        kept = [
            [apart(part, out) for part in x] if x.__class__ is list else apart(x, out)
            for x in call.args
        ]
        call.run(out=out)
        call.args = kept
        v = _rounded(call, out, call.value(out, constant))
        if watched:
            mode.saw(rule.name, call.operands(), out, v)
        return over_array(out, v, constant)
    target = data_of(out)
    check_writeable(out, target)
    if isinstance(target, np.ndarray):
        result = call.run(out=np.empty_like(target))
    else:
        result = call.run().astype(target.dtype)
    v = _rounded(call, result, call.value(result, constant))
    if watched:
        mode.saw(rule.name, call.operands(), result, v)
    overwrite(out, result, v)
    return out


def _rounded(call: Call, result: Any, v: Value | None) -> Value | None:
    """Let a rule see the result before it was rounded to the dtype of ``out=``."""
    if v is not None and v.ans is not None:
        widest = max([getattr(x, "dtype", result.dtype).itemsize for x in call.args])
        if widest > result.dtype.itemsize:
            v.ans = np.asarray(call.run())
    return v


# ----------------------------------------------------------------------------------------
# t.shape = ...
# ----------------------------------------------------------------------------------------


def set_shape(t: Name, shape: Any) -> None:
    """``t.shape = shape``: the tensor becomes a reshaped view of what it was.

    Views made before look at a hidden root that takes over the tensor's state.
    """
    data = data_of(t)
    try:
        seen = np.reshape(data, shape, copy=False)
    except ValueError as error:
        size = -1 if not isinstance(shape, (int, tuple, list)) else np.prod(shape)
        if -1 in np.atleast_1d(shape) or size != data.size:
            raise ValueError(
                f"cannot reshape a tensor of shape {data.shape} into shape {shape}"
            ) from error
        raise AttributeError(
            f"a tensor of shape {data.shape} with strides {data.strides} cannot take the shape "
            f"{shape} without copying; use .reshape"
        ) from None
    home = t._home
    spec = spec_of(data)
    if home.__class__ is View:
        lens = Lens(home.lens, np.reshape, (seen.shape,), {}, spec, None)
        root = root_of(home)
        constant = home.constant
    else:
        state = as_root(t)
        root = make(data, None)
        root._value = t._value
        root._home = state
        state.face = weakref.ref(t)
        lens = Lens(None, np.reshape, (seen.shape,), {}, spec, data)
        constant = state.value is None
        if state.value is not None:
            state.value.grad = None
    t._array = seen
    t._home = View(root, lens, constant)
