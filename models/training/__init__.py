"""Training of feed-forward networks on photographs, with the loss of ``stylize`` and numpy's Adam.

``settings`` says how, ``photographs`` gives crops, ``judge`` the loss of what is painted,
``network`` runs the two graphs, ``schedule`` says what each step does, ``state`` is what a training
can go on from, and ``trainer`` takes the steps. May import: the core's wings that a run is made of,
settings and errors, and models.networks.
"""
