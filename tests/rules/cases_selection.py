"""Cases of the rules in `mygrad.rules.selection`; see `cases`."""

import numpy as np
from cases import Case, Special, at, mask, normal, planar, scalar, spread
from numpy.lib.stride_tricks import sliding_window_view

CHOICE = np.array([[0, 2, 1], [1, 0, 2]])
#: They overlap, and leave some to the default.
CONDITIONS = [mask(2, 3), np.array([True, False, True]), np.array([[False], [True]])]


def products_and_edges(row, pair, axis, kwargs):
    """A mode of `numpy.pad`: writes what it reads into both ends."""
    before, after = pair
    row[:before] = row[before] * row[-after - 1] * kwargs.get("scale", 1)
    row[row.shape[0] - after :] = row[before : before + 1] + axis


def _windows(x, *args, **kwargs):
    return sliding_window_view(x, *args, **kwargs)


CASES: list[Case] = [
    # ---- Choosing -----------------------------------------------------------------------
    Case(np.choose, CHOICE, [normal(), normal(), normal()]),
    Case(np.choose, CHOICE, [normal(3), scalar(), 0.5]),
    Case(np.choose, CHOICE[0], [normal(2, 1), normal(3), normal(1, 3)], mode="raise"),
    Case(np.choose, 2 * CHOICE - 1, [normal(), normal()], keywords={"mode": ["wrap", "clip"]}),
    Case(np.choose, CHOICE.tolist(), normal(3, 2, 3)),
    Case(np.select, CONDITIONS, [normal(), normal(), normal()]),
    Case(np.select, CONDITIONS, [normal(3), scalar(), 2.5], default=normal(2, 1)),
    Case(np.select, CONDITIONS[:2], (normal(2, 3), 1), 0.5),
    Case(np.select, np.array([mask(3), ~mask(3)]), [normal(3), normal(2, 3)]),
    Case(np.compress, [False, True], normal(), keywords={"axis": [None, 0, -1]}),
    Case(np.compress, mask(3), normal(2, 3), 1),
    Case(np.compress, [1.5, 0, 0, 2], normal(2, 3)),
    Case(np.extract, mask(2, 3), normal()),
    Case(np.extract, [0, 1, 1, 0], normal(2, 3)),
    # ---- Inserting, deleting, resizing --------------------------------------------------
    Case(np.delete, normal(4), 1),
    Case(np.delete, normal(3, 4), [0, -1, 0], keywords={"axis": [None, 0, 1, -1]}),
    Case(np.delete, normal(3, 4), slice(None, None, -2), 1),
    Case(np.delete, normal(3, 4), slice(5, None), 0),
    Case(np.delete, normal(2, 3), mask(3), 1),
    Case(np.delete, normal(2, 3), [], 1),
    Case(np.insert, normal(2, 3), 1, normal(3)),
    Case(np.insert, normal(2, 3), 1, normal(3), 0),
    Case(np.insert, normal(2, 3), -1, normal(2), axis=1),
    Case(np.insert, normal(2, 3), [1], normal(2, 1), axis=1),
    Case(np.insert, normal(2, 3), [1], normal(2, 4), -1),
    Case(np.insert, normal(2, 3), 3, normal(4, 2), -1),
    Case(np.insert, normal(3), 0, scalar()),
    Case(np.insert, normal(3), [2, 0, 0, -1], normal(4)),
    Case(np.insert, normal(2, 3), [0, 3], normal(2), 1),
    Case(np.insert, normal(2, 3), [0, 2], scalar(), axis=0),
    Case(np.insert, normal(2, 3), slice(None, None, 2), normal(2, 2), 1),
    Case(np.insert, normal(2, 3), [], 1.0, 1),
    Case(np.insert, normal(3), 1, [2.5, 3.5]),
    Case(np.insert, np.arange(3.0), [1, 3], normal(2)),
    Case(np.insert, normal(3, 2, 2), [0, 1], normal(1, 1, 2), 0),
    Case(np.resize, normal(2, 3), 4),
    Case(np.resize, normal(2, 3), (3, 5)),
    Case(np.resize, normal(2, 3), [2, 1, 3]),
    Case(np.resize, scalar(), new_shape=(2, 2)),
    Case(np.append, 2.0, normal(3)),
    Case(np.append, [[1.0, 2.0]], normal(3, 2), 0),
    Case(np.block, [[normal(2, 2), np.ones((2, 1))], [1.0, scalar(), 0]]),
    Case(np.block, [[[normal(2, 2)], [normal(1, 2)]]]),
    Case(np.block, [np.arange(3.0), normal(2)]),
]

# ---- Windows ----------------------------------------------------------------------------

# It has no mirror to spell it otherwise, which `plain` says.
CASES += [
    Case(sliding_window_view, *operands, plain=_windows, **kwargs)
    for operands, kwargs in [
        ((normal(6), 3), {}),
        ((normal(6), 5), {"subok": True}),
        ((normal(4, 5), (2, 3)), {"writeable": False}),
        ((normal(4, 5), 2, -1), {}),
        ((normal(4, 5), [2, 3, 2], (1, 0, 1)), {}),
        ((normal(2, 5, 3),), {"window_shape": (4, 1), "axis": (1, 0)}),
        ((normal(2, 3), (), ()), {}),
    ]
]

# ---- Padding ----------------------------------------------------------------------------

WIDTHS = ((1, 2), (3, 0))

CASES += [
    Case(np.pad, normal(2, 3), WIDTHS, constant_values=scalar()),
    Case(np.pad, normal(2, 3), WIDTHS, constant_values=normal(2)),
    Case(np.pad, normal(2, 3), WIDTHS, constant_values=normal(2, 1)),
    Case(np.pad, normal(2, 3), WIDTHS, "constant", constant_values=normal(2, 2)),
    Case(np.pad, normal(2, 3), (2, 1), "linear_ramp"),
    Case(np.pad, normal(2, 3), WIDTHS, "linear_ramp", end_values=2),
    Case(np.pad, normal(2, 3), WIDTHS, "linear_ramp", end_values=[[1, 2.5], [-1, 0]]),
    Case(np.pad, normal(2, 3), WIDTHS, "linear_ramp", end_values=scalar()),
    Case(np.pad, normal(2, 3), WIDTHS, "linear_ramp", end_values=normal(2)),
    Case(np.pad, normal(2, 3), WIDTHS, "linear_ramp", end_values=normal(2, 1)),
    Case(np.pad, normal(2, 3), WIDTHS, "linear_ramp", end_values=normal(2, 2)),
    Case(np.pad, normal(4), 5, "linear_ramp", end_values=normal(2)),
    *[
        Case(
            np.pad,
            spread(3, 4),
            WIDTHS,
            mode=mode,
            keywords={"stat_length": [None, 2, (1, 3), ((2, 7), (1, 2))]},
        )
        for mode in ("maximum", "mean", "median", "minimum")
    ],
    *[
        Case(np.pad, normal(3, 4), widths, mode=mode, reflect_type="odd")
        for mode in ("reflect", "symmetric")
        for widths in (WIDTHS, 7, ((0, 5), (13, 2)))
    ],
    Case(np.pad, normal(1, 4), 2, mode="reflect", keywords={"reflect_type": ["odd", "even"]}),
    Case(np.pad, normal(1, 4), 2, mode="symmetric", keywords={"reflect_type": ["odd", "even"]}),
    Case(np.pad, normal(2, 3), ((1, 2), (2, 1)), products_and_edges),
    Case(np.pad, normal(2, 3), 1, products_and_edges, scale=0.5),
]

if np.lib.NumpyVersion(np.__version__) >= "2.3.0":
    CASES += [
        Case(np.insert, normal(2, 3), mask(3), normal(2, 1), 1),
        Case(np.pad, normal(3), {0: 2}, mode="edge"),
        Case(np.pad, normal(2, 3), {-1: (1, 2), 0: 1}, mode="wrap"),
    ]

#: Complex numbers.
CASES += [
    Case(np.choose, CHOICE, [planar(), normal(), 0.5j]),
    Case(np.select, CONDITIONS, [planar(), normal(3), 1.0], default=scalar(planar)),
    Case(np.compress, [True, False, True], planar(2, 3), 1),
    Case(np.extract, mask(2, 3), planar()),
    Case(np.delete, planar(2, 3), 1, 1),
    Case(np.insert, planar(3), 1, planar(2)),
    Case(np.insert, planar(3), [0, 2], normal(2)),
    Case(np.resize, planar(3), (2, 4)),
    Case(sliding_window_view, planar(4), 2, plain=_windows),
    *[
        Case(np.pad, planar(2, 3), 2, mode)
        for mode in ("edge", "linear_ramp", "mean", "median", "symmetric", "wrap")
    ],
    Case(np.pad, planar(3), 2, "reflect", reflect_type="odd"),
    Case(np.pad, planar(3), 1, constant_values=scalar(planar)),
]

SPECIAL: list[Special] = [
    # ---- Ends that are equal to the edges -----------------------------------------------
    at(np.pad, [1.0, 2.0], pad_width=2, mode="linear_ramp", end_values=2.0, by=[1.5, 1.5]),
]
