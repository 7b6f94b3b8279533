"""The readers by the name of their kind of data, and reading one or several of them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mer_core.errors import MerError
from training.datasets.cas_me2 import read_cas_me2
from training.datasets.casme import read_casme
from training.datasets.casme2 import read_casme2
from training.datasets.casme3 import read_casme3
from training.datasets.casme_list import read_casme_list
from training.datasets.ckplus import read_ckplus
from training.datasets.doubles import shared_frames
from training.datasets.folder import read_folder
from training.datasets.megc2019 import survey_megc2019
from training.datasets.samm import read_samm
from training.datasets.smic import read_smic
from training.datasets.subset import restricted
from training.datasets.table import Dataset, Problem, joined

READERS: Mapping[str, Callable[[Path], Dataset]] = {
    "megc2019": survey_megc2019,
    "casme": read_casme,
    "casme2": read_casme2,
    "cas_me2": read_cas_me2,
    "samm": read_samm,
    "smic": read_smic,
    "casme3": read_casme3,
    "casme_list": read_casme_list,
    "ckplus": read_ckplus,
    "folder": read_folder,
}


def survey(source: str) -> Dataset:
    """All that can be read of one data set, with everything that is wrong with it.

    Args:
        source: `KIND:PATH`, e.g. "casme2:/data/CASME2"; kinds are the keys of `READERS`.

    Raises:
        MerError: no such kind, or nothing can be read at all.
    """
    data = _read(source)
    return Dataset(data.rows, (*data.remarks, *shared_frames(data)))


def read_datasets(sources: Sequence[str], subset: Path | None = None) -> Dataset:
    """One or several data sets as one, sound enough to train on.

    Args:
        sources: each `KIND:PATH`.
        subset: CSV `dataset, subject, clip` of the clips to use.

    Raises:
        MerError: something is wrong with a clip that would be used; names the first problems.
    """
    parts = [_read(source) for source in sources]
    data = joined(parts)
    if subset:
        data = restricted(data, subset)
    return Dataset(data.rows, (*_namesakes(sources, parts), *data.remarks, *shared_frames(data))).require_sound()


def _read(source: str) -> Dataset:
    kind, separator, path = source.partition(":")
    if not separator or not path or kind not in READERS:
        raise MerError(f"Data {source!r} must read KIND:PATH with KIND one of {', '.join(READERS)}.")
    return READERS[kind](Path(path).expanduser())


def _namesakes(sources: Sequence[str], parts: Sequence[Dataset]) -> list[Problem]:
    """A problem for each subject that two sources of the kind `folder` name: only the user knows if that is one person.

    Other kinds are data sets that number their people themselves, so there the same name is the same person.
    """
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for (kind, _, path), part in zip((source.partition(":") for source in sources), parts, strict=True):
        for subject in sorted({row.subject for row in part.rows}) if kind == "folder" else []:
            other = first.setdefault(subject, path)
            if other != path:
                sentence = f"subject {subject!r} is named in {other} too; rename one, or if they are one person, put"
                problems.append(Problem(Path(path), f"{sentence} both tables into one folder."))
    return problems
