import json
from pathlib import Path

import numpy as np
import pytest

import mer_core
from mer_core.crop import CropTransform, crop_around
from mer_core.regions import REGIONS, face_mask, region_masks

FACES = Path(mer_core.__file__).parent / "assets" / "faces"
SIZE = 256


@pytest.fixture(scope="module")
def in_frame() -> np.ndarray:
    return np.array(json.loads((FACES / "astronaut_landmarks.json").read_text())["landmarks"], np.float32)


@pytest.fixture(scope="module")
def crop(in_frame: np.ndarray) -> CropTransform:
    return crop_around(in_frame).resized(SIZE)


@pytest.fixture(scope="module")
def landmarks(in_frame: np.ndarray, crop: CropTransform) -> np.ndarray:
    return crop.to_crop(in_frame)


@pytest.fixture(scope="module")
def masks(landmarks: np.ndarray) -> dict[str, np.ndarray]:
    return region_masks(landmarks, SIZE)


def test_the_regions_are_the_agreed_ones() -> None:
    assert [region.name for region in REGIONS] == [
        "brow_left", "brow_right", "eye_left", "eye_right", "nose", "cheek_left", "cheek_right",
        "mouth_left", "mouth_right", "chin",
    ]  # fmt: skip
    assert [region.name for region in REGIONS if region.is_eye] == ["eye_left", "eye_right"]


def test_names_labels_and_sides_agree() -> None:
    for region in REGIONS:
        side = {"L": "left", "R": "right", "": ""}[region.side]
        assert region.name.endswith(f"_{side}") or side == ""
        assert region.label.startswith(side)
        assert len(set(region.outline)) == len(region.outline)


def test_every_action_unit_of_the_sheet_has_a_region() -> None:
    shown = {unit for region in REGIONS for unit in region.action_units}
    assert shown == {f"AU{number}" for number in (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25)}


def test_masks_are_bool_and_come_in_order(masks: dict[str, np.ndarray]) -> None:
    assert list(masks) == [region.name for region in REGIONS]
    assert all(mask.dtype == bool and mask.shape == (SIZE, SIZE) for mask in masks.values())


@pytest.mark.parametrize("size", [28, 64, 183, 256])
def test_no_pixel_belongs_to_two_regions(in_frame: np.ndarray, size: int) -> None:
    masks = region_masks(crop_around(in_frame).resized(size).to_crop(in_frame), size)
    assert np.sum(list(masks.values()), axis=0).max() == 1
    assert all(mask.any() for mask in masks.values())


def test_the_regions_cover_the_face_and_nothing_else(masks: dict[str, np.ndarray], landmarks: np.ndarray) -> None:
    face, covered = face_mask(landmarks, SIZE), np.any(list(masks.values()), axis=0)
    assert (covered & face).sum() > 0.99 * face.sum()
    assert not (covered & ~face).any()


def test_left_and_right_are_about_the_same_size(masks: dict[str, np.ndarray]) -> None:
    for part in ("brow", "eye", "cheek", "mouth"):
        assert masks[f"{part}_left"].sum() == pytest.approx(masks[f"{part}_right"].sum(), rel=0.15)


def test_the_midline_splits_left_from_right(masks: dict[str, np.ndarray], landmarks: np.ndarray) -> None:
    columns = np.arange(SIZE)
    middle = landmarks[9, 0]
    for region in REGIONS:
        centre = (masks[region.name] * columns).sum() / masks[region.name].sum()
        if region.side:
            assert (centre > middle) == (region.side == "L")  # the person's left is the picture's right
        else:
            assert centre == pytest.approx(middle, abs=0.03 * SIZE)
    assert not (masks["brow_left"][:, : int(middle) - 3]).any()
    assert not (masks["brow_right"][:, int(middle) + 4 :]).any()


@pytest.mark.parametrize(
    ("landmark", "name"),
    [
        (105, "brow_right"), (334, "brow_left"), (107, "brow_right"), (69, "brow_right"),  # brows, forehead
        (159, "eye_right"), (145, "eye_right"), (386, "eye_left"), (374, "eye_left"),  # lids
        (4, "nose"), (197, "nose"), (50, "cheek_right"), (280, "cheek_left"),
        (61, "mouth_right"), (291, "mouth_left"), (37, "mouth_right"), (314, "mouth_left"), (199, "chin"),
    ],
)  # fmt: skip
def test_known_landmarks_lie_in_their_regions(
    masks: dict[str, np.ndarray], landmarks: np.ndarray, landmark: int, name: str
) -> None:
    x, y = landmarks[landmark].round().astype(int)
    assert [region for region, mask in masks.items() if mask[y, x]] == [name]


def test_regions_follow_the_landmarks(masks: dict[str, np.ndarray], landmarks: np.ndarray) -> None:
    shifted = region_masks(landmarks + (5, -3), SIZE)
    for name, mask in masks.items():
        assert np.array_equal(np.roll(mask, (-3, 5), axis=(0, 1))[5:-5, 8:-8], shifted[name][5:-5, 8:-8])


def test_a_face_outside_the_crop_has_empty_regions(landmarks: np.ndarray) -> None:
    assert not any(mask.any() for mask in region_masks(landmarks + 5 * SIZE, SIZE).values())
