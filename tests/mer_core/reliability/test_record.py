from dataclasses import replace

import pytest

from tests.mer_core.made_up_reliability import made_up_record


def test_the_record_counts_clips_found_and_calls_that_were_right() -> None:
    record = made_up_record()
    assert record.num_samples == 442
    assert record.found("surprise") == (52, 83)
    assert record.said("surprise") == (52, 102)


def test_the_record_in_words() -> None:
    record = made_up_record()
    assert record.found_sentence("surprise") == "right on 52 of 83 surprise clips of people it had not seen"
    assert record.said_sentence("positive") == "right 50 of the 77 times it called such a clip positive"


def test_a_class_that_was_never_said_has_no_share() -> None:
    silent = replace(made_up_record(), confusion=((10, 0, 0), (5, 0, 0), (5, 0, 0)))
    assert silent.said_sentence("positive") == "it never said positive"


@pytest.mark.parametrize("confusion", [((1, 2), (3, 4)), ((0, 0, 0),) * 3, ((1, -1, 0), (0, 1, 0), (0, 0, 1))])
def test_a_table_that_counts_no_clips_is_refused(confusion: tuple) -> None:
    with pytest.raises(ValueError, match="confusion matrix"):
        replace(made_up_record(), confusion=confusion)
