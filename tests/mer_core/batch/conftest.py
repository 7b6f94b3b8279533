"""Short clips of a small face, and a small network, so that a batch takes little time."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mer_core.checkpoints import Checkpoint, save_checkpoint
from mer_core.synthetic import ActiveUnit, Scenario, render
from mer_core.video_writer import write_video

FPS = 50


@pytest.fixture(scope="session")
def model(small_checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with an untrained STSTNet."""
    folder = tmp_path_factory.mktemp("model") / "small"
    save_checkpoint(small_checkpoint, folder, "# card\n")
    return str(folder)


@pytest.fixture(scope="session")
def brows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 frames of 240x180 px at 50 fps in which the brows rise from frame 8 to 14."""
    units = (ActiveUnit("AU1", "B", 3.0), ActiveUnit("AU2", "B", 3.0))
    scenario = Scenario("surprise", units, onset=8, apex=14, offset=20, num_frames=24, fps=FPS, size=(240, 180))
    path = tmp_path_factory.mktemp("clips") / "brows.mp4"
    write_video(path, render(scenario).clip.frames, FPS)
    return path


@pytest.fixture
def copy_to(brows: Path, tmp_path: Path) -> Callable[..., Path]:
    """Puts copies of the clip under the given names into a folder "clips" and returns that."""

    def copy(*names: str) -> Path:
        for name in names:
            (tmp_path / "clips" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(brows, tmp_path / "clips" / name)
        return tmp_path / "clips"

    return copy
