"""How a tensor shows itself in a notebook."""

from html import escape
from typing import Any

import numpy as np

from ._operands import unwrap
from ._state import Name, data_of, is_constant

__all__ = ["html_of"]

#: Characters and lines of a preview.
_COLUMNS, _LINES = 78, 12


def _preview(data: Any) -> str:
    """The contents, or part of them; foreign arrays say of themselves what they are."""
    if not isinstance(data, np.ndarray):
        text = repr(data)
    else:
        # Of higher arrays fewer numbers on each axis, so that about the same number is shown.
        edge = 3 if data.ndim < 3 else 2 if data.ndim == 3 else 1
        text = np.array2string(
            data, max_line_width=_COLUMNS, precision=4, threshold=36, edgeitems=edge
        )
    lines = [line[:_COLUMNS] for line in text.split("\n")]
    return "\n".join(lines if len(lines) <= _LINES else [*lines[: _LINES - 1], "..."])


def html_of(t: Name, grad: Any, creator: Any, base: Any) -> str:
    """A table of what there is to know, and the contents below it."""
    data = data_of(t)
    if is_constant(t):
        role = "constant: no gradient"
    elif base is not None:
        role = f"carries a gradient, view of a tensor of shape {tuple(base.shape)}"
    elif creator is not None:
        name = creator.name
        if name.startswith("mygrad."):
            # Operations of ours may be private.
            from ._drawing import short

            name = short(name)
        role = f"carries a gradient, from {name}"
    else:
        role = "carries a gradient, leaf"
    facts = {"shape": str(tuple(data.shape)), "dtype": str(data.dtype), "graph": role}
    previews = [("data", data)]
    if grad is not None:
        previews.append(("grad", unwrap(grad)))
    cell = 'style="text-align:left;padding:1px 10px 1px 0;vertical-align:top"'
    rows = [
        f"<tr><th {cell}>{name}</th><td {cell}>{escape(text)}</td></tr>"
        for name, text in facts.items()
    ]
    rows += [
        f'<tr><th {cell}>{name}</th><td {cell}><pre style="margin:0">{escape(_preview(x))}</pre>'
        "</td></tr>"
        for name, x in previews
    ]
    title = escape(t.__class__.__name__)
    return (
        '<div class="mygrad-tensor" style="border-left:3px solid #2f6db3;padding-left:8px">'
        f'<b>{title}</b><table style="border:0">{"".join(rows)}</table></div>'
    )
