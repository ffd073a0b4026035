"""Files that are written whole: what stands at their place stays what it is."""

import os
import threading

import pytest

from neurosim.atomic import csv_of, write_whole

WITH_LINKS = pytest.mark.skipif(os.name == "nt", reason="Windows lets few make a link or a pipe")


@WITH_LINKS
def test_a_link_keeps_pointing_to_what_is_written(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.html"
    link.symlink_to(tmp_path / "real" / "page.html")
    for content in (b"new", b"old"):
        assert write_whole(link, content) == link
        assert link.is_symlink()
        assert (tmp_path / "real" / "page.html").read_bytes() == content
    assert [path.name for path in (tmp_path / "real").iterdir()] == ["page.html"]


@WITH_LINKS
def test_a_pipe_is_written_into_and_stays(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_whole(pipe, b"all of it")
    assert pipe.is_fifo()
    reader.join(timeout=60)
    assert read == [b"all of it"]


def test_a_folder_is_no_place_for_a_file(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_name_that_is_no_text_does_not_lose_a_table():
    name = os.fsdecode(b"caf\xe9.png") if os.name == "posix" else "caf\udce9.png"
    assert csv_of(["file", "n"], [(name, 1)]) == b"file,n\r\ncaf?.png,1\r\n"
