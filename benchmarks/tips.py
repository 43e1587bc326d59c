"""The figures of docs/explanation/performance.md: what each tip there saves. Takes half a minute.

Processor time; the median of rounds in which all variants of a tip take turns.
"""

import gc
import statistics
import time
from collections.abc import Callable

import numpy as np

import mygrad as mg

ROUNDS, SAMPLE = 21, 0.02  # seconds

rng = np.random.default_rng(0)
small, long = rng.random(8), rng.random(1_000)
matrix, vector = rng.random((1_000, 50)), rng.random(50)
million = rng.random(1_000_000)
part = mg.checkpoint(lambda x: np.cos(np.cos(np.cos(np.cos(np.cos(x))))))


def chain(x: mg.Tensor, y: object) -> mg.Tensor:
    for _ in range(50):
        x = x * y + y
    return x


def backward(x: mg.Tensor, y: object) -> None:
    chain(x, y).backward()


def forward_without(x: mg.Tensor, y: object) -> None:
    with mg.no_autodiff:
        chain(x, y)


def without_guard(x: mg.Tensor, y: object) -> None:
    with mg.mem_guard_off:
        backward(x, y)


def loop_over_elements(x: object) -> object:
    total = 0.0
    for i in range(len(long)):
        total = total + np.sin(x[i])  # type: ignore[index]
    return total


def rows(w: object) -> object:
    return sum(np.tanh(np.dot(row, w)) for row in matrix)


def smooth(x: object) -> object:
    return np.sum(np.sin(x) * np.cos(x))


def twenty(x: object) -> object:
    for _ in range(20):
        x = np.cos(x)
    return np.sum(x)


def in_parts(x: object) -> object:
    return np.sum(part(part(part(part(x)))))


X = mg.tensor(small)
CASES: dict[str, dict[str, Callable[[], object]]] = {
    "100 operations on 8 numbers": {
        "forward and backward": lambda: backward(X, mg.tensor(small)),
        "with an array beside the tensor": lambda: backward(X, small),
        "the same, guard off": lambda: without_guard(X, small),
        "forward alone, no_autodiff": lambda: forward_without(X, small),
    },
    "sum of sin of 1,000 numbers": {
        "a loop over the elements": lambda: mg.grad(loop_over_elements)(long),
        "np.sum(np.sin(x))": lambda: mg.grad(lambda x: np.sum(np.sin(x)))(long),
    },
    "1,000 rows of data, 50 weights": {
        "a loop over rows": lambda: mg.grad(rows)(vector),
        "a matrix product": lambda: mg.grad(lambda w: np.sum(np.tanh(matrix @ w)))(vector),
    },
    "sum of sin(x) cos(x), 10^6 numbers": {
        "the value alone": lambda: smooth(million),
        "float64, the gradient": lambda: mg.grad(smooth)(million),
        "float32, the gradient": lambda: mg.grad(smooth)(million.astype(np.float32)),
    },
    "cos 20 times, 10^6 numbers": {
        "the gradient": lambda: mg.grad(twenty)(million),
        "in 4 checkpoints": lambda: mg.grad(in_parts)(million),
    },
    "Hessian of Rosenbrock's function of 50": {
        "mg.hessian": lambda: mg.hessian(rosen)(vector),
        "hvp, a row at a time": lambda: [mg.hvp(rosen)(vector, e) for e in np.eye(50)],
    },
}


def rosen(x: object) -> object:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)  # type: ignore[index]


def seconds(run: Callable[[], object], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) / times


def main() -> None:
    print("| | | ms |\n|---|---|---|")
    for title, variants in CASES.items():
        times = {name: max(1, round(SAMPLE / seconds(run, 2))) for name, run in variants.items()}
        samples: dict[str, list[float]] = {name: [] for name in variants}
        for _ in range(ROUNDS):
            for name, run in variants.items():
                samples[name].append(seconds(run, times[name]))
        for name, found in samples.items():
            print(f"| {title} | {name} | {1e3 * statistics.median(found):.2g} |")
        gc.collect()


if __name__ == "__main__":
    main()
