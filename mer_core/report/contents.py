"""Everything a report says, as typed values that the template only has to lay out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A picture within the file.

    Attributes:
        uri: the picture itself, "data:image/...".
        width: px.
        height: px.
        alt: what it shows, for those who cannot see it.
        caption: what stands below it; empty where the picture says it itself.
    """

    uri: str
    width: int
    height: int
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Fact:
    """A name and its value, as text."""

    name: str
    value: str


@dataclass(frozen=True)
class About:
    """What the report is about.

    Attributes:
        clip: name of the clip.
        facts: of the recording, and what a person added (subject, coder).
        notes: as typed in; empty without any.
        made: date and time, UTC.
        tagline: what the program describes and what not.
    """

    clip: str
    facts: tuple[Fact, ...]
    notes: str
    made: str
    tagline: str


@dataclass(frozen=True)
class MarkerRow:
    """Onset, apex or offset: its time and frame (counted from 0), and who set it."""

    name: str
    time: str
    frame: int
    setter: str


@dataclass(frozen=True)
class Movement:
    """How the face moved.

    Attributes:
        is_finding: whether the motion is above this clip's noise.
        sentences: what moved, the strongest first.
        size: how far the face moved beside its noise, and what was taken off for the head.
        markers: onset, apex and offset.
        durations: of the movement's phases; empty where times are unknown.
        plates: the face at onset and apex, and the motion between.
        curve: the motion over the clip.
    """

    is_finding: bool
    sentences: tuple[str, ...]
    size: tuple[str, ...]
    markers: tuple[MarkerRow, ...]
    durations: str
    plates: tuple[Picture, ...]
    curve: Picture


@dataclass(frozen=True)
class Bar:
    """A class and its probability (0..1), with the colour and shape it has everywhere."""

    label: str
    share: float
    colour: str
    shape: str


@dataclass(frozen=True)
class Sign:
    """The answer at one nearby marking: its column and row from 0 at the lower left, and how its class is drawn."""

    column: int
    row: int
    label: str
    colour: str
    shape: str
    is_chosen: bool


@dataclass(frozen=True)
class Nearby:
    """The answers at nearby markings.

    Attributes:
        sentence: in words.
        signs: one a marking.
        columns: apex of each column, as text.
        rows: onset of each row, as text.
        unit: of both.
    """

    sentence: str
    signs: tuple[Sign, ...]
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Verdict:
    """What the network calls the movement.

    Attributes:
        answer: the classes left open; empty where no class may be given.
        network: title of what answers.
        standing: what is known of such answers, in some words; empty where `phrases` say it.
        cautions: what decides whether to believe it.
        phrases: how far to trust it.
        details: further sentences on that.
        bars: the probabilities; none without an answer.
        bars_meaning: how far they can be taken as such.
        nearby: answers at nearby markings; None without an answer.
    """

    answer: str
    network: str
    standing: str
    cautions: tuple[str, ...]
    phrases: tuple[str, ...]
    details: tuple[str, ...]
    bars: tuple[Bar, ...]
    bars_meaning: str
    nearby: Nearby | None


@dataclass(frozen=True)
class Limits:
    """What the report cannot tell: of any clip, and of this one (warnings), and what it must not be used for."""

    any_clip: tuple[str, ...]
    this_clip: tuple[str, ...]
    learnt_from: str
    not_for: str


@dataclass(frozen=True)
class RegionRow:
    """One region that moved; `share` is how much of the first attribution lies there, empty without one."""

    region: str
    side: str
    moved: str
    noise: str
    strain: str
    units: str
    share: str


@dataclass(frozen=True)
class ActionUnits:
    """Which action units fit the movement.

    Attributes:
        sentences: the strongest in words, and how the sides compare.
        rows: one a region that moved.
        counts: how often laboratories coded these units, one sentence a unit.
        reservation: what the counts do not say.
    """

    sentences: tuple[str, ...]
    rows: tuple[RegionRow, ...]
    counts: tuple[Fact, ...]
    reservation: str


@dataclass(frozen=True)
class CoderBeside:
    """A person's own coding beside the machine's.

    Attributes:
        standing: whether it was made blind.
        committed: when and by whom.
        markers: onset, apex and offset: name, the coder's, the machine's, how far apart.
        units: one sentence an action unit of the score sheet, then one each for what else moved.
        agreement: how far both agree.
        reservation: what the comparison is not.
    """

    standing: str
    committed: str
    markers: tuple[tuple[str, str, str, str], ...]
    units: tuple[str, ...]
    agreement: tuple[str, ...]
    reservation: str


@dataclass(frozen=True)
class Explanation:
    """What the network's answer rests on.

    Attributes:
        target: the class that is asked about.
        note: what exactly is explained; may be empty.
        pictures: of two methods, and the control.
        method: title of the first, which is split up and checked.
        channels: the first one, channel by channel.
        checks: of the first one; name and sentence.
        weighs: what kind of attention the network has.
        weighed: pictures of it.
    """

    target: str
    note: str
    pictures: tuple[Picture, ...]
    method: str
    channels: tuple[Picture, ...]
    checks: tuple[Fact, ...]
    weighs: str
    weighed: tuple[Picture, ...]


@dataclass(frozen=True)
class Reference:
    """A source; `link` is where it can be found, empty where nowhere."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Methods:
    """How it was measured, in sentences for a paper, and the sources they name."""

    paragraph: str
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class Record:
    """What would be needed to do it again: settings, files, versions, and what took how long."""

    settings: tuple[Fact, ...]
    files: tuple[Fact, ...]
    versions: tuple[Fact, ...]
    timings: tuple[Fact, ...]


@dataclass(frozen=True)
class Contents:
    """The whole report, in the order in which it is read.

    There is no `explanation` where there is no answer to explain, and no `coder` where nobody committed a coding.
    """

    about: About
    movement: Movement
    verdict: Verdict
    limits: Limits
    units: ActionUnits
    coder: CoderBeside | None
    explanation: Explanation | None
    methods: Methods
    record: Record
