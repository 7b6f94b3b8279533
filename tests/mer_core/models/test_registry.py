import pytest
import torch
from torch import nn

from mer_core.models import build_model, list_models, model_info
from mer_core.models.registry import ModelInfo, Paper, register


def test_names_are_sorted_and_each_is_described_under_its_own_name():
    assert list(list_models()) == sorted(set(list_models()))
    assert all(model_info(name).name == name for name in list_models())


def test_every_network_names_its_channels_and_paper():
    for name in list_models():
        info = model_info(name)
        assert len(info.channels) == info.input_shape[0]
        assert info.paper.authors
        assert 2018 <= info.paper.year <= 2025


def test_information_can_be_a_dictionary_key():
    assert {model_info("ststnet"): 1}[model_info("ststnet")] == 1


def test_the_first_allowed_value_of_an_argument_is_its_default():
    for name in list_models():
        defaults = {argument: values[0] for argument, values in model_info(name).arguments.items()}
        with torch.device("meta"):
            plain, spelled_out = build_model(name), build_model(name, **defaults)
        shapes = [{key: value.shape for key, value in net.state_dict().items()} for net in (plain, spelled_out)]
        assert shapes[0] == shapes[1]
        assert str(plain) == str(spelled_out)


@pytest.mark.parametrize("name", list_models())
def test_every_allowed_value_of_every_argument_gives_logits(name):
    for argument, values in model_info(name).arguments.items():
        for value in values:
            with torch.device("meta"):
                model = build_model(name, num_classes=5, **{argument: value})
                logits = model(torch.zeros(2, *model.input_shape))
            assert logits.shape == (2, 5)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'resnet'.*off_tanet"):
        build_model("resnet")
    with pytest.raises(ValueError, match=r"'resnet'.*off_tanet"):
        model_info("resnet")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"attention": "none"}, r"attention must be one of 'triplet'.*not 'none'"),
        ({"in_channels": 4}, r"in_channels must be one of 3, 2, not 4"),
        ({"depth": 3}, r"takes no argument 'depth'; it takes: num_classes, attention"),
        ({"num_classes": 1}, r"num_classes.*at least 2, not 1"),
        ({"num_classes": True}, r"num_classes.*not True"),
        ({"attention": "cbam", "position": "bias"}, r"position='bias' has no effect with attention='cbam'"),
    ],
)
def test_a_wrong_argument_is_refused_with_what_is_allowed(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_model("off_tanet", **arguments)


def test_a_position_term_without_attention_is_refused_in_mini_aorcnn():
    with pytest.raises(ValueError, match=r"position='none' has no effect"):
        build_model("mini_aorcnn", attention="residual", position="none")


def test_a_name_is_registered_once():
    taken = ModelInfo("ststnet", "x", Paper("x", ("x",), 2020, "x"), (3, 28, 28), ("u", "v", "strain"))
    with pytest.raises(ValueError, match="already registered"):
        register(taken)(nn.Identity)


def test_input_of_the_wrong_shape_is_refused_with_the_right_one():
    with pytest.raises(ValueError, match=r"\(batch, 2, 28, 28\), not \(1, 3, 28, 28\)"):
        build_model("off_apexnet")(torch.zeros(1, 3, 28, 28))
