"""How many threads SciPy's linear algebra takes: one."""

from __future__ import annotations

import os

_OPENBLAS = "OPENBLAS_NUM_THREADS"


def calm_scipy() -> None:
    """Keep the OpenBLAS that SciPy brings to one thread, unless the user has said how many.

    Its vectors are a picture long, which a second thread is no help with; but it waits for more so
    busily that ONNX Runtime's threads lack a core. It reads this when it is loaded, later than
    NumPy's own, which multiplies matrices and keeps its threads where it is there already.
    """
    os.environ.setdefault(_OPENBLAS, "1")
