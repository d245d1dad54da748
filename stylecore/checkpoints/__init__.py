"""Checkpoints: a run that stopped goes on where it stood, from one file.

The form of the file, checked when it is read, and when it is written; what is in it is told by the
run itself. May import: cadence, errors, files, version.
"""
