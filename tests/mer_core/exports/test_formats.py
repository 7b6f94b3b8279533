import json

import pytest

from mer_core.coded_events import Coding
from mer_core.errors import MerError
from mer_core.exports import analysis_json
from mer_core.exports.formats import FORMATS, format_for, write_export
from mer_core.session_file import read_session


@pytest.mark.parametrize("export", FORMATS, ids=lambda export: export.ending)
def test_every_format_is_written_under_a_name_that_asks_for_it(analysis, tmp_path, export):
    path = tmp_path / export.name_for("smile.mp4")
    write_export(analysis, path, Coding("S01", "ana", "speaks"))
    assert format_for(path.name) is export
    assert path.name == f"smile{export.ending}"
    assert path.stat().st_size > 300
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_longest_ending_counts():
    names = {"a.csv": ".csv", "a.curve.csv": ".curve.csv", "a.JSON": ".json", "a.mer.json": ".mer.json"}
    assert {name: format_for(name).ending for name in names} == names


def test_an_unknown_ending_is_told_with_those_there_are():
    with pytest.raises(MerError, match=r"report\.doc has no ending .*\.csv, \.curve\.csv, \.eaf, \.tsv, \.json"):
        format_for("report.doc")


def test_the_json_and_the_session_are_what_they_say(analysis, tmp_path):
    write_export(analysis, tmp_path / "a.json")
    write_export(analysis, tmp_path / "a.mer.json", Coding("S01"))
    assert (tmp_path / "a.json").read_text() == analysis_json(analysis)
    assert read_session((tmp_path / "a.mer.json").read_bytes(), "a.mer.json").coding == Coding("S01")
    assert json.loads((tmp_path / "a.mer.json").read_text())["clip"]["sha256"] == analysis.clip.sha256


def test_only_elan_needs_times(without_times, tmp_path):
    for export in FORMATS:
        path = tmp_path / export.name_for("smile.mp4")
        if export.needs_times:
            with pytest.raises(MerError, match="frame rate"):
                write_export(without_times, path)
            assert not path.exists()
        else:
            write_export(without_times, path)
            assert path.exists()
