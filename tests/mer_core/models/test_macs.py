import pytest
import torch
from torch import nn

from mer_core.models import build_model
from mer_core.models.blocks import MatMul
from mer_core.models.macs import count_macs, count_parameters


class Product(nn.Module):
    def __init__(self):
        super().__init__()
        self.product = MatMul()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return self.product(x, x.transpose(2, 3))


def test_a_convolution_costs_outputs_times_kernel_times_inputs():
    assert count_macs(nn.Conv2d(3, 8, 5, stride=2, padding=2), (3, 10, 10)) == 8 * 5 * 5 * 3 * 25


def test_groups_divide_the_cost():
    assert count_macs(nn.Conv2d(6, 6, 3, padding=1, groups=6), (6, 4, 4)) == 6 * 16 * 9


def test_a_linear_layer_costs_inputs_times_outputs():
    assert count_macs(nn.Sequential(nn.Flatten(), nn.Linear(12, 5)), (3, 2, 2)) == 60


def test_a_matrix_product_costs_all_three_sides():
    assert count_macs(Product(), (2, 4, 6)) == 2 * 4 * 4 * 6


def test_counting_leaves_the_network_as_it_was():
    model = build_model("ststnet").train()
    model.streams[0][4].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    count_macs(model, model.input_shape)
    assert model.training
    assert not model.streams[0][4].training
    assert all(not module._forward_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_hooks_are_removed_when_the_input_does_not_fit():
    model = build_model("ststnet").train()
    with pytest.raises(ValueError, match="takes maps of shape"):
        count_macs(model, (3, 20, 20))
    assert model.training
    assert all(not module._forward_hooks for module in model.modules())


def test_a_layer_that_cannot_be_counted_is_refused():
    with pytest.raises(ValueError, match=r"0 \(ConvTranspose2d\)"):
        count_macs(nn.Sequential(nn.ConvTranspose2d(3, 3, 2)), (3, 4, 4))


def test_frozen_parameters_do_not_count():
    model = nn.Linear(3, 2)
    model.bias.requires_grad_(False)
    assert count_parameters(model) == 6
