"""The sources that a report can name."""

from mer_core.explain.methods import Method
from mer_core.models.registry import Paper
from mer_core.report.contents import Reference


def _doi(text: str, doi: str) -> Reference:
    return Reference(f"{text} DOI {doi}.", f"https://doi.org/{doi}")


def _arxiv(text: str, number: str) -> Reference:
    return Reference(f"{text} arXiv:{number}.", f"https://arxiv.org/abs/{number}")


# Flow method to its name, how the text cites it, and the source.
FLOW: dict[str, tuple[str, str, Reference]] = {
    "dis": (
        "dense inverse search",
        "Kroeger et al., 2016",
        _doi(
            "Kroeger, T., Timofte, R., Dai, D., & Van Gool, L. (2016). Fast optical flow using dense inverse search. "
            "ECCV 2016.",
            "10.1007/978-3-319-46493-0_29",
        ),
    ),
    "tvl1": (
        "the TV-L1 method",
        "Zach et al., 2007",
        _doi(
            "Zach, C., Pock, T., & Bischof, H. (2007). A duality based approach for realtime TV-L1 optical flow. "
            "DAGM 2007.",
            "10.1007/978-3-540-74936-3_22",
        ),
    ),
    "farneback": (
        "polynomial expansion",
        "Farnebäck, 2003",
        _doi(
            "Farnebäck, G. (2003). Two-frame motion estimation based on polynomial expansion. SCIA 2003.",
            "10.1007/3-540-45103-X_50",
        ),
    ),
}
STRAIN = _doi(
    "Shreve, M., Godavarthy, S., Manohar, V., Goldgof, D., & Sarkar, S. (2009). Towards macro- and micro-expression "
    "spotting in video using strain patterns. WACV 2009.",
    "10.1109/WACV.2009.5403044",
)
DETECTOR = _arxiv(
    "Bazarevsky, V., Kartynnik, Y., Vakunov, A., Raveendran, K., & Grundmann, M. (2019). BlazeFace: Sub-millisecond "
    "neural face detection on mobile GPUs.",
    "1907.05047",
)
MESH = _arxiv(
    "Kartynnik, Y., Ablavatski, A., Grishchenko, I., & Grundmann, M. (2019). Real-time facial surface geometry from "
    "monocular video on mobile GPUs.",
    "1907.06724",
)
ACTION_UNITS = Reference("Ekman, P., Friesen, W. V., & Hager, J. C. (2002). Facial Action Coding System. A Human Face.")
COMPOSITE: tuple[Reference, ...] = (
    _doi(
        "See, J., Yap, M. H., Li, J., Hong, X., & Wang, S.-J. (2019). MEGC 2019: The second facial micro-expressions "
        "grand challenge. FG 2019.",
        "10.1109/FG.2019.8756611",
    ),
    _doi(
        "Yan, W.-J., Li, X., Wang, S.-J., Zhao, G., Liu, Y.-J., Chen, Y.-H., & Fu, X. (2014). CASME II: An improved "
        "spontaneous micro-expression database and the baseline evaluation. PLoS ONE, 9(1).",
        "10.1371/journal.pone.0086041",
    ),
    _doi(
        "Davison, A. K., Lansley, C., Costen, N., Tan, K., & Yap, M. H. (2018). SAMM: A spontaneous micro-facial "
        "movement dataset. IEEE Transactions on Affective Computing, 9(1).",
        "10.1109/TAFFC.2016.2573832",
    ),
    _doi(
        "Li, X., Pfister, T., Huang, X., Zhao, G., & Pietikäinen, M. (2013). A spontaneous micro-expression database: "
        "Inducement, collection and baseline. FG 2013.",
        "10.1109/FG.2013.6553717",
    ),
)
NOT_ONE_EMOTION = _doi(
    "Barrett, L. F., Adolphs, R., Marsella, S., Martinez, A. M., & Pollak, S. D. (2019). Emotional expressions "
    "reconsidered: Challenges to inferring emotion from human facial movements. Psychological Science in the Public "
    "Interest, 20(1).",
    "10.1177/1529100619832930",
)


def of_paper(paper: Paper) -> Reference:
    """The source of a network."""
    text = (
        f"{_listed([_with_initials(author) for author in paper.authors])} ({paper.year}). {paper.title}. {paper.venue}."
    )
    return Reference(text) if paper.doi is None else _doi(text, paper.doi)


def cited(paper: Paper) -> str:
    """How the text names it, e.g. "Zhang et al., 2022"."""
    family = [author.split()[-1] for author in paper.authors]
    who = f"{family[0]} et al." if len(family) > 2 else " & ".join(family)
    return f"{who}, {paper.year}"


def of_method(method: Method) -> Reference:
    """The source of an attribution method."""
    return Reference(f"{method.title}: {method.source}.")


def _with_initials(author: str) -> str:
    """A full name as lists of sources write it, e.g. "Liong, S.-T."."""
    *given, family = author.split()
    initials = ["-".join(f"{part[0]}." for part in name.split("-")) for name in given]
    return f"{family}, {' '.join(initials)}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}"
