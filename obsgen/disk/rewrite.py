"""
One spec replaced by the same in another layout: whole at any moment, with its mode.

Links stay links: what is replaced is the file that they lead to.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from obsgen.disk.files import put_alone
from obsgen.disk.problems import SpecNotWritten, reason


def rewrite(path: Path, data: bytes, name: str) -> None:
    """
    Replace what a file holds.

    Args:
        path: The file itself, behind all links.
        data: All of it.
        name: What findings call it.

    Raises:
        SpecNotWritten: the system refused; the file stands as it was.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        # A rename asks the folder alone; what its owner made read-only stays as it is.
        if not os.access(path, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        put_alone(path, data, mode)
    except OSError as error:
        hint = "give the user who runs obsgen the right to write there"
        is_denied = error.errno in {errno.EACCES, errno.EPERM}
        message = f"`{name}` cannot be written: {reason(error)}"
        raise SpecNotWritten(message, hint if is_denied else "") from error
