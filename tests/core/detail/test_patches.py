import numpy as np

from stylecore.detail.patches import REACH, Sheet, grid, patches_at, principal, projected

RNG = np.random.default_rng(0)
PICTURE = RNG.uniform(0, 255, (20, 30, 3)).astype(np.float32)


def test_a_patch_is_the_pixels_around_its_centre():
    (found,) = patches_at(PICTURE, (np.array([7]), np.array([11])))
    assert (found.reshape(5, 5, 3) == PICTURE[5:10, 9:14]).all()


def test_beyond_the_edge_it_is_mirrored():
    (found,) = patches_at(PICTURE, (np.array([0]), np.array([0])))
    wanted = np.pad(PICTURE, ((REACH, 0), (REACH, 0), (0, 0)), mode="reflect")[:5, :5]
    assert (found.reshape(5, 5, 3) == wanted).all()


def test_principal_components_keep_what_varies():
    rows, columns = grid(0, 20, 0, 30)
    places = rows.ravel(), columns.ravel()
    ramp = np.broadcast_to(np.arange(30, dtype=np.float32)[None, :, None], (20, 30, 3)).copy()
    space = principal(patches_at(ramp, places))
    found = projected(ramp, places, space)
    distance = np.linalg.norm(found[0] - found[5])
    exact = np.linalg.norm(patches_at(ramp, places)[0] - patches_at(ramp, places)[5])
    assert abs(distance - exact) < 0.01 * exact


def test_what_is_cut_out_and_laid_back_is_the_picture():
    rows, columns = grid(REACH, 18, REACH, 28)
    places = rows.ravel(), columns.ravel()
    sheet = Sheet(20, 30)
    sheet.lay(PICTURE, places, places)
    inside = slice(REACH, -REACH), slice(REACH, -REACH)
    np.testing.assert_allclose(sheet.mean()[inside], PICTURE[inside], atol=0.01)
