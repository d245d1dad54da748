import numpy as np
import pytest

from stylecore.losses.content import CONTENT, content_loss


def test_the_content_loss_is_weighted_by_position(evaluate, values):
    features, target = values(1, 3, 4, 5), values(1, 3, 4, 5, seed=1)
    weight = np.random.default_rng(2).uniform(0, 1, (1, 1, 4, 5))
    found = evaluate(content_loss, f=features, p=target, w=weight)
    wanted = sum(
        weight[0, 0, y, x] * (features[0, c, y, x] - target[0, c, y, x]) ** 2
        for c, y, x in np.ndindex(3, 4, 5)
    )
    assert found.shape == ()
    assert found == pytest.approx(wanted, rel=1e-12)
    assert CONTENT.measured(features, target, weight) == pytest.approx(wanted, rel=1e-5)
