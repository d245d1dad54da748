import io

import numpy as np
from PIL import Image, ImageCms

from stylecore.pictures.profiles.srgb import srgb_profile


def test_littlecms_takes_it_for_srgb(profiles):
    colors = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    seen = profiles.shown(Image.fromarray(colors), srgb_profile())
    assert np.abs(seen - colors).max() <= 1
    opened = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert ImageCms.getProfileDescription(opened).strip() == "sRGB"
    assert opened.profile.version >= 4


def test_it_is_small():
    assert len(srgb_profile()) < 700
