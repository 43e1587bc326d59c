"""Random tensors.

`default_rng` gives a generator whose methods are those of `numpy.random.Generator` and return
tensors. The functions of this module use NumPy's global state, as `numpy.random.rand` does; the
numbers are NumPy's for the same seed.

>>> rng = mg.random.default_rng(0)
>>> rng.normal(size=2)
Tensor([ 0.12573022, -0.13210486])
>>> np.random.default_rng(0).normal(size=2)
array([ 0.12573022, -0.13210486])
"""

from collections.abc import Callable
from operator import index
from typing import Any

import numpy as np

from ._functions import apply, new_leaf
from ._modes import tracking
from ._operands import array_of, carries, has_names, stacked
from ._record import check_constant
from ._signatures import Mirrored
from ._state import Name
from ._tensor import Tensor

__all__ = [
    "Generator",
    "default_rng",
    "rand",
    "randint",
    "randn",
    "random",
    "random_sample",
    "ranf",
    "sample",
    "seed",
]


def _leaf(data: Any, constant: bool | None) -> Tensor:
    return new_leaf(np.asarray(data), constant)  # type: ignore[no-any-return]


# ----------------------------------------------------------------------------------------
# The global state
# ----------------------------------------------------------------------------------------


def seed(seed_number: Any) -> None:
    """Seed NumPy's global state; see `numpy.random.seed`.

    Parameters
    ----------
    seed_number
        As in `numpy.random.seed`.

    Examples
    --------
    >>> mg.random.seed(0)
    >>> mg.random.rand(2)
    Tensor([0.5488135 , 0.71518937])
    """
    np.random.seed(seed_number)  # noqa: NPY002


def rand(*shape: int, constant: bool | None = None) -> Tensor:
    """Return numbers from the uniform distribution over [0, 1); see `numpy.random.rand`.

    Parameters
    ----------
    *shape
        The shape, as integers; one number if there are none.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.random.rand(2, 3).shape
    (2, 3)
    """
    check_constant(constant)
    return _leaf(np.random.rand(*shape), constant)  # noqa: NPY002


def randn(*shape: int, constant: bool | None = None) -> Tensor:
    """Return numbers from the standard normal distribution; see `numpy.random.randn`.

    Parameters
    ----------
    *shape
        The shape, as integers; one number if there are none.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.random.seed(0)
    >>> mg.random.randn(2)
    Tensor([1.76405235, 0.40015721])
    """
    check_constant(constant)
    return _leaf(np.random.randn(*shape), constant)  # noqa: NPY002


def random_sample(shape: Any = None, *, constant: bool | None = None) -> Tensor:
    """Return numbers from the uniform distribution over [0, 1); see `numpy.random.random_sample`.

    Also called `random`, `ranf` and `sample`.

    Parameters
    ----------
    shape
        The shape; one number if it is not given.
    constant
        True makes the tensor a constant; None (the default) does so unless its dtype is
        floating-point or complex.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.random.seed(0)
    >>> mg.random.random_sample((1, 2))
    Tensor([[0.5488135 , 0.71518937]])
    """
    check_constant(constant)
    return _leaf(np.random.random_sample(shape), constant)  # noqa: NPY002


random = ranf = sample = random_sample


def randint(low: Any, high: Any = None, shape: Any = None, dtype: Any = int) -> Tensor:
    """Return integers from [`low`, `high`), or [0, `low`); see `numpy.random.randint`.

    Parameters
    ----------
    low, high
        The bounds, the upper one excluded; `low` alone is the upper bound.
    shape
        The shape; one number if it is not given.
    dtype
        An integer dtype.

    Returns
    -------
    Tensor
        A constant.

    Raises
    ------
    ValueError
        If there is no integer between the bounds.

    Examples
    --------
    >>> mg.random.seed(0)
    >>> mg.random.randint(10, shape=3)
    Tensor([5, 0, 3])
    """
    low, high = (array_of(x, "mygrad.random.randint") for x in (low, high))
    return _leaf(np.random.randint(low, high, shape, dtype), None)  # noqa: NPY002


# ----------------------------------------------------------------------------------------
# Generators
# ----------------------------------------------------------------------------------------


def _taken(x: Any, picked: Any, axis: int, constant: bool | None) -> Tensor:
    return apply(np.take, (x, picked), {"axis": axis}, constant)  # type: ignore[no-any-return]


def _operand(x: Any) -> Any:
    """What is to be put in another order: a list of tensors is one."""
    return stacked(x) if isinstance(x, (list, tuple)) and has_names(x) else x


#: Where the methods that have it take `out` by position.
_OUT_AT = {"random": 2, "standard_exponential": 3, "standard_gamma": 3, "standard_normal": 2}


def _draw(name: str) -> Callable[..., Tensor]:
    draw = getattr(np.random.Generator, name)

    def run(self: "Generator", *args: Any, constant: bool | None = None, **kwargs: Any) -> Any:
        # An error is to leave the generator's state as it was.
        check_constant(constant)
        out = kwargs.pop("out", None)
        if name in _OUT_AT and len(args) == _OUT_AT[name] + 1:
            *rest, out = args
            args = tuple(rest)
        for x in (*args, *kwargs.values()):
            if tracking() and carries(x):
                raise TypeError(
                    f"random numbers have no derivative by the parameters of {name}, but a tensor "
                    "that carries a gradient is one. Pass t.detach(), or compute with what has "
                    "none: loc + scale * rng.standard_normal(shape), say."
                )
        args = tuple([array_of(x, name) for x in args])
        kwargs = {k: array_of(x, name) for k, x in kwargs.items()}
        if isinstance(out, Name):
            # NumPy fills an array in the order of its memory.
            target = np.empty_like(out._array)
            out[...] = draw(self._rng, *args, out=target, **kwargs)  # type: ignore[index]
            return out
        if out is not None:
            # The array is the user's: it cannot be the tensor's own.
            return _leaf(draw(self._rng, *args, out=out, **kwargs).copy(), constant)
        return _leaf(draw(self._rng, *args, **kwargs), constant)

    run.__name__ = name
    run.__qualname__ = f"Generator.{name}"
    run.__wrapped__ = Mirrored(draw, is_method=True)  # type: ignore[attr-defined]
    run.__doc__ = (
        f"As `numpy.random.Generator.{name}`; gives a tensor.\n\n"
        "True for `constant` makes the result a constant; None (the default) does so unless it is "
        "of floating-point numbers.\n"
    )
    return run


class Generator:
    """A `numpy.random.Generator` whose methods return tensors, which are leaves.

    Made by `default_rng`. All of NumPy's distributions are there, under the same names and with
    the same arguments. `choice`, `permutation`, `permuted` and `shuffle` of tensors carry the
    gradient. The parameters of distributions must not: random numbers have no derivative by them.

    Attributes
    ----------
    bit_generator
        NumPy's source of random bits.

    Examples
    --------
    >>> rng = mg.random.default_rng(2)
    >>> rng.uniform(-1.0, 1.0, size=2)
    Tensor([-0.47677573, -0.40301771])
    >>> rng.integers(10, size=3)
    Tensor([4, 8, 4])
    >>> x = mg.tensor([1.0, 2.0, 3.0])
    >>> (rng.permutation(x) * [1, 10, 100]).backward()
    >>> x.grad
    array([  1., 100.,  10.])
    """

    def __init__(self, bit_generator: Any) -> None:
        self._rng = np.random.Generator(bit_generator)

    @property
    def bit_generator(self) -> Any:
        """NumPy's source of random bits."""
        return self._rng.bit_generator

    def __repr__(self) -> str:
        return f"mygrad.random.Generator({type(self.bit_generator).__name__})"

    def __reduce__(self) -> Any:
        return Generator, (self.bit_generator,)

    # ---- Distributions ------------------------------------------------------------------

    beta = _draw("beta")
    binomial = _draw("binomial")
    chisquare = _draw("chisquare")
    dirichlet = _draw("dirichlet")
    exponential = _draw("exponential")
    f = _draw("f")
    gamma = _draw("gamma")
    geometric = _draw("geometric")
    gumbel = _draw("gumbel")
    hypergeometric = _draw("hypergeometric")
    integers = _draw("integers")
    laplace = _draw("laplace")
    logistic = _draw("logistic")
    lognormal = _draw("lognormal")
    logseries = _draw("logseries")
    multinomial = _draw("multinomial")
    multivariate_hypergeometric = _draw("multivariate_hypergeometric")
    multivariate_normal = _draw("multivariate_normal")
    negative_binomial = _draw("negative_binomial")
    noncentral_chisquare = _draw("noncentral_chisquare")
    noncentral_f = _draw("noncentral_f")
    normal = _draw("normal")
    pareto = _draw("pareto")
    poisson = _draw("poisson")
    power = _draw("power")
    random = _draw("random")
    rayleigh = _draw("rayleigh")
    standard_cauchy = _draw("standard_cauchy")
    standard_exponential = _draw("standard_exponential")
    standard_gamma = _draw("standard_gamma")
    standard_normal = _draw("standard_normal")
    standard_t = _draw("standard_t")
    triangular = _draw("triangular")
    uniform = _draw("uniform")
    vonmises = _draw("vonmises")
    wald = _draw("wald")
    weibull = _draw("weibull")
    zipf = _draw("zipf")

    # ---- Bytes, orders ------------------------------------------------------------------

    def bytes(self, length: int) -> "bytes":
        """As `numpy.random.Generator.bytes`."""
        return self._rng.bytes(length)

    def spawn(self, n_children: int) -> "list[Generator]":
        """Return independent generators; see `numpy.random.Generator.spawn`."""
        return [Generator(child.bit_generator) for child in self._rng.spawn(n_children)]

    def choice(
        self,
        a: Any,
        size: Any = None,
        replace: bool = True,
        p: Any = None,
        axis: int = 0,
        shuffle: bool = True,
        *,
        constant: bool | None = None,
    ) -> Tensor:
        """Pick elements along an axis; see `numpy.random.Generator.choice`."""
        check_constant(constant)
        p, a = array_of(p, "choice"), _operand(a)
        if isinstance(a, Name) and not a._array.ndim:
            a = index(a._array)
        if not isinstance(a, Name):
            return _leaf(self._rng.choice(a, size, replace, p, axis, shuffle), constant)
        picked = self._rng.choice(_length(a, axis, "choice"), size, replace, p, 0, shuffle)
        return _taken(a, picked, axis, constant)

    def permutation(self, x: Any, axis: int = 0, *, constant: bool | None = None) -> Tensor:
        """Return the slices along an axis in another order; see `numpy.random.Generator`."""
        check_constant(constant)
        x = _operand(x)
        if isinstance(x, Name) and not x._array.ndim:
            x = index(x._array)
        if not isinstance(x, Name):
            return _leaf(self._rng.permutation(x, axis), constant)
        order = self._rng.permutation(_length(x, axis, "permutation"))
        return _taken(x, order, axis, constant)

    def permuted(
        self, x: Any, *, axis: int | None = None, out: Any = None, constant: bool | None = None
    ) -> Any:
        """Permute each slice along an axis by itself; see `numpy.random.Generator.permuted`."""
        check_constant(constant)
        x = _operand(x)
        if not isinstance(x, Name):
            if isinstance(out, Name):
                out[...] = self._rng.permuted(x, axis=axis)  # type: ignore[index]
                return out
            found = self._rng.permuted(x, axis=axis, out=out)
            # The array is the user's: it cannot be the tensor's own.
            return _leaf(found if out is None else found.copy(), constant)
        shape = x._array.shape
        if axis is None:
            flat = self._rng.permuted(np.arange(x._array.size).reshape(shape))
            result = _taken(np.ravel(x), flat, 0, constant)  # type: ignore[call-overload]
        else:
            n = _length(x, axis, "permuted")
            along = np.expand_dims(np.arange(n), tuple(range(1, len(shape))))
            order = np.broadcast_to(np.moveaxis(along, 0, axis), shape)
            order = self._rng.permuted(order, axis=axis)
            result = apply(np.take_along_axis, (x, order, axis), {}, constant)
        if out is None:
            return result
        out[...] = result
        return out

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Change the order of slices in place; see `numpy.random.Generator.shuffle`.

        Examples
        --------
        >>> x = mg.tensor([1.0, 2.0, 3.0])
        >>> mg.random.default_rng(2).shuffle(x)
        >>> x
        Tensor([3., 1., 2.])
        """
        if isinstance(x, Name):
            order = self._rng.permutation(_length(x, axis, "shuffle"))
            x[...] = _taken(x, order, axis, None)  # type: ignore[index]
        else:
            self._rng.shuffle(x, axis)


def _length(x: Name, axis: int, name: str) -> int:
    shape = x._array.shape
    if not shape:
        raise ValueError(f"{name} needs a tensor with an axis; this one is 0-d")
    return int(shape[np.lib.array_utils.normalize_axis_index(axis, len(shape))])


def default_rng(seed: Any = None) -> Generator:
    """Return a generator of random tensors, with NumPy's numbers for the same seed.

    Parameters
    ----------
    seed
        As for `numpy.random.default_rng`; also a generator of NumPy's, whose state is then shared.

    Returns
    -------
    Generator
        Its methods are those of `numpy.random.Generator`.

    Examples
    --------
    >>> mg.random.default_rng(3).standard_normal(2, constant=True)
    Tensor([ 2.04091912, -2.55566503])
    """
    if isinstance(seed, Generator):
        return seed
    return Generator(np.random.default_rng(seed).bit_generator)
