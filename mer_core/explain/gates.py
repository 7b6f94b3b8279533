"""What a network itself weighs: its gates and attention, by their right names, and what its layers answer to.

"Attention" names different things in these networks. A channel gate is one factor a feature map, a spatial gate one a
place, a gate map one a place and channel; only token attention says which place looks at which. What each is stands
with it. None of them says which class a place speaks for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from mer_core.explain.private_copy import private_copy
from mer_core.models.gate_attention import GateAttention
from mer_core.models.htnet import FaceCanvas
from mer_core.models.micro_attention import AttentionBlock
from mer_core.models.off_tanet import ChannelAttention, SpatialAttention


class Kind(Enum):
    """What a view's numbers are, in plain words."""

    CHANNEL_GATE = "channel gate: one factor from 0 to 1 for each feature map, the same at every place"
    SPATIAL_GATE = "spatial gate: one factor from 0 to 1 for each place, the same for every feature map"
    GATE_MAP = (
        "gate map: factors by which one feature map is let through, place by place; they add up to 1 over the map. It "
        "is not token attention: no place looks at another. Rows of the query are compared with rows of the key, so a "
        "bright cell is a place that is let through, not a place that was looked at"
    )
    PLACE_ATTENTION = "place attention: a share for each place, adding up to 1; the maps are raised by that share"
    TOKEN_ATTENTION = "token attention: how much each place is looked at, on average over the places that look"
    ACTIVATION = "layer activation: mean size of a layer's answer at each place, which is not attention"


@dataclass(frozen=True, eq=False)
class AttentionView:
    """One group of pictures of the same kind.

    Attributes:
        title: for a heading.
        layer: the module it was taken from, by its name in the network.
        kind: what the numbers are.
        maps: float32 (G, H, W); for channel gates (G, 1, 1).
        labels: name of each map.
        range: smallest and largest value to draw; 0 to the largest value where there is no upper bound in practice.
        neutral: the value where nothing is preferred; None where there is none.
        note: a plain sentence, empty if `kind` says all.
    """

    title: str
    layer: str
    kind: Kind
    maps: np.ndarray
    labels: tuple[str, ...]
    range: tuple[float, float]
    neutral: float | None = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class AttentionViews:
    """All that can be shown of what a network weighs.

    Attributes:
        attention: views of its gates and attention, in the order in which they act; empty where it has none.
        activations: views of its layers, from input to output.
        statement: a plain sentence on what kind of attention the network has.
    """

    attention: tuple[AttentionView, ...]
    activations: tuple[AttentionView, ...]
    statement: str


def attention_of(network: nn.Module, network_input: Tensor) -> AttentionViews:
    """What a network weighs for one input; several threads may ask about one network, which is left as it was.

    Args:
        network: any registered network, or another module.
        network_input: float32 (C, S, S).
    """
    own = private_copy(network)
    taken: list[AttentionView] = []
    single_tokens: list[str] = []
    for name, module in own.named_modules():
        _hook_gates(name, module, taken, single_tokens)
    activations: list[AttentionView] = []
    for name, module in _stages(own):
        module.register_forward_hook(partial(_keep_activation, name, activations))
    # the hooks go with the copy: nobody else has it
    with torch.inference_mode():
        own(network_input.detach().float()[None])
    statement = _statement(taken, bool(single_tokens))
    if any(isinstance(module, FaceCanvas) for module in own.modules()):
        statement += " Its layers see four crops of the face rearranged: a place in them is not a place on the face."
    return AttentionViews(tuple(taken), tuple(activations), statement)


def _hook_gates(name: str, module: nn.Module, taken: list[AttentionView], single_tokens: list[str]) -> None:
    # Each hook fires in the order in which the gates act, which is the order of the views.
    if isinstance(module, ChannelAttention):
        module.sigmoid.register_forward_hook(_keeping(taken, partial(_channel_gate, name)))
    elif isinstance(module, SpatialAttention):
        module.sigmoid.register_forward_hook(_keeping(taken, partial(_spatial_gate, name)))
    elif isinstance(module, GateAttention):
        num_heads = len(module.heads)
        module.gate.register_forward_hook(
            lambda _, inputs, output: taken.extend(_gate_maps(name, output[0], num_heads, taken))
        )
    elif isinstance(module, AttentionBlock):
        module.gate.register_forward_hook(lambda _, inputs, output: taken.append(_shares(name, output[0], taken)))
    elif isinstance(module, nn.Softmax) and not name.endswith(".gate.softmax"):
        module.register_forward_hook(partial(_keep_tokens, name, taken, single_tokens))


def _keeping(taken: list[AttentionView], view: Callable[[Tensor], AttentionView]) -> Callable[..., None]:
    return lambda module, inputs, output: taken.append(view(output[0]))


def _channel_gate(name: str, gate: Tensor) -> AttentionView:
    labels = tuple(f"feature map {index}" for index in range(1, len(gate) + 1))
    return AttentionView("Channel attention", name, Kind.CHANNEL_GATE, _array(gate), labels, (0.0, 1.0), 0.5)


def _spatial_gate(name: str, gate: Tensor) -> AttentionView:
    return AttentionView("Spatial attention", name, Kind.SPATIAL_GATE, _array(gate), ("all",), (0.0, 1.0), 0.5)


def _shares(name: str, gate: Tensor, taken: list[AttentionView]) -> AttentionView:
    maps, title = _array(gate), f"Attention of block {_number(Kind.PLACE_ATTENTION, taken)}"
    scale, neutral = (0.0, float(maps.max())), 1 / maps[0].size
    return AttentionView(title, name, Kind.PLACE_ATTENTION, maps, ("all",), scale, neutral)


def _number(kind: Kind, taken: list[AttentionView]) -> int:
    """Which layer of its kind comes next, counted from 1."""
    return 1 + len({view.layer for view in taken if view.kind is kind})


def _gate_maps(name: str, gates: Tensor, num_heads: int, taken: list[AttentionView]) -> list[AttentionView]:
    """The mean over all heads, then one view a head."""
    layer = f"Gate maps, layer {_number(Kind.GATE_MAP, taken)}"
    top, neutral = float(gates.max()), 1 / gates[0].numel()
    merged = _array(gates.mean(dim=0, keepdim=True))
    whole = AttentionView(
        f"{layer}, merged",
        name,
        Kind.GATE_MAP,
        merged,
        ("mean of all",),
        (0.0, float(merged.max())),
        neutral,
        "How the channels are grouped into heads changes nothing: every channel has a gate of its own.",
    )
    views = [whole]
    for number, gate in enumerate(gates.chunk(num_heads), start=1):
        labels = tuple(f"head {number}, channel {channel}" for channel in range(1, len(gate) + 1))
        title = f"{layer}, head {number}"
        views.append(replace(whole, title=title, maps=_array(gate), labels=labels, range=(0.0, top), note=""))
    return views


def _keep_tokens(
    name: str, taken: list[AttentionView], single_tokens: list[str], module: nn.Module, inputs: object, weights: Tensor
) -> None:
    """Token attention (..., heads, tokens, tokens), each row adding up to 1, as a square map of the places."""
    num_tokens = weights.shape[-1]
    side = round(num_tokens**0.5)
    if num_tokens == 1:
        single_tokens.append(name)
    elif weights.dim() >= 4 and weights.shape[-2] == num_tokens and side * side == num_tokens:
        looked_at = weights.flatten(0, -4).mean(dim=(0, 2)).unflatten(1, (side, side))
        maps = _array(looked_at)
        labels = tuple(f"head {head}" for head in range(1, len(maps) + 1))
        title, scale = f"Token attention, layer {_number(Kind.TOKEN_ATTENTION, taken)}", (0.0, float(maps.max()))
        taken.append(AttentionView(title, name, Kind.TOKEN_ATTENTION, maps, labels, scale, 1 / num_tokens))


def _stages(network: nn.Module, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    """The parts of a network to look at: its children, and those of containers that hold composite parts."""
    for name, child in network.named_children():
        parts = list(child.children())
        if isinstance(child, nn.ModuleList | nn.Sequential) and parts and all(_is_composite(part) for part in parts):
            yield from _stages(child, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", child


def _is_composite(module: nn.Module) -> bool:
    return next(module.children(), None) is not None


def _keep_activation(
    name: str, activations: list[AttentionView], module: nn.Module, inputs: object, output: Tensor
) -> None:
    is_map = isinstance(output, Tensor) and output.dim() == 4 and min(output.shape[2:]) > 1
    if not is_map or isinstance(module, nn.Linear):
        return
    maps = _array(output[0].abs().mean(dim=0, keepdim=True))
    scale = (0.0, float(maps.max()))
    activations.append(AttentionView(f"Layer {name}", name, Kind.ACTIVATION, maps, ("mean size",), scale))


def _statement(taken: list[AttentionView], has_single_tokens: bool) -> str:
    if has_single_tokens and not taken:
        return (
            "This network's attention is identically 1: each block holds one token, which can only look at itself. "
            "There is no attention to show."
        )
    kinds = list(dict.fromkeys(view.kind.value.split(":")[0] for view in taken))
    if not kinds:
        return "This network has no attention; what can be shown is how strongly its layers answer at each place."
    return f"What this network weighs: {', '.join(kinds)}. None of it says which class a place speaks for."


def _array(values: Tensor) -> np.ndarray:
    return values.detach().float().numpy().copy()
