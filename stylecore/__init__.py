"""Neural style transfer with ONNX Runtime and no deep-learning framework.

>>> import stylecore
>>> result = stylecore.stylize("photo.jpg", "painting.jpg")
>>> stylecore.write_image("picture.png", result.image)
"""

from .artefact import Artefact, load_artefact
from .engines import Engine, choose_engine
from .errors import (
    EngineError,
    FetchError,
    ImageError,
    ModelError,
    SettingsError,
    StylecoreError,
)
from .images import read_image, write_image
from .mixing import mix_scales
from .objective import Objective
from .optimizer_adam import AdamState, adam
from .optimizer_lbfgs import lbfgs
from .optimizer_projected_lbfgs import projected_lbfgs
from .regions import Region, label_regions
from .results import Interrupted, Result, Step
from .settings import Settings
from .strip import blend_strip
from .transfer import objective_between, stylize
from .version import __version__

__all__ = [
    "AdamState",
    "Artefact",
    "Engine",
    "EngineError",
    "FetchError",
    "ImageError",
    "Interrupted",
    "ModelError",
    "Objective",
    "Region",
    "Result",
    "Settings",
    "SettingsError",
    "Step",
    "StylecoreError",
    "__version__",
    "adam",
    "blend_strip",
    "choose_engine",
    "label_regions",
    "lbfgs",
    "load_artefact",
    "mix_scales",
    "objective_between",
    "projected_lbfgs",
    "read_image",
    "stylize",
    "write_image",
]
