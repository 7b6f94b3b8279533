"""Whether the answer depends on where exactly the markers stand."""

import streamlit as st

from mer_core.analysis import Analysis
from mer_core.explain.stability import APEX_STEPS, ONSET_STEPS, Stability, stability, step_frames
from mer_core.figures import PLOTLY_CONFIG, markings_figure
from ui.analyze.settings import Settings
from ui.state import Visit
from ui.theme import is_dark
from ui.widgets import plain

_KIND = ("nearby",)


def nearby_markings(visit: Visit, settings: Settings, analysis: Analysis) -> None:
    """Draw the answers at nearby markings once asked for; they are forgotten when anything changes."""
    with st.container(key="nearby", gap="xsmall"):
        found = visit.drawn.get(_KIND)
        if found is None:
            st.button(
                "Try nearby markings",
                key="try_nearby",
                icon=":material/grid_on:",
                type="tertiary",
                help=_about(analysis),
                on_click=_try,
                args=(visit, settings, analysis),
            )
        else:
            _draw(found, analysis)


def _try(visit: Visit, settings: Settings, analysis: Analysis) -> None:
    with settings.shared.lock:
        visit.drawn[_KIND] = stability(settings.shared.predictor, analysis)


def _about(analysis: Analysis) -> str:
    step = step_frames(analysis.prepared)
    onset, apex = (_span(steps * step, analysis.clip.fps) for steps in (ONSET_STEPS, APEX_STEPS))
    return (
        "Two people who code the same clip differ by some frames. This measures the motion again at up to 45 markings, "
        f"onset up to {onset} and apex up to {apex} earlier or later, and asks the network each time."
    )


def _span(frames: int, fps: float | None) -> str:
    return f"{frames} frames" if fps is None else f"{1000 * frames / fps:.0f} ms"


def _draw(found: Stability, analysis: Analysis) -> None:
    st.markdown(plain(found.sentence()), help=_about(analysis))
    figure = markings_figure(found, analysis.clip.timestamps_ms, is_dark())
    alt = f"Answers by onset and apex. {found.sentence()}"
    st.plotly_chart(figure, theme=None, key="markings", config=PLOTLY_CONFIG, alt=alt)
