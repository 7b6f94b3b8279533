import dataclasses

import numpy as np
import pytest

from mer_core.challenge import (
    PARTS,
    Challenge,
    Guess,
    draw_challenge,
    has_sides,
    judge,
    judged_sentences,
    part_of,
    place_name,
    render_challenge,
    truth_sentences,
    write_challenge,
)
from mer_core.clips import read_clip
from mer_core.errors import MerError
from mer_core.regions import REGIONS
from mer_core.synthetic import ActiveUnit, true_flow

DRAWN = [draw_challenge(seed) for seed in range(120)]


def with_unit(unit, part, side, amplitude_px=2.0):
    """A challenge with known frames: onset 30, apex 36, offset 42, 20 ms apart."""
    scenario = dataclasses.replace(
        draw_challenge(0).scenario,
        action_units=(ActiveUnit(unit, side, amplitude_px),),
        onset=30,
        apex=36,
        offset=42,
    )
    return Challenge(part, side, scenario)


BROW = with_unit("AU2", "brow", "L")


def test_the_same_seed_gives_the_same_challenge_and_another_seed_another():
    assert draw_challenge(7) == draw_challenge(7)
    assert len({challenge.scenario for challenge in DRAWN}) == len(DRAWN)


def test_every_part_and_every_side_is_drawn():
    assert {challenge.part for challenge in DRAWN} == set(PARTS)
    assert {challenge.side for challenge in DRAWN if has_sides(challenge.part)} == {"L", "R", "B"}
    assert {challenge.side for challenge in DRAWN if not has_sides(challenge.part)} == {"B"}


def test_no_part_follows_itself():
    last = None
    for seed in range(200):
        part = draw_challenge(seed, unlike=last).part
        assert part != last
        last = part


def test_a_seed_below_zero_is_refused():
    with pytest.raises(MerError, match="0 or above, got -1"):
        draw_challenge(-1)


@pytest.mark.parametrize("challenge", DRAWN[:40], ids=lambda challenge: f"{challenge.unit}{challenge.side}")
def test_the_named_place_is_where_the_skin_moves_farthest(challenge):
    farthest = max(REGIONS, key=lambda region: challenge.region_px[region.name])
    assert part_of(farthest) == challenge.part
    if challenge.side != "B":
        assert farthest.side == challenge.side
        other = next(
            region for region in REGIONS if part_of(region) == challenge.part and region.side not in ("", farthest.side)
        )
        assert challenge.region_px[other.name] < 0.5 * challenge.px


@pytest.mark.parametrize("challenge", DRAWN[:40])
def test_every_movement_is_small_short_and_within_the_clip(challenge):
    assert 1.0 < challenge.px < 3.0  # the page says one to three
    assert 180 <= challenge.offset_ms - challenge.onset_ms <= 360
    assert challenge.onset_ms >= 400
    assert challenge.offset_ms < challenge.last_ms


def test_the_pixels_told_are_those_of_the_exact_flow():
    flow = true_flow(BROW.scenario, 30, 36, head_motion=False)
    assert BROW.px == pytest.approx(np.linalg.norm(flow, axis=2).max(), abs=0.01)
    assert BROW.px == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    ("part", "side", "place"),
    [
        ("brow", "L", "right"),
        ("brow", "R", "partly"),
        ("brow", "B", "partly"),
        ("eye", "L", "partly"),  # the skin below a rising brow moves along
        ("mouth", "L", "wrong"),
        ("chin", "B", "wrong"),
    ],
)
def test_a_place_is_right_partly_right_or_wrong(part, side, place):
    assert judge(BROW, Guess(part, side)).place == place


@pytest.mark.parametrize(
    ("ms", "error", "is_during"),
    [(720, 0, True), (600, -120, True), (580, -140, False), (840, 120, True), (1000, 280, False), (0, -720, False)],
)
def test_the_error_is_counted_from_the_apex(ms, error, is_during):
    judgement = judge(BROW, Guess("brow", "L", ms))
    assert (judgement.error_ms, judgement.is_during) == (error, is_during)


def test_without_a_moment_there_is_no_error():
    assert judge(BROW, Guess("brow", "L")).error_ms is None
    assert judged_sentences(BROW, Guess("brow", "L"))[1] == "You named no moment."


def test_the_truth_is_told_with_its_place_pixels_and_times():
    what, how = truth_sentences(BROW)
    assert what == (
        "The left brow (right in the picture): the outer ends of the brows rise, here on one side only "
        "(AU2, outer brow raiser)."
    )
    assert how == (
        "It moved 2.0 px, in a picture 320 px high, and was over in 240 ms: began at 600 ms, peak at 720 ms, ended at "
        "840 ms."
    )


@pytest.mark.parametrize(
    ("guess", "place", "moment"),
    [
        (Guess("brow", "L", 720), "Right place.", "You said 720 ms: exactly at the peak, while it moved."),
        (
            Guess("brow", "B", 760),
            "Right part, other side: you said both brows.",
            "You said 760 ms: 40 ms after the peak, while it moved.",
        ),
        (
            Guess("eye", "B", 520),
            "Partly right: you said both eyes, which moved along.",
            "You said 520 ms: 200 ms before the peak, when the face was at rest.",
        ),
        (Guess("chin", "B"), "Another place: you said the chin.", "You named no moment."),
    ],
)
def test_a_guess_is_answered_in_sentences(guess, place, moment):
    assert judged_sentences(BROW, guess) == (place, moment)


def test_sides_are_named_from_the_person_and_from_the_picture():
    assert place_name("cheek", "R") == "the right cheek (left in the picture)"
    assert place_name("mouth", "B") == "both sides of the mouth"
    assert place_name("nose", "L") == "the nose"


def test_the_clip_on_disk_is_the_clip_that_was_shown(tmp_path):
    small = Challenge(BROW.part, BROW.side, dataclasses.replace(BROW.scenario, num_frames=43))
    shown = render_challenge(small).clip
    write_challenge(tmp_path / "clip.mp4", small)
    read = read_clip(tmp_path / "clip.mp4")
    assert read.num_frames == shown.num_frames
    np.testing.assert_allclose(read.timestamps_ms, shown.timestamps_ms, atol=0.01)
    assert np.abs(read.frames[36].astype(int) - shown.frames[36]).mean() < 3


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(MerError, match="choose a folder"):
        write_challenge(tmp_path / "nowhere" / "clip.mp4", BROW)
