"""Strength: one number for how far a picture goes from its content to its style, 0–1.

``yardstick`` measures how far a picture is from a style, by ``grams``; ``pilots`` paints a scene
small, with one content weight and another; ``search`` looks among these for the weight that goes
as far as was asked for; ``correction`` sets right what the run has come to with it. May import:
control, engine, errors, losses, pictures, pyramid, scene, settings.
"""
