"""What is known of networks without weights here: the scores of the runs kept in `results/`."""

import json
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parents[1] / "results"


@st.cache_data(max_entries=1, show_spinner=False)
def kept_scores() -> dict[str, dict[str, Any]]:
    """UF1 and baseline by network, of its honest run over all people left out in turn; that of the lowest seed.

    Ablations are other networks and left out; none where the folder is not there, as in an installed package.
    """
    results = [json.loads(path.read_text(encoding="utf-8")) for path in _FOLDER.glob("*/result.json")]
    honest = [run for run in results if run["facts"]["recipe"] == "honest" and not run["facts"]["arguments"]]
    first_last = sorted(honest, key=lambda run: -run["facts"]["seed"])
    return {run["facts"]["model"]: _scores(run["all"]) for run in first_last}


def _scores(everybody: dict[str, Any]) -> dict[str, Any]:
    baseline = everybody["baseline"]
    return {
        "uf1": everybody["scores"]["uf1"],
        "baseline": {"always": baseline["always"], "uf1": baseline["uf1"]["value"]},
    }
