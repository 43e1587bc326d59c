"""Every keyword of NumPy's is right, or refused with an error that names it; never ignored."""

import numpy as np
import pytest
from _oracle import (
    Untouched,
    assert_close,
    assert_same,
    differences,
    gradient_of,
    outcome,
    parts,
    product,
    public,
    quiet,
    signature_of,
    weights_for,
)
from cases import CASES, Call, Case, Draw, mask
from checks import PARTLY

import mygrad as mg
from mygrad import Tensor
from mygrad._table import OUTPUTS, PASSES_ON, RULES, Elementwise

#: The first case of each differentiable ufunc, whose operands are all draws.
UFUNCS: dict[np.ufunc, Case] = {}
for _case in CASES:
    if (
        isinstance(_case.func, np.ufunc)
        and isinstance(RULES.get(_case.func), Elementwise)
        and (all(isinstance(x, Draw) for x in _case.operands) or _case.func is np.ldexp)
    ):
        UFUNCS.setdefault(_case.func, _case)
# One whose derivative is not zero.
UFUNCS[np.heaviside] = next(c for c in CASES if c.func is np.heaviside and not c.flat)
UFUNCS[np.ldexp] = next(c for c in CASES if c.func is np.ldexp)

each_ufunc = pytest.mark.parametrize("func", list(UFUNCS), ids=lambda f: f.__name__)

MASK = mask(2, 3)


class Trial:
    """A ufunc on arrays, and what to expect."""

    def __init__(self, func):
        self.func = func
        (call,) = UFUNCS[func].calls()
        self.call = call
        self.arrays = call.sample()
        self.expected = call.run(self.arrays)
        (self.weights,) = weights_for([self.expected], call.generator("weights"))

    def tensors(self):
        tensors = [mg.tensor(a) for a in self.arrays]
        args, _ = self.call.filled(tensors)
        return tensors, args

    def plain(self, **kwargs):
        return self.call.run(self.arrays, lambda *xs: self.func(*xs, **kwargs))

    def gradients(self, **kwargs):
        """By differences; `kwargs` are given to the function."""

        def f(*arrays):
            ans = self.call.run(list(arrays), lambda *xs: self.func(*xs, **kwargs))
            return float(np.sum(np.where(kwargs.get("where", True), ans, 0) * self.weights))

        return differences(f, self.arrays)

    def check(self, result, tensors, wanted=None, tolerance=1e-7):
        result.backward(self.weights)
        wanted = self.gradients() if wanted is None else wanted
        for t, want in zip(tensors, wanted, strict=True):
            assert gradient_of(t).dtype == t.dtype
            assert_close(gradient_of(t), want, self.func.__name__, tolerance)


# ----------------------------------------------------------------------------------------
# out=
# ----------------------------------------------------------------------------------------


@each_ufunc
@pytest.mark.parametrize("spelling", ["keyword", "tuple", "positional", "mirror"])
@pytest.mark.parametrize("kind", ["array", "tensor"])
def test_out(func, spelling, kind):
    trial = Trial(func)
    tensors, args = trial.tensors()
    buffer = np.full(trial.expected.shape, 7.0)
    out = buffer if kind == "array" else mg.tensor(buffer)
    if spelling == "keyword":
        result = func(*args, out=out)
    elif spelling == "tuple":
        result = func(*args, out=(out,))
    elif spelling == "positional":
        # NumPy deprecates this for maximum and minimum.
        result = outcome(func, *args, out)
    else:
        result = public(func)(*args, out=out)
    assert isinstance(result, Tensor)
    if kind == "array":
        np.testing.assert_array_equal(buffer, trial.expected)
        assert result.data is buffer
    else:
        assert result is out
    assert_same(result, trial.expected)
    trial.check(result, tensors)
    del result
    assert buffer.flags.writeable


@each_ufunc
@pytest.mark.parametrize("kind", ["array", "tensor"])
def test_out_and_where(func, kind):
    """What the mask leaves out keeps what the target held, and its gradient."""
    trial = Trial(func)
    tensors, args = trial.tensors()
    start = np.linspace(2, 3, trial.expected.size).reshape(trial.expected.shape)
    where = np.broadcast_to(MASK if trial.expected.ndim == 2 else MASK[0], start.shape)
    expected = np.where(where, trial.expected, start)
    leaf = mg.tensor(start)
    out = +leaf if kind == "tensor" else start.copy()
    result = func(*args, out=out, where=where)
    assert_same(result, expected)
    trial.check(result, tensors, trial.gradients(where=where, out=start.copy()))
    if kind == "tensor":
        assert result is out
        assert_close(leaf.grad, np.where(where, 0, trial.weights))


@each_ufunc
def test_out_is_an_operand(func):
    trial = Trial(func)
    if trial.arrays[0].shape != trial.expected.shape:
        pytest.skip("the first operand has not the shape of the result")
    tensors, args = trial.tensors()
    first = +tensors[0]
    args = [first if x is tensors[0] else x for x in args]
    result = func(*args, out=first)
    assert result is first
    assert_same(result, trial.expected)
    trial.check(result, tensors)
    # An array is operand and target at once.
    trial = Trial(func)
    if len(trial.arrays) == 2:
        one, two = trial.arrays[0].copy(), mg.tensor(trial.arrays[1])
        result = func(one, two, out=one)
        assert_same(result, trial.expected)
        result.backward(trial.weights)
        assert_close(gradient_of(two), trial.gradients()[1])


@each_ufunc
def test_wrong_out(func):
    trial = Trial(func)
    integers = np.zeros(trial.expected.shape, int)
    for out in (np.zeros(1), np.zeros((5, 5)), (np.zeros((2, 3)),) * 2, [1.0], integers):
        _, args = trial.tensors()
        kept = [np.copy(x) for x in out] if isinstance(out, tuple) else np.copy(out)
        expected = outcome(func, *trial.call.filled(trial.arrays)[0], out=out)
        assert isinstance(expected, Exception)
        error = outcome(func, *args, out=out)
        assert isinstance(error, type(expected)), f"{error!r}, {expected!r}"
        np.testing.assert_array_equal(out, kept)


# ----------------------------------------------------------------------------------------
# where=
# ----------------------------------------------------------------------------------------


@each_ufunc
@pytest.mark.parametrize("kind", ["array", "list", "tensor", "scalar", "broadcast"])
def test_where(func, kind):
    trial = Trial(func)
    tensors, args = trial.tensors()
    where = MASK if trial.expected.ndim == 2 else MASK[0]
    given = {
        "array": where,
        "list": where.tolist(),
        "tensor": mg.tensor(where),
        "scalar": True,
        "broadcast": where[..., :1],
    }[kind]
    mask = {"scalar": np.array(True), "broadcast": where[..., :1]}.get(kind, where)
    mask = np.broadcast_to(mask, where.shape)
    result = func(*args, where=given, out=None)
    assert isinstance(result, Tensor)
    np.testing.assert_array_equal(result.data[mask], trial.expected[mask])
    # What is left out is not defined: no weight for it.
    trial.weights = np.where(mask, trial.weights, 0)
    trial.check(result, tensors, trial.gradients(where=mask, out=np.zeros(where.shape)))


# Points where the function or a derivative is singular, or not a number.
SINGULAR = {
    np.log: (0.0,),
    np.sqrt: (-1.0,),
    np.cbrt: (0.0,),
    np.reciprocal: (0.0,),
    np.arcsin: (2.0,),
    np.arctanh: (1.0,),
    np.log1p: (-1.0,),
    np.exp: (np.inf,),
    np.divide: (0.0, 0.0),
    np.power: (-1.0, 0.5),
    np.hypot: (0.0, 0.0),
    np.arctan2: (0.0, 0.0),
    np.float_power: (0.0, -1.0),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("func", "kind", "constant"),
    [
        pytest.param(func, kind, constant, id=f"{func.__name__}-{kind.__name__}-{constant}")
        for func in SINGULAR
        for kind in (float, complex)
        for constant in (None, 0, 1)
        if (constant is None or func.nin == 2)
        and not (kind is complex and func in (np.cbrt, np.hypot, np.arctan2))
    ],
)
def test_second_derivatives_where_a_mask_leaves_out_singularities(func, kind, constant):
    """They are those of the rest alone, by all operands or one, the other being an array."""
    where = np.array([True, False, True, False])
    good = 0.3 + 0.2j if kind is complex else 0.3
    points = [
        np.where(where, good + 0.1 * np.arange(4) * (1 + i), b)
        for i, b in enumerate(SINGULAR[func])
    ]
    active = [i for i in range(func.nin) if i != constant]

    def derivatives(masked):
        seen = slice(None) if masked else where
        keywords = {"where": where, "out": np.zeros(4, kind)} if masked else {}

        def loss(*tensors):
            operands = [x[seen] for x in points]
            for i, t in zip(active, tensors, strict=True):
                operands[i] = t
            return np.sum(np.real(func(*operands, **keywords) ** 2))

        gradient = mg.grad(loss, argnums=tuple(range(len(active))))
        grads, pull = mg.vjp(gradient, *[points[i][seen] for i in active])
        direction = np.array([1.0, 0.0, 2.0, 0.0], kind)[seen]
        return [*grads, *pull((direction,) * len(active))]

    for found, expected in zip(derivatives(True), derivatives(False), strict=True):
        assert_close(found[where], expected)
        np.testing.assert_array_equal(found[~where], 0)


@each_ufunc
def test_a_mask_may_change_afterwards(func):
    trial = Trial(func)
    tensors, args = trial.tensors()
    where = (MASK if trial.expected.ndim == 2 else MASK[0]).copy()
    kept = where.copy()
    result = func(*args, where=where, out=np.zeros(where.shape))
    where[...] = True
    trial.check(result, tensors, trial.gradients(where=kept, out=np.zeros(where.shape)))


@pytest.mark.parametrize("make", [np.array, list])
def test_a_mask_of_numbers_is_taken_as_numpy_takes_it(make):
    a, where = np.array([1.0, 2.0]), make([1.0, 0.0])
    x = mg.tensor(a)
    expected = outcome(np.multiply, a, a, where=where, out=np.zeros(2))
    result = outcome(np.multiply, x, x, where=where, out=np.zeros(2))
    if isinstance(expected, Exception):
        assert type(result) is type(expected)
    else:
        assert_same(result, expected)
        result.backward()
        np.testing.assert_array_equal(x.grad, [2.0, 0.0])


# ----------------------------------------------------------------------------------------
# dtype= casting= order= subok= signature=
# ----------------------------------------------------------------------------------------


@each_ufunc
@pytest.mark.parametrize("dtype", [np.float32, "f8", np.longdouble], ids=str)
@pytest.mark.parametrize("name", ["dtype", "signature"])
def test_dtype(func, dtype, name):
    trial = Trial(func)
    tensors, args = trial.tensors()
    code = np.dtype(dtype).char
    if name == "dtype":
        kwargs = {"dtype": dtype, "casting": "same_kind"}
    else:
        inputs = code * func.nin if func is not np.ldexp else code + "i"
        kwargs = {"signature": f"{inputs}->{code}", "casting": "same_kind"}
    expected = outcome(trial.plain, **kwargs)
    if isinstance(expected, Exception):
        error = outcome(func, *args, **kwargs)
        assert isinstance(error, type(expected)), f"{error!r}, {expected!r}"
        return
    result = func(*args, **kwargs)
    assert_same(result, expected)
    trial.check(result, tensors, tolerance=1e-5 if code == "f" else 1e-7)


@each_ufunc
def test_casting(func):
    trial = Trial(func)
    for casting in ("no", "equiv", "safe", "same_kind", "unsafe"):
        tensors, args = trial.tensors()
        expected = outcome(trial.plain, casting=casting)
        if isinstance(expected, Exception):
            assert isinstance(outcome(func, *args, casting=casting), type(expected))
            continue
        result = func(*args, casting=casting)
        assert_same(result, expected)
        trial.check(result, tensors)
    with pytest.raises(TypeError):
        func(*args, casting="safe", dtype=np.float16)


@each_ufunc
@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
def test_order(func, order):
    trial = Trial(func)
    tensors, args = trial.tensors()
    result = func(*args, order=order)
    expected = trial.plain(order=order)
    assert_same(result, expected)
    assert result.data.strides == expected.strides
    trial.check(result, tensors)


@each_ufunc
@pytest.mark.parametrize("subok", [True, False])
def test_subok(func, subok):
    trial = Trial(func)
    tensors, args = trial.tensors()
    result = func(*args, subok=subok)
    assert_same(result, trial.expected)
    trial.check(result, tensors)


@each_ufunc
@pytest.mark.parametrize("name", ["axis", "axes", "keepdims", "extobj", "wher", "n"])
def test_unknown_keywords_are_refused_by_name(func, name):
    trial = Trial(func)
    _, args = trial.tensors()
    with pytest.raises(TypeError, match=name):
        func(*args, **{name: 1})
    with pytest.raises(TypeError, match=name):
        public(func)(*args, **{name: 1})


@each_ufunc
def test_wrong_numbers_of_operands(func):
    trial = Trial(func)
    _, args = trial.tensors()
    with pytest.raises(TypeError):
        func(*args[:-1])
    with pytest.raises(TypeError):
        func(*args, *args, *args)
    with pytest.raises(TypeError):
        public(func)(*args[:-1])
    with pytest.raises((TypeError, ValueError)):
        public(func)(*args, *args, *args)


# ----------------------------------------------------------------------------------------
# Ufuncs with several outputs
# ----------------------------------------------------------------------------------------

SEVERAL = {
    np.divmod: ([3.7, -2.2], [1.5, 0.7]),
    np.modf: ([3.7, -2.2],),
    np.frexp: ([3.7, -2.2],),
}
#: Which of the outputs has a derivative.
CARRIES = {np.divmod: 1, np.modf: 0, np.frexp: 0}


def test_all_of_them_are_here():
    # SciPy's functions may have been met by other tests.
    assert SEVERAL.keys() == {f for f in OUTPUTS if getattr(np, f.__name__, None) is f}


@pytest.mark.parametrize("func", SEVERAL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", ["none", "arrays", "tensors", "one", "where", "dtype"])
def test_keywords_of_ufuncs_with_several_outputs(func, kind):
    arrays = [np.array(x) for x in SEVERAL[func]]
    at = CARRIES[func]
    tensors = [mg.tensor(a) for a in arrays]
    kwargs = {}
    fills = [np.full_like(x, 7) for x in func(*arrays)]
    if kind in ("arrays", "where"):
        kwargs["out"] = tuple(map(np.copy, fills))
    elif kind == "tensors":
        kwargs["out"] = tuple(mg.tensor(x, constant=i != at) for i, x in enumerate(fills))
    elif kind == "one":
        kwargs["out"] = tuple(x if i == at else None for i, x in enumerate(fills))
    elif kind == "dtype" and func is np.frexp:
        # One of its outputs is of integers: there is no dtype for both.
        kwargs["signature"] = "f->fi"
    elif kind == "dtype":
        kwargs["dtype"] = np.float32
    if kind == "where":
        kwargs["where"] = np.array([False, True])
    plain = {k: v for k, v in kwargs.items() if k != "out"}
    if kind == "where":
        plain["out"] = tuple(map(np.copy, fills))
    expected = func(*arrays, casting="same_kind", **plain)
    results = func(*tensors, casting="same_kind", **kwargs)
    assert isinstance(results, tuple)
    for result, value in zip(results, expected, strict=True):
        assert_same(result, value)
    assert isinstance(results[at], Tensor)
    for out, result in zip(kwargs.get("out", ()), results, strict=False):
        assert out is None or (result is out if isinstance(out, Tensor) else data_is(result, out))
    weights = np.array([2.0, -3.0])
    results[at].backward(weights)

    def f(*xs):
        ans = func(*xs)[at]
        return float(np.sum((ans[1:] * weights[1:]) if kind == "where" else ans * weights))

    for t, want in zip(tensors, differences(f, arrays), strict=True):
        assert_close(t.grad, want, func.__name__, 1e-5 if kind == "dtype" else 1e-7)


def data_is(result, out):
    return (result.data if isinstance(result, Tensor) else result) is out


@pytest.mark.parametrize("func", SEVERAL, ids=lambda f: f.__name__)
def test_unknown_keywords_of_ufuncs_with_several_outputs(func):
    tensors = [mg.tensor(x) for x in SEVERAL[func]]
    with pytest.raises(TypeError, match="axis"):
        func(*tensors, axis=0)
    with pytest.raises(TypeError, match="frob"):
        public(func)(*tensors, frob=0)


# ----------------------------------------------------------------------------------------
# Functions: every keyword of NumPy's signature is right or refused
# ----------------------------------------------------------------------------------------

#: A value for each keyword that is not the default, for operands of shape (2, 3); with it, what
#: else is needed. A keyword that is missing here is a failure.
VALUES = {
    "assume_unique": [True],
    "axis": [0, 1, -1, (0, 1)],
    "axes": [(2, 0, 1), (1, 0), 0, 1, [(0, 1), (1, 0), (0, 1)]],
    "dtype": [np.float64, np.float32, np.longdouble],
    "keepdims": [True],
    "initial": [0.25],
    "where": [np.array([True, False, True])],
    "ddof": [1],
    "correction": [1],
    "mean": [np.array([[0.2], [0.3]])],
    "weights": [np.array([[1.0, 2, 3], [3, 4, 5]])],
    "returned": [True],
    "order": ["C", "F", "A", "K"],
    "copy": [True, False],
    "subok": [True],
    "k": [1, -1],
    "offset": [1, -1],
    "axis1": [1, -1],
    "axis2": [-2],
    "axisa": [0],
    "axisb": [0],
    "axisc": [0],
    "start": [1],
    "kind": ["stable"],
    "stable": [True],
    "descending": [True],
    "mode": ["wrap", "clip", "edge", "r", "valid"],
    "casting": ["safe", "unsafe"],
    "ord": [1, 3],
    "a_min": [-0.5],
    "a_max": [0.5],
    "min": [-0.5],
    "max": [0.5],
    "include_initial": [True],
    "device": ["cpu"],
    "optimize": [True, "optimal"],
    "signature": ["dd->d", None],
    "shape": [(3, 2)],
    "newshape": [(3, 2)],
    "n": [4, 7],
    "s": [(3, 4), (2, 5, 3)],
    "norm": ["ortho", "forward"],
    "x": [],
    "y": [],
    "indices_or_sections": [1],
    "default": [0.5],
    "writeable": [True],
    "upper": [True],
    "UPLO": ["U"],
    "full_matrices": [False],
    "compute_uv": [False],
    "hermitian": [True],
    "rcond": [1e-3],
    "rtol": [1e-3],
    "p": [1, -2],
    "ind": [1],
    "out": [],
    "overwrite_input": [False],
    "method": ["lower", "weibull"],
    "interpolation": [],
    "rowvar": [False],
    "bias": [True],
    "fweights": [np.array([1, 2, 1])],
    "aweights": [np.array([1.0, 0.5, 2.0])],
    "minlength": [7],
    "bins": [4],
    "range": [(-2.0, 2.0)],
    "density": [True],
    "prepend": [0.5],
    "append": [0.5],
    "to_begin": [0.5],
    "to_end": [0.5],
    "dx": [0.5],
    "edge_order": [2],
    "discont": [4.0],
    "period": [6.0],
    "left": [0.5],
    "right": [0.5],
    "return_index": [True],
    "return_inverse": [True],
    "return_counts": [True],
    "equal_nan": [False],
    "sorted": [True],
    "nan": [0.5],
    "posinf": [0.5],
    "neginf": [0.5],
    "tol": [10],
    "trim": ["f", "b"],
    "m": [2],
    "N": [3],
    "increasing": [True],
    "num": [4],
    "endpoint": [False],
    "retstep": [True],
    "base": [3.0],
    "sparse": [True],
    "indexing": ["ij"],
    "full": [True],
    "w": [np.array([1.0, 2, 1, 3, 1, 2])],
    "cov": [True, "unscaled"],
}


def keywords_of(func):
    """The names of what may be given by keyword and has a default."""
    return [
        name
        for name, p in getattr(signature_of(func), "parameters", {}).items()
        if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is not p.empty
    ]


FUNCTIONS: dict = {}
for _case in CASES:
    if getattr(_case.func, "__module__", "").startswith(("numpy", "builtins")) and (
        not isinstance(_case.func, np.ufunc) or _case.func.signature is not None
    ):
        FUNCTIONS.setdefault(_case.func, []).append(_case)


@pytest.mark.parametrize("func", FUNCTIONS, ids=lambda f: f.__name__)
def test_every_keyword_is_right_or_refused(func):
    """Each of NumPy's keywords, on each case: it has NumPy's effect on values and gradients."""
    tried = 0
    for name in keywords_of(func):
        assert name in VALUES, f"{func.__name__} has a keyword {name!r} that has to be tried"
        for value in VALUES[name]:
            for case in FUNCTIONS[func]:
                tried += _right_or_refused(case, name, value)
    assert tried or not set(keywords_of(func)) - {"out", "x", "y"}


def _right_or_refused(case, name, value) -> bool:
    """Was there anything to try? Raises AssertionError if it is not right."""
    call = case.calls()[-1]
    call = Call(case, call.operands, {k: v for k, v in call.kwargs.items() if k != name})
    arrays = call.sample()
    args, kwargs = call.filled(arrays)
    expected = outcome(case.func, *args, **kwargs, **{name: value})
    if isinstance(expected, Exception):
        return False
    expected = [np.asarray(x) for x in parts(expected)]
    tensors = [mg.tensor(a) for a in arrays]
    args, kwargs = call.filled(tensors)
    what = f"{call.id} with {name}={value!r}"
    results = outcome(case.func, *args, **kwargs, **{name: value})
    if isinstance(results, (TypeError, NotImplementedError)):
        assert name in str(results), f"{what}: {results!r} does not name the argument"
        return True
    assert not isinstance(results, Exception), f"{what}: {results!r}"
    results = parts(results)
    for result, plain in zip(results, expected, strict=True):
        assert isinstance(result, Tensor) or plain.dtype.kind == "i" or case.func in PARTLY, what
        assert_same(result, plain, what, case.exact)
    weights = weights_for(expected, call.generator(name))
    total = sum((product(x, w) for x, w in zip(results, weights, strict=True)), start=0.0)
    with quiet():
        if isinstance(total, Tensor):
            total.backward()

    def f(*moved):
        args, kwargs = call.filled(list(moved))
        ans = case.func(*args, **kwargs, **{name: value})
        ans = [np.asarray(x) for x in parts(ans)]
        return sum(float(product(x, w)) for x, w in zip(ans, weights, strict=True))

    low = value is np.float32
    if not low:
        with quiet():
            wanted = differences(f, arrays)
        for t, want in zip(tensors, wanted, strict=True):
            if np.isfinite(want).all():
                assert_close(gradient_of(t), want, what)
    for t in tensors:
        assert gradient_of(t).dtype == t.dtype
    return True


@pytest.mark.parametrize("func", FUNCTIONS, ids=lambda f: f.__name__)
def test_unknown_keywords_are_refused(func):
    call = FUNCTIONS[func][0].calls()[0]
    for f in {func, public(func)} - {None}:
        args, kwargs = call.filled([mg.tensor(a) for a in call.sample()])
        # A ValueError from `pad`, whose keywords depend on the mode.
        with pytest.raises((TypeError, ValueError), match="frobnicate"):
            f(*args, **kwargs, frobnicate=1)


#: They take more than the parameters that their signature names.
NOT_ALL_NAMED = {np.clip, np.einsum, *PASSES_ON}


@pytest.mark.parametrize("func", FUNCTIONS, ids=lambda f: f.__name__)
def test_out_where_numpy_has_none_is_refused(func):
    signature = signature_of(func)
    if signature is None or "out" in signature.parameters or func in NOT_ALL_NAMED:
        return
    call = FUNCTIONS[func][0].calls()[0]
    arrays = call.sample()
    args, kwargs = call.filled([mg.tensor(a) for a in arrays])
    with pytest.raises(TypeError, match="out"):
        (public(func) or func)(*args, **kwargs, out=np.zeros(2))


def test_arguments_by_keyword():
    """Operands and arguments may be named, all of them, as in NumPy."""
    a = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])
    weights = np.cos(np.arange(6.0))
    for func, kwargs in [
        (np.sum, {"a": a, "axis": 0}),
        (np.mean, {"axis": 1, "a": a}),
        (np.ravel, {"a": a, "order": "F"}),
        (np.transpose, {"a": a, "axes": (1, 0)}),
        (np.take, {"a": a, "indices": [0, 0], "axis": 1}),
        (np.repeat, {"a": a, "repeats": 2}),
        (np.clip, {"a": a, "a_min": -1, "a_max": 1}),
        (np.clip, {"a": a, "min": -1, "max": 1}),
        (np.dot, {"a": a, "b": a.T}),
        (np.tensordot, {"a": a, "b": a.T, "axes": 1}),
        (np.outer, {"a": a, "b": a}),
        (np.kron, {"a": a, "b": a}),
        (np.linalg.norm, {"x": a, "ord": 1, "axis": 0}),
        (np.broadcast_to, {"array": a, "shape": (2, 2, 3)}),
        (np.squeeze, {"a": a}),
        (np.expand_dims, {"a": a, "axis": 0}),
        (np.tile, {"A": a, "reps": 2}),
        (np.roll, {"a": a, "shift": 1}),
        (np.flip, {"m": a, "axis": 0}),
        (np.diag, {"v": a, "k": 1}),
        (np.append, {"arr": a, "values": a}),
        (np.pad, {"array": a, "pad_width": 1}),
        (np.swapaxes, {"a": a, "axis1": 0, "axis2": 1}),
        (np.moveaxis, {"a": a, "source": 0, "destination": 1}),
        (np.stack, {"arrays": [a, a], "axis": 1}),
        (np.vstack, {"tup": [a, a]}),
        (np.block, {"arrays": [[a], [a]]}),
        (np.take_along_axis, {"arr": a, "indices": np.array([[0], [2]]), "axis": 1}),
        (np.average, {"a": a, "weights": np.abs(a), "axis": 0}),
    ]:
        for f in (func, public(func)):
            leaves = []

            def leaf(x, leaves=leaves):
                if isinstance(x, list) and isinstance(x[0], np.ndarray):
                    return [leaf(part) for part in x]
                if isinstance(x, list) and isinstance(x[0], list):
                    return [leaf(part) for part in x]
                if isinstance(x, np.ndarray) and x.dtype == float:
                    leaves.append(mg.tensor(x))
                    return leaves[-1]
                return x

            result = f(**{k: leaf(x) for k, x in kwargs.items()})
            expected = func(**kwargs)
            assert_same(result, expected, func.__name__, exact=func is not np.dot)
            w = np.resize(weights, expected.shape)
            result.backward(w)
            assert leaves
            assert all(t.grad is not None for t in leaves), func.__name__


def test_none_and_no_value_mean_the_default():
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    no = np._NoValue
    for result in (
        np.sum(x, None, None, None, no, no, no),
        np.max(x, axis=None, out=None, keepdims=no, initial=no, where=no),
        np.mean(x, dtype=None, out=None, keepdims=no, where=no),
        np.var(x, ddof=0, keepdims=no, where=no, mean=no, correction=no),
        np.prod(x, None, None, None, no, no, no),
        np.clip(x, no, no, min=1.5, max=3.5),
        np.add(x, x, out=None, where=True, dtype=None),
        np.matmul(x, x, out=None),
        np.vecdot(x, x, axis=-1),
    ):
        assert isinstance(result, Tensor)
        assert not result.constant


def test_a_constant_argument_may_be_a_constant_tensor():
    x = mg.tensor([[1.0, 2.0, 4.0], [3.0, 4.0, 8.0]])
    mask = mg.tensor([True, False, True])
    index = mg.tensor([0, 2, 2])
    for result, expected in [
        (np.sum(x, where=mask), np.sum(x.data, where=mask.data)),
        (np.take(x, index, 1), np.take(x.data, index.data, 1)),
        (np.repeat(x, index, 1), np.repeat(x.data, index.data, 1)),
        (np.where(mask, x, 0), np.where(mask.data, x.data, 0)),
        (x[:, index], x.data[:, index.data]),
        (x[:, mask], x.data[:, mask.data]),
    ]:
        assert_same(result, expected)
        result.backward()
        assert np.any(x.grad)


@pytest.mark.parametrize(
    "call",
    [
        lambda x, y: np.sum(x, where=y),
        lambda x, y: np.where(y, x, x),
        lambda x, y: np.repeat(x, y),
        lambda x, y: np.take(x, y),
        lambda x, y: np.var(x, mean=y),
        lambda x, y: np.var(x, ddof=y[0]),
        lambda x, y: np.roll(x, y[0]),
        lambda x, y: np.pad(x, 1, constant_values=y[0]),
        lambda x, y: x[y],
        lambda x, y: np.multiply(x, x, where=y),
        lambda x, y: np.linalg.norm(x, y[0]),
        lambda x, y: np.nansum(x, initial=y[0]),
    ],
)
def test_a_gradient_is_never_lost_in_an_argument(call):
    """A tensor where no derivative is known: an error, or a gradient."""
    x, y = mg.tensor([1.0, 2.0]), mg.tensor([1.0, 0.0])
    result = outcome(call, x, y)
    if isinstance(result, Exception):
        assert isinstance(result, (TypeError, IndexError, NotImplementedError)), repr(result)
        return
    assert isinstance(result, Tensor)
    result.backward()
    assert y.grad is not None


def test_operands_stay_as_they_are():
    a = np.array([[0.5, 1.5], [2.0, 0.25]])
    untouched = Untouched([a, MASK])
    for func in UFUNCS:
        if func in (np.ldexp, np.heaviside, np.arccosh, np.arcsin, np.arccos, np.arctanh):
            continue
        operands = [mg.astensor(a)] * func.nin
        func(*operands, where=MASK[:, :2], out=np.ones((2, 2))).backward()
        func(*operands, casting="same_kind", order="F").backward()
    untouched.check()


@pytest.mark.parametrize("bounds", [(0.5,), (None, 0.5), (0.5, None)])
def test_the_method_clip_takes_one_bound(bounds):
    a = np.array([0.1, 0.6])
    t = mg.tensor(a)
    y = t.clip(*bounds)
    np.testing.assert_array_equal(y, a.clip(*bounds))
    y.backward()
    np.testing.assert_array_equal(t.grad, y.data == a)
