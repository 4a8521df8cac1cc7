"""`--resume`: a transfer that was cut anywhere is gone on with, and the file is right; a source that changed starts anew."""
import os
import random
import signal
import subprocess
from dataclasses import replace

import pytest

from support.cli import INTERRUPTED, OK, USAGE
from support.fault_proxy import CLIENT_TO_SERVER, RESET, SERVER_TO_CLIENT, STALL, Fault, FaultProxy
from support.scripted_sftp import MIB
from support.waiting import until

SIZE = 20 * MIB + 4321
REACH = 8 * MIB     # what an upload sends once more


@pytest.fixture(scope='module')
def octets():
    return random.Random(7).randbytes(SIZE)


@pytest.fixture
def place(openssh, request):
    """A fresh folder on the server: its name in URLs, and itself."""
    name = 'resume-' + request.node.name.split('[')[0]
    return ':' + openssh.path(name), openssh.fresh(name)


def through(cli, openssh, fault, *arguments):
    """Runs a command over a line that breaks at `fault`."""
    with FaultProxy((openssh.host, openssh.port), fault=fault) as proxy:
        return cli.to(replace(openssh, port=proxy.port), *arguments)


def partials(folder):
    return [path for path in folder.iterdir() if path.name.startswith('.gangway-')]


@pytest.mark.parametrize('part', [0.01, 0.2, 0.5, 0.8, 0.999])
@pytest.mark.parametrize('channels', ['1', '4'])
def test_upload_cut_anywhere_is_gone_on_with(cli, openssh, place, tmp_path, octets, part, channels):
    url, folder = place
    source = tmp_path / 'file'
    source.write_bytes(octets)
    upload = ('put', source, f'{url}/file', '--resume', '--json', '--parallel', channels)
    cut = through(cli, openssh, Fault(RESET, CLIENT_TO_SERVER, int(SIZE * part)), *upload)
    assert cut.status != OK and 'goes on with it' in cut.stderr
    assert not (folder / 'file').exists()
    there = partials(folder)[0].stat().st_size if partials(folder) else 0
    told = cli.to(openssh, *upload).json()
    assert told['resumedAt'] == max(0, there - REACH) and told['bytesWritten'] == SIZE
    assert (folder / 'file').read_bytes() == octets
    assert partials(folder) == []


@pytest.mark.parametrize('part', [0.01, 0.2, 0.5, 0.8, 0.999])
def test_download_cut_anywhere_is_gone_on_with(cli, openssh, place, tmp_path, octets, part):
    url, folder = place
    (folder / 'file').write_bytes(octets)
    download = ('get', f'{url}/file', tmp_path / 'got', '--resume', '--json')
    cut = through(cli, openssh, Fault(RESET, SERVER_TO_CLIENT, int(SIZE * part)), *download)
    assert cut.status != OK
    assert not (tmp_path / 'got').exists()
    there = partials(tmp_path)[0].stat().st_size if partials(tmp_path) else 0
    told = cli.to(openssh, *download).json()
    assert told['resumedAt'] == there and told['bytesRead'] == SIZE
    assert (tmp_path / 'got').read_bytes() == octets
    assert partials(tmp_path) == []


def test_download_of_a_file_that_changed_starts_anew(cli, openssh, place, tmp_path, octets):
    url, folder = place
    (folder / 'file').write_bytes(octets)
    os.utime(folder / 'file', (1_700_000_000, 1_700_000_000))
    download = ('get', f'{url}/file', tmp_path / 'got', '--resume', '--json')
    through(cli, openssh, Fault(RESET, SERVER_TO_CLIENT, SIZE // 2), *download)
    (folder / 'file').write_bytes(octets[::-1])
    told = cli.to(openssh, *download).json()
    assert told['resumedAt'] == 0
    assert (tmp_path / 'got').read_bytes() == octets[::-1]


def test_upload_of_a_file_that_changed_starts_anew(cli, openssh, place, tmp_path, octets):
    url, folder = place
    source = tmp_path / 'file'
    source.write_bytes(octets)
    upload = ('put', source, f'{url}/file', '--resume', '--json')
    through(cli, openssh, Fault(RESET, CLIENT_TO_SERVER, SIZE // 2), *upload)
    source.write_bytes(octets[::-1])
    told = cli.to(openssh, *upload).json()
    assert told['resumedAt'] == 0
    assert (folder / 'file').read_bytes() == octets[::-1]


def test_upload_that_was_complete_but_unnamed_only_gets_its_name(cli, openssh, place, tmp_path):
    url, folder = place
    source = tmp_path / 'file'
    source.write_bytes(b'hello')
    cli.to(openssh, 'put', source, f'{url}/file', '--resume')
    assert (folder / 'file').read_bytes() == b'hello'
    told = cli.to(openssh, 'put', source, f'{url}/file', '--resume', '--json').json()
    assert told['bytesWritten'] == 5


@pytest.mark.parametrize('resume', [[], ['--resume']])
def test_interrupted_download_leaves_no_file_under_its_name(cli, openssh, place, tmp_path, octets, resume):
    url, folder = place
    (folder / 'file').write_bytes(octets)
    with FaultProxy((openssh.host, openssh.port), fault=Fault(STALL, SERVER_TO_CLIENT, SIZE // 2)) as proxy:
        address = f'sftp://{openssh.username}@{proxy.host}:{proxy.port}{url[1:]}/file'
        process = subprocess.Popen(
            cli.argv('get', address, tmp_path / 'got', *resume, '-i', openssh.key.path, '--known-hosts',
                     cli.known_hosts, '--accept-new'),
            env=cli.environment(), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: any(path.stat().st_size for path in partials(tmp_path)), 20, 'the first octets')
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == INTERRUPTED
    assert not (tmp_path / 'got').exists()
    assert len(partials(tmp_path)) == len(resume)


@pytest.mark.parametrize('arguments', [['get', ':/x', '-', '--resume'], ['put', 'x', ':/y', '--append', '--resume']])
def test_resume_is_for_files(cli, openssh, arguments):
    assert cli.to(openssh, *arguments).status == USAGE
