"""A model of text, one character after the other: NumPy, `mygrad.nnet`, and what Python brings.

The text is what comes with Python itself: the Zen, the licence, and the help on the language. The
network is a table of vectors, one for each character, `mygrad.nnet.lstm`, and a matrix. It says how
likely each character is to be the next.
"""

import codecs
import contextlib
import io
import re
import sys
import sysconfig
from pathlib import Path

import numpy as np

import mygrad as mg
from mygrad import nnet

VECTOR, STATE = 64, 256  # sizes: of what stands for a character, and of what is remembered


# ---- Text -------------------------------------------------------------------------------


def zen():
    """The Zen of Python, line by line. Its module prints it when it is imported."""
    with contextlib.redirect_stdout(io.StringIO()):
        import this
    return [line for line in codecs.decode(this.s, "rot13").splitlines() if line]


def licence():
    """The paragraphs of Python's licence; none where the file is not installed."""
    library, prefix = Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix)
    for folder in library, library.parent, prefix:
        for name in "LICENSE.txt", "LICENSE":
            try:
                text = (folder / name).read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            return paragraphs(text)
    return []


def help_topics():
    """The paragraphs of the help on the language; none where it is not installed."""
    try:
        from pydoc_data.topics import topics
    except ImportError:
        return []
    return paragraphs("\n\n".join(topics.values()))


def paragraphs(text):
    """Those of prose, one a line: no headings, grammar, programs, nor what is in capitals."""
    for fancy, plain in ("\u201c\u201d", '"'), ("\u2018\u2019", "'"), ("\u2013\u2014", "-"):
        text = re.sub(f"[{fancy}]", plain, text)
    every = [" ".join(p.split()) for p in re.split(r"\n\s*\n", text)]
    return [p for p in every if p.isascii() and _is_prose(p)]


def _is_prose(p):
    begins = p[:1].isalnum() and not p[0].islower()
    return begins and p[-1] == "." and len(p) > 60 and sum(map(str.isupper, p)) < len(p) / 10


def python_text():
    """What there is to learn from: paragraphs, none of them twice, and where they are from."""
    sources = {"the Zen": zen(), "the licence": licence(), "Python's help": help_topics()}
    every = list(dict.fromkeys(p for found in sources.values() for p in found))
    missing = [name for name, found in sources.items() if not found]
    used = ", ".join(name for name in sources if name not in missing)
    return every, used + (f" (not found: {', '.join(missing)})" if missing else "")


class Alphabet:
    """The characters of a text, which get the numbers from 0 on."""

    def __init__(self, text):
        self.characters = np.unique(list(text))

    def __len__(self):
        return len(self.characters)

    def encode(self, text):
        codes = np.searchsorted(self.characters, list(text))
        if "".join(self.characters[np.minimum(codes, len(self) - 1)]) != text:
            raise ValueError(f"only these characters have a number: {''.join(self.characters)!r}")
        return codes

    def decode(self, codes):
        return "".join(self.characters[codes])


def split(every):
    """Two texts: to learn from, and to be tried on, which is every tenth paragraph."""
    held = every[9::10]
    learned = [p for i, p in enumerate(every) if i % 10 != 9]
    return "\n".join(learned) + "\n", "\n".join(held) + "\n"


# ---- The network ------------------------------------------------------------------------


def parameters(symbols, rng, *, vector=VECTOR, state=STATE):
    """The vectors of characters; the recurrent layer's matrices and bias; those of the end."""
    b = mg.zeros(4 * state, np.float32)
    b[state : 2 * state] = 1  # at first it remembers, and so finds what matters later
    return [
        nnet.normal(symbols, vector, std=0.1, rng=rng),
        nnet.glorot_uniform(vector, 4 * state, rng=rng),
        nnet.glorot_uniform(state, 4 * state, rng=rng),
        b,
        nnet.glorot_uniform(state, symbols, rng=rng),
        mg.zeros(symbols, np.float32),
    ]


def scores(p, codes, memory=None):
    """What comes next, after each character of some sequences.

    `codes` has the shape (steps, sequences); the scores, on a logarithmic scale, have the shape
    (steps * sequences, symbols). `memory` is what an earlier call had in mind at its end. The
    second result is this call's: arrays, so gradients do not go back further than a call.
    """
    vectors, u, w, b, end, bias = p
    states, cells = nnet.lstm(nnet.embedding(codes, vectors), u, w, b, *(memory or ()))
    z = states[1:].reshape(-1, len(end)) @ end + bias
    return z, (states[-1].data, cells[-1].data)


def surprise(p, codes):
    """The bits that each character of sequences costs, given those before; the first is given."""
    with mg.no_autodiff:
        logs = nnet.logsoftmax(scores(p, codes[:-1])[0]).data
    found = logs[np.arange(len(logs)), codes[1:].ravel()]
    return -found.reshape(codes[1:].shape) / np.log(2)


def sample(p, alphabet, length, rng, *, temperature=1.0, start="\n"):
    """Text that goes on from `start`. The lower the temperature, the surer the characters."""
    codes, memory, made = alphabet.encode(start)[:, None], None, []
    with mg.no_autodiff:
        for _ in range(length):
            z, memory = scores(p, codes, memory)
            # The largest of scores with Gumbel's noise is drawn with softmax's probabilities.
            last = z.data[-1] / temperature + rng.gumbel(size=len(alphabet))
            codes = np.argmax(last).reshape(1, 1)
            made.append(codes[0, 0])
    return alphabet.decode(made)


# ---- Without a network ------------------------------------------------------------------


def counting(learned, held, order, symbols, lean=4):
    """Bits per held-out character by counts of what follows none to `order` characters.

    Counts of longer contexts are added to `lean` times the guess by the next shorter one.
    """
    guess = np.full(len(held) - order, 1 / symbols)
    bits = []
    for n in range(order + 1):
        (before, both), (old, pair) = _numbers(held, n, symbols), _numbers(learned, n, symbols)
        skip = order - n
        seen, total = _count(pair, both[skip:]), _count(old, before[skip:])
        guess = (seen + lean * guess) / (total + lean)
        bits.append(-np.mean(np.log2(guess)))
    return bits


def _numbers(codes, n, symbols):
    """A number for every n characters that one follows, and for these with the one."""
    before = np.zeros(len(codes) - n, int)
    for i in range(n):
        before = before * symbols + codes[i : i + len(before)]
    return before, before * symbols + codes[n:]


def _count(numbers, wanted):
    """How often each of `wanted` is among the numbers."""
    distinct, counts = np.unique(numbers, return_counts=True)
    at = np.minimum(np.searchsorted(distinct, wanted), len(distinct) - 1)
    return np.where(distinct[at] == wanted, counts[at], 0)
