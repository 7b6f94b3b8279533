"""CK+ (Lucey et al., 2010, DOI 10.1109/CVPRW.2010.5543262): macro-expressions from neutral to their peak."""

import re
from pathlib import Path

from mer_core.errors import MerError
from training.datasets.collector import Annotation, Collector
from training.datasets.frames import first_and_last, folders, subject_root, subject_roots
from training.datasets.table import Dataset, Exclusion, Note, Problem

_FPS = 30.0
_SUBJECT = r"S\d{3}"
_UNIT = r"\d+(\.\d+)?(e\+?\d\d?)?"
_EMOTIONS = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")


def read_ckplus(folder: Path) -> Dataset:
    """All sequences of CK+ with an emotion; onset is the first frame, apex the last, there is no offset.

    Layout: `cohn-kanade-images/S005/001/S005_001_00000011.png`, with the emotion in the parallel
    `Emotion/S005/001/S005_001_00000011_emotion.txt` and the action units in `FACS/...`.

    Raises:
        MerError: no folder of images or none of emotions.
    """
    images = _root(folder, r"(?i).*images.*", "of images such as cohn-kanade-images")
    labels = _root(folder, r"(?i)emotion.*", f"Emotion beside {images.name}")
    coded = next((path for path in (labels.parent / "FACS", folder / "FACS_labels" / "FACS") if path.is_dir()), None)
    collector = Collector("ckplus", images, _FPS)
    num_without = 0
    for relative in sorted(_sequences(images) | _sequences(labels)):
        sequence = images / relative
        files = sorted((labels / relative).glob("*_emotion.txt"))
        if files:
            _add(collector, sequence, files, coded / relative if coded else None)
        elif sequence.is_dir():
            num_without += 1
            name = f"ckplus/{relative.parent}/{relative.name}"
            collector.remarks.append(Exclusion(sequence, "no emotion is given", None, name))
    if num_without:
        collector.remarks.insert(0, Note(images, f"{num_without} sequences have no emotion and are left out."))
    return collector.finish()


def _root(folder: Path, name: str, wanted: str) -> Path:
    if not any(re.fullmatch(name, path.name) for path in subject_roots(folder, _SUBJECT)):
        raise MerError(f"{folder} holds no folder {wanted} with the folders of the subjects; unpack it there.")
    return subject_root(folder, _SUBJECT, preferred=name)


def _sequences(root: Path) -> set[Path]:
    return {sequence.relative_to(root) for subject in folders(root) for sequence in folders(subject)}


def _add(collector: Collector, sequence: Path, files: list[Path], coded: Path | None) -> None:
    subject = sequence.parent.name
    sample_id = f"ckplus/{subject}/{sequence.name}"
    try:
        if len(files) > 1:
            raise ValueError(f"the sequence has {len(files)} files of emotion; leave one")
        emotion = _emotion(files[0])
    except ValueError as error:
        collector.remarks.append(Problem(files[0], f"{error}.", None, sample_id))
        return
    units = _action_units(coded, sample_id)
    if isinstance(units, Problem):
        collector.remarks.append(units)
        return
    first, last = first_and_last(sequence)
    collector.add(Annotation(subject, sequence.name, emotion, sequence, first, last, None, units))


def _emotion(path: Path) -> str:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-7](\.0+(e\+00)?)?", text):
        raise ValueError(f"{text!r} is no emotion of CK+ (0 to 7)")
    return _EMOTIONS[int(text[0])]


def _action_units(folder: Path | None, sample_id: str) -> str | Problem:
    """The action units as "1+25", from lines such as "   1.0000000e+00   3.0000000e+00"; or the first wrong line."""
    units: list[str] = []
    for file in sorted(folder.glob("*_facs.txt")) if folder else []:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            unit = next(iter(line.split()), None)
            if unit and not re.fullmatch(_UNIT, unit):
                return Problem(file, f"{unit!r} is no action unit of CK+.", number, sample_id)
            units.extend([f"{float(unit):g}"] if unit else [])
    return "+".join(units)
