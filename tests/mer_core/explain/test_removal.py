from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.explain.attribution import attribute
from mer_core.explain.removal import RemovalCurves, removal_curves


def test_curves_start_and_end_at_the_answer_for_the_clip_and_for_rest(linear, ask):
    question = ask(linear)
    curves = removal_curves(question, attribute(question, "input_x_gradient"))
    with torch.inference_mode():
        moving, resting = linear(torch.cat([question.inputs, question.baselines])).softmax(dim=1)[:, 1].tolist()
    for curve in (curves.deletion, curves.at_random, curves.insertion[::-1]):
        assert curve[0] == pytest.approx(moving, abs=1e-6)
        assert curve[-1] == pytest.approx(resting, abs=1e-6)
    assert curves.shares[0] == 0
    assert curves.shares[-1] == 1


def test_true_contributions_beat_a_random_order_and_reversed_ones_lose_to_it(linear, ask):
    question = ask(linear)
    made = attribute(question, "input_x_gradient")
    curves = removal_curves(question, made)
    assert curves.deletion_area < curves.random_area < curves.insertion_area
    assert "do carry the answer" in curves.sentence()
    turned = removal_curves(question, replace(made, values=-made.values))
    assert turned.insertion_area < turned.random_area < turned.deletion_area
    assert "no more than places picked at random" in turned.sentence()


def test_a_picture_that_helps_one_way_only_is_called_partial():
    shares, flat = np.linspace(0, 1, 15), np.full(15, 0.5)
    assert "only in part" in RemovalCurves(shares, flat - 0.1, flat - 0.1, flat).sentence()


def test_areas_lie_between_no_answer_and_certainty():
    shares = np.linspace(0, 1, 15)
    curves = RemovalCurves(shares, 1 - shares, np.ones(15), np.zeros(15))
    assert curves.deletion_area == pytest.approx(0.5)
    assert curves.insertion_area == pytest.approx(1)
    assert curves.random_area == 0
