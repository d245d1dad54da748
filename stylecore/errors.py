"""What can go wrong, as exceptions with one-line messages.

Every message says what was given, what was wanted and what to do::

    StylecoreError
    ├── SettingsError   a setting outside its range (also a ValueError)
    ├── ImageError      a picture that cannot be read, used or written
    │   └── NotAPictureError  what is no picture at all was given as one (also a TypeError)
    ├── ModelError      an artefact or weight file that is missing, damaged or of another kind
    ├── FetchError      weights that could not be brought here
    ├── CheckpointError a checkpoint that is damaged, or of another run
    └── EngineError     no ONNX Runtime, or none that can do what was asked

What is done all the same, but not as a file asks for it, is a warning, `ImageWarning`.
"""


class StylecoreError(Exception):
    """Base of everything that stylecore raises on purpose."""


class SettingsError(StylecoreError, ValueError):
    """A setting outside its range."""


class ImageError(StylecoreError):
    """A picture that cannot be read, used or written."""


class NotAPictureError(ImageError, TypeError):
    """Neither a path, nor an array, nor an image of Pillow was given as a picture.

    Args:
        given: what came in its place.
        what: it was given as.
    """

    def __init__(self, given: object, what: str) -> None:
        super().__init__(
            f"{what} is of type {type(given).__name__}; give a path, a NumPy array of uint8"
            " (H, W, 3), or an image of Pillow"
        )


class ModelError(StylecoreError):
    """An artefact or weight file that is missing, damaged or of another kind."""


class FetchError(StylecoreError):
    """Weights that could not be brought here: no network, no space, a wrong checksum."""


class CheckpointError(StylecoreError):
    """A checkpoint that cannot be read or written, is damaged, or is of another run."""


class EngineError(StylecoreError):
    """ONNX Runtime is missing, or has no provider that can do what was asked."""


class ImageWarning(UserWarning):
    """Something that a picture file says of itself and that is not done."""
