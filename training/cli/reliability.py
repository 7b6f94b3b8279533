"""`reliability`: tell a checkpoint how far its answers may be trusted, from an honest run of the same network."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from mer_core.checkpoints import Checkpoint, config_of, find_checkpoint, load_checkpoint, network_of, save_checkpoint
from mer_core.ensemble import FoldEnsemble
from mer_core.reliability import Reliability
from mer_core.scores import as_interval, as_score
from training.cards import Commands, validated_card
from training.cli.common import describe_data, read_data, software
from training.cli.progress import show_progress
from training.datasets.maps import LabelledMaps
from training.loso import out_of_fold
from training.overlap import FITTED_ON, fingerprints
from training.predictions import Predictions
from training.provenance import provenance
from training.recipes import load_recipe
from training.reliability.ensemble import as_stored, compare, fold_ensemble
from training.reliability.known_motion import fit_known_motion
from training.reliability.match import require_complete, require_same_network
from training.reliability.measure import answer_sets_of, calibration_of, cross_fitted, people_of, record_of
from training.run_spec import RunSpec
from training.store import RunStore

_LOG_EVERY = 100  # maps


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "reliability", help="tell a checkpoint how far to trust it, from an honest run of the same network"
    )
    parser.add_argument(
        "folder",
        type=Path,
        metavar="RUN",
        help="a complete run; one that is test-picked as well is judged after its last epoch",
    )
    parser.add_argument("--checkpoint", required=True, metavar="NAME|DIR", help="name or folder; it is rewritten")
    parser.add_argument(
        "--data", action="append", metavar="KIND:PATH", help="where the run's data lie now, if not where they lay then"
    )
    parser.add_argument("--no-ensemble", action="store_true", help="leave the networks of the folds out")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, write the checkpoint anew, say what was found."""
    store = RunStore(options.folder)
    spec = RunSpec.from_json(store.spec())
    folder = find_checkpoint(options.checkpoint)
    checkpoint = load_checkpoint(folder, network_only=True)  # what is damaged or outdated is made anew
    require_same_network(store, spec, checkpoint)
    data = read_data(options.data or spec.data, None if spec.subset is None else Path(spec.subset))
    require_complete(store, spec, data)
    ensemble, note = (None, "") if options.no_ensemble else _ensemble(store, spec, data)
    reliability = _reliability(out_of_fold(store, data), data, checkpoint, _facts(store, spec, note))
    told = _told(checkpoint, reliability, ensemble, data)
    card = validated_card(told, _commands(spec, told))
    save_checkpoint(told, folder, card, overwrite=True)
    print("\n".join([*_summary(reliability), *([note] if note else []), f"Wrote {folder}."]))
    return 0


def _ensemble(store: RunStore, spec: RunSpec, data: LabelledMaps) -> tuple[FoldEnsemble, str]:
    exact = fold_ensemble(store, spec, data)
    stored = as_stored(exact, spec)
    inputs = spec.recipe.input_spec.from_planes(data.planes)
    return stored, compare(exact, stored, inputs, _show).sentence()


def _show(done: int, total: int) -> None:
    line, is_last = f"networks asked about map {done} of {total}", done == total
    show_progress(line, is_last, line if is_last or done % _LOG_EVERY == 0 else None)


def _reliability(
    predictions: Predictions, data: LabelledMaps, checkpoint: Checkpoint, facts: dict[str, Any]
) -> Reliability:
    found = cross_fitted(predictions)
    calibration = calibration_of(predictions, found)
    return Reliability(
        run={**network_of(config_of(checkpoint)), **facts},
        record=record_of(predictions),
        calibration=calibration,
        sets=answer_sets_of(predictions, found, calibration.temperature),
        known_motion=fit_known_motion(data.maps, people_of(predictions)),
    )


def _facts(store: RunStore, spec: RunSpec, note: str) -> dict[str, Any]:
    made = provenance([store.outcome(key) for key in sorted(store.finished())])
    return {
        "recipe": spec.recipe_name,
        "epochs": spec.recipe.epochs,
        "seed": spec.seed,
        "precision": spec.precision,
        "data": describe_data(spec.data),
        "data_sha256": spec.data_digest,
        "trained_with": spec.software,
        **{name: made[name] for name in ("date", "commit", "hardware")},
        "measured_with": software(),
        "folds_file": note or "left out",
    }


def _told(
    checkpoint: Checkpoint, reliability: Reliability, ensemble: FoldEnsemble | None, data: LabelledMaps
) -> Checkpoint:
    """The checkpoint with what is now known of it."""
    training = {
        **checkpoint.training,
        FITTED_ON: fingerprints(data),
        "validation": f"leave one subject out, {reliability.record.num_subjects} people: "
        f"UF1 {as_interval(reliability.record.uf1)}, measured on networks of the folds",
    }
    return replace(checkpoint, training=training, reliability=reliability, ensemble=ensemble)


def _commands(spec: RunSpec, checkpoint: Checkpoint) -> Commands:
    """The commands that lead to this checkpoint; where the data lay is nobody else's business."""
    data = " ".join(f"--data {source.partition(':')[0]}:PATH" for source in spec.data)
    if spec.subset is not None:
        data += " --subset CSV"
    chosen = f"{data} --model {spec.model} --recipe {spec.recipe_name}"
    usual = load_recipe(spec.model, spec.recipe_name).epochs
    epochs = "" if spec.recipe.epochs == usual else f" --epochs {spec.recipe.epochs}"
    return Commands(
        fit=f"python -m training fit {chosen} --seed {checkpoint.training['seed']} --out DIR",
        loso=f"python -m training loso {chosen}{epochs} --seed {spec.seed} --precision {spec.precision} --out RUN",
        reliability="python -m training reliability RUN --checkpoint DIR"
        + (" --no-ensemble" if checkpoint.ensemble is None else ""),
    )


def _summary(reliability: Reliability) -> list[str]:
    record, sets, calibration = reliability.record, reliability.sets, reliability.calibration
    baseline = record.baseline
    classes = ", ".join(f"{name} {as_score(share)}" for name, share in sets.class_coverage.items())
    return [
        f"{record.num_samples} clips of {record.num_subjects} people, each judged by a network that never saw the "
        "person.",
        f"UF1 {as_interval(record.uf1)}, UAR {as_interval(record.uar)}; always {baseline.always}: UF1 "
        f"{as_score(baseline.uf1)}, UAR {as_score(baseline.uar)}.",
        f"Temperature {calibration.temperature:.3f}; calibration error {as_score(calibration.ece_before)} before, "
        f"{as_score(calibration.ece_after)} after ({as_score(calibration.ece_of_perfect)} if it were perfect); "
        f"negative log likelihood {calibration.nll_before:.3f} before, {calibration.nll_after:.3f} after.",
        f"Answer sets aim at {100 * sets.target:.0f} % in each class: {as_interval(sets.coverage)} measured "
        f"({classes}), {sets.mean_size:.2f} classes on average.",
    ]
