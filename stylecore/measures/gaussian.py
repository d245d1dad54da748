"""Gaussians of features, and how far one is from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_RIDGE = 1e-4
"""Of the mean variance, which is added to all: what does not vary at all has a density, too."""

_LEAST = 1e-12


@dataclass(frozen=True)
class Gaussian:
    """A mean (C,) and a covariance (C, C), in float64."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, features: Floats) -> Self:
        """Of features (C, …), each position a sample."""
        samples = features.reshape(len(features), -1).astype(np.float64)
        mean = samples.mean(axis=1)
        away = samples - mean[:, None]
        return cls(mean, away @ away.T / samples.shape[1])

    def leading(self, count: int) -> Floats:
        """The directions in which it varies most, (C, k): k is at most as many as there are."""
        return np.linalg.eigh(self.covariance)[1][:, -count:]

    def along(self, directions: Floats) -> Self:
        """Seen along directions (C, k)."""
        return type(self)(self.mean @ directions, directions.T @ self.covariance @ directions)

    @property
    def ridge(self) -> float:
        """A little of its mean variance."""
        return max(_RIDGE * float(np.trace(self.covariance)) / len(self.mean), _LEAST)

    def widened(self, ridge: float) -> Self:
        """With so much more variance in every direction."""
        return type(self)(self.mean, self.covariance + ridge * np.eye(len(self.mean)))


def kullback_leibler(one: Gaussian, other: Gaussian) -> float:
    """½ (tr Σ₂⁻¹Σ₁ + (μ₂ − μ₁)ᵀ Σ₂⁻¹ (μ₂ − μ₁) − k + ln det Σ₂ / det Σ₁), of one from the other."""
    apart = other.mean - one.mean
    traces = np.trace(np.linalg.solve(other.covariance, one.covariance))
    shift = apart @ np.linalg.solve(other.covariance, apart)
    volumes = np.linalg.slogdet(other.covariance)[1] - np.linalg.slogdet(one.covariance)[1]
    return float(traces + shift - len(apart) + volumes) / 2
