"""Rules of products of matrices and tensors, up to einsum."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from operator import index
from typing import Any, NamedTuple

import numpy as np

from .._operands import steps_back, unwrap
from .._record import record
from .._state import Name
from .._table import composition, known_as, linear_in_each, not_holomorphic, pullback, view
from .._warn import warn_user
from .shape import as_array, axes_of, place_diagonal

__all__ = ["contract", "diagonal_view", "einsum_parse"]

# ----------------------------------------------------------------------------------------
# matmul and its like
# ----------------------------------------------------------------------------------------


def _matmul_1(g: Any, x1: Any, x2: Any) -> Any:
    """The cotangent of the first operand of matmul, of which only the dimension counts."""
    if x2.ndim == 2 and x1.ndim > 1:
        return g @ x2.T
    if x2.ndim == 1:
        return np.expand_dims(g, -1) * x2
    if x1.ndim == 1:
        return (x2 @ np.expand_dims(g, -1))[..., 0]
    return g @ np.swapaxes(x2, -1, -2)


def _matmul_2(g: Any, x1: Any, x2: Any) -> Any:
    """The cotangent of the second operand of matmul, of which only the dimension counts."""
    if x1.ndim == 1:
        return np.expand_dims(x1, -1) * np.expand_dims(g, -2) if x2.ndim > 1 else g * x1
    if x1.ndim == 2:
        return x1.T @ g
    if x2.ndim <= 2:
        # One product instead of a stack of them that would have to be summed.
        axes = range(x1.ndim - 1)
        return np.tensordot(x1, g, (axes, axes))
    return np.swapaxes(x1, -1, -2) @ g


def _with_axes(product: Callable[..., Any], which: int, g: Any, x1: Any, x2: Any, axes: Any) -> Any:
    """Run a product on operands whose vectors and matrices may be in other `axes` than the last."""
    if axes is None:
        return product(g, x1, x2)
    places = [(i,) if not isinstance(i, (tuple, list)) else tuple(i) for i in axes]
    places += [()] * (3 - len(places))
    last = [tuple(range(-len(place), 0)) for place in places]
    ndim = (x1, x2)[which].ndim
    if which == 0:
        x2 = np.moveaxis(x2, places[1], last[1])
    else:
        x1 = np.moveaxis(x1, places[0], last[0])
    c: Any = product(np.moveaxis(g, places[2], last[2]), x1, x2)
    # Before the axes go back to where they were counted from the front.
    if c.ndim > ndim:
        c = np.sum(c, tuple(range(c.ndim - ndim)))
    return np.moveaxis(c, last[which], places[which])


@pullback(np.matmul, "x1")
def _(g: Any, _: Any, _x1: Any, x2: Any, out: Any = None, *, axes: Any = None) -> Any:
    return _with_axes(_matmul_1, 0, g, _x1, x2, axes)


@pullback(np.matmul, "x2")
def _(g: Any, _: Any, x1: Any, _x2: Any, out: Any = None, *, axes: Any = None) -> Any:
    return _with_axes(_matmul_2, 1, g, x1, _x2, axes)


def conjugate(x: Any) -> Any:
    """The complex conjugate; of real numbers the array itself."""
    return np.conjugate(x) if x.dtype.kind == "c" else x


def _vecdot(which: int, g: Any, x1: Any, x2: Any, axis: Any, axes: Any, keepdims: Any) -> Any:
    """The cotangent of an operand of vecdot, of which only the dimension counts."""
    if axes is None:
        axes = [axis, axis, axis]
    # Where the result has the axis that was summed over: the last one, if `axes` does not say.
    g = np.moveaxis(g, [*axes, -1][2], -1) if keepdims else np.expand_dims(g, -1)
    return _with_axes(lambda g, x1, x2: g * (x1 if which else x2), which, g, x1, x2, axes[:2])


@pullback(np.vecdot, "x1")
def _(
    g: Any,
    _: Any,
    _x1: Any,
    x2: Any,
    out: Any = None,
    *,
    axis: Any = -1,
    axes: Any = None,
    keepdims: Any = False,
) -> Any:
    return _vecdot(0, conjugate(g), _x1, x2, axis, axes, keepdims)


@pullback(np.vecdot, "x2")
def _(
    g: Any,
    _: Any,
    x1: Any,
    _x2: Any,
    out: Any = None,
    *,
    axis: Any = -1,
    axes: Any = None,
    keepdims: Any = False,
) -> Any:
    return _vecdot(1, g, x1, _x2, axis, axes, keepdims)


not_holomorphic(np.vecdot)


def _matvec_1(g: Any, x1: Any, x2: Any) -> Any:
    if x1.ndim == 2:
        # One product instead of a stack of them that would have to be summed.
        axes = range(x2.ndim - 1)
        return np.tensordot(g, x2, (axes, axes))
    return np.expand_dims(g, -1) * np.expand_dims(x2, -2)


def _matvec_2(g: Any, x1: Any, x2: Any) -> Any:
    return g @ x1 if x1.ndim == 2 else np.matvec(np.swapaxes(x1, -1, -2), g)


def _vecmat_1(g: Any, x1: Any, x2: Any) -> Any:
    g = conjugate(g)
    return g @ x2.T if x2.ndim == 2 else np.matvec(x2, g)


def _vecmat_2(g: Any, x1: Any, x2: Any) -> Any:
    if x2.ndim == 2:
        axes = range(x1.ndim - 1)
        return np.tensordot(x1, g, (axes, axes))
    return np.expand_dims(x1, -1) * np.expand_dims(g, -2)


# Since NumPy 2.2.
if hasattr(np, "matvec"):

    @pullback(np.matvec, "x1")
    def _(g: Any, _: Any, _x1: Any, x2: Any, out: Any = None, *, axes: Any = None) -> Any:
        return _with_axes(_matvec_1, 0, g, _x1, x2, axes)

    @pullback(np.matvec, "x2")
    def _(g: Any, _: Any, x1: Any, _x2: Any, out: Any = None, *, axes: Any = None) -> Any:
        return _with_axes(_matvec_2, 1, g, x1, _x2, axes)

    @pullback(np.vecmat, "x1")
    def _(g: Any, _: Any, _x1: Any, x2: Any, out: Any = None, *, axes: Any = None) -> Any:
        return _with_axes(_vecmat_1, 0, g, _x1, x2, axes)

    @pullback(np.vecmat, "x2")
    def _(g: Any, _: Any, x1: Any, _x2: Any, out: Any = None, *, axes: Any = None) -> Any:
        return _with_axes(_vecmat_2, 1, g, x1, _x2, axes)

    not_holomorphic(np.vecmat)


@composition(np.linalg.matmul)
def _(x1: Any, x2: Any) -> Any:
    return np.matmul(as_array(x1), as_array(x2))


@composition(np.linalg.vecdot)
def _(x1: Any, x2: Any, *, axis: Any = -1) -> Any:
    vecdot: Any = np.vecdot
    return vecdot(as_array(x1), as_array(x2), axis=axis)


# ----------------------------------------------------------------------------------------
# dot and its like
# ----------------------------------------------------------------------------------------


@pullback(np.dot, "a")
def _(g: Any, _: Any, _a: Any, b: Any, out: Any = None) -> Any:
    ndim = np.ndim(b)
    if _a.ndim == 0 or ndim == 0:
        return g * b
    if ndim == 1:
        return np.expand_dims(g, -1) * b
    if ndim == 2:
        return g @ b.T
    first = _a.ndim - 1
    return np.tensordot(g, b, (range(first, g.ndim), (*range(ndim - 2), ndim - 1)))


@pullback(np.dot, "b")
def _(g: Any, _: Any, a: Any, _b: Any, out: Any = None) -> Any:
    ndim = np.ndim(a)
    if ndim == 0 or _b.ndim == 0:
        return g * a
    axes = range(ndim - 1)
    if _b.ndim > 2 or ndim != 2:
        c = np.tensordot(a, g, (axes, axes))
        return np.moveaxis(c, 0, -2) if _b.ndim > 1 else c
    return a.T @ g


@pullback(np.inner, "a")
def _(g: Any, _: Any, _a: Any, b: Any) -> Any:
    if _a.ndim == 0 or np.ndim(b) == 0:
        return g * b
    return np.tensordot(g, b, (range(_a.ndim - 1, g.ndim), range(b.ndim - 1)))


@pullback(np.inner, "b")
def _(g: Any, _: Any, a: Any, _b: Any) -> Any:
    if np.ndim(a) == 0 or _b.ndim == 0:
        return g * a
    axes = range(a.ndim - 1)
    return np.tensordot(g, a, (axes, axes))


@pullback(np.outer, "a")
def _(g: Any, _: Any, _a: Any, b: Any, out: Any = None) -> Any:
    return np.reshape(g @ np.ravel(b), _a.shape)


@pullback(np.outer, "b")
def _(g: Any, _: Any, a: Any, _b: Any, out: Any = None) -> Any:
    return np.reshape(np.ravel(a) @ g, _b.shape)


@pullback(np.vdot, "a")
def _(g: Any, _: Any, _a: Any, b: Any) -> Any:
    return conjugate(g) * np.reshape(np.ravel(b), _a.shape)


@pullback(np.vdot, "b")
def _(g: Any, _: Any, a: Any, _b: Any) -> Any:
    return g * np.reshape(np.ravel(a), _b.shape)


not_holomorphic(np.vdot)


def _contracted(axes: Any, a: Any, b: Any) -> tuple[list[int], ...]:
    """The axes of `a` and of `b` that tensordot sums over, and those it leaves."""
    if np.ndim(axes) == 0 and not isinstance(axes, Sequence):
        n = index(axes)
        axes = range(a.ndim - n, a.ndim), range(n)
    sum_a, sum_b = axes_of(axes[0], a.ndim), axes_of(axes[1], b.ndim)
    rest_a = [i for i in range(a.ndim) if i not in sum_a]
    rest_b = [i for i in range(b.ndim) if i not in sum_b]
    return list(sum_a), list(sum_b), rest_a, rest_b


@pullback(np.tensordot, "a")
def _(g: Any, _: Any, _a: Any, b: Any, axes: Any = 2) -> Any:
    b = as_array(b)
    sum_a, sum_b, rest_a, rest_b = _contracted(axes, _a, b)
    c = np.tensordot(g, b, (range(len(rest_a), g.ndim), rest_b))
    order = rest_a + [sum_a[sum_b.index(i)] for i in sorted(sum_b)]
    return np.transpose(c, sorted(range(len(order)), key=order.__getitem__))


@pullback(np.tensordot, "b")
def _(g: Any, _: Any, a: Any, _b: Any, axes: Any = 2) -> Any:
    a = as_array(a)
    sum_a, sum_b, rest_a, rest_b = _contracted(axes, a, _b)
    c = np.tensordot(a, g, (rest_a, range(len(rest_a))))
    order = [sum_b[sum_a.index(i)] for i in sorted(sum_a)] + rest_b
    return np.transpose(c, sorted(range(len(order)), key=order.__getitem__))


@composition(np.linalg.tensordot)
def _(x1: Any, x2: Any, *, axes: Any = 2) -> Any:
    return np.tensordot(as_array(x1), as_array(x2), axes)


@composition(np.linalg.outer)
def _(x1: Any, x2: Any) -> Any:
    x1, x2 = as_array(x1), as_array(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ValueError(
            "Input arrays must be one-dimensional, but they are "
            f"x1.ndim={x1.ndim} and x2.ndim={x2.ndim}."
        )
    return np.outer(x1, x2)


@composition(np.kron)
def _(a: Any, b: Any) -> Any:
    a, b = as_array(a), as_array(b)
    ndim = max(a.ndim, b.ndim)
    n = (1,) * (ndim - a.ndim) + a.shape
    m = (1,) * (ndim - b.ndim) + b.shape
    a = np.reshape(a, [k for i in n for k in (i, 1)])
    b = np.reshape(b, [k for i in m for k in (1, i)])
    return np.reshape(a * b, [i * j for i, j in zip(n, m, strict=True)])


@composition(np.cross)
def _(a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = as_array(a), as_array(b)
    if a.ndim < 1 or b.ndim < 1:
        raise ValueError("At least one array has zero dimension")
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    sizes = a.shape[-1], b.shape[-1]
    if not {*sizes} <= {2, 3}:
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    if 2 in sizes:
        warn_user(
            "Arrays of 2-dimensional vectors are deprecated. Use arrays of 3-dimensional vectors "
            "instead. (deprecated in NumPy 2.0)",
            DeprecationWarning,
        )
    a0, a1, a2 = [a[..., i] if i < sizes[0] else 0 for i in range(3)]
    b0, b1, b2 = [b[..., i] if i < sizes[1] else 0 for i in range(3)]
    last = a0 * b1 - a1 * b0
    if sizes == (2, 2):
        return last
    return np.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, last], axisc)


@composition(np.linalg.cross)
def _(x1: Any, x2: Any, *, axis: Any = -1) -> Any:
    x1, x2 = as_array(x1), as_array(x2)
    if x1.ndim < 1 or x2.ndim < 1:
        # An error, of one kind or another.
        return np.linalg.cross(unwrap(x1), unwrap(x2), axis=axis)
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{x1.shape[axis]} and {x2.shape[axis]} dimensional instead."
        )
    return np.cross(x1, x2, axis=axis)


# ----------------------------------------------------------------------------------------
# einsum: parsing
# ----------------------------------------------------------------------------------------

# In the order in which NumPy numbers them.
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@composition(np.einsum)
def _(
    *operands: Any,
    optimize: Any = False,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = "safe",
) -> Any:
    parsed = einsum_parse(operands)
    if parsed is None:
        # NumPy says what is wrong.
        np.einsum(*[unwrap(x) for x in operands])
        raise ValueError("the operands of einsum do not fit their subscripts")
    subscripts, arrays = parsed
    if dtype is not None or order != "K" or casting != "safe":
        return contract(subscripts, arrays, optimize, dtype=dtype, order=order, casting=casting)
    if len(arrays) == 1:
        return _rearranged(arrays[0], *subscripts.split("->"))
    return contract(subscripts, arrays, optimize)


def einsum_parse(operands: Sequence[Any]) -> tuple[str, list[Any]] | None:
    """Bring the arguments of einsum into the form that `contract` takes.

    The subscripts become explicit, letters take the place of ellipses, and operands in which
    a label repeats are replaced by their diagonals. None if NumPy would refuse the arguments.
    """
    try:
        if isinstance(operands[0], str):
            subscripts = operands[0]
            arrays = [as_array(x) for x in operands[1:]]
        else:
            arrays = [as_array(x) for x in operands[: len(operands) // 2 * 2 : 2]]
            subscripts = ",".join([_letters(labels) for labels in operands[1::2]])
            if len(operands) % 2:
                subscripts += "->" + _letters(operands[-1])
    except (TypeError, IndexError):
        return None
    parsed = _expand(subscripts, tuple([x.ndim for x in arrays]))
    if parsed is None:
        return None
    subscripts, repeats = parsed
    if not repeats:
        return subscripts, arrays
    terms, out = _terms(subscripts)
    new = []
    for i, term in enumerate(terms):
        # Only between operands may a label of length 1 be broadcast.
        sizes = dict(zip(term, arrays[i].shape, strict=True))
        if any(sizes[label] != n for label, n in zip(term, arrays[i].shape, strict=True)):
            return None
        while len(set(term)) < len(term):
            arrays[i], term = _diagonal(arrays[i], term)
        new.append(term)
    return ",".join(new) + "->" + out, arrays


def _letters(labels: Any) -> str:
    # Negative ones are no labels: they give an index error, as those do that are too large.
    return "".join(["..." if x is ... else _LETTERS[index(x) % 2**32] for x in labels])


@lru_cache(512)
def _expand(subscripts: str, ndims: tuple[int, ...]) -> tuple[str, bool] | None:
    """Subscripts in explicit form, with letters for ellipses, and whether a term repeats a label.

    None if they are wrong.
    """
    left, arrow, out = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims):
        return None
    widths = []
    for term, ndim in zip(terms, ndims, strict=True):
        bare = term.replace("...", "", 1)
        widths.append(ndim - len(bare))
        if not set(bare) <= set(_LETTERS) or widths[-1] < 0 or (widths[-1] and bare == term):
            return None
    free = [letter for letter in _LETTERS if letter not in subscripts]
    width = max(widths)
    if width > len(free):
        return None
    dots = "".join(free[:width])
    for i, n in enumerate(widths):
        terms[i] = terms[i].replace("...", dots[width - n :])
    if arrow:
        bare = out.replace("...", "", 1)
        # NumPy wants an ellipsis here, too. But "...->" sums all, here as with optimize=True.
        if bare == out != "" and width:
            return None
    else:
        letters = left.replace("...", "").replace(",", "")
        bare = "".join(sorted([x for x in set(letters) if letters.count(x) == 1]))
        out = "..." + bare
    if len(set(bare)) < len(bare) or not set(bare) <= set("".join(terms)) - set(dots):
        return None
    repeats = any(len(set(term)) < len(term) for term in terms)
    return ",".join(terms) + "->" + out.replace("...", dots), repeats


def _diagonal(array: Any, term: str) -> tuple[Any, str]:
    """Merge the first label that is repeated; its axis comes last then."""
    label = next(x for x in term if term.count(x) > 1)
    i = term.index(label)
    j = term.index(label, i + 1)
    return diagonal_view(array, i, j), term[:i] + term[i + 1 : j] + term[j + 1 :] + label


@known_as("numpy.einsum")
def diagonal_view(a: Any, axis1: int, axis2: int) -> Any:
    """The diagonal, to be written to if `a` is: einsum's is, that of `numpy.diagonal` is not."""
    if isinstance(a, Name):
        # Indexed for the lens, to which only NumPy's own diagonal and indexing show but a part.
        return record(diagonal_view, (a, axis1, axis2), {})[...]
    seen = np.diagonal(a, 0, axis1, axis2)
    if seen.__class__ is np.ndarray and a.flags.writeable:
        # The memory behind it may be locked for now.
        with suppress(ValueError):
            seen.setflags(write=True)
    return seen


def _diagonal_view(g: Any, _: Any, _a: Any, axis1: int, axis2: int) -> Any:
    return place_diagonal(g, _a, 0, axis1, axis2)


view(diagonal_view, _diagonal_view)


def _rearranged(array: Any, term: str, out: str) -> Any:
    """The einsum of a single operand whose labels do not repeat: a view unless it sums."""
    axes = tuple([i for i, label in enumerate(term) if label not in out])
    if axes:
        array = np.sum(array, axes, dtype=array.dtype)
        term = "".join([label for label in term if label in out])
    elif term == out:
        return array[...]
    return array if term == out else np.transpose(array, [term.index(label) for label in out])


# ----------------------------------------------------------------------------------------
# einsum: contraction
# ----------------------------------------------------------------------------------------


@known_as("numpy.einsum")
def contract(subscripts: str, operands: list[Any], optimize: Any = False, **keywords: Any) -> Any:
    """NumPy's einsum for explicit subscripts, by way of BLAS where that is quicker.

    Unlike NumPy's it uses BLAS without `optimize`, too, so the last digits may differ.
    """
    plain = True
    for x in operands:
        if x.__class__ is not np.ndarray:
            if isinstance(x, Name) and not any([steps_back(y.__class__) for y in operands]):
                return record(contract, (subscripts, operands, optimize), keywords)
            plain = plain and isinstance(x, np.generic)
    if not plain or keywords:
        if optimize is not False:
            keywords["optimize"] = optimize
        return np.einsum(subscripts, *operands, **keywords)
    if len(operands) == 2:
        return _contract_pair(subscripts, *operands)
    if len(operands) == 1:
        return np.einsum(subscripts, *operands)
    shapes = tuple([x.shape for x in operands])
    if isinstance(optimize, list):
        optimize = tuple(optimize)
    steps = _steps(subscripts, shapes, optimize)
    if steps is None:
        return np.einsum(subscripts, *operands)
    operands = list(operands)
    for chosen, part in steps:
        taken = [operands.pop(i) for i in chosen]
        operands.append(
            _contract_pair(part, *taken) if len(taken) == 2 else np.einsum(part, *taken)
        )
    return operands[0]


@pullback(contract, "operands", several=True)
def _(
    g: Any,
    _: Any,
    subscripts: str,
    operands: Any,
    optimize: Any = False,
    *,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = "safe",
) -> Callable[[int], Any]:
    return lambda i: _contract_vjp(g, i, subscripts, operands, optimize)


def _contract_vjp(g: Any, index: int, subscripts: str, operands: Any, optimize: Any) -> Any:
    terms, out = _terms(subscripts)
    others = terms[:index] + terms[index + 1 :]
    known = "".join(others) + out
    term = terms[index]
    shape = operands[index].shape
    # Axes of length 1 were broadcast perhaps: sum. What is known to this operand only was
    # summed: broadcast, which the engine does.
    target = "".join([x for x, n in zip(term, shape, strict=True) if x in known and n != 1])
    rest = list(operands)
    del rest[index]
    c = contract(",".join((out, *others)) + "->" + target, [g, *rest], bool(optimize))
    if len(target) < len(term):
        c = np.expand_dims(c, tuple([i for i, x in enumerate(term) if x not in target]))
    return c


linear_in_each(np.matmul, np.dot, np.inner, np.outer, np.tensordot, contract)


@lru_cache(512)
def _terms(subscripts: str) -> tuple[tuple[str, ...], str]:
    left, _, out = subscripts.partition("->")
    return tuple(left.split(",")), out


@lru_cache(512)
def _steps(
    subscripts: str, shapes: tuple[tuple[int, ...], ...], optimize: Any
) -> list[tuple[list[int], str]] | None:
    """In which order to contract more than two operands; None if NumPy had better do it.

    A step is the operands to take off the list, and their subscripts; its result goes to the end.
    """
    terms, out = _terms(subscripts)
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for label, n in zip(term, shape, strict=True):
            if n != 1:
                sizes[label] = n
    if optimize is False and _product(sizes.values()) < _TINY:
        return None
    if isinstance(optimize, tuple) and optimize[0] == "einsum_path":
        optimize = list(optimize)
    elif isinstance(optimize, bool):
        optimize = "greedy"
    arrays = [np.broadcast_to(0, shape) for shape in shapes]
    path = np.einsum_path(subscripts, *arrays, optimize=optimize)[0][1:]
    left = list(terms)
    steps = []
    for chosen in path:
        chosen = sorted(chosen, reverse=True)
        taken = [left.pop(i) for i in chosen]
        wanted = "".join(left) + out
        result = out
        if left:
            labels = dict.fromkeys("".join(reversed(taken)))
            result = "".join([label for label in labels if label in wanted])
        steps.append((chosen, ",".join(taken) + "->" + result))
        left.append(result)
    return steps


class _Plan(NamedTuple):
    """How to contract two operands by matmul; None where there is nothing to do."""

    swap: bool
    #: Of each operand: axes to sum over, the order of the others, and the shape of the matrices.
    first: tuple[tuple[int, ...] | None, ...]
    second: tuple[tuple[int, ...] | None, ...]
    #: The result's shape, and then its axes.
    shape: tuple[int, ...] | None
    axes: tuple[int, ...] | None


#: Products of so few numbers are left to NumPy's einsum. All three were measured with NumPy 2.4.
_TINY = 512
_TINY_VECTOR = 4096
#: As much work per matrix makes a stack of matrix-vector products worth while.
_TINY_STACKED = 256

_BLAS = frozenset("fdFD")


def _contract_pair(subscripts: str, a: Any, b: Any) -> Any:
    plan = _plan(subscripts, a.shape, b.shape)
    if (
        plan is None
        or a.dtype.char not in _BLAS
        or (b.dtype is not a.dtype and b.dtype.char not in _BLAS)
    ):
        return np.einsum(subscripts, a, b)
    swap, (sum_1, axes_1, shape_1), (sum_2, axes_2, shape_2), shape, axes = plan
    if swap:
        a, b = b, a
    if sum_1 is not None:
        a = np.add.reduce(a, sum_1)
    if axes_1 is not None:
        a = a.transpose(axes_1)
    if shape_1 is not None:
        a = a.reshape(shape_1)
    if sum_2 is not None:
        b = np.add.reduce(b, sum_2)
    if axes_2 is not None:
        b = b.transpose(axes_2)
    if shape_2 is not None:
        b = b.reshape(shape_2)
    c = np.matmul(a, b)
    if shape is not None:
        c = c.reshape(shape)
    return c if axes is None else c.transpose(axes)


@lru_cache(1024)
def _plan(subscripts: str, shape_1: tuple[int, ...], shape_2: tuple[int, ...]) -> _Plan | None:
    """How to contract two operands by matmul; None if NumPy's einsum had better do it."""
    (term_1, term_2), out = _terms(subscripts)
    sizes: dict[str, int] = {}
    for label, n in zip(term_1 + term_2, shape_1 + shape_2, strict=True):
        if sizes.get(label, 1) not in (n, 1) and n != 1:
            return None
        sizes[label] = n if sizes.get(label, 1) == 1 else sizes[label]
    # Axes of length 1 come and go with a reshape.
    has_1 = [x for x, n in zip(term_1, shape_1, strict=True) if n != 1]
    has_2 = [x for x, n in zip(term_2, shape_2, strict=True) if n != 1]
    batch = [x for x in out if x in has_1 and x in has_2]
    summed = [x for x in has_1 if x in has_2 and x not in out]
    rows = [x for x in has_1 if x not in has_2 and x in out]
    columns = [x for x in has_2 if x not in has_1 and x in out]
    n, m, k = (_product([sizes[x] for x in group]) for group in (rows, columns, summed))
    work = n * m * k
    stack = _product([sizes[x] for x in batch])
    if not summed or (n == 1 and m == 1) or work * stack < _TINY:
        return None
    if (n == 1 or m == 1) and (work * stack < _TINY_VECTOR or work < _TINY_STACKED):
        return None
    swap = bool(columns) and next(x in columns for x in out if x in rows or x in columns)
    if swap:
        term_1, term_2, has_1, has_2 = term_2, term_1, has_2, has_1
        shape_1, shape_2 = shape_2, shape_1
        rows, columns, n, m = columns, rows, m, n
        summed = [x for x in has_1 if x in summed]
    before = [sizes[x] for x in batch]
    first = _arranged(term_1, shape_1, [*batch, *rows, *summed], (*before, n, k))
    second = _arranged(term_2, shape_2, [*batch, *summed, *columns], (*before, k, m))
    labels = [*batch, *rows, *columns]
    dims = [sizes[x] for x in labels]
    axes = [labels.index(x) for x in out if x in labels]
    shape = tuple(dims) if axes != sorted(axes) else tuple([sizes[x] for x in out])
    if axes != sorted(axes):
        # Axes of length 1 have to be put in before the others change places.
        ones = [x for x in out if x not in labels]
        labels += ones
        shape = (*shape, *[1] * len(ones))
        axes = [labels.index(x) for x in out]
    return _Plan(
        swap,
        first,
        second,
        None if shape == (*before, n, m) else shape,
        None if axes == sorted(axes) else tuple(axes),
    )


def _arranged(
    term: str, shape: tuple[int, ...], labels: list[str], wanted: tuple[int, ...]
) -> tuple[tuple[int, ...] | None, ...]:
    """Axes to sum over, the order of the others, and the shape that makes them a matrix."""
    axes = [i for i, x in enumerate(term) if x not in labels and shape[i] != 1]
    left = [x for i, x in enumerate(term) if i not in axes]
    ones = [x for x in left if x not in labels]
    order = [left.index(x) for x in (*ones, *labels)]
    now = tuple([shape[term.index(x)] for x in (*ones, *labels)])
    return (
        tuple(axes) or None,
        None if order == sorted(order) else tuple(order),
        None if now == wanted else wanted,
    )


def _product(numbers: Any) -> int:
    product = 1
    for n in numbers:
        product *= n
    return product


# ----------------------------------------------------------------------------------------
# Chains
# ----------------------------------------------------------------------------------------


@composition(np.linalg.multi_dot, several=True)
def _(arrays: Any) -> Any:
    arrays = [as_array(a) for a in arrays]
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    if len(arrays) == 2:
        return np.dot(*arrays)
    ends = arrays[0], arrays[-1]
    if not all(a.ndim in (1, 2) for a in ends) or not all(a.ndim == 2 for a in arrays[1:-1]):
        raise np.linalg.LinAlgError(
            "multi_dot takes matrices; only the first and the last may be vectors"
        )
    rows = [1 if i == 0 and a.ndim == 1 else a.shape[0] for i, a in enumerate(arrays)]
    last = arrays[-1]
    where = _cheapest_splits([*rows, 1 if last.ndim == 1 else last.shape[1]])

    def product(i: int, j: int) -> Any:
        if i == j:
            return arrays[i]
        k = where[i, j]
        return np.matmul(product(i, k), product(k + 1, j))

    return product(0, len(arrays) - 1)


def _cheapest_splits(sizes: list[int]) -> dict[tuple[int, int], int]:
    """After which matrix to split the product of those from i to j: the fewest multiplications."""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    where = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j], where[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return where
