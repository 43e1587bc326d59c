"""Lenses: where in its root a view looks.

A lens is a linked list of view steps (basic indexing, reshape, transpose ...) from the root's
array to the view's. It reads from the root, writes into it, and carries gradients back.
Being re-run on the root's current array, it needs no strides and works on foreign arrays.
"""

from operator import getitem
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ._indexing import is_basic
from ._table import RULES, Pullback
from ._value import Spec

__all__ = ["UNKNOWN", "Lens", "dense_like", "memory_order"]

#: Functions that may leave elements out, or show some twice, and may rely on the memory order.
UNKNOWN: set[Any] = set()


class Lens:
    """One view step and the lens in front of it.

    Attributes
    ----------
    front
        The lens that this one follows, or None if it starts at the root.
    func, args, kwargs
        The step: ``func(array, *args, **kwargs)``.
    spec
        Shape and dtype of what the step is applied to.
    bijective
        Do all steps so far only rearrange?
    injective
        Do all steps so far show each element at most once?
    gathers
        Does a step pick elements by arrays, some perhaps several times?
    writeable
        Does NumPy allow writing to what is seen?
    reshapes
        Does a step rely on the memory order of the array?
    axes
        Memory order of the root: its axes from the slowest to the fastest; None for C.
    """

    __slots__ = (
        "args",
        "axes",
        "bijective",
        "front",
        "func",
        "gathers",
        "injective",
        "kwargs",
        "reshapes",
        "spec",
        "writeable",
    )

    def __init__(
        self,
        front: "Lens | None",
        func: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        spec: Spec,
        root: Any,
    ) -> None:
        self.front = front
        self.func = func
        self.args = args
        self.kwargs = kwargs
        self.spec = spec
        unknown = func in UNKNOWN
        rearranges = func not in (getitem, np.diagonal, np.real, np.imag)
        repeats = func is np.broadcast_to or func is sliding_window_view
        self.injective = not repeats and not unknown
        self.bijective = rearranges and self.injective
        self.gathers = func is getitem and not is_basic(args[0])
        self.reshapes = func is np.reshape or func is np.ravel or unknown
        self.writeable = not repeats and func is not np.diagonal
        if front is None:
            self.axes = memory_order(root)
        else:
            self.axes = front.axes
            self.bijective &= front.bijective
            self.injective &= front.injective
            self.gathers |= front.gathers
            self.reshapes |= front.reshapes
            self.writeable &= front.writeable

    def steps(self) -> "list[Lens]":
        """The steps, the first one (at the root) last."""
        found = [self]
        lens = self.front
        while lens is not None:
            found.append(lens)
            lens = lens.front
        return found

    def read(self, array: Any) -> Any:
        """Look through the lens at the root's array."""
        if self.front is None:
            return self.func(array, *self.args, **self.kwargs)
        for step in reversed(self.steps()):
            array = step.func(array, *step.args, **step.kwargs)
        return array

    def transpose(self, g: Any) -> Any:
        """Carry a cotangent of what is seen back to the root."""
        for step in self.steps():
            rule = RULES[step.func]
            assert isinstance(rule, Pullback)
            (vjp,) = rule.vjps.values()
            g = vjp(g, None, step.spec, *step.args, **step.kwargs)
        return g

    def place(self, array: np.ndarray) -> tuple[np.ndarray, Any]:
        """A writeable array and a key into it that are what is seen of the root's array."""
        steps = self.steps()
        key: Any = ...
        if steps[0].func is getitem:
            # Kept apart, for a single element would come out as a copy.
            key = steps[0].args[0]
            del steps[0]
        for step in reversed(steps):
            array = step.func(array, *step.args, **step.kwargs)
        if not array.flags.writeable:
            array.setflags(write=True)
        return array, key

    def write(self, array: Any, change: Any) -> Any:
        """Return the root's (foreign, copied) array after ``change(seen) -> seen``."""
        steps = self.steps()[::-1]
        seen = [array]
        for step in steps:
            seen.append(step.func(seen[-1], *step.args, **step.kwargs))
        new = change(seen.pop())
        for step in reversed(steps):
            old = seen.pop()
            if step.func is getitem:
                old = old.copy()
                old[step.args[0]] = new
                new = old
            elif step.func is np.real and old.dtype.kind == "c":
                new = new + 1j * np.imag(old)
            elif step.func is np.imag:
                new = np.real(old) + 1j * new
            else:
                rule = RULES[step.func]
                assert isinstance(rule, Pullback)
                (vjp,) = rule.vjps.values()
                new = vjp(new, None, step.spec, *step.args, **step.kwargs)
        return new

    def fits(self, array: np.ndarray) -> bool:
        """Would the lens show a view of this (gradient) array, not a copy?"""
        if not self.reshapes:
            return True
        if self.axes is not None:
            array = array.transpose(self.axes)
        return array.flags.c_contiguous


def memory_order(array: Any) -> tuple[int, ...] | None:
    """The axes from the slowest to the fastest, or None for C order."""
    if not isinstance(array, np.ndarray) or array.ndim < 2 or array.flags.c_contiguous:
        return None
    strides = array.strides
    axes = tuple(sorted(range(array.ndim), key=lambda axis: -abs(strides[axis])))
    return None if axes == tuple(range(array.ndim)) else axes


def dense_like(spec: Spec, axes: tuple[int, ...] | None) -> np.ndarray:
    """Zeros of a shape and dtype in a memory order."""
    if axes is None:
        return np.zeros(spec.shape, spec.dtype)
    zeros = np.zeros([spec.shape[axis] for axis in axes], spec.dtype)
    return zeros.transpose(np.argsort(axes))
