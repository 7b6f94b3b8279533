"""The parts of the Overview page."""

from typing import Any

import streamlit as st

from mer_core.disclosures import CANNOT_TELL
from mer_core.scores import Estimate, as_interval, as_score
from ui.cached import described_networks
from ui.kept_results import kept_scores
from ui.widgets import plain


def what_it_is() -> None:
    """Draw what the app is and what it is not, side by side."""
    is_column, is_not_column = st.columns(2, gap="medium")
    with is_column, st.container(border=True, height="stretch"):
        st.header("What it does", anchor=False)
        st.markdown(
            "- Finds the face and measures how every part of it moved, frame by frame, in pixels and milliseconds.\n"
            "- Proposes onset, apex and offset of the movement; you can move each of them.\n"
            "- Says in sentences what moved, and against this clip's own noise how clearly.\n"
            "- Asks small networks which of three laboratory categories the movement resembles."
        )
    with is_not_column, st.container(border=True, height="stretch"):
        st.header("What it does not", anchor=False)
        st.markdown("\n".join(f"- {sentence}" for sentence in CANNOT_TELL))


def zoo_table() -> None:
    """Draw the networks, smallest first, with what they cost, where they come from and what is known of them."""
    st.header("The networks", anchor=False)
    known = kept_scores()
    networks = [_with_scores(network, known) for network in described_networks()]
    rows = [_row(network) for network in networks]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    with st.container(key="zoo"):
        st.table(columns, border="horizontal", hide_index=True)
    st.caption(
        "Parameters are trainable values; MACs are multiply-adds for one movement. "
        f"{_about_scores(any(network['records'] for network in networks))}"
    )


def _with_scores(network: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The network, with the scores of its kept run where it has no weights here; weights have a record of their own."""
    kept = known.get(network["name"])
    return network if network["checkpoints"] or kept is None else {**network, "records": {network["name"]: kept}}


def _about_scores(are_known: bool) -> str:
    if not are_known:
        return (
            "None is cross-validated yet: no score is shown until a network has been tested on people it has not seen."
        )
    return (
        "UF1, the mean F1 of the three classes, is measured with each person left out of training once; in brackets "
        "its 95 % interval over people, beside it what always giving the most frequent class would score. A network "
        "without it is not yet cross-validated."
    )


def _row(network: dict[str, Any]) -> dict[str, str]:
    # ui/style.css drops the last two columns on narrow screens.
    return {
        "Network": f"**{plain(network['title'])}**",
        "Parameters": f"{network['parameters']:,}",
        "On people left out": _scores(network["records"]),
        "Input": " × ".join(str(side) for side in network["input_shape"]) + f" ({', '.join(network['channels'])})",
        "Paper": _paper(network["paper"]),
        "MACs": _millions(network["macs"]),
        "Checkpoint": "on this machine" if network["checkpoints"] else "none yet",
    }


def _scores(records: dict[str, Any]) -> str:
    """The scores of a network's checkpoints, named where there are several."""
    lines = []
    for name, record in records.items():
        baseline = record["baseline"]
        always = f"always {baseline['always']} {as_score(baseline['uf1'])}"
        named = f"{plain(name)}: " if len(records) > 1 else ""
        lines.append(f"{named}UF1 **{as_interval(Estimate(**record['uf1']))}**, {always}")
    return "; ".join(lines) or "not yet tested"


def _paper(paper: dict[str, Any]) -> str:
    authors = paper["authors"]
    first = authors[0].split(",")[0].split()[-1] if authors else "unknown"
    named = f"{first} et al., {paper['year']}" if len(authors) > 1 else f"{first}, {paper['year']}"
    return f"[{plain(named)}](https://doi.org/{paper['doi']})" if paper["doi"] else plain(named)


def _millions(macs: int) -> str:
    return f"{macs / 1e6:,.1f} M" if macs >= 1e5 else f"{macs / 1e3:,.0f} k"
