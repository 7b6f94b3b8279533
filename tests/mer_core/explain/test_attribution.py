from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mer_core.errors import MerError
from mer_core.explain import captum_calls
from mer_core.explain.attribution import ALL_CHANNELS, Attribution, NotPossible, attribute
from mer_core.explain.baselines import Baseline
from mer_core.explain.methods import METHODS, Meaning
from mer_core.models import build_model, list_models
from mer_core.models.blocks import Network

ALL = [method.name for method in METHODS]
CONTRIBUTIONS = [method.name for method in METHODS if method.meaning is Meaning.CONTRIBUTION]
# what cannot be, by network; the others must work
IMPOSSIBLE = {"htnet": {"guided_backprop", "guided_grad_cam", "layer_grad_cam"}}
QUICK = ("mini_aorcnn", "off_apexnet", "off_tanet", "sssnet", "ststnet", "ststnet_dense", "dual_inception")


def true_contributions(network, question):
    """Weight times (input - baseline): for a linear network every such method must find exactly this."""
    inputs = question.inputs.requires_grad_()
    (gradient,) = torch.autograd.grad(network(inputs)[0, question.target], inputs)
    return (gradient * (question.inputs - question.baselines))[0].numpy()


@pytest.mark.parametrize("method", [name for name in CONTRIBUTIONS if name != "gradient_shap"])
def test_contributions_of_a_linear_network_are_weight_times_distance_from_no_motion(linear, ask, method):
    question = ask(linear)
    made = attribute(question, method)
    np.testing.assert_allclose(made.values, true_contributions(linear, question), atol=1e-5)
    assert made.completeness.error < 1e-4


def test_gradient_shap_of_a_linear_network_differs_by_its_noise_only(linear, ask):
    question = ask(linear)
    made, truth = attribute(question, "gradient_shap"), true_contributions(linear, question)
    # 50 draws of noise of 2 % of a range of 2 move the mean input by about .006
    largest_weight = np.abs(truth / (question.inputs - question.baselines)[0].numpy()).max()
    assert np.abs(made.values - truth).max() < 0.03 * largest_weight
    assert made.completeness.error < 0.05


def test_saliency_of_a_linear_network_is_its_signed_weight(linear, ask):
    made = attribute(ask(linear), "saliency")
    weight = linear.head.weight[1].detach().reshape(3, 14, 14) / 4
    truth = weight.repeat_interleave(2, 1).repeat_interleave(2, 2).numpy()
    np.testing.assert_allclose(made.values, truth, atol=1e-7)
    assert (made.values < 0).any()
    assert made.completeness is None


def test_region_ablation_of_a_linear_network_is_the_sum_of_contributions_in_the_region(linear, ask):
    question = ask(linear)
    made, truth = attribute(question, "region_ablation"), true_contributions(linear, question)
    elsewhere = ~np.any(list(question.masks.values()), axis=0)
    for mask in [*question.masks.values(), elsewhere]:
        for channel in range(3):
            np.testing.assert_allclose(made.values[channel][mask], truth[channel][mask].sum(), atol=1e-4)


def test_occlusion_of_a_linear_network_is_the_sum_of_contributions_in_the_square(linear, ask):
    question = ask(linear)
    made, truth = attribute(question, "occlusion"), true_contributions(linear, question)
    # the corner lies in one square of 28 / 7 = 4 px only
    assert made.values[0, 0, 0] == pytest.approx(truth[0, :4, :4].sum(), abs=1e-4)


@pytest.mark.parametrize("method", [name for name in ALL if name != "layer_grad_cam"])
def test_a_channel_that_the_network_ignores_gets_nothing(deaf, ask, method):
    made = attribute(ask(deaf), method)
    assert made.channels == ("u", "v", "strain")
    np.testing.assert_allclose(made.values[1], 0, atol=5e-7)  # a logit of 1 to 2 is rounded to steps of 1.2e-7
    assert np.abs(made.values[0]).max() > 1e-6


def test_layer_grad_cam_is_the_mean_gradient_times_the_last_maps_enlarged(linear, ask):
    question = ask(linear)
    made = attribute(question, "layer_grad_cam")
    weights = linear.head.weight[1].detach().reshape(3, 14, 14).mean(dim=(1, 2))
    coarse = (weights[:, None, None] * linear.forward_features(question.inputs)[0]).sum(dim=0)
    enlarged = F.interpolate(coarse[None, None], (28, 28), mode="bilinear", align_corners=False)[0]
    np.testing.assert_allclose(made.values, enlarged.detach().numpy(), atol=1e-6)
    assert made.channels == (ALL_CHANNELS,)


def test_guided_grad_cam_is_guided_backprop_times_the_positive_part_of_layer_grad_cam(deaf, ask):
    question = ask(deaf)
    guided, both = attribute(question, "guided_backprop"), attribute(question, "guided_grad_cam")
    features = deaf.forward_features(question.inputs)[0].detach()
    weights = deaf.head.weight[1].detach().reshape(6, 7, 7).mean(dim=(1, 2))
    cam = (weights[:, None, None] * features).sum(dim=0).relu()
    enlarged = F.interpolate(cam[None, None], (28, 28), mode="bilinear")[0].numpy()
    np.testing.assert_allclose(both.values, guided.values * enlarged, atol=1e-6)


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("method", ALL)
def test_every_small_network_is_explained_by_every_method(ask, name, method):
    torch.manual_seed(0)
    check_method(ask(build_model(name).eval()), name, method)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(list_models()) - set(QUICK)))
def test_every_large_network_is_explained_by_every_method_or_says_why_not(ask, name, monkeypatch):
    for setting, value in {"IG_STEPS": 5, "IG_MOST_STEPS": 5, "_SHAP_SAMPLES": 5, "_OCCLUSION_SQUARES": 2}.items():
        monkeypatch.setattr(captum_calls, setting, value)  # seconds instead of a minute
    torch.manual_seed(0)
    network = build_model(name).eval()
    for method in ALL:
        check_method(ask(network), name, method)


def check_method(question, name, method):
    made = attribute(question, method)
    if method in IMPOSSIBLE.get(name, ()):
        assert isinstance(made, NotPossible)
        assert made.reason.endswith(".")
        return
    assert isinstance(made, Attribution)
    assert made.values.dtype == np.float32
    assert made.values.shape[1:] == question.network_input.shape[1:]
    assert len(made.values) == len(made.channels)
    assert np.isfinite(made.values).all()
    assert made.importance.shape == made.ranking.shape == made.values.shape[1:]


@pytest.mark.parametrize("name", ["off_apexnet", "dual_inception", "sssnet", "ststnet"])
def test_deep_lift_adds_up_in_networks_of_layers_that_it_has_rules_for(ask, name):
    torch.manual_seed(0)
    assert attribute(ask(build_model(name).eval()), "deep_lift").completeness.error < 0.01


def test_contributions_that_do_not_add_up_say_so(deaf, ask):
    made = attribute(ask(deaf), "input_x_gradient")
    assert not made.completeness.holds
    assert any("do not add up" in note for note in made.notes)


class Kinked(Network):
    """A logit that jumps up within a hundredth of the way, between two of the first fifty steps."""

    input_shape = (1, 28, 28)

    def __init__(self):
        super().__init__()
        self.gate = nn.Sigmoid()

    def forward_features(self, maps):
        return maps

    def forward_head(self, features):
        level = self.gate((features.mean(dim=(1, 2, 3)) - 0.503) * 400)
        return torch.stack([level, -level], dim=1)


def test_integrated_gradients_takes_more_steps_where_fifty_do_not_add_up(ask):
    rising = ask(Kinked(), target=0, baseline=Baseline("zero", (0.0,), False, ""))
    made = attribute(replace(rising, network_input=torch.ones(1, 28, 28)), "integrated_gradients")
    assert made.completeness.holds
    assert any("steps" in note for note in made.notes)


def test_the_class_can_be_chosen(linear, ask):
    first, second = (attribute(ask(linear, target), "saliency").values for target in (0, 2))
    assert not np.allclose(first, second)


def test_an_unknown_method_is_refused(linear, ask):
    with pytest.raises(MerError, match="no attribution method 'magic'; choose one of saliency"):
        attribute(ask(linear), "magic")


@pytest.mark.parametrize("target", [-1, 3])
def test_an_unknown_class_is_refused(linear, ask, target):
    with pytest.raises(MerError, match="its classes are 0 to 2"):
        attribute(ask(linear, target), "saliency")
