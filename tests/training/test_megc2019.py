from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mer_core.errors import MerError
from tests.training.megc2019_tree import ROWS, make_megc2019_tree
from training.datasets.check import check
from training.datasets.megc2019 import MAPS_FOLDER, TABLE_FILE, read_megc2019

_REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "megc2019_flow"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_megc2019_tree(tmp_path / "maps")


def test_every_row_becomes_a_sample_with_its_map_in_u_v_strain_order(tree: Path) -> None:
    data = read_megc2019(tree)
    assert data.maps.shape == (6, 28, 28, 3)
    assert data.labels.tolist() == [1, 0, 2, 1, 2, 0]
    assert [np.argmax(values.mean(axis=(0, 1))) for values in data.maps] == [1, 0, 2, 1, 2, 0]
    assert data.samples[2].sample_id == "samm/006/006_1_2"
    assert data.counts() == {"negative": 2, "positive": 2, "surprise": 2}


def test_the_same_subject_name_in_two_data_sets_is_two_people(tree: Path) -> None:
    table = tree / TABLE_FILE
    table.write_text(table.read_text().replace("samm,006,006_1_2", "samm,sub01,006_1_2"))
    (tree / MAPS_FOLDER / "006_006_1_2 .png").rename(tree / MAPS_FOLDER / "sub01_006_1_2 .png")
    assert read_megc2019(tree).num_subjects == 4


def test_the_digest_changes_with_a_single_value(tree: Path) -> None:
    before = read_megc2019(tree).digest
    assert read_megc2019(tree).digest == before
    path = tree / MAPS_FOLDER / "s2_s2_ne_01 .png"
    values = np.array(Image.open(path))
    values[0, 0, 0] ^= 1
    Image.fromarray(values).save(path)
    assert read_megc2019(tree).digest != before


def test_a_missing_map_is_named(tree: Path) -> None:
    (tree / MAPS_FOLDER / "s1_s1_po_01 .png").unlink()
    with pytest.raises(MerError, match=r"smic/s1/s1_po_01 has no map: .*mind the space"):
        read_megc2019(tree)


def test_a_map_of_another_size_is_named(tree: Path) -> None:
    Image.new("RGB", (30, 28)).save(tree / MAPS_FOLDER / "s1_s1_po_01 .png")
    with pytest.raises(MerError, match=r"s1_s1_po_01 \.png is 30x28 px, expected 28x28"):
        read_megc2019(tree)


def test_a_broken_map_is_named(tree: Path) -> None:
    (tree / MAPS_FOLDER / "s1_s1_po_01 .png").write_bytes(b"no picture")
    with pytest.raises(MerError, match="not a readable picture"):
        read_megc2019(tree)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("label", "emotion", "lacks the column label"),
        ("EP19_05f,0", "EP19_05f,7", r"row 3: label '7' is not 0"),
        ("casme2,sub01,EP19_05f,0", "casme2,sub01,EP02_01f,0", "more than once"),
    ],
)
def test_a_wrong_table_is_refused_with_the_place(tree: Path, old: str, new: str, message: str) -> None:
    table = tree / TABLE_FILE
    table.write_text(table.read_text().replace(old, new, 1))
    with pytest.raises(MerError, match=message):
        read_megc2019(tree)


def test_a_table_with_a_byte_order_mark_is_read(tree: Path) -> None:
    table = tree / TABLE_FILE
    digest = read_megc2019(tree).digest
    table.write_text(table.read_text(), encoding="utf-8-sig")
    assert read_megc2019(tree).digest == digest


def test_a_table_in_another_encoding_is_refused(tree: Path) -> None:
    (tree / TABLE_FILE).write_bytes((tree / TABLE_FILE).read_bytes() + "smic,s1,Müller,0".encode("latin-1"))
    with pytest.raises(MerError, match=r"combined_3_class2.*csv is not in UTF-8; export it as CSV UTF-8"):
        read_megc2019(tree)


def test_a_row_that_breaks_off_is_refused_with_its_number(tree: Path) -> None:
    (tree / TABLE_FILE).write_text((tree / TABLE_FILE).read_text() + "smic,s1\n")
    with pytest.raises(MerError, match=r"row 8: label '' is not 0"):
        read_megc2019(tree)


def test_one_person_under_two_names_is_refused(tree: Path) -> None:
    table = tree / TABLE_FILE
    table.write_text(table.read_text().replace("smic,s1,s1_sur_02", "smic,s01,s1_sur_02"))
    with pytest.raises(MerError, match=r"row 6: subject 's01' is written 's1' further up; write one person alike"):
        read_megc2019(tree)


def test_one_map_of_two_people_is_a_problem(tree: Path) -> None:
    maps = tree / MAPS_FOLDER
    (maps / "s2_s2_ne_01 .png").write_bytes((maps / "sub01_EP19_05f .png").read_bytes())
    (maps / "s1_s1_sur_02 .png").write_bytes((maps / "s1_s1_po_01 .png").read_bytes())  # of one person: no matter
    ((row, path, sentence),) = [(p.row, p.path, p.sentence) for p in check(f"megc2019:{tree}").problems]
    assert (row, path) == (7, maps / "s2_s2_ne_01 .png")
    assert sentence == "the map is also that of casme2/sub01/EP19_05f; no two people move alike."


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MerError, match=r"There is no .*combined_3_class2"):
        read_megc2019(tmp_path)


def test_an_empty_table_is_refused(tree: Path) -> None:
    table = tree / TABLE_FILE
    table.write_text(table.read_text().splitlines()[0] + "\n")
    with pytest.raises(MerError, match="has no rows"):
        read_megc2019(tree)


@pytest.mark.skipif(not _REAL.is_dir(), reason="the benchmark's maps are licensed and not part of the project")
def test_the_real_composite_has_its_published_counts() -> None:
    data = read_megc2019(_REAL)
    assert data.counts() == {"negative": 250, "positive": 109, "surprise": 83}
    assert data.num_subjects == 68


def test_the_made_up_tree_has_all_rows(tree: Path) -> None:
    assert [(s.dataset, s.subject, s.clip, str(s.label)) for s in read_megc2019(tree).samples] == ROWS
