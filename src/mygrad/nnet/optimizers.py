"""Optimisers, which change parameters by their gradients; learning rates; clipping.

>>> w = mg.tensor([1.0, -2.0])
>>> optimizer = mg.nnet.optimizers.Adam([w], lr=mg.nnet.optimizers.cosine_decay(0.3, 100))
>>> for step in range(100):
...     (w * w).sum().backward()
...     optimizer.step()
>>> bool(np.all(np.abs(w) < 0.1))
True

The state of an optimiser is a flat dictionary of arrays and numbers:

>>> import io
>>> file = io.BytesIO()
>>> np.savez(file, **optimizer.state_dict())
>>> file.seek(0)
0
>>> optimizer.load_state_dict(np.load(file))
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from operator import index
from typing import Any

import numpy as np

from .._operands import unwrap
from .._state import is_constant
from .._tensor import Tensor
from .._trees import leaves_of
from ._shared import plain_number

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSProp",
    "clip_grad_norm",
    "clip_grad_value",
    "cosine_decay",
    "exponential_decay",
    "linear_warmup",
    "step_decay",
]

#: The learning rate by the number of steps that were taken before.
Schedule = Callable[[int], float]


# ----------------------------------------------------------------------------------------
# Optimisers
# ----------------------------------------------------------------------------------------


class Optimizer(ABC):
    """What optimisers have in common. A class of your own defines `_change`.

    Parameters
    ----------
    params
        The tensors to be changed: an iterable of them, or nested dicts, lists, tuples, dataclasses.
    lr
        The learning rate: a number, or a function of the number of steps taken so far.

    Attributes
    ----------
    params
        The tensors, as a flat list.
    lr
        The learning rate, as it was given; may be assigned.
    steps
        The number of steps taken.

    Raises
    ------
    TypeError
        If a parameter is no tensor, or `lr` neither number nor function.
    ValueError
        If there is no parameter, the same one twice, or one that is a constant; or if `lr` is
        negative.

    Notes
    -----
    Complex numbers are optimised as pairs of real ones, and half precision is computed in single
    precision: `_change` gets arrays with a last axis of 2, or of float32, and so are those that it
    keeps.

    Examples
    --------
    >>> class SignDescent(mg.nnet.optimizers.Optimizer):
    ...     def _change(self, value, grad, state, lr):
    ...         return lr * np.sign(grad)
    >>> params = {"weight": mg.tensor([[1.0, -2.0]]), "bias": mg.tensor(3.0)}
    >>> optimizer = SignDescent(params, lr=0.5)
    >>> (params["weight"] * params["bias"]).sum().backward()
    >>> optimizer.step()
    >>> params
    {'weight': Tensor([[ 0.5, -2.5]]), 'bias': Tensor(3.5)}
    """

    def __init__(self, params: Any, lr: float | Schedule) -> None:
        self.params = _parameters(params, type(self).__name__)
        self.lr = lr
        self.steps = 0
        #: For each parameter, arrays of its shape by name (and `steps`, the number of those in
        #: which it had a gradient); made at its first step.
        self._state: list[dict[str, np.ndarray]] = [{} for _ in self.params]
        self._rate()

    def step(self) -> None:
        """Change the parameters by their gradients. Those that have none stay as they are.

        The values are written into the tensors' arrays; if a graph still relies on an array, the
        tensor gets another one. Gradients stay: the next `backward` replaces them.
        """
        lr = self._rate()
        self.steps += 1
        for p, state in zip(self.params, self._state, strict=True):
            if p.grad is not None:
                value, grad = _computing(unwrap(p)), _computing(unwrap(p.grad))
                _subtract(p, self._change(value, grad, state, lr))

    def zero_grad(self) -> None:
        """Drop the gradients: parameters that the next loss does not depend on then stay."""
        for p in self.params:
            p.null_grad()

    def _rate(self) -> float:
        lr = self.lr(self.steps) if callable(self.lr) else self.lr
        return _not_negative(lr, f"{type(self).__name__}: lr")

    @abstractmethod
    def _change(
        self, value: np.ndarray, grad: np.ndarray, state: dict[str, np.ndarray], lr: float
    ) -> Any:
        """What is to be subtracted from a parameter; what is to be remembered goes into `state`."""

    def state_dict(self) -> dict[str, Any]:
        """Return what the optimiser remembers, as copies: numbers and arrays, by name.

        The learning rate and the other settings are not part of it.
        """
        state: dict[str, Any] = {"optimizer": type(self).__name__, "steps": self.steps}
        state["parameters"] = len(self.params)
        for i, arrays in enumerate(self._state):
            state |= {f"{i}.{name}": a.copy() for name, a in arrays.items()}
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned, or from a file of it that `numpy.load` opened.

        Raises
        ------
        ValueError
            If it is of another kind of optimiser, of other parameters, or damaged. The optimiser is
            then as it was.
        """
        kind = str(state["optimizer"]) if "optimizer" in state else "something else"
        if kind != type(self).__name__:
            raise ValueError(f"this is the state of {kind}, not of {type(self).__name__}")
        counts = {name: _count(state, name) for name in ("steps", "parameters")}
        if counts["parameters"] != len(self.params):
            raise ValueError(
                f"this is the state of {counts['parameters']} parameters, but there are "
                f"{len(self.params)}"
            )
        loaded: list[dict[str, np.ndarray]] = [{} for _ in self.params]
        for key in state:
            number, dot, name = key.partition(".")
            if not dot:
                continue
            if not number.isdecimal() or int(number) >= len(self.params):
                raise ValueError(
                    f"the state has an entry {key!r}, but there are {len(self.params)} parameters"
                )
            p, a = self.params[int(number)], np.asarray(state[key])
            like = np.zeros((), int) if name == "steps" else _computing(unwrap(p))
            if a.shape != like.shape:
                raise ValueError(
                    f"the state's {key!r} has the shape {a.shape}, parameter {number} {like.shape}"
                )
            if a.dtype.kind not in "iuf":
                raise ValueError(f"the state's {key!r} must be numbers; its dtype is {a.dtype}")
            loaded[int(number)][name] = a.astype(like.dtype)
        self.steps = counts["steps"]
        self._state = loaded


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum [1]_.

    Parameters
    ----------
    params, lr
        As of `Optimizer`.
    momentum
        The part of the last change that is kept.
    nesterov
        Take the gradient's place into account as if the change were made already.
    weight_decay
        This times the parameter is added to its gradient.

    Raises
    ------
    ValueError
        If a number is negative, or `nesterov` is asked for without momentum.
    TypeError
        If something is no number.

    References
    ----------
    .. [1] Sutskever et al., On the importance of initialization and momentum in deep learning,
       2013.

    Examples
    --------
    >>> w = mg.tensor([1.0, -2.0])
    >>> optimizer = mg.nnet.optimizers.SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    Tensor([ 0.8, -1.6])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Schedule,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        self.momentum = _not_negative(momentum, "SGD: momentum")
        self.weight_decay = _not_negative(weight_decay, "SGD: weight_decay")
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise ValueError("SGD: nesterov=True needs a momentum above 0")

    def _change(
        self, value: np.ndarray, grad: np.ndarray, state: dict[str, np.ndarray], lr: float
    ) -> Any:
        if self.weight_decay:
            grad = grad + self.weight_decay * value
        if not self.momentum:
            return lr * grad
        if "velocity" in state:
            velocity = state["velocity"]
            velocity *= self.momentum
            velocity += grad
        else:
            velocity = state["velocity"] = np.array(grad)
        return lr * (grad + self.momentum * velocity if self.nesterov else velocity)


class Adam(Optimizer):
    """Adam [1]_: each element's rate depends on the size of its gradients.

    Parameters
    ----------
    params, lr
        As of `Optimizer`.
    betas
        How much of the running means of gradients and of their squares is kept.
    eps
        What is added to the root of the squares.
    weight_decay
        This times the parameter is added to its gradient.

    Raises
    ------
    ValueError
        If a number is negative, or one of `betas` is not below 1.
    TypeError
        If something is no number.

    References
    ----------
    .. [1] Kingma & Ba, Adam: A Method for Stochastic Optimization, 2014.

    Examples
    --------
    >>> w = mg.tensor([1.0, -2.0])
    >>> optimizer = mg.nnet.optimizers.Adam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    Tensor([ 0.9, -1.9])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Schedule = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        name = type(self).__name__
        if np.shape(betas) != (2,):
            raise ValueError(f"{name}: betas must be two numbers; got {betas!r}")
        first, second = [_below_one(beta, f"{name}: betas") for beta in betas]
        self.betas = first, second
        self.eps = _not_negative(eps, f"{name}: eps")
        self.weight_decay = _not_negative(weight_decay, f"{name}: weight_decay")

    def _change(
        self, value: np.ndarray, grad: np.ndarray, state: dict[str, np.ndarray], lr: float
    ) -> Any:
        if self.weight_decay:
            grad = grad + self.weight_decay * value
        return self._adapted(grad, state, lr)

    def _adapted(self, grad: np.ndarray, state: dict[str, np.ndarray], lr: float) -> Any:
        if not state:
            state |= {"mean": np.zeros_like(grad), "square": np.zeros_like(grad)}
            state["steps"] = np.zeros((), int)
        first, second = self.betas
        mean, square, steps = state["mean"], state["square"], state["steps"]
        mean *= first
        mean += (1 - first) * grad
        square *= second
        square += (1 - second) * grad * grad
        # Counted for each parameter: one may have had no gradient at first.
        steps += 1
        n = int(steps)
        root = np.sqrt(square)
        root /= math.sqrt(1 - second**n)
        root += self.eps
        return (lr / (1 - first**n)) * mean / root


class AdamW(Adam):
    """Adam with weight decay that does not go through the adapted rates [1]_.

    Parameters
    ----------
    params, lr, betas, eps
        As of `Adam`.
    weight_decay
        The learning rate times this times the parameter is subtracted.

    Raises
    ------
    ValueError, TypeError
        As `Adam` does.

    References
    ----------
    .. [1] Loshchilov & Hutter, Decoupled Weight Decay Regularization, 2017.

    Examples
    --------
    >>> w = mg.tensor([1.0, -2.0])
    >>> optimizer = mg.nnet.optimizers.AdamW([w], lr=0.1, weight_decay=0.5)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    Tensor([ 0.85, -1.8 ])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Schedule = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def _change(
        self, value: np.ndarray, grad: np.ndarray, state: dict[str, np.ndarray], lr: float
    ) -> Any:
        return self._adapted(grad, state, lr) + lr * self.weight_decay * value


class RMSProp(Optimizer):
    """RMSProp [1]_: gradients are divided by the root of their mean square.

    Parameters
    ----------
    params, lr
        As of `Optimizer`.
    decay
        How much of the running mean of squares is kept.
    eps
        What is added to the root.
    momentum
        The part of the last change that is kept.
    centered
        Subtract the square of the running mean of gradients: then it is their variance.
    weight_decay
        This times the parameter is added to its gradient.

    Raises
    ------
    ValueError
        If a number is negative, or `decay` is not below 1.
    TypeError
        If something is no number.

    References
    ----------
    .. [1] Tieleman & Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012.

    Examples
    --------
    >>> w = mg.tensor([1.0, -2.0])
    >>> optimizer = mg.nnet.optimizers.RMSProp([w], lr=0.01)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    Tensor([ 0.9, -1.9])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Schedule = 0.01,
        *,
        decay: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        centered: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        self.decay = _below_one(decay, "RMSProp: decay")
        self.eps = _not_negative(eps, "RMSProp: eps")
        self.momentum = _not_negative(momentum, "RMSProp: momentum")
        self.weight_decay = _not_negative(weight_decay, "RMSProp: weight_decay")
        self.centered = centered

    def _change(
        self, value: np.ndarray, grad: np.ndarray, state: dict[str, np.ndarray], lr: float
    ) -> Any:
        for name in ("square", "mean", "velocity"):
            wanted = {"mean": self.centered, "velocity": bool(self.momentum)}.get(name, True)
            if wanted and name not in state:
                state[name] = np.zeros_like(grad)
        if self.weight_decay:
            grad = grad + self.weight_decay * value
        square = state["square"]
        square *= self.decay
        square += (1 - self.decay) * grad * grad
        spread = square
        if self.centered:
            mean = state["mean"]
            mean *= self.decay
            mean += (1 - self.decay) * grad
            spread = np.maximum(square - mean * mean, 0)
        change = grad / (np.sqrt(spread) + self.eps)
        if self.momentum:
            velocity = state["velocity"]
            velocity *= self.momentum
            velocity += change
            change = velocity
        return lr * change


def _parameters(params: Any, name: str) -> list[Tensor]:
    if isinstance(params, Tensor):
        raise TypeError(f"{name} takes a sequence of tensors; got a single one: write [tensor]")
    leaves: list[Any] = leaves_of(params)
    if leaves and leaves[0] is params:
        # No container: an iterator, say, or the values of a dict.
        if not isinstance(params, Iterable):
            raise TypeError(
                f"{name} takes tensors, in a list or nested in dicts, lists and tuples; got "
                f"{type(params).__name__}"
            )
        leaves = leaves_of(list(params))
    if not leaves:
        raise ValueError(f"{name} was given no parameters")
    for i, p in enumerate(leaves):
        if not isinstance(p, Tensor):
            raise TypeError(f"{name}: parameter {i} must be a tensor; got {type(p).__name__}")
        if is_constant(p):
            raise ValueError(f"{name}: parameter {i} (shape {p.shape}) is a constant")
    if len({id(p) for p in leaves}) < len(leaves):
        raise ValueError(f"{name} was given the same parameter twice")
    return leaves


def _not_negative(x: Any, name: str) -> float:
    number = plain_number(x, name)
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} must not be negative, and finite; got {number}")
    return number


def _below_one(x: Any, name: str) -> float:
    number = plain_number(x, name)
    if not 0 <= number < 1:
        raise ValueError(f"{name} must be in [0, 1); got {number}")
    return number


def _at_least(x: Any, least: int, name: str) -> int:
    try:
        number = index(x)
    except TypeError:
        raise TypeError(f"{name} must be an integer; got {x!r}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}; got {number}")
    return number


def _count(state: Mapping[str, Any], name: str) -> int:
    """A number that a state must have."""
    x = np.asarray(state.get(name))
    if x.dtype.kind not in "iu" or x.shape or x < 0:
        raise ValueError(f"the state's {name!r} must be an integer that is not negative; got {x}")
    return int(x)


def _computing(a: np.ndarray) -> np.ndarray:
    """The numbers that a step computes with.

    The square of a complex number is not that of its size; half precision has no room for squares.
    """
    if a.dtype.kind == "c":
        return np.stack([a.real, a.imag], axis=-1)
    return a.astype(np.float32) if a.dtype == np.float16 else a


def _subtract(p: Tensor, change: Any) -> None:
    array = p.data
    if array.dtype.kind == "c":
        change = change[..., 0] + 1j * change[..., 1]
    if array.flags.writeable:
        array -= change
    else:
        p.data = np.asarray(array - change, array.dtype)


# ----------------------------------------------------------------------------------------
# Clipping
# ----------------------------------------------------------------------------------------


def clip_grad_norm(params: Any, max_norm: float) -> float:
    """Scale the gradients of parameters, if the norm of all of them together is too large [1]_.

    Parameters
    ----------
    params
        The tensors, nested or not. Those without a gradient count as zero.
    max_norm
        The largest norm allowed; not negative.

    Returns
    -------
    float
        The norm before scaling.

    Raises
    ------
    ValueError
        If the norm is infinite or nan (no factor makes such gradients finite), `max_norm` is
        negative, or the gradients belong to a graph (``create_graph=True``).
    TypeError
        If a parameter is no tensor.

    References
    ----------
    .. [1] Pascanu et al., On the Difficulty of Training Recurrent Neural Networks, 2012.

    Examples
    --------
    >>> w = mg.tensor([3.0, 4.0])
    >>> (w * w).backward()
    >>> mg.nnet.optimizers.clip_grad_norm([w], 1.0)
    10.0
    >>> w.grad
    array([0.6, 0.8])
    """
    max_norm = _not_negative(max_norm, "clip_grad_norm: max_norm")
    gradients = _gradients(params, "clip_grad_norm")
    # The norms' norm: squares of large gradients would overflow in a small dtype.
    norm = math.hypot(*[float(np.linalg.norm(np.abs(g).astype(float))) for g in gradients])
    if not math.isfinite(norm):
        raise ValueError(f"clip_grad_norm: the norm of the gradients is {norm}")
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return norm


def clip_grad_value(params: Any, limit: float) -> None:
    """Cut off the elements of the gradients of parameters at ``-limit`` and `limit`.

    Parameters
    ----------
    params
        The tensors, nested or not. Those without a gradient are left out.
    limit
        The largest absolute value allowed; not negative. Of complex numbers both parts are cut off.

    Raises
    ------
    ValueError
        If `limit` is negative, or the gradients belong to a graph (``create_graph=True``).
    TypeError
        If a parameter is no tensor.

    Examples
    --------
    >>> w = mg.tensor([1.0, -4.0])
    >>> (w * w).backward()
    >>> mg.nnet.optimizers.clip_grad_value([w], 3.0)
    >>> w.grad
    array([ 2., -3.])
    """
    limit = _not_negative(limit, "clip_grad_value: limit")
    for g in _gradients(params, "clip_grad_value"):
        for part in (g.real, g.imag) if g.dtype.kind == "c" else (g,):
            np.clip(part, -limit, limit, out=part)


def _gradients(params: Any, name: str) -> list[np.ndarray]:
    """The arrays of the gradients, to be written into."""
    gradients = [p.grad for p in _parameters(params, name)]
    if any([isinstance(g, Tensor) for g in gradients]):
        raise ValueError(
            f"{name} writes into gradients, but these were made with create_graph=True and belong "
            "to a graph"
        )
    return [g for g in gradients if g is not None]


# ----------------------------------------------------------------------------------------
# Learning rates
# ----------------------------------------------------------------------------------------


def step_decay(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """Return a learning rate that is multiplied by `factor` after `every` so many steps.

    Parameters
    ----------
    lr
        The learning rate at first.
    every
        The number of steps with the same rate; at least 1.
    factor
        What the rate is multiplied by, not negative.

    Returns
    -------
    Callable[[int], float]
        The rate by the number of steps that were taken.

    Raises
    ------
    ValueError
        If a number is negative, or `every` below 1.

    Examples
    --------
    >>> rate = mg.nnet.optimizers.step_decay(0.1, every=10, factor=0.5)
    >>> rate(9), rate(10)
    (0.1, 0.05)
    """
    start, factor = _not_negative(lr, "step_decay: lr"), _not_negative(factor, "step_decay: factor")
    every = _at_least(every, 1, "step_decay: every")
    return lambda step: start * factor ** (step // every)


def exponential_decay(lr: float, factor: float) -> Schedule:
    """Return a learning rate that is multiplied by `factor` after each step.

    Parameters
    ----------
    lr
        The learning rate at first.
    factor
        What the rate is multiplied by, not negative.

    Returns
    -------
    Callable[[int], float]
        The rate by the number of steps that were taken.

    Raises
    ------
    ValueError
        If a number is negative.

    Examples
    --------
    >>> rate = mg.nnet.optimizers.exponential_decay(0.1, 0.5)
    >>> rate(0), rate(1)
    (0.1, 0.05)
    """
    start = _not_negative(lr, "exponential_decay: lr")
    factor = _not_negative(factor, "exponential_decay: factor")
    return lambda step: start * factor**step


def cosine_decay(lr: float, steps: int, final: float = 0.0) -> Schedule:
    """Return a learning rate that falls to `final` along half a cosine, in so many steps [1]_.

    It stays there.

    Parameters
    ----------
    lr
        The learning rate at first.
    steps
        The number of steps in which it falls; at least 1.
    final
        The rate at last.

    Returns
    -------
    Callable[[int], float]
        The rate by the number of steps that were taken.

    Raises
    ------
    ValueError
        If a rate is negative, or `steps` below 1.

    References
    ----------
    .. [1] Loshchilov & Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2016.

    Examples
    --------
    >>> rate = mg.nnet.optimizers.cosine_decay(0.1, steps=100)
    >>> round(rate(0), 6), round(rate(50), 6), round(rate(100), 6), round(rate(150), 6)
    (0.1, 0.05, 0.0, 0.0)
    """
    start = _not_negative(lr, "cosine_decay: lr")
    final = _not_negative(final, "cosine_decay: final")
    steps = _at_least(steps, 1, "cosine_decay: steps")
    return lambda step: (
        final + (start - final) * 0.5 * (1 + math.cos(math.pi * min(step, steps) / steps))
    )


def linear_warmup(lr: float | Schedule, steps: int) -> Schedule:
    """Return a learning rate that rises to `lr` in so many steps, and then is `lr`.

    Parameters
    ----------
    lr
        The learning rate that is reached: a number, or a schedule, which then begins.
    steps
        The number of steps below it.

    Returns
    -------
    Callable[[int], float]
        The rate by the number of steps that were taken.

    Raises
    ------
    ValueError
        If a number is negative.

    Examples
    --------
    >>> rate = mg.nnet.optimizers.linear_warmup(1.0, steps=4)
    >>> rate(0), rate(1), rate(4), rate(5)
    (0.2, 0.4, 1.0, 1.0)
    """
    reached = lr if callable(lr) else _not_negative(lr, "linear_warmup: lr")
    steps = _at_least(steps, 0, "linear_warmup: steps")

    def rate(step: int) -> float:
        full = reached(max(step - steps, 0)) if callable(reached) else reached
        return full * min(1.0, (step + 1) / (steps + 1))

    return rate
