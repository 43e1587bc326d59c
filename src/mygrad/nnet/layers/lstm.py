"""Long short-term memory."""

from typing import Any

import numpy as np

from ..._functions import apply
from ..._record import record
from ..._table import pullback
from .._shared import check_fraction, composed, is_zero
from ._recurrent import (
    check_sequence,
    check_shape,
    dropout_mask,
    initial,
    logistic_of,
    projected,
)

__all__ = ["lstm"]


def _lstm(operands: Any) -> Any:
    """All states, all cells, the gates i, f, g, o side by side, and tanh of the cells.

    The operands are the inputs' part of the gates, the weights of states, and the first state and
    cell.
    """
    inputs, w, s0, c0 = operands
    steps, n, d = inputs.shape[0], inputs.shape[1], s0.shape[-1]
    dtype = np.result_type(*operands)
    states = np.empty((steps + 1, n, d), dtype)
    cells = np.empty((steps + 1, n, d), dtype)
    gates = np.empty((steps, n, 4 * d), dtype)
    shown = np.empty((steps, n, d), dtype)
    states[0], cells[0] = s0, c0
    part = np.empty((n, d), dtype)
    with np.errstate(over="ignore"):
        for t in range(steps):
            now, cell = gates[t], cells[t + 1]
            np.matmul(states[t], w, out=now)
            now += inputs[t]
            logistic_of(now[:, : 2 * d])
            np.tanh(now[:, 2 * d : 3 * d], out=now[:, 2 * d : 3 * d])
            logistic_of(now[:, 3 * d :])
            np.multiply(now[:, d : 2 * d], cells[t], out=cell)
            np.multiply(now[:, :d], now[:, 2 * d : 3 * d], out=part)
            cell += part
            np.tanh(cell, out=shown[t])
            np.multiply(now[:, 3 * d :], shown[t], out=states[t + 1])
    return states, cells, gates, shown


@pullback(_lstm, several=True)
def _(g: Any, ans: Any, operands: Any) -> Any:
    states, cells, gates, shown = ans
    steps, _, d = shown.shape
    i, f, c, o = [gates[..., k * d : (k + 1) * d] for k in range(4)]
    before = cells[:-1]
    slope_shown = 1 - shown * shown
    # By the cell, and by the state: the derivatives of the gates' arguments, for all steps.
    from_cell = np.concatenate([c * i * (1 - i), before * f * (1 - f), i * (1 - c * c)], -1)
    from_state = shown * o * (1 - o)
    through = o * slope_shown
    # Only higher derivatives have cotangents for gates and what is shown.
    also = also_cell = None
    if not is_zero(g[2]):
        slopes = [i * (1 - i), f * (1 - f), 1 - c * c, o * (1 - o)]
        also = g[2] * np.concatenate(slopes, -1)
    if not is_zero(g[3]):
        also_cell = g[3] * slope_shown
    back = operands[1].T
    ds, dc = g[0][steps], g[1][steps]
    rows = []
    for t in range(steps - 1, -1, -1):
        dc = dc + ds * through[t]
        dc = dc if also_cell is None else dc + also_cell[t]
        a = np.concatenate([np.tile(dc, 3) * from_cell[t], ds * from_state[t]], -1)
        a = a if also is None else a + also[t]
        rows.append(a)
        ds = g[0][t] + a @ back
        dc = g[1][t] + dc * f[t]
    arguments = np.stack(rows[::-1])

    def cotangent(k: int) -> Any:
        if k == 0:
            return arguments
        if k == 1:
            return np.reshape(states[:-1], (-1, d)).T @ np.reshape(arguments, (-1, 4 * d))
        return ds if k == 2 else dc

    return cotangent


@composed
def _layer(x: Any, u: Any, w: Any, b: Any, s0: Any, c0: Any, mask_u: Any, mask_w: Any) -> Any:
    inputs = projected(x, u, b, mask_u)
    w = w if mask_w is None else w * mask_w
    return record(_lstm, ([inputs, w, s0, c0],), {})[:2]


def lstm(
    X: Any,
    U: Any,
    W: Any,
    b: Any,
    s0: Any = None,
    c0: Any = None,
    *,
    dropout: float = 0.0,
    constant: bool | None = None,
    rng: Any = None,
) -> tuple[Any, Any]:
    r"""Return the states and cells of long short-term memory [1]_ for sequences of inputs.

    .. math::

        i, f, o &= \sigma(x U + s W + b) \\
        g &= \tanh(x U + s W + b) \\
        c' &= f c + i g \\
        s' &= o \tanh(c')

    Parameters
    ----------
    X
        The inputs of T steps, for N sequences, of shape (T, N, C).
    U
        The weights of inputs for i, f, g and o, in that order side by side, of shape (C, 4 D).
    W
        The weights of states, of shape (D, 4 D).
    b
        Biases, of shape (4 D,).
    s0, c0
        The first state and cell, of shape (N, D); zeros, if not given.
    dropout
        The probability of dropping out, as in `gru`.
    constant
        True makes the results constants; None makes them so if all operands are.
    rng
        The generator that draws what drops out; NumPy's global state, if not given.

    Returns
    -------
    states, cells : Tensor
        Of shape (T + 1, N, D); first come `s0` and `c0`.

    Raises
    ------
    ValueError
        If a shape is wrong, or `dropout` not in [0, 1).

    References
    ----------
    .. [1] Hochreiter & Schmidhuber, Long Short-Term Memory, 1997; Gers et al., Learning to Forget,
       2000.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(5, 2, 3))  # 5 steps of 2 sequences
    >>> u, w, b = [mg.tensor(rng.normal(size=n)) for n in ((3, 16), (4, 16), 16)]
    >>> states, cells = mg.nnet.lstm(x, u, w, b)
    >>> states.shape
    (6, 2, 4)
    >>> states[-1].sum().backward()
    >>> w.grad.shape
    (4, 16)
    """
    X, U = check_sequence(X, U, "lstm", "U")
    _, n, _ = X.shape
    d, rest = divmod(U.shape[1], 4)
    if rest:
        raise ValueError(f"lstm: U must have the shape (C, 4 D); got {U.shape}")
    W = check_shape(W, (d, 4 * d), "lstm: W")
    b = check_shape(b, (4 * d,), "lstm: b")
    dtype = np.result_type(*[x.dtype for x in (X, U, W, b)])
    s0 = initial(s0, n, d, dtype, "lstm: s0")
    c0 = initial(c0, n, d, dtype, "lstm: c0")
    mask_u = mask_w = None
    rate = check_fraction(dropout, "lstm: dropout")
    if rate:
        mask_u = dropout_mask(rate, (1, n, 4 * d), dtype, rng, "lstm")
        mask_w = dropout_mask(rate, (d, 4 * d), dtype, rng, "lstm")
    states, cells = apply(_layer, (X, U, W, b, s0, c0, mask_u, mask_w), {}, constant)
    return states, cells
