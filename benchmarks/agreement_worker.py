"""One library in one process: computes all cases for agreement.py.

`python agreement_worker.py LIBRARY FILE` writes an .npz file of arrays by "case|dtype|what|number",
and prints which versions it used.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from agreement_functions import Case, functions
from agreement_optimizers import trainings, with_mygrad, with_torch
from numpy.typing import NDArray

LIBRARY = sys.argv[1]
if LIBRARY == "torch":
    import torch

    torch.set_num_threads(1)
else:
    import mygrad as mg
    from mygrad import nnet

Results = dict[str, list[NDArray[Any]]]  # value, gradient, second -> arrays


def cotangent(shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    return np.random.default_rng(7).normal(size=shape).astype(dtype)


def of_torch(case: Case, dtype: str) -> Results:
    leaves = [torch.tensor(a.astype(dtype), requires_grad=True) for a in case.inputs]
    value = case.theirs(*leaves)
    g = torch.tensor(cotangent(tuple(value.shape), dtype))
    grads = torch.autograd.grad(value, leaves, g, create_graph=case.second)
    seconds: list[Any] = []
    if case.second:
        sums = [
            torch.sum(x.flatten() * torch.cos(torch.arange(x.numel(), dtype=x.dtype)))
            for x in grads
        ]
        # Gradients of what is linear do not depend on the leaves.
        seconds = [torch.zeros_like(x) for x in leaves]
        if (projection := sum(sums)).requires_grad:
            found = torch.autograd.grad(projection, leaves, allow_unused=True)
            seconds = [z if x is None else x for x, z in zip(found, seconds, strict=True)]
    results = {"value": [value], "gradient": grads, "second": seconds}
    return {what: [x.detach().numpy() for x in arrays] for what, arrays in results.items()}


def of_mygrad(case: Case, dtype: str) -> Results:
    arrays = [a.astype(dtype) for a in case.inputs]
    leaves = [mg.tensor(a) for a in arrays]
    value = case.ours(*leaves)
    g = cotangent(value.shape, dtype)
    value.backward(g)

    def projection(*leaves: Any) -> Any:
        _, back = mg.vjp(case.ours, *leaves)
        return sum(np.sum(x.ravel() * np.cos(np.arange(x.size, dtype=dtype))) for x in back(g))

    seconds: tuple[Any, ...] = ()
    if case.second:
        seconds = mg.grad(projection, argnums=tuple(range(len(arrays))))(*arrays)
    return {
        "value": [value.data],
        "gradient": [x.grad for x in leaves],
        "second": [np.asarray(x) for x in seconds],
    }


def check_complete(names: list[str]) -> None:
    public = {
        *nnet.activations.__all__,
        *nnet.losses.__all__,
        *nnet.layers.__all__,
        *nnet.optimizers.__all__,
    }
    public -= {"Optimizer"}  # the base class
    if missing := public - {name.split()[0] for name in names}:
        sys.exit(f"no case of {', '.join(sorted(missing))}: add one to the tables")


def main() -> None:
    of, with_ = (of_torch, with_torch) if LIBRARY == "torch" else (of_mygrad, with_mygrad)
    cases, fits = dict(functions()), dict(trainings())
    if LIBRARY != "torch":
        check_complete([*cases, *fits])
    written: dict[str, Any] = {}
    for dtype in ("float64", "float32"):
        results = {name: of(case, dtype) for name, case in cases.items()}
        results |= {name: {"value": with_(case, dtype)} for name, case in fits.items()}
        for name, found in results.items():
            for what, arrays in found.items():
                for i, array in enumerate(arrays):
                    written[f"{name}|{dtype}|{what}|{i}"] = array
    np.savez(sys.argv[2], **written)
    version = torch.__version__ if LIBRARY == "torch" else mg.__version__
    print(f"{version}, NumPy {np.__version__}, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
