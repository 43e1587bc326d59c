"""``mg.sin`` and the like are objects: `mygrad.ufunc`."""

import copy
import inspect
import pickle
import typing

import numpy as np
import pytest

import mygrad as mg
from _helpers import check_gradients

UFUNCS = sorted({f.__name__: f for f in vars(mg).values() if isinstance(f, mg.ufunc)}.items())
X = np.array([0.5, 1.2, 2.0])

#: Those that the existing MyGrad has.
KNOWN = """
absolute arccos arccosh arcsin arcsinh arctan arctanh cbrt cos cosh exp exp2 expm1 log log10
log1p log2 negative positive reciprocal sin sinh sqrt square tan tanh add arctan2 logaddexp
logaddexp2 maximum minimum multiply power subtract divide matmul
"""


def test_all_known_ufuncs_are_there():
    assert set(KNOWN.split()) <= {name for name, _ in UFUNCS}
    assert mg.abs is mg.absolute
    assert mg.divide is mg.true_divide


@pytest.mark.parametrize(("name", "f"), UFUNCS)
def test_what_a_ufunc_says_of_itself(name, f):
    numpys = getattr(np, name)
    for attribute in ("nin", "nout", "nargs", "identity", "signature", "__name__"):
        assert getattr(f, attribute) == getattr(numpys, attribute)
    assert f.ntypes == len(f.types) > 0
    assert set(f.types) <= set(numpys.types)
    assert not set("OMm") & set("".join(f.types))
    assert repr(f) == f"<mygrad-ufunc {name!r}>"
    assert "Parameters" in f.__doc__ and "Returns" in f.__doc__
    assert isinstance(f, mg.ufunc) and issubclass(f, mg.ufunc)
    assert pickle.loads(pickle.dumps(f)) is f
    assert copy.deepcopy(f) is f
    signature = inspect.signature(f)
    assert len(signature.parameters) == f.nin + 8
    returned = typing.get_type_hints(f)["return"]
    assert returned is mg.Tensor if f.nout == 1 else returned == tuple[mg.Tensor, mg.Tensor]


def test_what_is_no_ufunc():
    assert not isinstance(mg.sum, mg.ufunc)
    assert not issubclass(int, mg.ufunc)
    assert issubclass(mg.ufunc, mg.ufunc)
    with pytest.raises(TypeError, match="cannot be subclassed"):
        type("Mine", (mg.ufunc,), {})
    with pytest.raises(TypeError, match=r"made of a numpy\.ufunc"):
        mg.ufunc(len)


def test_resolve_dtypes_is_numpys():
    dtypes = (np.dtype("f4"), np.dtype("f8"), None)
    assert mg.add.resolve_dtypes(dtypes) == np.add.resolve_dtypes(dtypes)


def outcome(f):
    """A result with its gradient, or the kind of error."""
    x = mg.tensor(X)
    try:
        y = f(x)
    except (AttributeError, TypeError):
        # NumPy's error for what is no number depends on the ufunc.
        return "refused"
    except ValueError as error:
        return str(error)
    if not isinstance(y, mg.Tensor):
        return y
    y.sum().backward()
    return type(y), y.dtype, y.tolist(), None if x.grad is None else x.grad.tolist()


CALLS = {
    "itself": lambda f, x: f(x, x),
    "a number": lambda f, x: f(x, 2),
    "a number first": lambda f, x: f(2, x),
    "a list": lambda f, x: f(x, [1.0, 2.0, 3.0]),
    "an array first": lambda f, x: f(X, x),
    "another precision": lambda f, x: f(x, np.float32(2)),
    "a mask": lambda f, x: f(x, 2.0, where=[True, False, True], out=np.zeros(3)),
    "a dtype": lambda f, x: f(x, x, dtype="float32"),
    "too few": lambda f, x: f(x),
    "too many": lambda f, x: f(x, x, x, x),
    "a keyword that there is not": lambda f, x: f(x, x, axis=0),
    "shapes that do not fit": lambda f, x: f(x, [1.0, 2.0]),
    "none": lambda f, x: f(x, None),
    "text": lambda f, x: f(x, "a"),
}


@pytest.mark.parametrize("how", CALLS)
@pytest.mark.parametrize("name", ["add", "subtract", "power", "arctan2", "maximum", "remainder"])
def test_calls_are_those_of_numpys_ufunc(name, how):
    call = CALLS[how]
    ours = outcome(lambda x: call(getattr(mg, name), x))
    assert ours == outcome(lambda x: call(getattr(np, name), x))


def test_constant():
    x = mg.tensor(X)
    assert mg.sin(x, constant=True).constant
    assert mg.sin(X).constant
    assert not mg.sin(X, constant=False).constant
    assert mg.add.reduce(x, constant=True).constant
    assert mg.multiply.outer(x, X, constant=True).constant
    assert not mg.add.accumulate(X, constant=False).constant
    with pytest.raises(TypeError, match="constant="):
        mg.sin(x, constant=1)
    with pytest.raises(TypeError, match="constant="):
        mg.add.reduce(x, constant=1)


def test_targets_by_position():
    x, out = mg.tensor(X), mg.zeros(3, dtype=float)
    assert mg.sin(x, None).base is None
    assert mg.sin(x, out) is out
    assert mg.add(x, x, (out,)) is out
    out.backward()
    np.testing.assert_array_equal(x.grad, [2, 2, 2])


def test_other_classes_come_first():
    xarray = pytest.importorskip("xarray")
    x = mg.tensor(X)
    labelled = xarray.DataArray(X, dims="a")
    assert isinstance(x + labelled, xarray.DataArray)
    # The result of mg.add is a tensor, whatever the operands are.
    assert isinstance(mg.add(x, labelled), mg.Tensor)


METHODS = {
    "reduce": lambda f, x: f.reduce(x),
    "reduce by position": lambda f, x: f.reduce(x, 1, None, None, True),
    "reduce all": lambda f, x: f.reduce(x, axis=None, initial=0.3),
    "accumulate": lambda f, x: f.accumulate(x, 1),
    "reduceat": lambda f, x: f.reduceat(x, [0, 1], 1),
    "outer": lambda f, x: f.outer(x, X),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["add", "multiply", "maximum", "logaddexp"])
def test_methods_have_numpys_values_and_gradients(name, method):
    run = METHODS[method]
    a = np.array([[0.5, 1.2, 2.0], [0.7, 0.1, -0.4]])
    expected = run(getattr(np, name), a)
    for given in (a, a.tolist(), mg.tensor(a)):
        found = run(getattr(mg, name), given)
        assert isinstance(found, mg.Tensor)
        np.testing.assert_allclose(found, expected, rtol=1e-14)
    ufuncs = {mg.Tensor: getattr(mg, name), np.ndarray: getattr(np, name)}
    check_gradients(lambda x: run(ufuncs[type(x)], x), a)


def test_lists_of_tensors_keep_their_gradients():
    x = mg.tensor(2.0)
    mg.multiply.reduce([x, 3.0, x]).backward()
    assert x.grad == 12
    mg.add.outer([x, 1.0], [1.0, x]).sum().backward()
    assert x.grad == 4


def test_at():
    x, y = mg.tensor(X), mg.tensor([10.0, 20.0])
    w = +x
    assert mg.multiply.at(w, [0, 0], y) is None
    w.backward()
    np.testing.assert_array_equal(x.grad, [200, 1, 1])
    np.testing.assert_array_equal(y.grad, [10, 5])
    a = np.zeros(2)
    mg.add.at(a, [1, 1], [1.0, 2.0])
    np.testing.assert_array_equal(a, [0, 3])


def test_arguments_of_methods_are_checked():
    with pytest.raises(TypeError, match="'axis'"):
        mg.add.reduce(X, 0, axis=0)
    with pytest.raises(TypeError, match="positional arguments"):
        mg.add.accumulate(X, 0, None, None, 5)
    with pytest.raises(TypeError, match="'keepdims'"):
        mg.add.accumulate(X, keepdims=True)


def test_operands_by_name_are_refused_with_the_reason():
    with pytest.raises(TypeError, match=r"add\(\) takes 2 operands, by position.*keywords x1, x2"):
        mg.add(x1=1.0, x2=2.0)
    with pytest.raises(TypeError, match=r"exp\(\) takes 1 operand, by position; got 0$"):
        mg.exp()


@pytest.mark.parametrize("name", ["reduce", "accumulate", "reduceat"])
def test_methods_have_numpys_parameters(name):
    parameters = inspect.signature(getattr(mg.add, name)).parameters
    # NumPy tells them in the first line of the text, if at all.
    said = getattr(np.add, name).__doc__.partition("\n")[0]
    assert list(parameters)[-1] == "constant"
    expected = said[said.index("(") + 1 : said.rindex(")")].split(", ")
    assert [part.partition("=")[0] for part in expected] == list(parameters)[:-1]
    given = {"array": X, "indices": [0, 1]}
    given = {key: x for key, x in given.items() if key in parameters}
    np.testing.assert_array_equal(
        getattr(mg.add, name)(**given, axis=0), getattr(np.add, name)(**given, axis=0)
    )
