"""What every registered network must fulfil; see PARAMETERS for the completeness test."""

from collections import Counter
from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap
from torch.utils._python_dispatch import TorchDispatchMode

from mer_core.models import build_model, list_models
from mer_core.models.htnet import BENCHMARK_POINTS, face_canvas
from mer_core.models.macs import count_macs, count_parameters

PARAMETERS = {
    ("off_tanet",): 59_403,
    ("off_tanet", "attention", "self"): 55_549,
    ("off_tanet", "attention", "cbam"): 56_967,
    ("off_tanet", "attention", "residual"): 50_353,
    ("off_tanet", "attention", "bottleneck_transformer"): 48_625,
    ("off_tanet", "position", "bias"): 59_403,
    ("off_tanet", "position", "none"): 59_403,
    ("off_tanet", "in_channels", 2): 59_403 - 392,
    ("mini_aorcnn",): 39_685,
    ("mini_aorcnn", "attention", "single_head"): 39_685,
    ("mini_aorcnn", "attention", "residual"): 53_053,
    ("mini_aorcnn", "in_channels", 2): 39_293,
    ("mini_aorcnn", "position", "none"): 39_685,
    ("mini_aorcnn", "position", "bias"): 39_685,
    ("ststnet",): 1_683,
    ("ststnet_dense",): 162_051,
    ("off_apexnet",): 2_664_475,
    ("dual_inception",): 6_449_867,
    ("macnn",): 70_573_923,
    ("micro_attention",): 53_384_195,
    ("htnet",): 139_582_982,
    ("sssnet",): 1_349_251,
}
MEGA_MACS = {
    "off_tanet": 29.30,
    "mini_aorcnn": 13.05,
    "ststnet": 0.39,
    "ststnet_dense": 0.50,
    "off_apexnet": 3.83,
    "dual_inception": 12.40,
    "macnn": 793,
    "micro_attention": 997,
    "htnet": 214,
    "sssnet": 15.94,
}
VARIANTS = [(name, dict([pair] if pair else [])) for name, *rest in PARAMETERS for pair in [tuple(rest)]]
LARGE = ("macnn", "micro_attention", "htnet")
BUILT_NAMES = [pytest.param(name, marks=pytest.mark.slow) if name in LARGE else name for name in MEGA_MACS]
SMALL_VARIANTS = [(name, arguments) for name, arguments in VARIANTS if name not in LARGE]
NON_LINEARITIES = (nn.ReLU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Softmax, nn.MaxPool2d, nn.AvgPool2d)


def maps_for(model, batch=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch, *model.input_shape, generator=generator)


def meta_model(name, **arguments):
    with torch.device("meta"):
        return build_model(name, **arguments)


def train_without_dropout(model):
    for module in model.train().modules():
        if isinstance(module, nn.Dropout | nn.Dropout2d):
            module.eval()
    return model


def test_every_registered_network_is_in_both_tables():
    assert {name for name, *_ in PARAMETERS} == set(list_models())
    assert set(MEGA_MACS) == set(list_models())


@pytest.mark.parametrize(("variant", "count"), PARAMETERS.items(), ids=str)
def test_parameter_counts_are_exact(variant, count):
    name, *pair = variant
    assert count_parameters(meta_model(name, **dict([pair] if pair else []))) == count


@pytest.mark.parametrize(("name", "mega_macs"), MEGA_MACS.items())
def test_multiply_adds_are_within_half_a_percent(name, mega_macs):
    model = meta_model(name)
    assert count_macs(model, model.input_shape) / 1e6 == pytest.approx(mega_macs, rel=0.005)


@pytest.mark.parametrize("name", BUILT_NAMES)
def test_a_few_steps_on_a_fixed_batch_lower_the_loss(name):
    torch.manual_seed(0)
    model = train_without_dropout(build_model(name))
    maps, labels = maps_for(model, batch=3), torch.tensor([0, 1, 2])
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3 if name in LARGE else 1e-2)
    losses = []
    for _ in range(2 if name in LARGE else 5):
        loss = nn.functional.cross_entropy(model(maps), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    with torch.no_grad():
        losses.append(nn.functional.cross_entropy(model(maps), labels).item())
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(("name", "arguments"), SMALL_VARIANTS, ids=str)
def test_every_parameter_of_every_variant_receives_a_gradient(name, arguments):
    torch.manual_seed(0)
    model = train_without_dropout(build_model(name, **arguments))
    model(maps_for(model)).square().sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.slow
def test_query_and_key_of_htnet_never_learn():
    model = build_model("htnet")
    model(maps_for(model, batch=2)).sum().backward()
    blind = 0
    for name, parameter in model.named_parameters():
        if name.endswith("qkv.weight"):
            query_and_key, value = parameter.grad.tensor_split([2 * parameter.shape[0] // 3])
            assert not query_and_key.any()
            assert value.any()
            blind += query_and_key.numel()
    assert blind == 22_195_200


@pytest.mark.parametrize("name", BUILT_NAMES)
def test_saved_weights_give_the_same_logits(name, tmp_path):
    saved, loaded = build_model(name).eval(), build_model(name).eval()
    maps = maps_for(saved, batch=2)
    torch.save(saved.state_dict(), tmp_path / "weights.pt")
    loaded.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    with torch.no_grad():
        assert torch.equal(saved(maps), loaded(maps))


@pytest.mark.parametrize("name", BUILT_NAMES)
def test_evaluation_is_deterministic_and_splits_into_features_and_head(name):
    model = build_model(name).eval()
    maps = maps_for(model, batch=2)
    with torch.no_grad():
        logits = model(maps)
        assert logits.shape == (2, 3)
        assert torch.equal(logits, model(maps))
        features = model.forward_features(maps)
        assert features.ndim == 4
        assert torch.equal(logits, model.forward_head(features))


@pytest.mark.parametrize("name", BUILT_NAMES)
def test_channels_last_gives_the_same_logits(name):
    model = build_model(name).eval()
    maps = maps_for(model, batch=2)
    with torch.no_grad():
        expected = model(maps)
        model = model.to(memory_format=torch.channels_last)
        logits = model(maps.to(memory_format=torch.channels_last))
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-5)


class OperationCounter(TorchDispatchMode):
    """Counts the operators that really run, however they were called."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.counts[func.overloadpacket.__name__] += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(("name", "arguments"), VARIANTS, ids=str)
def test_every_non_linearity_is_a_module_used_once_and_not_in_place(name, arguments):
    model = meta_model(name, **arguments).eval()
    calls = Counter()
    modules = [module for module in model.modules() if isinstance(module, NON_LINEARITIES)]
    for module in modules:
        module.register_forward_hook(lambda module, inputs, output: calls.update([module]))
    with OperationCounter() as operations:
        model(torch.zeros(1, *model.input_shape, device="meta"))
    assert all(calls[module] == 1 for module in modules)
    assert not any(getattr(module, "inplace", False) for module in modules)
    for kind, operators in {
        nn.ReLU: ("relu", "relu_", "clamp_min"),
        nn.Sigmoid: ("sigmoid", "sigmoid_"),
        nn.Softmax: ("_softmax",),
        nn.GELU: ("gelu",),
        nn.MaxPool2d: ("max_pool2d_with_indices", "max_pool2d"),
    }.items():
        used = sum(operations.counts[operator] for operator in operators)
        assert used == sum(isinstance(module, kind) for module in modules), kind


@pytest.mark.parametrize("name", [name for name in MEGA_MACS if name not in LARGE])
def test_stacked_networks_compute_what_each_computes_alone(name):
    models = [build_model(name).eval() for _ in range(2)]
    parameters, buffers = stack_module_state(models)
    skeleton = deepcopy(models[0]).to("meta")
    maps = maps_for(models[0], batch=2)

    def run(weights, state):
        return functional_call(skeleton, (weights, state), (maps,))

    with torch.no_grad():
        stacked = vmap(run)(parameters, buffers)
        for logits, model in zip(stacked, models, strict=True):
            torch.testing.assert_close(logits, model(maps), rtol=1e-4, atol=1e-5)


def test_stacked_training_mode_updates_each_networks_own_statistics():
    models = [train_without_dropout(build_model("mini_aorcnn")) for _ in range(2)]
    parameters, buffers = stack_module_state(models)
    maps = torch.stack([maps_for(models[0], seed=seed) for seed in range(2)])

    def run(weights, state, inputs):
        return functional_call(models[0], (weights, state), (inputs,))

    singles = [deepcopy(model) for model in models]
    stacked = vmap(run)(parameters, buffers, maps)
    for index, single in enumerate(singles):
        torch.testing.assert_close(stacked[index], single(maps[index]), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(buffers["stem.2.running_mean"][index], single.stem[2].running_mean)


def test_the_canvas_of_htnet_tiles_the_four_crops():
    rows = torch.arange(28.0).view(1, 1, 28, 1).expand(1, 1, 28, 28)
    maps = torch.cat([rows, rows.transpose(2, 3)], dim=1)
    canvas = face_canvas(maps, ((9, 11), (21, 10), (0, 0), (3, 22), (20, 25)))
    assert canvas.shape == (1, 2, 28, 28)
    corners = [canvas[0, :, y, x].tolist() for y, x in ((0, 0), (14, 0), (0, 14), (14, 14))]
    assert corners == [[2, 4], [14, 3], [0, 14], [13, 14]]
    assert canvas[0, :, 13, 13].tolist() == [15, 17]


def test_the_canvas_of_htnet_uses_the_benchmark_points_by_default():
    maps = torch.randn(2, 3, 28, 28)
    assert torch.equal(face_canvas(maps), face_canvas(maps, BENCHMARK_POINTS))


@pytest.mark.slow
def test_htnet_sees_what_its_four_crops_show_and_nothing_else():
    model = build_model("htnet").eval()
    maps = torch.rand(1, 3, 28, 28, requires_grad=True)
    model(maps)[0, 0].backward()
    is_seen = maps.grad.abs().sum(dim=(0, 1)) > 0
    assert is_seen[3:, 4:].all()  # what the crops around the benchmark's points cover together
    assert not is_seen[:3].any()
    assert not is_seen[:, :4].any()


def test_patches_of_htnet_run_over_row_column_channel():
    model = meta_model("htnet")
    model.embedding = nn.Identity()
    maps = torch.arange(28 * 28 * 3.0).view(1, 28, 28, 3).permute(0, 3, 1, 2)
    patch = maps[0, :, 7:14, 14:21].permute(1, 2, 0).flatten()
    assert torch.equal(model._embed(maps)[0, :, 1, 2], patch)
