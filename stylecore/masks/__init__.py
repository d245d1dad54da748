"""Masks without hand work: regions of a picture found, cut out and matched with a style's.

Nothing of a run needs this. May import: pictures, errors.
"""
