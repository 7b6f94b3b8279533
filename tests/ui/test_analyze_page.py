import csv
import io
import json
import re
import shutil
import struct
from dataclasses import replace

import numpy as np
import pytest

from mer_core.checkpoints import WEIGHTS_FILE
from mer_core.clip_sources.suffixes import CLIP_SUFFIXES, STILL_SUFFIXES
from mer_core.clips import read_clip
from mer_core.coded_events import Coding
from mer_core.errors import MotionError
from mer_core.exports import analysis_json, curve_csv
from mer_core.exports.formats import FORMATS
from mer_core.interval import Interval
from mer_core.pictures import FLOW_VIEWS, png_bytes
from mer_core.predictor import Predictor
from mer_core.samples import sample_clips
from mer_core.session_file import session_json, session_of
from mer_core.video_writer import write_video
from ui.analyze.face import MAPS


def texts(page):
    """All that the page says."""
    kinds = (page.header, page.markdown, page.caption, page.error, page.title, page.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


def header_of(file):
    """The JSON before the deck's pictures."""
    (length,) = struct.unpack("<I", file[:4])
    return json.loads(file[4 : 4 + length])


def maps_of(page):
    return {kind: file for kind, file in visit_of(page).drawn.items() if kind[0] == "motion"}


def twin(widgets, name):
    """The one widget that shows a value which is also changed elsewhere, see ui/twins.py."""
    (found,) = [widget for widget in widgets if widget.key and re.fullmatch(rf"{name}_\d+", widget.key)]
    return found


def marker(page, name):
    return twin(page.slider, f"marker_{name}")


def visit_of(page):
    return page.session_state["visit"]


def test_the_first_visit_offers_samples_and_an_upload(analyze):
    assert not analyze.exception
    assert [upload.key for upload in analyze.file_uploader][0] == "upload_0"
    assert {f"sample_{name}" for name in sample_clips()} <= {button.key for button in analyze.button}
    assert "not a lie detector" not in texts(analyze)
    assert "Not for decisions about people" in texts(analyze)
    assert "erased with your visit" in texts(analyze)


def test_every_kind_of_clip_that_a_batch_finds_can_be_uploaded(analyze):
    assert set(analyze.file_uploader[0].proto.type) >= {*CLIP_SUFFIXES, *STILL_SUFFIXES}


def test_a_link_opens_a_sample_and_the_page_says_what_moved(with_sample):
    assert not with_sample.exception
    said = texts(with_sample)
    assert "Both sides of the mouth moved up" in said
    assert "not yet validated" in said
    assert "not a lie detector" in said
    assert "a 100 ms movement covers 10 frames" in said


def test_movement_comes_before_the_category_and_limits_come_last(with_sample):
    said = texts(with_sample)
    order = [said.index(title) for title in ("1 What moved", "2 What the network calls it", "3 What this cannot tell")]
    assert order == sorted(order)


@pytest.mark.parametrize("name", ["negative", "surprise"])
def test_every_sample_opens_from_its_button(analyze, name):
    analyze.button(key=f"sample_{name}").click().run()
    assert not analyze.exception
    assert f"{name}.mp4" in texts(analyze)


def test_an_unknown_sample_in_a_link_is_explained(app):
    app.query_params["sample"] = "anger"
    page = app.switch_page("pages/analyze.py").run()
    assert "no sample called 'anger'" in page.error[0].value
    page.button(key="dismiss").click().run()
    assert not page.error


def test_moving_the_apex_changes_the_reading_and_says_who_moved_it(with_sample):
    before = visit_of(with_sample).analysis[1]
    marker(with_sample, "apex").set_value(before.interval.apex - 5).run()
    after = visit_of(with_sample).analysis[1]
    assert after.interval.apex == before.interval.apex - 5
    assert after.interval.sources == ("proposed", "user", "proposed")
    assert after.motion.max_px < before.motion.max_px
    assert "set by you" in marker(with_sample, "apex").label


def test_a_run_of_moves_of_one_marker_is_undone_at_once_and_then_nothing_is_left_to_undo(with_sample):
    proposed = visit_of(with_sample).analysis[1].interval
    for step in (1, 2, 3):
        marker(with_sample, "apex").set_value(proposed.apex - step).run()
    with_sample.button(key="undo").click().run()
    assert visit_of(with_sample).analysis[1].interval == proposed
    assert with_sample.button(key="undo").disabled
    assert with_sample.button(key="to_proposal").disabled


def test_what_a_slider_showed_before_its_marker_moved_elsewhere_can_undo_nothing(with_sample):
    proposed = visit_of(with_sample).analysis[1].interval
    slider = marker(with_sample, "apex").set_value(proposed.apex - 1)
    slider.run()
    assert marker(with_sample, "apex").key == slider.key  # it keeps the focus of who moved it
    with_sample.button(key="undo").click().run()
    assert marker(with_sample, "apex").key != slider.key
    slider.set_value(proposed.apex - 1).run()  # as a page reports it that has not drawn the new slider yet
    assert visit_of(with_sample).analysis[1].interval == proposed


def test_undo_and_the_proposal_bring_earlier_markers_back(with_sample):
    proposed = visit_of(with_sample).analysis[1].interval
    marker(with_sample, "apex").set_value(proposed.apex + 2).run()
    marker(with_sample, "onset").set_value(proposed.onset - 3).run()
    with_sample.button(key="undo").click().run()
    assert visit_of(with_sample).analysis[1].interval.onset == proposed.onset
    assert visit_of(with_sample).analysis[1].interval.apex == proposed.apex + 2
    with_sample.button(key="to_proposal").click().run()
    assert visit_of(with_sample).analysis[1].interval == proposed
    with_sample.button(key="undo").click().run()
    assert visit_of(with_sample).analysis[1].interval.apex == proposed.apex + 2


def test_a_marker_stops_before_one_that_was_set(with_sample):
    marker(with_sample, "onset").set_value(20).run()
    marker(with_sample, "apex").set_value(3).run()
    assert marker(with_sample, "apex").value == 21


def test_a_marker_on_a_frame_without_a_face_is_explained_and_undo_brings_the_reading_back(with_sample, monkeypatch):
    moved = "Both sides of the mouth moved up"
    assert moved in texts(with_sample)

    def no_face(*_):
        raise MotionError("No face in frame 24; choose another apex.")

    with monkeypatch.context() as broken:
        broken.setattr(Predictor, "analyze_interval", no_face)
        marker(with_sample, "apex").set_value(24).run()
    assert "No face in frame 24; choose another apex." in with_sample.error[0].value
    assert "Cannot say" in texts(with_sample)
    assert moved not in texts(with_sample)
    with_sample.button(key="undo").click().run()
    assert not with_sample.error
    assert moved in texts(with_sample)


def test_a_narrow_screen_shows_the_movement_first_and_any_section_on_demand(with_sample):
    assert with_sample.segmented_control(key="section").value == "movement"
    with_sample.segmented_control(key="section").set_value("limits").run()
    assert with_sample.segmented_control(key="section").value == "limits"
    assert not with_sample.exception


def test_nearby_markings_are_tried_on_demand_and_forgotten_when_a_marker_moves(with_sample):
    assert "nearby markings" not in texts(with_sample)
    with_sample.button(key="try_nearby").click().run()
    assert not with_sample.exception
    assert re.search(r"Same answer \(\w+\) in \d+ of 45 nearby markings", texts(with_sample).replace("\\", ""))
    marker(with_sample, "apex").set_value(24).run()
    assert "nearby markings" not in texts(with_sample)
    assert with_sample.button(key="try_nearby")


@pytest.mark.parametrize(
    ("fps", "said"), [(100.0, "onset up to 20 ms and apex up to 40 ms"), (30.0, "up to 67 ms and apex up to 133 ms")]
)
def test_how_far_nearby_markings_go_depends_on_the_frame_rate(with_sample, fps, said):
    with_sample.number_input(key="fps_override").set_value(fps).run()
    assert said in with_sample.button(key="try_nearby").help


def test_motion_at_noise_level_gets_no_class(with_sample):
    marker(with_sample, "offset").set_value(70).run()
    marker(with_sample, "apex").set_value(66).run()
    marker(with_sample, "onset").set_value(64).run()
    analysis = visit_of(with_sample).analysis[1]
    assert analysis.noise.at_noise_level
    said = texts(with_sample)
    assert "Cannot say" in said
    assert "Too little motion" in said
    assert "**positive**" not in said
    assert "**surprise**" not in said
    assert "**negative**" not in said


def test_another_flow_method_takes_effect_and_is_marked_as_outside_the_network(with_sample):
    with_sample.segmented_control(key="flow_method").set_value("farneback").run()
    assert visit_of(with_sample).analysis[1].motion.settings.method == "farneback"
    assert "Outside this network's input" in texts(with_sample)


def test_head_motion_can_be_left_in(with_sample):
    with_sample.toggle(key="remove_head_motion").set_value(False).run()
    assert not visit_of(with_sample).analysis[1].motion.settings.remove_head_motion
    assert "Head motion was left in" in texts(with_sample)


def test_switching_head_motion_keeps_the_markers_for_comparison(with_sample):
    before = visit_of(with_sample).analysis[1].interval
    with_sample.toggle(key="remove_head_motion").set_value(False).run()
    assert visit_of(with_sample).analysis[1].interval == before
    with_sample.toggle(key="remove_head_motion").set_value(True).run()
    assert visit_of(with_sample).analysis[1].interval == before


def test_another_network_answers(with_sample):
    assert visit_of(with_sample).analysis[1].checkpoint.name == "off_apexnet"
    with_sample.selectbox(key="model").set_value("ststnet").run()
    assert visit_of(with_sample).analysis[1].checkpoint.name == "ststnet"


def test_every_map_of_the_motion_draws_once_and_only_when_asked_for(with_sample):
    assert maps_of(with_sample) == {}
    for view in MAPS:
        with_sample.segmented_control(key="flow_view").set_value(view).run()
        assert not with_sample.exception
    drawn = maps_of(with_sample)
    assert {kind[1] for kind in drawn} == set(MAPS) == set(FLOW_VIEWS) - {"arrows"}
    with_sample.segmented_control(key="flow_view").set_value(MAPS[0]).run()
    assert all(maps_of(with_sample)[kind] is file for kind, file in drawn.items())


def test_a_damaged_network_is_told_of_and_costs_neither_the_clip_nor_the_visit(app, checkpoints, tmp_path, monkeypatch):
    folder = tmp_path / "checkpoints"
    shutil.copytree(checkpoints, folder)
    (folder / "off_apexnet" / WEIGHTS_FILE).write_bytes(b"damaged")
    monkeypatch.setenv("MER_CHECKPOINTS", str(folder))
    app.query_params["sample"] = "positive"
    app.switch_page("pages/analyze.py").run()
    marker(app, "apex").set_value(24).run()
    app.selectbox(key="model").set_value("off_apexnet").run()
    assert not app.exception
    assert re.search(r"off.*apexnet.* is not a readable safetensors file", app.error[0].value)
    assert app.selectbox(key="model").value == "ststnet"
    assert visit_of(app).source.sample == "positive"
    assert visit_of(app).analysis[1].interval.apex == 24
    session = session_json(replace(session_of(visit_of(app).analysis[1], Coding()), model="off_apexnet"))
    uploader = next(one for one in app.file_uploader if one.key and one.key.startswith("work_"))
    uploader.set_value(("work.mer.json", session.encode(), "application/json")).run()
    assert "session's network cannot be used" in texts(app)
    assert app.selectbox(key="model").value == "ststnet"


def test_markers_stay_when_a_frame_rate_is_given_and_can_be_undone(with_sample):
    marker(with_sample, "apex").set_value(24).run()
    with_sample.number_input(key="fps_override").set_value(50.0).run()
    assert visit_of(with_sample).analysis[1].clip.fps == pytest.approx(50)
    assert visit_of(with_sample).analysis[1].interval.apex == 24
    with_sample.button(key="undo").click().run()
    assert visit_of(with_sample).analysis[1].interval.sources == ("proposed",) * 3


def test_a_frame_rate_can_be_given(with_sample):
    with_sample.number_input(key="fps_override").set_value(50.0).run()
    assert visit_of(with_sample).analysis[1].clip.fps == pytest.approx(50)
    assert texts(with_sample).count("covers 5 frames") == 1


def test_a_file_that_is_no_video_is_explained_until_dismissed(analyze):
    analyze.file_uploader[0].set_value(("holiday.mp4", b"dear diary\n" * 40, "video/mp4")).run()
    assert not analyze.exception
    assert "holiday" in analyze.error[0].value
    analyze.run()
    assert analyze.error
    analyze.button(key="dismiss").click().run()
    assert not analyze.error


def test_an_upload_is_analysed_and_erased_when_the_clip_is_changed(analyze):
    content = sample_clips()["surprise"].path.read_bytes()
    analyze.file_uploader[0].set_value(("my clip.mp4", content, "video/mp4")).run()
    assert not analyze.exception
    assert "Both brows moved up" in texts(analyze)
    assert list(visit_of(analyze).folder.rglob("my clip.mp4"))
    analyze.button(key="change_clip").click().run()
    assert analyze.file_uploader
    analyze.button(key="sample_positive").click().run()
    assert "positive.mp4" in texts(analyze)
    assert not list(visit_of(analyze).folder.iterdir())


def test_a_clip_can_be_kept_or_erased_while_another_is_chosen(analyze):
    content = sample_clips()["surprise"].path.read_bytes()
    analyze.file_uploader[0].set_value(("my clip.mp4", content, "video/mp4")).run()
    analyze.button(key="change_clip").click().run()
    analyze.button(key="keep_clip").click().run()
    assert "Both brows moved up" in texts(analyze)
    analyze.button(key="change_clip").click().run()
    analyze.button(key="erase_clip").click().run()
    assert not list(visit_of(analyze).folder.iterdir())
    assert not visit_of(analyze).prepared
    assert analyze.file_uploader


def test_a_bad_file_leaves_the_clip_before_it_open_beside_the_message(with_sample):
    marker(with_sample, "apex").set_value(24).run()
    with_sample.button(key="change_clip").click().run()
    with_sample.file_uploader[0].set_value(("holiday.mp4", b"dear diary\n" * 40, "video/mp4")).run()
    assert not with_sample.exception
    assert "holiday" in with_sample.error[0].value
    assert "positive.mp4" in texts(with_sample)
    assert marker(with_sample, "apex").value == 24
    assert not list(visit_of(with_sample).folder.iterdir())


def test_an_onset_and_an_apex_picture_are_analysed_without_times(analyze):
    clip = read_clip(sample_clips()["positive"].path)
    given = (("apex", 25), ("Onset", 11))
    pictures = [(f"{name}.png", png_bytes(clip.frames[frame]), "image/png") for name, frame in given]
    analyze.file_uploader[0].set_value(pictures).run()
    assert not analyze.exception
    said = texts(analyze)
    assert "mouth moved up" in said
    assert header_of(visit_of(analyze).frames.file)["pair"] == ["Onset.png", "apex.png"]
    assert visit_of(analyze).analysis[1].interval == Interval(0, 1, 1, ("user", "user", "user"))
    assert not analyze.slider
    assert len(analyze.get("plotly_chart")) == 1  # the network's output; two frames have no curve
    assert not analyze.number_input


def test_onset_and_apex_picture_can_be_swapped(analyze):
    clip = read_clip(sample_clips()["positive"].path)
    pictures = [(f"{frame}.png", png_bytes(clip.frames[frame]), "image/png") for frame in (25, 11)]
    analyze.file_uploader[0].set_value(pictures).run()
    assert "mouth moved down" in texts(analyze)
    analyze.button(key="swap").click().run()
    assert "mouth moved up" in texts(analyze)
    assert header_of(visit_of(analyze).frames.file)["pair"] == ["11.png", "25.png"]


def test_a_clip_of_several_movements_lets_the_reader_choose_one(analyze, tmp_path):
    frames = [read_clip(sample_clips()[name].path).frames for name in ("positive", "surprise", "positive")]
    write_video(tmp_path / "several.mp4", np.concatenate(frames), 100, crf=11)
    content = (tmp_path / "several.mp4").read_bytes()
    analyze.file_uploader[0].set_value(("several.mp4", content, "video/mp4")).run()
    candidates = visit_of(analyze).analysis[1].prepared.candidates
    assert len(candidates) > 1
    twin(analyze.selectbox, "candidate").set_value(1).run()
    assert visit_of(analyze).analysis[1].interval == candidates[1]
    analyze.button(key="undo").click().run()
    assert visit_of(analyze).analysis[1].interval == candidates[0]


def test_without_any_checkpoint_the_page_says_where_they_belong(app, tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    app.query_params["sample"] = "positive"
    page = app.switch_page("pages/analyze.py").run()
    assert not page.exception
    assert "checkpoints on this machine" in page.error[0].value


def test_the_files_to_take_away_agree_with_the_page(with_sample):
    analysis = visit_of(with_sample).analysis[1]
    assert len(with_sample.get("download_button")) == len(FORMATS)
    assert json.loads(analysis_json(analysis))["interval"]["apex"] == marker(with_sample, "apex").value
    rows = list(csv.DictReader(io.StringIO(curve_csv(analysis))))
    assert rows[analysis.interval.apex]["marker"] == "apex"
