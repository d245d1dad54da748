import numpy as np
import pytest

from stylecore.optimizers.adam import AdamState, adam

SHAPE = (1, 3, 4, 5)


def bowl(seed=0, scale=1.0):
    """A convex function whose lowest point is well inside the box."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(80, 170, SHAPE).astype(np.float32)
    stiffness = (scale * rng.uniform(0.1, 10, SHAPE)).astype(np.float32)

    def function(x):
        difference = x - centre
        return float((stiffness * difference**2).sum()), 2 * stiffness * difference

    return function


def start():
    return np.random.default_rng(1).uniform(100, 150, SHAPE).astype(np.float32)


def iterates(function, steps, **options):
    """The points at which the function was evaluated."""
    points = []
    adam(function, start(), steps=steps, on_evaluation=lambda x, _: points.append(x), **options)
    return points


def by_the_paper(function, x, steps, rate, beta1, beta2, epsilon=0.0):
    """Algorithm 1 of Kingma & Ba 2015, in float64."""
    x, m, v = x.astype(np.float64), 0.0, 0.0
    points = [x]
    for t in range(1, steps + 1):
        gradient = function(x)[1]
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient**2
        x = x - rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
        points.append(x)
    return points


@pytest.mark.parametrize(("rate", "betas"), [(3.0, (0.9, 0.99)), (0.5, (0.8, 0.999))])
def test_inside_the_box_it_is_the_papers_algorithm(rate, betas):
    found = iterates(bowl(), 12, learning_rate=rate, betas=betas)
    wanted = by_the_paper(bowl(), start(), 11, rate, *betas)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize("epsilon", [1e-6, 20.0])
def test_epsilon_is_the_papers(epsilon):
    found = iterates(bowl(), 12, epsilon=epsilon)
    wanted = by_the_paper(bowl(), start(), 11, 3.0, 0.9, 0.99, epsilon)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize("exponent", [-100, 100])
def test_epsilon_is_in_the_units_of_the_gradient(exponent):
    scaled = bowl(scale=2.0**exponent)
    found = iterates(scaled, 8, epsilon=20.0 * 2.0**exponent)
    for one, other in zip(found, iterates(bowl(), 8, epsilon=20.0), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4)


@pytest.mark.parametrize("epsilon", [1e-300, 1e300])
def test_no_epsilon_breaks_a_step(epsilon):
    assert all(np.isfinite(one).all() for one in iterates(bowl(), 3, epsilon=epsilon))


def test_without_averaging_the_last_iterate_comes_out():
    result, _ = adam(bowl(), start(), steps=7, mean_decay=0.0)
    np.testing.assert_allclose(result, iterates(bowl(), 8)[7], rtol=1e-6)


@pytest.mark.parametrize("eps", [1e-30, 8.0])
def test_it_agrees_with_torch(torch, eps):
    x = torch.tensor(start(), requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=3.0, betas=(0.9, 0.99), eps=eps)
    for found in iterates(bowl(), 10, epsilon=eps):
        np.testing.assert_allclose(found, x.detach().numpy(), rtol=1e-5)
        x.grad = torch.tensor(bowl()(x.detach().numpy())[1])
        optimizer.step()


@pytest.mark.parametrize("scale", [1e-32, 1e-9, 1e9, 1e30])
def test_the_scale_of_the_loss_does_not_matter(scale):
    for one, other in zip(iterates(bowl(), 8), iterates(bowl(scale=scale), 8), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4)


def test_the_result_is_the_bias_corrected_mean_of_the_iterates():
    steps, decay = 15, 0.9
    result, state = adam(bowl(), start(), steps=steps, mean_decay=decay)
    points = np.array(iterates(bowl(), steps + 1)[1:], np.float64)
    weights = decay ** np.arange(steps - 1, -1, -1)
    wanted = np.tensordot(weights / weights.sum(), points, 1)
    np.testing.assert_allclose(result, wanted, rtol=1e-5)
    assert (state.steps, state.mean_steps) == (steps, steps)


def test_the_mean_of_one_iterate_is_that_iterate():
    result, _ = adam(bowl(), start(), steps=1)
    np.testing.assert_allclose(result, iterates(bowl(), 2)[1], rtol=1e-6)


def test_carrying_the_state_is_one_long_run():
    whole, _ = adam(bowl(), start(), steps=20)
    points = iterates(bowl(), 21)
    _, state = adam(bowl(), start(), steps=8)
    halves, state = adam(bowl(), points[8], steps=12, state=state)
    assert (halves == whole).all()
    assert state.steps == 20


def test_a_state_starts_empty():
    state = AdamState.start(start())
    assert (state.steps, state.mean_steps) == (0, 0)
    for moment in (state.first, state.second, state.mean):
        assert moment.shape == SHAPE
        assert not moment.any()


def test_where_nothing_pulls_nothing_moves():
    def flat(x):
        return 1.0, np.zeros_like(x)

    result, _ = adam(flat, start(), steps=3)
    np.testing.assert_allclose(result, start(), rtol=1e-6)


def test_a_gradient_that_is_no_number_leaves_no_trace_in_the_moments():
    count = iter(range(1000))

    def sometimes_nothing(x):
        if next(count) % 4 == 3:
            return float("nan"), np.full_like(x, np.nan)
        return float(((x - 200) ** 2).sum()), 2 * (x - 200)

    start = np.full((1, 3, 4, 4), 90, np.float32)
    found, state = adam(sometimes_nothing, start, steps=60)
    for array in (found, state.first, state.second, state.mean):
        assert np.isfinite(array).all()
    assert np.abs(found - 200).mean() < np.abs(start - 200).mean()


def test_where_nothing_is_a_number_the_start_comes_out():
    start = np.full((1, 3, 4, 4), 90, np.float32)
    found, _ = adam(lambda x: (float("nan"), np.full_like(x, np.nan)), start, steps=5)
    assert (found == start).all()
