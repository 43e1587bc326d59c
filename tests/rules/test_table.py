"""The table as a whole: what rules look like, and that nothing of NumPy's is forgotten."""

import inspect
import operator

import numpy as np
import pytest
from _oracle import outcome, parts, public, signature_of
from cases import CASES
from numpy.polynomial import polynomial
from numpy.testing import overrides
from test_complex import CASES as COMPLEX_CASES

import mygrad as mg
from mygrad import Tensor
from mygrad._functions import _CREATION, _OWN
from mygrad._table import (
    COMPLEX,
    COMPOSITIONS,
    CONSTANTS,
    OUTPUTS,
    PASSES_ON,
    RULES,
    Pullback,
    name_of,
    why_declined,
)

BODIES = {
    **{(func, "body"): body for func, body in COMPOSITIONS.items()},
    **{
        (func, parameter): vjp
        for func, rule in RULES.items()
        if isinstance(rule, Pullback)
        for parameter, vjp in rule.vjps.items()
    },
}


def _id(key):
    return f"{name_of(key[0])}-{key[1]}"


def is_numpys(func) -> bool:
    if isinstance(func, np.ufunc):
        return getattr(np, func.__name__, None) is func
    return (getattr(func, "__module__", None) or "numpy").startswith(("numpy", "builtins"))


def signed(keys) -> list:
    """Those whose signature NumPy tells: older versions do not for what is written in C."""
    return [k for k in keys if is_numpys(k[0]) and k[0] not in UNSIGNED and signature_of(k[0])]


#: Functions whose signature says less than they take.
UNSIGNED = {np.einsum, np.pad}
#: Names of arguments that only some versions of NumPy have.
OF_SOME_VERSIONS = {"descending", "newshape"}
DEFAULTS_OF_SOME_VERSIONS = {(np.reshape, "shape"), (np.take_along_axis, "axis")}


def kinds(signature, *wanted):
    return [name for name, p in signature.parameters.items() if p.kind in wanted]


POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
KEYWORD = (inspect.Parameter.KEYWORD_ONLY,)


# ----------------------------------------------------------------------------------------
# The form of rules
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", BODIES, ids=_id)
def test_no_rule_swallows_keywords(key):
    func, _ = key
    for p in inspect.signature(BODIES[key]).parameters.values():
        # A function as mode of `pad`, or to be applied, gets all that is given.
        assert p.kind is not p.VAR_KEYWORD or func is np.pad or func in PASSES_ON


@pytest.mark.parametrize("key", signed(BODIES), ids=_id)
def test_names_and_order_are_numpys(key):
    func, _ = key
    body = BODIES[key]
    ours = inspect.signature(body)
    theirs = inspect.signature(func)
    names = kinds(ours, *POSITIONAL)
    if func not in COMPOSITIONS:
        names = names[2:]
    names = [name.lstrip("_") for name in names]
    positional = kinds(theirs, *POSITIONAL)
    assert names == positional[: len(names)]
    known = {*positional, *kinds(theirs, *KEYWORD)} | OF_SOME_VERSIONS
    if func is np.clip:
        known |= {"min", "max"}
    assert {name.lstrip("_") for name in kinds(ours, *KEYWORD)} <= known


@pytest.mark.parametrize("key", signed(BODIES), ids=_id)
def test_defaults_are_numpys(key):
    func, _ = key
    theirs = inspect.signature(func).parameters
    for name, p in inspect.signature(BODIES[key]).parameters.items():
        other = theirs.get(name.lstrip("_"))
        if other is None or p.default is p.empty:
            continue
        if (func, other.name) in DEFAULTS_OF_SOME_VERSIONS:
            continue
        assert other.default is not other.empty
        if other.default is np._NoValue:
            # What it stands for, the rule has to say.
            neutral = {
                "keepdims": False,
                "where": True,
                "initial": {"sum": 0, "nansum": 0, "prod": 1, "nanprod": 1}.get(func.__name__),
                "axis": -1,
                "descending": False,
            }
            assert p.default == neutral.get(other.name)
        else:
            assert p.default == other.default


def test_a_rule_without_names_of_its_own_is_learned_once():
    for func, rule in RULES.items():
        assert rule.func is func
        assert name_of(func).rpartition(".")[2] in repr(rule)


# ----------------------------------------------------------------------------------------
# Coverage
# ----------------------------------------------------------------------------------------

#: Rules of the engine's own functions, and what is tried of theirs.
WITHIN = {
    "scatter": "getitem",
    "cast": "astype",
    "place_diagonal": "diag",
    "contract": "einsum",
    "diagonal_view": "einsum",
    "fold": "sliding_window_view",
    "adjugate": "det",
    "_whole": "fft",
    "_add": "add_sequence",
    "_multiply": "multiply_sequence",
    "_conv_filters": "conv_nd",
    "_avg_unpool": "avg_pool",
}

#: Views of the user's operations: random programs try them (test_operation_programs).
OF_USERS = {"_look"}


# Those of `mygrad.nnet`, if some test has imported it, are tested in tests/nnet.
EVERY = [f for f in (*RULES, *COMPOSITIONS, *OUTPUTS) if "mygrad.nnet" not in name_of(f)]


@pytest.mark.parametrize("func", EVERY, ids=name_of)
def test_every_rule_has_a_case(func):
    if func.__name__ in OF_USERS:
        return
    if is_numpys(func):
        cases = [*CASES, *COMPLEX_CASES]
        assert any(case.func is func for case in cases), f"{name_of(func)} has no case"
        return
    name = func.__name__
    name = WITHIN.get(name, name.lstrip("_"))
    tried = {case.func.__name__ for case in CASES}
    assert name in tried, f"{name_of(func)} has no case"


def test_every_parameter_with_a_derivative_is_tried():
    """Each operand of each pullback is a draw in some case: by position or by name."""
    from cases import Draw

    missing = []
    for func, rule in RULES.items():
        if not isinstance(rule, Pullback) or not is_numpys(func):
            continue
        for parameter in rule.vjps:
            place = rule.names.index(parameter) if parameter in rule.names else None
            tried = any(
                bool(call.draws())
                and (
                    (place is not None and _has_draw(call.operands[place : place + 1], Draw))
                    or _has_draw([call.kwargs.get(parameter)], Draw)
                )
                for case in (*CASES, *COMPLEX_CASES)
                if case.func is func
                for call in case.calls()
            )
            # The alias of max.
            if not tried and not (parameter == "initial" and func in (np.amax, np.amin)):
                missing.append((name_of(func), parameter))
    assert [m for m in missing if m[1] != "initial" or "amax" not in m[0]] == []


def _has_draw(arguments, draw) -> bool:
    return any(
        isinstance(x, draw) or (isinstance(x, (list, tuple)) and _has_draw(x, draw))
        for x in arguments
    )


def test_the_kinds_do_not_overlap():
    groups = [set(RULES), set(COMPOSITIONS), set(CONSTANTS), set(OUTPUTS)]
    for i, one in enumerate(groups):
        for other in groups[:i]:
            assert not one & other


#: Not in a module of which we have the like.
UNMIRRORED = {
    operator.getitem,
    np.lib.stride_tricks.sliding_window_view,
    polynomial.polyval2d,
    polynomial.polygrid2d,
}


@pytest.mark.parametrize(
    "func",
    [f for f in [*RULES, *COMPOSITIONS, *OUTPUTS] if is_numpys(f) and f not in UNMIRRORED],
    ids=name_of,
)
def test_there_is_a_mirror(func):
    mirror = public(func)
    assert callable(mirror)
    # amax is max, and amin min.
    assert mirror.__name__ in (func.__name__, func.__name__.removeprefix("a"))
    assert mirror.__doc__


def test_constant_functions_are_numpys_own():
    for func in CONSTANTS:
        name = func.__name__
        # Ours are to save tensors.
        if getattr(np, name, None) is func and not name.startswith("save"):
            assert getattr(mg, name) is func


@pytest.mark.parametrize(
    "name", ["acos", "concat", "permute_dims", "pow", "absolute", "bitwise_not"]
)
def test_aliases(name):
    assert hasattr(mg, name)


# ----------------------------------------------------------------------------------------
# Nothing of NumPy's loses a gradient silently
# ----------------------------------------------------------------------------------------

X = np.array([[1.5, 0.5, 2.5], [0.25, 3.5, 1.25]])
SQUARE = np.array([[3.0, 1.0, 0.5], [1.0, 4.0, 0.25], [0.5, 0.25, 5.0]])
STACK = np.linspace(0.5, 3.0, 8).reshape(2, 2, 2) ** 2
VECTOR = np.array([0.5, 1.5, 2.5, 4.0])
INTS = np.array([0, 1, 1])

LETTERS = {"x": X, "v": VECTOR, "m": SQUARE, "t": STACK}
#: Arguments to try on any function; the letters become tensors.
ATTEMPTS = [
    ("x",),
    ("v",),
    ("m",),
    ("x", "x"),
    ("v", "v"),
    ("m", "m"),
    ("x", 1),
    ("v", 1),
    ("m", 2),
    ("x", 0.5),
    ("v", 0.5),
    ("x", (1, 0)),
    ("x", (3, 2)),
    ("v", [1, 2]),
    ("x", 0, 1),
    ("x", 0, -1),
    ("v", "v", "v"),
    (["x", "x"],),
    (["v", "v"],),
    ([["v"], ["v"]],),
    (["m", "m"],),
    ("x", INTS[:2]),
    ("x", INTS[:2], 0),
    ("x", X > 1),
    (X > 1, "x"),
    (VECTOR > 1, "v"),
    (INTS, ["x", "x", "x"]),
    (INTS, "v"),
    ("v", INTS),
    ([0, 1, 0, 1], ["v", "v"]),
    ([VECTOR > 1], ["v"]),
    ("ij->ji", "x"),
    (2, "v"),
    ("v", "v", 1),
    ("v", 1, "v"),
    ("v", VECTOR.argsort(), "v"),
    ("v", [0, 1], "v"),
    ("v", [VECTOR > 1, VECTOR < 1], [1.0, 2.0]),
    ("v", VECTOR > 1, 1.0),
    (np.sum, 0, "x"),
    (np.sum, "x", 0),
    ("v", np.array([True, False, True, True]), "v"),
    ("m", 0, 1),
    ("x", [0], 1),
    ("v", 0, 3),
    ("v", 3, 1.0),
    ("x", np.array([[0], [1]]), 1),
    ("x", np.array([[0], [1]]), 1.0, 1),
    ("x", np.array([[0], [1]]), "x", 1),
    ("v", [0, 1], [1.0, 2.0]),
    ((3,), "v"),
    ("v", float),
    ("v", (3, 4)),
    ("t", 2),
    ("t", (0, 1, 2)),
]

#: What is about other things than numbers, or makes arrays from nothing, text or files.
ELSEWHERE = {
    "numpy.lib.recfunctions",
    "numpy.strings",
    "numpy.char",
}
NO_OPERANDS = {
    "arange", "array", "asanyarray", "asarray", "ascontiguousarray", "asfortranarray", "empty",
    "eye", "frombuffer", "fromfile", "fromfunction", "fromiter", "fromstring", "full", "genfromtxt",
    "identity", "loadtxt", "ones", "require", "tri", "zeros", "busday_count", "busday_offset",
    "is_busday", "datetime_as_string", "isnat", "save", "savez", "savez_compressed", "savetxt",
}  # fmt: skip
#: They give fresh arrays, in whose values an operand has no part. of `polydiv` a divisor that is
#: longer than the other has none.
FRESH = {np.zeros_like, np.ones_like, np.empty_like, np.polydiv, np.setdiff1d}
#: They work on bits, text or integers only, so no float gets in.
INTEGERS = {
    "bitwise_and", "bitwise_count", "bitwise_or", "bitwise_xor", "invert", "left_shift",
    "right_shift", "gcd", "lcm", "packbits", "unpackbits", "ravel_multi_index", "unravel_index",
    "bincount",
}  # fmt: skip

FUNCTIONS = sorted(
    {
        f
        for f in overrides.get_overridable_numpy_array_functions()
        if not name_of(f).startswith(tuple(ELSEWHERE))
    },
    key=name_of,
)
UFUNCS = sorted(
    {
        f
        for f in overrides.get_overridable_numpy_ufuncs()
        if any(set(t) & set("fd") for t in f.types)
    },
    key=name_of,
)


def filled(x, tensors: list | None):
    """Arguments with arrays for the letters, or, given a list to note them in, with tensors."""
    if isinstance(x, list):
        return [filled(part, tensors) for part in x]
    if isinstance(x, str) and x in LETTERS:
        a = LETTERS[x].copy()
        if tensors is None:
            return a
        tensors.append(mg.tensor(a))
        return tensors[-1]
    return x.copy() if isinstance(x, np.ndarray) else x


class Probe:
    """Finds out whether NumPy asks an operand for its protocols."""

    DISPATCHED = object()

    def __init__(self, array):
        self.array = array

    def __iter__(self):
        return map(Probe, self.array)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype, copy=copy)

    def __array_ufunc__(self, *_, **__):
        return Probe.DISPATCHED

    def __array_function__(self, *_, **__):
        return Probe.DISPATCHED


def dispatched(func, attempt) -> bool:
    """Does NumPy ask us at all? Not for what is within a list that it takes for an array."""

    def probes(x):
        if isinstance(x, list):
            return [probes(part) for part in x]
        return Probe(filled(x, None)) if isinstance(x, str) and x in LETTERS else x

    return outcome(func, *map(probes, attempt)) is Probe.DISPATCHED


def kept(result) -> list:
    """The tensors in a result that carry a gradient."""
    if isinstance(result, (tuple, list)):
        return [t for part in result for t in kept(part)]
    if isinstance(result, dict):
        return kept(list(result.values()))
    return [result] if isinstance(result, Tensor) and not result.constant else []


def fate(func) -> set[str]:
    """What became of gradients in all the attempts that NumPy accepts."""
    found = set()
    attempts = ATTEMPTS
    if isinstance(func, np.ufunc):
        attempts = [a for a in ATTEMPTS if len(a) == func.nin]
    for attempt in attempts:
        if isinstance(outcome(func, *[filled(x, None) for x in attempt]), Exception):
            continue
        tensors: list = []
        args = [filled(x, tensors) for x in attempt]
        result = outcome(func, *args)
        if not tensors or not dispatched(func, attempt):
            continue
        if isinstance(result, Exception):
            message = str(result)
            named = func.__name__ in message or ("numpy." in message and "gradient" in message)
            if isinstance(result, TypeError) and named:
                found.add("refused")
            else:
                found.add(f"an error that does not name it, for {attempt}: {result!r:.200}")
        elif func in CONSTANTS or func is np.angle:
            # The angle of a real number is 0 or pi.
            found.add("zero" if not kept(result) else "a constant function gave a gradient")
        elif kept(result) or any(t.creator is not None for t in tensors):
            found.add("carried")
        elif func in FRESH:
            found.add("fresh")
        elif all(np.asarray(part).dtype.kind in "biu" for part in parts(result)):
            found.add("zero")
        else:
            found.add(f"lost in {attempt}: {type(result)}")
    return found


GOOD = {"refused", "zero", "carried", "fresh"}

#: Not called by any of the attempts: what they need is too special. They may only get fewer.
UNTRIED = {
    "numpy.apply_over_axes",
    "numpy.copyto",
    "numpy.linalg.tensorinv",
    "numpy.linalg.tensorsolve",
}


def test_every_function_of_numpy_is_accounted_for():
    """In the table, or declined with a reason; a new NumPy may add functions."""
    functions = overrides.get_overridable_numpy_array_functions()
    functions |= overrides.get_overridable_numpy_ufuncs()
    places = [RULES, COMPOSITIONS, OUTPUTS, CONSTANTS, COMPLEX, _OWN, _CREATION]
    modules = (np, np.linalg, np.fft, np.emath, np.strings, np.lib.stride_tricks)
    listed = {f for module in modules for f in vars(module).values() if getattr(f, "__hash__", 0)}
    left = [name_of(f) for f in functions & listed if not any(f in place for place in places)]
    assert [name for name in left if not why_declined(name)] == []


@pytest.mark.parametrize("func", [np.packbits, np.busday_count, np.strings.str_len], ids=name_of)
def test_why_a_function_is_declined_is_said(func):
    t = mg.tensor([1.0])
    args = (t,) * (2 if func is np.busday_count else 1)
    with pytest.raises(
        TypeError, match=f"{name_of(func)} has no derivative in mygrad .it works on"
    ):
        func(*args)


@pytest.mark.parametrize("func", [*FUNCTIONS, *UFUNCS], ids=name_of)
def test_no_function_loses_a_gradient(func):
    if func.__name__ in NO_OPERANDS | INTEGERS:
        assert func in CONSTANTS or func not in RULES
        return
    found = fate(func)
    assert found <= GOOD, found - GOOD
    assert found or name_of(func) in UNTRIED, f"{name_of(func)} was not tried"


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.apply_over_axes(np.sum, t, [0]),
        lambda t: np.linalg.tensorinv(t[:, :2].reshape(2, 2, 1, 1)[:, :, 0, 0], 1),
        lambda t: np.linalg.tensorsolve(t[:, :2], t[:, 0]),
        lambda t: np.fft.fft(t),
        lambda t: np.fft.fftshift(t),
        lambda t: np.linalg.svd(t),
        lambda t: np.histogram(X, weights=t),
        lambda t: np.bincount(INTS, weights=t[0]),
        lambda t: np.interp([0.5], [0.0, 1.0, 2.0], t[0]),
        lambda t: np.nan_to_num(X, nan=t[0, 0]),
        lambda t: np.insert(X, 0, t[0, 0]),
        lambda t: np.piecewise(t, [t.data > 0], [1.0]),
        lambda t: np.select([t.data > 0], [t]),
        lambda t: np.lib.stride_tricks.sliding_window_view(t, 2, 0),
        lambda t: np.linspace(t[0, 0], 1.0, 3),
        lambda t: np.cov(X, aweights=t[0]),
        lambda t: np.isclose(X, t),
        lambda t: np.frexp(t)[0],
        lambda t: np.gradient(X, t[0, 0]),
        lambda t: np.trapezoid(X, dx=t[0, 0]),
    ],
)
def test_what_has_no_rule_is_refused_by_name(call):
    """An error that names the function, or a tensor that carries the gradient."""
    t = mg.tensor(X)
    result = outcome(call, t)
    if isinstance(result, Exception):
        assert isinstance(result, TypeError)
        assert "numpy" in str(result)
        assert "gradient" in str(result)
    else:
        plain = not isinstance(result, (Tensor, tuple)) and np.asarray(result).dtype == bool
        assert plain or kept(result)


@pytest.mark.parametrize(
    "func", [np.median, np.linalg.inv, np.linalg.det, np.unique, np.cov, np.nextafter], ids=name_of
)
def test_constants_go_through_everything(func):
    """Without a gradient to lose nothing is refused."""
    c = mg.tensor(SQUARE, constant=True)
    args = (c, c) if func is np.nextafter else (c,)
    np.testing.assert_array_equal(func(*args), func(*[SQUARE] * len(args)))
    x = mg.tensor(SQUARE)
    args = (x, x) if func is np.nextafter else (x,)
    with mg.no_autodiff:
        np.testing.assert_array_equal(func(*args), func(*[SQUARE] * len(args)))


@pytest.mark.parametrize("func", [np.array, np.asarray, np.ascontiguousarray, np.asfortranarray])
def test_conversions_like_a_tensor_keep_its_gradient(func):
    x = mg.tensor(X)
    for t in (x, x.T, x[0], x[:, ::2]):
        for more in ((), (np.float32,)):
            result, expected = func(t, *more, like=x), func(t.data, *more)
            assert isinstance(result, Tensor)
            np.testing.assert_array_equal(result.data, expected, strict=True)
            for flag in ("C", "F"):
                assert result.data.flags[flag] or not expected.flags[flag]
            (result**2).sum().backward()
            np.testing.assert_allclose(t.grad, 2 * t.data, 1e-6)


@pytest.mark.parametrize("func", [np.arange, np.zeros, np.ones, np.full, np.eye, np.asarray])
def test_like_takes_a_tensor(func):
    """``like=`` asks for an array of the kind of its argument."""
    t = mg.tensor([1.0, 2.0])
    args = {np.full: (3, 2.0), np.asarray: ([1.0, 2.0],)}.get(func, (3,))
    result = func(*args, like=t)
    np.testing.assert_array_equal(result, func(*args))
    assert isinstance(result, Tensor)
