"""One synthetic clip, prepared and analysed once for all tests that only look at it."""

import pytest
import torch

from mer_core.analysis import Analysis, PreparedClip
from mer_core.checkpoints import Checkpoint
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from mer_core.predictor import Predictor
from mer_core.synthetic import RenderedClip, emotion_scenario, render


@pytest.fixture(scope="session")
def sample() -> RenderedClip:
    """A positive clip of 72 frames at 100 fps with head motion, and its truth."""
    return render(emotion_scenario("positive", 3))


@pytest.fixture(scope="session")
def small_checkpoint() -> Checkpoint:
    """An STSTNet with seeded, untrained weights: small, quick and always the same."""
    torch.manual_seed(0)
    spec = InputSpec(channels=("strain", "v", "u"))
    return Checkpoint("untrained", build_model("ststnet").eval(), "ststnet", spec)


@pytest.fixture(scope="session")
def sample_analysis(sample: RenderedClip, small_checkpoint: Checkpoint) -> Analysis:
    return Predictor(small_checkpoint).analyze(sample.clip)


@pytest.fixture(scope="session")
def prepared_sample(sample_analysis: Analysis) -> PreparedClip:
    return sample_analysis.prepared
