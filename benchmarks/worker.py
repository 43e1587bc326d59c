"""One library in one process: sets workloads up and times them, as run.py asks through stdin.

A request is a line of JSON, a list whose first item names the method of Worker; so is the answer:
{"answer": ...} or {"error": ...}.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from spec import LIBRARIES, Case

# Processor time; of several threads it would be the sum.
clock = time.process_time if os.environ["OMP_NUM_THREADS"] == "1" else time.perf_counter


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Give up what takes longer; checked between the steps of the interpreter."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"> {seconds:g} s")

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def once(case: Case) -> tuple[float, list[Any]]:
    """Time of one run, and what it computed."""
    state = case.before()
    start = clock()
    result = case.run(*state)
    return clock() - start, list(result)


class Worker:
    def __init__(self, library: str) -> None:
        self.module = importlib.import_module(LIBRARIES[library][1])
        self.cases: dict[str, Case] = {}
        self.repeats: dict[str, int] = {}

    def hello(self) -> dict[str, Any]:
        """Which versions answer here, and where the library was found."""
        versions = {"Python": sys.version.split()[0]}
        for name in ("numpy", "mygrad", "torch", "autograd"):
            if module := sys.modules.get(name):
                with suppress(PackageNotFoundError):
                    versions[name] = getattr(module, "__version__", None) or version(name)
        mygrad = sys.modules.get("mygrad")
        return {"versions": versions, "mygrad": getattr(mygrad, "__file__", None)}

    def load(self, group: str) -> list[str]:
        """Make the inputs of a group's cases; forget the group before."""
        self.cases.clear()
        gc.collect()
        if group in self.module.GROUPS:
            self.cases.update(self.module.GROUPS[group]())
        return list(self.cases)

    def check(self, case: str, sample: float, limit: float) -> list[tuple[float, float]]:
        """Run a case for the first time: sums of its results, to compare with other libraries'.

        Also finds how often to repeat it so that a sample takes `sample` seconds.
        """
        with at_most(limit):
            start = clock()
            _, result = once(self.cases[case])
            elapsed = clock() - start
            if elapsed < sample:  # the second run is warm
                start = clock()
                once(self.cases[case])
                elapsed = clock() - start
        self.repeats[case] = max(1, round(sample / max(elapsed, 1e-6)))
        arrays = [np.asarray(self.module.to_numpy(r), dtype=float) for r in result]
        return [(float(a.sum()), float(np.abs(a).sum())) for a in arrays]

    def time(self, case: str, limit: float) -> float:
        """Seconds of one run: the mean of a sample."""
        chosen, repeats = self.cases[case], self.repeats[case]
        run = chosen.run
        with at_most(limit):
            if chosen.before is not tuple:
                return sum(once(chosen)[0] for _ in range(repeats)) / repeats
            start = clock()
            for _ in range(repeats):
                run()
            return (clock() - start) / repeats


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    worker = None
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            worker = worker or Worker(sys.argv[1])
            answer = {"answer": getattr(worker, name)(*arguments)}
        except Exception as error:  # an answer, too
            text = str(error) if isinstance(error, TimeoutError) else type(error).__name__
            answer = {"error": text, "message": str(error)[:200]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
