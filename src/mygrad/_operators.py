"""The operators of tensors, made from the table: ``binary(np.multiply)`` gives ``*``.

This is the hot path. The common cases stand first and in line: two tensors of one shape
and dtype, each the sole owner of its array (so that nothing needs to be locked), or such a
tensor and a Python number. Everything else goes through `_record`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules  # noqa: F401  (fills the table)
from ._modes import tracking
from ._operands import steps_back, unwrap
from ._record import record, record_ufunc
from ._state import Name, bind_result_class, data_of
from ._table import COMPOSITIONS, RULES, Elementwise
from ._value import UNBORN, Value, new, tick
from ._write import ufunc_into

__all__ = ["binary", "bind_tensor_class", "compare", "matmul", "power", "unary"]

Operator = Callable[[Any, Any], Any]

_Tensor: Any = Name
_ndarray = np.ndarray


def bind_tensor_class(cls: Any) -> None:
    """Say which class the operators belong to, and results have."""
    global _Tensor
    _Tensor = cls
    bind_result_class(cls)


def _rule(func: np.ufunc) -> Elementwise:
    rule = RULES[func]
    assert isinstance(rule, Elementwise)
    return rule


def unary(func: np.ufunc) -> Callable[[Any], Any]:
    """The operator ``f(self)``."""
    rule = _rule(func)
    keep_ans, keep_x = rule.keep[True, False]

    def operator(self: Any) -> Any:
        a = self._value
        spec = a.spec
        if spec is None or not tracking():
            return record_ufunc(rule, (self,))
        x = self._array
        ans = func(x)
        if ans.__class__ is not _ndarray:
            ans = _whole(ans)
        v = new(Value)
        v.rule = rule
        v.a = a
        v.b = v.y = v.grad = v.guard = None
        v.x = x if keep_x else None
        v.ans = ans if keep_ans else None
        v.spec = spec
        v.own = False
        v.order = tick()
        a.grad = None
        t = new(_Tensor)
        t._array = ans
        t._value = v
        t._home = None
        return t

    return operator


def binary(func: np.ufunc) -> tuple[Operator, Operator, Operator]:
    """The operators ``f(self, other)``, ``f(other, self)`` and the in-place one."""
    rule = _rule(func)
    keep_ans, keep_x, keep_y = rule.keep[True, True]
    left_ans, left_x, left_y = rule.keep[True, False]
    right_ans, right_x, right_y = rule.keep[False, True]

    def forward(self: Any, other: Any) -> Any:
        cls = other.__class__
        if tracking():
            a = self._value
            spec = a.spec
            b: Any = None
            y = None
            if spec is None:
                pass
            elif cls is _Tensor:
                b = other._value
                if b.spec is spec:
                    y = other._array
            elif cls is float or cls is int:
                y = spec.numbers.get(other)
                if y is None:
                    y = spec.number(other)
            if y is not None:
                x = self._array
                ans = func(x, y)
                if ans.__class__ is not _ndarray:
                    ans = _whole(ans)
                v = new(Value)
                v.rule = rule
                v.a = a
                v.b = b
                if b is None:
                    v.x = x if left_x else None
                    v.y = y if left_y else None
                    v.ans = ans if left_ans else None
                else:
                    b.grad = None
                    v.x = x if keep_x else None
                    v.y = y if keep_y else None
                    v.ans = ans if keep_ans else None
                a.grad = None
                v.spec = spec
                v.grad = v.guard = None
                v.own = False
                v.order = tick()
                t = new(_Tensor)
                t._array = ans
                t._value = v
                t._home = None
                return t
        elif self._home is None:
            if cls is _Tensor:
                plain = other._array if other._home is None else None
            else:
                plain = other if cls is float or cls is int or cls is _ndarray else None
            if plain is not None:
                ans = func(self._array, plain)
                t = new(_Tensor)
                t._array = ans if ans.__class__ is _ndarray else _whole(ans)
                t._value = UNBORN
                t._home = None
                return t
        if steps_back(cls):
            return NotImplemented
        return record_ufunc(rule, (self, other))

    def reflected(self: Any, other: Any) -> Any:
        cls = other.__class__
        a = self._value
        spec = a.spec
        if spec is not None and (cls is float or cls is int) and tracking():
            x = spec.numbers.get(other)
            if x is None:
                x = spec.number(other)
            y = self._array
            ans = func(x, y)
            if ans.__class__ is not _ndarray:
                ans = _whole(ans)
            v = new(Value)
            v.rule = rule
            v.a = v.grad = v.guard = None
            v.b = a
            v.x = x if right_x else None
            v.y = y if right_y else None
            v.ans = ans if right_ans else None
            v.spec = spec
            v.own = False
            v.order = tick()
            a.grad = None
            t = new(_Tensor)
            t._array = ans
            t._value = v
            t._home = None
            return t
        if steps_back(cls):
            return NotImplemented
        return record_ufunc(rule, (other, self))

    def in_place(self: Any, other: Any) -> Any:
        cls = other.__class__
        spec = self._value.spec
        if (
            spec is not None
            and (cls is float or cls is int or (cls is _Tensor and other._value.spec is spec))
            and tracking()
        ):
            result = forward(self, other)
            self._array = result._array
            self._value = result._value
            return self
        if steps_back(cls):
            return NotImplemented
        return ufunc_into(rule, (self, other), self)

    return forward, reflected, in_place


def _whole(ans: Any) -> Any:
    """An array, where NumPy gave a scalar."""
    return np.asarray(ans) if isinstance(ans, np.generic) else ans


def power() -> tuple[Operator, Operator, Operator]:
    """The operators ``self ** other``, ``other ** self`` and ``self **= other``."""
    general, reflected, general_in_place = binary(np.power)
    square = unary(np.square)

    def forward(self: Any, other: Any) -> Any:
        # As NumPy does for arrays: quicker, and the derivative is simpler.
        if other.__class__ in (int, float) and other == 2:
            return square(self)
        return general(self, other)

    return forward, reflected, general_in_place


def matmul() -> tuple[Operator, Operator, Operator]:
    """The operators of ``@``."""

    def forward(self: Any, other: Any) -> Any:
        if steps_back(other.__class__):
            return NotImplemented
        return record(np.matmul, (self, other), {})

    def reflected(self: Any, other: Any) -> Any:
        if steps_back(other.__class__):
            return NotImplemented
        return record(np.matmul, (other, self), {})

    def in_place(self: Any, other: Any) -> Any:
        if steps_back(other.__class__):
            return NotImplemented
        # NumPy's `@=` keeps the shape, too.
        axes = [(-2, -1)] * 3 if self.ndim > 1 else [(0,), (-2, -1), (0,)]
        return record(np.matmul, (self, other), {"out": self, "axes": axes})

    return forward, reflected, in_place


def compare(func: Any) -> Operator:
    """A comparison: plain arrays in, plain arrays out."""

    def operator(self: Any, other: Any) -> Any:
        if steps_back(other.__class__) and other is not None:
            return NotImplemented
        return func(data_of(self), unwrap(other))

    return operator
