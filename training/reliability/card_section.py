"""What a checkpoint's card says of its scores and of how far to trust it."""

from textwrap import fill

from mer_core.checkpoints import Checkpoint
from mer_core.labels import LABELS
from mer_core.reliability import Calibration, Record, Reliability
from mer_core.reliability.known_motion import CANNOT_SAY_FROM
from mer_core.reliability.reliability import MEASURED_ON
from mer_core.scores import as_interval, as_score

_WIDTH = 120


def trust_section(checkpoint: Checkpoint, reliability: Reliability) -> str:
    """The paragraphs, Markdown: honest scores beside the baseline, what they hold for, classes, sets, calibration."""
    points = (_about_sets(reliability), _about_calibration(reliability.calibration), _about_familiarity(reliability))
    return "\n\n".join(
        [
            fill(_about_scores(reliability.record), _WIDTH),
            "## How far to trust it",
            *(fill(paragraph, _WIDTH) for paragraph in _about_predictor(checkpoint, reliability)),
            _classes_table(reliability),
            "\n".join(fill(f"- {point}", _WIDTH, subsequent_indent="  ") for point in points),
        ]
    )


def _about_scores(record: Record) -> str:
    baseline = record.baseline
    return (
        f"**Cross-validated: UF1 {as_interval(record.uf1)}, UAR {as_interval(record.uar)}** on {record.num_samples} "
        f"clips of {record.num_subjects} people, each judged by a network that never saw the person (leave one subject "
        f"out, epochs fixed beforehand). Always saying {baseline.always} scores UF1 {as_score(baseline.uf1)}, UAR "
        f"{as_score(baseline.uar)}. In brackets the 95 % interval by bootstrap over people; variation between training "
        "seeds is not in it."
    )


def _about_predictor(checkpoint: Checkpoint, reliability: Reliability) -> list[str]:
    """What the figures were measured on, and for what they are approximate."""
    measured = f"All of this was measured on {MEASURED_ON}."
    single = f"`model.safetensors` is one network trained on everybody. {reliability.approximation(is_ensemble=False)}"
    if checkpoint.ensemble is None:
        return [f"{measured} {single}"]
    return [
        measured,
        f"`folds.safetensors` holds the {checkpoint.ensemble.num_networks} networks of the folds, whose mean answers. "
        f"{reliability.approximation(is_ensemble=True)} It is no evidence on the people above: all networks but one "
        f"have seen each of them. Stored in {reliability.run['folds_file']}",
        single,
    ]


def _classes_table(reliability: Reliability) -> str:
    record, sets = reliability.record, reliability.sets
    lines = [
        "| class | its clips called so | right when it was said | its clips with it in the set | classes in that set |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in LABELS:
        found, said = record.found(name), record.said(name)
        share, size = as_score(sets.class_coverage[name]), f"{sets.class_mean_size[name]:.2f}"
        lines.append(f"| {name} | {found.right} of {found.of} | {said.right} of {said.of} | {share} | {size} |")
    return "\n".join(lines)


def _about_sets(reliability: Reliability) -> str:
    sets = reliability.sets
    one, two, three = sets.sizes
    return (
        f"**Answers are sets.** They aim to hold the true class in {100 * sets.target:.0f} % of the clips of each "
        f"class, and held it in {as_interval(sets.coverage)}: {one} clips got one class, {two} two, {three} all three "
        f"({sets.mean_size:.2f} on average)."
    )


def _about_calibration(calibration: Calibration) -> str:
    return (
        f"**Probabilities** come from logits divided by {calibration.temperature:.3f}: expected calibration error "
        f"{as_score(calibration.ece_before)} before, {as_score(calibration.ece_after)} after "
        f"({as_score(calibration.ece_of_perfect)} if they were perfect, on so few clips); negative log likelihood "
        f"{calibration.nll_before:.3f} before, {calibration.nll_after:.3f} after. Temperature and sets were scored on "
        "people they were not fitted on."
    )


def _about_familiarity(reliability: Reliability) -> str:
    share, count = f"{100 * CANNOT_SAY_FROM:.0f} %", len(reliability.known_motion.distances)
    return f"**Unlike clips.** A motion stranger than {share} of the {count} laboratory clips gets no class."
