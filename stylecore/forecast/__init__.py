"""What a run will take, known before it: seconds by a short timing, memory by a fitted formula.

May import: engine, errors, files, pictures, pyramid, scene, settings.
"""
