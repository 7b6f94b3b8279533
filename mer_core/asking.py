"""Who answers for a checkpoint: the networks of all folds where they are kept, else its own."""

import torch

from mer_core.checkpoints import Checkpoint


@torch.inference_mode()
def ask(checkpoint: Checkpoint, inputs: torch.Tensor, calibrated: bool = True) -> torch.Tensor:
    """How probable each class is to each network that answers; their mean is the checkpoint's answer.

    Args:
        checkpoint: whose networks are asked.
        inputs: float32 (B, channels, size, size), made by its `input_spec`.
        calibrated: with the temperature of its reliability record, where it has one; right for motion measured as in
            its training.

    Returns:
        float32 (N, B, C), in the order of `checkpoint.labels`; N is 1 for a network by itself.
    """
    ensemble = checkpoint.ensemble
    logits = checkpoint.model(inputs)[None] if ensemble is None else ensemble.logits(inputs)
    if calibrated and checkpoint.reliability is not None:
        return checkpoint.reliability.calibration.probabilities(logits)
    return logits.softmax(dim=-1)
