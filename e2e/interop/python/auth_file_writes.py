"""Lets VOLTTRON 10 start with the entries of its authentication file (docs/interop.md).

It empties `auth.json` before it writes it, in threads of its own, and reads it again at once whenever it changes: in
about every other start it reads an empty file last, and for two seconds nobody is let in. Here the whole file appears
at once.
"""

import os
import threading

from volttron.services.auth.auth_service import AuthFile

published = AuthFile._write


def write(self, *args):
    whole = self.auth_file
    self.auth_file = draft = f"{whole}.{threading.get_ident()}"
    try:
        published(self, *args)
    finally:
        self.auth_file = whole
    os.replace(draft, whole)


def patch():
    AuthFile._write = write
