import pytest
import torch
from torch import nn

from mer_core.explain.window_pools import separate_windows


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 1), (3, 2, 1), (3, 2, 0), (4, 2, 2)])
def test_a_pool_with_overlapping_windows_is_replaced_by_one_that_computes_the_same(kernel, stride, padding):
    network = nn.Sequential(nn.Identity(), nn.MaxPool2d(kernel, stride=stride, padding=padding))
    maps = torch.randn(2, 3, 14, 14, generator=torch.Generator().manual_seed(0))
    before = network(maps)
    separate_windows(network)
    assert type(network[1]) is not nn.MaxPool2d
    assert torch.equal(network(maps), before)


def test_a_pool_with_separate_windows_stays():
    network = nn.Sequential(nn.MaxPool2d(3, stride=3, padding=1))
    kept = network[0]
    separate_windows(network)
    assert network[0] is kept
