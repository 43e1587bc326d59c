"""A strict array: what an array on a device is like, without a device.

It wraps a NumPy array ("on the device"), and raises wherever arrays of CuPy would raise or where
data would be copied to the host unasked: at conversion to a NumPy array, to a bool or a number, and
beside a NumPy array of one axis or more. NumPy's functions run on what is wrapped.
"""

from typing import Any

import numpy as np

__all__ = ["HostTransfer", "StrictArray", "device", "host"]


class HostTransfer(TypeError):
    """Data would move between the host and the device unasked."""


def device(a: Any) -> "StrictArray":
    """Copy an array to the device."""
    return StrictArray(np.array(a))


def host(x: Any) -> np.ndarray:
    """Copy an array to the host: the way that is allowed."""
    assert isinstance(x, StrictArray), f"not on the device: {type(x)}"
    return x._inner.copy()


#: NumPy's functions that such libraries do not have, or that do something else there.
MISSING = frozenset(
    """
    may_share_memory shares_memory putmask place put fill_diagonal copyto
    """.split()  # noqa: SIM905
)


class StrictArray:
    """An array that stays where it is."""

    def __init__(self, inner: np.ndarray) -> None:
        self._inner = inner

    # ---- What is forbidden --------------------------------------------------------------

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise HostTransfer("a device array would be converted to a NumPy array")

    def __bool__(self) -> bool:
        raise HostTransfer("the truth of a device array waits for the device")

    def __float__(self) -> float:
        raise HostTransfer("a device array would be converted to a number")

    __int__ = __index__ = __complex__ = __float__  # type: ignore[assignment]

    def item(self, *_: Any) -> float:
        raise HostTransfer("a device array would be converted to a number")

    tolist = item

    def __iter__(self) -> Any:
        raise HostTransfer("a device array would be iterated over")

    def __contains__(self, _: Any) -> bool:
        raise HostTransfer("a device array would be searched")

    # ---- Protocols ----------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if any(_stranger(x) for x in (*inputs, *kwargs.values())):
            return NotImplemented
        if method != "__call__":
            return NotImplemented
        out = kwargs.pop("out", None)
        if out is not None:
            if not all(isinstance(x, StrictArray) for x in out):
                raise HostTransfer("the result would be written to the host")
            kwargs["out"] = out
        return _outer(ufunc(*map(_inner, inputs), **_inner(kwargs)))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if not all(issubclass(t, StrictArray) or t is np.ndarray for t in types):
            return NotImplemented
        if func.__name__ in MISSING:
            raise HostTransfer(f"there is no {func.__name__} on the device")
        kwargs = {k: x for k, x in kwargs.items() if k != "like"}
        if func in (np.asarray, np.array):
            # With like=: this is how arrays get on the device.
            return device(func(*args, **kwargs))
        if func is np.take and len(args) > 1:
            # As in x[...], indices may come from the host.
            args = (args[0], _key(args[1]), *args[2:])
            return _outer(func(args[0]._inner, *args[1:], **_inner(kwargs)))
        if func in (np.shape, np.ndim, np.size):
            return func(*[x._inner if isinstance(x, StrictArray) else x for x in args], **kwargs)
        return _outer(func(*_inner(args), **_inner(kwargs)))

    # ---- As an array --------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self._inner.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._inner.dtype

    @property
    def ndim(self) -> int:
        return self._inner.ndim

    @property
    def size(self) -> int:
        return self._inner.size

    @property
    def T(self) -> "StrictArray":
        return StrictArray(self._inner.T)

    @property
    def real(self) -> "StrictArray":
        return self

    def __len__(self) -> int:
        return len(self._inner)

    def __repr__(self) -> str:
        return f"StrictArray{self.shape}"

    def __getitem__(self, key: Any) -> "StrictArray":
        return StrictArray(np.asarray(self._inner[_key(key)]))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._inner[_key(key)] = _inner(value)

    def copy(self) -> "StrictArray":
        return StrictArray(self._inner.copy())


def _stranger(x: Any) -> bool:
    """Another class with protocols of its own."""
    return (
        not isinstance(x, (StrictArray, np.ndarray))
        and hasattr(x, "__array_ufunc__")
        and not (isinstance(x, np.generic))
    )


def _key(key: Any) -> Any:
    """Indices: arrays of the device; lists and NumPy arrays of integers are taken over."""
    if isinstance(key, tuple):
        return tuple([_key(part) for part in key])
    return key._inner if isinstance(key, StrictArray) else key


def _inner(x: Any) -> Any:
    """What is wrapped, for NumPy to work on."""
    if isinstance(x, StrictArray):
        return x._inner
    if isinstance(x, np.ndarray) and x.ndim:
        raise HostTransfer(f"a NumPy array of shape {x.shape} stands beside a device array")
    if isinstance(x, (list, tuple)):
        return x.__class__([_inner(part) for part in x])
    return {k: _inner(part) for k, part in x.items()} if isinstance(x, dict) else x


def _outer(x: Any) -> Any:
    """Results go back on the device."""
    if isinstance(x, (np.ndarray, np.generic)):
        return StrictArray(np.asarray(x))
    if isinstance(x, (list, tuple)):
        made = [_outer(part) for part in x]
        return x.__class__(*made) if hasattr(x, "_fields") else x.__class__(made)
    return x


def _operator(name: str, ufunc: np.ufunc, reverse: bool = False) -> Any:
    def run(self: StrictArray, other: Any) -> Any:
        if _stranger(other):
            return NotImplemented
        operands = (other, self) if reverse else (self, other)
        return _outer(ufunc(*[_inner(x) for x in operands]))

    run.__name__ = name
    return run


def _in_place(name: str, ufunc: np.ufunc) -> Any:
    def run(self: StrictArray, other: Any) -> Any:
        if _stranger(other):
            return NotImplemented
        ufunc(self._inner, _inner(other), out=self._inner)
        return self

    run.__name__ = name
    return run


def _method(name: str) -> Any:
    def run(self: StrictArray, *args: Any, **kwargs: Any) -> Any:
        return _outer(getattr(self._inner, name)(*_inner(args), **_inner(kwargs)))

    run.__name__ = name
    return run


_BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.true_divide,
    "floordiv": np.floor_divide,
    "mod": np.remainder,
    "pow": np.power,
    "matmul": np.matmul,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}
for _name, _ufunc in _BINARY.items():
    setattr(StrictArray, f"__{_name}__", _operator(f"__{_name}__", _ufunc))
    setattr(StrictArray, f"__r{_name}__", _operator(f"__r{_name}__", _ufunc, reverse=True))
    setattr(StrictArray, f"__i{_name}__", _in_place(f"__i{_name}__", _ufunc))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    _ufunc = {
        "eq": np.equal,
        "ne": np.not_equal,
        "lt": np.less,
        "le": np.less_equal,
        "gt": np.greater,
        "ge": np.greater_equal,
    }[_name]
    setattr(StrictArray, f"__{_name}__", _operator(f"__{_name}__", _ufunc))
StrictArray.__hash__ = None  # type: ignore[assignment]
for _name in ("neg", "pos", "abs", "invert"):
    _ufunc = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}[
        _name
    ]
    setattr(
        StrictArray, f"__{_name}__", lambda self, _ufunc=_ufunc: StrictArray(_ufunc(self._inner))
    )
for _name in """
    all any argmax argmin argsort astype clip conj cumprod cumsum diagonal dot flatten max mean min
    nonzero prod ravel repeat reshape round sort squeeze std sum swapaxes take trace transpose var
""".split():  # noqa: SIM905
    setattr(StrictArray, _name, _method(_name))

# Tensors may hold arrays of such a library.
StrictArray.__module__ = "cupy.strict"
