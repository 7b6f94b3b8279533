"""What happens in a synthetic clip: which action units move, when, and how the camera sees it."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from mer_core.errors import MerError
from mer_core.labels import LABELS
from mer_core.synthesis.action_units import ACTION_UNITS, SIDES

# Apex displacement of the leading action unit in a frame 360 px high: the scale of recorded micro-expressions, where a
# lip corner moves one to two hundredths of the face.
_AMPLITUDE_PX = (1.5, 3.0)
_REFERENCE_HEIGHT = 360
_DURATION_MS = 720.0
_ONSET_MS, _RISE_MS, _FALL_MS = (100.0, 220.0), (80.0, 200.0), (100.0, 250.0)
_BLINK_CLOSING_MS, _BLINK_OPENING_MS = 75.0, 130.0
# Share of the parabola in the time course: gives the peak an edge, so that one frame beside it is visibly less.
_EDGE = 0.4


@dataclass(frozen=True)
class ActiveUnit:
    """One action unit at work: its name, the side ("L", "R", "B"), its largest displacement in px at the apex."""

    name: str
    side: str
    amplitude_px: float


@dataclass(frozen=True)
class Scenario:
    """Everything that decides a synthetic clip; the same scenario gives the same pixels.

    Attributes:
        emotion: one of `LABELS`.
        action_units: what moves; all units share one time course.
        onset: last frame at rest, from 0.
        apex: frame of the largest displacement.
        offset: first frame at rest again.
        num_frames: frames in the clip.
        fps: frames per second.
        head_motion_px: largest shift of the head since frame 0, px; turns and changes of size go with it.
        noise: standard deviation of the sensor's noise, grey levels of 255.
        lighting_drift: largest relative change of brightness since frame 0.
        blink_frames: frames at which a blink is most closed.
        seed: decides the head's path, the noise and the lighting.
        size: (width, height) of the frames, px.
    """

    emotion: str
    action_units: tuple[ActiveUnit, ...]
    onset: int
    apex: int
    offset: int
    num_frames: int = 72
    fps: float = 100.0
    head_motion_px: float = 1.0
    noise: float = 1.0
    lighting_drift: float = 0.02
    blink_frames: tuple[int, ...] = ()
    seed: int = 0
    size: tuple[int, int] = (640, 360)

    def __post_init__(self) -> None:
        """Refuse what cannot be rendered; MerError with one sentence."""
        if self.emotion not in LABELS:
            raise MerError(f"Unknown emotion {self.emotion!r}; choose one of {', '.join(LABELS)}.")
        if not 0 <= self.onset < self.apex < self.offset < self.num_frames:
            raise MerError(
                f"Onset {self.onset}, apex {self.apex} and offset {self.offset} must follow each other within "
                f"frames 0 to {self.num_frames - 1}."
            )
        for unit in self.action_units:
            if unit.name not in ACTION_UNITS or unit.side not in SIDES:
                raise MerError(
                    f"Unknown action unit {unit.name!r} or side {unit.side!r}; choose a side of {', '.join(SIDES)} "
                    f"and a unit of {', '.join(ACTION_UNITS)}."
                )
        if self.fps <= 0 or min(self.size) < 64 or min(self.head_motion_px, self.noise, self.lighting_drift) < 0:
            raise MerError(
                f"fps must be above 0, both sides at least 64 px, and head motion, noise and drift not negative; "
                f"got fps {self.fps}, size {self.size}, {self.head_motion_px}, {self.noise}, {self.lighting_drift}."
            )

    def amplified(self, factor: float) -> "Scenario":
        """The same scenario with every amplitude multiplied by `factor`."""
        units = (replace(unit, amplitude_px=unit.amplitude_px * factor) for unit in self.action_units)
        return replace(self, action_units=tuple(units))

    def expression(self, frame: int) -> float:
        """Strength of the expression at a frame: 0 up to the onset, 1 at the apex alone, 0 from the offset on."""
        if frame <= self.apex:
            return _rise((frame - self.onset) / (self.apex - self.onset))
        return _rise((self.offset - frame) / (self.offset - self.apex))

    def blink(self, frame: int) -> float:
        """How far the lids are closed at a frame, 0 to 1; they close faster than they open."""
        closed = 0.0
        for centre in self.blink_frames:
            ms = (frame - centre) * 1000 / self.fps
            phase = 1 - abs(ms) / (_BLINK_CLOSING_MS if ms < 0 else _BLINK_OPENING_MS)
            closed = max(closed, _smooth(phase))
        return closed

    @cached_property
    def head_path(self) -> np.ndarray:
        """Head position since frame 0, float64 (num_frames, 4): dx and dy in px, turn in radians, relative growth."""
        series = _drifts(np.random.default_rng([self.seed, 1]), 4, self.num_frames, self.fps)
        shift = series[:, :2] / np.hypot(series[:, 0], series[:, 1]).max()
        # At the rim of the face, a quarter of the frame's height from its centre, the largest turn moves the skin
        # by half of what the shift does, and growth by a quarter.
        per_rim = self.head_motion_px / (self.size[1] / 4)
        turn = series[:, 2:] / np.abs(series[:, 2:]).max(axis=0) * [0.5 * per_rim, 0.25 * per_rim]
        return np.column_stack([shift * self.head_motion_px, turn])

    @cached_property
    def gains(self) -> np.ndarray:
        """Brightness per frame relative to the first, float64 (num_frames,)."""
        series = _drifts(np.random.default_rng([self.seed, 2]), 1, self.num_frames, self.fps)[:, 0]
        return 1 + self.lighting_drift * series / np.abs(series).max()


def emotion_scenario(emotion: str, seed: int, **overrides: Any) -> Scenario:
    """A micro-expression drawn at random for an emotion; the same seed gives the same scenario.

    The action units follow how often annotators coded them in CASME II (Yan et al., 2014, DOI
    10.1371/journal.pone.0086041) and SAMM (Davison et al., 2018, DOI 10.1109/TAFFC.2016.2573832); an action unit is
    not an emotion, and these are caricatures of the tables, not a model of feelings.

    Args:
        emotion: one of `LABELS`.
        seed: any integer from 0.
        overrides: fields of `Scenario` to set instead of drawing, e.g. ``noise=0`` or ``fps=30``.

    Raises:
        MerError: unknown emotion, a seed below 0, or overrides that contradict each other.
    """
    if emotion not in LABELS:
        raise MerError(f"Unknown emotion {emotion!r}; choose one of {', '.join(LABELS)}.")
    if seed < 0:
        raise MerError(f"The seed must be 0 or above, got {seed}.")
    rng = np.random.default_rng([seed, LABELS.index(emotion)])
    fps, size = overrides.get("fps", Scenario.fps), overrides.get("size", Scenario.size)
    amplitude = float(rng.uniform(*_AMPLITUDE_PX)) * size[1] / _REFERENCE_HEIGHT
    units = tuple(unit for name, share in _DRAWS[emotion](rng) for unit in _asymmetric(name, share * amplitude, rng))
    onset, rise, fall = (_frames(rng.uniform(*span), fps) for span in (_ONSET_MS, _RISE_MS, _FALL_MS))
    drawn = {
        "onset": onset,
        "apex": onset + rise,
        "offset": onset + rise + fall,
        "num_frames": _frames(_DURATION_MS, fps),
        "action_units": units,
    }
    return Scenario(**{"emotion": emotion, "seed": seed, **drawn, **overrides})


def _draw_positive(rng: np.random.Generator) -> list[tuple[str, float]]:
    return [("AU12", 1.0)] + [("AU6", 0.5)] * bool(rng.random() < 0.5)


def _draw_surprise(rng: np.random.Generator) -> list[tuple[str, float]]:
    units = [("AU1", 0.9), ("AU2", 1.0)]
    return units + [("AU5", 0.5)] * bool(rng.random() < 0.5) + [("AU25", 0.5)] * bool(rng.random() < 0.35)


def _draw_negative(rng: np.random.Generator) -> list[tuple[str, float]]:
    patterns = (
        [("AU4", 1.0), ("AU9", 0.7)],  # disgust
        [("AU4", 0.8), ("AU10", 1.0)],  # disgust
        [("AU15", 1.0), ("AU17", 0.7)],  # repression
        [("AU1", 1.0), ("AU4", 0.7)],  # sadness
        [("AU4", 1.0), ("AU7", 0.6)],  # anger
        [("AU14", 1.0)],  # contempt, on one side
        [("AU20", 1.0)],  # fear
    )
    return patterns[int(rng.integers(len(patterns)))]


_DRAWS = {"negative": _draw_negative, "positive": _draw_positive, "surprise": _draw_surprise}


def _asymmetric(name: str, amplitude: float, rng: np.random.Generator) -> tuple[ActiveUnit, ...]:
    """Both sides at slightly different strength, as real faces do; contempt's dimple on one side only."""
    stronger, weaker = ("L", "R") if rng.random() < 0.5 else ("R", "L")
    share = float(rng.uniform(0.7, 1.0))
    if name == "AU14":
        return (ActiveUnit(name, stronger, round(amplitude, 3)),)
    return ActiveUnit(name, stronger, round(amplitude, 3)), ActiveUnit(name, weaker, round(amplitude * share, 3))


def _frames(ms: float, fps: float) -> int:
    return max(1, round(ms * fps / 1000))


def _smooth(phase: float) -> float:
    """0 to 1 over phases 0 to 1, level at both ends."""
    phase = min(max(phase, 0.0), 1.0)
    return phase * phase * (3 - 2 * phase)


def _rise(phase: float) -> float:
    """0 to 1 over phases 0 to 1, level at the start and still climbing at the end."""
    held = min(max(phase, 0.0), 1.0)
    return (1 - _EDGE) * _smooth(held) + _EDGE * held * held


def _drifts(rng: np.random.Generator, count: int, num_frames: int, fps: float) -> np.ndarray:
    """Slow random curves that start at 0, float64 (num_frames, count): two sine waves each, 0.3 to 1.2 Hz."""
    seconds = np.arange(num_frames)[:, None, None] / fps
    frequency, phase = rng.uniform(0.3, 1.2, (1, count, 2)), rng.uniform(0, 2 * np.pi, (1, count, 2))
    series = np.sin(2 * np.pi * frequency * seconds + phase).sum(axis=2)
    return series - series[0]
