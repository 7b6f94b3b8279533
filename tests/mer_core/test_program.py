from pathlib import Path

import pytest

from mer_core import program


def test_the_digest_tells_apart_programs_that_differ_in_a_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_ROOT", tmp_path)
    (tmp_path / "report").mkdir()
    (tmp_path / "one.py").write_text("a = 1")
    (tmp_path / "report" / "page.j2").write_text("<p>")

    def digest() -> str:
        return program.program_digest.__wrapped__()

    first = digest()
    (tmp_path / "one.pyc").write_text("made by Python")
    assert digest() == first
    for change in ((tmp_path / "one.py", "a = 2"), (tmp_path / "report" / "page.j2", "<b>")):
        before = digest()
        change[0].write_text(change[1])
        assert digest() != before
    before = digest()
    (tmp_path / "one.py").rename(tmp_path / "two.py")
    assert digest() != before


def test_the_digest_covers_this_package() -> None:
    names = {path.name for path in program._ROOT.rglob("*") if path.suffix in program._KINDS}
    assert {"one_clip.py", "report.html.j2", "report.css", "face_landmark.tflite"} <= names
    assert len(program.program_digest()) == 64
