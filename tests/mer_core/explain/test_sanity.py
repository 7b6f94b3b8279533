from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.explain.attribution import NotPossible, attribute
from mer_core.explain.completeness import Completeness
from mer_core.explain.methods import method_of
from mer_core.explain.random_weights import with_random_weights
from mer_core.explain.sanity import (
    Infidelity,
    MaxSensitivity,
    Randomisation,
    infidelity,
    max_sensitivity,
    randomisation,
    rank_correlation,
)
from mer_core.models import build_model


def test_completeness_is_a_share_of_the_difference():
    assert Completeness(2.0, 1.9).error == pytest.approx(0.05)
    assert Completeness(2.0, 1.91).holds
    assert Completeness(-2.0, 2.0).error == 2
    assert "off by 200%" in Completeness(-2.0, 2.0).sentence()
    assert "nothing to divide up" in Completeness(0.0, 1.0).sentence()
    assert Completeness(0.0, 0.0).holds


@pytest.mark.parametrize("method", ["saliency", "input_x_gradient", "integrated_gradients", "deep_lift"])
def test_of_a_linear_network_a_picture_foretells_everything(linear, ask, method):
    question = ask(linear)
    found = infidelity(question, attribute(question, method))
    assert found.value < 1e-8
    assert found.unexplained < 1e-4
    assert "foretells 100%" in found.sentence()


def test_a_picture_at_odds_with_the_network_foretells_little(linear, ask):
    question = ask(linear)
    made = attribute(question, "input_x_gradient")
    rng = np.random.default_rng(0)
    shuffled = replace(made, values=rng.permutation(made.values.ravel()).reshape(made.values.shape))
    assert infidelity(question, shuffled).unexplained > 0.5


def test_a_picture_with_the_wrong_sign_foretells_nothing(linear, ask):
    question = ask(linear)
    made = attribute(question, "input_x_gradient")
    assert infidelity(question, replace(made, values=-made.values)).unexplained == 1


def test_an_empty_picture_foretells_nothing_and_a_network_that_does_not_react_cannot_be_checked(linear, ask):
    question = ask(linear)
    made = attribute(question, "saliency")
    assert infidelity(question, replace(made, values=np.zeros_like(made.values))).unexplained == 1
    with torch.no_grad():
        linear.head.weight.zero_()
    assert infidelity(question, made).unexplained is None
    assert "cannot be checked" in Infidelity(0.0, None).sentence()


def test_the_gradient_of_a_linear_network_does_not_depend_on_the_input(linear, ask):
    assert max_sensitivity(ask(linear), "saliency", num_draws=3).value == 0


def test_contributions_of_a_linear_network_change_as_its_input_does(linear, ask):
    found = max_sensitivity(ask(linear), "input_x_gradient", num_draws=3)
    assert 0 < found.value < 2 * found.radius
    assert "steady" in found.sentence()
    assert "unsteady" in MaxSensitivity(0.8, 0.02).sentence()


def test_checks_of_a_method_that_is_not_possible_say_why(linear, ask):
    question = ask(linear)
    assert isinstance(max_sensitivity(question, "guided_backprop"), NotPossible)


def test_random_weights_are_drawn_by_the_seed_and_leave_the_network_and_the_generator_alone():
    network = build_model("off_tanet").eval()
    with torch.no_grad():
        network.stem[2].running_mean += 3
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.get_rng_state()
    drawn = [with_random_weights(network, seed).state_dict() for seed in (1, 1, 2)]
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    weight = "stem.0.weight"
    assert torch.equal(drawn[0][weight], drawn[1][weight])
    assert not torch.equal(drawn[0][weight], drawn[2][weight])
    assert drawn[0][weight].abs().max() <= 1 / np.sqrt(3 * 49)
    assert not drawn[0]["stem.2.running_mean"].any()
    assert (drawn[0]["stem.2.weight"] == 1).all()


def test_a_picture_that_ignores_the_weights_fails_randomisation(linear, ask):
    question = ask(linear)
    made = attribute(question, "saliency")
    untrained = attribute(replace(question, network=with_random_weights(linear, 0)), "saliency")
    same = randomisation(question, replace(made, values=untrained.values), num_draws=1)
    assert same.correlation == pytest.approx(1)
    assert not same.passes
    assert "much the same picture" in same.sentence()


def test_the_gradient_of_other_weights_is_another_picture(linear, ask):
    question = ask(linear)
    found = randomisation(question, attribute(question, "saliency"))
    assert abs(found.correlation) < 0.2
    assert found.passes
    assert "depends on what was learnt" in found.sentence()


def test_an_empty_picture_passes_nothing():
    assert rank_correlation(np.zeros(5), np.arange(5)) is None
    assert not Randomisation(None).passes
    assert "no comparison" in Randomisation(None).sentence()


def test_ranks_are_compared_and_not_values():
    values = np.arange(10.0).reshape(2, 5)
    assert rank_correlation(values, np.exp(values)) == pytest.approx(1)


def test_signs_are_votes_but_for_sensitivities():
    assert not method_of("saliency").is_signed
    assert method_of("integrated_gradients").is_signed
