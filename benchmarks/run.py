"""Compare mygrad with NumPy by hand and with its peers; see README.md.

Each library works in a process of its own, which stays alive. For each workload they are asked
in turn, round after round, so that a change of the machine's speed meets all of them. A figure
is the median over the rounds, a ratio the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spec import DESCRIPTIONS, LIBRARIES, LOOPS, OPERATIONS, PEERS, TARGETS, TOLERANCE, WITHIN

HERE = Path(__file__).resolve().parent
THREADS = ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR", "VECLIB_MAXIMUM")
DIED = "died"
PROBES = ("long_chain", "peak", "checkpoint", "import")
# What is freed goes back to the system at once, whatever malloc's heuristics.
MALLOC = {
    "peak": {"MALLOC_MMAP_THRESHOLD_": "1000000"},
    "checkpoint": {"MALLOC_MMAP_THRESHOLD_": "100000"},
}

Samples = dict[tuple[str, str], list[float]]  # (library, case) -> a figure a round, or NaN
Figures = dict[str, float | str]  # library -> a figure, or why there is none


@dataclass
class Environment:
    """How to start Python for one library."""

    library: str
    python: Path
    src: Path | None  # where to find our mygrad
    threads: int

    def command(self, script: str, *arguments: object) -> list[str]:
        return [str(self.python), str(HERE / script), self.library, *map(str, arguments)]

    def variables(self) -> dict[str, str]:
        ours = {f"{name}_NUM_THREADS": str(self.threads) for name in THREADS} | {
            "PYTHONHASHSEED": "0"
        }
        if self.src:
            ours["PYTHONPATH"] = str(self.src)
        unwanted = ("PYTHON", "MYGRAD")
        return {k: v for k, v in os.environ.items() if not k.startswith(unwanted)} | ours


@dataclass
class Client:
    """The worker process of one library, seen from here."""

    environment: Environment
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.environment.command("worker.py"),
            env=self.environment.variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *request: object) -> Any:
        """The answer, or a RuntimeError that says briefly why there is none."""
        assert self.process.stdin
        assert self.process.stdout
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.stop()
            self.start()
            raise RuntimeError(DIED)
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"], answer["message"])
        return answer["answer"]

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


# ---- taking samples -----------------------------------------------------------------------------


@dataclass
class Effort:
    rounds: int
    sample: float  # seconds of one measurement
    limit: float  # seconds for all measurements of one case of one library
    long: int  # operations in the long chain
    fresh: int  # processes for each probe


FULL = Effort(rounds=21, sample=0.03, limit=15, long=1_000_000, fresh=3)
QUICK = Effort(rounds=5, sample=0.01, limit=2, long=100_000, fresh=1)


def disagreement(a: Iterable[list[float]], b: Iterable[list[float]], tolerance: float) -> bool:
    """Whether two checks differ: each a list of (sum, sum of magnitudes) of the results."""
    return any(
        not (abs(s - t) <= tolerance * m and abs(m - n) <= tolerance * m)
        for (s, m), (t, n) in zip(a, b, strict=True)
    )


def measure(
    group: str, clients: dict[str, Client], effort: Effort, notes: list[str]
) -> tuple[Samples, dict[tuple[str, str], str]]:
    """Samples of all cases of a group, and why some have none."""
    samples: Samples = {}
    missing: dict[tuple[str, str], str] = {}
    spent: dict[tuple[str, str], float] = {}
    checks: dict[str, Any] = {}
    for library, client in clients.items():
        try:
            cases = client.ask("load", group)
        except RuntimeError as error:
            missing |= {(library, case): error.args[0] for case in OPERATIONS[group]}
            notes.append(f"{LIBRARIES[library][0]}, {group}: {' '.join(error.args)}")
            continue
        for case in OPERATIONS[group]:
            if case not in cases:
                missing[library, case] = "-"
                continue
            try:
                check = client.ask("check", case, effort.sample, effort.limit)
            except RuntimeError as error:
                missing[library, case] = why = error.args[0]
                if not why.startswith(">"):  # not merely too slow
                    text = " ".join(error.args)
                    notes.append(f"{LIBRARIES[library][0]}, {group}, {case}: {text}")
                if why == DIED:
                    cases = []
                continue
            spent[library, case] = 0.0
            expected = checks.setdefault(case, check)
            if disagreement(expected, check, TOLERANCE.get(group, 1e-8)):
                notes.append(f"{LIBRARIES[library][0]}, {group}, {case}: OTHER RESULT")
    for r in range(effort.rounds):
        for library, case in sorted(spent, key=list(spent).index, reverse=r % 2 == 1):
            seconds = math.nan
            if spent[library, case] < effort.limit:
                try:
                    seconds = clients[library].ask("time", case, effort.limit)
                    spent[library, case] += max(seconds, effort.sample)
                except RuntimeError as error:
                    missing[library, case] = error.args[0]
                    spent[library, case] = math.inf
            samples.setdefault((library, case), []).append(seconds)
    return samples, missing


def probe(
    name: str, environments: dict[str, Environment], effort: Effort, notes: list[str]
) -> dict[str, Samples]:
    """The figures of a probe: figure -> samples, one a process."""
    found: dict[str, Samples] = {}
    arguments = [effort.long] if name == "long_chain" else []
    runs = effort.fresh * (3 if name == "import" else 1)
    for r in range(runs):
        for library, environment in environments.items():
            if (library == "numpy" and name == "import") or (
                library in ("numpy", "mygrad") and name == "checkpoint"
            ):
                continue
            if library in PEERS and name == "long_chain" and (r or effort is QUICK):
                continue  # a minute each
            done = subprocess.run(
                environment.command("probes.py", name, *arguments),
                env=environment.variables() | MALLOC.get(name, {}),
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                why = (done.stderr.strip().splitlines() or ["died"])[-1]
                notes.append(f"{LIBRARIES[library][0]}, {name}: {why[:200]}")
                continue
            for figure, value in json.loads(done.stdout).items():
                found.setdefault(figure, {}).setdefault((library, name), []).append(value)
    return found


# ---- the table ----------------------------------------------------------------------------------


def median(values: Iterable[float]) -> float:
    known = [v for v in values if not math.isnan(v)]
    return statistics.median(known) if known else math.nan


def ratio(samples: Samples, above: tuple[str, str], below: tuple[str, str]) -> float:
    """Median of the rounds' ratios of two (library, case)."""
    pairs = zip(samples.get(above, []), samples.get(below, []), strict=False)
    return median(a / b for a, b in pairs)


def short(value: float | str) -> str:
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@dataclass
class Row:
    workload: str
    unit: str
    figures: Figures  # by library
    ratios: dict[str, float] = field(default_factory=dict)  # ours over a library
    targets: dict[str, float] = field(default_factory=dict)  # likewise, or "" for our figure

    def cells(self, libraries: list[str]) -> list[str]:
        aims, passed = [], []
        for library, bound in self.targets.items():
            got = self.ratios.get(library, math.nan) if library else self.figures.get("ours", "-")
            if isinstance(got, str) or math.isnan(got):
                continue
            aims.append(f"{'/' + LIBRARIES[library][0].split()[0] if library else ''} ≤ {bound:g}")
            passed.append(got <= bound)
        return [
            self.workload,
            self.unit,
            *[short(self.figures.get(library, "-")) for library in libraries],
            *[short(self.ratios.get(x, math.nan)) for x in libraries if x != "ours"],
            ", ".join(aims).strip(),
            ("pass" if all(passed) else "FAIL") if passed else "",
        ]


def figures(
    samples: Samples, missing: dict[tuple[str, str], str], case: str, scale: float
) -> Figures:
    found: Figures = {k[0]: why for k, why in missing.items() if k[1] == case}
    for (library, name), values in samples.items():
        if name == case and not math.isnan(median(values)):
            found[library] = median(values) * scale
    return found


def workload_rows(
    group: str, samples: Samples, missing: dict[tuple[str, str], str]
) -> Iterator[Row]:
    for case, operations in OPERATIONS[group].items():
        unit, scale = ("ms", 1e3) if operations == 1 else ("µs/op", 1e6 / operations)
        yield Row(
            f"{DESCRIPTIONS[group]}: {case}",
            unit,
            figures(samples, missing, case, scale),
            {x: ratio(samples, ("ours", case), (x, case)) for x in LIBRARIES if x != "ours"},
            TARGETS.get((group, case), {}),
        )
    for name, above, below, bound in WITHIN:
        if name == group:
            per_step = OPERATIONS[group][below] / OPERATIONS[group][above]
            ratios = {x: ratio(samples, (x, above), (x, below)) * per_step for x in LIBRARIES}
            workload = f"{DESCRIPTIONS[group]}: {above} / {below}"
            yield Row(workload, "ratio", {**ratios}, targets={"": bound})


def probe_rows(name: str, found: dict[str, Samples], effort: Effort) -> Iterator[Row]:
    def row(figure: str, title: str, unit: str, scale: float, bound: float | None) -> Row:
        samples = found.get(figure, {})
        return Row(
            title,
            unit,
            figures(samples, {}, name, scale),
            {x: ratio(samples, ("ours", name), (x, name)) for x in LIBRARIES if x != "ours"},
            {"": bound} if bound else {},
        )

    if name == "long_chain":
        title = f"chain of {effort.long:,} operations"
        yield row("bytes", f"{title}: memory kept", "B/op", 1, 450)
        yield row("forward", f"{title}: forward", "µs/op", 1e6, None)
        yield row("backward", f"{title}: backward", "µs/op", 1e6, None)
        yield row("drop", f"{title}: deletion without backward", "µs/op", 1e6, None)
        both = {
            (library, kind): values
            for kind in ("forward", "forward of 1,000")
            for (library, _), values in found.get(kind, {}).items()
        }
        ratios = {x: ratio(both, (x, "forward"), (x, "forward of 1,000")) for x in LIBRARIES}
        workload = f"{title}: forward / forward of 1,000, per operation"
        yield Row(workload, "ratio", {**ratios}, targets={"": 1.6})
    elif name == "peak":
        title = "50 additions of a vector of 1,000,000: peak memory"
        yield row("vectors", title, "vectors", 1, 8)
    elif name == "checkpoint":
        for steps, segments in LOOPS:
            how = "all kept" if segments == 1 else f"{segments} checkpoints"
            title = f"gradient of a loop of {steps:,} steps, {how}: peak memory"
            bound = 4.0 * segments + 20 if segments > 1 else None
            yield row(f"{steps} {segments}", title, "vectors", 1, bound)
    else:
        yield row("seconds", "import, after NumPy's", "ms", 1e3, 40)


def markdown(rows: list[Row], libraries: list[str]) -> str:
    titles = [LIBRARIES[x][0] for x in libraries]
    over = [f"ours/{LIBRARIES[x][0].split()[0]}" for x in libraries if x != "ours"]
    table = [["workload", "unit", *titles, *over, "target", ""]]
    table += [["---", "---", *["---:"] * (len(titles) + len(over)), "---", "---"]]
    table += [row.cells(libraries) for row in rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in table)


# ---- the command --------------------------------------------------------------------------------


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--peers", type=Path, metavar="PATH", help="virtual environment of the other libraries")
    add("--src", type=Path, default=HERE.parent / "src", help="where our mygrad is (default: %(default)s)")  # fmt: skip  # noqa: E501
    add("--only", nargs="+", default=[], metavar="GROUP", help="groups whose names start so: " + ", ".join((*OPERATIONS, *PROBES)))  # fmt: skip  # noqa: E501
    add("--quick", action="store_true", help="fewer and shorter rounds, smaller long chain")
    add("--threads", type=int, default=1, help="for each library; with several, time elapsed")
    add("--json", type=Path, metavar="FILE", help="write all samples there")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    effort = QUICK if chosen.quick else FULL
    src = chosen.src.resolve()
    environments: dict[str, Environment] = {}
    for library in LIBRARIES:
        if library not in PEERS:
            path = src if library == "ours" else None
            environments[library] = Environment(library, Path(sys.executable), path, chosen.threads)
        elif chosen.peers:
            python = chosen.peers / "bin" / "python"
            environments[library] = Environment(library, python, None, chosen.threads)

    clients, notes, versions = {}, [], []
    for library in list(environments):
        try:
            client = Client(environments[library])
            hello = client.ask("hello")
            if library == "ours" and not (hello["mygrad"] or "").startswith(f"{src}{os.sep}"):
                raise RuntimeError(f"no mygrad in {src}, but {hello['mygrad'] or 'an empty one'}")
        except (RuntimeError, OSError) as error:
            notes.append(f"{LIBRARIES[library][0]} left out: {' '.join(map(str, error.args))}")
            del environments[library]
            continue
        clients[library] = client
        named = ", ".join(f"{name} {version}" for name, version in hello["versions"].items())
        versions.append(f"{LIBRARIES[library][0]}: {named}")

    rows: list[Row] = []
    raw: dict[str, Any] = {}
    try:
        for name in (*OPERATIONS, *PROBES):
            if chosen.only and not name.startswith(tuple(chosen.only)):
                continue
            print(f"{name} ...", file=sys.stderr, flush=True)
            if name in OPERATIONS:
                samples, missing = measure(name, clients, effort, notes)
                rows += workload_rows(name, samples, missing)
                raw[name] = {" | ".join(key): values for key, values in samples.items()}
            else:
                found = probe(name, environments, effort, notes)
                rows += probe_rows(name, found, effort)
                raw[name] = {k: {lib: v for (lib, _), v in s.items()} for k, s in found.items()}
    finally:
        for client in clients.values():
            client.stop()
    print(markdown(rows, list(environments)))
    how = "One thread, processor" if chosen.threads == 1 else f"{chosen.threads} threads, elapsed"
    print(f"\n{how} time, {effort.rounds} rounds.\n")
    print("\n".join(f"- {line}" for line in versions + notes))
    if chosen.json:
        chosen.json.write_text(json.dumps(raw, indent=1))


if __name__ == "__main__":
    main()
