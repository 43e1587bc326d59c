"""Transforms: functions of plain NumPy functions that give their derivatives.

The function is called once, on tensors over copies of its arguments, and a `Tape` between
these and its results gives the derivatives. Transforms nest, since the inner one's inputs are
aliases of what the outer one sees: no level can take the other's input for its own.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import Any

import numpy as np

from ._batch import pull_values_batch, push_values_batch
from ._detach import Refused
from ._modes import recording, tracking
from ._operands import carries, prepare, steps_back
from ._pull import Tape
from ._push import push_values
from ._state import ALIAS, OUTER, Name, data_of, make, value_of
from ._trees import leaves_like, leaves_of, rebuild
from ._value import Input, Spec, Value, new, spec_of, tick

__all__ = [
    "egrad",
    "elementwise_grad",
    "grad",
    "grad_and_aux",
    "hessian",
    "hvp",
    "jacobian",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

Function = Callable[..., Any]
Argnums = int | str | Sequence[int | str]

# ----------------------------------------------------------------------------------------
# Arguments
# ----------------------------------------------------------------------------------------


def title(f: Any) -> str:
    return getattr(f, "__name__", None) or repr(f)


def check_function(f: Any, what: str) -> None:
    if not callable(f):
        raise TypeError(f"mygrad.{what} takes a function; got {f.__class__.__name__}")


def fresh(x: Any) -> Any:
    """A tensor over a copy of an argument, for a function that is differentiated by it.

    Its value is an `Input`: a leaf, or an alias if the argument carries a gradient.
    """
    cls = x.__class__
    outer = None
    if cls is np.ndarray:
        data = x.copy("K")
    elif cls is float or cls is int:
        data = np.asarray(x, float)
    else:
        data, t = (x, None) if steps_back(cls) else prepare(x)
        if t is not None:
            outer = value_of(t)
        if hasattr(data, "dtype"):
            data = np.array(data) if isinstance(data, (np.ndarray, np.generic)) else data.copy()
        elif cls is complex:
            data = np.asarray(x)
    dtype = getattr(data, "dtype", None)
    if dtype is None or dtype.kind not in "fc":
        had = f"a {cls.__name__}" if dtype is None else f"shape {data.shape} and dtype {dtype}"
        raise TypeError(
            "an argument that is differentiated by holds floating-point or complex numbers; got "
            f"{had}. Convert it, say by x.astype(float), or name other arguments with argnums="
        )
    v = new(Input)
    v.rule = v.a = v.b = v.x = v.y = v.ans = v.grad = None
    v.spec = spec_of(data)
    v.own = False
    v.order = tick()
    if outer is not None:
        v.rule, v.a = OUTER, outer
    return make(data, v)


def _positions(f: Function, argnums: Argnums, args: Any, kwargs: Any) -> list[int | str]:
    """Where the arguments are that `argnums` names: positions, or keywords."""
    if isinstance(argnums, np.integer):
        argnums = int(argnums)
    found: list[int | str] = []
    for n in [argnums] if isinstance(argnums, (int, str)) else argnums:
        place = _position(f, n, args, kwargs)
        if place in found:
            raise ValueError(f"argnums={argnums!r} names an argument of {title(f)} twice")
        found.append(place)
    return found


def _position(f: Function, n: Any, args: Any, kwargs: Any) -> int | str:
    if n.__class__ is str and n in kwargs:
        return n
    if n.__class__ is int and -len(args) <= n < len(args):
        return n % len(args)
    if n.__class__ is not int and n.__class__ is not str:
        raise TypeError(f"argnums are positions (int) or names (str) of arguments; got {n!r}")
    try:
        names = [
            name
            for name, p in signature(f).parameters.items()
            if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        names = []
    if n.__class__ is str and n in names[: len(args)]:
        return names.index(n)
    if n.__class__ is int and 0 <= n < len(names) and names[n] in kwargs:
        return names[n]
    raise TypeError(
        f"argnums={n!r}, but {title(f)} was called with {len(args)} positional arguments and the "
        f"keywords {sorted(kwargs)}: there is no such argument to differentiate by"
    )


class _Call:
    """A call of a function on fresh inputs.

    Attributes
    ----------
    out, aux
        What the function returned: its result, and the auxiliary ones.
    values
        The values of the inputs.
    like
        The spec of each input; the array itself if it is a foreign one.
    pattern
        The nesting of the derivatives: that of the arguments, in a tuple if there are several.
    """

    __slots__ = ("aux", "like", "out", "pattern", "values")

    def __init__(
        self, f: Function, argnums: Argnums, args: Any, kwargs: Any, has_aux: bool
    ) -> None:
        if argnums.__class__ is int and len(args) > argnums >= 0:
            places: Any = (argnums,)
        else:
            places = _positions(f, argnums, args, kwargs)
        args = list(args)
        self.values: list[Value] = []
        self.like: list[Any] = []
        pattern = []
        for place in places:
            where = args if place.__class__ is int else kwargs
            x = where[place]
            if x.__class__ is np.ndarray or x.__class__ is float:
                where[place] = self._enter(x)
                pattern.append(self.like[-1])
            else:
                before = len(self.like)
                where[place] = rebuild(x, iter([self._enter(leaf) for leaf in leaves_of(x)]))
                pattern.append(rebuild(x, iter(self.like[before:])))
        single = isinstance(argnums, (int, np.integer, str))
        self.pattern = pattern[0] if single else tuple(pattern)
        self.out = self.aux = None
        try:
            self.out = f(*args, **kwargs)
            if has_aux:
                if self.out.__class__ is not tuple or len(self.out) != 2:
                    raise TypeError(
                        "with has_aux=True the function returns a pair (result, aux); "
                        f"{title(f)} returned {describe(self.out)}"
                    )
                self.out, self.aux = self.out
        except BaseException:
            self.close()
            raise

    def _enter(self, x: Any) -> Any:
        t = fresh(x)
        v = t._value
        self.values.append(v)
        self.like.append(v.spec if t._array.__class__ is np.ndarray else t._array)
        return t

    def nest(self, grads: Sequence[Any]) -> Any:
        """Gradients of the inputs, nested as the arguments."""
        if isinstance(self.pattern, Spec):
            return grads[0]
        return rebuild(self.pattern, iter(grads))

    def tape(self, outputs: Sequence[Any]) -> Tape:
        """The tape from the inputs to the outputs and the auxiliary results."""
        values = [value_of(t) if isinstance(t, Name) else None for t in outputs]
        if self.aux is not None:
            # Not to be differentiated, but if an outer level is upstream, it stays so.
            values += [value_of(t) for t in leaves_of(self.aux) if isinstance(t, Name)]
        return Tape(self.values, values)

    def pull(self, tape: Tape, cotangents: Sequence[Any], keep: bool = False) -> list[Any]:
        """The gradients of the inputs: arrays, or tensors if an outer level is upstream."""
        more = len(tape.outputs) - len(cotangents)
        grads = tape.pull((*cotangents, *[None] * more), keep)
        for i, g in enumerate(grads):
            if g is None:
                zeros = zeros_of(self.like[i])
                grads[i] = zeros if tape.plain else make(zeros, None)
        return grads

    def close(self) -> None:
        """Undo the cycles that ``backward(create_graph=True)`` in the function made."""
        for v in self.values:
            v.grad = None
            while v.rule is ALIAS:
                v = v.a
                v.grad = None


def describe(out: Any) -> str:
    if isinstance(out, (list, tuple, dict)):
        return f"a {out.__class__.__name__} of length {len(out)}"
    if hasattr(out, "shape"):
        return f"shape {out.shape}, dtype {out.dtype}"
    return f"a {out.__class__.__name__}"


def _checked(f: Function, out: Any) -> Any:
    """One result of a function, as something with a shape and a dtype that has derivatives."""
    if isinstance(out, Name):
        data = data_of(out)
    elif out.__class__ is float or out.__class__ is complex:
        return np.asarray(out)
    elif out.__class__ in (bool, int) or hasattr(out, "dtype"):
        data = out = np.asarray(out) if isinstance(out, (np.generic, int)) else out
    else:
        raise TypeError(
            f"{title(f)} returned {describe(out)}; it is to return floating-point numbers: a "
            "tensor, an array, a float, or containers of such"
        )
    if data.dtype.kind not in "fc":
        raise TypeError(
            f"{title(f)} returned a result of shape {data.shape} and dtype {data.dtype}, which "
            "has no derivative. Return floating-point numbers, or differentiate another function."
        )
    return out


def _scalar(f: Function, out: Any, what: str) -> Any:
    """The result of a function that has a gradient: one real number."""
    if isinstance(out, Name) and out._array.shape == () and out._array.dtype.kind == "f":
        return out
    if isinstance(out, (dict, list, tuple)) or out is None:
        raise TypeError(
            f"mygrad.{what} takes functions that return one real number; {title(f)} returned "
            f"{describe(out)}. Use mygrad.jacobian, or has_aux=True for auxiliary results."
        )
    out = _checked(f, out)
    if out.shape != ():
        raise TypeError(
            f"mygrad.{what} takes functions that return one real number; {title(f)} returned a "
            f"result of shape {out.shape}. Use mygrad.jacobian for all its derivatives, or "
            "mygrad.elementwise_grad for those of its sum."
        )
    if out.dtype.kind == "c":
        raise TypeError(
            f"{title(f)} returned a complex number (dtype {out.dtype}), which has no gradient. "
            "Return a real number of it, say .real or abs(), or use mygrad.vjp."
        )
    return out


# ----------------------------------------------------------------------------------------
# Results
# ----------------------------------------------------------------------------------------


def zeros_of(like: Any) -> Any:
    """Zeros for a spec or a foreign array."""
    if isinstance(like, Spec):
        return np.zeros(like.shape, like.dtype)
    return np.zeros_like(like)


def plain(x: Any) -> Any:
    """An array of the caller's own for a tensor; anything else as it is."""
    if not isinstance(x, Name):
        return x
    data = data_of(x)
    return np.array(data) if isinstance(data, np.ndarray) else data


def _given(tree: Any, tape: Tape) -> Any:
    """Results of the function, for the caller: tensors only if an outer level is upstream."""
    if tree.__class__ is np.ndarray or not tape.plain:
        return tree
    if isinstance(tree, Name):
        return plain(tree)
    return plain_tree(tree)


def _public(f: Function, run: Function) -> Function:
    """The function that a transform of `f` returns; `run` takes ``(args, kwargs)``.

    While recording is off it records for that alone, and returns arrays. (Nothing here refers to
    itself: a cycle would keep what `run` holds alive, a graph perhaps.)
    """

    @wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        if tracking():
            return run(args, kwargs)
        with recording():
            return plain_tree(run(args, kwargs))

    return call


def plain_tree(tree: Any) -> Any:
    """`plain` for all leaves."""
    return rebuild(tree, map(plain, leaves_of(tree)))


def _ones(out: Any) -> Any:
    if not isinstance(out, Name):
        return None
    data = data_of(out)
    return spec_of(data).ones if isinstance(data, np.ndarray) else np.ones_like(data)


# ----------------------------------------------------------------------------------------
# Gradients
# ----------------------------------------------------------------------------------------


def _value_and_grad(f: Function, argnums: Argnums, has_aux: bool, what: str) -> Function:
    """The function that gives ``(value, aux, gradient)``; the value only if it is wanted."""
    check_function(f, what)

    def run(args: Any, kwargs: Any, wanted: bool) -> Any:
        call = _Call(f, argnums, args, kwargs, has_aux)
        try:
            out = _scalar(f, call.out, what)
            tape = call.tape((out,))
            value = _given(out, tape) if wanted else None
            aux = _given(call.aux, tape) if has_aux else None
            return value, aux, call.nest(call.pull(tape, (_ones(out),)))
        finally:
            call.close()

    return run


def grad(f: Function, argnums: Argnums = 0, *, has_aux: bool = False) -> Function:
    """The gradient of a function that returns one real number.

    Parameters
    ----------
    f
        The function, written in NumPy. It gets tensors for the arguments that it is
        differentiated by, over copies: writing into them changes nothing outside. Its other
        arguments are passed on as they are.
    argnums
        Which arguments to differentiate by: a position, the name of an argument, or a sequence
        of such; then the gradients come in a tuple. The arguments may be nested containers (dicts,
        lists, tuples, named tuples, dataclasses, None) of floating-point numbers. Python's
        integers are taken as floats; arrays of integers are refused.
    has_aux
        Does `f` return a pair ``(result, aux)``? Then so does the gradient: ``(gradient, aux)``.

    Returns
    -------
    callable
        Takes the arguments of `f` and returns the gradient: arrays nested as the arguments.
        Where the result does not depend on an argument, they are zeros. If there is an outer level
        upstream (the call is part of a function that is itself differentiated, or tensors that
        carry a gradient are among the arguments or in the closure of `f`), they are tensors.

    Raises
    ------
    TypeError
        If `f` returns anything but one real number, or an argument holds no floating-point numbers.

    Notes
    -----
    Costs one call of `f` and one backward pass, which together take a small multiple of the
    time of `f` however many numbers the arguments hold.

    Examples
    --------
    >>> def f(x):
    ...     return np.sum(np.sin(x) ** 2)
    >>> mg.grad(f)(np.array([0.0, np.pi / 4]))
    array([0., 1.])
    >>> mg.grad(mg.grad(np.tanh))(0.5)
    array(-0.72686...)
    >>> mg.grad(lambda p: p["w"] * p["b"] ** 2)({"w": 2.0, "b": 3.0})
    {'w': array(9.), 'b': array(12.)}
    """
    inner = _value_and_grad(f, argnums, has_aux, "grad")

    def gradient(args: Any, kwargs: Any) -> Any:
        _, aux, g = inner(args, kwargs, False)
        return (g, aux) if has_aux else g

    return _public(f, gradient)


def value_and_grad(f: Function, argnums: Argnums = 0, *, has_aux: bool = False) -> Function:
    """The value of a function and its gradient, at the cost of the gradient.

    Parameters
    ----------
    f, argnums, has_aux
        As in `grad`.

    Returns
    -------
    callable
        Takes the arguments of `f` and returns ``(value, gradient)``; with `has_aux`
        ``((value, aux), gradient)``.

    Raises
    ------
    TypeError
        As `grad` does.

    Examples
    --------
    >>> f = mg.value_and_grad(lambda x: np.sum(x**3))
    >>> f(np.array([1.0, 2.0]))
    (array(9.), array([ 3., 12.]))
    """
    inner = _value_and_grad(f, argnums, has_aux, "value_and_grad")

    def both(args: Any, kwargs: Any) -> Any:
        value, aux, g = inner(args, kwargs, True)
        return ((value, aux), g) if has_aux else (value, g)

    return _public(f, both)


def grad_and_aux(f: Function, argnums: Argnums = 0) -> Function:
    """`grad` with ``has_aux=True``: of a function that returns ``(result, aux)``.

    Parameters
    ----------
    f, argnums
        As in `grad`.

    Returns
    -------
    callable
        Takes the arguments of `f` and returns ``(gradient, aux)``.

    Examples
    --------
    >>> f = mg.grad_and_aux(lambda x: (np.sum(x**2), {"largest": np.max(x)}))
    >>> f(np.array([1.0, 2.0]))
    (array([2., 4.]), {'largest': array(2.)})
    """
    return grad(f, argnums, has_aux=True)


def elementwise_grad(f: Function, argnums: Argnums = 0) -> Function:
    """The derivative of a function that works element by element.

    It is the gradient of the sum of all that `f` returns: for ``y[i] = f(x[i])`` the array
    of the derivatives, at the cost of one backward pass. For other functions use `jacobian`.

    Parameters
    ----------
    f
        As in `grad`, but it may return any nesting of real arrays.
    argnums
        As in `grad`.

    Returns
    -------
    callable
        Takes the arguments of `f` and returns the derivatives, nested and shaped as the arguments.

    Raises
    ------
    TypeError
        If `f` returns complex numbers, or an argument holds no floating-point numbers.

    Examples
    --------
    >>> mg.elementwise_grad(np.tanh)(np.array([0.0, 1.0]))
    array([1.        , 0.41997434])
    """
    check_function(f, "elementwise_grad")

    def derivative(args: Any, kwargs: Any) -> Any:
        call = _Call(f, argnums, args, kwargs, False)
        try:
            outs = [_checked(f, out) for out in leaves_of(call.out)]
            for out in outs:
                if out.dtype.kind == "c":
                    raise TypeError(
                        f"{title(f)} returned complex numbers (dtype {out.dtype}), whose sum has "
                        "no gradient. Return real ones, say .real or abs(), or use mygrad.vjp."
                    )
            tape = call.tape(outs)
            return call.nest(call.pull(tape, [_ones(out) for out in outs]))
        finally:
            call.close()

    return _public(f, derivative)


egrad = elementwise_grad


# ----------------------------------------------------------------------------------------
# Products with vectors
# ----------------------------------------------------------------------------------------


def _cotangents(outs: Sequence[Any], given: Sequence[Any]) -> Iterator[Any]:
    """Cotangents, or tangents, of arrays: of their shapes and dtypes."""
    for out, c in zip(outs, given, strict=True):
        if c is None:
            yield None
            continue
        dtype = out.dtype
        data, t = prepare(c)
        if not hasattr(data, "dtype"):
            data = np.asarray(data)
        if data.dtype.kind not in ("biufc" if dtype.kind == "c" else "biuf"):
            raise TypeError(
                f"a vector for a result or argument of dtype {dtype} holds such numbers; got "
                f"dtype {data.dtype}"
            )
        if data.shape != out.shape:
            raise ValueError(
                f"a vector for a result or argument of shape {out.shape} has the same shape; got "
                f"{data.shape}"
            )
        if data.dtype == dtype:
            yield data if t is None else c
        else:
            yield (data if t is None else c).astype(dtype)


def vjp(f: Function, *primals: Any, has_aux: bool = False, **kwargs: Any) -> Any:
    """The value of a function, and a function for products of vectors with its Jacobian.

    Parameters
    ----------
    f
        As in `grad`, but it may return any nesting of arrays.
    *primals
        The arguments to differentiate by; all of them are.
    has_aux
        Does `f` return a pair ``(result, aux)``?
    **kwargs
        Passed on to `f`; not differentiated by.

    Returns
    -------
    result
        That of `f`.
    pull
        A function that takes a cotangent (nested and shaped as the result) and returns a
        tuple of cotangents, one for each of `primals`. It can be called any number of times.
    aux
        With `has_aux`.

    Raises
    ------
    TypeError
        If an argument or a result holds no floating-point numbers.

    Notes
    -----
    Each call of `pull` costs a backward pass. The graph is kept until `pull` is deleted.

    For complex numbers, the product is with the conjugate transpose: see docs/complex.md.

    Examples
    --------
    >>> y, pull = mg.vjp(np.multiply, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> y
    array([3., 8.])
    >>> pull(np.array([1.0, 0.0]))
    (array([3., 0.]), array([1., 0.]))
    """
    check_function(f, "vjp")
    if not tracking():
        with recording():
            return plain_tree(vjp(f, *primals, has_aux=has_aux, **kwargs))
    call = _Call(f, range(len(primals)), primals, kwargs, has_aux)
    result, aux, pattern, tape = _results(f, call)
    like = leaves_of(pattern)

    def run(args: Any, kwargs: Any) -> Any:
        (cotangent,) = args
        given = leaves_like(pattern, cotangent, "the cotangent")
        return call.nest(call.pull(tape, list(_cotangents(like, given)), True))

    # For its name, signature and docstring.
    def pull(cotangent: Any) -> Any:
        """The cotangents of the arguments for one of the result."""

    pull = _public(pull, run)
    return (result, pull, aux) if has_aux else (result, pull)


def jvp(
    f: Function, primals: Sequence[Any], tangents: Sequence[Any], *, has_aux: bool = False
) -> Any:
    """The value of a function, and the product of its Jacobian with a vector.

    Parameters
    ----------
    f
        As in `grad`, but it may return any nesting of arrays.
    primals
        A tuple or list of the arguments to differentiate by; all of them are.
    tangents
        For each of `primals` the direction in which it moves, nested and shaped alike; None
        if it stays.
    has_aux
        Does `f` return a pair ``(result, aux)``?

    Returns
    -------
    result
        That of `f`.
    tangent
        The derivative of the result in that direction, nested as the result. Where the result does
        not depend on what moves, it is zero.
    aux
        With `has_aux`.

    Raises
    ------
    TypeError
        If an argument or a result holds no floating-point numbers, or `primals` is neither tuple
        nor list.
    ValueError
        If a tangent has another shape than its argument.

    Examples
    --------
    >>> mg.jvp(np.sin, (0.0,), (2.0,))
    (array(0.), array(2.))
    """
    out, push, *aux = _linearized(f, primals, {}, has_aux, "jvp")
    return (out, push(*tangents), *aux)


def linearize(f: Function, *primals: Any, has_aux: bool = False, **kwargs: Any) -> Any:
    """The value of a function, and a function for products of its Jacobian with vectors.

    As `jvp`, but the function runs once for any number of products.

    Parameters
    ----------
    f, primals, has_aux, kwargs
        As in `vjp`.

    Returns
    -------
    result
        That of `f`.
    push
        A function that takes a tangent for each of `primals` (None if it stays) and returns the
        tangent of the result. It can be called any number of times.
    aux
        With `has_aux`.

    Examples
    --------
    >>> y, push = mg.linearize(np.multiply, 3.0, 4.0)
    >>> push(1.0, None), push(0.0, 1.0)
    (array(4.), array(3.))
    """
    return _linearized(f, primals, kwargs, has_aux, "linearize")


def _linearized(f: Function, primals: Sequence[Any], kwargs: Any, has_aux: bool, what: str) -> Any:
    check_function(f, what)
    if not isinstance(primals, (tuple, list)):
        raise TypeError(
            f"mygrad.{what} takes the arguments in a tuple or list; got {describe(primals)}"
        )
    if not tracking():
        with recording():
            return plain_tree(_linearized(f, primals, kwargs, has_aux, what))
    call = _Call(f, range(len(primals)), primals, kwargs, has_aux)
    result, aux, pattern, tape = _results(f, call)
    like = leaves_of(pattern)

    def run(tangents: Any, kwargs: Any) -> Any:
        given = leaves_like(call.pattern, tangents, "the tangents")
        found = _push(tape, list(_cotangents(call.like, given)), like)
        return rebuild(pattern, iter(found))

    # For its name, signature and docstring.
    def push(*tangents: Any) -> Any:
        """The tangent of the result for those of the arguments."""

    push = _public(push, run)
    return (result, push, aux) if has_aux else (result, push)


def _push(tape: Tape, tangents: Sequence[Any], like: Sequence[Any]) -> list[Any]:
    """The tangents of the outputs of a tape: arrays, or tensors if there is an outer level."""
    record = not tape.plain or any([isinstance(t, Name) and carries(t) for t in tangents])
    moving = [i for i, t in enumerate(tangents) if t is not None]
    inputs, given = [tape.inputs[i] for i in moving], [tangents[i] for i in moving]
    found = push_values(tape.outputs[: len(like)], inputs, given, record)
    for i, t in enumerate(found):
        if t is None:
            zeros = zeros_of(like[i])
            found[i] = make(zeros, None) if record else zeros
    return found


def _results(f: Function, call: _Call) -> tuple[Any, Any, Any, Tape]:
    """The results of a call for the caller, their specs in the same nesting, and the tape.

    The call itself lets go of them.
    """
    try:
        outs = [_checked(f, out) for out in leaves_of(call.out)]
        tape = call.tape(outs)
        result, aux = _given(call.out, tape), _given(call.aux, tape)
        like = [_like(out) for out in outs]
        return result, aux, rebuild(call.out, iter(like)), tape
    finally:
        call.close()
        call.out = call.aux = None


def _like(out: Any) -> Any:
    """The spec of a result; the array itself if it is a foreign one."""
    data = data_of(out) if isinstance(out, Name) else out
    return spec_of(data) if isinstance(data, np.ndarray) else data


# ----------------------------------------------------------------------------------------
# Matrices
# ----------------------------------------------------------------------------------------


def jacobian(
    f: Function, argnums: Argnums = 0, *, mode: str = "auto", has_aux: bool = False
) -> Function:
    """All derivatives of all that a function returns.

    Parameters
    ----------
    f
        As in `grad`, but it may return any nesting of arrays.
    argnums, has_aux
        As in `grad`.
    mode
        ``"reverse"`` takes one pass for each element of the results, ``"forward"`` one for each
        of the arguments; ``"auto"`` the fewer of the two, but reverse where a rule of the
        user's allows no other.

    Returns
    -------
    callable
        Takes the arguments of `f` and returns an array of shape ``result.shape + argument.shape``
        for each result and argument: nested as the results, and inside as the arguments.

    Raises
    ------
    TypeError
        If an argument or a result holds no floating-point numbers.
    ValueError
        If `mode` is none of the three.

    Notes
    -----
    Costs one call of `f`, and as many passes as said above. They run together, on arrays with one
    more axis; only functions that cannot be run so (rules of the user's, for one) run one by one.
    The memory is that of `f` once for each of them, up to 4 million numbers in one array; what
    would take more is cut into several batches.

    Examples
    --------
    >>> mg.jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    check_function(f, "jacobian")
    if mode not in ("auto", "forward", "reverse"):
        raise ValueError(f"mode is 'auto', 'forward' or 'reverse'; got {mode!r}")

    def matrix(args: Any, kwargs: Any) -> Any:
        call = _Call(f, argnums, args, kwargs, has_aux)
        _, aux, pattern, tape = _results(f, call)
        outs, ins = leaves_of(pattern), call.like
        for x in (*outs, *ins):
            if x.dtype.kind == "c":
                raise TypeError(
                    f"the Jacobian of {title(f)} is asked for, which takes or returns complex "
                    f"numbers (shape {x.shape}, dtype {x.dtype}). Write it with their real and "
                    "imaginary parts, or use mygrad.vjp or mygrad.jvp."
                )
        forward = mode == "forward" or (mode == "auto" and _size(ins) < _size(outs))
        try:
            blocks = (_columns if forward else _rows)(call, tape, outs)
        except Refused:
            if mode == "forward" or not forward:
                raise
            blocks = _rows(call, tape, outs)
        found = rebuild(pattern, iter([call.nest(row) for row in blocks]))
        return (found, aux) if has_aux else found

    return _public(f, matrix)


def _size(arrays: Sequence[Any]) -> int:
    return sum([x.size for x in arrays])


#: The most numbers that one array of a batch of passes is to hold.
_LARGEST = 2**22


def _batches(like: Any, tape: Tape) -> Iterator[np.ndarray]:
    """The unit vectors of an array, along a first axis, as many as go into one pass."""
    largest = max([s.size for v in tape.found for s in _specs(v)], default=1)
    n = max(1, _LARGEST // max(largest, like.size, 1))
    for start in range(0, like.size, n):
        k = min(n, like.size - start)
        units = np.zeros((k, like.size), like.dtype)
        units[np.arange(k), start + np.arange(k)] = 1
        yield units.reshape(k, *like.shape)


def _specs(v: Value) -> tuple[Spec, ...]:
    return v.spec if v.spec.__class__ is tuple else (v.spec,)


def _block(parts: list[Any], lead: Any, rest: Any, tape: Tape) -> Any:
    """The derivatives along the axes of `lead`, of those in batches; None for zeros."""
    if not parts or parts[0] is None:
        zeros = np.zeros(lead.shape + rest.shape, rest.dtype)
        return zeros if tape.plain else make(zeros, None)
    whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return whole.reshape(lead.shape + rest.shape)


def _rows(call: _Call, tape: Tape, outs: Sequence[Any]) -> list[list[Any]]:
    """The Jacobian by backward passes: for each result a block for each argument."""
    blocks = []
    for end, out in zip(tape.outputs, outs, strict=False):
        passes = [
            pull_values_batch([end], [units], tape.inputs, not tape.plain)
            for units in _batches(out, tape)
        ]
        parts = list(zip(*passes, strict=True)) if passes else [()] * len(call.like)
        blocks.append(
            [_block(list(p), out, x, tape) for p, x in zip(parts, call.like, strict=True)]
        )
    return blocks


def _columns(call: _Call, tape: Tape, outs: Sequence[Any]) -> list[list[Any]]:
    """The Jacobian by forward passes."""
    blocks: list[list[Any]] = [[] for _ in outs]
    ends = tape.outputs[: len(outs)]
    for v, x in zip(tape.inputs, call.like, strict=True):
        passes = [
            push_values_batch(ends, [v], [units], not tape.plain) for units in _batches(x, tape)
        ]
        parts = list(zip(*passes, strict=True)) if passes else [()] * len(outs)
        for k, out in enumerate(outs):
            block = _block(list(parts[k]), x, out, tape)
            axes = (*range(x.ndim, x.ndim + out.ndim), *range(x.ndim))
            blocks[k].append(np.transpose(block, axes))
    return blocks


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """The second derivatives of a function that returns one real number.

    It is the Jacobian of the gradient: for an argument of shape ``s`` an array of shape ``s + s``,
    for several a block for each pair of them.

    Parameters
    ----------
    f, argnums
        As in `grad`.

    Returns
    -------
    callable
        Takes the arguments of `f` and returns the second derivatives.

    Raises
    ------
    TypeError
        As `grad` does.

    Notes
    -----
    Costs a gradient, and a pass for each element of the arguments, run together. If products with
    vectors will do, `hvp` needs no matrix.

    Examples
    --------
    >>> mg.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Function) -> Function:
    """The product of a function's Hessian with a vector, without the Hessian.

    Parameters
    ----------
    f
        As in `grad`. It is differentiated by its first argument.

    Returns
    -------
    callable
        ``(x, v, *args, **kwargs)``: the product of the Hessian of ``f(x, *args, **kwargs)`` with
        `v`, which is nested and shaped as `x`. It is what `scipy.optimize.minimize` takes
        as ``hessp``.

    Notes
    -----
    Costs a small multiple of the time of the gradient, whatever the size of `x`.

    Examples
    --------
    >>> mg.hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    gradient = grad(f)

    @wraps(f)
    def product(x: Any, v: Any, *args: Any, **kwargs: Any) -> Any:
        # The Hessian is symmetric: its product is that of its transpose.
        _, pull = vjp(lambda x: gradient(x, *args, **kwargs), x)
        return pull(v)[0]

    return product


def stop_gradient(x: Any) -> Any:
    """The same numbers, through which no gradient flows.

    Parameters
    ----------
    x
        A tensor, or a nested container of such; other leaves stay what they are.

    Returns
    -------
    Tensor or container
        Constant copies of the tensors.

    Examples
    --------
    >>> mg.grad(lambda x: x * mg.stop_gradient(x))(3.0)
    array(3.)
    """
    if isinstance(x, Name):
        return x.detach()  # type: ignore[attr-defined]
    stopped = [t.detach() if isinstance(t, Name) else t for t in leaves_of(x)]  # type: ignore[attr-defined]
    return rebuild(x, iter(stopped))
