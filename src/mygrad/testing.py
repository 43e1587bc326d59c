"""For tests of your own functions: are their gradients right?"""

from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np

from ._modes import tracking
from ._operands import unwrap
from ._state import data_of, is_constant
from ._tensor import Tensor

__all__ = ["WrongGradient", "check_grad"]


class WrongGradient(AssertionError):
    """A gradient is not what finite differences say, or there is none to compare."""


class _Operand:
    """An argument that is differentiated by: its name, its numbers, and the dtype it came in."""

    def __init__(self, name: str, given: Any) -> None:
        self.name = name
        self.dtype = given.dtype
        self.array = np.array(given, complex if given.dtype.kind == "c" else float)

    def __str__(self) -> str:
        return f"{self.name} (shape {self.array.shape}, dtype {self.dtype})"


def check_grad(
    f: Callable[..., Any],
    *args: Any,
    order: int = 2,
    kwargs: dict[str, Any] | None = None,
    step: float | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    constant: Collection[int] = (),
) -> None:
    """Compare the gradients of a function with finite differences.

    The outputs are added up with random weights, the same at each call. The gradient of
    that sum is compared with central differences, extrapolated [Richardson], element by element;
    so is, for ``order=2``, the gradient of a random sum of each gradient's elements.

    Parameters
    ----------
    f
        The function. It gets tensors, and returns a tensor or a (nested) tuple or list of them.
    *args
        Its arguments. It is differentiated by those that are floating-point or complex: numbers,
        (nested) sequences of numbers, arrays, tensors that are no constants, and sequences of
        such. It gets tensors for them, in double precision. Others are passed on as they are.
    order
        1 for the gradient alone, 2 for second derivatives too.
    kwargs
        Keyword arguments, passed on as they are.
    step
        The step of the differences, relative to elements that are larger than 1; 1e-3 if not
        given. Make it smaller if `f` is singular or has a kink as near as that.
    rtol, atol
        The error allowed is ``atol + rtol * m``, where m is the magnitude of the largest element
        of the same gradient.
    constant
        Positions of arguments that are passed on as they are, too.

    Raises
    ------
    WrongGradient
        An `AssertionError` that says for each wrong derivative where the error is largest; or
        that there is nothing to test, if no argument or no output carries a gradient.
    ValueError
        If `order` is neither 1 nor 2, or `constant` names an argument that is not there.

    Notes
    -----
    The gradient of a real number L by z = x + iy is dL/dx + i dL/dy. Differences take four
    calls of `f` for each element, or four back-propagations for ``order=2``.

    Examples
    --------
    >>> from mygrad.testing import check_grad
    >>> check_grad(lambda x, y: np.sin(x) * y, [0.5, 1.0], 2.0)

    Gradients do not see what was computed with ``x.data``:

    >>> check_grad(lambda x: x * x.data, [1.0, 3.0])
    Traceback (most recent call last):
        ...
    mygrad.testing.WrongGradient: the gradient is wrong by argument 0 (shape (2,), dtype float64)...
    """
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2; got {order!r}")
    wrong = [i for i in constant if not 0 <= i < len(args)]
    if wrong:
        raise ValueError(f"constant= names the arguments {wrong}, but there are {len(args)}")
    operands: list[_Operand] = []
    template = [
        x if i in constant else _collected(x, f"argument {i}", operands) for i, x in enumerate(args)
    ]
    if not operands:
        raise WrongGradient("this tests nothing: no argument is floating-point or complex")

    def run(tensors: list[Any]) -> list[Any]:
        # Copies that carry the gradient: `f` may write to them.
        copies = [+t for t in tensors]
        return list(_outputs(f(*_filled(template, copies), **(kwargs or {}))))

    report = _Check(run, operands, 1e-3 if step is None else step, rtol, atol).report(order)
    if report:
        raise WrongGradient("\n".join(report))


# ----------------------------------------------------------------------------------------
# Arguments and outputs
# ----------------------------------------------------------------------------------------


def _collected(x: Any, name: str, operands: list[_Operand]) -> Any:
    """An argument with its floating-point parts, which are added to the list, as `_Operand`."""
    if (x.__class__ is list or x.__class__ is tuple) and not _is_numbers(x):
        return x.__class__([_collected(part, f"{name}[{i}]", operands) for i, part in enumerate(x)])
    if isinstance(x, Tensor):
        given = None if is_constant(x) else data_of(x)
    else:
        given = np.asarray(x) if _is_numbers(x) or isinstance(x, np.ndarray) else None
    if given is None or given.dtype.kind not in "fc":
        return x
    operands.append(_Operand(name, given))
    return operands[-1]


def _is_numbers(x: Any) -> bool:
    """Is this a number, or a nested sequence of nothing else?"""
    if x.__class__ is list or x.__class__ is tuple:
        return bool(x) and all([_is_numbers(part) for part in x])
    return isinstance(x, (int, float, complex, np.generic))


def _filled(template: Any, tensors: list[Any]) -> Any:
    """The arguments, with the next tensors in the places of operands."""
    if isinstance(template, _Operand):
        return tensors.pop(0)
    if template.__class__ is list or template.__class__ is tuple:
        return template.__class__([_filled(part, tensors) for part in template])
    return template


def _outputs(result: Any) -> Iterator[Any]:
    """The floating-point outputs of a function; of complex ones real and imaginary part."""
    if isinstance(result, (tuple, list)):
        for part in result:
            yield from _outputs(part)
        return
    x = result if isinstance(result, Tensor) else np.asarray(result)
    if x.dtype.kind == "c":
        yield np.real(x)
        yield np.imag(x)
    elif x.dtype.kind == "f":
        yield x


def _carries(x: Any) -> bool:
    return tracking() and isinstance(x, Tensor) and not is_constant(x)


def _weighted(outputs: list[Any], weights: list[Any]) -> Any:
    """The weighted sum of those outputs that carry a gradient."""
    terms = [np.sum(x * w) for x, w in zip(outputs, weights, strict=True) if _carries(x)]
    return sum(terms[1:], start=terms[0]) if terms else None


def _random(like: list[Any]) -> list[np.ndarray]:
    """Random numbers of these shapes, none of them small, the same at each call."""
    rng = np.random.default_rng(0)
    shapes = [x.shape for x in like]
    numbers = [rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape) for shape in shapes]
    return [np.asarray(x) for x in numbers]


def _gradient(t: Tensor) -> Any:
    """The gradient as an array, zeros for none."""
    return np.zeros(t.shape, t.dtype) if t.grad is None else unwrap(t.grad)


# ----------------------------------------------------------------------------------------
# Comparing
# ----------------------------------------------------------------------------------------


class _Check:
    """One comparison: `run` gives the outputs for a list of tensors."""

    def __init__(
        self,
        run: Callable[[list[Any]], list[Any]],
        operands: list[_Operand],
        step: float,
        rtol: float,
        atol: float,
    ) -> None:
        self.run = run
        self.operands = operands
        self.arrays = [x.array for x in operands]
        self.step, self.rtol, self.atol = step, rtol, atol

    def report(self, order: int) -> list[str]:
        """Lines on what is wrong; none if all is right."""
        outputs = self.run([_leaf(a) for a in self.arrays])
        if not any(map(_carries, outputs)):
            return ["this tests nothing: no output is a tensor that carries a gradient"]
        values = [unwrap(x) for x in outputs]
        again = self.values(*self.arrays)
        if not all(map(np.array_equal, values, again, [True] * len(values))):
            return ["this tests nothing: the function gives other values when called again"]
        weights = _random(values)
        (wanted,) = self.differences(lambda *moved: [self.values(*moved)], [weights], self.arrays)
        names = [str(x) for x in self.operands]
        found = self.gradients(self.arrays, weights)
        lines = self.compare("the gradient is wrong by", names, found, wanted)
        if order == 1 or lines:
            return lines
        return self.second(weights, wanted)

    def values(self, *arrays: np.ndarray) -> list[Any]:
        return [unwrap(x) for x in self.run([_leaf(a) for a in arrays])]

    def gradients(self, arrays: Any, weights: Any) -> list[Any]:
        """The gradients of the weighted sum of the outputs, arrays."""
        tensors = [_leaf(a) for a in arrays]
        _weighted(self.run(tensors), weights).backward()
        return [_gradient(t) for t in tensors]

    def second(self, weights: list[Any], first: list[Any]) -> list[str]:
        """What is wrong with the derivatives of each gradient, by all operands and the weights."""
        # Gradients are linear in the weights. Seeing that they depend on them at all catches
        # rules that lose the cotangent, even those of linear functions.
        n = len(self.arrays)
        names = [str(x) for x in self.operands]
        leaves = [_leaf(a) for a in (*self.arrays, *weights)]
        _weighted(self.run(leaves[:n]), leaves[n:]).backward(create_graph=True)
        gradients = [t.grad for t in leaves[:n]]
        lines = self.compare(
            "the gradient with create_graph=True is wrong by",
            names,
            [_gradient(t) for t in leaves[:n]],
            first,
        )
        by = [*names, *[f"the weights of output {i}" for i in range(len(weights))]]

        def parts(*moved: np.ndarray) -> list[list[Any]]:
            return [list(_outputs(g)) for g in self.gradients(moved[:n], moved[n:])]

        here = parts(*self.arrays, *weights)
        directions = [_random(outputs) for outputs in here]
        wanted = self.differences(parts, directions, [*self.arrays, *weights])
        for name, grad, direction, slopes in zip(names, gradients, directions, wanted, strict=True):
            for t in leaves:
                t.null_grad()
            total = None if grad is None else _weighted(list(_outputs(grad)), direction)
            if total is not None:
                total.backward(retain_graph=True)
            what = f"the second derivative is wrong by {name} and"
            lines += self.compare(what, by, [_gradient(t) for t in leaves], slopes)
        for t in leaves:
            t.null_grad()
        return lines

    def differences(
        self,
        f: Callable[..., list[list[Any]]],
        weights: list[list[np.ndarray]],
        arrays: list[np.ndarray],
    ) -> list[list[np.ndarray]]:
        """The gradients of several weighted sums by each array, from differences."""
        arrays = [a.copy() for a in arrays]
        result = [[np.zeros_like(a) for a in arrays] for _ in weights]

        def slopes(a: np.ndarray, i: Any, h: complex) -> np.ndarray:
            at = a[i]
            a[i] = at + h
            above = f(*arrays)
            a[i] = at - h
            below = f(*arrays)
            a[i] = at
            # Element by element, so that what does not depend on a[i] cancels exactly.
            return np.array(
                [
                    sum(np.sum((x - y) * w) for x, y, w in zip(*lists, strict=True))
                    for lists in zip(above, below, weights, strict=True)
                ]
            ) / (2 * abs(h))

        for j, a in enumerate(arrays):
            for i in np.ndindex(a.shape):
                h = self.step * max(1.0, float(abs(a[i])))
                for unit in (1, 1j) if a.dtype.kind == "c" else (1,):
                    # The error of the first is four times that of the second.
                    found = (4 * slopes(a, i, unit * h / 2) - slopes(a, i, unit * h)) / 3
                    for k, slope in enumerate(found):
                        result[k][j][i] += unit * slope
        return result

    def compare(self, what: str, names: list[str], found: Any, wanted: Any) -> list[str]:
        """A line for each operand whose derivative is wrong: the worst of its elements."""
        lines = []
        for name, ours, theirs in zip(names, found, wanted, strict=True):
            with np.errstate(invalid="ignore"):
                error = np.abs(ours - theirs)
            largest = np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs))
            wrong = ~(error <= self.atol + self.rtol * largest)  # NaN is wrong
            if not np.any(wrong):
                continue
            i = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape)
            place = f"worst at {[int(k) for k in i]}" if i else "there"
            advice = "; a smaller step= may stay where f is finite" if np.isnan(theirs[i]) else ""
            lines.append(
                f"{what} {name}, in {np.count_nonzero(wrong)} of {wrong.size} elements\n"
                f"    {place} mygrad gives {ours[i]:.9g}, differences give {theirs[i]:.9g}, the "
                f"error is {error[i]:.1e}{advice}"
            )
        return lines


def _leaf(array: np.ndarray) -> Tensor:
    """A leaf with a copy of an array."""
    return Tensor(array, constant=False)
