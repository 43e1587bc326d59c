"""The gated recurrent unit."""

from operator import index
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
    masked,
    of_projected,
    project,
    weighed_by,
)

__all__ = ["gru"]


@known_as("mygrad.nnet.gru")
def _gru(operands: Any, limit: int, mask_u: Any, masks_w: Any) -> Any:
    """All states, the gates z and r, one behind the other on axis 1, and the candidates h.

    The operands are x, three each of U, W and b, and the first state.
    """
    dtype = np.result_type(*operands)
    x, *p = [x.astype(dtype, copy=False) for x in operands]
    ws, s0 = masked(p[3:6], masks_w), p[9]
    steps, (n, d) = len(x), s0.shape
    states = np.empty((steps + 1, n, d), dtype)
    gates = np.empty((steps, 2, n, d), dtype)
    candidates = np.empty((steps, n, d), dtype)
    states[0] = s0
    for k, out in enumerate((gates[:, 0], gates[:, 1], candidates)):
        # The negatives of what goes into gates, for sigmoid(x) is 1 / (1 + exp(-x)).
        u, b = (-p[k], -p[6 + k]) if k < 2 else (p[k], p[6 + k])
        project(x, u, b, None if mask_u is None else mask_u[k], out)
    w_z, w_r, w_h = -ws[0], -ws[1], ws[2]
    more, more_h = np.empty((2, n, d), dtype), np.empty((n, d), dtype)
    more_z, more_r = more
    reset = np.empty((n, d), dtype)
    add, subtract, divide, exp, tanh = np.add, np.subtract, np.divide, np.exp, np.tanh
    one = np.ones((), dtype)
    s = states[0]
    rows = zip(states[1:], gates, gates[:, 0], gates[:, 1], candidates, strict=True)
    # The time goes into calls, and small contiguous arrays have the fastest. Hence all in place,
    # and 1 / z and 1 / r in the place of z and r until the end.
    with np.errstate(over="ignore"):
        for after, gate, z, r, h in rows:
            s.dot(w_z, more_z)
            s.dot(w_r, more_r)
            add(gate, more, gate)
            exp(gate, gate)
            add(gate, one, gate)
            divide(s, r, reset)
            reset.dot(w_h, more_h)
            add(h, more_h, h)
            tanh(h, h)
            subtract(s, h, after)
            divide(after, z, after)
            add(after, h, after)
            s = after
    np.reciprocal(gates, out=gates)
    return states, gates, candidates


@pullback(_gru, several=True, sparse=True)
def _(g: Any, ans: Any, operands: Any, limit: int, mask_u: Any, masks_w: Any) -> Any:
    states, _, h = ans
    ws = masked(operands[4:7], masks_w)
    d = h.shape[-1]
    if g[1] is g[2] is None and limit == len(h) - 1 and all_arrays(g[0], h, *ws):
        a, first = _back_in_place(g[0], ans, ws)
    else:
        a, first = _back(g, ans, ws, limit)
    if mask_u is not None:
        mask_u = np.concatenate(mask_u, -1)

    def cotangent(i: int) -> Any:
        if i == 10:
            return first
        if i == 0:
            return of_projected(a, mask_u) @ np.concatenate(operands[1:4], 1).T
        gate = (i - 1) % 3
        part = slice(gate * d, (gate + 1) * d)
        if i < 4:
            return weighed_by(operands[0], of_projected(a, mask_u)[..., part])
        if i < 7:
            before = states[:-1]
            c = weighed_by(ans[1][:, 1] * before if gate == 2 else before, a[..., part])
            return c if masks_w is None else c * masks_w[gate]
        return np.sum(a[..., part], (0, 1))

    return cotangent


def _back(g: Any, ans: Any, ws: Any, limit: int) -> Any:
    """The cotangents of the arguments of gates and candidates, side by side, and of the state."""
    g, g_gates, g_h = g
    states, gates, h = ans
    before = states[:-1]
    steps = len(h)
    z, r = gates[:, 0], gates[:, 1]
    # The slopes of what the gates' and candidates' arguments go through, for all steps.
    slopes = gates * (1 - gates)
    slope_h = 1 - h * h
    from_z, from_r = (before - h) * slopes[:, 0], before * slopes[:, 1]
    from_h = (1 - z) * slope_h
    back_z, back_r, back_h = [w.T for w in ws]
    # Only higher derivatives have cotangents for all states, gates and candidates.
    g = np.zeros_like(states) if g is None else g
    also_zr = None if g_gates is None else g_gates * slopes
    also_h = None if g_h is None else g_h * slope_h

    def back(ds: Any, t: Any) -> Any:
        """What a cotangent of the states after the steps `t` gives to arguments and states."""
        ah = ds * from_h[t]
        ah = ah if also_h is None else ah + also_h[t]
        reset = ah @ back_h
        az, ar = ds * from_z[t], reset * from_r[t]
        if also_zr is not None:
            az, ar = az + also_zr[t, 0], ar + also_zr[t, 1]
        ds = ds * z[t] + reset * r[t] + az @ back_z + ar @ back_r
        return np.concatenate([az, ar, ah], -1), ds

    if limit < steps - 1:
        # Each state's cotangent goes back as many steps as allowed: all states' do so together.
        after = g[1:]
        for _ in range(limit):
            after = np.concatenate([g[1:-1] + back(after[1:], slice(1, None))[1], g[-1:]])
        a, ds = back(after, slice(None))
        return a, g[0] + ds[0]
    ds = g[steps]
    rows = []
    for t in range(steps - 1, -1, -1):
        row, ds = back(ds, t)
        rows.append(row)
        ds = g[t] + ds
    return np.stack(rows[::-1]), ds


def _back_in_place(g: Any, ans: Any, ws: Any) -> Any:
    """`_back` for arrays, through all steps, in a third of the time."""
    states, gates, h = ans
    before = states[:-1]
    steps, _, n, d = gates.shape
    dtype = gates.dtype
    from_zr = 1 - gates
    from_h = from_zr[:, 0].copy()
    part = h * h
    np.subtract(1, part, out=part)
    from_h *= part
    from_zr *= gates
    from_zr[:, 0] *= np.subtract(before, h, out=part)
    from_zr[:, 1] *= before
    ah = part
    a = np.empty((steps, n, 3 * d), dtype)
    # A gate's arguments are rows apart there, where the next product needs them.
    by_gate = a[..., : 2 * d].reshape(steps, n, 2, d).swapaxes(1, 2)
    back_zr = np.concatenate(ws[:2], 1).T.astype(dtype, copy=False)
    back_h = ws[2].T.astype(dtype, copy=False)
    pair, part = np.empty((2, n, d), dtype), np.empty((n, d), dtype)
    ds, reset = pair
    ds[...] = g[-1]
    add, multiply = np.add, np.multiply
    rows = (g[:-1], gates, from_zr, from_h, by_gate, a[..., : 2 * d], ah)
    for more, gate, by_zr, by_h, out, azr, ah_t in zip(*[x[::-1] for x in rows], strict=True):
        multiply(ds, by_h, ah_t)
        ah_t.dot(back_h, reset)
        multiply(pair, by_zr, out)
        azr.dot(back_zr, part)
        multiply(pair, gate, pair)
        add(ds, reset, ds)
        add(ds, part, ds)
        add(ds, more, ds)
    a[..., 2 * d :] = ah
    return a, ds


def gru(
    X: Any,
    Uz: Any,
    Wz: Any,
    bz: Any,
    Ur: Any,
    Wr: Any,
    br: Any,
    Uh: Any,
    Wh: Any,
    bh: Any,
    s0: Any = None,
    bp_lim: int | None = None,
    dropout: float = 0.0,
    constant: bool | None = None,
    *,
    rng: Any = None,
) -> Tensor:
    """Return the states of a gated recurrent unit [1]_ for sequences of inputs.

    Each step computes the next state ``s`` of the input ``x`` and the state before::

        z = sigmoid(x @ Uz + s @ Wz + bz)
        r = sigmoid(x @ Ur + s @ Wr + br)
        h = tanh(x @ Uh + (r * s) @ Wh + bh)
        s = (1 - z) * h + z * s

    Parameters
    ----------
    X
        The inputs of T steps, for N sequences, of shape (T, N, C).
    Uz, Ur, Uh
        The weights of inputs, of shape (C, D).
    Wz, Wr, Wh
        The weights of states, of shape (D, D).
    bz, br, bh
        Biases, of shape (D,).
    s0
        The first state, of shape (N, D); zeros, if not given. A tensor gets a gradient.
    bp_lim
        How many steps back gradients go through states; fewer than T. All, if not given.
    dropout
        The probability of dropping out, in [0, 1): parts of what inputs give to gates, the same at
        all steps, and weights of states [2]_. What is left is divided by ``1 - dropout``.
    constant
        True makes the result a constant; None makes it one if all operands are.
    rng
        The generator that draws what drops out; NumPy's global state, if not given.

    Returns
    -------
    Tensor
        The states, of shape (T + 1, N, D); first comes `s0`.

    Raises
    ------
    ValueError
        If a shape is wrong, `bp_lim` is not in [0, T), or `dropout` not in [0, 1).

    References
    ----------
    .. [1] Cho et al., Learning Phrase Representations using RNN Encoder-Decoder for Statistical
       Machine Translation, 2014.
    .. [2] Gal & Ghahramani, A Theoretically Grounded Application of Dropout in Recurrent Neural
       Networks, 2016; Merity et al., Regularizing and Optimizing LSTM Language Models, 2017.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(5, 2, 3))  # 5 steps of 2 sequences
    >>> u, w, b = [mg.tensor(rng.normal(size=n)) for n in ((3, 4), (4, 4), 4)]
    >>> states = mg.nnet.gru(x, u, w, b, u, w, b, u, w, b)
    >>> states.shape
    (6, 2, 4)
    >>> states[-1].sum().backward()
    >>> u.grad.shape
    (3, 4)
    """
    check_constant(constant)
    X, Uz = check_sequence(X, Uz, "gru", "Uz")
    steps, n, c = X.shape
    d = Uz.shape[1]
    rest = {"Ur": Ur, "Uh": Uh, "Wz": Wz, "Wr": Wr, "Wh": Wh, "bz": bz, "br": br, "bh": bh}
    shapes = {"U": (c, d), "W": (d, d), "b": (d,)}
    checked = [check_shape(p, shapes[name[0]], f"gru: {name}") for name, p in rest.items()]
    operands = [X, Uz, *checked]
    dtype = np.result_type(*[x.dtype for x in operands])
    operands.append(initial(s0, n, d, dtype, "gru: s0"))
    limit = steps - 1 if bp_lim is None else index(bp_lim)
    if not 0 <= limit < steps:
        raise ValueError(f"gru: bp_lim must be in [0, T), and T is {steps}; got {bp_lim}")
    mask_u = masks_w = None
    rate = check_fraction(dropout, "gru: dropout")
    if rate:
        mask_u = dropout_mask(rate, (3, n, d), dtype, rng, "gru")
        masks_w = dropout_mask(rate, (3, d, d), dtype, rng, "gru")
    result: Tensor = record(_gru, (operands, limit, mask_u, masks_w), {}, constant)[0]
    return result
