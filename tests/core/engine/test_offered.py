"""Providers of certain builds and plugins: asked for by name, and only where they really run."""

import sys
from types import MappingProxyType, ModuleType, SimpleNamespace

import pytest

from stylecore.engine import engines, table
from stylecore.engine.engines import choose_engine, exact
from stylecore.engine.offered import OFFERS, Offer
from stylecore.errors import EngineError

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


WITH_CUDA = "tensorrt"
"""What comes with CUDA's provider alone, and leaves to it what it does not take."""


@pytest.mark.parametrize("name", OFFERS)
def test_one_that_was_built_in_is_taken_when_asked_for(machine, name):
    runtime = machine(built=[OFFERS[name].provider], plugin=False, cuda=name == WITH_CUDA)
    engine = choose_engine(name, 2)
    assert (engine.provider, engine.precision) == (OFFERS[name].provider, OFFERS[name].precision)
    assert exact(engine).precision == "fp32"
    assert runtime.strict == [OFFERS[name].provider], "the trial may not fall back to the CPU"


@pytest.mark.parametrize("name", sorted(OFFERS.keys() - {WITH_CUDA}))
def test_auto_neither_takes_it_nor_tries_it(machine, name):
    runtime = machine(built=[OFFERS[name].provider], plugin=False)
    assert choose_engine("auto").name == "cpu"
    assert runtime.opened == [CPU]


@pytest.mark.parametrize("name", OFFERS)
def test_one_that_is_not_there_says_what_it_wants(machine, name):
    machine(plugin=False)
    with pytest.raises(EngineError) as caught:
        choose_engine(name)
    message, offer = str(caught.value), OFFERS[name]
    assert message.startswith(f"engine {name}: this ONNX Runtime has no {offer.provider}; ")
    assert f"it wants {offer.runs_on}, and pip install {offer.package}" in message
    assert message.endswith("; or take --engine cpu")


@pytest.mark.parametrize("name", OFFERS)
def test_one_that_onnx_runtime_takes_the_cpu_for_is_refused(machine, name):
    provider = OFFERS[name].provider
    machine(built=[provider], lost=[provider], plugin=False, cuda=name == WITH_CUDA)
    with pytest.raises(EngineError, match=f"asked for {OFFERS[name].provider}, ONNX Runtime took"):
        choose_engine(name)


def plugged(runtime, monkeypatch, devices):
    """Installs a plugin for WebGPU that brings so many devices."""
    offer, module = OFFERS["webgpu"], ModuleType(OFFERS["webgpu"].plugin)
    module.__spec__ = SimpleNamespace()
    module.get_library_path = lambda: "webgpu.so"
    monkeypatch.setitem(sys.modules, offer.plugin, module)
    device = SimpleNamespace(ep_name=offer.provider, device=SimpleNamespace(type="gpu"))
    monkeypatch.setattr(
        runtime, "get_ep_devices", lambda: [device] * devices if runtime.registered else []
    )


def test_a_plugin_is_registered_once_and_its_first_device_taken(machine, monkeypatch):
    runtime = machine(plugin=False)
    plugged(runtime, monkeypatch, 2)
    for _ in range(2):
        assert choose_engine("webgpu").provider == OFFERS["webgpu"].provider
    assert runtime.registered == ["webgpu.so"]


def test_a_plugin_without_a_device_is_refused(machine, monkeypatch):
    runtime = machine(plugin=False)
    plugged(runtime, monkeypatch, 0)
    with pytest.raises(
        EngineError, match=r"engine webgpu: its plugin finds no device, and wants a"
    ):
        choose_engine("webgpu")


def test_a_provider_that_is_named_but_runs_nothing_is_refused(monkeypatch):
    """Of the real ONNX Runtime: a session names Azure's provider, and computes on the CPU."""
    import onnxruntime

    provider = "AzureExecutionProvider"
    if provider not in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has no provider that takes no node")
    row = table._offered("azure", Offer(provider, "onnxruntime", "the cloud"))
    known = MappingProxyType({"azure": row, **table.ENGINES})
    monkeypatch.setattr(table, "ENGINES", known)
    session = engines._opened(
        onnxruntime, engines.TRIAL, table.Engine("azure", provider, "fp32", 1)
    )
    assert session.get_providers()[0] == provider
    with pytest.raises(EngineError, match=r"engine azure: ONNX Runtime says: .*CPU EP"):
        engines._working("azure", 1)
