"""Nested arguments and results."""

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mygrad as mg
from mygrad._trees import leaves_like, leaves_of, rebuild

Point = namedtuple("Point", "x y")


@dataclass
class Layer:
    w: object
    b: object = 0.0
    kind: object = None


@dataclass(frozen=True, slots=True)
class Frozen:
    w: object
    hidden: object = field(init=False, default=1.0)


numbers = st.integers(-8, 8).map(lambda n: n / 4)
leaves = st.one_of(
    numbers, st.lists(numbers, max_size=3).map(lambda x: np.array(x, float)), numbers.map(np.array)
)
trees = st.recursive(
    st.one_of(leaves, st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(OrderedDict),
        st.tuples(inner, inner).map(lambda p: Point(*p)),
        st.tuples(inner, inner).map(lambda p: Layer(*p)),
        inner.map(Frozen),
    ),
    max_leaves=8,
)


def same_nesting(a, b):
    """Compares with recursion of its own, leaf by leaf."""
    if isinstance(a, (float, np.ndarray)):
        return isinstance(b, np.ndarray) and b.shape == np.shape(a)
    if type(a) is not type(b):
        return False
    if a is None:
        return True
    if isinstance(a, dict):
        return list(a) == list(b) and all(same_nesting(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same_nesting, a, b))
    names = ("w", "b", "kind") if isinstance(a, Layer) else ("w", "hidden")
    return all(same_nesting(getattr(a, n), getattr(b, n)) for n in names)


def total(tree):
    return sum([np.sum(x * x) for x in leaves_of(tree)], 0.0)


@given(trees)
def test_gradients_are_nested_as_the_argument(tree):
    g = mg.grad(total)(tree)
    assert same_nesting(tree, g)
    for x, y in zip(leaves_of(tree), leaves_of(g), strict=True):
        np.testing.assert_array_equal(y, 2 * np.asarray(x))


@given(trees)
def test_results_and_cotangents_are_nested_as_the_result(tree):
    y, pull = mg.vjp(lambda s: rebuild(tree, iter([x * s for x in leaves_of(tree)])), 3.0)
    assert same_nesting(tree, y)
    (g,) = pull(tree)
    np.testing.assert_allclose(g, sum(np.sum(np.square(x)) for x in leaves_of(tree)), atol=1e-12)
    _, t = mg.jvp(lambda s: rebuild(tree, iter([x * s for x in leaves_of(tree)])), (3.0,), (2.0,))
    for x, y in zip(leaves_of(tree), leaves_of(t), strict=True):
        np.testing.assert_allclose(y, 2 * np.asarray(x))


@given(trees)
def test_rebuilding_gives_the_same(tree):
    again = rebuild(tree, iter(leaves_of(tree)))
    assert type(again) is type(tree)
    for x, y in zip(leaves_of(tree), leaves_of(again), strict=True):
        assert x is y
    assert [id(x) for x in leaves_like(tree, again, "it")] == [id(x) for x in leaves_of(tree)]


def test_classes_stay():
    made = mg.grad(lambda d: d["a"] * 2)(defaultdict(list, a=1.0))
    assert type(made) is defaultdict
    assert made.default_factory is list
    assert made["a"] == 2


def test_stop_gradient_on_containers():
    p = {"a": mg.tensor(2.0), "b": (mg.tensor([1.0]), "word", np.ones(2))}
    stopped = mg.stop_gradient(p)
    assert stopped["a"].constant
    assert stopped["b"][0].constant
    assert stopped["b"][1:] == ("word", p["b"][2])
    assert mg.stop_gradient(3.0) == 3.0
    g = mg.grad(lambda p: p["x"] * mg.stop_gradient(p)["x"])({"x": 3.0})
    assert g["x"] == 3
    assert mg.jvp(lambda x: x * mg.stop_gradient(x), (3.0,), (1.0,))[1] == 3


@pytest.mark.parametrize(
    ("cotangent", "words"),
    [
        (np.ones(2), "a dict of length 2 was expected, and a ndarray given"),
        ({"a": np.ones(2)}, "length 2 was expected, and a dict of length 1"),
        ({"a": np.ones(2), "c": 1.0}, r"keys \['a', 'b'\].*\['a', 'c'\]"),
        ({"a": [np.ones(2)], "b": 1.0}, "one array was expected, and a list given"),
        ([np.ones(2), 1.0], "a dict of length 2 was expected, and a list"),
    ],
)
def test_wrong_nesting(cotangent, words):
    _, pull = mg.vjp(lambda x: {"a": x, "b": np.sum(x)}, np.ones(2))
    with pytest.raises(TypeError, match=words):
        pull(cotangent)


def test_wrong_vectors():
    _, pull = mg.vjp(lambda x: x * 1, np.ones(2))
    with pytest.raises(ValueError, match=r"shape \(2,\) has the same shape; got \(3,\)"):
        pull(np.ones(3))
    with pytest.raises(ValueError, match=r"got \(\)"):
        pull(1.0)
    with pytest.raises(TypeError, match="complex128"):
        pull(np.ones(2) * 1j)
    with pytest.raises(TypeError, match="dtype <U1"):
        pull("a")
    np.testing.assert_array_equal(pull(np.array([1, 2]))[0], [1, 2])
    with pytest.raises(TypeError, match="in a tuple or list"):
        mg.jvp(np.sin, 1.0, 1.0)
    with pytest.raises(TypeError, match="length 1 was expected, and a tuple of length 2"):
        mg.jvp(np.sin, (1.0,), (1.0, 2.0))
