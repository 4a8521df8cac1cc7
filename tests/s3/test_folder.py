"""The sink for local folders on file systems that fill up, close, and lose their writer."""
import signal
import threading

import pytest

from support.privilege import privileged
from support.sink_program import Sink
from support.small_disk import small_disk
from support.waiting import until

OWN = '.gangway'


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def published(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob('*') if file.is_file() and OWN not in file.parts)


def temporaries(folder):
    return [file.name for file in (folder / OWN).iterdir() if file.name != 'identity']


def test_disk_that_is_full_at_any_octet_leaves_nothing_and_recovers(tmp_path, large):
    with small_disk(tmp_path / 'disk', 'size=1m') as disk:
        sink = Sink(f'local={disk}')
        assert sink('put', '1-1', 'big', large).startswith('no space left: cannot write a file: No space left')
        assert published(disk) == [] and temporaries(disk) == []
        filler = disk / 'filler'
        filler.write_bytes(b'x' * (900 << 10))
        small = tmp_path / 'small'
        for size in range(1 << 10, 160 << 10, 8 << 10):
            small.write_bytes(b'y' * size)
            said = sink('put', f'{size}-1', f'sub/{size}', small)
            assert said == 'published' or said.startswith('no space left: ')
            if said == 'published':
                assert (disk / f'sub/{size}').stat().st_size == size
            assert temporaries(disk) == []
        assert said.startswith('no space left: ')
        filler.unlink()
        assert sink('put', '2-1', 'late', small) == 'published'


def test_file_system_without_inodes_is_no_space(tmp_path, small):
    with small_disk(tmp_path / 'disk', 'size=1m,nr_inodes=5') as disk:
        sink = Sink(f'local={disk}')
        assert sink('put', '1-1', 'a', small) == 'published'
        said = [sink('put', f'{row}-1', f'b{row}', small) for row in range(2, 6)]
        assert said[-1].startswith('no space left: ')
        assert temporaries(disk) == []


def test_read_only_file_system_is_told_and_recovers(tmp_path, small):
    with small_disk(tmp_path / 'disk', 'size=1m') as disk:
        sink = Sink(f'local={disk}')
        assert sink('put', '1-1', 'a', small) == 'published'
        privileged('mount', '-o', 'remount,ro', disk)
        assert sink('put', '2-1', 'b', small).startswith('read-only: ')
        privileged('mount', '-o', 'remount,rw', disk)
        assert sink('put', '2-2', 'b', small) == 'published'


def test_mount_below_the_folder_is_refused(tmp_path, small):
    sink = Sink(f'local={tmp_path}')
    with small_disk(tmp_path / 'disk', 'size=1m') as disk:
        assert sink('put', '1-1', 'disk/a', small).startswith('the destination is not safe: ')
        assert published(disk) == []


def test_reader_never_sees_a_part_of_a_file(folder):
    """A reader looks all the time while thousands of files arrive."""
    seen, wrong, over = set(), [], threading.Event()

    def read():
        while not over.is_set():
            for file in (folder / 'many').glob('*') if (folder / 'many').exists() else ():
                if file.name not in seen and file.read_bytes() != b'x' * 4096:
                    wrong.append(file.name)
                seen.add(file.name)
    reader = threading.Thread(target=read)
    reader.start()
    assert Sink(f'local={folder}')('many', 3000, 4096).endswith('files a second')
    until(lambda: len(seen) == 3000, 20, 'the reader')
    over.set()
    reader.join()
    assert wrong == []


def test_killed_writer_leaves_whole_files_and_what_is_swept(folder):
    """Killed again and again at any moment; each start goes on with what is there."""
    sink = Sink(f'local={folder}')
    for already in range(0, 1000, 200):
        running = sink.start('many', 20000, 1024)
        until(lambda: running.poll() is not None or len(published(folder)) > already, 20, 'more files')
        running.send_signal(signal.SIGKILL)
        running.wait(20)
        assert all((folder / name).read_bytes() == b'x' * 1024 for name in published(folder))
    sink('sweep', 0)
    assert temporaries(folder) == []
    assert sink('many', 2000, 1024).endswith('files a second')
    assert len(published(folder)) >= 2000
