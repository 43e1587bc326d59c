"""Write the .pyi files of the modules that are made from the table, for type checkers and editors.

Run it after a change of the rules or of what is public: ``python tools/make_stubs.py``. With
``--check`` it writes nothing, and has mypy's stubtest compare the files with the modules.
"""

import inspect
import subprocess
import sys
from functools import cache
from importlib import import_module
from inspect import Parameter, Signature
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numpy as np

import mygrad
from mygrad._inplace import INPLACE
from mygrad._signatures import Mirrored
from mygrad._table import name_of

PACKAGE = Path(mygrad.__file__).parent
#: Their names are made when they are imported; `mygrad` has those of all others.
MODULES = ("mygrad", "mygrad.emath", "mygrad.fft", "mygrad.linalg")
#: What `mygrad` imports when it is first used: name -> module.
LATE = {
    "computational_graph": "",
    "nnet": "",
    "polynomial": "",
    "random": "",
    "special": "",
    "tensor_base": "",
    "c_": "._rebound",
    "r_": "._rebound",
}

HEAD = '''\
"""Made by tools/make_stubs.py with NumPy {version}."""

'''

PAIR, LIST, SEVERAL = "tuple[Tensor, Tensor]", "list[Tensor]", "tuple[Tensor, ...]"
#: What is not a tensor. Any where it depends on the arguments in many ways.
RETURNS = {
    **dict.fromkeys(("array_split", "dsplit", "hsplit", "split", "vsplit"), LIST),
    **dict.fromkeys(("broadcast_arrays", "ix_", "meshgrid", "unstack"), SEVERAL),
    **dict.fromkeys(("divmod", "frexp", "modf", "polydiv"), PAIR),
    **dict.fromkeys(("atleast_1d", "atleast_2d", "atleast_3d", "average", "gradient"), "Any"),
    **dict.fromkeys(("histogram", "histogram2d", "histogramdd", "histogram_bin_edges"), "Any"),
    **dict.fromkeys(("unique", "unique_all", "unique_counts", "unique_inverse"), "Any"),
    **dict.fromkeys(("linalg.lstsq", "polyfit"), "Any"),
    "linalg.eig": "EigResult",
    "linalg.eigh": "EighResult",
    "linalg.slogdet": "SlogdetResult",
}

_CONSTANT = "constant: bool | None = ..."
#: What is to be told apart by its arguments.
OVERLOADS = {
    "where": [
        "(condition: Any, /) -> tuple[np.ndarray[Any, Any], ...]",
        f"(condition: Any, x: Any, y: Any, /, *, {_CONSTANT}) -> Tensor",
    ],
    "linalg.svd": [
        "(a: Any, full_matrices: bool = ..., compute_uv: Literal[True] = ..., "
        f"hermitian: bool = ..., *, {_CONSTANT}) -> SVDResult",
        "(a: Any, full_matrices: bool, compute_uv: Literal[False], "
        f"hermitian: bool = ..., *, {_CONSTANT}) -> Tensor",
        "(a: Any, full_matrices: bool = ..., *, compute_uv: Literal[False], "
        f"hermitian: bool = ..., {_CONSTANT}) -> Tensor",
    ],
    "linalg.qr": [
        f'(a: Any, mode: Literal["reduced", "complete"] = ..., *, {_CONSTANT}) -> QRResult',
        f'(a: Any, mode: Literal["r"], *, {_CONSTANT}) -> Tensor',
        f'(a: Any, mode: Literal["raw"], *, {_CONSTANT}) -> tuple[Tensor, Tensor]',
    ],
}

#: Classes that stubs alone have: NumPy's are of arrays.
RESULTS = {
    "EigResult": ("eigenvalues", "eigenvectors"),
    "EighResult": ("eigenvalues", "eigenvectors"),
    "QRResult": ("Q", "R"),
    "SVDResult": ("U", "S", "Vh"),
    "SlogdetResult": ("sign", "logabsdet"),
}


def short(module: str, name: str) -> str:
    """The name in the tables above."""
    return f"{module.partition('.')[2]}.{name}".lstrip(".")


def numpys(f: Any) -> Any:
    """The NumPy function behind one made from the table; None for any other object."""
    behind = getattr(f, "__wrapped__", None)
    if isinstance(behind, Mirrored):
        return behind.__wrapped__
    return getattr(f, "_func", None) if type(f).__name__ == "ufunc" else None


def parameters(found: Signature) -> str:
    """Parameters as a stub has them."""
    texts: list[str] = []
    kinds = [p.kind for p in found.parameters.values()]
    for i, p in enumerate(found.parameters.values()):
        if p.kind is Parameter.KEYWORD_ONLY and not {
            Parameter.VAR_POSITIONAL,
            Parameter.KEYWORD_ONLY,
        } & {*kinds[:i]}:
            texts.append("*")
        stars = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}.get(p.kind, "")
        kind = "bool | None" if p.name == "constant" else "Any"
        texts.append(f"{stars}{p.name}: {kind}{'' if p.default is p.empty else ' = ...'}")
        if p.kind is Parameter.POSITIONAL_ONLY and kinds[i + 1 : i + 2] != [p.kind]:
            texts.append("/")
    return ", ".join(texts)


def function(module: str, name: str, f: Any) -> list[str]:
    """The stub of a function."""
    key = short(module, name)
    if key in OVERLOADS:
        return [f"@overload\ndef {name}{text}: ..." for text in OVERLOADS[key]]
    returns = "None" if numpys(f) in INPLACE else RETURNS.get(key, "Tensor")
    text = f"({parameters(inspect.signature(f))}) -> {returns}"
    if type(f).__name__ == "ufunc":
        return [f"{name}: {protocol(text, f)}"]
    doc = f'    """`{name_of(numpys(f))}` of tensors."""' if numpys(f) else "    ..."
    return [f"def {name}{text}:\n{doc}"]


#: Call -> (name, text) of a protocol: what checkers know of an object that is called.
PROTOCOLS: dict[str, tuple[str, str]] = {}


def protocol(call: str, f: Any) -> str:
    """The name of the protocol of objects with such a call, and the other members of `f`."""
    if call not in PROTOCOLS:
        name = f"_Ufunc{len(PROTOCOLS) + 1}"
        lines = ["@type_check_only", f"class {name}(Protocol):"]
        lines.append(f"    def __call__(self, {call[1:]}: ...")
        for member, x in sorted(vars(type(f)).items()):
            if not member.startswith("_"):
                if isinstance(x, property):
                    of = inspect.signature(x.fget).return_annotation
                    known = inspect.formatannotation(of) if of in (int, str | None) else "Any"
                    lines += ["    @property", f"    def {member}(self) -> {known}: ..."]
                else:
                    returns = "None" if member == "at" else "Tensor" if f.nout == 1 else "Any"
                    text = parameters(inspect.signature(x))
                    text = text.replace("self: Any", "self", 1)
                    lines.append(f"    def {member}({text}) -> {returns}: ...")
        PROTOCOLS[call] = (name, "\n".join(lines))
    return PROTOCOLS[call][0]


@cache
def private_modules() -> list[ModuleType]:
    return [import_module(f"mygrad.{path.stem}") for path in sorted(PACKAGE.glob("_[a-z]*.py"))]


def origin(name: str, x: Any) -> str | None:
    """The module to import an object from."""
    own = getattr(x, "__module__", None) or ""
    if own.startswith("mygrad.") and getattr(sys.modules.get(own), name, None) is x:
        return own.removeprefix("mygrad")
    for module in private_modules():
        if name in vars(module) and vars(module)[name] is x:
            return module.__name__.removeprefix("mygrad")
    for module in (np, np.linalg, np.fft):
        if getattr(module, name, None) is x:
            return module.__name__
    return None


def gives_any(f: Any) -> bool:
    """Does a function that gives tensors say only that it gives anything?"""
    is_ours = getattr(f, "__module__", None) == "mygrad._more"
    return is_ours and inspect.signature(f).return_annotation in (Any, Signature.empty)


def stub(module: str) -> str:
    """The text of a module's stub."""
    PROTOCOLS.clear()
    imports, body = [], []
    names = {name: x for name, x in vars(import_module(module)).items() if name[0] != "_"}
    if module == "mygrad":
        imports = [f"from {LATE[n] or '.'} import {n} as {n}" for n in LATE if is_late(n)]
        names = {name: x for name, x in names.items() if name not in LATE and name != "rules"}
    for name, x in sorted(names.items()):
        if isinstance(x, ModuleType):
            if module == "mygrad" and x.__name__ == f"mygrad.{name}":
                imports.append(f"from . import {name} as {name}")
        elif getattr(x, "__module__", None) == module or numpys(x) or gives_any(x):
            body += function(module, name, x)
        elif module == "mygrad" or getattr(x, "__module__", "").startswith("numpy"):
            source = origin(name, x)
            if source is None:
                raise LookupError(f"where is {module}.{name} from? It is {x!r}")
            imports.append(f"from {source} import {name} as {name}")
    used = "\n".join(body)
    results = [name for name in RESULTS if name in used]
    for name in results:
        fields = "".join([f"\n    {field}: Tensor" for field in RESULTS[name]])
        body.insert(0, f"@type_check_only\nclass {name}(NamedTuple):{fields}")
    for _, text in PROTOCOLS.values():
        body.insert(0, text)
    used = "\n".join(body)
    if "type_check_only" in used or "@overload" in used or "Any" in used:
        words = ("Any", "Literal", "NamedTuple", "Protocol", "overload", "type_check_only")
        imports.append(f"from typing import {', '.join([w for w in words if w in used])}")
    if "np." in used:
        imports.append("import numpy as np")
    if module != "mygrad":
        imports.append("from ._tensor import Tensor")
    else:
        body.insert(0, "__version__: str\ndef __dir__() -> list[str]: ...")
    exported = getattr(import_module(module), "__all__", None)
    if exported is not None:
        body.insert(0, f"__all__ = {exported}" if exported else "__all__: list[str] = []")
    version = ".".join(np.__version__.split(".")[:2])
    return formatted(HEAD.format(version=version) + "\n".join([*imports, *body]) + "\n")


def is_late(name: str) -> bool:
    return bool(LATE[name]) or any(PACKAGE.glob(f"{name}.py")) or (PACKAGE / name).is_dir()


def formatted(text: str) -> str:
    """As ruff writes it."""
    for how in (["check", "--select=I", "--fix", "--quiet"], ["format", "--quiet"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *how,
                "--stdin-filename",
                str(PACKAGE / "stub.pyi"),
                "-",
            ],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        text = done.stdout
    return text


def path_of(module: str) -> Path:
    name = module.partition(".")[2]
    return PACKAGE / (f"{name}.pyi" if name else "__init__.pyi")


def check() -> int:
    """Compare the stubs with the modules."""
    from mypy import stubtest

    with TemporaryDirectory() as folder:
        # It takes the package's other modules with it, which have no stubs to compare.
        others = Path(folder) / "others"
        stubs = "|".join([module.partition(".")[2] for module in MODULES[1:]])
        others.write_text(rf"mygrad\.(?!(?:{stubs})\.)\w+\..+")
        options = ["--mypy-config-file", str(PACKAGE.parents[1] / "pyproject.toml")]
        options += ["--allowlist", str(others), "--ignore-unused-allowlist"]
        options += ["--ignore-disjoint-bases", "mygrad"]
        return stubtest.test_stubs(stubtest.parse_options(options))


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check())
    for module in MODULES:
        path_of(module).write_text(stub(module))
