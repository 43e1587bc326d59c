"""Measurements that need a process of their own: long chains, peak memory, import.

`python probes.py LIBRARY PROBE ...` prints a JSON object. Memory is read from /proc (Linux).
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spec import LIBRARIES, LOOPS


def status(field: str) -> int:
    """Bytes, from this process's status: VmRSS is what it holds now, VmHWM the most so far."""
    text = Path("/proc/self/status").read_text()
    return int(re.findall(rf"{field}:\s+(\d+)", text)[0]) * 1024


def timed(f: Any, *arguments: Any) -> tuple[float, Any]:
    start = time.process_time()
    result = f(*arguments)
    return time.process_time() - start, result


def long_chain(library: str, n: int) -> dict[str, float]:
    """Time and memory of a chain of n operations that is kept, per operation."""
    chain = importlib.import_module(LIBRARIES[library][1]).long_chain()
    short = []
    for _ in range(30):
        seconds, kept = timed(chain.forward, 1_000)
        short.append(seconds / 1_000)
        chain.backward(kept)
        del kept
    gc.collect()
    before = status("VmRSS")
    forward, kept = timed(chain.forward, n)
    held = status("VmRSS") - before
    backward, _ = timed(chain.backward, kept)
    del kept
    gc.collect()
    kept = chain.forward(n)
    start = time.process_time()
    del kept  # without a backward pass
    gc.collect()
    drop = time.process_time() - start
    return {
        "bytes": held / n,
        "forward": forward / n,
        "forward of 1,000": statistics.median(short),
        "backward": backward / n,
        "drop": drop / n,
    }


def peak(library: str) -> dict[str, float]:
    """Most memory that 50 additions of a vector take, forward and backward, in vectors.

    The leaves exist before; their gradients, the results and all temporaries count.
    """
    module = importlib.import_module(LIBRARIES[library][1])
    module.additions(100).run()  # loads what a library loads when first used
    case = module.additions(1_000_000)
    gc.collect()
    before = status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the most so far := what is held now
    result = case.run()
    taken = status("VmHWM") - before
    del result
    return {"vectors": taken / 8_000_000}


def checkpoint(library: str) -> dict[str, float]:
    """Most memory that the gradient of a loop takes, in vectors: all kept, and in segments."""
    module = importlib.import_module(LIBRARIES[library][1])
    module.loop(10, 10, 2).run()
    found = {}
    for steps, segments in LOOPS:
        case = module.loop(20_000, steps, segments)
        gc.collect()
        before = status("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")
        result = case.run()
        found[f"{steps} {segments}"] = (status("VmHWM") - before) / 160_000
        del result
    return found


def imports(library: str) -> dict[str, float]:
    """Processor time of importing the library after NumPy."""
    import numpy  # noqa: F401

    seconds, _ = timed(importlib.import_module, "mygrad" if library == "ours" else library)
    return {"seconds": seconds}


def main() -> None:
    library, probe, *arguments = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    probes: dict[str, Callable[..., dict[str, float]]]
    probes = {"long_chain": long_chain, "peak": peak, "checkpoint": checkpoint, "import": imports}
    print(json.dumps(probes[probe](library, *map(int, arguments))), file=answers)


if __name__ == "__main__":
    main()
