"""How much memory one request may take at its peak. The numbers are promised in docs/; change both together."""
import os
import resource
import shutil
import tempfile
import time

import pytest

from support.checks import good
from support.child import run
from support.oracle import MEMORY_SLACK
from support.scripted_sftp import MIB, pattern
from support.waiting import PATIENCE, until

# Beyond what the gateway held before, in MiB. The answers are built as JSON before they are sent: 4.2 MiB
# of text, 5.6 MiB of base64, 8 MiB of listing.
DOWNLOAD_4_MIB_TEXT = 24
DOWNLOAD_4_MIB_BINARY = 24
LIST_50000 = 32
UPLOAD_11_MIB = 40
# A listing of 50,000 entries with a login by key on a fresh connection: seconds on an idle machine, and seconds of our
# own computing, which hold on a busy one as well.
LIST_50000_SECONDS = 0.4
LIST_50000_COMPUTING = 0.2

# One worker takes them all: the crowd is made once.
pytestmark = pytest.mark.xdist_group('memory')


@pytest.fixture
def peak(own_gateway):
    """peak(call): by how many MiB the gateway grew at most during it, less what a sanitizer is allowed."""
    gateway = own_gateway()

    def measure(call):
        call(gateway)   # what is allocated once
        before = gateway.rss()
        gateway.forget_peak()
        call(gateway)
        return (gateway.peak_rss() - before - (MEMORY_SLACK - 8 * MIB)) / MIB
    return measure


@pytest.mark.parametrize('content, bound', [(pattern(4 * MIB), DOWNLOAD_4_MIB_TEXT),
                                            (os.urandom(4 * MIB), DOWNLOAD_4_MIB_BINARY)],
                         ids=['text', 'binary'])
def test_download_of_4_mib_is_bounded(peak, openssh, content, bound):
    openssh.fresh('memory').joinpath('file').write_bytes(content)
    login = openssh.login(path=openssh.path('memory/file'))
    assert peak(lambda gateway: good(gateway.post('download', **login))) < bound


@pytest.fixture(scope='module')
def crowd(workspace):
    """A folder of 50,000 entries, in memory where that can be had: making it takes longer than listing it."""
    folder = tempfile.mkdtemp(prefix='gangway-crowd-', dir='/dev/shm' if os.path.isdir('/dev/shm') else workspace)
    handle = os.open(folder, os.O_RDONLY)
    for number in range(50_000):
        os.close(os.open(f'entry-{number:05d}.csv', os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.close(handle)
    yield folder
    shutil.rmtree(folder)


def test_list_of_50000_entries_is_bounded(peak, openssh, crowd):
    login = openssh.login(path=crowd)
    assert peak(lambda gateway: good(gateway.post('list', **login), count=50_000)) < LIST_50000


def test_list_of_50000_entries_on_a_fresh_connection_is_quick(gateway, openssh, crowd, tmp_path):
    """Where the machine is too slow or too busy for the bounds, at least quicker, and with less computing, than OpenSSH's
    own client at the same moment."""
    for attempt in range(5):
        # Another spelling of the same key is another credential, which shares no session.
        login = openssh.login(path=crowd, privateKey=openssh.key.private + '\n' * (attempt + 1))
        before = gateway.cpu_seconds()
        answer = gateway.post('list', **login)
        computing = gateway.cpu_seconds() - before
        good(answer, count=50_000)
        seconds, work = map(max, openssh_lists(openssh, crowd, tmp_path), (LIST_50000_SECONDS, LIST_50000_COMPUTING))
        if answer.seconds < seconds * PATIENCE and computing < work * PATIENCE:
            return
    raise AssertionError(f'{answer.seconds:.2f} s, bound {seconds:.2f} s; computing {computing:.2f} s, bound {work:.2f} s')


def openssh_lists(server, path, folder):
    """Seconds that `sftp` takes for it, and those that it computes."""
    known_hosts = folder / 'known_hosts'
    known_hosts.write_text(f'* {server.host_key.public_line}\n')
    started, worked = time.monotonic(), work_of_children()
    run(['sftp', '-q', '-F', 'none', '-P', server.port, '-i', server.key.path, '-o',
         f'UserKnownHostsFile={known_hosts}', '-b', '-', f'{server.username}@{server.host}'],
         input=f'ls -1f {path}\n'.encode())
    return time.monotonic() - started, work_of_children() - worked


def work_of_children():
    """Seconds of the processor's time that the children have had which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_upload_is_bounded(peak, openssh):
    openssh.fresh('memory')
    content = 'x' * 11_000_000
    call = {'path': openssh.path('memory/up'), 'content': content, 'encoding': 'utf-8'}
    assert peak(lambda gateway: good(gateway.post('upload', **openssh.login(**call)))) < UPLOAD_11_MIB


def test_memory_comes_back_after_many_requests(own_gateway, openssh):
    gateway = own_gateway()
    openssh.fresh('memory').joinpath('file').write_bytes(pattern(MIB))
    login = openssh.login(path=openssh.path('memory/file'))
    for _ in range(10):
        good(gateway.post('download', **login))
    before, fds = gateway.rss(), gateway.fds()
    for _ in range(50):
        good(gateway.post('download', **login))
    assert gateway.rss() - before < MEMORY_SLACK
    until(lambda: gateway.fds() <= fds, 2, f'no more than {fds} descriptors: it may still close the last connection')
