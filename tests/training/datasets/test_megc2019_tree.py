import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mer_core.errors import MerError
from tests.training.datasets import trees
from training.datasets.check import check
from training.datasets.megc2019 import read_megc2019


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return trees.megc2019_loso_tree(tmp_path) / "three_norm_u_v_os"


def _faults(tree: Path) -> list[tuple[str, str]]:
    return [(str(p.path.relative_to(tree)), p.sentence) for p in check(f"megc2019:{tree}").problems]


@pytest.mark.parametrize("given", ["tree itself", "folder around it"])
def test_the_test_halves_together_are_the_samples(given: str, tree: Path) -> None:
    data = read_megc2019(tree if given == "tree itself" else tree.parent)
    assert {sample.sample_id: sample.label for sample in data.samples} == {
        "samm/006/006_1_2": 0,
        "samm/006/006_1_3": 2,
        "smic/s01/s01_ne_01": 0,
        "smic/s01/s01_po_01": 1,
        "casme2/sub01/EP02_01f": 1,
        "casme2/sub01/EP19_05f": 0,
    }
    path = next(tree.glob("006/u_test/0/*.png"))
    assert np.array_equal(data.maps[0], np.array(Image.open(path)))
    assert _faults(tree) == []


def test_a_person_is_named_as_in_the_table_however_the_folder_is_called(tree: Path) -> None:
    (tree / "s01").rename(tree / "s1")
    (tree / "sub01").rename(tree / "sub1")
    ids = {sample.sample_id for sample in read_megc2019(tree).samples}
    assert {"smic/s01/s01_ne_01", "smic/s01/s01_po_01", "casme2/sub01/EP02_01f"} <= ids
    report = check(f"megc2019:{tree}")
    assert report.problems == ()
    assert [note.sentence for note in report.notes] == [
        "subjects are written with two digits: s1 is s01, sub1 is sub01."
    ]


def test_one_person_in_two_folders_is_found_in_the_training_halves(tree: Path) -> None:
    shutil.copytree(tree / "s01", tree / "s1")
    shutil.rmtree(tree / "s1" / "u_test")
    (tree / "s1" / "u_test" / "2").mkdir(parents=True)
    trees.picture(tree / "s1" / "u_test" / "2" / "s1_s1_sur_01 .png", 7, (28, 28))
    trees.picture(tree / "s01" / "u_train" / "2" / "s1_s1_sur_01 .png", 7, (28, 28))
    own = "the training half holds a map of the person tested."
    assert _faults(tree) == [("s01/u_train/2/s1_s1_sur_01 .png", own)]


def test_one_clip_under_two_names_is_found(tree: Path) -> None:
    trees.picture(tree / "s01" / "u_test" / "0" / "s1_s1_ne_01 .png", 7, (28, 28))
    path = "s01/u_test/0/s1_s1_ne_01 .png"
    (tree / "s1" / "u_test" / "0").mkdir(parents=True)
    (tree / path).rename(tree / path.replace("s01", "s1", 1))
    assert _faults(tree) == [(path.replace("s01", "s1", 1), "this clip is in the test halves more than once.")]


def test_a_map_of_the_person_tested_in_the_training_half_is_found(tree: Path) -> None:
    trees.picture(tree / "006" / "u_train" / "0" / "006_006_1_2 .png", 0, (28, 28))
    assert _faults(tree) == [("006/u_train/0/006_006_1_2 .png", "the training half holds a map of the person tested.")]


def test_a_label_that_differs_between_the_halves_is_found(tree: Path) -> None:
    (tree / "s01" / "u_train" / "1" / "sub01_EP02_01f .png").rename(tree / "s01/u_train/2/sub01_EP02_01f .png")
    assert _faults(tree) == [("s01/u_train/2/sub01_EP02_01f .png", "labelled 2 here and 1 in its test half.")]


def test_a_broken_map_is_found(tree: Path) -> None:
    (tree / "006" / "u_test" / "0" / "006_006_1_2 .png").write_bytes(b"broken")
    ((path, sentence),) = _faults(tree)
    assert path == "006/u_test/0/006_006_1_2 .png"
    assert "not a readable picture" in sentence


def test_a_subject_of_no_known_data_set_and_a_label_beyond_the_classes_are_found(tree: Path) -> None:
    (tree / "x1" / "u_test" / "0").mkdir(parents=True)
    trees.picture(tree / "x1" / "u_test" / "0" / "a .png", 0, (28, 28))
    (tree / "006" / "u_test" / "7").mkdir()
    trees.picture(tree / "006" / "u_test" / "7" / "006_b .png", 0, (28, 28))
    assert _faults(tree) == [
        ("006/u_test/7/006_b .png", "label '7' is not 0 (negative), 1 (positive) or 2 (surprise)."),
        ("x1/u_test/0/a .png", "subject 'x1' is of none of CASME II (sub01), SAMM (006) and SMIC (s01)."),
    ]


def test_training_maps_that_are_absent_are_noted_and_do_not_matter(tree: Path) -> None:
    next((tree / "006" / "u_train").glob("*/s01_s01_ne_01 .png")).unlink()
    report = check(f"megc2019:{tree}")
    assert report.problems == ()
    assert [note.sentence for note in report.notes] == [
        "1 maps of other people are not in this training half, e.g. s01_s01_ne_01 .png."
    ]
    assert len(read_megc2019(tree).samples) == 6


def test_a_folder_of_neither_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MerError, match=r"There is no .*combined_3_class2.*or three_norm_u_v_os/"):
        read_megc2019(tmp_path)
