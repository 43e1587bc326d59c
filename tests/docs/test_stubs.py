"""The .pyi files are what their generator writes, and what they say is so."""

import ast
import re
import runpy
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import mygrad as mg

sys.path.insert(0, str(Path(__file__).parents[1] / "rules"))
from cases import CALLS

MAKE = runpy.run_path(str(Path(__file__).parents[2] / "tools/make_stubs.py"))
HINT = "run python tools/make_stubs.py"
HERE = ".".join(np.__version__.split(".")[:2])


def text_of(module):
    return MAKE["path_of"](module).read_text()


def skip_if_of_another_numpy(module):
    if f"with NumPy {HERE}." not in text_of(module):
        pytest.skip("signatures and names are those of another version of NumPy")


@pytest.mark.parametrize("module", MAKE["MODULES"])
def test_stubs_are_up_to_date(module):
    pytest.importorskip("ruff")
    skip_if_of_another_numpy(module)
    assert MAKE["stub"](module) == text_of(module), HINT


@pytest.mark.parametrize("module", MAKE["MODULES"])
def test_all_that_is_public_is_there(module):
    skip_if_of_another_numpy(module)
    tree = ast.parse(text_of(module))
    known = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            known |= {alias.asname for alias in node.names}
        if isinstance(node, ast.AnnAssign):
            known.add(node.target.id)
    public = {
        name
        for name, x in vars(import_module(module)).items()
        if not name.startswith("_") and name != "rules"
    }
    if module == "mygrad":
        assert public <= known, HINT
    functions = {name for name in public if callable(getattr(import_module(module), name))}
    assert functions - {"Any", "apply", "mirrors"} <= known, HINT


def returned():
    """What each function of the table is said to give."""
    found = {}
    for module in MAKE["MODULES"]:
        tree = ast.parse(text_of(module))
        calls = {
            (node.name, part.name): ast.unparse(part.returns)
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            for part in node.body
            if isinstance(part, ast.FunctionDef)
        }
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                name, text = node.name, ast.unparse(node.returns)
            elif isinstance(node, ast.AnnAssign):
                # An object that is called.
                name, text = node.target.id, calls.get((ast.unparse(node.annotation), "__call__"))
            else:
                continue
            # Older versions of NumPy have fewer functions.
            f = vars(import_module(module)).get(name)
            if text is not None and f is not None:
                found.setdefault(MAKE["numpys"](f), set()).add(text)
    return found


RETURNED = returned()
OURS = {MAKE["numpys"](f): f for m in MAKE["MODULES"] for f in vars(import_module(m)).values()}
KNOWN = {
    func: [call for call in CALLS if call.func is func]
    for func in {call.func: None for call in CALLS}
    if "Any" not in RETURNED.get(func, {"Any"})
}


def test_cases_are_found():
    assert len(KNOWN) > 220


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("func", KNOWN, ids=lambda func: func.__name__)
def test_results_are_of_the_type_that_stubs_say(func):
    for call in KNOWN[func]:
        said = RETURNED[call.func]
        result = call.run([mg.tensor(x) for x in call.sample()], OURS[call.func])
        assert any(fits(result, text) for text in said), (call, said, type(result))


def fits(result, text):
    """Is a result what a stub says?"""
    if not isinstance(result, (tuple, list)):
        return type(result).__name__ == text or (result is None and text == "None")
    parts = {type(x) for x in result}
    if text in MAKE["RESULTS"]:
        return type(result).__name__ == text and result._fields == MAKE["RESULTS"][text]
    if text.startswith("list"):
        return type(result) is list and parts <= {mg.Tensor}
    if not text.startswith("tuple") or parts - {mg.Tensor}:
        return False
    return "..." in text or len(result) == len(re.findall("Tensor", text))
