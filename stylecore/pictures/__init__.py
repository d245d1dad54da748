"""Pictures as arrays and as files: reading, writing, what they carry, sizes, colours and masks.

Nothing in here knows of networks, styles or runs. May import: errors, files.
"""
