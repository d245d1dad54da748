"""Artefacts made and verified: trunk, losses, gradient, weights, and the check of what came out.

May import: autodiff and readers; engine, pictures, settings, files and errors of the core.
"""
