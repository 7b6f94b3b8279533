import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from mer_core import pictures
from mer_core.analysis import Analysis, PreparedClip
from mer_core.drawing import flow_views, legends
from mer_core.drawing.flow_views import SIDE, sparse_vectors
from mer_core.drawing.scales import arrow_factor, motion_limit_px, strain_limit
from mer_core.errors import MerError
from mer_core.noise import Noise
from mer_core.pictures import (
    FLOW_VIEWS,
    LIMIT_SENTENCE,
    arrows_picture,
    component_picture,
    crop_picture,
    frame_with_box,
    overview_picture,
    overview_sentences,
    png_bytes,
    save_overview,
)
from mer_core.strain import strain_magnitude


def with_flow(analysis: Analysis, u: float, v: float) -> Analysis:
    """The same analysis with one motion for the whole crop and hardly any noise."""
    flow = np.empty_like(analysis.motion.flow)
    flow[...] = (u, v)
    motion = replace(analysis.motion, flow=flow, strain=strain_magnitude(flow))
    length = float(np.hypot(u, v))
    return replace(analysis, motion=motion, noise=Noise(0.05, length))


def at_noise_level(analysis: Analysis) -> Analysis:
    prediction = replace(analysis.prediction, is_finding=False)
    return replace(analysis, noise=Noise(2.0, 1.0), prediction=prediction)


def labels_written(monkeypatch: pytest.MonkeyPatch, module: ModuleType = legends) -> list[str]:
    """Every text that a module writes from now on."""
    texts: list[str] = []
    original = module.write

    def recorded(picture: np.ndarray, labels: list) -> np.ndarray:
        texts.extend(label.text for label in labels)
        return original(picture, labels)

    monkeypatch.setattr(module, "write", recorded)
    return texts


def face_part(picture: np.ndarray) -> np.ndarray:
    return picture[:SIDE].astype(int)


def middle(picture: np.ndarray) -> np.ndarray:
    """Mean colour of the middle of the face."""
    return face_part(picture)[200:280, 200:280].mean(axis=(0, 1))


@pytest.mark.parametrize("name", FLOW_VIEWS)
def test_every_view_is_a_picture_with_a_strip_below_the_face(sample_analysis: Analysis, name: str) -> None:
    picture = FLOW_VIEWS[name](sample_analysis)
    assert picture.dtype == np.uint8
    assert picture.shape[0] > SIDE and picture.shape[1:] == (SIDE, 3)
    assert np.ptp(picture[SIDE:]) > 150  # the legend is there


@pytest.mark.parametrize("name", FLOW_VIEWS)
def test_every_view_comes_in_other_sizes_and_on_light_paper(sample_analysis: Analysis, name: str) -> None:
    picture = FLOW_VIEWS[name](sample_analysis, side=320, dark=False)
    assert picture.shape[1] == 320
    assert (picture[-1, 0] == 255).all()


@pytest.mark.parametrize("name", FLOW_VIEWS)
def test_without_motion_every_view_shows_the_grey_face_alone(sample_analysis: Analysis, name: str) -> None:
    picture = FLOW_VIEWS[name](with_flow(sample_analysis, 0, 0))
    assert np.ptp(face_part(picture), axis=-1).max() <= 2


def test_outside_the_face_no_view_has_colour(sample_analysis: Analysis) -> None:
    analysis = with_flow(sample_analysis, 1, 1)
    face = np.zeros_like(analysis.motion.face)
    face[40:80, 40:80] = True
    analysis = replace(analysis, motion=replace(analysis.motion, face=face))
    for view in FLOW_VIEWS.values():
        assert np.ptp(face_part(view(analysis))[SIDE // 2 + 40 :], axis=-1).max() <= 2


def test_rightward_motion_has_the_positive_colour_in_u_and_none_in_v(sample_analysis: Analysis) -> None:
    analysis = with_flow(sample_analysis, 1, 0)
    u, v = middle(component_picture(analysis, "u")), middle(component_picture(analysis, "v"))
    assert u[0] > u[2] + 40
    assert np.ptp(v) < 2


def test_upward_motion_has_the_negative_colour_in_v(sample_analysis: Analysis) -> None:
    v = middle(component_picture(with_flow(sample_analysis, 0, -1), "v"))
    assert v[2] > v[0] + 40


def test_opposite_motions_have_equal_limits_with_opposite_signs(
    sample_analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = labels_written(monkeypatch)
    component_picture(sample_analysis, "u")
    limit = motion_limit_px(sample_analysis)
    assert texts[-4:] == [f"-{limit:g} px", f"+{limit:g} px", "picture left", "picture right"]


@pytest.mark.parametrize("name", ["overlay", "wheel"])
def test_the_legend_names_the_limit_of_the_colours(
    sample_analysis: Analysis, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    texts = labels_written(monkeypatch)
    FLOW_VIEWS[name](sample_analysis)
    assert any(text.endswith(f"{motion_limit_px(sample_analysis):g} px") for text in texts)


def test_the_legend_of_strain_names_its_limit_and_unit(
    sample_analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = labels_written(monkeypatch)
    FLOW_VIEWS["strain"](sample_analysis)
    assert f"{strain_limit(sample_analysis):g} px/px" in texts


def test_another_component_is_refused(sample_analysis: Analysis) -> None:
    with pytest.raises(ValueError, match="'u' or 'v'"):
        component_picture(sample_analysis, "w")


def test_the_factor_is_stated_and_can_be_chosen(sample_analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = labels_written(monkeypatch)
    arrows_picture(sample_analysis)
    arrows_picture(sample_analysis, factor=20)
    assert f"Arrows x{arrow_factor(sample_analysis)}" in texts
    assert "Arrows x20" in texts


def test_an_arrow_is_drawn_as_long_as_its_factor_says(
    sample_analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[np.ndarray] = []
    monkeypatch.setattr(flow_views, "draw_arrow", lambda picture, start, along, width: drawn.append(along))
    arrows_picture(with_flow(sample_analysis, 0.5, 0), factor=10)
    expected = 0.5 * 10 * SIDE / sample_analysis.motion.crop_px
    assert np.allclose(drawn, [[expected, 0]] * len(drawn), atol=1e-3)
    assert len(drawn) > 50


def test_arrows_start_within_the_face_and_only_where_motion_exceeds_noise(sample_analysis: Analysis) -> None:
    centres, vectors = sparse_vectors(sample_analysis)
    columns, rows = np.round(centres).astype(int).T
    assert sample_analysis.motion.face[rows, columns].all()
    assert (np.linalg.norm(vectors, axis=1) > sample_analysis.noise.noise_px).all()
    assert len(sparse_vectors(replace(sample_analysis, noise=Noise(50.0, 1.0)))[0]) == 0


def test_arrows_say_when_all_motion_is_noise(sample_analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = labels_written(monkeypatch)
    arrows_picture(replace(sample_analysis, noise=Noise(50.0, 1.0)))
    assert "No arrows: motion within noise" in texts


def test_a_noisy_clip_gets_a_scale_that_does_not_show_noise_as_motion(sample_analysis: Analysis) -> None:
    assert motion_limit_px(replace(sample_analysis, noise=Noise(5.0, 1.0))) >= 10


@pytest.mark.parametrize("frame", [-1, 10_000])
def test_a_frame_beyond_the_clip_is_refused(prepared_sample: PreparedClip, frame: int) -> None:
    with pytest.raises(MerError, match=f"no frame {frame}"):
        crop_picture(prepared_sample, frame)
    with pytest.raises(MerError, match=f"no frame {frame}"):
        frame_with_box(prepared_sample, frame)


def test_the_crop_in_its_own_size_is_the_crop_of_the_frame(sample_analysis: Analysis) -> None:
    size = sample_analysis.crop.size
    expected = sample_analysis.crop.apply(sample_analysis.clip.frames[5])
    assert np.array_equal(crop_picture(sample_analysis, 5, size), expected)


def test_the_face_box_is_drawn_where_the_face_is(prepared_sample: PreparedClip) -> None:
    clip = prepared_sample.clip
    picture = frame_with_box(prepared_sample, 0, width=clip.width)
    changed = np.any(picture[: clip.height].astype(int) != clip.frames[0], axis=-1)
    landmarks = prepared_sample.track.landmarks[0]
    left, top = landmarks.min(axis=0)
    assert changed[round(top), round(left) : round(left) + 20].all()
    assert not changed[:20, :20].any()


def test_a_frame_without_a_face_gets_no_box_and_says_so(
    prepared_sample: PreparedClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = labels_written(monkeypatch, pictures)
    landmarks = prepared_sample.track.landmarks.copy()
    landmarks[3] = np.nan
    lost = replace(prepared_sample, track=replace(prepared_sample.track, landmarks=landmarks))
    landmarks_box = frame_with_box(prepared_sample, 3)
    assert not any("no face" in text for text in texts)
    assert not np.array_equal(frame_with_box(lost, 3), landmarks_box)
    assert any("no face found in this frame" in text for text in texts)


def test_png_keeps_every_pixel(sample_analysis: Analysis) -> None:
    picture = arrows_picture(sample_analysis)
    with Image.open(io.BytesIO(png_bytes(picture))) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.array(image), picture)


def test_the_overview_is_saved_as_it_is_drawn(sample_analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "overview.png"
    path.write_bytes(b"an older file")
    save_overview(sample_analysis, path)
    with Image.open(path) as image:
        assert np.array_equal(np.array(image), overview_picture(sample_analysis))
    assert list(tmp_path.iterdir()) == [path]


def test_an_overview_that_cannot_be_written_says_where(sample_analysis: Analysis, tmp_path: Path) -> None:
    with pytest.raises(MerError, match="cannot be written"):
        save_overview(sample_analysis, tmp_path / "missing" / "overview.png")
    folder = tmp_path / "folder.png"
    folder.mkdir()
    with pytest.raises(MerError, match="folder.png cannot be written"):
        save_overview(sample_analysis, folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_at_noise_level_the_overview_cannot_say_and_names_no_class(sample_analysis: Analysis) -> None:
    text = " ".join(overview_sentences(at_noise_level(sample_analysis)))
    assert "Cannot say" in text
    assert not any(label in text for label in sample_analysis.prediction.probabilities)


def test_the_overview_says_when_what_and_its_limit(sample_analysis: Analysis) -> None:
    moved, timing, verdict, limit = overview_sentences(sample_analysis)
    assert moved
    assert timing.startswith("Onset ") and f"(frame {sample_analysis.interval.apex})" in timing
    assert sample_analysis.prediction.label in verdict
    assert limit == LIMIT_SENTENCE


def test_nothing_in_the_overview_touches_its_border(sample_analysis: Analysis) -> None:
    named = replace(sample_analysis.clip, name="a name of a folder " * 20)
    long = replace(sample_analysis, prepared=replace(sample_analysis.prepared, clip=named))
    picture = overview_picture(long)
    border = np.concatenate([picture[:30], picture[-30:]]), np.concatenate([picture[:, :30], picture[:, -30:]], axis=1)
    assert all((part == 255).all() for part in border)


def test_the_overview_is_drawn_without_a_frame_rate(sample_analysis: Analysis) -> None:
    timeless = replace(sample_analysis.clip, timestamps_ms=None)
    analysis = replace(sample_analysis, prepared=replace(sample_analysis.prepared, clip=timeless))
    assert overview_picture(analysis).shape[1] == overview_picture(sample_analysis).shape[1]
    assert "ms" not in overview_sentences(analysis)[1]


def fastest_ms(draw: Callable[[], object], times: int = 5) -> float:
    spent = []
    for _ in range(times):
        start = time.process_time()
        draw()
        spent.append((time.process_time() - start) * 1000)
    return min(spent)


def test_pictures_are_drawn_quickly(sample_analysis: Analysis) -> None:
    for view in FLOW_VIEWS.values():
        assert fastest_ms(lambda view=view: view(sample_analysis)) < 100
    assert fastest_ms(lambda: overview_picture(sample_analysis), 3) < 300
