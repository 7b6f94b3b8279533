from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.checkpoints import Checkpoint, load_checkpoint
from mer_core.errors import MerError
from mer_core.explain.attribution import attribute
from mer_core.explain.baselines import Baseline
from mer_core.explain.places import GRID, area_resized, cell_means, cells, masks_at, shares_of_regions
from mer_core.explain.question import question_about
from mer_core.predictor import Predictor
from mer_core.regions import REGIONS, region_masks


def test_an_analysis_is_asked_about_its_own_answer(sample_analysis):
    question = question_about(sample_analysis)
    assert sample_analysis.checkpoint.labels[question.target] == sample_analysis.prediction.label
    assert question.channels == ("strain", "v", "u")
    assert question.baseline.name == "no motion of this clip"
    assert set(question.masks) == {region.name for region in REGIONS}
    assert question.note == ""
    assert attribute(question, "saliency").values.shape == (3, 28, 28)


def test_another_class_can_be_asked_about(sample_analysis):
    assert question_about(sample_analysis, "surprise").target == 2


def test_an_unknown_class_is_refused(sample_analysis):
    with pytest.raises(MerError, match="no class 'anger'; choose one of negative, positive, surprise"):
        question_about(sample_analysis, "anger")


def test_of_an_ensemble_the_network_that_learnt_from_everybody_is_explained_and_that_is_said(sample_analysis):
    checkpoint = load_checkpoint("mini_aorcnn")
    analysis = Predictor(checkpoint).analyze(sample_analysis.prepared)
    question = question_about(analysis)
    assert question.network is checkpoint.model
    assert "mean of 68 networks" in question.note
    own = checkpoint.labels[int(checkpoint.model(question.inputs).argmax())]
    assert ("gives the same class" in question.note) == (own == analysis.prediction.label)
    assert question.note in attribute(question, "saliency").notes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": ("u", "v")}, "3 channels, but there are 2 channel names"),
        ({"baseline": Baseline("none", (0.0,), False, "")}, "3 channels, but there are 1 baseline values"),
        ({"masks": {"nose": np.ones((5, 5), bool)}}, "mask of nose is"),
        ({"network_input": torch.zeros(3, 28, 27)}, "needs one input of shape"),
    ],
)
def test_parts_that_do_not_fit_each_other_are_refused(linear, ask, changes, message):
    with pytest.raises(MerError, match=message):
        replace(ask(linear), **changes)


def test_masks_follow_the_size_of_the_input(sample_analysis):
    landmarks, size = sample_analysis.landmarks, sample_analysis.crop.size
    full, small = region_masks(landmarks, size), masks_at(landmarks, size, 28)
    for name, mask in small.items():
        rows, columns = np.nonzero(mask)
        true_rows, true_columns = np.nonzero(full[name])
        assert (rows.mean() + 0.5) / 28 == pytest.approx((true_rows.mean() + 0.5) / size, abs=0.02)
        assert (columns.mean() + 0.5) / 28 == pytest.approx((true_columns.mean() + 0.5) / size, abs=0.02)


@pytest.mark.parametrize("size", [28, 64, 112])
def test_the_grid_has_all_its_cells_at_every_size(size):
    assert np.array_equal(np.unique(cells(size)), np.arange(GRID**2))
    plane = np.repeat(np.arange(size)[:, None], size, axis=1)
    assert np.array_equal(np.sort(cell_means(plane)), cell_means(plane))


def test_shares_add_up_to_one_and_are_nothing_where_there_is_nothing():
    masks = {"one": np.eye(4, dtype=bool), "other": ~np.eye(4, dtype=bool)}
    assert shares_of_regions(np.ones((4, 4)), masks) == {"one": 0.25, "other": 0.75}
    assert shares_of_regions(np.zeros((4, 4)), masks) == {"one": 0, "other": 0}


def test_shrinking_averages():
    assert area_resized(np.array([[0.0, 2.0], [4.0, 6.0]]), 1)[0, 0] == 3


def test_a_checkpoint_without_an_ensemble_needs_no_note(sample_analysis, small_checkpoint: Checkpoint):
    assert small_checkpoint.ensemble is None
    assert attribute(question_about(sample_analysis), "layer_grad_cam").notes[0].startswith("It is coarse")
