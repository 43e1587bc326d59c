"""`mygrad.computational_graph`: what is drawn, in which format, and how long graphs fare."""

import re
import subprocess
import sys
import types
import xml.etree.ElementTree as ET
from html import unescape
from itertools import pairwise

import numpy as np
import pytest

import mygrad as mg
from mygrad._drawing import draw
from mygrad._layout import LAYER_GAP, lay_out
from mygrad.computational_graph import build_graph, to_dot, to_mermaid, to_svg
from mygrad.errors import InvalidBackprop

FORMATS = [to_dot, to_mermaid, to_svg]


def titles(t, names=None, **keywords):
    """Kinds and titles of what is drawn."""
    return [(node.kind, node.title) for node in draw(t, names, **keywords).nodes]


def edges(t, names=None, **keywords):
    drawing = draw(t, names, **keywords)
    of = [node.title or node.kind for node in drawing.nodes]
    return {(of[a], of[b]) for a, b in drawing.edges}


def test_nodes_and_edges_of_a_small_graph():
    x, y = mg.tensor([1.0, 2.0]), mg.tensor([3.0, 4.0])
    z = np.sin(x) * y + x
    names = {"x": x, "y": y, "z": z}
    assert titles(z, names, intermediates=False) == [
        ("leaf", "x"),
        ("leaf", "y"),
        ("operation", "sin"),
        ("operation", "multiply"),
        ("operation", "add"),
        ("value", "z"),
    ]
    assert edges(z, names, intermediates=False) == {
        ("x", "sin"),
        ("sin", "multiply"),
        ("y", "multiply"),
        ("multiply", "add"),
        ("x", "add"),
        ("add", "z"),
    }
    assert [kind for kind, _ in titles(z, names)].count("value") == 3


def test_shared_nodes_are_drawn_once():
    z = x = mg.tensor([1.0])
    for _ in range(200):
        z = z + z
    drawing = draw(z, {"x": x}, intermediates=False)
    assert len(drawing.nodes) == 202
    assert len(drawing.edges) == 401


def test_long_graphs():
    z = mg.tensor([1.0])
    for _ in range(30_000):
        z = z * 1.001
    assert to_dot(z).count("multiply") == 30_000
    assert to_mermaid(z).count("multiply") == 30_000
    with pytest.raises(ValueError, match="too many"):
        to_svg(z)


def test_order_of_operands():
    x, y = mg.tensor(1.0), mg.tensor(2.0)
    drawing = draw(x / y, {"x": x, "y": y}, intermediates=False)
    place = {node.title: i for i, node in enumerate(drawing.nodes)}
    assert drawing.edges[:2] == [(place["x"], place["divide"]), (place["y"], place["divide"])]
    drawing = draw(2.0 / y, {"y": y}, intermediates=False)
    first, second = (drawing.nodes[a] for a, b in drawing.edges[:2])
    assert (first.kind, second.title) == ("constant", "y")


def test_constants():
    array = np.array([1.0, 2.0])
    x = mg.tensor([3.0, 4.0])
    y = x * array * 0.5
    found = [node for node in draw(y, {"data": array}).nodes if node.kind == "constant"]
    assert [node.title for node in found] == ["data", ""]
    assert found[1].data == 0.5
    fixed = mg.tensor([1, 2], constant=True)
    (node,) = draw(fixed, {"n": fixed}).nodes
    assert (node.kind, node.title, node.is_result) == ("constant", "n", True)
    z = np.concatenate([x, np.zeros(3), x])
    assert edges(z, {"x": x}, intermediates=False) >= {
        ("x", "concatenate"),
        ("constant", "concatenate"),
    }


def test_views_and_writes():
    x = mg.tensor(np.arange(6.0))
    y = x * 2
    y[1:3] = x[:2] ** 2
    v = y.reshape(2, 3)[0, ::2]
    v *= 3.0
    z = y.sum()
    kinds = [(kind, title) for kind, title in titles(z, {"x": x}) if kind in ("view", "write")]
    assert kinds == [
        ("view", "[:2]"),
        ("write", "write [1:3]"),
        ("view", "reshape [0, ::2]"),
        ("write", "write reshape [0, ::2]"),
    ]
    drawing = draw(z, {"x": x}, intermediates=False)
    assert {drawing.nodes[b].title for _, b in drawing.before} == {kinds[1][1], kinds[3][1]}
    assert to_dot(z).count("style=dashed]") == 2
    assert to_mermaid(z).count("-.->") == 2
    assert to_svg(z).count('stroke-dasharray="5 4"') == 2
    mask = np.array([True] * 6)
    assert ("view", "[mask]") in titles(x[mask])
    assert ("view", "[indices]") in titles(x[np.array([0, 1])])
    np.add(x, 1.0, out=y, where=mask)
    assert ("write", "write where") in titles(y)


def test_views_of_the_result():
    x = mg.tensor(np.arange(6.0))
    assert titles(x[1:], {"x": x}) == [("leaf", "x"), ("view", "[1:]"), ("value", "")]


def test_several_outputs_and_rules_of_the_users():
    x = mg.tensor([[2.0, 1.0], [1.0, 3.0]])
    s = np.linalg.svd(x).S.sum()
    assert ("operation", "linalg.svd") in titles(s)
    assert ("operation", "output 1") in titles(s)

    @mg.custom_vjp
    def halve(x):
        return x / 2

    halve.defvjp(lambda x: (x / 2, None), lambda kept, g: (g / 2,))
    found = titles(halve(x).sum(), intermediates=False)
    assert [title for _, title in found if title.endswith("halve")] == [found[1][1]]
    assert len(found) == 4


def test_settings():
    x = mg.tensor(np.ones((2, 3)))
    (node,) = [node for node in draw(x.sum(axis=1, keepdims=True)).nodes if node.is_operation]
    assert node.title == "sum"
    assert node.settings == "axis=1, keepdims=True"


def test_handed_out_arrays_keep_their_names():
    x = mg.tensor([1.0, 2.0])
    y = x * 3
    assert x.data[0] == 1
    z = x + y
    assert [title for kind, title in titles(z, {"x": x}) if kind == "leaf"] == ["x"]


def test_several_results():
    x = mg.tensor([1.0, 2.0])
    drawing = draw([x * 2, x + 1, mg.tensor(1)])
    assert sum(node.is_result for node in drawing.nodes) == 3


@pytest.mark.parametrize("form", FORMATS)
def test_after_backward(form):
    x = mg.tensor(2.0)
    y = x * x
    y.backward()
    with pytest.raises(InvalidBackprop, match="retain_graph"):
        form(y)
    z = x * x
    z.backward(retain_graph=True)
    assert "multiply" in form(z)
    assert x.grad == 4


@pytest.mark.parametrize("form", [*FORMATS, build_graph])
def test_arguments(form):
    x = mg.tensor(2.0)
    with pytest.raises(TypeError, match="ndarray"):
        form(np.ones(2))
    with pytest.raises(ValueError, match="empty"):
        form([])
    with pytest.raises(TypeError, match="names= must be a dictionary"):
        form(x, ["x"])


@pytest.mark.parametrize("form", FORMATS)
def test_drawing_changes_nothing(form):
    x = mg.tensor([1.0, 2.0])
    (x * x).sum().backward()
    grad = x.grad
    y = x.data * 1.0
    z = mg.tensor(y) * 2
    form(z)
    form(x)
    assert x.grad is grad
    z.backward()


@pytest.mark.parametrize("form", FORMATS)
def test_shapes_and_dtypes_can_be_left_out(form):
    x = mg.tensor(np.ones((2, 3), np.float32))
    y = np.exp(x)
    # Mermaid writes brackets by their numbers.
    shape = "2#44; 3" if form is to_mermaid else "(2, 3)"
    assert shape in form(y)
    assert "float32" in form(y)
    assert shape not in form(y, shapes=False)
    assert "float32" not in form(y, dtypes=False)


@pytest.mark.parametrize("form", FORMATS)
def test_names_are_one_line_of_text(form):
    x = mg.tensor([1.0])
    text = form(x * 2, {"one\ntwo\x00\x1b three": x})
    assert "one two   three" in text
    if form is to_svg:
        ET.fromstring(text)


@pytest.mark.parametrize(
    ("x", "shown"), [(True, "True"), (12345678, "12345678"), (1 / 3, "0.333333")]
)
def test_numbers_are_shown_as_what_they_are(x, shown):
    assert f'label="{shown}\\n' in to_dot(mg.tensor(x))


def test_markdown_is_none_in_mermaid():
    # Mermaid reads "1. a" as a list, and __a__ as bold.
    x, y = mg.tensor([1.0]), mg.tensor([2.0])
    text = to_mermaid(x * y * 2.5, {"1. a": x, "- __b__": y})
    assert '["1#46; a<br>' in text
    assert '["#45; #95;#95;b#95;#95;<br>' in text


def test_wide_characters_have_room():
    x = mg.tensor([1.0])
    widths = []
    for name in ("a" * 20, "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 20):
        root = ET.fromstring(to_svg(x, {name: x}))
        (box,) = [element for element in root.iter() if "class" in element.attrib]
        widths.append(float(box.attrib["width"]))
    assert widths[1] > 1.7 * widths[0]


def test_operations_of_ours_have_names_that_users_know():
    x = mg.tensor([[1.0, 2.0]])
    for make, expected in {
        mg.nnet.relu: "relu",
        mg.nnet.logsoftmax: "logsoftmax",
        lambda x: mg.nnet.softmax_crossentropy(x, [1]): "softmax_crossentropy",
        lambda x: mg.add_sequence(x, x, x): "add_sequence",
        lambda x: mg.astensor(x).astype("float32"): "astype",
        mg.cot: "cot",
        np.linalg.pinv: "linalg.pinv",
    }.items():
        found = [title for kind, title in titles(make(x)) if kind == "operation"]
        assert expected in found


HOSTILE = """a"b<c>&'d\\n]]>--{x}|`#"""


def test_hostile_names_in_svg():
    x = mg.tensor([1.0])
    svg = to_svg(x * 2, {HOSTILE: x})
    root = ET.fromstring(svg)
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert HOSTILE in words


def test_hostile_names_in_dot():
    x = mg.tensor([1.0])
    line = to_dot(x * 2, {HOSTILE: x}).splitlines()[3]
    (label,) = re.findall(r'label="((?:[^"\\]|\\.)*)"', line)
    label = label.replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\")
    assert unescape(label).startswith(HOSTILE)


def test_hostile_names_in_mermaid():
    x = mg.tensor([1.0])
    first = to_mermaid(x * 2, {HOSTILE: x}).splitlines()[1]
    (label,) = re.findall(r'^  n0\["([^"<>&{}|`\\]*)<br>[^"]*"\]:::leaf$', first)
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label) == HOSTILE


# ----------------------------------------------------------------------------------------
# The layout
# ----------------------------------------------------------------------------------------


def random_graph(rng, n):
    return [
        (int(a), b) for b in range(1, n) for a in {*rng.integers(0, b, size=rng.integers(0, 3))}
    ]


@pytest.mark.parametrize("seed", range(30))
def test_nothing_overlaps(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    sizes = [(float(w), float(h)) for w, h in rng.uniform(20, 120, size=(n, 2))]
    links = random_graph(rng, n)
    layout = lay_out(sizes, links)
    boxes = [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y), (w, h) in zip(layout.centres, sizes, strict=True)
    ]
    for i, a in enumerate(boxes):
        assert a[0] >= -1e-6
        assert a[1] >= -1e-6
        assert a[2] <= layout.width + 1e-6
        assert a[3] <= layout.height + 1e-6
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for (a, b), way in zip(links, layout.ways, strict=True):
        # An edge starts below its source, goes down, and ends above its target.
        assert way[0] == pytest.approx((layout.centres[a][0], boxes[a][3]))
        assert way[-1] == pytest.approx((layout.centres[b][0], boxes[b][1]))
        assert all(p[1] < q[1] for p, q in pairwise(way))


def test_edges_pass_beside_nodes():
    # 0 -> 1 -> 2, and 0 -> 2 around the box between.
    layout = lay_out([(50, 20)] * 3, [(0, 1), (1, 2), (0, 2)])
    (x, y) = layout.ways[2][1]
    assert y == layout.centres[1][1]
    assert abs(x - layout.centres[1][0]) > 25


def test_crossings_are_undone():
    # Two chains, given crosswise.
    layout = lay_out([(10, 10)] * 4, [(0, 3), (1, 2)])
    ends = [(way[0][0], way[-1][0]) for way in layout.ways]
    assert (ends[0][0] < ends[1][0]) == (ends[0][1] < ends[1][1])


def crossed(ways):
    """How many pairs of edges between two layers cross."""
    pieces = [piece for way in ways for piece in pairwise(way)]
    return sum(
        (a[0] - c[0]) * (b[0] - d[0]) < 0
        for i, (a, b) in enumerate(pieces)
        for c, d in pieces[:i]
        if a[1] == c[1]
    )


@pytest.mark.parametrize(
    "links",
    [
        [(0, 1), (0, 2), (0, 3), (1, 3), (0, 4), (1, 4), (2, 5)],
        [(0, 1), (0, 2), (0, 3), (0, 4), (2, 4), (0, 5), (2, 5), (3, 6)],
        [(0, 1), (0, 2), (0, 3), (0, 4), (2, 4), (2, 5), (2, 6), (4, 7), (5, 7), (6, 8), (7, 9)],
    ],
)
def test_graphs_in_a_plane_are_drawn_without_crossings(links):
    n = 1 + max(max(link) for link in links)
    assert crossed(lay_out([(30, 20)] * n, links).ways) == 0


def test_chains_are_straight():
    layout = lay_out([(10, 10), (80, 10), (30, 10)], [(0, 1), (1, 2)])
    assert {x for x, _ in layout.centres} == {40.0}
    assert [y for _, y in layout.centres] == [5 + i * (10 + LAYER_GAP) for i in range(3)]


def test_svg_is_whole():
    x = mg.tensor(np.ones((2, 3)))
    y = (np.tanh(x) @ np.ones((3, 2)) + x.sum()).mean()
    root = ET.fromstring(to_svg(y, {"x": x, "y": y}))
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    count = {"rect": 0, "path": 0}
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "rect" and "class" in element.attrib:
            x0, y0, w, h = (float(element.attrib[k]) for k in ("x", "y", "width", "height"))
            assert left <= x0 <= x0 + w <= left + width
            assert top <= y0 <= y0 + h <= top + height
            count["rect"] += 1
        if tag == "path" and "marker-end" in element.attrib:
            count["path"] += 1
    drawing = draw(y, {"x": x, "y": y}, intermediates=False)
    assert count == {"rect": len(drawing.nodes), "path": len(drawing.edges)}


@pytest.mark.parametrize("n", [2, 40])
def test_edges_between_the_same_nodes_are_apart(n):
    x = mg.tensor([1.0, 2.0])
    root = ET.fromstring(to_svg(mg.add_sequence(*[x] * n)))
    left, right = {}, {}
    for element in root.iter():
        if "class" in element.attrib:
            kind, x0 = element.attrib["class"], float(element.attrib["x"])
            left[kind], right[kind] = x0, x0 + float(element.attrib["width"])
    paths = [e.attrib["d"] for e in root.iter() if "marker-end" in e.attrib]
    paths = [d for d in paths if paths.count(d) == 1]
    ends = [[float(pair.split()[0]) for pair in re.split("[MC]", d)[1:]] for d in paths]
    starts = sorted([end[0] for end in ends])
    assert len({*starts}) == n + 1
    assert all(min(left.values()) < start < max(right.values()) for start in starts)


def test_svg_goes_to_a_file(tmp_path):
    x = mg.tensor(1.0)
    file = tmp_path / "picture.svg"
    svg = to_svg(x * 2, file=file)
    assert file.read_text(encoding="utf-8") == svg + "\n"


# ----------------------------------------------------------------------------------------
# build_graph
# ----------------------------------------------------------------------------------------


class Digraph:
    """Keeps what the real one is told."""

    def __init__(self, name, **keywords):
        self.keywords = keywords
        self.nodes, self.edges, self.rendered = {}, [], []

    def node(self, name, label, **attributes):
        self.nodes[name] = (label, attributes)

    def edge(self, a, b, **attributes):
        self.edges.append((a, b))

    def render(self, **keywords):
        self.rendered.append(keywords)


@pytest.fixture
def graphviz(monkeypatch):
    module = types.ModuleType("graphviz")
    module.Digraph = Digraph
    monkeypatch.setitem(sys.modules, "graphviz", module)


def labels(graph, kind):
    operations = kind == "operation"
    return [
        label for label, attributes in graph.nodes.values() if ("style" in attributes) == operations
    ]


@pytest.mark.usefixtures("graphviz")
def test_build_graph_with_names():
    array = np.array([5.0, 6.0])
    x = mg.tensor([1.0, 2.0])
    w = mg.tensor(3.0)
    y = np.exp(x) * array * w + 0.5
    graph = build_graph(y, {"x": x, "data": array, "y": y})
    assert graph.keywords["strict"] is True
    assert graph.keywords["node_attr"] == {"fontsize": "12"}
    assert labels(graph, "operation") == ["exp", "multiply", "multiply", "add"]
    assert [x for x in labels(graph, "tensor") if "Interm" not in x] == [
        "x",
        "3.0",
        "data\\n*Constant*",
        "*Constant*",
        "y",
    ]
    assert labels(graph, "tensor").count("Intermediary Tensor") == 3
    assert all(fill == "red" for _, a in graph.nodes.values() if (fill := a.get("fillcolor")))


@pytest.mark.usefixtures("graphviz")
def test_build_graph_without_names_shows_contents():
    x = mg.tensor([1.0, 2.0])
    graph = build_graph(np.sin(x))
    found = labels(graph, "tensor")
    assert found[0] == "Tensor([1., 2.])"
    assert found[1].startswith("Tensor([0.84")


@pytest.mark.usefixtures("graphviz")
def test_build_graph_facts():
    x = mg.tensor([[1.0, 2.0, 6.0]])
    y = x.sum()
    graph = build_graph(y, {"x": x, "y": y}, dims=True, dtypes=True, sum_stats=True)
    first, last = labels(graph, "tensor")
    assert first == (r"x\nDims: (1, 3)\nDtype: float64\nMin: 1\nMedian: 2\nMean: 3\nMax: 6")
    assert last == r"y\nDtype: float64"


@pytest.mark.usefixtures("graphviz")
def test_build_graph_facts_of_complex_numbers():
    x = mg.tensor([1 + 2j, 3 + 4j])
    (label,) = labels(build_graph(x, {"x": x}, sum_stats=True), "tensor")
    assert label == r"x\nMean: 2+3j"


@pytest.mark.usefixtures("graphviz")
def test_build_graph_with_names_that_look_like_html():
    # The package takes a label in such brackets for HTML.
    x = mg.tensor([1.0])
    (label,) = labels(build_graph(x, {"<&lt;>": x}), "tensor")
    assert label == "&lt;&amp;lt;&gt;"


@pytest.mark.usefixtures("graphviz")
def test_build_graph_rendering():
    x = mg.tensor(1.0)
    assert build_graph(x * 2, render=False) is None
    assert build_graph(x * 2).rendered == []
    assert len(build_graph(x * 2, save=True).rendered) == 1


def test_build_graph_arguments(monkeypatch):
    x = mg.tensor(1.0)
    for flag in ("render", "save", "dims", "dtypes", "sum_stats"):
        with pytest.raises(TypeError, match=f"{flag}= must be True or False"):
            build_graph(x, **{flag: 1})
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(ImportError, match="to_svg draws without it"):
        build_graph(x)


def test_build_graph_with_the_real_package():
    x = mg.tensor([1.0, 2.0])
    source = build_graph(x * 2, {'x"<': x}, dims=True).source
    assert "strict digraph" in source
    assert "multiply" in source


def test_importing_needs_no_graphviz():
    code = "import mygrad, sys; assert 'graphviz' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
