"""Long short-term memory."""

from typing import Any

import numpy as np

from ..._record import check_constant, record
from ..._table import known_as, pullback
from ..._tensor import Tensor
from .._shared import check_fraction
from ._recurrent import (
    all_arrays,
    check_sequence,
    check_shape,
    dropout_mask,
    initial,
    of_projected,
    project,
    weighed_by,
)

__all__ = ["lstm"]


@known_as("mygrad.nnet.lstm")
def _lstm(operands: Any, mask_u: Any, mask_w: Any) -> Any:
    """All states, all cells, the gates o, i, f, g on axis 1, and tanh of the cells.

    The operands are x, U, W, b, and the first state and cell.
    """
    dtype = np.result_type(*operands)
    x, u, w, b, s0, c0 = [x.astype(dtype, copy=False) for x in operands]
    steps, (n, d) = len(x), s0.shape
    states, cells = np.empty((2, steps + 1, n, d), dtype)
    states[0], cells[0] = s0, c0
    shown = np.empty((steps, n, d), dtype)
    gates = np.empty((steps, 4, n, d), dtype)
    parts = [np.split(p, 4, -1) for p in (u, b, w if mask_w is None else w * mask_w)]
    # Sigmoids side by side; the negatives of their arguments, for sigmoid(x) is 1 / (1 + exp(-x)).
    o, i, f, g = range(4)
    ws = []
    for k, gate in enumerate((i, f, g, o)):
        u, b, w = [part[k].copy() if gate == g else -part[k] for part in parts]
        project(x, u, b, None if mask_u is None else mask_u[k], gates[:, gate])
        ws.append(w)
    w_i, w_f, w_g, w_o = ws
    more, part = np.empty((4, n, d), dtype), np.empty((n, d), dtype)
    more_o, more_i, more_f, more_g = more
    add, divide, exp, tanh, one = np.add, np.divide, np.exp, np.tanh, np.ones((), dtype)
    s, cell = states[0], cells[0]
    # As in `gru`: few calls, on contiguous arrays, and the sigmoids' reciprocals until the end.
    with np.errstate(over="ignore"):
        for s_after, after, gate, sigmoids, seen in zip(
            states[1:], cells[1:], gates, gates[:, :3], shown, strict=True
        ):
            s.dot(w_o, more_o)
            s.dot(w_i, more_i)
            s.dot(w_f, more_f)
            s.dot(w_g, more_g)
            add(gate, more, gate)
            exp(sigmoids, sigmoids)
            add(sigmoids, one, sigmoids)
            o, i, f, g = gate
            tanh(g, g)
            divide(cell, f, after)
            divide(g, i, part)
            add(after, part, after)
            tanh(after, seen)
            divide(seen, o, s_after)
            s, cell = s_after, after
    np.reciprocal(gates[:, :3], out=gates[:, :3])
    return states, cells, gates, shown


@pullback(_lstm, several=True, sparse=True)
def _(g: Any, ans: Any, operands: Any, mask_u: Any, mask_w: Any) -> Any:
    states, _, _, shown = ans
    w = operands[2] if mask_w is None else operands[2] * mask_w
    if g[2] is g[3] is None and all_arrays(shown, w, *[c for c in g[:2] if c is not None]):
        a, ds, dc = _back_in_place(g, ans, w)
    else:
        a, ds, dc = _back(g, ans, w)
    if mask_u is not None:
        mask_u = np.concatenate(mask_u, -1)

    def cotangent(k: int) -> Any:
        if k == 0:
            return of_projected(a, mask_u) @ operands[1].T
        if k == 1:
            return weighed_by(operands[0], of_projected(a, mask_u))
        if k == 2:
            c = weighed_by(states[:-1], a)
            return c if mask_w is None else c * mask_w
        return np.sum(a, (0, 1)) if k == 3 else ds if k == 4 else dc

    return cotangent


def _back(g: Any, ans: Any, w: Any) -> Any:
    """The cotangents of the gates' arguments, side by side, and of the first state and cell."""
    g_states, g_cells, g_gates, g_shown = g
    states, cells, gates, shown = ans
    o, i, f, c = [gates[:, k] for k in range(4)]
    before = cells[:-1]
    slope_shown = 1 - shown * shown
    # By the cell, and by the state: the derivatives of the gates' arguments, for all steps.
    by_cell = c * i * (1 - i), before * f * (1 - f), i * (1 - c * c)
    by_state = shown * o * (1 - o)
    through = o * slope_shown
    # What nothing depends on; only higher derivatives have cotangents for all of them.
    g_states = np.zeros_like(states) if g_states is None else g_states
    g_cells = np.zeros_like(cells) if g_cells is None else g_cells
    also = also_cell = None
    if g_gates is not None:
        slopes = [i * (1 - i), f * (1 - f), 1 - c * c, o * (1 - o)]
        also = [g_gates[:, (k + 1) % 4] * slope for k, slope in enumerate(slopes)]
    if g_shown is not None:
        also_cell = g_shown * slope_shown
    ds, dc = g_states[-1], g_cells[-1]
    rows = []
    for t in range(len(shown) - 1, -1, -1):
        dc = dc + ds * through[t]
        dc = dc if also_cell is None else dc + also_cell[t]
        parts = [*[dc * slope[t] for slope in by_cell], ds * by_state[t]]
        if also is not None:
            parts = [part + more[t] for part, more in zip(parts, also, strict=True)]
        rows.append(np.concatenate(parts, -1))
        ds = g_states[t] + rows[-1] @ w.T
        dc = g_cells[t] + dc * f[t]
    return np.stack(rows[::-1]), ds, dc


def _back_in_place(g: Any, ans: Any, w: Any) -> Any:
    """`_back` for arrays, in a third of the time."""
    _, cells, gates, shown = ans
    steps, n, d = shown.shape
    dtype = shown.dtype
    o, i, f, c = [gates[:, k] for k in range(4)]
    slopes = 1 - gates
    by_state, by_cell = slopes[:, 0], slopes[:, 1:]
    slopes[:, :3] *= gates[:, :3]
    by_state *= shown
    by_cell[:, 0] *= c
    by_cell[:, 1] *= cells[:-1]
    # The last is 1 - g here; the slope of tanh(x) is 1 - tanh(x)**2.
    by_cell[:, 2] *= i
    by_cell[:, 2] += by_cell[:, 2] * c
    through = shown * shown
    np.subtract(1, through, out=through)
    through *= o
    a = np.empty((steps, n, 4 * d), dtype)
    by_gate = a.reshape(steps, n, 4, d).swapaxes(1, 2)
    back = w.T.astype(dtype, copy=False)
    ds, dc, part = np.empty((3, n, d), dtype)
    zeros = np.broadcast_to(np.zeros((), dtype), cells.shape)
    g_states, g_cells = [zeros if c is None else c for c in g[:2]]
    ds[...], dc[...] = g_states[-1], g_cells[-1]
    add, multiply = np.add, np.multiply
    arrays = (g_states[:-1], g_cells[:-1], by_cell, by_state, through, f, a, by_gate)
    rows = zip(*[x[::-1] for x in arrays], strict=True)
    for more_s, more_c, by_c, by_s, slope, forget, a_t, out in rows:
        multiply(ds, slope, part)
        add(dc, part, dc)
        multiply(dc, by_c, out[:3])
        multiply(ds, by_s, out[3])
        a_t.dot(back, ds)
        add(ds, more_s, ds)
        multiply(dc, forget, dc)
        add(dc, more_c, dc)
    return a, ds, dc


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
) -> tuple[Tensor, Tensor]:
    """Return the states and cells of long short-term memory [1]_ for sequences of inputs.

    Each step computes the next cell ``c`` and state ``s`` of the input ``x`` and those before::

        i, f, g, o = split(x @ U + s @ W + b, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        s = sigmoid(o) * tanh(c)

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
    check_constant(constant)
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
        mask_u = dropout_mask(rate, (4, n, d), dtype, rng, "lstm")
        mask_w = dropout_mask(rate, (d, 4 * d), dtype, rng, "lstm")
    states, cells, *_ = record(_lstm, ([X, U, W, b, s0, c0], mask_u, mask_w), {}, constant)
    return states, cells
