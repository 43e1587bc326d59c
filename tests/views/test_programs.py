"""Random programs: on tensors they do what they do on arrays, and their gradients are right.

Each program runs three times: on arrays, on tensors, and (for the gradients) on complex arrays, one
element of which has been moved by an imaginary step. The values must be *equal*; the gradients
agree to rounding, for the complex step has no other error.

The gradient of a name belongs to its present value: the memory as the last write into it, or the
last ``backward``, left it. So that is when the complex run takes its step. Thus one rule says what
to expect for leaves, intermediate results, views and their bases, and after a ``backward`` amid
the program.
"""

import contextlib
import itertools
import os
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from programs import (
    ERRORS,
    INTEGERS,
    Author,
    Program,
    Statement,
    World,
    Write,
    loss,
    programs,
    random_program,
    reduced,
)

import mygrad as mg

# 2,000 programs, always the same ones. Another number gives as many fresh ones.
PROGRAMS = int(os.environ.get("MYGRAD_PROGRAMS", "2000"))
FRESH = "MYGRAD_PROGRAMS" in os.environ
SHARDS = 8
STEP = 1e-30

pytestmark = [
    pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning"),
    # Programs look at arrays amid a graph.
    pytest.mark.filterwarnings("ignore::mygrad.errors.DetachedGradientWarning"),
]


class Mismatch(AssertionError):
    """A tensor is not what the array is."""


# ----------------------------------------------------------------------------------------
# On arrays: what to expect
# ----------------------------------------------------------------------------------------


def owner_of(x: Any) -> Any:
    """The array that owns the memory of `x`; a NumPy scalar owns itself."""
    while isinstance(x, np.ndarray) and isinstance(x.base, np.ndarray):
        x = x.base
    return x


def in_memory_order(owner: np.ndarray) -> np.ndarray:
    """A flat view of an array that owns its (dense) memory."""
    axes = sorted(range(owner.ndim), key=lambda k: (-owner.strides[k], owner.shape[k]))
    flat = owner.transpose(axes).reshape(-1)
    assert flat.size == 0 or np.shares_memory(flat, owner)
    return flat


def places(x: Any) -> np.ndarray:
    """Where in the memory of its owner the elements of `x` are."""
    if not isinstance(x, np.ndarray):
        return np.array(0)
    owner = owner_of(x)
    offset = x.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    numbers = np.arange(owner.size)
    return (
        np.ndarray(x.shape, np.int64, numbers, offset, x.strides) if x.size else np.zeros(x.shape)
    )


class Family(NamedTuple):
    """An owner of memory, the statement that gave it its present value, and a name it had then."""

    owner: Any
    since: int
    name: str


class Expected:
    """What a program does on arrays."""

    def __init__(self, program: Program) -> None:
        self.families: dict[int, Family] = {}
        self.backward: dict[int, dict[str, tuple[Family, np.ndarray]]] = {}
        self.world = world_of(leaf=np.array, backward=lambda *names: None)
        for i, statement in enumerate(program.statements):
            if statement.error is not None:
                with pytest.raises(statement.error):
                    exec(statement.code, self.world)
                continue
            exec(statement.code, self.world)
            for name, x in names_of(self.world).items():
                owner = owner_of(x)
                if id(owner) not in self.families or name == statement.writes:
                    self.families[id(owner)] = Family(owner, i, name)
            if statement.label == "backward":
                self.backward[i] = {
                    name: (self.families[id(owner_of(x))], places(x))
                    for name, x in names_of(self.world).items()
                }
                for name, x in names_of(self.world).items():
                    owner = owner_of(x)
                    self.families[id(owner)] = Family(owner, i, name)


def world_of(leaf: Callable[[Any], Any], backward: Callable[..., None]) -> World:
    return {"np": np, "leaf": leaf, "backward": backward, "seen": [], "handed": []}


FREE = {*world_of(np.array, print), "__builtins__", "__warningregistry__"}


def names_of(world: World) -> dict[str, Any]:
    """The names alive in a world."""
    return {name: x for name, x in world.items() if name not in FREE}


def derivative(program: Program, stop: int, family: Family, place: int) -> float:
    """Of the loss at statement `stop` by one element of a family."""
    losses = []
    world = world_of(
        leaf=lambda array: np.array(array, complex),
        backward=lambda *names: losses.append(loss(*names)),
    )
    for i, statement in enumerate(program.statements[: stop + 1]):
        if statement.error is None:
            exec(statement.code, world)
        if i == family.since:
            x = world[family.name]
            if isinstance(x, np.ndarray):
                in_memory_order(owner_of(x))[place] += 1j * STEP
            else:
                world[family.name] = x + 1j * STEP
    return losses[-1].imag / STEP


# ----------------------------------------------------------------------------------------
# On tensors
# ----------------------------------------------------------------------------------------


def check(program: Program) -> None:
    """Run a program on tensors, and compare; a failure shows a shorter program that fails too."""
    kind = failure(program)
    if kind is not None:
        shorter = reduced(program, lambda candidate: failure(candidate) is kind)
        try:
            compare(shorter, Expected(shorter))
        except Exception as error:
            error.add_note(f"\n{shorter}")
            raise


def failure(program: Program) -> type[Exception] | None:
    """The type of the exception, if the program fails."""
    try:
        compare(program, Expected(program))
    except Exception as error:
        return type(error)
    return None


def compare(program: Program, expected: Expected) -> None:
    world = world_of(leaf=mg.tensor, backward=lambda *names: loss(*names).backward())
    for i, statement in enumerate(program.statements):
        if statement.error is None:
            exec(statement.code, world)
        else:
            check_refusal(statement, world)
        if statement.label == "backward":
            check_gradients(program, i, expected, names_of(world))
    check_values(expected.world, world)
    check_sharing(names_of(expected.world), names_of(world))
    check_locks(expected.world, world)


def check_refusal(statement: Statement, world: World) -> None:
    """What NumPy refuses is refused, by the same kind of error, and no gradient is lost."""
    before = {name: t.grad for name, t in names_of(world).items()}
    try:
        exec(statement.code, world)
    except statement.error:
        pass
    else:
        raise Mismatch(f"no {statement.error.__name__} from: {statement.source}")
    for name, t in names_of(world).items():
        if not same(before[name], t.grad):
            raise Mismatch(f"{name}.grad was {before[name]}, and is {t.grad}, after an error")


def same(x: Any, y: Any) -> bool:
    return (x is None) == (y is None) and (x is None or np.array_equal(x, y))


def check_values(expected: World, world: World) -> None:
    arrays, tensors = names_of(expected), names_of(world)
    assert arrays.keys() == tensors.keys()
    for name, x in arrays.items():
        t = tensors[name]
        if not isinstance(t, mg.Tensor):
            raise Mismatch(f"{name} is a {type(t).__name__}")
        if t.shape != x.shape or t.dtype != x.dtype or t.data.shape != x.shape:
            raise Mismatch(f"{name} is {t!r}, not {x!r}")
        if not np.array_equal(t.data, x):
            raise Mismatch(f"{name} is {t!r}, not {x!r}")
    for k, (x, y) in enumerate(zip(expected["seen"], world["seen"], strict=True)):
        if type(y) is not np.ndarray or not np.array_equal(x, y):
            raise Mismatch(f"seen[{k}] is {y!r}, not {x!r}")


def check_sharing(arrays: dict[str, Any], tensors: dict[str, mg.Tensor]) -> None:
    """Tensors share memory as arrays do."""
    names = [name for name, x in arrays.items() if isinstance(x, np.ndarray)]
    for name, other in itertools.combinations(names, 2):
        shared = np.shares_memory(arrays[name], arrays[other])
        if np.shares_memory(tensors[name].data, tensors[other].data) != shared:
            raise Mismatch(f"{name} and {other} share memory: {not shared}; in NumPy: {shared}")


def check_locks(expected: World, world: World) -> None:
    """Nothing is read-only that is not so in NumPy: all graphs are gone."""
    for name, x in names_of(expected).items():
        if isinstance(x, np.ndarray):
            writeable = world[name].data.flags.writeable
            if writeable != x.flags.writeable:
                raise Mismatch(f"{name} is writeable: {writeable}; in NumPy: {not writeable}")
    for k, (x, y) in enumerate(zip(expected["handed"], world["handed"], strict=True)):
        if y.flags.writeable != x.flags.writeable:
            raise Mismatch(f"handed[{k}] is writeable: {y.flags.writeable}; in NumPy not so")


def check_gradients(
    program: Program, stop: int, expected: Expected, tensors: dict[str, mg.Tensor]
) -> None:
    """Every name has the gradient that the complex step gives."""
    known: dict[tuple[int, int], float] = {}
    for name, (family, where) in expected.backward[stop].items():
        grad = tensors[name].grad
        if type(grad) is not np.ndarray or grad.shape != where.shape or grad.dtype != np.float64:
            raise Mismatch(f"{name}.grad is {grad!r}, with shape {where.shape}")
        right = np.zeros(where.shape)
        for index, place in np.ndenumerate(where):
            key = (id(family.owner), int(place))
            if key not in known:
                known[key] = derivative(program, stop, family, int(place))
            right[index] = known[key]
        scale = 1.0 + np.max(np.abs(right), initial=0.0)
        if not np.allclose(grad, right, rtol=1e-10, atol=1e-12 * scale):
            raise Mismatch(f"{name}.grad is {grad!r}, not {right!r}")


# ----------------------------------------------------------------------------------------
# The tests
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shard", range(SHARDS))
def test_programs(shard: int) -> None:
    @settings(
        max_examples=PROGRAMS // SHARDS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def run(program: Program) -> None:
        check(program)

    (run if FRESH else seed(shard)(run))()


KINDS = {
    *("leaf C", "leaf F", "leaf permuted", "+leaf", "alias", "del", "look", "backward"),
    *("view index", "view 0d", "element", "reshape", "reshape copy", "ravel", "transpose"),
    *("squeeze", "squeeze nothing", "expand_dims", "diagonal", "einsum view", "broadcast_to"),
    *("unpack", "unary", "binary", "binary same", "binary constant", "sum", "rearrange"),
    *("copy", "allocate", "update", "update scalar", "update region", "set region", "set basic"),
    *("set ...", "copy region", "overlap set", "overlap update", "at", "sum out", "loop"),
    *("exchange", "shape", "out", "out where", "out region", "out region where"),
    *("out overlap", "out overlap where", "error shape copy", *(f"error {e}" for e in ERRORS)),
    *(
        f"{what} {how}"
        for what in ("get", "set", "update")
        for how in ("mask", "mask along", "mixed", "integers list", "integers 2d")
    ),
    *(f"{what} integers {i}" for what in ("get", "set", "update") for i in INTEGERS),
}


def test_the_generator_writes_statements_of_every_kind() -> None:
    found = [random_program(k) for k in range(1000)]
    labels = Counter(s.label.removesuffix(", named") for p in found for s in p.statements)
    assert labels.keys() == KINDS
    assert min(labels.values()) >= 3, labels.most_common()[-5:]
    kinds = {s.error for p in found for s in p.statements}
    assert {None, ValueError, IndexError, AttributeError, np.exceptions.AxisError} <= kinds
    valid = sum(all(s.error is None for s in p.statements) for p in found)
    single = sum(sum(s.label == "backward" for s in p.statements) == 1 for p in found)
    assert valid > 700
    assert 700 < single < 950


def test_a_program_is_python_source() -> None:
    source = str(random_program(2))
    names: World = {}
    exec(source, names)
    assert isinstance(names["a"], mg.Tensor)


def test_what_is_expected_of_a_known_program() -> None:
    """The oracle itself, against derivatives by hand: of what went before, and what came after."""
    author = Author(lambda n: 0)
    author.add(Write("leaf", "a = leaf(np.array([2.0, 3.0]))"))
    author.add(Write("binary", "b = a * a"))
    author.add(Write("update", "a *= 10.0", "a"))
    program = author.finish()
    expected = Expected(program)
    np.testing.assert_array_equal(expected.world["a"], [20.0, 30.0])
    np.testing.assert_array_equal(expected.world["b"], [4.0, 9.0])
    (family, where), (other, _) = expected.backward[3].values()
    assert (family.since, family.name, other.since, other.name) == (2, "a", 1, "b")
    grad = [derivative(program, 3, family, place) for place in where]
    np.testing.assert_allclose(grad, np.cos([0.0, 1.0]), rtol=1e-15)
    leaf = family._replace(since=0)
    weights = 10 * np.cos([0.0, 1.0]) + 2 * np.array([2.0, 3.0]) * np.cos([1.0, 2.0])
    grad = [derivative(program, 3, leaf, place) for place in where]
    np.testing.assert_allclose(grad, weights, rtol=1e-15)


# Faults planted in Tensor: the attribute, and what takes its place, given the right one.
FAULTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "a write through a view is dropped": (
        "__setitem__",
        lambda right: lambda t, key, x: None if t.base is not None else right(t, key, x),
    ),
    "a written tensor loses its gradient": (
        "__setitem__",
        lambda right: lambda t, key, x: right(t, key, mg.asarray(x).copy()),
    ),
    "an update binds another tensor": ("__imul__", lambda right: lambda t, x: t * x),
    "an update writes nothing": ("__iadd__", lambda right: lambda t, x: t),
    "a transpose is a copy": ("T", lambda right: property(lambda t: np.transpose(t) * 1.0)),
    "squeezing nothing copies": (
        "squeeze",
        lambda right: lambda t: right(t) if 1 in t.shape else +t,
    ),
    "a view has no gradient": (
        "grad",
        lambda right: property(lambda t: right.__get__(t) if t.base is None else None),
    ),
    "a gradient is wrong by a millionth": (
        "grad",
        lambda right: property(
            lambda t: right.__get__(t) * (1 + 1e-6) if t.ndim > 1 else right.__get__(t)
        ),
    ),
    "an array stays locked": ("__array__", lambda right: _locked),
    "an error is swallowed": ("__setitem__", lambda right: _forgiving(right)),
}


def _locked(t: Any, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    array = t.data.view() if not copy else t.data.copy()
    array.flags.writeable = False
    return array


def _forgiving(right: Callable[..., None]) -> Callable[..., None]:
    def set_item(t: Any, key: Any, x: Any) -> None:
        with contextlib.suppress(IndexError):
            right(t, key, x)

    return set_item


@pytest.mark.parametrize("fault", FAULTS)
def test_the_generator_finds_planted_faults(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    attribute, plant = FAULTS[fault]
    monkeypatch.setattr(mg.Tensor, attribute, plant(getattr(mg.Tensor, attribute)))
    program = next(p for k in range(500) if failure(p := random_program(k)))
    kind = failure(program)
    shorter = reduced(program, lambda candidate: failure(candidate) is kind)
    assert len(shorter.statements) < 10, f"\n{shorter}"
