"""What a tensor shows of itself in a notebook."""

import xml.etree.ElementTree as ET

import dask.array as da
import numpy as np
import pytest

import mygrad as mg


def facts(t):
    """The table's rows, read from well-formed HTML."""
    root = ET.fromstring(t._repr_html_())
    return {row.find("th").text: "".join(row.find("td").itertext()) for row in root.iter("tr")}


def test_what_is_shown():
    x = mg.tensor([[1.0, 2.5], [3.0, 4.0]])
    assert facts(x) == {
        "shape": "(2, 2)",
        "dtype": "float64",
        "graph": "carries a gradient, leaf",
        "data": "[[1.  2.5]\n [3.  4. ]]",
    }
    y = np.exp(x)
    assert facts(y)["graph"] == "carries a gradient, from numpy.exp"
    assert facts(mg.nnet.relu(x))["graph"] == "carries a gradient, from mygrad.nnet.relu"
    assert facts(x[0])["graph"] == "carries a gradient, view of a tensor of shape (2, 2)"
    assert facts(mg.tensor([1, 2])) == {
        "shape": "(2,)",
        "dtype": "int64",
        "graph": "constant: no gradient",
        "data": "[1 2]",
    }
    (x * x).backward()
    assert facts(x)["grad"] == "[[2. 5.]\n [6. 8.]]"
    assert facts(x[1])["grad"] == "[6. 8.]"
    z = mg.tensor(3.0)
    (z**2).backward(create_graph=True)
    assert facts(z)["grad"] == "6."


def test_showing_changes_nothing():
    # Warnings are errors here: none comes, and nothing is detached.
    x = mg.tensor(np.arange(6.0))
    y = x * 2
    v = y[1:3]
    for t in (x, y, v):
        t._repr_html_()
    assert y.creator.name == "numpy.multiply"
    v *= x[:2]
    v._repr_html_()
    y.sum().backward()
    # The sum is 2 (x0 + x1 x0 + x2 x1 + x3 + x4 + x5).
    np.testing.assert_array_equal(x.grad, [4, 4, 2, 2, 2, 2])
    grad = x.grad
    x._repr_html_()
    assert x.grad is grad
    mg.grad(lambda z: (z._repr_html_(), (z * z).sum())[1])(np.ones(2))


SHAPES = [(), (0,), (3, 0), (10**6,), (1000, 1000), (30, 30, 30), (9,) * 5]


@pytest.mark.parametrize("shape", SHAPES)
def test_previews_are_small(shape):
    found = facts(mg.zeros(shape, dtype=float))
    assert found["shape"] == str(shape)
    assert len(found["data"]) < 1000
    assert len(found["data"].splitlines()) <= 12


def test_contents_are_escaped():
    class Name_(mg.Tensor):
        __slots__ = ()

    Name_.__name__ = "<b>&"
    assert "<b>&lt;b&gt;&amp;</b>" in Name_([1.0])._repr_html_()


def test_foreign_arrays_are_not_computed():
    def fail(block):
        raise AssertionError("computed")

    lazy = da.ones((4,), chunks=2).map_blocks(fail, dtype=float, meta=np.empty((0,)))
    assert "dask.array<" in facts(mg.tensor(lazy))["data"]
