"""Convolutions over any number of axes, and what is their transpose.

Three functions are linear in each of two operands, and each is the derivative of the others:

==========================  =======================================================
``_conv_nd(x, w)``          images and filters -> what the filters see in them
``_conv_transpose_nd(g, w)`` the transpose of that by the images
``_conv_filters(x, g)``     the transpose of that by the filters
==========================  =======================================================

All of them are products of matrices. The elements under the filter at one place of an image are one
column of a matrix ("im2col"). It would be larger than the images by the size of a filter, so it is
made in blocks that stay in the processor's cache, whole images or rows of places of one.
"""

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from ..._record import check_constant, record
from ..._table import known_as, linear_in_each, pullback
from ..._tensor import Tensor
from ..._windows import Ints, per_axis, reach, windows
from ._shared import array_like, bilinear

__all__ = ["conv_nd", "conv_transpose_nd"]

#: Bytes of a block of columns. As measured, a quarter or twice of it is hardly slower.
BLOCK = 2**20

# ----------------------------------------------------------------------------------------
# Blocks of columns
# ----------------------------------------------------------------------------------------


def _places(size: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Ints:
    """In how many places a filter is put along each axis."""
    spans = reach(kernel, dilation)
    return tuple(
        [
            (n + 2 * p - span) // s + 1
            for n, p, span, s in zip(size, padding, spans, stride, strict=True)
        ]
    )


def _inside(size: Ints, padding: Ints) -> Any:
    """The key of what is not padding."""
    return (..., *[slice(p, p + n) for n, p in zip(size, padding, strict=True)])


def _padded(n: int, channels: int, size: Ints, padding: Ints, dtype: Any) -> Any:
    """Zeros for `n` images with padding around them."""
    sizes = [length + 2 * p for length, p in zip(size, padding, strict=True)]
    return np.zeros((n, channels, *sizes), dtype)


def _blocks(samples: int, places: Ints, column: int) -> tuple[int, int]:
    """How many samples are in a block, and how many rows; a column has so many bytes."""
    row = max(1, column * prod(places[1:]))
    whole = row * places[0]
    if whole > BLOCK:
        return 1, max(1, BLOCK // row)
    return min(max(samples, 1), BLOCK // whole), places[0]


class _Matrices:
    """Memory for matrices of a block, of (n, length, places) elements at most."""

    def __init__(self, n: int, length: int, places: int, dtype: Any) -> None:
        # Rows that are so far apart would compete for the same lines of the cache.
        self.gap = 0 if places * np.dtype(dtype).itemsize % 1024 else 16
        self.memory = np.empty(n * length * (places + self.gap), dtype)

    def of(self, n: int, length: int, places: int) -> Any:
        """Matrices of shape (n, length, places); what they held before is gone."""
        row = places + self.gap
        return self.memory[: n * length * row].reshape(n, length, row)[..., :places]


def _columns(
    x: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Iterator[tuple[slice, slice, Any]]:
    """What is under the filter, in blocks: samples, rows, and columns of shape (n, C * K, places).

    The columns of a block are valid until the next one is asked for.
    """
    n, channels, *size = x.shape
    places = _places(size, kernel, stride, padding, dilation)
    length = channels * prod(kernel)
    height, rows = _blocks(n, places, length * x.itemsize)
    if prod(kernel) == prod(stride) == 1 and not any(padding):
        # One column for each pixel: the images themselves.
        flat = x.reshape(n, channels, prod(size))
        for i in range(0, n, height):
            part = slice(i, min(i + height, n))
            yield part, slice(None), flat[part]
        return
    matrices = _Matrices(height, length, rows * prod(places[1:]), x.dtype)
    padded = _padded(height, channels, size, padding, x.dtype) if any(padding) else x
    axes = len(size)
    order = (0, 1, *range(2 + axes, 2 + 2 * axes), *range(2, 2 + axes))
    seen = windows(padded, kernel, stride, dilation).transpose(order)
    for i in range(0, n, height):
        part = slice(i, min(i + height, n))
        if padded is x:
            block = seen[part]
        else:
            padded[: part.stop - i][_inside(size, padding)] = x[part]
            block = seen[: part.stop - i]
        for r in range(0, places[0], rows):
            row = slice(r, min(r + rows, places[0]))
            some = block[(..., row, *[slice(None)] * (axes - 1))]
            columns = matrices.of(part.stop - i, length, prod(some.shape[-axes:]))
            columns.reshape(some.shape)[...] = some
            yield part, row, columns


def _span(row: slice, places: Ints) -> slice:
    """Rows of places as a range of places."""
    if row == slice(None):
        return row
    width = prod(places[1:])
    return slice(row.start * width, row.stop * width)


# ----------------------------------------------------------------------------------------
# The three functions
# ----------------------------------------------------------------------------------------


def _computing(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """Both operands in the dtype to compute in, and that of the result."""
    dtype = np.result_type(x, y)
    # There are no products of matrices in half precision, and sums would soon be rounded.
    computing = np.dtype(np.float32) if dtype == np.float16 else dtype
    return x.astype(computing, copy=False), y.astype(computing, copy=False), dtype


@known_as("mygrad.nnet.conv_nd")
@bilinear((0, 0), (0, 1))
def _conv_nd(x: Any, w: Any, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    x, w, dtype = _computing(x, w)
    n, _, *size = x.shape
    filters, channels, *kernel = w.shape
    places = _places(size, kernel, stride, padding, dilation)
    out = np.empty((n, filters, prod(places)), x.dtype)
    matrix = w.reshape(filters, channels * prod(kernel))
    for part, row, columns in _columns(x, kernel, stride, padding, dilation):
        np.matmul(matrix, columns, out=out[part, :, _span(row, places)])
    return out.reshape(n, filters, *places).astype(dtype, copy=False)


@known_as("mygrad.nnet.conv_transpose_nd")
@bilinear((0, 0), (1, 1))
def _conv_transpose_nd(
    g: Any, w: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Any:
    filters, channels, *kernel = w.shape
    axes = len(kernel)
    if prod(stride) == 1 and (filters <= 2 * channels or prod(kernel) == 1):
        # A convolution with the filters turned round. It costs more than what is below if
        # there are more filters than channels, for then its columns are longer.
        turned = np.swapaxes(np.flip(w, tuple(range(2, 2 + axes))), 0, 1)
        edges = [s - 1 - p for s, p in zip(reach(kernel, dilation), padding, strict=True)]
        cut = [slice(-e, e) if e < 0 else slice(None) for e in edges]
        return _conv_nd(g[(..., *cut)], turned, stride, tuple([max(e, 0) for e in edges]), dilation)
    g, w, dtype = _computing(g, w)
    n, _, *places = g.shape
    length = channels * prod(kernel)
    matrix = np.ascontiguousarray(w.reshape(filters, length).T)
    out = np.empty((n, channels, *size), g.dtype)
    height, rows = _blocks(n, places, length * g.itemsize)
    padded = _padded(height, channels, size, padding, g.dtype)
    seen = windows(padded, kernel, stride, dilation, writeable=True)
    matrices = _Matrices(height, length, rows * prod(places[1:]), g.dtype)
    for i in range(0, n, height):
        part = slice(i, min(i + height, n))
        padded[...] = 0
        for r in range(0, places[0], rows):
            some = g[part, :, r : r + rows]
            count = prod(some.shape[2:])
            columns = matrices.of(len(some), length, count)
            np.matmul(matrix, some.reshape(len(some), filters, count), out=columns)
            columns = columns.reshape(len(some), channels, *kernel, *some.shape[2:])
            target = seen[: len(some), :, r : r + rows]
            # Windows overlap, but not what is at one place in each of them.
            for offset in np.ndindex(*kernel):
                target[(..., *offset)] += columns[(slice(None), slice(None), *offset)]
        out[part] = padded[: part.stop - i][_inside(size, padding)]
    return out.astype(dtype, copy=False)


@known_as("mygrad.nnet.conv_nd")
@bilinear((1, 1), (1, 0))
def _conv_filters(x: Any, g: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    x, g, dtype = _computing(x, g)
    n, channels = x.shape[:2]
    filters, *places = g.shape[1:]
    flat = g.reshape(n, filters, prod(places))
    out = np.zeros((filters, channels * prod(kernel)), x.dtype)
    for part, row, columns in _columns(x, kernel, stride, padding, dilation):
        some = flat[part, :, _span(row, places)]
        if 4 * some.shape[-1] < filters:
            # One product for all samples: one for each would be larger than the columns.
            some = np.swapaxes(some, 0, 1).reshape(filters, some.shape[0] * some.shape[2])
            out += some @ np.moveaxis(columns, 1, 2).reshape(some.shape[1], out.shape[1])
        else:
            out += np.sum(some @ np.swapaxes(columns, 1, 2), axis=0)
    return out.reshape(filters, channels, *kernel).astype(dtype, copy=False)


@pullback(_conv_nd)
def _(g: Any, _: Any, _x: Any, w: Any, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    return _conv_transpose_nd(g, w, _x.shape[2:], stride, padding, dilation)


@pullback(_conv_nd, "w")
def _(g: Any, _: Any, x: Any, _w: Any, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    return _conv_filters(x, g, _w.shape[2:], stride, padding, dilation)


@pullback(_conv_transpose_nd)
def _(
    g: Any, _: Any, _x: Any, w: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Any:
    return _conv_nd(g, w, stride, padding, dilation)


@pullback(_conv_transpose_nd, "w")
def _(
    g: Any, _: Any, x: Any, _w: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Any:
    return _conv_filters(g, x, _w.shape[2:], stride, padding, dilation)


@pullback(_conv_filters)
def _(
    g: Any, _: Any, _x: Any, y: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Any:
    return _conv_transpose_nd(y, g, _x.shape[2:], stride, padding, dilation)


@pullback(_conv_filters, "y")
def _(
    g: Any, _: Any, x: Any, _y: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Any:
    return _conv_nd(x, g, stride, padding, dilation)


linear_in_each(_conv_nd, _conv_transpose_nd, _conv_filters)

# ----------------------------------------------------------------------------------------
# The public functions
# ----------------------------------------------------------------------------------------


def _operands(name: str, x: Any, w: Any, channel_axis: int) -> tuple[Any, Any]:
    """Images and filters that fit each other in the numbers of axes and channels."""
    x, w = array_like(x, "x"), array_like(w, "filter_bank")
    if x.ndim < 3 or w.ndim != x.ndim:
        raise ValueError(
            f"{name} takes x of shape (samples, channels, size ...) and filter_bank of shape "
            f"{'(filters, channels' if channel_axis else '(channels, filters'}, size ...), with "
            f"the same number of axes, 3 or more; got the shapes {x.shape} and {w.shape}"
        )
    if x.shape[1] != w.shape[channel_axis]:
        raise ValueError(
            f"{name}: x has {x.shape[1]} channels (axis 1 of its shape {x.shape}), but "
            f"filter_bank is for {w.shape[channel_axis]} (axis {channel_axis} of {w.shape})"
        )
    if 0 in w.shape[2:]:
        raise ValueError(f"{name}: the filters are empty; filter_bank has the shape {w.shape}")
    return x, w


def conv_nd(
    x: Any,
    filter_bank: Any,
    *,
    stride: Any,
    padding: Any = 0,
    dilation: Any = 1,
    constant: bool | None = None,
) -> Tensor:
    """Return the convolution of images with filters, over any number of axes.

    The filters are not turned round: it is a correlation, as is usual for neural networks.

    Parameters
    ----------
    x
        The images, of shape ``(N, C, d0, d1, ...)``: samples, channels, and the axes to convolve.
    filter_bank
        The filters, of shape ``(F, C, k0, k1, ...)``.
    stride
        By how much a filter moves: an integer, or one for each axis.
    padding
        How many zeros to put on both sides: an integer, or one for each axis.
    dilation
        The distance of a filter's elements in an image: an integer, or one for each axis.
    constant
        True makes the result a constant; None makes it one if both operands are.

    Returns
    -------
    Tensor
        Of shape ``(N, F, o0, o1, ...)`` with
        ``o = (d + 2 padding - ((k - 1) dilation + 1)) / stride + 1``.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than an image, or `stride` does not lead to
        its end.
    TypeError
        If `stride`, `padding` or `dilation` are no integers.

    See Also
    --------
    conv_transpose_nd, max_pool, avg_pool

    Notes
    -----
    Bias is an addition: ``conv_nd(...) + b`` with `b` of shape ``(F, 1, 1)``. Results in half
    precision are computed in single precision.

    Examples
    --------
    >>> x = mg.tensor([[[1.0, 2.0, 3.0]]])
    >>> w = mg.tensor([[[1.0, 10.0]]])
    >>> y = mg.nnet.conv_nd(x, w, stride=1)
    >>> y
    Tensor([[[21., 32.]]])
    >>> y.sum().backward()
    >>> x.grad, w.grad
    (array([[[ 1., 11., 10.]]]), array([[[3., 5.]]]))

    Photographs with three colours, and filters of 5 x 5 pixels:

    >>> photos, filters = mg.ones((8, 3, 32, 32)), mg.ones((16, 3, 5, 5))
    >>> mg.nnet.conv_nd(photos, filters, stride=1, padding=2).shape
    (8, 16, 32, 32)
    """
    x, w = _operands("conv_nd", x, filter_bank, 1)
    axes = x.ndim - 2
    strides = per_axis(stride, axes, "stride", 1)
    paddings = per_axis(padding, axes, "padding", 0)
    dilations = per_axis(dilation, axes, "dilation", 1)
    spans = reach(w.shape[2:], dilations)
    for n, p, span, s in zip(x.shape[2:], paddings, spans, strides, strict=True):
        if n + 2 * p < span or (n + 2 * p - span) % s:
            why = "is larger than the image" if n + 2 * p < span else "does not end at its edge"
            raise ValueError(
                f"conv_nd: the filter {why}. Along each axis, (size + 2 padding - span) / stride "
                f"must be an integer of at least 0, with size {x.shape[2:]}, padding {paddings}, "
                f"span (kernel - 1) * dilation + 1 = {spans}, stride {strides}"
            )
    check_constant(constant)
    result: Tensor = record(_conv_nd, (x, w, strides, paddings, dilations), {}, constant)
    return result


def conv_transpose_nd(
    x: Any,
    filter_bank: Any,
    *,
    stride: Any,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    constant: bool | None = None,
) -> Tensor:
    """Return the transpose of a convolution: what it does to a cotangent of its result.

    Each number of `x` puts the filter, times itself, into the result; `stride` is how far these are
    apart. So it makes images larger where `conv_nd` makes them smaller.

    Parameters
    ----------
    x
        Of shape ``(N, C, d0, d1, ...)``.
    filter_bank
        The filters, of shape ``(C, F, k0, k1, ...)``: those of the convolution from `F` to `C`
        channels of which this is the transpose.
    stride, dilation
        Those of the convolution: an integer, or one for each axis.
    padding
        How much is cut off on both sides: an integer, or one for each axis.
    output_padding
        How much longer the result is at the end of each axis, less than `stride`: a convolution of
        some `stride` gives the same shape for images of several.
    constant
        True makes the result a constant; None makes it one if both operands are.

    Returns
    -------
    Tensor
        Of shape ``(N, F, o0, o1, ...)`` with
        ``o = (d - 1) stride - 2 padding + (k - 1) dilation + output_padding + 1``.

    Raises
    ------
    ValueError
        If the shapes do not fit, `padding` leaves nothing, or `output_padding` is not below
        `stride`.
    TypeError
        If one of the numbers is no integer.

    See Also
    --------
    conv_nd

    Examples
    --------
    >>> x = mg.tensor([[[1.0, 2.0]]])
    >>> w = mg.tensor([[[1.0, 10.0, 100.0]]])
    >>> y = mg.nnet.conv_transpose_nd(x, w, stride=2)
    >>> y
    Tensor([[[  1.,  10., 102.,  20., 200.]]])
    >>> y[0, 0, 2].backward()
    >>> x.grad, w.grad
    (array([[[100.,   1.]]]), array([[[2., 0., 1.]]]))
    """
    x, w = _operands("conv_transpose_nd", x, filter_bank, 0)
    axes = x.ndim - 2
    strides = per_axis(stride, axes, "stride", 1)
    paddings = per_axis(padding, axes, "padding", 0)
    more = per_axis(output_padding, axes, "output_padding", 0)
    dilations = per_axis(dilation, axes, "dilation", 1)
    if any([m >= s for m, s in zip(more, strides, strict=True)]):
        raise ValueError(f"output_padding must be below stride, {strides}; got {more}")
    if 0 in x.shape[2:]:
        raise ValueError(
            f"conv_transpose_nd: x has no elements along an axis; its shape is {x.shape}"
        )
    spans = reach(w.shape[2:], dilations)
    size = tuple(
        [
            (d - 1) * s - 2 * p + span + m
            for d, s, p, span, m in zip(x.shape[2:], strides, paddings, spans, more, strict=True)
        ]
    )
    if min(size) < 1:
        raise ValueError(
            f"conv_transpose_nd: padding {paddings} leaves a result of size {size}; x has the "
            f"shape {x.shape}, filter_bank {w.shape}, stride {strides}, dilation {dilations}"
        )
    check_constant(constant)
    result: Tensor = record(
        _conv_transpose_nd, (x, w, size, strides, paddings, dilations), {}, constant
    )
    return result
