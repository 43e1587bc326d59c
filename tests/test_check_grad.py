"""`mygrad.testing.check_grad` finds what is wrong, and only that."""

import subprocess
import sys

import numpy as np
import pytest

import mygrad as mg
from mygrad._functions import apply
from mygrad._table import RULES, pullback
from mygrad.testing import WrongGradient, check_grad

WRONG_BY = 1.001


@pytest.fixture
def custom():
    """Makes a function from its value and its vector-Jacobian product, for one test."""
    made = []

    def make(value, vjp):
        def func(x):
            return value(x)

        pullback(func)(vjp)
        made.append(func)
        return lambda x: apply(func, (x,), {}, None)

    yield make
    for func in made:
        del RULES[func]


def _detached(x):
    return x.data if isinstance(x, mg.Tensor) else x


# ----------------------------------------------------------------------------------------
# What is right
# ----------------------------------------------------------------------------------------

A, B = np.array([[0.3, -1.2], [0.7, 2.0]]), np.array([[1.5, 0.2], [-0.4, 0.9]])
Z = np.array([1.0 + 2.0j, 0.3 - 0.5j])

RIGHT = {
    "one array": (np.tanh, [A]),
    "two": (lambda x, y: x @ np.exp(y), [A, B]),
    "a number": (lambda x: x**3, [1.5]),
    "numbers in lists": (lambda x: x @ x, [[0.5, 1.0]]),
    "a NumPy scalar": (np.sin, [np.float64(0.3)]),
    "a tensor": (np.sin, [mg.tensor(A)]),
    "a constant tensor": (lambda x, y: x * y.data, [A, mg.tensor(B, constant=True)]),
    "integers beside": (lambda x, n: x**n, [A, 2]),
    "an array of integers": (lambda x, i: x[i], [A, np.array([1, 0, 1])]),
    "a sequence of operands": (lambda xs: np.concatenate(xs), [[A, B]]),
    "nested operands": (lambda xs: xs[0][0] * xs[1], [[(A,), B]]),
    "linear": (lambda x: 2 * x, [A]),
    "several outputs": (lambda x: (np.sin(x), x.sum()), [A]),
    "nested outputs": (lambda x: [np.sin(x), (x[0], [x * x])], [A]),
    "constant outputs beside": (lambda x: (x * x, np.ones(2), np.argmax(x), None), [A]),
    "nothing depends on one": (lambda x, y: x * x, [A, B]),
    "written to": (lambda x: _doubled(x), [A]),
    "no elements": (lambda x: x * 2, [np.zeros((0, 3))]),
    "zero derivative": (lambda x: x - x, [A]),
    "single precision": (lambda x: np.exp(x) * x, [A.astype(np.float32)]),
    "half precision": (np.sqrt, [np.array([1.0, 2.0], np.float16)]),
    "large numbers": (lambda x: x * x, [np.array([1e5, -3e4])]),
    "contraction": (lambda x: np.einsum("ij,ji->i", x, np.exp(x)), [A]),
    "complex to real": (lambda z: z.real * 2 - z.imag, [Z]),
    "complex": (lambda z: z * z, [Z]),
    "complex and real": (lambda z, x: z * np.exp(x), [Z, np.array([0.5, 0.7])]),
}


def _doubled(x):
    x *= x
    x[0] = 2 * x[1]
    return x


@pytest.mark.parametrize(("f", "args"), RIGHT.values(), ids=RIGHT)
def test_right_gradients_pass(f, args):
    assert check_grad(f, *args) is None
    assert check_grad(f, *args, order=1) is None


def test_a_right_rule_passes(custom):
    check_grad(custom(lambda x: x**3, lambda g, _, x: g * 3 * x**2), A)


def test_keyword_arguments_are_passed_on():
    seen = []

    def f(x, *, power):
        seen.append(power)
        return x**power

    check_grad(f, A, kwargs={"power": 2.0})
    assert set(seen) == {2.0}


def test_arguments_can_be_left_out():
    seen = []

    def f(x, scale):
        seen.append(scale)
        return x * _detached(scale)

    check_grad(f, A, 3.0, constant=(1,))
    assert set(seen) == {3.0}
    with pytest.raises(WrongGradient, match="argument 1"):
        check_grad(f, A, 3.0)


def test_float32_is_evaluated_in_double_precision():
    def f(x):
        assert x.dtype == np.float64
        return np.sin(x) * 1e3

    check_grad(f, np.array([0.1, 0.2], np.float32))


def test_arguments_are_left_alone():
    a, t = A.copy(), mg.tensor(B)
    check_grad(lambda x, y: _doubled(x) * y, a, t)
    np.testing.assert_array_equal(a, A)
    assert a.flags.writeable
    assert t.grad is None
    assert t.creator is None


def test_random_numbers_are_the_same_at_each_call():
    messages = set()
    for _ in range(3):
        np.random.default_rng().random()
        with pytest.raises(WrongGradient) as error:
            check_grad(lambda x: x * x.data, A)
        messages.add(str(error.value))
    assert len(messages) == 1


# ----------------------------------------------------------------------------------------
# What is wrong
# ----------------------------------------------------------------------------------------


def test_a_gradient_wrong_by_a_thousandth_is_caught(custom):
    cube = custom(lambda x: x**3, lambda g, _, x: g * 3 * x**2 * WRONG_BY)
    with pytest.raises(WrongGradient, match="gradient is wrong by argument 0"):
        check_grad(cube, A)
    with pytest.raises(WrongGradient):
        check_grad(cube, A.astype(np.float32), order=1)


@pytest.mark.parametrize("at", list(np.ndindex(2, 3)))
def test_one_wrong_element_is_caught_and_named(custom, at):
    x = np.array([[1.0, 2.0, 0.01], [3.0, -1.0, 0.5]])

    def vjp(g, _, x):
        factor = np.ones(x.shape)
        factor[at] = WRONG_BY
        return g * 2 * x * factor

    square = custom(np.square, vjp)
    with pytest.raises(WrongGradient) as error:
        check_grad(square, x)
    message = str(error.value)
    assert "in 1 of 6 elements" in message
    assert f"worst at {list(at)}" in message
    assert "(shape (2, 3), dtype float64)" in message
    ours, theirs = (
        float(message.split(f"{who} ")[1].split(",")[0])
        for who in ("mygrad gives", "differences give")
    )
    assert ours / theirs == pytest.approx(WRONG_BY, abs=1e-6)


def test_arguments_in_sequences_are_named():
    with pytest.raises(WrongGradient) as error:
        check_grad(lambda x, s: x * s[0] * s[1] * s[1].data, np.float32([1.0, 2.0]), (A, B))
    message = str(error.value)
    assert "argument 1[1] (shape (2, 2), dtype float64)" in message
    assert "argument 0" not in message
    assert "argument 1[0]" not in message


def test_a_gradient_that_stops_is_caught():
    with pytest.raises(WrongGradient, match=r"mygrad gives 0, differences give"):
        check_grad(lambda x, y: x * y.detach(), A, B)


def test_second_derivatives_are_checked(custom):
    square = custom(np.square, lambda g, _, x: g * 2 * _detached(x))
    check_grad(square, A, order=1)
    with pytest.raises(WrongGradient) as error:
        check_grad(square, A)
    message = str(error.value)
    assert "second derivative is wrong by argument 0" in message
    assert "and argument 0" in message


def test_mixed_second_derivatives_are_named():
    def f(x, y):
        return apply(product, (x, y), {}, None)

    def product(a, b):
        return a * b

    pullback(product)(lambda g, _, a, b: g * b)
    pullback(product, "b")(lambda g, _, a, b: g * _detached(a))
    try:
        with pytest.raises(WrongGradient) as error:
            check_grad(f, A, B)
    finally:
        del RULES[product]
    (line,) = str(error.value).splitlines()[::2]
    assert "by argument 1 (" in line
    assert "and argument 0 (" in line


def test_a_linear_function_whose_rule_loses_the_cotangent_is_caught(custom):
    double = custom(lambda x: 2 * x, lambda g, _, _x: 2 * _detached(g))
    check_grad(double, A, order=1)
    with pytest.raises(WrongGradient, match="the weights of output 0"):
        check_grad(double, A)


def test_a_rule_that_is_wrong_with_create_graph_is_caught(custom):
    def vjp(g, _, x):
        return g * 2 * x * (WRONG_BY if isinstance(g, mg.Tensor) else 1.0)

    with pytest.raises(WrongGradient, match="with create_graph=True"):
        check_grad(custom(np.square, vjp), A)


def test_a_wrong_complex_gradient_is_caught(custom):
    conjugate = custom(np.square, lambda g, _, x: g * 2 * np.conjugate(x))
    with pytest.raises(WrongGradient, match="dtype complex128"):
        check_grad(conjugate, Z)


def test_nan_is_wrong():
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(WrongGradient, match="a smaller step= may stay where f is finite"),
    ):
        check_grad(np.log, 1e-4)
    check_grad(np.log, 1e-4, step=1e-7, order=1)
    with pytest.raises(WrongGradient):
        check_grad(lambda x: x * np.nan, A)


def test_a_kink_is_no_reason_to_fail_if_the_step_is_smaller():
    with pytest.raises(WrongGradient):
        check_grad(np.abs, 1e-4)
    check_grad(np.abs, 1e-4, step=1e-5)


def test_tolerances():
    def f(x):
        return x * x + 1e-3 * x.data

    with pytest.raises(WrongGradient):
        check_grad(f, 1.0)
    check_grad(f, 1.0, atol=1e-2)
    check_grad(f, 1.0, rtol=1e-2)


# ----------------------------------------------------------------------------------------
# What tests nothing
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (np.floor, [A]),
        (lambda x: x.data, [A]),
        (lambda x: x.detach() * 2, [A]),
        (lambda x: None, [A]),
        (lambda x: [], [A]),
    ],
)
def test_outputs_without_gradient_fail(f, args):
    with pytest.raises(WrongGradient, match="tests nothing: no output"):
        check_grad(f, *args)


@pytest.mark.parametrize("args", [[], [1], ["x"], [[]], [np.arange(3)], [mg.tensor([1, 2])]])
def test_arguments_without_gradient_fail(args):
    with pytest.raises(WrongGradient, match="tests nothing: no argument"):
        check_grad(lambda *args: mg.tensor(1.0), *args)


def test_a_random_function_fails():
    rng = np.random.default_rng(0)
    with pytest.raises(WrongGradient, match="other values when called again"):
        check_grad(lambda x: x * rng.random(), A)


def test_unrecorded_gradients_fail():
    with mg.no_autodiff, pytest.raises(WrongGradient, match="tests nothing"):
        check_grad(np.sin, A)


def test_errors_of_the_function_are_its_own():
    with pytest.raises(ZeroDivisionError):
        check_grad(lambda x: 1 / 0, A)


def test_arguments_of_the_check():
    for order in (0, 3, None):
        with pytest.raises(ValueError, match="order"):
            check_grad(np.sin, A, order=order)
    with pytest.raises(ValueError, match="constant"):
        check_grad(np.sin, A, constant=(1,))


def test_it_is_public_and_imports_nothing_large():
    assert mg.testing.check_grad is check_grad
    assert issubclass(WrongGradient, AssertionError)
    large = ("scipy", "hypothesis", "pytest", "numpy.testing")
    code = f"import sys, mygrad; print([m for m in {large} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
