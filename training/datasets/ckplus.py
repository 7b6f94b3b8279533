"""CK+ (Lucey et al., 2010, DOI 10.1109/CVPRW.2010.5543262): macro-expressions from neutral to their peak."""

import re
from pathlib import Path

from mer_core.errors import MerError
from training.datasets.collector import Annotation, Collector
from training.datasets.frames import first_and_last, folders, subject_root
from training.datasets.table import Dataset, Exclusion, Note, Problem

_FPS = 30.0
_SUBJECT = r"S\d{3}"
_EMOTIONS = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")


def read_ckplus(folder: Path) -> Dataset:
    """All sequences of CK+ with an emotion; onset is the first frame, apex the last, there is no offset.

    Layout: `cohn-kanade-images/S005/001/S005_001_00000011.png`, with the emotion in the parallel
    `Emotion/S005/001/S005_001_00000011_emotion.txt` and the action units in `FACS/...`.

    Raises:
        MerError: no folder of images or none of emotions.
    """
    images = subject_root(folder, _SUBJECT, preferred=r"(?i).*images.*")
    labels = subject_root(folder, _SUBJECT, preferred=r"(?i)emotion.*")
    if labels == images:
        raise MerError(f"{folder} holds no folder Emotion beside {images.name}; unpack the emotion labels there.")
    coded = next((path for path in (labels.parent / "FACS", folder / "FACS_labels" / "FACS") if path.is_dir()), None)
    collector = Collector("ckplus", images, _FPS)
    num_without = 0
    for sequence in (sequence for subject in folders(images) for sequence in folders(subject)):
        relative = sequence.relative_to(images)
        files = sorted((labels / relative).glob("*_emotion.txt"))
        if not files:
            num_without += 1
            name = f"ckplus/{relative.parts[0]}/{relative.name}"
            collector.remarks.append(Exclusion(sequence, "no emotion is given", None, name))
        else:
            _add(collector, sequence, files, coded / relative if coded else None)
    if num_without:
        collector.remarks.insert(0, Note(images, f"{num_without} sequences have no emotion and are left out."))
    return collector.finish()


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
    first, last = first_and_last(sequence)
    collector.add(Annotation(subject, sequence.name, emotion, sequence, first, last, None, _action_units(coded)))


def _emotion(path: Path) -> str:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-7](\.0+(e\+00)?)?", text):
        raise ValueError(f"{text!r} is no emotion of CK+ (0 to 7)")
    return _EMOTIONS[int(text[0])]


def _action_units(folder: Path | None) -> str:
    """The action units as "1+25", from lines such as "   1.0000000e+00   3.0000000e+00"."""
    if folder is None:
        return ""
    lines = [line.split() for file in sorted(folder.glob("*_facs.txt")) for line in file.read_text().splitlines()]
    return "+".join(f"{float(line[0]):g}" for line in lines if line)
