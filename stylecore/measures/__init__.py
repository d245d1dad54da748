"""What a picture is worth, in numbers that no run optimises.

``effectiveness``: how much of a style's manner it has; ``similarity``: how much of the content's
form; ``structure``: how much of its light and dark; ``noise``: how noisy it is where nothing is.
The first two look at layers of the network that the run leaves out (``held_out``), through
``features``; ``verdict`` says all at once. May import: engine, errors, losses, pictures, settings.
"""
