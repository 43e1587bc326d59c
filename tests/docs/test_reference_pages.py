"""The pages of the API reference show everything that is public."""

import re
import runpy
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import mygrad as mg

ROOT = Path(__file__).parents[2]
MAKE = runpy.run_path(str(ROOT / "tools/make_reference.py"))
ENTRY = re.compile(r"^\.\. (?:py:|auto)(?:function|class|exception|data):: ([\w.]+)", re.MULTILINE)


@pytest.fixture(scope="module")
def pages():
    return MAKE["pages"]()


def entries(text):
    return [name.rpartition(".")[2] for name in ENTRY.findall(text)]


def test_every_name_has_one_place(pages):
    modules = set(MAKE["modules"]())
    shown = [n for page, text in pages.items() if page not in modules for n in entries(text)]
    public = {n for n in dir(mg) if not n.startswith("_")}
    public = {n for n in public if not isinstance(getattr(mg, n), ModuleType)}
    assert len(shown) == len(set(shown)) > 200
    elsewhere = re.findall(r"`mg\.(\w+)", pages["numpys"])
    assert len(elsewhere) == len(set(elsewhere))
    assert set(shown) | set(elsewhere) == public


def test_places_of_some_names(pages):
    for page, names in {
        "tensor": ["Tensor"],
        "creation": ["tensor", "zeros", "linspace", "r_"],
        "transforms": ["grad", "vjp", "hessian"],
        "custom": ["custom_vjp", "checkpoint"],
        "modes": ["no_autodiff", "mem_guard_off"],
        "elementwise": ["sin", "divmod", "logaddexp", "absolute", "abs"],
        "reduce": ["sum", "amax", "mean"],
        "product": ["matmul", "einsum"],
        "shape": ["reshape", "astype", "sort"],
        "join": ["concatenate"],
        "indexing": ["put"],
        "selection": ["choose", "union1d"],
        "more": ["cot"],
        "mygrad.linalg": ["norm", "svd"],
        "mygrad.fft": ["rfft"],
        "mygrad.emath": ["sqrt"],
        "mygrad.special": ["logsumexp"],
        "mygrad.testing": ["check_grad", "WrongGradient"],
        "mygrad.errors": ["DetachedGradientWarning"],
    }.items():
        assert set(names) <= set(entries(pages[page])), page
    assert "`mg.floor <numpy.floor>`" in pages["numpys"]
    assert "``mg.float32``" in pages["numpys"]
    assert "`~numpy.polynomial.legendre.legval`" in pages["mygrad.polynomial"]
    assert "Derivative: ``np.cos(x)``." in pages["elementwise"]


def test_every_module_with_a_list_shows_it(pages):
    for name in MAKE["modules"]():
        module = import_module(name)
        for key in getattr(module, "__all__", ()):
            if callable(getattr(module, key)):
                assert re.search(rf"\b{key}\b", pages[name]), f"{name}.{key}"
        assert f"   {name}\n" in pages["index"]
    assert "mygrad.rules" not in pages


def test_another_name_of_a_function_is_not_documented_twice(pages):
    text = pages["transforms"]
    assert ".. py:function:: egrad(f, argnums=0)" in text
    assert "Another name of `~mygrad.elementwise_grad`." in text
    assert ".. autofunction:: mygrad.elementwise_grad" in text
    assert ".. autofunction:: mygrad.egrad" not in text


def test_links_are_to_the_names_that_numpy_documents(pages):
    assert "As `numpy.emath.sqrt`." in pages["mygrad.emath"]
    assert "scimath" not in "".join(pages.values())


def test_the_index_says_what_each_module_is(pages):
    for name in MAKE["modules"]():
        assert f"   * - :doc:`{name}`\n     - {MAKE['first_line'](name)}" in pages["index"]
        assert MAKE["first_line"](name).endswith((".", "?"))


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package as `mygrad.nnet` may be one, with a file named as the function in it."""
    folder = tmp_path / "shop"
    (folder / "parts").mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from . import parts\nfrom .parts import nut\n"
        "__all__ = ['Pair', 'nut', 'own', 'parts']\n"
        "def own(): '''Own.'''\n"
        "Pair = tuple[int, int]\n"
    )
    (folder / "parts/__init__.py").write_text("from .nut import nut\n__all__ = ['nut']\n")
    (folder / "parts/nut.py").write_text("def nut(): '''A nut.'''\ndef hidden(): '''No.'''\n")
    monkeypatch.setattr(mg, "__path__", [*mg.__path__, str(tmp_path)])
    yield "mygrad.shop"
    for name in [n for n in sys.modules if n.startswith("mygrad.shop")]:
        del sys.modules[name]
    vars(mg).pop("shop", None)


def test_a_new_package(package):
    found = MAKE["modules"]()
    assert [n for n in found if n.startswith(package)] == [package, f"{package}.parts"]
    page, part = (MAKE["module_page"](n) for n in found if n.startswith(package))
    assert entries(page) == ["Pair", "own"]
    assert ".. py:data:: Pair" in page
    assert f"`~{package}.parts.nut`" in page
    assert entries(part) == ["nut"]


def test_pages_are_written_only_if_they_changed(tmp_path):
    (tmp_path / "old.rst").write_text("of a module that is gone")
    MAKE["write"](tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert tmp_path / "old.rst" not in times
    MAKE["write"](tmp_path)
    assert times == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_conf_needs_nothing_of_sphinx_to_be_read():
    # The tests import every file in docs/, also where Sphinx is not installed.
    conf = runpy.run_path(str(ROOT / "docs/conf.py"))
    assert conf["release"] == mg.__version__


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("(axis=None, where=<no value>)", "(axis=None, where=...)"),
        ("(shape, dtype=<class 'numpy.float32'>)", "(shape, dtype=numpy.float32)"),
        (None, None),
    ],
)
def test_signatures_are_python(given, shown):
    plain = runpy.run_path(str(ROOT / "docs/conf.py"))["plain_signature"]
    assert plain(None, "function", "f", None, None, given, None) == (shown, None)


def test_links_to_numpy_and_scipy():
    address = runpy.run_path(str(ROOT / "docs/conf.py"))["address"]
    assert address("numpy.sin") == "https://numpy.org/doc/stable/reference/generated/numpy.sin.html"
    assert address("numpy.linalg.norm").endswith("/numpy.linalg.norm.html")
    assert address("scipy.special.erf").startswith("https://docs.scipy.org/")
    for name in ("numpy.no_such_thing", "numpy.no.such", "mygrad.grad", "x"):
        assert address(name) is None
