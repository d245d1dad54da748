"""Looks worth naming, each a file of settings, which is what ``--settings`` takes too.

The first line of a file says in a few words what it gives. May import: settings, settingsfile,
errors.
"""
