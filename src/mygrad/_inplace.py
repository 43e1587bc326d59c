"""NumPy's functions that write into their first argument, on tensors: assignments all of them.

Each finds out which elements are written and which of the values go there; the values are picked
by functions that have rules, and the rest is ``t[key] = piece``.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ._modes import tracking
from ._operands import array_of, carries, has_names, prepare, stacked, unwrap
from ._state import Name, data_of, expose, value_of
from ._write import check_writeable, set_item, write

__all__ = ["INPLACE", "Flat"]


def _written(name: str, target: Any, values: Any, numpys_own: Callable[[Any, Any], object]) -> bool:
    """Let NumPy's function write, if the target is an array or nothing is recorded."""
    if isinstance(target, Name):
        mode = tracking()
        if mode:
            check_writeable(target, data_of(target))
            return False
        if mode is not False:
            mode.saw("assignment", values, unwrap(values))
        target = expose(target)
    elif tracking() and carries(values):
        raise TypeError(
            f"numpy.{name} cannot write a tensor that carries a gradient into an array. Make the "
            "target a tensor: mygrad.tensor(...)."
        )
    numpys_own(target, unwrap(values))
    return True


def _operand(values: Any) -> Any:
    """The values as a tensor, or as an array."""
    if isinstance(values, Name):
        return values
    return stacked(values) if has_names(values) else np.asarray(prepare(values)[0])


def _flat(values: Any) -> Any:
    return np.ravel(_operand(values))


def _cycled(values: Any, places: np.ndarray) -> Any:
    """The elements of flat values at places that count on from the end to the beginning."""
    return values[0] if values.size == 1 else np.take(values, places % values.size)


def _assign(t: Name, places: np.ndarray, piece: Any) -> None:
    """``t.flat[places] = piece``."""
    shape = data_of(t).shape
    if shape:
        set_item(t, np.unravel_index(places, shape), piece)
    elif places.size:
        # They are all the same element: the last one counts.
        set_item(t, ..., piece[-1] if piece.ndim else piece)


def _size(t: Name) -> int:
    return int(data_of(t).size)


# ----------------------------------------------------------------------------------------
# By places
# ----------------------------------------------------------------------------------------


def _in_range(places: np.ndarray, n: int) -> np.ndarray:
    """Places among `n` elements, none of them negative."""
    outside = places[(places < -n) | (places >= n)]
    if outside.size:
        raise IndexError(f"index {outside[0]} is out of bounds for axis 0 with size {n}")
    inside: np.ndarray = places + n * (places < 0)
    return inside


def put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    ind = array_of(ind, "numpy.put")
    if _written("put", a, v, lambda array, values: np.put(array, ind, values, mode)):
        return
    # NumPy says which values may be written, and which modes there are.
    np.put(np.empty(1, data_of(a).dtype), [0], unwrap(v), mode)
    if isinstance(ind, np.ndarray):
        places = ind.astype(np.intp, casting="safe" if ind.size else "unsafe").ravel()
    else:
        places = np.array(ind, np.intp).ravel()
    values = _flat(v)
    n = _size(a)
    if places.size and not n:
        raise IndexError("cannot replace elements of an empty array")
    if not places.size or not values.size:
        return
    if mode == "wrap":
        places = places % n
    elif mode == "clip":
        places = places.clip(0, n - 1)
    else:
        places = _in_range(places, n)
    _assign(a, places, _cycled(values, np.arange(places.size)))


def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any = -1) -> None:
    indices = array_of(indices, "numpy.put_along_axis")
    if _written(
        "put_along_axis",
        arr,
        values,
        lambda array, plain: np.put_along_axis(array, indices, plain, axis),
    ):
        return
    data = data_of(arr)
    indices = np.asarray(indices)
    if indices.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    ndim = 1 if axis is None else data.ndim
    if axis is None and indices.ndim != 1:
        raise ValueError("when axis=None, `indices` must have a single dimension.")
    if indices.ndim != ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    if axis is None:
        places = _in_range(indices.astype(np.intp), _size(arr))
        _assign(arr, places, np.broadcast_to(_operand(values), places.shape))
        return
    axis = normalize_axis_index(axis, ndim)
    key = list(np.ix_(*[np.arange(n) for n in data.shape]))
    key[axis] = indices
    set_item(arr, tuple(key), values)


def fill_diagonal(a: Any, val: Any, wrap: Any = False) -> None:
    if _written("fill_diagonal", a, val, lambda array, v: np.fill_diagonal(array, v, wrap)):
        return
    shape = data_of(a).shape
    if len(shape) < 2:
        raise ValueError("array must be at least 2-d")
    end = _size(a)
    if len(shape) == 2:
        step = shape[1] + 1
        if not wrap:
            # Tall matrices end with their square.
            end = min(end, shape[1] * shape[1])
    elif len(set(shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    else:
        step = 1 + sum([shape[0] ** i for i in range(1, len(shape))])
    places = np.arange(0, end, step)
    values = _flat(val)
    if places.size and values.size:
        _assign(a, places, _cycled(values, np.arange(places.size)))


# ----------------------------------------------------------------------------------------
# By masks
# ----------------------------------------------------------------------------------------


def _mask_for(t: Name, mask: Any, name: str) -> np.ndarray:
    """The mask in the shape of the tensor; NumPy takes any other of the same size."""
    mask = np.asarray(mask).astype(bool)
    if mask.size != _size(t):
        raise ValueError(f"{name}: mask and data must be the same size")
    shaped: np.ndarray = mask.reshape(data_of(t).shape)
    return shaped


def place(arr: Any, mask: Any, vals: Any) -> None:
    mask = array_of(mask, "numpy.place")
    if _written("place", arr, vals, lambda array, values: np.place(array, mask, values)):
        return
    mask = _mask_for(arr, mask, "place")
    count = np.count_nonzero(mask)
    # NumPy says which values may be written.
    np.place(np.empty(1, data_of(arr).dtype), [count > 0], unwrap(vals))
    if count:
        set_item(arr, mask, _cycled(_flat(vals), np.arange(count)))


def putmask(a: Any, /, mask: Any, values: Any) -> None:
    mask = array_of(mask, "numpy.putmask")
    if _written("putmask", a, values, lambda array, plain: np.putmask(array, mask, plain)):
        return
    mask = _mask_for(a, mask, "putmask")
    np.putmask(np.empty(1, data_of(a).dtype), [True], unwrap(values))
    values = _flat(values)
    places = np.flatnonzero(mask)
    if places.size and values.size:
        # Unlike those of `place`, values that are not used are counted.
        set_item(a, mask, _cycled(values, places))


def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    mask = array_of(where, "numpy.copyto")
    if _written("copyto", dst, src, lambda array, x: np.copyto(array, x, casting, mask)):
        return
    source, t = prepare(src)
    # NumPy says what may be written, on a copy.
    array = np.array(data_of(dst))
    np.copyto(array, source, casting, mask)
    v = None if t is None else value_of(t)
    write(dst, ..., source, v, None if mask is True else np.broadcast_to(mask, array.shape))


class Flat:
    """The elements of a tensor in C order, to be read, written and iterated over: ``t.flat``.

    Parameters
    ----------
    base
        The tensor.

    Attributes
    ----------
    base
        The tensor.
    index
        The number of the element that iteration comes to next.

    Examples
    --------
    >>> x = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> y = +x
    >>> y.flat[1:3] = 2 * y.flat[0]
    >>> y
    Tensor([[1., 2.],
            [2., 4.]])
    >>> y.backward()
    >>> x.grad
    array([[5., 0.],
           [0., 1.]])
    """

    __slots__ = ("base", "index")

    def __init__(self, base: Any) -> None:
        self.base = base
        self.index = 0

    @property
    def coords(self) -> tuple[Any, ...]:
        """The index of that element."""
        return np.unravel_index(self.index, self.base.shape)

    def copy(self) -> Any:
        """A flat copy of the tensor."""
        return self.base.flatten()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.base, dtype, copy=copy).ravel()

    def __len__(self) -> int:
        return _size(self.base)

    def __iter__(self) -> "Flat":
        return self

    def __next__(self) -> Any:
        if self.index >= len(self):
            raise StopIteration
        self.index += 1
        return self[self.index - 1]

    def __getitem__(self, key: Any) -> Any:
        key = array_of(key, "an index into t.flat")
        picked = np.arange(len(self))[key]
        return self.base.flatten()[key] if picked.ndim else self.base[self._at(picked)]

    def __setitem__(self, key: Any, value: Any) -> None:
        t = self.base
        if not tracking():
            expose(t).flat[unwrap(key)] = unwrap(value)
            return
        check_writeable(t, data_of(t))
        places = np.ravel(np.arange(len(self))[array_of(key, "an index into t.flat")])
        values = _flat(value)
        if not values.size:
            raise ValueError("an empty array cannot be assigned to t.flat")
        if places.size:
            _assign(t, places, _cycled(values, np.arange(places.size)))

    def _at(self, place: Any) -> tuple[Any, ...]:
        return np.unravel_index(place, self.base.shape) if self.base.shape else ()


#: NumPy's function -> what it does if tensors are among its arguments.
INPLACE: dict[Callable[..., Any], Callable[..., Any]] = {
    np.copyto: copyto,
    np.fill_diagonal: fill_diagonal,
    np.place: place,
    np.put: put,
    np.put_along_axis: put_along_axis,
    np.putmask: putmask,
}
