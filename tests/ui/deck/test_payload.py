import base64
import json
import struct
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mer_core.crop import transform_points
from mer_core.drawing.curve_view import curve_view
from mer_core.interval import Interval
from mer_core.preview import make_preview
from ui.deck.payload import (
    WARP_SIDE,
    DeckFrames,
    blind_marks_payload,
    crop_payload,
    found_payload,
    frames_payload,
    levels_text,
    marks_payload,
    warp_payload,
)


def parts(payload):
    (length,) = struct.unpack("<I", payload[:4])
    return json.loads(payload[4 : 4 + length]), payload[4 + length :]


def levels(text):
    steps = np.frombuffer(base64.b64decode(text), "<u2")
    return np.where(steps == 65535, np.nan, steps / 100)


def test_the_pictures_follow_the_header_end_to_end(prepared_sample):
    preview = make_preview(prepared_sample)
    header, files = parts(frames_payload(preview, prepared_sample.clip, "a key"))
    assert header["key"] == "a key"
    assert header["numFrames"] == len(header["timesMs"]) == prepared_sample.clip.num_frames
    assert sum(header["lengths"]) == len(files)
    first = cv2.imdecode(np.frombuffer(files[: header["lengths"][0]], np.uint8), cv2.IMREAD_COLOR)
    assert list(first.shape[1::-1]) == header["size"]


def test_without_a_frame_rate_no_times_are_sent(prepared_sample):
    clip = replace(prepared_sample.clip, timestamps_ms=None)
    header, _ = parts(frames_payload(make_preview(prepared_sample), clip, "a key"))
    assert header["timesMs"] is None


def test_every_opened_clip_gets_a_key_of_its_own_that_says_nothing_of_it(prepared_sample):
    preview = make_preview(prepared_sample)
    one, other = (DeckFrames.of(preview, prepared_sample.clip) for _ in range(2))
    assert one.key != other.key
    assert prepared_sample.clip.sha256[:8] not in one.key


def test_levels_keep_hundredths_of_a_pixel_and_missing_faces():
    sent = levels(levels_text(np.array([0.0, 0.126, 3.5, np.nan, 900.0])))
    assert sent[:3] == pytest.approx([0, 0.13, 3.5])
    assert np.isnan(sent[3])
    assert sent[4] == pytest.approx(655.34)


def test_the_curve_is_sent_in_px_on_the_scale_of_the_drawings(sample_analysis):
    found = found_payload(sample_analysis)["curve"]
    view = curve_view(sample_analysis)
    assert levels(found["level"]) == pytest.approx(view.level, abs=0.006)
    assert [levels(lane) for lane in found["lanes"]] == pytest.approx(view.lanes, abs=0.006)
    assert (found["topPx"], found["noisePx"]) == (view.top_px, view.noise_px)
    assert len(found["laneLabels"]) == len(found["lanes"]) == len(found["laneNoisePx"])


def test_the_field_to_amplify_by_is_the_measured_motion_within_the_face(sample_analysis):
    sent = warp_payload(sample_analysis)
    field = np.frombuffer(base64.b64decode(sent["field"]), "<i2").reshape(WARP_SIDE, WARP_SIDE, 2) * sent["unit"]
    motion = sample_analysis.motion
    mean = cv2.resize(motion.flow, (WARP_SIDE, WARP_SIDE), interpolation=cv2.INTER_AREA) / motion.crop_px
    face = cv2.resize(motion.face.astype(np.float32), (WARP_SIDE, WARP_SIDE), interpolation=cv2.INTER_AREA)
    inside = cv2.erode(face, np.ones((5, 5))) == 1
    outside = cv2.dilate(face, np.ones((5, 5))) == 0
    assert field[inside] == pytest.approx(mean[inside], abs=2e-4)
    assert not field[outside].any()


def test_arrows_lie_within_the_crop_and_noise_gets_none(sample_analysis):
    found = found_payload(sample_analysis)
    assert len(found["arrows"]) > 10
    assert np.array(found["arrows"])[:, :2].min() > 0
    assert np.array(found["arrows"])[:, :2].max() < 1
    noise = replace(sample_analysis, prediction=replace(sample_analysis.prediction, is_finding=False))
    assert found_payload(noise)["arrows"] == []


def test_markers_say_who_set_them(prepared_sample):
    interval = Interval(10, 20, 30, ("imported", "user", "proposed"))
    sent = marks_payload(interval, prepared_sample)
    assert sent["marks"] == [10, 20, 30]
    assert sent["sources"] == ["imported", "user", "proposed"]
    assert not sent["isStart"]
    assert marks_payload(prepared_sample.candidates[0], prepared_sample)["isStart"]


def test_a_blind_coder_is_sent_no_finding_and_a_committed_one_the_own_markers_as_well(prepared_sample):
    sent = blind_marks_payload(Interval(10, 36, 71, ("user", "unset", "unset")))
    assert (sent["found"], sent["movements"], sent["own"]) == (None, [], None)
    assert sent["isBlind"]
    assert not sent["isStart"]
    own = Interval(10, 20, 30, ("user", "user", "unset"))
    committed = marks_payload(prepared_sample.candidates[0], prepared_sample, own)
    assert committed["own"] == [10, 20, None]
    assert not committed["isBlind"]
    assert marks_payload(own, prepared_sample)["own"] is None


def test_the_crop_is_sent_in_the_order_of_a_canvas(sample_analysis):
    preview = make_preview(sample_analysis.prepared)
    a, b, c, d, e, f = crop_payload(sample_analysis.crop, preview)
    expected = transform_points(preview.to_unit_crop(sample_analysis.crop), np.array([[7.0, 11.0]]))[0]
    assert (a * 7 + c * 11 + e, b * 7 + d * 11 + f) == pytest.approx(tuple(expected))


def test_all_that_is_sent_after_a_marker_moved_stays_small(sample_analysis):
    assert len(json.dumps(found_payload(sample_analysis))) < 40_000
