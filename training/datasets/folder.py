"""Any folder of clips with a CSV beside them that says who shows what when."""

from pathlib import Path

from mer_core.labels import LABELS
from training.datasets.annotated import add_row
from training.datasets.collector import Annotation, Collector
from training.datasets.frames import VIDEO_SUFFIXES
from training.datasets.sheets import Columns, Row, Table, find_table
from training.datasets.table import Dataset

_COLUMNS = Columns(
    required={
        "subject": ("subject", "participant"),
        "clip": ("clip", "filename", "video"),
        "onset": ("onset", "onsetframe"),
        "apex": ("apex", "apexframe"),
        "emotion": ("label", "emotion", "class"),
    },
    optional={"offset": ("offset", "offsetframe"), "action_units": ("actionunits", "aus"), "fps": ("fps",)},
)


def read_folder(folder: Path) -> Dataset:
    """All clips of a table `subject, clip, onset, apex, label` and, if it likes, `offset`, `action units` and `fps`.

    A clip is the folder of frames `<subject>/<clip>/` or `<clip>/` beside the table, or a video of that name, with or
    without its suffix. Frames are named by the number in their file names, those of a video are counted from 0. A
    label is an emotion word, a class name, or 0, 1, 2 for negative, positive, surprise.

    The data set is called "folder" wherever it lies. Several can be trained on together when no subject is named in
    two of them; `read_datasets` refuses the others, because only their owner knows whether that is one person.

    Raises:
        MerError: no such table.
    """
    table = find_table(folder, _COLUMNS)
    collector = Collector("folder", table.path, None)
    for row in table.rows:
        add_row(collector, table, row, lambda row: _annotation(table, row))
    return collector.finish()


def _annotation(table: Table, row: Row) -> Annotation:
    if not row["subject"]:
        raise ValueError("the row names no subject")
    if "/" in row["subject"]:
        raise ValueError(f"subject {row['subject']!r} holds a slash; a subject is a name")
    label = row["emotion"]
    return Annotation(
        row["subject"],
        row["clip"],
        LABELS[int(label)] if label in {str(index) for index in range(len(LABELS))} else label,
        _clip_place(table.path.parent, row),
        row["onset"],
        row["apex"],
        table.cell(row, "offset"),
        row["action_units"],
        row.number,
        _fps(row["fps"]),
    )


def _clip_place(root: Path, row: Row) -> Path:
    """The folder or video of a clip; where the folder should be when there is neither."""
    parents = (root / row["subject"], root)
    for place in (parent / row["clip"] for parent in parents):
        if place.is_dir() or (place.is_file() and place.suffix.casefold() in VIDEO_SUFFIXES):
            return place
        videos = [place.with_name(place.name + suffix) for suffix in sorted(VIDEO_SUFFIXES)]
        found = [video for video in videos if video.is_file()]
        if len(found) > 1:
            raise ValueError(f"{place} is several videos ({', '.join(video.name for video in found)}); leave one")
        if found:
            return found[0]
    return parents[0] / row["clip"]


def _fps(text: str) -> float | None:
    if not text:
        return None
    try:
        fps = float(text)
    except ValueError:
        raise ValueError(f"fps {text!r} is not a number") from None
    if not 0 < fps < float("inf"):
        raise ValueError(f"fps {text!r} is not above 0")
    return fps
