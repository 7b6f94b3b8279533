import json

import numpy as np
import pytest
import torch

from mer_core.errors import CheckpointError, MotionError
from mer_core.head_motion import HeadMotion
from mer_core.inputs import InputSpec, motion_map
from mer_core.motion import Motion, MotionSettings


def _motion(side: int = 112) -> Motion:
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    flow = np.stack([x / side, -2 * y / side], axis=-1)
    strain = (x + y) / side
    return Motion(flow, strain, np.ones((side, side), bool), HeadMotion(), MotionSettings())


def _map() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (28, 28, 3), np.uint8)


def test_a_benchmark_map_keeps_its_values_and_channel_order() -> None:
    values = _map()
    tensor = InputSpec().from_map(values)
    assert tensor.shape == (3, 28, 28)
    assert np.array_equal(tensor.numpy(), values.transpose(2, 0, 1).astype(np.float32))


def test_channels_are_reordered_for_ststnet_and_dropped_for_off_apexnet() -> None:
    values = _map()
    reordered = InputSpec(channels=("strain", "v", "u")).from_map(values)
    assert np.array_equal(reordered.numpy(), values[..., ::-1].transpose(2, 0, 1).astype(np.float32))
    assert np.array_equal(InputSpec(channels=("u", "v")).from_map(values).numpy(), reordered.numpy()[:0:-1])


def test_the_value_range_is_where_0_and_255_go() -> None:
    values = np.zeros((28, 28, 3), np.uint8)
    values[0, 0] = 255
    tensor = InputSpec(value_range=(-1.0, 1.0)).from_map(values)
    assert tensor.max() == 1
    assert tensor.min() == -1


def test_a_map_is_enlarged_bilinearly_without_aligned_corners() -> None:
    values = _map()
    tensor = InputSpec(size=112).from_map(values)
    plain = torch.from_numpy(values.transpose(2, 0, 1)).float()[None]
    expected = torch.nn.functional.interpolate(plain, (112, 112), mode="bilinear", align_corners=False)[0]
    assert torch.allclose(tensor, expected, atol=1e-4)


def test_a_batch_gives_the_same_as_one_by_one() -> None:
    spec = InputSpec(size=112, value_range=(-1.0, 1.0))
    maps = [_map(), 255 - _map()]
    batch = spec.from_planes(torch.from_numpy(np.stack(maps)).permute(0, 3, 1, 2).float())
    assert torch.allclose(batch, torch.stack([spec.from_map(values) for values in maps]), atol=1e-5)


def test_every_channel_of_a_motion_map_spans_0_to_255() -> None:
    values = motion_map(_motion())
    assert values.shape == (28, 28, 3)
    assert values.dtype == np.uint8
    assert (values.min(axis=(0, 1)) == 0).all()
    assert (values.max(axis=(0, 1)) == 255).all()


def test_a_motion_map_of_known_ramps_has_known_values() -> None:
    values = motion_map(_motion())
    assert np.array_equal(values[5, :, 0], np.round(np.arange(28) / 27 * 255).astype(np.uint8))
    assert np.array_equal(values[:, 5, 1], np.round(np.arange(27, -1, -1) / 27 * 255).astype(np.uint8))


def test_eight_times_the_motion_gives_the_same_map() -> None:
    small = _motion()
    large = Motion(small.flow * 8, small.strain * 8, small.face, small.removed, small.settings)
    assert np.array_equal(motion_map(small), motion_map(large))


def test_a_map_without_motion_is_all_zero() -> None:
    still = Motion(
        np.zeros((64, 64, 2), np.float32),
        np.zeros((64, 64), np.float32),
        np.ones((64, 64), bool),
        HeadMotion(),
        MotionSettings(),
    )
    assert motion_map(still).max() == 0


def test_pixels112_passes_raw_pixels() -> None:
    motion = _motion()
    tensor = InputSpec(kind="pixels112", size=112).from_motion(motion)
    assert np.array_equal(tensor.numpy(), np.stack([motion.flow[..., 0], motion.flow[..., 1], motion.strain]))


def test_pixels112_cannot_take_a_map() -> None:
    with pytest.raises(ValueError, match="lost its unit"):
        InputSpec(kind="pixels112", size=112).from_map(_map())


def test_pixels112_refuses_motion_of_another_crop() -> None:
    with pytest.raises(MotionError, match=r"112 px crop, got 64 px"):
        InputSpec(kind="pixels112", size=112).from_motion(_motion(64))


def test_something_that_is_no_map_is_refused() -> None:
    with pytest.raises(MotionError, match=r"\(28, 28, 3\)"):
        InputSpec().from_map(np.zeros((32, 32, 3), np.uint8))


def test_a_spec_survives_json() -> None:
    spec = InputSpec(kind="pixels112", size=112, channels=("u", "v"), flow_method="tvl1", strain_mode="legacy_ecnu")
    assert InputSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "minmax64"}, "Unknown kind 'minmax64'"),
        ({"channels": ["u", "w"]}, "Input channels"),
        ({"flow_method": "x"}, "Unknown flow_method"),
        ({"size": 0}, "at least 1 px"),
        ({"colour": 1}, "unknown or missing entries: colour"),
    ],
)
def test_a_wrong_spec_is_refused_with_the_entry(change: dict, message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        InputSpec.from_dict({**InputSpec().to_dict(), **change})
