"""Sliding windows over the last axes of an array, with steps and gaps."""

from operator import index
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view as _all_windows

from .rules.shape import as_array

__all__ = ["per_axis", "reach", "sliding_window_view", "windows"]

Ints = tuple[int, ...]


def per_axis(value: Any, n: int, name: str, least: int) -> Ints:
    """An argument that is one integer for all of `n` axes, or one for each, as a tuple.

    Raises
    ------
    TypeError
        If these are no integers.
    ValueError
        If there is another number of them, or one is less than `least`.
    """
    try:
        try:
            numbers = (index(value),) * n
        except TypeError:
            numbers = tuple([index(i) for i in value])
    except TypeError:
        raise TypeError(f"{name} must be an integer or a sequence of them; got {value!r}") from None
    if len(numbers) != n:
        raise ValueError(f"{name} must have one integer for each of {n} axes; got {value!r}")
    if any([i < least for i in numbers]):
        raise ValueError(f"{name} must be at least {least}; got {value!r}")
    return numbers


def reach(window: Ints, dilation: Ints) -> Ints:
    """How many elements a window spans along each axis, gaps included."""
    return tuple([(w - 1) * d + 1 for w, d in zip(window, dilation, strict=True)])


def windows(a: Any, window: Ints, step: Ints, dilation: Ints, writeable: bool = False) -> Any:
    """The windows over the last axes as a view: (leading axes ..., places ..., window ...)."""
    axes = tuple(range(a.ndim - len(window), a.ndim))
    keywords: dict[str, Any] = {"writeable": True} if writeable else {}
    seen = _all_windows(a, reach(window, dilation), axis=axes, **keywords)
    key: Any = (..., *[slice(None, None, s) for s in (*step, *dilation)])
    return seen[key]


def sliding_window_view(arr: Any, window_shape: Any, step: Any, dilation: Any = None) -> Any:
    """Return windows that slide over the last axes of an array.

    Nothing is copied: the result is a view, of a tensor a tensor through which gradients flow.

    Parameters
    ----------
    arr
        A tensor or an array.
    window_shape
        A sequence of positive integers: the window's shape. It slides over as many of the last
        axes.
    step
        By how much it moves: an integer, or one for each of those axes.
    dilation
        The distance of the elements of a window: an integer, or one for each of those axes. 1, if
        not given.

    Returns
    -------
    Tensor or numpy.ndarray
        A read-only view of shape ``(*places, *leading, *window_shape)``: the numbers of places
        of the window, the axes over which it does not slide, and the window. Windows that would
        reach beyond the end are left out.

    Raises
    ------
    TypeError
        If `window_shape` is no sequence of positive integers, or `step` or `dilation` no integers.
    ValueError
        If the window does not fit, or `step` or `dilation` is not positive or of a wrong length.

    See Also
    --------
    numpy.lib.stride_tricks.sliding_window_view : takes tensors, too, and axes instead of steps

    Examples
    --------
    >>> x = mg.arange(7.0)
    >>> y = mg.sliding_window_view(x, (3,), step=2)
    >>> y
    Tensor([[0., 1., 2.],
            [2., 3., 4.],
            [4., 5., 6.]])
    >>> y.sum().backward()
    >>> x.grad
    array([1., 1., 2., 1., 2., 1., 1.])
    >>> mg.sliding_window_view(x, (2,), step=1, dilation=4)
    Tensor([[0., 4.],
            [1., 5.],
            [2., 6.]])
    """
    arr = as_array(arr)
    try:
        window = tuple([index(i) for i in window_shape])
    except TypeError:
        window = ()
    if not window or min(window) < 1:
        raise TypeError(
            f"window_shape must be a sequence of positive integers; got {window_shape!r}"
        )
    n = len(window)
    if n > arr.ndim:
        raise ValueError(
            f"window_shape {window} has more axes than the array, whose shape is {arr.shape}"
        )
    steps = per_axis(step, n, "step", 1)
    gaps = (1,) * n if dilation is None else per_axis(dilation, n, "dilation", 1)
    spans = reach(window, gaps)
    if any([span > size for span, size in zip(spans, arr.shape[-n:], strict=True)]):
        raise ValueError(
            f"a window of shape {window} with dilation {gaps} spans {spans} elements, more than "
            f"the last axes of the array, whose shape is {arr.shape}"
        )
    seen = windows(arr, window, steps, gaps)
    leading = arr.ndim - n
    if not leading:
        return seen
    return np.moveaxis(seen, tuple(range(leading)), tuple(range(n, n + leading)))
