"""Start the command line: ``stylecore`` and ``python -m stylecore.cli``."""

from __future__ import annotations

import gc
import sys

from .consoles import make_safe, tell_of_losses


def main() -> None:
    """Run the command line and exit with its status."""
    gc.disable()  # nothing that is imported is garbage, and looking for some takes a tenth of it
    try:
        from .app import app
        from .signals import LISTENER
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.exit(
            f"stylecore: the command line needs {error.name}: pip install 'stylecore[cli,cpu]'"
        )
    except KeyboardInterrupt:
        sys.exit(130)
    gc.enable()
    make_safe()
    LISTENER.listen()
    try:
        app(prog_name="stylecore")
    finally:
        LISTENER.rest()
        tell_of_losses()


if __name__ == "__main__":
    main()
