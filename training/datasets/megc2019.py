"""The MEGC2019 composite as its published onset-apex flow maps (See et al., 2019, DOI 10.1109/FG.2019.8756611)."""

import csv
import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from mer_core.errors import MerError
from mer_core.inputs import MAP_SIDE
from mer_core.labels import LABELS
from training.datasets.maps import LabelledMaps, Sample

TABLE_FILE = "combined_3_class2_for_optical_flow.csv"
MAPS_FOLDER = "STSNet_whole_norm_u_v_os"
_COLUMNS = ("dataset", "sub", "filename_o", "label")


def read_megc2019(folder: Path) -> LabelledMaps:
    """All samples of the composite with their maps, in the order of its table.

    The layout is the one published with STSTNet and HTNet: `combined_3_class2_for_optical_flow.csv` beside a folder of
    `<subject>_<clip> .png` (with the space), whose red, green and blue are u, v and strain.

    Raises:
        MerError: table or maps are missing, a column is missing, or a row is inconsistent; names file and row.
    """
    table = folder / TABLE_FILE
    rows = _read_rows(table)
    samples = tuple(_sample(row, f"{table}, row {number}") for number, row in enumerate(rows, start=2))
    ids = [sample.sample_id for sample in samples]
    if len(set(ids)) != len(ids):
        repeated = next(name for name in ids if ids.count(name) > 1)
        raise MerError(f"{table} lists {repeated} more than once.")
    maps = np.stack([_read_map(folder / MAPS_FOLDER, sample) for sample in samples])
    return LabelledMaps(samples, maps, _digest(samples, maps))


def _read_rows(table: Path) -> list[dict[str, str]]:
    if not table.is_file():
        raise MerError(f"There is no {table}; give the folder that holds {TABLE_FILE} and {MAPS_FOLDER}/.")
    with table.open(newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise MerError(f"{table} lacks the column {', '.join(missing)}.")
        rows = list(reader)
    if not rows:
        raise MerError(f"{table} has no rows.")
    return rows


def _sample(row: dict[str, str], where: str) -> Sample:
    if row["label"] not in {str(index) for index in range(len(LABELS))}:
        raise MerError(f"{where}: label {row['label']!r} is not 0 (negative), 1 (positive) or 2 (surprise).")
    return Sample(row["dataset"], row["sub"], row["filename_o"], int(row["label"]))


def _read_map(folder: Path, sample: Sample) -> np.ndarray:
    path = folder / f"{sample.subject}_{sample.clip} .png"
    if not path.is_file():
        raise MerError(f"{sample.sample_id} has no map: {path} is missing (mind the space before .png).")
    try:
        with Image.open(path) as picture:
            values = np.asarray(picture.convert("RGB"))
    except OSError as error:
        raise MerError(f"{path} is not a readable picture ({error}).") from error
    if values.shape != (MAP_SIDE, MAP_SIDE, 3):
        raise MerError(f"{path} is {values.shape[1]}x{values.shape[0]} px, expected {MAP_SIDE}x{MAP_SIDE}.")
    return values


def _digest(samples: tuple[Sample, ...], maps: np.ndarray) -> str:
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(f"{sample.sample_id}={sample.label}\n".encode())
    digest.update(maps.tobytes())
    return digest.hexdigest()
