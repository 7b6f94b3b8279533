import pytest

from mer_core.words import listed


@pytest.mark.parametrize(
    ("names", "said"),
    [(["nose"], "nose"), (["nose", "chin"], "nose and chin"), (("nose", "cheeks", "chin"), "nose, cheeks and chin")],
)
def test_names_are_listed_as_a_sentence_does(names, said):
    assert listed(names) == said
