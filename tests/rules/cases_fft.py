"""Cases of the rules in `mygrad.rules.fft`; see `cases`."""

import numpy as np
from cases import Case, Special, at, normal, planar

NORMS = [None, "backward", "ortho", "forward"]
#: As long as the axis, cropped, padded; even and odd.
LENGTHS = [None, 1, 2, 3, 4, 5, 7, 8]

CASES: list[Case] = [
    *[
        case
        for f, draw in [
            (np.fft.fft, normal),
            (np.fft.fft, planar),
            (np.fft.ifft, normal),
            (np.fft.ifft, planar),
            (np.fft.rfft, normal),
            (np.fft.irfft, normal),
            (np.fft.irfft, planar),
            (np.fft.hfft, normal),
            (np.fft.hfft, planar),
            (np.fft.ihfft, normal),
        ]
        for case in (
            Case(f, draw(5), keywords={"n": LENGTHS, "norm": NORMS[1:]}),
            Case(f, draw(4), keywords={"norm": NORMS}),
            Case(f, draw(3, 4, 2), keywords={"axis": [0, 1, -2, -1]}),
            Case(f, draw(2, 3), 4, 0, "ortho"),
        )
    ],
    *[
        case
        for f, draw in [
            (np.fft.fft2, normal),
            (np.fft.fft2, planar),
            (np.fft.ifft2, normal),
            (np.fft.ifft2, planar),
            (np.fft.rfft2, normal),
            (np.fft.irfft2, normal),
            (np.fft.irfft2, planar),
        ]
        for case in (
            Case(f, draw(2, 3, 4), keywords={"norm": NORMS}),
            Case(f, draw(3, 4), keywords={"s": [(2, 5), (4, -1)], "axes": [(0, 1), (-1, 0)]}),
        )
    ],
    *[
        case
        for f, draw in [
            (np.fft.fftn, normal),
            (np.fft.fftn, planar),
            (np.fft.ifftn, normal),
            (np.fft.ifftn, planar),
            (np.fft.rfftn, normal),
            (np.fft.irfftn, normal),
            (np.fft.irfftn, planar),
        ]
        for case in (
            Case(f, draw(2, 3, 4), keywords={"norm": NORMS}),
            Case(f, draw(2, 3, 4), keywords={"axes": [(0,), (2, 0), (-1, 1), (1, 0, 2)]}),
            Case(f, draw(3, 2, 4), s=(2, 3, 5), axes=(0, 1, 2), norm="forward"),
            # The same axis twice.
            Case(f, draw(3, 4), s=(5, 3, 4), axes=(0, 1, 0)),
        )
    ],
    *[
        case
        for f in (np.fft.fftshift, np.fft.ifftshift)
        for case in (
            Case(f, normal(5)),
            Case(f, normal(3, 4), keywords={"axes": [None, 0, -1, (0, 1), [1]]}),
            Case(f, planar(2, 3)),
        )
    ],
]

SPECIAL: list[Special] = [
    at(np.fft.irfft, [1.0, 2.0, 3.0], by=[1.0, 0.0, 0.0]),
    at(np.fft.irfft, [1.0, 2.0, 3.0], n=2, by=[1.0, 0.0, 0.0]),
]
