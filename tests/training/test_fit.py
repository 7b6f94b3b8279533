from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mer_core.errors import MerError
from training.augment import augment, mirrored
from training.fit import draw_batches, fit, seeded_model
from training.optimiser import make_optimiser
from training.precision import autocast
from training.recipes import Recipe

_RECIPE = Recipe(
    epochs=8,
    batch_size=8,
    learning_rate=2e-3,
    decay_factor=0.5,
    decay_every=4,
    weight_decay=0.0,
    augment=True,
    channels=("u", "v", "strain"),
    size=28,
    value_range=(-1.0, 1.0),
)


def _data(count: int = 24) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.arange(count) % 3
    planes = torch.rand(count, 3, 28, 28, generator=torch.Generator().manual_seed(1)) * 60
    planes[torch.arange(count), labels] += 150
    return planes, labels


def _weights(model: nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def _fitted(seed: int, recipe: Recipe = _RECIPE) -> nn.Module:
    model = seeded_model("ststnet", seed)
    fit(model, *_data(), recipe, seed)
    return model


def test_training_lowers_the_loss_and_learns_separable_classes() -> None:
    planes, labels = _data()
    model = seeded_model("ststnet", 0)
    losses = fit(model, planes, labels, replace(_RECIPE, epochs=40, augment=False), 0)
    assert losses[-1] < 0.5 * losses[0]
    assert not model.training
    predicted = model(_RECIPE.input_spec.from_planes(planes)).argmax(1)
    assert (predicted == labels).float().mean() > 0.9


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    assert torch.equal(_weights(_fitted(0)), _weights(_fitted(0)))
    assert not torch.equal(_weights(_fitted(0)), _weights(_fitted(1)))


def test_training_leaves_the_global_random_state_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    _fitted(0)
    assert torch.equal(torch.get_rng_state(), before)


def test_every_epoch_is_run_and_reported() -> None:
    seen: list[int] = []
    losses = fit(seeded_model("ststnet", 0), *_data(), _RECIPE, 0, lambda epoch, loss: seen.append(epoch))
    assert seen == list(range(1, 9))
    assert len(losses) == 8


def test_a_last_batch_of_one_sample_joins_the_one_before() -> None:
    planes, labels = _data(17)  # 8 + 8 + 1 would fail in batch norm
    assert len(fit(seeded_model("ststnet", 0), planes, labels, replace(_RECIPE, epochs=1), 0)) == 1


def test_unlike_numbers_of_maps_and_labels_are_refused() -> None:
    planes, labels = _data()
    with pytest.raises(MerError, match="24 maps, 23 labels"):
        fit(seeded_model("ststnet", 0), planes, labels[1:], _RECIPE, 0)


def test_a_diverging_loss_is_said() -> None:
    planes, labels = _data()
    planes[0] = float("nan")
    with pytest.raises(MerError, match="diverged"):
        fit(seeded_model("ststnet", 0), planes, labels, replace(_RECIPE, augment=False), 0)


def test_mirroring_twice_gives_the_map_back_and_negates_u_once() -> None:
    planes, _ = _data()
    assert torch.allclose(mirrored(mirrored(planes)), planes, atol=1e-4)
    assert torch.allclose(mirrored(planes)[:, 0], 255 - planes[:, 0].flip(-1))
    assert torch.equal(mirrored(planes)[:, 1:], planes[:, 1:].flip(-1))


def test_variation_keeps_shape_and_range_changes_every_map_and_repeats_with_its_seed() -> None:
    planes, _ = _data()
    varied = augment(planes, torch.Generator().manual_seed(0))
    assert varied.shape == planes.shape
    assert varied.min() >= 0
    assert varied.max() <= 255
    assert ((varied - planes).abs().mean(dim=(1, 2, 3)) > 1).all()
    assert torch.equal(varied, augment(planes, torch.Generator().manual_seed(0)))


def test_the_inputs_made_from_varied_maps_do_not_depend_on_the_networks_precision() -> None:
    planes, _ = _data()
    spec = replace(_RECIPE, size=64).input_spec
    exact = spec.from_planes(augment(planes, torch.Generator().manual_seed(0)))
    with autocast("bf16"):
        inputs = spec.from_planes(augment(planes, torch.Generator().manual_seed(0)))
    assert torch.equal(inputs, exact)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_preparing_the_inputs_beforehand_gives_the_weights_of_a_plain_loop(precision, layout) -> None:
    recipe = replace(_RECIPE, epochs=2, augment=False, size=64)
    planes, labels = _data()
    ours, plain = (seeded_model("sssnet", 0).to(memory_format=layout) for _ in range(2))
    with autocast(precision):
        fit(ours, planes, labels, recipe, 3)
        torch.manual_seed(3)
        generator = torch.Generator().manual_seed(3)
        optimiser, _ = make_optimiser(plain.parameters(), recipe)
        for _ in range(recipe.epochs):
            for indices in draw_batches(len(labels), recipe.batch_size, generator):
                inputs = recipe.input_spec.from_planes(planes[indices]).contiguous(memory_format=layout)
                optimiser.zero_grad()
                F.cross_entropy(plain(inputs), labels[indices]).backward()
                optimiser.step()
    assert torch.allclose(_weights(ours), _weights(plain), rtol=0, atol=1e-6)
    assert not torch.equal(_weights(ours), _weights(seeded_model("sssnet", 0)))
