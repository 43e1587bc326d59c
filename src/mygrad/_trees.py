"""Nested containers of numbers: dicts, lists, tuples, named tuples, dataclasses.

What is none of these is a leaf; None is a container without leaves. A container of the same
nesting is made with the first one as a pattern: classes, keys and fields stay what they are.
"""

import copy
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

__all__ = ["leaves_like", "leaves_of", "rebuild"]

_CONTAINERS = (dict, list, tuple, type(None))


def _is_record(x: Any) -> bool:
    """Is this an object of a dataclass that is no array?"""
    return is_dataclass(x) and not isinstance(x, type) and not hasattr(x, "__array__")


def _parts(tree: Any) -> list[Any] | None:
    """What a container holds; None for a leaf."""
    if isinstance(tree, dict):
        return list(tree.values())
    if isinstance(tree, (list, tuple)):
        return list(tree)
    if tree is None:
        return []
    if _is_record(tree):
        return [getattr(tree, field.name) for field in fields(tree)]
    return None


def leaves_of(tree: Any) -> list[Any]:
    """The leaves of a tree, in order."""
    parts = _parts(tree)
    if parts is None:
        return [tree]
    return [leaf for part in parts for leaf in leaves_of(part)]


def rebuild(pattern: Any, leaves: Iterator[Any]) -> Any:
    """A tree that is nested as `pattern`, with other leaves."""
    parts = _parts(pattern)
    if parts is None:
        return next(leaves)
    made = [rebuild(part, leaves) for part in parts]
    cls = pattern.__class__
    if pattern is None:
        return None
    if cls is dict:
        return dict(zip(pattern, made, strict=True))
    if isinstance(pattern, dict):
        # Its class may need more than items: a default factory, say.
        result = copy.copy(pattern)
        result.update(zip(pattern, made, strict=True))
        return result
    if isinstance(pattern, (list, tuple)):
        return getattr(pattern, "_make", cls)(made)
    result = copy.copy(pattern)
    for field, part in zip(fields(pattern), made, strict=True):
        # Fields of frozen dataclasses can only be set so.
        object.__setattr__(result, field.name, part)
    return result


def leaves_like(pattern: Any, tree: Any, what: str) -> list[Any]:
    """The leaves of a tree that is nested as `pattern`. None may stand for a whole part.

    Raises
    ------
    TypeError
        If it is nested otherwise; the message begins with `what`.
    """
    parts = _parts(pattern)
    if parts is None:
        if isinstance(tree, _CONTAINERS[:3]) and _parts(tree) is not None:
            raise TypeError(
                f"{what} must be nested as what it belongs to: one array was expected, and "
                f"a {tree.__class__.__name__} given"
            )
        return [tree]
    if tree is None:
        return [None] * len(leaves_of(pattern))
    given = _parts(tree)
    if given is None or len(given) != len(parts) or _kind(tree) is not _kind(pattern):
        raise TypeError(
            f"{what} must be nested as what it belongs to: a {pattern.__class__.__name__} of "
            f"length {len(parts)} was expected, and a {tree.__class__.__name__}"
            f"{'' if given is None else f' of length {len(given)}'} given"
        )
    if isinstance(pattern, dict):
        if pattern.keys() != tree.keys():
            raise TypeError(
                f"{what} must have the keys {list(pattern)}; it has the keys {list(tree)}"
            )
        given = [tree[key] for key in pattern]
    return [
        leaf
        for part, other in zip(parts, given, strict=True)
        for leaf in leaves_like(part, other, what)
    ]


def _kind(tree: Any) -> type:
    """The class that decides whether two containers match."""
    for kind in (dict, list, tuple):
        if isinstance(tree, kind):
            return kind
    return tree.__class__  # type: ignore[no-any-return]
