"""Whether the answer depends on what nobody can see in it: the flow method, the network, and the exact markings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mer_core.analysis import Analysis
from mer_core.explain.stability import Stability, stabilities
from mer_core.flow import FLOW_METHODS
from mer_core.predictor import Predictor


@dataclass(frozen=True)
class Multiple:
    """One network's answers around the marking in use, the motion measured by one flow method.

    Attributes:
        network: name of its checkpoint.
        method: one of `mer_core.flow.FLOW_METHODS`.
        stability: the answers.
    """

    network: str
    method: str
    stability: Stability


@dataclass(frozen=True)
class Multiples:
    """Every network with every flow method.

    Attributes:
        label: the answer that the others are compared with, of the network and method in use.
        table: the networks in the order given, each with all methods in the order of `FLOW_METHODS`.
    """

    label: str
    table: tuple[Multiple, ...]

    @property
    def networks(self) -> tuple[str, ...]:
        """The rows, each once."""
        return tuple(dict.fromkeys(one.network for one in self.table))

    @property
    def methods(self) -> tuple[str, ...]:
        """The columns, each once."""
        return tuple(dict.fromkeys(one.method for one in self.table))

    @property
    def num_same(self) -> int:
        """Networks and methods that give `label` for the marking in use."""
        return sum(one.stability.chosen == self.label for one in self.table)

    def sentence(self) -> str:
        """What a reader makes of it, e.g. "Same answer (negative) from 9 of 12 ..., and at 401 of 540 markings"."""
        nearby = sum(one.stability.num_of(self.label) for one in self.table)
        of = sum(len(one.stability.markings) for one in self.table)
        pairs = f"{self.num_same} of {len(self.table)} pairs of a network and a flow method"
        return f"Same answer ({self.label}) from {pairs}, and in {nearby} of {of} of their nearby markings."


def multiples_by_method(predictors: Sequence[Predictor], analysis: Analysis) -> Iterator[tuple[Multiple, ...]]:
    """Every network's answers, one flow method after the other, because some of them take seconds.

    An ensemble is asked by its one network that learnt from everybody.

    Args:
        predictors: of the checkpoints.
        analysis: the marking in use, and whether head motion is subtracted.
    """
    for method in FLOW_METHODS:
        found = stabilities(predictors, analysis, method)
        yield tuple(
            Multiple(predictor.checkpoint.name, method, stability)
            for predictor, stability in zip(predictors, found, strict=True)
        )


def gathered(columns: Sequence[Sequence[Multiple]], analysis: Analysis) -> Multiples:
    """All columns of `multiples_by_method` as one table.

    Args:
        columns: one a flow method; the network and method of the analysis among them.
        analysis: the marking in use.
    """
    table = tuple(one for row in zip(*columns, strict=True) for one in row)
    used = (analysis.checkpoint.name, analysis.motion.settings.method)
    label = next(one.stability.chosen for one in table if (one.network, one.method) == used)
    return Multiples(label, table)
