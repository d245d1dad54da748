"""Weight files read: every published form of VGG-19 as kernels and biases, with its preprocessing.

Frameworks' files are read without the framework, and nothing in them is executed. May import: files
and errors of the core, and the table of sources.
"""
