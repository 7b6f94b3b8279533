import gc
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from mer_core.explain.attribution import attribute
from mer_core.explain.methods import METHODS
from mer_core.models import build_model

ALL = [method.name for method in METHODS]


def flags_and_hooks(network):
    modules = list(network.modules())
    hooks = [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in modules]
    backward = [len(module._backward_hooks) + len(module._backward_pre_hooks) for module in modules]
    wanted = [(weight.requires_grad, weight.grad is None) for weight in network.parameters()]
    return hooks, backward, [module.training for module in modules], wanted, [sorted(vars(one)) for one in modules]


@pytest.mark.parametrize("method", ALL)
def test_the_same_question_has_the_same_answer(deaf, ask, method):
    first, second = attribute(ask(deaf), method), attribute(ask(deaf), method)
    assert np.array_equal(first.values, second.values)


def test_gradient_shap_draws_by_the_seed_and_leaves_everybody_elses_generator_alone(deaf, ask):
    state = torch.get_rng_state()
    values = [attribute(ask(deaf, seed=seed), "gradient_shap").values for seed in (1, 2)]
    assert not np.array_equal(*values)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("method", ALL)
def test_a_network_in_training_is_explained_as_in_use_and_left_in_training(ask, method):
    torch.manual_seed(0)
    network = build_model("mini_aorcnn")
    question = ask(network)
    before = flags_and_hooks(network)
    in_training = attribute(question, method)
    assert flags_and_hooks(network) == before
    assert np.array_equal(in_training.values, attribute(ask(network.eval()), method).values)


class Failing(nn.Module):
    """Passes maps on, but fails on the way back and in large batches."""

    def forward(self, maps):
        if maps.shape[0] > 1:
            raise RuntimeError("too many")
        if maps.requires_grad:
            maps.register_hook(self._fail)
        return maps * 1

    @staticmethod
    def _fail(gradient):
        raise RuntimeError("on the way back")


@pytest.mark.parametrize("method", [name for name in ALL if name != "layer_grad_cam"])
def test_a_failure_in_the_middle_leaves_the_network_as_it_was(deaf, ask, method):
    deaf.relu = nn.Sequential(nn.ReLU(), Failing())
    before = flags_and_hooks(deaf)
    with pytest.raises(RuntimeError, match="too many|on the way back"):
        attribute(ask(deaf), method)
    assert flags_and_hooks(deaf) == before


def test_the_copy_shares_the_weights(deaf, ask):
    own = ask(deaf).private_network()
    for mine, original in zip(own.parameters(), deaf.parameters(), strict=True):
        assert mine.data_ptr() == original.data_ptr()
        assert not mine.requires_grad
        assert original.requires_grad


def test_threads_do_not_disturb_each_other_on_one_network(ask):
    check_threads(ask, 24)


@pytest.mark.slow
def test_hundreds_of_explanations_from_four_threads_leave_no_hook_and_no_memory(ask):
    check_threads(ask, 20)  # what is loaded and allocated once
    before = resident_megabytes()
    check_threads(ask, 200)
    assert resident_megabytes() - before < 40


def check_threads(ask, times):
    torch.manual_seed(0)
    network = build_model("mini_aorcnn").eval()
    methods = ("saliency", "deep_lift", "guided_backprop", "layer_grad_cam")
    alone = {method: attribute(ask(network), method).values for method in methods}
    before, failures = flags_and_hooks(network), []

    def compare(index):
        method = methods[index % len(methods)]
        if not np.array_equal(attribute(ask(network), method).values, alone[method]):
            failures.append(method)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(compare, range(times)))
    assert failures == []
    assert flags_and_hooks(network) == before


def resident_megabytes():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
