"""A made-up tree of each layout, and what the check finds in it."""

from collections.abc import Callable
from pathlib import Path

from tests.training.datasets import trees
from tests.training.megc2019_tree import make_megc2019_tree
from training.datasets.check import check

MAKERS: dict[str, Callable[[Path], Path]] = {
    "casme": trees.casme,
    "casme2": trees.casme2,
    "cas_me2": trees.cas_me2,
    "samm": trees.samm,
    "smic": trees.smic,
    "casme3": trees.casme3,
    "casme_list": trees.casme_list,
    "ckplus": trees.ckplus,
    "folder": trees.own_folder,
    "megc2019": make_megc2019_tree,
}


def faults(kind: str, folder: Path) -> list[tuple[int | None, str, str]]:
    """Row, path below the folder, and sentence of each problem."""
    return [(p.row, str(p.path.relative_to(folder)), p.sentence) for p in check(f"{kind}:{folder}").problems]
