"""A whole batch: find the clips, analyse what is not finished, keep the tables."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mer_core.batch.finding import find_clips
from mer_core.batch.intervals import read_intervals
from mer_core.batch.one_clip import BatchSettings, Job
from mer_core.batch.tables import PASSED_OVER, REPORTS_FOLDER, SAME, FileRow, Tables, cannot_write
from mer_core.batch.workers import run_jobs
from mer_core.cores import num_cores

_UNSAFE = re.compile(r"[^\w.-]")
_LONGEST_NAME, _HASH_DIGITS = 80, 8

# Told of each clip: how many are done, of how many, its row, whether it was finished before.
Tell = Callable[[int, int, FileRow, bool], None]


@dataclass(frozen=True)
class BatchResult:
    """How a batch ended.

    Attributes:
        rows: one a file, in the order of their names; the passed over ones last.
        notes: what was found odd in the table of intervals, one sentence each.
    """

    rows: tuple[FileRow, ...]
    notes: tuple[str, ...] = ()

    def count(self, status: str) -> int:
        """Number of files with a status."""
        return sum(row.status == status for row in self.rows)


def run_batch(
    folder: Path, out: Path, settings: BatchSettings, intervals: Path | None = None, tell: Tell | None = None
) -> BatchResult:
    """Analyse every clip of a folder; a clip that fails stops nothing.

    `out` gets the tables `movements.csv` and `files.csv`, written whole after each clip, and a report for each clip.
    What an earlier run into the same folder has finished is kept while clip, markers, settings and program are the
    same. Rows of clips that are no longer there are left out.

    Args:
        folder: where the clips lie, also in folders below.
        out: where results go.
        settings: how the clips are analysed.
        intervals: a table of markers, see `mer_core.batch.intervals`.
        tell: told of every clip.

    Raises:
        MerError: no clip, no usable table of intervals or checkpoint, or results cannot be written.
    """
    found = find_clips(folder, out)
    markers, notes = ({}, ()) if intervals is None else read_intervals(intervals, found.paths)
    tables = Tables(out, [*found.paths, *found.passed_over])
    for name, reason in found.passed_over.items():
        tables.rows[name] = FileRow(name, PASSED_OVER, reason)
    tables.write()
    jobs = [
        Job(clip, path, out / REPORTS_FOLDER / report_name(clip), markers.get(clip), tables.known(clip))
        for clip, path in found.paths.items()
    ]
    outcomes = run_jobs(jobs, settings, min(num_cores(), len(jobs)))
    for number, outcome in enumerate(outcomes, start=1):
        is_kept = outcome.row.status == SAME
        if outcome.no_room:
            raise cannot_write(str(out / outcome.row.report), outcome.no_room)
        if not is_kept:
            tables.put(outcome.row, outcome.movements)
        if tell is not None:
            tell(number, len(jobs), tables.rows[outcome.row.clip], is_kept)
    names = [*found.paths, *found.passed_over]
    return BatchResult(tuple(tables.rows[name] for name in names), notes)


def report_name(clip: str) -> str:
    """A name for a clip's report, safe on every system and another one for every clip."""
    safe = _UNSAFE.sub("_", clip).strip(".")[:_LONGEST_NAME]
    if safe != clip:
        safe += f"-{hashlib.sha256(clip.encode('utf-8', 'surrogateescape')).hexdigest()[:_HASH_DIGITS]}"
    return f"{safe}.html"
