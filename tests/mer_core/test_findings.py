import pytest

from mer_core.analysis import Analysis
from mer_core.checkpoints import Checkpoint
from mer_core.findings import RegionMotion, interval_sentence, region_motions, what_moved
from mer_core.predictor import Predictor
from mer_core.regions import REGIONS, Region
from mer_core.synthetic import ActiveUnit, Scenario, render
from mer_core.verdict import verdict_sentence


def _region(name: str) -> Region:
    return next(region for region in REGIONS if region.name == name)


def _analysis(checkpoint: Checkpoint, *units: ActiveUnit, onset: int = 8) -> Analysis:
    scenario = Scenario("positive", units, onset, onset + 10, onset + 20, num_frames=onset + 24, seed=5)
    return Predictor(checkpoint).analyze(render(scenario).clip, onset=onset, apex=onset + 10)


@pytest.mark.parametrize(
    ("region", "u", "v", "words"),
    [
        ("mouth_left", 1.0, -1.0, "up and outwards"),
        ("mouth_right", -1.0, -1.0, "up and outwards"),
        ("brow_left", -1.0, 1.0, "down and inwards"),
        ("brow_right", 1.0, 1.0, "down and inwards"),
        ("brow_left", 0.1, -1.0, "up"),
        ("chin", 0.0, 1.0, "down"),
        ("nose", 1.0, 0.0, "to the person's left"),
    ],
)
def test_directions_are_named_as_seen_on_the_face(region: str, u: float, v: float, words: str) -> None:
    assert RegionMotion(_region(region), u, v, 0.0, 5.0).direction == words


def test_raised_brows_are_said_to_move_up_on_both_sides(small_checkpoint: Checkpoint) -> None:
    units = (ActiveUnit("AU1", "B", 2.5), ActiveUnit("AU2", "B", 2.5))
    first, *_ = what_moved(_analysis(small_checkpoint, *units))
    assert first.startswith("Both brows moved up")
    assert "in 100 ms" in first
    assert "px (noise there 0." in first


def test_a_smile_is_said_to_move_the_mouth_up_and_outwards(small_checkpoint: Checkpoint) -> None:
    sentences = what_moved(_analysis(small_checkpoint, ActiveUnit("AU12", "B", 2.5)))
    mouth = next(sentence for sentence in sentences if sentence.startswith("Both sides of the mouth"))
    assert "moved up and outwards" in mouth
    assert "brows" in sentences[-1]


def test_a_one_sided_movement_is_named_with_its_side(small_checkpoint: Checkpoint) -> None:
    motions = {
        motion.region.name: motion
        for motion in region_motions(_analysis(small_checkpoint, ActiveUnit("AU14", "L", 2.5)))
    }
    assert motions["mouth_left"].px > 2 * motions["mouth_right"].px


def test_without_rest_frames_the_noise_is_called_unknown(small_checkpoint: Checkpoint) -> None:
    sentences = what_moved(_analysis(small_checkpoint, ActiveUnit("AU12", "B", 2.5), onset=1))
    assert all("noise is unknown" in sentence for sentence in sentences)


def test_a_face_that_did_nothing_is_said_to_be_still(small_checkpoint: Checkpoint) -> None:
    assert what_moved(_analysis(small_checkpoint))[0].startswith("Nothing moved by more than 0.15 px")
    assert verdict_sentence(_analysis(small_checkpoint)).startswith("Cannot say")


def test_the_interval_is_given_in_ms_and_frames_with_its_source(sample_analysis: Analysis) -> None:
    apex = sample_analysis.interval.apex
    assert f"apex {apex * 10} ms (frame {apex}) (proposed)" in interval_sentence(sample_analysis)


def test_a_region_below_twice_its_own_noise_or_below_the_accuracy_of_flow_did_not_move() -> None:
    assert RegionMotion(_region("chin"), 0.0, 1.0, 0.0, noise_px=0.4).is_above_noise
    assert not RegionMotion(_region("chin"), 0.0, 1.0, 0.0, noise_px=0.6).is_above_noise
    assert not RegionMotion(_region("chin"), 0.0, 0.1, 0.0, noise_px=0.0).is_above_noise
    assert RegionMotion(_region("chin"), 0.0, 1.0, 0.0, noise_px=None).is_above_noise


def test_two_equal_pictures_say_that_nothing_moved(small_checkpoint: Checkpoint) -> None:
    still = render(Scenario("positive", (), 0, 1, 2, num_frames=3, head_motion_px=0, noise=0, lighting_drift=0))
    assert what_moved(Predictor(small_checkpoint).analyze(still.clip, onset=0, apex=1))[0].startswith("Nothing moved")
