"""An artefact at work: where it lies, what runs its graphs, and the objective that they compute.

May import: control, pictures, settings, errors.
"""
