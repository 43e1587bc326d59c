"""The names and calls that users of the existing MyGrad know."""

import copy
import inspect
import pickle
import subprocess
import sys

import numpy as np
import pytest

import mygrad as mg
from mygrad._signatures import Mirrored

NAMES = """
absolute abs arccos arccosh arcsin arcsinh arctan arctanh cbrt cos cosh exp exp2 expm1 log log10
log1p log2 negative positive reciprocal sin sinh sqrt square tan tanh add arctan2 logaddexp
logaddexp2 maximum minimum multiply power subtract true_divide divide matmul sinc cot csc sec
arccot arccsc arcsec coth csch sech arccoth arccsch add_sequence multiply_sequence multi_matmul
einsum sum mean prod cumprod cumsum max min amax amin var std clip where reshape ravel squeeze
expand_dims broadcast_to atleast_1d atleast_2d atleast_3d transpose moveaxis swapaxes roll
concatenate stack repeat tensor astensor asarray empty ones zeros full eye identity arange
linspace logspace geomspace empty_like ones_like zeros_like full_like argmax argmin any allclose
bincount can_cast ceil copyto divmod equal floor floor_divide fmod greater greater_equal isclose
isfinite isinf isnan isnat less less_equal logical_and logical_not logical_or logical_xor
may_share_memory min_scalar_type mod not_equal remainder result_type rint shape shares_memory
sign signbit trunc e euler_gamma inf nan newaxis pi bool_ int8 int16 int32 int64 uint8 uint16
uint32 uint64 intp uintp float16 float32 float64 half single double longdouble Tensor ufunc
execute_op no_autodiff mem_guard_off mem_guard_on mem_guard_active turn_memory_guarding_off
turn_memory_guarding_on save load sliding_window_view random linalg.norm
operation_base.Operation operation_base.Ufunc operation_base.UnaryUfunc
operation_base.BinaryUfunc operation_base.Sequential operation_base.SkipGradient
errors.MyGradException errors.InvalidGradient errors.InvalidBackprop errors.DisconnectedView
typing.ArrayLike typing.DTypeLike typing.DTypeLikeReals typing.Index typing.Mask typing.Real
typing.Shape random.rand random.randn random.random random.random_sample random.ranf
random.sample random.randint random.seed __version__
tensor_base.Tensor tensor_base.tensor tensor_base.astensor tensor_base.asarray
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_names(name):
    found = mg
    for part in name.split("."):
        found = getattr(found, part)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from mygrad.tensor_base import Tensor as f", "Tensor"),
        ("from mygrad.nnet.layers.utils import sliding_window_view as f", "sliding_window_view"),
        ("from mygrad.nnet.layers.pooling import max_pool as f", "nnet.max_pool"),
        ("from mygrad.nnet.layers.conv import conv_nd as f", "nnet.conv_nd"),
        ("from mygrad.nnet.layers.batchnorm import batchnorm as f", "nnet.batchnorm"),
        ("from mygrad.nnet.layers.gru import gru as f", "nnet.gru"),
    ],
)
def test_modules_that_other_libraries_import_from(line, name):
    script = f"{line}\nimport mygrad as mg\nassert f is mg.{name}"
    subprocess.run([sys.executable, "-c", script], check=True)


A = np.array([[1.0, 2.0, 3.0], [0.5, 0.2, 0.1]])

#: Calls with the existing MyGrad's names and order of parameters, and the same in NumPy.
CALLS = {
    "sum": (lambda x: mg.sum(x=x, axis=1), lambda x: np.sum(x, 1)),
    "mean": (lambda x: mg.mean(x, 0, True), lambda x: np.mean(x, 0, keepdims=True)),
    "max": (lambda x: mg.max(x=x, axis=0), lambda x: np.max(x, 0)),
    "amin": (lambda x: mg.amin(x=x), lambda x: np.min(x)),
    "var": (lambda x: mg.var(x, 0, 1, True), lambda x: np.var(x, 0, ddof=1, keepdims=True)),
    "std": (lambda x: mg.std(x=x, axis=1, ddof=1), lambda x: np.std(x, 1, ddof=1)),
    "prod": (lambda x: mg.prod(a=x, axis=0), lambda x: np.prod(x, 0)),
    "sinc": (lambda x: mg.sinc(a=x), lambda x: np.sinc(x)),
    "reshape": (lambda x: mg.reshape(a=x, newshape=(3, 2)), lambda x: np.reshape(x, (3, 2))),
    "broadcast_to": (
        lambda x: mg.broadcast_to(a=x, shape=(2, 2, 3)),
        lambda x: np.broadcast_to(x, (2, 2, 3)),
    ),
    "transpose": (lambda x: mg.transpose(x, 1, 0), lambda x: np.transpose(x)),
    "concatenate": (
        lambda x: mg.concatenate(tensors=(x, x), axis=1),
        lambda x: np.concatenate((x, x), 1),
    ),
    "concatenate with a dtype": (
        lambda x: mg.concatenate((x, x), 0, None, "float32"),
        lambda x: np.concatenate((x, x), dtype="float32"),
    ),
    "stack": (lambda x: mg.stack(tensors=(x, x), axis=1), lambda x: np.stack((x, x), 1)),
    "clip": (lambda x: mg.clip(x, None, 1.0, None), lambda x: np.clip(x, None, 1.0)),
    "norm": (
        lambda x: mg.linalg.norm(x, ord=2, axis=1, nan_to_num=True),
        lambda x: np.linalg.norm(x, ord=2, axis=1),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name):
    ours, numpys = CALLS[name]
    x, t = mg.tensor(A), mg.tensor(A)
    y, expected = ours(x), numpys(t)
    np.testing.assert_array_equal(y, expected)
    assert y.dtype == expected.dtype
    np.testing.assert_array_equal(y, numpys(A))
    (y * y).backward()
    (expected * expected).backward()
    np.testing.assert_array_equal(x.grad, t.grad)


def test_astype_by_position():
    x = mg.tensor(A)
    assert x.astype(float, "unsafe", False) is x
    assert x.astype(float, "unsafe", True) is not x
    assert x.astype("float32", "same_kind").dtype == np.float32
    with pytest.raises(TypeError, match="safe"):
        x.astype("float32", "safe")


def test_an_unknown_name_is_an_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = mg.nonsense


def test_names_that_are_imported_late_are_shown_before():
    code = "import sys, mygrad; print(*dir(mygrad)); print('mygrad.random' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names, loaded = said.stdout.splitlines()
    assert {"c_", "nnet", "polynomial", "r_", "random", "special", "sin"} <= set(names.split())
    assert loaded == "False"


def test_what_is_shown_is_there_without_scipy():
    code = (
        "import sys, inspect; sys.modules['scipy'] = None; import mygrad\n"
        "print('special' in dir(mygrad)); inspect.getmembers(mygrad)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


MIRRORS = {
    f"{module.__name__}.{name}": f
    for module in (mg, mg.linalg, mg.fft, mg.emath)
    for name, f in vars(module).items()
    if inspect.isfunction(f) and f.__module__ == module.__name__ and not name.startswith("_")
}


def test_functions_made_of_numpys_are_found():
    assert len(MIRRORS) > 200


@pytest.mark.parametrize("name", MIRRORS)
def test_functions_can_be_pickled(name):
    f = MIRRORS[name]
    assert pickle.loads(pickle.dumps(f)) is f


def names_of(f):
    return list(inspect.signature(f).parameters)


@pytest.mark.parametrize("name", ["sum", "clip", "stack", "linalg.svd", "fft.rfft", "einsum"])
def test_signatures_are_numpys_with_constant(name):
    ours, numpys = mg, np
    for part in name.split("."):
        ours, numpys = getattr(ours, part), getattr(numpys, part)
    found = names_of(ours)
    assert inspect.signature(ours).parameters["constant"].kind is inspect.Parameter.KEYWORD_ONLY
    found.remove("constant")
    assert found == names_of(numpys)


def test_functions_that_do_not_tell_their_parameters():
    class Silent:
        @property
        def __signature__(self):
            raise ValueError("no signature found")

        def __call__(self):
            pass

    assert str(Mirrored(Silent()).__signature__).startswith("(*args, constant: ")
    found = Mirrored(Silent(), constant=False, is_method=True).__signature__
    assert str(found) == "(self, *args, **kwargs)"


def test_signatures_of_methods():
    t = mg.tensor([1.0])
    given = names_of(np.sum)[1:]
    assert names_of(mg.Tensor.sum) == ["self", *given, "constant"]
    assert names_of(t.sum) == [*given, "constant"]
    assert names_of(t.any) == names_of(np.any)[1:]
    assert names_of(mg.put) == names_of(np.put)
    rng = mg.random.default_rng(0)
    assert names_of(rng.normal)[-1] == "constant"


def test_a_tensor_may_have_itself_as_an_attribute():
    x = mg.tensor([1.0, 2.0])
    x.me, x.words = x, ["a"]
    for remake in (copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))):
        y = remake(x)
        assert y.me is y and y is not x
        assert y.words == ["a"] and y.words is not x.words
    y = copy.copy(x)
    assert y.me is x and y.words is x.words


def test_copies_of_containers_in_a_live_graph():
    x = mg.tensor([1.0, 2.0])
    y = x * x
    state = {"x": x, "again": x, "y": y, "view": y[:1]}
    for remake in (copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))):
        made = remake(state)
        assert made["x"] is made["again"] is not x
        assert made["y"].creator is None and made["view"].base is None
        np.testing.assert_array_equal(made["y"], y)
        (made["x"] * made["y"]).backward()
        np.testing.assert_array_equal(made["x"].grad, [1, 4])
    y.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])
