"""Where nodes and edges go in a picture: layers, order within a layer, coordinates.

After Sugiyama, Tagawa and Toda (1981): a node's layer is the longest way to it; nodes of a layer
are sorted by the means of their neighbours' places, and change places where that undoes crossings;
then each layer is moved as near to these means as the nodes' widths allow. Edges that pass
through layers bend around what is there.
"""

from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Layout", "lay_out"]

#: Between neighbours, and between layers.
GAP = 26.0
LAYER_GAP = 34.0
#: The room that an edge takes where it passes through a layer.
_LANE = 10.0
_SWEEPS = 12


@dataclass
class Layout:
    """Centres of the nodes, and for each edge the points that it goes through."""

    centres: list[tuple[float, float]]
    ways: list[list[tuple[float, float]]]
    width: float
    height: float


def _layers(n: int, edges: list[tuple[int, int]]) -> list[int]:
    """The layer of each node; edges go from earlier nodes to later ones."""
    rank = [0] * n
    for a, b in sorted(edges, key=lambda edge: edge[1]):
        rank[b] = max(rank[b], rank[a] + 1)
    # What nothing comes before goes next to what it is used for.
    sources = set(range(n)) - {b for _, b in edges}
    nearest: dict[int, int] = {}
    for a, b in edges:
        nearest[a] = min(nearest.get(a, rank[b]), rank[b])
    for i in sources:
        rank[i] = nearest.get(i, 1) - 1
    return rank


def _crossings(upper: list[int], lower: list[int], down: list[list[int]]) -> int:
    place = {node: i for i, node in enumerate(lower)}
    ends = [place[b] for a in upper for b in sorted(down[a], key=lambda b: place[b])]
    return sum([ends[i] > ends[j] for i in range(len(ends)) for j in range(i + 1, len(ends))])


def _ordered(
    layers: list[list[int]], down: list[list[int]], up: list[list[int]]
) -> list[list[int]]:
    """The layers, each in an order with few crossings: the best of several."""

    def crossings(order: list[list[int]]) -> int:
        return sum([_crossings(a, b, down) for a, b in pairwise(order)])

    best, fewest = layers, crossings(layers)
    for start in (layers, _from_the_end(layers, down, up)):
        if not fewest:
            return best
        order = [list(layer) for layer in start]
        for sweep in range(_SWEEPS):
            downwards = sweep % 2 == 0
            neighbours = up if downwards else down
            steps = range(1, len(order)) if downwards else range(len(order) - 2, -1, -1)
            for i in steps:
                other = order[i - 1 if downwards else i + 1]
                place = {node: k for k, node in enumerate(other)}
                means = {
                    node: sum([place[m] for m in neighbours[node]]) / len(neighbours[node])
                    if neighbours[node]
                    else float(k)
                    for k, node in enumerate(order[i])
                }
                order[i] = sorted(order[i], key=means.__getitem__)
            now = crossings(order)
            if now < fewest:
                best, fewest = [list(layer) for layer in order], now
    return _swapped(best, down, up)


def _from_the_end(
    layers: list[list[int]], down: list[list[int]], up: list[list[int]]
) -> list[list[int]]:
    """The layers in the order in which a walk from the results meets the nodes."""
    todo = [i for layer in layers for i in reversed(layer) if not down[i]]
    met: dict[int, int] = {}
    while todo:
        i = todo.pop()
        if i not in met:
            met[i] = len(met)
            todo += reversed(up[i])
    return [sorted(layer, key=met.__getitem__) for layer in layers]


def _swapped(
    layers: list[list[int]], down: list[list[int]], up: list[list[int]]
) -> list[list[int]]:
    """The layers after neighbours changed places wherever that undoes crossings."""
    order = [list(layer) for layer in layers]
    place = {node: k for layer in order for k, node in enumerate(layer)}

    def crossings(left: int, right: int) -> int:
        pairs = [(p, q) for near in (up, down) for p in near[left] for q in near[right]]
        return sum([place[p] > place[q] for p, q in pairs])

    for _ in range(_SWEEPS):
        before = [list(layer) for layer in order]
        for layer in order:
            for k in range(len(layer) - 1):
                a, b = layer[k], layer[k + 1]
                if crossings(a, b) > crossings(b, a):
                    layer[k], layer[k + 1] = b, a
                    place[a], place[b] = k + 1, k
        if order == before:
            break
    return order


def _spread(wanted: list[float], widths: list[float], weights: list[float]) -> list[float]:
    """The places next to those wanted, in weighted least squares, at which nothing overlaps."""
    # Less the room of what is to the left, the places have to ascend: isotonic regression.
    offsets, at = [], 0.0
    for i, width in enumerate(widths):
        at += width / 2 + (GAP + widths[i - 1] / 2 if i else 0.0)
        offsets.append(at)
    #: (sum of weights times places, sum of weights, number of places)
    blocks: list[tuple[float, float, int]] = []
    for x, offset, weight in zip(wanted, offsets, weights, strict=True):
        total, mass, count = (x - offset) * weight, weight, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / mass:
            more, added, n = blocks.pop()
            total, mass, count = total + more, mass + added, count + n
        blocks.append((total, mass, count))
    shifts = [total / mass for total, mass, count in blocks for _ in range(count)]
    return [shift + offset for shift, offset in zip(shifts, offsets, strict=True)]


def _columns(
    layers: list[list[int]], widths: list[float], up: list[list[int]], down: list[list[int]]
) -> list[float]:
    """The x of each node."""
    x = [0.0] * len(widths)
    for sweep in range(2 * _SWEEPS):
        near, other = (up, down) if sweep % 2 == 0 else (down, up)
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            # What stands alone stays near what is beside it, and makes room for all else.
            beside = [layer[max(k - 1, 0)] for k in range(len(layer))]
            wanted = [
                _mean(x, near[i] or other[i] or [j]) for i, j in zip(layer, beside, strict=True)
            ]
            weights = [1.0 if near[i] or other[i] else 1e-6 for i in layer]
            places = _spread(wanted, [widths[i] for i in layer], weights)
            for i, place in zip(layer, places, strict=True):
                x[i] = place
    return x


def _mean(x: list[float], nodes: list[int]) -> float:
    return sum([x[j] for j in nodes]) / len(nodes)


def lay_out(sizes: list[tuple[float, float]], edges: list[tuple[int, int]]) -> Layout:
    """Lay out nodes of these widths and heights. Edges go from earlier nodes to later ones."""
    n = len(sizes)
    rank = _layers(n, edges)
    widths = [width for width, _ in sizes]
    down: list[list[int]] = [[] for _ in sizes]
    up: list[list[int]] = [[] for _ in sizes]
    chains = []
    for a, b in edges:
        # One lane for each layer that the edge passes through.
        chain = [a]
        for r in range(rank[a] + 1, rank[b]):
            rank.append(r)
            widths.append(_LANE)
            down.append([])
            up.append([])
            chain.append(len(rank) - 1)
        chain.append(b)
        chains.append(chain)
        for p, q in pairwise(chain):
            down[p].append(q)
            up[q].append(p)
    layers: list[list[int]] = [[] for _ in range(max(rank, default=0) + 1)]
    for i, r in enumerate(rank):
        layers[r].append(i)
    layers = _ordered([layer for layer in layers if layer], down, up)

    x = _columns(layers, widths, up, down)
    left = min([x[i] - widths[i] / 2 for i in range(len(x))], default=0.0)
    right = max([x[i] + widths[i] / 2 for i in range(len(x))], default=0.0)

    y = [0.0] * len(rank)
    top = 0.0
    for layer in layers:
        height = max([sizes[i][1] for i in layer if i < n], default=0.0)
        for i in layer:
            y[i] = top + height / 2
        top += height + LAYER_GAP
    centres = [(x[i] - left, y[i]) for i in range(n)]
    ways = []
    for chain in chains:
        a, b = chain[0], chain[-1]
        way = [(x[i] - left, y[i]) for i in chain]
        way[0] = (way[0][0], way[0][1] + sizes[a][1] / 2)
        way[-1] = (way[-1][0], way[-1][1] - sizes[b][1] / 2)
        ways.append(way)
    return Layout(centres, ways, right - left, max(top - LAYER_GAP, 0.0))
