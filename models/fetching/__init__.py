"""Weight files brought here: downloaded or taken from a package, once, and verified.

May import: the table of sources; errors, files and locations of the core.
"""
