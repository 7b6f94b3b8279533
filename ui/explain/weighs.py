"""What the network itself weighs: gates, attention and layers, by their right names."""

import streamlit as st
import torch

from mer_core.analysis import Analysis
from mer_core.drawing.explain_views import Look, attention_picture
from mer_core.explain.gates import AttentionView, AttentionViews, Kind, attention_of
from mer_core.figures import PLOTLY_CONFIG, gates_figure
from mer_core.pictures import png_bytes
from ui.state import Visit
from ui.theme import is_dark
from ui.widgets import plain


def weighs_card(visit: Visit, analysis: Analysis, look: Look) -> None:
    """Draw one view at a time, with what it is and is not."""
    views = _views(visit, analysis)
    with st.container(border=True, key="weighs"):
        st.header("What the network weighs", anchor=False)
        st.markdown(plain(views.statement))
        all_views = (*views.attention, *views.activations)
        if not all_views:
            return
        index = st.selectbox(
            "View", range(len(all_views)), format_func=lambda place: all_views[place].title, key="attention_view"
        )
        _show(analysis, all_views[min(index, len(all_views) - 1)], look)


def _views(visit: Visit, analysis: Analysis) -> AttentionViews:
    kind = ("attention",)
    if kind not in visit.drawn:
        visit.drawn[kind] = attention_of(analysis.checkpoint.model, torch.from_numpy(analysis.network_input))
    return visit.drawn[kind]


def _show(analysis: Analysis, view: AttentionView, look: Look) -> None:
    if view.kind is Kind.CHANNEL_GATE:
        alt = f"{len(view.maps)} factors, {view.maps.min():.2f} to {view.maps.max():.2f}"
        st.plotly_chart(gates_figure(view, is_dark()), theme=None, key="gates", config=PLOTLY_CONFIG, alt=alt)
    else:
        index = 0
        if len(view.maps) > 1:
            index = st.select_slider(
                "Map", range(len(view.maps)), format_func=view.labels.__getitem__, key=f"map_{view.title}"
            )
        picture = attention_picture(analysis, view, index, look)
        st.image(png_bytes(picture), width=360, output_format="PNG", alt=f"{view.title}, {view.labels[index]}")
    said = f"{view.kind.value[0].upper()}{view.kind.value[1:]}. {view.note}".strip()
    st.caption(plain(said))
