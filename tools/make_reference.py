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
from typing import Any, get_origin

import numpy as np

import mygrad as mg
from mygrad._api import mirrors
from mygrad._inplace import INPLACE
from mygrad._signatures import Mirrored
from mygrad._table import COMPOSITIONS, OUTPUTS, RULES, Elementwise, name_of

STATUS = runpy.run_path(str(Path(__file__).parent / "make_function_page.py"))["status"]

# Page -> title, and the files whose functions it shows. A mirror of NumPy's function belongs to
# the file of its rule.
PAGES = {
    "tensor": ("Tensors", ["_tensor", "_ufunc_objects"]),
    "creation": ("Making tensors", ["_creation", "_rebound"]),
    "transforms": ("Derivatives of functions", ["_transforms"]),
    "custom": ("Rules of your own, checkpoints", ["_custom", "operation_base"]),
    "modes": ("Modes", ["_modes", "_anomaly"]),
    "elementwise": ("Element by element", ["rules.elementwise"]),
    "reduce": ("Sums, products and extremes; clip and where", ["rules.reduce"]),
    "statistics": ("Statistics, polynomials and numerical analysis", ["rules.statistics"]),
    "product": ("Products of arrays", ["rules.product"]),
    "shape": ("Shapes, axes, taking and sorting", ["rules.shape", "_functions", "_windows"]),
    "join": ("Joining and splitting", ["rules.join"]),
    "indexing": ("Writing into tensors", ["rules.index", "_inplace"]),
    "selection": ("Choosing, inserting, deleting; sets", ["rules.selection", "rules.sets"]),
    "more": ("What NumPy does not have", ["_more"]),
    "files": ("Files", ["_io"]),
    "others": ("Others", []),
}
MIRRORED = {
    "mygrad": np,
    "mygrad.emath": np.emath,
    "mygrad.fft": np.fft,
    "mygrad.linalg": np.linalg,
}
# Handed on when asked for, so that they are no functions or classes with a file.
LAZY = {"c_": "_rebound", "r_": "_rebound"}


def title(text: str, line: str = "=") -> str:
    return f"{text}\n{line * len(text)}\n\n"


def behind(module: str, name: str, obj: object) -> Any:
    """NumPy's function, if the object is made from the table for one."""
    made = isinstance(obj, mg.ufunc) or isinstance(getattr(obj, "__wrapped__", None), Mirrored)
    return getattr(MIRRORED.get(module), name, None) if made else None


def derivative(func: object) -> str:
    """What the table says of a function of NumPy's, in a sentence, if that is short and plain."""
    what, how = STATUS(func)
    if what != "derivative" or re.search(r"\b_\w", how) or not re.match(r"`|by|cotangent", how):
        return ""
    how = how.replace("`", "``")
    if how.startswith("cotangent"):
        return " " + how.replace("cotangent", "Cotangent", 1) + "."
    return f" Derivative: {how}." if how.startswith("`") else f" Derivative {how}."


def parameters(func: Any) -> str:
    """What stands in brackets. A ufunc's operands are called as in its derivative."""
    if isinstance(func, np.ufunc):
        return ("(x, /, **kwargs)", "(x, y, /, **kwargs)")[func.nin - 1]
    try:
        signature = inspect.signature(func)
    except ValueError:
        return "(...)"
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    # NumPy's marks for "not given" are no Python.
    return re.sub(r"<[^>]*>", "...", str(inspect.Signature(bare)))


def is_alias(module: str, name: str, obj: Any) -> bool:
    """Is this another name of a function that the module has under the name it calls itself?"""
    return obj.__name__ != name and getattr(import_module(module), obj.__name__, None) is obj


def entry(module: str, name: str, obj: object) -> str:
    """The directive that documents one name."""
    full = f"{module}.{name}"
    if func := behind(module, name, obj):
        # NumPy documents these under another name than their module has.
        known = re.sub(r"numpy\.lib\._?scimath(_impl)?\.", "numpy.emath.", name_of(func))
        text = f"As `{known}`.{derivative(func)}"
        head = f".. py:function:: {name}{parameters(func)}\n   :module: {module}\n\n"
        return f"{head}   {text}\n\n"
    if inspect.isclass(obj):
        if issubclass(obj, BaseException):
            return f".. autoexception:: {full}\n   :show-inheritance:\n\n"
        return f".. autoclass:: {full}\n   :members:\n   :special-members: __call__\n\n"
    if inspect.isroutine(obj) and is_alias(module, name, obj):
        text = f"Another name of `~{module}.{obj.__name__}`."
        head = f".. py:function:: {name}{parameters(obj)}\n   :module: {module}\n\n"
        return f"{head}   {text}\n\n"
    if inspect.isroutine(obj):
        return f".. autofunction:: {full}\n\n"
    if get_origin(obj):
        # An alias for annotations. NumPy's are long, and say nothing to a reader.
        value = f"   :value: {obj}\n" if len(str(obj)) < 80 else ""
        return f".. py:data:: {name}\n   :module: {module}\n{value}\n"
    return f".. autodata:: {full}\n   :no-value:\n\n"


def section(module: str, found: dict[str, object]) -> str:
    """A table of the names that have a text of their own, and all entries."""
    written = [
        name
        for name, x in found.items()
        if not (behind(module, name, x) or get_origin(x))
        and not (inspect.isroutine(x) and is_alias(module, name, x))
    ]
    out = f".. currentmodule:: {module}\n\n"
    if len(written) > 1:
        out += ".. autosummary::\n\n" + "".join(f"   {name}\n" for name in written) + "\n"
    return out + "".join(entry(module, name, found[name]) for name in sorted(found))


def home(name: str, obj: object) -> str:
    """The file a name of `mygrad` belongs to."""
    if name in LAZY:
        return LAZY[name]
    if func := behind("mygrad", name, obj):
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
    for name in dir(mg):
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
    """The public modules in mygrad: what is in a package is public if its ``__all__`` says so."""
    named = []
    for info in walk_packages(mg.__path__, "mygrad."):
        package, _, name = info.name.rpartition(".")
        if package == "mygrad":
            public = not name.startswith("_") and name != "rules"
        else:
            parent = import_module(package) if package in named else None
            listed = getattr(parent, "__all__", ())
            # A file may be named as the function in it, which then is what the package has.
            public = name in listed and isinstance(getattr(parent, name), ModuleType)
        if public:
            named.append(info.name)
    return named


def of_module(name: str) -> dict[str, object]:
    """The public names of a module, its modules left out."""
    module = import_module(name)
    names = set(mirrors(MIRRORED[name], name)) if name in MIRRORED else set()
    if listed := getattr(module, "__all__", None):
        names |= set(listed)
    elif name not in MIRRORED:
        names |= {
            key
            for key, obj in vars(module).items()
            if not key.startswith("_") and getattr(obj, "__module__", "").startswith(name)
        }
    found = {key: getattr(module, key) for key in sorted(names)}
    return {key: obj for key, obj in found.items() if not isinstance(obj, ModuleType)}


def module_page(name: str) -> str:
    module = import_module(name)
    out = title(f"``{name}``") + f".. automodule:: {name}\n   :no-members:\n\n"
    if name == "mygrad.polynomial":
        for part in module.__all__:
            known = vars(getattr(module, part))
            listed = vars(getattr(np.polynomial, part))["__all__"]
            named = [key for key in listed if callable(known.get(key))]
            links = ", ".join(f"`~numpy.polynomial.{part}.{key}`" for key in named)
            out += title(f"``{name}.{part}``", "-") + f"As NumPy's: {links}.\n\n"
        return out
    found = of_module(name)
    # What a package has from a module of its own that has a page is only listed.
    parts = [part for part in modules() if part.startswith(f"{name}.")]
    lent = {part: [k for k, x in of_module(part).items() if found.get(k) is x] for part in parts}
    for part, keys in lent.items():
        if keys:
            links = ", ".join(f"`~{part}.{key}`" for key in keys)
            out += f"Of :doc:`{part}`, to be imported from here, too: {links}.\n\n"
    taken = {key for keys in lent.values() for key in keys}
    own = {k: x for k, x in found.items() if k not in taken and not is_numpys(x)}
    out += section(name, own)
    same = [f"`{name_of(x)}`" for k, x in found.items() if k not in taken and is_numpys(x)]
    if same:
        out += "NumPy's own functions, whose derivative is zero: " + ", ".join(same) + ".\n"
    return out


def first_line(name: str) -> str:
    """What the docstring of a module begins with."""
    doc = inspect.getdoc(import_module(name)) or ""
    return doc.partition("\n\n")[0].replace("\n", " ")


def is_numpys(obj: object) -> bool:
    return (getattr(obj, "__module__", None) or "numpy").split(".")[0] == "numpy"


INDEX = """\
API reference
=============

Made from the docstrings. `mg` stands for `mygrad`. All functions of NumPy's that have a derivative
are here under NumPy's names; they take NumPy's arguments and the keyword ``constant``: True makes
the result a constant, None (the default) makes it one if all operands are. Ufuncs take ``out``,
``where``, ``casting``, ``order``, ``dtype``, ``subok`` and ``signature`` besides. Calling NumPy's
own function with a tensor is the same. :doc:`/functions` lists every function of NumPy's.

.. toctree::
   :caption: mygrad
   :maxdepth: 1

{own}

.. toctree::
   :caption: Modules
   :maxdepth: 1
   :hidden:

{modules}

.. rubric:: Modules

.. list-table::

{summaries}"""


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
        + ", ".join(f"`mg.{name} <{name_of(getattr(mg, name))}>`" for name in functions)
        + ".\n\nConstants and dtypes: "
        + ", ".join(f"``mg.{name}``" for name in rest)
        + ".\n"
    )
    named = modules()
    own = "".join(f"   {page}\n" for page in out)
    out |= {name: module_page(name) for name in named}
    out["index"] = INDEX.format(
        own=own,
        modules="".join(f"   {name}\n" for name in named),
        summaries="".join(f"   * - :doc:`{name}`\n     - {first_line(name)}\n" for name in named),
    )
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
