"""Making tensors: from data, and by NumPy's creation functions."""

import operator
from typing import Any

import numpy as np

from ._detach import notice_input
from ._functions import apply, like, new_leaf
from ._functions import full_like as _full_like
from ._modes import tracking
from ._operands import array_of, carries, has_names, prepare, stacked, unwrap
from ._record import check_constant
from ._state import Name, data_of, expose, is_constant
from ._tensor import Tensor
from ._value import differentiable

__all__ = [
    "arange",
    "array",
    "asarray",
    "astensor",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "identity",
    "kaiser",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "tensor",
    "zeros",
    "zeros_like",
]


def tensor(
    arr_like: Any,
    dtype: Any = None,
    *,
    constant: bool | None = None,
    copy: bool = True,
    ndmin: int = 0,
) -> Tensor:
    """Make a tensor.

    Parameters
    ----------
    arr_like
        A number, (nested) sequence, array or tensor. Of a tensor the result is a new leaf;
        a sequence that contains tensors is stacked, and gradients flow to them. Arrays of other
        libraries that implement NumPy's protocols (Dask, CuPy) are kept as they are.
    dtype
        The dtype of the result; inferred as by `numpy.array` if not given.
    constant
        Does the tensor stay without gradient? If not given, it does unless its dtype is
        floating-point or complex; of a tensor, if that is a constant.
    copy
        If False, an array is used as it is, and a tensor is returned itself if it has the
        dtype and `constant` that are asked for.
    ndmin
        The least number of dimensions; axes of length one are put in front.

    Returns
    -------
    Tensor
        The tensor, a leaf unless `arr_like` contains tensors in a sequence or is returned itself.

    Raises
    ------
    TypeError
        If the dtype is not floating-point, complex, integer or bool.
    ValueError
        If ``constant=False`` is asked for integers or bools.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> (x * x).backward()
    >>> x.grad
    array([2., 4.])
    >>> mg.tensor([1, 2]).constant
    True
    """
    if isinstance(arr_like, Tensor) and not copy:
        data = data_of(arr_like)
        fits = dtype is None or np.dtype(dtype) == data.dtype
        if fits and (constant is None or constant is is_constant(arr_like)):
            missing = operator.index(ndmin) - data.ndim
            return arr_like if missing <= 0 else arr_like[(None,) * missing]
    return Tensor(arr_like, dtype=dtype, constant=constant, copy=copy, ndmin=ndmin)


def astensor(t: Any, dtype: Any = None, *, constant: bool | None = None) -> Tensor:
    """Make a tensor without copying: ``mg.tensor(t, dtype, constant=constant, copy=False)``.

    Parameters
    ----------
    t, dtype, constant
        As in `mygrad.tensor`.

    Returns
    -------
    Tensor
        The tensor `t` itself, if it has the dtype and `constant` that are asked for.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> mg.astensor(x) is x
    True
    >>> a = np.array([1.0, 2.0])
    >>> mg.astensor(a).data is a
    True
    """
    return tensor(t, dtype, constant=constant, copy=False)


def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: Any = "K",
    ndmin: int = 0,
    constant: bool | None = None,
) -> Tensor:
    """Make a tensor as `numpy.array` makes an array: tensors in `object` get gradients.

    Parameters
    ----------
    object
        What `mygrad.tensor` takes. Of a tensor the result is a copy that carries the gradient, and
        not a new leaf.
    dtype, copy, order, ndmin
        As in `numpy.array`. What is not copied is shared with an array, and is a tensor itself.
    constant
        Does the result stay without gradient? If not given, it does unless its dtype is
        floating-point or complex, or if it is made of constants only.

    Returns
    -------
    Tensor
        The tensor. If tensors are in `object`, it is computed from them.

    Raises
    ------
    ValueError
        If ``copy=False`` and a copy is needed, or ``constant=False`` is asked for integers or
        bools.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> y = mg.array([[x[0], 0.0], [x[0] * x[1], 1.0]])
    >>> y
    Tensor([[1., 0.],
            [2., 1.]])
    >>> y.backward()
    >>> x.grad
    array([3., 1.])
    """
    check_constant(constant)
    if not has_names(object):
        if isinstance(object, (np.ndarray, list, tuple)) and (not copy or order != "K"):
            object = np.array(object, dtype, copy=copy, order=order)
            copy = False
        return Tensor(object, dtype=dtype, constant=constant, copy=bool(copy), ndmin=ndmin)
    if isinstance(object, Name):
        t: Any = object
    elif copy is False:
        raise ValueError("a tensor of a sequence cannot be made without copying it: copy=None may")
    else:
        t = stacked(object)
    given = data_of(t)
    wanted = given.dtype if dtype is None else np.dtype(dtype)
    ordered = order not in ("C", "F") or not isinstance(given, np.ndarray) or given.flags[order]
    if not ordered or given.dtype != wanted or constant not in (None, is_constant(t)):
        if copy is False:
            raise ValueError("what is asked for cannot be made without copying: copy=None may")
        t = t.astype(wanted, order=order, constant=constant)
    elif copy and t is object:
        t = t.copy(order)
    missing = operator.index(ndmin) - t.ndim
    return t if missing <= 0 else t[(None,) * missing]  # type: ignore[no-any-return]


def asarray(a: Any, dtype: Any = None, order: Any = None) -> np.ndarray:
    """Return the array of a tensor, or of anything else, as `numpy.asarray` does.

    Parameters
    ----------
    a
        A tensor, or what `numpy.asarray` takes; tensors in sequences, too.
    dtype, order
        As in `numpy.asarray`.

    Returns
    -------
    numpy.ndarray
        The tensor's own array where dtype and order allow it. It carries no gradient.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> mg.asarray(x) is x.data
    True
    """
    if has_names(a):
        if isinstance(a, Name):
            notice_input(a)
        a = expose(a) if isinstance(a, Name) else data_of(stacked(a))
    return np.asarray(a, dtype, order)


def empty(shape: Any, dtype: Any = np.float32, *, constant: bool | None = None) -> Tensor:
    """Return a tensor with arbitrary contents; see `numpy.empty`. The default is float32.

    Parameters
    ----------
    shape
        The shape: an integer or a sequence of them.
    dtype
        The dtype; float32 if not given, where NumPy's is float64.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.empty((2, 3)).shape
    (2, 3)
    """
    return _leaf(np.empty(shape, dtype), constant)


def ones(shape: Any, dtype: Any = np.float32, *, constant: bool | None = None) -> Tensor:
    """Return a tensor of ones; see `numpy.ones`. The default is float32.

    Parameters
    ----------
    shape
        The shape: an integer or a sequence of them.
    dtype
        The dtype; float32 if not given, where NumPy's is float64.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.ones(2)
    Tensor([1., 1.], dtype=float32)
    """
    return _leaf(np.ones(shape, dtype), constant)


def zeros(shape: Any, dtype: Any = np.float32, *, constant: bool | None = None) -> Tensor:
    """Return a tensor of zeros; see `numpy.zeros`. The default is float32.

    Parameters
    ----------
    shape
        The shape: an integer or a sequence of them.
    dtype
        The dtype; float32 if not given, where NumPy's is float64.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.zeros(2, float)
    Tensor([0., 0.])
    """
    return _leaf(np.zeros(shape, dtype), constant)


def full(shape: Any, fill_value: Any, dtype: Any = None, *, constant: bool | None = None) -> Tensor:
    """Return a tensor of `fill_value`; see `numpy.full`. A tensor as `fill_value` gets gradients.

    Parameters
    ----------
    shape
        The shape: an integer or a sequence of them.
    fill_value
        A number, or what is broadcast to the shape.
    dtype
        The dtype; that of `fill_value` if not given.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        The numbers: a leaf, if no argument carries a gradient.

    Examples
    --------
    >>> mg.full(2, 3.5)
    Tensor([3.5, 3.5])
    """
    value, t = prepare(fill_value)
    flat = dtype is not None and not differentiable(np.dtype(dtype))
    if flat or t is None or is_constant(t) or not tracking():
        return _leaf(np.full(shape, value, dtype), constant)
    template = np.empty(shape, value.dtype if dtype is None else dtype)
    return full_like(template, t, constant=constant)


def empty_like(
    other: Any, dtype: Any = None, shape: Any = None, *, constant: bool | None = None
) -> Tensor:
    """Return a tensor of the shape and dtype of `other`; see `numpy.empty_like`.

    Parameters
    ----------
    other
        A tensor or what `mygrad.tensor` takes.
    dtype, shape
        What is to be different from `other`; nothing, if not given.
    constant
        True makes the tensor a constant. If not given, it is one if its dtype is neither
        floating-point nor complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.empty_like(np.arange(3.0)).shape
    (3,)
    """
    return _settled(like(np.empty_like)(other, dtype, shape=shape), constant)


def ones_like(
    other: Any, dtype: Any = None, shape: Any = None, *, constant: bool | None = None
) -> Tensor:
    """Return ones of the shape and dtype of `other`, a leaf; see `numpy.ones_like`.

    Parameters
    ----------
    other
        A tensor or what `mygrad.tensor` takes.
    dtype, shape
        What is to be different from `other`; nothing, if not given.
    constant
        True makes the tensor a constant. If not given, it is one if its dtype is neither
        floating-point nor complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> y = mg.ones_like(np.arange(3.0))
    >>> (y * [1, 2, 3]).backward()
    >>> y.grad
    array([1., 2., 3.])
    """
    return _settled(like(np.ones_like)(other, dtype, shape=shape), constant)


def zeros_like(
    other: Any, dtype: Any = None, shape: Any = None, *, constant: bool | None = None
) -> Tensor:
    """Return zeros of the shape and dtype of `other`, a leaf; see `numpy.zeros_like`.

    Parameters
    ----------
    other
        A tensor or what `mygrad.tensor` takes.
    dtype, shape
        What is to be different from `other`; nothing, if not given.
    constant
        True makes the tensor a constant. If not given, it is one if its dtype is neither
        floating-point nor complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.zeros_like(mg.tensor([1.0, 2.0]))
    Tensor([0., 0.])
    """
    return _settled(like(np.zeros_like)(other, dtype, shape=shape), constant)


def full_like(
    other: Any,
    fill_value: Any,
    dtype: Any = None,
    shape: Any = None,
    constant: bool | None = None,
) -> Tensor:
    """Return `fill_value` in the shape and dtype of `other`; see `numpy.full_like`.

    Parameters
    ----------
    other
        A tensor or what `mygrad.tensor` takes.
    fill_value
        A number, or what is broadcast to the shape. A tensor gets gradients.
    dtype, shape
        What is to be different from `other`; nothing, if not given.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        The numbers: a leaf, if no argument carries a gradient.

    Examples
    --------
    >>> mg.full_like(np.arange(2.0), 7)
    Tensor([7., 7.])
    """
    return _settled(_full_like(other, fill_value, dtype, shape=shape), constant)


def _leaf(data: Any, constant: bool | None) -> Tensor:
    t: Tensor = new_leaf(data, constant)
    return t


def _settled(t: Any, constant: bool | None) -> Tensor:
    check_constant(constant)
    if constant is None or constant is is_constant(t):
        return t  # type: ignore[no-any-return]
    return _leaf(data_of(t), constant)


def eye(
    N: int, M: int | None = None, k: int = 0, dtype: Any = float, *, constant: bool | None = None
) -> Tensor:
    """Return ones on a diagonal; see `numpy.eye`.

    Parameters
    ----------
    N, M
        The numbers of rows and columns; as many columns as rows, if not given.
    k
        Which diagonal: 0 is the main one, positive ones are above it.
    dtype
        The dtype.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.eye(2)
    Tensor([[1., 0.],
            [0., 1.]])
    """
    return _leaf(np.eye(N, M, k, dtype), constant)


def identity(n: int, dtype: Any = float, *, constant: bool | None = None) -> Tensor:
    """Return the identity matrix; see `numpy.identity`.

    Parameters
    ----------
    n
        The number of rows and columns.
    dtype
        The dtype.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.identity(2, int)
    Tensor([[1, 0],
            [0, 1]])
    """
    return _leaf(np.identity(n, dtype), constant)


def arange(*args: Any, constant: bool | None = None, **kwargs: Any) -> Tensor:
    """Return evenly spaced numbers; takes what `numpy.arange` takes.

    A tensor as `start` or `step` gets a gradient; by `stop` the derivative is zero.

    Parameters
    ----------
    *args, **kwargs
        ``stop``, or ``start, stop[, step]``, and ``dtype=``.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        The numbers: a leaf, if no argument carries a gradient.

    Examples
    --------
    >>> mg.arange(3.0)
    Tensor([0., 1., 2.])
    """
    numbers = np.arange(*unwrap(args), **unwrap(kwargs))
    start, step = kwargs.get("start", 0), kwargs.get("step", 1)
    if len(args) > 1:
        start, step = args[0], args[2] if len(args) > 2 else step
    if not tracking() or not carries((start, step)) or not differentiable(numbers.dtype):
        return _leaf(numbers, constant)
    steps = step * np.arange(len(numbers), dtype=numbers.dtype)
    return apply(np.add, (start, steps), {"dtype": numbers.dtype}, constant)  # type: ignore[no-any-return]


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
    *,
    constant: bool | None = None,
) -> Tensor:
    """Return `num` evenly spaced numbers from `start` to `stop`; see `numpy.linspace`.

    A tensor as `start` or `stop` gets a gradient.

    Parameters
    ----------
    start, stop
        The first and the last number, or arrays of them.
    num
        How many numbers.
    endpoint
        Is `stop` the last of them?
    dtype
        The dtype; inferred from the ends if not given.
    axis
        Where the axis of the numbers is put, if the ends are arrays.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        The numbers: a leaf, if no argument carries a gradient.

    Examples
    --------
    >>> mg.linspace(0.0, 1.0, 3)
    Tensor([0. , 0.5, 1. ])
    >>> end = mg.tensor(2.0)
    >>> mg.linspace(0, end, 3).backward()
    >>> end.grad
    array(1.5)
    """
    rest = {"num": num, "endpoint": endpoint, "dtype": dtype, "axis": axis}
    return _spaced(np.linspace, {"start": start, "stop": stop}, rest, constant)


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
    *,
    constant: bool | None = None,
) -> Tensor:
    """Return numbers spaced evenly on a log scale; see `numpy.logspace`.

    A tensor as `start`, `stop` or `base` gets a gradient.

    Parameters
    ----------
    start, stop
        The logarithms of the first and the last number, or arrays of them.
    num
        How many numbers.
    endpoint
        Is `stop` the last of them?
    base
        What is raised to these powers.
    dtype
        The dtype; inferred from the ends if not given.
    axis
        Where the axis of the numbers is put, if the ends are arrays.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        The numbers: a leaf, if no argument carries a gradient.

    Examples
    --------
    >>> mg.logspace(0, 2, 3)
    Tensor([  1.,  10., 100.])
    """
    rest = {"num": num, "endpoint": endpoint, "dtype": dtype, "axis": axis}
    return _spaced(np.logspace, {"start": start, "stop": stop, "base": base}, rest, constant)


def geomspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
    *,
    constant: bool | None = None,
) -> Tensor:
    """Return numbers in geometric progression; see `numpy.geomspace`.

    A tensor as `start` or `stop` gets a gradient.

    Parameters
    ----------
    start, stop
        The first and the last number, or arrays of them.
    num
        How many numbers.
    endpoint
        Is `stop` the last of them?
    dtype
        The dtype; inferred from the ends if not given.
    axis
        Where the axis of the numbers is put, if the ends are arrays.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        The numbers: a leaf, if no argument carries a gradient.

    Examples
    --------
    >>> mg.geomspace(1, 4, 3)
    Tensor([1., 2., 4.])
    """
    rest = {"num": num, "endpoint": endpoint, "dtype": dtype, "axis": axis}
    return _spaced(np.geomspace, {"start": start, "stop": stop}, rest, constant)


def kaiser(M: int, beta: Any, *, constant: bool | None = None) -> Tensor:
    """Return the Kaiser window of `M` points; see `numpy.kaiser`.

    A tensor as `beta` gets a gradient.

    Parameters
    ----------
    M
        How many points.
    beta
        The shape of the window.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        The numbers: a leaf, if no argument carries a gradient.

    Examples
    --------
    >>> beta = mg.tensor(2.0)
    >>> mg.kaiser(3, beta)[0].backward()
    >>> beta.grad
    array(-0.30609719)
    """
    check_constant(constant)
    if not tracking() or not carries(beta):
        return _leaf(np.kaiser(*unwrap((M, beta))), constant)
    M = array_of(M, "mygrad.kaiser")
    if M <= 1:
        return array(np.kaiser(M, 0.0), constant=constant)
    middle = (M - 1) / 2
    height = np.sqrt(1 - ((np.arange(M) - middle) / middle) ** 2)
    return apply(np.divide, (np.i0(beta * height), np.i0(beta)), {}, constant)  # type: ignore[no-any-return]


def _spaced(func: Any, ends: dict[str, Any], rest: dict[str, Any], constant: bool | None) -> Tensor:
    """Numbers between ends: a leaf, unless an end carries a gradient."""
    if not tracking() or not carries(ends):
        return _leaf(func(**unwrap(ends), **rest), constant)
    pairs = {name: prepare(x) for name, x in ends.items()}
    ends = {name: data if t is None else t for name, (data, t) in pairs.items()}
    return apply(func, (), ends | rest, constant)  # type: ignore[no-any-return]
