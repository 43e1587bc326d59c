"""Operations of the user's: `mygrad.operation_base` and `mygrad.execute_op`."""

import copy
import gc
import threading

import numpy as np
import pytest

import mygrad as mg
from _helpers import numerical_grad
from mygrad.errors import InvalidGradient, SkipGradient
from mygrad.operation_base import BinaryUfunc, Operation, Sequential, UnaryUfunc

X = np.array([0.5, -1.2, 2.0])
Y = np.array([[1.5], [0.3]])


class Product(Operation):
    def __call__(self, x, y):
        self.variables = (x, y)
        return x.data * y.data

    def backward_var(self, grad, index):
        return grad * self.variables[1 - index].data


class StoredExp(Operation):
    """Stores its result, which a second derivative must not take for a constant."""

    def __call__(self, x):
        self.variables = (x,)
        self.ans = np.exp(x.data)
        return self.ans

    def backward_var(self, grad, index):
        return grad * self.ans


class Scaled(Operation):
    def __call__(self, x, factor, *, power=1):
        self.variables = (x,)
        self.factor, self.power = factor, power
        return factor * x.data**power

    def backward_var(self, grad, index):
        (x,) = self.variables
        return grad * self.factor * self.power * x.data ** (self.power - 1)


class Cumulated(Operation):
    """Through Python's numbers, as compiled code would be."""

    def __call__(self, x):
        self.variables = (x,)
        return np.array(np.cumsum(np.asarray(x.data).tolist()))

    def backward_var(self, grad, index):
        return np.array(np.cumsum(np.asarray(grad)[::-1].tolist())[::-1])


class Reversed(Operation):
    can_return_view = True

    def __call__(self, x):
        self.variables = (x,)
        return x.data[::-1]

    def backward_var(self, grad, index):
        return grad[::-1]


def op(cls, *args, **kwargs):
    return mg.execute_op(cls, *args, **kwargs)


def own_sine(x):
    class Sine(Operation):
        def __call__(self, x):
            self.variables = (x,)
            return np.sin(x.data)

        def backward_var(self, grad, index):
            return grad * np.cos(self.variables[0].data)

    return op(Sine, x)


# ----------------------------------------------------------------------------------------
# First derivatives
# ----------------------------------------------------------------------------------------


def test_broadcasting_is_undone():
    x, y = mg.tensor(X), mg.tensor(Y)
    z = op(Product, x, y)
    np.testing.assert_array_equal(z, X * Y)
    (z * z).backward()
    expected = numerical_grad(lambda x, y: (x * y) ** 2, X, Y)
    np.testing.assert_allclose(x.grad, expected[0], rtol=1e-6)
    np.testing.assert_allclose(y.grad, expected[1], rtol=1e-6)


def test_one_tensor_in_both_places():
    x = mg.tensor(X)
    op(Product, x, x).backward()
    np.testing.assert_allclose(x.grad, 2 * X)


def test_constants_and_other_array_likes():
    x = mg.tensor(X)
    op(Product, x, [1.0, 2.0, 3.0]).backward()
    np.testing.assert_array_equal(x.grad, [1, 2, 3])
    assert op(Product, X, 2.0).constant
    assert op(Product, x, 2.0, constant=True).constant
    assert not op(Product, X, 2.0, constant=False).constant
    assert op(Product, [1, 2], 3).constant


def test_a_list_of_tensors_is_an_operand():
    x = mg.tensor(2.0)
    op(Product, [x, 3.0], [10.0, 100.0]).backward()
    assert x.grad == 10


def test_numbers_do_not_change_the_precision():
    x = mg.tensor(X, dtype="float32")
    y = op(Product, x, 2.0)
    assert y.dtype == np.float32
    y.backward()
    assert x.grad.dtype == np.float32


def test_arguments_that_are_no_operands():
    x = mg.tensor(X)
    op(Scaled, x, op_args=(3.0,), op_kwargs={"power": 2}).backward()
    np.testing.assert_allclose(x.grad, 6 * X)
    with pytest.raises(TypeError, match="no derivative by this argument"):
        op(Scaled, x, op_args=(mg.tensor(3.0),))


def test_operations_run_as_before_there_was_execute_op():
    x = mg.tensor(X)
    y = mg.Tensor._op(Scaled, x, op_args=(3.0,), op_kwargs={"power": 2})
    np.testing.assert_allclose(y, 3 * X**2)
    y.backward()
    np.testing.assert_allclose(x.grad, 6 * X)
    assert mg.Tensor._op(Scaled, x, op_args=(3.0,), constant=True).constant


def test_writing_to_operand_and_result_later():
    x = mg.tensor(X)
    w = +x
    y = op(Product, w, w)
    w[0] = 100.0
    w *= 7.0
    e = op(StoredExp, x)
    e[0] = 0.0
    (y.sum() + e.sum()).backward()
    np.testing.assert_allclose(x.grad, 2 * X + np.exp(X) * [0, 1, 1])


def test_writing_to_an_array_of_the_users_is_refused_meanwhile():
    a = np.array([1.0, 2.0])
    x = mg.tensor([3.0, 4.0])
    y = op(Product, x, a)
    with pytest.raises(ValueError, match="read-only"):
        a[0] = 9.0
    y.backward()
    a[0] = 9.0
    np.testing.assert_array_equal(x.grad, [1, 2])


def test_locks_are_released_if_the_operation_raises():
    class Raises(Operation):
        def __call__(self, x):
            x.data.sum()
            raise KeyError("mine")

        def backward_var(self, grad, index):
            return grad

    a = np.array([1.0, 2.0])
    x = mg.tensor(a, copy=False)
    with pytest.raises(KeyError, match="mine"):
        op(Raises, x)
    gc.collect()
    assert a.flags.writeable
    a[0] = 3.0


def test_compiled_code_serves_first_derivatives():
    x = mg.tensor(X)
    (op(Cumulated, x) * [1.0, 10.0, 100.0]).backward()
    np.testing.assert_allclose(x.grad, [111, 110, 100])
    np.testing.assert_allclose(mg.jacobian(lambda x: op(Cumulated, x))(X), np.tri(3))
    with pytest.raises(TypeError, match="rule of the user"):
        mg.hessian(lambda x: (op(Cumulated, x) ** 2).sum())(X)
    with pytest.raises(TypeError, match="rule of the user"):
        mg.jvp(lambda x: op(Cumulated, x), (X,), (X,))


# ----------------------------------------------------------------------------------------
# Higher order, the other mode, batches
# ----------------------------------------------------------------------------------------

FUNCTIONS = {
    "sine": (lambda x: own_sine(x) * x, lambda x: np.sin(x) * x),
    "product": (lambda x: op(Product, x, x) * x, lambda x: x**3),
    "stored": (lambda x: op(StoredExp, x * x), lambda x: np.exp(x * x)),
    "scaled": (
        lambda x: op(Scaled, x, op_args=(3.0,), op_kwargs={"power": 3}),
        lambda x: 3 * x**3,
    ),
    "view": (lambda x: op(Reversed, x * x) * x, lambda x: (x * x)[::-1] * x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_all_modes_agree_with_the_same_in_numpy(name):
    ours, numpys = FUNCTIONS[name]
    t = np.array([0.3, -0.7, 1.1])
    for transform in (
        lambda f: mg.grad(lambda x: f(x).sum())(X),
        lambda f: mg.jacobian(f)(X),
        lambda f: mg.jvp(f, (X,), (t,))[1],
        lambda f: mg.hessian(lambda x: f(x).sum())(X),
        lambda f: mg.hvp(lambda x: f(x).sum())(X, t),
        lambda f: mg.jvp(mg.grad(lambda x: f(x).sum()), (X,), (t,))[1],
        lambda f: mg.grad(lambda x: mg.jvp(f, (x,), (t,))[1].sum())(X),
        lambda f: mg.jacobian(mg.jacobian(mg.grad(lambda x: f(x).sum())))(X),
    ):
        np.testing.assert_allclose(transform(ours), transform(numpys), rtol=1e-12)


def test_create_graph():
    x = mg.tensor(X)
    op(StoredExp, x).backward(create_graph=True)
    first = x.grad
    first.sum().backward()
    np.testing.assert_allclose(x.grad, np.exp(X))


def test_second_derivatives_of_two_operands():
    def f(x, y):
        return op(Product, op(StoredExp, x), op(Product, y, y)).sum()

    h = mg.hessian(f, (0, 1))(X, X + 1)
    np.testing.assert_allclose(h[0][1], np.diag(np.exp(X) * 2 * (X + 1)), rtol=1e-12)
    np.testing.assert_allclose(h[1][1], np.diag(np.exp(X) * 2), rtol=1e-12)


def test_a_result_as_tensor_is_taken_by_value():
    class OnTensors(Operation):
        def __call__(self, x):
            self.variables = (x,)
            return np.sin(x)

        def backward_var(self, grad, index):
            return grad * np.cos(self.variables[0])

    x = mg.tensor(X)
    y = op(OnTensors, x)
    y.backward()
    np.testing.assert_allclose(x.grad, np.cos(X))
    np.testing.assert_allclose(mg.hessian(lambda x: op(OnTensors, x).sum())(X), np.diag(-np.sin(X)))


def test_what_an_operation_takes_from_outside_is_refused():
    w = mg.tensor(X)

    class Closed(Operation):
        def __call__(self, x):
            self.variables = (x,)
            return x.data * w

        def backward_var(self, grad, index):
            return grad * w.data

    class Backwards(Operation):
        def __call__(self, x):
            self.variables = (x,)
            return x.data * w.data

        def backward_var(self, grad, index):
            return grad * w

    with pytest.raises(TypeError, match="Pass it as an argument"):
        op(Closed, mg.tensor(X))
    y = op(Backwards, mg.tensor(X))
    with pytest.raises(TypeError, match="Pass it as an argument"):
        y.backward()


# ----------------------------------------------------------------------------------------
# Views
# ----------------------------------------------------------------------------------------


def test_a_view_has_its_base_and_gradient():
    x = mg.tensor(X)
    v = op(Reversed, x)
    assert v.base is x
    assert np.shares_memory(v.data, x.data)
    (x * [1.0, 2.0, 3.0]).backward()
    np.testing.assert_array_equal(v.grad, [3, 2, 1])
    (v * [1.0, 2.0, 3.0]).backward()
    np.testing.assert_array_equal(x.grad, [3, 2, 1])


def test_writes_through_a_view_and_to_its_base():
    def program(x, flip):
        x = +x
        v = flip(x)
        v[:2] *= 10.0
        x[0] = 5.0 * x[1]
        w = flip(v[1:])
        w += v[0]
        return v * x[::-1] + w.sum()

    x = mg.tensor(X)
    y = program(x, lambda x: op(Reversed, x))
    np.testing.assert_allclose(y, program(X, lambda x: x[::-1]))
    y.backward()
    (expected,) = numerical_grad(lambda x: program(x, lambda x: x[::-1]), X)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-6)


class FromLargest(Operation):
    """Where it looks depends on the numbers, which change."""

    can_return_view = True

    def __call__(self, x):
        self.variables = (x,)
        start = np.argmax(x.data)
        return x.data[start : start + 2]

    def backward_var(self, grad, index):
        x = self.variables[0].data
        g = np.zeros_like(x)
        start = np.argmax(x)
        g[start : start + 2] = grad
        return g


def test_a_view_stays_where_it_is():
    def program(x, look):
        x = +x
        v = look(x)
        x[3] = 50.0 * x[0]
        v *= x[3]
        x[0] = v[0] * v[1]
        return v * [1.0, 10.0] + x[0] * x[2]

    def ours(x):
        return program(x, lambda x: op(FromLargest, x))

    def numpys(x):
        return program(x, lambda x: x[1:3])

    x = np.array([0.3, 1.5, -0.7, 0.9])
    np.testing.assert_allclose(ours(mg.tensor(x)), numpys(x))
    for transform in (
        lambda f: mg.jacobian(f)(x),
        lambda f: mg.jvp(f, (x,), (x[::-1],))[1],
        lambda f: mg.hessian(lambda x: f(x).sum())(x),
        lambda f: mg.jvp(mg.grad(lambda x: f(x).sum()), (x,), (x[::-1],))[1],
    ):
        np.testing.assert_allclose(transform(ours), transform(numpys), rtol=1e-12)


class Corner(Operation):
    can_return_view = True

    def __call__(self, x):
        self.variables = (x,)
        return x.data[::-1, 1:]

    def backward_var(self, grad, index):
        g = np.zeros_like(grad, shape=self.variables[0].shape)
        g[::-1, 1:] = grad
        return g


@pytest.mark.parametrize("layout", ["C", "F", "strided", "backwards", "view"])
@pytest.mark.parametrize("dtype", [float, complex, "float32"])
def test_views_of_memory_of_any_order(layout, dtype):
    a = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -3.0]], dtype)

    def start():
        if layout == "view":
            return (mg.tensor(a.T) * 1).T
        array = np.array(a, order=layout if layout in "CF" else "C")
        if layout == "strided":
            array = np.zeros((2, 7), dtype)[:, 1::2]
        elif layout == "backwards":
            array = np.zeros((2, 3), dtype)[::-1]
        array[...] = a
        return mg.tensor(array, copy=False)

    def program(x, look):
        v = look(x)
        w = look(v)
        x[1] *= 3
        w[0] = w[0] * v[1, 1]
        v *= x[0, 0]
        return v

    x = start()
    v = program(x, lambda x: op(Corner, x))
    array = a.copy()
    np.testing.assert_array_equal(v, program(array, lambda x: x[::-1, 1:]))
    np.testing.assert_array_equal(x, array)
    assert np.shares_memory(v.data, x.data)
    x = start()
    (program(+x, lambda x: op(Corner, x)) * [1, 10]).sum().real.backward()
    y = mg.tensor(a)
    (program(+y, lambda x: x[::-1, 1:]) * [1, 10]).sum().real.backward()
    np.testing.assert_allclose(x.grad, y.grad)
    with mg.no_autodiff:
        x = start()
        program(x, lambda x: op(Corner, x))
    np.testing.assert_array_equal(x, array)


def test_a_view_of_a_small_part_of_what_was_written_to():
    x = mg.tensor(np.arange(10.0))
    w = +x
    w[0] = 5.0
    v = op(Reversed, w[2:4])
    assert v.base is w
    v[0] *= 7.0
    np.testing.assert_array_equal(w[:5], [5, 1, 2, 21, 4])
    (w * w).backward()
    np.testing.assert_array_equal(x.grad[:5], [0, 2, 4, 2 * 3 * 49, 8])


def test_the_gradient_of_a_view_is_that_of_its_place():
    class Negative(Reversed):
        def backward_var(self, grad, index):
            return -grad[::-1]

    class Unmoved(Reversed):
        def backward_var(self, grad, index):
            return grad

    class Conjugate(Reversed):
        def backward_var(self, grad, index):
            return np.conjugate(grad[::-1])

    class Outside(Corner):
        def __call__(self, x):
            self.variables = (x,)
            return np.lib.stride_tricks.as_strided(x.data, (3,))

        def backward_var(self, grad, index):
            return np.array([grad[0], grad[1]])

    for cls in (Negative, Unmoved, Conjugate):
        x = mg.tensor(X.astype(complex))
        with pytest.raises(InvalidGradient, match=rf"{cls.__name__}\.backward_var does not put"):
            op(cls, x)
        (x * 2).sum().real.backward()
        np.testing.assert_array_equal(x.grad, [2, 2, 2])
        # No gradient is asked for.
        np.testing.assert_array_equal(op(cls, mg.tensor(X, constant=True)), X[::-1])
    x = mg.tensor(X)
    with pytest.raises(InvalidGradient, match="Outside"):
        op(Outside, x[:2])


def test_a_view_that_passes_no_gradient_on_is_a_constant():
    class Skipped(Reversed):
        def backward_var(self, grad, index):
            raise SkipGradient

    class NoVariables(Reversed):
        def __call__(self, x):
            super().__call__(x)
            self.variables = ()
            return x.data[::-1]

    for cls in (Skipped, NoVariables):
        x = mg.tensor(X)
        v = op(cls, x)
        assert v.constant
        assert np.shares_memory(v.data, x.data)
        (x * v).backward()
        np.testing.assert_array_equal(x.grad, X[::-1])
        assert mg.jvp(lambda x: op(cls, x), (X,), (X,))[1].tolist() == [0, 0, 0]  # noqa: B023


def test_without_the_flag_memory_is_not_shared():
    class Same(Operation):
        def __call__(self, x):
            self.variables = (x,)
            return x.data

        def backward_var(self, grad, index):
            return -grad

    x = mg.tensor(X)
    y = op(Same, x)
    y[0] = 100.0
    assert y.base is None
    np.testing.assert_array_equal(x, X)
    y.backward()
    np.testing.assert_array_equal(x.grad, [0, -1, -1])


def test_a_view_that_shows_an_element_twice_is_not_written_to():
    class Windows(Operation):
        can_return_view = True

        def __call__(self, x):
            self.variables = (x,)
            return np.lib.stride_tricks.sliding_window_view(x.data, 2)

        def backward_var(self, grad, index):
            g = np.zeros(3)
            g[:2] += grad[:, 0]
            g[1:] += grad[:, 1]
            return g

    x = mg.tensor(X)
    v = op(Windows, x)
    with pytest.raises(ValueError, match="read-only"):
        v[0, 0] = 1.0
    v.backward()
    np.testing.assert_array_equal(x.grad, [1, 2, 1])
    h = mg.hessian(lambda x: (op(Windows, x) ** 3).sum())(X)
    np.testing.assert_allclose(h, np.diag(6 * X * [1, 2, 1]))


# ----------------------------------------------------------------------------------------
# out= and where=
# ----------------------------------------------------------------------------------------


class Log(UnaryUfunc):
    numpy_ufunc = np.log

    def backward_var(self, grad, index):
        return grad / self.variables[0].data


class Hypot(BinaryUfunc):
    numpy_ufunc = np.hypot

    def backward_var(self, grad, index):
        x, y = (t.data for t in self.variables)
        return grad * (x, y)[index] / np.hypot(x, y)


def test_what_a_mask_leaves_out_keeps_what_out_held():
    x = mg.tensor([0.0, 2.0, 4.0])
    old = mg.tensor([10.0, 20.0, 30.0])
    out = +old
    mask = np.array([False, True, True])
    y = op(Log, x, op_kwargs={"where": mask}, out=out)
    assert y is out
    np.testing.assert_allclose(y, [10, np.log(2), np.log(4)])
    (y * [1.0, 10.0, 100.0]).backward()
    np.testing.assert_allclose(x.grad, [0, 5, 25])
    np.testing.assert_allclose(old.grad, [1, 0, 0])


def test_out_may_be_an_operand_a_view_or_an_array():
    x = mg.tensor(X)
    w = +x
    op(Hypot, w, 2.0, out=w)
    (w * w).backward()
    np.testing.assert_allclose(x.grad, 2 * X)

    w = +mg.zeros(5, dtype=float)
    op(Hypot, x, 2.0, out=w[1:4])
    (w * w).backward()
    np.testing.assert_allclose(x.grad, 2 * X)

    a = np.array([3.0, 6.0])
    y = op(Hypot, a, mg.tensor([4.0, 8.0], constant=False), out=a)
    assert y.data is a
    np.testing.assert_array_equal(a, [5, 10])
    u = mg.tensor([4.0, 8.0])
    a = np.array([3.0, 6.0])
    y = op(Hypot, a, u, out=a)
    y.backward()
    np.testing.assert_allclose(u.grad, [0.8, 0.8])


def test_binary_ufunc_in_both_modes():
    def f(x):
        return op(Hypot, x, x[::-1]).sum()

    np.testing.assert_allclose(mg.grad(f)(X), numerical_grad(lambda x: np.hypot(x, x[::-1]), X)[0])
    np.testing.assert_allclose(
        mg.hessian(f)(X), mg.hessian(lambda x: np.hypot(x, x[::-1]).sum())(X), rtol=1e-10
    )


class Total(Sequential):
    numpy_func = staticmethod(np.sum)

    def backward_var(self, grad, index):
        (x,) = self.variables
        if self.axis is not None and self.keepdims is not True:
            grad = np.expand_dims(grad, self.axis)
        return np.broadcast_to(grad, x.shape)


@pytest.mark.parametrize("keywords", [{}, {"axis": 0}, {"axis": (0, 1), "keepdims": True}])
def test_reductions(keywords):
    a = np.arange(6.0).reshape(2, 3)
    x = mg.tensor(a)
    y = op(Total, x, op_kwargs=keywords)
    np.testing.assert_array_equal(y, np.sum(a, **keywords))
    y.backward()
    np.testing.assert_array_equal(x.grad, np.ones((2, 3)))


def test_the_mask_of_a_reduction_is_not_one_of_its_result():
    x = mg.tensor(np.arange(9.0).reshape(3, 3))
    out = mg.tensor([1.0, 1.0, 1.0])
    y = op(Total, x, op_kwargs={"axis": 0, "where": np.array([True, False, True])}, out=out)
    np.testing.assert_array_equal(y, [9, 0, 15])
    y.backward()
    np.testing.assert_array_equal(x.grad, np.tile([1, 0, 1], (3, 1)))


# ----------------------------------------------------------------------------------------
# What operations may do, and must not
# ----------------------------------------------------------------------------------------


def test_skipped_variables():
    class Half(Product):
        def backward_var(self, grad, index):
            if index == 0:
                raise SkipGradient
            return super().backward_var(grad, index)

    x, y = mg.tensor(2.0), mg.tensor(3.0)
    op(Half, x, y).backward()
    assert y.grad == 2
    assert x.grad is None
    z = mg.tensor(2.0)
    op(Half, z, z).backward()
    assert z.grad == 2


def test_backward_may_be_overridden():
    class Both(Operation):
        def __call__(self, x, y):
            self.variables = (x, y)
            return x.data * y.data

        def backward_var(self, grad, index):
            raise AssertionError("backward is overridden")

        def backward(self, grad):
            x, y = self.variables
            x._grad = grad * y.data
            y._grad = grad * x.data

    x, y = mg.tensor(2.0), mg.tensor(3.0)
    op(Both, x, y).backward()
    assert (x.grad, y.grad) == (3, 2)
    h = mg.hessian(lambda x: op(Both, x, x * x).sum())(X)
    np.testing.assert_allclose(h, np.diag(6 * X), rtol=1e-12)


@pytest.mark.parametrize(
    "bad", [None, "one", [1.0], 1j, np.ones(4), np.ones((2, 2)), np.float64(1.0), np.array("a")]
)
def test_what_is_no_gradient(bad):
    class Bad(Operation):
        def __call__(self, x):
            self.variables = (x,)
            return +x.data

        def backward_var(self, grad, index):
            return bad

    y = op(Bad, mg.tensor(X))
    with pytest.raises(InvalidGradient, match=r"Bad\.backward_var\(0\) gave"):
        y.backward()


def test_variables_must_be_set_and_be_operands():
    class Missing(Operation):
        def __call__(self, x):
            return +x.data

        def backward_var(self, grad, index):
            return grad

    class Arrays(Missing):
        def __call__(self, x):
            self.variables = (x.data,)
            return +x.data

    class Strangers(Missing):
        def __call__(self, x):
            self.variables = (mg.tensor(X),)
            return +x.data

    class Text(Missing):
        def __call__(self, x):
            self.variables = (x,)
            return "text"

    x = mg.tensor(X)
    for cls, error, words in (
        (Missing, AttributeError, r"is to set self\.variables"),
        (Arrays, TypeError, "contains a ndarray"),
        (Strangers, TypeError, "none of those"),
        (Text, TypeError, "array of numbers"),
        (np.sin, TypeError, "needs a subclass"),
        (int, TypeError, "needs a subclass"),
    ):
        with pytest.raises(error, match=words):
            op(cls, x)
    with pytest.raises(TypeError, match="abstract"):
        op(Operation, x)


def test_an_operation_cannot_write_to_its_operands():
    class Writes(Product):
        def __call__(self, x, y):
            x.data[0] = 100.0
            return super().__call__(x, y)

    for guard in (mg.mem_guard_on, mg.mem_guard_off):
        x = mg.tensor(X)
        with guard, pytest.raises(ValueError, match="read-only"):
            op(Writes, x, x)
        np.testing.assert_array_equal(x, X)


def test_nothing_is_recorded_in_no_autodiff():
    x = mg.tensor(X)
    out = mg.tensor(X)
    with mg.no_autodiff:
        y = op(Product, x, x)
        v = op(Reversed, x)
        op(Hypot, x, 1.0, out=out)
        v[0] = 9.0
    np.testing.assert_array_equal(x, [0.5, -1.2, 9.0])
    assert y.creator is None and v.creator is None
    np.testing.assert_allclose(out, np.hypot(X, 1.0))
    y.backward()
    assert x.grad is None


class Norm(Operation):
    """Times the sum of its squares; subclasses keep that in ways of their own."""

    def __call__(self, x):
        self.variables = (x,)
        self.keep(np.sum(x.data**2))
        return x.data * self.kept()

    def backward_var(self, grad, index):
        x = self.variables[0].data
        return grad * self.kept() + 2 * x * np.sum(grad * x)


class NormOnObject(Norm):
    def keep(self, total):
        self.total = [{"total": total}]

    def kept(self):
        return self.total[0]["total"]


class NormInSlot(Norm):
    __slots__ = "__total"

    def keep(self, total):
        self.__total = total

    def kept(self):
        return self.__total


class NormInClosure(Norm):
    def keep(self, total):
        self.kept = lambda: total


@pytest.mark.parametrize("cls", [NormOnObject, NormInSlot, NormInClosure])
def test_what_was_stored_is_differentiated_wherever_it_is(cls):
    h = mg.hessian(lambda x: op(cls, x).sum())(X)
    expected = mg.hessian(lambda x: np.sum(x * np.sum(x**2)))(X)
    np.testing.assert_allclose(h, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "convert",
    [
        float,
        lambda a: a.item(),
        lambda a: a.tolist(),
        lambda a: np.frombuffer(a.tobytes())[0],
        copy.copy,
        copy.deepcopy,
        np.array,
    ],
)
def test_numbers_taken_of_arrays_are_no_numbers_in_higher_orders(convert):
    class Converted(NormInSlot):
        def keep(self, total):
            super().keep(convert(total))

    def f(x):
        return op(Converted, x).sum()

    np.testing.assert_allclose(mg.grad(f)(X), 2 * X * X.sum() + np.sum(X**2))
    with pytest.raises(TypeError, match="rule of the user"):
        mg.hessian(f)(X)


def test_an_overridden_backward_is_checked():
    class Own(Operation):
        def __call__(self, x):
            self.variables = (x,)
            return x.data * 2

        def backward_var(self, grad, index):
            raise AssertionError("backward is overridden")

        def backward(self, grad):
            self.variables[0]._grad = self.found

    for bad in (np.ones(5), np.ones(()), np.ones(3) * 1j, "text", [1.0, 2.0, 3.0]):
        Own.found = bad
        for how in ({}, {"create_graph": True}):
            with pytest.raises(InvalidGradient, match=r"Own\.backward gave"):
                op(Own, mg.tensor(X)).backward(**how)
    Own.found = np.ones((2, 3), dtype=int)
    x = mg.tensor(X)
    op(Own, x).backward()
    np.testing.assert_array_equal(x.grad, [2, 2, 2])
    assert x.grad.dtype == float


def test_masked_arrays_are_refused():
    class Masked(Operation):
        def __call__(self, x):
            self.variables = (x,)
            return self.result(x.data)

        def backward_var(self, grad, index):
            return np.ma.array(grad, mask=[True, False, False])

    Masked.result = lambda self, x: np.ma.array(x, mask=[True, False, False])
    with pytest.raises(TypeError, match="masked"):
        op(Masked, mg.tensor(X))
    Masked.result = lambda self, x: x + 0
    y = op(Masked, mg.tensor(X))
    with pytest.raises(TypeError, match="masked"):
        y.backward()


def test_masks_that_are_none():
    class Where(Operation):
        def __call__(self, x):
            self.variables = (x,)
            self.where = self.mask
            return x.data * 2

        def backward_var(self, grad, index):
            return grad * 2

    for mask in (None, [1, 0, 1], np.ones(3)):
        Where.mask = mask
        with pytest.raises(TypeError, match="is a mask, of booleans"):
            op(Where, mg.tensor(X))
    Where.mask = [True, False]
    y = op(Where, mg.tensor(X))
    with pytest.raises(InvalidGradient, match="a mask of shape \\(2,\\)"):
        y.backward()
    Where.mask = False
    x = mg.tensor(X)
    op(Where, x).backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 0])


class Ratio(BinaryUfunc):
    numpy_ufunc = np.divide

    def backward_var(self, grad, index):
        x, y = (t.data for t in self.variables)
        return grad / y if index == 0 else -grad * x / (y * y)


@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_masked_out_singularities_have_no_derivatives_of_any_order(shape):
    mask = np.array([True, False, True])
    x, y, inverse = np.array([[1.0, 0.0, 3.0], [2.0, 0.0, -4.0], [0.5, 0.0, -0.25]])
    rows = shape[0] if len(shape) > 1 else 1

    def f(x, y):
        if len(shape) > 1:
            x = np.broadcast_to(x, shape)
        out = +mg.zeros(shape, dtype=float)
        return op(Ratio, x, y, op_kwargs={"where": mask}, out=out).sum()

    gx, gy = mg.grad(f, (0, 1))(x, y)
    np.testing.assert_allclose(gx, rows * inverse)
    np.testing.assert_allclose(gy, -rows * x * inverse**2)
    t = np.array([1.0, 2.0, 3.0])
    _, tangent = mg.jvp(f, (x, y), (t, t))
    np.testing.assert_allclose(tangent, np.sum(t * (gx + gy)))
    (_, xy), (yx, yy) = mg.hessian(f, (0, 1))(x, y)
    np.testing.assert_allclose(xy, np.diag(-rows * inverse**2))
    np.testing.assert_allclose(yx, xy)
    np.testing.assert_allclose(yy, np.diag(2 * rows * x * inverse**3))


def test_threads_run_operations_side_by_side():
    shared = mg.tensor(X)
    failures = []

    def work(k):
        x = k * X
        for _ in range(10):
            h = mg.hessian(lambda x: op(StoredExp, op(Reversed, x * shared)).sum())(x)
            expected = np.diag(X**2 * np.exp(x * X))
            y = op(Product, shared, x)
            if not (np.allclose(h, expected) and np.allclose(y, X * x)):
                failures.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_operands_and_arguments_of_the_wrong_kind():
    x = mg.tensor(X)
    for bad in (None, "text", np.array([None])):
        with pytest.raises(TypeError, match="an operand of Product is no array of numbers"):
            op(Product, x, bad)
    with pytest.raises(TypeError, match="op_args= and op_kwargs= of Scaled are a tuple and a dict"):
        op(Scaled, x, op_args=3.0)
    with pytest.raises(TypeError, match="got a tuple and a list"):
        op(Scaled, x, op_args=(), op_kwargs=[3.0])
    with pytest.raises(TypeError, match="got a ndarray and a dict"):
        op(Scaled, x, op_args=X)


def test_nothing_is_locked_in_no_autodiff():
    a = np.array([1.0, 2.0])
    seen = []

    class Looks(Product):
        def __call__(self, x, y):
            seen.append((a.flags.writeable, x.data.flags.writeable))
            return super().__call__(x, y)

    with mg.no_autodiff:
        op(Looks, mg.tensor(a, copy=False), a)
    assert seen == [(True, False)]


def test_the_creator_names_the_operation():
    y = op(Product, mg.tensor(X), 2.0)
    assert repr(y.creator) == "<rule of Product>"
    y.backward()
    assert y.creator is None


def test_a_call_leaves_no_cycle():
    gc.collect()
    gc.disable()
    try:
        x = mg.tensor(X)
        y = op(StoredExp, op(Product, x, x))
        y.backward()
        del y
        z = op(StoredExp, op(Reversed, x))
        del z, x
        assert gc.collect() == 0
    finally:
        gc.enable()
