import re

import pytest
import torch
import torch.nn.functional as F

from mer_core.errors import CheckpointError
from mer_core.models import build_model
from mer_core.models.gate_attention import position_code
from mer_core.models.published_weights import CHANNEL_ORDER, FAMILIES, convert_published
from tests.mer_core.models.published_files import linear, published

VARIANTS = [
    ("off_tanet", {}),
    ("off_tanet", {"attention": "self"}),
    ("off_tanet", {"attention": "cbam"}),
    ("off_tanet", {"attention": "residual"}),
    ("off_tanet", {"attention": "bottleneck_transformer"}),
    ("off_tanet", {"in_channels": 2}),
    ("mini_aorcnn", {}),
    ("mini_aorcnn", {"attention": "single_head"}),
    ("mini_aorcnn", {"attention": "residual"}),
    ("mini_aorcnn", {"in_channels": 2}),
    ("ststnet", {}),
]
DEFAULTS = {
    "off_tanet": {"num_classes": 3, "in_channels": 3, "attention": "triplet"},
    "mini_aorcnn": {"num_classes": 3, "in_channels": 3, "attention": "multi_head"},
    "ststnet": {"num_classes": 3},
}


def reference_ststnet(state, maps):
    """The published network written out with functional calls only."""
    streams = []
    for i in (1, 2, 3):
        x = F.conv2d(maps, state[f"conv{i}.weight"], state[f"conv{i}.bias"], padding=2).relu()
        x = reference_norm(state, f"bn{i}", x)
        streams.append(F.max_pool2d(x, 3, 3, 1))
    x = F.avg_pool2d(torch.cat(streams, dim=1), 2)
    return F.linear(x.flatten(1), state["fc.weight"], state["fc.bias"])


def reference_norm(state, name, x):
    parts = [state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
    return F.batch_norm(x, *parts)


def reference_conv(state, name, x, **options):
    return F.conv2d(x, state[f"{name}.weight"], state.get(f"{name}.bias"), **options)


def reference_layer(state, name, x, conv_index, norm_index):
    x = reference_conv(state, f"{name}.{conv_index}", x, padding=1)
    return reference_norm(state, f"{name}.{norm_index}", x).relu()


def reference_heads(state, name, x):
    outputs = []
    for head in range(4):
        q, k, v = (reference_conv(state, f"{name}.sa_blocks.{head}.{w}", x) for w in ("w_q", "w_k", "w_v"))
        score = torch.einsum("bcik,bcjk->bcij", q, k) + torch.einsum("bcik,jk->bcij", q, position_code(14))
        outputs.append(score.flatten(2).softmax(dim=2).view_as(v) * v)
    return torch.cat(outputs, dim=1)


def reference_ecnu(family, state, maps):
    """The published Off-TANet or mini-AORCNN written out with functional calls only."""
    x = reference_norm(state, "conv1.2", reference_conv(state, "conv1.0", maps, stride=2, padding=3).relu())
    for name in ("res1", "res2"):
        main = reference_layer(state, f"{name}.conv", reference_layer(state, f"{name}.conv", x, 0, 1), 3, 4)
        if family == "off_tanet":
            x = F.max_pool2d(main + reference_conv(state, f"{name}.botneck", x), 2)
        else:
            x = F.max_pool2d(reference_conv(state, f"{name}.botneck", main + x), 2)
    if family == "off_tanet":
        x = reference_triplet(state, x)
    else:
        main = reference_heads(state, "sa.sa.1", reference_heads(state, "sa.sa.0", x))
        x = F.max_pool2d(main + reference_conv(state, "sa.botneck", x), 2)
    x = x.flatten(1)
    for i in (0, 3):
        x = F.linear(x, state[f"dense.{i}.weight"], state[f"dense.{i}.bias"]).relu()
    return F.linear(x, state["dense.6.weight"], state["dense.6.bias"])


def reference_triplet(state, x):
    main = reference_layer(state, "eres.conv1", x, 0, 1)
    pooled = [main.mean(dim=(2, 3), keepdim=True), main.amax(dim=(2, 3), keepdim=True)]
    gates = [reference_conv(state, "eres.ca.fc2", reference_conv(state, "eres.ca.fc1", p).relu()) for p in pooled]
    main = main * (gates[0] + gates[1]).sigmoid()
    summary = torch.cat([main.mean(dim=1, keepdim=True), main.amax(dim=1, keepdim=True)], dim=1)
    main = main * reference_conv(state, "eres.spa.conv1", summary, padding=1).sigmoid()
    main = reference_layer(state, "eres.conv2", reference_heads(state, "eres.sa", main), 0, 1)
    return F.max_pool2d(main + reference_conv(state, "eres.botneck", x), 2)


@pytest.mark.parametrize("family", FAMILIES)
def test_imported_weights_give_the_logits_of_the_published_network(family):
    state = published(family)
    arguments, weights = convert_published(family, state)
    model = build_model(family, **arguments).eval()
    model.load_state_dict(weights)
    maps = torch.randn(2, *model.input_shape)
    expected = reference_ststnet(state, maps) if family == "ststnet" else reference_ecnu(family, state, maps)
    with torch.no_grad():
        torch.testing.assert_close(model(maps), expected, rtol=1e-4, atol=1e-4)
    assert expected.std() > 0.01


@pytest.mark.parametrize(("family", "variant"), VARIANTS, ids=str)
def test_the_variant_is_read_off_the_names_and_every_weight_finds_its_place(family, variant):
    arguments, weights = convert_published(family, published(family, variant))
    assert arguments == DEFAULTS[family] | variant
    model = build_model(family, **arguments)
    model.load_state_dict(weights)  # strict
    assert all(torch.isfinite(value).all() for value in model.state_dict().values())


@pytest.mark.parametrize(("family", "variant"), VARIANTS, ids=str)
def test_every_published_number_arrives_exactly_once(family, variant):
    state = published(family, variant)
    dead = "eres.conv2." if variant.get("attention") == "self" else "nothing"
    alive = {name: value for name, value in state.items() if not name.startswith(dead)}
    _, weights = convert_published(family, state)
    sent, arrived = ((sorted(float(v.double().sum()) for v in d.values())) for d in (alive, weights))
    assert sent == arrived


def test_the_dead_layer_of_the_self_attention_variant_is_dropped():
    state = published("off_tanet", {"attention": "self"})
    counters = ("running_mean", "running_var", "num_batches_tracked")
    dead = [v.numel() for k, v in state.items() if k.startswith("eres.conv2") and not k.endswith(counters)]
    assert sum(dead) == 2040
    with_layer = convert_published("off_tanet", state)[1]
    without = convert_published("off_tanet", {k: v for k, v in state.items() if "eres.conv2" not in k})[1]
    assert all(torch.equal(with_layer[name], without[name]) for name in without)
    assert with_layer.keys() == without.keys()


@pytest.mark.parametrize("family", FAMILIES)
def test_data_parallel_prefixes_double_precision_and_absent_counters_are_accepted(family):
    state = published(family)
    expected = convert_published(family, state)[1]
    odd = {f"module.{name}": value.double() for name, value in state.items() if not name.endswith("batches_tracked")}
    weights = convert_published(family, odd)[1]
    assert weights.keys() == expected.keys()
    for name, value in weights.items():
        assert value.dtype == expected[name].dtype
        if name.endswith("num_batches_tracked"):
            assert (value.item(), expected[name].item()) == (0, 7)
        else:
            assert torch.equal(value, expected[name])


def test_imported_weights_do_not_share_memory_with_the_file():
    state = published("ststnet")
    weights = convert_published("ststnet", state)[1]
    state["fc.bias"].zero_()
    assert weights["head.bias"].any()


def test_the_number_of_classes_is_read_off_the_last_layer():
    state = published("ststnet") | linear("fc", 400, 5)
    assert convert_published("ststnet", state)[0] == {"num_classes": 5}


def with_nan(value):
    value = value.clone()
    value.view(-1)[0] = float("nan")
    return value


@pytest.mark.parametrize(
    ("family", "name", "change", "message"),
    [
        ("off_tanet", "res1.conv.3.weight", None, "missing: res1.conv.3.weight"),
        ("off_tanet", "eres.ca.fc1.weight", None, "missing: eres.ca.fc1.weight"),
        ("off_tanet", "conv1.0.weight", None, "missing: conv1.0.weight"),
        ("off_tanet", "eres.sa.sa_blocks.3.w_q.bias", None, "missing: eres.sa.sa_blocks.3.w_q.bias"),
        ("mini_aorcnn", "sa.botneck.bias", None, "missing: sa.botneck.bias"),
        ("mini_aorcnn", "surplus.weight", lambda value: torch.zeros(1), "unexpected: surplus.weight"),
        ("ststnet", "fc.weight", lambda value: value[:, :9], r"fc.weight \(3, 9\) instead of \(3, 400\)"),
        ("ststnet", "conv1.weight", lambda value: value[:, :2], r"\(3, 2, 3, 3\) instead of \(3, 3, 3, 3\)"),
        ("off_tanet", "conv1.0.weight", lambda value: value[:, :1], r"instead of \(8, 3, 7, 7\)"),
        ("ststnet", "bn2.running_var", with_nan, "not finite: bn2.running_var"),
        ("mini_aorcnn", "dense.0.weight", with_nan, "not finite: dense.0.weight"),
        ("ststnet", "epoch", lambda value: 800, "not a tensor: epoch"),
    ],
)
def test_a_damaged_file_is_refused_naming_the_entry(family, name, change, message):
    state = published(family)
    if change is None:
        del state[name]
    else:
        state[name] = change(state.get(name))
    with pytest.raises(CheckpointError, match=message):
        convert_published(family, state)


def test_weights_of_another_family_are_refused_in_a_short_message():
    with pytest.raises(CheckpointError) as caught:
        convert_published("off_tanet", published("ststnet"))
    assert re.search(r"missing: .* more; unexpected: .* more", str(caught.value))
    assert len(str(caught.value)) < 500


def test_an_unknown_family_is_refused():
    with pytest.raises(CheckpointError, match=r"off_tanet, mini_aorcnn, ststnet, not for 'htnet'"):
        convert_published("htnet", {})


def test_the_channel_order_of_every_family_is_stated():
    assert set(CHANNEL_ORDER) == set(FAMILIES)
    assert CHANNEL_ORDER["ststnet"] == ("strain", "v", "u")
