"""The attribution methods by name: what each one's values mean, and who published it."""

from dataclasses import dataclass
from enum import Enum

from mer_core.errors import MerError


class Meaning(Enum):
    """What a value of a picture is, which decides how it is ranked and checked."""

    CONTRIBUTION = "share of the change of the logit from no motion to this motion; all values add up to it"
    EFFECT = "change of the logit when this place is set to no motion"
    SENSITIVITY = "change of the logit for a small change of the value here; its sign is the direction, not a vote"
    LOCATION = "how much the last feature maps speak for the class near this place"


@dataclass(frozen=True)
class Method:
    """One attribution method.

    Attributes:
        name: for programs.
        title: the field's name.
        meaning: of a value.
        sentence: what the picture shows, in plain words.
        source: authors, year, DOI or arXiv number.
        uses_baseline: whether it compares with no motion.
    """

    name: str
    title: str
    meaning: Meaning
    sentence: str
    source: str
    uses_baseline: bool

    @property
    def is_signed(self) -> bool:
        """Whether positive values speak for the class and negative ones against it."""
        return self.meaning is not Meaning.SENSITIVITY


METHODS: tuple[Method, ...] = (
    Method(
        "saliency",
        "Saliency",
        Meaning.SENSITIVITY,
        "Where a slightly different movement would change the answer most.",
        "Simonyan, Vedaldi, Zisserman, 2013, arXiv:1312.6034",
        False,
    ),
    Method(
        "input_x_gradient",
        "Input x Gradient",
        Meaning.CONTRIBUTION,
        "How much each movement speaks for the class, judged by the slope at this very clip.",
        "Shrikumar et al., 2016, arXiv:1605.01713; here the input counts from no motion, not from black",
        True,
    ),
    Method(
        "integrated_gradients",
        "Integrated Gradients",
        Meaning.CONTRIBUTION,
        "How much each movement speaks for the class, added up while the movement grows from none to this clip's.",
        "Sundararajan, Taly, Yan, ICML 2017, arXiv:1703.01365",
        True,
    ),
    Method(
        "deep_lift",
        "DeepLift",
        Meaning.CONTRIBUTION,
        "How much each movement speaks for the class, from how each layer differs from its state without motion.",
        "Shrikumar, Greenside, Kundaje, ICML 2017, arXiv:1704.02685; rescale rule",
        True,
    ),
    Method(
        "gradient_shap",
        "GradientSHAP",
        Meaning.CONTRIBUTION,
        "As Integrated Gradients, averaged over slightly different clips and random amounts of their movement.",
        "Lundberg, Lee, NIPS 2017, arXiv:1705.07874",
        True,
    ),
    Method(
        "occlusion",
        "Occlusion",
        Meaning.EFFECT,
        "How the answer falls when a small square of the face is made to rest.",
        "Zeiler, Fergus, ECCV 2014, DOI 10.1007/978-3-319-10590-1_53",
        True,
    ),
    Method(
        "guided_backprop",
        "Guided Backprop",
        Meaning.SENSITIVITY,
        "As Saliency, following only paths that raise the class.",
        "Springenberg et al., 2014, arXiv:1412.6806",
        False,
    ),
    Method(
        "guided_grad_cam",
        "Guided Grad-CAM",
        Meaning.SENSITIVITY,
        "Guided Backprop, kept only where Layer Grad-CAM sees evidence for the class.",
        "Selvaraju et al., ICCV 2017, DOI 10.1109/ICCV.2017.74",
        False,
    ),
    Method(
        "layer_grad_cam",
        "Layer Grad-CAM",
        Meaning.LOCATION,
        "Roughly where the network's last maps speak for or against the class.",
        "Selvaraju et al., ICCV 2017, DOI 10.1109/ICCV.2017.74; signed, without its final ReLU",
        False,
    ),
    Method(
        "region_ablation",
        "Regions at rest",
        Meaning.EFFECT,
        "How the answer falls when one part of the face, one channel at a time, is made to rest.",
        "feature ablation over the regions of the Facial Action Coding System",
        True,
    ),
)

_BY_NAME = {method.name: method for method in METHODS}


def method_of(name: str) -> Method:
    """The method of that name.

    Raises:
        MerError: there is none.
    """
    if name not in _BY_NAME:
        raise MerError(f"There is no attribution method {name!r}; choose one of {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]
