"""Windows that slide over the last axes, with steps and gaps: what convolutions look at."""

from typing import Any

import numpy as np

from ._state import Name

__all__ = ["sliding_window_view"]


def sliding_window_view(arr: Any, window_shape: Any, step: Any, dilation: Any = None) -> Any:
    """Return all windows of a shape over the last axes of an array or tensor, a read-only view.

    Parameters
    ----------
    arr
        The array. The windows cover its last ``len(window_shape)`` axes.
    window_shape
        How many elements a window has along each of these axes.
    step
        How far windows are apart: an int, or one for each axis. Windows that would reach beyond
        the array are left out.
    dilation
        How far the elements of a window are apart: an int, or one for each axis; 1 by default.

    Returns
    -------
    numpy.ndarray or Tensor
        A tensor if `arr` is one; gradients flow. The shape is that of the grid of windows, then
        the other axes of `arr`, then that of a window.

    Raises
    ------
    TypeError
        If what is to be an int is none.
    ValueError
        If a number is not positive, or a window does not fit.

    See Also
    --------
    numpy.lib.stride_tricks.sliding_window_view : takes tensors, too; without steps and gaps.

    Examples
    --------
    >>> mg.sliding_window_view(np.arange(7), (2,), 3)
    array([[0, 1],
           [3, 4]])
    >>> x = mg.arange(5.0)
    >>> windows = mg.sliding_window_view(x, (2,), 1, dilation=3)
    >>> windows
    Tensor([[0., 3.],
            [1., 4.]])
    >>> windows.backward()
    >>> x.grad
    array([1., 1., 0., 1., 1.])
    """
    arr = arr if isinstance(arr, (np.ndarray, Name)) else np.asarray(arr)
    window = _ints(window_shape, "window_shape")
    n, ndim = len(window), arr.ndim
    if n > ndim:
        raise ValueError(
            f"window_shape {window} has {n} axes, but the array has {ndim}: its shape is "
            f"{arr.shape}"
        )
    steps = _ints(step, "step", n)
    gaps = _ints(1 if dilation is None else dilation, "dilation", n)
    sizes = arr.shape[ndim - n :]
    spans = tuple([(w - 1) * d + 1 for w, d in zip(window, gaps, strict=True)])
    if any([span > size for span, size in zip(spans, sizes, strict=True)]):
        raise ValueError(
            f"windows of shape {window} with dilation {gaps} span {spans} elements, more than the "
            f"array has along its last {n} axes: {sizes}"
        )
    axes = tuple(range(ndim - n, ndim))
    seen: Any = np.lib.stride_tricks.sliding_window_view(arr, spans, axes)
    seen = seen[(..., *[slice(None, None, k) for k in (*steps, *gaps)])]
    return np.moveaxis(seen, axes, tuple(range(n)))


def _ints(x: Any, what: str, n: int | None = None) -> tuple[int, ...]:
    """Positive ints, one for each of `n` axes."""
    if n is not None and isinstance(x, (int, np.integer)):
        x = (x,) * n
    try:
        found = tuple(x)
    except TypeError:
        found = (x,)
        if n is None:
            raise TypeError(f"{what} must be a sequence of ints; got {x!r}") from None
    if not all([isinstance(k, (int, np.integer)) and not isinstance(k, bool) for k in found]):
        raise TypeError(f"{what} must be of ints; got {x!r}")
    if n is not None and len(found) != n:
        raise ValueError(f"{what} must be an int, or one for each of {n} axes; got {x!r}")
    if any([k <= 0 for k in found]):
        raise (TypeError if n is None else ValueError)(f"{what} must be positive; got {x!r}")
    return tuple([int(k) for k in found])
