from dataclasses import replace

import numpy as np
import pytest

from mer_core.drawing.explain_views import Look, attention_picture, attribution_picture, strain_control_picture
from mer_core.explain.attribution import Attribution
from mer_core.explain.gates import AttentionView, Kind
from mer_core.explain.methods import method_of

SIDE = 120
PLAIN = Look(side=SIDE)


def _attribution(values, method="integrated_gradients", channels=("u", "v", "strain")):
    return Attribution(method_of(method), np.float32(values), channels, 0, None, None, (), 1.0)


@pytest.fixture
def left_for_right_against():
    """For the class on the left half of the picture, against it on the right, in the first channel alone."""
    values = np.zeros((3, 28, 28))
    values[0, :, :14], values[0, :, 14:] = 1, -1
    return _attribution(values)


def _red_less_blue(picture):
    face = picture[:SIDE].astype(int)
    return face[..., 0] - face[..., 2]


def test_what_speaks_for_the_class_is_red_and_what_speaks_against_it_blue(sample_analysis, left_for_right_against):
    difference = _red_less_blue(attribution_picture(sample_analysis, left_for_right_against, None, PLAIN))
    assert difference[:, :55].min() > 40
    assert difference[:, 65:].max() < -40


def test_an_empty_channel_and_no_strength_leave_the_grey_face(sample_analysis, left_for_right_against):
    empty = attribution_picture(sample_analysis, left_for_right_against, "v", PLAIN)
    weak = attribution_picture(sample_analysis, left_for_right_against, None, replace(PLAIN, strength=0.0))
    assert not _red_less_blue(empty).any()
    assert np.array_equal(empty[:SIDE], weak[:SIDE])


def test_channels_share_one_scale_so_that_a_faint_one_looks_faint(sample_analysis):
    values = np.zeros((3, 28, 28))
    values[0], values[1] = 1.0, 0.1
    found = _attribution(values)
    strong, faint = (
        np.abs(_red_less_blue(attribution_picture(sample_analysis, found, name, PLAIN))).mean() for name in ("u", "v")
    )
    assert faint < 0.25 * strong


def test_a_method_without_sign_draws_the_size_and_an_unknown_channel_is_refused(sample_analysis):
    values = np.zeros((3, 28, 28))
    values[0, :, :14], values[1, :, :14] = 1, -1
    found = _attribution(values, "saliency")
    picture = attribution_picture(sample_analysis, found, None, PLAIN)
    blank = attribution_picture(sample_analysis, _attribution(np.zeros((3, 28, 28)), "saliency"), None, PLAIN)
    assert (picture[:SIDE, :55] != blank[:SIDE, :55]).any(axis=2).all()  # the two signs do not cancel
    assert np.array_equal(picture[:SIDE, 65:], blank[:SIDE, 65:])
    with pytest.raises(ValueError, match="tuple.index"):
        attribution_picture(sample_analysis, found, "w", PLAIN)


def test_outlines_and_the_surrounding_change_only_what_they_should(sample_analysis, left_for_right_against):
    plain = attribution_picture(sample_analysis, left_for_right_against, None, PLAIN)
    outlined = attribution_picture(sample_analysis, left_for_right_against, None, replace(PLAIN, outlines=True))
    light = attribution_picture(sample_analysis, left_for_right_against, None, replace(PLAIN, dark=False))
    changed = (plain[:SIDE] != outlined[:SIDE]).any(axis=2).mean()
    assert 0.02 < changed < 0.6
    assert np.array_equal(plain[SIDE:], outlined[SIDE:])
    assert np.array_equal(plain[:SIDE], light[:SIDE])
    assert light[SIDE:].mean() > plain[SIDE:].mean()


def test_attention_is_drawn_in_cells_as_large_as_they_are(sample_analysis):
    maps = np.zeros((1, 4, 4), np.float32)
    maps[0, 1, 2] = 1.0
    view = AttentionView("Gate", "gate", Kind.SPATIAL_GATE, maps, ("all",), (0.0, 1.0))
    nothing = replace(view, maps=np.zeros_like(maps))
    drawn, blank = (attention_picture(sample_analysis, one, 0, PLAIN)[:SIDE] for one in (view, nothing))
    changed = (drawn != blank).any(axis=2)
    assert changed[30:60, 60:90].all()
    assert changed.sum() == 30 * 30


def test_the_control_shows_the_strain_and_no_network(sample_analysis):
    picture = strain_control_picture(sample_analysis, PLAIN)
    assert picture.shape[1] == SIDE
    still = replace(
        sample_analysis, motion=replace(sample_analysis.motion, strain=np.zeros_like(sample_analysis.motion.strain))
    )
    assert not np.array_equal(picture, strain_control_picture(still, PLAIN))
