"""Providers that come as plugins of stock ONNX Runtime: packages of their own, registered once."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from ..errors import EngineError
from .runtime import reason


def is_installed(module: str) -> bool:
    """Whether a plugin's package is there."""
    return importlib.util.find_spec(module) is not None


def devices_of(runtime: Any, provider: str) -> list[Any]:
    """The devices that ONNX Runtime knows of a provider; none before it is registered."""
    return [one for one in runtime.get_ep_devices() if one.ep_name == provider]


def register(runtime: Any, name: str, module: str) -> None:
    """Make a plugin known to ONNX Runtime.

    Args:
        runtime: ONNX Runtime.
        name: of the engine, for the message.
        module: of the plugin.

    Raises:
        EngineError: where ONNX Runtime refuses it.
    """
    try:
        plugin = importlib.import_module(module)
        runtime.register_execution_provider_library(module, plugin.get_library_path())
    except Exception as error:
        # Registered before without a device: nothing new to learn.
        if "already" not in reason(error):
            raise EngineError(
                f"engine {name}: ONNX Runtime refuses the plugin ({reason(error)});"
                " take --engine cpu"
            ) from None
