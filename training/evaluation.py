"""A checkpoint scored on a data set, and whether that score is evidence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from mer_core.asking import ask
from mer_core.checkpoints import Checkpoint
from mer_core.ensemble import MAPS_AT_ONCE
from mer_core.errors import MerError
from mer_core.labels import LABELS
from training.datasets.extract import Progress, extract_motion, frames_of, of_each
from training.datasets.maps import LabelledMaps
from training.datasets.table import Sample
from training.loso import predictions_of_logits
from training.metrics import NUM_DRAWS, SubjectCounts
from training.overlap import Overlap
from training.predictions import Predictions
from training.report_parts import BOOTSTRAP, confusion_table, score_blocks, scores_table

_SINGLE_BATCH = 32  # the largest network takes 224x224 px: 19 MB of input at a time


def predict(
    checkpoint: Checkpoint, data: LabelledMaps, tell: Callable[[str, int, int], None] = lambda what, done, total: None
) -> Predictions:
    """What a checkpoint says about each sample, in the data's order: what answers in the app answers here.

    Args:
        checkpoint: what is scored; one that takes motion in pixels gets it from the samples' frames.
        data: the samples.
        tell: told what is being done, for how many samples it is, and of how many.

    Raises:
        MerError: its network needs motion in pixels and a sample is but a map, or shows no face.
    """
    spec = checkpoint.input_spec
    size = _SINGLE_BATCH if checkpoint.ensemble is None else MAPS_AT_ONCE
    if spec.kind == "minmax28":
        batches: Iterator[torch.Tensor] = (spec.from_planes(batch) for batch in data.planes.split(size))
    else:
        batches = iter(_in_pixels(checkpoint, data.samples, partial(tell, "motion in pixels")).split(size))
    means: list[torch.Tensor] = []
    for batch in batches:
        means.extend(ask(checkpoint, batch).double().mean(dim=0))
        tell("answers", len(means), len(data.samples))
    order = [checkpoint.labels.index(label) for label in LABELS]
    floor = torch.finfo(torch.float32).tiny  # a probability may have been rounded to 0
    return predictions_of_logits(torch.stack(means)[:, order].clamp_min(floor).log().numpy(), data)


def _in_pixels(checkpoint: Checkpoint, samples: Sequence[Sample], progress: Progress) -> torch.Tensor:
    """The inputs of a network that takes motion in pixels, float32 (N, C, size, size)."""
    spec = checkpoint.input_spec
    without = next((sample for sample in samples if sample.frames_dir is None), None)
    if without is not None:
        raise MerError(
            f"{checkpoint.name} needs motion in pixels ({spec.kind}), which the motion map of {without.sample_id} no "
            "longer holds; evaluate it on data with frames."
        )

    def measured(sample: Sample) -> torch.Tensor:
        return spec.from_motion(extract_motion(*frames_of(sample), spec))

    return torch.stack(of_each(samples, measured, None, progress))


def evaluation_json(
    checkpoint: Checkpoint, facts: Mapping[str, Any], predictions: Predictions, seen: Overlap
) -> dict[str, Any]:
    """The evaluation as plain values that `json.dumps` takes.

    Args:
        checkpoint: what was scored.
        facts: about the data; kept as they are.
        predictions: of all samples.
        seen: what of the same samples, in the same order, it was trained on.
    """
    trained_on_these = seen.trained_on_these
    return {
        "checkpoint": {
            "name": checkpoint.name,
            "architecture": checkpoint.architecture,
            "parameters": checkpoint.num_parameters,
            "answering": _answering(checkpoint),
            "sha256": checkpoint.sha256,
        },
        "facts": dict(facts),
        "trained_on_these": "unknown" if trained_on_these is None else trained_on_these,
        "overlap": seen.to_json(),
        "warning": None if trained_on_these is False else seen.sentence(),
        "bootstrap": dict(BOOTSTRAP),
        **score_blocks(SubjectCounts.of(predictions)),
        "new_people": _of_new_people(predictions, seen),
    }


def _answering(checkpoint: Checkpoint) -> str:
    if checkpoint.ensemble is None:
        return "one network"
    return f"the mean of {checkpoint.ensemble.num_networks} networks, each of which left out one person"


def evaluation_markdown(report: Mapping[str, Any], seen: Overlap) -> str:
    """What `evaluation_json` gives as Markdown, beginning with what the scores are worth."""
    name = report["checkpoint"]["name"]
    mark = {True: " (**trained on these**)", False: "", None: " (**perhaps trained on these**)"}[seen.trained_on_these]
    facts = {**{what: value for what, value in report["checkpoint"].items() if what != "name"}, **report["facts"]}
    sections = [
        f"# The checkpoint {name} on given samples{mark}",
        f"**{seen.sentence()}**" if report["warning"] else seen.sentence(),
        "\n".join(f"- {what.replace('_', ' ')}: {value}" for what, value in facts.items()),
        f"## Scores{mark}\n\n{scores_table(report, name + mark)}\n\n{_INTERVALS}",
        f"## Confusion matrix{mark}\n\n{confusion_table(report['all']['confusion'])}",
    ]
    new = report["new_people"]
    if new is not None:
        confusion = confusion_table(new["all"]["confusion"])
        heading = "## Only the people it was not trained on"
        sections.append(f"{heading}\n\n{scores_table(new, name)}\n\n{confusion}")
    return "\n\n".join(sections) + "\n"


_INTERVALS = f"In brackets the 95 % interval of {NUM_DRAWS:,} bootstrap draws over people."


def _of_new_people(predictions: Predictions, seen: Overlap) -> dict[str, Any] | None:
    """The scores on people it was not trained on, where it was on some and not on others."""
    rows = np.flatnonzero(~seen.seen_person).tolist()
    if not seen.trained_on_these or not rows:
        return None
    return score_blocks(SubjectCounts.of(predictions.selected(rows)))
