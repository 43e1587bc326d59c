"""What may stand beside a tensor: operands become plain arrays here.

Every other module gets its arrays from `prepare` (operands that a derivative may be taken
by), `array_of` (arguments that have none) or `unwrap` (no derivative is asked for).
"""

from typing import Any

import numpy as np

from ._guard import lock, lock_or_copy, restorable
from ._modes import guarding, tracking
from ._state import Name, Root, data_of, guards_of, is_constant, keep, reclaim
from ._value import spec_of
from ._warn import warn_user

__all__ = [
    "INERT",
    "Keeper",
    "array_of",
    "carries",
    "has_names",
    "prepare",
    "stacked",
    "steps_back",
    "unwrap",
    "without_imaginary",
]

# For strings NumPy has the better error.
_PLAIN = (np.ndarray, np.generic, bool, int, float, complex, str, bytes, list, tuple)

# Arrays that a tensor may hold; they step back for tensors, not tensors for them.
_LOWER = frozenset({"dask", "cupy", "cupyx", "sparse", "jax", "jaxlib"})

_stepping_back: dict[type, bool] = {}


def steps_back(cls: type) -> bool:
    """Does a tensor leave an operation to operands of this class?

    It does for classes with an ``__array_ufunc__`` of their own, which wrap tensors (xarray, pint),
    and for what is no array at all; it does not for arrays that a tensor may hold (Dask, CuPy).
    """
    known = _stepping_back.get(cls)
    if known is None:
        known = _stepping_back[cls] = _steps_back(cls)
    return known


def _steps_back(cls: type) -> bool:
    if issubclass(cls, Name) or cls.__module__.partition(".")[0] in _LOWER:
        return False
    if hasattr(cls, "__array_ufunc__"):
        return cls.__array_ufunc__ is not np.ndarray.__array_ufunc__
    return not (issubclass(cls, _PLAIN) or hasattr(cls, "__array__"))


def has_names(x: Any) -> bool:
    """Is this, or does a nested sequence contain, a tensor?"""
    todo = [x]
    while todo:
        x = todo.pop()
        if isinstance(x, Name):
            return True
        if x.__class__ is list or x.__class__ is tuple:
            todo.extend(x)
    return False


def carries(x: Any) -> bool:
    """Does an argument, or anything nested in it, carry a gradient?"""
    todo = [x]
    while todo:
        x = todo.pop()
        if isinstance(x, Name):
            if not is_constant(x):
                return True
        elif x.__class__ is dict:
            todo.extend(x.values())
        elif isinstance(x, (list, tuple)):
            todo.extend(x)
    return False


def stacked(x: Any) -> Any:
    """A nested sequence that contains tensors, as one tensor."""
    from ._record import record

    return record(np.stack, ([stacked(p) if isinstance(p, (list, tuple)) else p for p in x],), {})


def prepare(x: Any) -> tuple[Any, Name | None]:
    """An operand as what NumPy is to work on, and the tensor behind it if there is one."""
    if isinstance(x, Name):
        home = x._home
        if home.__class__ is Root and home.handed:
            reclaim(x)
        return data_of(x), x
    cls = x.__class__
    if cls is np.ndarray or cls is float or cls is int or isinstance(x, np.generic):
        return x, None
    if isinstance(x, (list, tuple)):
        if has_names(x):
            t = stacked(x)
            return data_of(t), t
        return np.asarray(x), None
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(
            "mygrad does not work on masked arrays: the mask would be lost. Use where=, "
            "numpy.where, or x.filled(...)."
        )
    if isinstance(x, np.ndarray):
        return x.view(np.ndarray), None
    if cls.__module__.partition(".")[0] in _LOWER:
        return x, None
    if hasattr(cls, "__array__") or hasattr(cls, "__array_interface__"):
        return np.asarray(x), None
    return x, None


def array_of(x: Any, what: str) -> Any:
    """The plain array of an argument that no derivative is taken by.

    Raises
    ------
    TypeError
        If it is a tensor that carries a gradient: that would be lost.
    """
    if x.__class__ in INERT:
        return x
    if isinstance(x, Name):
        if not is_constant(x) and tracking():
            raise TypeError(
                f"{what} has no derivative by this argument, but it is a tensor that carries "
                f"a gradient (shape {x._array.shape}, dtype {x._array.dtype}). Pass "
                "t.detach() if the gradient is to stop here."
            )
        return data_of(x)
    cls = x.__class__
    if cls is list or cls is tuple:
        return cls([array_of(part, what) for part in x]) if has_names(x) else x
    if cls is slice and has_names((x.start, x.stop, x.step)):
        return slice(*(array_of(part, what) for part in (x.start, x.stop, x.step)))
    return x


def unwrap(x: Any) -> Any:
    """Arrays for tensors, anywhere in a nested argument, whether they carry gradients or not."""
    if isinstance(x, Name):
        return data_of(x)
    cls = x.__class__
    if cls is list or cls is tuple:
        return cls([unwrap(part) for part in x])
    if cls is dict:
        return {key: unwrap(part) for key, part in x.items()}
    return x


def without_imaginary(x: Any, dtype: np.dtype[Any]) -> Any:
    """The real part of a complex array that is to be cast to a real `dtype`; NumPy's warning."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "c" and dtype.kind in "fiu":
        warn_user(
            "Casting complex values to real discards the imaginary part",
            np.exceptions.ComplexWarning,
        )
        return x.real
    return x


#: Arguments up to this many elements are copied rather than locked.
_SMALL = 4096


#: Classes of arguments that hold no array.
INERT = frozenset({int, float, bool, str, type(None), type(...), np.dtype, type})


class Keeper:
    """Collects what one node keeps, and the locks that protect it."""

    __slots__ = ("locks",)

    def __init__(self) -> None:
        self.locks: tuple[Any, ...] | None = None

    def hold(self, data: Any, t: Name | None, needed: bool) -> Any:
        """Protect an operand; return what the node is to keep of it."""
        if t is not None:
            if t._home is not None:
                self.note(guards_of(t))
                data = keep(t, data) if needed else data
            return data if needed else spec_of(data)
        if isinstance(data, np.ndarray):
            if guarding():
                if needed:
                    data, held = lock_or_copy(data)
                    if held is not None:
                        self.note((held,))
                elif restorable(data):
                    self.note((lock(data),))
            return data if needed else spec_of(data)
        return data

    def argument(self, x: Any) -> Any:
        """Protect an argument that is no operand: indices, masks, counts."""
        cls = x.__class__
        if cls in INERT or cls is slice:
            return x
        if isinstance(x, np.ndarray):
            return x.copy() if x.size <= _SMALL else self.hold(x, None, True)
        if cls is list:
            return [self.argument(part) for part in x]
        if cls is tuple:
            return tuple([self.argument(part) for part in x])
        return x

    def note(self, locks: tuple[Any, ...] | None) -> None:
        if locks is not None:
            self.locks = locks if self.locks is None else self.locks + locks
