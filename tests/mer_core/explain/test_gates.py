import math

import numpy as np
import pytest
import torch
from torch import nn

from mer_core.explain.gates import Kind, attention_of
from mer_core.models import build_model, list_models

QUICK = sorted(set(list_models()) - {"htnet", "macnn", "micro_attention"})


def built(name, **arguments):
    torch.manual_seed(0)
    network = build_model(name, **arguments).eval()
    return network, torch.rand(network.input_shape) * 2 - 1


def test_gates_of_off_tanet_equal_the_formula_of_its_modules():
    network, maps = built("off_tanet")
    views = {view.title: view for view in attention_of(network, maps).attention}
    with torch.inference_mode():
        entering = network.stage3.main.conv1(network.stage2(network.stage1(network.stem(maps[None]))))
        channel = network.stage3.main.channel_attention
        squeezed = [entering.mean(dim=(2, 3), keepdim=True), entering.amax(dim=(2, 3), keepdim=True)]
        factor = torch.sigmoid(sum(channel.excite(channel.squeeze(one).relu()) for one in squeezed))
        gated = entering * factor
        summary = torch.cat([gated.mean(dim=1, keepdim=True), gated.amax(dim=1, keepdim=True)], dim=1)
        place = torch.sigmoid(network.stage3.main.spatial_attention.conv(summary))
        attention = network.stage3.main.self_attention
        query, key = (attention.heads[2][role](gated * place)[0] for role in ("query", "key"))
        scores = query @ key.transpose(1, 2) + query @ attention.position_code.T
        gate = scores.flatten(1).softmax(dim=1).unflatten(1, (14, 14))
    np.testing.assert_allclose(views["Channel attention"].maps, factor[0].numpy(), atol=1e-6)
    np.testing.assert_allclose(views["Spatial attention"].maps, place[0].numpy(), atol=1e-6)
    np.testing.assert_allclose(views["Gate maps, layer 1, head 3"].maps, gate.numpy(), atol=1e-6)


def test_the_merged_gate_map_is_the_mean_over_all_channels_of_all_heads():
    views = attention_of(*built("off_tanet")).attention
    merged, heads = views[2], views[3:]
    assert merged.title == "Gate maps, layer 1, merged"
    every = np.concatenate([view.maps for view in heads])
    assert every.shape == (28, 14, 14)
    np.testing.assert_allclose(merged.maps[0], every.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(every.sum(axis=(1, 2)), 1, atol=1e-4)


def test_both_transformer_layers_of_mini_aorcnn_are_shown():
    views = attention_of(*built("mini_aorcnn")).attention
    assert [view.title.split(",")[1] for view in views] == [" layer 1"] * 5 + [" layer 2"] * 5
    assert {view.maps.shape for view in views} == {(1, 14, 14), (2, 14, 14)}


def test_a_gate_map_says_that_it_is_no_token_attention():
    found = attention_of(*built("mini_aorcnn"))
    assert {view.kind for view in found.attention} == {Kind.GATE_MAP}
    assert "not token attention" in Kind.GATE_MAP.value
    assert "gate map" in found.statement


@pytest.mark.parametrize(
    ("attention", "kinds"),
    [
        ("self", {Kind.GATE_MAP}),
        ("cbam", {Kind.CHANNEL_GATE, Kind.SPATIAL_GATE}),
        ("residual", set()),
        ("bottleneck_transformer", {Kind.GATE_MAP}),
    ],
)
def test_the_ablations_show_what_they_have_left(attention, kinds):
    assert {view.kind for view in attention_of(*built("off_tanet", attention=attention)).attention} == kinds


@pytest.mark.slow
def test_htnet_says_that_its_attention_is_identically_one():
    found = attention_of(*built("htnet"))
    assert found.attention == ()
    assert "identically 1" in found.statement
    assert "not a place on the face" in found.statement


@pytest.mark.slow
def test_micro_attention_shows_the_shares_of_its_three_blocks():
    views = attention_of(*built("micro_attention")).attention
    assert [view.maps.shape for view in views] == [(1, 56, 56), (1, 28, 28), (1, 14, 14)]
    for view in views:
        assert view.kind is Kind.PLACE_ATTENTION
        assert view.maps.sum() == pytest.approx(1, abs=1e-3)


class Tokens(nn.Module):
    """Attention between the four quarters of a map, made up so that all look at the first one."""

    def __init__(self):
        super().__init__()
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, maps):
        scores = torch.zeros(1, 2, 4, 4)
        scores[..., 0] = math.log(3)
        return self.softmax(scores).mean(dim=(1, 2)) * maps.mean()


def test_token_attention_is_shown_as_how_much_each_place_is_looked_at():
    (view,) = attention_of(Tokens(), torch.ones(1, 2, 2)).attention
    assert view.kind is Kind.TOKEN_ATTENTION
    np.testing.assert_allclose(view.maps, np.array([[[0.5, 1 / 6], [1 / 6, 1 / 6]]] * 2), atol=1e-6)
    assert view.neutral == 0.25


@pytest.mark.parametrize("name", QUICK)
def test_every_network_shows_what_its_layers_answer(name):
    network, maps = built(name)
    found = attention_of(network, maps)
    assert found.activations
    assert found.statement.endswith(".")
    for view in (*found.attention, *found.activations):
        assert view.maps.dtype == np.float32
        assert len(view.labels) == len(view.maps)
        assert view.range[0] <= view.maps.min()
        assert view.maps.max() <= view.range[1]


def test_activations_are_the_mean_size_of_a_layers_answer():
    network, maps = built("off_tanet")
    with torch.inference_mode():
        first = network.stage1(network.stem(maps[None]))[0]
    view = next(view for view in attention_of(network, maps).activations if view.layer == "stage1")
    np.testing.assert_allclose(view.maps[0], first.abs().mean(dim=0).numpy(), atol=1e-6)


def test_looking_leaves_the_network_as_it_was():
    network, maps = built("off_tanet")
    network.train()
    attention_of(network, maps)
    assert all(module.training and not module._forward_hooks for module in network.modules())
