"""`mygrad.detect_anomaly`: the first nan or inf is an error that says where it came from."""

import asyncio
import threading
from contextlib import nullcontext

import numpy as np
import pytest

import mygrad as mg
from mygrad.errors import AnomalyError, MyGradException

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

HERE = __file__


def line_of(marker):
    """The number of the line that ends with a comment."""
    with open(HERE) as file:
        (found,) = [i for i, line in enumerate(file, 1) if line.rstrip().endswith(f"# {marker}")]
    return found


def leaf(*numbers, **keywords):
    return mg.tensor(np.array(numbers, dtype=float), **keywords)


#: What gives a nan or inf: name of the operation -> the operation on [0, 4].
FORWARD = {
    "numpy.log": [np.log, mg.log, lambda x: np.log(x, out=np.empty(2))],
    "numpy.divide": [
        lambda x: x / 0.0,
        lambda x: 1.0 / x,
        lambda x: x / mg.tensor([0.0, 1.0], constant=True),
        lambda x: x / np.zeros((3, 2)),
        lambda x: x.__itruediv__(0.0),
        lambda x: (+x)[:1].__itruediv__(0.0),
        lambda x: np.divide(1.0, x, where=[True, False], out=np.ones(2)),
        lambda x: np.divide(1.0, x, out=mg.zeros(2, dtype=float)),
    ],
    "numpy.power": [lambda x: x**-1, lambda x: x**-0.5],
    "numpy.multiply": [lambda x: (x + 1e200) * 1e200],
    "numpy.negative": [lambda x: -mg.tensor([np.nan])],
    "numpy.matmul": [
        lambda x: np.full((2, 2), np.inf) @ x,
        lambda x: x @ np.full((2, 2), np.inf),
        lambda x: np.matmul(x, [np.inf, 1.0]),
    ],
    "numpy.sum": [lambda x: np.sum(x + 1.7e308), lambda x: (x + 1.7e308).sum()],
    "numpy.prod": [lambda x: np.prod(x + 1e200, keepdims=True)],
    "numpy.divmod": [lambda x: np.divmod(x, 0.0)],
    # Without a derivative.
    "numpy.floor_divide": [
        lambda x: x // 0.0,
        lambda x: np.floor_divide(x, [0.0, 1.0]),
        lambda x: np.floor_divide(1.0, x, out=np.empty(2)),
        lambda x: np.floor_divide(1.0, x, out=mg.zeros(2, dtype=float)),
    ],
    "numpy.spacing": [lambda x: np.spacing(mg.tensor([np.inf]))],
    "numpy.divide.reduce": [lambda x: np.divide.reduce(x[::-1])],
    "numpy.add.reduce": [
        lambda x: np.add.reduce(x + 1.7e308),
        lambda x: mg.add.reduce(x + 1.7e308),
    ],
    "numpy.multiply.accumulate": [lambda x: np.multiply.accumulate(x + 1e200)],
    "numpy.divide.reduceat": [lambda x: np.divide.reduceat(x[::-1], [0])],
    "numpy.divide.outer": [lambda x: np.divide.outer(x + 1, x), lambda x: np.divide.outer(1.0, x)],
    "numpy.linalg.inv": [lambda x: np.linalg.inv(np.diag(x + 1e-320))],
    "assignment": [
        lambda x: (+x).__setitem__(0, np.nan),
        lambda x: (+x)[1:].__setitem__(0, np.inf),
        lambda x: np.copyto(+x, [1.0, np.inf]),
    ],
}


@pytest.mark.parametrize(
    ("name", "operation"), [(name, f) for name, fs in FORWARD.items() for f in fs]
)
@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("mode", [nullcontext(), mg.no_autodiff])
def test_forward(name, operation, constant, mode):
    x = leaf(0, 4, constant=constant)
    with mg.detect_anomaly(), mode, pytest.raises(AnomalyError) as caught:
        operation(x)
    error = caught.value
    assert error.operation == name
    assert error.direction == "forward"
    assert name in str(error)
    assert error.line[0] == HERE
    # Outside, nothing is raised.
    operation(leaf(0, 4, constant=constant))


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("mode", [nullcontext(), mg.no_autodiff])
def test_methods_that_write(constant, mode):
    x = leaf(0, 4, constant=constant)
    y = leaf(1, np.nan, constant=constant)
    zeros, array = mg.zeros((), dtype=float), np.ones(2)
    with mg.detect_anomaly(), mode:
        with pytest.raises(AnomalyError, match=r"numpy\.(prod|multiply\.reduce) gave inf"):
            np.multiply.reduce(x + 1e200, out=zeros)
        # The nan is elsewhere.
        np.divide.at(y, [0], 2.0)
        with pytest.raises(AnomalyError, match=r"numpy\.divide(\.at)? gave inf at \[0\]"):
            np.divide.at(y, [0, 0], np.array([4.0, 0.0]))
        with pytest.raises(AnomalyError, match=r"numpy\.divide\.at gave inf at \[0\]"):
            np.divide.at(array, [0], mg.tensor([0.0], constant=True))


def test_what_a_mask_leaves_out_is_anything():
    x = leaf(np.nan, 4.5, constant=True)
    with mg.detect_anomaly():
        out = mg.tensor([np.nan, 0.0], constant=True)
        np.rint(x, where=[False, True], out=out)
        np.testing.assert_array_equal(out, [np.nan, 4])
        with pytest.raises(AnomalyError, match=r"numpy\.rint gave nan at \[0\]"):
            np.rint(x, out=out)


def test_message_has_shapes_and_line():
    a, b = mg.ones((2, 3), dtype=float), leaf(1, 0, 1)
    with mg.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        a / b  # the division
    message = str(caught.value)
    assert caught.value.line == (HERE, line_of("the division"))
    assert "float64 of shape (2, 3); float64 of shape (3,)" in message
    assert "inf at [0, 1] (2 of 6 elements)" in message
    assert "a / b" in message
    assert "test_message_has_shapes_and_line" in message


def test_operands_that_had_it_before_are_told():
    x = leaf(1, np.nan)
    with mg.detect_anomaly(), pytest.raises(AnomalyError, match="with nan at \\[1\\]"):
        x * 2


def bad_derivative(x):
    y = np.sqrt(x * 1.0)  # the root
    return (y * 2).sum()


def by_backward(x, **how):
    bad_derivative(x).backward(**how)


BACKWARD = {
    "backward": by_backward,
    "retain_graph": lambda x: by_backward(x, retain_graph=True),
    "create_graph": lambda x: by_backward(x, create_graph=True),
    "grad": lambda x: mg.grad(bad_derivative)(x),
    "grad of arrays": lambda x: mg.grad(bad_derivative)(x.data),
    "nested": lambda x: mg.grad(lambda z: mg.grad(bad_derivative)(z).sum())(x.data),
    "vjp": lambda x: mg.vjp(bad_derivative, x.data)[1](1.0),
    "jacobian": lambda x: mg.jacobian(lambda z: np.sqrt(z * 1.0) + bad_derivative(z))(x.data),
    "hvp": lambda x: mg.hvp(bad_derivative)(x.data, np.ones(2)),
    "jvp": lambda x: mg.jvp(bad_derivative, (x.data,), (np.ones(2),)),
    "checkpoint": lambda x: mg.checkpoint(bad_derivative)(x).backward(),
    "no_autodiff": lambda x: mg.no_autodiff(mg.grad(bad_derivative))(x.data),
}


@pytest.mark.parametrize("way", BACKWARD)
def test_backward(way):
    x = leaf(4, 0)
    BACKWARD[way](leaf(4, 0))
    with mg.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        BACKWARD[way](x)
    error = caught.value
    assert error.direction == ("tangent" if way == "jvp" else "backward")
    assert error.operation == "numpy.sqrt"
    if way != "jacobian":
        assert error.line == (HERE, line_of("the root"))
    assert "float64 of shape (2,)" in str(error)
    assert x.grad is None


def test_backward_over_a_graph_from_outside():
    f = bad_derivative(leaf(4, 0))
    with mg.detect_anomaly(), pytest.raises(AnomalyError, match="its line is not known") as caught:
        f.backward()
    assert caught.value.operation == "numpy.sqrt"


def test_backward_outside_of_a_graph_from_inside():
    with mg.detect_anomaly():
        x = leaf(4, 0)
        f = bad_derivative(x)
    f.backward()
    np.testing.assert_array_equal(x.grad, [0.5, np.inf])


def test_sums_that_overflow():
    x = leaf(1)
    with mg.detect_anomaly():
        y = x * 1.7e308
        f = y * 0.5 - x * -1.7e308 * 0.25
        with pytest.raises(AnomalyError, match=r"derivative of numpy\.multiply gave inf"):
            f.backward(np.array([1.9]))


def test_seeds():
    x = leaf(1, 2)
    for how in ({}, {"create_graph": True}):
        with mg.detect_anomaly(), pytest.raises(AnomalyError) as caught:
            (x * 2).backward(np.array([np.nan, 1]), **how)
        assert caught.value.direction == "backward"


def test_derivatives_are_those_without():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 3))

    def f(x, y):
        z = np.tanh(x @ y) + np.linalg.inv(x + 5 * np.eye(3)) * 2 - 1
        z[0] = z[1] * 2
        z *= z
        z[:, 1] += x[0]
        s = np.linalg.svd(z).S
        return (z**2).mean() + s.sum() + np.maximum(x, y)[[0, 0, 1]].sum() / 3.0

    results = []
    for mode in (nullcontext(), mg.detect_anomaly()):
        with mode:
            x, y = mg.tensor(a), mg.tensor(b)
            f(x, y).backward()
            results.append((x.grad, y.grad, mg.hessian(f)(a, b), mg.jvp(f, (a, b), (b, a))[1]))
    for plain, watched in zip(*results, strict=True):
        np.testing.assert_array_equal(plain, watched)


def test_what_passes_by_inside_a_function_does_no_harm():
    # The derivative of the norm at zero, and sinc, divide by zero on the way.
    x = leaf(0, 0)
    with mg.detect_anomaly():
        np.linalg.norm(x).backward(create_graph=True)
        np.testing.assert_array_equal(x.grad, [0, 0])
        assert np.nanmean(mg.tensor([np.nan, 2.0])).item() == 2
        np.sinc(x).sum().backward()
        y = np.sqrt(x, where=x.data > 0, out=mg.zeros(2, dtype=float))
        assert y.shape == (2,)


def test_inf_can_be_allowed():
    mask = np.array([0.0, -np.inf])
    x = leaf(1, 2)
    with mg.detect_anomaly(inf=False):
        z = np.exp(x + mask)
        (z / z.sum()).sum().backward()
        np.testing.assert_array_equal(x.grad, [0, 0])
        with pytest.raises(AnomalyError, match="nan"):
            (x / 0.0) * 0.0
    with mg.detect_anomaly(), pytest.raises(AnomalyError, match=r"numpy\.add gave -inf"):
        x + mask


def test_arguments_that_are_no_operands():
    with mg.detect_anomaly():
        assert np.sum(leaf(1, 2), 0, np.longdouble).dtype == np.longdouble
        with pytest.raises(AnomalyError) as caught:
            np.sum(leaf(1, np.inf), 0, float)
    # The axis is none.
    assert caught.value.operands == ("float64 of shape (2,), with inf at [1] (1 of 2 elements)",)


def test_custom_rules():
    @mg.custom_vjp
    def f(x):
        return x / 0.0

    f.defvjp(lambda x: (f(x), None), lambda kept, g: (g,))

    @mg.custom_vjp
    def h(x):
        return x * 2

    h.defvjp(lambda x: (x * 2, None), lambda kept, g: (g * np.nan,))
    with mg.detect_anomaly():
        with pytest.raises(AnomalyError) as caught:
            f(leaf(1, 2))
        assert caught.value.direction == "forward"
        with pytest.raises(AnomalyError) as caught:
            h(leaf(1, 2)).sum().backward()
        assert caught.value.direction == "backward"
        assert "f" in str(caught.value)


RULES = {
    "vjp": lambda f: mg.custom_vjp(f).defvjp(
        lambda x: (np.sqrt(x), x), lambda x, g: (g * 0.5 / np.sqrt(x),)
    ),
    "jvp": lambda f: (
        (g := mg.custom_jvp(f)),
        g.defjvp(lambda x, t: (np.sqrt(x[0]), t[0] * (0.5 / np.sqrt(x[0])))),
    )[0],
    "checkpoint": mg.checkpoint,
    "operation": lambda f: lambda x: mg.execute_op(Root, x),  # the operation
}


class Root(mg.operation_base.Operation):
    def __call__(self, x):
        self.variables = (x,)
        return np.sqrt(x.data)

    def backward_var(self, grad, index):
        return grad * 0.5 / np.sqrt(self.variables[0].data)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "way", ["backward", "create_graph", "grad", "jacobian", "jvp", "hvp", "columns"]
)
def test_rules_of_the_users_in_all_passes(rule, way):
    def root(x):
        return np.sqrt(x)  # the user's root

    g = RULES[rule](root)

    def f(x):
        return g(x * 1.0)  # the call

    x, t = np.array([4.0, 0.0]), np.ones(2)
    passes = {
        "backward": lambda: f(mg.tensor(x)).sum().backward(),
        "create_graph": lambda: f(mg.tensor(x)).sum().backward(create_graph=True),
        "grad": lambda: mg.grad(lambda x: f(x).sum())(x),
        "jacobian": lambda: mg.jacobian(f)(x),
        "jvp": lambda: mg.jvp(f, (x,), (t,)),
        "hvp": lambda: mg.hvp(lambda x: f(x).sum())(x, t),
        "columns": lambda: mg.jacobian(lambda s: f(s * t))(np.array(0.0)),
    }
    with mg.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        passes[way]()
    error = caught.value
    assert error.direction == ("tangent" if way in ("jvp", "columns") else "backward")
    assert error.operands == ("float64 of shape (2,)",)
    assert error.line[0] == HERE
    expected = {"checkpoint": ["the call", "the user's root"], "operation": ["the operation"]}
    assert error.line[1] in [line_of(marker) for marker in expected.get(rule, ["the call"])]


@pytest.mark.parametrize("constant", [False, True])
def test_what_passes_by_inside_an_operation_of_the_users_does_no_harm(constant):
    def sinc(x):
        y = np.where(x == 0, 1.0, np.sin(x) / x)
        assert np.isnan(np.sin(mg.tensor(0.0)) / mg.tensor(0.0))
        return y

    @mg.custom_vjp
    def custom(x):
        return sinc(x)

    custom.defvjp(lambda x: (sinc(x), x), lambda x, g: (g * 0.0,))

    class Sinc(mg.operation_base.Operation):
        def __call__(self, x):
            self.variables = (x,)
            return sinc(x)

        def backward_var(self, grad, index):
            return grad * 0.0

    x = leaf(0, 1, constant=constant)
    with mg.detect_anomaly():
        np.testing.assert_allclose(custom(x), [1, np.sin(1)])
        np.testing.assert_allclose(mg.execute_op(Sinc, x), [1, np.sin(1)])


def test_nan_in_data_is_told_where_it_is_used():
    with mg.detect_anomaly():
        x = leaf(1, np.nan)
        v = x[::-1].reshape(2, 1)
        assert np.isnan(v).any()
        assert np.nansum(np.nan_to_num(x)).item() == 1
        x.data = np.array([2.0, np.nan])
        with pytest.raises(AnomalyError) as caught:
            v + 1
    assert caught.value.operands[0] == (
        "float64 of shape (2, 1), with nan at [0, 0] (1 of 2 elements)"
    )


def test_nesting_and_exits():
    x = leaf(0)
    with mg.detect_anomaly():
        with mg.detect_anomaly(inf=False):
            1 / x
        with pytest.raises(AnomalyError):
            1 / x
    1 / x
    with pytest.raises(ZeroDivisionError), mg.detect_anomaly():
        raise ZeroDivisionError
    1 / x
    with mg.no_autodiff, mg.detect_anomaly():
        assert not mg.no_autodiff
        assert (x + 1).constant is False
        assert (x + 1).creator is None
    assert mg.no_autodiff


def test_decorator():
    @mg.detect_anomaly()
    def f(x):
        return 1 / x

    assert f(leaf(2)).item() == 0.5
    with pytest.raises(AnomalyError):
        f(leaf(0))
    1 / leaf(0)


def test_other_threads_and_tasks_are_not_watched():
    x = leaf(0)
    found = []
    with mg.detect_anomaly():
        thread = threading.Thread(target=lambda: found.append((1 / x).item()))
        thread.start()
        thread.join()
    assert found == [np.inf]

    async def watched(start, stop):
        with mg.detect_anomaly():
            start.set()
            await stop.wait()
            with pytest.raises(AnomalyError):
                1 / x

    async def other(start, stop):
        await start.wait()
        assert (1 / x).item() == np.inf
        stop.set()

    async def both():
        start, stop = asyncio.Event(), asyncio.Event()
        await asyncio.gather(watched(start, stop), other(start, stop))

    asyncio.run(both())


def test_error_class_and_arguments():
    assert issubclass(AnomalyError, MyGradException)
    assert issubclass(AnomalyError, FloatingPointError)
    with pytest.raises(TypeError, match="inf="):
        mg.detect_anomaly(inf=1)


def test_a_write_that_is_refused_changes_nothing():
    x = leaf(1, 2)
    y = x * 1
    with mg.detect_anomaly(), pytest.raises(AnomalyError):
        y[0] = np.nan
    np.testing.assert_array_equal(y, x)
    with mg.detect_anomaly(), pytest.raises(AnomalyError):
        y /= 0
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1])


@pytest.mark.parametrize("constant", [None, True])
def test_operations_of_the_users_are_watched(constant):
    class Quotient(mg.operation_base.Operation):
        def __call__(self, a, b):
            self.variables = (a, b)
            return a.data / b.data

        def backward_var(self, grad, index):
            a, b = (x.data for x in self.variables)
            return grad / b if index == 0 else -grad * a / b**2

    with mg.detect_anomaly(), np.errstate(all="ignore"):
        mg.execute_op(Quotient, mg.tensor([1.0]), mg.tensor([2.0]), constant=constant)
        with pytest.raises(mg.errors.AnomalyError, match="Quotient gave inf"):
            mg.execute_op(Quotient, mg.tensor([1.0]), mg.tensor([0.0]), constant=constant)
    with np.errstate(all="ignore"):
        assert np.isinf(mg.execute_op(Quotient, mg.tensor([1.0]), mg.tensor([0.0])).data)
