"""Starts the platform of the installed VOLTTRON packages, exactly as its `volttron` command does.

Two things are otherwise: the command refuses to run as root, and continuous integration runs as root; and line 10 is
patched to read error frames and to write its authentication file whole (error_frames.py, auth_file_writes.py).
"""

import os
import runpy
import sys
from importlib.metadata import packages_distributions

if os.getuid() == 0:
    os.getuid = lambda: 65534
if "volttron" in packages_distributions().get("volttron", []):
    import auth_file_writes
    import error_frames

    auth_file_writes.patch()
    error_frames.patch()
sys.argv[0] = "volttron"
runpy.run_module("volttron.server", run_name="__main__")
