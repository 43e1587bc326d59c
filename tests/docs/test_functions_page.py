"""docs/functions.md is what its generator writes."""

import re
import runpy
from pathlib import Path

import pytest

from mygrad._table import MINUS_ONE, ONE, RULES, Elementwise, parameters

ROOT = Path(__file__).parents[2]
MAKE = runpy.run_path(str(ROOT / "tools/make_function_page.py"))
PAGE = (ROOT / "docs/functions.md").read_text()
HINT = "run python tools/make_function_page.py"


def rows(page):
    found = re.findall(r"^\| `([\w.]+)` \| (\w+) \| (.*?) ?\|$", page, re.MULTILINE)
    return {name: (status, how) for name, status, how in found}


@pytest.fixture(scope="module")
def fresh():
    return MAKE["page"]()


def test_the_page_is_up_to_date(fresh):
    here, there = (re.search(r"NumPy (\d+\.\d+)", page)[1] for page in (fresh, PAGE))
    if here == there:
        assert fresh == PAGE, HINT
    committed, made = rows(PAGE), rows(fresh)
    both = committed.keys() & made.keys()
    assert len(both) > 350
    # How may depend on what NumPy's function does.
    assert {n: committed[n][0] for n in both} == {n: made[n][0] for n in both}, HINT


def test_every_row_says_what_happens(fresh):
    made = rows(fresh)
    assert len(made) == len(re.findall(r"^\| `numpy", fresh, re.MULTILINE))
    assert {status for status, _ in made.values()} == {
        *("derivative", "composition", "constant", "refused")
    }
    for status, how in made.values():
        assert bool(how) or status == "constant"


def test_rows_that_are_known():
    made = rows(PAGE)
    assert made["numpy.multiply"] == ("derivative", "by `x`: `y`, by `y`: `x`")
    assert made["numpy.square"] == ("derivative", "`2 * x`")
    assert made["numpy.sin"] == ("derivative", "`np.cos(x)`")
    assert made["numpy.sum"] == ("derivative", "see `rules/reduce.py`")
    assert made["numpy.floor"][0] == "constant"
    assert made["numpy.unpackbits"] == ("refused", "it works on bits")
    assert made["numpy.linalg.norm"] == ("derivative", "see `rules/norm.py`")
    assert "numpy.testing.assert_equal" not in made
    assert {f"numpy.{name}" for name in ("abs", "absolute", "exp", "concatenate")} <= made.keys()


RULE_FORMS = [(func, rule) for func, rule in RULES.items() if isinstance(rule, Elementwise)]


@pytest.mark.parametrize(("func", "rule"), RULE_FORMS, ids=lambda x: getattr(x, "__name__", ""))
def test_formulas_use_the_names_that_the_page_explains(func, rule):
    for partial in {rule.da, rule.db} - {ONE, MINUS_ONE}:
        if MAKE["formula"](partial):
            names = parameters(partial)
            for name, known in zip(names, ("ans", "x", "y"), strict=False):
                assert name in (known, f"_{known}", "_")


def test_each_formula_is_that_of_its_own_rule():
    """Of two lambdas in one line each is found."""
    formula = MAKE["formula"]
    first, second = lambda z, x, y: x / z, lambda z, x, y: y / z
    assert (formula(first), formula(second)) == ("`x / z`", "`y / z`")

    def named(z, x):
        return z * x

    def longer(z, x):
        y = z * x
        return y

    assert formula(named) == "`z * x`"
    assert formula(longer) is None
