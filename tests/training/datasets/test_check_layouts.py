import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.training.datasets import trees
from tests.training.datasets.layouts import MAKERS, faults


@pytest.mark.parametrize(
    ("kind", "row", "path"),
    [
        ("casme", 3, "sub01/EP03_1/reg_EP03_1-13.jpg"),
        ("casme2", 2, "Cropped/sub01/EP02_01f/reg_img59.jpg"),
        ("cas_me2", 1, "rawpic/s15/15_0401girlcrashing/img15.jpg"),
        ("samm", 15, "006/006_1_2/006_05566.jpg"),
        ("smic", None, "SMIC_all_cropped/HS/s1/micro/negative/s1_ne_02/image00052.bmp"),
        ("casme3", 2, "data/spNO.1/b/color/178.jpg"),
        ("casme_list", 5, "casme^2_cropped/16/happy1_1/img329.jpg"),
        ("ckplus", None, "cohn-kanade-images/S005/001/S005_001_00000004.png"),
        ("folder", 2, "ann/smile/0005.png"),
        ("folder", 4, "start.mp4"),
        ("megc2019", 4, "STSNet_whole_norm_u_v_os/006_006_1_2 .png"),
    ],
)
def test_a_corrupt_file_is_found_in_each_layout(kind: str, row: int | None, path: str, tmp_path: Path) -> None:
    folder = MAKERS[kind](tmp_path / "data")
    whole = (folder / path).read_bytes()
    (folder / path).write_bytes(whole[: len(whole) // 2])
    ((found_row, found_path, sentence),) = faults(kind, folder)
    assert (found_row, found_path) == (row, path)
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("kind", "row", "path"),
    [
        ("casme", 3, "sub01/EP03_1/reg_EP03_1-13.jpg"),
        ("cas_me2", 3, "rawpic/s16/happy2_3/img6.jpg"),
        ("smic", None, "SMIC_all_cropped/HS/s1/micro/negative/s1_ne_02/image00052.bmp"),
        ("casme3", 4, "data/spNO.12/c/color/30.jpg"),
        ("casme_list", 5, "casme^2_cropped/16/happy1_1/img329.jpg"),
        ("ckplus", None, "cohn-kanade-images/S005/001/S005_001_00000004.png"),
        ("folder", 2, "ann/smile/0005.png"),
    ],
)
def test_a_missing_frame_and_then_a_missing_folder_are_found_in_each_layout(
    kind: str, row: int | None, path: str, tmp_path: Path
) -> None:
    folder = MAKERS[kind](tmp_path / "data")
    (folder / path).unlink()
    ((found_row, found_path, sentence),) = faults(kind, folder)
    assert (found_row, found_path) == (row, path)
    assert re.fullmatch(r"frame \d+ is missing \((apex|between onset and offset)\)\.", sentence)
    if kind != "smic":  # its folders are its table
        shutil.rmtree((folder / path).parent)
        assert faults(kind, folder) == [(row, str(Path(path).parent), "the folder of frames is missing.")]


@pytest.mark.parametrize(
    ("kind", "row", "old", "new", "sentence"),
    [
        ("casme", 3, "sadness", "glum", "'glum' is no known emotion."),
        ("casme", 3, "1;EP03_1", "x;EP03_1", "subject 'x' holds no number."),
        ("casme", 3, "10;13", "10;9", "onset 10, apex 9, offset 15 are not in the order onset, apex, offset."),
        ("casme", 3, "10;13", ";13", "the onset is missing ('')."),
        ("casme3", 2, "disgust", "glum", "'glum' is no known emotion."),
        ("casme3", 2, "spNO.1,", ",", "the row names no subject."),
        ("casme3", 4, "0,30,75", "0,0,0", "the apex equals the onset, and no later offset tells where the middle "
         "would be."),
        ("casme3", 4, "0,30,75", "0,x,75", "the apex 'x' is no frame number."),
        ("casme3", 3, "spNO.1,b,190,190,197", "spNO.1,b,175,178,181", "this clip is listed more than once (first in "
         "row 2)."),
        ("casme_list", 5, "329,surprise", "329,glum", "'glum' is no known emotion."),
        ("casme_list", 5, "casme^2,16,", "casme^3,16,", "data set 'casme^3' is none of casme1, casme2, casme^2."),
        ("casme_list", 5, "casme^2,16,", "casme^2,,", "subject '' holds no number."),
        ("folder", 2, "ann,smile", "a/b,smile", "subject 'a/b' holds a slash; a subject is a name."),
        ("folder", 2, "positive,120", "positive,-1", "fps '-1' is not above 0."),
        ("folder", 2, "positive,120", "positive,fast", "fps 'fast' is not a number."),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_other_tables_is_found(
    kind: str, row: int, old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    folder = MAKERS[kind](tmp_path / "data")
    table = _as_csv(folder)
    text = table.read_text()
    assert text.count(old) >= 1
    table.write_text(text.replace(old, new, 1))
    assert faults(kind, folder) == [(row, str(table.relative_to(folder)), sentence)]


def _as_csv(folder: Path) -> Path:
    """The table of a tree, exported as CSV if it is a workbook."""
    for workbook in folder.glob("annotation/*_ME_*.xlsx"):
        sheet = openpyxl.load_workbook(workbook).worksheets[0]
        trees.table(workbook.with_suffix(".csv"), [["" if c is None else c for c in line] for line in sheet.values])
        workbook.unlink()
    (table,) = folder.rglob("*.csv")
    return table
