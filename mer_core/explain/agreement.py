"""Whether pictures agree: with each other, and with the parts of the face where the muscles act.

The second is easy to get for nothing: strain is large where muscles act, so a picture that merely repeats the strain
agrees with anatomy as well. Every agreement is therefore given beside the one of the strain itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import numpy as np

from mer_core.explain.attribution import Attribution
from mer_core.explain.au_priors import PRIORS
from mer_core.explain.places import cell_means, shares_of_regions
from mer_core.explain.sanity import SAME_PICTURE_FROM, rank_correlation
from mer_core.labels import LABELS
from mer_core.regions import REGIONS

_CLASS_OF_LABEL = {"happiness": "positive", "surprise": "surprise"}  # every other label counted is negative
USUAL_ACTION_UNITS: Mapping[str, tuple[str, ...]] = {
    name: tuple(dict.fromkeys(prior.unit for prior in PRIORS if _CLASS_OF_LABEL.get(prior.label, "negative") == name))
    for name in LABELS
}
"""Action units that CASME II and SAMM were coded with most often in each class. None of them is an emotion."""
_NO_BETTER = 0.02
LOOKS_LIKE_THE_CONTROL = "A picture that looks the same says where the face moved, not what the network used."
"""What to make of a picture that repeats the strain by itself."""


@dataclass(frozen=True)
class MethodAgreement:
    """How alike the pictures of several methods are.

    Attributes:
        pairs: Spearman's correlation of how much each place matters, by two methods' names; None where a picture is
            the same everywhere.
    """

    pairs: Mapping[tuple[str, str], float | None]

    @property
    def median(self) -> float | None:
        """Middle correlation; None without any."""
        known = [value for value in self.pairs.values() if value is not None]
        return median(known) if known else None

    def sentence(self) -> str:
        """What it means, in plain words."""
        if self.median is None:
            return "There are no two pictures to compare."
        if self.median >= SAME_PICTURE_FROM:
            return f"The methods mark much the same places (median rank correlation {self.median:.2f})."
        return (
            f"The methods mark different places (median rank correlation {self.median:.2f}): "
            "do not rely on a single picture."
        )


def agreement_of_methods(attributions: Sequence[Attribution]) -> MethodAgreement:
    """How alike pictures of one input are, on the 14x14 grid, signs and channels aside."""
    weights = {one.method.name: cell_means(one.importance) for one in attributions}
    return MethodAgreement(
        {(one, other): rank_correlation(weights[one], weights[other]) for one, other in combinations(weights, 2)}
    )


@dataclass(frozen=True)
class RegionAgreement:
    """How much of a picture lies where certain action units show, beside the strain.

    Attributes:
        action_units: which.
        share: of the picture, 0 to 1 of what lies on the face.
        strain_share: of the strain.
        area_share: of the face's area: what a picture that knows nothing reaches.
        like_strain: Spearman's correlation of the picture with the strain, place by place; None where one is the same
            everywhere.
    """

    action_units: tuple[str, ...]
    share: float
    strain_share: float
    area_share: float
    like_strain: float | None

    @property
    def strain_does_as_well(self) -> bool:
        """Whether the strain alone agrees as well, so that the agreement says nothing about the network."""
        return self.strain_share >= self.share - _NO_BETTER

    def sentence(self) -> str:
        """What it means, in plain words."""
        units = ", ".join(self.action_units)
        found = (
            f"{self.share:.0%} of the picture lies where {units} show, on {self.area_share:.0%} of the face; "
            f"of the movement's strain itself, {self.strain_share:.0%} does"
        )
        if self.share <= self.area_share + _NO_BETTER:
            return f"{found}. The picture does not point there."
        if self.strain_does_as_well:
            return f"{found}. So this only says where the face moved, not what the network used."
        return f"{found}. The picture points there more than the movement by itself."


def agreement_with_regions(
    attribution: Attribution, strain: np.ndarray, masks: Mapping[str, np.ndarray], action_units: Iterable[str]
) -> RegionAgreement:
    """How much of a picture lies where action units show, with the strain as a control.

    Args:
        attribution: the picture.
        strain: (S, S), at least 0, see `mer_core.explain.places.area_resized`.
        masks: one a region, bool (S, S).
        action_units: such as "AU12"; see `USUAL_ACTION_UNITS`.
    """
    units = tuple(action_units)
    wanted = {region.name for region in REGIONS if set(region.action_units) & set(units)}

    def share(weight: np.ndarray) -> float:
        return sum(value for name, value in shares_of_regions(weight, masks).items() if name in wanted)

    return RegionAgreement(
        action_units=units,
        share=share(attribution.importance),
        strain_share=share(strain),
        area_share=share(np.ones_like(strain)),
        like_strain=rank_correlation(cell_means(attribution.importance), cell_means(strain)),
    )
