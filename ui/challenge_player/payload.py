"""What the challenge's player is sent: its frames and its truth once, as bytes, and after every answer a few values."""

from typing import Any

import numpy as np

from mer_core.challenge import Challenge, part_of, place_name
from mer_core.preview import jpeg_bytes
from mer_core.regions import REGIONS
from mer_core.synthetic import RenderedClip, rest_landmarks, true_flow
from ui.deck.payload import mesh_payload, packed

# What is shown: a square around the face, as a multiple of its mesh.
_ROOM = 1.25
# Amplified, the largest movement is about this share of the shown square: plain to see, and the skin does not fold.
_AMPLIFIED = 0.03
_FACTORS = (2, 6)


def challenge_payload(rendered: RenderedClip, challenge: Challenge, key: str) -> bytes:
    """The clip as bytes, see `ui.deck.payload.packed`; all places are shares of the shown square.

    Args:
        rendered: the clip.
        challenge: what it shows.
        key: names this challenge; answers carry the same.
    """
    left, top, side = shown_square(challenge)
    clip, times = rendered.clip, rendered.clip.timestamps_ms
    assert times is not None  # a rendered clip has exact times
    header = {
        "key": key,
        "numFrames": clip.num_frames,
        "timesMs": [round(float(time), 3) for time in times],
        "frames": list(range(clip.num_frames)),
        "size": [side, side],
        "regions": _regions(challenge),
        "truth": _truth(challenge),
    }
    return packed(header, [jpeg_bytes(frame[top : top + side, left : left + side]) for frame in clip.frames])


def shown_square(challenge: Challenge) -> tuple[int, int, int]:
    """Left, top and side of the part of the frame that is shown, px."""
    width, height = challenge.scenario.size
    landmarks = rest_landmarks((width, height))
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    side = min(round(_ROOM * float((high - low).max())), width, height)
    left, top = np.rint((low + high - side) / 2).astype(int).clip(0, (width - side, height - side)).tolist()
    return left, top, side


def amplification(challenge: Challenge) -> int:
    """How many times the movement is amplified: the weaker, the more."""
    return int(np.clip(round(_AMPLIFIED * shown_square(challenge)[2] / challenge.px), *_FACTORS))


def _truth(challenge: Challenge) -> dict[str, Any]:
    scenario = challenge.scenario
    left, top, side = shown_square(challenge)
    flow = true_flow(scenario, scenario.onset, scenario.apex, head_motion=False)
    return {
        "part": challenge.part,
        "side": challenge.side,
        "marks": [scenario.onset, scenario.apex, scenario.offset],
        "strengths": [round(scenario.expression(frame), 4) for frame in range(scenario.num_frames)],
        "factor": amplification(challenge),
        "warp": mesh_payload(flow[top : top + side, left : left + side]),
    }


def _regions(challenge: Challenge) -> list[dict[str, Any]]:
    left, top, side = shown_square(challenge)
    corners = (rest_landmarks(challenge.scenario.size) + 0.5 - (left, top)) / side
    return [
        {
            "part": part_of(region),
            "side": region.side or "B",
            "label": place_name(part_of(region), "R" if region.side == "R" else "L"),
            "points": np.round(corners[list(region.outline)], 4).tolist(),
        }
        for region in REGIONS
    ]
