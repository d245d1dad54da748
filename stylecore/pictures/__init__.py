"""Pictures as arrays and as files: reading, writing, sizes, colours, masks and label pictures.

Nothing in here knows of networks, styles or runs. May import: errors, files.
"""
