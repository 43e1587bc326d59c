"""The operators of tensors, made from the table: ``binary(np.multiply)`` gives ``*``.

This is the hot path. The common cases stand first and in line: two tensors of one shape
and dtype, each the sole owner of its array (so that nothing needs to be locked), or such a
tensor and a Python number. Everything else goes through `_record`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules  # noqa: F401  (fills the table)
from ._guard import guarded
from ._modes import tracking
from ._operands import Keeper, prepare, steps_back, unwrap
from ._record import record, record_ufunc
from ._state import Name, bind_result_class, data_of, make, value_of
from ._table import RULES, Elementwise, Pair, Pullback
from ._value import CONSTANT, UNBORN, Spec, Value, new, node, spec_of, tick
from ._write import ufunc_into

__all__ = [
    "binary",
    "bind_tensor_class",
    "compare",
    "matmul",
    "power",
    "table_of_operators",
    "unary",
]

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
        mode = tracking()
        if mode is not True:
            if mode is not False or self._home is not None:
                return record_ufunc(rule, (self,))
            t = new(_Tensor)
            t._array = _whole(func(self._array))
            t._value = UNBORN
            t._home = None
            return t
        if spec.__class__ is not Spec:
            return record_ufunc(rule, (self,))
        x = self._array
        ans = func(x)
        if ans.__class__ is not _ndarray:
            ans = _whole(ans)
        v = new(Value)
        v.rule = rule
        v.a = a
        v.b = v.y = v.grad = None
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
        mode = tracking()
        if mode is True:
            a = self._value
            spec = a.spec
            if spec.__class__ is not Spec:
                spec = None
            y = guard = None
            if cls is _Tensor:
                b: Any = other._value
                if b.spec is spec is not None:
                    y = other._array
                elif spec is None:
                    if a is CONSTANT and self._home is None and b.spec.__class__ is Spec:
                        y = other._array
                        if y.dtype is self._array.dtype:
                            a = None
                        else:
                            y = None
                elif other._home is None and (b is CONSTANT or b.spec is not None):
                    # Another shape, or a constant.
                    y = other._array
                    if y.dtype is spec.dtype:
                        spec = None
                        if b is CONSTANT:
                            b = None
                    else:
                        y = None
            elif spec is None:
                pass
            elif cls is float or cls is int:
                b = None
                y = spec.numbers.get(other)
                if y is None:
                    y = spec.number(other)
            elif cls is _ndarray and other.dtype is spec.dtype:
                y, guard = guarded(other)
                b = spec = None
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
                    a.grad = None
                    v.x = x if left_x else None
                    v.y = y if left_y else None
                    v.ans = ans if left_ans else None
                elif a is None:
                    b.grad = None
                    v.x = x if right_x else None
                    v.y = y if right_y else None
                    v.ans = ans if right_ans else None
                else:
                    a.grad = b.grad = None
                    v.x = x if keep_x else None
                    v.y = y if keep_y else None
                    v.ans = ans if keep_ans else None
                v.spec = spec_of(ans) if spec is None else spec
                v.grad = None
                if guard is not None:
                    v.guard = guard
                v.own = False
                v.order = tick()
                t = new(_Tensor)
                t._array = ans
                t._value = v
                t._home = None
                return t
        elif mode is False and self._home is None:
            if cls is _Tensor:
                y = other._array if other._home is None else None
            else:
                y = other if cls is float or cls is int or cls is _ndarray else None
            if y is not None:
                ans = func(self._array, y)
                if ans.__class__ is not _ndarray:
                    ans = _whole(ans)
                t = new(_Tensor)
                t._array = ans
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
        if spec.__class__ is Spec and tracking() is True:
            x = guard = None
            if cls is float or cls is int:
                x = spec.numbers.get(other)
                if x is None:
                    x = spec.number(other)
            elif cls is _ndarray and other.dtype is spec.dtype:
                x, guard = guarded(other)
                spec = None
            if x is not None:
                y = self._array
                ans = func(x, y)
                if ans.__class__ is not _ndarray:
                    ans = _whole(ans)
                v = new(Value)
                v.rule = rule
                v.a = v.grad = None
                v.b = a
                v.x = x if right_x else None
                v.y = y if right_y else None
                v.ans = ans if right_ans else None
                v.spec = spec_of(ans) if spec is None else spec
                if guard is not None:
                    v.guard = guard
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
            spec.__class__ is Spec
            and (cls is float or cls is int or (cls is _Tensor and other._value.spec is spec))
            and tracking() is True
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
        cls = other.__class__
        if (cls is int or cls is float) and other == 2:
            return square(self)
        if (cls is _ndarray or isinstance(other, np.generic)) and not other.ndim:
            # Before NumPy 2.2, some exponents without axes keep the dtype of the base.
            dtype = self._array.dtype
            if (np.ones(1, dtype) ** other).dtype == dtype != np.result_type(dtype, other):
                return forward(self, other.item())
        return general(self, other)

    return forward, reflected, general_in_place


def matmul() -> tuple[Operator, Operator, Operator]:
    """The operators of ``@``."""
    func = np.matmul
    rule = RULES[func]
    assert isinstance(rule, Pullback)
    real, complex_ = Pair(rule), Pair(rule, conjugate=True)

    def product(left: Any, right: Any) -> Any:
        """The quick way for tensors and arrays; None if there is more to it."""
        mode = tracking()
        if mode.__class__ is not bool:
            return None
        (x, t), (y, u) = prepare(left), prepare(right)
        if not mode:
            t = make(_whole(func(x, y)), None)
            t._value = UNBORN
            return t
        a = None if t is None else value_of(t)
        b = None if u is None else value_of(u)
        if a is None and b is None:
            return None
        ans = func(x, y)
        if ans.__class__ is not _ndarray:
            ans = _whole(ans)
        if ans.dtype.kind not in "fc":
            return None
        pair = real if ans.dtype.kind == "f" else complex_
        keep_x, keep_y = pair.keep[a is not None, b is not None]
        keeper = Keeper()
        v = node(pair, a, b, spec_of(ans), keeper.hold(x, t, keep_x), keeper.hold(y, u, keep_y))
        if keeper.locks is not None:
            v.guard = keeper.locks
        if a is not None:
            a.grad = None
        if b is not None:
            b.grad = None
        return make(ans, v)

    def forward(self: Any, other: Any) -> Any:
        if other.__class__ is _Tensor or other.__class__ is _ndarray:
            ans = product(self, other)
            if ans is not None:
                return ans
        if steps_back(other.__class__):
            return NotImplemented
        return record(func, (self, other), {})

    def reflected(self: Any, other: Any) -> Any:
        if other.__class__ is _ndarray:
            ans = product(other, self)
            if ans is not None:
                return ans
        if steps_back(other.__class__):
            return NotImplemented
        return record(func, (other, self), {})

    def in_place(self: Any, other: Any) -> Any:
        if steps_back(other.__class__):
            return NotImplemented
        # NumPy's `@=` keeps the shape, too.
        axes = [(-2, -1)] * 3 if self.ndim > 1 else [(0,), (-2, -1), (0,)]
        return record(func, (self, other), {"out": self, "axes": axes})

    return forward, reflected, in_place


def table_of_operators() -> dict[np.ufunc, tuple[Any, Any]]:
    """For ufuncs of one output the quickest ways of plain calls: ``f(t, x)`` and ``f(x, t)``."""
    found: dict[np.ufunc, Any] = {np.matmul: matmul()[:2]}
    for rule in RULES.values():
        # Not ldexp, whose second operand is an integer, nor float_power, which makes float64.
        if isinstance(rule, Elementwise) and f"{'f' * rule.func.nin}->f" in rule.func.types:
            found[rule.func] = (unary(rule.func), None) if rule.unary else binary(rule.func)[:2]
    return found


def compare(func: Any) -> Operator:
    """A comparison: plain arrays in, plain arrays out."""

    def operator(self: Any, other: Any) -> Any:
        if steps_back(other.__class__) and other is not None:
            return NotImplemented
        return func(data_of(self), unwrap(other))

    return operator
