"""What a visit holds beside its clip: what a person added to it, and what came of files of earlier work."""

from dataclasses import dataclass, field

from mer_core.clips import Clip
from mer_core.coded_events import Coding
from mer_core.marker_files import ImportedMarkers
from mer_core.session_file import Session


@dataclass(eq=False)
class Paperwork:
    """Notes by clip, and the last file of markers or session.

    Attributes:
        codings: subject, coder and notes by the clip's SHA-256.
        awaited: a session whose clip is not open yet.
        imported: what the last file gave, shown until dismissed or another clip is opened.
        refused: why the last file gave nothing, shown as long.
    """

    codings: dict[str, Coding] = field(default_factory=dict)
    awaited: Session | None = None
    imported: ImportedMarkers | None = None
    refused: str | None = None

    def coding_of(self, clip: Clip) -> Coding:
        """What was added to this clip; for another one than before only the coder stays."""
        last = next(reversed(self.codings.values()), Coding())
        return self.codings.get(clip.sha256, Coding(coder=last.coder))

    def forget_import(self) -> None:
        """Show no more what came of the last file."""
        self.imported = self.refused = None

    def forget_session(self) -> None:
        """Wait for no clip any more."""
        self.awaited = None
