"""Pictures of the graph that a tensor was computed by.

`to_svg`, `to_dot` and `to_mermaid` need nothing installed and give text; `build_graph` gives a
``graphviz.Digraph``, which the package ``graphviz`` shows in notebooks and saves.

In all pictures, boxes are tensors and rounded boxes are operations. Leaves are green, constants
grey and dashed, views violet, in-place writes orange (with a dashed line from what was
there before), results have a thick line. Draw before ``backward``, which clears the graph.
"""

import re
from collections import Counter
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import numpy as np

from ._drawing import Drawing, Node, draw
from ._layout import lay_out

__all__ = ["build_graph", "to_dot", "to_mermaid", "to_svg"]

Way = list[tuple[float, float]]

#: kind -> (fill, line, dashed, rounded)
_LOOKS = {
    "leaf": ("#e3f4e1", "#3d8b40", False, False),
    "constant": ("#f3f3f3", "#8a8a8a", True, False),
    "value": ("#ffffff", "#5f6b7a", False, False),
    "operation": ("#dcebfb", "#2f6db3", False, True),
    "view": ("#eee6fa", "#7a4fbf", False, True),
    "write": ("#fdebd3", "#c9781a", False, True),
}
_EDGE = "#6b7684"

# Measures of an SVG picture.
_TITLE, _SMALL = 13, 11
_MARGIN = 16
#: Width of a character of a monospaced font, by its size.
_WIDTH = 0.62
_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
#: Above that many nodes and edges, an SVG picture would take minutes, and show nothing.
_MOST = 1500


def _lines(node: Node, shapes: bool, dtypes: bool) -> tuple[str, list[str]]:
    """The title of a node, and what stands below it."""
    title = node.title
    small = [node.settings]
    if not node.is_operation and node.data_is_number:
        number = _number(np.asarray(node.data)[()])
        title = f"{title} = {number}" if title else number
    if not title:
        title = {"leaf": "leaf", "constant": "constant", "value": "result"}[node.kind]
    elif node.kind == "constant" and node.named:
        small.append("constant")
    if node.spec is not None:
        dtype = str(node.spec.dtype) if dtypes else ""
        shape = str(tuple(node.spec.shape)) if shapes and node.spec.shape else ""
        small.append(f"{dtype} {shape}".strip())
    return title, [line for line in small if line]


def _number(x: Any) -> str:
    return f"{x:.6g}" if x.dtype.kind in "fc" else str(x)


def _drawn(
    t: Any, names: dict[str, Any] | None, intermediates: bool, shapes: bool, dtypes: bool
) -> tuple[Drawing, list[tuple[str, list[str]]]]:
    drawing = draw(t, names, intermediates)
    return drawing, [_lines(node, shapes, dtypes) for node in drawing.nodes]


def to_dot(
    t: Any,
    names: dict[str, Any] | None = None,
    *,
    intermediates: bool = False,
    shapes: bool = True,
    dtypes: bool = True,
) -> str:
    r"""The graph of a tensor in the language DOT, which Graphviz and others draw.

    Parameters
    ----------
    t
        A tensor, or a list of tensors.
    names
        Names of tensors and arrays in the picture: name -> tensor or array.
    intermediates
        Are unnamed results in between to be drawn apart from the operations that made them?
    shapes, dtypes
        Are they to be shown?

    Returns
    -------
    str

    Raises
    ------
    InvalidBackprop
        If the graph was cleared, by ``backward`` say.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> print(mg.computational_graph.to_dot(np.sin(x).sum(), {"x": x}, dtypes=False))
    digraph {
      node [shape=box, style=filled, fontname="monospace", fontsize=12];
      edge [color="#6b7684"];
      n0 [label="x\n(2,)", style="filled", fillcolor="#e3f4e1", color="#3d8b40"];
      n1 [label="sin\n(2,)", style="filled,rounded", fillcolor="#dcebfb", color="#2f6db3"];
      n2 [label="sum", style="filled,rounded", fillcolor="#dcebfb", color="#2f6db3"];
      n3 [label="1.75077", style="filled", fillcolor="#ffffff", color="#5f6b7a", penwidth=2];
      n0 -> n1;
      n1 -> n2;
      n2 -> n3;
    }
    """
    drawing, texts = _drawn(t, names, intermediates, shapes, dtypes)
    lines = [
        "digraph {",
        '  node [shape=box, style=filled, fontname="monospace", fontsize=12];',
        f'  edge [color="{_EDGE}"];',
    ]
    for i, (node, (title, small)) in enumerate(zip(drawing.nodes, texts, strict=True)):
        fill, line, dashed, rounded = _LOOKS[node.kind]
        style = "filled" + ",dashed" * dashed + ",rounded" * rounded
        label = r"\n".join([_dot(text) for text in (title, *small)])
        lines.append(
            f'  n{i} [label="{label}", style="{style}", fillcolor="{fill}", color="{line}"'
            f"{', penwidth=2' * node.is_result}];"
        )
    lines += [
        f"  n{a} -> n{b}{' [style=dashed]' * ((a, b) in drawing.before)};" for a, b in drawing.edges
    ]
    return "\n".join([*lines, "}"])


def _dot(text: str) -> str:
    """Text in which nothing is DOT's own; Graphviz knows HTML's entities."""
    text = escape(text, quote=False)
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def to_mermaid(
    t: Any,
    names: dict[str, Any] | None = None,
    *,
    intermediates: bool = False,
    shapes: bool = True,
    dtypes: bool = True,
) -> str:
    """The graph of a tensor in the language Mermaid, which Markdown pages draw.

    Parameters
    ----------
    t, names, intermediates, shapes, dtypes
        As in `to_dot`.

    Returns
    -------
    str

    Raises
    ------
    InvalidBackprop
        If the graph was cleared, by ``backward`` say.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> print(mg.computational_graph.to_mermaid(x.sum(), {"x": x}))
    flowchart TD
      n0["x<br>float64 #40;2#44;#41;"]:::leaf
      n1("sum"):::operation
      n2["3<br>float64"]:::value
      n0 --> n1
      n1 --> n2
      classDef leaf fill:#e3f4e1,stroke:#3d8b40,color:#111
      classDef value fill:#ffffff,stroke:#5f6b7a,color:#111
      classDef operation fill:#dcebfb,stroke:#2f6db3,color:#111
      style n2 stroke-width:3px
    """
    drawing, texts = _drawn(t, names, intermediates, shapes, dtypes)
    lines = ["flowchart TD"]
    for i, (node, (title, small)) in enumerate(zip(drawing.nodes, texts, strict=True)):
        label = "<br>".join([_mermaid(text) for text in (title, *small)])
        start, end = ('("', '")') if _LOOKS[node.kind][3] else ('["', '"]')
        lines.append(f"  n{i}{start}{label}{end}:::{node.kind}")
    lines += [
        f"  n{a} {'-.->' if (a, b) in drawing.before else '-->'} n{b}" for a, b in drawing.edges
    ]
    used = {node.kind for node in drawing.nodes}
    for kind, (fill, line, dashed, _) in _LOOKS.items():
        if kind in used:
            dash = ",stroke-dasharray:4 3" * dashed
            lines.append(f"  classDef {kind} fill:{fill},stroke:{line},color:#111{dash}")
    results = [i for i, node in enumerate(drawing.nodes) if node.is_result]
    return "\n".join([*lines, *[f"  style n{i} stroke-width:3px" for i in results]])


def _mermaid(text: str) -> str:
    """Text in which nothing is Mermaid's, HTML's or Markdown's own."""
    return re.sub(r"[^\w .:=-]|_|[.-](?= )", lambda found: f"#{ord(found[0])};", text)


def to_svg(
    t: Any,
    names: dict[str, Any] | None = None,
    *,
    intermediates: bool = False,
    shapes: bool = True,
    dtypes: bool = True,
    file: Any = None,
) -> str:
    """The graph of a tensor as a picture, in SVG. Nothing else is needed.

    Parameters
    ----------
    t, names, intermediates, shapes, dtypes
        As in `to_dot`.
    file
        Where the picture is to be written, too: a path; None for nowhere.

    Returns
    -------
    str
        In a notebook, ``IPython.display.SVG`` shows it; browsers show the file.

    Raises
    ------
    InvalidBackprop
        If the graph was cleared, by ``backward`` say.
    ValueError
        If the graph is too large for a picture that anyone could read.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> picture = mg.computational_graph.to_svg(np.sin(x).sum(), {"x": x})
    >>> picture[:4], picture.count("<rect class")
    ('<svg', 4)
    """
    drawing, texts = _drawn(t, names, intermediates, shapes, dtypes)
    if len(drawing.nodes) + len(drawing.edges) > _MOST:
        raise ValueError(
            f"the graph has {len(drawing.nodes)} nodes and {len(drawing.edges)} edges, too many "
            "for a picture. Use to_dot and Graphviz, or draw a part: an earlier tensor."
        )
    sizes = [_size(title, small) for title, small in texts]
    layout = lay_out(sizes, drawing.edges)
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-_MARGIN} {-_MARGIN} {width:.1f} {height:.1f}" font-family="{_FONT}" '
        'text-anchor="middle">',
        f'<defs><marker id="mg-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0.8 8 4 0 7.2Z" fill="{_EDGE}"/></marker>'
        "</defs>",
        f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="{width:.1f}" height="{height:.1f}" '
        'rx="6" fill="#ffffff"/>',
    ]
    ways = _side_by_side(drawing.edges, layout.ways, [width for width, _ in sizes])
    for (a, b), way in zip(drawing.edges, ways, strict=True):
        dash = ' stroke-dasharray="5 4"' if (a, b) in drawing.before else ""
        parts.append(
            f'<path d="{_curve(way)}" fill="none" stroke="{_EDGE}" stroke-width="1.3"{dash} '
            'marker-end="url(#mg-arrow)"/>'
        )
    for node, size, text, centre in zip(drawing.nodes, sizes, texts, layout.centres, strict=True):
        parts.append(_box(node, size, text, centre))
    svg = "\n".join([*parts, "</svg>"])
    if file is not None:
        Path(file).write_text(svg + "\n", encoding="utf-8")
    return svg


def _size(title: str, small: list[str]) -> tuple[float, float]:
    widest = max([_length(title) * _TITLE, *[_length(line) * _SMALL for line in small]])
    return widest * _WIDTH + 18, _TITLE + 13 + len(small) * (_SMALL + 4)


def _length(text: str) -> int:
    """How many characters wide a text is; those of Chinese, say, count as two."""
    return len(text) + sum([east_asian_width(c) in "WF" for c in text])


def _side_by_side(edges: list[tuple[int, int]], ways: list[Way], widths: list[float]) -> list[Way]:
    """The ways of edges between the same nodes, such as those of ``x * x``, apart."""
    total, drawn = Counter(edges), Counter[tuple[int, int]]()
    moved = []
    for edge, way in zip(edges, ways, strict=True):
        n = total[edge]
        gap = min(10.0, 0.8 * min(widths[i] for i in edge) / n)
        shift = (drawn[edge] - (n - 1) / 2) * gap
        drawn[edge] += 1
        moved.append([(x + shift, y) for x, y in way])
    return moved


def _curve(way: Way) -> str:
    """A way as a smooth curve, vertical at its ends, that does not swing out."""
    steps = [(to_x - x) / (to_y - y) for (x, y), (to_x, to_y) in pairwise(way)]
    slopes = [0.0]
    for s, t in pairwise(steps):
        # The harmonic mean keeps a cubic monotone [Fritsch and Butland 1984].
        slopes.append(2 * s * t / (s + t) if s * t > 0 else 0.0)
    slopes.append(0.0)
    (x, y), *rest = way
    path = f"M{x:.1f} {y:.1f}"
    for i, (to_x, to_y) in enumerate(rest):
        half = (to_y - y) / 2
        start, end = x + slopes[i] * half, to_x - slopes[i + 1] * half
        path += f"C{start:.1f} {y + half:.1f} {end:.1f} {to_y - half:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    return path


def _box(
    node: Node, size: tuple[float, float], text: tuple[str, list[str]], centre: tuple[float, float]
) -> str:
    fill, line, dashed, rounded = _LOOKS[node.kind]
    (x, y), (width, height), (title, small) = centre, size, text
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    top = y - height / 2
    weight = ' font-weight="600"' if node.named or node.is_operation else ""
    parts = [
        f'<rect class="{node.kind}" x="{x - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="{9 if rounded else 2}" fill="{fill}" stroke="{line}" '
        f'stroke-width="{2.4 if node.is_result else 1.2}"{dash}/>',
        f'<text x="{x:.1f}" y="{top + _TITLE + 4:.1f}" font-size="{_TITLE}"{weight} '
        f'fill="#1b2430">{escape(title)}</text>',
    ]
    for i, words in enumerate(small):
        at = top + _TITLE + 6 + (i + 1) * (_SMALL + 3)
        parts.append(
            f'<text x="{x:.1f}" y="{at:.1f}" font-size="{_SMALL}" fill="#4a5563">'
            f"{escape(words)}</text>"
        )
    return "\n".join(parts)


def build_graph(
    fin: Any,
    names: dict[str, Any] | None = None,
    *,
    render: bool = True,
    save: bool = False,
    dims: bool = False,
    dtypes: bool = False,
    sum_stats: bool = False,
) -> Any:
    """The graph of a tensor as a ``graphviz.Digraph``, tensors and operations apart.

    It needs the package ``graphviz`` (``pip install graphviz``); saving and showing also
    need the program Graphviz. `to_svg` needs neither.

    Parameters
    ----------
    fin
        The tensor.
    names
        Names of tensors and arrays: name -> tensor or array. Without them, tensors are shown by
        their contents, where these are known: the graph keeps only what derivatives need.
    render
        Return the graph? If not, the result is None.
    save
        Write ``computational_graph.pdf`` into the current directory?
    dims, dtypes
        Show the shapes and dtypes of tensors?
    sum_stats
        Show the least, median, mean and greatest number of tensors whose contents are known?

    Returns
    -------
    graphviz.Digraph or None

    Raises
    ------
    ImportError
        If the package ``graphviz`` is not installed.
    InvalidBackprop
        If the graph was cleared, by ``backward`` say.

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0])
    >>> y = np.sin(x) + 1.0
    >>> graph = mg.computational_graph.build_graph(y, {"x": x, "y": y})
    >>> graph.source.startswith("strict digraph")
    True
    """
    flags = {"render": render, "save": save, "dims": dims, "dtypes": dtypes}
    for name, flag in (*flags.items(), ("sum_stats", sum_stats)):
        if not isinstance(flag, bool):
            raise TypeError(f"{name}= must be True or False; got {flag!r}")
    drawing = draw(fin, names)
    try:
        from graphviz import Digraph
    except ImportError as error:
        raise ImportError(
            "build_graph needs the package graphviz: pip install graphviz. "
            "mygrad.computational_graph.to_svg draws without it."
        ) from error
    graph = Digraph("computational_graph", strict=True, node_attr={"fontsize": "12"})
    for i, node in enumerate(drawing.nodes):
        if node.is_operation:
            fill = {"view": _LOOKS["view"][0], "write": _LOOKS["write"][0]}.get(node.kind, "red")
            label = f"{node.title}\n{node.settings}".rstrip()
            graph.node(f"n{i}", _dot(label), style="filled", fillcolor=fill)
        else:
            label = "\n".join([_label(node, names), *_facts(node, dims, dtypes, sum_stats)])
            graph.node(f"n{i}", _dot(label))
    for a, b in drawing.edges:
        graph.edge(f"n{a}", f"n{b}", style="dashed" if (a, b) in drawing.before else None)
    if save:
        graph.render(cleanup=True)
    return graph if render else None


def _label(node: Node, names: dict[str, Any] | None) -> str:
    """What a tensor is called in the pictures of `build_graph`."""
    if node.named:
        return f"{node.title}\n*Constant*" if node.kind == "constant" else node.title
    if node.data is not None and not np.shape(node.data):
        return f"{np.asarray(node.data)[()]}"
    if node.kind == "constant":
        return "*Constant*"
    if names is not None or node.data is None:
        return "Leaf" if node.kind == "leaf" else "Intermediary Tensor"
    return "Tensor" + repr(node.data).removeprefix("array")


def _facts(node: Node, dims: bool, dtypes: bool, sum_stats: bool) -> list[str]:
    facts: list[str] = []
    if node.spec is None:
        return facts
    if dims and node.spec.shape:
        facts.append(f"Dims: {tuple(node.spec.shape)}")
    if dtypes:
        facts.append(f"Dtype: {node.spec.dtype}")
    if sum_stats and node.spec.shape and isinstance(node.data, np.ndarray) and node.data.size:
        of: dict[str, Any] = {"Min": np.min, "Median": np.median, "Mean": np.mean, "Max": np.max}
        if node.data.dtype.kind == "c":
            # Complex numbers have no order.
            of = {"Mean": np.mean}
        facts += [f"{name}: {func(node.data):.6g}" for name, func in of.items()]
    return facts
