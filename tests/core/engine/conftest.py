"""A stand-in for ONNX Runtime, with the devices and the faults that a test wants."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from stylecore.engine import openvino

CPU, CUDA, OPENVINO = "CPUExecutionProvider", "CUDAExecutionProvider", "OpenVINOExecutionProvider"


class Options(SimpleNamespace):
    """Session options: attributes, and the devices of plugins."""

    def add_provider_for_devices(self, devices, config):
        self.provider = devices[0].ep_name

    def add_session_config_entry(self, name, value):
        self.strict = (name, value) == ("session.disable_cpu_ep_fallback", "1")


class Runtime(ModuleType):
    """ONNX Runtime as far as choosing and opening go.

    Args:
        cuda: whether it was built with CUDA.
        built: further providers that it was built with.
        capabilities: of the processor, as the OpenVINO plugin tells them; None: no device.
        refusal: what registering the plugin ends in.
        lost: providers that it takes the CPU for, without an error.
        broken: what opening a session on a provider raises.
        weak: what running a session on a provider raises.
        preload: called by preload_dlls.
    """

    OrtHardwareDeviceType = SimpleNamespace(CPU="cpu")
    ExecutionOrder = SimpleNamespace(PRIORITY_BASED=1)
    SessionOptions = Options
    __version__ = "0.0"

    def __init__(
        self,
        cuda=False,
        built=(),
        capabilities=None,
        refusal=None,
        lost=(),
        broken=None,
        weak=None,
        preload=lambda: None,
    ):
        super().__init__("onnxruntime")
        self.cuda, self.capabilities, self.refusal = cuda, capabilities, refusal
        self.built, self.strict = list(built), []
        self.lost, self.broken, self.weak = set(lost), broken or {}, weak or {}
        self.preload_dlls = preload
        self.registered, self.opened, self.severities = [], [], []

    def get_available_providers(self):
        return [*([CUDA] if self.cuda else []), *self.built, CPU]

    def set_default_logger_severity(self, severity):
        self.severities.append(severity)

    def register_execution_provider_library(self, name, path):
        if self.refusal:
            raise RuntimeError(self.refusal)
        self.registered.append(path)

    def get_ep_devices(self):
        def device(provider, kind, capabilities):
            metadata = {"OPTIMIZATION_CAPABILITIES": capabilities}
            return SimpleNamespace(
                ep_name=provider, device=SimpleNamespace(type=kind), ep_metadata=metadata
            )

        found = [device(CPU, "cpu", "BF16"), device(OPENVINO, "gpu", "BF16")]
        if self.registered and self.capabilities is not None:
            found.append(device(OPENVINO, "cpu", self.capabilities))
        return found

    def InferenceSession(self, source, options, providers=None, enable_fallback=1):
        names = [one if isinstance(one, str) else one[0] for one in providers or ()]
        wanted = names[0] if names else options.provider
        self.opened.append(wanted)
        if getattr(options, "strict", False):
            self.strict.append(wanted)
        if wanted in self.broken:
            if not enable_fallback:
                raise self.broken[wanted]
            sys.stdout.write("EP Error: falling back")
        elsewhere = wanted in self.lost or wanted in self.broken
        return Opened(self, [CPU] if elsewhere else list(dict.fromkeys([wanted, CPU])))


class Opened:
    """A session that tells what it runs on."""

    def __init__(self, runtime, providers):
        self.runtime, self.providers = runtime, providers

    def get_providers(self):
        return self.providers

    def run(self, outputs, inputs):
        if self.providers[0] in self.runtime.weak:
            raise self.runtime.weak[self.providers[0]]


@pytest.fixture
def machine(monkeypatch):
    """Puts a runtime in place of the real one, and perhaps a plugin."""

    def install(*, plugin=True, library=lambda: "plugin.so", **runtime):
        made = Runtime(**runtime)
        monkeypatch.setitem(sys.modules, "onnxruntime", made)
        name = "stylecore_test_plugin"
        if plugin:
            module = ModuleType(name)
            module.__spec__ = SimpleNamespace()
            module.get_library_path = library
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(openvino, "_PLUGIN", name)
        return made

    return install
