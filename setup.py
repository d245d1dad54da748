"""Builds from what is there now; everything else about the package stands in pyproject.toml."""

import shutil

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildAnew(build_py):
    """Copies the modules into an empty folder.

    setuptools keeps ``build/lib`` from one build to the next and packs whatever lies there, so that
    a module which was renamed or deleted would go on being installed.
    """

    def run(self) -> None:
        """Empty the folder, then build; an editable installation has a new one of its own."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


setup(cmdclass={"build_py": BuildAnew})
