"""Ablations: a network beside the same network with one part taken away or replaced, all trained the same way."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch

from mer_core.errors import MerError
from mer_core.models import build_model, model_info
from mer_core.models.macs import count_parameters
from mer_core.scores import as_interval
from training.comparison import Difference, compare_runs
from training.metrics import NUM_DRAWS, SubjectCounts, score
from training.predictions import Predictions
from training.report_parts import BOOTSTRAP, score_block, score_cells, scores_json, table
from training.run_spec import RunSpec

FULL = "full"
_HEAD = "variant", "parameters", "UF1", "UAR", "UF1 less full", "UAR less full", "McNemar p", "UF1 apart"


@dataclass(frozen=True)
class Variant:
    """One row of an ablation.

    Attributes:
        name: of its run's folder; the first row of every ablation is `FULL`.
        title: what it is, for the table.
        arguments: of `build_model`.
        authors_recipe: what the authors trained it with in place of the same entries of their recipe.
        can_be_the_full_network: whether it can compute the very same function, so that its row measures seed noise.
    """

    name: str
    title: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    authors_recipe: Mapping[str, Any] = field(default_factory=dict)
    can_be_the_full_network: bool = False


ABLATIONS: Mapping[str, tuple[Variant, ...]] = {
    "off_tanet": (
        Variant(FULL, "triplet attention (the full network)"),
        Variant("self", "self-attention only", {"attention": "self"}),
        Variant("cbam", "channel and spatial attention only (CBAM)", {"attention": "cbam"}),
        Variant("residual", "no attention (residual stage)", {"attention": "residual"}),
        Variant("bottleneck_transformer", "bottleneck transformer", {"attention": "bottleneck_transformer"}),
    ),
    "mini_aorcnn": (
        Variant(FULL, "multi-head attention, with strain and position code (the full network)"),
        Variant("single_head", "single-head attention", {"attention": "single_head"}, can_be_the_full_network=True),
        Variant(
            "residual",
            "no attention (light residual stage)",
            {"attention": "residual"},
            authors_recipe={"decay_factor": 0.5, "decay_every": 20},
        ),
        Variant("no_strain", "without strain", {"in_channels": 2}),
        Variant("no_position", "without position code", {"position": "none"}),
    ),
}
"""By network: the variants that its paper compares, one part changed at a time."""


def variants_of(network: str) -> tuple[Variant, ...]:
    """The variants of a network, the full one first.

    Raises:
        MerError: it has none.
    """
    if network not in ABLATIONS:
        raise MerError(f"There are no ablations of {network!r}; choose one of {', '.join(sorted(ABLATIONS))}.")
    return ABLATIONS[network]


def variant_spec(full: RunSpec, variant: Variant) -> RunSpec:
    """The run of a variant, otherwise the same as that of the full network.

    A network with fewer input channels takes the first ones of the recipe.
    """
    channels = full.recipe.channels[: variant.arguments.get("in_channels", len(full.recipe.channels))]
    recipe = replace(full.recipe, channels=channels, **recipe_changes(variant, full.recipe_name))
    return replace(full, arguments=dict(variant.arguments), recipe=recipe)


def recipe_changes(variant: Variant, recipe_name: str) -> dict[str, Any]:
    """What a variant is trained with in place of the same entries of the recipe."""
    return dict(variant.authors_recipe) if recipe_name == "authors" else {}


def ablation_json(network: str, facts: Mapping[str, Any], predictions: Mapping[str, Predictions]) -> dict[str, Any]:
    """The ablation as plain values that `json.dumps` takes.

    Args:
        network: see `ABLATIONS`.
        facts: about the runs, at least "recipe"; kept as they are.
        predictions: out-of-fold, of the same samples, by name of the variant.

    Raises:
        MerError: the runs do not hold the same samples.
    """
    counts = SubjectCounts.of(predictions[FULL])
    block = score_block(counts, counts.baseline())
    sizes = {name: block[name] for name in ("num_samples", "num_subjects", "class_counts", "baseline")}
    rows = []
    for variant in variants_of(network):
        changes = recipe_changes(variant, facts["recipe"])
        rows.append({**_variant_json(network, variant, predictions), "recipe_changes": changes})
    return {"network": network, "facts": dict(facts), "bootstrap": dict(BOOTSTRAP), **sizes, "variants": rows}


def ablation_markdown(report: Mapping[str, Any]) -> str:
    """What `ablation_json` gives as Markdown, with what may be concluded from it."""
    title = model_info(report["network"]).title
    facts = "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in report["facts"].items())
    rows = [_row(variant) for variant in report["variants"]]
    always = f"always {report['baseline']['always']}", 0, *score_cells(report["baseline"])[:2], *[""] * 4
    sections = [f"# Ablation of {title}", facts, table(_HEAD, [*rows, always]), _how_to_read(report)]
    return "\n\n".join([*sections, *_notes(report)]) + "\n"


def _variant_json(network: str, variant: Variant, predictions: Mapping[str, Predictions]) -> dict[str, Any]:
    own, full = predictions[variant.name], predictions[FULL]
    return {
        "name": variant.name,
        "title": variant.title,
        "arguments": dict(variant.arguments),
        "parameters": _num_parameters(network, variant),
        "measures_seed_noise": variant.can_be_the_full_network,
        "scores": scores_json(score(SubjectCounts.of(own))),
        "less_full": None if variant.name == FULL else asdict(compare_runs(own, full)),
    }


def _num_parameters(network: str, variant: Variant) -> int:
    with torch.device("meta"):
        return count_parameters(build_model(network, **variant.arguments))


def _row(variant: Mapping[str, Any]) -> tuple[Any, ...]:
    name = f"{variant['title']} *" if variant["measures_seed_noise"] else variant["title"]
    begin = name, f"{variant['parameters']:,}", *score_cells(variant["scores"])[:2]
    if variant["less_full"] is None:
        return (*begin, *[""] * 4)
    uf1, uar = (Difference(**variant["less_full"][name]) for name in ("uf1", "uar"))
    apart = "within noise" if uf1.within_noise else "beyond noise"
    intervals = (as_interval(one.estimate) for one in (uf1, uar))
    return (*begin, *intervals, f"{variant['less_full']['mcnemar']['p_value']:.3g}", apart)


def _how_to_read(report: Mapping[str, Any]) -> str:
    return (
        f"Pooled over {report['num_samples']} samples of {report['num_subjects']} people, each predicted by a network "
        "that was not trained on that person, after the number of epochs fixed beforehand. In brackets the 95 % "
        f"interval of {NUM_DRAWS:,} bootstrap draws over people, the same draws for both sides of a difference. "
        "A variant less the full network: negative where what was taken away had helped. McNemar's exact test takes "
        "the samples for independent, which those of one person are not. One training seed: what another seed would "
        "change is not in the intervals."
    )


def _notes(report: Mapping[str, Any]) -> list[str]:
    notes = []
    for variant in report["variants"]:
        if variant["measures_seed_noise"]:
            notes.append(
                f"\\* {variant['title']}: it can compute the very same function as the full network, as the attention "
                "works per channel, so its difference shows what another random start alone is worth (seed noise). A "
                "difference no larger than that means nothing in any other row."
            )
        if variant["recipe_changes"]:
            changes = ", ".join(f"{name} {value}" for name, value in variant["recipe_changes"].items())
            notes.append(f"{variant['title']}: trained with {changes}, as its authors did.")
    return notes
