"""Whether the answer hangs on the flow method, the network or the exact markings, as small multiples."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.analysis import Analysis
from mer_core.colours import class_sign
from mer_core.errors import CheckpointError
from mer_core.explain.multiples import Multiples, gathered, multiples_by_method
from mer_core.figures import PLOTLY_CONFIG, multiples_figure
from mer_core.flow import FLOW_METHODS
from ui.analyze.settings import FLOW_NAMES, Settings
from ui.cached import checkpoint_names, network_title, shared_predictor
from ui.state import Visit
from ui.theme import is_dark
from ui.widgets import plain, progress_box

_KIND = ("multiples",)
_HELP = (
    "Each small grid holds up to 45 nearby markings, apex later to the right, onset later upwards; the ring is yours. "
    "Below it: at how many the answer is the one in use."
)


def multiples_card(visit: Visit, settings: Settings, analysis: Analysis) -> None:
    """Draw the grids, or the button that starts the work, which takes some seconds."""
    with st.container(border=True, key="multiples"):
        st.header("Whether the answer holds", anchor=False)
        if not analysis.prediction.has_answer:
            st.caption("No class is given for this movement, so there is no answer to compare.")
            return
        place = st.empty()
        if _KIND not in visit.drawn:
            if not place.button("Ask all networks and flow methods", key="try_all", icon=":material/grid_view:"):
                st.caption("Measures the motion again at 45 nearby markings with three flow methods; some seconds.")
                return
            with settings.shared.lock:
                visit.drawn[_KIND] = _asked(place, analysis)
        multiples, left_out = visit.drawn[_KIND]
        _draw(multiples, analysis.checkpoint.labels)
        for sentence in left_out:
            st.caption(plain(sentence))


def _asked(place: DeltaGenerator, analysis: Analysis) -> tuple[Multiples, list[str]]:
    """The answers of every network that can be loaded, and a sentence on each that cannot."""
    predictors, left_out = [], []
    for name in checkpoint_names():
        try:
            predictors.append(shared_predictor(name).predictor)
        except CheckpointError as error:
            left_out.append(str(error))
    columns = []
    with progress_box(place, "Asking") as tell:
        for column in multiples_by_method(predictors, analysis):
            columns.append(column)
            tell(f"{len(columns)} of {len(FLOW_METHODS)} flow methods", len(columns) / len(FLOW_METHODS))
    return gathered(columns, analysis), left_out


def _draw(multiples: Multiples, labels: Sequence[str]) -> None:
    st.markdown(plain(multiples.sentence()), help=_HELP)
    titles = FLOW_NAMES | {name: network_title(name) for name in multiples.networks}
    counts = "; ".join(
        f"{titles[one.network]} with {titles[one.method]}: {one.stability.num_of(multiples.label)} of "
        f"{len(one.stability.markings)}"
        for one in multiples.table
    )
    figure = multiples_figure(multiples, titles, is_dark())
    alt = f"{multiples.label} at nearby markings. {counts}"
    st.plotly_chart(figure, theme=None, key="multiples_grid", config=PLOTLY_CONFIG, alt=alt)
    legend = ", ".join(f"{class_sign(label)} {label}" for label in labels)
    st.caption(f"{legend}. Networks that agree can share a fault: all learnt from the same 442 clips.")
