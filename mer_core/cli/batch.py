"""`analyze --batch`: every clip of a folder, with tables and reports."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mer_core.errors import MerError

if TYPE_CHECKING:  # these load torch, which `--help` must not wait for
    from mer_core.batch import BatchResult
    from mer_core.batch.tables import FileRow

_ALONE = ("onset", "apex", "offset", "markers", "picture", "export", "report")
_MOST_NAMED = 10


def add_batch_options(parser: argparse.ArgumentParser) -> None:
    """Register the options that only a batch has."""
    batch = parser.add_argument_group(
        "many clips",
        "Analyses every video, GIF, zip and folder of frames below a folder, one process a core, and writes files.csv, "
        "movements.csv and reports/ into another. A clip takes about a second, its report some seconds more. Run "
        "again, it goes on where it stopped. Exit code 1 where some clips failed.",
    )
    batch.add_argument("--batch", type=Path, metavar="DIR", help="the folder with the clips")
    batch.add_argument("--out", type=Path, metavar="DIR", help="the folder for the results")
    batch.add_argument(
        "--intervals",
        type=Path,
        metavar="FILE.csv",
        help="markers for some or all clips: columns clip, onset, apex and, if wanted, offset; frames counted from 0",
    )
    batch.add_argument("--no-reports", action="store_true", help="write the tables only")


def check_alone(options: argparse.Namespace) -> None:
    """Refuse what only a batch understands, or nothing to analyse.

    Raises:
        MerError: one sentence on it.
    """
    given = [name for name in ("out", "intervals", "no_reports") if getattr(options, name)]
    if given:
        raise MerError(f"--{given[0].replace('_', '-')} belongs to --batch DIR; give the folder with the clips.")
    if not options.clip:
        raise MerError("Give a clip, an onset and an apex picture, or --batch DIR for a folder of clips.")


def run_batch_command(options: argparse.Namespace) -> int:
    """Run the batch; 0 where every clip was analysed, 1 where some failed.

    Raises:
        MerError: nothing could be done.
    """
    _check(options)
    from mer_core.batch import BatchSettings, run_batch
    from mer_core.checkpoints import DEFAULT_CHECKPOINT
    from mer_core.clips import ClipLimits

    settings = BatchSettings(
        model=options.model or DEFAULT_CHECKPOINT,
        method=options.flow,
        remove_head_motion=False if options.keep_head_motion else None,
        fps=options.fps,
        max_frames=options.max_frames or ClipLimits().max_frames,
        with_reports=not options.no_reports,
    )
    result = run_batch(options.batch, options.out, settings, options.intervals, _tell)
    _tell_notes(result)
    print(_as_json(result, options.out) if options.json else _in_words(result, options.out))
    return 1 if result.count("failed") else 0


def _check(options: argparse.Namespace) -> None:
    if options.clip:
        raise MerError("--batch takes the clips from its folder; leave the other paths out.")
    for name in _ALONE:
        if getattr(options, name) not in (None, []):
            raise MerError(f"--{name} is for a single clip; with --batch use --intervals and the files in --out.")
    if options.out is None:
        raise MerError("--batch needs --out DIR, a folder for the results.")


def _tell(number: int, total: int, row: "FileRow", is_kept: bool) -> None:
    said = f"failed: {row.sentence}" if row.status == "failed" else row.answer or "cannot say"
    kept = " (finished before)" * is_kept
    sys.stderr.write(f"{number} of {total} {row.clip}: {said}{kept}\n")


def _tell_notes(result: "BatchResult") -> None:
    passed_over = [row.clip for row in result.rows if row.status == "passed over"]
    if passed_over:
        more = f" and {len(passed_over) - _MOST_NAMED} more, see files.csv" * (len(passed_over) > _MOST_NAMED)
        sys.stderr.write(f"Note: passed over, as no clips: {', '.join(passed_over[:_MOST_NAMED])}{more}\n")
    sys.stderr.writelines(f"Note: {note}\n" for note in result.notes)


def _in_words(result: "BatchResult", out: Path) -> str:
    done, failed = result.count("done"), result.count("failed")
    said = f"{done} of {done + failed} clips analysed"
    return f"{said}{f', {failed} failed' * bool(failed)}; what became of each is in {out / 'files.csv'}."


def _as_json(result: "BatchResult", out: Path) -> str:
    counts = {name: result.count(name.replace("_", " ")) for name in ("done", "failed", "passed_over")}
    files = [asdict(row) for row in result.rows]
    return json.dumps({"out": str(out), **counts, "notes": list(result.notes), "files": files}, indent=2)
