"""Whole batches, with processes of their own."""

import csv
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mer_core.batch import BatchSettings, run_batch, workers
from mer_core.batch.one_clip import Job
from mer_core.batch.workers import run_jobs
from mer_core.clips import read_clip
from mer_core.errors import MerError
from mer_core.video_writer import write_video
from tests.bad_inputs import answer


def rows_of(out: Path) -> dict[str, dict[str, str]]:
    lines = (out / "files.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    return {row["clip"]: row for row in csv.DictReader(lines)}


def clips_in_movements(out: Path) -> set[str]:
    lines = (out / "movements.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    return {row["clip"] for row in csv.DictReader(lines)}


def test_bad_files_cost_only_themselves_and_the_exit_code_says_so(
    model: str, copy_to: Callable[..., Path], tmp_path: Path
) -> None:
    folder, out = copy_to("a.mp4", "s1/a.mp4"), tmp_path / "out"
    (folder / "broken.mp4").write_text("no video")
    (folder / "notes.txt").write_text("passed over")
    code, said, progress = answer(["analyze", "--batch", str(folder), "--out", str(out), "--model", model])
    assert code == 1
    assert said.startswith("2 of 3 clips analysed, 1 failed")
    assert progress.count(" of 3 ") == 3
    assert "broken.mp4: failed: " in progress
    assert "passed over, as no clips: notes.txt" in progress
    rows = rows_of(out)
    assert {clip: row["status"] for clip, row in rows.items()} == {
        "a.mp4": "done",
        "broken.mp4": "failed",
        "s1/a.mp4": "done",
        "notes.txt": "passed over",
    }
    reports = {(out / rows[clip]["report"]) for clip in ("a.mp4", "s1/a.mp4")}
    assert len(reports) == 2
    assert all(report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>") for report in reports)
    assert clips_in_movements(out) == {"a.mp4", "s1/a.mp4"}


def test_a_second_run_keeps_what_is_finished_and_makes_what_is_missing(
    model: str, copy_to: Callable[..., Path], tmp_path: Path
) -> None:
    folder, settings = copy_to("a.mp4", "b.mp4"), BatchSettings(model, with_reports=False)
    run_batch(folder, tmp_path / "out", settings)
    copy_to("c.mp4")
    kept: dict[str, bool] = {}
    result = run_batch(folder, tmp_path / "out", settings, tell=lambda n, of, row, same: kept.update({row.clip: same}))
    assert kept == {"a.mp4": True, "b.mp4": True, "c.mp4": False}
    assert result.count("done") == 3
    assert clips_in_movements(tmp_path / "out") == {"a.mp4", "b.mp4", "c.mp4"}
    other = BatchSettings(model, method="farneback", with_reports=False)
    run_batch(folder, tmp_path / "out", other, tell=lambda n, of, row, same: kept.update({row.clip: same}))
    assert not any(kept.values())


def test_json_is_all_that_is_printed_and_intervals_are_taken(
    model: str, copy_to: Callable[..., Path], tmp_path: Path
) -> None:
    folder = copy_to("a.mp4")
    (tmp_path / "marks.csv").write_text("clip,onset,apex\na,6,13\nnobody,1,2\n")
    batch = ["analyze", "--batch", str(folder), "--out", str(tmp_path / "out"), "--model", model, "--no-reports"]
    code, said, progress = answer([*batch, "--json", "--intervals", str(tmp_path / "marks.csv")])
    told = json.loads(said)
    assert code == 0
    assert (told["done"], told["failed"]) == (1, 0)
    assert (told["files"][0]["onset"], told["files"][0]["apex"]) == (6, 13)
    assert "row 3 names 'nobody'" in progress
    assert told["notes"] == [line.removeprefix("Note: ") for line in progress.splitlines() if "nobody" in line]


def test_a_clip_that_takes_its_process_with_it_costs_only_itself(
    model: str, copy_to: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_to("a.mp4", "b.mp4", "c.mp4")
    jobs = [Job(name, folder / name, tmp_path / f"{name}.html") for name in ("a.mp4", "b.mp4", "c.mp4")]
    send = workers._Worker.ask

    def ask(worker: workers._Worker, job: Job) -> object:
        if job.clip == "b.mp4":
            os.kill(worker._process.pid, signal.SIGKILL)
            worker._process.join()
        return send(worker, job)

    monkeypatch.setattr(workers._Worker, "ask", ask)
    outcomes = {one.row.clip: one.row for one in run_jobs(jobs, BatchSettings(model, with_reports=False), 1)}
    assert {clip: row.status for clip, row in outcomes.items()} == {"a.mp4": "done", "b.mp4": "failed", "c.mp4": "done"}
    assert "was stopped (signal 9), most likely as memory ran out" in outcomes["b.mp4"].sentence


def test_the_number_of_workers_changes_nothing(model: str, copy_to: Callable[..., Path], tmp_path: Path) -> None:
    folder = copy_to("a.mp4", "b.mp4")
    jobs = [Job(name, folder / name, tmp_path / f"{name}.html") for name in ("a.mp4", "b.mp4")]
    settings = BatchSettings(model, with_reports=False)
    one, two = (
        {outcome.row.clip: outcome.movements for outcome in run_jobs(jobs, settings, number)} for number in (1, 2)
    )
    assert one == two


def test_a_checkpoint_that_cannot_be_loaded_is_told_before_the_work(
    copy_to: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(MerError, match="no checkpoint 'nothing'"):
        run_batch(copy_to("a.mp4"), tmp_path / "out", BatchSettings("nothing"))


@pytest.mark.slow
def test_fifty_mixed_files_of_which_ten_are_broken_give_forty_results_and_ten_clear_errors(
    model: str, brows: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "clips", tmp_path / "out"
    _fifty_files(folder, brows)
    batch = ["analyze", "--batch", str(folder), "--out", str(out), "--model", model]
    code, said, progress = answer(batch)
    assert code == 1
    assert said.startswith("40 of 50 clips analysed, 10 failed")
    rows = rows_of(out)
    done = [row for row in rows.values() if row["status"] == "done"]
    failed = [row for row in rows.values() if row["status"] == "failed"]
    assert (len(done), len(failed)) == (40, 10)
    assert all(row["clip"].startswith("bad") for row in failed)
    for row in failed:
        assert row["sentence"].endswith(".")
        assert "Unexpected" not in row["sentence"]
        assert "Traceback" not in row["sentence"]
    assert len(list((out / "reports").iterdir())) == 40
    assert clips_in_movements(out) == {row["clip"] for row in done}
    assert progress.count(": failed: ") == 10
    again = answer(batch)
    assert again[0] == 1
    assert again[2].count("(finished before)") == 40


def _fifty_files(folder: Path, brows: Path) -> None:
    """40 clips of four kinds, and 10 files or folders that are none though they look like it."""
    frames = read_clip(brows).frames
    (folder / "sub").mkdir(parents=True)
    for number in range(10):
        shutil.copy(brows, folder / f"video {number}.mp4")
        write_video(folder / "sub" / f"video {number}.mp4", frames[number % 4 :], 50)
        pictures = [Image.fromarray(frame) for frame in frames]
        pictures[0].save(folder / f"moving{number}.gif", save_all=True, append_images=pictures[1:], duration=20)
        (folder / f"frames{number}").mkdir()
        for index, picture in enumerate(pictures):
            picture.save(folder / f"frames{number}" / f"img{index:03}.jpg", quality=95)
    whole = brows.read_bytes()
    (folder / "bad1.mp4").touch()
    (folder / "bad2.mp4").write_text("no frames here " * 100)
    (folder / "bad3.mp4").write_bytes(whole[:600])
    (folder / "bad4.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    (folder / "bad5.gif").write_bytes(b"GIF89a" + bytes(10))
    (folder / "bad6").mkdir()
    Image.fromarray(frames[0]).save(folder / "bad6" / "alone.png")
    (folder / "bad7").mkdir()
    for index, side in enumerate((64, 80)):
        Image.new("RGB", (side, side)).save(folder / "bad7" / f"{index}.png")
    write_video(folder / "bad8.mp4", np.full((10, 180, 240, 3), 90, np.uint8), 50)
    write_video(folder / "bad9.mp4", frames[:1], 50)
    (folder / "bad10.avi").write_bytes(os.urandom(5000))
