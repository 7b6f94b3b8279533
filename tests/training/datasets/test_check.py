import json
from dataclasses import replace
from pathlib import Path

import pytest

from mer_core.errors import MerError
from tests.training.datasets import trees
from tests.training.datasets.layouts import MAKERS, faults
from training.datasets.check import DatasetCounts, check
from training.datasets.readers import read_datasets


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_a_sound_tree_of_each_layout_has_no_problem(kind: str, tmp_path: Path) -> None:
    report = check(f"{kind}:{MAKERS[kind](tmp_path / 'data')}")
    assert report.problems == ()
    assert report.num_clips == sum(report.per_class.values()) == sum(report.per_subject.values()) > 0


def test_the_counts_are_those_of_the_tree(tmp_path: Path) -> None:
    report = check(f"casme2:{trees.casme2(tmp_path)}")
    assert report.per_class == {"negative": 2, "positive": 1, "surprise": 1}
    assert report.per_dataset == {"casme2": DatasetCounts(3, report.per_class)}
    assert report.per_subject == {"casme2/sub01": 2, "casme2/sub02": 1, "casme2/sub17": 1}
    assert report.per_emotion == {"disgust": 1, "happiness": 1, "others": 1, "repression": 1, "surprise": 1}
    assert report.fps == (200.0,)
    assert report.middle_apexes == 1
    assert report.excluded == {"emotion 'others' is outside the three classes": 1}


SHEET = "CASME2-coding-20140508.xlsx"
CLIP = "Cropped/sub01/EP02_01f"


def test_a_corrupt_frame_is_found_with_row_and_path_and_nothing_else(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    whole = (folder / CLIP / "reg_img59.jpg").read_bytes()
    (folder / CLIP / "reg_img59.jpg").write_bytes(whole[: len(whole) // 2])
    ((row, path, sentence),) = faults("casme2", folder)
    assert (row, path) == (2, f"{CLIP}/reg_img59.jpg")
    assert "is damaged or no image" in sentence


def test_a_corrupt_frame_outside_onset_to_offset_does_not_matter(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    (folder / CLIP / "reg_img41.jpg").write_bytes(b"broken")
    assert faults("casme2", folder) == []


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ([46], "frame 46 is missing (onset)."),
        ([59], "frame 59 is missing (apex)."),
        ([50], "frame 50 is missing (between onset and offset)."),
        ([50, 51, 52], "frames 50 to 52 are missing (between onset and offset)."),
        ([66, 67, 68, 69, 70], "frame 66 is missing (offset)."),
    ],
)
def test_a_missing_frame_is_found_with_the_path_it_should_have(
    numbers: list[int], sentence: str, tmp_path: Path
) -> None:
    folder = trees.casme2(tmp_path)
    for number in numbers:
        (folder / CLIP / f"reg_img{number}.jpg").unlink()
    assert faults("casme2", folder) == [(2, f"{CLIP}/reg_img{numbers[0]}.jpg", sentence)]


def test_leading_zeros_of_a_missing_frame_are_told(tmp_path: Path) -> None:
    folder = trees.samm(tmp_path)
    (folder / "006" / "006_1_2" / "006_05566.jpg").unlink()
    assert faults("samm", folder) == [(15, "006/006_1_2/006_05566.jpg", "frame 5566 is missing (apex).")]


def test_a_missing_folder_is_found(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    (folder / CLIP).rename(folder / "elsewhere")
    assert faults("casme2", folder) == [(2, CLIP, "the folder of frames is missing.")]


def test_an_empty_folder_is_found(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    for file in (folder / CLIP).iterdir():
        file.unlink()
    ((row, path, sentence),) = faults("casme2", folder)
    assert (row, path) == (2, CLIP)
    assert "holds no image" in sentence


def test_a_frame_of_another_size_is_found(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    trees.picture(folder / CLIP / "reg_img60.jpg", 0, (14, 16))
    sentence = "is 16x14 px, the frames before it are 16x12 px."
    assert faults("casme2", folder) == [(2, f"{CLIP}/reg_img60.jpg", sentence)]


def test_two_kinds_of_frames_in_one_folder_are_found(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    trees.picture(folder / CLIP / "img46.jpg", 0)
    sentence = "img46.jpg and reg_img46.jpg have the same frame number; leave one of them."
    assert faults("casme2", folder) == [(2, CLIP, sentence)]


def test_names_that_do_not_sort_by_their_numbers_are_found(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    (folder / CLIP / "reg_img69.jpg").rename(folder / CLIP / "img69.jpg")
    sentence = "reg_img40.jpg comes after img69.jpg by its name and before it by its number; rename them alike."
    assert faults("casme2", folder) == [(2, CLIP, sentence)]


def test_names_without_numbers_are_found(tmp_path: Path) -> None:
    folder = trees.own_folder(tmp_path)
    for old, new in zip(sorted((folder / "frown").iterdir()), "abcdefgh", strict=True):
        old.rename(folder / "frown" / f"{new}.png")
    assert faults("folder", folder) == [(3, "frown", "no file name holds a frame number (e.g. a.png).")]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        (8, "joyous", "'joyous' is no known emotion."),
        (3, "/", "the onset is missing ('/')."),
        (3, "4x", "the onset '4x' is no frame number."),
        (4, 45, "onset 46, apex 45, offset 66 are not in the order onset, apex, offset."),
        (5, 58, "onset 46, apex 59, offset 58 are not in the order onset, apex, offset."),
        (5, 72, "frames 71 to 72 are missing (offset)."),
        (0, "", "subject '' holds no number."),
        (1, "", "the row names no clip."),
    ],
)
def test_a_wrong_cell_is_found_with_its_row(column: int, value: object, sentence: str, tmp_path: Path) -> None:
    lines = [list(line) for line in trees.CASME2_LINES]
    lines[1][column] = value
    path = f"{CLIP}/reg_img71.jpg" if "frames" in sentence else SHEET
    assert faults("casme2", trees.casme2(tmp_path, lines)) == [(2, path, sentence)]


def test_a_repeated_row_is_found(tmp_path: Path) -> None:
    lines = [*trees.CASME2_LINES, trees.CASME2_LINES[1]]
    sentence = "this clip is listed more than once (first in row 2)."
    assert faults("casme2", trees.casme2(tmp_path, lines)) == [(7, SHEET, sentence)]


def test_every_planted_fault_is_found_at_once_and_nothing_else(tmp_path: Path) -> None:
    lines = [*trees.CASME2_LINES, trees.CASME2_LINES[1], ["3", "EP01_01f", None, 1, 2, 3, None, "", "disgust"]]
    folder = trees.casme2(tmp_path, lines)
    (folder / "Cropped/sub01/EP19_05f/reg_img6.jpg").write_bytes(b"broken")
    (folder / "Cropped/sub17/EP05_02/reg_img8.jpg").unlink()
    assert sorted((row or 0, path) for row, path, _ in faults("casme2", folder)) == [
        (3, "Cropped/sub01/EP19_05f/reg_img6.jpg"),
        (6, "Cropped/sub17/EP05_02/reg_img8.jpg"),
        (7, SHEET),
        (8, "Cropped/sub03/EP01_01f"),
    ]


def test_the_same_person_under_two_names_with_the_same_clip_is_found(tmp_path: Path) -> None:
    folder = trees.smic(tmp_path)
    root = folder / "SMIC_all_cropped" / "HS"
    trees.frames(root / "s01" / "micro" / "positive" / "s01_po_01", "image{}.bmp", range(5))
    found = faults("smic", folder)
    assert [sentence for _, _, sentence in found] == ["this clip is listed more than once."]


def test_an_unknown_folder_of_an_emotion_is_found(tmp_path: Path) -> None:
    folder = trees.smic(tmp_path)
    micro = folder / "SMIC_all_cropped" / "HS" / "s1" / "micro"
    (micro / "positive").rename(micro / "pos")
    assert [sentence for _, _, sentence in faults("smic", folder)] == ["'pos' is no known emotion."]


def test_a_row_that_is_neither_macro_nor_micro_is_found(tmp_path: Path) -> None:
    header = ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Emotion", "Expression type"]
    lines: list[trees.Line] = [header, ["s15", "a", 1, 2, 3, "4", "negative", "mixed"]]
    trees.table(tmp_path / "codes.csv", lines)
    trees.frames(tmp_path / "s15" / "a", "img{}.jpg", range(1, 5))
    sentence = "'mixed' is neither macro-expression nor micro-expression."
    assert faults("cas_me2", tmp_path) == [(2, "codes.csv", sentence)]


def test_a_member_of_the_casme_list_without_its_folder_is_found(tmp_path: Path) -> None:
    folder = trees.casme_list(tmp_path)
    (folder / "casme2_cropped").rename(folder / "other")
    ((row, path, sentence),) = faults("casme_list", folder)
    assert (row, path) == (3, ".")
    assert sentence.startswith("holds no folder of casme2, which 1 rows of combined_3class.csv need")


def test_two_folders_of_one_number_in_the_casme_list_are_found(tmp_path: Path) -> None:
    folder = trees.casme_list(tmp_path)
    (folder / "casme^2_cropped" / "s16").mkdir()
    sentence = "subject '16' has the folders 16 and s16 in casme^2_cropped; leave one."
    assert faults("casme_list", folder) == [(5, "combined_3class.csv", sentence)]


def test_two_people_with_the_same_frames_are_found_and_not_trained_on(tmp_path: Path) -> None:
    folder = trees.own_folder(tmp_path)
    table = folder / "clips.csv"
    table.write_text(table.read_text() + "cleo,frown,0,,6,0,\n")
    sentence = "the frames are also those of folder/bob/frown; give each person frames of their own."
    assert faults("folder", folder) == [(5, "frown", sentence)]
    with pytest.raises(MerError, match=r"frown, row 5: the frames are also those of folder/bob/frown"):
        read_datasets([f"folder:{folder}"])
    (folder / "cleo").mkdir()
    (folder / "cleo" / "frown").symlink_to(folder / "frown")
    assert faults("folder", folder) == [(5, "cleo/frown", sentence)]


def test_a_wrong_facs_file_of_ckplus_is_found_with_its_line(tmp_path: Path) -> None:
    folder = trees.ckplus(tmp_path)
    name = "FACS/S005/001/S005_001_00000011_facs.txt"
    (folder / name).write_bytes(b"   6.0000000e+00   3.0000000e+00\n\n  A\xfc4 1\n")
    ((row, path, sentence),) = faults("ckplus", folder)
    assert (row, path) == (3, name)
    assert sentence.endswith("is no action unit of CK+.")


def test_an_emotion_of_ckplus_whose_images_are_missing_is_found(tmp_path: Path) -> None:
    folder = trees.ckplus(tmp_path)
    (folder / "cohn-kanade-images/S005/001").rename(folder / "elsewhere")
    assert faults("ckplus", folder) == [(None, "cohn-kanade-images/S005/001", "the folder of frames is missing.")]


def test_a_wrong_emotion_file_of_ckplus_is_found(tmp_path: Path) -> None:
    folder = trees.ckplus(tmp_path)
    name = "Emotion/S005/001/S005_001_00000011_emotion.txt"
    (folder / name).write_text("9\n")
    assert faults("ckplus", folder) == [(None, name, "'9' is no emotion of CK+ (0 to 7).")]


def test_a_frame_beyond_a_video_and_a_missing_video_are_found(tmp_path: Path) -> None:
    folder = trees.own_folder(tmp_path)
    table = folder / "clips.csv"
    table.write_text(table.read_text().replace("start,1,4", "start,1,8"))
    sentence = "frame 8 lies beyond the video, whose frames are 0 to 7."
    assert faults("folder", folder) == [(4, "start.mp4", sentence)]
    (folder / "start.mp4").unlink()
    assert faults("folder", folder) == [(4, "bob/start", "the folder of frames is missing.")]


def test_an_apex_that_nothing_tells_is_found(tmp_path: Path) -> None:
    folder = trees.own_folder(tmp_path)
    table = folder / "clips.csv"
    table.write_text(table.read_text().replace("frown,0,,6", "frown,0,,"))
    sentence = "the apex is missing, and no later offset tells where the middle would be."
    assert faults("folder", folder) == [(3, "clips.csv", sentence)]


def test_training_refuses_what_check_reports_and_names_it(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    (folder / CLIP / "reg_img59.jpg").unlink()
    with pytest.raises(MerError, match=r"reg_img59\.jpg, row 2: frame 59 is missing \(apex\) \(casme2/sub01/EP02_01f"):
        read_datasets([f"casme2:{folder}"])


def test_training_does_not_mind_problems_of_clips_it_leaves_out(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    (folder / "Cropped/sub02/EP03_02f/reg_img4.jpg").unlink()
    assert len(check(f"casme2:{folder}").problems) == 1
    assert len(read_datasets([f"casme2:{folder}"]).samples) == 4


def test_the_report_is_plain_json(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    (folder / CLIP / "reg_img59.jpg").unlink()
    plain = json.loads(json.dumps(check(f"casme2:{folder}").to_json()))
    assert plain["problems"] == [
        {
            "row": 2,
            "path": str(folder / CLIP / "reg_img59.jpg"),
            "sample_id": "casme2/sub01/EP02_01f",
            "sentence": "frame 59 is missing (apex).",
        }
    ]
    assert plain["num_clips"] == 3


def test_progress_is_told_for_each_clip(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    check(f"casme2:{trees.casme2(tmp_path)}", lambda done, total: told.append((done, total)))
    assert told == [(number, 5) for number in range(1, 6)]


def test_a_remark_reads_as_one_sentence_with_its_place(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    (folder / CLIP / "reg_img59.jpg").unlink()
    problem = check(f"casme2:{folder}").problems[0]
    assert str(replace(problem, path=Path("img.jpg"))) == (
        "img.jpg, row 2: frame 59 is missing (apex) (casme2/sub01/EP02_01f)."
    )
