import pytest
import torch

from mer_core.checkpoints import Checkpoint
from mer_core.clips import read_clip
from mer_core.explain.multiples import Multiple, Multiples, gathered, multiples_by_method
from mer_core.explain.stability import Marking, Stability, stability
from mer_core.flow import FLOW_METHODS
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from mer_core.predictor import Predictor
from mer_core.samples import sample_clips


def untrained(name, seed, **spec):
    torch.manual_seed(seed)
    return Predictor(Checkpoint(name, build_model("ststnet").eval(), "ststnet", InputSpec(**spec)))


@pytest.fixture(scope="module")
def predictors():
    return [untrained("one", 0), untrained("other", 1), untrained("wider", 0, side_in_eye_distances=3.0)]


@pytest.fixture(scope="module")
def analysis(predictors):
    return predictors[0].analyze(read_clip(sample_clips()["positive"].path), onset=0, apex=1, offset=39)  # few markings


@pytest.fixture(scope="module")
def columns(predictors, analysis):
    return list(multiples_by_method(predictors, analysis))


def test_every_network_is_asked_with_every_flow_method(columns, analysis):
    multiples = gathered(columns, analysis)
    assert multiples.networks == ("one", "other", "wider")
    assert multiples.methods == FLOW_METHODS
    pairs = [(one.network, one.method) for one in multiples.table]
    assert pairs == [(network, method) for network in multiples.networks for method in FLOW_METHODS]


def test_a_network_answers_as_if_it_were_asked_alone(columns, predictors, analysis):
    for predictor, found in zip(predictors, columns[FLOW_METHODS.index("dis")], strict=True):
        alone = predictor.analyze(analysis.prepared, onset=0, apex=1, offset=39)
        assert found.stability == stability(predictor, alone)


def test_motion_is_measured_once_for_networks_that_take_it_alike(predictors, analysis, monkeypatch):
    measured = []
    own = Predictor.motion

    def counted(self, prepared, interval, settings):
        measured.append((self.checkpoint.name, settings.method))
        return own(self, prepared, interval, settings)

    monkeypatch.setattr(Predictor, "motion", counted)
    next(multiples_by_method(predictors, analysis))
    names = [name for name, method in measured if method == FLOW_METHODS[0]]
    assert len(names) == len(measured)
    assert (names.count("one"), names.count("other"), names.count("wider")) == (12, 0, 12)


def test_the_sentence_counts_the_pairs_and_the_markings_with_the_answer_in_use():
    def answers(*labels):
        return Stability(0, 3, tuple(Marking(0, 3 + place, label) for place, label in enumerate(labels)), 1, False)

    table = (
        Multiple("a", "dis", answers("positive", "positive", "negative")),
        Multiple("a", "tvl1", answers("surprise", "positive", "surprise")),
    )
    said = Multiples("positive", table).sentence()
    assert "Same answer (positive) from 1 of 2 pairs" in said
    assert "in 3 of 6 of their nearby markings" in said
