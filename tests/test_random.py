"""`mygrad.random`: NumPy's numbers, as tensors."""

# ruff: noqa: NPY002

import pickle

import numpy as np
import pytest

import mygrad as mg

GLOBAL = {
    "rand": ((2, 3), lambda: np.random.rand(2, 3)),
    "randn": ((2, 3), lambda: np.random.randn(2, 3)),
    "random": (((2, 3),), lambda: np.random.random((2, 3))),
    "random_sample": ((4,), lambda: np.random.random_sample(4)),
    "ranf": ((), lambda: np.random.random_sample()),
    "sample": ((4,), lambda: np.random.random_sample(4)),
    "randint": ((3, 10, (2, 3)), lambda: np.random.randint(3, 10, (2, 3))),
}


@pytest.fixture
def kept_state():
    state = np.random.get_state()
    yield
    np.random.set_state(state)


@pytest.mark.parametrize("name", GLOBAL)
def test_global_functions_give_numpys_numbers(name, kept_state):
    args, numpys = GLOBAL[name]
    np.random.seed(5)
    expected = numpys()
    mg.random.seed(5)
    found = getattr(mg.random, name)(*args)
    assert isinstance(found, mg.Tensor)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert found.constant is (name == "randint")


def test_global_functions_obey_constant():
    assert mg.random.rand(2, constant=True).constant
    assert mg.random.random(shape=3, constant=True).shape == (3,)


def test_integers_of_other_dtypes():
    assert mg.random.randint(5, shape=2, dtype="int8").dtype == np.int8


DRAWS = {
    "beta": (2.0, 3.0, 4),
    "binomial": (10, 0.5, 4),
    "chisquare": (3.0, 4),
    "dirichlet": ([1.0, 2.0], 3),
    "exponential": (2.0, 4),
    "f": (3.0, 4.0, 4),
    "gamma": (2.0, 1.0, 4),
    "geometric": (0.3, 4),
    "gumbel": (0.0, 1.0, 4),
    "hypergeometric": (5, 6, 4, 3),
    "integers": (0, 10, (2, 2)),
    "laplace": (0.0, 1.0, 4),
    "logistic": (0.0, 1.0, 4),
    "lognormal": (0.0, 1.0, 4),
    "logseries": (0.3, 4),
    "multinomial": (10, [0.5, 0.5], 3),
    "multivariate_hypergeometric": ([3, 4], 5, 2),
    "multivariate_normal": ([0.0, 1.0], np.eye(2), 3),
    "negative_binomial": (3, 0.4, 4),
    "noncentral_chisquare": (3.0, 1.0, 4),
    "noncentral_f": (3.0, 4.0, 1.0, 4),
    "normal": (1.0, 2.0, 4),
    "pareto": (3.0, 4),
    "poisson": (3.0, 4),
    "power": (3.0, 4),
    "random": (4,),
    "rayleigh": (1.0, 4),
    "standard_cauchy": (4,),
    "standard_exponential": (4,),
    "standard_gamma": (2.0, 4),
    "standard_normal": (4,),
    "standard_t": (3.0, 4),
    "triangular": (0.0, 1.0, 2.0, 4),
    "uniform": (-1.0, 1.0, 4),
    "vonmises": (0.0, 1.0, 4),
    "wald": (1.0, 1.0, 4),
    "weibull": (2.0, 4),
    "zipf": (3.0, 4),
    "choice": ([5.0, 6.0, 7.0], 2),
    "permutation": ([5.0, 6.0, 7.0],),
    "permuted": ([5.0, 6.0, 7.0],),
}


@pytest.mark.parametrize("name", DRAWS)
def test_generators_give_numpys_numbers(name):
    args = DRAWS[name]
    expected = getattr(np.random.default_rng(3), name)(*args)
    found = getattr(mg.random.default_rng(3), name)(*args)
    assert isinstance(found, mg.Tensor)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert found.constant is (found.dtype.kind != "f")
    if not found.constant:
        assert getattr(mg.random.default_rng(3), name)(*args, constant=True).constant


def test_all_of_numpys_methods_are_there():
    names = {name for name in dir(np.random.Generator) if not name.startswith("_")}
    assert names - set(dir(mg.random.Generator)) == set()
    assert names - set(DRAWS) == {"bit_generator", "bytes", "shuffle", "spawn"}


def test_bytes_children_and_copies():
    ours, numpys = mg.random.default_rng(3), np.random.default_rng(3)
    assert ours.bytes(5) == numpys.bytes(5)
    for child, expected in zip(ours.spawn(2), numpys.spawn(2), strict=True):
        assert child.random() == expected.random()
    assert mg.random.default_rng(ours) is ours
    clone = pickle.loads(pickle.dumps(ours))
    assert clone.random() == numpys.random() == ours.random()


def test_a_generator_of_numpys_is_shared():
    numpys = np.random.default_rng(3)
    expected = np.random.default_rng(3).random(2)
    assert mg.random.default_rng(numpys).random() == expected[0]
    assert numpys.random() == expected[1]


def test_parameters_that_carry_gradients_are_refused():
    scale = mg.tensor(2.0)
    rng = mg.random.default_rng(3)
    with pytest.raises(TypeError, match=r"no derivative by the parameters of normal.*detach"):
        rng.normal(0.0, scale, 3)
    with pytest.raises(TypeError, match="no derivative"):
        rng.uniform(low=[scale, 0.0], high=5.0)
    expected = np.random.default_rng(3).normal(0.0, 2.0, 3)
    np.testing.assert_array_equal(rng.normal(0.0, scale.detach(), 3), expected)


X = np.arange(12.0).reshape(3, 4)

ORDERS = {
    "permutation": lambda rng, x: rng.permutation(x),
    "permutation of columns": lambda rng, x: rng.permutation(x, axis=1),
    "permutation of one axis": lambda rng, x: rng.permutation(x[0]),
    "permuted": lambda rng, x: rng.permuted(x),
    "permuted rows": lambda rng, x: rng.permuted(x, axis=1),
    "permuted columns": lambda rng, x: rng.permuted(x, axis=-2),
    "choice": lambda rng, x: rng.choice(x, (2, 2)),
    "choice without repeats": lambda rng, x: rng.choice(x, 3, replace=False, axis=1),
    "weighted choice": lambda rng, x: rng.choice(x, 5, p=[0.5, 0.25, 0.25]),
    "one choice": lambda rng, x: rng.choice(x),
}


@pytest.mark.parametrize("name", ORDERS)
def test_orders_of_tensors_are_numpys_and_carry_the_gradient(name):
    pick = ORDERS[name]
    x = mg.tensor(X)
    found = pick(mg.random.default_rng(7), x)
    expected = pick(np.random.default_rng(7), X)
    np.testing.assert_array_equal(found, expected)
    weights = np.arange(1.0, np.size(expected) + 1).reshape(np.shape(expected))
    (found * weights).backward()
    grad = np.zeros(12)
    # X holds the number of each of its elements.
    np.add.at(grad, expected.astype(int), weights)
    np.testing.assert_array_equal(x.grad, grad.reshape(3, 4))


@pytest.mark.parametrize("axis", [0, 1])
def test_shuffle_changes_a_tensor_in_place(axis):
    x = mg.tensor(X)
    y = +x
    mg.random.default_rng(7).shuffle(y, axis)
    expected = X.copy()
    np.random.default_rng(7).shuffle(expected, axis)
    np.testing.assert_array_equal(y, expected)
    (y * X).backward()
    grad = np.empty(12)
    grad[expected.astype(int).reshape(-1)] = X.reshape(-1)
    np.testing.assert_array_equal(x.grad, grad.reshape(3, 4))


def test_shuffle_changes_arrays_and_lists():
    for make in (np.arange, lambda n: list(range(n))):
        ours, numpys = make(5), make(5)
        mg.random.default_rng(7).shuffle(ours)
        np.random.default_rng(7).shuffle(numpys)
        np.testing.assert_array_equal(ours, numpys)


def test_targets():
    expected = np.random.default_rng(7).standard_normal(3)
    t = mg.zeros(3, dtype=float)
    assert mg.random.default_rng(7).standard_normal(out=t) is t
    np.testing.assert_array_equal(t, expected)
    a = np.zeros(3)
    mg.random.default_rng(7).standard_normal(out=a)
    np.testing.assert_array_equal(a, expected)
    x, out = mg.tensor(X), mg.zeros((3, 4), dtype=float)
    assert mg.random.default_rng(7).permuted(x, axis=1, out=out) is out
    np.testing.assert_array_equal(out, np.random.default_rng(7).permuted(X, axis=1))


def test_targets_are_filled_in_the_order_of_memory():
    a, t = np.zeros((2, 3), order="F"), mg.tensor(np.zeros((2, 3), order="F"))
    np.random.default_rng(7).random(out=a)
    mg.random.default_rng(7).random(out=t)
    np.testing.assert_array_equal(t, a)


def test_targets_by_position():
    expected = np.random.default_rng(7)
    rng = mg.random.default_rng(7)
    for draw, args in {
        "random": (None, float),
        "standard_exponential": (None, float, "inv"),
        "standard_gamma": (2.0, None, float),
        "standard_normal": (3, float),
    }.items():
        t = mg.zeros(3, dtype=float)
        assert getattr(rng, draw)(*args, t) is t
        np.testing.assert_array_equal(t, getattr(expected, draw)(*args, np.zeros(3)))


def test_an_array_that_was_permuted_into_stays_the_users():
    a = np.zeros(3)
    t = mg.random.default_rng(7).permuted([1.0, 2.0, 3.0], out=a)
    expected = a.copy()
    a[:] = 9
    np.testing.assert_array_equal(t, expected)


@pytest.mark.parametrize("name", ["choice", "permutation", "permuted"])
def test_lists_of_tensors_carry_the_gradient(name):
    x, y = mg.tensor(1.0), mg.tensor(2.0)
    args = ([0.5, x, y], 5) if name == "choice" else ([0.5, x, y],)
    found = getattr(mg.random.default_rng(7), name)(*args)
    assert not found.constant
    np.testing.assert_array_equal(
        found,
        getattr(np.random.default_rng(7), name)([0.5, 1.0, 2.0], *args[1:]),
    )
    found.sum().backward()
    assert x.grad == np.count_nonzero(found.data == 1)


def test_numbers_in_tensors_count():
    for name in ("choice", "permutation"):
        found = getattr(mg.random.default_rng(7), name)(mg.tensor(5))
        np.testing.assert_array_equal(found, getattr(np.random.default_rng(7), name)(5))
        with pytest.raises(TypeError, match="integer"):
            getattr(mg.random.default_rng(7), name)(mg.tensor(5.7))


@pytest.mark.parametrize("name", ["normal", "choice", "permutation", "permuted"])
def test_an_error_leaves_the_state(name):
    rng = mg.random.default_rng(7)
    with pytest.raises(TypeError, match="constant="):
        getattr(rng, name)([1.0, 2.0], constant="no")
    assert rng.random() == np.random.default_rng(7).random()


@pytest.mark.parametrize("name", ["rand", "randn", "random"])
def test_an_error_leaves_the_global_state(name, kept_state):
    np.random.seed(5)
    expected = np.random.rand()
    np.random.seed(5)
    with pytest.raises(TypeError, match="constant="):
        getattr(mg.random, name)(3, constant="no")
    assert np.random.rand() == expected


def test_the_name_of_the_seed(kept_state):
    mg.random.seed(seed_number=5)
    first = mg.random.rand(2)
    mg.random.seed(5)
    np.testing.assert_array_equal(first, mg.random.rand(2))


def test_a_tensor_without_axes_has_no_slices():
    with pytest.raises(ValueError, match="0-d"):
        mg.random.default_rng(7).shuffle(mg.tensor(1.0))
