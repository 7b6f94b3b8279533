import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mer_core
from mer_core.errors import MerError
from mer_core.inputs import InputSpec
from mer_core.synthetic import emotion_scenario, render_frame
from mer_core.video_writer import write_video
from tests.training.datasets import trees
from training.datasets import extract
from training.datasets.extract import extract_map, with_maps
from training.datasets.maps import load_maps
from training.datasets.readers import read_datasets
from training.datasets.table import Dataset


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    scenario = emotion_scenario("positive", 0, noise=0.0)
    return [render_frame(scenario, frame) for frame in (scenario.onset, scenario.apex)]


@pytest.fixture
def data(tmp_path: Path, frames: list[np.ndarray]) -> Dataset:
    """Two clips of two people: frames, and the same two frames the other way round."""
    lines: list[trees.Line] = [["subject", "clip", "onset", "apex", "label"], ["a", "x", 1, 2, 1], ["b", "y", 1, 2, 0]]
    trees.table(tmp_path / "data" / "clips.csv", lines)
    for clip, order in (("x", (0, 1)), ("y", (1, 0))):
        (tmp_path / "data" / clip).mkdir()
        for number, index in enumerate(order, start=1):
            Image.fromarray(frames[index]).save(tmp_path / "data" / clip / f"{number}.png")
    return read_datasets([f"folder:{tmp_path / 'data'}"])


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each map that is not taken from the cache."""
    made: list[str] = []
    real = extract_map

    def counted(onset: np.ndarray, apex: np.ndarray, spec: InputSpec) -> np.ndarray:
        made.append(spec.flow_method)
        return real(onset, apex, spec)

    monkeypatch.setattr(extract, "extract_map", counted)
    return made


def test_a_map_is_that_of_onset_and_apex_and_u_turns_round_with_them(
    data: Dataset, frames: list[np.ndarray], tmp_path: Path
) -> None:
    maps = load_maps(with_maps(data, tmp_path / "cache")).maps
    assert np.array_equal(maps[0], extract_map(frames[0], frames[1], InputSpec()))
    there, back = (maps[i, ..., 1].astype(float).ravel() for i in range(2))
    assert np.corrcoef(there, back)[0, 1] < -0.8


def test_a_second_time_every_map_comes_from_the_cache(data: Dataset, tmp_path: Path, extracted: list[str]) -> None:
    first = load_maps(with_maps(data, tmp_path / "cache"))
    assert len(extracted) == 2
    assert load_maps(with_maps(data, tmp_path / "cache")).digest == first.digest
    assert len(extracted) == 2


def test_the_key_names_the_version_of_every_library_that_reads_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    before = extract._software.__wrapped__()
    for library in ("cv2", "numpy", "PIL", "av"):
        with monkeypatch.context() as patch:
            patch.setattr(f"{library}.__version__", "another")
            assert extract._software.__wrapped__() != before


# These decide nothing about a map: they name errors and classes, count cores, tell the time, write files whole.
_BESIDE = {"__init__.py", "cores.py", "errors.py", "labels.py", "stopwatch.py", "whole_files.py"}


def test_the_key_covers_all_our_code_that_extraction_loads() -> None:
    told = "import sys, training.datasets.extract; print(*(getattr(m, '__file__', '') for m in sys.modules.values()))"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    root = Path(mer_core.__file__).parent
    ours = {Path(file) for file in loaded if Path(file).is_relative_to(root)}
    covered = set(extract._source_files())
    assert {str(path.relative_to(root)) for path in ours - covered} <= _BESIDE
    assert Path(extract.__file__) in covered


@pytest.mark.parametrize("change", ["setting", "version", "frame", "damage"])
def test_a_stale_map_is_never_used(
    change: str, data: Dataset, tmp_path: Path, extracted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = with_maps(data, tmp_path / "cache")
    del extracted[:]
    spec = InputSpec()
    if change == "setting":
        spec = replace(spec, flow_method="farneback")
    if change == "version":
        monkeypatch.setattr(extract, "_software", lambda: "another")
    if change == "frame":
        frame = tmp_path / "data" / "x" / "2.png"
        values = np.array(Image.open(frame))
        values[:4] = 0
        Image.fromarray(values).save(frame)
    if change == "damage":
        path = first.samples[0].map_path
        assert path is not None
        path.write_bytes(path.read_bytes()[:60])
    with_maps(data, tmp_path / "cache", spec)
    assert len(extracted) == (2 if change in ("setting", "version") else 1)


def test_what_only_the_network_decides_does_not_make_a_map_stale(
    data: Dataset, tmp_path: Path, extracted: list[str]
) -> None:
    with_maps(data, tmp_path / "cache")
    with_maps(data, tmp_path / "cache", replace(InputSpec(), size=56, channels=("u",), value_range=(-1.0, 1.0)))
    assert len(extracted) == 2


def test_any_number_of_workers_gives_the_same_maps_and_tells_its_progress(data: Dataset, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    one = with_maps(data, tmp_path / "one", num_workers=1, progress=lambda done, total: told.append((done, total)))
    assert load_maps(one).digest == load_maps(with_maps(data, tmp_path / "two", num_workers=2)).digest
    assert told == [(1, 2), (2, 2)]
    assert sorted(path.suffix for path in (tmp_path / "one").iterdir()) == [".png", ".png"]


def test_a_clip_without_a_face_is_named_and_the_others_are_kept(
    data: Dataset, tmp_path: Path, extracted: list[str], frames: list[np.ndarray]
) -> None:
    for number in (1, 2):
        Image.fromarray(np.full_like(frames[0], 90)).save(tmp_path / "data" / "y" / f"{number}.png")
    with pytest.raises(MerError, match=r"No motion of 1 clips: folder/b/y: the onset frame shows no face"):
        with_maps(data, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_video_gives_the_maps_of_its_frames(tmp_path: Path, frames: list[np.ndarray]) -> None:
    trees.table(tmp_path / "v" / "c.csv", [["subject", "clip", "onset", "apex", "label"], ["a", "x", 0, 1, "positive"]])
    write_video(tmp_path / "v" / "x.mp4", np.stack(frames), 25, crf=1)
    data = load_maps(with_maps(read_datasets([f"folder:{tmp_path / 'v'}"]), tmp_path / "cache"))
    expected = extract_map(frames[0], frames[1], InputSpec())
    assert np.corrcoef(data.maps[0].ravel(), expected.ravel())[0, 1] > 0.8


def test_maps_are_for_networks_that_take_maps(data: Dataset, tmp_path: Path) -> None:
    with pytest.raises(MerError, match="kind minmax28, not pixels112"):
        with_maps(data, tmp_path / "cache", InputSpec(kind="pixels112", size=112))


def test_frames_without_maps_are_refused_with_what_to_do(data: Dataset) -> None:
    with pytest.raises(MerError, match="has frames and no motion map yet; extract its map first"):
        load_maps(data)
