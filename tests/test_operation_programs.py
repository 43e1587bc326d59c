"""Random programs of the user's operations, views and writes, against the same in NumPy."""

import random

import numpy as np
import pytest

import mygrad as mg
from mygrad.operation_base import Operation


class Multiply(Operation):
    def __call__(self, x, y):
        self.variables = (x, y)
        return x.data * y.data

    def backward_var(self, grad, index):
        return grad * self.variables[1 - index].data


class Sine(Operation):
    def __call__(self, x):
        self.variables = (x,)
        self.slope = np.cos(x.data)
        return np.sin(x.data)

    def backward_var(self, grad, index):
        return grad * self.slope


class Bell(Operation):
    def __call__(self, x):
        self.variables = (x,)
        self.ans = np.exp(-(x.data**2))
        return self.ans

    def backward_var(self, grad, index):
        return -2 * grad * self.ans * self.variables[0].data


class Dot(Operation):
    def __call__(self, x, y):
        self.variables = (x, y)
        return x.data @ y.data

    def backward_var(self, grad, index):
        x, y = self.variables
        return grad @ y.data.T if index == 0 else x.data.T @ grad


class Flip(Operation):
    can_return_view = True

    def __call__(self, x):
        self.variables = (x,)
        return x.data[::-1]

    def backward_var(self, grad, index):
        return grad[::-1]


class Part(Operation):
    """Leaves elements out, which a write through the view must not touch."""

    can_return_view = True

    def __call__(self, x):
        self.variables = (x,)
        return x.data.T[1:, ::2]

    def backward_var(self, grad, index):
        whole = np.zeros_like(grad, shape=self.variables[0].shape)
        whole.T[1:, ::2] = grad
        return whole


class FromLargest(Operation):
    """Where it looks depends on the numbers."""

    can_return_view = True

    def __call__(self, x):
        self.variables = (x,)
        self.start = np.argmax(x.data[:, 0])
        return x.data[self.start :]

    def backward_var(self, grad, index):
        whole = np.zeros_like(grad, shape=self.variables[0].shape)
        whole[self.start :] = grad
        return whole


OPERATIONS = {
    "multiply": Multiply,
    "sine": Sine,
    "bell": Bell,
    "dot": Dot,
    "flip": Flip,
    "part": Part,
    "largest": FromLargest,
}
NUMPYS = {
    "multiply": np.multiply,
    "sine": np.sin,
    "bell": lambda x: np.exp(-(x**2)),
    "dot": np.matmul,
    "flip": lambda x: x[::-1],
    "part": lambda x: x.T[1:, ::2],
    "largest": lambda x: x[np.argmax(x[:, 0]) :],
}


def run(seed, x, call):
    """A program: `call` takes the name of an operation and its operands."""
    choose = random.Random(seed)
    pool = [+x]
    for _ in range(choose.randint(3, 9)):
        step = choose.choice([*OPERATIONS, "write", "update", "slice"])
        a = choose.choice(pool)
        if step in ("sine", "bell", "flip", "largest"):
            pool.append(call(step, a))
        elif step == "multiply":
            pool.append(call(step, a, choose.choice([b for b in pool if b.shape == a.shape])))
        elif step == "part" and a.shape[1] > 1:
            pool.append(call(step, a))
        elif step == "dot":
            pool.append(call(step, a, a.T))
        elif step == "write":
            i = choose.randrange(a.shape[0])
            a[i] = call("sine", a[i] * 0.5)
        elif step == "update":
            a *= call("sine", a)
        elif step == "slice":
            pool.append(a[:, : max(1, a.shape[1] - 1)])
    total = 0.0
    for i, a in enumerate(pool):
        total = total + np.sum(a * (i + 1.3) * np.cos(np.arange(a.size)).reshape(a.shape))
    return total


@pytest.mark.parametrize("seed", range(120))
def test_programs(seed):
    rng = np.random.default_rng(seed)
    x, t = rng.normal(size=(2, 3, 4))

    def ours(x):
        return run(seed, x, lambda name, *operands: mg.execute_op(OPERATIONS[name], *operands))

    def numpys(x):
        return run(seed, x, lambda name, *operands: NUMPYS[name](*operands))

    for transform in (
        lambda f: mg.value_and_grad(f)(x),
        lambda f: mg.jvp(f, (x,), (t,)),
        lambda f: (mg.hvp(f)(x, t),),
        lambda f: mg.jvp(lambda x: mg.jvp(f, (x,), (t,))[1], (x,), (t,)),
    ):
        for found, expected in zip(transform(ours), transform(numpys), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)
