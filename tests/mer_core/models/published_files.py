"""State dicts with the names and shapes of the official repositories' files, filled with random numbers."""

import torch


def conv(name, inputs, outputs, kernel, bias=True):
    entries = {f"{name}.weight": torch.randn(outputs, inputs, kernel, kernel) * 0.2}
    if bias:
        entries[f"{name}.bias"] = torch.randn(outputs) * 0.2
    return entries


def norm(name, width):
    return {
        f"{name}.weight": torch.rand(width) + 0.5,
        f"{name}.bias": torch.randn(width) * 0.2,
        f"{name}.running_mean": torch.randn(width) * 0.2,
        f"{name}.running_var": torch.rand(width) + 0.5,
        f"{name}.num_batches_tracked": torch.tensor(7),
    }


def linear(name, inputs, outputs):
    return {f"{name}.weight": torch.randn(outputs, inputs) * 0.1, f"{name}.bias": torch.randn(outputs) * 0.1}


def dense():
    return linear("dense.0", 392, 64) | linear("dense.3", 64, 64) | linear("dense.6", 64, 3)


def residual(name, inputs, inner, outputs):
    light = inner == inputs
    return (
        conv(f"{name}.conv.0", inputs, inner, 3)
        | norm(f"{name}.conv.1", inner)
        | conv(f"{name}.conv.3", inner, inner, 3)
        | norm(f"{name}.conv.4", inner)
        | conv(f"{name}.botneck", inner if light else inputs, outputs, 1)
    )


def heads(name, inputs, width, count=4):
    entries = {}
    for head in range(count):
        for projection in ("w_q", "w_k", "w_v"):
            entries |= conv(f"{name}.sa_blocks.{head}.{projection}", inputs, width, 1)
    return entries


def published_off_tanet(attention="triplet", in_channels=3):
    state = conv("conv1.0", in_channels, 8, 7) | norm("conv1.2", 8) | dense()
    state |= residual("res1", 8, 18, 18) | residual("res2", 18, 28, 28)
    if attention == "residual":
        return state | residual("eres", 28, 8, 8)
    state |= conv("eres.botneck", 28, 8, 1)
    if attention == "bottleneck_transformer":
        return state | heads("eres.sa.0", 28, 2) | heads("eres.sa.1", 8, 2)
    state |= conv("eres.conv1.0", 28, 28, 3) | norm("eres.conv1.1", 28)
    state |= conv("eres.conv2.0", 28, 8, 3) | norm("eres.conv2.1", 8)  # dead in the self-attention-only class
    if attention in ("triplet", "cbam"):
        state |= conv("eres.spa.conv1", 2, 1, 3, bias=False)
        state |= conv("eres.ca.fc1", 28, 1, 1, bias=False) | conv("eres.ca.fc2", 1, 28, 1, bias=False)
    if attention in ("triplet", "self"):
        state |= heads("eres.sa", 28, 7 if attention == "triplet" else 2)
    return state


def published_mini_aorcnn(attention="multi_head", in_channels=3):
    state = conv("conv1.0", in_channels, 8, 7) | norm("conv1.2", 8) | dense()
    state |= residual("res1", 8, 8, 18) | residual("res2", 18, 18, 28)
    if attention == "residual":
        return state | residual("res3", 28, 28, 8)
    count = 4 if attention == "multi_head" else 1
    state |= heads("sa.sa.0", 28, 8 // count, count) | heads("sa.sa.1", 8, 8 // count, count)
    return state | conv("sa.botneck", 28, 8, 1)


def published_ststnet():
    state = linear("fc", 400, 3)
    for stream, width in enumerate((3, 5, 8), start=1):
        state |= conv(f"conv{stream}", 3, width, 3) | norm(f"bn{stream}", width)
    return state


PUBLISHED = {"off_tanet": published_off_tanet, "mini_aorcnn": published_mini_aorcnn, "ststnet": published_ststnet}


def published(family, arguments=None):
    torch.manual_seed(0)
    return PUBLISHED[family](**(arguments or {}))
