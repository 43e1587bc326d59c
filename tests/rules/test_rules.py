"""Every rule, at every case: values, gradients, second derivatives, and all kinds of operands."""

import operator
import warnings

import numpy as np
import pytest
from _oracle import (
    Untouched,
    assert_close,
    assert_same,
    differences,
    gradient_of,
    outcome,
    public,
    quiet,
    weights_for,
)
from cases import CALLS, CASES, SPECIAL, Call, Case, Special, normal, scalar
from checks import (
    check_constants,
    check_gradient,
    check_jvp,
    check_layouts,
    check_precision,
    check_repeated_operand,
    check_second_derivatives,
    check_shapes,
    check_spellings,
)

import mygrad as mg
from mygrad import Tensor

each_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@each_call
def test_value_and_gradient(call: Call):
    check_gradient(call)


@each_call
def test_forward_mode(call: Call):
    check_jvp(call)


@each_call
def test_second_derivatives(call: Call):
    check_second_derivatives(call)


@each_case
def test_precisions(case: Case):
    for call in case.calls():
        check_precision(call)


@each_case
def test_layouts_of_memory(case: Case):
    for call in case.calls():
        check_layouts(call)


@each_case
def test_operands_without_axes_or_elements(case: Case):
    for call in case.calls():
        check_shapes(call)


@pytest.mark.parametrize(
    "case", [c for c in CASES if len(c.calls()[0].draws()) > 1], ids=lambda case: case.id
)
def test_constant_and_repeated_operands(case: Case):
    for call in case.calls():
        check_constants(call)
        check_repeated_operand(call)


#: Methods of arrays that are another function than NumPy's of the same name, or gone.
OTHER_METHODS = {np.sort, np.partition, np.ptp, np.resize, np.compress, np.choose}


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.func is not operator.getitem and c.plain is c.func],
    ids=lambda case: case.id,
)
def test_spellings(case: Case):
    mirror = public(case.func)
    assert mirror is not None, f"mg has no {case.func.__name__}"
    name = case.func.__name__
    has = hasattr(np.ndarray, name) and case.func not in OTHER_METHODS
    assert not has or hasattr(Tensor, name), f"Tensor has no method {name}"
    for call in case.calls():
        check_spellings(call, mirror, name if has else None)


# ----------------------------------------------------------------------------------------
# Special points
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("special", SPECIAL, ids=lambda special: special.id)
def test_special_points(special: Special):
    arrays = [np.array(x, dtype=float) for x in special.operands]
    kwargs = {k: v.copy() if k == "out" else v for k, v in special.kwargs}
    tensors = [mg.tensor(a) for a in arrays]
    with quiet():
        expected = special.func(*arrays, **kwargs)
    kwargs = {k: v.copy() if k == "out" else v for k, v in special.kwargs}
    with quiet():
        result = special.func(*tensors, **kwargs)
        result.backward()
    assert_same(result, expected)
    for t, want in zip(tensors, special.gradients, strict=True):
        np.testing.assert_allclose(gradient_of(t), want, rtol=1e-12, atol=1e-200)


# ----------------------------------------------------------------------------------------
# Broadcasting, for ufuncs
# ----------------------------------------------------------------------------------------

BINARY = [
    case
    for case in CASES
    if isinstance(case.func, np.ufunc) and case.func.signature is None and len(case.operands) == 2
]
PAIRS = [
    ((2, 3), (3,)),
    ((3,), (2, 3)),
    ((2, 1), (1, 3)),
    ((), (3,)),
    ((2, 2), ()),
    ((2, 3), (4, 1, 1)),
    ((1,), (1, 1)),
    ((0, 3), (3,)),
    ((2, 1), (0,)),
    ((), ()),
]


@pytest.mark.parametrize(
    "case",
    [c for c in BINARY if len(c.calls()[0].draws()) == 2 and c.func not in (np.fmax, np.fmin)],
    ids=lambda case: case.id,
)
def test_broadcasting(case: Case):
    (call,) = case.calls()
    one, two = call.draws()
    index = 1 if case.func is np.divmod else 0
    for n, m in PAIRS:
        rng = call.generator(f"{n}{m}")
        arrays = [one.of_shape(*n)(rng), two.of_shape(*m)(rng)]
        expected = case.func(*arrays)
        if case.func is np.divmod:
            expected = expected[1]
        (weights,) = weights_for([expected], rng)
        tensors = [mg.tensor(a) for a in arrays]
        result = case.func(*tensors)
        result = result[1] if index else result
        assert_same(result, expected)
        result.backward(weights)

        def f(x, y, w=weights):
            ans = case.func(x, y)
            return float(np.sum((ans[1] if index else ans) * w))

        for t, want in zip(tensors, differences(f, arrays), strict=True):
            assert gradient_of(t).shape == t.shape
            assert_close(gradient_of(t), want, f"{case.id} {n} {m}")


@pytest.mark.parametrize(
    "func",
    [
        f
        for f in dict.fromkeys(case.func for case in BINARY)
        if f not in (np.ldexp, np.heaviside, np.divmod)
    ],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("number", [2.0, 2, np.float32(2), np.float64(2), np.int8(2)], ids=repr)
def test_numbers_as_operands(func, dtype, number):
    """Python's numbers leave the dtype alone, NumPy's follow its promotion."""
    a = np.array([0.7, 1.3, 3.2], dtype)
    for order in (1, -1):
        operands = (a, number)[::order]
        t = mg.tensor(a)
        result = func(*(t, number)[::order])
        expected = func(*operands)
        assert_same(result, expected)
        result.backward()
        assert t.grad.dtype == dtype
        (want,) = differences(
            lambda x, order=order: float(np.sum(func(*(x, float(number))[::order]))), [a]
        )
        assert_close(t.grad, want, tolerance={2: 0.1, 4: 1e-4, 8: 1e-7}[a.itemsize])


# ----------------------------------------------------------------------------------------
# Joining what is no array, other containers
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("func", [np.concatenate, np.stack, np.vstack, np.hstack])
def test_a_tensor_is_a_sequence_of_its_rows(func):
    a = np.arange(6.0).reshape(2, 3)
    weights = np.cos(np.arange(6.0))
    x = mg.tensor(a)
    result = func(x)
    expected = func(a)
    assert_same(result, expected)
    (result * weights.reshape(expected.shape)).backward()
    (want,) = differences(lambda y: float(np.sum(func(y) * weights.reshape(expected.shape))), [a])
    assert_close(x.grad, want)


@pytest.mark.parametrize("func", [np.sum, np.mean, np.max, np.cumsum, np.sort, np.ravel, np.sin])
def test_lists_of_tensors_are_stacked(func):
    x, y = mg.tensor(1.0), mg.tensor(2.0)
    result = getattr(mg, func.__name__)([x, y])
    assert_same(result, func([1.0, 2.0]))
    result.backward()
    t = mg.tensor([1.0, 2.0])
    func(t).backward()
    np.testing.assert_array_equal([gradient_of(x), gradient_of(y)], t.grad)


def test_vectors_of_two_in_cross_are_deprecated_as_in_numpy():
    a, b = np.array([1.0, 2.0]), np.array([0.5, -3.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = np.cross(a, b)
        except ValueError:
            pytest.skip("this NumPy has no cross product of two-vectors")
        x, y = mg.tensor(a), mg.tensor(b)
        result = np.cross(x, y)
    assert_same(result, expected)
    result.backward()
    np.testing.assert_array_equal(x.grad, [-3.0, -0.5])
    np.testing.assert_array_equal(y.grad, [-2.0, 1.0])
    with pytest.warns(DeprecationWarning):
        np.cross(x, y)


# ----------------------------------------------------------------------------------------
# Errors
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("func", "args"),
    [
        (np.matmul, ((2, 3), (2, 3))),
        (np.matmul, ((), (3,))),
        (np.add, ((2,), (3,))),
        (np.dot, ((2, 3), (2, 3))),
        (np.concatenate, (((2, 3), (3, 2)),)),
        (np.stack, (((2,), (3,)),)),
        (np.kron, ()),
        (np.cross, ((4,), (4,))),
        (np.diag, ((2, 2, 2),)),
        (np.linalg.norm, ((2, 2, 2), 2)),
        (np.linalg.outer, ((2, 2), (2,))),
        (np.linalg.multi_dot, (((2,),),)),
        (np.hsplit, ((), 2)),
        (np.vsplit, ((4,), 2)),
        (np.dsplit, ((4, 4), 2)),
        (np.split, ((5,), 2)),
        (np.array_split, ((5,), 0)),
        (np.unstack, ((),)),
        (np.fliplr, ((3,),)),
        (np.flipud, ((),)),
        (np.rot90, ((3,),)),
        (np.matrix_transpose, ((3,),)),
        (np.expand_dims, ((3,), 5)),
        (np.squeeze, ((3,), 0)),
        (np.moveaxis, ((3, 2), 0, 2)),
        (np.sum, ((3,), 1)),
        (np.cumsum, ((3,), 1)),
        (np.max, ((0,),)),
        (np.repeat, ((3,), [1, 2])),
        (np.take, ((3,), [3])),
    ],
    ids=lambda x: x.__name__ if callable(x) else str(x).replace(" ", ""),
)
def test_wrong_arguments_raise_numpys_errors(func, args):
    def build(x, make):
        if isinstance(x, tuple) and not all(isinstance(n, int) for n in x):
            return [build(part, make) for part in x]
        return make(np.ones(x)) if isinstance(x, tuple) else x

    expected = outcome(func, *[build(x, np.array) for x in args])
    assert isinstance(expected, Exception)
    error = outcome(func, *[build(x, mg.tensor) for x in args])
    assert isinstance(error, type(expected)), f"{error!r}, {expected!r}"


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (4, 2)]),
        ("ij->ijj", [(2, 3)]),
        ("ij->ik", [(2, 3)]),
        ("i", [(2, 3)]),
        ("ijk", [(2, 3)]),
        ("ii", [(2, 3)]),
        ("ii->i", [(1, 3)]),
        ("i,j", [(2,)]),
        ("i1", [(2, 3)]),
        ("...i->i", [(2, 3)]),
        ("..i", [(2, 3)]),
        ("i->->i", [(2,)]),
    ],
)
def test_wrong_subscripts_raise_numpys_errors(subscripts, shapes):
    arrays = [np.ones(shape) for shape in shapes]
    expected = outcome(np.einsum, subscripts, *arrays)
    assert isinstance(expected, Exception)
    error = outcome(np.einsum, subscripts, *[mg.tensor(a) for a in arrays])
    assert type(error) is type(expected), f"{error!r}, {expected!r}"


# ----------------------------------------------------------------------------------------
# out=, for functions that have it
# ----------------------------------------------------------------------------------------

OUT = [
    Case(np.sum, normal(2, 3), axis=0),
    Case(np.mean, normal(2, 3), axis=1),
    Case(np.prod, normal(2, 3), axis=0),
    Case(np.max, normal(2, 3), axis=0),
    Case(np.min, normal(2, 3), axis=0, keepdims=True),
    Case(np.ptp, normal(2, 3), axis=0),
    Case(np.var, normal(2, 3), axis=0),
    Case(np.std, normal(2, 3), axis=0, ddof=1),
    Case(np.nansum, normal(2, 3), axis=0),
    Case(np.nanmean, normal(2, 3), axis=0),
    Case(np.nanprod, normal(2, 3), axis=0),
    Case(np.nanmax, normal(2, 3), axis=0),
    Case(np.nanvar, normal(2, 3), axis=0),
    Case(np.nanstd, normal(2, 3), axis=0),
    Case(np.sum, normal(2, 3)),
    Case(np.cumsum, normal(2, 3), axis=1),
    Case(np.cumprod, normal(2, 3), axis=1),
    Case(np.nancumsum, normal(2, 3), axis=1),
    Case(np.nancumprod, normal(2, 3), axis=1),
    Case(np.cumulative_sum, normal(2, 3), axis=1),
    Case(np.cumulative_prod, normal(2, 3), axis=1),
    Case(np.trace, normal(2, 2, 3)),
    Case(np.take, normal(2, 3), [0, 2, 2], axis=1, mode="clip"),
    Case(np.clip, normal(2, 3), -0.4, 0.5),
    Case(np.concatenate, [normal(2), normal(3)]),
    Case(np.stack, [normal(2), normal(2)]),
    Case(np.dot, normal(2, 3), normal(3, 2)),
    Case(np.outer, normal(2), normal(3)),
    Case(np.matmul, normal(2, 3), normal(3, 2)),
    Case(np.vecdot, normal(2, 3), normal(2, 3)),
    Case(np.einsum, "ij,jk->ik", normal(2, 3), normal(3, 2)),
    Case(np.einsum, "ii->i", normal(3, 3)),
    Case(np.linalg.multi_dot, [normal(2, 3), normal(3, 2), normal(2, 2)]),
]


@pytest.mark.parametrize("kind", ["array", "tensor", "float32"])
@pytest.mark.parametrize("case", OUT, ids=lambda case: case.id)
def test_out(case: Case, kind: str):
    (call,) = case.calls()
    arrays = call.sample()
    expected = np.asarray(call.run(arrays))
    (weights,) = weights_for([expected], call.generator("out"))
    tensors = [mg.tensor(a) for a in arrays]
    args, kwargs = call.filled(tensors)
    buffer = np.full(expected.shape, 7.0, np.float32 if kind == "float32" else float)
    if kind == "float32":
        plain_args, plain_kwargs = call.filled(arrays)
        plain = outcome(case.func, *plain_args, **plain_kwargs, out=buffer.copy())
        if isinstance(plain, Exception):
            # Not all of NumPy's functions cast. Ours may, or raise the same.
            result = outcome(case.func, *args, **kwargs, out=mg.tensor(buffer))
            if isinstance(result, Exception):
                assert type(result) is type(plain)
                return
    out = mg.tensor(buffer) if kind == "tensor" else buffer
    result = case.func(*args, **kwargs, out=out)
    assert isinstance(result, Tensor)
    if kind == "tensor":
        assert result is out
    else:
        assert result.data is out
    assert result.dtype == buffer.dtype
    np.testing.assert_allclose(result.data, expected, rtol=1e-6 if kind == "float32" else 1e-14)
    result.backward(weights)
    want = differences(lambda *xs: float(np.sum(call.run(list(xs)) * weights)), arrays)
    for t, g in zip(tensors, want, strict=True):
        assert_close(t.grad, g, case.id, 1e-5 if kind == "float32" else 1e-7)
    del result
    assert buffer.flags.writeable


# ----------------------------------------------------------------------------------------
# No memory of the user's is written or stays locked
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("func", [np.multiply, np.matmul, np.where, np.concatenate, np.take])
def test_constant_operands_are_unlocked_after_the_graph_is_gone(func):
    a, b = np.ones((2, 2)), np.array([[0, 1], [1, 0]])
    x = mg.tensor(np.full((2, 2), 2.0))
    arguments = {
        np.multiply: (x, a),
        np.matmul: (a, x),
        np.where: (b == 1, x, a),
        np.concatenate: ([x, a],),
        np.take: (x, b),
    }[func]
    untouched = Untouched([a, b])
    y = func(*arguments)
    del y
    untouched.check()
    y = func(*arguments)
    y.backward()
    untouched.check()


def test_scalars_become_tensors_without_axes():
    assert isinstance(mg.sum([1.0, 2.0]), Tensor)
    assert isinstance(np.sum(mg.tensor([1.0, 2.0])), Tensor)
    assert np.sum(mg.tensor([1.0, 2.0])).shape == ()
    assert scalar().shape == ()
