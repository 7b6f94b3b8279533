import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from mer_core.errors import MerError
from tests.training.made_up_predictions import always, partly_right, predictions_of
from training.comparison import Difference, compare_runs, exact_mcnemar, mean_difference
from training.metrics import SubjectCounts, uar, uf1
from training.predictions import Predictions


def _right_where(right: list[bool]) -> Predictions:
    return predictions_of([("samm", f"{number % 3:03d}", 0, 0 if yes else 1) for number, yes in enumerate(right)])


def test_mcnemar_of_eight_against_two_worked_by_hand() -> None:
    # 10 samples differ, 8:2; two-sided binomial: 2 * (C(10,0) + C(10,1) + C(10,2)) / 2^10 = 112 / 1024
    first = _right_where([True] * 8 + [False] * 2 + [True] * 5 + [False] * 3)
    second = _right_where([False] * 8 + [True] * 2 + [True] * 5 + [False] * 3)
    test = exact_mcnemar(first, second)
    assert (test.only_first, test.only_second) == (8, 2)
    assert test.p_value == pytest.approx(112 / 1024, abs=1e-12)
    assert exact_mcnemar(second, first).p_value == pytest.approx(112 / 1024, abs=1e-12)
    assert test.sentence() == "8 samples only the first run has right, 2 only the second (exact McNemar p = 0.109)."


def test_a_run_against_itself_does_not_differ() -> None:
    run = partly_right(0.6, 0)
    comparison = compare_runs(run, run)
    for difference in (comparison.uf1, comparison.uar):
        assert (difference.value, difference.low, difference.high, difference.share_above) == (0, 0, 0, 0)
        assert difference.within_noise
    assert comparison.mcnemar.p_value == 1


def test_the_difference_is_that_of_the_pooled_scores_and_in_its_interval() -> None:
    first, second = partly_right(0.7, 0), partly_right(0.6, 1)
    comparison = compare_runs(first, second)
    one, other = SubjectCounts.of(first).pooled, SubjectCounts.of(second).pooled
    assert comparison.uf1.value == float(uf1(one) - uf1(other))
    assert comparison.uar.value == float(uar(one) - uar(other))
    assert comparison.uf1.low < comparison.uf1.value < comparison.uf1.high
    assert (comparison.num_samples, comparison.num_subjects) == (442, 68)


def test_swapping_the_runs_negates_every_difference() -> None:
    first, second = partly_right(0.7, 0), partly_right(0.6, 1)
    there, back = compare_runs(first, second), compare_runs(second, first)
    pairs = [(there.uf1, back.uf1), (there.uar, back.uar)]
    for dataset in there.datasets:
        pairs += zip(there.datasets[dataset], back.datasets[dataset], strict=True)
    assert len(pairs) == 8
    for one, other in pairs:
        assert one.value == -other.value
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-12)
        assert one.share_above + other.share_above == pytest.approx(1, abs=0.01)  # ties count for neither
    assert there.mcnemar.only_first == back.mcnemar.only_second


def test_differences_of_a_data_set_are_those_of_its_samples_alone() -> None:
    first, second = partly_right(0.7, 0), partly_right(0.6, 1)
    rows = [row for row, dataset in enumerate(first.datasets) if dataset == "samm"]
    alone = compare_runs(first.selected(rows), second.selected(rows))
    assert compare_runs(first, second).datasets["samm"] == (alone.uf1, alone.uar)


def test_the_same_seed_gives_the_same_bits_whatever_the_order_of_the_samples() -> None:
    first, second = partly_right(0.7, 0), partly_right(0.6, 1)
    order = np.random.default_rng(0).permutation(442).tolist()
    expected = compare_runs(first, second, seed=3)
    assert compare_runs(first.selected(order), second, seed=3) == expected
    assert compare_runs(first, second, seed=4) != expected


def test_pairing_makes_the_interval_narrower_than_two_runs_apart() -> None:
    first = partly_right(0.6, 0)
    probabilities = first.probabilities.copy()
    probabilities[:10] = np.roll(probabilities[:10], 1, axis=1)
    nearly_the_same = compare_runs(first, replace(first, probabilities=probabilities)).uf1
    apart = compare_runs(first, partly_right(0.6, 1)).uf1
    assert nearly_the_same.high - nearly_the_same.low < 0.5 * (apart.high - apart.low)


def test_a_clearly_better_run_is_called_better_and_equal_ones_noise() -> None:
    better = compare_runs(partly_right(0.8, 0), always(0))
    assert not better.uf1.within_noise
    assert better.uf1.share_above == 1
    assert "the first run is better" in better.uf1.sentence()
    assert "the second run is better" in compare_runs(always(0), partly_right(0.8, 0)).uf1.sentence()
    assert compare_runs(partly_right(0.6, 0), partly_right(0.6, 1)).uf1.within_noise


def test_the_sentence_reads_plainly() -> None:
    noise = Difference("UF1", 0.0312, -0.0118, 0.0751, 0.92)
    assert noise.sentence() == ("The difference of .031 UF1 lies within noise: its 95 % interval is -.012 to .075.")
    clear = Difference("UAR", -0.0612, -0.1118, -0.0151, 0.01)
    assert clear.sentence() == (
        "The difference of -.061 UAR is more than the choice of subjects explains, the second run is better: "
        "its 95 % interval is -.112 to -.015."
    )


def test_a_comparison_can_be_written_as_json() -> None:
    comparison = compare_runs(partly_right(0.7, 0), partly_right(0.6, 1))
    written = json.loads(json.dumps(asdict(comparison), allow_nan=False))
    assert written["uf1"]["value"] == comparison.uf1.value
    assert written["datasets"]["smic"][1]["measure"] == "UAR"
    assert len(comparison.sentences()) == 3


def test_runs_on_other_samples_are_refused_with_the_run_and_the_sample() -> None:
    run = partly_right(0.6, 0)
    shorter = run.selected(range(1, 442))
    with pytest.raises(MerError, match="The second run lacks casme2/sub01/clip0000; compare"):
        compare_runs(run, shorter)
    with pytest.raises(MerError, match="The first run lacks casme2/sub01/clip0000; compare"):
        compare_runs(shorter, run)


def test_runs_with_other_labels_or_people_are_refused_with_what_differs() -> None:
    run = partly_right(0.6, 0)
    labels = run.labels.copy()
    labels[0] = 2
    with pytest.raises(MerError, match=r"differ in the labels of casme2/sub01/clip0000 \(0 and 2\); compare"):
        compare_runs(run, replace(run, labels=labels))
    subjects = ("sub99", *run.subjects[1:])
    with pytest.raises(MerError, match=r"differ in the subjects of casme2/sub01/clip0000 \(sub01 and sub99\)"):
        compare_runs(run, replace(run, subjects=subjects))


def test_the_mean_over_one_pair_is_that_pairs_difference() -> None:
    first, second = partly_right(0.7, 0), partly_right(0.6, 1)
    assert mean_difference([(first, second)]) == compare_runs(first, second).uf1


def test_the_mean_over_pairs_is_the_mean_of_their_differences_in_a_narrower_interval() -> None:
    pairs = [(partly_right(0.7, seed), partly_right(0.65, seed + 10)) for seed in range(4)]
    each = [compare_runs(*pair).uf1 for pair in pairs]
    mean = mean_difference(pairs)
    assert mean.value == pytest.approx(np.mean([difference.value for difference in each]), abs=1e-12)
    assert mean.high - mean.low < min(difference.high - difference.low for difference in each)


def test_pairs_of_other_samples_are_refused() -> None:
    run = partly_right(0.7, 0)
    with pytest.raises(MerError, match="compare two runs on the same samples"):
        mean_difference([(run, run), (run, run.selected(range(10)))])
    with pytest.raises(MerError, match="at least one pair"):
        mean_difference([])
