"""The examples of the two documents that this package follows, word for word."""

import numpy as np
import pytest
import xarray as xr

import mygrad as mg


def shows(value, text):
    """The interpreter would print this."""
    assert repr(value) == text.strip("\n")


# ----------------------------------------------------------------------------------------
# Notes on MyGrad and autograd
# ----------------------------------------------------------------------------------------


def test_prototype_with_xarray():
    x = xr.DataArray(mg.arange(3.0))
    y = xr.DataArray(mg.arange(9.0).reshape(3, 3))
    z = x * y

    assert isinstance(z.data, mg.Tensor)
    printed = repr(z)
    assert "<xarray.DataArray (dim_0: 3, dim_1: 3)>" in printed
    assert "Dimensions without coordinates: dim_0, dim_1" in printed
    shows(
        z.data,
        """
Tensor([[ 0.,  0.,  0.],
        [ 3.,  4.,  5.],
        [12., 14., 16.]])
""",
    )

    z.data.backward()
    shows(x.data.grad, "array([ 3., 12., 21.])")
    shows(
        y.data.grad,
        """
array([[0., 0., 0.],
       [1., 1., 1.],
       [2., 2., 2.]])
""",
    )


def test_getting_a_derivative():
    x = mg.tensor([2.0, 3.0])
    y = np.prod(x)
    shows(y, "Tensor(6.)")
    y.backward()
    shows(x.grad, "array([3., 2.])")


def test_einsum_with_broadcasting():
    x = mg.tensor([2.0, 3.0])
    y = np.array([3.0])
    np.einsum("i, i", x, y).backward()
    shows(x.grad, "array([3., 3.])")


def test_product_with_a_zero():
    x = mg.tensor([0.0, 1.0, 2.0])
    np.prod(x).backward()
    shows(x.grad, "array([2., 0., 0.])")


def test_dtype_where_and_out():
    x = mg.tensor([1.0, 2.0, 3.0])
    y = mg.zeros_like(x)
    np.multiply(x, x, where=[True, False, True], out=y, dtype="float32")
    y.backward()
    shows(x.grad, "array([2., 0., 6.])")


def test_in_place_operations_and_views():
    x = mg.arange(16.0).reshape(4, 4)
    y = +x
    bottom_right_corner = y[-2:, -2:]
    bottom_right_corner *= -y[:2, :2]
    shows(
        y,
        """
Tensor([[  0.,   1.,   2.,   3.],
        [  4.,   5.,   6.,   7.],
        [  8.,   9.,  -0., -11.],
        [ 12.,  13., -56., -75.]])
""",
    )
    y.backward()
    shows(
        x.grad,
        """
array([[ -9., -10.,   1.,   1.],
       [-13., -14.,   1.,   1.],
       [  1.,   1.,   0.,  -1.],
       [  1.,   1.,  -4.,  -5.]])
""",
    )


def test_cumprod():
    x = mg.tensor([-1.0, 2.0, 4.0])
    y = np.cumprod(x)
    y.backward()
    shows(x.grad, "array([11., -5., -2.])")


def test_einsum_with_broadcast_reduction_and_traces():
    x = mg.arange(9.0).reshape(3, 3)
    y = mg.arange(3.0)

    z = mg.einsum("...i,i ->", x, y).backward()
    assert z is None
    shows(
        (x.grad, y.grad),
        """
(array([[0., 1., 2.],
       [0., 1., 2.],
       [0., 1., 2.]]), array([ 9., 12., 15.]))
""",
    )

    mg.einsum("ii ->", x).backward()
    shows(
        x.grad,
        """
array([[1., 0., 0.],
       [0., 1., 0.],
       [0., 0., 1.]])
""",
    )


# ----------------------------------------------------------------------------------------
# Performance tips
# ----------------------------------------------------------------------------------------


def test_suspending_graph_tracking():
    with mg.no_autodiff:
        x = mg.tensor([1.0, 2.0])
        y = x * x
    assert y.creator is None


@pytest.fixture
def _guarding_restored():
    yield
    mg.turn_memory_guarding_on()


@pytest.mark.usefixtures("_guarding_restored")
def test_corruption_without_memory_guarding():
    mg.turn_memory_guarding_off()
    x = np.arange(3.0)
    y = mg.ones_like(x)
    z = x * y
    x[:] = 0
    z.backward()
    shows(y.grad, "array([0., 0., 0.])")
    mg.turn_memory_guarding_on()


def test_protection_by_memory_guarding():
    x = np.arange(3.0)
    y = mg.ones_like(x)
    z = x * y
    raised = False
    try:
        x[:] = 0
    except ValueError:
        raised = True
    assert raised
    z.backward()
    shows(y.grad, "array([0., 1., 2.])")
    x[:] = 0
