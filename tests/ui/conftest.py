import sys
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from mer_core.checkpoints import Checkpoint, save_checkpoint
from mer_core.clips import read_clip
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from mer_core.predictor import Predictor
from mer_core.samples import sample_clips

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_main_module(monkeypatch):
    """A page that is run leaves its script as `__main__`, which the worker processes of later tests would import."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory):
    """A folder with two small untrained networks: pages are tested without the shipped weights."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for name, spec in (("ststnet", InputSpec()), ("off_apexnet", InputSpec(channels=("u", "v")))):
        torch.manual_seed(0)
        save_checkpoint(Checkpoint(name, build_model(name).eval(), name, spec), folder / name, "untrained, for tests")
    return folder


@pytest.fixture(scope="session")
def sample_analysis():
    """The sample "positive", analysed once by a small untrained network."""
    torch.manual_seed(0)
    checkpoint = Checkpoint("untrained", build_model("ststnet").eval(), "ststnet", InputSpec())
    return Predictor(checkpoint).analyze(read_clip(sample_clips()["positive"].path))


@pytest.fixture(scope="session")
def prepared_sample(sample_analysis):
    """The same clip before any marker."""
    return sample_analysis.prepared


@pytest.fixture
def app(checkpoints, monkeypatch):
    """The Overview page, run once."""
    monkeypatch.setenv("MER_CHECKPOINTS", str(checkpoints))
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run()


@pytest.fixture
def analyze(app):
    """The Analyze page without a clip."""
    return app.switch_page("pages/analyze.py").run()


@pytest.fixture
def with_sample(app):
    """The Analyze page with the sample "positive", opened by its link."""
    app.query_params["sample"] = "positive"
    return app.switch_page("pages/analyze.py").run()
