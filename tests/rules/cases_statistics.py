"""Cases of the rules in `mygrad.rules.statistics`; see `cases`."""

import numpy as np
from cases import (
    NAN,
    Case,
    Special,
    at,
    between,
    holes,
    normal,
    planar,
    positive,
    scalar,
    shifted,
    signed,
    spread,
    unit,
)
from numpy.polynomial import polynomial

import mygrad as mg

RECENT = np.lib.NumpyVersion(np.__version__) >= "2.2.0"
METHODS = [
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
]
AXES = {"axis": [None, 0, -1, (0, 2), (-1, 0, 1)], "keepdims": [False, True]}
#: No multiple of a fraction that has a small denominator: there quantiles have kinks.
fraction = between(0.483, 0.486)
percent = between(48.3, 48.6)
#: Points in order, for interpolation.
KNOTS = np.array([-2.0, -1.1, 0.3, 0.9, 2.0])


def knots(xp, fp, x, **kwargs):
    """Interpolation between points that are in order, however they are drawn."""
    return np.interp(x, np.cumsum(xp), fp, **kwargs)


def interp_with_ends(x, xp, fp, left):
    # NumPy takes no arrays of complex numbers.
    return np.interp(x, xp, fp, left.item())


def edges_of(a, bins):
    return np.histogram(a, bins)[1]


def edges_of_dd(sample, bins):
    return np.histogramdd(sample, bins)[1]


def edges_of_2d(x, y, bins):
    return np.histogram2d(x, y, bins)[1:]


def unique_values_of(a, **kwargs):
    return np.unique(a, True, True, True, **kwargs)[0]


def steps_of(start, stop, **kwargs):
    return np.linspace(start, stop, 5, retstep=True, **kwargs)


def quotient_and_rest(u, v):
    # How many zeros the remainder begins with depends on the precision.
    quotient, rest = np.polydiv(u, v)
    return quotient, rest[-2:]


def parts_of_fit(x, y, **kwargs):
    return np.polyfit(x, y, 2, **kwargs)[:2]


def product_and_sum(row, times=1.0):
    return np.stack([np.prod(row) * times, np.sum(row)])


def median_of_scratch(a):
    return np.median(np.copy(a), overwrite_input=True)


def percentile_of_scratch(a):
    return np.percentile(np.copy(a), 40, None, None, True)


def trimmed(a, **kwargs):
    return np.trim_zeros(np.concatenate(([0.0, 0.0], a, [0.0], a, [0.0])), **kwargs)


def own(func, *operands, **kwargs):
    """A case of a function that has no like among mygrad's: `mg.linspace` makes leaves."""
    return Case(func, *operands, plain=lambda *xs, **ks: func(*xs, **ks), **kwargs)


def ix_of(x):
    return np.ix_([True, False, True], x, [1, 2])[1]


def total(a, axis=None):
    return np.sum(a, axis)


def shifted_power(x, add, by):
    return x**2 * by + add


def running(a, axis=None):
    return np.cumprod(a, axis)


SAMPLE = np.array([0.1, 0.4, 0.4, 1.0, 2.7, 3.0, -0.5, 9.0])
SAMPLE_Y = np.array([0.3, 0.2, 0.9, 0.0, 1.0, 0.5, 0.5, 0.7])
SAMPLES = np.stack([SAMPLE, SAMPLE_Y], 1)

CASES: list[Case] = [
    # ---- Order statistics ---------------------------------------------------------------
    Case(np.partition, spread(3, 4), 2, keywords={"axis": [0, 1, -1, None]}),
    Case(np.sort_complex, spread(5)),
    Case(np.sort_complex, spread(2, 3)),
    Case(np.partition, spread(6), [1, 3], kind="introselect"),
    *[
        Case(f, draw(2, 3, 2), keywords=AXES)
        for f, draw in [(np.median, spread), (np.nanmedian, holes)]
    ],
    Case(np.median, spread(5)),
    own(median_of_scratch, spread(4)),
    Case(np.nanmedian, spread(3, 4), keywords={"axis": [0, 1]}),
    *[
        Case(f, draw(2, 3, 2), q, keywords=AXES)
        for f, draw, q in [
            (np.quantile, spread, 0.3),
            (np.percentile, spread, 30),
            (np.nanquantile, holes, 0.3),
            (np.nanpercentile, holes, 30.0),
        ]
    ],
    *[
        Case(f, draw(7), q, keywords={"method": METHODS})
        for f, draw, q in [
            (np.quantile, spread, 0.37),
            (np.percentile, spread, [5, 62.0]),
            (np.nanquantile, holes, np.array([[0.21, 0.83]])),
            (np.nanpercentile, holes, 28),
        ]
    ],
    *[
        Case(f, draw(3, 6), q(2), keywords={"axis": [None, 0, 1], "keepdims": [False, True]})
        for f, draw, q in [
            (np.quantile, spread, fraction),
            (np.percentile, spread, percent),
            (np.nanquantile, holes, fraction),
            (np.nanpercentile, holes, percent),
        ]
    ],
    Case(np.quantile, spread(2, 7), scalar(fraction), keywords={"method": METHODS}),
    Case(np.quantile, np.array([1.0, 2.0, 4.0, 8.0]), fraction(3)),
    Case(np.quantile, spread(5), [0.0, 1.0, 0.5]),
    own(percentile_of_scratch, spread(5)),
    *[
        Case(f, draw(*shape), q, axis=axis, method="inverted_cdf", weights=positive(*weights))
        for f, draw, q in [
            (np.quantile, spread, [0.2, 0.7]),
            (np.percentile, spread, [20, 70]),
            (np.nanquantile, holes, [0.2, 0.7]),
            (np.nanpercentile, holes, 70),
        ]
        for shape, axis, weights in [
            ((6,), None, (6,)),
            ((2, 5), 1, (2, 5)),
            ((2, 5), 1, (5,)),
            ((5, 2), 0, (5,)),
            ((3, 2, 2), (0, 2), (3, 2, 2)),
        ]
        # NumPy's nanquantile cannot do that, and that of 2.1 no more.
        if len(shape) == len(weights) <= (3 if RECENT else 2) or draw is spread
    ],
    # ---- Covariances --------------------------------------------------------------------
    Case(np.cov, normal(2, 5), keywords={"rowvar": [True, False]}, exact=False),
    Case(np.cov, normal(5), keywords={"bias": [True, False]}, exact=False),
    Case(np.cov, normal(2, 5), normal(5), exact=False),
    Case(np.cov, normal(5), normal(5), ddof=2, exact=False),
    Case(np.cov, normal(5, 2), normal(5, 1), rowvar=False, exact=False),
    Case(np.cov, normal(2, 5), aweights=positive(5), exact=False),
    Case(np.cov, normal(2, 4), fweights=[1, 2, 0, 3], exact=False),
    Case(
        np.cov,
        normal(2, 4),
        fweights=np.array([1, 2, 1, 3]),
        aweights=positive(4),
        keywords={"ddof": [0, 1, None]},
        exact=False,
    ),
    Case(np.cov, normal(2, 5), dtype=np.longdouble, exact=False),
    Case(np.corrcoef, normal(3, 5), exact=False),
    Case(np.corrcoef, normal(5, 2), rowvar=False, exact=False),
    Case(np.corrcoef, normal(5), normal(5), exact=False),
    # ---- Counts and histograms ----------------------------------------------------------
    Case(np.bincount, np.array([0, 3, 1, 1, 3]), normal(5)),
    Case(np.bincount, np.array([2, 0]), weights=normal(2), minlength=5),
    Case(np.histogram, SAMPLE, weights=normal(8)),
    Case(np.histogram, SAMPLE.reshape(2, 4), 4, (0.0, 3.0), weights=normal(2, 4)),
    Case(np.histogram, SAMPLE, [0.0, 0.4, 1.0, 3.0], weights=normal(8)),
    Case(np.histogram, SAMPLE, 3, weights=positive(8), density=True),
    Case(np.histogram, spread(6), 3, density=True),
    Case(np.histogram, SAMPLE, np.array([0.0, 0.7, 2.0]), weights=positive(8), density=True),
    own(edges_of, spread(6), 3),
    own(edges_of, SAMPLE, between(0, 1)(1)),
    Case(np.histogram_bin_edges, spread(6), keywords={"bins": [1, 4, "auto"]}),
    Case(np.histogram_bin_edges, SAMPLE, 4, [scalar(unit), scalar(positive)]),
    Case(np.histogram2d, SAMPLE, SAMPLE_Y, weights=normal(8)),
    Case(np.histogram2d, SAMPLE, SAMPLE_Y, 3, [[0.0, 3.0], [0.0, 1.0]], weights=normal(8)),
    Case(np.histogram2d, SAMPLE, SAMPLE_Y, [2, [0.0, 0.5, 1.0]], weights=normal(8)),
    Case(np.histogram2d, SAMPLE, SAMPLE_Y, [0.0, 0.5, 1.0], weights=normal(8)),
    Case(np.histogram2d, SAMPLE, SAMPLE_Y, 2, None, True, positive(8)),
    Case(np.histogramdd, SAMPLES, weights=normal(8)),
    Case(np.histogramdd, (SAMPLE, SAMPLE_Y), 3, [(0.0, 3.0), None], weights=normal(8)),
    Case(np.histogramdd, SAMPLES, [2, [0.0, 0.5, 1.0]], None, True, positive(8)),
    own(edges_of_dd, spread(6, 2), 2),
    own(edges_of_dd, [spread(6), shifted(6)], [2, 3]),
    own(edges_of_2d, spread(6), shifted(6), 2),
    # ---- Differences and integrals ------------------------------------------------------
    Case(np.diff, normal(2, 4), keywords={"n": [0, 1, 2, 3], "axis": [-1]}),
    Case(np.diff, normal(3, 2), 1, 0),
    Case(np.diff, normal(2, 3), prepend=scalar(), append=normal(2, 2)),
    Case(np.diff, normal(3), append=0.0),
    Case(np.ediff1d, normal(2, 3)),
    Case(np.ediff1d, normal(4), scalar(), normal(2, 2)),
    Case(np.ediff1d, normal(4), to_begin=[1.0, 2.0]),
    Case(np.trapezoid, normal(2, 3), keywords={"axis": [-1, 0]}),
    Case(np.trapezoid, normal(2, 3), normal(3)),
    Case(np.trapezoid, normal(3, 2), normal(3), axis=0),
    Case(np.trapezoid, normal(2, 3), normal(2, 3), axis=0),
    Case(np.trapezoid, normal(4), dx=scalar(positive)),
    Case(np.gradient, normal(4)),
    Case(np.gradient, normal(3, 4), keywords={"edge_order": [1, 2]}),
    Case(np.gradient, normal(3, 4), 2.0, keywords={"axis": [0, -1, (1, 0)]}),
    Case(np.gradient, normal(4), scalar(positive), keywords={"edge_order": [1, 2]}),
    Case(np.gradient, normal(5), spread(5), keywords={"edge_order": [1, 2]}),
    Case(np.gradient, normal(3, 4), [0.0, 1.0, 3.0], scalar(positive), edge_order=2),
    Case(np.gradient, normal(3, 4), 0.5, spread(4)),
    Case(np.gradient, normal(4), [0, 2, 4, 6]),
    Case(np.unwrap, between(0.0, 20.0)(2, 5), keywords={"axis": [-1, 0]}),
    Case(np.unwrap, between(0.0, 20.0)(6), 4.0, period=5.0),
    Case(mg.unwrap, between(0.0, 20.0)(6), period=scalar(positive), plain=np.unwrap),
    # ---- Interpolation ------------------------------------------------------------------
    Case(np.interp, between(-1.9, 1.9)(2, 3), KNOTS, normal(5)),
    Case(np.interp, between(-4.0, 4.0)(7), KNOTS, normal(5)),
    Case(np.interp, scalar(unit), KNOTS, normal(5)),
    own(knots, positive(5), normal(5), between(-1.0, 12.0)(6)),
    Case(np.interp, between(0.1, 0.9)(3), np.array([0.0, 1.0]), normal(2), -1.0, 3.0),
    Case(mg.interp, between(-4, 4)(7), KNOTS, normal(5), scalar(), scalar(), plain=np.interp),
    Case(mg.interp, [-3.0, 0.0, 5.0], KNOTS, normal(5), right=scalar(), plain=np.interp),
    Case(np.interp, between(-9.0, 9.0)(7), spread(5), normal(5), period=7.0),
    Case(mg.interp, normal(3), KNOTS, normal(5), period=scalar(between(6, 7)), plain=np.interp),
    # ---- Filters ------------------------------------------------------------------------
    *[
        Case(f, normal(n), normal(m), keywords={"mode": ["full", "same", "valid"]}, exact=False)
        for f in (np.convolve, np.correlate)
        for n, m in [(5, 3), (5, 4), (3, 5), (4, 6), (3, 6), (4, 4), (3, 3), (4, 1), (1, 4)]
    ],
    Case(np.convolve, normal(3), normal(2)),
    Case(np.convolve, scalar(), normal(2)),
    *[
        Case(f, normal(4), normal(3), mode, exact=False)
        for f in (np.convolve, np.correlate)
        for mode in (0, 1, 2)
    ],
    Case(np.convolve, normal(3), [1.0, -2.0]),
    Case(np.correlate, normal(4), normal(2)),
    # ---- Elements -----------------------------------------------------------------------
    Case(np.unique, spread(2, 3)),
    Case(np.unique, spread(3, 2), keywords={"axis": [None, 0, 1]}, equal_nan=False),
    own(unique_values_of, spread(4)),
    own(unique_values_of, spread(2, 3), axis=1),
    Case(np.unique_values, spread(5)),
    *[Case(f, spread(5)) for f in (np.unique_all, np.unique_counts, np.unique_inverse)],
    Case(np.unique_all, spread(2, 3)),
    *[
        Case(getattr(mg, f.__name__), [2.0, scalar(spread), 2.0], plain=f)
        for f in (np.unique_all, np.unique_counts, np.unique_inverse)
    ],
    Case(np.nan_to_num, holes(2, 3), keywords={"nan": [0.0, 7.0], "posinf": [None, 1.0]}),
    Case(np.nan_to_num, normal(3), neginf=0.0),
    Case(mg.nan_to_num, holes(2, 4), nan=normal(4), plain=np.nan_to_num),
    Case(np.real_if_close, normal()),
    Case(np.trim_zeros, normal(4)),
    own(trimmed, normal(2), keywords={"trim": ["fb", "f", "B"]}),
    Case(np.i0, between(-9.0, 9.0)(7)),
    Case(np.i0, between(-0.1, 0.1)(2, 2)),
    # ---- Polynomials --------------------------------------------------------------------
    Case(np.polyval, normal(3), normal(2, 2)),
    Case(np.polyval, [1.0, 2.0, 3.0], normal(2)),
    Case(np.polyval, normal(3), scalar()),
    Case(np.polyadd, normal(3), normal(2)),
    Case(np.polyadd, normal(2), normal(4)),
    Case(np.polysub, normal(3), normal(2)),
    Case(np.polysub, scalar(), normal(2)),
    Case(np.polymul, normal(3), normal(2)),
    Case(mg.polymul, [0.0, scalar()], normal(2), plain=np.polymul),
    Case(np.polyder, normal(5), keywords={"m": [0, 1, 2]}),
    Case(np.polyint, normal(3), keywords={"m": [0, 1, 3], "k": [None]}),
    Case(mg.polyint, normal(3), 2, normal(2), plain=np.polyint),
    Case(np.polyint, normal(3), 2, 1.5),
    own(quotient_and_rest, normal(5), normal(3)),
    Case(np.polydiv, normal(2), normal(3)),
    Case(np.polydiv, [1.0, 3.0, 2.0], signed(2)),
    Case(np.poly, normal(4)),
    Case(np.poly, normal(3, 3)),
    Case(np.roots, normal(5)),
    Case(np.roots, [1.0, scalar(), 2.0, 0.0]),
    Case(np.roots, [0.0, 0.0, 2.0, scalar(), scalar()]),
    Case(np.polyfit, spread(6), normal(6), 2, exact=False),
    Case(np.polyfit, spread(6), normal(6, 2), 1, w=positive(6), exact=False),
    own(parts_of_fit, spread(6), normal(6), full=True),
    own(parts_of_fit, spread(6), normal(6), w=positive(6), cov=True),
    own(parts_of_fit, spread(6), normal(6, 2), w=positive(6), cov="unscaled"),
    Case(np.vander, normal(3), keywords={"N": [None, 2, 5], "increasing": [False, True]}),
    # ---- Grids --------------------------------------------------------------------------
    own(np.linspace, normal(), normal(), 4),
    own(np.linspace, scalar(), normal(2), 3, False, axis=-1),
    own(np.linspace, normal(2, 1), normal(3), num=4, axis=1),
    own(np.linspace, scalar(), 2.0, keywords={"num": [1, 2], "endpoint": [False, True]}),
    own(steps_of, normal(2), normal(2), keywords={"endpoint": [False, True]}),
    own(np.linspace, normal(2), normal(2), 3, dtype=np.longdouble),
    own(np.logspace, unit(2), unit(2), 4),
    own(np.logspace, scalar(unit), scalar(unit), 4, False, base=scalar(positive)),
    own(np.logspace, unit(2), unit(2), 3, base=positive(2), axis=-1),
    own(np.logspace, unit(2), 0.5, 3, dtype=np.longdouble),
    own(np.geomspace, positive(2), positive(2), 4),
    own(np.geomspace, scalar(positive), positive(2, 2), 3, False, axis=-1),
    own(np.geomspace, between(-2.0, -1.0)(2), -3.0, 4),
    own(np.geomspace, positive(2), 3.0, 4, dtype=np.float64),
    own(np.geomspace, positive(2), 3.0, keywords={"num": [1, 2]}, dtype=np.longdouble),
    Case(np.meshgrid, normal(2), normal(3), keywords={"indexing": ["xy", "ij"]}),
    Case(np.meshgrid, normal(2), normal(3), scalar(), keywords={"sparse": [False, True]}),
    Case(np.meshgrid, normal(2), copy=False),
    own(np.ix_, normal(2), normal(3)),
    own(ix_of, normal(2)),
    Case(np.apply_along_axis, total, 0, normal(2, 3)),
    Case(np.apply_along_axis, running, -1, normal(2, 3)),
    Case(np.apply_along_axis, product_and_sum, 1, normal(2, 3, 2), 2.0),
    Case(
        mg.apply_along_axis,
        product_and_sum,
        0,
        normal(2, 3),
        times=scalar(),
        plain=np.apply_along_axis,
    ),
    Case(np.apply_over_axes, total, normal(2, 3, 2), [0, 2]),
    Case(np.apply_over_axes, running, normal(2, 3), -1),
    Case(np.piecewise, signed(4), [[True, False, True, False]], [np.square]),
    Case(
        np.piecewise,
        signed(4),
        [np.array([True, False, False, True]), np.array([False, True, False, True])],
        [np.exp, 2.0, np.square],
    ),
    *[
        Case(
            mg.piecewise,
            signed(4),
            [[True, False, True, False]],
            [shifted_power, 0.5],
            add,
            by=by,
            plain=np.piecewise,
        )
        for add, by in [(scalar(), 2.0), (1.0, scalar())]
    ],
]

if RECENT:
    CASES.append(Case(np.trim_zeros, normal(2, 2), keywords={"axis": [None, 0, (0, 1)]}))

#: Complex numbers, where NumPy takes them.
COMPLEX_CASES: list[Case] = [
    Case(np.partition, planar(6), 2),
    Case(np.sort_complex, planar(5)),
    Case(np.median, planar(5)),
    Case(np.median, planar(2, 4), keywords={"axis": [0, 1]}),
    Case(np.nanmedian, planar(5)),
    Case(np.average, planar(2, 3), 0, planar(2), True),
    Case(np.cov, planar(2, 5), keywords={"rowvar": [True, False]}, exact=False),
    Case(np.cov, planar(5), normal(5), exact=False),
    Case(np.cov, normal(5), planar(5), exact=False),
    Case(np.cov, planar(2, 4), aweights=positive(4), exact=False),
    Case(np.corrcoef, planar(2, 5), exact=False),
    Case(np.histogram, SAMPLE, weights=planar(8)),
    Case(np.histogram, SAMPLE, 3, weights=planar(8), density=True),
    Case(np.diff, planar(2, 4), keywords={"n": [1, 2]}),
    Case(np.diff, planar(3), prepend=scalar()),
    Case(np.ediff1d, planar(4), scalar(planar), [1.0, 2.0]),
    Case(np.trapezoid, planar(2, 3), planar(3)),
    Case(np.trapezoid, normal(2, 3), planar(3)),
    Case(np.trapezoid, planar(4), dx=scalar(planar)),
    Case(np.gradient, planar(3, 4), keywords={"edge_order": [1, 2]}),
    Case(np.gradient, planar(4), scalar(positive)),
    Case(np.gradient, planar(5), [0.0, 1.0, 3.0, 3.5, 5.0]),
    Case(np.interp, between(-1.9, 1.9)(4), KNOTS, planar(5)),
    Case(mg.interp, [-3.0, 0.0, 5.0], KNOTS, planar(5), scalar(planar), plain=interp_with_ends),
    Case(np.interp, between(-9.0, 9.0)(4), spread(5), planar(5), period=7.0),
    *[
        Case(f, x(5), y(3), keywords={"mode": ["full", "same", "valid"]}, exact=False)
        for f in (np.convolve, np.correlate)
        for x, y in [(planar, planar), (planar, normal), (normal, planar)]
    ],
    Case(np.unique, planar(4)),
    Case(np.nan_to_num, planar(3)),
    Case(np.trim_zeros, planar(3)),
    Case(np.polyval, planar(3), normal(2, 2)),
    Case(np.polyval, normal(3), planar(2)),
    Case(np.polyadd, planar(3), normal(2)),
    Case(np.polysub, normal(3), planar(2)),
    Case(np.polymul, planar(3), normal(2), exact=False),
    Case(np.polyder, planar(5), 2),
    Case(mg.polyint, planar(3), 2, planar(2), plain=np.polyint),
    Case(np.poly, planar(4), exact=False),
    Case(np.poly, planar(3, 3), exact=False),
    Case(np.roots, planar(4)),
    own(quotient_and_rest, planar(5), planar(3), exact=False),
    Case(np.polyfit, spread(6), planar(6), 2, exact=False),
    Case(np.vander, planar(3)),
    own(np.linspace, planar(2), normal(2), 4),
    own(np.logspace, planar(2), normal(2), 3, base=scalar(positive), exact=False),
    own(np.geomspace, planar(2), planar(2), 4, exact=False),
    Case(np.meshgrid, planar(2), normal(3)),
    Case(np.apply_along_axis, running, 0, planar(2, 3)),
    Case(np.piecewise, planar(3), [[True, False, True]], [np.exp, np.square]),
]
CASES += COMPLEX_CASES
if hasattr(polynomial.polyval2d, "_implementation"):
    # Older versions of NumPy do not ask us.
    CASES += [
        own(polynomial.polyval2d, normal(3), normal(3), normal(2, 4)),
        own(polynomial.polyval2d, scalar(), scalar(), normal(2, 3, 2)),
        own(polynomial.polygrid2d, normal(3), normal(2, 2), normal(2, 4)),
        own(polynomial.polyval2d, planar(3), normal(3), planar(2, 3)),
        own(polynomial.polygrid2d, normal(3), planar(2), normal(2, 3)),
    ]

SPECIAL: list[Special] = [
    at(np.median, [1.0, 3.0, 2.0, 9.0], by=[0.0, 0.5, 0.5, 0.0]),
    at(np.median, [1.0, 1.0, 1.0], by=[0.0, 1.0, 0.0]),
    at(np.median, [1.0, NAN, NAN], by=[0.0, 1.0, 0.0]),
    at(np.nanmedian, [NAN, NAN], by=[0.0, 0.0]),
    at(np.nanmedian, [NAN, 2.0, 1.0, NAN, 4.0], by=[0.0, 1.0, 0.0, 0.0, 0.0]),
    at(np.quantile, [2.0, 1.0, 5.0], q=1.0, by=[0.0, 0.0, 1.0]),
    at(np.unique, [NAN, 2.0, NAN, 1.0, 2.0], by=[1.0, 1.0, 0.0, 1.0, 0.0]),
    at(np.partition, [1.0, 1.0, 0.0], kth=1, by=[1.0, 1.0, 1.0]),
]
