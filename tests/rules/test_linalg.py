"""Linear algebra where it is not generic: without rank, with equal values, refused."""

import warnings

import numpy as np
import pytest
from _oracle import assert_close, differences, product

import mygrad as mg
from mygrad._table import RULES
from mygrad.rules.product import _cheapest_splits

LA = np.linalg


def rotation(n, seed=0):
    return LA.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]


def gradient(f, a):
    t = mg.tensor(a)
    f(t).backward()
    return t.grad


def check(f, a, tolerance=1e-6):
    """The gradient, also that of a random sum of it, is that of differences."""
    (want,) = differences(lambda x: float(f(x)), [a])
    assert_close(gradient(f, a), want, tolerance=tolerance)


def check_twice(f, a, tolerance=1e-6):
    check(f, a, tolerance)
    v = np.random.default_rng(1).normal(size=a.shape)
    t = mg.tensor(a)
    f(t).backward(create_graph=True)
    g = t.grad
    t.null_grad()
    product(g, v).backward()
    (want,) = differences(lambda x: float(product(gradient(f, x), v)), [a])
    assert_close(t.grad.data if isinstance(t.grad, mg.Tensor) else t.grad, want, tolerance=1e-6)


WEIGHTS = np.random.default_rng(7).normal(size=(4, 4))
U, V = rotation(4, 1), rotation(4, 2)

# ----------------------------------------------------------------------------------------
# Without rank
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "s", [[3, 2, 1, 0], [3, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0]]
)
def test_determinants_of_singular_matrices(s):
    check_twice(LA.det, (U * s) @ V)
    check_twice(LA.det, np.diag(np.array(s, dtype=float)))


def test_determinants_of_a_stack_of_which_one_is_singular():
    check_twice(
        lambda a: np.sum(LA.det(a) * [1.0, -2.0]), np.stack([U + WEIGHTS, (U * [3, 2, 1, 0]) @ V])
    )


def test_determinants_of_nearly_singular_matrices():
    a = (U * [3, 2, 1, 1e-11]) @ V
    check_twice(LA.det, a)
    assert LA.det(mg.tensor(np.empty((0, 0)))).data == 1


@pytest.mark.parametrize("f", [LA.cond, lambda a: LA.cond(a, 1), lambda a: LA.slogdet(a)[1]])
def test_infinite_results_have_no_derivative(f):
    t = mg.tensor(np.diag([2.0, 1.0, 0.0]))
    with np.errstate(all="ignore"):
        y = f(t)
    with pytest.raises(LA.LinAlgError, match="no derivative at a singular matrix"):
        y.backward()


@pytest.mark.parametrize(
    "f", [LA.inv, lambda a: LA.solve(a, [1.0, 2.0]), lambda a: LA.matrix_power(a, -2)]
)
def test_singular_systems_raise_numpys_error(f):
    with pytest.raises(LA.LinAlgError, match="Singular matrix"):
        f(mg.tensor([[1.0, 2.0], [2.0, 4.0]]))


def test_columns_that_depend_on_each_other_have_no_qr():
    t = mg.tensor([[1.0, 2.0, 0.0], [2.0, 4.0, 1.0], [0.0, 0.0, 3.0]])
    q, _ = LA.qr(t)
    with pytest.raises(LA.LinAlgError, match="linearly dependent"):
        np.sum(q).backward()


def test_pinv_and_lstsq_of_low_rank_keep_it():
    """Along changes that keep the rank, and the function of the factors is smooth."""
    rng = np.random.default_rng(3)
    x, y, b = rng.normal(size=(5, 2)), rng.normal(size=(2, 3)), rng.normal(size=5)
    check_twice(lambda t: np.sum(LA.pinv(t @ y) * np.outer([1, -2, 3], b)), x)
    check_twice(lambda t: np.sum(LA.lstsq(t @ y, b)[0] * [1.0, -2.0, 3.0]), x)


@pytest.mark.parametrize("columns", [(), (2,)])
def test_nothing_to_fit_leaves_all_as_residual(columns):
    b = np.random.default_rng(3).normal(size=(3, *columns))
    check_twice(lambda t: np.sum(LA.lstsq(np.empty((3, 0)), t)[1] ** 2), b)


def test_pinv_of_what_is_left_out():
    a = (U * [4, 3, 0.2, 0.1]) @ V
    check(lambda t: np.sum(LA.pinv(t, 0.5) * WEIGHTS), a)
    # Equal singular values do no harm.
    check(lambda t: np.sum(LA.pinv(t, 0.5) * WEIGHTS), (U * [3, 3, 0.2, 0.2]) @ V)
    check_twice(lambda t: np.sum(LA.pinv(t) * WEIGHTS), (U * [3, 3, 2, 2]) @ V)


# ----------------------------------------------------------------------------------------
# Equal values
# ----------------------------------------------------------------------------------------

EQUAL = (U * [2, 2, 2, 5]) @ U.T


@pytest.mark.parametrize("a", [EQUAL, np.eye(4), np.zeros((4, 4)), np.diag([1.0, 0, 0, 2])])
@pytest.mark.parametrize("values", [LA.eigvalsh, lambda a: LA.eigh(a)[0]])
def test_symmetric_functions_of_equal_eigenvalues(values, a):
    def f(t):
        return np.sum(values(t) ** 3 + values(t))

    if values is not LA.eigvalsh and not np.any(a):
        # As far as eigh can see it might be `rebuilt`, below.
        y = f(mg.tensor(a))
        with pytest.raises(LA.LinAlgError, match="no derivative that could be known"):
            y.backward()
    else:
        check(f, a)


@pytest.mark.parametrize("values", [LA.svdvals, lambda a: LA.svd(a)[1]])
def test_symmetric_functions_of_equal_singular_values(values):
    check(lambda t: np.sum(values(t) ** 3), (U * [2, 2, 2, 5]) @ V)
    check(lambda t: np.sum(values(t)[..., :3] ** 3), (U * [2, 2, 2, 1]) @ V)
    check(lambda t: np.sum(values(t) ** 2), ((U * [2, 2, 0, 0]) @ V)[:, :3])


def test_symmetric_functions_of_equal_eigenvalues_of_any_matrix():
    a = U @ np.diag([2.0, 2, 2, 5]) @ LA.inv(U + WEIGHTS / 9) @ LA.inv(U) @ (U + WEIGHTS / 9) @ U.T
    a = LA.inv(V + WEIGHTS / 9) @ np.diag([2.0, 2, 2, 5]) @ (V + WEIGHTS / 9)
    g = gradient(lambda t: np.sum(np.real(LA.eigvals(t)) ** 2), a)
    # d tr(A^2) = 2 tr(A dA)
    np.testing.assert_allclose(g, 2 * a.T, rtol=1e-9, atol=1e-9)


def test_other_vectors_than_those_of_equal_values():
    """The fourth one is no part of it."""

    def f(t):
        v = LA.eigh(t)[1][:, 3:]
        return np.sum(v @ v.T * WEIGHTS)

    def f_svd(t):
        u, _, vh = LA.svd(t)
        return np.sum(u[:, :1] @ vh[:1] * WEIGHTS)

    check(f, EQUAL)
    check(f_svd, (U * [5, 2, 2, 2]) @ V)
    check(f_svd, (U * [5, 2, 0, 0]) @ V)


def rebuilt(t):
    w, v = LA.eigh(t)
    return np.sum((v * w) @ v.T)


def svd_rebuilt(t):
    u, s, vh = LA.svd(t, full_matrices=False)
    return np.sum((u * s) @ vh)


@pytest.mark.parametrize(
    ("f", "a"),
    [
        (rebuilt, EQUAL),
        (rebuilt, np.diag([1.0, 0, 0])),
        (rebuilt, np.zeros((2, 2))),
        (lambda t: np.sum(LA.eigh(t)[1] * WEIGHTS), EQUAL),
        (lambda t: np.sum(np.real(LA.eig(t)[1]) * WEIGHTS), EQUAL),
        (svd_rebuilt, np.eye(3)),
        (svd_rebuilt, np.diag([1.0, 0, 0])),
        (svd_rebuilt, np.diag([1.0, 0, 0])[:, :2]),
        (svd_rebuilt, np.zeros((2, 1))),
        (svd_rebuilt, np.zeros((2, 2))),
        (lambda t: np.sum(LA.svd(t, hermitian=True)[0] * WEIGHTS), EQUAL),
        (lambda t: np.sum(LA.eigh(t)[1][:, 0] ** 4), np.eye(4)),
        (lambda t: np.sum(LA.eigh(t)[1][:, 0] ** 4), np.diag([1.0, 1.0, 2.0])),
        (lambda t: np.sum(LA.svd(t)[2][0] ** 4), np.eye(4)),
        (lambda t: np.sum(np.real(svd_rebuilt(t))), np.diag([2.0, 1.0, 0.0]) + 0j),
    ],
)
def test_vectors_of_equal_values_are_refused(f, a):
    """Also where the cotangents of the vectors happen to be zero among themselves."""
    y = f(mg.tensor(a))
    with pytest.raises(LA.LinAlgError, match="no derivative that could be known"):
        y.backward()


def test_one_singular_value_of_zero_is_fine():
    check(lambda t: svd_rebuilt(t), (U * [3, 2, 1, 0]) @ V)


def test_second_derivatives_at_equal_values_are_refused():
    t = mg.tensor(EQUAL)
    np.sum(LA.eigvalsh(t) ** 2).backward(create_graph=True)
    np.testing.assert_allclose(t.grad.data + t.grad.data.T, 4 * EQUAL, atol=1e-12)
    with pytest.raises(LA.LinAlgError, match="no derivative that could be known"):
        np.sum(t.grad * WEIGHTS).backward()


@pytest.mark.parametrize("f", [LA.eigvals, lambda a: LA.eig(a)[0]])
def test_defective_matrices(f):
    y = f(mg.tensor([[1.0, 1.0], [0.0, 1.0]]))
    with pytest.raises(LA.LinAlgError, match="defective"):
        np.sum(np.real(y) * [1.0, 2.0]).backward()


# ----------------------------------------------------------------------------------------
# What NumPy chooses
# ----------------------------------------------------------------------------------------


def test_completed_bases_are_arbitrary():
    a = np.random.default_rng(4).normal(size=(4, 2))
    for f in (lambda t: LA.qr(t, "complete")[0], lambda t: LA.svd(t)[0]):
        y = f(mg.tensor(a))
        with pytest.raises(LA.LinAlgError, match="how the basis was completed"):
            np.sum(y * WEIGHTS).backward()
    check(lambda t: np.sum(LA.svd(t)[0][:, :2] @ LA.svd(t)[2] * WEIGHTS[:, :2]), a)
    check(lambda t: np.sum(LA.qr(t, "complete")[1] * WEIGHTS[:, :2]), a)


@pytest.mark.parametrize("mode", ["raw", "economic"])
def test_lapacks_forms_of_qr_are_refused(mode):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = LA.qr(mg.tensor(WEIGHTS), mode)
    y = y[0] if isinstance(y, tuple) else y
    with pytest.raises(TypeError, match=r"numpy\.linalg\.qr.*reduced"):
        np.sum(y).backward()


def test_cholesky_of_dask_is_another_function():
    da = pytest.importorskip("dask.array")
    with pytest.raises(TypeError, match="Dask's own"):
        LA.cholesky(mg.tensor(da.from_array(np.eye(3))))


def test_results_keep_their_names():
    t = mg.tensor(EQUAL + np.diag([1.0, 2, 3, 4]))
    assert LA.svd(t).S.shape == (4,)
    assert LA.qr(t).R.shape == (4, 4)
    assert LA.eigh(t).eigenvectors.shape == (4, 4)
    assert LA.slogdet(t).logabsdet.shape == ()
    x, residuals, rank, s = LA.lstsq(t, np.ones(4))
    assert (x.shape, residuals.shape, int(rank), s.shape) == ((4,), (0,), 4, (4,))


@pytest.mark.parametrize("name", ["eigh", "eig", "svd", "qr", "slogdet", "lstsq", "inv"])
def test_functions_run_once(monkeypatch, name):
    """Not a second time to be recorded, which cost as much again."""
    rule = RULES[getattr(LA, name)]
    run, runs = rule.func, []

    def counted(*args, **kwargs):
        runs.append(name)
        return run(*args, **kwargs)

    monkeypatch.setattr(rule, "func", counted)
    for t in (mg.tensor(EQUAL), mg.tensor(EQUAL, constant=True), mg.tensor(EQUAL)[:]):
        runs.clear()
        getattr(LA, name)(t, *[np.ones(4)] * (name == "lstsq"))
        assert runs == [name]


def test_one_triangle_is_read():
    a = WEIGHTS @ WEIGHTS.T + np.eye(4)
    for f in (lambda t: np.sum(LA.eigvalsh(t) ** 2), lambda t: np.sum(LA.cholesky(t))):
        g = gradient(f, a)
        assert not np.any(np.triu(g, 1))
    g = gradient(lambda t: np.sum(LA.eigvalsh((t + t.T) / 2) ** 2), a)
    np.testing.assert_allclose(g, 2 * a, rtol=1e-10)


def test_the_sign_of_a_determinant_is_flat_for_real_matrices():
    g = gradient(lambda t: LA.slogdet(t)[0] * 3.0, WEIGHTS)
    np.testing.assert_array_equal(g, np.zeros((4, 4)))


def test_rank_is_a_number():
    assert int(LA.matrix_rank(mg.tensor(WEIGHTS))) == 4


def test_missing_numbers_give_missing_gradients():
    a = WEIGHTS.copy()
    a[0, 0] = np.nan
    with np.errstate(all="ignore"):
        assert np.isnan(gradient(LA.det, a)).all()


# ----------------------------------------------------------------------------------------
# Complex numbers: phases are LAPACK's, and a loss need not care
# ----------------------------------------------------------------------------------------


def z(seed, *shape):
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


@pytest.mark.parametrize(
    "f",
    [
        lambda t: np.sum(np.abs(LA.eigh(t)[1]) ** 2 * WEIGHTS),
        lambda t: np.sum(np.abs(LA.svd(t)[0]) ** 2 * WEIGHTS),
        lambda t: np.sum(np.abs(LA.eig(t)[1]) ** 2 * WEIGHTS),
        lambda t: np.sum(np.abs(LA.eigvals(t))),
        lambda t: np.real(LA.det(t)),
        lambda t: np.imag(LA.slogdet(t)[0]) + LA.slogdet(t)[1],
        lambda t: np.sum(np.real(LA.qr(t)[0]) * WEIGHTS),
        lambda t: LA.norm(t, "nuc"),
        lambda t: LA.norm(t, 2),
        lambda t: LA.cond(t),
        # Before NumPy 2.2 of a complex dtype.
        lambda t: np.real(LA.cond(t, "fro")),
    ],
)
def test_complex_matrices(f):
    check_twice(f, z(5, 4, 4))


def test_equal_values_of_complex_matrices():
    q = LA.qr(z(6, 4, 4))[0]
    a = (q * [2, 2, 2, 5]) @ q.conj().T
    check(lambda t: np.sum(LA.eigvalsh(t) ** 3), a)
    check(lambda t: np.sum(LA.svdvals(t) ** 3), a)
    with pytest.raises(LA.LinAlgError, match="no derivative that could be known"):
        np.sum(np.real(LA.eigh(mg.tensor(a))[1])).backward()


def test_complex_determinants_of_singular_matrices():
    q, r = LA.qr(z(6, 4, 4))[0], LA.qr(z(7, 4, 4))[0]
    for s in ([3, 2, 1, 0], [3, 2, 0, 0]):
        check_twice(lambda t: np.real(LA.det(t)) + np.imag(LA.det(t)), (q * s) @ r)


def test_chains_are_multiplied_in_the_cheapest_order():
    def cheapest(sizes):
        """Of all orders, the cost of the best: the last two factors meet at the k-th size."""
        n = len(sizes)
        return min(
            (
                cheapest(sizes[: k + 1]) + cheapest(sizes[k:]) + sizes[0] * sizes[k] * sizes[-1]
                for k in range(1, n - 1)
            ),
            default=0,
        )

    def taken(sizes, where, i, j):
        if i == j:
            return 0
        k = where[i, j]
        here = sizes[i] * sizes[k + 1] * sizes[j + 1]
        return taken(sizes, where, i, k) + taken(sizes, where, k + 1, j) + here

    rng = np.random.default_rng(0)
    for n in (3, 4, 5, 6):
        for _ in range(10):
            sizes = rng.integers(1, 20, n + 1).tolist()
            assert taken(sizes, _cheapest_splits(sizes), 0, n - 1) == cheapest(sizes)
