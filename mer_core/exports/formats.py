"""Every file that an analysis can be taken away as, for the app and the command line alike."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from mer_core.analysis import Analysis
from mer_core.coded_events import Coding, coded_events
from mer_core.errors import MerError
from mer_core.exports import analysis_json, boris_tsv, curve_csv, elan_eaf, long_csv
from mer_core.pictures import overview_picture, png_bytes
from mer_core.session_file import session_json, session_of
from mer_core.whole_files import whole_file


@dataclass(frozen=True)
class ExportFormat:
    """One kind of file.

    Attributes:
        ending: of its names; where several fit a name, the longest counts.
        label: what it is, in two or three words.
        purpose: what it is for, one sentence.
        mime: its media type.
        make: writes it, from an analysis and what a person added.
        needs_times: whether it cannot be made while the frame rate is unknown.
    """

    ending: str
    label: str
    purpose: str
    mime: str
    make: Callable[[Analysis, Coding], str | bytes]
    needs_times: bool = False

    def name_for(self, clip_name: str) -> str:
        """A name for the file, after the clip's."""
        return f"{PurePath(clip_name).stem or 'clip'}{self.ending}"


FORMATS: tuple[ExportFormat, ...] = (
    ExportFormat(
        ".csv",
        "Movements (CSV)",
        "One row for the movement and one for each region that moved, for spreadsheets and statistics.",
        "text/csv",
        lambda analysis, coding: long_csv(coded_events(analysis, coding)),
    ),
    ExportFormat(
        ".curve.csv",
        "Motion curve (CSV)",
        "How far the face and each region moved, frame by frame, and the markers.",
        "text/csv",
        lambda analysis, coding: curve_csv(analysis),
    ),
    ExportFormat(
        ".eaf",
        "ELAN (EAF)",
        "Tiers for the movement, the apex and every region; put it beside the clip and open it in ELAN.",
        "application/xml",
        lambda analysis, coding: elan_eaf(coded_events(analysis, coding), analysis.clip),
        needs_times=True,
    ),
    ExportFormat(
        ".tsv",
        "BORIS events (TSV)",
        "The table that BORIS calls aggregated events.",
        "text/tab-separated-values",
        lambda analysis, coding: boris_tsv(coded_events(analysis, coding), analysis.clip, analysis.interval.sources),
    ),
    ExportFormat(
        ".json",
        "Everything (JSON)",
        "All numbers of the analysis, for programs.",
        "application/json",
        lambda analysis, coding: analysis_json(analysis, coding=coding),
    ),
    ExportFormat(
        ".png",
        "Picture (PNG)",
        "Onset, apex and motion in one picture with its legend.",
        "image/png",
        lambda analysis, coding: png_bytes(overview_picture(analysis)),
    ),
    ExportFormat(
        ".html",
        "Report (HTML)",
        "All of it on a few pages with pictures of the face, to read or print; making it takes some seconds.",
        "text/html",
        lambda analysis, coding: _report(analysis, coding),
    ),
    ExportFormat(
        ".mer.json",
        "Session (JSON)",
        "Markers, settings and notes, without any picture of the face; opens again beside the same clip.",
        "application/json",
        lambda analysis, coding: session_json(session_of(analysis, coding)),
    ),
)


def format_for(name: str) -> ExportFormat:
    """The format that a file's name asks for by its ending.

    Raises:
        MerError: no format has that ending.
    """
    fitting = [export for export in FORMATS if name.lower().endswith(export.ending)]
    if not fitting:
        endings = ", ".join(export.ending for export in FORMATS)
        raise MerError(f"{name} has no ending that says what to write; use one of {endings}.")
    return max(fitting, key=lambda export: len(export.ending))


def _report(analysis: Analysis, coding: Coding) -> str:
    # Loaded when it is wanted: no other format needs the explanations that it holds.
    from mer_core.report import report_html

    return report_html(analysis, coding)


def write_export(analysis: Analysis, path: Path, coding: Coding | None = None) -> None:
    """Write the analysis in the format that the path's ending asks for, completely or not at all.

    Raises:
        MerError: no format has that ending, or this one needs times and the frame rate is unknown.
        OSError: it cannot be written there.
    """
    made = format_for(path.name).make(analysis, coding or Coding())
    with whole_file(path) as part:
        part.write_bytes(made.encode("utf-8", "replace") if isinstance(made, str) else made)
