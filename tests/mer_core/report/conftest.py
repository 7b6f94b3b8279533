"""One analysis with an answer whose record is known, and its report, made once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mer_core.analysis import Analysis, PreparedClip
from mer_core.checkpoints import Checkpoint
from mer_core.coded_events import Coding
from mer_core.interval import Interval
from mer_core.predictor import Predictor
from mer_core.report.contents import Contents
from mer_core.report.gather import gather
from tests.mer_core.made_up_reliability import made_up_reliability

MADE = datetime(2026, 5, 4, 13, 7, tzinfo=UTC)
CODING = Coding("S01", "ana", "speaks at the end\nlooks away")


@pytest.fixture(scope="session")
def trusted(small_checkpoint: Checkpoint) -> Checkpoint:
    training = {"data": "MEGC2019 composite", "num_samples": 442, "num_subjects": 68}
    return replace(small_checkpoint, reliability=made_up_reliability(small_checkpoint), training=training)


@pytest.fixture(scope="session")
def analysis(prepared_sample: PreparedClip, trusted: Checkpoint) -> Analysis:
    """The sample from frame 14 over 28 to 40, at 100 fps; the apex was set by hand."""
    interval = Interval(14, 28, 40, ("proposed", "user", "imported"))
    return Predictor(trusted).analyze_interval(prepared_sample, interval)


@pytest.fixture(scope="session")
def contents(analysis: Analysis) -> Contents:
    return gather(analysis, CODING, MADE, lambda text, share: None)
