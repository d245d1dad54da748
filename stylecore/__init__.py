"""Neural style transfer with ONNX Runtime and no deep-learning framework.

>>> import stylecore
>>> result = stylecore.stylize("photo.jpg", "painting.jpg")
>>> stylecore.write_image("picture.png", result.image)
"""

from .checkpoints.checkpoint import Checkpoint
from .control.regions import Region, label_regions
from .engine.artefact import Artefact, load_artefact
from .engine.engines import Engine, choose_engine
from .engine.objective import Objective
from .errors import (
    CheckpointError,
    EngineError,
    FetchError,
    ImageError,
    ImageWarning,
    ModelError,
    NotAPictureError,
    SettingsError,
    StylecoreError,
)
from .feedforward.filming import Filmed, paint_film
from .feedforward.network import Network
from .feedforward.opening import open_network
from .feedforward.runner import Runner
from .feedforward.start import start_from
from .feedforward.styler import Part, Styler
from .mixing import mix_scales
from .optimizers.adam import AdamState, adam
from .optimizers.lbfgs import lbfgs
from .optimizers.projected_lbfgs import projected_lbfgs
from .painter import Painter
from .pictures.images import read_image, write_image
from .pictures.metadata import read_metadata
from .pictures.notes import Metadata
from .presets.library import preset, preset_names
from .preview import Preview
from .provenance.provenance import Provenance, read_provenance
from .results import Interrupted, Result, Step, UnfinishedError
from .scene import Controls, Scene, read_scene
from .settings import Settings
from .strip import blend_strip
from .transfer import objective_between, stylize
from .underway import Underway
from .version import __version__

__all__ = [
    "AdamState",
    "Artefact",
    "Checkpoint",
    "CheckpointError",
    "Controls",
    "Engine",
    "EngineError",
    "FetchError",
    "Filmed",
    "ImageError",
    "ImageWarning",
    "Interrupted",
    "Metadata",
    "ModelError",
    "Network",
    "NotAPictureError",
    "Objective",
    "Painter",
    "Part",
    "Preview",
    "Provenance",
    "Region",
    "Result",
    "Runner",
    "Scene",
    "Settings",
    "SettingsError",
    "Step",
    "StylecoreError",
    "Styler",
    "Underway",
    "UnfinishedError",
    "__version__",
    "adam",
    "blend_strip",
    "choose_engine",
    "label_regions",
    "lbfgs",
    "load_artefact",
    "mix_scales",
    "objective_between",
    "open_network",
    "paint_film",
    "preset",
    "preset_names",
    "projected_lbfgs",
    "read_image",
    "read_metadata",
    "read_provenance",
    "read_scene",
    "start_from",
    "stylize",
    "write_image",
]
