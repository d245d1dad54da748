"""The terms of the loss, a file each: the equation, as ONNX operators and in NumPy, side by side.

A new term on features is one file here and one row in ``table``. The graphs are built from the
rows, targets are prepared by them, and reports name their parts. May import: pictures, settings.
"""
