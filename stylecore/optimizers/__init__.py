"""Minimising a function over the box of pixel values: Adam, scipy's L-BFGS-B, projected L-BFGS.

Each takes x ↦ (loss, gradient) and knows nothing of what the function is. May import: pictures,
settings.
"""
