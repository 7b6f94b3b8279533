import numpy as np
import pytest
import torch

from mer_core.errors import MerError
from mer_core.explain.baselines import no_motion_of_clip, no_motion_of_map
from mer_core.head_motion import HeadMotion
from mer_core.inputs import InputSpec
from mer_core.motion import Motion, MotionSettings


def motion(u, v, strain):
    """Motion on a 28 px crop, whose planes need no averaging."""
    flow = np.stack([u, v], axis=-1).astype(np.float32)
    return Motion(flow, strain.astype(np.float32), np.ones((28, 28), bool), HeadMotion(), MotionSettings())


def ramp(low, high):
    return np.linspace(low, high, 28 * 28).reshape(28, 28)


@pytest.mark.parametrize("value_range", [(0.0, 255.0), (-1.0, 1.0)])
def test_the_baseline_is_the_value_that_a_resting_pixel_of_this_clip_has(value_range):
    u, v, strain = ramp(-1, 3), ramp(-2, 2), ramp(0, 0.5)
    u[5, 6] = v[5, 6] = 0
    spec = InputSpec(value_range=value_range)
    made = motion(u, v, strain)
    resting = spec.from_motion(made)[:, 5, 6]
    rounding = 0.6 / 255 * (value_range[1] - value_range[0])  # maps hold whole levels
    assert no_motion_of_clip(made, spec).values[:2] == pytest.approx(resting[:2].tolist(), abs=rounding)
    assert no_motion_of_clip(made, spec).values[2] == value_range[0]
    assert not no_motion_of_clip(made, spec).is_approximate


def test_the_baseline_follows_the_networks_order_of_channels():
    made = motion(ramp(-1, 3), ramp(-2, 2), ramp(0, 1))
    one = no_motion_of_clip(made, InputSpec(channels=("u", "v", "strain"))).values
    assert no_motion_of_clip(made, InputSpec(channels=("strain", "v", "u"))).values == one[::-1]
    assert one[:2] == pytest.approx((255 / 4, 255 / 2))


def test_a_scale_that_does_not_reach_zero_gives_its_nearest_end_and_says_so():
    made = no_motion_of_clip(motion(ramp(2, 4), ramp(-4, -2), ramp(0, 1)), InputSpec())
    assert made.values == (0, 255, 0)
    assert "scale of u and v does not reach zero" in made.note
    assert made.is_approximate


def test_a_channel_that_is_the_same_everywhere_rests_everywhere():
    made = no_motion_of_clip(motion(np.zeros((28, 28)), ramp(-1, 1), ramp(0, 1)), InputSpec())
    assert made.values[0] == 0


def test_in_raw_pixels_rest_is_zero():
    made = no_motion_of_clip(motion(ramp(2, 4), ramp(1, 2), ramp(0, 1)), InputSpec(kind="pixels112", size=112))
    assert made.values == (0, 0, 0)


def test_a_map_without_a_scale_gives_the_middle_of_u_and_v_and_the_least_strain_and_says_approximately():
    planes = torch.tensor([[[1.0, 2.0, 30.0]], [[5.0, 7.0, 6.0]], [[4.0, 3.0, 8.0]]])
    made = no_motion_of_map(planes, InputSpec(channels=("strain", "u", "v")))
    assert made.values == (1, 6, 4)
    assert made.is_approximate
    assert "approximate" in made.name


def test_channels_that_do_not_fit_are_refused():
    with pytest.raises(MerError, match="2 channels; the network takes u, v, strain"):
        no_motion_of_map(torch.zeros(2, 28, 28), InputSpec())


def test_planes_are_constant():
    planes = no_motion_of_map(torch.rand(3, 28, 28), InputSpec()).planes(5)
    assert planes.shape == (3, 5, 5)
    assert (planes == planes[:, :1, :1]).all()
