from pathlib import Path

import pytest

from tests.bad_inputs import BAD_INPUTS, BadInput, answer


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: bad.name)
def test_a_bad_input_gets_one_sentence_and_exit_code_2(bad: BadInput, tmp_path: Path) -> None:
    code, out, error = answer(bad.make(tmp_path))
    assert code == 2
    assert out == ""
    assert error.startswith("Error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert bad.words in error
