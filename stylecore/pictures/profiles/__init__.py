"""Which colours the numbers of a file stand for, and how they become sRGB; the tag of sRGB itself.

`icc` and `cicp` say it, `spaces` converts, `tables` asks Pillow where a profile is made of tables.
May import: errors, the rest of pictures.
"""
