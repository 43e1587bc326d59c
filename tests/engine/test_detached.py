"""Where a gradient would be lost in silence, a warning says so; and nowhere else."""

import builtins
import copy
import io
import math
import os
import pickle
import runpy
import statistics
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

import mygrad as mg
from mygrad import tensor
from mygrad.errors import DetachedGradientWarning


def result(x=(1.0, 2.0)):
    """A tensor with a live creator."""
    return tensor(x) * 2


def number():
    return tensor(1.0) * 2


def _write(a, key, x):
    a[key] = x


LOST = {
    "float": lambda: float(number()),
    "int": lambda: int(number()),
    "complex": lambda: complex(number()),
    "math.sin": lambda: math.sin(number()),
    "math.fsum": lambda: math.fsum(result()),
    "statistics": lambda: statistics.fmean(result()),
    "np.asarray": lambda: np.asarray(result()),
    "np.array": lambda: np.array(result()),
    "np.array of another dtype": lambda: np.array(result(), np.float32),
    "np.asarray without copy": lambda: np.asarray(result(), copy=False),
    "np.asanyarray": lambda: np.asanyarray(result()),
    "np.array of tensors": lambda: np.array([number(), number()]),
    "np.array of nested tensors": lambda: np.array([[1.0, number()], [number(), 2.0]]),
    "np.array of arrays": lambda: np.array([result(), result()]),
    "np.float64": lambda: np.float64(number()),
    "element of an array": lambda: _write(np.zeros(2), 0, number()),
    "slice of an array": lambda: _write(np.zeros(2), slice(None), result()),
    "mask of an array": lambda: _write(np.zeros(2), np.array([True, False]), number()),
    "fill": lambda: np.zeros(2).fill(number()),
    "flat": lambda: _write(np.zeros(2).flat, slice(None), result()),
    "list given to a ufunc": lambda: np.sin([number(), number()]),
    "list beside an array": lambda: np.ones(2) * [number(), number()],
    "list given to a function": lambda: np.sum([number(), number()]),
    "vectorize": lambda: np.vectorize(math.sin)(result()),
    "random numbers": lambda: np.random.default_rng(0).normal(result()),
    "np.fromiter": lambda: np.fromiter(result(), float),
    "from_dlpack": lambda: np.from_dlpack(result()),
    "element of a leaf": lambda: float(tensor([1.0, 2.0])[0]),
    "view of a result": lambda: np.asarray(result()[:1]),
    "view of a leaf that was written to": lambda: np.asarray(_written()[:1]),
    "leaf that was written to": lambda: np.asarray(_written()),
    "result that was handed out": lambda: np.asarray(_handed_out()),
    "several outputs": lambda: np.asarray(np.modf(result())[0]),
}


def _written():
    x = tensor([1.0, 2.0])
    x[0] = 5.0
    return x


def _handed_out():
    y = result()
    assert y.data.shape == (2,)
    return y


@pytest.mark.parametrize("f", LOST.values(), ids=LOST)
def test_what_loses_a_gradient_warns(f):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        f()
    assert {w.category for w in seen} == {DetachedGradientWarning}
    # Where the user's line is, once for each of its functions.
    assert len({(w.filename, w.lineno) for w in seen}) == len(seen)
    assert seen[-1].filename in (__file__, statistics.__file__)
    with mg.no_autodiff, warnings.catch_warnings():
        warnings.simplefilter("error")
        f()


@pytest.mark.parametrize("f", LOST.values(), ids=LOST)
def test_the_warning_can_be_an_error(f):
    # pytest's filters make it one; NumPy says in its own words that a conversion failed.
    with pytest.raises((DetachedGradientWarning, TypeError, ValueError)) as error:
        f()
    causes = error.value, error.value.__cause__, error.value.__context__
    assert any(isinstance(cause, DetachedGradientWarning) for cause in causes)


def _printed(*things, **keywords):
    print(*things, file=io.StringIO(), **keywords)


def _no_creator():
    y = result()
    y.backward()
    return y


def _cleared():
    y = result()
    y.clear_graph()
    return y


HARMLESS = {
    "item": lambda: number().item() + result().item(1),
    "tolist": lambda: result().tolist(),
    "tobytes": lambda: result().tobytes(),
    "data": lambda: result().data + 1,
    "asarray of mygrad": lambda: mg.asarray(result()),
    "asarray of a list": lambda: mg.asarray([number(), number()]),
    "detach": lambda: (np.asarray(result().detach()), float(number().detach())),
    "format": lambda: f"{number():.2f} {number()} {result()}",
    "repr": lambda: (repr(result()), str(result())),
    "print": lambda: _printed(result(), number()),
    "array2string": lambda: np.array2string(result()),
    "comparisons": lambda: (result() < 3, result() == np.ones(2), np.ones(2) >= result()),
    "comparison functions": lambda: (np.less(result(), 3), np.array_equal(result(), result())),
    "allclose": lambda: np.allclose(np.ones(2), result()) or np.isclose(result(), 1.0),
    "bool": lambda: bool(number()) and not number(),
    "max": lambda: (builtins.max(number(), number()), builtins.sum(result())),
    "in": lambda: (2.0 in result(), number() in [1.0]),
    "len": lambda: len(result()),
    "round": lambda: round(number()),
    "argmax": lambda: (result().argmax(), np.argsort(result())),
    "integer indices": lambda: (
        np.arange(3)[tensor([0, 1])],
        [1, 2, 3][tensor(1)],
        range(tensor(2)),
    ),
    "pickling": lambda: pickle.loads(pickle.dumps(result())),
    "copying": lambda: (copy.copy(result()), copy.deepcopy(result()), tensor(result())),
    "saving": lambda: np.save(io.BytesIO(), result()),
    "shape": lambda: (np.shape(result()), np.ndim(result()), np.size(result())),
    "result_type": lambda: np.result_type(result(), np.float32),
    "assert_allclose": lambda: np.testing.assert_allclose(result(), [2.0, 4.0]),
    "assert_array_equal": lambda: np.testing.assert_array_equal(result(), [2.0, 4.0], strict=True),
    "assert_array_less": lambda: np.testing.assert_array_less(result(), 5.0),
    "assert_almost_equal": lambda: np.testing.assert_almost_equal(number(), 2.0),
    "leaf": lambda: (np.asarray(tensor([1.0])), float(tensor(1.0)), np.array([tensor(1.0)])),
    "view of a leaf": lambda: np.asarray(tensor([1.0, 2.0])[:1]),
    "handed out leaf": lambda: np.asarray(mg.astensor(np.ones(2))),
    "constant": lambda: np.asarray(mg.exp(tensor([1.0], constant=True))),
    "constant result": lambda: float(mg.exp(tensor(1.0), constant=True)),
    "constant view": lambda: np.asarray(mg.reshape(result(), (2, 1), constant=True)),
    "integers": lambda: (np.asarray(tensor([1]) * 2), int(tensor(1) + 1)),
    "after backward": lambda: (np.asarray(_no_creator()), float(_no_creator()[0].item())),
    "cleared": lambda: np.asarray(_cleared()),
    "gradient": lambda: np.asarray(_leaf_with_gradient().grad),
    "functions": lambda: (np.sin(result()), np.ones(2) * result(), result() * [1.0, 2.0]),
    "list of mygrad": lambda: (mg.array([number(), 1.0]), mg.sum([number(), number()])),
    "to_numpy": lambda: mg.no_autodiff(lambda x: x * 2, to_numpy=True)(result()),
    "second derivative": lambda: _second_derivative(),
}


def _leaf_with_gradient():
    x = tensor([1.0, 2.0])
    (x * x).backward()
    return x


def _second_derivative():
    x = tensor([1.0, 2.0])
    np.sum(np.linalg.norm(x) * x**3).backward(create_graph=True)
    y = np.sum(x.grad**2)
    y.backward()


@pytest.mark.parametrize("f", HARMLESS.values(), ids=HARMLESS)
def test_what_is_explicit_or_harmless_is_silent(f):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f()


def test_it_is_shown_once_for_each_line(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import math\n"
        "import numpy as np\n"
        "import mygrad as mg\n"
        "x = mg.tensor([1.0, 2.0])\n"
        "a = np.zeros(2)\n"
        "for i in range(2):\n"
        "    a[i] = 2 * x[i]\n"
        "    math.sin(x[i])\n"
        "    np.array([x[0], x[1], 1.0])\n"
        "    np.vectorize(math.cos)(x * x)\n"
        "    float((x * x)[i])\n"
    )
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, check=True, env=os.environ
    )
    shown = [line for line in done.stderr.splitlines() if "DetachedGradientWarning" in line]
    assert [int(line.split(":")[1]) for line in shown] == [7, 8, 9, 10, 11]
    assert all(line.startswith(str(program)) for line in shown)
    for word in ("t.item()", "t.data", "t.detach()", "mygrad.array"):
        assert word in shown[0]


def test_it_can_be_switched_off():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        warnings.filterwarnings("ignore", category=DetachedGradientWarning)
        float(number())
        np.asarray(result())
    assert not seen


def test_threads_see_it():
    seen = []

    def work():
        with pytest.raises(DetachedGradientWarning):
            float(number())
        seen.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True]


def test_an_error_leaves_the_tensor_as_it_was():
    x = tensor([1.0, 2.0])
    y = x * x
    with pytest.raises(DetachedGradientWarning):
        np.asarray(y)
    assert y.data.flags.writeable is False
    y.backward()
    assert y.data.flags.writeable
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_the_value_is_right_all_the_same():
    with pytest.warns(DetachedGradientWarning):
        assert float(number()) == 2.0
    with pytest.warns(DetachedGradientWarning):
        assert int(number()) == 2
    with pytest.warns(DetachedGradientWarning):
        assert complex(number()) == 2.0
    with pytest.warns(DetachedGradientWarning):
        np.testing.assert_array_equal(np.array([number(), 1.0]), [2.0, 1.0])


def test_a_script_that_is_run_by_another_is_named(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import mygrad as mg\nfloat(mg.tensor(1.0) * 2)\n")
    with pytest.warns(DetachedGradientWarning) as seen:
        runpy.run_path(str(script))
    assert (seen[0].filename, seen[0].lineno) == (str(script), 2)


@pytest.mark.filterwarnings("error")
def test_drawing_does_not_warn():
    figures = pytest.importorskip("matplotlib.figure")
    x = mg.linspace(0.0, 1.0, 5)
    y = mg.exp(x)
    axes = figures.Figure().subplots()
    (line,) = axes.plot(x, y)
    axes.scatter(x, y)
    axes.bar(x, y)
    axes.fill_between(x, y)
    axes.hist(x)
    axes.imshow(mg.ones((3, 3)) * y[0])
    np.testing.assert_array_equal(line.get_xydata()[:, 1], y)
    y.backward()
    np.testing.assert_array_equal(x.grad, y)
