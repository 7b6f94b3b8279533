"""What others report on the 442 samples of MEGC2019, to stand beside a run on the same samples."""

from dataclasses import dataclass

import numpy as np

from training.metrics import SubjectCounts

_MEGC2019_COUNTS = {"casme2": (88, 32, 25), "samm": (92, 26, 15), "smic": (70, 51, 43)}

_STSTNET = "Liong et al. 2019, DOI 10.1109/FG.2019.8756567"
_MEB = "Varanka et al. 2022, arXiv 2211.11425, code meb"
_OFF_TANET = "Zhang et al. 2021, DOI 10.1007/978-3-030-89188-6_20"
_MINI_AORCNN = "Zhang et al. 2022, DOI 10.11896/jsjkx.210500023"
_ECNU_PROTOCOL = "294 CASME-family clips; best of epochs 0, 20 .. 200 by the mean test score"


@dataclass(frozen=True)
class PublishedScore:
    """A published score.

    Attributes:
        system: network, and whose run of it.
        protocol: how the epoch was chosen.
        optimistic: whether the test subjects had a say in that.
        uf1: 0 to 1.
        uar: 0 to 1, or None where it is not reported.
        source: authors, year and identifier.
    """

    system: str
    protocol: str
    optimistic: bool
    uf1: float
    uar: float | None
    source: str


POOLED_MEGC2019 = (
    PublishedScore("STSTNet, authors' weights", "fixed 800 epochs", False, 0.7209, 0.7250, _STSTNET),
    PublishedScore("STSTNet, authors' MATLAB log", "fixed 500 epochs", False, 0.7353, 0.7186, _STSTNET),
    PublishedScore("SSSNet, meb", "fixed 200 epochs", False, 0.739, None, _MEB),
    PublishedScore("RCN-A", "fixed epochs", False, 0.743, 0.719, "Xia et al. 2020, DOI 10.1109/TIP.2020.3018222"),
    PublishedScore("Off-ApexNet, meb", "last epoch", False, 0.703, None, _MEB),
    PublishedScore("Off-ApexNet, meb", "test-picked epoch", True, 0.839, None, _MEB),
    PublishedScore(
        "HTNet",
        "best test epoch of each subject",
        True,
        0.860,
        0.848,
        "Wang et al. 2024, DOI 10.1016/j.neucom.2024.128196",
    ),
    PublishedScore(
        "CausalNet", "stops when the test accuracy is 1", True, 0.898, 0.902, "Zhang et al. 2025, arXiv 2508.06640"
    ),
)
"""Pooled UF1 and UAR on the 442 samples of MEGC2019."""

ECNU_MEAN_PER_SUBJECT = (
    PublishedScore("Off-TANet", _ECNU_PROTOCOL, True, 0.7242, 0.7315, _OFF_TANET),
    PublishedScore("mini-AORCNN", _ECNU_PROTOCOL, True, 0.7225, 0.7309, _MINI_AORCNN),
)
"""ECNU's mean per subject on its own list of 294 clips: another metric on other samples."""


def is_megc2019(counts: SubjectCounts) -> bool:
    """Whether these are the 442 samples of MEGC2019, judged by data sets, subjects and class counts."""
    if counts.datasets != tuple(sorted(_MEGC2019_COUNTS)) or len(counts.subjects) != 68:
        return False
    return all(
        np.array_equal(counts.of_dataset(dataset).pooled.sum(axis=1), expected)
        for dataset, expected in _MEGC2019_COUNTS.items()
    )
