"""Two folders change places in one step, so that there is no moment without either.

Source: renameat2(2), Linux 3.15 and glibc 2.28.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNKNOWN_HERE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
"""The kernel has no such call, or the file system can't do it."""


def exchange(one: Path, other: Path) -> bool:
    """Exchanges two paths of one file system; False where the system can't. OSError where it refuses."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):  # another C library
        return False
    if renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    reason = ctypes.get_errno()
    if reason in _UNKNOWN_HERE:
        return False
    raise OSError(reason, os.strerror(reason), str(one))
