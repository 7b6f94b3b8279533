import copy

import pytest
import torch
from torch import nn

from mer_core.models import build_model
from training.wide_norm import WideBatchNorm2d, widen_norms


def norms(dtype, channels=5):
    """One of PyTorch's and one of ours in the same state, whose scale and shift are not those of a fresh one."""
    torch.manual_seed(0)
    usual = nn.BatchNorm2d(channels).to(dtype)
    with torch.no_grad():
        usual.weight.uniform_(0.5, 2)
        usual.bias.uniform_(-1, 1)
    both = nn.Sequential(copy.deepcopy(usual))
    widen_norms(both)
    return usual, both[0]


def maps(dtype, memory_format=torch.channels_last):
    """Maps whose statistics differ from column to column."""
    torch.manual_seed(1)
    x = torch.randn(6, 5, 4, 7, dtype=dtype) * torch.linspace(0.1, 3, 7) + torch.linspace(-2, 5, 7)
    return x.to(dtype).contiguous(memory_format=memory_format)


def learnt(norm, x, gradient):
    x = x.detach().clone().requires_grad_()
    y = norm(x)
    y.backward(gradient)
    return y.detach(), x.grad, norm.weight.grad, norm.bias.grad, norm.running_mean, norm.running_var


@pytest.mark.parametrize("memory_format", [torch.channels_last, torch.contiguous_format])
def test_values_gradients_and_running_statistics_are_those_of_the_usual_norm(memory_format):
    usual, wide = norms(torch.float64)
    x = maps(torch.float64, memory_format)
    gradient = torch.randn_like(x) + 0.3 * x  # a gradient that goes along with x has a part through the variance
    for ours, theirs in zip(learnt(wide, x, gradient), learnt(usual, x, gradient), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)
    assert wide.num_batches_tracked == usual.num_batches_tracked == 1


def test_the_gradient_is_that_of_finite_differences():
    _, wide = norms(torch.float64)
    x = maps(torch.float64)[:2, :, :2, :3].clone().requires_grad_()
    assert torch.autograd.gradcheck(wide, (x,), check_undefined_grad=False)


def test_in_bfloat16_it_is_as_near_to_the_truth_as_the_usual_norm():
    usual, wide = norms(torch.float32)
    exact, _ = norms(torch.float64)
    x = maps(torch.bfloat16)
    gradient = torch.randn_like(x)
    truth = learnt(exact, x.double(), gradient.double())
    far = [
        [float((one.double() - true).abs().max()) for one, true in zip(learnt(norm, x, gradient), truth, strict=True)]
        for norm in (wide, usual)
    ]
    for ours, theirs in zip(*far, strict=True):
        assert ours <= 2 * theirs + 1e-6


def test_norms_that_keep_no_statistics_or_have_no_scale_or_many_channels_work_as_before():
    usual = nn.Sequential(
        nn.BatchNorm2d(5, track_running_stats=False), nn.BatchNorm2d(5, affine=False), nn.BatchNorm2d(5, momentum=None)
    )
    wide = copy.deepcopy(usual)
    widen_norms(wide)
    x = maps(torch.float32)
    for _ in range(2):
        torch.testing.assert_close(wide(x), usual(x))
    torch.testing.assert_close(wide.state_dict(), usual.state_dict())
    many = nn.Sequential(nn.BatchNorm2d(64))
    widen_norms(many)
    assert type(many[0]) is nn.BatchNorm2d


def test_a_network_keeps_its_state_and_learns_the_same():
    torch.manual_seed(0)
    usual = build_model("off_tanet").double().to(memory_format=torch.channels_last)
    wide = copy.deepcopy(usual)
    widen_norms(wide)
    assert sum(isinstance(module, WideBatchNorm2d) for module in wide.modules()) == 7
    assert list(wide.state_dict()) == list(usual.state_dict())
    x = torch.randn(4, 3, 112, 112, dtype=torch.float64)
    for model in (usual, wide):
        torch.manual_seed(2)  # of dropout
        model(x).square().sum().backward()
    for (name, one), other in zip(wide.named_parameters(), usual.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-6, atol=1e-9, msg=name)
    wide.eval(), usual.eval()
    torch.testing.assert_close(wide(x), usual(x))
