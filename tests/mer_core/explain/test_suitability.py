import torch
from torch import nn

from mer_core.explain.attribution import NotPossible, attribute
from mer_core.models.blocks import Network


def test_regions_cannot_rest_where_no_face_is_known(linear, ask):
    made = attribute(ask(linear, masks=None), "region_ablation")
    assert isinstance(made, NotPossible)
    assert "No face is known" in made.reason


class Functional(Network):
    """As `Deaf`, but its ReLU is a function and its pool is used twice."""

    input_shape = (3, 28, 28)

    def __init__(self, relu):
        super().__init__()
        self.relu = relu
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Linear(3 * 49, 3)

    def forward_features(self, maps):
        return self.pool(self.relu(self.pool(maps)))

    def forward_head(self, features):
        return self.head(features.flatten(1))


def test_guided_backprop_refuses_relus_that_it_cannot_reach(ask):
    made = attribute(ask(Functional(torch.relu)), "guided_backprop")
    assert isinstance(made, NotPossible)
    assert "no modules" in made.reason


def test_guided_backprop_refuses_a_network_without_relu(linear, ask):
    made = attribute(ask(linear), "guided_backprop")
    assert isinstance(made, NotPossible)
    assert "no ReLU" in made.reason


def test_deep_lift_refuses_a_layer_that_is_used_twice(ask):
    made = attribute(ask(Functional(nn.ReLU())), "deep_lift")
    assert isinstance(made, NotPossible)
    assert "pool is used several times" in made.reason
