"""What an explanation is asked: which network, which input, which class, compared with what."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from mer_core.analysis import Analysis
from mer_core.errors import MerError
from mer_core.explain.baselines import Baseline, no_motion_of_clip
from mer_core.explain.places import masks_at
from mer_core.explain.private_copy import private_copy


@dataclass(frozen=True, eq=False)
class Question:
    """Why does this network give this class this logit, compared with the baseline?

    Attributes:
        network: shared with others and never changed; explained in eval mode whatever its flags say.
        network_input: float32 (C, S, S).
        target: index of the class.
        channels: name of each input channel, in order.
        baseline: the input to compare with.
        masks: one a region of the face, bool (S, S); None where no face is known.
        seed: of everything that is drawn; the same question has the same answer.
        note: a plain sentence on what is explained, where that is not the whole answer; empty otherwise.

    Raises:
        MerError: channels, baseline or masks do not fit the input.
    """

    network: nn.Module
    network_input: torch.Tensor
    target: int
    channels: tuple[str, ...]
    baseline: Baseline
    masks: Mapping[str, np.ndarray] | None = None
    seed: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        shape = tuple(self.network_input.shape)
        if len(shape) != 3 or shape[1] != shape[2]:
            raise MerError(f"An explanation needs one input of shape (channels, side, side), got {shape}.")
        for what, number in (("channel names", len(self.channels)), ("baseline values", len(self.baseline.values))):
            if number != shape[0]:
                raise MerError(f"The input has {shape[0]} channels, but there are {number} {what}.")
        for name, mask in (self.masks or {}).items():
            if mask.shape != shape[1:]:
                raise MerError(f"The mask of {name} is {mask.shape}, the input {shape[1:]}; draw it at that size.")

    @property
    def size(self) -> int:
        """Side of the input."""
        return int(self.network_input.shape[-1])

    @property
    def inputs(self) -> torch.Tensor:
        """The input as a batch of one of its own; float32 (1, C, S, S)."""
        return self.network_input.detach().float()[None].clone()

    @property
    def baselines(self) -> torch.Tensor:
        """The baseline as a batch of one; float32 (1, C, S, S)."""
        return self.baseline.planes(self.size)[None]

    @property
    def batch(self) -> int:
        """How many inputs to run at once; larger ones leave the processor's cache and take longer."""
        return max(1, min(50, 400_000 // self.network_input.numel()))

    def private_network(self) -> nn.Module:
        """The network in a copy for one call, after a look whether it has the class.

        Raises:
            MerError: it does not.
        """
        network = private_copy(self.network)
        with torch.inference_mode():
            num_classes = network(self.inputs).shape[1]
        if not 0 <= self.target < num_classes:
            raise MerError(f"The network has no class {self.target}; its classes are 0 to {num_classes - 1}.")
        return network


def question_about(analysis: Analysis, target: str | None = None, seed: int = 0) -> Question:
    """What an analysis's network is asked about its class, compared with the same clip without movement.

    Where the answer is the mean of the networks of all folds, the checkpoint's own network, which learnt from
    everybody, is explained, and `note` says so: the mean would cost as many times as there are networks.

    Args:
        analysis: of one movement.
        target: the class; that of the answer when None.
        seed: see `Question`.

    Raises:
        MerError: the network has no such class.
    """
    checkpoint, spec = analysis.checkpoint, analysis.checkpoint.input_spec
    label = analysis.prediction.label if target is None else target
    if label not in checkpoint.labels:
        raise MerError(f"The network has no class {label!r}; choose one of {', '.join(checkpoint.labels)}.")
    return Question(
        network=checkpoint.model,
        network_input=torch.from_numpy(analysis.network_input),
        target=checkpoint.labels.index(label),
        channels=spec.channels,
        baseline=no_motion_of_clip(analysis.motion, spec),
        masks=masks_at(analysis.landmarks, analysis.crop.size, spec.size),
        seed=seed,
        note=_what_is_explained(analysis),
    )


def _what_is_explained(analysis: Analysis) -> str:
    checkpoint = analysis.checkpoint
    if checkpoint.ensemble is None:
        return ""
    with torch.inference_mode():
        logits = private_copy(checkpoint.model)(torch.from_numpy(analysis.network_input)[None])
    own = checkpoint.labels[int(logits.argmax())]
    same = "gives the same class" if own == analysis.prediction.label else f"by itself says {own}"
    return (
        f"The answer is the mean of {checkpoint.ensemble.num_networks} networks. Explained is the one that learnt from "
        f"everybody; here it {same}."
    )
