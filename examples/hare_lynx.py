"""Hares and lynx: a NumPy simulation fitted to 21 years of pelts, by its gradient.

`lotka_volterra.simulate` fills an array in a loop and knows nothing of mygrad. The misfit
below is NumPy too. Given a tensor, it has a gradient, and SciPy goes downhill.

Data: pelts of snowshoe hare and Canadian lynx taken by the Hudson's Bay Company, in
thousands a year.
"""

from pathlib import Path

import numpy as np
from lotka_volterra import simulate
from matplotlib.figure import Figure
from scipy.optimize import minimize
from tqdm import tqdm

import mygrad as mg

HERE = Path(__file__).parent
TABLE = np.loadtxt(HERE / "data/hare_lynx.csv", delimiter=",", skiprows=1)
YEARS, PELTS = TABLE[:, 0], TABLE[:, 1:]  # a row for each year: hares, lynx
STEPS = 4  # a year

# What is fitted: four rates and two populations, and where the fit starts.
NAMES = ["birth of hares", "death of lynx", "catch", "growth of lynx", "first hares", "first lynx"]
START = np.log([0.4, 0.6, 0.02, 0.02, *PELTS[0]])  # of the right size, no more


# ---- The problem, in NumPy --------------------------------------------------------------


def populations(p, steps=STEPS):
    """Hares and lynx, for the logarithms `p` of what is fitted (so that it stays positive)."""
    rates, first = np.exp(p[:4]), np.exp(p[4:])
    return simulate(first, rates, len(YEARS) - 1, steps)


def misfit(p):
    """The mean squared error of the logarithms."""
    return np.mean((np.log(populations(p)[::STEPS]) - np.log(PELTS)) ** 2)


# ---- Its gradient, by mygrad ------------------------------------------------------------


def misfit_and_gradient(p):
    x = mg.tensor(p)
    loss = misfit(x)
    loss.backward()
    return loss.item(), x.grad


def check_gradient(p, step=1e-5):
    """Compare with central differences of the misfit, which is then given plain arrays."""
    gradient = misfit_and_gradient(p)[1]
    steps = step * np.eye(len(p))
    numeric = np.array([misfit(p + s) - misfit(p - s) for s in steps]) / (2 * step)
    error = np.max(np.abs(gradient / numeric - 1))
    print(f"Gradient against finite differences: largest relative error {error:.1e}")
    if not error < 1e-6:  # so that NaN fails too
        raise SystemExit(f"The gradient is wrong:\n{gradient}\nshould be\n{numeric}")


# ---- The fit, and what it looks like ----------------------------------------------------


def fit(start):
    """The best `p`, and the misfit and the gradient's norm after each iteration."""
    value, gradient = misfit_and_gradient(start)
    history = [(value, np.linalg.norm(gradient))]
    with tqdm(desc="Fitting", unit=" iterations") as bar:

        def progress(intermediate_result):
            value, gradient = misfit_and_gradient(intermediate_result.x)
            history.append((value, np.linalg.norm(gradient)))
            bar.set_postfix_str(f"misfit {value:.5f}, gradient {history[-1][1]:.0e}", False)
            bar.update()

        result = minimize(
            misfit_and_gradient,
            start,
            method="L-BFGS-B",
            jac=True,
            callback=progress,
            options={"ftol": 1e-14, "gtol": 1e-6},
        )
    if not result.success:
        raise SystemExit(f"The fit failed: {result.message}")
    return result.x, np.array(history)


def draw(start, best, history):
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[2.1, 1])
    for axes in left, right:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.93")
        axes.set_axisbelow(True)

    colours = {"hares": "#c2692a", "lynx": "#24678d"}
    first, last = populations(start, steps=20), populations(best, steps=20)
    time = np.linspace(YEARS[0], YEARS[-1], len(last))
    curves = zip(colours.items(), PELTS.T, first.T, last.T, strict=True)
    for (name, colour), pelts, before, after in curves:
        left.plot(time, before, color=colour, lw=1, ls=(0, (4, 3)), alpha=0.55)
        left.plot(time, after, color=colour, lw=2.2)
        left.plot(YEARS, pelts, "o", color=colour, ms=6, mec="white", mew=0.8, label=name)
    left.plot([], [], color="0.3", lw=2.2, label="fit")
    left.plot([], [], color="0.3", lw=1, ls=(0, (4, 3)), alpha=0.7, label="start")
    left.set_title("Twenty-one years of pelts", loc="left", weight="bold")
    left.set_ylabel("thousands of pelts")
    left.set_xticks(YEARS[::4].astype(int))
    left.set_xlim(YEARS[0] - 0.5, YEARS[-1] + 0.5)
    left.set_ylim(0, 100)
    left.legend(ncols=4, frameon=False, loc="upper right", handletextpad=0.5)

    iterations = np.arange(len(history))
    for values, colour, name in zip(
        history.T, ("#333333", "#8a4f9e"), ("misfit", "norm of its gradient"), strict=True
    ):
        right.semilogy(iterations, values, "o-", color=colour, lw=1.6, ms=3.2, label=name)
    right.set_title("The way down", loc="left", weight="bold")
    right.set_xlabel("iteration")
    right.legend(frameon=False, loc="lower left")

    file = HERE / "output/hare_lynx.png"
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, dpi=150)
    return file


def main():
    check_gradient(START)
    best, history = fit(START)
    print(f"\n{'':18} {'start':>9} {'fit':>9}")
    for name, before, after in zip(NAMES, np.exp(START), np.exp(best), strict=True):
        print(f"{name:18} {before:9.4f} {after:9.4f}")
    print(f"{'misfit':18} {history[0, 0]:9.4f} {history[-1, 0]:9.4f}")
    print(f"\nFigure: {draw(START, best, history).relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
