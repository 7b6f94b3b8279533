"""`analyze`: what moved in a clip, and what a network calls it."""

import argparse
import time
from pathlib import Path
from typing import Any

from mer_core.errors import ClipError
from mer_core.flow import FLOW_METHODS

DEFAULT_CHECKPOINT = "off_tanet"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("analyze", help="find the movement in a clip and classify it")
    parser.add_argument("clip", nargs="+", type=Path, metavar="CLIP", help="a clip, or an onset and an apex picture")
    for marker in ("onset", "apex", "offset"):
        parser.add_argument(f"--{marker}", type=int, metavar="FRAME", help="frame counted from 0; proposed if left out")
    parser.add_argument("--fps", type=float, help="frames per second, where the clip does not say")
    parser.add_argument("--max-frames", type=int, metavar="N", help="refuse longer clips (default 2000)")
    parser.add_argument("--model", default=DEFAULT_CHECKPOINT, metavar="NAME|DIR|hub:ID@REV", help="checkpoint")
    parser.add_argument("--flow", choices=FLOW_METHODS, help="flow method; the checkpoint's own if left out")
    parser.add_argument("--keep-head-motion", action="store_true", help="do not subtract the head's own motion")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="also draw the motion")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Analyse and print."""
    # Imported here so that `--help` and a mistyped option answer without loading torch.
    from mer_core.checkpoints import load_checkpoint
    from mer_core.exports import analysis_json
    from mer_core.predictor import Predictor

    started = time.perf_counter()
    clip, markers = _read(options)
    decode_ms = (time.perf_counter() - started) * 1000
    predictor = Predictor(load_checkpoint(options.model))
    remove = False if options.keep_head_motion else None
    analysis = predictor.analyze(clip, **markers, method=options.flow, remove_head_motion=remove)
    if options.picture:
        from mer_core.pictures import save_overview

        save_overview(analysis, options.picture)
    print(analysis_json(analysis, decode_ms).rstrip() if options.json else _in_words(analysis))
    return 0


def _read(options: argparse.Namespace) -> tuple[Any, dict[str, int | None]]:
    from mer_core.clips import ClipLimits, read_clip, read_image_pair

    markers = {"onset": options.onset, "apex": options.apex, "offset": options.offset}
    if len(options.clip) == 1:
        limits = ClipLimits() if options.max_frames is None else ClipLimits(max_frames=options.max_frames)
        return read_clip(options.clip[0], fps=options.fps, limits=limits), markers
    if len(options.clip) > 2:
        raise ClipError(f"Give one clip, or an onset and an apex picture; got {len(options.clip)} paths.")
    if any(marker is not None for marker in markers.values()):
        raise ClipError(
            "With an onset and an apex picture there are no frames to choose; leave --onset and --apex out."
        )
    return read_image_pair(*options.clip), {"onset": 0, "apex": 1}


def _in_words(analysis: Any) -> str:
    from mer_core.findings import interval_sentence, verdict_sentence, what_moved

    lines = [interval_sentence(analysis), *what_moved(analysis), verdict_sentence(analysis)]
    lines += [f"Note: {warning}" for warning in (*analysis.cautions, *analysis.warnings)]
    lines.append("This describes facial movement. It does not tell what someone feels, means or hides.")
    return "\n".join(lines)
