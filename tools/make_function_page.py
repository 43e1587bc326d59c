"""Write docs/functions.md: what mygrad does with each function of NumPy's, from the table.

Run it after a change of the rules: ``python tools/make_function_page.py``.
"""

import ast
import re
from collections import Counter
from functools import cache, reduce
from pathlib import Path

import numpy as np
import numpy.char
import numpy.lib.recfunctions
from numpy.testing import overrides

from mygrad._functions import _CONVERSION, _CREATION, _OWN
from mygrad._inplace import INPLACE
from mygrad._table import (
    COMPOSITIONS,
    CONSTANTS,
    MINUS_ONE,
    ONE,
    OUTPUTS,
    RULES,
    Elementwise,
    Pullback,
    name_of,
    why_declined,
)

PAGE = Path(__file__).parent.parent / "docs/functions.md"
MODULES = "", ".linalg", ".fft", ".emath", ".strings", ".lib.recfunctions"
#: Characters of a formula that is shown.
LONGEST = 72
HEAD = """\
# Functions

What happens if a tensor that carries a gradient is given to a function of NumPy {version}. Made by
`tools/make_function_page.py`.

- **derivative**: the function has a rule. That of a ufunc is given by its partial derivatives: `x`
  (and `y`) are the operands, `ans` is the result. That of others by the cotangent of each operand,
  the vector-Jacobian product: `g` is the cotangent of the result. Rules of more than a line are
  in the file that is named.
- **composition**: it is written in other functions, which have rules.
- **constant**: the derivative is zero. The result is what NumPy gives: mostly a plain array.
- **refused**: it raises an error rather than lose the gradient. Constants may be given.

{counts}

NumPy asks only for some of its functions what they are to do with tensors. These it does not:

| NumPy's function | What to write |
|---|---|
| `np.array([t, u])`, `np.asarray`, `np.ascontiguousarray`, `np.fromiter` ... | `mg.array(...)` |
| `np.linspace`, `np.arange`, `np.full` ... of tensors | `mg.linspace` and so on |
| `np.r_[t, 0]`, `np.c_[t, u]` | `mg.r_[t, 0]`, `mg.c_[t, u]` |
| `np.kaiser(m, t)` | `mg.kaiser(m, t)` |
| `np.polynomial.chebyshev.chebval(x, t)` and the like | `mg.polynomial.chebyshev.chebval(x, t)` |
| `scipy.special.logsumexp(t)` and other Python functions | `mg.special.logsumexp(t)` |
| `np.bmat`, `np.asmatrix` | `np.block`; there are no matrices of tensors |
| `np.vectorize(f)(t)` | `np.stack([f(x) for x in t])` |
| `np.lib.stride_tricks.as_strided` | `np.lib.stride_tricks.sliding_window_view`, or indices |
| `math.sin(t)`, `float(t)`, `a[i] = t` into an array | `np.sin(t)`, `t`, `a` as a tensor |

Used nevertheless, they warn (`DetachedGradientWarning`), or raise an error.
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
def nodes(file: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse(Path(file).read_text())))


def formula(func) -> str | None:
    """The body of a lambda, or of a function that is one line, as it is written."""
    if func is ONE or func is MINUS_ONE:
        return "`1`" if func is ONE else "`-1`"
    code = func.__code__
    body = None
    for node in nodes(code.co_filename):
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno:
            # There may be several lambdas in a line.
            x = node.body
            place = (x.lineno, x.end_lineno, x.col_offset, x.end_col_offset)
            if place in code.co_positions():
                body = x
        elif isinstance(node, ast.FunctionDef):
            first = node.decorator_list[0] if node.decorator_list else node
            (last, *before) = reversed(node.body)
            if first.lineno == code.co_firstlineno and not before and isinstance(last, ast.Return):
                body = last.value
    text = "" if body is None else ast.unparse(body)
    return f"`{text}`" if text and len(text) <= LONGEST and "|" not in text else None


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


def pullback(rule: Pullback) -> str:
    found = {name: formula(vjp) for name, vjp in rule.vjps.items()}
    if None in found.values():
        return where(next(vjp for name, vjp in rule.vjps.items() if found[name] is None))
    if len(found) == 1:
        return f"cotangent {next(iter(found.values()))}"
    return "cotangent " + ", ".join(f"of `{name}`: {how}" for name, how in found.items())


def status(func) -> tuple[str, str]:
    """What happens, and how."""
    if isinstance(rule := RULES.get(func), Elementwise):
        return "derivative", elementwise(rule)
    if rule is not None:
        return "derivative", pullback(rule)
    if func in OUTPUTS:
        parts = ["constant" if rule is None else elementwise(rule) for rule in OUTPUTS[func]]
        return "derivative", "; ".join(f"output {i}: {part}" for i, part in enumerate(parts))
    if func in COMPOSITIONS:
        return "composition", formula(COMPOSITIONS[func]) or where(COMPOSITIONS[func])
    if func in INPLACE or func is np.full_like:
        return "derivative", where(_OWN[func])
    if func in _CONVERSION:
        return "derivative", "with `like=tensor`"
    if func in _CREATION:
        return "constant", "with `like=tensor`: a tensor"
    if func in CONSTANTS or func in _OWN:
        return "constant", ""
    return "refused", why_declined(name_of(func)) or ""


def page() -> str:
    counts, lines = Counter(), []
    for module, functions in public().items():
        lines += [
            f"\n## {module}\n",
            "| Function | Kind | Derivative, or why there is none |",
            "|---|---|---|",
        ]
        for name, func in functions.items():
            what, how = status(func)
            counts[what] += 1
            lines.append(f"| `{module}.{name}` | {what} | {how} |")
    total = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    version = re.match(r"\d+\.\d+", np.__version__)[0]
    return HEAD.format(version=version, counts=f"Names by kind: {total}.") + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
