"""`mygrad.sliding_window_view`, against loops."""

import itertools

import numpy as np
import pytest

import mygrad as mg
from _helpers import check_gradients


def by_loops(arr, window, step, dilation):
    n = len(window)
    spans = [(w - 1) * d + 1 for w, d in zip(window, dilation, strict=True)]
    sizes = arr.shape[arr.ndim - n :]
    grid = [(size - span) // s + 1 for size, span, s in zip(sizes, spans, step, strict=True)]
    out = np.empty((*grid, *arr.shape[: arr.ndim - n], *window))
    for at in itertools.product(*map(range, grid)):
        for i in itertools.product(*map(range, window)):
            place = [a * s + k * d for a, s, k, d in zip(at, step, i, dilation, strict=True)]
            out[(*at, ..., *i)] = arr[(..., *place)]
    return out


@pytest.mark.parametrize(
    ("shape", "window", "step", "dilation"),
    [
        ((7,), (2,), (3,), (1,)),
        ((10,), (3,), (2,), (2,)),
        ((3,), (2,), (1,), (2,)),
        ((2, 3, 8, 9), (2, 3), (2, 3), (1, 1)),
        ((2, 5, 6), (2, 2), (1, 2), (3, 2)),
        ((4, 4), (4, 4), (1, 1), (1, 1)),
    ],
)
def test_windows_and_gradients(shape, window, step, dilation):
    arr = np.random.default_rng(0).normal(size=shape)
    expected = by_loops(arr, window, step, dilation)
    found = mg.sliding_window_view(arr, window, step, dilation)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert isinstance(found, np.ndarray)
    assert np.shares_memory(found, arr) and not found.flags.writeable
    t = mg.tensor(arr)
    assert mg.sliding_window_view(t, window, step, dilation).base is t
    check_gradients(lambda x: np.sin(mg.sliding_window_view(x, window, step, dilation)), arr)


def test_numbers_for_all_axes():
    arr = np.arange(30.0).reshape(5, 6)
    np.testing.assert_array_equal(
        mg.sliding_window_view(arr, (2, 2), 2, 2), by_loops(arr, (2, 2), (2, 2), (2, 2))
    )
    np.testing.assert_array_equal(mg.sliding_window_view([1, 2, 3], [2], 1), [[1, 2], [2, 3]])


@pytest.mark.parametrize(
    ("window", "step", "dilation", "error", "words"),
    [
        (2, 1, None, TypeError, "must be a sequence"),
        ((2.0,), 1, None, TypeError, "positive integers"),
        ((0,), 1, None, TypeError, "positive integers"),
        ((2, 2, 2), 1, None, ValueError, r"more axes than the array.*\(4, 5\)"),
        ((2, 6), 1, None, ValueError, r"spans \(2, 6\) elements, more than.*\(4, 5\)"),
        ((2, 2), 0, None, ValueError, "step must be at least 1"),
        ((2, 2), 1.5, None, TypeError, "step must be an integer"),
        ((2, 2), (1, 1, 1), None, ValueError, "each of 2 axes"),
        ((2, 2), 1, 0, ValueError, "dilation must be at least 1"),
        ((2, 2), 1, (1,), ValueError, "each of 2 axes"),
        ((2, 2), 1, "a", TypeError, "dilation must be an integer"),
        ((2, 2), 1, (1, 5), ValueError, r"spans \(2, 6\)"),
    ],
)
def test_what_does_not_fit(window, step, dilation, error, words):
    with pytest.raises(error, match=words):
        mg.sliding_window_view(np.zeros((4, 5)), window, step, dilation)


def test_a_reversed_axis_of_length_one():
    # Its stride is negative although the array is contiguous.
    a = np.arange(3.0).reshape(3, 1)[:, ::-1]
    found = mg.sliding_window_view(mg.tensor(a, copy=False), (2, 1), 1)
    np.testing.assert_array_equal(found, [[[[0], [1]]], [[[1], [2]]]])
