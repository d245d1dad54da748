"""What ``stylecore.models`` offers at its door, some of it imported when it is first asked for."""

import pytest

from stylecore import models


@pytest.mark.parametrize("name", models.__all__)
def test_every_name_is_there(name):
    assert getattr(models, name).__name__ == name


def test_another_name_is_no_attribute():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        models.nothing  # noqa: B018
