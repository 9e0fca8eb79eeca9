"""Settings of live slides: which extensions they load."""

# Live slides (jupyterlab-rise) load what is listed in this folder and nothing else: extensions built for a newer
# JupyterLab than theirs fail there, and take the sliders with them.
import sys
from pathlib import Path

c.RiseApp.labextensions_path = [str(Path(sys.prefix) / "share/jupyter/rise_extensions")]  # noqa: F821
