import csv
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, recall_score

from mer_core.errors import MerError
from tests.training.made_up_predictions import (
    always,
    megc2019_labels,
    partly_right,
    predictions_of,
    rows_of_confusion,
)
from training.datasets.megc2019 import TABLE_FILE
from training.metrics import SubjectCounts, accuracy, mean_per_subject, score, subject_draws, uar, uf1

_REAL_TABLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "megc2019_flow" / TABLE_FILE
_HAND_WORKED = np.array([[5, 1, 0], [1, 2, 1], [0, 0, 2]])


def test_scores_of_a_table_worked_by_hand() -> None:
    # F1: 2*5/(6+6), 2*2/(4+3), 2*2/(2+3); recall: 5/6, 2/4, 2/2
    assert float(uf1(_HAND_WORKED)) == pytest.approx((10 / 12 + 4 / 7 + 4 / 5) / 3, abs=1e-15)
    assert float(uar(_HAND_WORKED)) == pytest.approx((5 / 6 + 1 / 2 + 1) / 3, abs=1e-15)
    assert float(accuracy(_HAND_WORKED)) == 9 / 12


def test_a_class_that_no_label_has_is_left_out_of_the_means() -> None:
    without_surprise = np.array([[3, 0, 1], [1, 2, 1], [0, 0, 0]])
    assert float(uf1(without_surprise)) == pytest.approx((2 * 3 / (4 + 4) + 2 * 2 / (4 + 2)) / 2, abs=1e-15)
    assert float(uar(without_surprise)) == pytest.approx((3 / 4 + 2 / 4) / 2, abs=1e-15)


def test_everything_right_is_one_even_with_a_single_class() -> None:
    for table in (np.diag([4, 3, 2]), np.diag([0, 0, 7])):
        assert (float(uf1(table)), float(uar(table)), float(accuracy(table))) == (1, 1, 1)


def test_many_tables_at_once_score_as_one_by_one() -> None:
    tables = np.random.default_rng(0).integers(0, 9, (4, 5, 3, 3))
    for measure in (uf1, uar, accuracy):
        assert measure(tables).shape == (4, 5)
        assert measure(tables)[2, 3] == measure(tables[2, 3])


def test_counts_go_to_the_subject_of_each_data_set_with_true_classes_in_rows() -> None:
    counts = SubjectCounts.of(
        predictions_of([("samm", "01", 0, 2), ("casme2", "01", 1, 1), ("samm", "01", 0, 2), ("samm", "00", 2, 0)])
    )
    assert counts.subjects == (("casme2", "01"), ("samm", "00"), ("samm", "01"))
    assert counts.confusions[2].tolist() == [[0, 0, 2], [0, 0, 0], [0, 0, 0]]
    assert counts.pooled.tolist() == [[0, 0, 2], [0, 1, 0], [1, 0, 0]]
    assert counts.of_dataset("samm").subjects == (("samm", "00"), ("samm", "01"))


def test_pooled_scores_agree_with_scikit_learn_on_442_samples() -> None:
    predictions = partly_right(0.6, 1)
    table = SubjectCounts.of(predictions).pooled
    assert np.array_equal(table, confusion_matrix(predictions.labels, predictions.predicted))
    assert float(uf1(table)) == pytest.approx(
        f1_score(predictions.labels, predictions.predicted, average="macro"), abs=1e-12
    )
    assert float(uar(table)) == pytest.approx(
        recall_score(predictions.labels, predictions.predicted, average="macro"), abs=1e-12
    )
    assert float(accuracy(table)) == accuracy_score(predictions.labels, predictions.predicted)


def test_always_negative_scores_as_published_on_the_megc2019_counts() -> None:
    counts = SubjectCounts.of(always(0))
    assert len(counts.subjects) == 68
    assert counts.pooled.sum(axis=1).tolist() == [250, 109, 83]
    assert round(float(uf1(counts.pooled)), 3) == 0.241
    assert round(float(uar(counts.pooled)), 3) == 0.333
    per_subject = mean_per_subject(counts)
    assert (round(per_subject[0], 3), round(per_subject[1], 3)) == (0.458, 0.534)


@pytest.mark.skipif(not _REAL_TABLE.is_file(), reason="the benchmark's files are licensed and not part of the project")
def test_the_counts_are_those_of_the_published_list() -> None:
    with _REAL_TABLE.open(newline="") as file:
        listed = [(row["dataset"], row["sub"], int(row["label"])) for row in csv.DictReader(file)]
    assert sorted(listed) == sorted(megc2019_labels())


@pytest.mark.parametrize("share", [0.0, 0.4, 0.8])
def test_mean_per_subject_is_the_mean_of_what_scikit_learn_gives_each_subject(share: float) -> None:
    predictions = partly_right(share, 5)
    people = np.array([f"{a}/{b}" for a, b in zip(predictions.datasets, predictions.subjects, strict=True)])
    f1, recall = [], []
    for person in sorted(set(people)):
        true, predicted = predictions.labels[people == person], predictions.predicted[people == person]
        f1.append(f1_score(true, predicted, average="macro", zero_division=0))
        recall.append(recall_score(true, predicted, average="macro", zero_division=0))
    assert mean_per_subject(SubjectCounts.of(predictions)) == pytest.approx((np.mean(f1), np.mean(recall)), abs=1e-12)


def test_mean_per_subject_counts_a_wrongly_predicted_class_and_pooled_scores_do_not() -> None:
    counts = SubjectCounts.of(predictions_of([("samm", "006", 0, 0), ("samm", "006", 0, 1)]))
    assert mean_per_subject(counts) == pytest.approx(((2 / 3 + 0) / 2, (1 / 2 + 0) / 2))
    assert (float(uf1(counts.pooled)), float(uar(counts.pooled))) == pytest.approx((2 / 3, 1 / 2))


def test_the_baseline_gives_everybody_the_most_frequent_class_of_all() -> None:
    rows = [
        *rows_of_confusion("samm", "006", [[0, 0, 0], [1, 2, 0], [0, 0, 0]]),
        *rows_of_confusion("smic", "s01", [[0, 0, 0], [0, 1, 0], [1, 0, 1]]),
    ]
    baseline = SubjectCounts.of(predictions_of(rows)).baseline()
    assert baseline.pooled.tolist() == [[0, 0, 0], [0, 4, 0], [0, 2, 0]]
    assert baseline.of_dataset("smic").pooled.tolist() == [[0, 0, 0], [0, 1, 0], [0, 2, 0]]
    ours = SubjectCounts.of(partly_right(0.7, 0)).baseline()
    assert np.array_equal(ours.confusions, SubjectCounts.of(always(0)).confusions)


def test_the_intervals_hold_their_scores_and_are_as_wide_as_442_samples_make_them() -> None:
    scores = score(SubjectCounts.of(partly_right(0.6, 2)))
    for estimate in (scores.uf1, scores.uar, scores.accuracy, scores.uf1_per_subject, scores.uar_per_subject):
        assert estimate.low < estimate.value < estimate.high
        assert 0.05 < estimate.high - estimate.low < 0.2


def test_the_interval_is_that_of_drawing_subjects_one_by_one() -> None:
    counts = SubjectCounts.of(partly_right(0.6, 3))
    rng = np.random.default_rng(11)
    drawn = []
    for _ in range(4000):
        chosen = rng.integers(0, 68, 68)
        drawn.append(float(uf1(counts.confusions[chosen].sum(axis=0))))
    found = score(counts).uf1
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.004)


def test_subjects_are_drawn_whole() -> None:
    one_person = SubjectCounts.of(predictions_of([("samm", "006", 0, 0), ("samm", "006", 1, 0)]))
    scores = score(one_person, draws=100)
    assert scores.accuracy.low == scores.accuracy.high == scores.accuracy.value == 0.5
    weights = subject_draws(5, 200, 0)
    assert (weights.sum(axis=1) == 5).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(5), abs=0.3)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    counts = SubjectCounts.of(partly_right(0.6, 2))
    assert score(counts, seed=4) == score(counts, seed=4)
    assert score(counts, seed=4).uf1.low != score(counts, seed=5).uf1.low


def test_the_order_of_the_samples_changes_no_bit() -> None:
    predictions = partly_right(0.6, 2)
    shuffled = predictions.selected(np.random.default_rng(0).permutation(len(predictions)).tolist())
    assert score(SubjectCounts.of(shuffled)) == score(SubjectCounts.of(predictions))


def test_ten_thousand_draws_take_well_under_a_second() -> None:
    counts = SubjectCounts.of(partly_right(0.6, 2))
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        score(counts, draws=10_000)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 1


def test_a_draw_without_a_class_is_scored_on_the_others() -> None:
    rows = [("samm", "006", 0, 0), ("samm", "007", 1, 1), ("samm", "009", 2, 2)]
    scores = score(SubjectCounts.of(predictions_of(rows)), draws=500)
    assert (scores.uf1.low, scores.uf1.high) == (1, 1)


def test_what_cannot_be_scored_is_refused() -> None:
    counts = SubjectCounts.of(always(0))
    with pytest.raises(MerError, match="no data set 'ck'; there are casme2, samm, smic"):
        counts.of_dataset("ck")
    with pytest.raises(MerError, match="at least one draw, got 0"):
        score(counts, draws=0)
    with pytest.raises(MerError, match=r"1 subjects cannot be scored by counts \(2, 3, 3\)"):
        SubjectCounts((("samm", "006"),), np.ones((2, 3, 3), np.int64))
    with pytest.raises(MerError, match="samm/006 has no samples"):
        SubjectCounts((("samm", "006"),), np.zeros((1, 3, 3), np.int64))
