"""Functions that NumPy does not have: reciprocal trigonometry, and sequences of operands."""

from collections.abc import Callable
from functools import reduce
from itertools import accumulate
from typing import Any

import numpy as np

from ._functions import apply
from ._table import known_as, pullback

Function = Callable[..., Any]

__all__ = [
    "add_sequence",
    "arccot",
    "arccoth",
    "arccsc",
    "arccsch",
    "arcsec",
    "cot",
    "coth",
    "csc",
    "csch",
    "multi_matmul",
    "multiply_sequence",
    "sec",
    "sech",
]

# ----------------------------------------------------------------------------------------
# Reciprocal trigonometric and hyperbolic functions
# ----------------------------------------------------------------------------------------


def _arccot(a: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.where(a == 0, np.pi / 2, np.arctan(np.true_divide(1, a)))


def _sech(a: Any) -> Any:
    if np.iscomplexobj(a):
        return 1 / np.cosh(a)
    # As 1 / cosh(a), which overflows.
    e = np.exp(-np.abs(a))
    return 2 * e / (1 + e * e)


def _csch(a: Any) -> Any:
    if np.iscomplexobj(a):
        return 1 / np.sinh(a)
    # As 1 / sinh(a), which overflows.
    with np.errstate(divide="ignore"):
        size = np.abs(a)
        return np.copysign(2 * np.exp(-size) / -np.expm1(-2 * size), a)


def _inverse_root(x: Any, sign: int) -> Any:
    """Return ``1 / (|x| sqrt(x**2 + sign))``, and for complex numbers the analytic function."""
    if np.iscomplexobj(x):
        return 1 / (x * x * np.sqrt(1 + sign / (x * x)))
    return 1 / (np.abs(x) * (np.hypot(1, x) if sign > 0 else np.sqrt((x - 1) * (x + 1))))


def _trigonometric(
    name: str, func: Callable[[Any], Any], derivative: Callable[..., Any], formula: str
) -> Callable[..., Any]:
    """Make a function of one array from its value and its derivative ``(ans, a)``."""
    func.__name__ = name
    func.__module__ = "mygrad"

    def vjp(g: Any, ans: Any, a: Any) -> Any:
        return g * derivative(ans, a)

    pullback(func)(vjp)

    def run(a: Any, *, constant: bool | None = None) -> Any:
        return apply(func, (a,), {}, constant)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"""Return ``{formula}`` of each element.

    Parameters
    ----------
    a
        A tensor, or what `mygrad.tensor` takes.
    constant
        True makes the result a constant; None (the default) makes it one if `a` is.

    Returns
    -------
    Tensor
        Of the shape of `a`.

    Examples
    --------
    >>> a = mg.tensor([2.0, 3.0])
    >>> np.allclose(mg.{name}(a), {formula})
    True
    """
    return run


cot = _trigonometric("cot", lambda a: 1 / np.tan(a), lambda y, _: -1 - y * y, "1 / np.tan(a)")
csc = _trigonometric("csc", lambda a: 1 / np.sin(a), lambda y, x: -y / np.tan(x), "1 / np.sin(a)")
sec = _trigonometric("sec", lambda a: 1 / np.cos(a), lambda y, x: y * np.tan(x), "1 / np.cos(a)")
coth = _trigonometric(
    "coth", lambda a: 1 / np.tanh(a), lambda _, x: -np.square(_csch(x)), "1 / np.tanh(a)"
)
csch = _trigonometric("csch", _csch, lambda y, x: -y / np.tanh(x), "1 / np.sinh(a)")
sech = _trigonometric("sech", _sech, lambda y, x: -y * np.tanh(x), "1 / np.cosh(a)")
arccot = _trigonometric("arccot", _arccot, lambda _, x: -1 / (1 + x * x), "np.arctan(1 / a)")
arccsc = _trigonometric(
    "arccsc",
    lambda a: np.arcsin(np.true_divide(1, a)),
    lambda _, x: -_inverse_root(x, -1),
    "np.arcsin(1 / a)",
)
arcsec = _trigonometric(
    "arcsec",
    lambda a: np.arccos(np.true_divide(1, a)),
    lambda _, x: _inverse_root(x, -1),
    "np.arccos(1 / a)",
)
arccoth = _trigonometric(
    "arccoth",
    lambda a: np.arctanh(np.true_divide(1, a)),
    lambda _, x: 1 / ((1 - x) * (1 + x)),
    "np.arctanh(1 / a)",
)
arccsch = _trigonometric(
    "arccsch",
    lambda a: np.arcsinh(np.true_divide(1, a)),
    lambda _, x: -_inverse_root(x, 1),
    "np.arcsinh(1 / a)",
)


# ----------------------------------------------------------------------------------------
# Sequences of operands
# ----------------------------------------------------------------------------------------


@known_as("mygrad.add_sequence")
def _add(variables: Any) -> Any:
    return reduce(np.add, variables)


@known_as("mygrad.multiply_sequence")
def _multiply(variables: Any) -> Any:
    return reduce(np.multiply, variables)


@pullback(_add, several=True)
def _add_vjp(g: Any, _: Any, _variables: Any) -> Function:
    return lambda i: g


@pullback(_multiply, several=True)
def _multiply_vjp(g: Any, _: Any, variables: Any) -> Function:
    # No division: an operand may be zero. What is before an operand, and what is behind it:
    before = list(accumulate(variables[:-1], np.multiply))
    behind = list(accumulate(reversed(variables[1:]), np.multiply, initial=g))[::-1]
    return lambda i: behind[i] * before[i - 1] if i else behind[0]


def add_sequence(*variables: Any, constant: bool | None = None) -> Any:
    """Return the sum of two or more tensors, broadcast against each other, in one operation.

    Parameters
    ----------
    *variables
        Two or more tensors, or what `mygrad.tensor` takes.
    constant
        True makes the result a constant; None (the default) makes it one if all operands are.

    Returns
    -------
    Tensor
        Of the shape that they are broadcast to.

    Raises
    ------
    ValueError
        If there are fewer than two.

    Examples
    --------
    >>> mg.add_sequence([1.0, 2.0], 3.0, [4.0, 5.0])
    Tensor([ 8., 10.])
    """
    return apply(_add, (_at_least_two(variables, "add_sequence"),), {}, constant)


def multiply_sequence(*variables: Any, constant: bool | None = None) -> Any:
    """Return the product of two or more tensors, broadcast against each other, in one operation.

    Parameters
    ----------
    *variables
        Two or more tensors, or what `mygrad.tensor` takes.
    constant
        True makes the result a constant; None (the default) makes it one if all operands are.

    Returns
    -------
    Tensor
        Of the shape that they are broadcast to.

    Raises
    ------
    ValueError
        If there are fewer than two.

    Examples
    --------
    >>> x = mg.tensor([0.0, 2.0])
    >>> mg.multiply_sequence(x, 3.0, x).backward()
    >>> x.grad
    array([ 0., 12.])
    """
    return apply(_multiply, (_at_least_two(variables, "multiply_sequence"),), {}, constant)


def _at_least_two(variables: Any, name: str) -> Any:
    if len(variables) < 2:
        raise ValueError(f"{name} needs two or more tensors; got {len(variables)}")
    return variables


def multi_matmul(tensors: Any, *, constant: bool | None = None) -> Any:
    """Return the matrix product of two or more tensors, in the order that costs least.

    Parameters
    ----------
    tensors
        Matrices; the first and the last may be vectors. See `numpy.linalg.multi_dot`.
    constant
        As in `mygrad.matmul`.

    Returns
    -------
    Tensor
        The product; a number, if the first and the last are vectors.

    Raises
    ------
    ValueError
        If there are fewer than two, or one has another number of dimensions.

    Examples
    --------
    >>> mg.multi_matmul([[[1.0, 2.0]], [[3.0], [4.0]], [[5.0]]])
    Tensor([[55.]])
    """
    tensors = [t if hasattr(t, "ndim") else np.asarray(t) for t in tensors]
    _at_least_two(tensors, "multi_matmul")
    for i, t in enumerate(tensors):
        allowed = (1, 2) if i in (0, len(tensors) - 1) else (2,)
        if t.ndim not in allowed:
            raise ValueError(
                f"multi_matmul takes matrices (and vectors at the ends); operand {i} has the "
                f"shape {t.shape}"
            )
    return apply(np.linalg.multi_dot, (tensors,), {}, constant)
