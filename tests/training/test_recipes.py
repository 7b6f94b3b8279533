import json
from dataclasses import replace

import pytest
import torch

from mer_core.errors import MerError
from mer_core.inputs import CHANNELS
from mer_core.models import build_model, list_models, model_info
from training.fit import fit, seeded_model
from training.optimiser import make_optimiser
from training.recipes import Recipe, load_recipe

_RECIPES = [(network, name) for network in list_models() for name in ("authors", "honest")]
_SLOW_TO_TRAIN = ("macnn", "micro_attention", "htnet")


@pytest.mark.parametrize(("network", "name"), _RECIPES)
def test_every_network_has_both_recipes_and_takes_the_input_they_make(network: str, name: str) -> None:
    recipe = load_recipe(network, name)
    assert sorted(recipe.channels) == sorted(model_info(network).channels)
    inputs = recipe.input_spec.from_planes(torch.zeros(2, len(CHANNELS), 28, 28))
    assert tuple(inputs.shape[1:]) == model_info(network).input_shape
    with torch.device("meta"):
        assert build_model(network)(inputs.to("meta")).shape == (2, 3)


@pytest.mark.parametrize("network", list_models())
def test_an_honest_recipe_varies_its_maps_and_the_authors_did_not(network: str) -> None:
    assert load_recipe(network, "honest").augment
    assert not load_recipe(network, "authors").augment


@pytest.mark.parametrize(
    ("network", "name"),
    [
        pytest.param(*both, marks=pytest.mark.slow if both[0] in _SLOW_TO_TRAIN else (), id="-".join(both))
        for both in _RECIPES
    ],
)
def test_a_network_trains_with_each_of_its_recipes(network: str, name: str) -> None:
    recipe = replace(load_recipe(network, name), epochs=1)
    planes = torch.rand(6, 3, 28, 28, generator=torch.Generator().manual_seed(1)) * 255
    losses = fit(seeded_model(network, 0), planes, torch.arange(6) % 3, recipe, 0)
    assert losses[0] > 0


def test_micro_attention_learns_by_gradient_descent_with_momentum() -> None:
    recipe = load_recipe("micro_attention", "authors")
    optimiser, _ = make_optimiser([torch.zeros(1, requires_grad=True)], recipe)
    assert isinstance(optimiser, torch.optim.SGD)
    group = optimiser.param_groups[0]
    assert (group["lr"], group["momentum"], group["weight_decay"]) == (1e-3, 0.9, 5e-4)


def test_two_steps_with_momentum_go_as_far_as_its_formula_says() -> None:
    recipe = replace(load_recipe("micro_attention", "authors"), weight_decay=0.0)
    weight = torch.zeros(1, requires_grad=True)
    optimiser, schedule = make_optimiser([weight], recipe)
    for _ in range(2):
        weight.grad = torch.ones(1)
        optimiser.step()
    assert weight.item() == pytest.approx(-1e-3 * (1 + 1.9))
    for _ in range(recipe.decay_every):
        schedule.step()
    assert optimiser.param_groups[0]["lr"] == pytest.approx(1e-4)


def test_all_others_learn_by_adam() -> None:
    for network in set(list_models()) - {"micro_attention"}:
        recipe = load_recipe(network)
        assert isinstance(make_optimiser([torch.zeros(1, requires_grad=True)], recipe)[0], torch.optim.Adam)


@pytest.mark.parametrize("network", ["micro_attention", "ststnet"])
def test_a_recipe_survives_its_file(network: str) -> None:
    recipe = load_recipe(network)
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_a_run_begun_before_there_was_a_choice_of_optimiser_is_the_same_run_as_ever() -> None:
    old = load_recipe("ststnet").to_json()
    assert not {"optimiser", "momentum"} & set(old)
    assert Recipe.from_json(old).optimiser == "adam"
    assert Recipe.from_json(old).to_json() == old


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimiser": "lamb"}, "Unknown optimiser 'lamb'; choose one of adam, sgd"),
        ({"momentum": 0.9}, "momentum of adam must be 0"),
        ({"optimiser": "sgd", "momentum": 1.0}, "momentum of sgd must be below 1, got 1.0"),
        ({"momentun": 0.9}, "unknown or missing entries momentun"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(MerError, match=message):
        Recipe.from_json({**load_recipe("ststnet").to_json(), **changes})


def test_a_missing_recipe_is_refused_with_what_there_is() -> None:
    with pytest.raises(MerError, match=r"no recipe for 'resnet'; there are recipes for dual_inception, htnet, macnn"):
        load_recipe("resnet")
    with pytest.raises(MerError, match="no recipe 'mine' for ststnet"):
        load_recipe("ststnet", "mine")
