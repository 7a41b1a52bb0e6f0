"""Lets VOLTTRON 10 read error frames on Python 3.11 and later (docs/interop.md).

Its router writes `str(zmq.EHOSTUNREACH)`, which is "Errno.EHOSTUNREACH" up to Python 3.10 and "113" from 3.11 on; its
agents and services read the former only, and end at the first error frame otherwise. Core 2.x reads both; so does this.
"""

import errno

from volttron.client.vip.agent.errors import VIPError

published = VIPError.from_errno.__func__


def from_errno(cls, errnum, msg, *args):
    if isinstance(errnum, int):
        errnum = errno.errorcode.get(errnum, str(errnum))
    return published(cls, errnum, msg, *args)


def patch():
    VIPError.from_errno = classmethod(from_errno)
