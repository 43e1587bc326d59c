"""Running a NumPy function on tensors, and recording what its derivative needs.

`record` serves functions with a `Pullback` rule, `record_ufunc` ufuncs with an `Elementwise`
one. Both unwrap the operands, run NumPy's own function once, and make one `Value`.
"""

from collections.abc import Callable
from operator import getitem, or_
from typing import Any
from weakref import ref

import numpy as np

from ._guard import lock, restorable
from ._indexing import check_foreign_key
from ._lens import Lens
from ._modes import guarding, tracking
from ._operands import INERT, Keeper, array_of, prepare, unwrap
from ._state import (
    READ,
    Name,
    View,
    as_root,
    data_of,
    is_constant,
    make,
    root_of,
    value_of,
)
from ._table import (
    ONE_OPERAND,
    OPERANDS,
    PICK,
    RULES,
    Elementwise,
    Pullback,
    linear,
    not_holomorphic,
)
from ._value import (
    ELSEWHERE,
    UNBORN,
    Spec,
    Value,
    add_guard,
    differentiable,
    leaf,
    new,
    node,
    spec_of,
)

__all__ = [
    "check_constant",
    "gather",
    "index",
    "looked_at",
    "record",
    "record_ufunc",
    "scatter",
    "wrap",
]

# ----------------------------------------------------------------------------------------
# Results
# ----------------------------------------------------------------------------------------


def wrap(data: Any, value: Value | None, constant: bool | None) -> Any:
    """A tensor for the result of an operation, or of one that recorded nothing."""
    if isinstance(data, np.generic):
        data = np.asarray(data)
    elif data.__class__ is np.ndarray and data.base is not None and not data.flags.writeable:
        data = data.copy()
    t = make(data, value)
    if value is None and not infer_constant(data.dtype, constant, tracking()):
        t._value = leaf(spec_of(data)) if tracking() else UNBORN
    return t


def infer_constant(dtype: np.dtype[Any], constant: bool | None, default: bool) -> bool:
    """Whether a tensor is a constant: as was asked, or else by its dtype and `default`.

    Raises
    ------
    ValueError
        If ``constant=False`` was asked for a dtype that carries no gradient.
    """
    if constant is None:
        return default or not differentiable(dtype)
    if not constant and not differentiable(dtype) and tracking():
        raise ValueError(
            f"constant=False was asked for a tensor of dtype {dtype}; only floating-point "
            "tensors carry gradients."
        )
    return constant


def check_constant(constant: Any) -> None:
    """Raise TypeError if the argument ``constant=`` is not a bool or None."""
    if constant is not None and constant.__class__ is not bool:
        raise TypeError(f"constant= must be True, False or None; got {constant!r}")


def over_array(array: np.ndarray, value: Value | None, constant: bool | None = None) -> Any:
    """A tensor over an array of the user's, which is locked while the graph needs it."""
    if not restorable(array):
        return wrap(array.copy(), value, constant)
    if value is not None and guarding():
        held = (lock(array),)
        add_guard(value, held)
    t = make(array, value)
    if value is None and constant is False:
        t._value = UNBORN
    hand_out(t)
    return t


def hand_out(t: Name) -> None:
    """Note that the user holds the array of a tensor."""
    as_root(t).handed.append(ref(t._array))


# ----------------------------------------------------------------------------------------
# Indexing and views
# ----------------------------------------------------------------------------------------


def extended(t: Name, data: Any, func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
    """The root of a tensor and the lens from it through one more step."""
    home = t._home
    if home.__class__ is View:
        root = root_of(home)
        return root, Lens(home.lens, func, args, kwargs, spec_of(data), None)
    return t, Lens(None, func, args, kwargs, spec_of(data), data)


def view_of(t: Name, seen: Any, root: Name, lens: Lens, constant: bool | None) -> Any:
    """A tensor that shows what `lens` shows of `root`. What shows a constant is one."""
    home = t._home
    if home.__class__ is View:
        fixed = home.constant
    else:
        fixed = value_of(t) is None
    result = new(t.__class__ if t.__class__ is not Name else Name)
    result._array = seen
    result._value = ELSEWHERE
    result._home = View(root, lens, fixed if constant is None else fixed or constant)
    return result


def index(t: Name, key: Any, basic: bool) -> Any:
    """``t[key]``: a view for basic indexing, else a copy."""
    data = data_of(t)
    seen = data[key]
    if basic and not isinstance(seen, np.generic) and (tracking() or seen.base is not None):
        if not tracking():
            return wrap_view(seen, None)
        root, lens = extended(t, data, getitem, (key,), {})
        return view_of(t, seen, root, lens, None)
    if isinstance(seen, np.generic):
        seen = np.asarray(seen)
    if not tracking():
        return wrap(seen, None, None)
    if t._home.__class__ is View and t._home.constant:
        return make(seen, None)
    home = t._home
    parent = value_of(root_of(home) if home.__class__ is View else t)
    if parent is None:
        return make(seen, None)
    keeper = Keeper()
    kept = key if basic else keeper.argument(key)
    if not basic and not isinstance(data, np.ndarray):
        check_foreign_key(data, key)
    _, lens = extended(t, data, getitem, (kept,), {})
    v = node(READ, parent, None, spec_of(seen), lens)
    add_guard(v, keeper.locks)
    mode = tracking()
    if mode is not True:
        mode.saw("indexing", (data, key), None, v)
    parent.grad = None
    return make(seen, v)


def wrap_view(seen: Any, constant: bool | None) -> Any:
    """A view made while nothing is recorded: it shares memory and knows no base."""
    t = make(seen, None)
    if not infer_constant(seen.dtype, constant, False):
        t._value = UNBORN
    if isinstance(seen, np.ndarray):
        as_root(t)
    return t


def gather(a: Any, lens: Lens) -> Any:
    """What a lens shows of an array."""
    return lens.read(unwrap(a))


def scatter(g: Any, lens: Lens) -> Any:
    """The transpose of `gather`: zeros, with `g` where the lens looks."""
    if isinstance(g, Name):
        return record(scatter, (g, lens), {})
    return lens.transpose(g)


def _gathered(g: Any, _: Any, _g: Any, lens: Lens) -> Any:
    return lens.read(g)


linear(scatter, _gathered)
not_holomorphic(scatter)  # it may be the adjoint of an imaginary part


# ----------------------------------------------------------------------------------------
# Functions with a pullback
# ----------------------------------------------------------------------------------------

#: Keywords of ufuncs that say how to compute and store, which no derivative depends on.
_HOW = frozenset({"casting", "dtype", "order", "signature", "subok"})


class Call:
    """A call of a function with a `Pullback` rule: what NumPy gets, and the tensors behind it.

    Attributes
    ----------
    args, kwargs
        The arguments, plain arrays in place of tensors.
    how
        Further keywords, for NumPy alone.
    out
        The argument ``out=``, or None.
    behind
        For each position the tensor there, or None; a list for a sequence of operands. Then the
        same by keyword.
    """

    __slots__ = ("args", "behind", "behind_keywords", "how", "kwargs", "out", "rule")

    def __init__(self, rule: Pullback, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.rule = rule
        while args and args[-1] is np._NoValue:
            args = args[:-1]
        self.args = list(args)
        self.kwargs: dict[str, Any] = {}
        self.how: dict[str, Any] = {}
        self.out: Any = None
        if len(args) > len(rule.names):
            raise TypeError(
                f"{rule.name}() takes {len(rule.names)} positional arguments; got {len(args)}"
            )
        if kwargs:
            self._take_keywords(kwargs)
        args_ = self.args
        if rule.out_at < len(args_) and args_[rule.out_at] is not None:
            self.out, args_[rule.out_at] = args_[rule.out_at], None
        self.behind: list[Any] = [None] * len(args_)
        self.behind_keywords: dict[str, Any] = {}
        for i, x in enumerate(args_):
            kind = rule.kinds[i]
            if kind is ONE_OPERAND and x is not np._NoValue:
                args_[i], self.behind[i] = prepare(x)
            elif kind is OPERANDS:
                args_[i], self.behind[i] = _prepare_all(x)
            elif x is np._NoValue:
                args_[i] = rule.defaults[i - len(rule.names)]
            elif x.__class__ not in INERT:
                args_[i] = array_of(x, rule.name)
        for name, x in self.kwargs.items():
            if name in rule.vjps:
                self.kwargs[name], self.behind_keywords[name] = prepare(x)
            elif x.__class__ not in INERT:
                self.kwargs[name] = array_of(x, rule.name)
        if rule.normalize is not None:
            rule.normalize(args_, self.kwargs)

    def _take_keywords(self, kwargs: dict[str, Any]) -> None:
        rule = self.rule
        last = -1
        for name, x in kwargs.items():
            if x is np._NoValue:
                continue
            name = rule.synonyms.get(name, name)
            if name == "out" and rule.takes_out:
                self.out = x
            elif name in rule.names:
                self.kwargs[name] = x
                if name in rule.vjps:
                    last = max(last, rule.names.index(name))
            elif name in rule.keywords:
                self.kwargs[name] = x
            elif name in _HOW and isinstance(rule.func, np.ufunc):
                self.how[name] = x
            else:
                known = ", ".join((*rule.names, *sorted(rule.keywords)))
                raise TypeError(
                    f"{rule.name}(..., {name}=...): mygrad knows no derivative of a call with the "
                    f"argument {name!r}. It knows {known}."
                )
        # Operands are found by their positions: keywords move there, up to the last operand.
        for i in range(len(self.args), last + 1):
            name = rule.names[i]
            default = i - len(rule.names) + len(rule.defaults)
            if name in self.kwargs:
                self.args.append(self.kwargs.pop(name))
            elif default < 0:
                raise TypeError(f"{rule.name}() is missing its argument {name!r}")
            else:
                self.args.append(rule.defaults[default])

    def operands(self) -> list[Any]:
        """The arguments that are operands, not settings such as an axis."""
        rule = self.rule
        placed = [x for x, kind in zip(self.args, rule.kinds, strict=False) if kind is not None]
        return placed + [x for name, x in self.kwargs.items() if name in rule.vjps]

    def run(self, **out: Any) -> Any:
        """Run NumPy's function on plain arrays."""
        method = self.rule.method
        if self.rule.func is np.copy and not isinstance(self.args[0], np.ndarray):
            # NumPy's function would turn foreign arrays into its own.
            return self.args[0].copy()
        if method is not None and not self.kwargs and self.args[0].__class__ is np.ndarray:
            return method(*self.args, **out)
        return self.rule.func(*self.args, **self.kwargs, **self.how, **out)

    def _active(self) -> tuple[list[Value], list[Any], tuple[bool, ...]]:
        """The operands that carry gradients: their values, where they are, what they need."""
        rule = self.rule
        parents: list[Value] = []
        places: list[Any] = []
        needs: tuple[bool, ...] = ()
        for i, t in (*enumerate(self.behind), *self.behind_keywords.items()):
            if t is None:
                continue
            name = rule.names[i] if i.__class__ is int else i
            before = len(parents)
            if t.__class__ is list:
                for j, part in enumerate(t):
                    if part is not None and (v := value_of(part)) is not None:
                        parents.append(v)
                        places.append((rule.vjps[name], i, j))  # type: ignore[index]
            elif (v := value_of(t)) is not None:
                parents.append(v)
                places.append((rule.vjps[name], i, None))  # type: ignore[index]
            if len(parents) > before:
                more = rule.needs[name]  # type: ignore[index]
                needs = (*map(or_, needs, more),) if needs else more
        return parents, places, needs

    def value(self, result: Any, constant: bool | None) -> Value | None:
        """The value of the result, or None if it carries no gradient."""
        if constant is True or not tracking():
            return None
        rule = self.rule
        parents, places, needs = self._active()
        several = isinstance(result, (tuple, list))
        dtypes = [part.dtype for part in (result if several else (result,))]
        if not parents or not any([has_gradient(dtype, rule.name) for dtype in dtypes]):
            return None
        kind: Any = rule
        if any([dtype.kind == "c" for dtype in (*dtypes, *dtypes_of(self.args))]):
            kind = rule.complex
        keeper = Keeper()
        kept = []
        for i, data in enumerate(self.args):
            if rule.kinds[i] is ONE_OPERAND:
                data = keeper.hold(data, self.behind[i], needs[i + 1])
            elif rule.kinds[i] is OPERANDS:
                needed = needs[i + 1]
                tensors = self.behind[i]
                data = [keeper.hold(x, t, needed) for x, t in zip(data, tensors, strict=True)]
            elif data.__class__ not in INERT:
                data = keeper.argument(data)
            kept.append(data)
        kwargs = self.kwargs
        if kwargs:
            kwargs = {
                name: keeper.hold(x, self.behind_keywords.get(name), True)
                if name in rule.vjps
                else keeper.argument(x)
                for name, x in kwargs.items()
            }
        single = len(parents) == 1
        v = node(
            kind,
            parents[0] if single else None,
            None if single else tuple(parents),
            None if several else spec_of(result),
            (kept, kwargs),
            places,
        )
        if several:
            v.spec = tuple([spec_of(part) for part in result])
            v.ans = result
        elif needs[0]:
            v.ans = np.asarray(result) if isinstance(result, np.generic) else result
        add_guard(v, keeper.locks)
        for parent in parents:
            parent.grad = None
        return v


def dtypes_of(args: list[Any]) -> list[Any]:
    """The dtypes of the arrays among arguments, and in their sequences."""
    found = []
    for x in args:
        for part in x if x.__class__ is list else (x,):
            dtype = getattr(part, "dtype", None)
            # Classes of dtypes have such an attribute, too.
            if isinstance(dtype, np.dtype):
                found.append(dtype)
    return found


def _prepare_all(operands: Any) -> tuple[list[Any], list[Any]]:
    """`prepare` for each of a sequence of operands (a tensor is one: of its rows)."""
    pairs = [prepare(x) for x in operands]
    return [data for data, _ in pairs], [t for _, t in pairs]


def record(
    func: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    constant: bool | None = None,
) -> Any:
    """Run a function that has a `Pullback` rule on tensors, and record it."""
    rule = RULES[func]
    assert isinstance(rule, Pullback)
    result = None
    mode = tracking()
    if mode is True and rule.is_plain and constant is None and args:
        t = args[0]
        if isinstance(t, Name) and t._home is None and t._value.spec.__class__ is Spec:
            result = _record_plain(rule, t, args, kwargs)
            if isinstance(result, Name):
                return result
    call = Call(rule, args, kwargs)
    if call.out is not None:
        from ._write import record_into

        return record_into(call, constant)
    if result is None:
        result = call.run()
    if result.__class__ is tuple:
        # The step between less than two numbers is Python's nan.
        result = tuple([np.float64(x) if x.__class__ is float else x for x in result])
    if rule.is_view and call.behind[0] is not None:
        seen = shared_view(call, result, constant)
        if seen is not None:
            return seen
    v = call.value(result, constant)
    if mode is not True and mode is not False:
        mode.saw(rule.name, call.operands(), result, v)
    if isinstance(result, (tuple, list)):
        return _several(result, v, constant)
    if result.__class__ is np.ndarray and result.base is not None:
        result = unshared(result, call.args)
    return wrap(result, v, constant)


def _several(results: Any, v: Value | None, constant: bool | None) -> Any:
    """The results of a function with several of them: each is picked from their common value."""
    parts = []
    for i, part in enumerate(results):
        if not differentiable(part.dtype):
            parts.append(part)
        elif v is None:
            parts.append(wrap(part, None, constant))
        else:
            parts.append(wrap(part, node(PICK, v, None, spec_of(part), i), constant))
    make_tuple = getattr(results, "_make", results.__class__)
    return make_tuple(parts)


def _record_plain(rule: Pullback, t: Name, args: tuple[Any, ...], kwargs: Any) -> Any:
    """What `record` does for a function of one tensor, with nothing but numbers beside it.

    Returns NumPy's result itself if that is no array of floats, and None, without having run the
    function, if there is more beside the tensor.
    """
    data = t._array
    if data.__class__ is not np.ndarray or len(args) > rule.out_at:
        return None
    for x in args[1:]:
        if x.__class__ not in INERT:
            return None
    for name, x in kwargs.items():
        if x.__class__ not in INERT or name not in rule.inert_keywords:
            return None
    if rule.normalize is not None:
        changed, kwargs = list(args), dict(kwargs)
        changed[0] = data
        rule.normalize(changed, kwargs)
        args = (t, *changed[1:])
    rest = args[1:]
    if rule.method is not None and rule.simple_keywords.issuperset(kwargs):
        result = rule.method(data, *rest, **kwargs)
    else:
        result = rule.func(data, *rest, **kwargs)
    if result.__class__ is not np.ndarray:
        if not isinstance(result, np.generic):
            return result
        result = np.asarray(result)
    elif result.base is not None:
        result = unshared(result, [data])
    kind = result.dtype.kind
    if kind not in "fc":
        return result
    parent = t._value
    need_ans, need_data = rule.plain_needs
    v = node(
        rule.complex if kind == "c" or data.dtype.kind == "c" else rule,
        parent,
        None,
        spec_of(result),
        ((data if need_data else parent.spec, *rest), kwargs),
        rule.plain_places,
    )
    if need_ans:
        v.ans = result
    parent.grad = None
    return make(result, v)


def has_gradient(dtype: np.dtype[Any], name: str) -> bool:
    """Does the result of a function of tensors that carry gradients carry one?"""
    if dtype.kind not in "fiubc":
        raise TypeError(
            f"{name} of a tensor that carries a gradient gave a result of dtype {dtype}, which no "
            "tensor has. Use t.detach() if the gradient is to stop here."
        )
    return differentiable(dtype)


def unshared(result: Any, operands: list[Any]) -> Any:
    """Copy a result that shows the memory of an operand."""
    for x in operands:
        if isinstance(x, np.ndarray) and np.may_share_memory(x, result):
            return result.copy()
    return result


def shared_view(call: Call, result: Any, constant: bool | None) -> Any:
    """The result of a view function as a view of its operand, or None if NumPy copied."""
    t = call.behind[0]
    data = call.args[0]
    if result is data:
        # As NumPy: the same object, not a view.
        if constant is None or constant is is_constant(t):
            return t
        result = data.view() if isinstance(data, np.ndarray) else data
    elif isinstance(data, np.ndarray):
        base = result.base
        if base is None or (
            base is not data and base is not data.base and not np.may_share_memory(base, data)
        ):
            return None
    if not tracking():
        return wrap_view(result, constant)
    root, lens = extended(t, data, call.rule.func, tuple(call.args[1:]), call.kwargs)
    return view_of(t, result, root, lens, constant)


# ----------------------------------------------------------------------------------------
# Elementwise functions
# ----------------------------------------------------------------------------------------


def record_ufunc(
    rule: Elementwise,
    inputs: tuple[Any, ...],
    constant: bool | None = None,
    out: Any = None,
    where: Any = True,
    **keywords: Any,
) -> Any:
    """Run a ufunc that has an `Elementwise` rule on tensors, and record it."""
    func = rule.func
    if len(inputs) != (1 if rule.unary else 2):
        raise TypeError(f"{rule.name}() takes {func.nin} operands; got {len(inputs)}")
    if where is not True:
        where = array_of(where, f"where= of {rule.name}")
    if out is not None:
        from ._write import ufunc_into

        return ufunc_into(rule, inputs, out, where, constant, **keywords)
    if where is not True:
        # Saying out=None tells NumPy that leaving elements uninitialised is meant.
        keywords |= {"where": where, "out": None}
    x, t = prepare(inputs[0])
    if rule.unary:
        y, u = None, None
        result = func(x, **keywords)
    else:
        y, u = prepare(inputs[1])
        result = func(x, y, **keywords)
    v = None
    mode = tracking()
    if constant is not True and mode:
        v = recorded_ufunc(rule, x, t, y, u, where, result)
    if mode is not True and mode is not False:
        mode.saw(rule.name, (x,) if rule.unary else (x, y), looked_at(result, where), v)
    return wrap(result, v, constant)


def looked_at(result: Any, where: Any) -> Any:
    """What of a result was computed: under a mask, the rest is anything."""
    return result if where is True else np.where(where, result, 0)


def recorded_ufunc(
    rule: Elementwise,
    x: Any,
    t: Name | None,
    y: Any,
    u: Name | None,
    where: Any,
    result: Any,
    target: Name | None = None,
) -> Value | None:
    """The value of a ufunc's result, or None if no operand carries a gradient.

    The `target` of an in-place operation may be a constant view: what it shows is not.
    """
    a = None if t is None else value_of(t, t is target)
    b = None if u is None else value_of(u, u is target)
    if (a is None and b is None) or not has_gradient(result.dtype, rule.name):
        return None
    need = rule.keep[a is not None, b is not None]
    keeper = Keeper()
    kind: Any = rule
    if any([getattr(part, "dtype", result.dtype).kind == "c" for part in (result, x, y)]):
        kind = rule.complex
        if kind is None:
            raise TypeError(
                f"{rule.name} of complex numbers is not holomorphic, and mygrad knows its "
                "derivative for real ones only. Pass t.detach() if the gradient is to stop here."
            )
        need = kind.needs
    v = node(kind, a, b, spec_of(result))
    v.x = _kept(keeper, x, t, need[1], result.dtype)
    if not rule.unary:
        v.y = _kept(keeper, y, u, need[2], result.dtype)
    if need[0]:
        v.ans = np.asarray(result) if isinstance(result, np.generic) else result
    if where is not True:
        v.rule = kind.masked
        v.x = (v.x, v.y, keeper.argument(where))
        v.y = None
    elif _widens(v.x, result.dtype) or _widens(v.y, result.dtype):
        v.rule = kind.checked
    add_guard(v, keeper.locks)
    if a is not None:
        a.grad = None
    if b is not None:
        b.grad = None
    return v


def _widens(kept: Any, dtype: np.dtype[Any]) -> bool:
    """Would a product with this operand have another dtype?"""
    return getattr(kept, "dtype", dtype) != dtype


def _kept(keeper: Keeper, x: Any, t: Name | None, needed: bool, dtype: np.dtype[Any]) -> Any:
    """What a node keeps of a ufunc's operand: None if its rule needs nothing."""
    own = getattr(x, "dtype", dtype)
    if needed and (own.kind in "biu" or (own.kind == dtype.kind and own.itemsize > dtype.itemsize)):
        # Integers might overflow in the derivative's formula, and what was rounded to a
        # result of less precision would not compare equal to it.
        if t is None and isinstance(x, np.ndarray):
            keeper.hold(x, None, False)
        return x.astype(dtype)
    kept = keeper.hold(x, t, needed)
    return kept if needed else None
