"""What every screen and report must say in plain sight, in one place so that it is said the same everywhere."""

from collections.abc import Sequence

from mer_core.words import listed

TAGLINE = "Describes facial movement, not feelings, not lies"

# What a single result cannot tell, beside every result.
CANNOT_TELL: tuple[str, ...] = (
    "It describes facial movement; it does not measure what someone feels, means or hides, and it is not a lie "
    "detector.",
    "The networks must choose one of three laboratory categories (negative, positive, surprise), even for a face that "
    "did nothing.",
    "The same movement serves several emotions, and many other ends.",
)

LEARNT_FROM = "The networks learnt from 442 laboratory clips of 68 people: 250 negative, 109 positive, 83 surprise."

PRIVACY = (
    "Your clip goes to the machine that runs this page and nowhere else: on your own computer it stays there; on a "
    "hosted demo it goes to that server. It is erased with your visit."
)

NOT_FOR_DECISIONS = (
    "Not for decisions about people. Inferring emotions at work and in education is, medical and safety reasons apart, "
    "prohibited in the EU (AI Act, Art. 5(1)(f)), and the person shown must have been told (Art. 50)."
)


def validation_sentence(tested: Sequence[str], untested: Sequence[str]) -> str:
    """Which networks were tested on people left out of their training, and which were not.

    Args:
        tested: titles of the networks with a record.
        untested: titles of those without.
    """
    if not tested:
        return "They are not yet cross-validated here."
    done = f"{listed(tested)} {'was' if len(tested) == 1 else 'were'} tested on people left out of training"
    return f"{done}; {listed(untested)} not yet." if untested else f"{done}."
