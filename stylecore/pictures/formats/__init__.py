"""Picture files: one format a file, each read into what it stores and what it says of that.

May import: errors, overlap, the rest of pictures.
"""
