"""The attribution methods as calls of Captum 0.9, each on a private copy of the network."""

import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mer_core.explain.completeness import Completeness
from mer_core.explain.question import Question
from mer_core.explain.window_pools import separate_windows
from mer_core.models.blocks import Network

IG_STEPS, IG_MOST_STEPS = 50, 400
_OCCLUSION_SQUARES = 7  # along a side
_SHAP_SAMPLES = 50
_SHAP_NOISE = 0.02  # of each channel's own range
_NOISE = threading.Lock()


@dataclass(frozen=True, eq=False)
class Pictured:
    """What a call returns: values float (1, K, S, S), what they should add up to (0 where not meant to), a note."""

    values: Tensor
    expected: float = 0.0
    note: str = ""


def saliency(network: nn.Module, question: Question) -> Pictured:
    """The gradient of the logit, signed."""
    from captum.attr import Saliency

    inputs = question.inputs.requires_grad_()
    return Pictured(Saliency(network).attribute(inputs, question.target, abs=False))


def input_x_gradient(network: nn.Module, question: Question) -> Pictured:
    """The gradient times the input, counted from the baseline instead of from zero, which has no meaning here."""
    from captum.attr import InputXGradient

    baselines = question.baselines
    from_baseline = (question.inputs - baselines).requires_grad_()
    explained = InputXGradient(lambda motion: network(baselines + motion))
    return Pictured(explained.attribute(from_baseline, question.target), logit_change(network, question))


def integrated_gradients(network: nn.Module, question: Question) -> Pictured:
    """Integrated Gradients by Gauss-Legendre, the steps doubled until the values add up or `IG_MOST_STEPS` is reached.

    Kinks of the network and of its max pools between two steps are what may need more of them.
    """
    from captum.attr import IntegratedGradients

    explained, expected, steps = IntegratedGradients(network), logit_change(network, question), IG_STEPS
    while True:
        values = explained.attribute(
            question.inputs, question.baselines, question.target, n_steps=steps, internal_batch_size=question.batch
        )
        holds = Completeness(expected, float(values.double().sum())).holds
        if holds or steps >= IG_MOST_STEPS:
            break
        steps *= 2
    if holds and steps == IG_STEPS:
        return Pictured(values, expected)
    return Pictured(values, expected, f"It took {steps} steps{'' if holds else ', the most that are tried'}.")


def deep_lift(network: nn.Module, question: Question) -> Pictured:
    """DeepLift by the rescale rule.

    Captum has rules for ReLU, sigmoid, softmax and max pools whose windows do not overlap (see `separate_windows` for
    the others). Products of two maps, GELU and layer norm count as straight lines there, which is why the values need
    not add up: over 50 benchmark maps they are off by 0 % (STSTNet, Off-ApexNet), 0.5 % (mini-AORCNN) and 31 %
    (Off-TANet, whose three attentions all multiply) of the logit change, median.
    """
    from captum.attr import DeepLift

    _hush_captum()
    separate_windows(network)
    inputs = question.inputs.requires_grad_()
    values = DeepLift(network).attribute(inputs, question.baselines, question.target)
    return Pictured(values, logit_change(network, question))


def gradient_shap(network: nn.Module, question: Question) -> Pictured:
    """Expected gradients over noisy inputs and random points on their way from the baseline.

    As Captum's GradientShap with one baseline, but for the draws. Captum's come from generators that all threads share;
    here they come from the question's seed, and one point is drawn from each fiftieth of the way: what does not add up
    falls from 8 % to under 1 % of the logit change (mini-AORCNN, median over benchmark maps). Captum gives the
    gradients at these points.
    """
    from captum.attr import Saliency

    generator = torch.Generator().manual_seed(question.seed)
    inputs, baselines = question.inputs, question.baselines
    spread = _SHAP_NOISE * (inputs.amax(dim=(2, 3), keepdim=True) - inputs.amin(dim=(2, 3), keepdim=True))
    shares = (torch.arange(_SHAP_SAMPLES) + torch.rand(_SHAP_SAMPLES, generator=generator)) / _SHAP_SAMPLES
    explained, total = Saliency(network), torch.zeros_like(inputs)
    for share in shares[:, None, None, None].split(question.batch):
        noisy = inputs + spread * torch.randn((len(share), *inputs.shape[1:]), generator=generator)
        points = (baselines + share * (noisy - baselines)).requires_grad_()
        gradients = explained.attribute(points, question.target, abs=False)
        total += (gradients * (noisy - baselines)).sum(dim=0, keepdim=True)
    return Pictured(total / _SHAP_SAMPLES, logit_change(network, question))


def occlusion(network: nn.Module, question: Question) -> Pictured:
    """Squares of a seventh of the side, half overlapping, set to the baseline one channel at a time."""
    from captum.attr import Occlusion

    window = max(1, question.size // _OCCLUSION_SQUARES)
    stride = max(1, window // 2)
    with torch.inference_mode():
        values = Occlusion(network).attribute(
            question.inputs,
            sliding_window_shapes=(1, window, window),
            strides=(1, stride, stride),
            baselines=question.baselines,
            target=question.target,
            perturbations_per_eval=question.batch,
        )
    return Pictured(values)


def guided_backprop(network: nn.Module, question: Question) -> Pictured:
    """The gradient with all negative parts dropped at each ReLU on the way back."""
    from captum.attr import GuidedBackprop

    _hush_captum()
    return Pictured(GuidedBackprop(network).attribute(question.inputs.requires_grad_(), question.target))


def guided_grad_cam(network: nn.Module, question: Question) -> Pictured:
    """Guided backprop times the positive part of Layer Grad-CAM."""
    from captum.attr import GuidedGradCam

    _hush_captum()
    cut = _CutNetwork(network)
    inputs = question.inputs.requires_grad_()
    explained = GuidedGradCam(cut, cut.last_maps)
    return Pictured(explained.attribute(inputs, question.target, interpolate_mode="bilinear"))


def layer_grad_cam(network: nn.Module, question: Question) -> Pictured:
    """The last feature maps weighted by their mean gradients, signed, enlarged bilinearly; values (1, 1, S, S)."""
    from captum.attr import LayerGradCam

    cut = _CutNetwork(network)
    coarse = LayerGradCam(cut, cut.last_maps).attribute(question.inputs.requires_grad_(), question.target).detach()
    height, width = coarse.shape[2:]
    enlarged = F.interpolate(coarse, (question.size, question.size), mode="bilinear", align_corners=False)
    return Pictured(enlarged, note=f"It is coarse: {height} by {width} values, enlarged, and does not tell channels.")


def region_ablation(network: nn.Module, question: Question) -> Pictured:
    """Each region in each channel set to the baseline by itself; so is all that lies in no region."""
    from captum.attr import FeatureAblation

    numbers = region_numbers(question.masks or {}, question.size)
    per_channel = int(numbers.max()) + 1
    mask = torch.stack([numbers + channel * per_channel for channel in range(len(question.channels))])
    with torch.inference_mode():
        values = FeatureAblation(network).attribute(
            question.inputs,
            baselines=question.baselines,
            target=question.target,
            feature_mask=mask[None],
            perturbations_per_eval=question.batch,
        )
    return Pictured(values)


CALLS: Mapping[str, Callable[[nn.Module, Question], Pictured]] = {
    call.__name__: call
    for call in (
        saliency,
        input_x_gradient,
        integrated_gradients,
        deep_lift,
        gradient_shap,
        occlusion,
        guided_backprop,
        guided_grad_cam,
        layer_grad_cam,
        region_ablation,
    )
}


def logit_change(network: nn.Module, question: Question) -> float:
    """Logit of the class for the input less that for the baseline."""
    with torch.inference_mode():
        logits = network(torch.cat([question.inputs, question.baselines]))[:, question.target].double()
    return float(logits[0] - logits[1])


def region_numbers(masks: Mapping[str, np.ndarray], size: int) -> Tensor:
    """The number of the region of each pixel, counted from 1 in the order of the masks, 0 elsewhere; int64 (S, S)."""
    numbers = torch.zeros((size, size), dtype=torch.int64)
    for number, mask in enumerate(masks.values(), start=1):
        numbers[torch.from_numpy(mask)] = number
    return numbers


class _CutNetwork(nn.Module):
    """A network with a layer that only passes its last feature maps on, so that they can be hooked wherever they arise.

    In two-stream networks no module of their own puts out all of them.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        assert isinstance(network, Network), "suitability.why_not comes first"
        self.network = network
        self.last_maps = nn.Identity()

    def forward(self, maps: Tensor) -> Tensor:
        """Return the network's logits."""
        return self.network.forward_head(self.last_maps(self.network.forward_features(maps)))


def _hush_captum() -> None:
    """Silence the two warnings with which Captum announces its hooks, which are on a private copy here.

    For good and under a lock: `warnings.catch_warnings` restores a list that other threads are changing.
    """
    with _NOISE:
        for message in ("Setting forward, backward hooks and attributes", "Setting backward hooks on ReLU"):
            if not any(filtered[1] is not None and filtered[1].match(message) for filtered in warnings.filters):
                warnings.filterwarnings("ignore", message, UserWarning, "captum")
