import math

import pytest
import torch

from mer_core.models import build_model
from mer_core.models.gate_attention import GateAttention, position_code
from mer_core.models.off_tanet import ChannelAttention, SpatialAttention

SIDE = 5


def captured(module, run):
    outputs = []
    handle = module.register_forward_hook(lambda module, inputs, output: outputs.append(output.detach()))
    run()
    handle.remove()
    return outputs[0]


def naive_gate(query, key, code, position):
    """The gate of one channel, cell by cell."""
    side = len(query)
    scores = [[0.0] * side for _ in range(side)]
    for i in range(side):
        for j in range(side):
            scores[i][j] = sum(float(query[i][k] * key[j][k]) for k in range(side))
            if position == "product":
                scores[i][j] += sum(float(query[i][k] * code[j][k]) for k in range(side))
            elif position == "bias":
                scores[i][j] += float(code[i][j])
    total = sum(math.exp(score) for row in scores for score in row)
    return torch.tensor([[math.exp(score) / total for score in row] for row in scores])


@pytest.mark.parametrize("position", ["product", "bias", "none"])
def test_gate_map_and_output_equal_a_loop_over_cells(position):
    torch.manual_seed(0)
    attention = GateAttention(3, 4, SIDE, num_heads=2, position=position)
    x = torch.randn(2, 3, SIDE, SIDE)
    with torch.no_grad():
        query, key, value = (
            torch.cat([head[role](x) for head in attention.heads], 1) for role in ("query", "key", "value")
        )
        output = attention(x)
        gate = captured(attention.gate, lambda: attention(x))
    for sample in range(2):
        for channel in range(4):
            expected = naive_gate(query[sample, channel], key[sample, channel], position_code(SIDE), position)
            torch.testing.assert_close(gate[sample, channel], expected, rtol=1e-5, atol=1e-7)
            torch.testing.assert_close(output[sample, channel], expected * value[sample, channel])


def test_every_gate_map_sums_to_one():
    attention = GateAttention(4, 8, SIDE)
    x = torch.randn(2, 4, SIDE, SIDE)
    gate = captured(attention.gate, lambda: attention(x))
    assert gate.shape == (2, 8, SIDE, SIDE)
    torch.testing.assert_close(gate.sum(dim=(2, 3)), torch.ones(2, 8))


def test_position_code_follows_its_formula():
    code = position_code(14)
    row = [(math.sin, math.cos)[i % 2](1 / 10000 ** ((i // 2) / 14)) for i in range(14)]
    assert code.dtype == torch.float32
    for i in range(14):
        for j in range(14):
            assert code[i, j].item() == pytest.approx(row[i] + row[j], abs=1e-6)


def test_position_code_starts_with_twice_the_sine_of_one():
    assert position_code(14)[0, 0].item() == pytest.approx(2 * math.sin(1), abs=1e-6)
    assert position_code(14)[1, 0].item() == pytest.approx(math.sin(1) + math.cos(1), abs=1e-6)


def test_position_code_is_no_part_of_the_saved_weights():
    model = build_model("off_tanet")
    assert any("position_code" in name for name, _ in model.named_buffers())
    assert not any("position_code" in name for name in model.state_dict())


def test_one_head_computes_what_four_heads_compute():
    torch.manual_seed(0)
    many = build_model("mini_aorcnn").eval()
    one = build_model("mini_aorcnn", attention="single_head").eval()
    state = {name: value for name, value in many.state_dict().items() if ".heads." not in name}
    for layer in range(2):
        for projection in ("query", "key", "value"):
            for kind in ("weight", "bias"):
                parts = [
                    many.state_dict()[f"stage3.main.{layer}.heads.{head}.{projection}.{kind}"] for head in range(4)
                ]
                state[f"stage3.main.{layer}.heads.0.{projection}.{kind}"] = torch.cat(parts)
    one.load_state_dict(state)
    maps = torch.randn(3, 3, 112, 112)
    with torch.no_grad():
        torch.testing.assert_close(one(maps), many(maps), rtol=1e-5, atol=1e-6)


def test_position_terms_change_the_answer():
    torch.manual_seed(0)
    product = build_model("mini_aorcnn").eval()
    maps = torch.randn(1, 3, 112, 112)
    answers = []
    for position in ("product", "bias", "none"):
        model = build_model("mini_aorcnn", position=position).eval()
        model.load_state_dict(product.state_dict())
        with torch.no_grad():
            answers.append(model(maps))
    assert torch.equal(answers[0], product(maps).detach())
    assert not torch.allclose(answers[0], answers[1], atol=1e-6)
    assert not torch.allclose(answers[0], answers[2], atol=1e-6)


def test_channels_that_cannot_be_split_into_heads_are_refused():
    with pytest.raises(ValueError, match="10 channels cannot be split into 4"):
        GateAttention(4, 10, SIDE)


def test_an_unknown_position_term_is_refused():
    with pytest.raises(ValueError, match="product, bias, none, not 'sum'"):
        GateAttention(3, 4, SIDE, position="sum")


def test_channel_attention_gates_by_mean_and_maximum():
    attention = ChannelAttention(4, SIDE)
    x = torch.randn(2, 4, SIDE, SIDE)
    squeeze, excite = attention.squeeze.weight[0, :, 0, 0], attention.excite.weight[:, 0, 0, 0]
    for sample in range(2):
        hidden = (x[sample].mean(dim=(1, 2)) @ squeeze).relu() + (x[sample].amax(dim=(1, 2)) @ squeeze).relu()
        gate = torch.sigmoid(hidden * excite)
        torch.testing.assert_close(attention(x)[sample], x[sample] * gate[:, None, None])


def test_spatial_attention_sees_the_mean_first():
    attention = SpatialAttention()
    with torch.no_grad():
        attention.conv.weight.zero_()
        attention.conv.weight[0, 0, 1, 1] = 1.0
    x = torch.randn(1, 4, SIDE, SIDE)
    torch.testing.assert_close(attention(x), x * x.mean(dim=1, keepdim=True).sigmoid())


def test_the_attention_pieces_of_off_tanet_can_be_hooked():
    model = build_model("off_tanet").eval()
    maps = torch.randn(1, 3, 112, 112)
    stage = model.stage3.main
    assert captured(stage.channel_attention.sigmoid, lambda: model(maps)).shape == (1, 28, 1, 1)
    assert captured(stage.spatial_attention.sigmoid, lambda: model(maps)).shape == (1, 1, 14, 14)
    assert captured(stage.self_attention.gate, lambda: model(maps)).shape == (1, 28, 14, 14)
