"""The methods paragraph of a report, from the analysis's real values, and the sources it names."""

import platform
from dataclasses import dataclass

import torch

from mer_core import __version__
from mer_core.analysis import Analysis
from mer_core.explain.methods import method_of
from mer_core.flow import flow_version
from mer_core.inputs import MAP_SIDE
from mer_core.markers import MARKERS
from mer_core.models import model_info
from mer_core.noise import SMALLEST_PX, TIMES_NOISE
from mer_core.report import references
from mer_core.report.contents import Methods, Reference
from mer_core.report.movement import setter_words
from mer_core.report.why import FIRST_METHOD, SECOND_METHOD
from mer_core.scores import as_interval, as_score
from mer_core.words import listed

_COMPOSITE = "MEGC2019"
_MORE_EXACTLY = {"u": "horizontal motion", "v": "vertical motion", "strain": "strain"}


@dataclass(frozen=True)
class _Passage:
    """Some sentences and the sources they name."""

    text: str
    sources: tuple[Reference, ...] = ()


def methods(analysis: Analysis) -> Methods:
    """How this movement was measured, classified and explained, in full sentences."""
    passages = [
        _recording(analysis),
        _markers(analysis),
        _face(analysis),
        _flow(analysis),
        _noise(analysis),
        _network(analysis),
        _evaluation(analysis),
    ]
    if analysis.prediction.has_answer:
        passages.append(_attribution())
    passages.append(_reservation())
    sources = dict.fromkeys(source for passage in passages for source in passage.sources)
    return Methods(" ".join(passage.text for passage in passages), tuple(sorted(sources, key=lambda one: one.text)))


def _recording(analysis: Analysis) -> _Passage:
    clip = analysis.clip
    rate = "an unknown frame rate" if clip.fps is None else f"{clip.fps:g} frames per second"
    return _Passage(
        f"A clip of {clip.num_frames} frames at {rate} ({clip.width} x {clip.height} pixels) was analysed with MER "
        f"Studio {__version__} (Python {platform.python_version()}, PyTorch {torch.__version__}, "
        f"{flow_version().replace('opencv', 'OpenCV')})."
    )


def _markers(analysis: Analysis) -> _Passage:
    interval = analysis.interval
    by_setter: dict[str, list[str]] = {}
    for name, source in zip(MARKERS, interval.sources, strict=True):
        frame = getattr(interval, name)
        time_ms = analysis.clip.time_ms(frame)
        place = f"frame {frame}" if time_ms is None else f"{time_ms:.0f} ms, frame {frame}"
        by_setter.setdefault(source, []).append(f"{name} ({place})")
    parts = [
        f"{listed(names)} {'was' if len(names) == 1 else 'were'} {setter_words(source)}"
        for source, names in by_setter.items()
    ]
    proposed = " Proposals come from the motion of the face since rest." if "proposed" in by_setter else ""
    return _Passage(f"Frames are counted from 0; {'; '.join(parts)}.{proposed}")


def _face(analysis: Analysis) -> _Passage:
    spec, side = analysis.checkpoint.input_spec, analysis.motion.crop_px
    without = len(analysis.prepared.track.frames_without)
    where = f"in all but {without} frames" if without else "in every frame"
    return _Passage(
        f"The face was found {where} (Bazarevsky et al., 2019), fitted with 468 landmarks (Kartynnik et al., 2019), "
        f"and cut out of onset and apex alike, eyes level, as a square of {spec.side_in_eye_distances:g} distances "
        f"between the eyes ({side} x {side} pixels; eyes {analysis.eye_distance_px:.0f} pixels apart).",
        (references.DETECTOR, references.MESH),
    )


def _flow(analysis: Analysis) -> _Passage:
    settings = analysis.motion.settings
    name, who, source = references.FLOW[settings.method]
    strain = (
        "Optical strain is the magnitude of the infinitesimal strain of that flow (Shreve et al., 2009)."
        if settings.strain_mode == "standard"
        else "Strain was computed as for the published weights of the network, which departs from Shreve et al. (2009)."
    )
    return _Passage(
        f"Optical flow from onset to apex was computed by {name} ({who}). {_head(analysis)} {strain}",
        (source, references.STRAIN),
    )


def _head(analysis: Analysis) -> str:
    motion = analysis.motion
    if not motion.settings.remove_head_motion:
        return "The head's own motion was not removed."
    fitted = "The head's rigid motion (shift, turn and change of size), fitted to the flow over the face,"
    size = motion.removed.size_px(motion.crop_px)
    return (
        f"{fitted} was below 0.1 pixels and left in." if size == 0 else f"{fitted} was subtracted ({size:.1f} pixels)."
    )


def _noise(analysis: Analysis) -> _Passage:
    noise = analysis.noise.noise_px
    here = "could not be measured here" if noise is None else f"was {noise:.2f} pixels here"
    return _Passage(
        f"A movement counts as one from {SMALLEST_PX:g} pixels and from {TIMES_NOISE:g} times the clip's noise, which "
        "is the 95th percentile of the motion between frames at rest in the 500 ms before the onset and "
        f"{here}; from onset to apex the face moved by {analysis.noise.apex_px:.2f} pixels."
    )


def _network(analysis: Analysis) -> _Passage:
    checkpoint = analysis.checkpoint
    info = model_info(checkpoint.architecture)
    variant = ", ".join(f"{name} {value}" for name, value in checkpoint.arguments.items())
    answering = (
        ""
        if checkpoint.ensemble is None
        else f" The answer is the mean of {checkpoint.ensemble.num_networks} such networks, each trained without one "
        "person."
    )
    return _Passage(
        f"{_input(analysis)} were classified as negative, positive or surprise by {info.title} "
        f"({references.cited(info.paper)}; {checkpoint.num_parameters:,} parameters{'; ' * bool(variant)}{variant})."
        f"{answering}",
        (references.of_paper(info.paper),),
    )


def _input(analysis: Analysis) -> str:
    spec = analysis.checkpoint.input_spec
    names = listed([_MORE_EXACTLY[channel] for channel in spec.channels])
    names = names[0].upper() + names[1:]
    if spec.kind != "minmax28":
        return f"{names}, in pixels of a crop of {spec.crop_px} x {spec.crop_px} pixels,"
    return (
        f"{names}, each averaged to {MAP_SIDE} x {MAP_SIDE} values and stretched to its own range (so that the network "
        "does not see how large the movement was),"
    )


def _evaluation(analysis: Analysis) -> _Passage:
    training = analysis.checkpoint.training
    data = training.get("data")
    if data is None:
        return _Passage("What the network was trained on is not recorded with its weights.")
    count = ""
    if "num_samples" in training and "num_subjects" in training:
        count = f": {training['num_samples']} clips of {training['num_subjects']} people"
    sources = references.COMPOSITE if _COMPOSITE in str(data) else ()
    who = "It was" if analysis.checkpoint.ensemble is None else "The networks were"
    return _Passage(f"{who} trained on the {data}{count}. {_record(analysis)}", sources)


def _record(analysis: Analysis) -> str:
    reliability = analysis.checkpoint.reliability
    if reliability is None:
        validation = str(analysis.checkpoint.training.get("validation", "not cross-validated"))
        return f"{validation[:1].upper()}{validation[1:]}."
    record = reliability.record
    is_same = analysis.prediction.reliability is not None
    holds = "" if is_same else " This motion was measured otherwise, so that record does not hold for it."
    return (
        f"Asked about people left out of training (leave one subject out, {record.num_subjects} people, "
        f"{record.num_samples} clips), such networks reached an unweighted F1 of {as_interval(record.uf1)} and an "
        f"unweighted average recall of {as_interval(record.uar)}, in brackets the 95 % interval by bootstrap over "
        f"people; always answering {record.baseline.always} scores {as_score(record.baseline.uf1)} and "
        f"{as_score(record.baseline.uar)}.{holds}"
    )


def _attribution() -> _Passage:
    first, second = method_of(FIRST_METHOD), method_of(SECOND_METHOD)
    return _Passage(
        f"What the answer rests on was estimated by {first.title} and {second.title}, compared with the same clip "
        "without movement, and is shown beside the strain alone as a control.",
        (references.of_method(first), references.of_method(second)),
    )


def _reservation() -> _Passage:
    return _Passage(
        "Action units are named where the direction and place of a movement are consistent with the Facial Action "
        "Coding System (Ekman et al., 2002); these are not the scores of a certified coder. The classes are laboratory "
        "categories and not emotions that were felt (Barrett et al., 2019).",
        (references.ACTION_UNITS, references.NOT_ONE_EMOTION),
    )
