"""SMIC HS (Li et al., 2013, DOI 10.1109/FG.2013.6553717): `s3/micro/positive/s3_po_11/*.bmp`, no table, no apex."""

import re
from collections.abc import Mapping
from pathlib import Path

from training.datasets.annotated import numbered
from training.datasets.collector import Annotation, Collector
from training.datasets.frames import first_and_last, folders, subject_root
from training.datasets.table import Dataset, Exclusion, Note

_FPS = 100.0
_SUBJECT = r"s\d+"


def read_smic(folder: Path) -> Dataset:
    """All micro-expressions of SMIC's high-speed camera (folder `HS` when there are several), 100 frames per second.

    Onset and offset are the first and last frame, the apex is the middle one. `s1` and `s01` are one person, written
    `s01` as in the MEGC2019 benchmark. Clips beside `micro` (`non_micro`) are excluded.

    Raises:
        MerError: no folder of a subject, or several that hold subjects.
    """
    root = subject_root(folder, _SUBJECT, preferred="HS")
    collector = Collector("smic", root, _FPS)
    subjects = [path for path in folders(root) if re.fullmatch(_SUBJECT, path.name)]
    for kind in (kind for subject in subjects for kind in folders(subject)):
        if kind.name == "micro":
            for clip in (clip for emotion in folders(kind) for clip in folders(emotion)):
                collector.add(_annotation(clip))
        else:
            reason = f"{kind.name}: no micro-expression"
            collector.remarks.extend(Exclusion(clip, reason) for clip in folders(kind))
    collector.remarks[:0] = _notes(root, subjects, len(collector.rows))
    return collector.finish()


def smic_subject(name: str) -> str:
    """The person's name in the benchmark's form: "s01" for "s1" and "s01".

    Raises:
        ValueError: no number in it.
    """
    return numbered(name, "s{:02d}")


def smic_clip(name: str) -> str:
    """The clip's name in the benchmark's form: "s01_ne_01" for "s1_ne_01"."""
    return re.sub(r"^s(\d+)_", lambda found: f"s{int(found[1]):02d}_", name)


def renaming_notes(root: Path, people: Mapping[str, str]) -> list[Note]:
    """One note of all folders that are not called what we call their person; none when all are."""
    renamed = [f"{name} is {person}" for name, person in people.items() if name != person]
    return [Note(root, f"subjects are written with two digits: {', '.join(renamed)}.")] if renamed else []


def _annotation(clip: Path) -> Annotation:
    emotion, subject = clip.parent.name, clip.parents[2].name
    first, last = first_and_last(clip)
    return Annotation(smic_subject(subject), smic_clip(clip.name), emotion, clip, first, None, last)


def _notes(root: Path, subjects: list[Path], num_clips: int) -> list[Note]:
    middle = f"SMIC has no annotated apex: the middle frame is used for all {num_clips} clips."
    return [Note(root, middle), *renaming_notes(root, {path.name: smic_subject(path.name) for path in subjects})]
