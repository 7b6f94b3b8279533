import shutil
from pathlib import Path

import pytest

from mer_core.errors import MerError
from tests.training.datasets import trees
from tests.training.datasets.old_workbook import old_workbook
from training.datasets.readers import READERS, read_datasets, survey
from training.datasets.table import Dataset, Sample


def _by_id(data: Dataset) -> dict[str, Sample]:
    return {row.sample_id: row for row in data.rows}


def _span(sample: Sample) -> tuple[int | None, int | None, int | None, str | None]:
    return sample.onset, sample.apex, sample.offset, sample.apex_source


def _frame(sample: Sample, index: int | None) -> str:
    from training.datasets.frames import frame_folder

    assert sample.frames_dir is not None
    assert index is not None
    return frame_folder(sample.frames_dir).names[index]


def test_a_clip_with_two_emotions_is_refused_in_either_order(tmp_path: Path) -> None:
    trees.frames(tmp_path / "x", "{}.png", range(1, 4))
    rows: list[trees.Line] = [["a", "x", 1, 2, "others"], ["a", "x", 1, 2, "happiness"]]
    for lines in (rows, rows[::-1]):
        trees.table(tmp_path / "clips.csv", [["subject", "clip", "onset", "apex", "label"], *lines])
        with pytest.raises(MerError, match=r"row 3: this clip is listed more than once \(first in row 2\)"):
            read_datasets([f"folder:{tmp_path}"])


def test_a_table_with_a_cell_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text("subject,clip,onset,apex,label\na,x,1,2," + "o" * 140_000)
    with pytest.raises(MerError, match=r"clips\.csv is no table that can be read"):
        survey(f"folder:{tmp_path}")


def test_there_is_a_reader_for_each_data_set() -> None:
    expected = "megc2019 casme casme2 cas_me2 samm smic casme3 casme_list ckplus folder"
    assert set(READERS) == set(expected.split())


def test_casme2_frame_numbers_become_indices_of_the_files_that_bear_them(tmp_path: Path) -> None:
    data = survey(f"casme2:{trees.casme2(tmp_path)}")
    assert data.problems == ()
    clip = _by_id(data)["casme2/sub01/EP02_01f"]
    assert _span(clip) == (6, 19, 26, "annotated")
    assert [_frame(clip, index) for index in (6, 19, 26)] == ["reg_img46.jpg", "reg_img59.jpg", "reg_img66.jpg"]
    assert (clip.label, clip.emotion, clip.fps, clip.row) == (1, "happiness", 200.0, 2)


def test_casme2_subjects_are_written_alike_and_action_units_are_kept_as_coded(tmp_path: Path) -> None:
    rows = survey(f"casme2:{trees.casme2(tmp_path)}").rows
    assert [row.subject for row in rows] == ["sub01", "sub01", "sub02", "sub02", "sub17"]
    assert [row.action_units for row in rows] == [("12",), ("4", "L10"), ("R12",), (), ("1", "2")]


def test_a_missing_apex_gives_the_middle_frame_and_says_so(tmp_path: Path) -> None:
    data = survey(f"casme2:{trees.casme2(tmp_path)}")
    clip = _by_id(data)["casme2/sub02/EP01_11f"]
    assert _span(clip) == (3, 6, 8, "middle")
    assert [(note.row, note.sentence) for note in data.notes] == [(4, "the apex is missing; the middle frame is used.")]


def test_an_emotion_outside_the_classes_stays_in_the_table_and_is_excluded_with_its_reason(tmp_path: Path) -> None:
    data = survey(f"casme2:{trees.casme2(tmp_path)}")
    assert _by_id(data)["casme2/sub02/EP03_02f"].label is None
    assert [(out.row, out.sentence) for out in data.excluded] == [(5, "emotion 'others' is outside the three classes")]
    assert len(data.samples) == 4


def test_casme2_reads_an_old_xls_and_a_csv_like_the_xlsx(tmp_path: Path) -> None:
    lines = [["" if cell is None else cell for cell in line] for line in trees.CASME2_LINES]
    whole = [_span(row) for row in survey(f"casme2:{trees.casme2(tmp_path / 'a')}").rows]
    for name in ("xls", "csv"):
        folder = trees.casme2(tmp_path / name)
        (folder / "CASME2-coding-20140508.xlsx").unlink()
        if name == "xls":
            old_workbook(folder / "CASME2_label_Ver_2.xls", lines)
        else:
            trees.table(folder / "export.csv", lines)
        data = survey(f"casme2:{folder}")
        assert [_span(row) for row in data.rows] == whole
        assert data.problems == ()


def test_samm_ids_keep_their_zeros_and_the_header_may_stand_some_rows_down(tmp_path: Path) -> None:
    data = survey(f"samm:{trees.samm(tmp_path)}")
    assert data.problems == ()
    assert [row.sample_id for row in data.rows] == [
        "samm/006/006_1_2",
        "samm/006/006_1_3",
        "samm/011/011_2_1",
        "samm/011/011_2_4",
    ]
    assert [_span(row) for row in data.rows[:2]] == [(2, 6, 10, "annotated"), (1, 4, 7, "middle")]
    assert [row.row for row in data.rows] == [15, 16, 17, 18]
    assert [(note.row, note.sample_id) for note in data.notes] == [(16, "samm/006/006_1_3")]
    assert data.rows[1].action_units == ("12", "L14")
    assert [out.row for out in data.excluded] == [18]


def test_smic_takes_the_middle_frame_of_all_clips_and_one_name_for_each_person(tmp_path: Path) -> None:
    data = survey(f"smic:{trees.smic(tmp_path)}")
    assert data.problems == ()
    assert [row.sample_id for row in data.rows] == ["smic/s02/s02_sur_01", "smic/s01/s01_ne_02", "smic/s01/s01_po_01"]
    assert [_span(row) for row in data.rows] == [(0, 4, 7, "middle"), (0, 2, 4, "middle"), (0, 5, 10, "middle")]
    assert [row.label for row in data.rows] == [2, 0, 1]
    assert [note.sentence for note in data.notes] == [
        "SMIC has no annotated apex: the middle frame is used for all 3 clips.",
        "subjects are written with two digits: s1 is s01.",
    ]
    assert [(out.path.name, out.sentence) for out in data.excluded] == [
        ("s02_non_01", "non_micro: no micro-expression")
    ]


def test_casme_reads_the_frame_number_behind_the_dash(tmp_path: Path) -> None:
    data = survey(f"casme:{trees.casme(tmp_path)}")
    assert data.problems == ()
    assert [_span(row) for row in data.rows] == [(3, 7, 10, "annotated"), (1, 4, 6, "annotated")]
    assert [row.label for row in data.rows] == [None, 0]
    assert _frame(data.rows[0], 3) == "reg_EP01_5-113.jpg"


def test_cas_me2_counts_its_macro_expressions_and_finds_whole_videos_through_its_workbook(tmp_path: Path) -> None:
    data = survey(f"cas_me2:{trees.cas_me2(tmp_path)}")
    assert data.problems == ()
    assert [row.sample_id for row in data.rows] == ["cas_me2/s15/anger1_1", "cas_me2/s16/happy2_3"]
    assert [_span(row) for row in data.rows] == [(11, 14, 17, "annotated"), (3, 5, 8, "annotated")]
    assert [note.sentence for note in data.notes] == ["1 of 3 rows are macro-expressions and left out."]
    assert [(out.row, out.sentence) for out in data.excluded] == [(2, "macro-expression")]


def test_casme3_names_clips_by_their_onset_and_remarks_on_apexes_and_lengths(tmp_path: Path) -> None:
    data = survey(f"casme3:{trees.casme3(tmp_path)}")
    assert data.problems == ()
    assert [row.sample_id for row in data.rows] == ["casme3/spNO.1/b_175", "casme3/spNO.1/b_190", "casme3/spNO.12/c_0"]
    assert [_span(row)[3] for row in data.rows] == ["annotated", "middle", "annotated"]
    assert [(note.row, note.sentence) for note in data.notes] == [
        (3, "the apex equals the onset; the middle frame is used."),
        (4, "lasts 2.5 s, longer than 2 s; it is used nevertheless."),
    ]


def test_the_casme_list_tells_people_of_two_data_sets_apart(tmp_path: Path) -> None:
    data = survey(f"casme_list:{trees.casme_list(tmp_path)}")
    assert data.remarks == ()
    assert [row.sample_id for row in data.rows] == [
        "casme/sub01/EP01_5",
        "casme2/sub01/EP02_01f",
        "cas_me2/s15/surprise1_2",
        "cas_me2/s16/happy1_1",
    ]
    assert [_span(row) for row in data.rows] == [
        (3, 7, None, "annotated"),
        (2, 6, None, "annotated"),
        (2, 5, None, "annotated"),
        (3, 9, None, "annotated"),
    ]


@pytest.mark.parametrize("written", ["16", "016", "s16", "sub16"])
@pytest.mark.parametrize("folder_name", ["16", "s16", "sub16"])
def test_the_casme_list_finds_people_by_their_number_and_names_them_as_the_raw_readers_do(
    written: str, folder_name: str, tmp_path: Path
) -> None:
    folder = trees.casme_list(tmp_path)
    table = folder / "combined_3class.csv"
    table.write_text(table.read_text().replace("casme^2,16,", f"casme^2,{written},"))
    (folder / "casme^2_cropped" / "16").rename(folder / "casme^2_cropped" / folder_name)
    data = survey(f"casme_list:{folder}")
    assert data.problems == ()
    clip = _by_id(data)["cas_me2/s16/happy1_1"]
    assert clip.frames_dir == folder / "casme^2_cropped" / folder_name / "happy1_1"


def test_the_casme_list_and_a_raw_data_set_give_one_person_one_name(tmp_path: Path) -> None:
    data = read_datasets([f"casme_list:{trees.casme_list(tmp_path / 'l')}", f"cas_me2:{trees.cas_me2(tmp_path / 'r')}"])
    assert sorted({row.subject for row in data.rows if row.dataset == "cas_me2"}) == ["s15", "s16"]
    assert len(data.samples) == 6


def test_ckplus_runs_from_neutral_to_peak_and_says_which_sequences_have_no_emotion(tmp_path: Path) -> None:
    data = survey(f"ckplus:{trees.ckplus(tmp_path)}")
    assert data.problems == ()
    assert [(row.sample_id, row.label) for row in data.rows] == [("ckplus/S005/001", 1), ("ckplus/S005/002", None)]
    assert _span(data.rows[0]) == (0, 10, None, "annotated")
    assert data.rows[0].action_units == ("6", "12")
    assert [note.sentence for note in data.notes] == ["1 sequences have no emotion and are left out."]
    assert [out.sample_id for out in data.excluded] == ["ckplus/S005/002", "ckplus/S010/001"]


def test_any_folder_takes_frames_and_videos_and_rates_per_clip(tmp_path: Path) -> None:
    data = survey(f"folder:{trees.own_folder(tmp_path)}")
    assert data.problems == ()
    assert [(row.sample_id, row.label, row.fps) for row in data.rows] == [
        ("folder/ann/smile", 1, 120.0),
        ("folder/bob/frown", 0, None),
        ("folder/bob/start", 2, 25.0),
    ]
    assert [_span(row) for row in data.rows] == [
        (2, 4, 7, "annotated"),
        (0, 3, 6, "middle"),
        (1, 4, None, "annotated"),
    ]


def test_several_data_sets_become_one_with_ids_of_their_own(tmp_path: Path) -> None:
    sources = [
        f"casme2:{trees.casme2(tmp_path / 'c')}",
        f"samm:{trees.samm(tmp_path / 's')}",
        f"smic:{trees.smic(tmp_path / 'h')}",
    ]
    data = read_datasets(sources)
    ids = [sample.sample_id for sample in data.samples]
    assert len(ids) == len(set(ids)) == 10


def test_two_own_folders_are_one_data_set_unless_they_share_a_subject(tmp_path: Path) -> None:
    first, second = trees.own_folder(tmp_path / "a"), trees.own_folder(tmp_path / "b")
    sources = [f"folder:{first}", f"folder:{second}"]
    with pytest.raises(
        MerError, match=rf"^{second}: subject 'ann' is named in {first} too; rename one, or if they are"
    ):
        read_datasets(sources)
    subset = trees.table(tmp_path / "list.csv", [["dataset", "subject", "clip"], ["folder", "ann", "smile"]])
    with pytest.raises(MerError, match="subject 'ann' is named in"):  # no list tells the two apart
        read_datasets(sources, subset)
    table = second / "clips.csv"
    table.write_text(table.read_text().replace("ann,", "eve,").replace("bob,", "dan,"))
    (second / "ann").rename(second / "eve")
    assert sorted({row.subject for row in read_datasets(sources).rows}) == ["ann", "bob", "dan", "eve"]


def test_a_clip_in_two_of_the_data_sets_is_refused(tmp_path: Path) -> None:
    first, second = trees.casme2(tmp_path / "a"), trees.casme2(tmp_path / "b")
    with pytest.raises(MerError, match=r"another of the data sets holds this clip too \(casme2/sub01/EP02_01f\)"):
        read_datasets([f"casme2:{first}", f"casme2:{second}"])


@pytest.mark.parametrize("source", ["casme2", "casme2:", "unknown:/data"])
def test_a_source_that_is_no_kind_and_path_is_refused(source: str) -> None:
    with pytest.raises(MerError, match="must read KIND:PATH with KIND one of megc2019, casme"):
        survey(source)


@pytest.mark.parametrize("kind", sorted(READERS))
def test_an_empty_folder_and_none_are_refused_in_one_sentence(kind: str, tmp_path: Path) -> None:
    (tmp_path / "above" / "empty").mkdir(parents=True)
    for folder in (tmp_path / "above" / "empty", tmp_path / "nowhere"):
        with pytest.raises(MerError) as caught:
            survey(f"{kind}:{folder}")
        assert str(folder) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_cropped_and_raw_frames_side_by_side_need_a_choice_which_then_finds_the_table_above(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    trees.frames(folder / "CASME2-RAW" / "sub01" / "EP02_01f", "img{}.jpg", range(46, 67))
    with pytest.raises(MerError, match=r"more than once \(CASME2-RAW, Cropped\); give one of these"):
        survey(f"casme2:{folder}")
    assert survey(f"casme2:{folder / 'Cropped'}").problems == ()


def test_two_tables_that_fit_need_a_choice(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    trees.table(folder / "copy.csv", trees.CASME2_LINES)
    with pytest.raises(MerError, match=r"more than one table that fits \(CASME2-coding-20140508.xlsx, copy.csv\)"):
        survey(f"casme2:{folder}")


def test_a_damaged_spreadsheet_is_named(tmp_path: Path) -> None:
    folder = trees.casme2(tmp_path)
    (folder / "CASME2-coding-20140508.xlsx").write_bytes(b"no workbook")
    with pytest.raises(MerError, match=r"CASME2-coding-20140508\.xlsx cannot be read as a spreadsheet"):
        survey(f"casme2:{folder}")


def test_ckplus_without_its_emotions_is_refused(tmp_path: Path) -> None:
    folder = trees.ckplus(tmp_path)
    for name in ("Emotion", "FACS"):
        shutil.rmtree(folder / name)
        with pytest.raises(MerError, match="holds no folder Emotion beside cohn-kanade-images"):
            survey(f"ckplus:{folder}")


def test_ckplus_without_its_images_is_refused(tmp_path: Path) -> None:
    folder = trees.ckplus(tmp_path)
    shutil.rmtree(folder / "cohn-kanade-images")
    with pytest.raises(MerError, match="holds no folder of images such as cohn-kanade-images"):
        survey(f"ckplus:{folder}")


LATIN_1 = "Subject,Müller".encode("latin-1")


def test_unreadable_files_above_a_data_set_with_a_table_of_its_own_do_not_matter(tmp_path: Path) -> None:
    header = ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Emotion", "Expression type"]
    trees.table(tmp_path / "data" / "codes.csv", [header, ["s15", "a", 1, 2, 3, "4", "negative", "micro-expression"]])
    trees.frames(tmp_path / "data" / "s15" / "a", "img{}.jpg", range(1, 5))
    (tmp_path / "notes.csv").write_bytes(LATIN_1)
    (tmp_path / "other.xlsx").write_bytes(b"no workbook")
    assert [row.sample_id for row in survey(f"cas_me2:{tmp_path / 'data'}").samples] == ["cas_me2/s15/a"]


@pytest.mark.parametrize("kind", ["cas_me2", "casme2"])
def test_unreadable_files_beside_a_table_above_are_passed_over_and_named_only_where_no_table_is_found(
    kind: str, tmp_path: Path
) -> None:
    folder = trees.cas_me2(tmp_path) / "rawpic" if kind == "cas_me2" else trees.casme2(tmp_path) / "Cropped"
    (tmp_path / "a notes.csv").write_bytes(LATIN_1)
    assert survey(f"{kind}:{folder}").problems == ()
    for table in tmp_path.glob("*.xlsx"):
        table.unlink()
    with pytest.raises(MerError, match=r"holds no .xlsx, .xls or .csv .*\(a notes.csv above it cannot be read\)"):
        survey(f"{kind}:{folder}")


def test_a_table_above_an_own_folder_is_none_of_its_business(tmp_path: Path) -> None:
    folder = trees.own_folder(tmp_path)
    with pytest.raises(MerError, match="holds no .xlsx, .xls or .csv with the columns subject, clip"):
        survey(f"folder:{folder / 'ann'}")
