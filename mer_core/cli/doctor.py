"""`doctor`: whether this installation can do its work."""

import argparse
from collections.abc import Callable

from mer_core.errors import MerError


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("doctor", help="check this installation, from the flow methods to the checkpoints")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run every check and print one line each; 2 when one fails."""
    failed = 0
    for name, check in _CHECKS.items():
        try:
            print(f"ok      {name}: {check()}")
        except (MerError, ImportError, OSError) as error:
            failed += 1
            print(f"FAILED  {name}: {error}")
    return 2 if failed else 0


def _python() -> str:
    import platform

    return platform.python_version()


def _torch() -> str:
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU, runs on the processor"
    return f"{torch.__version__}, {device}"


def _flow() -> str:
    import numpy as np

    from mer_core.flow import FLOW_METHODS, compute_flow, flow_version

    picture = np.random.default_rng(0).integers(0, 255, (32, 32), np.uint8)
    for method in FLOW_METHODS:
        compute_flow(picture, picture, method)
    return f"{', '.join(FLOW_METHODS)} ({flow_version()})"


def _video() -> str:
    import av

    missing = {"h264", "mjpeg", "mpeg4", "vp9"} - av.codecs_available
    if missing:
        raise MerError(f"PyAV cannot decode {', '.join(sorted(missing))}; reinstall the pinned av wheel.")
    return f"PyAV {av.__version__}"


def _face() -> str:
    from mer_core.faces import detect_faces
    from mer_core.synthetic import Scenario, render

    still = Scenario("positive", (), onset=0, apex=1, offset=2, num_frames=3)
    faces = detect_faces(render(still).clip.frames[0])
    if len(faces) != 1:
        raise MerError(f"Expected one face in the bundled picture, found {len(faces)}; reinstall the package.")
    return "found in the bundled picture"


def _checkpoints() -> str:
    from mer_core.checkpoints import checkpoints_folder, list_checkpoints, load_checkpoint

    names = list_checkpoints()
    if not names:
        raise MerError(f"There are none in {checkpoints_folder()}; fetch the repository with its checkpoints/ folder.")
    for name in names:
        load_checkpoint(name)
    return ", ".join(names)


_CHECKS: dict[str, Callable[[], str]] = {
    "Python": _python,
    "PyTorch": _torch,
    "flow": _flow,
    "video": _video,
    "face": _face,
    "checkpoints": _checkpoints,
}
