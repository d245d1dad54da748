"""Coding-independent code points: colour spaces by number (ITU-T H.273, tables 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .spaces import D65, REC709, Curve, Floats, Point, Space, srgb_curve, to_xyz

_C: Point = (0.310, 0.316)
_DCI: Point = (0.314, 0.351)
_E: Point = (1 / 3, 1 / 3)
_PRIMARIES: dict[int, tuple[tuple[Point, ...], Point]] = {
    1: (REC709, D65),
    4: (((0.67, 0.33), (0.21, 0.71), (0.14, 0.08)), _C),
    5: (((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)), D65),
    6: (((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)), D65),
    7: (((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)), D65),
    8: (((0.681, 0.319), (0.243, 0.692), (0.145, 0.049)), _C),
    9: (((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), D65),
    10: (((1.0, 0.0), (0.0, 1.0), (0.0, 1e-9)), _E),
    11: (((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), _DCI),
    12: (((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), D65),
    22: (((0.630, 0.340), (0.295, 0.605), (0.155, 0.077)), D65),
}
_UNSPECIFIED = 2
_PQ, _HLG = 16, 18
CLIPPED = "is HDR: what is brighter than white was clipped"
_WHITE = 203.0  # cd/m², diffuse white (ITU-R BT.2408)
_HLG_PEAK = 1000.0
_HLG_GAMMA = 1.2  # of a display with that peak (ITU-R BT.2100)


def space_of(primaries: int, transfer: int, *, full_range: bool = True) -> Space | None:
    """The colour space of two code points, or None for one that is not known here.

    What is left unspecified is taken for sRGB's.
    """
    colors = _PRIMARIES.get(1 if primaries == _UNSPECIFIED else primaries)
    curve = _TRANSFERS.get(13 if transfer == _UNSPECIFIED else transfer)
    if colors is None or curve is None:
        return None
    return Space(
        curves=[curve] * 3,
        xyz=to_xyz(*colors),
        system_gamma=_HLG_GAMMA if transfer == _HLG else 1.0,
        gain={_PQ: 10000 / _WHITE, _HLG: _HLG_PEAK / _WHITE}.get(transfer, 1.0),
        first=0.0 if full_range else 16 / 255,
        last=1.0 if full_range else 235 / 255,
    )


def is_hdr(transfer: int) -> bool:
    """Whether it may hold what is brighter than white."""
    return transfer in (_PQ, _HLG)


def power(exponent: float) -> Curve:
    """E ↦ E^γ."""
    return lambda encoded: encoded**exponent


def _rec709(encoded: Floats) -> Floats:
    return np.where(encoded < 0.081, encoded / 4.5, ((encoded + 0.099) / 1.099) ** (1 / 0.45))


def _smpte240(encoded: Floats) -> Floats:
    return np.where(encoded < 0.0913, encoded / 4, ((encoded + 0.1115) / 1.1115) ** (1 / 0.45))


def _logarithmic(range_: float) -> Curve:
    return lambda encoded: np.where(encoded <= 0, 0, 10 ** ((encoded - 1) * range_))


def _perceptual_quantizer(encoded: Floats) -> Floats:
    """SMPTE ST 2084: 1 is 10 000 cd/m²."""
    root = encoded ** (1 / 78.84375)
    return (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (
        1 / 0.1593017578125
    )


def _hybrid_log(encoded: Floats) -> Floats:
    """ARIB STD-B67: scene light, 1 at the peak."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(encoded <= 0.5, encoded**2 / 3, (np.exp((encoded - c) / a) + b) / 12)


_TRANSFERS: dict[int, Callable[[Floats], Floats]] = {
    **dict.fromkeys((1, 6, 11, 12, 14, 15), _rec709),
    4: power(2.2),
    5: power(2.8),
    7: _smpte240,
    8: power(1.0),
    9: _logarithmic(2.0),
    10: _logarithmic(2.5),
    13: srgb_curve,
    16: _perceptual_quantizer,
    17: lambda encoded: encoded**2.6 * (52.37 / 48),
    18: _hybrid_log,
}
