"""What follows from a line in `cases`: checks of one call, which raise AssertionError."""

from collections.abc import Callable
from typing import Any

import numpy as np
from _oracle import (
    STEP,
    TOLERANCE,
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
    total,
    weights_for,
)
from cases import Call

import mygrad as mg
from mygrad import Tensor
from mygrad._push import push

__all__ = [
    "check_constants",
    "check_gradient",
    "check_jvp",
    "check_layouts",
    "check_precision",
    "check_repeated_operand",
    "check_second_derivatives",
    "check_shapes",
    "check_spellings",
    "reference",
]


def plain_run(call: Call, arrays: list[Any]) -> list[Any]:
    """NumPy's own outputs."""
    return [np.asarray(x) for x in parts(call.run(arrays, call.case.plain))]


def reference(call: Call, arrays: list[Any], weights: list[Any]) -> Callable[..., float]:
    """The weighted sum of NumPy's outputs as a function of the operands."""

    def f(*moved: Any) -> float:
        return sum(
            float(product(x, w))
            for x, w in zip(plain_run(call, list(moved)), weights, strict=True)
            if x.dtype.kind in "fc"
        )

    return f


def carried(results: list[Any]) -> list[Any]:
    """Which of the outputs carry a gradient: divmod's and modf's integers do not."""
    return [isinstance(x, Tensor) and not x.constant for x in results]


def gradients(
    call: Call, tensors: list[Any], weights: list[Any], func: Callable[..., Any] | None = None
) -> list[Any]:
    """Run the call on tensors and back-propagate; the gradients as arrays."""
    results = parts(call.run(tensors, func))
    active = carried(results)
    assert any(active), f"{call.id} gave no tensor that carries a gradient: {results!r:.200}"
    if len(results) == 1:
        results[0].backward(weights[0])
    else:
        total(
            [x for x, on in zip(results, active, strict=True) if on],
            [w for w, on in zip(weights, active, strict=True) if on],
        ).backward()
    return [gradient_of(t) if isinstance(t, Tensor) else None for t in tensors]


# ----------------------------------------------------------------------------------------
# Values and gradients
# ----------------------------------------------------------------------------------------


def check_gradient(call: Call) -> None:
    """Value equal to NumPy's, gradient equal to differences, operands as they were."""
    arrays = call.sample()
    assert arrays, f"{call.id} has no operand to differentiate by"
    args, kwargs = call.filled(arrays)
    others = [x for x in [*args, *kwargs.values()] if isinstance(x, np.ndarray)]
    untouched = Untouched([*arrays, *others])
    expected = plain_run(call, arrays)
    rng = call.generator("weights")
    weights = weights_for(expected, rng)

    tensors = [mg.astensor(a) for a in arrays]
    results = parts(call.run(tensors))
    assert len(results) == len(expected)
    for result, value in zip(results, expected, strict=True):
        if not isinstance(result, Tensor):
            assert call.func in (np.divmod, np.modf, np.linalg.lstsq), (
                f"{call.id} gave a {type(result)}"
            )
        assert_same(result, value, call.id, call.case.exact)
    del results, result

    found = gradients(call, tensors, weights)
    del tensors
    untouched.check(call.id)
    wanted = differences(reference(call, arrays, weights), arrays)
    for i, (grad, want, a) in enumerate(zip(found, wanted, arrays, strict=True)):
        assert isinstance(grad, np.ndarray), call.id
        assert grad.dtype == a.dtype, call.id
        assert_close(grad, want, f"{call.id}, operand {i}")
    moved = any(np.any(want) for want in wanted)
    if call.case.flat:
        assert not any(np.any(np.abs(grad) > 1e-6) for grad in found), f"{call.id} is not flat"
    else:
        assert moved, f"{call.id} tests nothing: its derivative is zero everywhere"


# ----------------------------------------------------------------------------------------
# Forward mode
# ----------------------------------------------------------------------------------------


def slopes(call: Call, arrays: list[Any], directions: list[Any], step: float) -> list[np.ndarray]:
    """The derivative of each of NumPy's outputs along a direction, by differences."""

    def moved(h: float) -> list[np.ndarray]:
        return plain_run(call, [a + h * t for a, t in zip(arrays, directions, strict=True)])

    with quiet():
        coarse, fine = [
            [(x - y) / (2 * h) for x, y in zip(moved(h), moved(-h), strict=True)]
            for h in (step, step / 2)
        ]
    return [(4 * y - x) / 3 for x, y in zip(coarse, fine, strict=True)]


#: What SciPy's own values are not good enough for the usual tolerance.
COARSE = {"cases_special.itairy(normal(2,3))": 1e-6}


def check_slopes(call: Call, arrays: list[Any], directions: list[Any], found: list[Any]) -> None:
    """Tangents equal differences. A kink may be so near that only small steps miss it."""
    for step in (STEP, STEP / 16):
        try:
            for i, (t, want) in enumerate(
                zip(found, slopes(call, arrays, directions, step), strict=True)
            ):
                message = f"{call.id}: tangent of output {i}"
                t = np.zeros_like(want) if t is None else t
                assert_close(t, want, message, COARSE.get(call.id, TOLERANCE))
            return
        except AssertionError:
            if step < STEP:
                raise


def check_narrow_tangents(call: Call, arrays: Any, directions: Any, exact: Any) -> None:
    """float32 operands: tangents have the dtype of the outputs, and are about right."""
    low = [mg.tensor(narrow(a, np.float32)) for a in arrays]
    results = outcome(call.run, low)
    if isinstance(results, Exception):
        return
    with quiet():
        found = push(parts(results), low, directions, False)
    for t, result, want in zip(found, parts(results), exact, strict=True):
        if t is not None:
            assert t.dtype == result.dtype, f"{call.id}: tangent of a {result.dtype}"
            assert_close(t, want, f"{call.id}: tangent of float32", TYPES[np.float32])


def check_jvp(call: Call) -> None:
    """Tangents equal differences, and <w, J t> = <J^T w, t>; recorded or not."""
    arrays = call.sample()
    rng = call.generator("jvp")
    directions = weights_for(arrays, rng)
    expected = plain_run(call, arrays)
    weights = weights_for(expected, rng)
    tensors = [mg.tensor(a) for a in arrays]
    results = parts(call.run(tensors))
    found = push(results, tensors, directions, False)
    lifted = push(results, tensors, [mg.tensor(t) for t in directions], True)
    check_slopes(call, arrays, directions, found)
    forward = 0.0
    for t, u, result, w in zip(found, lifted, results, weights, strict=True):
        if t is not None:
            assert isinstance(t, np.ndarray), call.id
            assert t.dtype == result.dtype, call.id
            assert t.flags.writeable, call.id
            assert isinstance(u, Tensor), call.id
            assert_close(u.data, t, f"{call.id}: tangent, recorded", 1e-11)
            forward += product(t, w)
    check_narrow_tangents(call, arrays, directions, found)
    backward = gradients(call, tensors, weights)
    wanted = [product(g, t) for g, t in zip(backward, directions, strict=True)]
    assert abs(forward - sum(wanted)) <= 1e-11 * max(1.0, *map(abs, wanted)), (
        f"{call.id}: <w, J t> = {forward}, <J^T w, t> = {sum(wanted)}"
    )


# ----------------------------------------------------------------------------------------
# Second derivatives
# ----------------------------------------------------------------------------------------


def check_second_derivatives(call: Call) -> None:
    """Reverse over reverse: the gradient of a random sum of the gradients, by differences.

    The cotangent is an operand too, so that functions that are linear are tested as well.
    """
    arrays = call.sample()
    rng = call.generator("second")
    expected = plain_run(call, arrays)
    weights = weights_for(expected, rng)
    directions = weights_for(arrays, rng)

    def first(*moved: np.ndarray) -> list[np.ndarray]:
        tensors = [mg.tensor(a) for a in moved[: len(arrays)]]
        return gradients(call, tensors, list(moved[len(arrays) :]))

    def slope(*moved: np.ndarray) -> float:
        return sum(float(product(g, v)) for g, v in zip(first(*moved), directions, strict=True))

    tensors = [mg.tensor(a) for a in arrays]
    cotangents = [mg.tensor(w) for w in weights]
    results = parts(call.run(tensors))
    active = carried(results)
    total(
        [x for x, on in zip(results, active, strict=True) if on],
        [w for w, on in zip(cotangents, active, strict=True) if on],
    ).backward(create_graph=True)
    plain = first(*arrays, *weights)
    sums = []
    for t, grad, v in zip(tensors, plain, directions, strict=True):
        if t.grad is None:
            continue
        assert isinstance(t.grad, Tensor), call.id
        assert_close(t.grad.data, grad, f"{call.id}: gradient with create_graph", 1e-11)
        sums.append(product(t.grad, v))
    second = sums[0]
    for term in sums[1:]:
        second = second + term
    leaves = [*tensors, *cotangents]
    for t in leaves:
        t.null_grad()
    second.backward()
    wanted = differences(slope, [*arrays, *weights])
    for i, (t, want) in enumerate(zip(leaves, wanted, strict=True)):
        name = f"operand {i}" if i < len(tensors) else f"cotangent {i - len(tensors)}"
        assert_close(gradient_of(t), want, f"{call.id}: second derivative by {name}")
    for t in leaves:
        t.null_grad()


# ----------------------------------------------------------------------------------------
# Other operands
# ----------------------------------------------------------------------------------------

TYPES = {np.float32: 2e-4, np.float16: 0.2}


def narrow(a: np.ndarray, dtype: Any) -> np.ndarray:
    """An array in another precision; there are no complex numbers of half precision."""
    return a.astype(np.result_type(dtype, 1j) if a.dtype.kind == "c" else dtype)


def check_precision(call: Call) -> None:
    """float32 and float16 operands have gradients of their dtype, which are about right."""
    arrays = call.sample()
    with quiet():
        weights = weights_for(plain_run(call, arrays), call.generator("weights"))
    exact = gradients(call, [mg.tensor(a) for a in arrays], weights)
    for dtype, tolerance in TYPES.items():
        low = [narrow(a, dtype) for a in arrays]
        value = outcome(call.run, low, call.case.plain)
        if isinstance(value, Exception):
            error = outcome(call.run, [mg.tensor(a) for a in low])
            assert type(error) is type(value), f"{call.id}: {error!r} instead of {value!r}"
            continue
        with quiet():
            tensors = [mg.tensor(a) for a in low]
            results = parts(call.run(tensors))
            for result, expected in zip(results, parts(value), strict=True):
                assert_same(result, expected, f"{call.id}, {dtype.__name__}", call.case.exact)
            found = gradients(call, tensors, weights)
        for grad, want, a in zip(found, exact, low, strict=True):
            assert grad.dtype == a.dtype, f"{call.id}: a gradient of {grad.dtype} for {a.dtype}"
            assert grad.shape == a.shape, call.id
            assert_close(grad, want, f"{call.id}, {dtype.__name__}", tolerance)
    if len(arrays) > 1:
        mixed = [narrow(a, (np.float32, np.float64)[i % 2]) for i, a in enumerate(arrays)]
        value = outcome(call.run, mixed, call.case.plain)
        if isinstance(value, Exception):
            return
        tensors = [mg.tensor(a) for a in mixed]
        for result, expected in zip(parts(call.run(tensors)), parts(value), strict=True):
            assert_same(result, expected, f"{call.id}, mixed", call.case.exact)
        for grad, want, a in zip(gradients(call, tensors, weights), exact, mixed, strict=True):
            assert grad.dtype == a.dtype, f"{call.id}: a gradient of {grad.dtype} for {a.dtype}"
            assert_close(grad, want, f"{call.id}, mixed", 2e-4)


def _constant(a: np.ndarray) -> Tensor:
    return mg.tensor(a, constant=True)


def _listed(a: np.ndarray) -> Any:
    return a.tolist()


UNASKED = {"initial", "default", "constant_values", "end_values"}


def check_constants(call: Call) -> None:
    """Each operand in turn is a constant: an array, a list, or a constant tensor."""
    arrays = call.sample()
    if len(arrays) == 1:
        return
    # NumPy itself does not ask these for their protocols.
    func = public(call.func) if UNASKED & call.kwargs.keys() else None
    makes = [np.array, _constant] if call.func is np.block else [np.array, _constant, _listed]
    weights = weights_for(plain_run(call, arrays), call.generator("weights"))
    full = gradients(call, [mg.tensor(a) for a in arrays], weights)
    flat = [not np.any(g) for g in full]
    for i in range(len(arrays)):
        if all(f for j, f in enumerate(flat) if j != i):
            continue
        for make in makes:
            tensors = [mg.tensor(a) for a in arrays]
            tensors[i] = make(arrays[i])
            untouched = Untouched([x for x in tensors if isinstance(x, np.ndarray)])
            found = gradients(call, tensors, weights, func)
            untouched.check(call.id)
            for j, (grad, want) in enumerate(zip(found, full, strict=True)):
                if j != i:
                    message = f"{call.id}: operand {j} where operand {i} is constant"
                    assert_close(grad, want, message, 1e-12)
            assert not isinstance(tensors[i], Tensor) or tensors[i].grad is None
    for i, a in enumerate(arrays):
        # One operand alone.
        operands = [x if j != i else mg.tensor(a) for j, x in enumerate(arrays)]
        if not flat[i]:
            (grad,) = [g for g in gradients(call, operands, weights, func) if g is not None]
            assert_close(grad, full[i], f"{call.id}: operand {i} alone", 1e-12)


def check_repeated_operand(call: Call) -> None:
    """The same tensor as two operands: the gradients add up."""
    draws = call.draws()
    arrays = call.sample()
    for i in range(len(draws)):
        for j in range(i):
            if draws[i].shape != draws[j].shape:
                continue

            def once(a: Any, i: int = i, j: int = j) -> list[Any]:
                return [a if k in (i, j) else x for k, x in enumerate(arrays)]

            value = outcome(call.run, once(arrays[i]), call.case.plain)
            expected = [np.asarray(x) for x in parts(value)]
            if isinstance(value, Exception) or not all(np.isfinite(x).all() for x in expected):
                continue
            weights = weights_for(expected, call.generator("weights"))
            t = mg.tensor(arrays[i])
            found = gradients(call, once(t), weights)
            f = reference(call, arrays, weights)
            (want,) = differences(lambda a: f(*once(a)), [arrays[i]])  # noqa: B023
            assert_close(found[i], want, f"{call.id}: operands {j} and {i} are one tensor")


def _strided(a: np.ndarray) -> np.ndarray:
    wide = np.full(tuple([2 * n for n in a.shape]), np.nan, a.dtype)
    seen = wide[tuple([slice(None, None, 2)] * a.ndim)] if a.ndim else wide
    seen[...] = a
    return seen


def _backwards(a: np.ndarray) -> np.ndarray:
    key = (slice(None, None, -1),) * a.ndim
    return a[key].copy()[key]


LAYOUTS = {
    "Fortran": lambda a: np.array(a, order="F"),
    "strided": _strided,
    "negative strides": _backwards,
}


def check_layouts(call: Call) -> None:
    """Operands whose memory is laid out otherwise: arrays, and views of tensors."""
    arrays = call.sample()
    weights = weights_for(plain_run(call, arrays), call.generator("weights"))
    wanted = gradients(call, [mg.tensor(a) for a in arrays], weights)
    for name, layout in LAYOUTS.items():
        laid = [layout(a) for a in arrays]
        expected = outcome(call.run, laid, call.case.plain)
        if isinstance(expected, Exception):
            error = outcome(call.run, [mg.astensor(a) for a in laid])
            assert type(error) is type(expected), f"{call.id}, {name}: {error!r}"
            continue
        tensors = [mg.astensor(a) for a in laid]
        for result, value in zip(parts(call.run(tensors)), parts(expected), strict=True):
            assert_same(result, value, f"{call.id}, {name}", call.case.exact)
        if [np.shape(x) for x in parts(expected)] != [w.shape for w in weights]:
            continue
        untouched = Untouched(laid)
        found = gradients(call, tensors, weights)
        del tensors
        untouched.check(f"{call.id}, {name}")
        for grad, g in zip(found, wanted, strict=True):
            assert_close(grad, g, f"{call.id}, {name}")
    # Views of tensors: the gradient arrives at the root.
    key = [(slice(None, None, -1),) * a.ndim for a in arrays]
    roots = [mg.tensor(a[k]) for a, k in zip(arrays, key, strict=True)]
    views = [root[k] for root, k in zip(roots, key, strict=True)]
    gradients(call, views, weights)
    for root, k, g in zip(roots, key, wanted, strict=True):
        assert_close(gradient_of(root)[k], g, f"{call.id}, views of tensors")


def check_shapes(call: Call) -> None:
    """Operands without axes, and without elements: NumPy's result, or NumPy's error."""
    draws = call.draws()
    rng = call.generator("shapes")
    trials = [
        [draw.of_shape() for draw in draws],
        [draw.of_shape(0) for draw in draws],
        [draw.of_shape(*[n if i else 0 for i, n in enumerate(draw.shape)]) for draw in draws],
        [draw.of_shape(*draw.shape[:-1], *[0] * bool(draw.shape)) for draw in draws],
        [draw.of_shape(*[1] * len(draw.shape)) for draw in draws],
    ]
    for trial in trials:
        if call.func is np.einsum and any(0 in d.shape and any(d.shape) for d in trial):
            # NumPy reads beyond its operands if one label stands for 0 and for more.
            continue
        if call.func.__module__ == "numpy.fft" and any(0 in d.shape for d in trial):
            # NumPy gives memory as it was if there is nothing to transform.
            continue
        arrays = [draw(rng) for draw in trial]
        expected = outcome(call.run, arrays, call.case.plain)
        message = f"{call.id} on {trial}"
        if isinstance(expected, Exception):
            error = outcome(call.run, [mg.tensor(a) for a in arrays])
            same = isinstance(error, type(expected)) or isinstance(expected, type(error))
            assert isinstance(error, Exception) and same, f"{message}: {error!r:.200}, {expected!r}"
            continue
        tensors = [mg.tensor(a) for a in arrays]
        results = outcome(call.run, tensors)
        assert not isinstance(results, Exception), f"{message}: {results!r}"
        results, expected = parts(results), parts(expected)
        assert len(results) == len(expected), message
        for result, value in zip(results, expected, strict=True):
            assert_same(result, value, message, call.case.exact)
        if not any(carried(results)):
            continue
        weights = weights_for(expected, rng)
        with quiet():
            found = gradients(call, tensors, weights)
        for grad, a in zip(found, arrays, strict=True):
            assert grad.shape == a.shape, message
            assert grad.dtype == a.dtype, message
        if all(np.isfinite(a).all() for a in arrays) and all(
            np.isfinite(x).all() for x in expected
        ):
            with quiet():
                wanted = differences(reference(call, arrays, weights), arrays)
            for grad, want in zip(found, wanted, strict=True):
                if np.isfinite(want).all():
                    assert_close(grad, want, message)


# ----------------------------------------------------------------------------------------
# Spellings
# ----------------------------------------------------------------------------------------


def check_spellings(call: Call, mirror: Callable[..., Any], method: str | None) -> None:
    """``mg.f`` on tensors, arrays and lists; ``constant=``; the method of the same name."""
    arrays = call.sample()
    expected = plain_run(call, arrays)
    weights = weights_for(expected, call.generator("weights"))
    wanted = gradients(call, [mg.tensor(a) for a in arrays], weights)
    flat = not any(np.any(g) for g in wanted)

    for grad, want in zip(
        gradients(call, [mg.tensor(a) for a in arrays], weights, mirror), wanted, strict=True
    ):
        assert_close(grad, want, f"mg.{call.id}", 1e-12)

    # A list is no array to these, but a sequence of arrays, or has another meaning.
    makes = [np.array, _constant]
    if call.func is not np.block:
        makes.append(_listed)
    for make in makes:
        results = parts(call.run([make(a) for a in arrays], mirror))
        for result, value in zip(results, expected, strict=True):
            assert isinstance(result, Tensor), f"mg.{call.id}"
            assert result.constant, f"mg.{call.id}"
            assert_same(result, value, f"mg.{call.id}", call.case.exact)

    args, kwargs = call.filled([mg.tensor(a) for a in arrays])
    for result, value in zip(parts(mirror(*args, **kwargs, constant=True)), expected, strict=True):
        assert isinstance(result, Tensor)
        assert result.constant, f"mg.{call.id} with constant=True"
        assert_same(result, value, call.id, call.case.exact)
    if call.func not in (np.divmod, np.modf):
        args, kwargs = call.filled(arrays)
        for result in parts(mirror(*args, **kwargs, constant=False)):
            assert result.constant is (result.dtype.kind not in "fc"), f"{call.id}, constant=False"
            assert result.creator is None
    if method is None or not isinstance(call.operands[0], type(call.draws()[0])):
        return

    def by_method(x: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(x, method)(*args, **kwargs)

    ours = outcome(call.run, [mg.tensor(a) for a in arrays], by_method)
    theirs = outcome(call.run, arrays, by_method)
    if isinstance(theirs, Exception):
        return
    assert not isinstance(ours, Exception), f"Tensor.{method}: {ours!r}"
    if theirs is not None and not flat:
        assert_same(ours, theirs, f"Tensor.{method}", call.case.exact)
        if ours.shape == expected[0].shape:
            found = gradients(call, [mg.tensor(a) for a in arrays], weights, by_method)
            for grad, want in zip(found, wanted, strict=True):
                assert_close(grad, want, f"Tensor.{method} {call.id}", 1e-12)
