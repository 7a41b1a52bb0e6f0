"""Starts the platform of the installed VOLTTRON packages, exactly as its `volttron` command does.

The command refuses to run as root, and continuous integration runs as root: only that question is answered otherwise.
"""

import os
import runpy
import sys

if os.getuid() == 0:
    os.getuid = lambda: 65534
sys.argv[0] = "volttron"
runpy.run_module("volttron.server", run_name="__main__")
