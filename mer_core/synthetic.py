"""Synthetic clips: one real face moved by action units, with the exact flow known for every pair of frames.

A point of the skin that rests at X is seen in frame t at x = H_t(X + D_t(X)): D_t is the sum of the action units at
that moment, H_t the movement of the head (a similarity that carries the whole picture). Frames are drawn by the
inverse of that map, so picture and truth agree to about 0.01 px.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from mer_core.clips import Clip
from mer_core.errors import MerError
from mer_core.synthesis.action_units import ACTION_UNITS
from mer_core.synthesis.displacement import Pull, displacement, place_unit, rest_position
from mer_core.synthesis.face import face_picture, rest_landmarks
from mer_core.synthesis.scenarios import ActiveUnit, Scenario, emotion_scenario
from mer_core.video_writer import write_video

__all__ = [
    "SAMPLE_CRF",
    "ActiveUnit",
    "RenderedClip",
    "Scenario",
    "emotion_scenario",
    "render",
    "render_frame",
    "rest_landmarks",
    "true_flow",
    "true_landmarks",
    "write_sample",
]

_UPPER_LID, _LOWER_LID = 386, 374
_LID_CLOSING = 0.6  # of the opening; to close fully the warp would have to fold the eye away
# About 220 KB a clip. 11 takes three times that and hardly lowers the error of DIS on moving skin; the usual 18 (75 KB)
# raises it by a quarter.
SAMPLE_CRF = 14


@dataclass(frozen=True, eq=False)
class RenderedClip:
    """A synthetic clip and what is true of it.

    Attributes:
        clip: the frames, with exact timestamps.
        scenario: what was rendered: interval, action units, seed.
        landmarks: float32 (T, 468, 2), px: where the face's mesh truly is in every frame.
    """

    clip: Clip
    scenario: Scenario
    landmarks: np.ndarray


def render(scenario: Scenario) -> RenderedClip:
    """The clip of a scenario.

    Raises:
        MerError: the action units are so strong that the skin would fold.
    """
    frames = np.stack([render_frame(scenario, index) for index in range(scenario.num_frames)])
    return RenderedClip(
        clip=Clip(
            frames=frames,
            timestamps_ms=np.arange(scenario.num_frames) * 1000.0 / scenario.fps,
            name=f"synthetic {scenario.emotion} {scenario.seed}",
            sha256=hashlib.sha256(frames.tobytes()).hexdigest(),
            warnings=(),
        ),
        scenario=scenario,
        landmarks=np.stack([true_landmarks(scenario, index) for index in range(scenario.num_frames)]),
    )


def render_frame(scenario: Scenario, frame: int) -> np.ndarray:
    """One frame of a scenario's clip, uint8 RGB (H, W, 3); `render` draws them all.

    Raises:
        MerError: a frame that is not in the clip, or action units so strong that the skin would fold.
    """
    picture, frame_to_picture = face_picture(scenario.size)
    x, y = _apply(frame_to_picture, *_to_rest(scenario, frame, *_pixels(scenario.size)))
    seen = cv2.remap(
        picture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    seen = seen * np.float32(scenario.gains[frame])
    if scenario.noise:
        rng = np.random.default_rng([scenario.seed, 3, frame])
        seen += scenario.noise * rng.standard_normal(seen.shape[:2], dtype=np.float32)[..., None]
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def true_flow(scenario: Scenario, from_frame: int, to_frame: int, *, head_motion: bool = True) -> np.ndarray:
    """Exact flow between two frames: the skin at pixel x of `from_frame` is at x + flow(x) in `to_frame`.

    Args:
        scenario: what is rendered.
        from_frame: index of the frame on whose pixels the flow is given, usually the onset.
        to_frame: index of the other frame, usually the apex.
        head_motion: False leaves out the head's part, as head-motion removal does: the flow minus the similarity
            that carries the head from one frame to the other.

    Returns:
        float32 (H, W, 2), px of the frame; u right positive, v down positive.

    Raises:
        MerError: a frame that is not in the clip.
    """
    x, y = _pixels(scenario.size)
    rest_x, rest_y = _to_rest(scenario, from_frame, x, y)
    seen_x, seen_y = _to_frame(scenario, to_frame, rest_x, rest_y)
    if not head_motion:
        still_x, still_y = _apply(cv2.invertAffineTransform(_head(scenario, from_frame)), x, y)
        x, y = _apply(_head(scenario, to_frame), still_x, still_y)
    return np.stack([seen_x - x, seen_y - y], axis=-1).astype(np.float32)


def true_landmarks(scenario: Scenario, frame: int) -> np.ndarray:
    """Where the face's mesh is in one frame; float32 (468, 2), px."""
    x, y = rest_landmarks(scenario.size).astype(np.float64).T
    return np.column_stack(_to_frame(scenario, frame, x, y)).astype(np.float32)


def write_sample(path: Path, emotion: str, seed: int) -> Path:
    """Write a synthetic clip to `path` (.mp4) and its truth beside it (.json); the JSON file's path comes back.

    The truth: ``interval`` {onset, apex, offset} in frames from 0, ``emotion``, ``action_units`` [{name, side,
    amplitude_px, description}], ``seed``, ``fps``, ``num_frames``.

    Raises:
        MerError: unknown emotion, a name that does not end in .mp4, or a folder that cannot be written to.
    """
    rendered = render(emotion_scenario(emotion, seed))
    write_video(path, rendered.clip.frames, rendered.scenario.fps, crf=SAMPLE_CRF)
    beside = path.with_suffix(".json")
    try:
        beside.write_text(json.dumps(_truth(rendered.scenario), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise MerError(f"Cannot write {beside} ({error.strerror}): choose a folder you may write to.") from error
    return beside


def _truth(scenario: Scenario) -> dict[str, object]:
    units = [{**asdict(unit), "description": ACTION_UNITS[unit.name].description} for unit in scenario.action_units]
    return {
        "interval": {"onset": scenario.onset, "apex": scenario.apex, "offset": scenario.offset},
        "emotion": scenario.emotion,
        "action_units": units,
        "seed": scenario.seed,
        "fps": scenario.fps,
        "num_frames": scenario.num_frames,
    }


def _to_rest(scenario: Scenario, frame: int, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where what is seen at (x, y) in a frame lies in the resting scene."""
    return rest_position(_pulls(scenario, frame), *_apply(cv2.invertAffineTransform(_head(scenario, frame)), x, y))


def _to_frame(scenario: Scenario, frame: int, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where what rests at (x, y) is seen in a frame."""
    move_x, move_y = displacement(_pulls(scenario, frame), x, y)
    return _apply(_head(scenario, frame), x + move_x, y + move_y)


def _pulls(scenario: Scenario, frame: int) -> tuple[Pull, ...]:
    """What moves the skin in a frame; empty at rest."""
    expression, blink = _placed(scenario.action_units, scenario.size)
    strengths = ((expression, scenario.expression(frame)), (blink, scenario.blink(frame)))
    return tuple(pull.scaled(strength) for pulls, strength in strengths if strength for pull in pulls)


@lru_cache(maxsize=32)
def _placed(units: tuple[ActiveUnit, ...], size: tuple[int, int]) -> tuple[tuple[Pull, ...], tuple[Pull, ...]]:
    """Pulls of the expression at its apex and of a blink at its most closed."""
    landmarks = rest_landmarks(size)
    expression = tuple(
        pull.scaled(unit.amplitude_px) for unit in units for pull in place_unit(unit.name, unit.side, landmarks)
    )
    opening = float(np.hypot(*(landmarks[_UPPER_LID] - landmarks[_LOWER_LID])))
    blink = tuple(pull.scaled(_LID_CLOSING * opening) for pull in place_unit("AU43", "B", landmarks))
    return expression, blink


def _head(scenario: Scenario, frame: int) -> np.ndarray:
    """Similarity (2, 3) about the face's centre that carries the resting head to where it is in a frame."""
    if not 0 <= frame < scenario.num_frames:
        raise MerError(f"Frame {frame} is outside the clip's frames 0 to {scenario.num_frames - 1}.")
    dx, dy, angle, growth = scenario.head_path[frame]
    cos, sin = (1 + growth) * np.cos(angle), (1 + growth) * np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])
    centre = rest_landmarks(scenario.size).astype(np.float64).mean(axis=0)
    return np.column_stack([turn, centre - turn @ centre + (dx, dy)])


def _pixels(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float64)
    return x, y


def _apply(matrix: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points moved by a (2, 3) matrix."""
    (a, b, c), (d, e, f) = matrix.tolist()
    return a * x + b * y + c, d * x + e * y + f
