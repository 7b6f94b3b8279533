"""The MEGC2019 composite as its published onset-apex flow maps (See et al., 2019, DOI 10.1109/FG.2019.8756611)."""

import re
from pathlib import Path

from mer_core.errors import MerError
from mer_core.labels import LABELS
from training.csv_rows import csv_rows
from training.datasets.annotated import numbered
from training.datasets.frames import folders
from training.datasets.maps import LabelledMaps, load_maps
from training.datasets.sheets import csv_text
from training.datasets.smic import renaming_notes, smic_clip
from training.datasets.table import Dataset, Note, Problem, Remark, Sample

TABLE_FILE = "combined_3_class2_for_optical_flow.csv"
MAPS_FOLDER = "STSNet_whole_norm_u_v_os"
TREE_FOLDER = "three_norm_u_v_os"
_COLUMNS = ("dataset", "sub", "filename_o", "label")
_CLASSES = {str(index): index for index in range(len(LABELS))}
# Of each data set: the folders of its people in a tree, and how the benchmark's table writes them.
_SUBJECTS = {"casme2": (r"sub\d+", "sub{:02d}"), "samm": (r"\d{3}", "{:03d}"), "smic": (r"s\d+", "s{:02d}")}


def read_megc2019(folder: Path) -> LabelledMaps:
    """All samples of the composite with their maps, in the order of its table (of its folders, in the other layout).

    Raises:
        MerError: table or maps are missing, a column is missing, or a row is inconsistent; names file and row.
    """
    return load_maps(survey_megc2019(folder).require_sound())


def survey_megc2019(folder: Path) -> Dataset:
    """All samples of the composite and where their maps lie, in either of the two published layouts.

    With STSTNet and HTNet: `combined_3_class2_for_optical_flow.csv` beside a folder of `<subject>_<clip> .png` (with
    the space), whose red, green and blue are u, v and strain. As a LOSO tree:
    `three_norm_u_v_os/<subject>/u_train|u_test/<label>/*.png`, of which the test halves together are the samples;
    the folders `s1` and `s01` are one person, written `s01` as in the table.

    Raises:
        MerError: neither layout, or a table without rows or columns.
    """
    if (folder / TABLE_FILE).is_file():
        return _survey_table(folder)
    tree = folder / TREE_FOLDER if (folder / TREE_FOLDER).is_dir() else folder
    if any((subject / "u_test").is_dir() for subject in folders(tree)):
        return _survey_tree(tree)
    wanted = f"{TABLE_FILE} and {MAPS_FOLDER}/, or {TREE_FOLDER}/"
    raise MerError(f"There is no {folder / TABLE_FILE}; give the folder that holds {wanted}.")


def _survey_table(folder: Path) -> Dataset:
    table = folder / TABLE_FILE
    samples: dict[str, Sample] = {}
    spellings: dict[tuple[str, str], str] = {}
    remarks: list[Remark] = []
    for number, row in enumerate(csv_rows(csv_text(table), _COLUMNS, table), start=2):
        path = folder / MAPS_FOLDER / f"{row['sub']}_{row['filename_o']} .png"
        label = _CLASSES.get(row["label"])
        emotion = "" if label is None else LABELS[label]
        sample = Sample(row["dataset"], row["sub"], row["filename_o"], label, emotion, map_path=path, row=number)
        name = sample.sample_id
        _, person = _who(sample.subject) or ("", sample.subject)
        spelling = spellings.setdefault((sample.dataset, person), sample.subject)
        if label is None:
            sentence = f"label {row['label']!r} is not 0 (negative), 1 (positive) or 2 (surprise)."
            remarks.append(Problem(table, sentence, number, name))
        elif spelling != sample.subject:
            sentence = f"subject {sample.subject!r} is written {spelling!r} further up; write one person alike."
            remarks.append(Problem(table, sentence, number, name))
        elif name in samples:
            remarks.append(Problem(table, f"{name} is listed more than once.", number, name))
        elif not path.is_file():
            sentence = f"{name} has no map: the file is missing (mind the space before .png)."
            remarks.append(Problem(path, sentence, number, name))
        else:
            samples[name] = sample
    return Dataset(tuple(samples.values()), tuple(remarks))


def _survey_tree(tree: Path) -> Dataset:
    subjects = [path for path in folders(tree) if (path / "u_test").is_dir()]
    tested: dict[str, Sample] = {}
    clips: set[str] = set()
    people = {path.name: who[1] for path in subjects if (who := _who(path.name))}
    remarks: list[Remark] = [*renaming_notes(tree, people)]
    for path in (path for subject in subjects for path in sorted((subject / "u_test").glob("*/*.png"))):
        sample = _tree_sample(path)
        if isinstance(sample, Problem):
            remarks.append(sample)
        elif path.name in tested:
            remarks.append(Problem(path, "this map is in the test half of two people.", None, sample.sample_id))
        elif sample.sample_id in clips:
            remarks.append(Problem(path, "this clip is in the test halves more than once.", None, sample.sample_id))
        else:
            tested[path.name] = sample
            clips.add(sample.sample_id)
    for subject in subjects:
        remarks.extend(_train_remarks(subject, tested))
    return Dataset(tuple(tested.values()), tuple(remarks))


def _tree_sample(path: Path) -> Sample | Problem:
    subject, label = path.parents[2].name, path.parent.name
    who = _who(subject)
    if who is None:
        return Problem(path, f"subject {subject!r} is of none of CASME II (sub01), SAMM (006) and SMIC (s01).")
    if label not in _CLASSES:
        return Problem(path, f"label {label!r} is not 0 (negative), 1 (positive) or 2 (surprise).")
    clip = re.sub(f"^({subject}|{who[1]})_", "", path.stem.strip())
    clip = smic_clip(clip) if who[0] == "smic" else clip
    return Sample(*who, clip, _CLASSES[label], LABELS[_CLASSES[label]], map_path=path)


def _who(subject: str) -> tuple[str, str] | None:
    """Data set and person of a folder in the tree, e.g. ("smic", "s01") for "s1" and "s01"; None when of neither."""
    for dataset, (pattern, written) in _SUBJECTS.items():
        if re.fullmatch(pattern, subject):
            return dataset, numbered(subject, written)
    return None


def _train_remarks(subject: Path, tested: dict[str, Sample]) -> list[Remark]:
    """What is wrong with the training half of one person: own maps in it, other labels, or maps left out."""
    remarks: list[Remark] = []
    who = _who(subject.name)
    training = {path.name: path for path in sorted((subject / "u_train").glob("*/*.png"))}
    for name, path in training.items():
        sample = tested.get(name)
        if sample is None:
            remarks.append(Problem(path, "this map is in no test half."))
        elif (sample.dataset, sample.subject) == who:
            remarks.append(Problem(path, "the training half holds a map of the person tested.", None, sample.sample_id))
        elif path.parent.name != str(sample.label):
            sentence = f"labelled {path.parent.name} here and {sample.label} in its test half."
            remarks.append(Problem(path, sentence, None, sample.sample_id))
    others = [name for name, sample in tested.items() if (sample.dataset, sample.subject) != who]
    absent = [name for name in others if name not in training]
    if absent:
        sentence = f"{len(absent)} maps of other people are not in this training half, e.g. {absent[0]}."
        remarks.append(Note(subject / "u_train", sentence))
    return remarks
