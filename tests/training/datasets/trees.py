"""Small made-up data sets in the layouts of the real ones."""

import csv
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import openpyxl
from PIL import Image

Line = Sequence[object]

CASME2_HEADER = ["Subject", "Filename", "", "OnsetFrame", "ApexFrame", "OffsetFrame", "", "Action Units",
                 "Estimated Emotion"]  # fmt: skip
SAMM_HEADER = ["Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration",
               "Micro", "Action Units", "Estimated Emotion", "Objective Classes", "Notes"]  # fmt: skip


def frames(folder: Path, pattern: str, numbers: Iterable[int]) -> Path:
    """Write one small picture for each number, e.g. by the pattern "reg_img{}.jpg"."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        picture(folder / pattern.format(number), number)
    return folder


def picture(path: Path, seed: int, size: tuple[int, int] = (12, 16)) -> None:
    values = np.random.default_rng(seed).integers(0, 255, (*size, 3), np.uint8)
    Image.fromarray(values).save(path)


def workbook(path: Path, *sheets: Iterable[Line]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for lines in sheets:
        sheet = book.create_sheet()
        for line in lines:
            sheet.append(list(line))
    book.save(path)
    return path


def table(path: Path, lines: Iterable[Line], delimiter: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    return path


CASME2_LINES: list[Line] = [
    CASME2_HEADER,
    [1, "EP02_01f", None, 46, 59, 66, None, "12", "happiness"],
    ["01", "EP19_05f", None, 3, 6, 9, None, "4+L10", "Disgust"],
    [2, "EP01_11f", None, 11, "/", 16, None, "R12", "repression"],
    [2, "EP03_02f", None, 1, 4, 8, None, "?", "others"],
    [17, "EP05_02", None, 5, 8, 12, None, "1+2", "surprise"],
]


def casme2(folder: Path, lines: list[Line] | None = None) -> Path:
    """Five clips of three people; the first clip's frames begin at 40, one apex is "/", one emotion is outside."""
    workbook(folder / "CASME2-coding-20140508.xlsx", lines or CASME2_LINES)
    workbook(folder / "CASME2-ObjectiveClasses.xlsx", [["Subject", "Filename", "Objective Class"], [1, "EP02_01f", 1]])
    root = folder / "Cropped"
    frames(root / "sub01" / "EP02_01f", "reg_img{}.jpg", range(40, 71))
    frames(root / "sub01" / "EP19_05f", "reg_img{}.jpg", range(1, 13))
    frames(root / "sub02" / "EP01_11f", "reg_img{}.jpg", range(8, 20))
    frames(root / "sub02" / "EP03_02f", "reg_img{}.jpg", range(1, 10))
    frames(root / "sub17" / "EP05_02", "reg_img{}.jpg", range(1, 15))
    (root / "sub01" / "Desktop - Shortcut.lnk").write_bytes(b"x")
    (root / "sub01" / "EP02_01f" / "Thumbs.db").write_bytes(b"x")
    return folder


def samm(folder: Path) -> Path:
    """Four clips of two people; the header stands in row 14, one apex is -1, one emotion is outside."""
    above: list[Line] = [["SAMM micro-movements"], [], ["Subject: the participant, three digits"], *([[]] * 10)]
    lines: list[Line] = [
        *above,
        SAMM_HEADER,
        ["006", "006_1_2", 1, 5562, 5566, 5570, 9, "Micro", "4", "Anger", 1, ""],
        [6, "006_1_3", 1, 100, -1, 106, 7, "Micro", "AU12, L14", "Happiness", 2, "several\nlines"],
        ["011", "011_2_1", 2, 20, 23, 25, 6, "Micro", "1A+2B", "Surprise", 3, ""],
        ["011", "011_2_4", 2, 30, 33, 35, 6, "Micro", "4", "Other", 7, ""],
    ]
    workbook(folder / "SAMM_Micro_FACS_Codes_v2.xlsx", lines)
    frames(folder / "006" / "006_1_2", "006_{:05d}.jpg", range(5560, 5572))
    frames(folder / "006" / "006_1_3", "006_{:05d}.jpg", range(99, 109))
    frames(folder / "011" / "011_2_1", "011_{:05d}.jpg", range(18, 27))
    frames(folder / "011" / "011_2_4", "011_{:05d}.jpg", range(30, 36))
    return folder


def smic(folder: Path) -> Path:
    """Four clips of two people, `s1` in one folder and `s02` in the other, and one clip without a micro-expression."""
    root = folder / "SMIC_all_cropped" / "HS"
    frames(root / "s1" / "micro" / "positive" / "s1_po_01", "image{:05d}.bmp", range(186, 197))
    frames(root / "s1" / "micro" / "negative" / "s1_ne_02", "image{:05d}.bmp", range(50, 55))
    frames(root / "s02" / "micro" / "surprise" / "s02_sur_01", "image{:05d}.bmp", range(7, 15))
    frames(root / "s02" / "non_micro" / "s02_non_01", "image{:05d}.bmp", range(1, 4))
    frames(folder / "SMIC_all_cropped" / "VIS" / "s1" / "micro" / "positive" / "s1_po_01", "image{}.bmp", range(3))
    return folder


def casme(folder: Path) -> Path:
    """Two clips of one person, in a CSV export with semicolons."""
    header = ["Subject", "Filename", "OnsetF", "ApexF1", "ApexF2", "OffsetF", "AU", "Emotion"]
    table(
        folder / "CASME.csv",
        [header, [1, "EP01_5", 113, 117, "", 120, "4+7", "tense"], [1, "EP03_1", 10, 13, "", 15, "4", "sadness"]],
        delimiter=";",
    )
    frames(folder / "sub01" / "EP01_5", "reg_EP01_5-{}.jpg", range(110, 122))
    frames(folder / "sub01" / "EP03_1", "reg_EP03_1-{:02d}.jpg", range(9, 17))
    return folder


def cas_me2(folder: Path) -> Path:
    """One micro- and one macro-expression of two videos, in the released workbook without a header."""
    lines: list[Line] = [
        [1, "anger1_1", 12, 15, 18, "4+7", "negative", "micro-expression", "anger"],
        [1, "happy2_1", 30, 60, 0, "12", "positive", "macro-expression", "happiness"],
        [2, "happy2_3", 4, 6, 9, "6+12", "positive", "Micro-expression", "happiness"],
    ]
    persons: list[Line] = [[1, 15, 1], [2, 16, 2]]
    videos: list[Line] = [["0401", "anger1"], ["0503", "happy2"]]
    workbook(folder / "CAS(ME)^2code_final(Updated).xlsx", lines, persons, videos)
    frames(folder / "rawpic" / "s15" / "15_0401girlcrashing", "img{}.jpg", range(1, 25))
    frames(folder / "rawpic" / "s16" / "happy2_3", "img{}.jpg", range(1, 12))
    return folder


def casme3(folder: Path) -> Path:
    """Three clips of two people: an ordinary one, one whose apex is its onset, one that lasts 2.5 s."""
    header = ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"]
    lines: list[Line] = [
        header,
        ["spNO.1", "b", 175, 178, 181, "4", 1, "disgust"],
        ["spNO.1", "b", 190, 190, 197, "12", 2, "Happy"],
        ["spNO.12", "c", 0, 30, 75, "1+2", 3, "surprise"],
    ]
    workbook(folder / "annotation" / "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx", lines)
    workbook(folder / "annotation" / "cas(me)3_part_A_MaE_label_JpgIndex_v2.xlsx", lines[:2])
    frames(folder / "data" / "spNO.1" / "b" / "color", "{}.jpg", range(170, 200))
    frames(folder / "data" / "spNO.12" / "c" / "color", "{}.jpg", range(80))
    return folder


def casme_list(folder: Path) -> Path:
    """Four clips of the family; two different people are called sub01, one is a bare number in list and folder."""
    lines: list[Line] = [
        ["Dataset", "Subject", "Sample", "Onset", "Apex", "Class"],
        ["casme1", "sub01", "EP01_5", 113, 117, "negative"],
        ["casme2", "sub01", "EP02_01f", 46, 50, "positive"],
        ["casme^2", "s15", "surprise1_2", 12, 15, "surprise"],
        ["casme^2", 16, "happy1_1", 323, 329, "surprise"],
    ]
    table(folder / "combined_3class.csv", lines)
    frames(folder / "casme1_cropped" / "sub01" / "EP01_5", "reg_EP01_5-{}.jpg", range(110, 120))
    frames(folder / "casme2_cropped" / "sub01" / "EP02_01f", "reg_img{}.jpg", range(44, 55))
    frames(folder / "casme^2_cropped" / "s15" / "surprise1_2", "img{}.jpg", range(10, 20))
    frames(folder / "casme^2_cropped" / "16" / "happy1_1", "img{}.jpg", range(320, 331))
    return folder


def ckplus(folder: Path) -> Path:
    """Three sequences of two people: happiness, neutral, and one without an emotion."""
    for subject, sequence, number, emotion in (("S005", "001", 11, 5), ("S005", "002", 8, 0), ("S010", "001", 6, None)):
        name = f"{subject}_{sequence}"
        frames(folder / "cohn-kanade-images" / subject / sequence, name + "_{:08d}.png", range(1, number + 1))
        labels = folder / "Emotion" / subject / sequence
        labels.mkdir(parents=True)
        if emotion is not None:
            (labels / f"{name}_{number:08d}_emotion.txt").write_text(f"   {emotion}.0000000e+00\n")
    coded = folder / "FACS" / "S005" / "001"
    coded.mkdir(parents=True)
    text = "   6.0000000e+00   3.0000000e+00\n   1.2000000e+01   0.0000000e+00\n"
    (coded / "S005_001_00000011_facs.txt").write_text(text)
    return folder


def own_folder(folder: Path) -> Path:
    """Three clips: frames below the subject, frames below the folder, and a video."""
    from mer_core.video_writer import write_video

    lines: list[Line] = [
        ["subject", "clip", "onset", "apex", "offset", "label", "fps"],
        ["ann", "smile", 3, 5, 8, "positive", 120],
        ["bob", "frown", 0, "", 6, "0", ""],
        ["bob", "start", 1, 4, "", "surprise", 25],
    ]
    table(folder / "clips.csv", lines)
    frames(folder / "ann" / "smile", "{:04d}.png", range(1, 10))
    frames(folder / "frown", "f{}.png", range(8))
    rng = np.random.default_rng(0)
    write_video(folder / "start.mp4", rng.integers(0, 255, (8, 32, 32, 3), np.uint8), 25)
    return folder


def megc2019_loso_tree(folder: Path) -> Path:
    """Three people, one of each data set, with two maps each, in the LOSO layout."""
    own = {
        "sub01": [("sub01_EP02_01f .png", 1), ("sub01_EP19_05f .png", 0)],
        "006": [("006_006_1_2 .png", 0), ("006_006_1_3 .png", 2)],
        "s01": [("s01_s01_ne_01 .png", 0), ("s01_s01_po_01 .png", 1)],
    }
    for subject in own:
        for other, maps in own.items():
            half = "u_test" if other == subject else "u_train"
            for name, label in maps:
                place = folder / "three_norm_u_v_os" / subject / half / str(label)
                place.mkdir(parents=True, exist_ok=True)
                picture(place / name, zlib.crc32(name.encode()), (28, 28))
    return folder
