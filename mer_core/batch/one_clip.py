"""One clip of a batch: read, analysed, reported on; whatever goes wrong becomes a sentence."""

import hashlib
import json
import time
import traceback
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from mer_core.analysis import Analysis
from mer_core.batch.tables import DONE, FAILED, SAME, FileRow
from mer_core.checkpoints import load_checkpoint
from mer_core.clips import ClipLimits, read_clip
from mer_core.coded_events import coded_events
from mer_core.errors import MerError
from mer_core.exports.long_csv import long_csv
from mer_core.findings import what_moved
from mer_core.marker_reading.found import FoundMarkers, placed
from mer_core.predictor import Predictor, prepare_clip
from mer_core.program import program_digest
from mer_core.report import report_html
from mer_core.settings_hash import settings_hash, settings_of
from mer_core.verdict import verdict_sentence
from mer_core.whole_files import whole_file


@dataclass(frozen=True)
class BatchSettings:
    """How every clip of a batch is analysed.

    Attributes:
        model: name or folder of the checkpoint.
        method: flow method; the checkpoint's own when None.
        remove_head_motion: as above.
        fps: frames per second in place of the files' own times; None keeps them.
        max_frames: longer clips are refused.
        with_reports: whether each clip gets a report, which takes most of the time.
    """

    model: str
    method: str | None = None
    remove_head_motion: bool | None = None
    fps: float | None = None
    max_frames: int = ClipLimits().max_frames
    with_reports: bool = True


@dataclass(frozen=True)
class Job:
    """One clip to be analysed.

    Attributes:
        clip: its name in the batch.
        path: file or folder.
        report: where its report goes.
        markers: those a person has; None to propose them.
        known: fingerprint of the finished result at hand; empty without one.
    """

    clip: str
    path: Path
    report: Path
    markers: FoundMarkers | None = None
    known: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one clip.

    Attributes:
        row: for the table of files; its status is `SAME` where the result at hand still holds.
        movements: for the table of movements, as CSV with its header; empty without any.
        no_room: why its report could not be written; the batch cannot go on then.
    """

    row: FileRow
    movements: str = ""
    no_room: str = ""


class Analyst:
    """Analyses clips one after the other with one checkpoint.

    Raises:
        CheckpointError: the checkpoint cannot be loaded.
    """

    def __init__(self, settings: BatchSettings) -> None:
        self.settings = settings
        self.predictor = Predictor(load_checkpoint(settings.model))

    def outcome(self, job: Job) -> Outcome:
        """What becomes of a clip; raises nothing."""
        started = time.perf_counter()
        try:
            outcome = self._outcome(job)
        except (MerError, OSError) as error:
            outcome = failed(job, str(error))
        except MemoryError:
            outcome = failed(job, f"{job.path.name} needs more memory than is free: cut out the part that matters.")
        except Exception as error:  # one clip must not lose the others
            place = traceback.extract_tb(error.__traceback__)[-1]
            at = f"{Path(place.filename).name}, line {place.lineno}"
            outcome = failed(job, f"Unexpected {type(error).__name__} in {at}: {error}")
        seconds = round(time.perf_counter() - started, 2)
        return replace(outcome, row=replace(outcome.row, seconds=seconds))

    def _outcome(self, job: Job) -> Outcome:
        fingerprint = self._fingerprint(job)
        if fingerprint == job.known:
            return Outcome(FileRow(job.clip, SAME))
        analysis = self._analysis(job)
        row = replace(_row(job, analysis), fingerprint=fingerprint)
        events = [replace(event, clip=job.clip) for event in coded_events(analysis)]
        no_room = ""
        if self.settings.with_reports:
            report = report_html(analysis)
            try:
                with whole_file(job.report) as part:
                    part.write_text(report, encoding="utf-8")
            except OSError as error:
                no_room = error.strerror or str(error)
        else:
            row = replace(row, report="")
        return Outcome(row, long_csv(events), no_room)

    def _analysis(self, job: Job) -> Analysis:
        settings = self.settings
        clip = read_clip(job.path, fps=settings.fps, limits=ClipLimits(max_frames=settings.max_frames))
        own = self.predictor.checkpoint.input_spec.remove_head_motion
        remove = own if settings.remove_head_motion is None else settings.remove_head_motion
        prepared = prepare_clip(clip, remove)
        interval = prepared.candidates[0]
        if job.markers is not None:
            interval = placed(job.markers, clip, interval).interval
        return self.predictor.analyze_interval(prepared, interval, settings.method, remove)

    def _fingerprint(self, job: Job) -> str:
        """Equal as long as the clip, its markers, the settings and this program stay as they are."""
        settings = self.settings
        measured = settings_of(
            self.predictor.settings(settings.method, settings.remove_head_motion), self.predictor.checkpoint
        )
        markers = None if job.markers is None else job.markers.frames
        parts = [program_digest(), _content(job.path), measured, markers, {**asdict(settings), "model": ""}]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def failed(job: Job, sentence: str) -> Outcome:
    """The outcome of a clip that could not be analysed."""
    return Outcome(FileRow(job.clip, FAILED, " ".join(sentence.split())))


def _row(job: Job, analysis: Analysis) -> FileRow:
    clip, interval, prediction = analysis.clip, analysis.interval, analysis.prediction
    noise = analysis.noise
    times = [_rounded(clip.time_ms(frame)) for frame in (interval.onset, interval.apex, interval.offset)]
    return FileRow(
        clip=job.clip,
        status=DONE,
        sentence=verdict_sentence(analysis),
        moved=" ".join(what_moved(analysis)),
        answer=prediction.label if prediction.has_answer else "",
        answers=" ".join(prediction.answers) if prediction.has_answer else "",
        onset=interval.onset,
        apex=interval.apex,
        offset=interval.offset,
        markers=" ".join(interval.sources),
        onset_ms=times[0],
        apex_ms=times[1],
        offset_ms=times[2],
        frames=clip.num_frames,
        fps=_rounded(clip.fps),
        apex_px=round(noise.apex_px, 3),
        noise_px=_rounded(noise.noise_px),
        notes=" ".join((*analysis.cautions, *analysis.warnings)),
        report=f"{job.report.parent.name}/{job.report.name}",
        clip_sha256=clip.sha256,
        settings_hash=settings_hash(analysis),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _content(path: Path) -> str:
    """A hash over a file, or over the names and contents of the files in a folder."""
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0".encode("utf-8", "surrogateescape"))
        with file.open("rb") as content:
            for block in iter(partial(content.read, 1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()
