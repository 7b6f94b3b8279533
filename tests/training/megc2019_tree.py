"""A small made-up MEGC2019 tree in the real layout."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from training.datasets.megc2019 import MAPS_FOLDER, TABLE_FILE

ROWS = [
    ("casme2", "sub01", "EP02_01f", "1"),
    ("casme2", "sub01", "EP19_05f", "0"),
    ("samm", "006", "006_1_2", "2"),
    ("smic", "s1", "s1_po_01", "1"),
    ("smic", "s1", "s1_sur_02", "2"),
    ("smic", "s2", "s2_ne_01", "0"),
]


def make_megc2019_tree(folder: Path) -> Path:
    """Write six maps whose class can be learnt: each class has its own channel of high values."""
    (folder / MAPS_FOLDER).mkdir(parents=True)
    rng = np.random.default_rng(0)
    with (folder / TABLE_FILE).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dataset", "sub", "filename_o", "label", "apex", "imagename", "sub_filename"])
        for dataset, subject, clip, label in ROWS:
            writer.writerow([dataset, subject, clip, label, "", f"{subject}_{clip}.jpg", ""])
            values = rng.integers(0, 60, (28, 28, 3), np.uint8)
            values[..., int(label)] += 180
            Image.fromarray(values).save(folder / MAPS_FOLDER / f"{subject}_{clip} .png")
    return folder
