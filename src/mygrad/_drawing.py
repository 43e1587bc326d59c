"""What there is to draw of a graph: nodes, edges and labels, before any format.

The engine's graph has values only. A picture has two kinds of nodes: operations, and what goes in
and out of them. Constants are drawn where a node of the graph lacks a parent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import getitem
from typing import Any

import numpy as np

from ._operands import unwrap
from ._push import end_of
from ._state import ALIAS, OUTER, READ, Name, data_of, is_constant
from ._table import OPERANDS, PICK, Complex, Elementwise, Masked, Pair, Pullback
from ._value import BROKEN, CLEARED, Value, parents
from ._write import WRITTEN
from .errors import InvalidBackprop

__all__ = ["Drawing", "Node", "draw"]

#: Longer settings of an operation are left out.
_LONGEST = 24


@dataclass
class Node:
    """A node of a picture.

    Attributes
    ----------
    kind
        ``"leaf"``, ``"constant"``, ``"value"``; or for operations ``"operation"``, ``"view"``,
        ``"write"``.
    title
        The operation, or the name of the value; may be empty.
    settings
        Arguments of the operation that are no operands.
    spec
        Shape and dtype; None if they are not known.
    data
        The array, if it is known.
    is_result
        Is it what the picture is of?
    """

    kind: str
    title: str
    settings: str = ""
    spec: Any = None
    data: Any = None
    is_result: bool = False
    named: bool = False

    @property
    def data_is_number(self) -> bool:
        """Is it a known number, which can be its title?"""
        return self.data is not None and not np.shape(self.data)

    @property
    def is_operation(self) -> bool:
        return self.kind in ("operation", "view", "write")


@dataclass
class Drawing:
    """Nodes, in an order in which edges go forward, and edges ``(from, to)`` by their places.

    `before` has the edges into writes from what was there before.
    """

    nodes: list[Node] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    before: set[tuple[int, int]] = field(default_factory=set)

    def add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1


class _Constant:
    """An operand without a value; its array, if that was kept."""

    def __init__(self, data: Any) -> None:
        self.data = data if hasattr(data, "dtype") and hasattr(data, "nbytes") else None
        if isinstance(data, (int, float, complex)):
            self.data = np.asarray(data)
        self.spec = data if hasattr(data, "dtype") and hasattr(data, "shape") else None


def _behind(v: Value) -> Value:
    """The value that a leaf moved on to when its array was handed out."""
    while v.rule is ALIAS:
        v = v.a
    return v


def _plain(rule: Any) -> Any:
    while hasattr(rule, "plain"):
        rule = rule.plain
    return rule


def _operands(v: Value) -> list[Any]:
    """The operands of a value's operation in their order: values, and constants."""
    rule = _plain(v.rule)
    x, y = (v.x[0], v.x[1]) if isinstance(v.rule, Masked) else (v.x, v.y)
    if isinstance(rule, (Elementwise, Complex)) and rule.unary:
        return [v.a]
    if isinstance(rule, (Elementwise, Complex, Pair)):
        return [v.a or _Constant(x), v.b or _Constant(y)]
    if isinstance(rule, Pullback):
        return _operands_of_call(v, rule)
    if v.rule is WRITTEN:
        return [*((v.a,) if v.a is not None else ()), v.b or _Constant(None)]
    return list(parents(v))


def _operands_of_call(v: Value, rule: Pullback) -> list[Any]:
    args, kwargs = v.x
    of = {place[1:]: p for p, place in zip(parents(v), v.y, strict=True)}
    found: list[Any] = []
    for key, x in (*enumerate(args), *kwargs.items()):
        name = rule.names[key] if isinstance(key, int) else key
        if name not in rule.vjps:
            continue
        if isinstance(key, int) and rule.kinds[key] is OPERANDS:
            found += [of.get((key, i)) or _Constant(part) for i, part in enumerate(x)]
        elif (key, None) in of or hasattr(x, "shape"):
            found.append(of.get((key, None)) or _Constant(x))
    return found


def _kind_and_title(v: Value) -> tuple[str, str]:
    rule = v.rule
    if rule is READ:
        return "view", " ".join(_step(step) for step in reversed(v.x.steps()))
    if rule is WRITTEN:
        lens, key = v.x
        at = [] if lens is None else [_step(step) for step in reversed(lens.steps())]
        if key is not ...:
            at.append(_key(key))
        return "write", f"write {' '.join(at)}".rstrip() + (" where" if v.y is not None else "")
    if rule is PICK:
        return "operation", f"output {v.x}"
    return "operation", short(rule.name) + (" where" if isinstance(rule, Masked) else "")


def _settings(v: Value) -> str:
    plain = _plain(v.rule)
    if not isinstance(plain, Pullback):
        return ""
    args, kwargs = v.x
    settings = [
        f"{name}={x!r}"
        for name, x in (*zip(plain.names, args, strict=False), *kwargs.items())
        if name not in plain.vjps and isinstance(x, (bool, int, float, str, tuple))
    ]
    text = ", ".join(settings)
    return text if len(text) <= _LONGEST else ""


def short(name: str) -> str:
    """The name of an operation as users know it."""
    if name.startswith("mygrad."):
        return name.rpartition(".")[2].strip("_")
    return name.removeprefix("numpy.")


def _shown(name: Any) -> str:
    """The name of a tensor, in one line."""
    return "".join([c if c.isprintable() else " " for c in str(name)])


def _step(step: Any) -> str:
    if step.func is getitem:
        return _key(step.args[0])
    return short(getattr(step.func, "__name__", "view"))


def _key(key: Any) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    text = ", ".join(_part(part) for part in parts)
    return f"[{text}]" if len(text) <= _LONGEST else "[...]"


def _part(part: Any) -> str:
    if isinstance(part, slice):
        ends = ["" if x is None else str(x) for x in (part.start, part.stop)]
        return ":".join(ends) + ("" if part.step is None else f":{part.step}")
    if part is ...:
        return "..."
    if isinstance(part, np.ndarray) and part.ndim:
        return "mask" if part.dtype == bool else "indices"
    return str(part)


def _upstream(roots: Iterable[Value]) -> list[Value]:
    """The values upstream, the oldest first; each once."""
    seen: set[Value] = set()
    todo = [_behind(v) for v in roots]
    while todo:
        v = todo.pop()
        if v in seen:
            continue
        if v.rule is CLEARED or v.rule is BROKEN:
            raise InvalidBackprop(
                "The graph of this tensor was cleared by backward() or clear_graph(), so there is "
                "nothing to draw. Draw it before, or pass retain_graph=True to backward()."
            )
        seen.add(v)
        if v.rule is not OUTER:
            todo += [_behind(p) for p in parents(v)]
    return sorted(seen, key=lambda v: v.order)


def _results(fin: Any) -> list[Name]:
    results = list(fin) if isinstance(fin, (list, tuple)) else [fin]
    for t in results:
        if not isinstance(t, Name):
            raise TypeError(
                f"a tensor is drawn, or a list of tensors; got {type(t).__name__}. "
                "Make one with mygrad.tensor(...)."
            )
    if not results:
        raise ValueError("there is nothing to draw: the list of tensors is empty")
    return results


def _check_names(names: Any) -> dict[str, Any]:
    if names is None:
        return {}
    if not isinstance(names, dict):
        raise TypeError(
            f"names= must be a dictionary, name -> tensor or array; got {type(names).__name__}"
        )
    return names


def draw(fin: Any, names: dict[str, Any] | None = None, intermediates: bool = True) -> Drawing:
    """The drawing of the graph that tensors come from.

    Without `intermediates`, unnamed results in between are not drawn apart from their operations.
    """
    results = _results(fin)
    names = _check_names(names)
    named: dict[Value, str] = {}
    arrays: dict[int, str] = {}
    data: dict[Value, Any] = {}
    for name, x in names.items():
        v = end_of(x)
        if v is not None:
            named[_behind(v)] = _shown(name)
            data[_behind(v)] = data_of(x)
        elif isinstance(x, Name) or hasattr(x, "dtype"):
            arrays[id(unwrap(x))] = _shown(name)
    ends = [end_of(t) for t in results]
    for t, end in zip(results, ends, strict=True):
        if end is not None:
            data[_behind(end)] = data_of(t)
    values = _upstream([end for end in ends if end is not None])
    for v in values:
        _note_data(v, data)
    last = {_behind(end) for end in ends if end is not None}

    drawing = Drawing()
    at: dict[Value, int] = {}
    constants: dict[int, int] = {}

    def constant(x: Any, spec: Any, is_result: bool = False) -> int:
        known = constants.get(id(x)) if x is not None else None
        if known is not None:
            return known
        name = arrays.get(id(x), "") if x is not None else ""
        node = Node("constant", name, "", spec, x, is_result, bool(name))
        i = drawing.add(node)
        if x is not None:
            constants[id(x)] = i
        return i

    for v in values:
        name, is_result = named.get(v, ""), v in last
        if v.rule is None or v.rule is OUTER:
            node = Node("leaf", name, "", v.spec, data.get(v), is_result, bool(name))
            at[v] = drawing.add(node)
            continue
        several = v.spec.__class__ is tuple
        if several and len(v.spec) == 1:
            # One node is enough: that of its only output.
            continue
        made_by = v.a if v.rule is PICK and len(v.a.spec) == 1 else v
        sources = []
        for x in _operands(made_by):
            if isinstance(x, _Constant):
                sources.append(constant(x.data, x.spec))
            else:
                sources.append(at[_behind(x)])
        kind, title = _kind_and_title(made_by)
        node = Node(kind, title, _settings(made_by), None if several else v.spec)
        i = drawing.add(node)
        drawing.edges += [(source, i) for source in sources]
        if v.rule is WRITTEN and v.a is not None:
            drawing.before.add((sources[0], i))
        if (intermediates or name or is_result) and not several:
            node.spec = None
            node = Node("value", name, "", v.spec, data.get(v), is_result, bool(name))
            result = drawing.add(node)
            drawing.edges.append((i, result))
            i = result
        at[v] = i
    for t, end in zip(results, ends, strict=True):
        if end is None:
            assert is_constant(t)
            array = data_of(t)
            constant(array, array, is_result=True)
    return drawing


def _note_data(v: Value, data: dict[Value, Any]) -> None:
    """Arrays of values that the graph keeps."""
    if isinstance(v.ans, np.ndarray):
        data.setdefault(v, v.ans)
    if isinstance(_plain(v.rule), (Elementwise, Complex, Pair)):
        x, y = (v.x[0], v.x[1]) if isinstance(v.rule, Masked) else (v.x, v.y)
        for parent, kept in ((v.a, x), (v.b, y)):
            if parent is not None and isinstance(kept, np.ndarray):
                parent = _behind(parent)
                if kept.shape == parent.spec.shape and kept.dtype == parent.spec.dtype:
                    data.setdefault(parent, kept)
