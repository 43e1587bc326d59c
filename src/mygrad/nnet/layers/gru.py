"""The gated recurrent unit."""

from operator import index
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
    projected,
)

__all__ = ["gru"]


def _gru(operands: Any, limit: int) -> Any:
    """All states, gates z and r side by side, and candidates h.

    The operands are the inputs' part of z, r and h side by side, the weights of z and r side by
    side, that of h, and the first state.
    """
    dtype = np.result_type(*operands)
    inputs, w_zr, w_h, s0 = [x.astype(dtype, copy=False) for x in operands]
    steps, n, d = inputs.shape[0], inputs.shape[1], s0.shape[-1]
    states = np.empty((steps + 1, n, d), dtype)
    gates = np.empty((steps, n, 2 * d), dtype)
    candidates = np.empty((steps, n, d), dtype)
    states[0] = s0
    part = np.empty((n, d), dtype)
    # Their negatives, for sigmoid(x) is 1 / (1 + exp(-x)).
    w_zr, inputs_zr = -w_zr, -inputs[..., : 2 * d]
    rows = zip(states, states[1:], gates, candidates, inputs_zr, inputs[..., 2 * d :], strict=False)
    # Small arrays make up for most of the time by the number of calls: hence all in place.
    with np.errstate(over="ignore"):
        for s, after, zr, h, x_zr, x_h in rows:
            np.dot(s, w_zr, out=zr)
            zr += x_zr
            np.exp(zr, out=zr)
            zr += 1
            np.reciprocal(zr, out=zr)
            np.multiply(zr[:, d:], s, out=part)
            np.dot(part, w_h, out=h)
            h += x_h
            np.tanh(h, out=h)
            np.subtract(s, h, out=after)
            after *= zr[:, :d]
            after += h
    return states, gates, candidates


@pullback(_gru, several=True)
def _(g: Any, ans: Any, operands: Any, limit: int) -> Any:
    states, gates, h = ans
    _, w_zr, w_h, _ = operands
    before = states[:-1]
    steps, _, d = h.shape
    z, r = gates[..., :d], gates[..., d:]
    # The slopes of what the gates' and candidates' arguments go through, for all steps.
    slopes = gates * (1 - gates)
    slope_h = 1 - h * h
    from_zr = np.concatenate([before - h, before], -1) * slopes
    from_h = (1 - z) * slope_h
    # Only higher derivatives have cotangents for gates and candidates.
    also_zr = None if is_zero(g[1]) else g[1] * slopes
    also_h = None if is_zero(g[2]) else g[2] * slope_h
    back_zr, back_h = w_zr.T, w_h.T

    def back(ds: Any, t: Any) -> Any:
        """From the cotangent of the states after the steps `t`: those of arguments and states."""
        ah = ds * from_h[t]
        ah = ah if also_h is None else ah + also_h[t]
        reset = ah @ back_h
        azr = np.concatenate([ds, reset], -1) * from_zr[t]
        azr = azr if also_zr is None else azr + also_zr[t]
        return azr, ah, ds * z[t] + reset * r[t] + azr @ back_zr

    if limit < steps - 1:
        # Each state's cotangent goes back as many steps as allowed: all states' do so together.
        after = g[0][1:]
        for _ in range(limit):
            after = np.concatenate([g[0][1:-1] + back(after[1:], slice(1, None))[2], g[0][-1:]])
        azr, ah, ds = back(after, slice(None))
        first = g[0][0] + ds[0]
    elif isinstance(from_zr, np.ndarray) and also_zr is None is also_h:
        azr, ah, first = _back_in_place(g[0], z, r, from_zr, from_h, back_zr, back_h)
    else:
        ds = g[0][steps]
        rows = []
        for t in range(steps - 1, -1, -1):
            *row, ds = back(ds, t)
            rows.append(row)
            ds = g[0][t] + ds
        azr, ah = [np.stack(part[::-1]) for part in zip(*rows, strict=True)]
        first = ds

    def cotangent(i: int) -> Any:
        if i == 0:
            return np.concatenate([azr, ah], -1)
        if i == 1:
            return np.reshape(before, (-1, d)).T @ np.reshape(azr, (-1, 2 * d))
        if i == 2:
            return np.reshape(r * before, (-1, d)).T @ np.reshape(ah, (-1, d))
        return first

    return cotangent


def _back_in_place(
    g: Any, z: Any, r: Any, from_zr: Any, from_h: Any, back_zr: Any, back_h: Any
) -> tuple[Any, Any, Any]:
    """All steps back, on arrays: what the rule does step by step, in half the time."""
    d = z.shape[-1]
    azr, ah = np.empty_like(from_zr), np.empty_like(from_h)
    ds = g[-1].astype(azr.dtype)
    reset, part = np.empty_like(ds), np.empty_like(ds)
    rows = (g[:-1], z, r, from_zr[..., :d], from_zr[..., d:], from_h, azr, ah)
    for more, z_t, r_t, from_z, from_r, by_h, azr_t, ah_t in zip(
        *[x[::-1] for x in rows], strict=True
    ):
        np.multiply(ds, by_h, out=ah_t)
        np.dot(ah_t, back_h, out=reset)
        np.multiply(ds, from_z, out=azr_t[:, :d])
        np.multiply(reset, from_r, out=azr_t[:, d:])
        np.dot(azr_t, back_zr, out=part)
        ds *= z_t
        reset *= r_t
        ds += reset
        ds += part
        ds += more
    return azr, ah, ds


@composed
def _layer(
    x: Any, us: Any, ws: Any, bs: Any, s0: Any, limit: int, mask_u: Any, masks_w: Any
) -> Any:
    inputs = projected(x, np.concatenate(us, 1), np.concatenate(bs), mask_u)
    if masks_w is not None:
        ws = [w * mask for w, mask in zip(ws, masks_w, strict=True)]
    w_zr = np.concatenate(ws[:2], 1)
    return record(_gru, ([inputs, w_zr, ws[2], s0], limit), {})[0]


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
) -> Any:
    r"""Return the states of a gated recurrent unit [1]_ for sequences of inputs.

    .. math::

        z &= \sigma(x U_z + s W_z + b_z) \\
        r &= \sigma(x U_r + s W_r + b_r) \\
        h &= \tanh(x U_h + (r s) W_h + b_h) \\
        s' &= (1 - z) h + z s

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
    X, Uz = check_sequence(X, Uz, "gru", "Uz")
    steps, n, c = X.shape
    d = Uz.shape[1]
    given = {"Ur": Ur, "Uh": Uh, "Wz": Wz, "Wr": Wr, "Wh": Wh, "bz": bz, "br": br, "bh": bh}
    shapes = {"U": (c, d), "W": (d, d), "b": (d,)}
    p = {name: check_shape(x, shapes[name[0]], f"gru: {name}") for name, x in given.items()}
    us, ws = (Uz, p["Ur"], p["Uh"]), (p["Wz"], p["Wr"], p["Wh"])
    bs = (p["bz"], p["br"], p["bh"])
    dtype = np.result_type(*[x.dtype for x in (X, *us, *ws, *bs)])
    s0 = initial(s0, n, d, dtype, "gru: s0")
    limit = steps - 1 if bp_lim is None else index(bp_lim)
    if not 0 <= limit < steps:
        raise ValueError(f"gru: bp_lim must be in [0, T), and T is {steps}; got {bp_lim}")
    mask_u = masks_w = None
    rate = check_fraction(dropout, "gru: dropout")
    if rate:
        mask_u = dropout_mask(rate, (1, n, 3 * d), dtype, rng, "gru")
        masks_w = dropout_mask(rate, (3, d, d), dtype, rng, "gru")
    return apply(_layer, (X, us, ws, bs, s0, limit, mask_u, masks_w), {}, constant)
