import json
import subprocess
import sys

_PROBE = """
import json, sys, time
import torch
started = time.process_time()  # not the wall clock: other tests run at the same time
import mer_core.predictor
print(json.dumps([time.process_time() - started, sorted(sys.modules)]))
"""


def _probed() -> tuple[float, list[str]]:
    done = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, check=True)
    seconds, modules = json.loads(done.stdout)
    return seconds, modules


def test_the_core_loads_no_screen_no_attribution_and_no_training() -> None:
    _, modules = _probed()
    for foreign in ("streamlit", "gradio", "plotly", "captum", "training", "pandas", "sklearn"):
        assert foreign not in modules


def test_the_core_adds_at_most_half_a_second_to_the_import_of_torch() -> None:
    assert any(_probed()[0] < 0.5 for _ in range(10))  # the quickest tells; the others waited for a busy machine
