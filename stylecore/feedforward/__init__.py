"""Networks that paint in one pass (Johnson et al. 2016): opened, recognised, and run on pictures.

Nothing of an optimisation is needed here, nor the onnx package: ONNX Runtime runs a network, and
where it is cut for pictures larger than memory, its file is rewritten as bytes. May import:
control, engine, errors, files, memory, pictures, settings.
"""
