import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.synthesis.action_units import ACTION_UNITS
from mer_core.synthesis.displacement import Pull, displacement, face_frame, place_unit, rest_position
from mer_core.synthesis.face import rest_landmarks

LANDMARKS = rest_landmarks((640, 360))


def pixels():
    y, x = np.mgrid[0:360, 0:640].astype(np.float64)
    return x, y


def move_at(name, side, landmark):
    """(right, up) in the face's frame at one landmark, for the unit at 1 px."""
    x, y = LANDMARKS[[landmark]].astype(np.float64).T
    move = np.array(displacement(place_unit(name, side, LANDMARKS), x, y))[:, 0]
    frame = face_frame(LANDMARKS)
    return move @ frame.right, move @ frame.up


def test_a_pull_moves_its_centre_fully_and_nothing_beyond_its_radii():
    pull = Pull((50.0, 40.0), (10.0, 5.0), face_frame(LANDMARKS), (1.0, -2.0))
    frame = face_frame(LANDMARKS)
    across, along = np.array(frame.right), np.array(frame.up)
    points = np.array([(50.0, 40.0), (50.0, 40.0) + 10.01 * across, (50.0, 40.0) + 5.01 * along])
    move_x, move_y = displacement((pull,), *points.T)
    np.testing.assert_allclose(move_x, [1, 0, 0])
    np.testing.assert_allclose(move_y, [-2, 0, 0])


def test_the_face_frame_points_to_the_persons_left_and_to_the_forehead():
    frame = face_frame(LANDMARKS)
    assert frame.right[0] > 0.99
    assert frame.up[1] < -0.99
    assert 80 < frame.eye_distance < 100


@pytest.mark.parametrize("name", ACTION_UNITS)
def test_every_action_unit_moves_the_skin_by_one_pixel_at_most(name):
    moves = np.hypot(*displacement(place_unit(name, "B", LANDMARKS), *pixels()))
    assert moves.max() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("name", ACTION_UNITS)
def test_left_and_right_add_up_to_both(name):
    both, left, right = (np.array(displacement(place_unit(name, s, LANDMARKS), *pixels())) for s in "BLR")
    np.testing.assert_allclose(left + right, both, atol=1e-12)


@pytest.mark.parametrize("name", ACTION_UNITS)
def test_every_action_unit_leaves_the_picture_outside_the_face_alone(name):
    moves = np.hypot(*displacement(place_unit(name, "B", LANDMARKS), *pixels()))
    margin = 0.35 * face_frame(LANDMARKS).eye_distance
    (left, top), (right, bottom) = LANDMARKS.min(axis=0) - margin, LANDMARKS.max(axis=0) + margin
    x, y = pixels()
    outside = (x < left) | (x > right) | (y < top) | (y > bottom)
    assert not moves[outside].any()


# Landmark on the person's left, and which way it must go: (out, up), each -1, 0 (little) or 1.
DIRECTIONS = {
    "AU1": (336, 0, 1),
    "AU2": (300, 0, 1),
    "AU4": (336, -1, -1),
    "AU5": (386, 0, 1),
    "AU6": (330, 0, 1),
    "AU7": (374, 0, 1),
    "AU9": (360, 0, 1),
    "AU10": (426, 0, 1),
    "AU12": (291, 1, 1),
    "AU14": (291, 1, 0),
    "AU15": (291, 0, -1),
    "AU17": (199, 0, 1),
    "AU20": (291, 1, 0),
    "AU23": (291, -1, 0),
    "AU24": (17, 0, 1),
    "AU25": (17, 0, -1),
    "AU43": (386, 0, -1),
}
MIRRORED = {336: 107, 300: 70, 386: 159, 330: 101, 374: 145, 360: 131, 426: 206, 291: 61, 199: 199, 17: 17}


def test_the_table_of_directions_covers_every_action_unit():
    assert DIRECTIONS.keys() == ACTION_UNITS.keys()


@pytest.mark.parametrize(("name", "landmark", "out", "up"), [(k, *v) for k, v in DIRECTIONS.items()])
def test_each_action_unit_moves_its_landmark_the_way_anatomy_does(name, landmark, out, up):
    for anchor, outwards in ((landmark, 1), (MIRRORED[landmark], -1)):
        right, upwards = move_at(name, "B", anchor)
        for moved, expected in ((right * outwards, out), (upwards, up)):
            assert moved * expected > 0.3 if expected else abs(moved) < 0.25


def test_au25_opens_and_au24_closes_the_gap_between_the_lips():
    for name, opens in (("AU25", 1), ("AU24", -1)):
        gap = move_at(name, "B", 0)[1] - move_at(name, "B", 17)[1]
        assert gap * opens > 0.5


def test_au14_draws_lip_corner_and_cheek_towards_each_other():
    beside = LANDMARKS[[291]] + 0.3 * face_frame(LANDMARKS).eye_distance * np.array(face_frame(LANDMARKS).right)
    move_x, _ = displacement(place_unit("AU14", "L", LANDMARKS), *beside.astype(np.float64).T)
    assert move_x[0] < -0.3
    assert move_at("AU14", "L", 291)[0] > 0.3


def test_the_rest_position_inverts_the_displacement_exactly():
    pulls = [p.scaled(4) for p in place_unit("AU12", "B", LANDMARKS) + place_unit("AU1", "L", LANDMARKS)]
    x, y = pixels()
    rest_x, rest_y = rest_position(pulls, x + 0.3, y - 0.2)
    move_x, move_y = displacement(pulls, rest_x, rest_y)
    assert np.abs(rest_x - x).max() > 3
    np.testing.assert_allclose(rest_x + move_x, x + 0.3, atol=1e-5)
    np.testing.assert_allclose(rest_y + move_y, y - 0.2, atol=1e-5)


def test_without_pulls_everything_rests_where_it_is_seen():
    x, y = pixels()
    np.testing.assert_array_equal(rest_position((), x, y), (x, y))


def test_pulls_outside_the_picture_move_nothing_in_it():
    pulls = place_unit("AU12", "B", LANDMARKS + np.float32(2000))
    x, y = pixels()
    np.testing.assert_array_equal(rest_position(pulls, x, y), (x, y))


def test_pulls_that_fold_the_skin_are_refused():
    pulls = [pull.scaled(60) for pull in place_unit("AU5", "B", LANDMARKS)]
    with pytest.raises(MerError, match="fold the skin over itself; lower their amplitude_px"):
        rest_position(pulls, *pixels())


def test_an_unknown_unit_or_side_is_refused_with_the_choices():
    with pytest.raises(MerError, match="Unknown action unit 'AU99'; choose one of AU1, AU2"):
        place_unit("AU99", "B", LANDMARKS)
    with pytest.raises(MerError, match="Unknown side 'left' of AU12; choose L, R or B"):
        place_unit("AU12", "left", LANDMARKS)
