"""Artefacts made and verified: trunk, losses, gradient, weights, and the check of what came out.

May import: autodiff and readers; artefact, engines, graphs, targets and settings of the core.
"""
