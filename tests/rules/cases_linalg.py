"""Cases of the rules in `mygrad.rules.linalg`; see `cases`.

Differences move each element by itself. So functions that read one triangle see nothing of what
is moved in the other one; the draws have anything there.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from cases import Case, Draw, Special, at, normal

Make = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]

# ----------------------------------------------------------------------------------------
# Matrices
# ----------------------------------------------------------------------------------------


def _matrices(name: str, make: Make) -> Callable[..., Draw]:
    """Draws of stacks of matrices; of other shapes normally distributed numbers."""

    def some(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return make(rng, shape) if len(shape) > 1 else rng.normal(size=shape)

    return lambda *shape: Draw(name, some, shape or (3, 3))


def _diagonal(shape: tuple[int, ...]) -> np.ndarray:
    """The numbers 1.5, 3, ... on the diagonal."""
    m, n = shape[-2:]
    return np.eye(m, n) * 1.5 * (1 + np.arange(n))


def _noise(rng: np.random.Generator, shape: tuple[int, ...], size: float = 0.3) -> np.ndarray:
    return size * rng.normal(size=shape)


def _plane(rng: np.random.Generator, shape: tuple[int, ...], size: float = 0.3) -> np.ndarray:
    return _noise(rng, shape, size) + 1j * _noise(rng, shape, size)


def _apart_from_kinks(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """As `apart`; no element of it or of its inverse is near zero, where the 1-norm has a kink."""
    while True:
        a = _diagonal(shape) + _noise(rng, shape)
        if shape[-2] != shape[-1] or np.all(np.abs([a, np.linalg.inv(a)]) > 0.01):
            return a


def _turning(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    a = _diagonal(shape)
    for i in range(0, min(shape[-2:]) - 1, 2):
        a[i, i + 1], a[i + 1, i] = 2.0, -2.0
    return a + _noise(rng, shape)


def _hermitian(noise: Any, junk: Callable[[np.ndarray], np.ndarray]) -> Make:
    def make(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        a = noise(rng, shape)
        if shape[-1] != shape[-2]:
            return a
        a = a + np.conj(np.swapaxes(a, -1, -2)) + _diagonal(shape)
        return a + junk(noise(rng, shape))

    return make


def _above(x: np.ndarray) -> np.ndarray:
    return np.triu(x, 1)


def _below(x: np.ndarray) -> np.ndarray:
    return np.tril(x, -1)


def _low_rank(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.normal(size=(*shape[:-1], 2)) @ rng.normal(size=(*shape[:-2], 2, shape[-1]))


#: Their eigenvalues and singular values are about 1.5, 3, 4.5, ...: real, and apart.
apart = _matrices("apart", lambda rng, shape: _diagonal(shape) + _noise(rng, shape))
smooth = _matrices("smooth", _apart_from_kinks)
plane = _matrices("plane", lambda rng, shape: _diagonal(shape) + _plane(rng, shape))
#: Some eigenvalues are complex.
turning = _matrices("turning", _turning)
#: Symmetric and positive definite, by their lower triangle ...
lower = _matrices("lower", _hermitian(lambda rng, n: _noise(rng, n, 0.15), _above))
lower_plane = _matrices("lower_plane", _hermitian(lambda rng, n: _plane(rng, n, 0.12), _above))
#: ... or the upper one.
upper = _matrices("upper", _hermitian(lambda rng, n: _noise(rng, n, 0.15), _below))
upper_plane = _matrices("upper_plane", _hermitian(lambda rng, n: _plane(rng, n, 0.12), _below))
complex_normal = _matrices("complex_normal", lambda rng, shape: _plane(rng, shape, 1.0))

# ----------------------------------------------------------------------------------------
# What does not depend on the choice of vectors
# ----------------------------------------------------------------------------------------


def _h(x: Any) -> Any:
    return np.conjugate(np.swapaxes(x, -1, -2))


def low_rank_pinv(x: Any, y: Any) -> Any:
    return np.linalg.pinv(x @ y, 1e-5)


def low_rank_lstsq(x: Any, y: Any, b: Any) -> Any:
    return np.linalg.lstsq(x @ y, b, 1e-5)[0]


def singular_det(x: Any, y: Any) -> Any:
    return np.linalg.det(x @ y)


def projections(a: Any) -> Any:
    """Onto the columns' space, from the whole basis."""
    q, _ = np.linalg.qr(a, "complete")
    rest = q[..., a.shape[-1] :]
    return rest @ _h(rest)


def null_space(a: Any) -> Any:
    _, _, vh = np.linalg.svd(a)
    rest = vh[..., a.shape[-2] :, :]
    return _h(rest) @ rest


def rebuilt(a: Any) -> Any:
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return (u * np.sqrt(s)[..., None, :]) @ vh


def root(a: Any) -> Any:
    w, v = np.linalg.eigh(a)
    return (v * np.sqrt(w)[..., None, :]) @ _h(v)


def exponential(a: Any) -> Any:
    """Real of real matrices, by way of complex numbers."""
    w, v = np.linalg.eig(a)
    return np.real((v * np.exp(0.3 * w)[..., None, :]) @ np.linalg.inv(v))


def real_eigenvalues(a: Any) -> Any:
    """NumPy makes them complex always, from 2.5 on."""
    return np.real(np.linalg.eigvals(a))


def moments(a: Any) -> Any:
    w = np.linalg.eigvals(a)
    return np.real(np.sum(np.sqrt(w), -1)), np.real(np.sum(w**3, -1))


def _within(func: Callable[..., Any], *operands: Any, **kwargs: Any) -> Case:
    """A function of a user's, for which there is no ``mg.f``."""
    return Case(func, *operands, plain=lambda *a, **k: func(*a, **k), exact=False, **kwargs)


def _lstsq(*args: Any, **kwargs: Any) -> Any:
    return np.linalg.lstsq(*args, **kwargs)


ORDERS = [None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc"]
LA = np.linalg

CASES: list[Case] = [
    # ---- Solving and inverting ----------------------------------------------------------
    Case(LA.solve, apart(), normal(3)),
    Case(LA.solve, apart(), normal(3, 2)),
    Case(LA.solve, apart(2, 3, 3), normal(3)),
    Case(LA.solve, apart(2, 3, 3), normal(3, 2)),
    Case(LA.solve, apart(3, 3), normal(2, 3, 1)),
    Case(LA.solve, apart(2, 1, 3, 3), normal(4, 3, 2)),
    Case(LA.solve, plane(), normal(3)),
    Case(LA.solve, apart(), complex_normal(2, 3, 2)),
    Case(LA.inv, apart()),
    Case(LA.inv, apart(2, 2, 2)),
    Case(LA.inv, plane()),
    Case(LA.tensorsolve, apart(6, 6).of_shape(2, 3, 6), normal(2, 3)),
    Case(LA.tensorsolve, normal(2, 6, 3), normal(6), axes=(0,)),
    Case(LA.tensorsolve, normal(6, 2, 3), normal(2, 3), axes=(0,)),
    Case(LA.tensorinv, normal(4, 2, 2), ind=1),
    Case(LA.tensorinv, normal(2, 3, 6)),
    *[Case(LA.matrix_power, apart(), n) for n in (1, 2, 3, 5, 6, -1, -3)],
    Case(LA.matrix_power, apart(2, 2, 2), 4),
    Case(LA.matrix_power, plane(), -2),
    Case(LA.matrix_power, apart(), 0, flat=True),
    # ---- Determinants -------------------------------------------------------------------
    Case(LA.det, apart()),
    Case(LA.det, apart(2, 3, 3)),
    Case(LA.det, apart(1, 1)),
    Case(LA.det, plane()),
    _within(singular_det, normal(3, 2), normal(2, 3)),
    _within(singular_det, complex_normal(3, 2), complex_normal(2, 3)),
    Case(LA.slogdet, apart()),
    Case(LA.slogdet, apart(2, 2, 2)),
    Case(LA.slogdet, plane()),
    Case(LA.slogdet, plane(2, 2, 2)),
    # ---- Cholesky -----------------------------------------------------------------------
    Case(LA.cholesky, lower()),
    Case(LA.cholesky, lower(2, 3, 3)),
    Case(LA.cholesky, upper(), upper=True),
    Case(LA.cholesky, lower_plane()),
    Case(LA.cholesky, upper_plane(2, 2, 2), upper=True),
    # ---- Eigenvalues --------------------------------------------------------------------
    Case(LA.eigh, lower()),
    Case(LA.eigh, lower(2, 3, 3)),
    Case(LA.eigh, upper(), "U"),
    Case(LA.eigh, lower_plane()),
    Case(LA.eigh, lower_plane(2, 2, 2), UPLO="l"),
    Case(LA.eigh, upper_plane(), UPLO="U"),
    Case(LA.eigvalsh, lower()),
    Case(LA.eigvalsh, lower(2, 3, 3)),
    Case(LA.eigvalsh, upper(), UPLO="U"),
    Case(LA.eigvalsh, lower_plane()),
    _within(root, lower(4, 4)),
    _within(root, lower_plane()),
    Case(LA.eig, apart()),
    Case(LA.eig, apart(2, 3, 3)),
    Case(LA.eig, turning()),
    Case(LA.eig, turning(2, 3, 3)),
    Case(LA.eig, plane()),
    Case(LA.eigvals, apart()),
    Case(LA.eigvals, turning(4, 4)),
    Case(LA.eigvals, turning(2, 3, 3)),
    Case(LA.eigvals, plane()),
    _within(exponential, turning(4, 4)),
    _within(moments, turning(4, 4)),
    # ---- Singular values ----------------------------------------------------------------
    Case(LA.svd, apart()),
    Case(LA.svd, apart(4, 2), full_matrices=False),
    Case(LA.svd, apart(2, 2, 4), full_matrices=False),
    Case(LA.svd, plane()),
    Case(LA.svd, plane(4, 2), full_matrices=False),
    Case(LA.svd, plane(2, 4), full_matrices=False),
    Case(LA.svd, plane(2, 5, 2), full_matrices=False),
    Case(LA.svd, apart(3, 4), compute_uv=False),
    Case(LA.svd, plane(2, 4, 3), True, False),
    Case(LA.svd, lower(), hermitian=True),
    Case(LA.svd, lower_plane(), hermitian=True),
    Case(LA.svd, lower(2, 3, 3), compute_uv=False, hermitian=True),
    _within(null_space, apart(2, 4)),
    _within(null_space, plane(2, 4)),
    _within(rebuilt, plane(4, 3)),
    Case(LA.svdvals, apart(2, 4, 3)),
    Case(LA.svdvals, plane(2, 3)),
    Case(LA.cond, apart(), keywords={"p": ORDERS}),
    Case(LA.cond, plane(), keywords={"p": ORDERS}),
    Case(LA.cond, apart(2, 3, 3), keywords={"p": ["fro", -2]}),
    Case(LA.cond, smooth(2, 3, 3), keywords={"p": [1, -1, np.inf, -np.inf]}),
    Case(LA.cond, apart(2, 4, 3), keywords={"p": [None, -2]}),
    # ---- QR -----------------------------------------------------------------------------
    *[
        Case(LA.qr, draw(*shape), keywords={"mode": ["reduced", "r"]})
        for draw in (apart, plane)
        for shape in ((3, 3), (4, 2), (2, 4), (2, 3, 2))
    ],
    Case(LA.qr, apart(), mode="complete"),
    Case(LA.qr, plane(2, 3), mode="complete"),
    _within(projections, apart(5, 2)),
    _within(projections, plane(2, 4, 2)),
    # ---- Pseudo-inverses, least squares -------------------------------------------------
    *[Case(LA.pinv, draw(*n)) for draw in (apart, plane) for n in ((3, 3), (4, 2), (2, 2, 4))],
    Case(LA.pinv, apart(4, 3), 0.5),
    Case(LA.pinv, apart(3, 4), rtol=0.5),
    Case(LA.pinv, plane(4, 3), rcond=0.5),
    Case(LA.pinv, plane(2, 3, 4), rcond=np.array([0.5, 0.1])),
    Case(LA.pinv, lower(), hermitian=True),
    Case(LA.pinv, lower_plane(), hermitian=True),
    Case(LA.pinv, lower(), rcond=0.5, hermitian=True),
    _within(low_rank_pinv, normal(4, 2), normal(2, 3)),
    _within(low_rank_pinv, complex_normal(3, 2), complex_normal(2, 5)),
    *[
        Case(LA.lstsq, draw(*shape), normal(shape[0], *columns), plain=_lstsq)
        for draw in (apart, plane)
        for shape in ((4, 2), (3, 3), (2, 4))
        for columns in ((), (2,))
    ],
    Case(LA.lstsq, plane(4, 3), complex_normal(4, 2), plain=_lstsq),
    Case(LA.lstsq, apart(4, 3), normal(4), rcond=0.5, plain=_lstsq),
    Case(LA.lstsq, apart(4, 3), normal(4), -1, plain=_lstsq),
    _within(low_rank_lstsq, normal(4, 2), normal(2, 3), normal(4)),
    # ---- Norms of complex arrays --------------------------------------------------------
    Case(LA.norm, complex_normal(2, 3)),
    Case(
        LA.norm,
        complex_normal(2, 4),
        keywords={"ord": [None, 1, 2, 3, -1, np.inf, -np.inf]},
        axis=1,
    ),
    Case(LA.norm, plane(3, 4), keywords={"ord": ["fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf]}),
    Case(LA.matrix_norm, plane(2, 3, 2), keywords={"ord": ["fro", "nuc", 2]}),
    Case(LA.vector_norm, complex_normal(2, 3), axis=0),
]

SPECIAL: list[Special] = [
    # ---- Determinants of singular matrices ----------------------------------------------
    at(LA.det, [[0.0, 0.0], [0.0, 0.0]], by=[[0.0, 0.0], [0.0, 0.0]]),
    at(LA.det, [[0.0]], by=[[1.0]]),
    at(LA.det, [[2.0, 0.0], [0.0, 0.0]], by=[[0.0, 0.0], [0.0, 2.0]]),
    # ---- Equal eigenvalues, equal singular values ---------------------------------------
    at(LA.eigvalsh, [[2.0, 0.0], [0.0, 2.0]], by=[[1.0, 0.0], [0.0, 1.0]]),
    at(LA.eigvalsh, [[0.0, 0.0], [0.0, 0.0]], by=[[1.0, 0.0], [0.0, 1.0]]),
    at(real_eigenvalues, [[2.0, 0.0], [0.0, 2.0]], by=[[1.0, 0.0], [0.0, 1.0]]),
    at(LA.svdvals, [[2.0, 0.0], [0.0, 2.0]], by=[[1.0, 0.0], [0.0, 1.0]]),
    at(LA.svdvals, [[2.0, 0.0], [0.0, 0.0]], by=[[1.0, 0.0], [0.0, 0.0]]),
    # ---- Without rank -------------------------------------------------------------------
    at(LA.pinv, [[2.0, 0.0], [0.0, 2.0]], by=[[-0.25, -0.25], [-0.25, -0.25]]),
    at(LA.pinv, [[0.0, 0.0], [0.0, 0.0]], by=[[0.0, 0.0], [0.0, 0.0]]),
]
