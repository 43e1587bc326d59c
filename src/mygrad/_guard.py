"""Memory guarding: arrays of the user's that a live graph relies on are read-only.

Only what somebody outside can write to is locked: arrays that the user passes in, and
arrays of tensors that were handed out. Graph nodes that rely on an array hold a `Lock`
(`Value.guard`), one for each owner of memory. When the last holder is gone, through backward,
clearing or garbage collection, the flags of the owner and of its views are restored.
"""

import weakref
from threading import RLock
from typing import Any

import numpy as np

from ._modes import guarding

__all__ = ["Lock", "guarded", "lock", "lock_or_copy", "locked", "restorable"]

_ndarray = np.ndarray
_mutex = RLock()
_memories: "dict[int, _Memory]" = {}


class Lock:
    """Keeps the arrays on one piece of memory read-only while it lives."""

    __slots__ = ("__weakref__", "memory")

    memory: "_Memory"


class _Memory:
    """Some locked memory.

    Attributes
    ----------
    key, owner
        The ``id`` of the array that owns it, and a weak reference to that array.
    shut
        What to make writeable in the end: the owner, if it was, and views of it. A view waits
        for its owner: writing to it would change memory that another graph still relies on.
    was_open
        Was the owner writeable?
    limit
        The length of `shut` at which dead references are dropped.
    holder, again
        Weak references to the `Lock`, which call `release`. (A finaliser would not do: another
        thread could still get hold of the dying lock.) There are two of them, since Python drops
        the one call of the two that an interrupt hits.
    """

    __slots__ = ("again", "holder", "key", "limit", "owner", "shut", "was_open")

    holder: weakref.ref[Lock]
    again: weakref.ref[Lock]

    def __init__(self, owner: np.ndarray) -> None:
        self.key = id(owner)
        self.owner = weakref.ref(owner)
        self.shut: list[weakref.ref[np.ndarray]] = []
        self.was_open = owner.flags.writeable
        self.limit = 32

    def new_lock(self) -> Lock:
        held = Lock()
        held.memory = self
        self.holder = weakref.ref(held, self.release)
        self.again = weakref.ref(held, self.release)
        return held

    def close(self, array: np.ndarray) -> None:
        """Make an array on this memory read-only."""
        if len(self.shut) > self.limit:
            self.shut[:] = [reference for reference in self.shut if reference() is not None]
            self.limit = 2 * len(self.shut) + 32
        # Noted before it is flipped: an interrupt in between leaves nothing locked.
        self.shut.append(weakref.ref(array))
        array.setflags(write=False)

    def release(self, holder: weakref.ref[Lock]) -> None:
        """Give everything back, unless there is another lock by now."""
        with _mutex:
            if holder is not self.holder and holder is not self.again:
                return
            for reference in self.shut:
                array = reference()
                if array is not None:
                    _make_writeable(array)
            # Until now all can be done once more: by the other call, or after the next lock.
            if _memories.get(self.key) is self:
                del _memories[self.key]
            self.shut = []


def _make_writeable(array: np.ndarray) -> None:
    try:
        array.setflags(write=True)
    except ValueError:
        # NumPy refuses while the base is read-only: open the bases for a moment.
        opened = []
        base = array.base
        while isinstance(base, _ndarray):
            if not base.flags.writeable:
                opened.append(base)
            base = base.base
        try:
            for base in reversed(opened):
                base.setflags(write=True)
            array.setflags(write=True)
        except ValueError:
            pass
        finally:
            for base in opened:
                base.setflags(write=False)


def _owner_of(array: np.ndarray) -> np.ndarray:
    base = array.base
    while isinstance(base, _ndarray):
        array = base
        base = array.base
    return array


def _memory_of(owner: np.ndarray) -> _Memory | None:
    memory = _memories.get(id(owner))
    return memory if memory is not None and memory.owner() is owner else None


def locked(array: np.ndarray) -> bool:
    """Is the array read-only because a graph relies on it?"""
    memory = _memory_of(_owner_of(array))
    return memory is not None and any([reference() is array for reference in memory.shut])


def restorable(array: np.ndarray) -> bool:
    """Could the array's flag be restored after it was made read-only?"""
    base: Any = array.base
    if base is None or not array.flags.writeable:
        return True
    # NumPy lets `writeable` be set back if the memory's owner is an array or offers a
    # writeable buffer; `as_strided` and foreign owners (torch) do neither.
    while isinstance(base, _ndarray):
        base = base.base
        if base is None:
            return True
    try:
        with memoryview(base) as view:
            return not view.readonly
    except (TypeError, BufferError, ValueError):
        return False


def lock(array: np.ndarray, like_owner: bool = False) -> Lock:
    """Make an array, and what it is a view of, read-only for as long as the result lives.

    With `like_owner`, the array is a view that is read-only only if its owner is, which may have
    been locked when the view was made.
    """
    base = array.base
    if base is None:
        owner = array
    else:
        owner = base if base.__class__ is _ndarray and base.base is None else _owner_of(array)
    memory = _memories.get(id(owner))
    held = memory.holder() if memory is not None and memory.owner() is owner else None
    if held is None:
        held = _lock_owner(owner)
    if array is not owner:
        memory = held.memory
        while array is not owner:
            if array.flags.writeable or (like_owner and memory.was_open):
                memory.close(array)
            array = array.base  # type: ignore[assignment]
            like_owner = False
    return held


def _lock_owner(owner: np.ndarray) -> Lock:
    with _mutex:
        memory = _memory_of(owner)
        if memory is not None:
            # If its lock is gone, `release` is waiting for us, and finds another one.
            return memory.holder() or memory.new_lock()
        memory = _Memory(owner)
        held = memory.new_lock()
        if memory.was_open:
            memory.close(owner)
        _memories[memory.key] = memory
        return held


def lock_or_copy(array: np.ndarray) -> tuple[np.ndarray, Lock | None]:
    """Lock an array; copy it instead if its flag could not be restored afterwards."""
    base = array.base
    if base is None or (base.__class__ is _ndarray and base.base is None) or restorable(array):
        return array, lock(array)
    return array.copy(), None


def guarded(array: np.ndarray) -> tuple[np.ndarray, tuple[Lock] | None]:
    """An array for a graph to rely on, and the locks for its node, if memory is guarded."""
    if not guarding():
        return array, None
    array, held = lock_or_copy(array)
    return array, None if held is None else (held,)
