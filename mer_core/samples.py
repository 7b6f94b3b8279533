"""The clips that come with the package, so that a first look needs no recording of one's own."""

from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "assets" / "samples"


@dataclass(frozen=True)
class SampleClip:
    """One bundled clip.

    Attributes:
        name: its class, one of `mer_core.labels.LABELS`; also its name in links.
        movement: what its face does, in a few words.
        path: the video; a JSON file with the true frames and action units lies beside it.
    """

    name: str
    movement: str
    path: Path


# The movements are those in the JSON files; `tests/mer_core/test_samples.py` holds the two together.
_MOVEMENTS = {
    "positive": "Lip corners pulled up",
    "surprise": "Brows raised",
    "negative": "Brows lowered, nose wrinkled",
}


def sample_clips() -> dict[str, SampleClip]:
    """The bundled synthetic clips by name, one for each class."""
    return {name: SampleClip(name, movement, _FOLDER / f"{name}.mp4") for name, movement in _MOVEMENTS.items()}
