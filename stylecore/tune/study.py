"""The study: what to try next, by Optuna, which also remembers what was tried.

Optuna's tree-structured Parzen estimator (Bergstra et al. 2011; for several objectives Ozaki et al.
2022) looks for trials of which none is better in one thing without being worse in another.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .. import files
from ..errors import StylecoreError
from ..measures.verdict import Verdict
from .knobs import Among, Range, Value
from .tried import Tried

_AT_RANDOM = 10
"""So many trials are spread about before what came of them counts."""

_DIGITS = 3


def check_searchable() -> None:
    """Make sure that Optuna is there, before anything takes long.

    Raises:
        StylecoreError: where it is not.
    """
    try:
        import optuna  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise StylecoreError(
            f"the search needs Optuna ({error}): pip install 'stylecore[tune]'"
        ) from error


class Study:
    """The trials of a search, in a file that is up to date after each.

    Whether a search was stopped between two trials makes no difference to what is tried next.

    Args:
        path: of the file, which nobody else writes to meanwhile.
        name: of the search; the file may have others.
        ranges: of what is varied.
        seed: of what is random.

    Raises:
        StylecoreError: for a file that is damaged, or cannot be written.
    """

    def __init__(self, path: Path, name: str, ranges: Mapping[str, Range], seed: int) -> None:
        self._path, self._seed = path, seed
        self._asked: Any = None
        with self._told():
            self._study = _opened(path, name)
            _forget_unfinished(self._study)
            self._distributions = {key: _distribution(one) for key, one in ranges.items()}

    def tried(self) -> list[Tried]:
        """All trials that were made, in their order."""
        done = self._done()
        best = {one.number for one in self._study.best_trials} if done else set[int]()
        return [
            Tried(
                number,
                one.user_attrs["values"],
                Verdict(*one.values),
                one.user_attrs["seconds"],
                one.number in best,
            )
            for number, one in enumerate(done, start=1)
        ]

    def suggest(self) -> dict[str, Value]:
        """Values that have not been tried; to be followed by `take` or `drop`."""
        with self._told():
            self._study.sampler = _sampler(self._seed + len(self._done()))
            self._asked = self._study.ask(self._distributions)
        return {name: _rounded(value) for name, value in self._asked.params.items()}

    def take(self, values: Mapping[str, Value], verdict: Verdict, seconds: float) -> None:
        """Remember a trial: of the values that were suggested, or of others."""
        attributes = {"values": dict(values), "seconds": seconds}
        found = (verdict.style, verdict.content, verdict.noise)
        with self._told():
            if self._asked is None:
                self._study.add_trial(self._made(values, found, attributes))
                return
            for name, value in attributes.items():
                self._asked.set_user_attr(name, value)
            self._study.tell(self._asked, found)
            self._asked = None

    def drop(self) -> None:
        """Forget what was suggested: nothing came of it."""
        if self._asked is not None:
            import optuna

            with self._told(), suppress(OSError):
                self._study.tell(self._asked, state=optuna.trial.TrialState.FAIL)
        self._asked = None

    def _done(self) -> list[Any]:
        import optuna

        states = (optuna.trial.TrialState.COMPLETE,)
        return self._study.get_trials(deepcopy=False, states=states)

    def _made(self, values: Mapping[str, Value], found: Any, attributes: dict[str, Any]) -> Any:
        import optuna

        return optuna.trial.create_trial(
            params=dict(values),
            distributions=self._distributions,
            values=found,
            user_attrs=attributes,
        )

    @contextmanager
    def _told(self) -> Generator[None]:
        """What Optuna does, with nothing said, and what goes wrong as an error of ours."""
        import optuna

        verbosity = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                yield
        except (OSError, RuntimeError) as error:
            # Of a lock that an interrupt kept it from taking, or that it has given back when one
            # comes, Optuna says that it has lost it, or that there is no such file.
            if (end := _interrupt_behind(error)) is not None:
                raise end from None
            if isinstance(error, OSError):
                raise StylecoreError(files.unwritable(self._path, error)) from error
            raise
        finally:
            optuna.logging.set_verbosity(verbosity)


def _interrupt_behind(error: BaseException) -> KeyboardInterrupt | None:
    """What an error came of, where that was an interrupt."""
    cause = error.__context__
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__context__
    return cause


def _opened(path: Path, name: str) -> Any:
    try:
        _mend(path)
        return _read(path, name)
    except _STRANGE as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise StylecoreError(
            f"{path} is damaged ({said}); remove it, or give another folder"
        ) from error


def _forget_unfinished(study: Any) -> None:
    """What a process that was killed was at counts for nothing."""
    import optuna

    for one in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(one.number, state=optuna.trial.TrialState.FAIL)


_STRANGE = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What Optuna meets in a file that it did not write."""


def _read(path: Path, name: str) -> Any:
    import optuna
    from optuna.storages import journal

    lock = f"{path}.lock"
    Path(lock).unlink(missing_ok=True)  # of a process that was killed: nobody else is here
    backend = journal.JournalFileBackend(str(path), journal.JournalFileOpenLock(str(path)))
    return optuna.create_study(
        storage=optuna.storages.JournalStorage(backend),
        study_name=name,
        directions=["maximize", "minimize", "minimize"],
        load_if_exists=True,
    )


def _mend(path: Path) -> None:
    """Cut off a last line that was not written to its end."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        files.write_atomically(path, whole)


def _sampler(seed: int) -> Any:
    import optuna

    return optuna.samplers.TPESampler(
        n_startup_trials=_AT_RANDOM,
        multivariate=True,
        constant_liar=False,
        seed=seed % 2**32,
    )


def _distribution(one: Range) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    if isinstance(one, Among):
        return CategoricalDistribution(one.choices)
    return FloatDistribution(one.low, one.high, log=True)


def _rounded(value: Value) -> Value:
    """A number in as many digits as anybody wants to read."""
    return value if isinstance(value, str) else float(f"{value:.{_DIGITS}g}")
