from dataclasses import replace

import pytest
import torch

from mer_core.checkpoints import Checkpoint
from mer_core.clips import read_clip
from mer_core.explain.stability import Marking, Stability, stability
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from mer_core.predictor import Predictor
from mer_core.samples import sample_clips


@pytest.fixture(scope="module")
def predictor():
    torch.manual_seed(0)
    return Predictor(Checkpoint("untrained", build_model("ststnet").eval(), "ststnet", InputSpec()))


@pytest.fixture(scope="module")
def analysis(predictor):
    return predictor.analyze(read_clip(sample_clips()["positive"].path), onset=11, apex=25, offset=39)


def test_every_marking_within_two_onset_and_four_apex_steps_is_asked_once(predictor, analysis):
    found = stability(predictor, analysis)
    assert found.step_frames == 1  # 10 ms at 100 fps
    assert [(one.onset, one.apex) for one in found.markings] == [
        (onset, apex) for onset in range(9, 14) for apex in range(21, 30)
    ]
    assert not found.is_single


def test_each_answer_is_the_one_that_analysing_that_marking_gives(predictor, analysis):
    answers = {(one.onset, one.apex): one.label for one in stability(predictor, analysis).markings}
    for onset, apex in ((9, 21), (11, 25), (13, 29)):
        told = predictor.analyze(analysis.prepared, onset=onset, apex=apex, offset=39)
        assert answers[onset, apex] == told.prediction.label


def test_markings_beyond_the_clip_or_out_of_order_or_without_a_face_are_left_out(predictor, analysis):
    early = predictor.analyze(analysis.prepared, onset=1, apex=3, offset=39)
    track = replace(early.prepared.track, frames_without=(6,))
    early = replace(early, prepared=replace(early.prepared, track=track))
    markings = [(one.onset, one.apex) for one in stability(predictor, early).markings]
    assert markings == [(onset, apex) for onset in range(4) for apex in (1, 2, 3, 4, 5, 7) if onset < apex]


def test_the_motion_is_measured_as_in_the_analysis(predictor, analysis):
    asked = []

    class Recording(Predictor):
        def motion(self, prepared, interval, settings):
            asked.append(settings)
            return super().motion(prepared, interval, settings)

    changed = predictor.analyze(analysis.prepared, onset=11, apex=25, offset=39, method="farneback")
    stability(Recording(predictor.checkpoint), changed)
    assert {settings.method for settings in asked} == {"farneback"}


def test_the_sentence_counts_the_same_answers_and_names_the_others():
    markings = (Marking(1, 4, "positive"), Marking(1, 5, "positive"), Marking(2, 4, "surprise"))
    mixed = Stability(1, 4, markings, 1, is_single=False)
    assert mixed.sentence() == "Same answer (positive) in 2 of 3 nearby markings, surprise in 1."
    turned = replace(mixed, onset=2)
    assert turned.sentence() == "Same answer (surprise) in 1 of 3 nearby markings, positive in 2."
    alone = replace(mixed, is_single=True)
    assert alone.sentence().endswith(", surprise in 1; asked was the one network trained on everybody.")
