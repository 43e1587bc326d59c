"""The tester is tested: what is wrong is caught, and what tests nothing fails."""

import numpy as np
import pytest
from _oracle import TOLERANCE, Untouched, assert_close, assert_same, differences
from cases import CALLS, CASES, Case, normal, positive, signed, spread
from checks import (
    check_constants,
    check_gradient,
    check_jvp,
    check_layouts,
    check_precision,
    check_repeated_operand,
    check_second_derivatives,
    check_shapes,
    check_spellings,
)

import mygrad as mg
from mygrad._table import COMPOSITIONS, RULES, Pullback

WRONG_BY = 1.001


@pytest.fixture
def rule_of(monkeypatch):
    """Replaces the rule of a function for one test."""

    def replace(func, rule):
        monkeypatch.setitem(RULES, func, rule)

    return replace


@pytest.fixture
def partial_of(monkeypatch):
    """Makes a partial derivative of a ufunc wrong, where all quick paths find it too."""

    def replace(func, which, factor):
        rule = RULES[func]
        right = getattr(rule, which)
        monkeypatch.setattr(rule, which, lambda *operands: factor * right(*operands))

    return replace


def _one(case: Case):
    return case.calls()[0]


# ----------------------------------------------------------------------------------------
# Rules that are wrong by 0.1 %
# ----------------------------------------------------------------------------------------


def test_a_wrong_tangent_is_caught(partial_of, monkeypatch):
    call = _one(Case(np.tanh, normal()))
    check_jvp(call)
    partial_of(np.tanh, "da", WRONG_BY)
    with pytest.raises(AssertionError, match="tangent"):
        check_jvp(call)
    call = _one(Case(np.cumprod, normal()))
    check_jvp(call)
    monkeypatch.setattr(RULES[np.cumprod], "linear", RULES[np.cumsum].linear)
    with pytest.raises(AssertionError, match="tangent"):
        check_jvp(call)


def test_a_wrong_partial_is_caught(partial_of):
    call = _one(Case(np.tanh, normal()))
    check_gradient(call)
    partial_of(np.tanh, "da", 1.0)
    check_gradient(call)
    partial_of(np.tanh, "da", WRONG_BY)
    with pytest.raises(AssertionError, match="Not equal"):
        check_gradient(call)


@pytest.mark.parametrize("which", [0, 1])
def test_a_wrong_partial_of_either_operand_is_caught(partial_of, which):
    call = _one(Case(np.hypot, signed(), signed()))
    check_gradient(call)
    partial_of(np.hypot, ("da", "db")[which], WRONG_BY)
    with pytest.raises(AssertionError, match=f"operand {which}"):
        check_gradient(call)


def _wrong_sum(factor):
    def vjp(g, _, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        return np.broadcast_to(g * factor, a.shape)

    rule = Pullback(np.sum)
    rule.learn(vjp, None, False)
    return rule


def test_a_wrong_pullback_is_caught(rule_of):
    call = _one(Case(np.sum, normal(2, 3), axis=0))
    rule_of(np.sum, _wrong_sum(1.0))
    check_gradient(call)
    check_second_derivatives(call)
    rule_of(np.sum, _wrong_sum(WRONG_BY))
    with pytest.raises(AssertionError, match="Not equal"):
        check_gradient(call)


def test_a_rule_that_is_wrong_for_one_keyword_is_caught_by_the_table(rule_of):
    """The case list is fine enough: what ignores ``where=`` or ``keepdims=`` does not pass."""
    rule_of(np.sum, _wrong_sum(1.0))
    wrong = []
    for call in CALLS:
        if call.func is np.sum:
            try:
                check_gradient(call)
            except (AssertionError, ValueError, TypeError):
                wrong.append(call)
    assert any("where" in call.kwargs for call in wrong)
    assert any("initial" in call.kwargs for call in wrong)
    assert not any("where" not in call.kwargs and "initial" not in call.kwargs for call in wrong)


def test_a_transposed_gradient_is_caught(rule_of):
    def vjp(g, _, _a, axes=None):
        return np.reshape(g, _a.shape)

    rule = Pullback(np.transpose)
    rule.learn(vjp, None, False)
    rule_of(np.transpose, rule)
    with pytest.raises(AssertionError, match="Not equal"):
        check_gradient(_one(Case(np.transpose, normal(2, 3))))


def test_a_right_gradient_with_a_wrong_second_derivative_is_caught(rule_of):
    """As from a rule that uses an array where it should use the tensor."""

    def vjp(g, _, x):
        plain = np.array(x.tolist())
        return g * 2 * plain

    rule = Pullback(np.sinc)
    rule.learn(vjp, None, False)
    call = _one(Case(np.sinc, normal(), plain=np.square))
    rule.func = np.square
    rule_of(np.sinc, rule)
    check_gradient(call)
    with pytest.raises(AssertionError, match="second derivative by operand 0"):
        check_second_derivatives(call)


def test_a_wrong_value_is_caught(monkeypatch):
    monkeypatch.setitem(COMPOSITIONS, np.flip, lambda m, axis=None: m[::-1] * (1 + 1e-15))
    with pytest.raises(AssertionError):
        check_gradient(_one(Case(np.flip, normal(3))))


def test_an_operand_that_is_overwritten_is_caught(monkeypatch):
    def flip(m, axis=None):
        m.data.setflags(write=True)
        m.data[0] += 1
        return m[::-1]

    monkeypatch.setitem(COMPOSITIONS, np.flip, flip)
    with pytest.raises(AssertionError):
        check_gradient(_one(Case(np.flip, normal(3))))


def test_a_gradient_of_another_dtype_is_caught(monkeypatch):
    call = _one(Case(np.sin, normal()))
    check_precision(call)
    real = mg.Tensor.grad
    monkeypatch.setattr(
        mg.Tensor, "grad", property(lambda t: real.__get__(t).astype(float)), raising=True
    )
    with pytest.raises(AssertionError, match="a gradient of float64"):
        check_precision(call)


def _kron_as_product(rule_of, by_x):
    """The product in the place of kron, whose rule the engine has no quick path around."""
    rule = Pullback(np.kron)
    rule.func = np.multiply
    rule.learn(by_x, "a", False)
    rule.learn(lambda g, _, a, b: g * a, "b", False)
    rule_of(np.kron, rule)
    call = _one(Case(np.kron, normal(), normal(), plain=np.multiply))
    check_gradient(call)
    return call


def test_a_rule_that_is_wrong_beside_constants_is_caught(rule_of):
    seen = []

    def by_x(g, _, a, b):
        # An array of the user's is locked.
        seen.append(b.flags.writeable)
        return g * b

    check_constants(_kron_as_product(rule_of, by_x))
    assert False in seen

    def wrong(g, _, a, b):
        return g * b * (1.0 if a.flags.writeable == b.flags.writeable else WRONG_BY)

    call = _kron_as_product(rule_of, wrong)
    with pytest.raises(AssertionError, match=r"is constant|alone"):
        check_constants(call)


def test_a_rule_that_is_wrong_for_one_tensor_twice_is_caught(rule_of):
    def by_x(g, _, a, b):
        return g * b * (WRONG_BY if np.array_equal(a, b) else 1.0)

    call = _kron_as_product(rule_of, by_x)
    with pytest.raises(AssertionError, match="one tensor"):
        check_repeated_operand(call)


def _sinc_as_sine(rule_of, vjp):
    rule = Pullback(np.sinc)
    rule.func = np.sin
    rule.learn(vjp, None, False)
    rule_of(np.sinc, rule)
    call = _one(Case(np.sinc, normal(), plain=np.sin))
    check_gradient(call)
    return call


def test_a_rule_that_relies_on_the_order_of_memory_is_caught(rule_of):
    def vjp(g, _, x):
        return g * np.cos(x) * (1.0 if x.flags.c_contiguous else WRONG_BY)

    call = _sinc_as_sine(rule_of, vjp)
    with pytest.raises(AssertionError, match="Fortran"):
        check_layouts(call)


def test_a_rule_that_fails_without_axes_is_caught(rule_of):
    def vjp(g, _, x):
        return np.stack([g[i] * np.cos(x[i]) for i in range(x.shape[0])])

    call = _sinc_as_sine(rule_of, vjp)
    with pytest.raises((AssertionError, IndexError, ValueError)):
        check_shapes(call)


def test_a_mirror_that_is_another_function_is_caught():
    call = _one(Case(np.sin, normal()))
    check_spellings(call, mg.sin, None)
    with pytest.raises(AssertionError):
        check_spellings(call, mg.cos, None)
    with pytest.raises(AssertionError):
        check_spellings(call, np.sin, None)


# ----------------------------------------------------------------------------------------
# Cases that test nothing
# ----------------------------------------------------------------------------------------


def test_a_case_without_operands_fails():
    with pytest.raises(AssertionError, match="no operand"):
        check_gradient(_one(Case(np.sin, np.ones(3))))


def test_a_case_without_a_derivative_fails():
    with pytest.raises(AssertionError, match="tests nothing"):
        check_gradient(_one(Case(np.heaviside, signed(), normal())))


def test_a_flat_case_that_is_not_flat_fails():
    with pytest.raises(AssertionError, match="not flat"):
        check_gradient(_one(Case(np.square, positive(), flat=True)))


def test_a_function_that_gives_arrays_fails():
    with pytest.raises(AssertionError):
        check_gradient(_one(Case(np.floor, spread())))
    with pytest.raises(AssertionError):
        check_gradient(_one(Case(lambda x: np.sin(x.data), normal(), plain=np.sin)))


def test_a_detached_operand_fails():
    def forgetful(x, y):
        return x * y.detach() if isinstance(y, mg.Tensor) else x * y

    with pytest.raises(AssertionError, match="operand 1"):
        check_gradient(_one(Case(forgetful, normal(), normal())))


# ----------------------------------------------------------------------------------------
# The oracles
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "slope"),
    [(np.sin, np.cos), (np.reciprocal, lambda x: -1 / x**2), (np.sqrt, lambda x: 0.5 / np.sqrt(x))],
)
def test_differences_are_good_to_ten_digits(f, slope):
    x = np.array([0.7, 1.3, 20.0])
    (found,) = differences(lambda a: float(np.sum(f(a))), [x])
    np.testing.assert_allclose(found, slope(x), rtol=1e-9, atol=1e-10)
    assert TOLERANCE <= 1e-7


def test_differences_leave_their_arguments_alone():
    x = np.array([1.0, 2.0])
    untouched = Untouched([x])
    differences(lambda a: float(np.prod(a)), [x])
    untouched.check()


def test_untouched_sees_bytes_and_flags():
    a = np.zeros(2)
    untouched = Untouched([a])
    a[0] = -0.0
    with pytest.raises(AssertionError, match="changed"):
        untouched.check()
    b = np.zeros(2)
    untouched = Untouched([b])
    b.setflags(write=False)
    with pytest.raises(AssertionError, match="locked"):
        untouched.check()


def test_close_and_same():
    assert_close([1.0, 1e-9], [1.0, 0.0])
    for wrong in ([1.0 + 1e-6, 0.0], [np.nan, 0.0], [1.0], [[1.0, 0.0]]):
        with pytest.raises(AssertionError):
            assert_close(wrong, [1.0, 0.0])
    assert_same(np.ones(2), np.ones(2))
    for other in (np.ones(2, np.float32), np.ones((2, 1)), np.ones(2) + 1e-15):
        with pytest.raises(AssertionError):
            assert_same(other, np.ones(2))
    assert_same(np.ones(2) + 1e-15, np.ones(2), exact=False)


# ----------------------------------------------------------------------------------------
# The cases
# ----------------------------------------------------------------------------------------


def test_ids_are_distinct_and_say_nothing_about_memory():
    ids = [call.id for call in CALLS]
    assert len(set(ids)) == len(ids)
    assert not any(" at 0x" in name or "object" in name for name in ids)


def test_operands_are_drawn_alike_every_time():
    for call in CALLS[:50]:
        for one, other in zip(call.sample(), call.sample(), strict=True):
            np.testing.assert_array_equal(one, other)


def test_spread_numbers_are_apart():
    for shape in ((6,), (3, 4), (2, 3, 2)):
        a = np.sort(spread(*shape)(np.random.default_rng(0)), axis=None)
        assert np.diff(a).min() > 0.2
        assert np.abs(a).min() > 0.05


def test_draws_in_lists_and_keywords_are_operands():
    case = Case(np.concatenate, [normal(2), (normal(3),)], keywords={"axis": [0]}, other=normal(4))
    (call,) = case.calls()
    assert [draw.shape for draw in call.draws()] == [(2,), (3,), (4,)]
    args, kwargs = call.filled([1, 2, 3])
    assert args == [[1, (2,)]]
    assert kwargs == {"other": 3, "axis": 0}
    assert len(CASES) > 300
