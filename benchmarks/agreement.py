"""Compare every function and optimiser of mygrad.nnet with PyTorch's; see README.md.

Each library computes all cases in a process of its own and writes the results to a file. A figure
is the largest difference of an array, relative to PyTorch's largest element in it.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from run import HERE, Environment

Results = dict[str, NDArray[Any]]  # "case|dtype|what|number" -> array

DTYPES = ("float64", "float32")
WHAT = ("value", "gradient", "second")  # second: the gradient of a projection of the gradients
TOLERANCE = {"float64": 1e-12, "float32": 1e-4}
EXCEPTIONS: dict[tuple[str, str, str], float] = {  # (first words of a case, dtype, what)
    # PyTorch adds 1e-12 to probabilities in the second derivative; compare the case "formula".
    ("binary_crossentropy probabilities", "float64", "second"): 1e-10,
    # PyTorch adds 1e-6 to the norm.
    ("clip_grad_norm", "float64", "value"): 1e-6,
    # Two elements become nearly 1 and -1, whatever they are: the gradient is what is left when
    # nearly equal numbers are subtracted.
    ("layer_norm two elements", "float32", "gradient"): 1e-3,
    ("layer_norm two elements", "float32", "second"): 1e-3,
}


def tolerance(name: str, dtype: str, what: str) -> float:
    for (words, *rest), bound in EXCEPTIONS.items():
        if name.startswith(words) and rest == [dtype, what]:
            return bound
    return TOLERANCE[dtype]


def difference(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """The largest one, relative to the largest element; inf for another shape, dtype or nan."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return math.inf
    most, largest = float(np.max(np.abs(ours - theirs))), float(np.max(np.abs(theirs)))
    if most == 0:
        return 0.0
    return most / largest if largest and math.isfinite(most) else math.inf


def short(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:.0e}" if figure else "0"


@dataclass
class Row:
    """The cases of one function: their number, and the worst difference of each kind."""

    cases: int = 0
    worst: dict[tuple[str, str], float] = field(default_factory=dict)  # (dtype, what) -> figure

    def cells(self, name: str) -> list[str]:
        figures = [self.worst.get((dtype, what)) for dtype in DTYPES for what in WHAT]
        return [f"`{name}`", str(self.cases), *map(short, figures)]


def compare(ours: Results, theirs: Results) -> tuple[dict[str, Row], list[str]]:
    """The rows of the table, and what is above its tolerance."""
    if ours.keys() != theirs.keys():
        sys.exit(f"the libraries computed different things: {sorted(ours.keys() ^ theirs.keys())}")
    rows: dict[str, Row] = {}
    above = []
    names = set()
    for key, array in theirs.items():
        name, dtype, what, number = key.split("|")
        row = rows.setdefault(name.split()[0], Row())
        row.cases += name not in names
        names.add(name)
        figure = difference(ours[key], array)
        row.worst[dtype, what] = max(figure, row.worst.get((dtype, what), 0.0))
        if not figure <= (bound := tolerance(name, dtype, what)):
            above.append(f"{name}: {what} {number}, {dtype}: {figure:.1e}, at most {bound:g}")
    return rows, above


def markdown(rows: dict[str, Row]) -> str:
    titles = [f"{dtype}: {what}" if what == "value" else what for dtype in DTYPES for what in WHAT]
    table = [["function", "cases", *titles], ["---", *["---:"] * (1 + len(titles))]]
    table += [rows[name].cells(name) for name in rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in table)


def computed(environment: Environment, file: Path) -> tuple[str, Results]:
    """The versions and the results of one library."""
    done = subprocess.run(
        environment.command("agreement_worker.py", file),
        env=environment.variables(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"no results of {environment.library}, for the reason above")
    with np.load(file) as results:
        return done.stdout.strip(), dict(results)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--peers", type=Path, metavar="PATH", required=True, help="virtual environment of PyTorch")
    add("--src", type=Path, default=HERE.parent / "src", help="where our mygrad is (default: %(default)s)")  # fmt: skip  # noqa: E501
    return parser.parse_args()


def main() -> None:
    chosen = options()
    python = chosen.peers / "bin" / "python"
    if not python.exists():
        sys.exit(f"no {python}: --peers must be a virtual environment with PyTorch, see README.md")
    environments = (
        Environment("ours", Path(sys.executable), chosen.src.resolve(), 1),
        Environment("torch", python, None, 1),
    )
    with tempfile.TemporaryDirectory() as folder:
        (our_version, ours), (their_version, theirs) = [
            computed(environment, Path(folder) / f"{environment.library}.npz")
            for environment in environments
        ]
    rows, above = compare(ours, theirs)
    print(markdown(rows))
    print(f"\n- ours: {our_version}\n- PyTorch: {their_version}")
    if above:
        print("\nAbove the tolerance:\n\n" + "\n".join(f"- {line}" for line in above))
        sys.exit(1)


if __name__ == "__main__":
    main()
