"""`-r --resume`: what is there already is not sent again, and a large file goes on where it stopped."""
import fcntl
import os
from dataclasses import replace

import pytest

from support.cli import FAILED, OK
from support.fault_proxy import CLIENT_TO_SERVER, RESET, SERVER_TO_CLIENT, Fault, FaultProxy
from support.scripted_sftp import MIB

LARGE = 20 * MIB
REACH = 8 * MIB     # what an upload sends once more
THEN = 1_700_000_000


@pytest.fixture
def place(openssh, request):
    """A fresh folder on the server: its name in URLs, and itself."""
    name = 'tree-resume-' + request.node.name.split('[')[0]
    return ':' + openssh.path(name), openssh.fresh(name)


def plant(folder):
    """Small files and a large one; content by name."""
    content = {f'sub{number % 5}/f{number:03}': os.urandom(100 + number) for number in range(200)}
    content['sub0/large'] = os.urandom(LARGE)
    for name, octets in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(octets)
    return content


def files_in(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def through(cli, openssh, fault, *arguments):
    """Runs a command over a line that breaks at `fault`."""
    with FaultProxy((openssh.host, openssh.port), fault=fault) as proxy:
        return cli.to(replace(openssh, port=proxy.port), *arguments)


def looks(folder):
    return {path: (path.stat().st_ino, path.stat().st_ctime_ns) for path in folder.rglob('*') if path.is_file()}


def partials(folder):
    return list(folder.rglob('.gangway-*.part'))


def told(outcome):
    assert outcome.status == OK, f'{outcome.status}: {outcome.stderr}'
    return outcome.json()


def test_a_download_that_was_cut_goes_on(cli, openssh, place, tmp_path):
    url, folder = place
    content = plant(folder)
    download = ('get', '-r', '--resume', '--json', url, tmp_path / 'here')
    cut = through(cli, openssh, Fault(RESET, SERVER_TO_CLIENT, 15 * MIB), *download)
    assert cut.status != OK and 'goes on with it' in cut.stderr
    left = partials(tmp_path)[0].stat().st_size
    assert 4 * MIB < left < LARGE
    done = told(cli.to(openssh, *download))
    assert done['unchanged'] == 200 and done['files'] == 1 and done['bytes'] == LARGE - left
    assert files_in(tmp_path / 'here') == content


def test_an_upload_that_was_cut_goes_on(cli, openssh, place, tmp_path):
    url, folder = place
    content = plant(tmp_path / 'source')
    upload = ('put', '-r', '--resume', '--json', '--parallel', '1', tmp_path / 'source', f'{url}/there')
    cut = through(cli, openssh, Fault(RESET, CLIENT_TO_SERVER, 16 * MIB), *upload)
    assert cut.status != OK and 'goes on with it' in cut.stderr
    left = partials(folder)[0].stat().st_size
    assert REACH < left < LARGE and not (folder / 'there/sub0/large').exists()
    done = told(cli.to(openssh, *upload))
    assert done['unchanged'] == 200 and done['files'] == 1 and done['bytes'] == LARGE - (left - REACH)
    assert files_in(folder / 'there') == content


@pytest.mark.parametrize('way', ['down', 'up'])
def test_only_what_changed_is_sent_again(cli, openssh, place, tmp_path, way):
    url, folder = place
    source, target = (folder, tmp_path / 'here') if way == 'down' else (tmp_path / 'here', folder / 'there')
    content = plant(source)
    command = ('get', '-r', '--resume', '--json', url, target) if way == 'down' else \
        ('put', '-r', '--resume', '--json', source, f'{url}/there')
    assert told(cli.to(openssh, *command))['unchanged'] == 0
    before = looks(target)
    assert told(cli.to(openssh, *command))['unchanged'] == 201
    assert looks(target) == before
    (source / 'sub1/f001').write_bytes(b'longer or shorter')
    (source / 'sub2/f002').write_bytes(content['sub2/f002'][::-1])
    os.utime(source / 'sub2/f002', (THEN, THEN))
    done = told(cli.to(openssh, *command))
    assert done['files'] == 2 and done['unchanged'] == 199
    content |= {'sub1/f001': b'longer or shorter', 'sub2/f002': content['sub2/f002'][::-1]}
    assert files_in(target) == content
    assert (target / 'sub2/f002').stat().st_mtime == THEN


def test_a_large_file_that_changed_in_between_starts_anew(cli, openssh, place, tmp_path):
    url, folder = place
    content = plant(folder)
    os.utime(folder / 'sub0/large', (THEN, THEN))
    download = ('get', '-r', '--resume', '--json', url, tmp_path / 'here')
    through(cli, openssh, Fault(RESET, SERVER_TO_CLIENT, 15 * MIB), *download)
    (folder / 'sub0/large').write_bytes(content['sub0/large'][::-1])
    done = told(cli.to(openssh, *download))
    assert done['bytes'] == LARGE
    assert (tmp_path / 'here/sub0/large').read_bytes() == content['sub0/large'][::-1]


def test_without_it_nothing_is_left_and_everything_comes_again(cli, openssh, place, tmp_path):
    url, folder = place
    plant(folder)
    download = ('get', '-r', '--json', url, tmp_path / 'here')
    through(cli, openssh, Fault(RESET, SERVER_TO_CLIENT, 15 * MIB), *download)
    assert partials(tmp_path) == []
    done = told(cli.to(openssh, *download))
    assert done['files'] == 201 and 'unchanged' not in done


def test_two_downloads_of_one_tree_do_not_write_to_one_file(cli, openssh, place, tmp_path):
    url, folder = place
    plant(folder)
    download = ('get', '-r', '--resume', url, tmp_path / 'here')
    through(cli, openssh, Fault(RESET, SERVER_TO_CLIENT, 15 * MIB), *download)
    with partials(tmp_path)[0].open('ab') as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        refused = cli.to(openssh, *download)
    assert refused.status == FAILED and 'under way' in refused.stderr
