"""Taking work away from the Analyze page, and opening it there again."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from mer_core.clips import read_clip
from mer_core.coded_events import Coding
from mer_core.exports.formats import FORMATS
from mer_core.interval import Interval
from mer_core.pictures import png_bytes
from mer_core.samples import sample_clips
from mer_core.session_file import session_json, session_of
from mer_core.video_writer import write_video
from ui.analyze import reopening
from ui.state import Visit


def visit_of(page):
    return page.session_state["visit"]


def said(page):
    kinds = (page.markdown, page.error, page.success, page.warning, page.info)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "")


def uploader_of(page):
    """Where markers and sessions are opened, which is not where clips are."""
    (uploader,) = (one for one in page.file_uploader if one.key.startswith("work_"))
    return uploader


def slider_of(page, name):
    (slider,) = (one for one in page.slider if one.key.startswith(f"marker_{name}_"))
    return slider


def open_file(page, name, content):
    content = content if isinstance(content, bytes) else content.encode()
    return uploader_of(page).set_value((name, content, "application/octet-stream")).run()


def session_of_page(page, **changes):
    session = session_of(visit_of(page).analysis[1], Coding("S01", "ana", "speaks"))
    return replace(session, **changes)


def scores(*times):
    return "onset_ms,apex_ms,offset_ms\n" + ",".join(str(time) for time in times) + "\n"


def test_every_format_has_a_button_that_is_made_when_it_is_pressed(with_sample):
    keys = [button.key for button in with_sample.get("download_button")]
    assert keys == [f"download{export.ending.replace('.', '_')}" for export in FORMATS]


def test_without_times_only_elan_cannot_be_had(analyze):
    clip = read_clip(sample_clips()["positive"].path)
    pictures = [
        (f"{name}.png", png_bytes(clip.frames[frame]), "image/png") for name, frame in (("onset", 11), ("apex", 25))
    ]
    analyze.file_uploader[0].set_value(pictures).run()
    disabled = [button.key for button in analyze.get("download_button") if button.proto.disabled]
    assert disabled == ["download_eaf"]


def test_what_is_added_goes_into_the_files_and_stays_with_its_clip(with_sample):
    with_sample.text_input(key="coding_subject").set_value(" S01 ").run()
    with_sample.text_input(key="coding_coder").set_value("ana").run()
    with_sample.text_area(key="coding_notes").set_value("speaks").run()
    clip = visit_of(with_sample).analysis[1].clip
    assert visit_of(with_sample).paperwork.coding_of(clip) == Coding("S01", "ana", "speaks")
    with_sample.button(key="change_clip").click().run()
    with_sample.button(key="sample_surprise").click().run()
    assert with_sample.text_input(key="coding_subject").value == ""
    assert with_sample.text_input(key="coding_coder").value == "ana"


def test_markers_from_a_table_are_imported_with_a_sentence_to_dismiss_and_undo_takes_them_back(with_sample):
    before = visit_of(with_sample).analysis[1].interval
    open_file(with_sample, "scores.csv", scores(121, 240, 400))
    assert visit_of(with_sample).analysis[1].interval == Interval(12, 24, 40, ("imported",) * 3)
    assert "Taken from scores.csv, row 2: onset 120 ms (frame 12)" in said(with_sample)
    assert any(slider.label.startswith("Apex") and "imported" in slider.label for slider in with_sample.slider)
    with_sample.button(key="dismiss_import").click().run()
    assert "Taken from scores.csv" not in said(with_sample)
    with_sample.button(key="undo").click().run()
    assert visit_of(with_sample).analysis[1].interval == before


def test_a_bad_file_is_explained_and_changes_nothing(with_sample):
    before = visit_of(with_sample).analysis[1].interval
    for name, content, words in (
        ("scores.csv", scores(121, "soon", 400), "scores.csv, row 2: apex_ms is 'soon'"),
        ("coder.eaf", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "coder.eaf declares a document type"),
        ("work.mer.json", '{"format": NaN}', "work.mer.json is not readable JSON"),
    ):
        open_file(with_sample, name, content)
        assert not with_sample.exception
        assert words in said(with_sample)
        assert visit_of(with_sample).analysis[1].interval == before
        assert not visit_of(with_sample).history
    open_file(with_sample, "scores.csv", scores(121, 240, 400))
    assert "work.mer.json" not in said(with_sample)


def test_a_session_brings_markers_settings_network_and_notes_back(with_sample):
    session = session_of_page(
        with_sample,
        interval=Interval(10, 22, 41, ("user", "imported", "proposed")),
        flow_method="farneback",
        remove_head_motion=False,
        model="ststnet",
    )
    open_file(with_sample, "work.mer.json", session_json(session))
    analysis = visit_of(with_sample).analysis[1]
    assert analysis.interval == session.interval
    assert analysis.motion.settings.method == "farneback"
    assert not analysis.motion.settings.remove_head_motion
    assert analysis.checkpoint.name == "ststnet"
    assert with_sample.text_input(key="coding_subject").value == "S01"
    assert "markers, settings and notes are back" in said(with_sample)
    assert "weights of ststnet have changed" in said(with_sample)
    open_file(with_sample, "work.mer.json", session_json(replace(session, model="../../secret")))
    assert "../../secret, is not on this machine" in said(with_sample)
    assert visit_of(with_sample).analysis[1].checkpoint.name == "ststnet"


def test_a_file_that_the_browser_reports_again_is_not_taken_again(monkeypatch):
    visit = Visit()
    upload = io.BytesIO(b"{}")
    upload.name = "work.mer.json"
    monkeypatch.setattr(st, "session_state", {"work_0": upload})
    reopening._take(visit, "work_0", None)
    assert "work.mer.json" in visit.paperwork.refused
    visit.paperwork.refused = None
    reopening._take(visit, "work_0", None)
    assert (visit.paperwork.refused, visit.works) == (None, 1)


def test_opening_a_session_leaves_the_upload_of_a_clip_alone(analyze):
    clip_upload, work = (uploader.key for uploader in analyze.file_uploader)
    open_file(analyze, "work.mer.json", "{}")
    assert [uploader.key for uploader in analyze.file_uploader][0] == clip_upload
    assert [uploader.key for uploader in analyze.file_uploader][1] != work


def test_two_sliders_moved_in_one_message_both_count(with_sample):
    slider_of(with_sample, "onset").set_value(9)
    slider_of(with_sample, "apex").set_value(27).run()
    interval = visit_of(with_sample).interval
    assert (interval.onset, interval.apex) == (9, 27)


def test_a_session_of_another_clip_is_refused_with_both_hashes(with_sample):
    session = session_of_page(with_sample)
    other = replace(session, clip=replace(session.clip, sha256="beef" * 16, name="other.mp4"))
    open_file(with_sample, "work.mer.json", session_json(other))
    assert "belongs to other.mp4 (hash beefbeef)" in said(with_sample)
    assert f"(hash {session.clip.short_hash})" in said(with_sample)
    assert visit_of(with_sample).paperwork.awaited is None


def test_a_session_opened_first_says_which_clip_to_add_and_is_applied_when_it_comes(with_sample):
    text = session_json(session_of_page(with_sample, interval=Interval(10, 22, 41, ("user",) * 3)))
    with_sample.button(key="change_clip").click().run()
    with_sample.button(key="erase_clip").click().run()
    open_file(with_sample, "work.mer.json", text)
    assert "Add the clip of this session: positive.mp4, 72 frames, 720 ms" in said(with_sample)
    content = sample_clips()["positive"].path.read_bytes()
    with_sample.file_uploader[0].set_value(("renamed.mp4", content, "video/mp4")).run()
    assert not with_sample.exception
    assert visit_of(with_sample).analysis[1].interval == Interval(10, 22, 41, ("user",) * 3)
    assert visit_of(with_sample).paperwork.awaited is None
    with_sample.button(key="undo").click().run()
    assert visit_of(with_sample).analysis[1].interval.sources == ("proposed",) * 3


def test_a_session_goes_on_waiting_when_another_clip_is_opened(with_sample):
    text = session_json(session_of_page(with_sample))
    with_sample.button(key="change_clip").click().run()
    open_file(with_sample, "work.mer.json", text)
    with_sample.button(key="sample_surprise").click().run()
    assert "belongs to positive.mp4" in said(with_sample)
    assert "Both brows moved up" in said(with_sample)
    with_sample.button(key="forget_session").click().run()
    assert "belongs to positive.mp4" not in said(with_sample)
    assert visit_of(with_sample).paperwork.awaited is None


@pytest.mark.parametrize("given", [True, None])
def test_a_session_at_another_frame_rate_opens_the_clip_at_that_rate(with_sample, given):
    session = session_of_page(with_sample)
    slow = replace(session, clip=replace(session.clip, fps=50.0, fps_given=given))
    open_file(with_sample, "work.mer.json", session_json(slow))
    assert not with_sample.exception
    assert visit_of(with_sample).analysis[1].clip.fps == pytest.approx(50)
    assert visit_of(with_sample).analysis[1].interval == session.interval
    assert "markers, settings and notes are back" in said(with_sample)
    assert with_sample.number_input(key="fps_override").value == 50
    with_sample.number_input(key="fps_override").set_value(None).run()
    assert visit_of(with_sample).analysis[1].clip.fps == pytest.approx(100)


def test_uneven_times_come_back_with_the_session_that_had_them(analyze, tmp_path):
    frames = read_clip(sample_clips()["positive"].path).frames
    pictures = [Image.fromarray(frame) for frame in frames]
    times = [10, 30] * (len(pictures) // 2)
    pictures[0].save(tmp_path / "a.png", save_all=True, append_images=pictures[1:], duration=times)
    analyze.file_uploader[0].set_value(("a.png", (tmp_path / "a.png").read_bytes(), "image/png")).run()
    own_times = visit_of(analyze).analysis[1].clip.timestamps_ms
    assert np.ptp(np.diff(own_times)) == pytest.approx(20)
    uneven = session_of_page(analyze)
    rate = uneven.clip.fps
    analyze.number_input(key="fps_override").set_value(rate).run()
    even = session_of_page(analyze)
    assert even.clip.fps == pytest.approx(rate)
    assert np.ptp(np.diff(visit_of(analyze).analysis[1].clip.timestamps_ms)) == pytest.approx(0)
    open_file(analyze, "work.mer.json", session_json(uneven))
    np.testing.assert_array_equal(visit_of(analyze).analysis[1].clip.timestamps_ms, own_times)
    assert analyze.number_input(key="fps_override").value is None
    open_file(analyze, "work.mer.json", session_json(even))
    assert analyze.number_input(key="fps_override").value == pytest.approx(rate)
    assert "markers, settings and notes are back" in said(analyze)


def test_the_files_own_times_are_kept_where_a_session_of_them_was_read_at_another_rate(with_sample):
    session = session_of_page(with_sample)
    open_file(with_sample, "work.mer.json", session_json(replace(session, clip=replace(session.clip, fps=50.0))))
    assert visit_of(with_sample).analysis[1].clip.fps == pytest.approx(100)
    assert "made at 50 fps, the clip is read at 100 fps" in said(with_sample)


def test_markers_on_a_frame_without_a_face_leave_the_way_back_open(analyze, tmp_path):
    frames = read_clip(sample_clips()["positive"].path).frames.copy()
    frames[50:54] = 90
    write_video(tmp_path / "gap.mp4", frames, 100, crf=11)
    analyze.file_uploader[0].set_value(("gap.mp4", (tmp_path / "gap.mp4").read_bytes(), "video/mp4")).run()
    open_file(analyze, "scores.csv", scores(400, 510, 600))
    assert not analyze.exception
    assert "shows no face" in said(analyze)
    analyze.button(key="undo").click().run()
    assert "shows no face" not in said(analyze)


def test_notes_and_a_waiting_session_are_erased_with_the_clip(with_sample):
    with_sample.text_area(key="coding_notes").set_value("speaks").run()
    with_sample.button(key="change_clip").click().run()
    open_file(with_sample, "work.mer.json", session_json(session_of_page(with_sample)))
    with_sample.button(key="erase_clip").click().run()
    assert not visit_of(with_sample).paperwork.codings
    assert visit_of(with_sample).paperwork.awaited is None


def test_a_pair_of_pictures_takes_only_its_session(analyze):
    clip = read_clip(sample_clips()["positive"].path)
    pictures = [
        (f"{name}.png", png_bytes(clip.frames[frame]), "image/png") for name, frame in (("onset", 11), ("apex", 25))
    ]
    analyze.file_uploader[0].set_value(pictures).run()
    session = session_of_page(analyze)
    assert json.loads(session_json(session))["clip"]["fps"] is None
    open_file(analyze, "work.mer.json", session_json(session))
    assert "markers, settings and notes are back" in said(analyze)
    assert np.isfinite(visit_of(analyze).analysis[1].motion.max_px)
