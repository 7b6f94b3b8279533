"""Published weights of Off-TANet, mini-AORCNN and STSTNet under our names.

A published file is a PyTorch state dict whose names are the authors'. Here each of our names is translated to theirs,
so that one table per family says what belongs where; nothing is guessed from the order of entries. The files do
not say which position term they were trained with: the papers' own ("product", our default) is assumed.
"""

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from mer_core.errors import CheckpointError
from mer_core.models.registry import build_model

FAMILIES = ("off_tanet", "mini_aorcnn", "ststnet")

CHANNEL_ORDER: Mapping[str, tuple[str, ...]] = {
    "off_tanet": ("u", "v", "strain"),
    "mini_aorcnn": ("u", "v", "strain"),
    "ststnet": ("strain", "v", "u"),
}
"""The order of motion channels the published weights were trained on."""

_THIRD_STAGES = ("eres", "sa", "res3")  # Off-TANet's name, mini-AORCNN's name, and a plain third stage
_DEAD_LAYER = "conv2."  # registered in the third stage of Off-TANet's self-attention-only class, never used
_MAX_NAMED = 4

_ECNU_NAMES = (
    (r"^stem\.", "conv1."),
    (r"^stage([12])\.main\.", r"res\1.conv."),
    (r"^stage([12])\.(shortcut|project)\.", r"res\1.botneck."),
    (r"^stage3\.main\.(conv[12])\.", r"{third}.\1."),
    (r"^stage3\.main\.channel_attention\.squeeze\.", "{third}.ca.fc1."),
    (r"^stage3\.main\.channel_attention\.excite\.", "{third}.ca.fc2."),
    (r"^stage3\.main\.spatial_attention\.conv\.", "{third}.spa.conv1."),
    (r"^stage3\.main\.self_attention\.heads\.", "{third}.sa.sa_blocks."),
    (r"^stage3\.main\.(\d)\.heads\.", r"{third}.sa.\1.sa_blocks."),
    (r"^stage3\.main\.(\d)\.", r"{third}.conv.\1."),
    (r"^stage3\.(shortcut|project)\.", "{third}.botneck."),
    (r"\.query\.", ".w_q."),
    (r"\.key\.", ".w_k."),
    (r"\.value\.", ".w_v."),
    (r"^head\.", "dense."),
)
_STSTNET_NAMES = (
    *((rf"^streams\.{i}\.0\.", f"conv{i + 1}.") for i in range(3)),
    *((rf"^streams\.{i}\.2\.", f"bn{i + 1}.") for i in range(3)),
    (r"^head\.", "fc."),
)


def convert_published(family: str, state: Mapping[str, Tensor]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return the arguments for `build_model(family, ...)` and the weights for its `load_state_dict`.

    The ablation variant, the number of input channels and the number of classes are read off the names and shapes.
    Entries come back as float32 on the CPU; `num_batches_tracked` is 0 where the file has none. A `module.`
    prefix (left by DataParallel) is dropped, and so are the 2,040 numbers of a last layer that the authors'
    self-attention-only Off-TANet registers and never uses.

    Args:
        family: one of `FAMILIES`.
        state: the published state dict. For the channel order to feed, see `CHANNEL_ORDER`.

    Raises:
        CheckpointError: unknown family, or an entry is missing, unexpected, of the wrong shape or not finite.
    """
    if family not in FAMILIES:
        raise CheckpointError(f"published weights exist for {', '.join(FAMILIES)}, not for {family!r}")
    published = {str(name).removeprefix("module."): value for name, value in state.items()}
    _refuse(family, {"not a tensor": [name for name, value in published.items() if not _is_tensor(value)]})
    arguments, third = _read_arguments(family, published)
    with torch.device("meta"):
        expected = build_model(family, **arguments).state_dict()
    names = {_published_name(family, ours, third): ours for ours in expected}
    if arguments.get("attention") == "self":
        published = {name: value for name, value in published.items() if not name.startswith(f"{third}.{_DEAD_LAYER}")}
    _check_entries(family, published, {theirs: expected[ours] for theirs, ours in names.items()})
    return arguments, {ours: _entry(published, theirs, expected[ours]) for theirs, ours in names.items()}


def _entry(published: Mapping[str, Tensor], name: str, like: Tensor) -> Tensor:
    if name not in published:  # only a batch counter gets here, all else was checked
        return torch.zeros(like.shape, dtype=like.dtype)
    return published[name].detach().to("cpu", like.dtype, copy=True).contiguous()


def _published_name(family: str, ours: str, third: str) -> str:
    name = ours
    for pattern, theirs in _STSTNET_NAMES if family == "ststnet" else _ECNU_NAMES:
        name = re.sub(pattern, theirs.format(third=third), name)
    return name


def _read_arguments(family: str, published: Mapping[str, Tensor]) -> tuple[dict[str, Any], str]:
    # what cannot be read off keeps its default, and the check of all entries then names what is wrong
    arguments: dict[str, Any] = {"num_classes": 3}
    classifier = published.get("fc.weight" if family == "ststnet" else "dense.6.weight")
    if classifier is not None and classifier.ndim == 2 and classifier.shape[0] >= 2:
        arguments["num_classes"] = classifier.shape[0]
    if family == "ststnet":
        return arguments, ""
    stem = published.get("conv1.0.weight")
    arguments["in_channels"] = 2 if stem is not None and stem.ndim == 4 and stem.shape[1] == 2 else 3
    third = next((stage for stage in _THIRD_STAGES if _has(published, f"{stage}.")), _THIRD_STAGES[0])
    arguments["attention"] = _read_attention(family, published, third)
    return arguments, third


def _read_attention(family: str, published: Mapping[str, Tensor], third: str) -> str:
    plain_residual = _has(published, f"{third}.conv.")
    two_attentions = _has(published, f"{third}.sa.0.") or _has(published, f"{third}.sa.1.")
    if family == "mini_aorcnn":
        if plain_residual:
            return "residual"
        several = any(re.match(rf"{third}\.sa\.\d\.sa_blocks\.[1-9]", name) for name in published)
        return "multi_head" if several or not two_attentions else "single_head"
    if plain_residual:
        return "residual"
    if two_attentions:
        return "bottleneck_transformer"
    gates = _has(published, f"{third}.ca.") or _has(published, f"{third}.spa.")
    self_attention = _has(published, f"{third}.sa.")
    return {(True, False): "cbam", (False, True): "self"}.get((gates, self_attention), "triplet")


def _has(published: Mapping[str, Tensor], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in published)


def _is_tensor(value: object) -> bool:
    return isinstance(value, Tensor)


def _check_entries(family: str, published: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    common = [name for name in expected if name in published]
    problems = {
        "missing": [name for name in expected if name not in published and not name.endswith(".num_batches_tracked")],
        "unexpected": [name for name in published if name not in expected],
        "wrong shape": [
            f"{name} {tuple(published[name].shape)} instead of {tuple(expected[name].shape)}"
            for name in common
            if published[name].shape != expected[name].shape
        ],
        "not finite": [name for name in common if not published[name].isfinite().all()],
    }
    _refuse(family, problems)


def _refuse(family: str, problems: Mapping[str, list[str]]) -> None:
    found = [f"{problem}: {_listed(names)}" for problem, names in problems.items() if names]
    if found:
        raise CheckpointError(
            f"these are not the published {family} weights ({'; '.join(found)}); "
            "give the file that the authors published, holding the state dict itself"
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MAX_NAMED])
    return shown if len(names) <= _MAX_NAMED else f"{shown} and {len(names) - _MAX_NAMED} more"
