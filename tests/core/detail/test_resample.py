import numpy as np

from stylecore.detail.resample import missing, shrunk

RNG = np.random.default_rng(0)


def test_shrinking_takes_means_of_areas():
    values = RNG.uniform(0, 1, (8, 12, 3)).astype(np.float32)
    wanted = values.reshape(4, 2, 6, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(shrunk(values, 4, 6), wanted, atol=1e-6)
    assert shrunk(values, 0, 0).shape == (1, 1, 3)


def test_a_smooth_picture_misses_next_to_nothing_and_noise_most_of_itself():
    rows, columns = np.mgrid[:40, :60].astype(np.float32)
    smooth = np.dstack([rows, columns, rows + columns])
    assert np.abs(missing(smooth, 2.0)[4:-4, 4:-4]).max() < 0.6
    noise = RNG.uniform(0, 255, (40, 60, 3)).astype(np.float32)
    assert missing(noise, 2.0).std() > 0.7 * noise.std()
