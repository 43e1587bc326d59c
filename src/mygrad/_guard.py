"""Memory guarding: arrays of the user's that a live graph relies on are read-only.

Only what somebody outside can write to is locked: arrays that the user passes in, and
arrays of tensors that were handed out. There is one `Lock` for each owner of memory, held by
the graph nodes that rely on it (`Value.guard`); when the last holder is gone, through backward,
clearing or garbage collection, its finaliser restores the flags of the owner and of its views.
"""

import weakref
from threading import RLock
from typing import Any

import numpy as np

from ._modes import guarding

__all__ = ["Lock", "guarded", "lock", "lock_or_copy", "locked", "restorable"]

_ndarray = np.ndarray


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
    holder
        A weak reference to the `Lock`.
    """

    __slots__ = ("holder", "key", "limit", "owner", "shut", "was_open")

    def __init__(self, owner: np.ndarray, holder: "Lock") -> None:
        self.key = id(owner)
        self.owner = weakref.ref(owner)
        self.shut: list[weakref.ref[np.ndarray]] = []
        self.was_open = owner.flags.writeable
        self.limit = 32
        self.holder = weakref.ref(holder)

    def close(self, array: np.ndarray) -> None:
        """Make an array on this memory read-only."""
        if len(self.shut) > self.limit:
            self.shut[:] = [reference for reference in self.shut if reference() is not None]
            self.limit = 2 * len(self.shut) + 32
        # Noted before it is flipped: an interrupt in between leaves nothing locked.
        self.shut.append(weakref.ref(array))
        array.setflags(False)


_mutex = RLock()
_memories: dict[int, _Memory] = {}


class Lock:
    """Keeps the arrays on one piece of memory read-only while it lives."""

    __slots__ = ("__weakref__", "memory")

    memory: _Memory

    def __del__(self) -> None:
        memory = getattr(self, "memory", None)
        if memory is None:
            # Interrupted while it was made: nothing is locked yet.
            return
        with _mutex:
            if memory.holder() not in (None, self):
                # Another thread has locked the same memory in the meantime.
                return
            if _memories.get(memory.key) is memory:
                del _memories[memory.key]
            for reference in memory.shut:
                array = reference()
                if array is not None:
                    _make_writeable(array)


def _make_writeable(array: np.ndarray) -> None:
    try:
        array.setflags(True)
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
                base.setflags(True)
            array.setflags(True)
        except ValueError:
            pass
        finally:
            for base in opened:
                base.setflags(False)


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
    base = array.base
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
    owner = array if array.base is None else _owner_of(array)
    memory = _memory_of(owner)
    held = None if memory is None else memory.holder()
    if held is None:
        held = _new_lock(owner)
    if array is not owner:
        memory = held.memory
        while array is not owner:
            if array.flags.writeable or (like_owner and memory.was_open):
                memory.close(array)
            array = array.base  # type: ignore[assignment]
            like_owner = False
    return held


def _new_lock(owner: np.ndarray) -> Lock:
    with _mutex:
        memory = _memory_of(owner)
        held = None if memory is None else memory.holder()
        if held is not None:
            return held
        held = Lock()
        if memory is None:
            memory = _Memory(owner, held)
            held.memory = _memories[memory.key] = memory
            if memory.was_open:
                memory.close(owner)
        else:
            # The last lock is about to let go: take over what it knows.
            memory.holder = weakref.ref(held)
            held.memory = memory
        return held


def lock_or_copy(array: np.ndarray) -> tuple[np.ndarray, Lock | None]:
    """Lock an array; copy it instead if its flag could not be restored afterwards."""
    if array.base is not None and not restorable(array):
        return array.copy(), None
    return array, lock(array)


def guarded(array: np.ndarray) -> tuple[np.ndarray, tuple[Lock] | None]:
    """An array for a graph to rely on, and the locks for its node, if memory is guarded."""
    if not guarding():
        return array, None
    array, held = lock_or_copy(array)
    return array, None if held is None else (held,)
