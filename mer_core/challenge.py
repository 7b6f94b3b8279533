"""A clip with one movement of known place and moment, for people to find: drawn, judged, told in sentences.

It knows no screen. The face is the bundled photograph, and nothing is kept of who answered what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from mer_core.errors import MerError
from mer_core.labels import LABELS
from mer_core.regions import REGIONS, Region, region_masks
from mer_core.synthesis.action_units import ACTION_UNITS
from mer_core.synthetic import (
    SAMPLE_CRF,
    ActiveUnit,
    RenderedClip,
    Scenario,
    render,
    true_flow,
    true_landmarks,
)
from mer_core.video_writer import write_video

Part = Literal["brow", "eye", "nose", "cheek", "mouth", "chin"]
Side = Literal["L", "R", "B"]
Place = Literal["right", "partly", "wrong"]
_T = TypeVar("_T")

# What can be answered, and whether a part has a left and a right; nose and chin lie in the middle and are always "B".
PARTS: dict[Part, str] = {
    "brow": "brow",
    "eye": "eye",
    "nose": "nose",
    "cheek": "cheek",
    "mouth": "side of the mouth",
    "chin": "chin",
}
_MIDDLE: tuple[Part, ...] = ("nose", "chin")
_BOTH: dict[Part, str] = {
    "brow": "both brows",
    "eye": "both eyes",
    "nose": "the nose",
    "cheek": "both cheeks",
    "mouth": "both sides of the mouth",
    "chin": "the chin",
}
# Units drawn on one side too; the others reach across the midline.
_ONE_SIDED = {"AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU12", "AU15", "AU20", "AU23"}
# The dimpler moves the cheek's edge farther than the mouth it is named for: no place would be the right one.
_LEFT_OUT = {"AU14"}
_SIDES: tuple[Side, ...] = ("L", "R", "B")

# 50 a second is the fastest round rate at which a screen of 60 Hz shows every single frame.
_FPS, _NUM_FRAMES = 50.0, 90
# Large enough for the face finder and small enough to be drawn in about half a second.
_SIZE = (320, 320)
_AMPLITUDE_PX = (1.4, 2.7)
# Frames. All movements last 180 to 360 ms, within the 500 ms that micro-expressions are allowed (Yan et al., 2013, DOI
# 10.1007/s10919-013-0159-8).
_ONSET, _RISE, _FALL = (20, 60), (4, 8), (5, 10)
# Another part counts as partly right when it moved at least this share of the largest movement.
_ALSO_MOVED = 0.5


@dataclass(frozen=True)
class Challenge:
    """One movement to be found.

    Attributes:
        part: the part of the face that moves, a key of `PARTS`.
        side: "L" (the person's left, the picture's right), "R" or "B" for both; "B" for nose and chin.
        scenario: what is rendered, with its onset, apex and offset.
    """

    part: Part
    side: Side
    scenario: Scenario

    @property
    def unit(self) -> str:
        """The action unit at work, e.g. "AU12"."""
        return self.scenario.action_units[0].name

    @property
    def onset_ms(self) -> int:
        """Last moment at rest."""
        return self._ms(self.scenario.onset)

    @property
    def apex_ms(self) -> int:
        """The moment of the largest movement."""
        return self._ms(self.scenario.apex)

    @property
    def offset_ms(self) -> int:
        """First moment at rest again."""
        return self._ms(self.scenario.offset)

    @property
    def last_ms(self) -> int:
        """Time of the last frame."""
        return self._ms(self.scenario.num_frames - 1)

    @property
    def step_ms(self) -> int:
        """From one frame to the next."""
        return self._ms(1)

    @cached_property
    def region_px(self) -> dict[str, float]:
        """The largest displacement from onset to apex in every region of `REGIONS`, px of the frame.

        The head's own motion is left out.
        """
        scenario = self.scenario
        moved = np.linalg.norm(true_flow(scenario, scenario.onset, scenario.apex, head_motion=False), axis=2)
        masks = region_masks(true_landmarks(scenario, scenario.onset), scenario.size[0])
        return {name: float(moved[mask].max()) for name, mask in masks.items()}

    @property
    def px(self) -> float:
        """The largest displacement anywhere, px of the frame."""
        return max(self.region_px.values())

    @property
    def moved_parts(self) -> frozenset[Part]:
        """The part that is asked for, and those that its movement carries along at least half as far."""
        strong = [name for name, px in self.region_px.items() if px >= _ALSO_MOVED * self.px]
        return frozenset({self.part, *(part_of(region) for region in REGIONS if region.name in strong)})

    def _ms(self, frame: int) -> int:
        return round(frame * 1000 / self.scenario.fps)


@dataclass(frozen=True)
class Guess:
    """Where and when somebody saw it; `ms` is None when they named no moment."""

    part: Part
    side: Side
    ms: int | None = None


@dataclass(frozen=True)
class Judgement:
    """What a guess is worth.

    Attributes:
        place: "right"; "partly" for the right part on another side, or a part that was carried along; else "wrong".
        error_ms: the guessed moment minus the apex, so below 0 when too early; None without a moment.
        is_during: whether the guessed moment lies between onset and offset.
    """

    place: Place
    error_ms: int | None
    is_during: bool


def draw_challenge(seed: int, unlike: Part | None = None) -> Challenge:
    """A challenge drawn at random; the same arguments give the same one.

    Args:
        seed: any integer from 0.
        unlike: a part that shall not move this time, such as that of the last challenge.

    Raises:
        MerError: a seed below 0.
    """
    if seed < 0:
        raise MerError(f"The seed must be 0 or above, got {seed}.")
    rng = np.random.default_rng(seed)
    part = _one_of(rng, [part for part in PARTS if part != unlike])
    unit = _one_of(rng, _units_of(part))
    side = _one_of(rng, _SIDES) if unit in _ONE_SIDED else "B"
    onset, rise, fall = (int(rng.integers(low, high, endpoint=True)) for low, high in (_ONSET, _RISE, _FALL))
    return Challenge(
        part,
        side,
        Scenario(
            emotion=LABELS[0],  # a scenario must have one; a single action unit stands for none, and none is shown
            action_units=(ActiveUnit(unit, side, round(float(rng.uniform(*_AMPLITUDE_PX)), 2)),),
            onset=onset,
            apex=onset + rise,
            offset=onset + rise + fall,
            num_frames=_NUM_FRAMES,
            fps=_FPS,
            seed=seed,
            size=_SIZE,
        ),
    )


def render_challenge(challenge: Challenge) -> RenderedClip:
    """The clip of a challenge: 1.8 s at 50 frames a second."""
    return render(challenge.scenario)


def write_challenge(path: Path, challenge: Challenge) -> None:
    """Write the clip of a challenge to `path`, which must end in .mp4.

    Raises:
        MerError: it cannot be written there.
    """
    write_video(path, render_challenge(challenge).clip.frames, challenge.scenario.fps, crf=SAMPLE_CRF)


def judge(challenge: Challenge, guess: Guess) -> Judgement:
    """What a guess is worth."""
    if guess.part == challenge.part:
        place: Place = "right" if guess.side == challenge.side else "partly"
    else:
        place = "partly" if guess.part in challenge.moved_parts else "wrong"
    if guess.ms is None:
        return Judgement(place, None, False)
    return Judgement(
        place, guess.ms - challenge.apex_ms, is_during=challenge.onset_ms <= guess.ms <= challenge.offset_ms
    )


def has_sides(part: Part) -> bool:
    """Whether a part has a left and a right."""
    return part not in _MIDDLE


def is_place(part: Any, side: Any) -> bool:
    """Whether these two name a place there is; they may be anything."""
    return part in list(PARTS) and side in (_SIDES if has_sides(part) else ("B",))


def part_of(region: Region) -> Part:
    """The part a region of the face belongs to."""
    return next(part for part in PARTS if region.name.startswith(part))


def place_name(part: Part, side: Side) -> str:
    """A place in words, e.g. "the left brow (right in the picture)"."""
    if side == "B" or not has_sides(part):
        return _BOTH[part]
    theirs, seen = ("left", "right") if side == "L" else ("right", "left")
    return f"the {theirs} {PARTS[part]} ({seen} in the picture)"


def truth_sentences(challenge: Challenge) -> tuple[str, str]:
    """What moved, and how far and how long: only what is known of the clip."""
    unit = ACTION_UNITS[challenge.unit]
    one_sided = "" if challenge.side == "B" else ", here on one side only"
    place = place_name(challenge.part, challenge.side)
    what = f"{place[0].upper()}{place[1:]}: {unit.description}{one_sided} ({challenge.unit}, {unit.name})."
    how = (
        f"It moved {challenge.px:.1f} px, in a picture {challenge.scenario.size[1]} px high, and was over in "
        f"{challenge.offset_ms - challenge.onset_ms} ms: began at {challenge.onset_ms} ms, peak at "
        f"{challenge.apex_ms} ms, ended at {challenge.offset_ms} ms."
    )
    return what, how


def judged_sentences(challenge: Challenge, guess: Guess) -> tuple[str, str]:
    """What the guess is worth: its place, and its moment against the apex."""
    judgement = judge(challenge, guess)
    return _about_place(challenge, guess, judgement.place), _about_moment(guess, judgement)


def _about_place(challenge: Challenge, guess: Guess, place: Place) -> str:
    if place == "right":
        return "Right place."
    said = place_name(guess.part, guess.side)
    if place == "wrong":
        return f"Another place: you said {said}."
    if guess.part == challenge.part:
        return f"Right part, other side: you said {said}."
    return f"Partly right: you said {said}, which moved along."


def _about_moment(guess: Guess, judgement: Judgement) -> str:
    if judgement.error_ms is None:
        return "You named no moment."
    error = judgement.error_ms
    away = f"{abs(error)} ms {'after' if error > 0 else 'before'} the peak" if error else "exactly at the peak"
    then = "while it moved" if judgement.is_during else "when the face was at rest"
    return f"You said {guess.ms} ms: {away}, {then}."


def _units_of(part: Part) -> list[str]:
    """Action units that show mainly in a part, each once."""
    units = [unit for region in REGIONS if part_of(region) == part for unit in region.action_units]
    return [unit for unit in dict.fromkeys(units) if unit not in _LEFT_OUT]


def _one_of(rng: np.random.Generator, choices: Sequence[_T]) -> _T:
    return choices[int(rng.integers(len(choices)))]
