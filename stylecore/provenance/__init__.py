"""Provenance: how a picture was made, for whoever wants to know it or to make it again.

What a run looked at, each input by its name and SHA-256; what it did with it; and the way of all
that into a picture and back. May import: control,
errors, files, pictures, settings, settingsfile.
"""
