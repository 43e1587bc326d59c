"""Memory guarding: arrays of the user's that a live graph relies on are read-only.

Only what somebody outside can write to is locked: arrays that the user passes in, and
arrays of tensors that were handed out. A `Lock` is held by the graph nodes that rely on
the array (`Value.guard`); when the last holder is gone, through backward, clearing or
garbage collection, its finaliser restores the array's flag.
"""

import weakref
from threading import RLock
from typing import Any

import numpy as np

__all__ = ["Lock", "lock", "lock_or_copy", "locked", "restorable"]

_mutex = RLock()
_locks: "dict[int, weakref.ref[Lock]]" = {}


class Lock:
    """Keeps one array, and the arrays whose memory it views, read-only while it lives."""

    __slots__ = ("__weakref__", "_array", "_base", "_key", "_restore", "_was_open")

    def __init__(self, array: np.ndarray, base: "Lock | None", was_open: bool) -> None:
        self._key = id(array)
        self._array = weakref.ref(array)
        self._base = base
        self._was_open = was_open
        #: What to make writeable in the end: this array if it was, and views of it that
        #: were let go earlier. A view waits for its base: writing to it would change
        #: memory that another graph still relies on.
        self._restore: list[weakref.ref[np.ndarray]] = []

    def __del__(self) -> None:
        if not hasattr(self, "_restore"):
            # Interrupted while it was made: nothing is locked yet.
            return
        with _mutex:
            found = _locks.get(self._key)
            if found is not None and found() in (None, self):
                del _locks[self._key]
            if self._base is not None:
                self._base._restore.extend(self._restore)
            else:
                for reference in self._restore:
                    array = reference()
                    if array is not None:
                        _make_writeable(array)
            self._base = None


def _make_writeable(array: np.ndarray) -> None:
    try:
        array.setflags(True)
    except ValueError:
        # NumPy refuses while the base is read-only: open the bases for a moment.
        opened = []
        base = array.base
        while isinstance(base, np.ndarray):
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


def locked(array: np.ndarray) -> bool:
    """Is the array read-only because a graph relies on it?"""
    found = _locks.get(id(array))
    held = None if found is None else found()
    return held is not None and held._array() is array


def restorable(array: np.ndarray) -> bool:
    """Could the array's flag be restored after it was made read-only?"""
    if array.base is None or not array.flags.writeable:
        return True
    # NumPy lets `writeable` be set back if the memory's owner is an array or offers a
    # writeable buffer; `as_strided` and foreign owners (torch) do neither.
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.base is None:
            return True
        base = base.base
    try:
        with memoryview(base) as view:
            return not view.readonly
    except (TypeError, BufferError, ValueError):
        return False


def lock(array: np.ndarray, like_base: bool = False) -> Lock:
    """Make an array read-only for as long as the returned object lives.

    With `like_base`, the array is a view that is read-only only if its base is, which may have
    been locked when the view was made.
    """
    found = _locks.get(id(array))
    if found is not None:
        held = found()
        if held is not None and held._array() is array:
            return held
    with _mutex:
        base = array.base
        under = lock(base) if isinstance(base, np.ndarray) else None
        was_open = array.flags.writeable or (
            like_base and under is not None and under._was_open
        )
        held = Lock(array, under, was_open)
        # Registered before it is flipped: an interrupt in between leaves nothing locked.
        _locks[held._key] = weakref.ref(held)
        if was_open:
            held._restore.append(held._array)
            array.setflags(False)
        return held


def lock_or_copy(array: np.ndarray) -> tuple[np.ndarray, Lock | None]:
    """Lock an array; copy it instead if its flag could not be restored afterwards."""
    found = _locks.get(id(array))
    if found is not None:
        held = found()
        if held is not None and held._array() is array:
            return array, held
    if not restorable(array):
        return array.copy(), None
    return array, lock(array)
