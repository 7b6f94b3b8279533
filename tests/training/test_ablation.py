from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest
import torch

from mer_core.errors import MerError
from mer_core.models import build_model, model_info
from tests.training.made_up_predictions import partly_right
from training.ablation import ABLATIONS, FULL, Variant, ablation_json, ablation_markdown, variant_spec, variants_of
from training.predictions import Predictions
from training.recipes import load_recipe
from training.run_spec import RunSpec

_PARAMETERS = {
    "off_tanet": {
        FULL: 59_403,
        "self": 55_549,
        "cbam": 56_967,
        "residual": 50_353,
        "bottleneck_transformer": 48_625,
    },
    "mini_aorcnn": {
        FULL: 39_685,
        "single_head": 39_685,
        "residual": 53_053,
        "no_strain": 39_293,
        "no_position": 39_685,
    },
}
_ALL = [(network, variant) for network, variants in ABLATIONS.items() for variant in variants]
_FACTS = {"recipe": "honest", "epochs": 80}


def _spec(network: str, recipe_name: str = "honest") -> RunSpec:
    recipe = load_recipe(network, recipe_name)
    return RunSpec(network, {}, recipe_name, recipe, "honest", 0, "fp32", ("megc2019:x",), "digest", "test")


@cache  # ten thousand draws a row take a second
def _report(network: str) -> dict[str, Any]:
    return ablation_json(network, _FACTS, _predictions(network))


def _predictions(network: str) -> dict[str, Predictions]:
    return {variant.name: partly_right(0.6, seed) for seed, variant in enumerate(variants_of(network))}


@pytest.mark.parametrize(("network", "variant"), _ALL, ids=lambda given: getattr(given, "name", given))
def test_a_variant_receives_the_input_its_network_takes(network: str, variant: Variant) -> None:
    spec = variant_spec(_spec(network), variant)
    with torch.device("meta"):
        model = build_model(network, **spec.arguments)
    inputs = spec.recipe.input_spec.from_planes(torch.zeros(2, 3, 28, 28))
    assert tuple(inputs.shape[1:]) == model.input_shape
    assert model(inputs.to("meta")).shape == (2, 3)


@pytest.mark.parametrize("network", sorted(ABLATIONS))
def test_an_ablation_begins_with_the_full_network_and_has_each_kind_of_attention_once(network: str) -> None:
    variants = variants_of(network)
    assert (variants[0].name, dict(variants[0].arguments)) == (FULL, {})
    assert len({variant.name for variant in variants}) == len(variants)
    default, *others = model_info(network).arguments["attention"]
    assert [v.arguments["attention"] for v in variants if "attention" in v.arguments] == others
    assert default not in others


def test_without_strain_the_network_receives_u_and_v() -> None:
    (variant,) = (variant for variant in variants_of("mini_aorcnn") if variant.name == "no_strain")
    assert variant_spec(_spec("mini_aorcnn"), variant).recipe.channels == ("u", "v")


@pytest.mark.parametrize(("recipe_name", "decay"), [("authors", (0.5, 20)), ("honest", (0.3, 40))])
def test_light_residual_decays_faster_in_the_authors_recipe_alone(recipe_name: str, decay: tuple[float, int]) -> None:
    (variant,) = (variant for variant in variants_of("mini_aorcnn") if variant.name == "residual")
    recipe = variant_spec(_spec("mini_aorcnn", recipe_name), variant).recipe
    assert (recipe.decay_factor, recipe.decay_every) == decay


@pytest.mark.parametrize(("network", "variant"), _ALL, ids=lambda given: getattr(given, "name", given))
def test_variants_differ_from_the_full_run_in_nothing_else(network: str, variant: Variant) -> None:
    full = _spec(network)
    spec = variant_spec(full, variant)
    same = replace(spec, arguments=full.arguments, recipe=replace(spec.recipe, channels=full.recipe.channels))
    assert same == full
    assert {field.name for field in fields(spec) if getattr(spec, field.name) != getattr(full, field.name)} <= {
        "arguments",
        "recipe",
    }


def test_a_network_without_ablations_is_refused() -> None:
    with pytest.raises(MerError, match="no ablations of 'ststnet'; choose one of mini_aorcnn, off_tanet"):
        variants_of("ststnet")


@pytest.mark.parametrize("network", sorted(ABLATIONS))
def test_each_row_has_its_parameters_its_scores_and_how_far_it_is_from_the_full_network(network: str) -> None:
    report = _report(network)
    assert {row["name"]: row["parameters"] for row in report["variants"]} == _PARAMETERS[network]
    full, *others = report["variants"]
    assert full["less_full"] is None
    for row in others:
        apart = row["scores"]["uf1"]["value"] - full["scores"]["uf1"]["value"]
        assert row["less_full"]["uf1"]["value"] == pytest.approx(apart)
        assert row["less_full"]["uf1"]["low"] < apart < row["less_full"]["uf1"]["high"]
        assert 0 < row["less_full"]["mcnemar"]["p_value"] <= 1
    assert report["baseline"]["always"] == "negative"
    assert round(report["baseline"]["uf1"]["value"], 3) == 0.241


def test_the_table_has_a_line_for_each_variant_and_one_for_the_baseline() -> None:
    text = ablation_markdown(_report("off_tanet"))
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + 5 + 1
    assert lines[2].startswith("| triplet attention (the full network) | 59,403 | .")
    assert lines[-1].startswith("| always negative | 0 | .241 (")
    assert "# Ablation of Off-TANet\n" in text
    assert "epochs: 80" in text


def test_a_variant_that_predicts_the_same_differs_in_nothing() -> None:
    same = partly_right(0.6, 0)
    report = ablation_json("off_tanet", _FACTS, {variant.name: same for variant in variants_of("off_tanet")})
    assert {row["less_full"]["uf1"]["value"] for row in report["variants"][1:]} == {0.0}
    assert ablation_markdown(report).count(".000 (.000 to .000) | .000 (.000 to .000) | 1 | within noise |") == 4


def test_the_single_head_is_said_to_measure_seed_noise() -> None:
    report = _report("mini_aorcnn")
    assert [row["name"] for row in report["variants"] if row["measures_seed_noise"]] == ["single_head"]
    text = ablation_markdown(report)
    assert "| single-head attention * | 39,685 |" in text
    assert "single-head attention: it can compute the very same function" in text
    assert "seed noise" not in ablation_markdown(_report("off_tanet"))


def test_another_recipe_for_one_row_is_said() -> None:
    same = dict.fromkeys(_PARAMETERS["mini_aorcnn"], partly_right(0.6, 0))
    authors = ablation_markdown(ablation_json("mini_aorcnn", {**_FACTS, "recipe": "authors"}, same))
    assert "trained with decay_factor 0.5, decay_every 20, as its authors did" in authors
    assert "as its authors did" not in ablation_markdown(_report("mini_aorcnn"))


def test_runs_on_other_samples_are_refused() -> None:
    predictions = _predictions("off_tanet")
    predictions["self"] = predictions["self"].selected(range(400))
    with pytest.raises(MerError, match="compare two runs on the same samples"):
        ablation_json("off_tanet", _FACTS, predictions)
