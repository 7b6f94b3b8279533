"""The card of a checkpoint: what it is, where it comes from, what it must not be used for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mer_core.checkpoints import Checkpoint
from mer_core.inputs import NOT_STATED, InputSpec
from mer_core.models import model_info
from training.provenance import NOT_RECORDED
from training.reliability.card_section import trust_section

_LIMITS = """## Limits

It describes facial movement; it does not measure what someone feels, means or hides, and it is not a lie detector. It
must choose one of three laboratory categories even for a face that did nothing. Not for decisions about people."""


@dataclass(frozen=True)
class Commands:
    """The command lines that lead to a cross-validated checkpoint, without the places of anybody's files."""

    fit: str
    loso: str
    reliability: str


def fitted_card(checkpoint: Checkpoint, command: str) -> str:
    """The card of a checkpoint trained on all samples at once, Markdown.

    Args:
        checkpoint: with `training` as `training.cli` records it.
        command: the command line that made it.
    """
    training = checkpoint.training
    standing = f"""**Not yet cross-validated.** These weights were trained on all {training["num_samples"]} samples at
once, so there is no person left on whom they could be scored. Its probabilities are not calibrated."""
    return _trained_card(checkpoint, standing, f"- Command: `{command}`")


def validated_card(checkpoint: Checkpoint, commands: Commands) -> str:
    """The card of such a checkpoint that also has a reliability, Markdown.

    Args:
        checkpoint: with `training` as `training.cli` records it, and a reliability.
        commands: that made it.
    """
    assert checkpoint.reliability is not None, "a card of what was measured needs a measurement"
    run = checkpoint.reliability.run
    precision = "" if run["precision"] == "fp32" else "; the one trained on everybody in fp32"
    made = f"""- Command: `{commands.fit}`
- The networks that were measured (seed {run["seed"]}, {run["precision"]}{precision}; {run["trained_with"]};
  {_when_and_where(run)}):
  `{commands.loso}`
- The measurement: `{commands.reliability}`"""
    return _trained_card(checkpoint, trust_section(checkpoint, checkpoint.reliability), made)


def _when_and_where(run: Mapping[str, Any]) -> str:
    """When, at which commits and on what a run's networks were trained; records of before this was kept lack it."""
    date, commits, hardware = (run.get(name, NOT_RECORDED) for name in ("date", "commit", "hardware"))
    return f"date {date}, commits {commits}, hardware {hardware}"


def _trained_card(checkpoint: Checkpoint, standing: str, made: str) -> str:
    """The card of a checkpoint trained on all samples: what is known of its answers, and the commands that made it."""
    training = checkpoint.training
    counts = ", ".join(f"{number} {name}" for name, number in training["class_counts"].items())
    return f"""{_front_matter("research use only")}
# {checkpoint.name}

{_network_line(checkpoint)}

{standing}

## Origin

- Training data: {training["data"]}:
  {training["num_samples"]} clips of {training["num_subjects"]} people ({counts}); sha256 `{training["data_sha256"]}`.
- Recipe: `{training["recipe"]}`, {training["epochs"]} epochs fixed beforehand, seed {training["seed"]}, last epoch;
  final training loss {training["final_loss"]:.4f}.
- Software: {training["software"]}.
{made}

## Terms

**Research use only**: the source databases are under licence agreements that allow research. The code is Apache-2.0.

{_input_section(checkpoint)}

{_LIMITS}
"""


def imported_card(checkpoint: Checkpoint, command: str) -> str:
    """The card of published weights that were imported, Markdown."""
    training = checkpoint.training
    return f"""{_front_matter("see the repository the weights come from")}
# {checkpoint.name}

{_network_line(checkpoint)}

**Not cross-validated here.**

## Origin

- Imported from `{training["file"]}` (sha256 `{training["file_sha256"]}`),
  the published weights of the official repository.
- Command: `{command}`

## Terms

Those of the repository and of the databases the weights were trained on.

{_input_section(checkpoint)}

{_LIMITS}
"""


def _front_matter(licence: str) -> str:
    return f"""---
library_name: mer-studio
license: other
license_name: {licence.replace(" ", "-")}
tags: [micro-expression-recognition, optical-flow]
---"""


def _network_line(checkpoint: Checkpoint) -> str:
    info = model_info(checkpoint.architecture)
    authors, paper = ", ".join(info.paper.authors), info.paper
    doi = f", DOI {paper.doi}" if paper.doi else ""
    return (
        f"{info.title}, {checkpoint.num_parameters:,} parameters.\n"
        f"{authors}: {paper.title}. {paper.venue}, {paper.year}{doi}."
    )


def _input_section(checkpoint: Checkpoint) -> str:
    spec = checkpoint.input_spec
    channels = ", ".join(spec.channels)
    return f"""## Input and output

- Input `{spec.kind}`: {channels}, {spec.size}x{spec.size} px; {_flow(spec)},
  strain {spec.strain_mode}, head motion {"removed" if spec.remove_head_motion else "kept"}.
- Output: logits over {", ".join(checkpoint.labels)}."""


def _flow(spec: InputSpec) -> str:
    """What computes the flow of a clip, and what computed that of the training maps."""
    if spec.flow_version.startswith(NOT_STATED):
        return f"a clip's flow by {spec.flow_method} (which method made the training maps, their authors do not state)"
    return f"flow by {spec.flow_method} ({spec.flow_version})"
