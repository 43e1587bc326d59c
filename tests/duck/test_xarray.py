"""xarray over tensors: a DataArray whose data is a tensor, and its gradients."""

import numpy as np
import pytest

import mygrad as mg
from mygrad import Tensor

xr = pytest.importorskip("xarray")

A = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])
HOLES = np.array([[0.5, np.nan, 2.0], [3.0, 0.25, np.nan]])
WEIGHTS = np.cos(np.arange(6.0)).reshape(2, 3)


def array(data, **coords):
    return xr.DataArray(data, dims=("row", "column"), coords=coords)


def check(f, data=A, rtol=1e-6):
    """`f` of a DataArray over a tensor has the value of that over an array, and its gradient."""
    t = mg.tensor(data)
    result = f(array(t))
    expected = f(array(data))
    assert isinstance(result, xr.DataArray)
    assert isinstance(result.data, Tensor), f"the data became {type(result.data)}"
    assert not result.data.constant
    assert result.dims == expected.dims
    np.testing.assert_allclose(result.data.data, expected.data, rtol=1e-12)
    weights = np.resize(WEIGHTS, expected.shape)
    result.data.backward(weights)
    assert t.grad is not None
    h = 1e-6
    for i in np.ndindex(data.shape):
        if np.isnan(data[i]):
            assert t.grad[i] == 0
            continue
        above, below = data.copy(), data.copy()
        above[i] += h
        below[i] -= h
        slope = np.nansum((f(array(above)).data - f(array(below)).data) * weights) / (2 * h)
        np.testing.assert_allclose(t.grad[i], slope, rtol=rtol, atol=1e-7)


ARITHMETIC = {
    "numbers": lambda d: 2 * d + 1 - d / 3,
    "itself": lambda d: d * d - d**2 / (1 + d * d),
    "negated": lambda d: -d + abs(d),
    "array": lambda d: d * WEIGHTS,
    "reversed": lambda d: 1 / (3 + d * d),
    "ufunc": lambda d: np.sin(d) * np.exp(d),
    "two": lambda d: np.maximum(d, 0.3 * d + 0.1),
    "matmul": lambda d: d @ d.T,
    "dot": lambda d: xr.dot(d, d, dim="column"),
    "aligned": lambda d: d.isel(row=0) * d.isel(column=0),
    "masked": lambda d: d.where(xr.DataArray(A > 0, dims=d.dims), 0.0),
    "filled": lambda d: d.where(xr.DataArray(A > 0, dims=d.dims)).fillna(1.0) * d,
    "clipped": lambda d: d.clip(-1.0, 1.0),
    "cast": lambda d: d.astype(float) * 2,
    "xr.where": lambda d: xr.where(xr.DataArray(A > 0, dims=d.dims), d * d, -d),
}


@pytest.mark.parametrize("f", ARITHMETIC.values(), ids=ARITHMETIC.keys())
def test_arithmetic(f):
    check(f)


NAMES = ("sum", "mean", "prod", "min", "max", "std", "var")


@pytest.mark.parametrize("skipna", [None, True, False])
@pytest.mark.parametrize("dim", [None, "row", ["row", "column"], ...], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_reductions(name, dim, skipna):
    check(lambda d: getattr(d, name)(dim, skipna=skipna))


@pytest.mark.parametrize("dim", [None, "row", "column"])
@pytest.mark.parametrize("name", NAMES)
def test_reductions_skip_nan(name, dim):
    check(lambda d: getattr(d, name)(dim), HOLES)


@pytest.mark.parametrize("name", ["sum", "prod"])
def test_min_count(name):
    check(lambda d: getattr(d, name)("row", min_count=1))


@pytest.mark.parametrize("name", ["std", "var"])
def test_ddof(name):
    check(lambda d: getattr(d, name)("column", ddof=1))


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
@pytest.mark.parametrize("skipna", [None, False])
def test_cumulative(name, skipna):
    check(lambda d: getattr(d, name)("column", skipna=skipna))


SHAPES = {
    "isel": lambda d: d.isel(row=1) * 2,
    "isel slice": lambda d: d.isel(column=slice(None, None, 2)),
    "isel list": lambda d: d.isel(column=[0, 2, 2]),
    "isel array": lambda d: d.isel(column=xr.DataArray([1, 0], dims="new")),
    "pointwise": lambda d: d.isel(
        row=xr.DataArray([0, 1, 1], dims="p"), column=xr.DataArray([2, 0, 0], dims="p")
    ),
    "getitem": lambda d: d[0, 1:] * d[:, 1:],
    "mask": lambda d: d[:, np.array([True, False, True])],
    "sel": lambda d: d.assign_coords(column=[10, 20, 30]).sel(column=20),
    "transpose": lambda d: d.transpose() * 2,
    "transpose by name": lambda d: d.transpose("column", "row"),
    "T": lambda d: d.T,
    "expand_dims": lambda d: d.expand_dims("new"),
    "squeeze": lambda d: d.expand_dims("new").squeeze("new"),
    "stack": lambda d: d.stack(z=("row", "column")).reset_index("z", drop=True),
    "concat": lambda d: xr.concat([d, 2 * d], dim="row"),
    "concat new": lambda d: xr.concat([d, d * d], dim="new"),
    "broadcast": lambda d: xr.broadcast(d, d.isel(row=0))[1] * d,
    "broadcast_like": lambda d: d.isel(row=0).broadcast_like(d),
    "roll": lambda d: d.roll(column=1),
    "shift": lambda d: d.shift(column=1, fill_value=0.0),
    "pad": lambda d: d.pad(column=1, constant_values=0.0),
    "diff by hand": lambda d: d.isel(column=slice(1, None)) - d.isel(column=slice(None, -1)),
    "diff": lambda d: d.diff("column"),
    "rename": lambda d: d.rename(row="line") * 2,
    "copy": lambda d: d.copy(deep=False) * 2,
    "drop_vars": lambda d: d.assign_coords(column=[3, 1, 2]).drop_vars("column"),
    "pipe": lambda d: d.pipe(lambda e: e * 3),
    "weighted": lambda d: d.weighted(xr.DataArray([1.0, 2.0], dims="row")).mean("row"),
}


@pytest.mark.parametrize("f", SHAPES.values(), ids=SHAPES.keys())
def test_selecting_and_rearranging(f):
    check(f)


# ----------------------------------------------------------------------------------------
# Beside tensors
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda t, d: t * d,
        lambda t, d: d * t,
        lambda t, d: t + d,
        lambda t, d: t - d,
        lambda t, d: t / d,
        lambda t, d: d / t,
        lambda t, d: t**d,
        np.multiply,
        np.add,
        np.arctan2,
        np.maximum,
    ],
)
@pytest.mark.parametrize("over", ["tensor", "array"])
def test_a_tensor_beside_a_data_array_is_a_data_array(f, over):
    base = np.abs(A) + 0.5
    t, u = mg.tensor(base), mg.tensor(base * 2 - 0.3)
    d = array(u if over == "tensor" else u.data.copy())
    result = f(t, d)
    assert isinstance(result, xr.DataArray)
    assert isinstance(result.data, Tensor)
    result.data.backward()
    x, y = mg.tensor(base), mg.tensor(base * 2 - 0.3)
    f(x, y).backward()
    np.testing.assert_allclose(t.grad, x.grad)
    if over == "tensor":
        np.testing.assert_allclose(u.grad, y.grad)


@pytest.mark.parametrize("f", [lambda t, d: t == d, lambda t, d: t < d, lambda t, d: d >= t])
def test_comparisons_are_data_arrays(f):
    result = f(mg.tensor(A), array(A))
    assert isinstance(result, xr.DataArray)
    assert result.dtype == bool


# ----------------------------------------------------------------------------------------
# Datasets
# ----------------------------------------------------------------------------------------


def dataset():
    t, u = mg.tensor(A), mg.tensor([1.0, 2.0, 3.0])
    return t, u, xr.Dataset({"a": (("row", "column"), t), "b": (("column",), u)})


def test_dataset_arithmetic():
    t, u, ds = dataset()
    result = (2 * ds + 1) * ds
    assert isinstance(result["a"].data, Tensor)
    np.sum(result["a"].data).backward()
    np.testing.assert_allclose(t.grad, 4 * A + 1)
    np.sum(result["b"].data).backward()
    np.testing.assert_allclose(u.grad, 4 * np.array([1.0, 2.0, 3.0]) + 1)


@pytest.mark.parametrize("skipna", [None, False])
@pytest.mark.parametrize("name", ["sum", "mean", "std"])
def test_dataset_reductions(name, skipna):
    t, u, ds = dataset()
    result = getattr(ds, name)("column", skipna=skipna)
    for key, leaf, axis in (("a", t, 1), ("b", u, 0)):
        data = result[key].data
        assert isinstance(data, Tensor)
        np.testing.assert_allclose(data.data, getattr(leaf.data, name)(axis=axis))
        x = mg.tensor(leaf.data.copy())
        getattr(x, name)(axis=axis).backward()
        data.backward()
        np.testing.assert_allclose(leaf.grad, x.grad)


def test_variables_of_a_dataset():
    t, u, ds = dataset()
    ds["c"] = ds.a * ds.b
    loss = ds.c.sum(skipna=False) + ds.isel(row=0).a.mean()
    loss.data.backward()
    expected = np.tile([1.0, 2.0, 3.0], (2, 1))
    expected[0] += 1 / 3
    np.testing.assert_allclose(t.grad, expected)
    np.testing.assert_allclose(u.grad, A.sum(0))


def test_dataset_concat_and_merge():
    t, _, ds = dataset()
    both = xr.concat(
        [ds, 2 * ds], dim="row", data_vars="minimal", coords="minimal", compat="override"
    )
    np.sum(both.a.data).backward()
    np.testing.assert_allclose(t.grad, np.full((2, 3), 3.0))
    t, u, ds = dataset()
    merged = xr.merge([ds[["a"]], ds[["b"]]])
    assert merged.a.data is not None
    np.sum((merged.a * merged.b).data).backward()
    np.testing.assert_allclose(u.grad, A.sum(0))


# ----------------------------------------------------------------------------------------
# Attributes
# ----------------------------------------------------------------------------------------


def test_data_is_the_tensor_itself():
    t = mg.tensor(A)
    assert array(t).data is t
    assert array(t).variable.data is t


def test_values_are_an_array():
    t = mg.tensor(A)
    assert type(array(t).values) is np.ndarray
    np.testing.assert_array_equal(array(t).values, A)


def test_representations():
    d = array(mg.tensor(A))
    assert "Tensor" in repr(d)
    assert "row" in repr(d)
    assert "Tensor" in d._repr_html_()
    assert "a" in repr(xr.Dataset({"a": d}))


def test_loading_and_copying():
    t = mg.tensor(A)
    d = array(t)
    assert isinstance(d.copy(deep=True).data, Tensor)
    assert d.load().data is t
    assert d.compute().data is not None
    assert d.equals(array(mg.tensor(A)))
    assert d.identical(array(mg.tensor(A)))


def test_assignment():
    t = mg.tensor(A)
    d = array(t * 1.0)
    d[0] = 7.0
    d.loc[{"row": 1, "column": 0}] = 3.0
    (d * WEIGHTS).data.backward()
    expected = WEIGHTS.copy()
    expected[0] = 0
    expected[1, 0] = 0
    np.testing.assert_allclose(t.grad, expected)
