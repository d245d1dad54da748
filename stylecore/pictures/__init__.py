"""Pictures as arrays and as files: reading, writing, what they carry, sizes, colours and masks.

`formats` has a file for each format, `profiles` what files say of colours. Nothing in here knows of
networks, styles or runs. May import: errors, files, memory, overlap; late: Pillow, tifffile and
pillow-heif.
"""
