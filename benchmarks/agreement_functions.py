"""The table of functions that agreement.py compares: inputs, PyTorch's function, ours.

The first word of a case's name is the name of our function; its row shows the worst of its cases.
Where PyTorch has no such function, its formula is written in PyTorch.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A process has one of the two libraries, and never calls the functions of the other.
if sys.argv[1] == "torch":
    import torch
    from torch.nn import functional as F
else:
    from mygrad import nnet

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Case:
    """One computation of both libraries. All inputs get gradients."""

    inputs: list[Array]
    theirs: Callable[..., Any]
    ours: Callable[..., Any]
    second: bool = True  # whether gradients are differentiated, too


Cases = Iterator[tuple[str, Case]]

# ---- inputs -------------------------------------------------------------------------------------

rng = np.random.default_rng(0)
DROPPED = 0.3  # the probability of dropping out, of an element or a weight
SEED = 5  # of what drops out


def normal(*shape: int) -> Array:
    return rng.normal(size=shape)


def kept(*shapes: tuple[int, ...]) -> list[Array]:
    """What our layers multiply by if they get `default_rng(SEED)`."""
    draw = np.random.default_rng(SEED)
    return [(draw.random(shape) >= DROPPED) / (1 - DROPPED) for shape in shapes]


def drop() -> dict[str, Any]:
    return {"dropout": DROPPED, "rng": np.random.default_rng(SEED)}


N, C = 6, 8  # examples, classes
X, Y = 2 * normal(N, C), normal(N, C)
FAR = 100 * normal(N, C)  # where exp would overflow in float32
PROBABILITIES = rng.uniform(0.05, 0.95, (N, C))
TARGETS = rng.uniform(0, 1, (N, C))
SHARES = np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)
LABELS = rng.integers(0, C, N)
SIGNS = rng.choice([-1.0, 1.0], N)
WEIGHTS = rng.uniform(0.5, 2, C)
REDUCTIONS = ("mean", "sum", "none")

# ---- activations --------------------------------------------------------------------------------

ACTIVATIONS = {
    "elu": Case([X], lambda x: F.elu(x, 0.7), lambda x: nnet.elu(x, 0.7)),
    "gelu": Case([X], lambda x: F.gelu(x), lambda x: nnet.gelu(x)),
    "gelu tanh": Case(
        [X], lambda x: F.gelu(x, approximate="tanh"), lambda x: nnet.gelu(x, approximate="tanh")
    ),
    "glu": Case([X], lambda x: F.glu(x), lambda x: nnet.glu(x)),
    "glu axis 0": Case([X], lambda x: F.glu(x, 0), lambda x: nnet.glu(x, 0)),
    "hard_tanh": Case(
        [X],
        lambda x: F.hardtanh(x, -0.9, 1.2),
        lambda x: nnet.hard_tanh(x, lower_bound=-0.9, upper_bound=1.2),
    ),
    "hard_tanh bounds learnt": Case(
        [X, np.array(-0.9), np.array(1.2)],
        lambda x, lower, upper: torch.clamp(x, lower, upper),
        lambda x, lower, upper: nnet.hard_tanh(x, lower_bound=lower, upper_bound=upper),
    ),
    "leaky_relu": Case([X], lambda x: F.leaky_relu(x, 0.1), lambda x: nnet.leaky_relu(x, 0.1)),
    "leaky_relu slope learnt": Case(
        [X, np.array(0.3)],
        lambda x, slope: F.prelu(x, slope.reshape(1)),
        lambda x, slope: nnet.leaky_relu(x, slope),
    ),
    "logsoftmax": Case([X], lambda x: F.log_softmax(x, -1), lambda x: nnet.logsoftmax(x)),
    "logsoftmax axis 0": Case([X], lambda x: F.log_softmax(x, 0), lambda x: nnet.logsoftmax(x, 0)),
    "logsoftmax far": Case([FAR], lambda x: F.log_softmax(x, -1), lambda x: nnet.logsoftmax(x)),
    "relu": Case([X], lambda x: F.relu(x), lambda x: nnet.relu(x)),
    "selu": Case([X], lambda x: F.selu(x), lambda x: nnet.selu(x)),
    "sigmoid": Case([X], lambda x: F.sigmoid(x), lambda x: nnet.sigmoid(x)),
    "sigmoid far": Case([FAR], lambda x: F.sigmoid(x), lambda x: nnet.sigmoid(x)),
    "silu": Case([X], lambda x: F.silu(x), lambda x: nnet.silu(x)),
    "silu far": Case([FAR], lambda x: F.silu(x), lambda x: nnet.silu(x)),
    "soft_sign": Case([X], lambda x: F.softsign(x), lambda x: nnet.soft_sign(x)),
    "softmax": Case([X], lambda x: F.softmax(x, -1), lambda x: nnet.softmax(x)),
    "softmax axis 0": Case([X], lambda x: F.softmax(x, 0), lambda x: nnet.softmax(x, 0)),
    "softmax far": Case([FAR], lambda x: F.softmax(x, -1), lambda x: nnet.softmax(x)),
    "softplus": Case([X], lambda x: F.softplus(x), lambda x: nnet.softplus(x)),
    # PyTorch's softplus is the identity above its threshold, 20 if not given.
    "softplus far": Case(
        [FAR], lambda x: F.softplus(x, threshold=50), lambda x: nnet.softplus(x)
    ),
    "tanh": Case([X], lambda x: F.tanh(x), lambda x: nnet.tanh(x)),
}  # fmt: skip

# ---- losses -------------------------------------------------------------------------------------


def classes() -> Any:
    return torch.tensor(LABELS)


def reduced(losses: Any, reduction: str) -> Any:
    return losses if reduction == "none" else getattr(losses, reduction)()


def of_labels(x: Any) -> Any:
    """Each example's number for its own class."""
    return x[torch.arange(N), classes()]


def weighted(x: Any, weights: Any, reduction: str) -> Any:
    # PyTorch's mean is divided by the weights, and its weights get no gradient.
    return reduced(-of_labels(x) * weights[classes()], reduction)


def hinge(x: Any, margin: float, reduction: str) -> Any:
    others = torch.ones_like(x).scatter(1, classes()[:, None], 0)
    losses = torch.relu(x - of_labels(x)[:, None] + margin) * others
    return reduced(losses.sum(1), reduction)


def focal(p: Any, alpha: Any, gamma: float, reduction: str) -> Any:
    q = of_labels(p)
    return reduced(-alpha * (1 - q) ** gamma * torch.log(q), reduction)


def losses(reduction: str) -> Cases:
    how: dict[str, Any] = {"reduction": reduction}
    # multi_margin_loss divides by the number of classes, and has no second derivative.
    for margin in (1.0, 0.3):
        yield (
            f"multiclass_hinge {margin} {reduction}",
            Case(
                [X],
                lambda x, m=margin: F.multi_margin_loss(x, classes(), margin=m, **how) * C,
                lambda x, m=margin: nnet.multiclass_hinge(x, LABELS, m, **how),
                second=False,
            ),
        )
        yield (
            f"multiclass_hinge formula {margin} {reduction}",
            Case(
                [X],
                lambda x, m=margin: hinge(x, m, reduction),
                lambda x, m=margin: nnet.multiclass_hinge(x, LABELS, m, **how),
            ),
        )
    for gamma in (0, 0.5, 1, 2, 3.3):
        yield (
            f"focal_loss gamma {gamma} {reduction}",
            Case(
                [SHARES],
                lambda p, gamma=gamma: focal(p, 0.7, gamma, reduction),
                lambda p, gamma=gamma: nnet.focal_loss(p, LABELS, alpha=0.7, gamma=gamma, **how),
            ),
        )
        yield (
            f"softmax_focal_loss gamma {gamma} {reduction}",
            Case(
                [X, WEIGHTS[:N]],
                lambda x, alpha, gamma=gamma: focal(F.softmax(x, 1), alpha, gamma, reduction),
                lambda x, alpha, gamma=gamma: nnet.softmax_focal_loss(
                    x, LABELS, alpha=alpha, gamma=gamma, **how
                ),
            ),
        )
    for smoothing in (0.0, 0.3):
        yield (
            f"softmax_crossentropy smoothing {smoothing} {reduction}",
            Case(
                [X],
                lambda x, s=smoothing: F.cross_entropy(x, classes(), label_smoothing=s, **how),
                lambda x, s=smoothing: nnet.softmax_crossentropy(
                    x, LABELS, label_smoothing=s, **how
                ),
            ),
        )
    table = {
        "softmax_crossentropy far": Case(
            [FAR],
            lambda x: F.cross_entropy(x, classes(), **how),
            lambda x: nnet.softmax_crossentropy(x, LABELS, **how),
        ),
        "negative_log_likelihood": Case(
            [X],
            lambda x: F.nll_loss(x, classes(), **how),
            lambda x: nnet.negative_log_likelihood(x, LABELS, **how),
        ),
        "negative_log_likelihood weights": Case(
            [X, WEIGHTS],
            lambda x, w: weighted(x, w, reduction),
            lambda x, w: nnet.negative_log_likelihood(x, LABELS, weights=w, **how),
        ),
        "margin_ranking_loss": Case(
            [X, Y],
            lambda x, y: F.margin_ranking_loss(
                x, y, x.new_tensor(SIGNS)[:, None].expand(N, C), margin=0.4, **how
            ),
            lambda x, y: nnet.margin_ranking_loss(x, y, SIGNS, 0.4, **how),
        ),
        "binary_crossentropy probabilities": Case(
            [PROBABILITIES, TARGETS],
            lambda p, y: F.binary_cross_entropy(p, y, **how),
            lambda p, y: nnet.binary_crossentropy(p, y, **how),
        ),
        "binary_crossentropy formula": Case(
            [PROBABILITIES, TARGETS],
            lambda p, y: reduced(-y * torch.log(p) - (1 - y) * torch.log(1 - p), reduction),
            lambda p, y: nnet.binary_crossentropy(p, y, **how),
        ),
        "binary_crossentropy logits": Case(
            [X, TARGETS],
            lambda x, y: F.binary_cross_entropy_with_logits(x, y, **how),
            lambda x, y: nnet.binary_crossentropy(x, y, logits=True, **how),
        ),
        "binary_crossentropy logits far": Case(
            [FAR, TARGETS],
            lambda x, y: F.binary_cross_entropy_with_logits(x, y, **how),
            lambda x, y: nnet.binary_crossentropy(x, y, logits=True, **how),
        ),
        "huber": Case(
            [X, Y],
            lambda x, y: F.huber_loss(x, y, delta=0.7, **how),
            lambda x, y: nnet.huber(x, y, 0.7, **how),
        ),
        "mse": Case(
            [X, Y],
            lambda x, y: F.mse_loss(x, y, **how),
            lambda x, y: nnet.mse(x, y, **how),
        ),
    }
    for name, case in table.items():
        yield f"{name} {reduction}", case


# ---- convolutions and pooling -------------------------------------------------------------------

# By the number of axes: the size of images and of filters.
SIZES: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {
    1: ((17,), (3,)),
    2: ((13, 10), (3, 2)),
    3: ((7, 9, 6), (2, 3, 1)),
}
POOLED = {1: (12,), 2: (12, 9), 3: (6, 6, 9)}


def convolution(axes: int, size: tuple[int, ...], kernel: tuple[int, ...], **how: Any) -> Case:
    return Case(
        [normal(3, 4, *size), normal(5, 4, *kernel)],
        lambda x, w: getattr(F, f"conv{axes}d")(x, w, **how),
        lambda x, w: nnet.conv_nd(x, w, **how),
    )


def transposed(axes: int, size: tuple[int, ...], kernel: tuple[int, ...], **how: Any) -> Case:
    return Case(
        [normal(3, 4, *size), normal(4, 5, *kernel)],
        lambda x, w: getattr(F, f"conv_transpose{axes}d")(x, w, **how),
        lambda x, w: nnet.conv_transpose_nd(x, w, **how),
    )


def convolutions() -> Cases:
    options = itertools.product(SIZES.items(), (1, 2, 3), (0, 1, 2), (1, 2))
    for (axes, (size, kernel)), stride, padding, dilation in options:
        how = {"stride": stride, "padding": padding, "dilation": dilation}
        name = f"{axes}d stride {stride} padding {padding} dilation {dilation}"
        reach = [dilation * (k - 1) + 1 for k in kernel]
        # Ours refuses what PyTorch leaves out at the edge.
        left = [s + 2 * padding - r for s, r in zip(size, reach, strict=True)]
        if all(x >= 0 and x % stride == 0 for x in left):
            yield f"conv_nd {name}", convolution(axes, size, kernel, **how)
        small = tuple(s // 2 for s in size)
        for more in range(stride):
            lengths = [
                (s - 1) * stride - 2 * padding + r + more
                for s, r in zip(small, reach, strict=True)
            ]  # fmt: skip
            if min(lengths) > 0:
                case = transposed(axes, small, kernel, output_padding=more, **how)
                yield f"conv_transpose_nd {name} output_padding {more}", case
    uneven = {"stride": (2, 3), "padding": (1, 0), "dilation": (1, 2)}
    yield "conv_nd uneven", convolution(2, (9, 9), (3, 2), **uneven)
    yield "conv_transpose_nd uneven", transposed(2, (9, 9), (3, 2), **uneven)


def pooling(axes: int, pool: int, stride: int) -> Cases:
    for name in ("max_pool", "avg_pool"):
        yield (
            f"{name} {axes}d {pool} stride {stride}",
            Case(
                [normal(2, 3, *POOLED[axes])],
                lambda x, name=name: getattr(F, f"{name}{axes}d")(x, pool, stride),
                lambda x, name=name: getattr(nnet, name)(x, (pool,) * axes, stride),
            ),
        )


# ---- other layers -------------------------------------------------------------------------------

IMAGES = normal(5, 4, 3, 2)
CHANNELS, PIXELS = [normal(4), normal(4)], [normal(3, 2), normal(3, 2)]
INDICES = rng.integers(0, 7, (3, 4))  # some of them several times
QUERIES = [normal(2, 3, 5, 4), normal(2, 3, 6, 4), normal(2, 3, 6, 7)]  # and keys, values
SEEN = rng.random((5, 6)) < 0.6
SEEN[:, 0] = True


def attention(masked: bool = False, **how: Any) -> Case:
    return Case(
        QUERIES,
        lambda q, k, v: F.scaled_dot_product_attention(
            q, k, v, attn_mask=torch.tensor(SEEN) if masked else None,
            **{{"causal": "is_causal"}.get(key, key): value for key, value in how.items()},
        ),
        lambda q, k, v: nnet.scaled_dot_product_attention(
            q, k, v, mask=SEEN if masked else None, **how
        ),
    )  # fmt: skip


def attention_dropped(q: Any, k: Any, v: Any) -> Any:
    weights = F.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5, -1)
    return weights * weights.new_tensor(kept(weights.shape)[0]) @ v


LAYERS = {
    "batchnorm": Case(
        [IMAGES],
        lambda x: F.batch_norm(x, None, None, training=True, eps=1e-3),
        lambda x: nnet.batchnorm(x, eps=1e-3),
    ),
    "batchnorm gamma beta": Case(
        [IMAGES, *CHANNELS],
        lambda x, a, b: F.batch_norm(x, None, None, a, b, training=True, eps=1e-3),
        lambda x, a, b: nnet.batchnorm(x, gamma=a, beta=b, eps=1e-3),
    ),
    "layer_norm": Case(
        [normal(3, 12)],
        lambda x: F.layer_norm(x, (12,)),
        lambda x: nnet.layer_norm(x),
    ),
    "layer_norm two axes": Case(
        [IMAGES, *PIXELS],
        lambda x, a, b: F.layer_norm(x, (3, 2), a, b, eps=1e-3),
        lambda x, a, b: nnet.layer_norm(x, gamma=a, beta=b, axis=(-2, -1), eps=1e-3),
    ),
    "layer_norm two elements": Case(
        [IMAGES, normal(2)],
        lambda x, a: F.layer_norm(x, (2,), a),
        lambda x, a: nnet.layer_norm(x, gamma=a),
    ),
    "group_norm": Case(
        [IMAGES],
        lambda x: F.group_norm(x, 4),
        lambda x: nnet.group_norm(x, 4),
    ),
    "group_norm gamma beta": Case(
        [IMAGES, *CHANNELS],
        lambda x, a, b: F.group_norm(x, 2, a, b, eps=1e-3),
        lambda x, a, b: nnet.group_norm(x, 2, gamma=a, beta=b, eps=1e-3),
    ),
    "embedding": Case(
        [normal(7, 5)],
        lambda w: F.embedding(torch.tensor(INDICES), w),
        lambda w: nnet.embedding(INDICES, w),
    ),
    "dropout": Case(
        [X],
        lambda x: x * x.new_tensor(kept((N, C))[0]),
        lambda x: nnet.dropout(x, DROPPED, rng=np.random.default_rng(SEED)),
    ),
    "dropout not training": Case(
        [X],
        lambda x: F.dropout(x, DROPPED, training=False),
        lambda x: nnet.dropout(x, DROPPED, training=False),
    ),
    "scaled_dot_product_attention": attention(),
    "scaled_dot_product_attention causal": attention(causal=True),
    "scaled_dot_product_attention scale": attention(scale=0.3),
    "scaled_dot_product_attention mask": attention(masked=True),
    "scaled_dot_product_attention bias": Case(
        [*QUERIES, normal(5, 6)],
        lambda q, k, v, b: F.scaled_dot_product_attention(q, k, v, attn_mask=b),
        lambda q, k, v, b: nnet.scaled_dot_product_attention(q, k, v, mask=b),
    ),
    "scaled_dot_product_attention dropout": Case(
        QUERIES,
        attention_dropped,
        lambda q, k, v: nnet.scaled_dot_product_attention(q, k, v, **drop()),
    ),
}

# ---- recurrent layers ---------------------------------------------------------------------------

STEPS, SEQUENCES, FEATURES, STATES = 6, 3, 4, 5
LSTM = [
    normal(STEPS, SEQUENCES, FEATURES),
    normal(FEATURES, 4 * STATES),
    normal(STATES, 4 * STATES),
    normal(4 * STATES),
]
FIRST = normal(SEQUENCES, STATES)
GRU = [normal(STEPS, SEQUENCES, FEATURES)]
for _ in "zrh":
    GRU += [normal(FEATURES, STATES), normal(STATES, STATES), normal(STATES)]
CUT_OFF: dict[str, Any] = {"bp_lim": 2}


def lstm_layer(x: Any, u: Any, w: Any, b: Any, s: Any, c: Any) -> Any:
    """All states and the last cell; our gates are in the order of PyTorch's."""
    weights = {"weight_ih_l0": u.T, "weight_hh_l0": w.T, "bias_ih_l0": b, "bias_hh_l0": 0 * b}
    layer = torch.nn.LSTM(FEATURES, STATES, dtype=x.dtype)
    states, (_, cell) = torch.func.functional_call(layer, weights, (x, (s[None], c[None])))
    return torch.cat([states, cell])


def lstm_formula(*operands: Any, dropout: bool = False) -> Any:
    x, u, w, b = operands
    s = c = x.new_zeros(SEQUENCES, STATES)
    given = x @ u
    if dropout:
        for_u, for_w = map(x.new_tensor, kept((4, SEQUENCES, STATES), w.shape))
        given, w = given * torch.cat([*for_u], -1), w * for_w
    states, cells = [s], [c]
    for t in range(STEPS):
        i, f, g, o = (given[t] + s @ w + b).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        s = torch.sigmoid(o) * torch.tanh(c)
        states.append(s)
        cells.append(c)
    return torch.stack(states + cells)


def gru_formula(*operands: Any, bp_lim: int = STEPS - 1, dropout: bool = False) -> Any:
    """Our gru is Cho's of 2014: it resets the state before the product, PyTorch's after it."""
    x, uz, wz, bz, ur, wr, br, uh, wh, bh, *first = operands
    xz, xr, xh = x @ uz, x @ ur, x @ uh
    if dropout:
        for_u, for_w = kept((3, SEQUENCES, STATES), (3, STATES, STATES))
        xz, xr, xh = [g * x.new_tensor(m) for g, m in zip((xz, xr, xh), for_u, strict=True)]
        wz, wr, wh = [w * x.new_tensor(m) for w, m in zip((wz, wr, wh), for_w, strict=True)]

    def step(t: int, s: Any) -> Any:
        z = torch.sigmoid(xz[t] + s @ wz + bz)
        r = torch.sigmoid(xr[t] + s @ wr + br)
        h = torch.tanh(xh[t] + (r * s) @ wh + bh)
        return (1 - z) * h + z * s

    states = [first[0] if first else x.new_zeros(SEQUENCES, STATES)]
    for last in range(STEPS):
        # Each state has its own way back, through the last `bp_lim + 1` steps.
        start = max(last - bp_lim, 0)
        s = states[start].detach() if start else states[0]
        for t in range(start, last + 1):
            s = step(t, s)
        states.append(s)
    return torch.stack(states)


def lstm_whole(*operands: Any, **how: Any) -> Any:
    return np.concatenate(nnet.lstm(*operands, **how))


def lstm_seen(*operands: Any) -> Any:
    """What PyTorch's layer returns."""
    states, cells = nnet.lstm(*operands)
    return np.concatenate([states[1:], cells[-1:]])


RECURRENT = {
    "lstm": Case([*LSTM, FIRST, normal(SEQUENCES, STATES)], lstm_layer, lstm_seen),
    "lstm from zeros": Case(LSTM, lstm_formula, lstm_whole),
    "lstm dropout": Case(
        LSTM,
        lambda *p: lstm_formula(*p, dropout=True),
        lambda *p: lstm_whole(*p, **drop()),
    ),
    "gru": Case([*GRU, FIRST], gru_formula, lambda *p: nnet.gru(*p)),
    "gru from zeros": Case(GRU, gru_formula, lambda *p: nnet.gru(*p)),
    "gru dropout": Case(
        GRU,
        lambda *p: gru_formula(*p, dropout=True),
        lambda *p: nnet.gru(*p, **drop()),
    ),
    # What the gradient of a gradient that was cut off is, is a matter of definition.
    "gru bp_lim": Case(
        [*GRU, FIRST],
        lambda *p: gru_formula(*p, **CUT_OFF),
        lambda *p: nnet.gru(*p, **CUT_OFF),
        second=False,
    ),
}


def functions() -> Cases:
    yield from ACTIVATIONS.items()
    for reduction in REDUCTIONS:
        yield from losses(reduction)
    yield from convolutions()
    for axes, (pool, stride) in itertools.product(POOLED, ((3, 3), (3, 1), (2, 2), (3, 2))):
        if all((size - pool) % stride == 0 for size in POOLED[axes]):
            yield from pooling(axes, pool, stride)
    yield from LAYERS.items()
    yield from RECURRENT.items()
