"""What is measured: the workloads' inputs and sizes, the libraries, and the targets.

Every library module (by_hand, with_mygrad, with_torch, with_autograd) has a dictionary GROUPS
that maps a group's name to a function without arguments. That function returns the group's
cases: name -> Case. The groups, case names and inputs are those given here, so that the same
computation is timed everywhere; the worker compares the results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# Column -> (title, module that holds the workloads)
LIBRARIES = {
    "numpy": ("NumPy by hand", "by_hand"),
    "ours": ("ours", "with_mygrad"),
    "mygrad": ("MyGrad", "with_mygrad"),
    "torch": ("PyTorch", "with_torch"),
    "autograd": ("autograd", "with_autograd"),
}
PEERS = ("mygrad", "torch", "autograd")

CHAIN, STEPS = 200, 100  # operations in a chain; steps of the recurrent network
SIZES = (1_000, 64_000)  # of the vector that is filled, or read, element by element
VIEWS, UPDATES = (10, 10_000), 250
LOOPS = ((1_000, 1), (250, 10), (1_000, 25), (4_000, 50))  # steps, and segments of the loop
CALLS = 100  # of the gradient of a small function
# Shape of the images, shape of the filters, stride, padding.
CONVOLUTIONS = {
    "photos, 5 x 5": ((32, 3, 32, 32), (16, 3, 5, 5), 1, 2),
    "features, 3 x 3": ((16, 32, 28, 28), (64, 32, 3, 3), 1, 1),
    "halved, 3 x 3": ((16, 32, 29, 29), (64, 32, 3, 3), 2, 1),
    "mixed, 1 x 1": ((16, 64, 28, 28), (64, 64, 1, 1), 1, 0),
    "digits, 3 x 3": ((64, 8, 8, 8), (16, 8, 3, 3), 1, 1),
}

# Steps, sequences, features, states.
SEQUENCES = {
    "gru, small": (100, 8, 8, 16),
    "gru": (50, 64, 64, 128),
    "gru, wide": (50, 64, 64, 256),
    "lstm": (50, 64, 64, 128),
    "lstm, small": (100, 8, 8, 16),
}

# Group -> case -> operations in one run. Cases of one group are interleaved with each other.
# With one operation the table says milliseconds a run, otherwise microseconds an operation.
OPERATIONS: dict[str, dict[str, int]] = {
    "chain": dict.fromkeys(("forward", "both", "both, guard off", "no_autodiff"), CHAIN),
    "chain_np": dict.fromkeys(("forward", "both", "no_autodiff"), CHAIN),
    "chain_numbers": dict.fromkeys(("forward", "both", "no_autodiff"), CHAIN),
    "chain_mg": dict.fromkeys(("forward", "both", "no_autodiff"), CHAIN),
    "chain_operation": dict.fromkeys(("forward", "both", "no_autodiff"), CHAIN),
    "rnn": dict.fromkeys(("forward", "both", "both, guard off", "no_autodiff"), 1),
    "recurrence": {f"n = {n:,}": n for n in SIZES},
    "reads": {f"n = {n:,}": n for n in SIZES},
    "views": {f"{n:,} live views": UPDATES for n in VIEWS},
    "elementwise": {"n = 30,000": 1, "n = 1,000,000": 1},
    "mlp": {"both": 1},
    "layers": dict.fromkeys(("softmax cross-entropy", "batchnorm", *SEQUENCES), 1),
    "rosenbrock": {"both": 1},
    "grad": dict.fromkeys(
        ("sum(sin(x) * a)", "the same, tensors", "rosenbrock", "logistic"), CALLS
    ),
    "hessian": {"network": 1, "rosenbrock": 1},
    "hvp": {"rosenbrock": 1},
    "conv": {f"{name}, {what}": 1 for name in CONVOLUTIONS for what in ("forward", "both")},
    "pool": dict.fromkeys(("max, forward", "max, both", "mean, forward", "mean, both"), 1),
}
DESCRIPTIONS = {
    "chain": f"chain of {CHAIN} `*`, `+` on 8-vectors",
    "chain_np": "the same through `np.multiply`, `np.add`",
    "chain_numbers": "the same with Python numbers",
    "chain_mg": "the same through `mg.multiply`, `mg.add`",
    "chain_operation": "the same, but `*` is an `Operation` of the user's",
    "rnn": f"tanh RNN, {STEPS} steps, hidden 16, batch 8",
    "recurrence": "`x[i] = x[i - 1] * w`, forward and backward",
    "reads": "`s = s + x[i]`, forward and backward",
    "views": "in-place update of one view, forward and backward",
    "elementwise": "`sum(sin(x * y) * exp(-x) + tanh(y))`, forward and backward",
    "mlp": "MLP 64-128-64-10, batch 64, float32",
    "layers": "scores 256x1,000; images 32x32x28x28; sequences: `SEQUENCES` in spec.py; float32",
    "rosenbrock": "gradient of Rosenbrock's function, 1,000 variables",
    "grad": "`grad(f)` of small functions (8, 10 and 3 variables)",
    "hessian": "Hessian of 100 variables",
    "hvp": "Hessian times a vector, 1,000 variables",
    "conv": "convolution, float32",
    "pool": "pooling by 2 x 2 of 16 x 64 x 28 x 28, float32",
}
TOLERANCE = {"conv": 1e-4, "layers": 1e-3, "mlp": 1e-3, "pool": 1e-4}  # float32; elsewhere 1e-8

# Ours over another library's time, at most.
TARGETS: dict[tuple[str, str], dict[str, float]] = {
    ("chain", "forward"): {"numpy": 3.3},
    ("chain", "both"): {"numpy": 3.0, "torch": 0.5, "mygrad": 0.2},
    ("chain", "no_autodiff"): {"numpy": 2.3},
}
# One case over another of the same library, at most. For the views the aim is "independent of
# their number"; 1.25 leaves room for noise.
WITHIN: list[tuple[str, str, str, float]] = [
    ("chain", "both", "both, guard off", 1.05),
    ("rnn", "both", "both, guard off", 1.05),
    ("recurrence", "n = 64,000", "n = 1,000", 1.6),
    ("reads", "n = 64,000", "n = 1,000", 1.6),
    ("views", "10,000 live views", "10 live views", 1.25),
]

Result = Sequence[Any]  # the value and the gradients, as arrays of the library


@dataclass(frozen=True)
class Case:
    """`run(before())` is a workload; only `run` is timed, the release of its graph included."""

    run: Callable[..., Result]
    before: Callable[[], tuple[Any, ...]] = tuple


Cases = dict[str, Case]


@dataclass(frozen=True)
class LongChain:
    """For the probes: a chain of n operations, kept alive, and the backward pass through it."""

    forward: Callable[[int], Any]
    backward: Callable[[Any], Result]
