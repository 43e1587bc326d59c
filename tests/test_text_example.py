"""examples/characters.py and examples/text.py: the text, the network, the counts, the program."""

import builtins
import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

import mygrad as mg
from mygrad import nnet

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def characters(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("characters")


@pytest.fixture
def program(characters, monkeypatch, tmp_path):
    """examples/text.py, which draws into a folder of its own."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("tqdm")
    text = importlib.import_module("text")
    monkeypatch.setattr(text, "HERE", tmp_path / "examples")
    (tmp_path / "examples").mkdir()
    return text


def small(characters, seed=0, state=4):
    """An alphabet, and float64 parameters of a small network for it."""
    alphabet = characters.Alphabet("\n abc")
    drawn = characters.parameters(len(alphabet), np.random.default_rng(seed), vector=3, state=state)
    return alphabet, [mg.tensor(x.data.astype(float)) for x in drawn]


# ---- The text ---------------------------------------------------------------------------


def test_the_zen_is_decoded_and_not_printed(characters, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "this", raising=False)
    zen = characters.zen()
    assert capsys.readouterr().out == ""
    assert zen[0] == "The Zen of Python, by Tim Peters"
    assert "Beautiful is better than ugly." in zen and len(zen) == 20


def test_only_prose_is_taken_and_quotes_are_plain(characters):
    prose = "A paragraph of prose that is long enough,\n   in two lines, with \u201cquotes\u201d."
    others = [
        "Heading\n*******",
        "if_stmt ::= 'if' assignment_expression ':' suite ('elif' assignment_expression).",
        "THIS PARAGRAPH IS LONG ENOUGH BUT IT IS WRITTEN IN CAPITALS FROM THE FIRST TO THE LAST.",
        "This one is long enough but has a letter that is not plain, which is the \u00e9 here.",
        "",
    ]
    assert characters.paragraphs("\n\n".join([*others, prose, *others])) == [
        'A paragraph of prose that is long enough, in two lines, with "quotes".'
    ]


def test_the_licence_is_looked_for_in_several_places(characters, monkeypatch, tmp_path):
    library = tmp_path / "lib/python"
    library.mkdir(parents=True)
    monkeypatch.setattr(characters.sysconfig, "get_path", lambda _: str(library))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "elsewhere"))
    assert characters.licence() == []
    sentence = "This paragraph stands for a licence, and it is of more than sixty letters."
    (tmp_path / "lib/LICENSE").write_text(sentence)
    assert characters.licence() == [sentence]


def test_what_is_missing_is_said(characters, monkeypatch):
    imported = builtins.__import__

    def without_help(name, *args, **kwargs):
        if name.startswith("pydoc_data"):
            raise ImportError(name)
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_help)
    monkeypatch.setattr(characters, "licence", list)
    every, sources = characters.python_text()
    assert sources == "the Zen (not found: the licence, Python's help)"
    assert every == characters.zen()


def test_no_paragraph_is_held_out_and_learned_too(characters):
    every, _ = characters.python_text()
    learned, held = characters.split(every)
    assert not set(learned.splitlines()) & set(held.splitlines())
    assert sorted(learned.splitlines() + held.splitlines()) == sorted(every)
    assert 0.03 < len(held) / len(learned + held) < 0.25


def test_an_alphabet_goes_both_ways(characters):
    alphabet = characters.Alphabet("hello\n")
    assert alphabet.decode(alphabet.encode("lo\nhe")) == "lo\nhe"
    for unknown in "z", "a":
        with pytest.raises(ValueError, match="only these characters"):
            alphabet.encode("he" + unknown)


# ---- The network ------------------------------------------------------------------------


def test_gradients_of_the_loss_are_those_of_finite_differences(characters):
    alphabet, p = small(characters)
    rng = np.random.default_rng(1)
    codes, memory = rng.integers(len(alphabet), size=(5, 2)), tuple(rng.normal(size=(2, 2, 4)))

    def loss(*p):
        z, _ = characters.scores(p, codes[:-1], memory)
        return nnet.softmax_crossentropy(z, codes[1:].ravel())

    mg.testing.check_grad(loss, *[x.data for x in p])


def test_memory_makes_chunks_one_sequence(characters):
    alphabet, p = small(characters)
    codes = np.random.default_rng(1).integers(len(alphabet), size=(9, 3))
    whole, _ = characters.scores(p, codes)
    first, memory = characters.scores(p, codes[:4])
    second, _ = characters.scores(p, codes[4:], memory)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-12)
    assert all(type(m) is np.ndarray for m in memory)


def test_surprise_adds_up_to_one(characters):
    alphabet, p = small(characters)
    n = len(alphabet)
    # All the sequences that a given one may go on with, by two characters.
    ends = np.stack(np.meshgrid(np.arange(n), np.arange(n))).reshape(2, -1)
    codes = np.concatenate([np.full((1, n * n), 2), ends])
    bits = characters.surprise(p, codes)
    assert bits.shape == (2, n * n)
    np.testing.assert_allclose(np.sum(2.0 ** -bits.sum(axis=0)), 1, rtol=1e-12)


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_samples_have_the_probabilities_of_the_network(characters, temperature):
    alphabet, p = small(characters)
    p[-2] = 30 * p[-2]
    z = characters.scores(p, alphabet.encode("a")[:, None])[0].data[0]
    wanted = np.exp(z / temperature) / np.sum(np.exp(z / temperature))
    rng, draws = np.random.default_rng(2), 1000
    drawn = [
        characters.sample(p, alphabet, 1, rng, temperature=temperature, start="a")
        for _ in range(draws)
    ]
    seen = np.array([drawn.count(c) for c in alphabet.characters]) / draws
    assert np.ptp(wanted) > 0.2
    np.testing.assert_allclose(seen, wanted, atol=4 * np.sqrt(0.25 / draws))


# ---- Counts -----------------------------------------------------------------------------


def test_counts_are_those_of_a_loop(characters):
    rng = np.random.default_rng(3)
    learned, held = rng.integers(4, size=300), rng.integers(5, size=40)
    symbols, lean, order = 5, 4, 2
    wanted = []
    for n in range(order + 1):
        total = 0.0
        for at in range(order, len(held)):
            guess = 1 / symbols
            for k in range(n + 1):
                before = list(held[at - k : at])
                follow = [
                    learned[i + k]
                    for i in range(len(learned) - k)
                    if list(learned[i : i + k]) == before
                ]
                guess = (follow.count(held[at]) + lean * guess) / (len(follow) + lean)
            total -= np.log2(guess)
        wanted.append(total / (len(held) - order))
    np.testing.assert_allclose(characters.counting(learned, held, order, symbols, lean), wanted)


# ---- The program ------------------------------------------------------------------------


def test_chunks_go_through_the_text_in_order(program, monkeypatch):
    monkeypatch.setattr(program, "SEQUENCES", 3)
    monkeypatch.setattr(program, "CHUNK", 4)
    codes = np.arange(41)
    stream = program.chunks(codes, np.random.default_rng(0))
    size = 41 // 3
    for _ in range(2):
        seen = [next(stream) for _ in range((size - 1) // 4)]
        assert [begins for *_, begins in seen] == [True, False, False]
        together = np.concatenate([inputs for inputs, *_ in seen])
        assert np.all(np.diff(together, axis=0) % 41 == 1)
        for inputs, following, _ in seen:
            np.testing.assert_array_equal((inputs + 1) % 41, following.reshape(inputs.shape))


def run(program, capsys, monkeypatch, *arguments):
    """What a short run of a small network prints, with a part of the text."""
    every, sources = sys.modules["characters"].python_text()
    monkeypatch.setattr(program, "python_text", lambda: (every[:100], sources))
    monkeypatch.setattr(program.parameters, "__kwdefaults__", {"vector": 8, "state": 16})
    program.main(arguments)
    return capsys.readouterr().out


def test_the_program_learns_and_comes_out_the_same_by_a_seed(program, capsys, monkeypatch):
    arguments = ["--steps", "30", "--seed", "5"]
    out = run(program, capsys, monkeypatch, *arguments)
    figure = program.HERE / "output/text.png"
    assert figure.read_bytes()[:4] == b"\x89PNG"
    bits = [float(line.split()[3]) for line in out.splitlines() if line.startswith("After ")]
    kinds = int(out.split(" held out, ")[1].split()[0])
    assert abs(bits[0] - np.log2(kinds)) < 0.1  # it begins by knowing nothing
    assert bits[-1] < bits[0] - 1
    # The picture takes longer than all the rest.
    monkeypatch.setattr(program, "draw", lambda *_: figure)
    assert run(program, capsys, monkeypatch, *arguments) == out
    assert run(program, capsys, monkeypatch, "--steps", "30", "--seed", "6") != out


def test_the_program_works_with_the_zen_alone_and_by_the_clock(program, capsys, monkeypatch):
    monkeypatch.setattr(sys.modules["characters"], "licence", list)
    monkeypatch.setattr(sys.modules["characters"], "help_topics", list)
    out = run(program, capsys, monkeypatch, "--seconds", "0.2")
    assert "not found: the licence, Python's help" in out
    assert (program.HERE / "output/text.png").exists()


@pytest.mark.parametrize("wrong", ["--steps=0", "--seconds=0", "--temperature=0", "--seconds=nan"])
def test_options_that_make_no_sense_are_refused(program, wrong, capsys):
    with pytest.raises(SystemExit):
        program.options([wrong])
    assert wrong.split("=")[0] in capsys.readouterr().err
