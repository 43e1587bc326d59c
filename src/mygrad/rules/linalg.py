"""Rules of linear algebra: solving, inverting, and decompositions.

The gradient of a real loss by A is written ``A-bar``, so that dL = Re tr(A-bar^H dA). Rules
of holomorphic functions leave the conjugations to the engine; the others have them.

Decompositions are not unique. What is free about them is dealt with so:

- Functions that read one triangle of a Hermitian matrix (``cholesky``, ``eigh``, ``eigvalsh``,
  ``hermitian=True``) have a gradient in that triangle: it is what differences of NumPy's
  function show. It stands for both triangles.
- The phase of complex vectors is LAPACK's, which makes one component of each vector real.
- Vectors that belong to equal eigenvalues or singular values are arbitrary among themselves. So
  a loss that depends on them has no derivative there, or one that cannot be known; the
  rules refuse it with a `LinAlgError`. Those of the values alone are right.

Sources: [Giles 2008], "Collected matrix derivative results for forward and reverse mode
algorithmic differentiation"; [Seeger 2017], "Auto-differentiating linear algebra"; [Wan 2019], Wan
and Zhang, "Automatic differentiation for complex valued SVD"; [Golub 1973], Golub and
Pereyra, "The differentiation of pseudo-inverses".
"""

from operator import index
from typing import Any, NoReturn

import numpy as np

from .._operands import unwrap
from .._record import record
from .._state import Name
from .._table import composition, known_as, normalize, not_holomorphic, pullback
from .norm import norm_cotangent
from .product import conjugate
from .shape import as_array

__all__: list[str] = []

LinAlgError = np.linalg.LinAlgError


def _t(x: Any) -> Any:
    """The transpose of matrices."""
    return np.swapaxes(x, -1, -2)


def _h(x: Any) -> Any:
    """The conjugate transpose of matrices."""
    return conjugate(np.swapaxes(x, -1, -2))


def _real(x: Any) -> Any:
    return np.real(x) if x.dtype.kind == "c" else x


def _eye(n: int) -> Any:
    return np.eye(n, dtype=bool)


def _diagonal(x: Any) -> Any:
    return np.diagonal(x, 0, -2, -1)


def _one_triangle(x: Any, lower: bool) -> Any:
    """The cotangent of an array of which one triangle is read, from that of the whole matrix."""
    both = x + _h(x)
    return (np.tril(both, -1) if lower else np.triu(both, 1)) + np.where(
        _eye(x.shape[-1]), _real(x), 0
    )


def _completed(a: Any) -> Any:
    """The Hermitian matrix that stands in the lower triangle of an array."""
    below = np.tril(a, -1)
    return below + _h(below) + np.where(_eye(a.shape[-1]), _real(a), 0)


# ----------------------------------------------------------------------------------------
# Solving and inverting
# ----------------------------------------------------------------------------------------


def _solve_transposed(g: Any, a: Any, ndim: int) -> Any:
    if ndim == 1:
        return np.linalg.solve(_t(a), np.expand_dims(g, -1))[..., 0]
    return np.linalg.solve(_t(a), g)


@pullback(np.linalg.solve, "a")
def _(g: Any, ans: Any, a: Any, _b: Any) -> Any:
    # b-bar = A^-T g, A-bar = -b-bar x^T   [Giles 2008, "Inverse product"]
    c = _solve_transposed(g, a, _b.ndim)
    if _b.ndim == 1:
        return -np.expand_dims(c, -1) * np.expand_dims(ans, -2)
    return -c @ _t(ans)


@pullback(np.linalg.solve, "b")
def _(g: Any, _: Any, a: Any, _b: Any) -> Any:
    return _solve_transposed(g, a, _b.ndim)


@pullback(np.linalg.inv)
def _(g: Any, ans: Any, _a: Any) -> Any:
    # d inv(A) = -inv(A) dA inv(A)   [Giles 2008, "Inverse"]
    inverse = _t(ans)
    return -inverse @ g @ inverse


@composition(np.linalg.tensorsolve)
def _(a: Any, b: Any, axes: Any = None) -> Any:
    a, b = as_array(a), as_array(b)
    ndim = a.ndim
    if axes is not None:
        order = list(range(ndim))
        for i in axes:
            order.remove(i)
            order.insert(ndim, i)
        a = np.transpose(a, order)
    shape = a.shape[-(ndim - b.ndim) :]
    size = 1
    for n in shape:
        size *= n
    if a.size != size**2:
        raise LinAlgError(
            "tensorsolve needs prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim]); "
            f"got the shapes {a.shape} and {b.shape}"
        )
    return np.reshape(np.linalg.solve(np.reshape(a, (size, size)), np.ravel(b)), shape)


@composition(np.linalg.tensorinv)
def _(a: Any, ind: Any = 2) -> Any:
    a = as_array(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    if a.ndim == 0:
        raise TypeError("tensorinv needs an array that has axes")
    size = 1
    for n in a.shape[ind:]:
        size *= n
    inverse = np.linalg.inv(np.reshape(a, (size, -1)))
    return np.reshape(inverse, (*a.shape[ind:], *a.shape[:ind]))


@composition(np.linalg.matrix_power)
def _(a: Any, n: Any) -> Any:
    a = as_array(a)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise LinAlgError(f"matrix_power needs square matrices; got the shape {a.shape}")
    n = index(n)
    if n == 0:
        # In a way that stays part of the graph.
        return np.where(True, np.eye(a.shape[-1], dtype=a.dtype), a)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    # NumPy's order of multiplications, so that the last digits agree.
    if n == 3:
        return (a @ a) @ a
    result, square = None, a
    while True:
        n, bit = divmod(n, 2)
        if bit:
            result = square if result is None else result @ square
        if not n:
            return result
        square = square @ square


# ----------------------------------------------------------------------------------------
# Determinants
# ----------------------------------------------------------------------------------------

#: Up to this condition number the determinant times the inverse is a good adjugate.
_WELL_CONDITIONED = 1e5


@pullback(np.linalg.det)
def _(g: Any, ans: Any, a: Any) -> Any:
    # d det(A) = tr(adj(A) dA)   [Giles 2008, "Determinant"]
    if a.size == 0:
        return a
    g = np.expand_dims(g, (-2, -1))
    if np.any(np.linalg.cond(unwrap(a), 1) > _WELL_CONDITIONED):
        return g * _t(adjugate(a))
    return g * np.expand_dims(ans, (-2, -1)) * _t(np.linalg.inv(a))


@known_as("numpy.linalg.det")
def adjugate(a: Any) -> Any:
    """The matrix adj(A) with A adj(A) = det(A), which singular matrices have, too."""
    if isinstance(a, Name):
        return record(adjugate, (a,), {})
    u, s, vh = np.linalg.svd(a)
    n = s.shape[-1]
    others = np.prod(np.where(_eye(n), 1, np.expand_dims(s, -2)), -1)
    return _handed(u, vh) * (_h(vh) * np.expand_dims(others, -2)) @ _h(u)


def _handed(u: Any, vh: Any) -> Any:
    return np.expand_dims(np.linalg.det(u) * np.linalg.det(vh), (-2, -1))


@pullback(adjugate)
def _(g: Any, _: Any, a: Any) -> Any:
    # adj(U S V^H) = det(U) det(V^H) V adj(S) U^H, and a change E of the diagonal matrix S gives
    # -E_ij p_ij off the diagonal, sum_k E_kk p_ik on it; p_ij: the product without s_i and s_j.
    u, s, vh = np.linalg.svd(a)
    n = s.shape[-1]
    one = _eye(n)
    without = np.expand_dims(one, 0) | np.expand_dims(one, 1)
    p = np.prod(np.where(without, 1, np.expand_dims(s, (-3, -2))), -1)
    y = _handed(u, vh) * (conjugate(vh) @ g @ conjugate(u))
    trace = np.sum(np.where(one, 0, p) * np.expand_dims(_diagonal(y), -2), -1)
    e = np.where(one, np.expand_dims(trace, -2), -y * p)
    return conjugate(u) @ e @ conjugate(vh)


@pullback(np.linalg.slogdet)
def _(g: Any, ans: Any, a: Any) -> Any:
    # d log det(A) = tr(A^-1 dA); its real part is that of the logarithm, its imaginary part turns
    # the sign.
    gsign, glog = g
    if a.dtype.kind == "c":
        glog = glog + 1j * np.imag(conjugate(ans[0]) * gsign)
    try:
        inverse = np.linalg.inv(a)
    except LinAlgError:
        raise LinAlgError(
            "numpy.linalg.slogdet has no derivative at a singular matrix: the logarithm is "
            "infinite there. numpy.linalg.det has one."
        ) from None
    return np.expand_dims(glog, (-2, -1)) * _h(inverse)


not_holomorphic(np.linalg.slogdet)

# ----------------------------------------------------------------------------------------
# Cholesky
# ----------------------------------------------------------------------------------------


@pullback(np.linalg.cholesky)
def _(g: Any, ans: Any, _a: Any, *, upper: Any = False) -> Any:
    # A-bar = L^-H phi(L^H g) L^-1, phi: the lower triangle, half of the diagonal
    # [Giles 2008, "Cholesky factorisation"; Seeger 2017]
    if upper:
        g, ans = _h(g), _h(ans)
    m = _h(ans) @ g
    m = np.tril(m, -1) + np.where(_eye(m.shape[-1]), 0.5 * _real(m), 0)
    return _one_triangle(_sandwich(_h(ans), m), not upper)


def _sandwich(r: Any, m: Any) -> Any:
    """R^-1 M R^-H"""
    return _h(np.linalg.solve(r, _h(np.linalg.solve(r, m))))


not_holomorphic(np.linalg.cholesky)


def _not_of_dask(args: list[Any], kwargs: dict[str, Any]) -> None:
    if hasattr(args[0], "rechunk"):
        raise TypeError(
            "numpy.linalg.cholesky of a Dask array is Dask's own function, which gives another "
            "matrix than NumPy's (the upper triangle); mygrad has no derivative of it. Compute the "
            "array first."
        )


normalize(np.linalg.cholesky, _not_of_dask)

# ----------------------------------------------------------------------------------------
# What decompositions leave free
# ----------------------------------------------------------------------------------------


def _rounding(x: Any, *sizes: int) -> float:
    """What a number of size one may be off by, after computing with matrices of these sizes."""
    return float(10 * max(1, *sizes) * np.finfo(x.dtype).eps)


def _size(*parts: Any) -> Any:
    """For each matrix the largest element, with the axes kept; of plain arrays."""
    return np.max(
        [np.max(np.abs(x), (-2, -1), keepdims=True, initial=0) for x in parts], axis=0, initial=0
    )


def _refuse(name: str, what: str) -> NoReturn:
    raise LinAlgError(
        f"numpy.linalg.{name}: {what}, so this loss has no derivative that could be known. Use "
        "eigvalsh, eigvals or svdvals for values alone, functions that need no vectors (solve, "
        "pinv, det, norm, ...), or move the matrix a little."
    )


def _inverse_gaps(w: Any) -> tuple[Any, Any]:
    """1 / (w_j - w_i), zero for equal ones; and the plain mask of equal ones."""
    gaps = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    plain = np.abs(unwrap(w))
    tolerance = _rounding(plain, plain.shape[-1]) * np.max(plain, -1, initial=0)
    same = np.abs(unwrap(gaps)) <= np.expand_dims(tolerance, (-2, -1))
    return np.where(same, 0, 1 / np.where(same, 1, gaps)), same


def _check_equal(name: str, w: Any, same: Any, vectors: Any, values: Any) -> None:
    """Refuse losses that depend on vectors of equal values, however the vectors were chosen.

    `vectors` is the cotangent of the vectors, `values` that of the values `w`.
    """
    equal = np.any(same & ~_eye(same.shape[-1]), -1)
    if not np.any(equal):
        return
    size = _size(vectors)[..., 0]
    tolerance = _rounding(vectors, same.shape[-1])
    # Also where a small rotation among them happens to change nothing: a small change of the matrix
    # may rotate them by any angle.
    if np.any(equal & (np.max(np.abs(vectors), -2, initial=0) > tolerance * size)):
        _refuse(name, "the loss depends on vectors that belong to equal values")
    # Functions of the whole matrix cannot be told from those of values then.
    mixed = equal & (np.abs(values) > tolerance * _size(values[..., None])[..., 0])
    if np.any(mixed & ((size > 0) | ~np.any(w, -1, keepdims=True))):
        _refuse(name, "the loss depends on vectors and on values that are equal")


def _with_phase(name: str, v: Any, g: Any, at: Any) -> Any:
    """The cotangent of complex vectors (columns) as one that does not depend on their phases.

    LAPACK chooses the phases so that the component where the mask `at` is True is real: a change
    of the vector turns it back by the angle Im(dv_k) / v_k.
    """
    if v.dtype.kind != "c":
        return g
    turned = np.imag(np.sum(conjugate(v) * g, -2, keepdims=True))
    plain = unwrap(v)
    rounding = _rounding(plain, v.shape[-2])
    is_real = (np.abs(plain.imag) <= rounding) & (np.abs(plain.real) > 1e3 * rounding)
    known = np.any(at & is_real, -2, keepdims=True)
    if np.any(~known & (np.abs(unwrap(turned)) > 1e3 * rounding * _size(unwrap(g)))):
        _refuse(name, "the loss depends on the phase of complex vectors")
    at = at & known
    return g - np.where(at, 1j * turned / np.where(at, np.real(v), 1), 0)


def _row(v: Any, k: int) -> Any:
    """A mask of row `k` of matrices."""
    n = v.shape[-2]
    return np.expand_dims(np.arange(n) == k % n if n else np.arange(n) == 0, -1)


def _check_complement(name: str, q: Any, g: Any) -> None:
    """Refuse losses that depend on how vectors were chosen that complete a basis."""
    m = unwrap(_h(q) @ g)
    g = unwrap(g)
    if np.any(np.abs(m - _h(m)) > 1e3 * _rounding(g, *g.shape[-2:]) * _size(g)):
        _refuse(name, "the loss depends on how the basis was completed")


def _without_complement(name: str, q: Any, g: Any, k: int) -> tuple[Any, Any]:
    """The first `k` vectors of a basis, and their cotangent with that of all others in it.

    The others stay orthogonal to them: dQ2 = -Q1 dQ1^H Q2.
    """
    if q.shape[-1] == k or not k:
        return q[..., :k], g[..., :k]
    q1, q2, g1, g2 = q[..., :k], q[..., k:], g[..., :k], g[..., k:]
    _check_complement(name, q2, g2)
    return q1, g1 - q2 @ (_h(g2) @ q1)


# ----------------------------------------------------------------------------------------
# Eigenvalues
# ----------------------------------------------------------------------------------------


def _eigh_cotangent(name: str, gw: Any, gv: Any, w: Any, v: Any, row: int) -> Any:
    """V (diag(gw) + F o V^H gV) V^H, F_ij = 1 / (w_j - w_i)   [Giles 2008, Seeger 2017]"""
    gv = _with_phase(name, v, gv, _row(v, row))
    m = _h(v) @ gv
    f, same = _inverse_gaps(w)
    _check_equal(name, unwrap(w), same, unwrap(gv), unwrap(gw))
    return (v * np.expand_dims(gw, -2) + v @ (f * m)) @ _h(v)


@pullback(np.linalg.eigh)
def _(g: Any, ans: Any, _a: Any, UPLO: Any = "L") -> Any:
    lower = UPLO.upper() == "L"
    # LAPACK's reduction to tridiagonal form leaves one row of the vectors real.
    (gw, gv), (w, v) = g, ans
    c = _eigh_cotangent("eigh", gw, gv, w, v, 0 if lower else -1)
    return _one_triangle(c, lower)


@pullback(np.linalg.eigvalsh)
def _(g: Any, _: Any, a: Any, UPLO: Any = "L") -> Any:
    _, v = np.linalg.eigh(a, UPLO)
    return _one_triangle((v * np.expand_dims(g, -2)) @ _h(v), UPLO.upper() == "L")


not_holomorphic(np.linalg.eigh, np.linalg.eigvalsh)


def _check_eigenvectors(name: str, v: Any) -> None:
    v = unwrap(v)
    if v.size and np.any(np.linalg.cond(v) * _rounding(v, v.shape[-1]) > 1):
        raise LinAlgError(
            f"numpy.linalg.{name} has no derivative at a defective matrix, which has fewer "
            "independent eigenvectors than rows: eigenvalues change like a root of the change."
        )


@pullback(np.linalg.eig)
def _(g: Any, ans: Any, _a: Any) -> Any:
    # A-bar = V^-H (diag(gw) + conj(F) o (V^H gV - V^H V diag(V^H gV))) V^H: as for eigh, and each
    # vector stays of length one.
    gw, gv = g
    w, v = ans
    _check_eigenvectors("eig", v)
    size = np.abs(unwrap(v))
    # LAPACK makes the largest component real.
    largest = size == np.max(size, -2, keepdims=True, initial=0)
    gv = _with_phase("eig", v, gv, largest & (np.cumsum(largest, -2) == 1))
    vh = _h(v)
    gv = gv - v * _real(np.sum(conjugate(v) * gv, -2, keepdims=True))
    m = vh @ gv
    f, same = _inverse_gaps(w)
    _check_equal("eig", unwrap(w), same, unwrap(gv), unwrap(gw))
    return np.linalg.solve(vh, np.expand_dims(gw, -1) * vh + (conjugate(f) * m) @ vh)


not_holomorphic(np.linalg.eig)


@pullback(np.linalg.eigvals)
def _(g: Any, ans: Any, a: Any) -> Any:
    # dw = diag(V^-1 dA V)
    w, v = np.linalg.eig(a)
    _check_eigenvectors("eigvals", v)
    g = np.take_along_axis(g, _matching(unwrap(w), unwrap(ans)), -1)
    v = _t(v)
    return np.linalg.solve(v, np.expand_dims(g, -1) * v)


def _matching(w: Any, other: Any) -> Any:
    """Where each of `w` is in `other`: LAPACK's order may depend on what else is computed."""
    distance = np.abs(np.expand_dims(w, -1) - np.expand_dims(other, -2))
    places = np.zeros(w.shape, int)
    for k in np.ndindex(w.shape[:-1]):
        d = distance[k]
        free = list(range(w.shape[-1]))
        for i in range(w.shape[-1]):
            j = i if i in free and d[i, i] <= np.min(d[i, free]) else free[np.argmin(d[i, free])]
            free.remove(j)
            places[k][i] = j
    return places


# ----------------------------------------------------------------------------------------
# Singular values
# ----------------------------------------------------------------------------------------


@pullback(np.linalg.svd)
def _(
    g: Any,
    ans: Any,
    a: Any,
    full_matrices: Any = True,
    compute_uv: Any = True,
    hermitian: Any = False,
) -> Any:
    if not compute_uv:
        return _values(g, a, hermitian)
    gu, gs, gvh = g
    u, s, vh = ans
    if hermitian:
        # U and V are the eigenvectors, but for the signs of the eigenvalues.
        signs = np.sign(np.sum(unwrap(vh) * _t(unwrap(u)), -1).real)
        gv = gu + _h(gvh) * np.expand_dims(signs, -2)
        return _one_triangle(_eigh_cotangent("svd", gs * signs, gv, s * signs, u, 0), True)
    k = s.shape[-1]
    u, gu = _without_complement("svd", u, gu, k)
    v, gv = _without_complement("svd", _h(vh), _h(gvh), k)
    return _svd_cotangent(gu, gs, gv, u, s, v)


not_holomorphic(np.linalg.svd)


def _values(g: Any, a: Any, hermitian: Any) -> Any:
    """ds = Re diag(U^H dA V)   [Giles 2008, "Singular value decomposition"]"""
    if hermitian:
        w, v = np.linalg.eigh(a)
        order = np.flip(np.argsort(np.abs(unwrap(w))), -1)
        back = np.argsort(order, -1)
        g = np.take_along_axis(g, back, -1) * np.sign(unwrap(w))
        return _one_triangle((v * np.expand_dims(g, -2)) @ _h(v), True)
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    # What is zero but for rounding has no direction.
    some = s > _rounding(s, *a.shape[-2:]) * s[..., :1]
    return (u * np.expand_dims(np.where(some, g, 0), -2)) @ vh


def _svd_cotangent(gu: Any, gs: Any, gv: Any, u: Any, s: Any, v: Any) -> Any:
    """The cotangent of a matrix from that of its reduced decomposition   [Wan 2019]

    With K = U^H gU, L = V^H gV and skew(X) = X - X^H it is U C V^H, where
    C_ij = skew(K + L)_ij / 2 (s_j - s_i) + skew(K - L)_ij / 2 (s_j + s_i), on the diagonal + gs,
    and what is orthogonal to U or to V.
    """
    m, n, k = u.shape[-2], v.shape[-2], s.shape[-1]
    if u.dtype.kind == "c":
        # LAPACK's reduction to bidiagonal form leaves one row of the shorter vectors real.
        both = np.concatenate([u, v], -2)
        g = _with_phase("svd", both, np.concatenate([gu, gv], -2), _row(both, m if m >= n else 0))
        gu, gv = g[..., :m, :], g[..., m:, :]
    x, y = _h(u) @ gu, _h(v) @ gv
    f, same = _inverse_gaps(s)
    sums = np.expand_dims(s, -2) + np.expand_dims(s, -1)
    zero = unwrap(s) <= _rounding(unwrap(s), m, n) * unwrap(s)[..., :1]
    zeros = np.expand_dims(zero, -2) & np.expand_dims(zero, -1)
    p = np.where(zeros, 0, 1 / np.where(zeros, 1, sums))
    one_s = np.expand_dims(np.where(zero, 0, 1 / np.where(zero, 1, s)), -2)
    outside_u, outside_v = gu - u @ x, gv - v @ y
    _check_singular(unwrap(s), same, zero, x, y, gu, gs, gv, outside_u, outside_v)
    c = 0.5 * (f * _skew(x + y) + p * _skew(x - y))
    result = (u * np.expand_dims(gs, -2) + u @ c) @ _h(v)
    if m > k:
        result = result + (outside_u * one_s) @ _h(v)
    if n > k:
        result = result + (u * one_s) @ _h(outside_v)
    return result


def _skew(x: Any) -> Any:
    return x - _h(x)


def _check_singular(s: Any, same: Any, zero: Any, *cotangents: Any) -> None:
    """Refuse losses that depend on vectors of equal singular values, or of zero."""
    x, y, gu, gs, gv, outside_u, outside_v = [unwrap(c) for c in cotangents]
    vectors = np.concatenate([gu, gv], -2)
    _check_equal("svd", s, same, vectors, gs)
    if not np.any(zero):
        return
    m, n = gu.shape[-2], gv.shape[-2]
    tolerance = _rounding(gs, m, n) * _size(vectors)
    zeros = np.expand_dims(zero, -2) & np.expand_dims(zero, -1)
    wild = np.any(zeros & (np.abs(_skew(x - y)) > tolerance))
    column = np.expand_dims(zero, -2)
    if m != n:
        outside = outside_u if m > n else outside_v
        wild = wild or np.any(column & (np.abs(outside) > tolerance))
    if m != n or vectors.dtype.kind == "c":
        # Functions of the whole matrix cannot be told from those of values then: by what lies
        # outside, or by the phases, the vectors change as much as the value is small.
        mixed = (tolerance > 0) | ~np.any(s[..., None], -2, keepdims=True)
        wild = wild or np.any(column & mixed & (np.expand_dims(gs, -2) != 0))
    if wild:
        _refuse("svd", "the loss depends on vectors that belong to the singular value zero")


@composition(np.linalg.svdvals)
def _(x: Any, /) -> Any:
    return np.linalg.svd(as_array(x), compute_uv=False)


@pullback(np.linalg.cond)
def _(g: Any, ans: Any, x: Any, p: Any = None) -> Any:
    if not np.all(np.isfinite(unwrap(ans))):
        raise LinAlgError(
            "numpy.linalg.cond has no derivative at a singular matrix, where it is infinite."
        )
    # Before NumPy 2.2 those of complex matrices are real numbers of a complex dtype.
    g, ans = _real(g), _real(ans)
    if p is None or p in (2, -2):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        k = s.shape[-1]
        top, bottom = (0, k - 1) if p != -2 else (k - 1, 0)
        # d (s_top / s_bottom)
        g = g / s[..., bottom]
        numbers = np.arange(k)
        gs = np.expand_dims(g, -1) * (numbers == top) - np.expand_dims(g * ans, -1) * (
            numbers == bottom
        )
        return (u * np.expand_dims(gs, -2)) @ vh
    inverse = np.linalg.inv(x)
    axes = (-2, -1)
    size, other = np.linalg.norm(x, p, axes), np.linalg.norm(inverse, p, axes)
    by_inverse = norm_cotangent(g * size, other, inverse, p, axes)
    return norm_cotangent(g * other, size, x, p, axes) - _h(inverse) @ by_inverse @ _h(inverse)


not_holomorphic(np.linalg.cond)

# ----------------------------------------------------------------------------------------
# QR
# ----------------------------------------------------------------------------------------


@pullback(np.linalg.qr)
def _(g: Any, ans: Any, a: Any, mode: Any = "reduced") -> Any:
    if mode == "r":
        q, r = np.linalg.qr(a)
        gq, gr = np.zeros_like(q), g
    elif mode in ("reduced", "complete", "full", "f"):
        (gq, gr), (q, r) = g, ans
    else:
        raise TypeError(
            f"numpy.linalg.qr(..., mode={mode!r}): mygrad knows no derivative of a factorisation "
            "in LAPACK's form. It knows the modes 'reduced', 'complete' and 'r'."
        )
    k = min(a.shape[-2:])
    q, gq = _without_complement("qr", q, gq, k)
    r, gr = r[..., :k, :], gr[..., :k, :]
    rest = None
    if a.shape[-1] > k:
        # A = Q [R1 R2]: of the further columns, R2 = Q^H A2.
        rest = q @ gr[..., k:]
        gq = gq + a[..., k:] @ _h(gr[..., k:])
        r, gr = r[..., :k], gr[..., :k]
    first = _qr_cotangent(gq, gr, q, r)
    return first if rest is None else np.concatenate([first, rest], -1)


def _qr_cotangent(gq: Any, gr: Any, q: Any, r: Any) -> Any:
    """(gQ + Q M) R^-H, M: the lower triangle of R gR^H - gQ^H Q, twice   [Seeger 2017, as LQ]"""
    diagonal = np.abs(_diagonal(unwrap(r)))
    largest = np.max(diagonal, -1, keepdims=True, initial=0)
    if np.any(diagonal <= _rounding(diagonal, *q.shape[-2:]) * largest):
        raise LinAlgError(
            "numpy.linalg.qr has no derivative where the first min(m, n) columns of the matrix "
            "are linearly dependent."
        )
    m = r @ _h(gr) - _h(gq) @ q
    below = np.tril(m, -1)
    # R has a real diagonal, for complex matrices as well.
    m = below + _h(below) + np.where(_eye(m.shape[-1]), _real(m), 0)
    return _h(np.linalg.solve(r, _h(gq + q @ m)))


not_holomorphic(np.linalg.qr)

# ----------------------------------------------------------------------------------------
# Pseudo-inverses and least squares
# ----------------------------------------------------------------------------------------


@pullback(np.linalg.pinv)
def _(
    g: Any, ans: Any, a: Any, rcond: Any = None, hermitian: Any = False, *, rtol: Any = None
) -> Any:
    if a.size == 0:
        return a
    # What was left out by rcond and rtol shows in the result.
    if hermitian:
        return _one_triangle(_pinv_cotangent(g, ans, _completed(a)), True)
    return _pinv_cotangent(g, ans, a)


not_holomorphic(np.linalg.pinv)


def _pinv_cotangent(g: Any, p: Any, a: Any) -> Any:
    plain, inverse = unwrap(a), unwrap(p)
    s = np.linalg.svd(plain, compute_uv=False)
    rank = np.rint(np.sum(inverse * _t(plain), (-2, -1)).real)
    kept = np.arange(s.shape[-1]) < np.expand_dims(rank, -1)
    if np.any(~kept & (s > _rounding(s, *a.shape[-2:]) * s[..., :1])):
        return _truncated_pinv_cotangent(g, a, kept)
    # dP = -P dA P + P P^H dA^H (1 - A P) + (1 - P A) dA^H P^H P   [Golub 1973]
    ph, gh = _h(p), _h(g)
    result = -ph @ g @ ph
    by_rows, by_columns = gh @ p @ ph, ph @ p @ gh
    result = result + (by_rows - a @ (p @ by_rows))
    return result + (by_columns - (by_columns @ p) @ a)


def _truncated_pinv_cotangent(g: Any, a: Any, kept: Any) -> Any:
    """That of P = V f(S) U^H, where f is 1 / s for some singular values, 0 for the others.

    The differential of f(S) has divided differences of f in it.
    """
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    v = _h(vh)
    f = np.where(kept, 1 / np.where(kept, s, 1), 0)
    y = vh @ g @ u
    i, j = np.expand_dims(kept, -1), np.expand_dims(kept, -2)
    si, sj = np.expand_dims(s, -1), np.expand_dims(s, -2)
    fi, fj = np.expand_dims(f, -1), np.expand_dims(f, -2)
    one = i != j
    difference = np.where(one, (fi - fj) / np.where(one, si - sj, 1), -fi * fj)
    total = np.where(one, (fi + fj) / np.where(one, si + sj, 1), fi * fj)
    c = 0.5 * ((y + _h(y)) * difference + (_h(y) - y) * total)
    result = u @ c @ vh
    f2 = np.expand_dims(f * f, -2)
    outside_u, outside_v = _h(g) @ v, g @ u
    result = result + ((outside_u - u @ (_h(u) @ outside_u)) * f2) @ vh
    return result + (u * f2) @ _h(outside_v - v @ (vh @ outside_v))


def _as_columns(b: Any) -> Any:
    return np.expand_dims(b, -1) if b.ndim == 1 else b


def _lstsq(g: Any, ans: Any, a: Any, b: Any, rcond: Any) -> tuple[Any, Any, Any, Any, Any]:
    """What both operands need: the cotangents of x and of A x - b, as columns, and P, x, b."""
    gx, gresiduals = g[0], g[1]
    x, b = _as_columns(ans[0]), _as_columns(b)
    if rcond is None:
        rcond = np.finfo(float).eps * max(a.shape)
    elif rcond < 0:
        rcond = np.finfo(float).eps
    p = np.linalg.pinv(a, rcond)
    difference = None
    if gresiduals.shape == x.shape[-1:]:
        # x is where the residuals are least, so it need not be moved.
        difference = 2 * gresiduals * (a @ x - b)
    return _as_columns(gx), difference, p, x, b


@pullback(np.linalg.lstsq, "a")
def _(g: Any, ans: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    if a.size == 0:
        return a
    gx, difference, p, x, b = _lstsq(g, ans, a, b, rcond)
    result = _pinv_cotangent(gx @ _h(b), p, a)
    if difference is not None:
        result = result + difference @ _h(x)
    return result + _values(g[3], a, False)


@pullback(np.linalg.lstsq, "b")
def _(g: Any, ans: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    if b.size == 0:
        return b
    gx, difference, p, _, _ = _lstsq(g, ans, a, b, rcond)
    result = _h(p) @ gx
    if difference is not None:
        result = result - difference
    return result[..., 0] if b.ndim == 1 else result


not_holomorphic(np.linalg.lstsq)
