"""The outputs of the three face networks; each is loaded once and lent to one thread at a time."""

from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from mer_core.errors import MerError

MODEL_FOLDER = Path(__file__).parents[1] / "assets" / "face_models"

# OpenCV's networks hold their activations, so two threads must not share one. A pool rather than one network a
# thread: Streamlit starts a new thread for every rerun, which would load the files anew each time.
_idle: defaultdict[str, list[cv2.dnn.Net]] = defaultdict(list)


def run_face_net(name: str, blob: np.ndarray) -> dict[str, np.ndarray]:
    """Return every output of the face network `name` by its layer name, float32, in memory of its own.

    `blob` is float32 (1, 3, S, S), RGB, in the value range that the network expects (see assets/face_models).

    Raises:
        MerError: the network's file is missing.
    """
    try:
        net = _idle[name].pop()
    except IndexError:
        net = _load(name)
    net.setInput(blob)
    layers = net.getUnconnectedOutLayersNames()
    # Copies, because the arrays that OpenCV returns may be overwritten by the next run of the same network.
    outputs = {layer: np.array(output) for layer, output in zip(layers, net.forward(layers), strict=True)}
    _idle[name].append(net)
    return outputs


def _load(name: str) -> cv2.dnn.Net:
    path = MODEL_FOLDER / f"{name}.tflite"
    if not path.is_file():
        raise MerError(f"The face model {path} is missing; install MER Studio again to restore it.")
    # The classic engine: OpenCV 5's new one cannot read these files.
    return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)
