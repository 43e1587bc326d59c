"""Random programs of views and writes, as functions that are transformed."""

import numpy as np
import pytest

import mygrad as mg
from views.programs import loss, random_program

STEP = 1e-5

pytestmark = [
    pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::mygrad.errors.DetachedGradientWarning"),
    pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning"),
]


class Function:
    """A program as a function of the list of its leaves."""

    def __init__(self, number):
        self.program = random_program(number)
        self.leaves = []

        def leaf(array):
            self.leaves.append(np.array(array, float))
            return np.array(array)

        self._run(leaf)
        rng = np.random.default_rng(number)
        self.direction = [rng.normal(size=x.shape) for x in self.leaves]

    def _run(self, leaf):
        world = {"np": np, "leaf": leaf, "backward": lambda *names: None, "seen": [], "handed": []}
        known = {*world, "__builtins__", "__warningregistry__"}
        for statement in self.program.statements:
            if statement.error is None:
                exec(statement.code, world)
        return [x for name, x in world.items() if name not in known]

    def __call__(self, leaves):
        given = iter(leaves)
        return loss(*self._run(lambda _: next(given)))

    def moved(self, step):
        moved = []
        for x, d in zip(self.leaves, self.direction, strict=True):
            # In the same memory order: it decides what reshape shows, and what it copies.
            y = np.array(x, np.result_type(step, x))
            y += step * d
            moved.append(y)
        return moved

    def along(self):
        """The derivative in the direction, by the complex step."""
        return np.imag(self(self.moved(1e-30j))) / 1e-30


def dot(a, b):
    return sum([np.sum(x * y) for x, y in zip(a, b, strict=True)])


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_first_derivatives(start):
    for number in range(start, start + 50):
        f = Function(number)
        before = [x.copy() for x in f.leaves]
        want, message = f.along(), str(f.program)
        close = {"rtol": 1e-9, "atol": 1e-10, "err_msg": message}
        g = mg.grad(f)(f.leaves)
        assert all(type(x) is np.ndarray for x in g)
        np.testing.assert_allclose(dot(g, f.direction), want, **close)
        _, tangent = mg.jvp(f, (f.leaves,), (f.direction,))
        np.testing.assert_allclose(tangent, want, **close)
        for x, y in zip(mg.grad(mg.checkpoint(f))(f.leaves), g, strict=True):
            np.testing.assert_allclose(x, y, **close)
        _, tangent = mg.jvp(mg.checkpoint(f), (f.leaves,), (f.direction,))
        np.testing.assert_allclose(tangent, want, **close)
        for x, y in zip(f.leaves, before, strict=True):
            np.testing.assert_array_equal(x, y)
            assert x.flags.writeable


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobians(mode):
    for number in range(60):
        f = Function(number)

        def outputs(leaves, f=f):
            given = iter(leaves)
            return [np.ravel(x) for x in f._run(lambda _: next(given))]

        expected = [np.imag(x) / 1e-30 for x in outputs(f.moved(1e-30j))]
        found = mg.jacobian(outputs, mode=mode)(f.leaves)
        for blocks, want in zip(found, expected, strict=True):
            product = sum(
                np.tensordot(block, d, d.ndim) for block, d in zip(blocks, f.direction, strict=True)
            )
            np.testing.assert_allclose(product, want, rtol=1e-9, atol=1e-10, err_msg=str(f.program))


@pytest.mark.parametrize("start", range(0, 100, 50))
def test_second_derivatives(start):
    curved = 0
    for number in range(start, start + 50):
        f = Function(number)
        d, message = f.direction, str(f.program)
        above, below = mg.grad(f)(f.moved(STEP)), mg.grad(f)(f.moved(-STEP))
        want = [(x - y) / (2 * STEP) for x, y in zip(above, below, strict=True)]
        size = max([1.0, *[np.max(np.abs(x), initial=0) for x in (*want, *above)]])
        found = {
            "reverse over reverse": mg.hvp(f)(f.leaves, d),
            "forward over reverse": mg.jvp(mg.grad(f), (f.leaves,), (d,))[1],
            "reverse over forward": mg.grad(lambda x, f=f, d=d: mg.jvp(f, (x,), (d,))[1])(f.leaves),
            "checkpoint": mg.hvp(mg.checkpoint(f))(f.leaves, d),
        }
        for how, products in found.items():
            for x, y in zip(products, want, strict=True):
                np.testing.assert_allclose(
                    x, y, rtol=1e-5, atol=1e-6 * size, err_msg=f"{how} of\n{message}"
                )
        curved += any(np.any(np.abs(x) > 1e-6) for x in found["reverse over reverse"])
    assert curved > 15


def test_outer_levels():
    """The first leaf is the argument; the others are tensors in the closure, or arguments, too."""
    for number in range(60):
        f = Function(number)
        rest = f.leaves[1:]
        d, message = f.direction, str(f.program)
        want = mg.hvp(f)(f.leaves, [d[0], *[np.zeros_like(x) for x in rest]])
        size = max([1.0, *[np.max(np.abs(x), initial=0) for x in want]])
        close = {"rtol": 1e-9, "atol": 1e-10 * size, "err_msg": message}

        def check(g, tensors, d=d, want=want, close=close):
            np.sum(g * d[0]).backward()
            for t, x in zip(tensors, want, strict=True):
                grad = np.zeros(t.shape) if t.grad is None else t.grad
                np.testing.assert_allclose(grad, x, **close)

        for decorate in (lambda f: f, mg.checkpoint):
            tensors = [mg.tensor(x) for x in f.leaves]
            # Copies, for the program may write into its leaves; so are the inputs.
            g = mg.grad(decorate(lambda x, f=f, ts=tensors: f([x, *[+t for t in ts[1:]]])))(
                tensors[0]
            )
            check(g, tensors)
            tensors = [mg.tensor(x) for x in f.leaves]
            g = mg.grad(decorate(lambda *leaves, f=f: f([+x for x in leaves])))(*tensors)
            check(g, tensors)
            tensors = [mg.tensor(x) for x in f.leaves]
            _, tangent = mg.jvp(
                decorate(lambda x, f=f, ts=tensors: f([x, *[+t for t in ts[1:]]])),
                (tensors[0],),
                (d[0],),
            )
            check(tangent, tensors, [1.0])
