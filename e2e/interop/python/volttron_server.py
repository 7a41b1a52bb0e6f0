"""Starts the platform of the installed VOLTTRON packages, exactly as its `volttron` command does.

Two things are otherwise: the command refuses to run as root, and continuous integration runs as root; and line 10 is
patched to read error frames (see error_frames.py).
"""

import os
import runpy
import sys
from importlib.metadata import packages_distributions

if os.getuid() == 0:
    os.getuid = lambda: 65534
if "volttron" in packages_distributions().get("volttron", []):
    from error_frames import patch

    patch()
sys.argv[0] = "volttron"
runpy.run_module("volttron.server", run_name="__main__")
