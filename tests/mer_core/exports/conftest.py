"""One analysis with markers of three kinds of origin, and a clip to lay markers on."""

from dataclasses import replace

import pytest

from mer_core.analysis import Analysis, PreparedClip
from mer_core.checkpoints import Checkpoint
from mer_core.interval import Interval
from mer_core.predictor import Predictor


@pytest.fixture(scope="session")
def analysis(prepared_sample: PreparedClip, small_checkpoint: Checkpoint) -> Analysis:
    """The sample from frame 14 over 28 to 40, at 100 fps; the apex was set by hand."""
    interval = Interval(14, 28, 40, ("proposed", "user", "proposed"))
    return Predictor(small_checkpoint).analyze_interval(prepared_sample, interval, "dis", remove_head_motion=True)


@pytest.fixture(scope="session")
def without_times(analysis: Analysis) -> Analysis:
    """The same, but the frame rate is unknown."""
    clip = replace(analysis.clip, timestamps_ms=None)
    return replace(analysis, prepared=replace(analysis.prepared, clip=clip))
