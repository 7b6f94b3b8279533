import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.face_finding import nets
from mer_core.face_finding.nets import MODEL_FOLDER, run_face_net


def test_the_models_are_the_ones_described() -> None:
    readme = (MODEL_FOLDER / "README.md").read_text()
    models = sorted(MODEL_FOLDER.glob("*.tflite"))
    assert len(models) == 3
    for model in models:
        assert hashlib.sha256(model.read_bytes()).hexdigest() in readme
    assert "Apache License" in (MODEL_FOLDER / "LICENSE").read_text()


def test_a_missing_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(nets, "MODEL_FOLDER", tmp_path)
    monkeypatch.setattr(nets, "_idle", {"face_landmark": []})
    with pytest.raises(MerError, match=r"face_landmark\.tflite is missing"):
        run_face_net("face_landmark", np.zeros((1, 3, 192, 192), np.float32))


def test_threads_at_the_same_time_get_the_same_outputs_as_one() -> None:
    blobs = np.random.default_rng(0).random((8, 1, 3, 192, 192), np.float32)
    alone = [run_face_net("face_landmark", blob)["conv2d_21"] for blob in blobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda blob: run_face_net("face_landmark", blob)["conv2d_21"], blobs))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_outputs_outlive_the_next_run() -> None:
    blobs = np.random.default_rng(0).random((2, 1, 3, 192, 192), np.float32)
    first = run_face_net("face_landmark", blobs[0])["conv2d_21"]
    kept = first.copy()
    run_face_net("face_landmark", blobs[1])
    assert np.array_equal(first, kept)
