from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.errors import MerError
from tests.training.made_up_predictions import partly_right, predictions_of
from training.predictions import COLUMNS, Predictions

_ROWS = [("samm", "006", 0, 0), ("samm", "007", 1, 2), ("smic", "s01", 2, 2), ("smic", "s01", 1, 1)]


def _with_probabilities(values: list[float]) -> Predictions:
    predictions = predictions_of(_ROWS)
    probabilities = predictions.probabilities.copy()
    probabilities[1] = values
    return replace(predictions, probabilities=probabilities)


def test_the_predicted_class_is_the_most_probable_and_the_first_of_equals() -> None:
    assert predictions_of(_ROWS).predicted.tolist() == [0, 2, 2, 1]
    assert _with_probabilities([0.2, 0.4, 0.4]).predicted[1] == 1


def test_pooled_folds_are_sorted_by_id_whatever_order_they_finish_in() -> None:
    whole = partly_right(0.7, 0)
    folds = [whole.selected(range(start, len(whole), 5)) for start in range(5)]
    forwards, backwards = Predictions.pooled(folds), Predictions.pooled(folds[::-1])
    assert forwards.sample_ids == backwards.sample_ids == tuple(sorted(whole.sample_ids))
    for name in ("labels", "probabilities", "logits"):
        assert np.array_equal(getattr(forwards, name), getattr(backwards, name))
    row = whole.sample_ids.index(forwards.sample_ids[100])
    assert np.array_equal(forwards.logits[100], whole.logits[row])
    assert forwards.subjects[100] == whole.subjects[row]


def test_pooling_accepts_exactly_the_expected_samples_in_any_order() -> None:
    whole = predictions_of(_ROWS)
    parts = [whole.selected([0, 1]), whole.selected([2, 3])]
    assert len(Predictions.pooled(parts, expected=whole.sample_ids[::-1])) == 4


def test_a_sample_that_two_folds_predict_is_named() -> None:
    whole = predictions_of(_ROWS)
    with pytest.raises(MerError, match=r"samm/007/clip0001 occurs repeatedly"):
        Predictions.pooled([whole.selected([0, 1]), whole.selected([1, 2])])


def test_a_sample_without_prediction_is_named() -> None:
    whole = predictions_of(_ROWS)
    with pytest.raises(MerError, match=r"no prediction for smic/s01/clip0003; finish"):
        Predictions.pooled([whole.selected([0, 1, 2])], expected=whole.sample_ids)


def test_a_prediction_of_a_foreign_sample_is_named() -> None:
    whole = predictions_of(_ROWS)
    with pytest.raises(MerError, match=r"for smic/s01/clip0003, which is no sample of this run"):
        Predictions.pooled([whole], expected=whole.sample_ids[:3])


def test_many_names_are_cut_short() -> None:
    whole = partly_right(0.5, 0)
    with pytest.raises(MerError, match=r"and 438 more; finish"):
        Predictions.pooled([whole.selected([0])], expected=whole.sample_ids)


def test_nothing_to_pool_is_refused() -> None:
    with pytest.raises(MerError, match="no predictions to pool"):
        Predictions.pooled([])
    with pytest.raises(MerError, match="at least one sample"):
        predictions_of(_ROWS).selected([])


def test_a_repeated_id_is_refused_by_the_constructor_too() -> None:
    with pytest.raises(MerError, match="twin occurs repeatedly"):
        replace(predictions_of(_ROWS), sample_ids=("twin", "twin", "a", "b"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.5, float("nan"), 0.5], "a probability that is not finite"),
        ([float("inf"), 0.0, 0.0], "a probability that is not finite"),
        ([0.5, 0.3, 0.1], "do not sum to 1"),
        ([0.5, 0.5, 2e-5], "do not sum to 1"),
        ([1.2, -0.2, 0.0], "a negative probability"),
    ],
)
def test_impossible_probabilities_are_refused_with_the_sample(values: list[float], message: str) -> None:
    with pytest.raises(MerError, match=rf"^samm/007/clip0001 has (probabilities that )?{message}"):
        _with_probabilities(values)


def test_probabilities_of_a_float32_softmax_are_taken() -> None:
    logits = np.random.default_rng(0).normal(0, 5, (4, 3)).astype(np.float32)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    taken = replace(predictions_of(_ROWS), probabilities=probabilities, logits=logits)
    assert taken.probabilities.dtype == np.float64
    assert np.array_equal(taken.probabilities, probabilities)


def test_a_logit_that_is_not_finite_is_refused() -> None:
    predictions = predictions_of(_ROWS)
    logits = predictions.logits.copy()
    logits[3, 2] = -np.inf
    with pytest.raises(MerError, match="smic/s01/clip0003 has a logit that is not finite"):
        replace(predictions, logits=logits)


def test_labels_must_be_classes() -> None:
    with pytest.raises(MerError, match=r"samm/006/clip0000 has a label that is not 0\.\.2"):
        replace(predictions_of(_ROWS), labels=np.array([3, 1, 2, 1]))
    with pytest.raises(MerError, match="whole numbers, got float64"):
        replace(predictions_of(_ROWS), labels=np.array([0.5, 1, 2, 1]))


@pytest.mark.parametrize("name", ["datasets", "subjects", "labels", "probabilities", "logits"])
def test_unlike_lengths_are_refused(name: str) -> None:
    predictions = predictions_of(_ROWS)
    with pytest.raises(MerError, match=f"4 samples need {name} of shape"):
        replace(predictions, **{name: getattr(predictions, name)[:3]})


def test_what_was_handed_in_can_change_without_changing_the_predictions() -> None:
    labels = np.array([0, 1, 2, 1])
    predictions = replace(predictions_of(_ROWS), labels=labels)
    labels[0] = 2
    assert predictions.labels.tolist() == [0, 1, 2, 1]
    with pytest.raises(ValueError, match="read-only"):
        predictions.labels[0] = 2


def test_a_csv_gives_back_the_same_bits_in_the_same_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    probabilities = rng.dirichlet((0.1, 0.1, 0.1), 4)
    logits = rng.normal(0, 1, (4, 3)) * 10.0 ** rng.integers(-300, 300, (4, 3))
    logits[0, 0] = -0.0
    names = ("z,1", 'say "a"', "006", "line\nbreak")
    before = replace(predictions_of(_ROWS), sample_ids=names, probabilities=probabilities, logits=logits)
    before.to_csv(tmp_path / "predictions.csv")
    after = Predictions.from_csv(tmp_path / "predictions.csv")
    assert (after.sample_ids, after.datasets, after.subjects) == (names, before.datasets, before.subjects)
    assert after.labels.tobytes() == before.labels.tobytes()
    assert after.probabilities.tobytes() == before.probabilities.tobytes()
    assert after.logits.tobytes() == before.logits.tobytes()


def test_the_csv_has_the_agreed_columns_and_keeps_leading_zeros(tmp_path: Path) -> None:
    predictions_of(_ROWS, confidence=0.5).to_csv(tmp_path / "predictions.csv")
    head, first = (tmp_path / "predictions.csv").read_text().splitlines()[:2]
    assert head == (
        "sample_id,dataset,subject,label,p_negative,p_positive,p_surprise,logit_negative,logit_positive,logit_surprise"
    )
    assert tuple(head.split(",")) == COLUMNS
    assert first.startswith("samm/006/clip0000,samm,006,0,0.5,0.25,0.25,-0.69")


def test_writing_replaces_the_file_in_one_step_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    path.write_text("earlier")
    predictions_of(_ROWS).to_csv(path)
    assert len(Predictions.from_csv(path)) == 4
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_keeps_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "predictions.csv"
    path.write_text("earlier")

    def fails(self: Predictions) -> list[tuple[str, ...]]:
        raise OSError("disk full")

    monkeypatch.setattr(Predictions, "_rows", fails)
    with pytest.raises(OSError, match="disk full"):
        predictions_of(_ROWS).to_csv(path)
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("p_surprise", "p_fear", "lacks the column p_surprise"),
        ("clip0001,samm,007,1,", "clip0001,samm,007,1.5,", r"row 3: '1\.5' is not a whole number"),
        ("samm,006,0,0.8", "samm,006,0,high", "row 2: 'high' is not a number"),
        ("samm,006,0,0.8", "samm,006,0,0.7", r"predictions\.csv: samm/006/clip0000 has probabilities that do not"),
        ("clip0001", "clip0001,extra", "row 3 has more values than the table has columns"),
    ],
)
def test_a_damaged_csv_is_refused_with_the_row(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "predictions.csv"
    predictions_of(_ROWS).to_csv(path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(MerError, match=message):
        Predictions.from_csv(path)


def test_a_csv_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    predictions_of(_ROWS).to_csv(path)
    path.write_text(path.read_text()[:-45])
    with pytest.raises(MerError, match="row 5: '' is not a number"):
        Predictions.from_csv(path)


def test_a_missing_or_empty_csv_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MerError, match="There is no file of predictions"):
        Predictions.from_csv(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text(",".join(COLUMNS) + "\n")
    with pytest.raises(MerError, match="has no rows"):
        Predictions.from_csv(tmp_path / "empty.csv")
