"""What the network calls a movement and how far to trust that, in words never surer than what was measured."""

from mer_core.analysis import Analysis
from mer_core.prediction import Prediction
from mer_core.words import listed


def verdict_sentence(analysis: Analysis) -> str:
    """The answer with its record, or that there is none and why."""
    prediction, name = analysis.prediction, analysis.checkpoint.title
    if not prediction.is_finding:
        return f"Cannot say: the motion is within this clip's noise, so {name} has nothing to classify."
    if prediction.familiarity is not None and prediction.is_strange:
        return f"Cannot say: {prediction.familiarity.sentence()}, so {name} knows nothing like it."
    said = f"{name} {'is' if is_undecided(prediction) else 'calls it'} {answer_words(prediction)}"
    if prediction.reliability is None:
        shares = ", ".join(f"{label} {value:.2f}" for label, value in prediction.probabilities.items())
        return f"{said} ({shares}; {standing(analysis)}, not calibrated)."
    return f"{said}: {'; '.join(trust_phrases(prediction))}."


def is_undecided(prediction: Prediction) -> bool:
    """Whether the answer leaves every class open."""
    return len(prediction.answers) == len(prediction.probabilities)


def answer_words(prediction: Prediction) -> str:
    """The classes left open, e.g. "surprise, possibly positive" or "undecided between surprise, positive and ..."."""
    if len(prediction.answers) <= 1:
        return prediction.label
    first, *others = prediction.answers
    if is_undecided(prediction):
        return f"undecided between {listed(prediction.answers)}"
    return f"{first}, possibly {' or '.join(others)}"


def trust_phrases(prediction: Prediction) -> tuple[str, ...]:
    """How far to trust an answer: the class's record and how many networks agree, as far as they are known."""
    phrases = []
    if prediction.reliability is not None:
        record = prediction.reliability.record.found_sentence(prediction.label)
        phrases.append("no class can be ruled out" if is_undecided(prediction) else record)
    if prediction.agreement is not None:
        phrases.append(f"{prediction.agreement.same} of {prediction.agreement.of} networks agree")
    return tuple(phrases)


def trust_details(prediction: Prediction) -> tuple[str, ...]:
    """Further sentences on that: the class's other record, what the set is worth, what is approximate."""
    reliability = prediction.reliability
    if reliability is None:
        return ()
    record, coverage = reliability.record, reliability.sets.coverage.value
    held = (
        f"Over all {record.num_samples} such clips, what the answer left open held the true class in "
        f"{100 * coverage:.0f} %."
    )
    said = record.said_sentence(prediction.label)
    first = () if is_undecided(prediction) else (f"{said[0].upper()}{said[1:]}.",)
    return (*first, held, reliability.approximation(prediction.agreement is not None))


def standing(analysis: Analysis) -> str:
    """What is known of such answers, in two or three words."""
    if analysis.prediction.reliability is not None:
        return f"tested on {analysis.prediction.reliability.record.num_subjects} people it had not seen"
    if analysis.checkpoint.reliability is not None:
        return "not validated for motion measured this way"
    return "not yet validated"
