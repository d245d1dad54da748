"""What ``stylecore.models`` offers is there, also what it imports late."""

import pytest

from stylecore import models


@pytest.mark.parametrize("name", models.__all__)
def test_every_public_name_is_there(name):
    assert getattr(models, name).__name__ == name


def test_no_other_name_is_made_up():
    with pytest.raises(AttributeError, match="no attribute 'paint'"):
        models.paint  # noqa: B018
