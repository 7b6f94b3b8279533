import re
from collections.abc import Sequence

import numpy as np
import pytest

from training.datasets.maps import LabelledMaps, maps_digest
from training.datasets.table import Sample
from training.overlap import FITTED_ON, fingerprints, overlap

_NAMES = (("casme2", "sub01", "a"), ("casme2", "sub01", "b"), ("samm", "006", "c"), ("smic", "s01", "d"))


def _data(names: Sequence[tuple[str, str, str]] = _NAMES, seed: int = 0) -> LabelledMaps:
    samples = tuple(Sample(*name, label=index % 3) for index, name in enumerate(names))
    maps = np.random.default_rng(seed).integers(0, 255, (len(names), 28, 28, 3), np.uint8)
    return LabelledMaps(samples, maps, maps_digest(samples, maps))


def _training(data: LabelledMaps) -> dict[str, object]:
    return {"data_sha256": data.digest, FITTED_ON: fingerprints(data)}


def test_the_very_same_data_are_recognised_whatever_their_order() -> None:
    data = _data()
    seen = overlap(_training(_data()), data)
    assert seen.trained_on_these is True
    assert seen.to_json() == {"num_samples": 4, "num_people": 3, "trained_on_samples": 4, "trained_on_people": 3}
    turned = LabelledMaps(data.samples[::-1], data.maps[::-1], "another digest")
    assert overlap(_training(_data()), turned).to_json() == seen.to_json()


def test_other_people_are_told_from_those_it_was_trained_on() -> None:
    others = _data([("casme2", "sub02", "a"), ("smic", "sub01", "b")], seed=1)
    seen = overlap(_training(_data()), others)
    assert seen.trained_on_these is False
    assert seen.to_json()["trained_on_people"] == 0
    assert "None of these 2 people" in seen.sentence()


def test_another_clip_of_a_person_makes_that_person_known() -> None:
    mixed = _data([("casme2", "sub01", "new"), ("samm", "009", "e")], seed=1)
    seen = overlap(_training(_data()), mixed)
    assert seen.trained_on_these is True
    assert seen.seen_clip.tolist() == [False, False]
    assert seen.seen_person.tolist() == [True, False]
    assert "on 0 of these 2 samples and on 1 of these 2 people" in seen.sentence()


def test_the_same_clip_with_another_map_is_recognised_by_its_name() -> None:
    assert overlap(_training(_data()), _data(seed=1)).to_json()["trained_on_samples"] == 4


def test_the_same_map_under_another_name_is_recognised_and_makes_its_person_known() -> None:
    renamed = _data([("folder", "x", "1"), ("folder", "x", "2"), ("folder", "y", "3"), ("folder", "z", "4")])
    maps = renamed.maps.copy()
    maps[1] = 0
    seen = overlap(_training(_data()), LabelledMaps(renamed.samples, maps, "digest"))
    assert seen.seen_clip.tolist() == [True, False, True, True]
    assert seen.seen_person.tolist() == [True] * 4


def test_a_checkpoint_that_does_not_tell_is_recognised_by_the_digest_of_its_data_alone() -> None:
    data = _data()
    old = {"data_sha256": data.digest}
    assert overlap(old, data).to_json()["trained_on_people"] == 3
    part = _data(_NAMES[:2])
    for training in (old, {}):
        seen = overlap(training, part)
        assert seen.trained_on_these is None
        assert seen.to_json()["trained_on_samples"] is None
        assert "not known" in seen.sentence()


def test_fingerprints_name_nobody() -> None:
    kept = fingerprints(_data())
    assert {name: len(hashes.split()) for name, hashes in kept.items()} == {"people": 3, "clips": 4, "maps": 4}
    assert re.fullmatch(r"[0-9a-f ]+", " ".join(kept.values()))


@pytest.mark.parametrize("seed", [0, 1])
def test_fingerprints_do_not_depend_on_the_order_of_samples(seed: int) -> None:
    data = _data(seed=seed)
    assert fingerprints(LabelledMaps(data.samples[::-1], data.maps[::-1], "x")) == fingerprints(data)
