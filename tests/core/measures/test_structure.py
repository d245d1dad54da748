import cv2
import numpy as np
import pytest

from stylecore.measures.structure import structure

RNG = np.random.default_rng(0)
CONTENT = cv2.resize(RNG.integers(0, 256, (12, 16, 3), np.uint8), (128, 96))
OTHER = cv2.resize(RNG.integers(0, 256, (12, 16, 3), np.uint8), (128, 96))


def test_it_is_the_correlation_in_two_bands():
    def bands(picture):
        grey = picture.astype(np.float64) @ [0.299, 0.587, 0.114]
        one, four, sixteen = (cv2.GaussianBlur(grey, (0, 0), s) for s in (1, 4, 16))
        return one - four, four - sixteen

    wanted = np.mean(
        [
            np.corrcoef(one.ravel(), other.ravel())[0, 1]
            for one, other in zip(bands(CONTENT), bands(OTHER), strict=True)
        ]
    )
    assert structure(CONTENT, OTHER) == pytest.approx(wanted, abs=1e-3)


def test_the_same_is_one_and_its_negative_minus_one():
    assert structure(CONTENT, CONTENT) == pytest.approx(1, abs=1e-5)
    assert structure(CONTENT, 255 - CONTENT) == pytest.approx(-1, abs=1e-5)
    assert structure(CONTENT, np.full_like(CONTENT, 9)) == pytest.approx(0, abs=1e-5)
