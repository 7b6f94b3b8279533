"""Broken and hostile inputs, each with the command that meets it and words that its one sentence must contain.

`python -m tests.bad_inputs` prints them as a table with the sentence that each one gets.
"""

import contextlib
import io
import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from mer_core.checkpoints import CONFIG_FILE, WEIGHTS_FILE, Checkpoint, save_checkpoint
from mer_core.cli import main
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from mer_core.samples import sample_clips
from mer_core.video_writer import write_video


@dataclass(frozen=True)
class BadInput:
    """One bad input.

    Attributes:
        name: what is wrong, in a few words.
        make: writes what is needed into a folder and returns the arguments of `python -m mer_core`.
        words: what the message must contain.
    """

    name: str
    make: Callable[[Path], list[str]]
    words: str


_SAMPLE = sample_clips()["positive"].path


def _analyze(path: Path, *more: str) -> list[str]:
    return ["analyze", str(path), *more]


def _missing(folder: Path) -> list[str]:
    return _analyze(folder / "nowhere.mp4")


def _empty(folder: Path) -> list[str]:
    (folder / "empty.mp4").touch()
    return _analyze(folder / "empty.mp4")


def _text(folder: Path) -> list[str]:
    (folder / "notes.mp4").write_text("These are not the frames you are looking for.\n" * 20)
    return _analyze(folder / "notes.mp4")


def _truncated(folder: Path) -> list[str]:
    (folder / "cut.mp4").write_bytes(_SAMPLE.read_bytes()[:600])
    return _analyze(folder / "cut.mp4")


def _video(path: Path, shape: tuple[int, int, int]) -> Path:
    write_video(path, np.full((*shape, 3), 90, np.uint8), 25)
    return path


def _one_frame(folder: Path) -> list[str]:
    return _analyze(_video(folder / "one.mp4", (1, 64, 64)))


def _too_many_frames(folder: Path) -> list[str]:
    return _analyze(_video(folder / "long.mp4", (8001, 16, 16)))


def _eight_k(folder: Path) -> list[str]:
    return _analyze(_video(folder / "8k.mp4", (2, 4320, 7680)))


def _sound_only(folder: Path) -> list[str]:
    with av.open(str(folder / "sound.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return _analyze(folder / "sound.wav")


def _no_face(folder: Path) -> list[str]:
    return _analyze(_video(folder / "wall.mp4", (10, 180, 240)))


def _zip(folder: Path, members: dict[str, bytes]) -> list[str]:
    with zipfile.ZipFile(folder / "frames.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return _analyze(folder / "frames.zip")


def _png(side: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), (90, 90, 90)).save(buffer, "PNG")
    return buffer.getvalue()


def _zip_bomb(folder: Path) -> list[str]:
    return _zip(folder, {f"img{index}.bmp": bytes(110_000_000) for index in range(3)})


def _zip_outside(folder: Path) -> list[str]:
    return _zip(folder, {"../img1.png": _png(), "img2.png": _png()})


def _zip_absolute(folder: Path) -> list[str]:
    return _zip(folder, {"/etc/img1.png": _png(), "img2.png": _png()})


def _zip_link(folder: Path) -> list[str]:
    link = zipfile.ZipInfo("img1.png")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(folder / "frames.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("img2.png", _png())
    return _analyze(folder / "frames.zip")


def _zip_without_images(folder: Path) -> list[str]:
    return _zip(folder, {"readme.txt": b"no frames here"})


def _zip_cut(folder: Path) -> list[str]:
    _zip(folder, {"img1.png": _png(), "img2.png": _png()})
    whole = (folder / "frames.zip").read_bytes()
    (folder / "frames.zip").write_bytes(whole[: len(whole) // 2])
    return _analyze(folder / "frames.zip")


def _frames(folder: Path, *contents: bytes) -> list[str]:
    (folder / "frames").mkdir()
    for index, content in enumerate(contents):
        (folder / "frames" / f"img{index}.png").write_bytes(content)
    return _analyze(folder / "frames")


def _checkpoint(folder: Path) -> Path:
    checkpoint = Checkpoint("small", build_model("ststnet").eval(), "ststnet", InputSpec())
    save_checkpoint(checkpoint, folder / "small", "# card\n")
    return folder / "small"


def _nan_checkpoint(folder: Path) -> list[str]:
    weights = _checkpoint(folder) / WEIGHTS_FILE
    state = load_file(weights)
    state["head.bias"] = torch.full_like(state["head.bias"], float("nan"))
    save_file(state, weights)
    return _analyze(_SAMPLE, "--model", str(weights.parent))


def _checkpoint_without_weights(folder: Path) -> list[str]:
    (_checkpoint(folder) / WEIGHTS_FILE).unlink()
    return _analyze(_SAMPLE, "--model", str(folder / "small"))


def _cut_checkpoint(folder: Path) -> list[str]:
    weights = _checkpoint(folder) / WEIGHTS_FILE
    weights.write_bytes(weights.read_bytes()[:100])
    return _analyze(_SAMPLE, "--model", str(weights.parent))


def _changed_config(folder: Path, **changes: object) -> list[str]:
    config = _checkpoint(folder) / CONFIG_FILE
    config.write_text(json.dumps({**json.loads(config.read_text()), **changes}))
    return _analyze(_SAMPLE, "--model", str(config.parent))


def _pair(folder: Path, onset: bytes, apex: bytes) -> list[str]:
    (folder / "onset.png").write_bytes(onset)
    (folder / "apex.png").write_bytes(apex)
    return _analyze(folder / "onset.png", str(folder / "apex.png"))


def _markers(folder: Path, name: str, content: str) -> list[str]:
    (folder / name).write_text(content, encoding="utf-8")
    return _analyze(_SAMPLE, "--markers", str(folder / name))


def _session(folder: Path, sha256: str) -> list[str]:
    interval = {"onset": 1, "apex": 2, "offset": 3, "sources": ["user"] * 3, "confidence": None}
    crop = {"side_in_eye_distances": 2.2, "eye_line": 0.28}
    session = {
        "format": "mer-studio-session",
        "version": 1,
        "app_version": "0.1.0",
        "clip": {"name": "other.mp4", "sha256": sha256, "num_frames": 72, "fps": 100.0},
        "interval": interval,
        "candidates": [],
        "settings": {"flow_method": "dis", "remove_head_motion": True, "crop": crop, "hash": ""},
        "model": {"name": "off_tanet", "sha256": ""},
        "coding": {"subject": "", "coder": "", "notes": ""},
    }
    return _markers(folder, "other.mer.json", json.dumps(session))


def _batch(folder: Path, *more: str) -> list[str]:
    return ["analyze", "--batch", str(folder), "--out", str(folder / "out"), *more]


def _results_in_a_file(folder: Path) -> list[str]:
    shutil.copy(_SAMPLE, folder)
    (folder / "taken").touch()
    return ["analyze", "--batch", str(folder), "--out", str(folder / "taken")]


def _intervals(folder: Path, table: str) -> list[str]:
    shutil.copy(_SAMPLE, folder)
    if table:
        (folder / "marks.csv").write_text(table)
    return _batch(folder, "--intervals", str(folder / "marks.csv"))


BAD_INPUTS: tuple[BadInput, ...] = (
    BadInput("missing file", _missing, "nowhere.mp4"),
    BadInput("empty file", _empty, "empty.mp4 is empty"),
    BadInput("text renamed .mp4", _text, "notes.mp4"),
    BadInput("video cut before its first frame", _truncated, "cut.mp4"),
    BadInput("video of one frame", _one_frame, "one.mp4"),
    BadInput("8001 frames", _too_many_frames, "has 8001 frames and at most 8000"),
    BadInput("8K video", _eight_k, "7680"),
    BadInput("sound without a picture", _sound_only, "sound.wav"),
    BadInput(
        "0 frames per second", lambda folder: _analyze(_SAMPLE, "--fps", "0"), "frame rate must be a number above 0"
    ),
    BadInput("not-a-number frames per second", lambda folder: _analyze(_SAMPLE, "--fps", "nan"), "got nan"),
    BadInput("no face", _no_face, "No face in any of the 10 frames"),
    BadInput("zip bomb", _zip_bomb, "frames.zip"),
    BadInput("zip member outside its folder", _zip_outside, "../img1.png"),
    BadInput("zip member with an absolute path", _zip_absolute, "/etc/img1.png"),
    BadInput("zip member that is a link", _zip_link, "img1.png"),
    BadInput("zip without pictures", _zip_without_images, "frames.zip"),
    BadInput("zip cut in half", _zip_cut, "frames.zip"),
    BadInput("folder without pictures", lambda folder: _frames(folder), "frames"),
    BadInput("folder with one picture", lambda folder: _frames(folder, _png()), "frames"),
    BadInput("broken picture in a folder", lambda folder: _frames(folder, _png(), _png()[:60]), "img1.png"),
    BadInput("pictures of two sizes", lambda folder: _frames(folder, _png(), _png(80)), "img1.png"),
    BadInput("onset and apex of two sizes", lambda folder: _pair(folder, _png(), _png(80)), "apex.png"),
    BadInput("onset that is no picture", lambda folder: _pair(folder, b"hello", _png()), "onset.png"),
    BadInput("three paths", lambda folder: ["analyze", "a", "b", "c"], "got 3 paths"),
    BadInput("apex before onset", lambda f: _analyze(_SAMPLE, "--onset", "40", "--apex", "20"), "must come after"),
    BadInput("offset before apex", lambda f: _analyze(_SAMPLE, "--apex", "30", "--offset", "20"), "offset (frame 20)"),
    BadInput("apex beyond the end", lambda f: _analyze(_SAMPLE, "--apex", "400"), "whose frames are 0 to 71"),
    BadInput("onset before the start", lambda f: _analyze(_SAMPLE, "--onset", "-3"), "onset (frame -3)"),
    BadInput("apex that is no number", lambda f: _analyze(_SAMPLE, "--apex", "last"), "invalid int value"),
    BadInput("missing checkpoint", lambda f: _analyze(_SAMPLE, "--model", "nothing"), "no checkpoint 'nothing'"),
    BadInput("checkpoint with NaN weights", _nan_checkpoint, "not finite in head.bias"),
    BadInput("checkpoint without weights", _checkpoint_without_weights, "model.safetensors is missing"),
    BadInput("checkpoint cut off", _cut_checkpoint, "not a readable safetensors file"),
    BadInput("checkpoint of an unknown network", lambda f: _changed_config(f, architecture="vgg"), "vgg"),
    BadInput("checkpoint with other labels", lambda f: _changed_config(f, labels=["a", "b", "c"]), "a, b, c"),
    BadInput("Hub name without a revision", lambda f: _analyze(_SAMPLE, "--model", "hub:a/b"), "names no revision"),
    BadInput("unknown flow method", lambda f: _analyze(_SAMPLE, "--flow", "magic"), "invalid choice: 'magic'"),
    BadInput(
        "picture into a missing folder", lambda f: _analyze(_SAMPLE, "--picture", str(f / "x" / "y.png")), "y.png"
    ),
    BadInput("missing file of markers", lambda f: _analyze(_SAMPLE, "--markers", str(f / "m.csv")), "m.csv"),
    BadInput("markers of another kind", lambda f: _markers(f, "m.txt", "onset 1"), "m.txt is no file of markers"),
    BadInput("markers that are no numbers", lambda f: _markers(f, "m.csv", "onset_ms,apex_ms\n1,soon\n"), "row 2"),
    BadInput(
        "ELAN file that grows without end",
        lambda f: _markers(f, "m.eaf", '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'),
        "m.eaf declares a document type",
    ),
    BadInput("session of another clip", lambda f: _session(f, "beef" * 16), "other.mp4 (hash beefbeef)"),
    BadInput("damaged session", lambda f: _session(f, "../../etc"), "sha256 is not 64 hexadecimal digits"),
    BadInput("markers twice", lambda f: [*_markers(f, "m.csv", "x"), "--apex", "3"], "no --onset, --apex or --offset"),
    BadInput("export without an ending", lambda f: _analyze(_SAMPLE, "--export", str(f / "report")), ".curve.csv"),
    BadInput("export into a missing folder", lambda f: _analyze(_SAMPLE, "--export", str(f / "x" / "y.eaf")), "y.eaf"),
    BadInput("report that is no HTML", lambda f: _analyze(_SAMPLE, "--report", str(f / "r.pdf")), "r.pdf must end in"),
    BadInput(
        "report into a missing folder", lambda f: _analyze(_SAMPLE, "--report", str(f / "x" / "y.html")), "y.html"
    ),
    BadInput("nothing to analyse", lambda f: ["analyze"], "Give a clip"),
    BadInput("batch without a place for results", lambda f: ["analyze", "--batch", str(f)], "needs --out"),
    BadInput("batch and a clip", lambda f: _batch(f, str(_SAMPLE)), "leave the other paths out"),
    BadInput("batch with one clip's markers", lambda f: _batch(f, "--onset", "0"), "--onset is for a single clip"),
    BadInput("results without a batch", lambda f: _analyze(_SAMPLE, "--out", str(f)), "--out belongs to --batch"),
    BadInput("batch over a missing folder", lambda f: _batch(f / "nowhere"), "no folder"),
    BadInput("batch over a folder without clips", _batch, "holds no clip"),
    BadInput("results where a file is", _results_in_a_file, "taken cannot be made"),
    BadInput("table of intervals without columns", lambda f: _intervals(f, "clip,apex\na,1\n"), "no column onset"),
    BadInput("missing table of intervals", lambda f: _intervals(f, ""), "marks.csv"),
    BadInput("sample into a missing folder", lambda f: ["sample", str(f / "x" / "s.mp4")], "s.mp4"),
    BadInput("unknown emotion", lambda f: ["sample", str(f / "s.mp4"), "--emotion", "joy"], "invalid choice: 'joy'"),
    BadInput("no command", lambda folder: [], "COMMAND"),
)


def answer(arguments: list[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `python -m mer_core` with these arguments."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = main(arguments)
        except SystemExit as stop:  # argparse leaves this way
            code = int(stop.code or 0)
    return code, out.getvalue(), error.getvalue()


def print_table() -> None:
    """Print every bad input with its exit code and its sentence, Markdown."""
    print("| bad input | exit code | message |\n| --- | --- | --- |")
    for bad in BAD_INPUTS:
        folder = Path(tempfile.mkdtemp())
        try:
            code, _, error = answer(bad.make(folder))
            print(f"| {bad.name} | {code} | {error.strip().replace(str(folder), 'FOLDER').replace('|', '/')} |")
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(print_table())
