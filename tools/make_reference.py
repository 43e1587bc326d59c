"""Write the pages of the API reference, docs/reference/*.rst, from what mygrad exports.

docs/conf.py calls it when the site is built. Nothing has to be listed: a new function of `mygrad`
is put on the page of the file that it is written in (see PAGES), a new public module gets a page
of its own, with the names in its ``__all__``.
"""

import inspect
import re
import runpy
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

import numpy as np

import mygrad as mg
from mygrad._api import mirrors
from mygrad._inplace import INPLACE
from mygrad._table import COMPOSITIONS, OUTPUTS, RULES, Elementwise, name_of

STATUS = runpy.run_path(str(Path(__file__).parent / "make_function_page.py"))["status"]

# Page -> title, and the files whose functions it shows. A mirror of NumPy's function belongs to
# the file of its rule.
PAGES = {
    "tensor": ("Tensors", ["_tensor"]),
    "creation": ("Making tensors", ["_creation", "_rebound"]),
    "transforms": ("Derivatives of functions", ["_transforms"]),
    "custom": ("Rules of your own, checkpoints", ["_custom"]),
    "modes": ("Modes", ["_modes"]),
    "elementwise": ("Element by element", ["rules.elementwise"]),
    "reduce": ("Sums, products and extremes", ["rules.reduce"]),
    "statistics": ("Statistics and numerical analysis", ["rules.statistics"]),
    "product": ("Products of arrays", ["rules.product"]),
    "shape": ("Shapes, axes and casts", ["rules.shape", "_functions"]),
    "join": ("Joining and splitting", ["rules.join"]),
    "indexing": ("Taking and placing elements", ["rules.index", "_inplace"]),
    "selection": ("Sorting and choosing", ["rules.selection", "rules.sets"]),
    "more": ("What NumPy does not have", ["_more"]),
    "others": ("Others", []),
}
MIRRORED = {"linalg": np.linalg, "fft": np.fft, "emath": np.emath}
# Handed on when asked for, so that dir() does not know them.
LAZY = {"c_": "_rebound", "r_": "_rebound"}


def title(text: str, line: str = "=") -> str:
    return f"{text}\n{line * len(text)}\n\n"


def mirrored(obj: object) -> bool:
    return getattr(obj, "__module__", None) == "mygrad._api"


def derivative(func: object) -> str:
    """What the table says of a function of NumPy's, in a sentence, if that is short and plain."""
    what, how = STATUS(func)
    if what != "derivative" or re.search(r"\b_\w", how) or not re.match(r"`|by|cotangent", how):
        return ""
    how = how.replace("`", "``")
    if how.startswith("cotangent"):
        return " " + how.replace("cotangent", "Cotangent", 1) + "."
    return f" Derivative: {how}." if how.startswith("`") else f" Derivative {how}."


def parameters(obj: object) -> str:
    """What stands in brackets. A ufunc's operands are called as in its derivative."""
    if mirrored(obj) and isinstance(obj.__wrapped__, np.ufunc):
        return ("(x, /, **kwargs)", "(x, y, /, **kwargs)")[obj.__wrapped__.nin - 1]
    try:
        # NumPy's marks for "not given" are no Python.
        return re.sub(r"<[^>]*>", "...", str(inspect.signature(obj)))
    except ValueError:
        return "(...)"


def entry(module: str, name: str, obj: object) -> str:
    """The directive that documents one name."""
    full = f"{module}.{name}"
    if mirrored(obj):
        func = obj.__wrapped__
        text = f"As `{name_of(func)}`.{derivative(func)}"
        head = f".. py:function:: {name}{parameters(obj)}\n   :module: {module}\n\n"
        return f"{head}   {text}\n\n"
    if inspect.isclass(obj):
        if issubclass(obj, BaseException):
            return f".. autoexception:: {full}\n   :show-inheritance:\n\n"
        return f".. autoclass:: {full}\n   :members:\n   :special-members: __call__\n\n"
    if inspect.isroutine(obj):
        return f".. autofunction:: {full}\n\n"
    return f".. autodata:: {full}\n   :no-value:\n\n"


def section(module: str, found: dict[str, object]) -> str:
    """A table of the names that have a text of their own, and all entries."""
    written = [name for name, obj in found.items() if not mirrored(obj)]
    out = f".. currentmodule:: {module}\n\n"
    if len(written) > 1:
        out += ".. autosummary::\n\n" + "".join(f"   {name}\n" for name in written) + "\n"
    return out + "".join(entry(module, name, found[name]) for name in sorted(found))


def home(name: str, obj: object) -> str:
    """The file a name of `mygrad` belongs to."""
    if name in LAZY:
        return LAZY[name]
    if mirrored(obj):
        func = obj.__wrapped__
        if func in INPLACE:
            return "_inplace"
        rule = RULES.get(func)
        if isinstance(rule, Elementwise) or func in OUTPUTS:
            return "rules.elementwise"
        written = COMPOSITIONS[func] if rule is None else next(iter(rule.vjps.values()))
        return written.__module__.removeprefix("mygrad.")
    if isinstance(obj, type) or inspect.isroutine(obj):
        return obj.__module__.removeprefix("mygrad.")
    return type(obj).__module__.removeprefix("mygrad.")


def sections() -> tuple[dict[str, dict[str, object]], list[str], list[str]]:
    """The names of `mygrad` by page, NumPy's own functions, and its constants and dtypes."""
    pages = {key: page for page, (_, files) in PAGES.items() for key in files}
    found = defaultdict(dict)
    functions, rest = [], []
    for name in sorted({*dir(mg), *LAZY}):
        obj = getattr(mg, name)
        if name.startswith("_") or isinstance(obj, ModuleType):
            continue
        file = home(name, obj)
        if file.split(".")[0] in ("numpy", "builtins"):
            is_dtype_or_number = not callable(obj) or isinstance(obj, type)
            (rest if is_dtype_or_number else functions).append(name)
        else:
            found[pages.get(file, "others")][name] = obj
    return found, functions, rest


def modules() -> list[str]:
    """The public modules in mygrad."""
    walk = walk_packages(mg.__path__, "mygrad.", onerror=lambda _: None)
    named = [info.name for info in walk]
    return [n for n in named if not any(p.startswith("_") or p == "rules" for p in n.split("."))]


def of_module(module: ModuleType) -> dict[str, object]:
    """The public names of a module that are functions and classes."""
    short = module.__name__.removeprefix("mygrad.")
    names = set(mirrors(MIRRORED[short])) if short in MIRRORED else set()
    if listed := getattr(module, "__all__", None):
        names |= set(listed)
    elif short not in MIRRORED:
        names |= {
            name
            for name, obj in vars(module).items()
            if not name.startswith("_")
            and getattr(obj, "__module__", "").startswith(module.__name__)
        }
    found = {name: getattr(module, name) for name in sorted(names)}
    return {name: obj for name, obj in found.items() if callable(obj)}


def module_page(name: str) -> str:
    module = import_module(name)
    out = title(f"``{name}``") + f".. automodule:: {name}\n   :no-members:\n\n"
    if name == "mygrad.polynomial":
        for part in module.__all__:
            known = vars(getattr(module, part))
            listed = getattr(getattr(np.polynomial, part), "__all__")  # noqa: B009
            links = [f"`numpy.polynomial.{part}.{key}`" for key in listed if key in known]
            out += title(f"``{name}.{part}``", "-") + ", ".join(links) + "\n\n"
        return out
    found = of_module(module)
    own = {key: obj for key, obj in found.items() if not is_numpys(obj)}
    out += section(name, own)
    if same := [f"`{name_of(found[key])}`" for key in found if key not in own]:
        out += "NumPy's own functions, whose derivative is zero: " + ", ".join(same) + ".\n"
    return out


def is_numpys(obj: object) -> bool:
    return (getattr(obj, "__module__", None) or "numpy").split(".")[0] == "numpy"


INDEX = """\
API reference
=============

Made from the docstrings. `mg` stands for `mygrad`. All functions of NumPy's that have a derivative
are here under NumPy's names; they take NumPy's arguments and the keyword ``constant``: True makes
the result a constant, None (the default) makes it one if all operands are. Ufuncs take ``out``,
``where``, ``casting``, ``order``, ``dtype``, ``subok`` and ``signature`` besides. Calling NumPy's own
function with a tensor is the same. :doc:`/functions` lists every function of NumPy's.

.. toctree::
   :caption: mygrad
   :maxdepth: 1

{own}

.. toctree::
   :caption: Modules
   :maxdepth: 1

{modules}
"""


def pages() -> dict[str, str]:
    """Name -> text of each page."""
    found, functions, rest = sections()
    out = {}
    for page, (heading, _) in PAGES.items():
        if found[page]:
            out[page] = title(heading) + section("mygrad", found[page])
    out["numpys"] = title("NumPy's own") + (
        "These are NumPy's, under another name. The derivative of the functions is zero, and their "
        "results are plain arrays: "
        + ", ".join(f"`{name_of(getattr(mg, name))}`" for name in functions)
        + ".\n\nConstants and dtypes: "
        + ", ".join(f"``mg.{name}``" for name in rest)
        + ".\n"
    )
    named = modules()
    own = "".join(f"   {page}\n" for page in out)
    out |= {name: module_page(name) for name in named}
    out["index"] = INDEX.format(own=own, modules="".join(f"   {name}\n" for name in named))
    return out


def write(folder: Path) -> None:
    """Write what has changed, so that the site is not built anew each time."""
    folder.mkdir(exist_ok=True)
    made = {folder / f"{name}.rst": text for name, text in pages().items()}
    for old in set(folder.glob("*.rst")) - made.keys():
        old.unlink()
    for path, text in made.items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    write(Path(__file__).parent.parent / "docs/reference")
