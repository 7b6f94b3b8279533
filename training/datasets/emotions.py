"""From the emotion words of the data sets to the three classes of the common label set."""

from mer_core.labels import LABELS

_WORDS = {
    "negative": "negative disgust disgusted repression repressed anger angry contempt fear fearful sadness sad",
    "positive": "positive happiness happy joy",
    "surprise": "surprise surprised",
}
_LABEL_OF = {word: LABELS.index(name) for name, words in _WORDS.items() for word in words.split()}
_OUTSIDE = frozenset(["other", "others", "tense", "tension", "neutral"])


def label_of(emotion: str) -> int | None:
    """The class of an emotion word: index into `LABELS`, None when it is outside the three classes.

    Case, blanks and the usual spellings do not matter. The grouping is that of the MEGC2019 benchmark, with
    repression as negative.

    Raises:
        ValueError: an unknown word.
    """
    word = emotion.strip().casefold()
    if word in _OUTSIDE:
        return None
    if word not in _LABEL_OF:
        raise ValueError(f"{emotion!r} is no known emotion")
    return _LABEL_OF[word]
