import numpy as np
import pytest
import torch

from mer_core.checkpoints import Checkpoint
from mer_core.explain.au_evidence import Asymmetry, asymmetries, au_evidence, evidence_sentences
from mer_core.explain.au_priors import PRIORS, priors_of
from mer_core.explain.au_rules import consistent_units
from mer_core.explain.places import masks_at
from mer_core.findings import RegionMotion
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from mer_core.predictor import Predictor
from mer_core.regions import REGIONS
from mer_core.synthesis.action_units import ACTION_UNITS
from mer_core.synthetic import ActiveUnit, Scenario, render


@pytest.fixture(scope="module")
def analysis_of():
    torch.manual_seed(0)
    predictor = Predictor(Checkpoint("untrained", build_model("ststnet").eval(), "ststnet", InputSpec()))

    def analysed(*units):
        scenario = Scenario("positive", units, onset=8, apex=14, offset=20, num_frames=24)
        return predictor.analyze(render(scenario).clip, onset=8, apex=14, offset=20)

    return analysed


@pytest.fixture(scope="module")
def one_sided_smile(analysis_of):
    return analysis_of(ActiveUnit("AU12", "L", 2.0))


def _motion(name, u, v, noise_px=0.05):
    region = next(region for region in REGIONS if region.name == name)
    return RegionMotion(region, u, v, strain=0.01, noise_px=noise_px)


# The same movement on both sides of the face: outwards is to the right of the picture on the person's left.
@pytest.mark.parametrize(
    ("part", "out", "up", "place", "expected"),
    [
        ("brow", 0.0, 1.0, (0.2, 0.5), "AU1"),
        ("brow", 0.0, 1.0, (0.8, 0.5), "AU2"),
        ("brow", -0.6, -0.6, (0.3, 0.5), "AU4"),
        ("eye", 0.0, 1.0, (0.5, 0.2), "AU5"),
        ("eye", 0.0, 1.0, (0.5, 0.7), "AU7"),
        ("eye", 0.0, -1.0, (0.5, 0.2), "AU43"),
        ("cheek", 0.0, 1.0, (0.5, 0.3), "AU6"),
        ("cheek", -1.0, 0.0, (0.7, 0.7), "AU14"),
        ("mouth", 0.7, 0.7, (0.7, 0.4), "AU12"),
        ("mouth", 0.0, 1.0, (0.3, 0.3), "AU10"),
        ("mouth", 0.0, -1.0, (0.7, 0.4), "AU15"),
        ("mouth", 1.0, 0.0, (0.7, 0.4), "AU20"),
        ("mouth", -1.0, 0.0, (0.7, 0.4), "AU23"),
    ],
)
def test_direction_and_place_decide_the_unit_alike_on_both_sides(part, out, up, place, expected):
    left = consistent_units(_motion(f"{part}_left", out, -up), *place)
    right = consistent_units(_motion(f"{part}_right", -out, -up), *place)
    assert left[0] == expected
    assert right == left


def test_a_movement_that_no_unit_makes_gets_none():
    assert consistent_units(_motion("brow_left", 1.0, 0.0), 0.5, 0.5) == ()  # straight outwards
    assert consistent_units(_motion("chin", 1.0, 0.0), 0.5, 0.5) == ()
    assert consistent_units(_motion("chin", 0.0, 0.0), 0.5, 0.5) == ()


def test_every_unit_in_rules_priors_and_regions_has_a_name():
    named = {prior.unit for prior in PRIORS} | {unit for region in REGIONS for unit in region.action_units}
    assert named <= set(ACTION_UNITS)


@pytest.mark.parametrize("unit", ["AU1", "AU2", "AU4", "AU5", "AU6", "AU9", "AU12", "AU15", "AU17", "AU20"])
def test_a_rendered_unit_is_named_first_by_the_region_that_moved_most(analysis_of, unit):
    top = au_evidence(analysis_of(ActiveUnit(unit, "B", 2.0)))[0]
    assert unit in top.region.action_units
    assert unit in top.units
    assert f"{unit} ({ACTION_UNITS[unit].name})" in top.sentence()


def test_two_sides_that_moved_alike_share_a_sentence(analysis_of):
    both = evidence_sentences(au_evidence(analysis_of(ActiveUnit("AU12", "B", 2.0))))
    assert both[0].startswith("Both sides, mouth: moved up and outwards, left ")
    assert both[0].endswith("; consistent with AU12 (lip corner puller).")
    assert not any("side of the mouth" in sentence for sentence in both)


def test_a_side_that_moved_alone_has_its_own_sentence(one_sided_smile):
    alone = evidence_sentences(au_evidence(one_sided_smile))
    assert alone[0].startswith("The left side of the mouth moved up and outwards by ")


def test_within_noise_no_unit_is_named(one_sided_smile):
    still = [one for one in au_evidence(one_sided_smile) if not one.motion.is_above_noise]
    assert still
    assert all(one.units == () for one in still)
    assert all(one.sentence().endswith("stayed within this clip's noise.") for one in still)


def test_a_one_sided_smile_is_asymmetric_and_said_to_be(one_sided_smile):
    mouth = next(one for one in asymmetries(au_evidence(one_sided_smile)) if one.part == "mouth")
    assert mouth.left_px > 3 * mouth.right_px
    assert mouth.index > 0.5
    assert mouth.sentence().startswith("Mouth: farther on the person's left (left ")


def test_two_like_sides_are_said_to_be_alike():
    assert Asymmetry("brow", 1.0, 1.1).sentence() == "Brow: about the same on both sides (left 1.0 px, right 1.1 px)."
    assert Asymmetry("brow", 0.5, 1.0).sentence().startswith("Brow: farther on the person's right")
    assert Asymmetry("brow", 0.0, 0.0).index == 0.0


def test_attribution_on_one_region_alone_is_all_its_share_whatever_its_sign(one_sided_smile):
    masks = masks_at(one_sided_smile.landmarks, one_sided_smile.motion.crop_px, 56)
    evidence = au_evidence(one_sided_smile, np.where(masks["chin"], -0.3, 0.0))
    shares = {one.region.name: one.attribution for one in evidence}
    assert shares.pop("chin") == pytest.approx(1.0)
    assert set(shares.values()) == {0.0}
    assert all(one.attribution is None for one in au_evidence(one_sided_smile))


def test_sentences_never_name_an_emotion(one_sided_smile):
    words = ("happi", "joy", "surprise", "disgust", "fear", "anger", "sad", "contempt", "negative", "positive")
    for one in au_evidence(one_sided_smile):
        assert not any(word in one.sentence().lower() for word in words)


def test_priors_are_counts_with_their_data_set_and_label():
    smile = priors_of("AU12")
    assert [(prior.dataset, prior.shown, prior.of) for prior in smile] == [("CASME II", 28, 32), ("SAMM", 26, 26)]
    assert smile[1].sentence() == "AU12 was coded in 26 of 26 SAMM clips labelled happiness"
    assert all(0 < prior.shown <= prior.of for prior in PRIORS)
    assert priors_of("AU43") == ()


def test_the_largest_motion_comes_first(one_sided_smile):
    lengths = [one.motion.px for one in au_evidence(one_sided_smile)]
    assert lengths == sorted(lengths, reverse=True)
