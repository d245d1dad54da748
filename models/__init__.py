"""Makes artefacts."""
