"""A file is there whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from simulator.drawing.sheet import write_whole
from simulator.reports.page import write_page
from simulator.reports.workbook import write_workbook


@pytest.mark.parametrize("write", [write_page, write_workbook])
def test_a_missing_folder_is_an_error_with_its_path(office, write, tmp_path):
    with pytest.raises(OSError, match="nowhere") as failure:
        write(office, tmp_path / "nowhere" / "file.out")
    assert failure.value.filename == str(tmp_path / "nowhere" / "file.out")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file.html"
    path.write_bytes(b"old")
    write = Path.write_bytes

    def full(file, content):
        write(file, content[:2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left") as failure:
        write_whole(path, b"new")
    assert failure.value.errno == errno.ENOSPC
    assert failure.value.filename == str(path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"file.html": b"old"}


def test_a_new_file_can_be_read_by_others_and_an_old_one_keeps_its_mode(tmp_path):
    old = os.umask(0o022)
    try:
        write_whole(tmp_path / "new.html", b"new")
    finally:
        os.umask(old)
    assert (tmp_path / "new.html").stat().st_mode & 0o777 == 0o644
    (tmp_path / "new.html").chmod(0o600)
    write_whole(tmp_path / "new.html", b"newer")
    assert (tmp_path / "new.html").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new.html").read_bytes() == b"newer"
