"""Two runs on the same samples compared: is one better, or is it noise?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from mer_core.errors import MerError
from mer_core.scores import Estimate, as_score
from training.metrics import NUM_DRAWS, SubjectCounts, estimate, resampled, subject_draws, uar, uf1
from training.predictions import Predictions, name_some


@dataclass(frozen=True)
class Difference:
    """A score of the first run minus that of the second, with its 95 % interval.

    Attributes:
        measure: "UF1" or "UAR".
        value: -1 to 1; positive where the first run is better.
        low: 2.5 percentile of the draws.
        high: 97.5 percentile of the draws.
        share_above: share of the draws in which the first run is strictly better, 0 to 1.
    """

    measure: str
    value: float
    low: float
    high: float
    share_above: float

    @property
    def estimate(self) -> Estimate:
        """The difference and its interval alone, -1 to 1."""
        return Estimate(self.value, self.low, self.high)

    @property
    def within_noise(self) -> bool:
        """Whether the interval holds 0."""
        return self.low <= 0 <= self.high

    def sentence(self) -> str:
        """What the difference amounts to, in plain language."""
        size = f"The difference of {as_score(self.value)} {self.measure}"
        interval = f"its 95 % interval is {as_score(self.low)} to {as_score(self.high)}."
        if self.within_noise:
            return f"{size} lies within noise: {interval}"
        better = "first" if self.low > 0 else "second"
        return f"{size} is more than the choice of subjects explains, the {better} run is better: {interval}"


@dataclass(frozen=True)
class McNemar:
    """Exact test of whether two runs are right equally often (McNemar, 1947, DOI 10.1007/BF02295996).

    It takes the samples for independent although those of one person are not; the subject bootstrap does not.

    Attributes:
        only_first: samples that only the first run has right.
        only_second: samples that only the second run has right.
        p_value: two-sided binomial probability of a split at least as uneven, 0 to 1; 1 where no sample differs.
    """

    only_first: int
    only_second: int
    p_value: float

    def sentence(self) -> str:
        """The counts and the probability, in plain language."""
        return (
            f"{self.only_first} samples only the first run has right, {self.only_second} only the second "
            f"(exact McNemar p = {self.p_value:.3g})."
        )


@dataclass(frozen=True)
class Comparison:
    """The first run against the second; every difference is first minus second.

    All fields are plain values: `dataclasses.asdict` of it can be written as JSON.

    Attributes:
        num_samples: samples that both predicted.
        num_subjects: people they come from.
        uf1: over all samples.
        uar: over all samples.
        mcnemar: over all samples.
        datasets: UF1 and UAR difference of each data set by its name.
    """

    num_samples: int
    num_subjects: int
    uf1: Difference
    uar: Difference
    mcnemar: McNemar
    datasets: dict[str, tuple[Difference, Difference]]

    def sentences(self) -> tuple[str, ...]:
        """The overall differences and the test, in plain language."""
        return self.uf1.sentence(), self.uar.sentence(), self.mcnemar.sentence()


def compare_runs(first: Predictions, second: Predictions, draws: int = NUM_DRAWS, seed: int = 0) -> Comparison:
    """The first run against the second, by exact McNemar test and paired bootstrap over subjects.

    Each draw takes the same subjects for both runs. The interval tells how much the difference depends on who was
    filmed; for how much it depends on the seed of the training, compare runs of several seeds.

    Raises:
        MerError: the runs do not hold the same samples with the same data set, subject and label; names what differs.
    """
    first, second = first.sorted_by_id(), second.sorted_by_id()
    _check_same_samples(first, second)
    counts, others = SubjectCounts.of(first), SubjectCounts.of(second)
    by_dataset = {}
    for dataset in counts.datasets:
        by_dataset[dataset] = _differences(counts.of_dataset(dataset), others.of_dataset(dataset), draws, seed)
    overall = _differences(counts, others, draws, seed)
    return Comparison(len(first), len(counts.subjects), *overall, exact_mcnemar(first, second), by_dataset)


def mean_difference(
    pairs: Sequence[tuple[Predictions, Predictions]], draws: int = NUM_DRAWS, seed: int = 0
) -> Difference:
    """The UF1 difference averaged over pairs of runs, e.g. one pair a training seed, by paired subject bootstrap.

    Each draw takes the same subjects for every run. How much the mean depends on the training seeds shows in how far
    the pairs lie apart, not in the interval.

    Raises:
        MerError: there is no pair, or the runs do not hold the same samples.
    """
    if not pairs:
        raise MerError("A mean difference needs at least one pair of runs.")
    reference = pairs[0][0].sorted_by_id()
    values, drawn = [], []
    for pair in pairs:
        first, second = (run.sorted_by_id() for run in pair)
        _check_same_samples(reference, first)
        _check_same_samples(first, second)
        counts, others = SubjectCounts.of(first), SubjectCounts.of(second)
        weights = subject_draws(len(counts.subjects), draws, seed)
        values.append(float(uf1(counts.pooled) - uf1(others.pooled)))
        drawn.append(uf1(resampled(counts, weights)) - uf1(resampled(others, weights)))
    apart = np.mean(drawn, axis=0)
    found = estimate(float(np.mean(values)), apart)
    return Difference("UF1", found.value, found.low, found.high, float((apart > 0).mean()))


def exact_mcnemar(first: Predictions, second: Predictions) -> McNemar:
    """The exact McNemar test of two runs that hold the same samples in the same order."""
    right, other = first.predicted == first.labels, second.predicted == second.labels
    only_first, only_second = int((right & ~other).sum()), int((other & ~right).sum())
    num_unlike = only_first + only_second
    p_value = float(binomtest(only_first, num_unlike).pvalue) if num_unlike else 1.0
    return McNemar(only_first, only_second, p_value)


def _differences(first: SubjectCounts, second: SubjectCounts, draws: int, seed: int) -> tuple[Difference, Difference]:
    weights = subject_draws(len(first.subjects), draws, seed)
    drawn, other = resampled(first, weights), resampled(second, weights)

    def difference(measure: str, of: Callable[[np.ndarray], np.ndarray]) -> Difference:
        apart = of(drawn) - of(other)
        found = estimate(of(first.pooled) - of(second.pooled), apart)
        return Difference(measure, found.value, found.low, found.high, float((apart > 0).mean()))

    return difference("UF1", uf1), difference("UAR", uar)


def _check_same_samples(first: Predictions, second: Predictions) -> None:
    for one, other, name in ((first, second, "second"), (second, first, "first")):
        missing = sorted(set(one.sample_ids) - set(other.sample_ids))
        if missing:
            raise MerError(f"The {name} run lacks {name_some(missing)}; compare two runs on the same samples.")
    for what in ("datasets", "subjects", "labels"):
        pairs = zip(first.sample_ids, getattr(first, what), getattr(second, what), strict=True)
        unlike = [f"{name} ({a} and {b})" for name, a, b in pairs if a != b]
        if unlike:
            raise MerError(f"The two runs differ in the {what} of {name_some(unlike)}; compare runs on the same data.")
