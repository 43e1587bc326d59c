"""Cases of convolutions, pooling and windows; see `cases`."""

import numpy as np
from _layer_oracle import avg_pool, conv, conv_transpose, max_pool, sliding
from cases import Case, normal, spread

import mygrad as mg

CASES: list[Case] = [
    # ---- Convolutions -------------------------------------------------------------------
    *[
        Case(mg.nnet.conv_nd, normal(*x), normal(*w), plain=conv, exact=False, **kwargs)
        for x, w, kwargs in [
            ((2, 1, 3), (1, 1, 2), {"stride": 1}),
            ((1, 2, 7), (3, 2, 3), {"stride": 2, "padding": 1}),
            ((2, 1, 3), (2, 1, 2), {"stride": 1, "dilation": 2}),
            ((1, 2, 5), (1, 2, 2), {"stride": [3], "dilation": (3,), "padding": (1,)}),
            ((2, 2, 4, 5), (3, 2, 3, 2), {"stride": 1}),
            ((2, 1, 4, 3), (5, 1, 2, 2), {"stride": 1, "padding": (1, 2)}),
            ((1, 2, 5, 4), (2, 2, 3, 2), {"stride": (2, 1), "padding": (0, 2), "dilation": (1, 3)}),
            ((2, 2, 3, 3), (3, 2, 1, 1), {"stride": 1}),
            ((1, 2, 3, 5), (3, 2, 1, 1), {"stride": 2}),
            ((2, 1, 4, 4), (2, 1, 2, 2), {"stride": 2}),
            ((1, 1, 2, 3, 4), (2, 1, 2, 1, 3), {"stride": (1, 2, 1), "padding": (0, 1, 1)}),
            # All of the image is within the padding at the first place.
            ((1, 2, 2, 2), (1, 2, 2, 2), {"stride": 1, "padding": 3}),
            ((1, 1, 3, 3), (2, 1, 1, 1), {"stride": 2, "padding": (1, 0)}),
            # More filters than places.
            ((3, 1, 2), (9, 1, 2), {"stride": 1}),
        ]
    ],
    Case(
        mg.nnet.conv_nd,
        np.arange(6.0).reshape(1, 2, 3),
        normal(2, 2, 2),
        stride=1,
        plain=conv,
        exact=False,
    ),
    *[
        Case(
            mg.nnet.conv_transpose_nd,
            normal(*x),
            normal(*w),
            plain=conv_transpose,
            exact=False,
            **kwargs,
        )
        for x, w, kwargs in [
            ((2, 2, 3), (2, 1, 2), {"stride": 1}),
            ((1, 2, 3), (2, 3, 4), {"stride": 3, "padding": 1, "output_padding": 2}),
            ((1, 4, 3), (4, 1, 3), {"stride": 1, "padding": 2, "dilation": 2}),
            ((1, 1, 2, 3), (1, 2, 3, 2), {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}),
            ((2, 3, 2, 2), (3, 2, 1, 1), {"stride": 2, "output_padding": (1, 0)}),
            ((1, 2, 4, 3), (2, 2, 1, 2), {"stride": 1, "padding": 1}),
            ((1, 1, 2, 1, 2), (1, 2, 2, 2, 1), {"stride": (1, 2, 3), "output_padding": (0, 0, 1)}),
        ]
    ],
    # ---- Pooling ------------------------------------------------------------------------
    *[
        Case(func, draw(*x), pool, stride, plain=plain, exact=exact)
        for func, plain, draw, exact in [
            (mg.nnet.max_pool, max_pool, spread, True),
            (mg.nnet.avg_pool, avg_pool, normal, False),
        ]
        for x, pool, stride in [
            ((5,), 2, 1),
            ((2, 6), 3, 3),
            ((7,), (2,), (5,)),
            ((2, 4, 6), (2, 2), 2),
            ((1, 2, 5, 4), (3, 2), (1, 2)),
            ((2, 4, 3), [4, 2], [1, 1]),
            ((2, 3, 2, 2), (2, 1, 2), 1),
            ((2, 9, 9), (9, 8), 1),
            ((3, 4), (1, 1), (1, 3)),
        ]
    ],
    # ---- Windows ------------------------------------------------------------------------
    *[
        Case(mg.sliding_window_view, normal(*x), *args, plain=sliding)
        for x, args in [
            ((7,), ((2,), 3)),
            ((10,), ((3,), 2, 2)),
            ((3,), ([2], 1, 2)),
            ((2, 3, 5, 4), ((2, 3), (2, 1))),
            ((2, 6), ((2, 3), (1, 2), (1, 2))),
        ]
    ],
]
