import json
from pathlib import Path
from typing import Any

import pytest

from mer_core.errors import MerError
from mer_core.scores import as_score
from tests.training.made_up_predictions import partly_right
from training.ablation import variants_of
from training.cli import main
from training.predictions import Predictions
from training.report import report_json
from training.results_page import kept_runs, results_markdown

_ROOT = Path(__file__).parents[2]


def _keep(folder: Path, name: str, predictions: Predictions, picked: Predictions | None = None, **facts: Any) -> None:
    asked = {"model": "mini_aorcnn", "arguments": {}, "recipe": "honest", "protocol": "honest", "seed": 0}
    facts = {**asked, "epochs": 80, "precision": "bf16", **facts}
    result = report_json(predictions, facts, {} if picked is None else {"each person's best epoch": picked})
    made = {"date": "2025-01-31", "commit": "abc", "hardware": "2 cores, X", "engines": ["pool"], "fold_hours": 1.5}
    (folder / name).mkdir(parents=True)
    (folder / name / "result.json").write_text(json.dumps({**result, "provenance": made}))
    predictions.to_csv(folder / name / "predictions.csv")


def _row(text: str, *parts: str) -> str:
    return next(line for line in text.splitlines() if all(part in line for part in parts))


def test_every_run_stands_beside_the_baseline_with_the_command_that_makes_it(tmp_path: Path) -> None:
    _keep(tmp_path, "mini", partly_right(0.7, 0))
    page = results_markdown(tmp_path)
    uf1 = report_json(partly_right(0.7, 0), {"model": "m", "recipe": "r", "protocol": "honest", "seed": 0, "epochs": 1})
    assert as_score(uf1["all"]["scores"]["uf1"]["value"]) in _row(page, "| mini-AORCNN | honest, 80 epochs | 0 |")
    assert ".241 (" in _row(page, "| always negative |")
    made = _row(page, "| mini | bf16 | 2025-01-31 | abc | 2 cores, X; pool | 1.5 |")
    assert (
        "`python -m training loso --model mini_aorcnn --data megc2019:PATH --recipe honest --protocol honest --seed 0 "
        "--precision bf16`"
    ) in made
    assert "HTNet (**optimistic**)" in page


def test_picked_epochs_are_called_optimistic_and_kept_out_of_the_results(tmp_path: Path) -> None:
    _keep(tmp_path, "mini", partly_right(0.7, 0), partly_right(0.9, 1), protocol="test-picked")
    page = results_markdown(tmp_path)
    results, _, rest = page.partition("## What picking")
    assert "optimistic" not in results
    assert "each person's best epoch (**optimistic**)" in rest


def test_a_variant_is_compared_with_the_full_network_trained_the_same_way(tmp_path: Path) -> None:
    _keep(tmp_path, "full", partly_right(0.7, 0))
    _keep(tmp_path, "full-other-seed", partly_right(0.2, 0), seed=1)
    _keep(tmp_path, "variant", partly_right(0.5, 1), arguments={"position": "none"})
    page = results_markdown(tmp_path)
    section = page.partition("## Ablation of mini-AORCNN")[2].partition("##")[0]
    difference = _row(section, "without position code").split(" | ")[4]
    assert difference.startswith("-")
    assert "python -m training ablate mini_aorcnn --data" in _row(page, "| variant | bf16 |")
    assert "without position code" not in page.partition("## What")[0].partition("## Ablation")[0]


def test_planned_runs_without_a_result_are_listed_as_not_run(tmp_path: Path) -> None:
    _keep(tmp_path, "mini", partly_right(0.7, 0))
    (tmp_path / "planned.toml").write_text(
        '[[run]]\nname = "mini"\ncommand = "a"\nhours = 1\n[[run]]\nname = "htnet"\ncommand = "b"\nhours = 90\n'
    )
    section = results_markdown(tmp_path).partition("## Not run yet")[2]
    assert "| htnet | 90 | `b` |" in section
    assert "mini" not in section


def test_notes_on_the_runs_stand_below_how_they_were_made(tmp_path: Path) -> None:
    _keep(tmp_path, "mini", partly_right(0.7, 0))
    (tmp_path / "notes.md").write_text("Counted by the clock.\n")
    made = results_markdown(tmp_path).partition("## How each was made")[2]
    assert made.endswith("|\n\nCounted by the clock.\n")


def test_planned_runs_of_one_command_are_listed_together(tmp_path: Path) -> None:
    _keep(tmp_path, "mini", partly_right(0.7, 0))
    runs = [f'[[run]]\nname = "{name}"\ncommand = "ablate"\nhours = 0.9\n' for name in ("self", "cbam")]
    (tmp_path / "planned.toml").write_text("".join(runs))
    assert "| self, cbam | 1.8 | `ablate` |" in results_markdown(tmp_path)


def test_epochs_other_than_the_recipes_stand_in_the_command(tmp_path: Path) -> None:
    _keep(tmp_path, "mini", partly_right(0.7, 0), epochs=7)
    assert "--recipe honest --epochs 7 --protocol honest" in results_markdown(tmp_path)


def test_what_picking_is_worth_to_a_variant_is_said_too(tmp_path: Path) -> None:
    _keep(tmp_path, "full", partly_right(0.7, 0))
    _keep(tmp_path, "variant", partly_right(0.5, 1), partly_right(0.9, 1), arguments={"position": "none"})
    assert "(**optimistic**)" in _row(results_markdown(tmp_path).partition("## What picking")[2], "position none")


def test_a_folder_without_results_or_with_a_damaged_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MerError, match="holds no result"):
        results_markdown(tmp_path)
    _keep(tmp_path, "mini", partly_right(0.7, 0))
    (tmp_path / "mini" / "result.json").write_text("{}")
    with pytest.raises(MerError, match="is no result of a complete run"):
        kept_runs(tmp_path)


def test_a_folder_of_ablations_alone_or_of_other_samples_is_refused(tmp_path: Path) -> None:
    _keep(tmp_path / "a", "variant", partly_right(0.5, 1), arguments={"position": "none"})
    with pytest.raises(MerError, match="holds ablations only; add a run of a full network"):
        results_markdown(tmp_path / "a")
    for number, facts in enumerate([{"data": "casme2 + samm"}, {"data": "megc2019", "subset": "list.csv"}]):
        _keep(tmp_path / f"b{number}", "own", partly_right(0.5, 1), **facts)
        with pytest.raises(MerError, match=r"own was not run on the whole of megc2019"):
            results_markdown(tmp_path / f"b{number}")


def test_a_run_is_kept_only_when_it_is_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "docs" / "results.md"
    (tmp_path / "begun").mkdir()
    arguments = ["--into", str(tmp_path / "kept"), "--page", str(page)]
    assert main(["results", str(tmp_path / "begun"), *arguments]) == 2
    assert "is not complete" in capsys.readouterr().err
    _keep(tmp_path / "runs", "mini", partly_right(0.7, 0))
    assert main(["results", str(tmp_path / "runs" / "mini"), *arguments]) == 0
    assert page.read_text() == results_markdown(tmp_path / "kept")
    assert [run.name for run in kept_runs(tmp_path / "kept")] == ["mini"]


def test_a_run_on_other_data_is_refused_before_anything_is_copied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _keep(tmp_path / "runs", "mini", partly_right(0.7, 0))
    _keep(tmp_path / "runs", "own", partly_right(0.7, 0), data="casme2 + samm")
    runs = [str(tmp_path / "runs" / name) for name in ("mini", "own")]
    assert main(["results", *runs, "--into", str(tmp_path / "kept"), "--page", str(tmp_path / "page.md")]) == 2
    assert "own was not run on the whole of megc2019" in capsys.readouterr().err
    assert not (tmp_path / "kept").exists()


def test_a_kept_run_makes_way_for_the_same_run_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--into", str(tmp_path / "kept"), "--page", str(tmp_path / "page.md")]
    for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
        _keep(tmp_path / folder, "mini", partly_right(0.7, 0), seed=seed)
    assert main(["results", str(tmp_path / "a" / "mini"), *arguments]) == 0
    assert main(["results", str(tmp_path / "b" / "mini"), *arguments]) == 0
    capsys.readouterr()
    assert main(["results", str(tmp_path / "c" / "mini"), *arguments]) == 2
    assert "kept/mini keeps another run (seed); delete it" in capsys.readouterr().err
    assert main(["results", str(tmp_path / "a" / "mini"), str(tmp_path / "b" / "mini"), *arguments]) == 2
    assert "would both be kept as" in capsys.readouterr().err


def test_an_ablation_keeps_its_variants_under_the_name_of_their_network(tmp_path: Path) -> None:
    ablation = tmp_path / "runs" / "anything"
    for variant in variants_of("mini_aorcnn"):
        _keep(ablation, variant.name, partly_right(0.5, 1), arguments=dict(variant.arguments))
    (ablation / "ablation.json").write_text(json.dumps({"network": "mini_aorcnn"}))
    arguments = ["--into", str(tmp_path / "kept"), "--page", str(tmp_path / "results.md")]
    assert main(["results", str(ablation / "full"), str(ablation), *arguments]) == 0
    names = {run.name for run in kept_runs(tmp_path / "kept")}
    assert names == {f"mini_aorcnn-{variant.name}" for variant in variants_of("mini_aorcnn")}


def test_the_page_in_the_repository_is_what_its_results_give() -> None:
    assert (_ROOT / "docs" / "results.md").read_text() == results_markdown(_ROOT / "results")
