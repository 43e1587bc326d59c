"""``mg.sin`` and the like: objects that are to `numpy.ufunc` what tensors are to arrays."""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

import numpy as np

from ._functions import apply, settled
from ._operands import prepare
from ._record import check_constant
from ._table import name_of
from ._tensor import QUICK, Tensor
from ._ufuncs import call

__all__ = ["ufunc"]

#: The codes of the dtypes that tensors have.
_CODES = frozenset("?bBhHiIlLqQefdgFDG->")

#: The keywords of a call, with their defaults and annotations.
_KEYWORDS: dict[str, tuple[Any, Any]] = {
    "out": (None, Any),
    "where": (True, Any),
    "casting": ("same_kind", str),
    "order": ("K", str),
    "dtype": (None, Any),
    "subok": (True, bool),
    "signature": (None, Any),
    "constant": (None, bool | None),
}


class _Kind(type):
    """The class of `ufunc`.

    In the existing MyGrad ``mg.sin`` is a class, and ``issubclass(mg.sin, mg.ufunc)`` is how one
    asks whether a function is a ufunc. Here ``isinstance`` is; the other form works, too.
    """

    def __subclasscheck__(cls, other: Any) -> bool:
        kind: Any = type(other)
        return kind is cls or super().__subclasscheck__(other)


class ufunc(metaclass=_Kind):
    """A ufunc of tensors: `numpy.ufunc` with derivatives.

    These objects are made by the library: ``mg.sin``, ``mg.add``, one for each of NumPy's ufuncs
    that has a derivative. They take what NumPy's take, tensors and all that `mygrad.tensor` takes,
    and give tensors. So do the methods ``reduce``, ``accumulate``, ``reduceat`` and ``outer``. The
    attributes are those of the NumPy ufunc; `types` has the dtypes of tensors alone.

    Examples
    --------
    >>> isinstance(mg.multiply, mg.ufunc), mg.multiply.nin, mg.multiply.identity
    (True, 2, 1)
    >>> x = mg.tensor([2.0, 3.0, 4.0])
    >>> y = mg.multiply.reduce(x)
    >>> y.backward()
    >>> y, x.grad
    (Tensor(24.), array([12.,  8.,  6.]))
    """

    def __init__(self, func: np.ufunc) -> None:
        if not isinstance(func, np.ufunc):
            raise TypeError(f"mygrad.ufunc is made of a numpy.ufunc; got {type(func).__name__}")
        self._func = func
        self._nin = func.nin
        #: For calls of tensors with nothing else: the operator, which knows the short ways.
        self._quick: Callable[..., Any] | None = QUICK.get(func, (None,))[0]
        self.__name__ = self.__qualname__ = func.__name__
        self.__module__ = "mygrad"
        operands = ["x"] if func.nin == 1 else [f"x{i + 1}" for i in range(func.nin)]
        result: Any = Tensor if func.nout == 1 else tuple[(Tensor,) * func.nout]  # type: ignore[misc]
        self.__signature__ = Signature(
            [Parameter(name, Parameter.POSITIONAL_ONLY, annotation=Any) for name in operands]
            + [
                Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
                for name, (default, kind) in _KEYWORDS.items()
            ],
            return_annotation=result,
        )
        self.__annotations__ = {
            name: p.annotation for name, p in self.__signature__.parameters.items()
        } | {"return": result}
        self.__doc__ = f"""`{name_of(func)}` of tensors and all that `mygrad.tensor` takes.

Parameters
----------
{", ".join(operands)}
    Tensors, arrays, numbers, lists.
out
    A tensor or an array to write the result to.
where
    A mask: what it leaves out is not computed, and has no gradient.
casting, order, dtype, subok, signature
    As in `{name_of(func)}`.
constant
    True makes the result a constant; None (the default) makes it one if all operands are.

Returns
-------
Tensor
    {"The result." if func.nout == 1 else f"{func.nout} of them, in a tuple."}
"""

    def __init_subclass__(cls) -> None:
        raise TypeError(
            "mygrad.ufunc cannot be subclassed. For a function with a rule of your own use "
            "mygrad.custom_vjp, or a subclass of mygrad.operation_base.Operation."
        )

    def __call__(self, *args: Any, constant: bool | None = None, **kwargs: Any) -> Any:
        quick = self._quick
        if (
            quick is not None
            and constant is None
            and not kwargs
            and len(args) == self._nin
            and args[0].__class__ is Tensor
        ):
            result = quick(*args)
            if result is not NotImplemented:
                return result
        if len(args) < self._nin:
            words = f" and the keywords {', '.join(kwargs)}" if kwargs else ""
            raise TypeError(
                f"mygrad.{self.__name__}() takes {self._nin} "
                f"operand{'s' * (self._nin > 1)}, by position; got {len(args)}{words}"
            )
        return apply(self._func, args, kwargs, constant)

    def __repr__(self) -> str:
        return f"<mygrad-ufunc {self.__name__!r}>"

    def __reduce__(self) -> str:
        return self.__name__

    # ---- What NumPy tells of it ---------------------------------------------------------

    @property
    def nin(self) -> int:
        """The number of operands."""
        return self._nin

    @property
    def nout(self) -> int:
        """The number of results."""
        return self._func.nout

    @property
    def nargs(self) -> int:
        """The number of operands and results together."""
        return self._func.nargs

    @property
    def identity(self) -> Any:
        """What a reduction of nothing gives, or None."""
        return self._func.identity

    @property
    def signature(self) -> str | None:
        """The core dimensions of a generalized ufunc such as `matmul`; None for others."""
        return self._func.signature

    @property
    def types(self) -> list[str]:
        """The loops for dtypes that tensors have, as ``"dd->d"``."""
        return [loop for loop in self._func.types if _CODES.issuperset(loop)]

    @property
    def ntypes(self) -> int:
        """The number of `types`."""
        return len(self.types)

    @property
    def resolve_dtypes(self) -> Callable[..., Any]:
        """NumPy's method of this name."""
        return self._func.resolve_dtypes

    # ---- Methods ------------------------------------------------------------------------

    def _method(
        self, method: str, operands: tuple[Any, ...], kwargs: Any, constant: bool | None
    ) -> Any:
        check_constant(constant)
        given = tuple([_operand(x) for x in operands])
        return settled(call(self._func, method, given, kwargs), given, constant)

    def reduce(
        self,
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = np._NoValue,
        where: Any = True,
        *,
        constant: bool | None = None,
    ) -> Any:
        """Combine the elements along an axis; see `numpy.ufunc.reduce`.

        Examples
        --------
        >>> mg.add.reduce([[1.0, 2.0], [3.0, 4.0]], axis=1)
        Tensor([3., 7.])
        """
        keywords = {"axis": axis, "dtype": dtype, "out": out, "keepdims": keepdims}
        keywords |= {"initial": initial, "where": where}
        return self._method("reduce", (array,), keywords, constant)

    def accumulate(
        self,
        array: Any,
        axis: int = 0,
        dtype: Any = None,
        out: Any = None,
        *,
        constant: bool | None = None,
    ) -> Any:
        """Return the intermediate results of `reduce`; see `numpy.ufunc.accumulate`.

        Examples
        --------
        >>> mg.maximum.accumulate([1.0, 3.0, 2.0])
        Tensor([1., 3., 3.])
        """
        keywords = {"axis": axis, "dtype": dtype, "out": out}
        return self._method("accumulate", (array,), keywords, constant)

    def reduceat(
        self,
        array: Any,
        indices: Any,
        axis: int = 0,
        dtype: Any = None,
        out: Any = None,
        *,
        constant: bool | None = None,
    ) -> Any:
        """Reduce slices that begin at `indices`; see `numpy.ufunc.reduceat`.

        Examples
        --------
        >>> mg.add.reduceat([1.0, 2.0, 3.0, 4.0], [0, 2])
        Tensor([3., 7.])
        """
        keywords = {"indices": indices, "axis": axis, "dtype": dtype, "out": out}
        return self._method("reduceat", (array,), keywords, constant)

    def outer(self, a: Any, b: Any, /, *, constant: bool | None = None, **kwargs: Any) -> Any:
        """Apply the ufunc to all pairs of elements; see `numpy.ufunc.outer`.

        Examples
        --------
        >>> mg.multiply.outer([1.0, 2.0], [3.0, 4.0])
        Tensor([[3., 4.],
                [6., 8.]])
        """
        return self._method("outer", (a, b), kwargs, constant)

    def at(self, target: Any, indices: Any, /, *operands: Any) -> None:
        """Change `target` in place at `indices`, repeated ones repeatedly; see `numpy.ufunc.at`.

        Examples
        --------
        >>> x = mg.tensor([1.0, 2.0])
        >>> mg.add.at(x, [0, 0], 5.0)
        >>> x
        Tensor([11.,  2.])
        """
        call(self._func, "at", (target, indices, *[_operand(x) for x in operands]), {})


def _operand(x: Any) -> Any:
    """An operand as NumPy's methods take it; lists of tensors become one."""
    data, t = prepare(x)
    return data if t is None else t
