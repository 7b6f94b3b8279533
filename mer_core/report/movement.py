"""What a report says of the movement: when, where, how far, which action units fit."""

import numpy as np

from mer_core.analysis import Analysis
from mer_core.drawing.crops import crop_picture
from mer_core.drawing.curve_picture import curve_picture
from mer_core.drawing.curve_view import curve_summary, curve_view
from mer_core.drawing.flow_views import arrows_picture, strain_picture
from mer_core.drawing.ink import LIGHT
from mer_core.explain.au_evidence import (
    RegionEvidence,
    asymmetries,
    au_evidence,
    evidence_sentences,
    likeliest_units,
    named_unit,
)
from mer_core.explain.au_priors import NOT_EMOTIONS, counts_sentence
from mer_core.findings import head_motion_sentence, what_moved
from mer_core.markers import MARKERS
from mer_core.report.contents import ActionUnits, Fact, MarkerRow, Movement, Picture, RegionRow
from mer_core.report.embedding import drawing, photo

_SETTERS = {"proposed": "proposed by the program", "user": "set by hand", "imported": "imported from a file"}
_SIDES = {"L": "left", "R": "right", "": "middle"}
_CURVE_WIDTH, _CURVE_HEIGHT = 1200, 320
_MOST_SENTENCES = 3


def movement(analysis: Analysis) -> Movement:
    """The movement in sentences, numbers and pictures."""
    view = curve_view(analysis)
    return Movement(
        is_finding=analysis.prediction.is_finding,
        sentences=what_moved(analysis),
        size=(_size(analysis), head_motion_sentence(analysis)),
        markers=_markers(analysis),
        durations=_durations(analysis),
        plates=_plates(analysis),
        curve=drawing(curve_picture(view, _CURVE_WIDTH, _CURVE_HEIGHT, LIGHT), curve_summary(view)),
    )


def setter_words(source: str) -> str:
    """Who set a marker, of `Interval.sources`, in words that follow "was"."""
    return _SETTERS.get(source, source)


def action_units(analysis: Analysis, importance: np.ndarray | None) -> ActionUnits:
    """Which action units fit the movement of each region that moved.

    Args:
        analysis: of the movement.
        importance: float (S, S), how much each place mattered to the network; None without an answer.
    """
    moving = [one for one in au_evidence(analysis, importance) if one.motion.is_above_noise]
    sides = [asymmetry.sentence() for asymmetry in asymmetries(moving)]
    return ActionUnits(
        sentences=(*evidence_sentences(moving)[:_MOST_SENTENCES], *sides),
        rows=tuple(_row(one) for one in moving),
        counts=tuple(Fact(named_unit(unit), counts_sentence(unit)) for unit in likeliest_units(moving)),
        reservation=NOT_EMOTIONS,
    )


def _size(analysis: Analysis) -> str:
    noise, across = analysis.noise, analysis.eye_distance_px
    beside = (
        "this clip's noise is unknown" if noise.noise_px is None else f"this clip's noise is {noise.noise_px:.2f} px"
    )
    return (
        f"From onset to apex the face moved by {noise.apex_px:.2f} px (all but the strongest twentieth of it moved "
        f"less); {beside}. Distances are pixels of the face crop, on which the eyes lie {across:.0f} px apart."
    )


def _markers(analysis: Analysis) -> tuple[MarkerRow, ...]:
    interval, rows = analysis.interval, []
    for name, setter in zip(MARKERS, interval.sources, strict=True):
        frame = getattr(interval, name)
        time_ms = analysis.clip.time_ms(frame)
        rows.append(MarkerRow(name, "unknown" if time_ms is None else f"{time_ms:.0f} ms", frame, setter_words(setter)))
    return tuple(rows)


def _durations(analysis: Analysis) -> str:
    times, interval = analysis.clip.timestamps_ms, analysis.interval
    if times is None:
        return ""
    onset, apex, offset = (float(times[frame]) for frame in (interval.onset, interval.apex, interval.offset))
    return (
        f"Onset to apex {apex - onset:.0f} ms, apex to offset {offset - apex:.0f} ms, {offset - onset:.0f} ms in all."
    )


def _plates(analysis: Analysis) -> tuple[Picture, ...]:
    interval = analysis.interval
    return (
        *(_face(analysis, name, getattr(interval, name)) for name in ("onset", "apex")),
        photo(
            arrows_picture(analysis, dark=False),
            f"Arrows on the face at the onset, lengthened: {' '.join(what_moved(analysis))}",
            "Motion, onset to apex",
        ),
        photo(
            strain_picture(analysis, dark=False),
            "Strain of the skin from onset to apex, in colours on the face at the onset",
            "How much the skin was stretched",
        ),
    )


def _face(analysis: Analysis, name: str, frame: int) -> Picture:
    when = analysis.clip.moment(frame)
    return photo(crop_picture(analysis, frame), f"The face at the {name}, {when}", f"{name.capitalize()}, {when}")


def _row(one: RegionEvidence) -> RegionRow:
    motion = one.motion
    return RegionRow(
        region=one.region.label.removeprefix("left ").removeprefix("right "),
        side=_SIDES[one.region.side],
        moved=f"{motion.px:.2f} px {motion.direction}",
        noise="unknown" if motion.noise_px is None else f"{motion.noise_px:.2f} px",
        strain=f"{motion.strain:.3f}",
        units=", ".join(one.units) or "none listed",
        share="" if one.attribution is None else f"{one.attribution:.0%}",
    )
