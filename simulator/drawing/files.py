"""Files that are there whole or not at all."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there: a failure leaves what was there before.

    Errors: OSError with the path, such as a missing folder, no permission or a full disk.
    """
    with beside(path) as part:
        part.write_bytes(content)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A file to write that is put in the place of `path` at the end; a failure leaves what was there before.

    Errors: OSError with the path, such as a missing folder, no permission or a full disk.
    """
    path, name = Path(path), ""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=f".part{path.suffix}", dir=path.parent)
        os.close(handle)
        yield Path(name)
        os.chmod(name, _mode(path))
        os.replace(name, path)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        if name:
            with contextlib.suppress(OSError):
                os.unlink(name)


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, or those of a new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
