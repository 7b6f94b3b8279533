from pathlib import Path

import pytest

from mer_core.errors import MerError
from tests.training.datasets import trees
from training.datasets.readers import read_datasets, survey
from training.datasets.subset import restricted
from training.datasets.table import Dataset, Exclusion


def _list(path: Path, *lines: trees.Line) -> Path:
    return trees.table(path, [("dataset", "subject", "clip"), *lines])


def test_a_clip_that_is_left_out_for_two_reasons_is_counted_once(tmp_path: Path) -> None:
    where, outside, unlisted = tmp_path / "a.csv", "emotion 'others' is outside", "not listed in b.csv."
    twice = (Exclusion(where, outside, 5, "a/1/x"), Exclusion(where, unlisted, None, "a/1/x"))
    data = Dataset((), (*twice, Exclusion(where, unlisted, None, "a/1/y"), Exclusion(where, outside, 7)))
    assert data.left_out == {outside: 2, "not listed in b.csv": 1}


def test_only_listed_clips_are_left_and_the_others_are_named(tmp_path: Path) -> None:
    data = survey(f"casme2:{trees.casme2(tmp_path / 'c')}")
    subset = _list(tmp_path / "list.csv", ("casme2", "sub01", "EP02_01f"), ("casme2", "sub17", "EP05_02"))
    part = restricted(data, subset)
    assert [row.sample_id for row in part.rows] == ["casme2/sub01/EP02_01f", "casme2/sub17/EP05_02"]
    assert part.problems == ()
    left = [out.sample_id for out in part.excluded if out.sentence == "not listed in list.csv"]
    assert left == ["casme2/sub01/EP19_05f", "casme2/sub02/EP01_11f", "casme2/sub02/EP03_02f"]


def test_a_listed_clip_that_is_absent_or_outside_the_classes_is_a_problem_with_its_row(tmp_path: Path) -> None:
    data = survey(f"casme2:{trees.casme2(tmp_path / 'c')}")
    subset = _list(tmp_path / "list.csv", ("casme2", "sub01", "EP99"), ("casme2", "sub02", "EP03_02f"))
    assert [(problem.row, problem.sentence) for problem in restricted(data, subset).problems] == [
        (2, "listed, but not in the data."),
        (3, "listed, but excluded: emotion 'others' is outside the three classes."),
    ]


def test_the_table_of_the_benchmark_is_a_list_and_smic_names_may_lack_their_zero(tmp_path: Path) -> None:
    subset = tmp_path / "combined.csv"
    trees.table(subset, [("dataset", "sub", "filename_o", "label"), ("smic", "s01", "s01_po_01", 1)])
    folder = trees.smic(tmp_path / "h")
    assert [s.sample_id for s in read_datasets([f"smic:{folder}"], subset).samples] == ["smic/s01/s01_po_01"]
    short = _list(tmp_path / "short.csv", ("smic", "s1", "s1_po_01"))
    assert [s.sample_id for s in read_datasets([f"smic:{folder}"], short).samples] == ["smic/s01/s01_po_01"]


def test_problems_of_clips_that_are_not_listed_do_not_stop_training(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path / "c")
    (folder / "Cropped/sub01/EP19_05f/reg_img6.jpg").unlink()
    with pytest.raises(MerError, match="frame 6 is missing"):
        read_datasets([f"casme2:{folder}"])
    subset = _list(tmp_path / "list.csv", ("casme2", "sub01", "EP02_01f"))
    assert len(read_datasets([f"casme2:{folder}"], subset).samples) == 1


def test_a_problem_with_a_listed_clip_is_told_once(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path / "c")
    (folder / "Cropped/sub01/EP02_01f/reg_img59.jpg").unlink()
    subset = _list(tmp_path / "list.csv", ("casme2", "sub01", "EP02_01f"))
    problems = restricted(survey(f"casme2:{folder}"), subset).problems
    assert [problem.sentence for problem in problems] == ["frame 59 is missing (apex)."]


def test_a_clip_listed_twice_is_a_problem(tmp_path: Path) -> None:
    clip = ("casme2", "sub01", "EP02_01f")
    data = survey(f"casme2:{trees.casme2(tmp_path / 'c')}")
    problems = restricted(data, _list(tmp_path / "list.csv", clip, clip)).problems
    assert [(problem.row, problem.sentence) for problem in problems] == [(3, "listed before, in row 2.")]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("smic", "", "s01_ne_01"), "the row names no subject"),
        (("smic", "anna", "s01_ne_01"), "subject 'anna' holds no number"),
        (("casme2", "sub01", ""), "the row names no clip"),
    ],
)
def test_a_row_that_names_no_clip_is_a_problem_with_its_number(line: trees.Line, sentence: str, tmp_path: Path) -> None:
    subset = _list(tmp_path / "list.csv", ("casme2", "sub01", "EP02_01f"), line)
    with pytest.raises(MerError, match=rf"list\.csv, row 3: {sentence}\.$"):
        read_datasets([f"casme2:{trees.casme2(tmp_path / 'c')}"], subset)


def test_a_list_without_its_columns_or_that_is_not_there_is_refused(tmp_path: Path) -> None:
    data = survey(f"casme2:{trees.casme2(tmp_path / 'c')}")
    table = trees.table(tmp_path / "list.csv", [("dataset", "subject"), ("casme2", "sub01")])
    with pytest.raises(MerError, match=r"list\.csv lacks one of the columns dataset, subject, clip"):
        restricted(data, table)
    with pytest.raises(MerError, match=r"There is no file .*nowhere\.csv"):
        restricted(data, tmp_path / "nowhere.csv")
