"""Feed-forward networks that paint: layers, weights and graphs, and the file that one is kept in.

``sizes`` says how large they are, ``layers`` what they are made of, ``painting`` records one as
operators, ``weights`` keeps all that is learnt in one vector, ``graphs`` makes what training runs
and ``product`` what is delivered. May import: errors, pictures, settings, version, models.autodiff.
"""
