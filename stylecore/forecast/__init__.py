"""What a run will take, known before it: sizes, steps, tiles, and seconds by a short timing.

May import: engine, errors, files, pictures, pyramid, scene, settings, tiling.
"""
