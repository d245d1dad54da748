"""Reverse-mode differentiation of ONNX graphs: a tape, a table of rules, a walk that applies it.

``tape`` records operators, ``rules`` holds one rule per operator, ``gradients`` applies them, and
``checks`` compares with central differences. A small library of its own: may import errors alone.
"""
