"""What can go wrong, as exceptions with one-line messages.

Every message says what was given, what was wanted and what to do::

    StylecoreError
    ├── SettingsError   a setting outside its range (also a ValueError)
    ├── ImageError      a picture that cannot be read, used or written
    ├── ModelError      an artefact or weight file that is missing, damaged or of another kind
    ├── FetchError      weights that could not be brought here
    └── EngineError     no ONNX Runtime, or none that can do what was asked

What is done all the same, but not as a file asks for it, is a warning, `ImageWarning`.
"""


class StylecoreError(Exception):
    """Base of everything that stylecore raises on purpose."""


class SettingsError(StylecoreError, ValueError):
    """A setting outside its range."""


class ImageError(StylecoreError):
    """A picture that cannot be read, used or written."""


class ModelError(StylecoreError):
    """An artefact or weight file that is missing, damaged or of another kind."""


class FetchError(StylecoreError):
    """Weights that could not be brought here: no network, no space, a wrong checksum."""


class EngineError(StylecoreError):
    """ONNX Runtime is missing, or has no provider that can do what was asked."""


class ImageWarning(UserWarning):
    """Something that a picture file says of itself and that is not done."""
