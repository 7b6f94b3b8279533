from dataclasses import replace

import numpy as np
import pytest

from mer_core.explain.agreement import (
    USUAL_ACTION_UNITS,
    MethodAgreement,
    agreement_of_methods,
    agreement_with_regions,
)
from mer_core.explain.attribution import attribute
from mer_core.labels import LABELS
from mer_core.regions import REGIONS

BROWS = ("AU1", "AU2")


@pytest.fixture
def asked(linear, ask):
    return ask(linear)


@pytest.fixture
def made(asked):
    return attribute(asked, "saliency")


def only(made, mask):
    """A picture that marks one part alone."""
    return replace(made, values=np.where(mask, 1.0, 0.0)[None].repeat(3, axis=0).astype(np.float32))


def test_a_picture_agrees_with_itself_and_signs_do_not_matter(asked, made):
    other = replace(attribute(asked, "input_x_gradient"), values=-made.values)
    found = agreement_of_methods([made, other])
    assert found.pairs == {("saliency", "input_x_gradient"): pytest.approx(1)}
    assert "much the same places" in found.sentence()


def test_pictures_of_different_places_do_not_agree():
    assert "do not rely on a single picture" in MethodAgreement({("a", "b"): 0.1}).sentence()
    assert "no two pictures" in MethodAgreement({("a", "b"): None}).sentence()


def test_a_picture_on_the_brows_where_the_strain_is_not_points_there(asked, made):
    masks = asked.masks
    brows = masks["brow_left"] | masks["brow_right"]
    strain = masks["mouth_left"].astype(float)
    found = agreement_with_regions(only(made, brows), strain, masks, BROWS)
    assert (found.share, found.strain_share, found.area_share) == (1, 0, pytest.approx(2 / 3))
    assert not found.strain_does_as_well
    assert "more than the movement by itself" in found.sentence()


def test_a_picture_that_repeats_the_strain_says_nothing_about_the_network(asked, made):
    masks = asked.masks
    brows = masks["brow_left"] | masks["brow_right"]
    found = agreement_with_regions(only(made, brows), brows.astype(float), masks, BROWS)
    assert found.strain_does_as_well
    assert found.like_strain == pytest.approx(1)
    assert "only says where the face moved" in found.sentence()


def test_a_picture_elsewhere_does_not_point_there(asked, made):
    found = agreement_with_regions(only(made, asked.masks["mouth_left"]), np.ones((28, 28)), asked.masks, BROWS)
    assert found.share == 0
    assert "does not point there" in found.sentence()


def test_the_usual_action_units_of_every_class_show_in_some_region():
    shown = {unit for region in REGIONS for unit in region.action_units}
    assert set(USUAL_ACTION_UNITS) == set(LABELS)
    assert USUAL_ACTION_UNITS["positive"] == ("AU12",)
    assert set(USUAL_ACTION_UNITS["surprise"]) == {"AU1", "AU2", "AU5"}
    assert "AU4" in USUAL_ACTION_UNITS["negative"]
    assert {unit for units in USUAL_ACTION_UNITS.values() for unit in units} <= shown
