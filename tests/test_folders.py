"""The folder of a student's process: gone afterwards, whatever was made in it."""

import os
import sys
from pathlib import Path

import pytest

from neurosim.grading.folders import temporary_folder


def test_an_ordinary_folder_is_removed():
    with temporary_folder() as folder:
        (folder / "a" / "b").mkdir(parents=True)
        (folder / "a" / "b" / "file").write_text("text")
        (folder / "file").write_text("text")
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows opens no path so long")
def test_folders_deeper_than_python_can_recurse_are_removed():
    here = Path.cwd()
    with temporary_folder() as folder:
        os.chdir(folder)
        try:
            for _ in range(3000):  # their path is longer than the system opens
                Path("a").mkdir()
                os.chdir("a")
        finally:
            os.chdir(here)
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes are POSIX's")
def test_locked_folders_are_removed_and_links_are_not_followed(tmp_path):
    kept = tmp_path / "kept"
    kept.write_text("text")
    with temporary_folder() as folder:
        inner = folder / "locked" / "inner"
        inner.mkdir(parents=True)
        (inner / "link").symlink_to(tmp_path)
        (folder / "nowhere").symlink_to("nothing")
        os.mkfifo(inner / "pipe")
        inner.chmod(0)
        (folder / "locked").chmod(0)
        folder.chmod(0)
    assert not folder.exists()
    assert kept.read_text() == "text"


def test_what_is_gone_already_is_no_error():
    with temporary_folder() as folder:
        folder.rmdir()
    assert not folder.exists()
