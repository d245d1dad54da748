"""The main job where only the core's packages are: ``run_embedded.py ARTEFACT CONTENT STYLE``.

Run it in an environment with stylecore, numpy, onnxruntime, opencv-python-headless and scipy, and
from outside the repository, so that nothing of it is imported by accident.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path

import stylecore

MUST_BE_ABSENT = (
    *("onnx", "onnx_ir", "typer", "rich", "click"),
    *("torch", "tensorflow", "keras", "jax", "mxnet", "paddle"),
)


def main(artefact: Path, content: Path, style: Path) -> None:
    """Paint a small picture from files and from arrays, and look at what came."""
    present = [name for name in MUST_BE_ABSENT if importlib.util.find_spec(name)]
    assert not present, f"this environment has {present}: it proves nothing"
    settings = stylecore.Settings(size=96, steps=20, coarsest=48, engine="cpu")
    steps: list[stylecore.Step] = []
    result = stylecore.stylize(
        content, style, model=artefact, settings=settings, on_step=steps.append
    )
    again = stylecore.stylize(
        stylecore.read_image(content),
        [stylecore.read_image(style)],
        model=artefact,
        settings=settings,
    )
    assert max(result.image.shape) == 96
    assert steps[-1].scale == steps[-1].scales
    assert (again.image == result.image).all(), "paths and arrays give different pictures"
    last = [step.loss for step in steps if step.scale == steps[-1].scale]
    assert min(last) < last[0], "the loss did not go down"
    with tempfile.TemporaryDirectory() as folder:
        stylecore.write_image(Path(folder) / "picture.png", result.image)
        assert (stylecore.read_image(Path(folder) / "picture.png") == result.image).all()
    loaded = sorted(set(MUST_BE_ABSENT) & set(sys.modules))
    assert not loaded, f"loaded {loaded}"
    engine = result.report["engine"]
    print(f"embedded run: {len(steps)} steps on {engine['provider']}, loss {last[-1]:.4f}")


if __name__ == "__main__":
    main(*(Path(word).resolve() for word in sys.argv[1:4]))
