"""`mygrad.polynomial`, `mygrad.r_` and others: NumPy's own functions that keep gradients."""

import numpy as np
import pytest

import mygrad as mg
from mygrad.testing import check_grad

C = np.array([1.0, 2.0, 3.0, 0.5])
D = np.array([0.5, -1.0, 2.0])
X = np.array([0.3, -0.4, 0.8])
C2 = np.arange(6.0).reshape(2, 3) + 1
C3 = np.arange(12.0).reshape(2, 3, 2) + 1
T = np.linspace(-1, 1, 7)

#: What comes after the family's prefix -> arguments.
CALLS = {
    "2poly": (C,),
    "add": (C, D),
    "companion": (D,),
    "der": (C, 2),
    "div": (C, D),
    "fit": (T, T**2 + 0.1 * T**3, 2),
    "fromroots": (D,),
    "grid2d": (X, X, C2),
    "grid3d": (X, X, X, C3),
    "int": (C, 1, [2.0]),
    "line": (1.0, 2.0),
    "mul": (C, D),
    "mulx": (C,),
    "pow": (D, 3),
    "roots": (np.array([-6.0, 1.0, 3.0, 1.0]),),
    "sub": (C, D),
    "trim": (C,),
    "val": (X, C),
    "val2d": (X, X, C2),
    "valfromroots": (X, np.array([[0.5], [-1.0]]) + X),
    "val3d": (X, X, X, C3),
    "vander": (X, 3),
    "vander2d": (X, X, [1, 2]),
    "vander3d": (X, X, X, [1, 2, 1]),
    "weight": (X / 2,),
}
FAMILIES = {
    "polynomial": "poly",
    "chebyshev": "cheb",
    "legendre": "leg",
    "laguerre": "lag",
    "hermite": "herm",
    "hermite_e": "herme",
}
ALL = [
    (family, prefix + what, args)
    for family, prefix in FAMILIES.items()
    for what, args in CALLS.items()
    if hasattr(getattr(np.polynomial, family), prefix + what)
]

ALL += [(family, f"poly2{prefix}", (C,)) for family, prefix in FAMILIES.items() if prefix != "poly"]


def outputs(result):
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize(("family", "name", "args"), ALL, ids=[name for _, name, _ in ALL])
def test_values_and_derivatives(family, name, args):
    ours = getattr(getattr(mg.polynomial, family), name)
    theirs = getattr(getattr(np.polynomial, family), name)
    tensors = [mg.tensor(x) if np.asarray(x).dtype.kind == "f" else x for x in args]
    found, wanted = outputs(ours(*tensors)), outputs(theirs(*args))
    for part, expected in zip(found, wanted, strict=True):
        assert isinstance(part, mg.Tensor)
        np.testing.assert_array_equal(part.data, expected, strict=True)
    check_grad(ours, *args)


def test_every_family_has_all_functions():
    for family in FAMILIES:
        theirs = getattr(np.polynomial, family)
        functions = {name for name in theirs.__all__ if not isinstance(getattr(theirs, name), type)}
        assert functions == {*getattr(mg.polynomial, family).__all__}


def test_weights_of_a_fit_and_its_details():
    def fit(y, w):
        c, _ = mg.polynomial.chebyshev.chebfit(T, y, 2, w=w, full=True)
        return c

    check_grad(fit, T**2 + 0.1 * T**3, np.linspace(0.5, 1.5, 7))


def test_numpys_own_warn():
    c = 2 * mg.tensor(C)
    with pytest.warns(mg.errors.DetachedGradientWarning):
        np.polynomial.chebyshev.chebadd(c, 1.0)


@pytest.mark.parametrize(
    ("join", "keys"),
    [
        (lambda a, b: (mg.r_, np.r_, (a, 0, 1, b)), 2),
        (lambda a, b: (mg.r_, np.r_, (a[0], slice(0, 2), b[1], slice(0, 1, 3j))), 2),
        (lambda a, b: (mg.r_, np.r_, ("0,2", a, b)), 2),
        (lambda a, b: (mg.r_, np.r_, ("1,2,0", a, b)), 2),
        (lambda a, b: (mg.r_, np.r_, ("-1", [a, b], [b, a])), 2),
        (lambda a, b: (mg.c_, np.c_, (a, b)), 2),
        (lambda a, b: (mg.c_, np.c_, a), 1),
    ],
)
def test_concatenators(join, keys):
    a, b = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    ours, theirs, key = join(mg.tensor(a), mg.tensor(b))
    wanted = theirs[join(a, b)[2]]
    assert isinstance(ours[key], mg.Tensor)
    np.testing.assert_array_equal(ours[key].data, wanted, strict=True)
    check_grad(lambda *given: ours[join(*given, *(b,) * (2 - keys))[2]], *(a, b)[:keys])


def test_concatenators_have_no_matrices():
    for key in ("1, 2; 3, 4", ("r", mg.tensor([1.0]))):
        with pytest.raises(TypeError, match=r"mygrad\.r_ makes no matrices"):
            mg.r_[key]
    with pytest.raises(ValueError, match="directive"):
        mg.r_["x", mg.tensor([1.0])]
