"""`Tensor`: a name for a value of the graph, which looks like an array."""

import copy
import operator
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from ._detach import data_follows, notice, notice_input, refuse
from ._functions import apply, array_function, cast
from ._guard import restorable
from ._indexing import is_basic
from ._inplace import Flat
from ._modes import tracking
from ._operands import array_of, carries, has_names, prepare, stacked, steps_back, unwrap
from ._operators import (
    binary,
    bind_tensor_class,
    compare,
    matmul,
    power,
    table_of_operators,
    unary,
)
from ._pull import backward, check_whole, clear, clear_upstream
from ._record import check_constant, hand_out, index, infer_constant, record
from ._signatures import Mirrored
from ._state import (
    ALIAS,
    OUTER,
    READ,
    Name,
    View,
    data_of,
    expose,
    gradient_of,
    is_constant,
    make,
    root_of,
    set_gradient,
    stored_value,
    value_of,
)
from ._ufuncs import call
from ._value import BROKEN, CLEARED, CONSTANT, UNBORN, Input, leaf, node, spec_of
from ._write import overwrite, set_item, set_shape

__all__ = ["QUICK", "Tensor", "rebuild"]

_new = object.__new__

# What type checkers know of operators. Those with what wraps tensors give something else.
_Unary: TypeAlias = "Callable[[Tensor], Tensor]"
_Binary: TypeAlias = "Callable[[Tensor, Any], Tensor]"
_Operators: TypeAlias = "tuple[_Binary, _Binary, _Binary]"
_unary: "Callable[[np.ufunc], _Unary]" = unary
_binary: "Callable[[np.ufunc], _Operators]" = binary
_power: "Callable[[], _Operators]" = power
_matmul: "Callable[[], _Operators]" = matmul


def method(func: Callable[..., Any], doc: str) -> "Callable[..., Tensor]":
    """A method that is one of NumPy's functions, of the tensor."""

    def run(self: "Tensor", *args: Any, constant: bool | None = None, **kwargs: Any) -> Any:
        return apply(func, (self, *args), kwargs, constant)

    run.__name__ = func.__name__
    run.__qualname__ = f"Tensor.{func.__name__}"
    run.__doc__ = doc
    run.__wrapped__ = Mirrored(func, is_method=True)  # type: ignore[attr-defined]
    return run


def plain(func: Callable[..., Any], doc: str) -> Any:
    """A method whose result is a plain array: its derivative is zero."""

    def run(self: "Tensor", *args: Any, **kwargs: Any) -> Any:
        return func(self, *args, **kwargs)

    run.__name__ = func.__name__
    run.__qualname__ = f"Tensor.{func.__name__}"
    run.__doc__ = doc
    run.__wrapped__ = Mirrored(func, constant=False, is_method=True)  # type: ignore[attr-defined]
    return run


class Tensor(Name):
    """An array with a memory of how it was computed.

    Make tensors with `mygrad.tensor`; operations on them make others. Tensors take part in
    NumPy's functions as arrays do; ``backward`` then gives each non-constant tensor that the
    result was computed from its gradient.

    Beside the methods and attributes of arrays there are `backward`, `grad`, `null_grad`,
    `constant`, `creator`, `detach` and `clear_graph`; `data` is the array.

    Parameters
    ----------
    x, dtype, constant, copy, ndmin
        As in `mygrad.tensor`. The class always makes a new object.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0, 3.0])
    >>> y = np.sum(x * x)
    >>> y
    Tensor(14.)
    >>> y.backward()
    >>> x.grad
    array([2., 4., 6.])
    """

    __slots__ = ()

    #: Above that of masked arrays.
    __array_priority__ = 1000.0
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        x: Any,
        *,
        dtype: Any = None,
        constant: bool | None = None,
        copy: bool = True,
        ndmin: int = 0,
    ) -> None:
        check_constant(constant)
        ndmin = max(operator.index(ndmin), 0)
        if not isinstance(x, Name) and has_names(x):
            t = stacked(x)
            t = t if dtype is None else t.astype(dtype)
            t = t[(None,) * (ndmin - t.ndim)] if ndmin > t.ndim else t
            if constant is not True:
                self._array, self._value, self._home = t._array, t._value, t._home
                return
            x, copy = data_of(t), True
        given = x if isinstance(x, np.ndarray) else None
        if isinstance(x, Name):
            if constant is not True:
                notice_input(x)
            given = None if copy else expose(x)
            x = data_of(x)
        elif (given is None and not isinstance(x, (list, tuple))) or np.ma.is_masked(x):
            x, _ = prepare(x)
        if given is not None and not restorable(given):
            copy = True
        if isinstance(x, (np.ndarray, np.generic, list, tuple)) or not hasattr(x, "astype"):
            data = np.array(x, dtype, copy=copy or None, ndmin=ndmin)
        else:
            data = x if dtype is None else x.astype(dtype)
            data = data[(None,) * (ndmin - data.ndim)] if ndmin > data.ndim else data
        if data.dtype.kind not in "fciub" and tracking():
            raise TypeError(
                f"mygrad does not support tensors of dtype {data.dtype}; a tensor holds floating-"
                "point or complex numbers, integers or bools."
            )
        fixed = infer_constant(data.dtype, constant, False)
        self._array = data
        self._value = CONSTANT if fixed else leaf(spec_of(data)) if tracking() else UNBORN
        self._home = None
        if given is not None and not copy and np.may_share_memory(given, data):
            hand_out(self)

    # ---- State --------------------------------------------------------------------------

    @property
    def data(self) -> Any:
        """The array. It is read-only while a graph relies on it.

        Assigning another array makes the tensor a leaf; graphs that used the old one keep it. The
        gradient stays if it has the new array's shape and dtype.
        Assigned to a view, its values are written into what the view shows; but the base cannot
        hold another dtype, and a tensor that is given one is no view from then on.

        Examples
        --------
        >>> x = mg.tensor([1.0, 2.0])
        >>> (x * x).backward()
        >>> x.data -= 0.5 * x.grad
        >>> x
        Tensor([0., 0.])
        """
        if data_follows.get() and (v := value_of(self)) is not None:
            return make(data_of(self), node(OUTER, v, None, v.spec))
        return expose(self)

    @data.setter
    def data(self, value: Any) -> None:
        if value is self._array:
            return
        value = unwrap(value) if isinstance(value, Name) else prepare(value)[0]
        value = value if hasattr(value, "dtype") else np.asarray(value)
        if value.dtype.kind not in ("fciub" if is_constant(self) else "fc"):
            raise TypeError(
                f"the data of this tensor (dtype {self.dtype}, constant: {is_constant(self)}) "
                f"cannot be an array of dtype {value.dtype}"
            )
        grad = self.grad
        home = self._home
        if home.__class__ is View and (value.dtype == self.dtype or value.shape != self.shape):
            root = root_of(home)
            array = np.array(root._array)
            seen, key = home.lens.place(array)
            seen[key] = value
            overwrite(root, array, None)
            return
        if home.__class__ is View:
            # The base cannot hold this dtype, so the tensor goes on without it.
            self._value = CONSTANT if is_constant(self) else UNBORN
            self._home = None
        overwrite(self, value, None)
        hand_out(self)
        if grad is not None and grad.shape == value.shape and grad.dtype == value.dtype:
            set_gradient(self, grad)

    @property
    def grad(self) -> Any:
        """The gradient that the last ``backward`` left, an array of this shape and dtype, or None.

        It is a tensor after ``backward(create_graph=True)`` if this tensor is a leaf. That of a
        view is the same view of the gradient of its base.

        Examples
        --------
        >>> x = mg.tensor([1.0, 2.0])
        >>> v = x[:1]
        >>> (x * x).backward()
        >>> x.grad, v.grad
        (array([2., 4.]), array([2.]))
        """
        home = self._home
        if home.__class__ is View:
            if home.constant:
                return None
            grad = gradient_of(root_of(home))
            return None if grad is None else home.lens.read(grad)
        return gradient_of(self)

    @property
    def constant(self) -> bool:
        """Does this tensor stay without gradient?

        Examples
        --------
        >>> mg.tensor([1, 2]).constant, mg.tensor([1.0]).constant
        (True, False)
        """
        return is_constant(self)

    @property
    def creator(self) -> Any:
        """The rule of the operation that made this tensor; None for a leaf.

        Examples
        --------
        >>> (mg.tensor(1.0) * 2).creator
        <rule of numpy.multiply>
        """
        if is_constant(self):
            return None
        home = self._home
        v = stored_value(root_of(home) if home.__class__ is View else self)
        if v is None or v.rule is None or v.rule in (CLEARED, BROKEN, ALIAS, OUTER):
            return None
        return READ if home.__class__ is View else v.rule

    @property
    def base(self) -> "Tensor | None":
        """The tensor that this one is a view of, or None. Views of views have one base.

        Examples
        --------
        >>> x = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> x[0][1:].base is x
        True
        """
        home = self._home
        if home.__class__ is not View:
            return None
        root = root_of(home)
        face: Any = getattr(root._home, "face", None)
        found: Any = root if face is None else face()
        return None if found is self else found

    def __array_ufunc__(self, ufunc: Any, how: str, *inputs: Any, **kwargs: Any) -> Any:
        if not kwargs and how == "__call__" and (quick := QUICK.get(ufunc)) is not None:
            if inputs[0].__class__ is Tensor:
                return quick[0](*inputs)
            if inputs[0].__class__ is np.ndarray:
                return quick[1](inputs[1], inputs[0])
        for i, x in enumerate(inputs):
            # The second argument of `at` is an index.
            if steps_back(x.__class__) and x is not None and (how != "at" or i != 1):
                return NotImplemented
        return call(ufunc, how, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return array_function(func, types, args, kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        home = self._home
        v = self._value if home is None else home.value
        if v is None or v.rule is not None or v.__class__ is Input:
            notice(self)
        if copy or (dtype is not None and dtype != self.dtype):
            return np.array(data_of(self), dtype, copy=copy)
        return np.asarray(expose(self))

    def __dlpack__(self, **kwargs: Any) -> Any:
        notice(self)
        if kwargs.get("copy") is None and not is_constant(self):
            # No flag could keep others from writing there while a graph relies on it.
            return data_of(self).copy().__dlpack__(**kwargs)
        return expose(self).__dlpack__(**kwargs)

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()

    @property
    def _data(self) -> Any:
        # Masked arrays look for this attribute to get past the protocols.
        if tracking() and carries(self):
            raise TypeError(
                "mygrad does not work on masked arrays: the gradient would be lost. Use where=, "
                "numpy.where, or the array's filled(...)."
            )
        return expose(self)

    @classmethod
    def _op(cls, Op: Any, *input_vars: Any, **options: Any) -> Any:
        # Programs for the existing MyGrad, older than its `execute_op`, call it so.
        from .operation_base import execute_op

        return execute_op(Op, *input_vars, **options)

    # ---- Derivatives --------------------------------------------------------------------

    def backward(
        self, grad: Any = None, *, retain_graph: bool = False, create_graph: bool = False
    ) -> None:
        """Compute the gradients of all that this tensor was computed from.

        If the tensor is no scalar, the gradients are those of its sum. They overwrite the
        gradients of an earlier call. The graph is cleared, so that its memory is free.

        Parameters
        ----------
        grad
            The gradient of the final result by this tensor; ones if not given. It is broadcast
            to the shape of the tensor and cast to its dtype. Complex results need one.
        retain_graph
            Keep the graph, for another call.
        create_graph
            Record the computation of the gradients, so that those of leaves are tensors
            that can be differentiated in turn. Implies `retain_graph`. Such a gradient and
            its leaf refer to each other; ``null_grad`` frees both at once.

        Raises
        ------
        InvalidBackprop
            If a part of the graph was cleared before.
        ValueError
            If `grad` cannot be broadcast to the shape of this tensor.
        TypeError
            If `grad` is not of numbers, or is complex and this tensor is not; if this tensor is
            complex and there is no `grad`.

        Examples
        --------
        >>> x = mg.tensor(2.0)
        >>> (x**3).backward(create_graph=True)
        >>> x.grad
        Tensor(12.)
        >>> x.grad.backward()
        >>> x.grad
        array(12.)
        """
        if not tracking():
            return
        if self._home.__class__ is not View:
            check_whole(stored_value(self))
        v = value_of(self)
        if v is None:
            return
        if grad is not None:
            seed = self._seed(grad)
        elif self.dtype.kind == "c":
            raise TypeError(
                f"the gradient of a complex result (shape {self.shape}, dtype {self.dtype}) is not "
                "defined. Back-propagate from a real one, say its .real or abs(), or pass grad=."
            )
        elif isinstance(self._array, np.ndarray):
            seed = v.spec.ones
        else:
            seed = np.ones_like(self._array)
        backward(v, seed, retain_graph or create_graph, create_graph)

    def _seed(self, grad: Any) -> Any:
        data, _ = prepare(grad)
        if isinstance(data, (int, float, complex, str, bytes, type(None))):
            data = np.asarray(data)
        dtype = getattr(data, "dtype", None)
        if dtype is None or dtype.kind not in ("biufc" if self.dtype.kind == "c" else "biuf"):
            what = f"{grad.__class__.__name__} of dtype {dtype}" if dtype else repr(grad)
            raise TypeError(f"a gradient must be real numbers; got {what}")
        shape = self._array.shape
        try:
            data = np.broadcast_to(data, shape)
        except ValueError:
            raise ValueError(
                f"a gradient of shape {data.shape} cannot be broadcast to the tensor's "
                f"shape {shape}"
            ) from None
        data = data.astype(self._array.dtype)
        return data

    def null_grad(self) -> "Tensor":
        """Drop the gradient of this tensor, and return the tensor.

        Examples
        --------
        >>> x = mg.tensor(2.0)
        >>> (x * x).backward()
        >>> x.null_grad().grad is None
        True
        """
        home = self._home
        # That of a view is its base's. One whose shape was set has a base that nobody sees.
        t = root_of(home) if home.__class__ is View and self.base is None else self
        if t._home.__class__ is not View and (v := stored_value(t)) is not None:
            v.grad = None
        return self

    def null_gradients(self, clear_graph: bool = True) -> None:
        """Do nothing: deprecated, since ``backward`` overwrites gradients."""
        warnings.warn(
            "null_gradients does nothing any more: backward overwrites old gradients, and "
            "null_grad drops one.",
            FutureWarning,
            stacklevel=2,
        )

    def clear_graph(self) -> None:
        """Forget how this tensor, and all that it was computed from, were computed.

        Gradients stay. Back-propagation from what was computed with these tensors raises
        `InvalidBackprop` from now on.

        Examples
        --------
        >>> x = mg.tensor(2.0)
        >>> y = x * x
        >>> y.clear_graph()
        >>> y.creator is None
        True
        """
        if tracking() and (v := value_of(self)) is not None:
            clear_upstream(v)
            clear(v)

    def detach(self) -> "Tensor":
        """Return a constant copy: what is computed with it sends no gradient to this tensor.

        Examples
        --------
        >>> x = mg.tensor(3.0)
        >>> (x * x.detach()).backward()
        >>> x.grad
        array(3.)
        """
        return make(np.copy(data_of(self)), None)  # type: ignore[no-any-return]

    # ---- As an array ------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape; assigning one reshapes in place, as for arrays."""
        return data_of(self).shape  # type: ignore[no-any-return]

    @shape.setter
    def shape(self, shape: Any) -> None:
        set_shape(self, shape)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._array.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._array.size  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        return self._array.dtype  # type: ignore[no-any-return]

    @property
    def itemsize(self) -> int:
        """The bytes of one element."""
        return self._array.itemsize  # type: ignore[no-any-return]

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return self._array.nbytes  # type: ignore[no-any-return]

    @property
    def strides(self) -> tuple[int, ...]:
        """The bytes from one element to the next along each axis."""
        return data_of(self).strides  # type: ignore[no-any-return]

    @property
    def T(self) -> "Tensor":
        """A view with the axes reversed."""
        return record(np.transpose, (self,), {})  # type: ignore[no-any-return]

    @property
    def mT(self) -> "Tensor":
        """A view with the last two axes swapped."""
        if self.ndim < 2:
            raise ValueError(f"mT needs at least two dimensions; the shape is {self.shape}")
        return record(np.swapaxes, (self, -1, -2), {})  # type: ignore[no-any-return]

    @property
    def real(self) -> "Tensor":
        """The real part, a view; of a real tensor it is the tensor itself."""
        if self.dtype.kind != "c":
            return self
        return record(np.real, (self,), {})  # type: ignore[no-any-return]

    @real.setter
    def real(self, value: Any) -> None:
        self.real[...] = value

    @property
    def imag(self) -> Any:
        """The imaginary part, a view; of a real tensor it is an array of zeros."""
        if self.dtype.kind != "c":
            return np.zeros_like(data_of(self))
        return record(np.imag, (self,), {})

    @imag.setter
    def imag(self, value: Any) -> None:
        if self.dtype.kind != "c":
            raise TypeError(f"a tensor of dtype {self.dtype} has no imaginary part to set")
        self.imag[...] = value

    @property
    def flat(self) -> Flat:
        """The elements in C order, to be read, written and iterated over."""
        return Flat(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        Flat(self)[...] = value

    @property
    def device(self) -> Any:
        """Where the data is: ``"cpu"`` for NumPy arrays."""
        return getattr(self._array, "device", "cpu")

    # ---- Conversions --------------------------------------------------------------------

    def item(self, *args: Any) -> Any:
        """Return the only element, or that at `args`, as a Python number."""
        refuse(self)
        return data_of(self).item(*args)

    def tolist(self) -> Any:
        """Return the elements as nested lists of Python numbers."""
        refuse(self)
        return data_of(self).tolist()

    def tobytes(self, order: Any = "C") -> bytes:
        """Return the elements as bytes; see `numpy.ndarray.tobytes`."""
        refuse(self)
        return data_of(self).tobytes(order)  # type: ignore[no-any-return]

    def _single(self) -> Any:
        home = self._home
        v = self._value if home is None else home.value
        if v is None or v.rule is not None or v.__class__ is Input:
            notice(self)
        data = data_of(self)
        if data.size != 1:
            raise TypeError(
                "only tensors with one element can be converted to a number; the shape is "
                f"{data.shape}"
            )
        return data.item() if hasattr(data, "item") else np.asarray(data).item()

    def __float__(self) -> float:
        return float(self._single())

    def __int__(self) -> int:
        return int(self._single())

    def __complex__(self) -> complex:
        return complex(self._single())

    def __index__(self) -> int:
        return operator.index(data_of(self))

    def __bool__(self) -> bool:
        return bool(data_of(self))

    def __len__(self) -> int:
        return len(data_of(self))

    def __contains__(self, item: Any) -> bool:
        return unwrap(item) in data_of(self)

    def __iter__(self) -> Iterator["Tensor"]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        data = data_of(self)
        if not isinstance(data, np.ndarray):
            return f"Tensor({data!r})"
        return "Tensor" + repr(data)[len("array") :].replace("\n", "\n ")

    def _repr_html_(self) -> str:
        # Only notebooks need it.
        from ._html import html_of

        return html_of(self, self.grad, self.creator, self.base)

    def __format__(self, spec: str) -> str:
        return (
            format(data_of(self).item() if not self.ndim else data_of(self), spec)
            if spec
            else (repr(self))
        )

    def __reduce__(self) -> Any:
        notice_input(self)
        grad = self.grad
        arguments = (
            self.__class__,
            np.array(data_of(self)),
            is_constant(self),
            None if grad is None else np.array(unwrap(grad)),
        )
        return rebuild, arguments, self.__dict__ or None

    def __copy__(self) -> "Tensor":
        _, arguments, attributes = self.__reduce__()
        t = rebuild(*arguments)
        t.__dict__.update(attributes or {})
        return t

    def __deepcopy__(self, memo: Any) -> "Tensor":
        _, arguments, attributes = self.__reduce__()
        t = rebuild(*arguments)
        # Attributes may refer to the tensor itself.
        memo[id(self)] = t
        t.__dict__.update(copy.deepcopy(attributes or {}, memo))
        return t

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # The operators make plain tensors; those of a subclass make what it is.
        super().__init_subclass__(**kwargs)
        for name in _OPERATORS:
            if getattr(cls, name) is getattr(Tensor, name):
                setattr(cls, name, _of_subclass(getattr(Tensor, name)))

    # ---- Indexing -----------------------------------------------------------------------

    def __getitem__(self, key: Any) -> "Tensor":
        basic = is_basic(key)
        if not basic:
            key = array_of(key, "indexing")
            basic = is_basic(key)
        return index(self, key, basic)  # type: ignore[no-any-return]

    def __setitem__(self, key: Any, value: Any) -> None:
        set_item(self, key, value)

    # ---- Operators ----------------------------------------------------------------------

    __add__, __radd__, __iadd__ = _binary(np.add)
    __sub__, __rsub__, __isub__ = _binary(np.subtract)
    __mul__, __rmul__, __imul__ = _binary(np.multiply)
    __truediv__, __rtruediv__, __itruediv__ = _binary(np.true_divide)
    __mod__, __rmod__, __imod__ = _binary(np.remainder)
    __pow__, __rpow__, __ipow__ = _power()
    __matmul__, __rmatmul__, __imatmul__ = _matmul()
    __neg__ = _unary(np.negative)
    __pos__ = _unary(np.positive)
    __abs__ = _unary(np.absolute)

    __eq__ = compare(operator.eq)
    __ne__ = compare(operator.ne)
    __lt__ = compare(operator.lt)
    __le__ = compare(operator.le)
    __gt__ = compare(operator.gt)
    __ge__ = compare(operator.ge)
    __and__ = __rand__ = compare(operator.and_)
    __or__ = __ror__ = compare(operator.or_)
    __xor__ = __rxor__ = compare(operator.xor)
    __lshift__ = compare(operator.lshift)
    __rshift__ = compare(operator.rshift)

    def __floordiv__(self, other: Any) -> Any:
        return NotImplemented if steps_back(other.__class__) else np.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return np.floor_divide(other, self)

    def __rlshift__(self, other: Any) -> Any:
        return np.left_shift(other, self)

    def __rrshift__(self, other: Any) -> Any:
        return np.right_shift(other, self)

    def __invert__(self) -> Any:
        return ~data_of(self)

    def __divmod__(self, other: Any) -> Any:
        return NotImplemented if steps_back(other.__class__) else np.divmod(self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return NotImplemented if steps_back(other.__class__) else np.divmod(other, self)

    def __round__(self, ndigits: int | None = None) -> Any:
        return np.round(data_of(self), ndigits or 0)

    # ---- Methods ------------------------------------------------------------------------

    sum = method(np.sum, "Return the sum; see `numpy.sum`.")
    prod = method(np.prod, "Return the product; see `numpy.prod`.")
    mean = method(np.mean, "Return the mean; see `numpy.mean`.")
    var = method(np.var, "Return the variance; see `numpy.var`.")
    std = method(np.std, "Return the standard deviation; see `numpy.std`.")
    max = method(np.max, "Return the maximum; see `numpy.max`.")
    min = method(np.min, "Return the minimum; see `numpy.min`.")
    cumsum = method(np.cumsum, "Return the running sums; see `numpy.cumsum`.")
    cumprod = method(np.cumprod, "Return the running products; see `numpy.cumprod`.")
    clip = method(np.clip, "Limit the values; see `numpy.clip`.")
    dot = method(np.dot, "Return the dot product; see `numpy.dot`.")
    trace = method(np.trace, "Return the sum along a diagonal; see `numpy.trace`.")
    diagonal = method(np.diagonal, "Return a view of a diagonal; see `numpy.diagonal`.")
    take = method(np.take, "Return elements along an axis; see `numpy.take`.")
    repeat = method(np.repeat, "Repeat elements; see `numpy.repeat`.")
    squeeze = method(np.squeeze, "Return a view without axes of length one; see `numpy.squeeze`.")
    swapaxes = method(np.swapaxes, "Return a view with two axes swapped; see `numpy.swapaxes`.")
    moveaxis = method(np.moveaxis, "Return a view with axes moved; see `numpy.moveaxis`.")
    ravel = method(np.ravel, "Return the elements in one dimension; see `numpy.ravel`.")
    conj = method(np.conjugate, "Return the complex conjugate; see `numpy.conjugate`.")
    conjugate = conj

    all = plain(np.all, "Are all elements true? See `numpy.all`.")
    any = plain(np.any, "Is any element true? See `numpy.any`.")
    argmax = plain(np.argmax, "Return the index of the maximum; see `numpy.argmax`.")
    argmin = plain(np.argmin, "Return the index of the minimum; see `numpy.argmin`.")
    argsort = plain(np.argsort, "Return the indices that sort; see `numpy.argsort`.")
    nonzero = plain(np.nonzero, "Return the indices that are not zero; see `numpy.nonzero`.")
    round = plain(np.round, "Return the rounded values, an array; see `numpy.round`.")
    searchsorted = plain(np.searchsorted, "Find places in order; see `numpy.searchsorted`.")

    def reshape(self, *shape: Any, constant: bool | None = None, **kwargs: Any) -> "Tensor":
        """Return the tensor in another shape, a view where possible; see `numpy.reshape`.

        Examples
        --------
        >>> mg.arange(4.0).reshape(2, -1)
        Tensor([[0., 1.],
                [2., 3.]])
        """
        if not shape:
            raise TypeError("reshape() needs a shape")
        return apply(  # type: ignore[no-any-return]
            np.reshape, (self, shape[0] if len(shape) == 1 else shape), kwargs, constant
        )

    def transpose(self, *axes: Any, constant: bool | None = None) -> "Tensor":
        """Return a view with the axes in another order; see `numpy.transpose`.

        Examples
        --------
        >>> mg.zeros((2, 3, 4)).transpose(2, 0, 1).shape
        (4, 2, 3)
        """
        if len(axes) == 1 and not isinstance(axes[0], int):
            (axes,) = axes
        order = axes or None
        return apply(np.transpose, (self, order), {}, constant)  # type: ignore[no-any-return]

    def flatten(self, order: Any = "C", *, constant: bool | None = None) -> "Tensor":
        """Return a copy in one dimension; see `numpy.ndarray.flatten`."""
        return apply(np.copy, (np.ravel(self, order),), {}, constant)  # type: ignore[no-any-return]

    def copy(self, order: Any = "C", *, constant: bool | None = None) -> "Tensor":
        """Return a copy that carries the gradient.

        ``copy.copy``, ``copy.deepcopy``, pickling and `mygrad.tensor` make new leaves: what they
        give has the data, the constant flag and (but for `mygrad.tensor`) the gradient, and no
        part in the graph.

        Examples
        --------
        >>> x = mg.tensor([1.0, 2.0])
        >>> y = x.copy()
        >>> y[0] = 9.0
        >>> (y * y).backward()
        >>> x.grad
        array([0., 4.])
        """
        return apply(np.copy, (self, order), {}, constant)  # type: ignore[no-any-return]

    def astype(
        self,
        dtype: Any,
        order: Any = "K",
        casting: Any = "unsafe",
        subok: bool = True,
        copy: bool = True,
        *,
        constant: bool | None = None,
    ) -> "Tensor":
        """Return a copy of another dtype; gradients flow between floating-point dtypes.

        Raises
        ------
        TypeError
            If `casting` forbids it, or the dtype is none that a tensor has.

        Examples
        --------
        >>> x = mg.tensor([1.0, 2.0])
        >>> x.astype("float32").sum().backward()
        >>> x.grad
        array([1., 1.])
        """
        if order not in ("K", "A", "C", "F"):
            # The existing MyGrad has `casting` and `copy` in these places.
            copy = casting if casting.__class__ is bool else copy
            order, casting = "K", order
        dtype = np.dtype(dtype)
        if not copy and dtype == self.dtype and constant in (None, is_constant(self)):
            return self
        if dtype.kind not in "fciub" and tracking():
            raise TypeError(f"mygrad does not support tensors of dtype {dtype}")
        if constant is None and dtype.kind in "fc" and self.dtype.kind not in "fc":
            constant = False
        return record(cast, (self, dtype, order, casting), {}, constant)  # type: ignore[no-any-return]

    def sort(
        self,
        axis: int = -1,
        kind: Any = None,
        order: Any = None,
        *,
        stable: Any = None,
        **keywords: Any,
    ) -> None:
        """Sort in place, and the gradient with it; see `numpy.ndarray.sort`.

        ``descending=True`` needs NumPy 2.5.

        Examples
        --------
        >>> x = mg.tensor([3.0, 1.0])
        >>> y = +x
        >>> y.sort()
        >>> (y * [10, 1]).backward()
        >>> x.grad
        array([ 1., 10.])
        """
        self[...] = np.sort(self, axis, kind, order, stable=stable, **keywords)

    def partition(self, kth: Any, axis: int = -1, kind: str = "introselect") -> None:
        """Partition in place, and the gradient with it; see `numpy.ndarray.partition`."""
        self[...] = np.partition(self, kth, axis, kind)  # type: ignore[call-overload]

    def choose(self, choices: Any, out: Any = None, mode: Any = "raise") -> Any:
        """Pick from `choices` by these indices; see `numpy.choose`."""
        return np.choose(self, choices, out, mode)

    def compress(self, condition: Any, axis: int | None = None, out: Any = None) -> Any:
        """Return what `condition` selects along an axis; see `numpy.compress`."""
        return np.compress(condition, self, axis, out)

    def put(self, indices: Any, values: Any, mode: Any = "raise") -> None:
        """Set elements of the flattened tensor; see `numpy.put`."""
        np.put(self, indices, values, mode)  # type: ignore[arg-type]

    def fill(self, value: Any) -> None:
        """Set all elements to `value`."""
        self[...] = value

    def to_device(self, device: Any, /, *, stream: Any = None) -> "Tensor":
        """Return the tensor itself if it is on `device`; see `numpy.ndarray.to_device`."""
        if device != self.device:
            raise ValueError(f"cannot move a tensor from {self.device!r} to {device!r}")
        return self


_OPERATORS = [f"__{name}__" for name in ("neg", "pos", "abs")] + [
    f"__{side}{name}__"
    for name in ("add", "sub", "mul", "truediv", "mod", "pow", "matmul")
    for side in ("", "r")
]


def _of_subclass(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operator that gives tensors of the class of its first operand."""

    def run(self: Tensor, *other: Any) -> Any:
        result = operation(self, *other)
        if result.__class__ is Tensor:
            result.__class__ = self.__class__
        return result

    return run


def rebuild(cls: Any, data: Any, constant: bool, grad: Any) -> Tensor:
    """A leaf, from what is saved of a tensor."""
    t = _new(cls)
    t._array = data
    t._value = CONSTANT if constant else UNBORN
    t._home = None
    if grad is not None and not constant:
        set_gradient(t, grad)
    return t  # type: ignore[no-any-return]


bind_tensor_class(Tensor)
#: Ufuncs -> the operators that are quickest: ``f(t, x)`` and ``f(x, t)``.
QUICK = table_of_operators()
