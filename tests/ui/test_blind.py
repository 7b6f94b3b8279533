"""Blind coding on the pages: nothing that was found is in them before the coder has committed."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from mer_core.blind_coding import BlindCoding, ScoredUnit, ScoreSheet
from mer_core.clips import read_clip
from mer_core.coded_events import Coding, coded_events
from mer_core.exports import long_csv
from mer_core.facs import unit_title
from mer_core.interval import Interval
from mer_core.labels import LABELS
from mer_core.pictures import png_bytes
from mer_core.samples import sample_clips
from mer_core.session_file import read_session, session_json, session_of
from ui.analyze import markers
from ui.analyze.blind import _session_text
from ui.analyze.settings import Settings
from ui.cached import shared_predictor

MINE = Interval(12, 26, 44, ("user",) * 3)


def visit_of(page):
    return page.session_state["visit"]


def said(page):
    assert not page.exception
    kinds = (page.title, page.header, page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "")


def everything(page):
    """The text of every element that was sent to the browser but for what is the same for every clip."""

    def texts(node):
        yield str(getattr(node, "proto", ""))
        for child in getattr(node, "children", {}).values():
            yield from texts(child)

    lines = "\n".join(texts(page._tree)).splitlines()
    same = ("<style>", "**Limits.**", "export default function")
    return "\n".join(line for line in lines if not any(sign in line for sign in same))


def keys(page):
    kinds = ("button", "download_button", "slider", "selectbox", "toggle", "segmented_control", "plotly_chart")
    return {getattr(element, "key", None) or element.proto.id for kind in kinds for element in page.get(kind)}


def slider(page, name):
    (found,) = [one for one in page.slider if one.key and re.fullmatch(rf"marker_{name}_\d+", one.key)]
    return found


def set_markers(page, interval=MINE):
    for name in ("onset", "apex", "offset"):
        slider(page, name).set_value(getattr(interval, name)).run()
    return page


def switch_on(page):
    return page.toggle(key="opens_blind").set_value(True).run()


def units_of(page):
    (found,) = page.multiselect
    return found


def upload(page, name="my clip.mp4", sample="positive"):
    return page.file_uploader[0].set_value((name, sample_clips()[sample].path.read_bytes(), "video/mp4")).run()


@pytest.fixture
def blind(analyze):
    """An uploaded clip, opened with the switch on."""
    return upload(switch_on(analyze))


@pytest.fixture
def committed(blind):
    set_markers(blind)
    units_of(blind).set_value(["AU12", "AU4"]).run()
    blind.segmented_control(key="score_AU12_intensity").set_value("C").run()
    blind.text_input(key="coding_coder").set_value("ana").run()
    return blind.button(key="commit").click().run()


def test_nothing_that_was_found_is_in_the_page_while_coding_blind(blind):
    text = everything(blind)
    assert "findings hidden" in text
    for word in (*LABELS, "moved up", "consistent with", "proposed", "Cannot say", "noise there", "AU12_", '"curve"'):
        assert word not in text, word
    assert not re.search(r"\d px \(noise|\d\.\d px", text)
    assert not {"probabilities", "try_nearby", "flow_view", "section", "to_own_markers"} & keys(blind)
    assert [button.key for button in blind.get("download_button")] == ["save_blind"]
    assert not blind.get("plotly_chart")
    assert visit_of(blind).analysis is None
    assert not visit_of(blind).seen


def test_the_deck_is_sent_no_finding_and_no_marker_that_the_coder_did_not_set(blind):
    (link,) = re.findall(r'json: "(.*)"', everything(blind))
    state = json.loads(link.encode().decode("unicode_escape"))
    assert state["isBlind"] is True
    assert (state["found"], state["own"], state["movements"]) == (None, None, [])
    assert state["sources"] == ["unset"] * 3
    assert state["marks"] == [0, 36, 71]
    assert visit_of(blind).frames.preview.is_even  # a long clip is thinned out evenly, not around what was found


def test_the_same_page_does_hold_findings_when_it_is_not_blind(with_sample):
    # Guards the tests above: what they look for is what an open page says.
    text = everything(with_sample)
    for word in ("positive", "moved up", "proposed", "noise there", "curve"):
        assert word in text, word


def test_a_browser_that_missed_a_drawing_of_the_page_still_shows_and_reports_what_was_chosen(blind):
    # Drawn again, a value is not told again; a widget that only then appears stands at its default, and reports that.
    set_markers(blind)
    units_of(blind).set_value(["AU12", "AU4"]).run()
    blind.segmented_control(key="score_AU12_intensity").set_value("C").run()
    blind.text_input(key="score_AU12_note").set_value("faint").run()
    blind.text_input(key="coding_coder").set_value("ana").run()
    blind.run()
    assert {one.label.split(" ")[0]: list(one.proto.default) for one in blind.slider} == {
        "Onset": [MINE.onset], "Apex": [MINE.apex], "Offset": [MINE.offset],
    }  # fmt: skip
    units = units_of(blind)
    assert [units.options[index] for index in units.proto.default] == [unit_title("AU12"), unit_title("AU4")]
    rows = {key: list(blind.segmented_control(key=f"score_AU12_{key}").proto.default) for key in ("side", "intensity")}
    assert rows == {"side": [2], "intensity": [2]}  # both, C
    texts = {field.key: field.proto.default for field in blind.text_input}
    assert (texts["score_AU12_note"], texts["coding_coder"]) == ("faint", "ana")


def test_onset_and_apex_have_to_be_set_before_committing_and_the_sliders_say_what_is_not(blind):
    assert blind.button(key="commit").disabled
    assert slider(blind, "apex").label == "Apex · not set yet"
    slider(blind, "onset").set_value(12).run()
    assert blind.button(key="commit").disabled
    assert "Set the apex first" in said(blind)
    slider(blind, "apex").set_value(26).run()
    assert not blind.button(key="commit").disabled
    assert "set by you" in slider(blind, "apex").label
    assert visit_of(blind).interval.sources == ("user", "user", "unset")


def test_undo_and_clearing_work_on_own_markers_alone(blind):
    set_markers(blind)
    blind.button(key="undo").click().run()
    assert visit_of(blind).interval.sources == ("user", "user", "unset")
    blind.button(key="to_proposal").click().run()
    assert visit_of(blind).interval is None
    assert blind.button(key="to_proposal").label == "Clear all markers"
    assert blind.button(key="to_proposal").disabled


def test_the_deck_can_set_markers_but_take_no_movement_that_was_found(blind, monkeypatch):
    visit = visit_of(blind)
    (prepared,) = visit.prepared.values()
    actions = [{"do": "take", "movement": 0}, {"do": "move", "marker": "onset", "frame": 9}]
    reported = {"key": visit.frames.key, "list": [{**one, "sequence": place + 1} for place, one in enumerate(actions)]}
    monkeypatch.setattr(markers, "deck_actions", lambda: reported)
    markers.take_actions(visit, prepared)
    assert visit.interval == Interval(9, 36, 71, ("user", "unset", "unset"))


def test_a_score_sheet_is_filled_in_changed_and_emptied(blind):
    units_of(blind).set_value(["AU12", "AU4"]).run()
    blind.segmented_control(key="score_AU12_side").set_value("L").run()
    blind.segmented_control(key="score_AU12_intensity").set_value("C").run()
    blind.text_input(key="score_AU12_note").set_value(" brief ").run()
    assert visit_of(blind).blind.sheet.units == (ScoredUnit("AU12", "L", "C", "brief"), ScoredUnit("AU4"))
    assert blind.checkbox(key="none_seen").disabled
    blind.button(key="score_AU12_remove").click().run()
    assert units_of(blind).value == ["AU4"]
    units_of(blind).set_value([]).run()
    blind.checkbox(key="none_seen").check().run()
    assert visit_of(blind).blind.sheet == ScoreSheet(none_seen=True)
    assert units_of(blind).disabled
    assert not blind.exception


def test_after_the_commit_both_are_shown_side_by_side_and_the_rows_are_blind(committed):
    text = said(committed)
    assert "You and the machine" in text
    assert "moved up" in text
    assert "AU12 lip corner puller, both sides, intensity C" in text
    assert "a movement is consistent with it" in text
    assert "FACS ratio" in text
    assert "is no coding" in text
    table = committed.table[0].value
    assert table["You"].tolist() == ["120 ms (frame 12)", "260 ms (frame 26)", "440 ms (frame 44)"]
    visit = visit_of(committed)
    assert visit.blind.is_blind
    assert visit.blind.coder == "ana"
    assert visit.analysis[1].interval.sources == ("proposed",) * 3  # the machine's own, beside which mine stand


def exported(page):
    visit = visit_of(page)
    coding = replace(visit.paperwork.coding_of(visit.analysis[1].clip), blind=visit.blind)
    return list(csv.DictReader(io.StringIO(long_csv(coded_events(visit.analysis[1], coding)))))


def test_committed_rows_stay_when_markers_move_afterwards_which_are_not_blind(committed):
    before = [row for row in exported(committed) if row["blind"] == "true"]
    assert [(row["au"], row["frames"]) for row in before] == [
        ("", "12 26 44"),
        ("AU12", "12 26 44"),
        ("AU4", "12 26 44"),
    ]
    committed.button(key="to_own_markers").click().run()
    assert visit_of(committed).analysis[1].interval == MINE
    slider(committed, "apex").set_value(30).run()
    after = exported(committed)
    assert [row for row in after if row["blind"] == "true"] == before
    assert (after[0]["blind"], after[0]["frames"]) == ("false", "12 30 44")
    committed.button(key="undo").click().run()
    committed.button(key="undo").click().run()
    assert visit_of(committed).analysis[1].interval.sources == ("proposed",) * 3


def test_who_saw_the_findings_first_is_told_and_stored_as_not_blind(with_sample):
    with_sample.button(key="code_blind").click().run()
    assert "stored as **not blind**" in said(with_sample)
    assert "moved up" not in everything(with_sample)
    set_markers(with_sample)
    with_sample.button(key="commit").click().run()
    assert not visit_of(with_sample).blind.is_blind
    assert {row["blind"] for row in exported(with_sample) if row["source"] == "coder"} == {"false"}


def test_a_clip_that_was_seen_once_is_known_again_under_any_name_also_after_it_was_erased(analyze):
    upload(analyze)
    analyze.button(key="change_clip").click().run()
    analyze.button(key="erase_clip").click().run()
    upload(switch_on(analyze), name="another name.mp4")
    assert "stored as **not blind**" in said(analyze)


def test_two_pictures_that_were_seen_are_known_again_renamed_and_swapped(analyze):
    clip = read_clip(sample_clips()["positive"].path)

    def given(page, *names):
        pictures = [(f"{name}.png", png_bytes(clip.frames[frame]), "image/png") for name, frame in names]
        return page.file_uploader[0].set_value(pictures).run()

    given(analyze, ("onset", 11), ("apex", 25))
    analyze.button(key="change_clip").click().run()
    analyze.button(key="erase_clip").click().run()
    given(switch_on(analyze), ("a", 25), ("b", 11))
    assert "stored as **not blind**" in said(analyze)


def test_another_clip_is_blind_although_one_was_seen(with_sample):
    with_sample.button(key="change_clip").click().run()
    switch_on(with_sample)
    upload(with_sample, sample="surprise")
    assert "stored as **not blind**" not in said(with_sample)


def test_samples_lose_their_names_before_and_while_they_are_coded_blind(analyze):
    switch_on(analyze)
    choice = everything(analyze)
    assert not any(f"sample_{name}" in choice or sample.movement in choice for name, sample in sample_clips().items())
    analyze.button(key="blind_sample_2").click().run()
    text = everything(analyze)
    assert "**Sample 2**" in text
    assert not any(f"{name}.mp4" in text for name in sample_clips())
    set_markers(analyze)
    analyze.button(key="commit").click().run()
    assert f"{visit_of(analyze).sample_order[1]}.mp4" in said(analyze)


def test_overview_and_explain_give_nothing_away_either(analyze):
    switch_on(analyze)
    overview = analyze.switch_page("app.py").run()
    assert {"blind_sample_1", "blind_sample_2", "blind_sample_3"} <= {button.key for button in overview.button}
    explain = overview.switch_page("pages/explain.py").run()
    explain.button(key="blind_sample_1").click().run()
    assert "coding the open clip blind" in said(explain)
    for word in ("consistent with", "says", *(f"{name}.mp4" for name in sample_clips())):
        assert word not in everything(explain)
    assert visit_of(explain).analysis is None


def test_explain_opens_after_the_commit_and_what_it_showed_counts_as_seen(committed):
    page = committed.switch_page("pages/explain.py").run()
    assert "Which action units fit the movement" in said(page)
    assert visit_of(page).has_seen(read_clip(sample_clips()["positive"].path))


def test_a_clip_seen_only_on_explain_is_not_coded_blind(app):
    page = app.switch_page("pages/explain.py").run()
    page.button(key="sample_positive").click().run()
    page = page.switch_page("pages/analyze.py").run()
    page.button(key="code_blind").click().run()
    assert "stored as **not blind**" in said(page)


def test_starting_blind_forgets_what_the_deck_and_the_markers_knew(with_sample):
    slider(with_sample, "apex").set_value(24).run()
    key = visit_of(with_sample).frames.key
    with_sample.button(key="code_blind").click().run()
    visit = visit_of(with_sample)
    assert visit.frames.key != key  # the browser builds another deck
    assert (visit.interval, visit.history, visit.analysis) == (None, [], None)


def test_stopping_drops_the_sheet_and_keeps_whole_markers_that_are_not_blind(blind):
    set_markers(blind)
    units_of(blind).set_value(["AU12"]).run()
    blind.button(key="give_up").click().run()
    assert "moved up" in said(blind)
    assert visit_of(blind).blind is None
    assert visit_of(blind).analysis[1].interval == MINE
    assert {row["blind"] for row in exported(blind) if row["source"] == "coder"} == {"false"}


def test_another_clip_starts_with_an_empty_sheet_and_a_bad_one_leaves_the_coding_as_it_was(blind):
    units_of(blind).set_value(["AU12"]).run()
    set_markers(blind)
    blind.button(key="change_clip").click().run()
    blind.file_uploader[0].set_value(("holiday.mp4", b"dear diary\n" * 40, "video/mp4")).run()
    assert "holiday" in said(blind)
    assert visit_of(blind).blind.sheet.units == (ScoredUnit("AU12"),)
    assert visit_of(blind).interval == MINE
    assert "moved up" not in everything(blind)
    blind.button(key="change_clip").click().run()
    blind.button(key="blind_sample_1").click().run()
    assert visit_of(blind).blind == BlindCoding()
    assert visit_of(blind).interval is None


def test_erasing_the_clip_erases_the_coding(blind):
    units_of(blind).set_value(["AU12"]).run()
    blind.button(key="change_clip").click().run()
    blind.button(key="erase_clip").click().run()
    assert visit_of(blind).blind is None


def saved(page):
    """The session that "Save for later" gives."""
    visit = visit_of(page)
    ((is_removed, prepared),) = visit.prepared.items()
    settings = Settings(shared_predictor("ststnet"), "dis", is_removed)
    return _session_text(visit, prepared, settings)


def open_file(page, text):
    (uploader,) = (one for one in page.file_uploader if one.key.startswith("work_"))
    return uploader.set_value(("work.mer.json", text.encode(), "application/json")).run()


def test_an_unfinished_coding_is_saved_and_goes_on_blind_in_another_visit(blind, analyze):
    units_of(blind).set_value(["AU12"]).run()
    slider(blind, "onset").set_value(12).run()
    text = saved(blind)
    session = read_session(text.encode(), "b.mer.json")
    assert (session.candidates, session.interval.sources) == ((), ("user", "unset", "unset"))
    blind.button(key="change_clip").click().run()
    blind.button(key="erase_clip").click().run()
    blind.toggle(key="opens_blind").set_value(False).run()
    open_file(blind, text)
    upload(blind)
    visit = visit_of(blind)
    assert visit.is_coding_blind
    assert visit.blind.sheet.units == (ScoredUnit("AU12"),)
    assert visit.interval == session.interval
    assert not visit.seen
    assert "moved up" not in everything(blind)
    assert "settings and notes are back" in said(blind)


def test_a_saved_sample_does_not_carry_its_telling_name(analyze):
    switch_on(analyze)
    analyze.button(key="blind_sample_3").click().run()
    assert not any(name in saved(analyze) for name in sample_clips())


def test_a_committed_coding_comes_back_committed(committed):
    visit = visit_of(committed)
    text = session_json(session_of(visit.analysis[1], Coding("", "ana", "", visit.blind)))
    before = visit.blind
    committed.button(key="change_clip").click().run()
    committed.button(key="erase_clip").click().run()
    open_file(committed, text)
    upload(committed)
    assert visit_of(committed).blind == before
    assert "You and the machine" in said(committed)


def test_a_session_with_findings_in_sight_is_refused_while_coding_blind(blind, sample_analysis):
    session = session_of(sample_analysis, Coding("S01", "ana", ""))  # the same file under its own name
    open_file(blind, session_json(session))
    assert "saved with the machine's findings in sight" in said(blind)
    assert visit_of(blind).is_coding_blind
    assert visit_of(blind).interval is None


def test_two_pictures_are_scored_without_markers_to_set(analyze):
    clip = read_clip(sample_clips()["positive"].path)
    pictures = [
        (f"{name}.png", png_bytes(clip.frames[frame]), "image/png") for name, frame in (("onset", 11), ("apex", 25))
    ]
    switch_on(analyze)
    analyze.file_uploader[0].set_value(pictures).run()
    assert "moved up" not in said(analyze)
    units_of(analyze).set_value(["AU12"]).run()
    analyze.button(key="commit").click().run()
    assert "a movement is consistent with it" in said(analyze)
    assert visit_of(analyze).blind.interval == Interval(0, 1, 1, ("user",) * 3)


@pytest.mark.parametrize("fps", [100.0, 50.0])
def test_a_session_without_a_coding_takes_none_away(committed, sample_analysis, fps):
    before = visit_of(committed).blind
    session = session_of(sample_analysis, Coding("S01", "ana", ""))
    open_file(committed, session_json(replace(session, clip=replace(session.clip, fps=fps, fps_given=fps == 50))))
    assert visit_of(committed).blind == before
    assert "markers, settings and notes are back" in said(committed)
    assert "You and the machine" in said(committed)


def test_a_frame_rate_can_be_given_afterwards_and_the_coding_stays(committed):
    before = visit_of(committed).blind
    committed.number_input(key="fps_override").set_value(50.0).run()
    assert visit_of(committed).blind == before
    assert "520 ms (frame 26)" in committed.table[0].value["You"].tolist()
