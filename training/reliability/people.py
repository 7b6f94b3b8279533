"""Cross-fitting: what is scored on a person is fitted on all others."""

from collections.abc import Iterator, Sequence

import numpy as np

from mer_core.errors import MerError


def each_person(people: Sequence[tuple[str, str]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each person the indices of their samples and those of everybody else, both ascending.

    Args:
        people: (data set, subject) of each sample; the same name in two data sets is two people.

    Raises:
        MerError: there is only one person.
    """
    codes = {person: code for code, person in enumerate(sorted(set(people)))}
    if len(codes) < 2:
        raise MerError(f"Reliability is measured on people left out, so it needs at least two, got {len(codes)}.")
    of_sample = np.array([codes[person] for person in people])
    for code in codes.values():
        yield np.flatnonzero(of_sample == code), np.flatnonzero(of_sample != code)
