"""What a finer scale starts with: the detail that an enlarged picture lacks, mostly by example.

``mixture`` says what is added where, ``contours`` where the content keeps its own, ``example``
finds the style's by ``patches`` and ``library``. Nothing here is random. May import: pictures.
"""
