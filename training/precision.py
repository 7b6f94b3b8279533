"""The arithmetic a network is trained in; scoring is always float32."""

from contextlib import nullcontext

import torch

PRECISIONS: tuple[str, ...] = ("fp32", "bf16")


def autocast(precision: str, device_type: str = "cpu") -> torch.autocast | nullcontext[None]:
    """The context to train in: bfloat16 where that keeps enough digits, or nothing special for float32."""
    # It may last a whole training: with its cache the network would compute with its first weights for ever.
    return torch.autocast(device_type, torch.bfloat16, cache_enabled=False) if precision == "bf16" else nullcontext()
