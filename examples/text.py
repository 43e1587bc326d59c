"""Text, learned character by character by a recurrent network.

It begins with noise, and ends with words and half-sentences in the style of Python's manual. The
text and the network are in characters.py; here it learns. Chunks of the text go by, and what the
network has in mind goes on from each to the next. How well it guesses paragraphs that it has not
seen is measured in bits per character, and compared with counts of letters.
"""

import argparse
import textwrap
import time
from pathlib import Path

import numpy as np
from characters import Alphabet, counting, parameters, python_text, sample, scores, split, surprise
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from tqdm import tqdm

from mygrad import nnet
from mygrad.nnet.optimizers import Adam, clip_grad_norm, cosine_decay, linear_warmup

HERE = Path(__file__).parent
STEPS, RATE, NORM = 1000, 0.01, 1.0
SEQUENCES, CHUNK = 32, 48  # a step learns from chunks of so many places of the text
FORGET = 0.05  # how often a sequence loses its memory between chunks
REPORTS = 12


# ---- Learning ---------------------------------------------------------------------------


def side_by_side(codes, n):
    """A text cut into n pieces of one length, which are the columns."""
    length = len(codes) // n
    return codes[: n * length].reshape(n, length).T


def chunks(codes, rng):
    """Without end: inputs, what comes next, and whether the text begins again."""
    while True:
        pieces = side_by_side(np.roll(codes, rng.integers(len(codes))), SEQUENCES)
        size = min(CHUNK, len(pieces) - 1)
        for i in range(0, len(pieces) - size, size):
            yield pieces[i : i + size], pieces[i + 1 : i + size + 1].ravel(), i == 0


def some_forgotten(memory, rng):
    """Some of the sequences begin anew, for how to begin must be learned, too."""
    kept = rng.random((SEQUENCES, 1)) >= FORGET
    return tuple(m * kept for m in memory)


def learn(p, alphabet, learned, held, rng, *, steps, seconds, temperature):
    """Change the parameters; return the bits of each step, and the reports.

    A report is the number of steps taken, the bits per character held out, and a sample.
    """
    start = time.perf_counter()
    warm = min(30, steps // 10)
    rate = linear_warmup(cosine_decay(RATE, max(steps - warm, 1)), warm)
    optimizer = Adam(p, RATE, betas=(0.9, 0.99))
    pieces = side_by_side(held, min(16, len(held) // 2))
    stream, memory = chunks(learned, rng), None
    bits, reports, now, due = [], [], 0, 0
    with tqdm(total=steps, desc="Learning", unit=" steps") as bar:
        while True:
            if now >= due:
                due = (now * REPORTS // steps + 1) * steps / REPORTS
                here = np.mean(surprise(p, pieces))
                made = sample(p, alphabet, 180, rng, temperature=temperature)
                reports.append((len(bits), here, made))
                bar.write(f"\nAfter {len(bits)} steps, {here:.2f} bits:\n{shown(made)}")
            if now == steps:
                return np.array(bits), reports
            inputs, following, begins = next(stream)
            z, memory = scores(p, inputs, None if begins else some_forgotten(memory, rng))
            loss = nnet.softmax_crossentropy(z, following)
            loss.backward()
            clip_grad_norm(p, NORM)
            optimizer.lr = rate(now)
            optimizer.step()
            bits.append(loss.item() / np.log(2))
            # The plan goes by the clock, if it has to.
            spent = (time.perf_counter() - start) / seconds if seconds else len(bits) / steps
            now = min(round(steps * spent), steps)
            bar.update(now - bar.n)
            bar.set_postfix_str(f"{np.mean(bits[-50:]):.2f} bits", refresh=False)


def shown(text, width=96, lines=None):
    """A sample on a few lines; paragraphs end with a sign."""
    text = text.replace("\n", " ¶ ")
    return textwrap.fill(text, width, max_lines=lines, placeholder=" ...", break_on_hyphens=False)


# ---- What it looks like -----------------------------------------------------------------

INK, ACCENT, GREY = "#24678d", "#c2692a", "0.45"
NAMES = ["letters", "pairs", "3 letters", "4 letters", "5 letters", "6 letters"]


def draw(bits, reports, counts, passage, surprises):
    figure = Figure(figsize=(13, 8), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=[1.75, 1])
    curve, samples = top.subfigures(1, 2, width_ratios=[1, 1.12], wspace=0.02)
    draw_learning(curve.subplots(), bits, reports, counts)
    draw_samples(samples, reports)
    draw_surprise(bottom, passage, surprises)
    file = HERE / "output/text.png"
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, dpi=150)
    return file


def draw_learning(axes, bits, reports, counts):
    window = min(25, len(bits))
    smooth = np.convolve(bits, np.full(window, 1 / window), mode="valid")
    axes.plot(np.arange(1, len(bits) + 1), bits, color=INK, lw=0.6, alpha=0.25)
    axes.plot(np.arange(len(smooth)) + (window + 1) / 2, smooth, color=INK, lw=2.2, label="learned")
    steps, held, _ = zip(*reports, strict=True)
    axes.plot(steps, held, "o-", color=ACCENT, lw=1.8, ms=4.5, label="held out")
    for name, b in zip(NAMES, counts, strict=True):
        if name in ("letters", "pairs", "3 letters", "6 letters"):
            axes.axhline(b, color=GREY, lw=0.9, ls=(0, (4, 3)), zorder=0)
            axes.text(
                len(bits), b + 0.03, f"counts of {name}: {b:.2f}", ha="right", color=GREY, size=9
            )
    axes.set(xlabel="step", ylabel="bits per character", xlim=(0, len(bits)))
    axes.set_ylim(np.floor(2 * min(*bits, *held, *counts)) / 2, counts[0] + 0.4)
    axes.set_title("Learning", loc="left", weight="bold")
    axes.legend(frameon=False, loc="upper right", bbox_to_anchor=(1, 0.9))
    axes.spines[["top", "right"]].set_visible(False)


def draw_samples(figure, reports):
    figure.suptitle("What it writes", x=0.02, ha="left", weight="bold")
    chosen = sorted({round(part * (len(reports) - 1)) for part in (0, 1 / 12, 1 / 4, 1 / 2, 1)})
    for place, i in enumerate(chosen):
        step, held, made = reports[i]
        y = 0.91 - place * 0.19
        when = f"after {step} steps, {held:.2f} bits"
        figure.text(0.02, y, when, color=ACCENT, size=9, va="top")
        figure.text(
            0.02, y - 0.038, shown(made, 84, 3), family="monospace", size=8, va="top",
            linespacing=1.35, parse_math=False,
        )  # fmt: skip


def draw_surprise(figure, passage, surprises, width=118):
    """A passage with the bits of each character as its colour; only whole lines of it."""
    width = min(width, len(passage))
    figure.suptitle(
        "A passage that it had not seen: how little it expected each character",
        x=0.01, ha="left", weight="bold",
    )  # fmt: skip
    rows = len(passage) // width
    cells = surprises[: rows * width].reshape(rows, width)
    axes = figure.subplots()
    colours = LinearSegmentedColormap.from_list("surprise", ["white", "#f3d3bb", ACCENT])
    image = axes.imshow(cells, cmap=colours, vmin=0, vmax=8, aspect="auto")
    for (row, column), _ in np.ndenumerate(cells):
        character = passage[row * width + column].replace("\n", "¶")
        axes.text(
            column, row, character, family="monospace", size=8.5, ha="center", va="center_baseline",
            parse_math=False,
        )  # fmt: skip
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, pad=0.01, fraction=0.02, extend="max")
    bar.set_label("bits", color=GREY)
    bar.outline.set_visible(False)


# ---- The program ------------------------------------------------------------------------


def options(arguments=None):
    parser = argparse.ArgumentParser(
        description="Train a recurrent network on the text that comes with Python."
    )
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn at random")
    parser.add_argument("--steps", type=int, default=STEPS, help="how long to learn (%(default)s)")
    parser.add_argument("--seconds", type=float, help="learn for so long, whatever the steps")
    parser.add_argument(
        "--temperature", type=float, default=0.7, help="of samples: below 1, surer (%(default)s)"
    )
    given = parser.parse_args(arguments)
    if given.steps < 1:
        parser.error("--steps must be at least 1")
    for name in "seconds", "temperature":
        value = getattr(given, name)
        if value is not None and not 0 < value < np.inf:
            parser.error(f"--{name} must be above 0")
    return given


def main(arguments=None):
    given = options(arguments)
    rng = np.random.default_rng(given.seed)
    every, sources = python_text()
    text, held_text = split(every)
    alphabet = Alphabet(text + held_text)
    learned, held = alphabet.encode(text), alphabet.encode(held_text)
    print(f"Text: {sources}")
    print(f"{len(text)} characters to learn from, {len(held_text)} held out, {len(alphabet)} kinds")
    counts = counting(learned, held, len(NAMES) - 1, len(alphabet))
    p = parameters(len(alphabet), rng)
    bits, reports = learn(
        p, alphabet, learned, held, rng,
        steps=given.steps, seconds=given.seconds, temperature=given.temperature,
    )  # fmt: skip
    for temperature in 0.3, 1.0:
        made = sample(p, alphabet, 400, rng, temperature=temperature)
        print(f"\nAt a temperature of {temperature}:\n{shown(made)}")
    best = reports[-1][1]
    print("\nBits per character held out, by counts of")
    print(", ".join(f"{name} {b:.2f}" for name, b in zip(NAMES, counts, strict=True)))
    print(f"and by the network: {best:.2f}")
    passage = held_text[:944]
    surprises = surprise(p, alphabet.encode("\n" + passage)[:, None])[:, 0]
    file = draw(bits, reports, counts, passage, surprises)
    print(f"Figure: {file.relative_to(HERE.parent)}")
    if given.steps >= STEPS and not given.seconds and not best < counts[1]:
        raise SystemExit("It should be better than counts of pairs.")


if __name__ == "__main__":
    main()
