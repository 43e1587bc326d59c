"""Handwritten digits, read by a small convolutional network.

The network is a NumPy function of images and parameters, made of `mygrad.nnet`'s convolution and
pooling; mygrad gives its gradient. It learns from three quarters of the 1797 digits that come with
scikit-learn, moved and tilted a little at random, and is tried on the rest.

Data: "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, 8 x 8 pixels.
"""

import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import tqdm

import mygrad as mg
from mygrad.nnet import conv_nd, max_pool

HERE = Path(__file__).parent
EPOCHS, BATCH = 40, 64
CHANNELS = (32, 64)  # of the two convolutions
rng = np.random.default_rng(1)


# ---- The network, in NumPy --------------------------------------------------------------


def parameters():
    """Filters and biases of two convolutions, and the matrix and bias of the last layer."""

    def normal(*shape):
        inputs = np.prod(shape[1:])
        return rng.normal(scale=np.sqrt(2 / inputs), size=shape).astype(np.float32)

    first, second = CHANNELS
    return [
        normal(first, 1, 3, 3),
        np.zeros((first, 1, 1), np.float32),
        normal(second, first, 3, 3),
        np.zeros((second, 1, 1), np.float32),
        normal(10, second * 2 * 2),
        np.zeros(10, np.float32),
    ]


def scores(images, w1, b1, w2, b2, w3, b3):
    """Ten numbers for each image: how much it looks like each digit, on a logarithmic scale."""
    h = np.maximum(conv_nd(images, w1, stride=1, padding=1) + b1, 0)
    h = max_pool(h, (2, 2), 2)  # 4 x 4
    h = np.maximum(conv_nd(h, w2, stride=1, padding=1) + b2, 0)
    h = max_pool(h, (2, 2), 2)  # 2 x 2
    return h.reshape(len(images), -1) @ w3.T + b3


def log_probabilities(z):
    z = z - np.max(z, axis=1, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))


def loss(p, images, labels):
    """Minus the mean logarithm of the right digit's probability."""
    return -np.mean(log_probabilities(scores(images, *p))[np.arange(len(labels)), labels])


# ---- Data -------------------------------------------------------------------------------


def digits():
    """Images of shape (n, 1, 8, 8) and labels: to learn from, and to be tried on."""
    images, labels = load_digits(return_X_y=True)
    images = (images.reshape(-1, 1, 8, 8) / 16).astype(np.float32)
    return train_test_split(images, labels, test_size=0.25, random_state=0, stratify=labels)


def jittered(images):
    """Images moved by up to half a pixel and tilted by up to 9 degrees, each in its own way."""
    n = len(images)
    angle, (dy, dx) = rng.uniform(-0.15, 0.15, n), rng.uniform(-0.5, 0.5, (2, n))
    y, x = np.indices((8, 8)) - 3.5
    c, s = np.cos(angle), np.sin(angle)
    y, x = (
        np.multiply.outer(c, y) + np.multiply.outer(s, x) + dy[:, None, None] + 3.5,
        np.multiply.outer(c, x) - np.multiply.outer(s, y) + dx[:, None, None] + 3.5,
    )
    # Between the four pixels around each point; there is nothing outside of the image.
    padded = np.pad(images[:, 0], ((0, 0), (3, 3), (3, 3)))
    i, j = np.floor(y).astype(int), np.floor(x).astype(int)
    down, right = y - i, x - j
    which = np.arange(n)[:, None, None]
    moved = sum(
        padded[which, np.clip(i + a + 3, 0, 13), np.clip(j + b + 3, 0, 13)]
        * np.abs(1 - a - down)
        * np.abs(1 - b - right)
        for a in (0, 1)
        for b in (0, 1)
    )
    return moved[:, None].astype(np.float32)


# ---- Learning ---------------------------------------------------------------------------


class Adam:
    """Steps along the mean gradient, over the root of its mean square [Kingma and Ba 2015]."""

    def __init__(self, p, decay=(0.9, 0.999)):
        self.decay = decay
        self.mean = [np.zeros_like(a) for a in p]
        self.square = [np.zeros_like(a) for a in p]
        self.steps = 0

    def step(self, p, gradients, rate):
        self.steps += 1
        a, b = self.decay
        for x, g, m, s in zip(p, gradients, self.mean, self.square, strict=True):
            m += (1 - a) * (g - m)
            s += (1 - b) * (g * g - s)
            mean, square = m / (1 - a**self.steps), s / (1 - b**self.steps)
            x -= rate * mean / (np.sqrt(square) + 1e-8)


def learn(p, images, labels, test_images, test_labels):
    """Change the parameters; return the loss of each batch, and the accuracy after each epoch."""
    loss_and_gradients = mg.value_and_grad(loss)
    adam, losses, accuracies = Adam(p), [], []
    batches = len(images) // BATCH
    total = EPOCHS * batches
    with tqdm(total=total, desc="Learning", unit=" batches") as bar:
        for _ in range(EPOCHS):
            order = rng.permutation(len(images))
            for chosen in np.split(order[: batches * BATCH], batches):
                rate = 0.003 * (1 + np.cos(np.pi * len(losses) / total)) / 2
                value, gradients = loss_and_gradients(p, jittered(images[chosen]), labels[chosen])
                adam.step(p, gradients, rate)
                losses.append(float(value))
                bar.update()
            right = np.mean(guesses(p, test_images).argmax(axis=1) == test_labels)
            accuracies.append(right)
            bar.set_postfix_str(f"loss {np.mean(losses[-batches:]):.3f}, right {right:.1%}")
    return np.array(losses), np.array(accuracies)


def guesses(p, images):
    """The probabilities of the ten digits."""
    with mg.no_autodiff:
        return np.exp(log_probabilities(scores(images, *p).data))


# ---- What it looks like -----------------------------------------------------------------

INK, ACCENT, GREY = "#24678d", "#c2692a", "0.45"


def draw(losses, accuracies, filters, images, labels, probabilities):
    figure = Figure(figsize=(11, 5.6), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=[2.15, 1])
    curve, bank = top.subfigures(1, 2, width_ratios=[1, 1], wspace=0.05)
    draw_learning(curve.subplots(), losses, accuracies)
    draw_filters(bank, filters)
    draw_mistakes(bottom, images, labels, probabilities)
    file = HERE / "output/digits.png"
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, dpi=150)
    return file


def draw_learning(axes, losses, accuracies):
    batches = len(losses) // len(accuracies)
    epochs = np.arange(1, len(accuracies) + 1)
    means = losses.reshape(-1, batches).mean(axis=1)
    every = np.arange(1, len(losses) + 1) / batches
    axes.semilogy(every, losses, color=INK, lw=0.6, alpha=0.25)
    axes.semilogy(epochs - 0.5, means, color=INK, lw=2.2)
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss of digits to learn from", color=INK)
    axes.set_xlim(0, len(accuracies))
    axes.set_title("Learning", loc="left", weight="bold")
    other = axes.twinx()
    other.step(epochs, 100 * (1 - accuracies), where="mid", color=ACCENT, lw=1.8)
    other.set_ylabel("digits not seen, read wrongly (%)", color=ACCENT)
    other.set_ylim(0, 10)
    for a, colour in (axes, INK), (other, ACCENT):
        a.spines[["top", "left", "right"]].set_visible(False)
        a.tick_params("y", which="both", color=colour, labelcolor=colour)
    axes.grid(color="0.93")
    axes.set_axisbelow(True)


def draw_filters(figure, filters):
    figure.suptitle("Filters of the first layer", x=0.02, ha="left", weight="bold")
    figure.supxlabel("blue: wants ink, red: wants none", size=10, color=GREY)
    limit = np.max(np.abs(filters))
    every = figure.subplots(len(filters) // 8, 8, gridspec_kw={"wspace": 0.06, "hspace": 0.06})
    for axes, f in zip(every.flat, filters[:, 0], strict=True):
        axes.imshow(f, cmap="RdBu", vmin=-limit, vmax=limit)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("0.8")


def draw_mistakes(figure, images, labels, probabilities):
    """What was read wrongly, and then what was read rightly with least certainty."""
    guessed, certain = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = guessed != labels
    order = np.lexsort((np.where(wrong, -certain, certain), ~wrong))
    figure.suptitle(
        f"Of {len(labels)} digits not seen before, {np.sum(wrong)} were read wrongly, "
        "the others here with least certainty",
        x=0.01, ha="left", weight="bold",
    )  # fmt: skip
    for axes, i in zip(figure.subplots(1, 10), order, strict=False):
        axes.imshow(images[i, 0], cmap="Greys", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color(ACCENT if wrong[i] else "0.85")
        axes.spines[:].set_linewidth(1.8 if wrong[i] else 0.8)
        what = f"{labels[i]}, read as {guessed[i]}" if wrong[i] else f"{labels[i]}, rightly"
        axes.set_title(what, size=9, color=ACCENT if wrong[i] else GREY)
        axes.set_xlabel(f"{certain[i]:.0%} sure", size=9, color=GREY)


def main():
    start = time.perf_counter()
    images, test_images, labels, test_labels = digits()
    p = parameters()
    print(f"{len(images)} digits to learn from, {len(test_images)} to be tried on")
    losses, accuracies = learn(p, images, labels, test_images, test_labels)
    probabilities = guesses(p, test_images)
    right = np.mean(probabilities.argmax(axis=1) == test_labels)
    seconds = time.perf_counter() - start
    print(f"\nRight on digits not seen before: {right:.2%}, after {seconds:.0f} seconds")
    if not right > 0.97:
        raise SystemExit("They should be more than 97%.")
    file = draw(losses, accuracies, p[0], test_images, test_labels, probabilities)
    print(f"Figure: {file.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
