"""`analyze`: what moved in a clip, and what a network calls it."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from mer_core.cli.batch import add_batch_options, check_alone, run_batch_command
from mer_core.errors import ClipError, MerError
from mer_core.flow import FLOW_METHODS


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("analyze", help="find the movement in a clip and classify it")
    parser.add_argument("clip", nargs="*", type=Path, metavar="CLIP", help="a clip, or an onset and an apex picture")
    for marker in ("onset", "apex", "offset"):
        parser.add_argument(f"--{marker}", type=int, metavar="FRAME", help="frame counted from 0; proposed if left out")
    parser.add_argument(
        "--markers", type=Path, metavar="FILE", help="markers from a CSV table, an ELAN .eaf or a session .mer.json"
    )
    parser.add_argument("--fps", type=float, help="frames per second, where the clip does not say")
    parser.add_argument("--max-frames", type=int, metavar="N", help="refuse longer clips (default 8000)")
    parser.add_argument(
        "--model", metavar="NAME|DIR|hub:ID@REV", help="checkpoint; the one the app starts with, if not given"
    )
    parser.add_argument("--flow", choices=FLOW_METHODS, help="flow method; the checkpoint's own if left out")
    parser.add_argument("--keep-head-motion", action="store_true", help="do not subtract the head's own motion")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="also draw the motion")
    parser.add_argument(
        "--export",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="also write a file, as its ending says: .csv .curve.csv .eaf .tsv .json .png .html .mer.json (repeatable)",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE.html",
        help="also write a report with pictures of the face, one file that prints well; takes some seconds",
    )
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    add_batch_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Analyse and print; 1 where some clips of a batch failed."""
    if options.batch is not None:
        return run_batch_command(options)
    check_alone(options)
    if options.report is not None:
        if options.report.suffix.lower() != ".html":
            raise MerError(f"{options.report.name} must end in .html; open that in a browser to print it as PDF.")
        options.export.append(options.report)
    # Imported here so that `--help` and a mistyped option answer without loading torch.
    from mer_core.checkpoints import DEFAULT_CHECKPOINT, load_checkpoint
    from mer_core.exports import analysis_json
    from mer_core.exports.formats import format_for, write_export
    from mer_core.predictor import Predictor

    for path in options.export:  # a mistyped name is told before the work, not after
        format_for(path.name)
        if not path.parent.is_dir():
            raise MerError(f"{path} cannot be written: there is no folder {path.parent}.")
    started = time.perf_counter()
    clip, markers = _read(options)
    decode_ms = (time.perf_counter() - started) * 1000
    predictor = Predictor(load_checkpoint(options.model or DEFAULT_CHECKPOINT))
    remove = False if options.keep_head_motion else None
    if options.markers is None:
        analysis = predictor.analyze(clip, **markers, method=options.flow, remove_head_motion=remove)
    else:
        analysis = _analyze_imported(predictor, clip, options, remove)
    if options.picture:
        from mer_core.pictures import save_overview

        save_overview(analysis, options.picture)
    for path in options.export:
        write_export(analysis, path)
    print(analysis_json(analysis, decode_ms).rstrip() if options.json else _in_words(analysis))
    return 0


def _analyze_imported(predictor: Any, clip: Any, options: argparse.Namespace, remove: bool | None) -> Any:
    """The analysis of the markers in a file; what was taken from where goes to standard error."""
    from mer_core.marker_files import read_markers, read_small
    from mer_core.predictor import prepare_clip

    content = read_small(options.markers)
    own = predictor.checkpoint.input_spec.remove_head_motion
    prepared = prepare_clip(clip, own if remove is None else remove)
    imported = read_markers(content, options.markers.name, clip, prepared.candidates[0])
    sys.stderr.writelines(f"Note: {sentence}\n" for sentence in (imported.found, *imported.warnings))
    return predictor.analyze_interval(prepared, imported.interval, options.flow, remove)


def _read(options: argparse.Namespace) -> tuple[Any, dict[str, int | None]]:
    from mer_core.clips import ClipLimits, read_clip, read_image_pair

    markers = {"onset": options.onset, "apex": options.apex, "offset": options.offset}
    is_marked = any(marker is not None for marker in markers.values())
    if options.markers is not None and (is_marked or len(options.clip) > 1):
        raise ClipError("--markers needs one clip, and no --onset, --apex or --offset beside it.")
    if len(options.clip) == 1:
        limits = ClipLimits() if options.max_frames is None else ClipLimits(max_frames=options.max_frames)
        return read_clip(options.clip[0], fps=options.fps, limits=limits), markers
    if len(options.clip) > 2:
        raise ClipError(f"Give one clip, or an onset and an apex picture; got {len(options.clip)} paths.")
    if is_marked:
        raise ClipError(
            "With an onset and an apex picture there are no frames to choose; leave --onset and --apex out."
        )
    return read_image_pair(*options.clip), {"onset": 0, "apex": 1}


def _in_words(analysis: Any) -> str:
    from mer_core.findings import interval_sentence, what_moved
    from mer_core.verdict import trust_details, verdict_sentence

    lines = [interval_sentence(analysis), *what_moved(analysis), verdict_sentence(analysis)]
    if analysis.prediction.has_answer:
        lines += trust_details(analysis.prediction)
    lines += [f"Note: {warning}" for warning in (*analysis.cautions, *analysis.warnings)]
    lines.append("This describes facial movement. It does not tell what someone feels, means or hides.")
    return "\n".join(lines)
