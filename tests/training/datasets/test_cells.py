from pathlib import Path

import pytest

from mer_core.errors import MerError
from tests.training.datasets import trees
from training.datasets.annotated import CLIP_COLUMNS
from training.datasets.collector import parse_frame_number, split_action_units
from training.datasets.emotions import label_of
from training.datasets.frames import frame_number
from training.datasets.sheets import read_table


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("Happiness", 1),
        ("happy", 1),
        (" SURPRISE ", 2),
        ("surprised", 2),
        *((word, 0) for word in ("disgust", "Repression", "anger", "Contempt", "fear", "Sadness", "sad", "negative")),
        *((word, None) for word in ("others", "Other", "tense", "Neutral")),
    ],
)
def test_emotions_fall_into_the_three_classes(word: str, label: int | None) -> None:
    assert label_of(word) == label


def test_an_unknown_emotion_is_named() -> None:
    with pytest.raises(ValueError, match="'bored' is no known emotion"):
        label_of("bored")


@pytest.mark.parametrize(
    ("cell", "units"),
    [
        ("4+L10", ("4", "L10")),
        ("R12", ("R12",)),
        ("?", ()),
        ("", ()),
        ("AU12, AU25", ("12", "25")),
        ("1A+2B and 5", ("1A", "2B", "5")),
        ("LAU14", ("L14",)),
    ],
)
def test_action_units_are_split_as_coded(cell: str, units: tuple[str, ...]) -> None:
    assert split_action_units(cell) == units


@pytest.mark.parametrize(
    ("cell", "number"), [("46", 46), ("46.0", 46), ("0", 0), ("/", None), ("-1", None), ("", None), (None, None)]
)
def test_a_frame_number_is_read_or_known_to_be_missing(cell: str | None, number: int | None) -> None:
    assert parse_frame_number(cell) == number


@pytest.mark.parametrize("cell", ["-2", "46.5", "4x", "1e3"])
def test_what_is_no_frame_number_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="is no frame number"):
        parse_frame_number(cell)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("reg_img46.jpg", 46),
        ("reg_EP01_5-113.jpg", 113),
        ("006_05562.jpg", 5562),
        ("175.jpg", 175),
        ("S005_001_00000011.png", 11),
        ("face.jp2", None),
    ],
)
def test_the_last_number_of_a_file_name_is_the_frame(name: str, number: int | None) -> None:
    assert frame_number(name) == number


def test_a_row_has_the_number_a_spreadsheet_program_shows_though_blank_rows_and_line_breaks_lie_above(
    tmp_path: Path,
) -> None:
    header = ["Subject", "Filename", "Onset", "Apex", "Offset", "Emotion"]
    lines: list[trees.Line] = [[], ["a\nnote"], [], header, [1, "x", 1, 2, 3, "sad"], [], [2, "y", 1, 2, 3, "sad"]]
    for path in (trees.workbook(tmp_path / "a.xlsx", lines), trees.table(tmp_path / "a.csv", lines)):
        assert [(row.number, row["clip"]) for row in read_table(path, CLIP_COLUMNS).rows] == [(5, "x"), (7, "y")]


def test_text_that_looks_like_a_number_keeps_its_zeros_and_numbers_have_no_decimals(tmp_path: Path) -> None:
    header = ["Subject", "Filename", "Onset", "Apex", "Offset", "Emotion"]
    path = trees.workbook(tmp_path / "a.xlsx", [header, ["006", "006_1_2", 5562, 5566.0, "5570", "sad"]])
    (row,) = read_table(path, CLIP_COLUMNS).rows
    assert [row[name] for name in ("subject", "onset", "apex", "offset")] == ["006", "5562", "5566", "5570"]


def test_a_csv_that_is_not_in_utf8_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Subject,Müller".encode("latin-1"))
    with pytest.raises(MerError, match="is not in UTF-8; export it as CSV UTF-8"):
        read_table(path, CLIP_COLUMNS)


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    path = trees.table(tmp_path / "a.csv", [["Subject", "Filename", "Onset", "Apex", "Offset", "Emotion"]])
    with pytest.raises(MerError, match="has no rows"):
        read_table(path, CLIP_COLUMNS)
