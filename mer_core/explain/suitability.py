"""Why a method cannot explain a network, found by looking at the network and not at its name."""

from collections import Counter

import torch
from torch import nn

from mer_core.explain.methods import Method
from mer_core.explain.question import Question
from mer_core.models.blocks import Network

_GUIDED = ("guided_backprop", "guided_grad_cam")
_CAM = ("guided_grad_cam", "layer_grad_cam")
# Those that DeepLift has a rule for and that hook-bearing modules of this house's networks are.
_DEEP_LIFT_RULES = (nn.ReLU, nn.ELU, nn.LeakyReLU, nn.Sigmoid, nn.Tanh, nn.Softplus, nn.MaxPool2d, nn.Softmax)


def why_not(method: Method, question: Question, network: nn.Module) -> str | None:
    """A plain sentence on why `method` cannot explain `network`; None where it can.

    Args:
        method: which.
        question: its input is run through the network once or twice.
        network: a private copy, to be hooked and left clean.
    """
    if method.name == "region_ablation" and not question.masks:
        return "No face is known for this input, so its regions cannot be drawn."
    if method.name in _CAM and (reason := _without_map(question, network)):
        return reason
    if method.name in _GUIDED and (reason := _without_relu(question, network)):
        return reason
    if method.name == "deep_lift" and (reason := _with_shared_layers(question, network)):
        return reason
    return None


def _without_map(question: Question, network: nn.Module) -> str | None:
    if not isinstance(network, Network):
        return "The network does not say which its last feature maps are."
    with torch.inference_mode():
        shape = tuple(network.forward_features(question.inputs).shape)
    if len(shape) != 4 or max(shape[2:]) < 2:
        return "The network's last features are single values without a place on the face, so there is no map to show."
    return None


def _without_relu(question: Question, network: nn.Module) -> str | None:
    in_graph, calls = _relus(question, network)
    if in_graph == 0:
        return "The network has no ReLU, the only layer that guided backprop changes; it would repeat Saliency."
    if in_graph != sum(calls.values()):
        return "Some ReLUs of the network are no modules, so guided backprop cannot reach them."
    return None


def _with_shared_layers(question: Question, network: nn.Module) -> str | None:
    calls: Counter[str] = Counter()
    handles = _counting(network, calls, _DEEP_LIFT_RULES)
    with torch.inference_mode():
        network(question.inputs)
    for handle in handles:
        handle.remove()
    shared = [name for name, count in calls.items() if count > 1]
    if shared:
        return f"DeepLift needs every layer to be used once, but {', '.join(shared)} is used several times."
    return None


def _relus(question: Question, network: nn.Module) -> tuple[int, Counter[str]]:
    """How many ReLUs the network's computation holds, and how often each ReLU module ran."""
    calls: Counter[str] = Counter()
    handles = _counting(network, calls, (nn.ReLU,))
    output = network(question.inputs.requires_grad_())
    for handle in handles:
        handle.remove()
    waiting, seen, found = [output.grad_fn], set(), 0
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        found += node.name().startswith("ReluBackward")
        waiting.extend(parent for parent, _ in node.next_functions)
    return found, calls


def _counting(
    network: nn.Module, calls: Counter[str], kinds: tuple[type[nn.Module], ...]
) -> list[torch.utils.hooks.RemovableHandle]:
    def count(name: str) -> torch.utils.hooks.RemovableHandle:
        return modules[name].register_forward_hook(lambda module, inputs, output: calls.update([name]))

    modules = dict(network.named_modules())
    return [count(name) for name, module in modules.items() if type(module) in kinds]
