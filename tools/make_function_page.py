"""Write docs/functions.md: what mygrad does with each function of NumPy's, from the table.

Run it after a change of the rules: ``python tools/make_function_page.py``.
"""

import ast
import re
from collections import Counter
from functools import cache, reduce
from pathlib import Path

import numpy as np
import numpy.lib.recfunctions
from numpy.testing import overrides

from mygrad._functions import _CONVERSION, _CREATION, _OWN
from mygrad._inplace import INPLACE
from mygrad._table import COMPOSITIONS, CONSTANTS, MINUS_ONE, ONE, OUTPUTS, RULES, Elementwise

PAGE = Path(__file__).parent.parent / "docs/functions.md"
MODULES = "", ".linalg", ".fft", ".emath", ".strings", ".lib.recfunctions"
SAME = "co_code", "co_consts", "co_names"
HEAD = """\
# Functions

What happens if a tensor that carries a gradient is given to a function of NumPy {version}. Made by
`tools/make_function_page.py`.

- **derivative**: the function has a rule. Where that is a formula, `x` (and `y`) are the operands,
  and `ans` is the result.
- **composition**: it is written in other functions, which have rules.
- **constant**: the derivative is zero. The result is what NumPy gives: mostly a plain array.
- **refused**: it raises an error rather than lose the gradient. Constants may be given.

{counts}
"""


def public() -> dict[str, dict[str, object]]:
    """The functions that tensors can override: module -> name -> function."""
    # A module that is not imported yet has not said which of its functions can be overridden.
    modules = {name: reduce(getattr, name.split(".")[1:], np) for name in MODULES}
    ufuncs = overrides.get_overridable_numpy_ufuncs()
    known = overrides.get_overridable_numpy_array_functions() | ufuncs
    found = {}
    for name, module in modules.items():
        members = sorted(vars(module).items())
        named = [(key, x) for key, x in members if not key.startswith("_") and callable(x)]
        found[f"numpy{name}"] = {key: x for key, x in named if x.__hash__ and x in known}
    return found


@cache
def lambdas(file: str) -> list[ast.Lambda]:
    tree = ast.parse(Path(file).read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]


def formula(partial) -> str | None:
    """The body of a lambda, as it is written."""
    if partial is ONE or partial is MINUS_ONE:
        return "`1`" if partial is ONE else "`-1`"
    code = partial.__code__
    for node in lambdas(code.co_filename):
        if node.lineno == code.co_firstlineno:
            # Of several lambdas in a line it is the one that compiles to the same.
            (made, *_) = compile(ast.Expression(node), "", "eval").co_consts
            if all(getattr(made, k) == getattr(code, k) for k in SAME):
                return f"`{ast.unparse(node.body)}`"
    return None


def where(func) -> str:
    """The file that a rule is in."""
    file = Path(func.__code__.co_filename)
    return f"see `{'rules/' * (file.parent.name == 'rules')}{file.name}`"


def elementwise(rule: Elementwise) -> str:
    partials = [rule.da] if rule.unary else [rule.da, rule.db]
    found = [formula(partial) for partial in partials]
    if None in found:
        return where(partials[found.index(None)])
    return found[0] if rule.unary else f"by `x`: {found[0]}, by `y`: {found[1]}"


def status(func) -> tuple[str, str]:
    """What happens, and how."""
    if isinstance(rule := RULES.get(func), Elementwise):
        return "derivative", elementwise(rule)
    if rule is not None:
        return "derivative", where(next(iter(rule.vjps.values())))
    if func in OUTPUTS:
        parts = ["constant" if rule is None else elementwise(rule) for rule in OUTPUTS[func]]
        return "derivative", "; ".join(f"output {i}: {part}" for i, part in enumerate(parts))
    if func in COMPOSITIONS:
        return "composition", where(COMPOSITIONS[func])
    if func in INPLACE or func is np.full_like:
        return "derivative", where(_OWN[func])
    if func in _CONVERSION:
        return "derivative", "with `like=tensor`"
    if func in _CREATION:
        return "constant", "with `like=tensor`: a tensor"
    return ("constant" if func in CONSTANTS or func in _OWN else "refused"), ""


def page() -> str:
    counts, lines = Counter(), []
    for module, functions in public().items():
        lines += [f"\n## {module}\n", "| Function | | |", "|---|---|---|"]
        for name, func in functions.items():
            what, how = status(func)
            counts[what] += 1
            lines.append(f"| `{module}.{name}` | {what} | {how} |")
    total = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    version = re.match(r"\d+\.\d+", np.__version__)[0]
    return HEAD.format(version=version, counts=f"Names by kind: {total}.") + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
