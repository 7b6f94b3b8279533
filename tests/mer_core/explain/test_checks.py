from mer_core.analysis import Analysis
from mer_core.explain.attribution import Attribution, attribute
from mer_core.explain.checks import NUM_CHECKS, checks_of
from mer_core.explain.question import question_about


def test_every_check_is_made_in_order_and_those_that_do_not_apply_say_nothing(sample_analysis: Analysis) -> None:
    question = question_about(sample_analysis)
    for method, adds_up in (("integrated_gradients", True), ("saliency", False)):
        found = attribute(question, method)
        assert isinstance(found, Attribution)
        checks = list(checks_of(sample_analysis, question, found, lambda name: attribute(question, name)))
        assert len(checks) == NUM_CHECKS
        assert [check.title for check in checks][:3] == [
            "Does it add up?",
            "Does it depend on what was learnt?",
            "Does it carry the answer?",
        ]
        assert bool(checks[0].sentence) == adds_up
        assert all(check.sentence.endswith(".") for check in checks[1:])


def test_a_picture_is_compared_with_other_methods_than_its_own(sample_analysis: Analysis) -> None:
    question = question_about(sample_analysis)
    asked = []

    def picture_of(name: str) -> Attribution:
        asked.append(name)
        return attribute(question, name)

    found = attribute(question, "saliency")
    list(checks_of(sample_analysis, question, found, picture_of))
    assert asked == ["input_x_gradient"]
