"""How often coders saw an action unit in the clips of a data set that carry some label: context, not meaning."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Prior:
    """One count.

    Attributes:
        unit: e.g. "AU12".
        dataset: as its authors name it.
        label: the emotion that the data set's authors gave these clips.
        shown: clips of that label in which the unit was coded.
        of: clips of that label.
    """

    unit: str
    dataset: str
    label: str
    shown: int
    of: int

    def sentence(self) -> str:
        """The count in words that do not turn it around."""
        return f"{self.unit} was coded in {self.shown} of {self.of} {self.dataset} clips labelled {self.label}"


NOT_EMOTIONS = (
    "An action unit is a movement, not an emotion. The counts tell how often coders saw it in laboratory clips that "
    "were given a label; they do not tell what this person feels."
)
# Counted in the published coding tables of CASME II (Yan et al., 2014, DOI 10.1371/journal.pone.0086041) and SAMM
# (Davison et al., 2018, DOI 10.1109/TAFFC.2016.2573832).
PRIORS: tuple[Prior, ...] = (
    Prior("AU12", "CASME II", "happiness", 28, 32),
    Prior("AU2", "CASME II", "surprise", 21, 25),
    Prior("AU1", "CASME II", "surprise", 20, 25),
    Prior("AU4", "CASME II", "disgust", 54, 63),
    Prior("AU7", "CASME II", "disgust", 31, 63),
    Prior("AU10", "CASME II", "disgust", 18, 63),
    Prior("AU9", "CASME II", "disgust", 9, 63),
    Prior("AU17", "CASME II", "repression", 19, 27),
    Prior("AU15", "CASME II", "repression", 14, 27),
    Prior("AU12", "SAMM", "happiness", 26, 26),
    Prior("AU5", "SAMM", "surprise", 9, 15),
    Prior("AU7", "SAMM", "anger", 42, 57),
    Prior("AU4", "SAMM", "anger", 21, 57),
    Prior("AU14", "SAMM", "contempt", 12, 12),
    Prior("AU20", "SAMM", "fear", 7, 8),
    Prior("AU10", "SAMM", "disgust", 5, 9),
)


def priors_of(unit: str) -> tuple[Prior, ...]:
    """All counts of an action unit; empty where none is known."""
    return tuple(prior for prior in PRIORS if prior.unit == unit)


def counts_sentence(unit: str) -> str:
    """All counts of an action unit in one sentence, or that there are none."""
    return f"{'; '.join(prior.sentence() for prior in priors_of(unit)) or 'no counts at hand'}."
