"""Every network of the studio, by name: `build_model`, `list_models`, `model_info`."""

from mer_core.models import (  # noqa: F401  (importing a file registers its networks)
    dual_inception,
    htnet,
    macnn,
    micro_attention,
    mini_aorcnn,
    off_apexnet,
    off_tanet,
    sssnet,
    ststnet,
)
from mer_core.models.registry import ModelInfo, build_model, list_models, model_info

__all__ = ["ModelInfo", "build_model", "list_models", "model_info"]
