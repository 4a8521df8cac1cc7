"""Files that are unpacked on their way, pulled from real OpenSSH."""
import gzip
import hashlib
import io
import os
import shutil
import signal
import subprocess
import zipfile

import pytest

from support.checks import error, good
from support.gateway import Gateway
from support.managed import Connection, OwnOpenSsh, call
from support.pulls import Folder
from support.waiting import until

GZIP = {'stable': {'by': 'at_once'}, 'unpack': 'gzip'}
ZIP = {'stable': {'by': 'at_once'}, 'unpack': 'zip'}


@pytest.fixture
def sshd(keys, workspace, request):
    folder = workspace / f'unpack-{os.getpid()}-{abs(hash(request.node.nodeid))}'
    with OwnOpenSsh(keys, folder) as server:
        (server.folder / 'tree' / 'out').mkdir()
        yield server


@pytest.fixture
def managed(own_gateway):
    return own_gateway()


def out(sshd):
    return sshd.folder / 'tree' / 'out'


def ready(gateway, sshd):
    """A connection whose generated key the server accepts, tested."""
    connection = Connection(gateway, 'partner', sshd, sshd.username)
    sshd.authorize(connection.new_key()['publicKey'])
    good(connection.ask('POST', '/test'))
    return connection


def sha256(octets):
    return hashlib.sha256(octets).hexdigest()


def by_path(folder):
    return {row['path']: row for row in folder.ledger()}


def test_files_of_gzip_arrive_unpacked_and_the_ledger_tells_both(managed, sshd):
    small = b'id,name\n1,alpha\n' * 100
    large = b''.join(b'%d,%s\n' % (number, os.urandom(40).hex().encode()) for number in range(60_000))
    (out(sshd) / 'small.csv.gz').write_bytes(gzip.compress(small))
    (out(sshd) / 'large.csv.GZ').write_bytes(gzip.compress(large))
    (out(sshd) / 'plain.csv').write_bytes(b'as it is')
    assert (out(sshd) / 'large.csv.GZ').stat().st_size > 1024 * 1024, 'one that is read as a stream'
    (out(sshd) / 'joined.gz').write_bytes(
        b''.join(subprocess.run(['gzip', '-c'], input=part, capture_output=True, check=True).stdout
                 for part in (b'one\n', b'two\n')))
    folder = Folder(ready(managed, sshd), 'orders', out(sshd), rules=GZIP)
    told = {file['path']: file for file in folder.ask('POST', '/dry-run', {}).json['files']}
    assert told['small.csv.gz']['unpack'] == 'gzip' and told['small.csv.gz']['key'] == 'small.csv'
    assert 'unpacked by gzip' in told['small.csv.gz']['sentence'] and 'unpack' not in told['plain.csv']

    done = folder.run_to_its_end()
    assert done['outcome'] == 'succeeded' and done['pulled'] == 4
    assert folder.arrived() == {'small.csv': small, 'large.csv': large, 'plain.csv': b'as it is', 'joined': b'one\ntwo\n'}
    packed = (out(sshd) / 'large.csv.GZ').read_bytes()
    row = by_path(folder)['large.csv.GZ']
    assert (row['size'], row['sha256']) == (len(packed), sha256(packed))
    assert row['unpacked'] == {'by': 'gzip', 'size': len(large), 'sha256': sha256(large)}
    assert row['destinationKey'] == 'large.csv'
    assert 'unpacked' not in by_path(folder)['plain.csv']
    again = folder.run_to_its_end()
    assert again['pulled'] == 0 and again['outcome'] == 'succeeded'


def test_damaged_files_and_bombs_are_not_published_until_they_are_whole(managed, sshd):
    content = b'id,name\n' * 1000
    packed = gzip.compress(content)
    (out(sshd) / 'cut.gz').write_bytes(packed[:-1])
    (out(sshd) / 'bomb.gz').write_bytes(gzip.compress(bytes(100_000_000)))
    (out(sshd) / 'more.gz').write_bytes(packed + b'and something else')
    folder = Folder(ready(managed, sshd), 'orders', out(sshd), rules=GZIP)
    done = folder.run_to_its_end()
    assert done['outcome'] == 'partial' and done['pulled'] == 0 and done['failed'] == 3
    assert folder.arrived() == {}
    rows = by_path(folder)
    assert 'ends in the middle' in rows['cut.gz']['error']
    assert 'that are allowed' in rows['bomb.gz']['error']
    assert 'follow its end' in rows['more.gz']['error']
    (out(sshd) / 'cut.gz').write_bytes(packed)
    assert folder.run_to_its_end()['pulled'] == 1
    assert folder.arrived() == {'cut~2': content}, 'a version that could not be unpacked keeps its number'


def test_the_checksum_beside_a_file_is_that_of_what_was_sent(managed, sshd):
    packed = gzip.compress(b'alpha')
    (out(sshd) / 'good.gz').write_bytes(packed)
    (out(sshd) / 'good.gz.sha256').write_text(f'{sha256(packed)}  good.gz\n')
    (out(sshd) / 'bad.gz').write_bytes(packed)
    (out(sshd) / 'bad.gz.sha256').write_text(f'{sha256(b"alpha")}  bad.gz\n')
    folder = Folder(ready(managed, sshd), 'orders', out(sshd), rules={**GZIP, 'checksum': '{name}.sha256'})
    assert folder.run_to_its_end()['pulled'] == 1
    assert folder.arrived() == {'good': b'alpha'}
    assert 'the file beside it tells' in by_path(folder)['bad.gz']['error']


def test_an_unknown_way_to_unpack_is_refused(managed, sshd):
    connection = ready(managed, sshd)
    answer = connection.ask('POST', '/folders', {
        'name': 'orders', 'remoteFolder': str(out(sshd)), 'destination': {'to': 'local', 'folder': 'orders'},
        'rules': {'unpack': 'rar'}})
    error(answer, 'bad_request', field='rules.unpack')


def zipped(files, how=zipfile.ZIP_DEFLATED):
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, 'w', how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return octets.getvalue()


def entries_of(folder, path):
    rows, after = [], ''
    while True:
        page = good(call(folder.gateway, 'GET', f'/files/{by_path(folder)[path]["id"]}/entries?limit=500{after}'))
        rows += page['entries']
        if not page.get('next'):
            return rows
        after = f'&after={page["next"]}'


def test_each_file_of_a_zip_archive_arrives_by_itself(managed, sshd):
    small = {f'{name}.csv': f'id,{name}\n'.encode() * 50 for name in ('one', 'two')} | {'sub/three.csv': b''}
    large = {f'part-{number:03}.bin': os.urandom(9000) for number in range(400)}
    (out(sshd) / 'orders.zip').write_bytes(zipped(small))
    (out(sshd) / 'LARGE.ZIP').write_bytes(zipped(large))
    (out(sshd) / 'empty.zip').write_bytes(zipped({}))
    (out(sshd) / 'plain.csv').write_bytes(b'as it is')
    folder = Folder(ready(managed, sshd), 'orders', out(sshd), rules=ZIP)
    told = {file['path']: file for file in folder.ask('POST', '/dry-run', {}).json['files']}
    assert told['orders.zip']['unpack'] == 'zip' and 'key' not in told['orders.zip']
    done = folder.run_to_its_end()
    assert done['outcome'] == 'succeeded' and done['pulled'] == 4
    wanted = ({f'orders/{name}': content for name, content in small.items()} |
              {f'LARGE/{name}': content for name, content in large.items()} | {'plain.csv': b'as it is'})
    assert folder.arrived() == wanted
    row = by_path(folder)['LARGE.ZIP']
    assert row['sha256'] == sha256((out(sshd) / 'LARGE.ZIP').read_bytes()) and 'destinationKey' not in row
    assert row['unpacked'] == {'by': 'zip', 'size': 400 * 9000}
    entries = entries_of(folder, 'LARGE.ZIP')
    assert {entry['name']: entry['sha256'] for entry in entries} == {name: sha256(each) for name, each in large.items()}
    assert all(entry['publishedAt'] and entry['destinationKey'] == f'LARGE/{entry["name"]}' for entry in entries)
    assert [entry['size'] for entry in entries_of(folder, 'orders.zip')] == [len(each) for each in small.values()]
    assert entries_of(folder, 'empty.zip') == [] == entries_of(folder, 'plain.csv')
    assert folder.run_to_its_end()['pulled'] == 0
    assert not [path for path in managed.data_dir.iterdir() if 'archive' in path.name]


@pytest.mark.parametrize('program', ['zip', 'zip -', 'java'])
def test_archives_of_other_programs_are_read(managed, sshd, program, tmp_path):
    (tmp_path / 'in' / 'sub').mkdir(parents=True)
    (tmp_path / 'in' / 'sub' / 'a.csv').write_bytes(b'alpha\n' * 1000)
    command = {'zip': ['zip', '-qr', '../x.zip', '.'], 'zip -': ['sh', '-c', 'zip -qr - . | cat > ../x.zip'],
               'java': ['jar', 'cfM', '../x.zip', '.']}[program]
    if not shutil.which(command[0]) or not shutil.which(program.split()[0]):
        pytest.skip(f'{program} is not here')
    subprocess.run(command, cwd=tmp_path / 'in', check=True)
    shutil.copy(tmp_path / 'x.zip', out(sshd) / 'x.zip')
    folder = Folder(ready(managed, sshd), 'orders', out(sshd), rules=ZIP)
    done = folder.run_to_its_end()
    assert done['outcome'] == 'succeeded', done
    assert folder.arrived() == {'x/sub/a.csv': b'alpha\n' * 1000}


def linked():
    link = zipfile.ZipInfo('link')
    link.create_system, link.external_attr = 3, 0o120777 << 16
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, 'w') as archive:
        archive.writestr('a', b'alpha')
        archive.writestr(link, '/etc/passwd')
    return octets.getvalue()


def twice():
    return zipped({'aa': b'1', 'ab': b'2'}).replace(b'ab', b'aa')


def test_no_file_of_a_bad_archive_is_published(managed, sshd):
    good_one = {'a': b'alpha', 'b': os.urandom(5000)}
    stored = zipped(good_one, zipfile.ZIP_STORED)
    bad = {'cut': zipped(good_one)[:-5], 'changed': stored.replace(good_one['b'][:8], bytes(8)),
           'up': zipped({'a': b'1', '../../up': b'2'}), 'root': zipped({'a': b'1', '/tmp/root': b'2'}),
           'link': linked(), 'twice': twice(), 'before': b'#!/bin/sh\n' + zipped(good_one),
           'bomb': zipped({'a': b'1', 'zeros': bytes(80_000_000)}), 'text': b'not an archive'}
    for name, octets in bad.items():
        (out(sshd) / f'{name}.zip').write_bytes(octets)
    (out(sshd) / 'good.zip').write_bytes(stored)
    folder = Folder(ready(managed, sshd), 'orders', out(sshd), rules=ZIP)
    done = folder.run_to_its_end()
    assert done['outcome'] == 'partial' and done['pulled'] == 1 and done['failed'] == len(bad)
    assert folder.arrived() == {f'good/{name}': content for name, content in good_one.items()}
    rows = by_path(folder)
    for name in bad:
        assert rows[f'{name}.zip']['state'] == 'stable' and rows[f'{name}.zip']['error'].startswith(f'{name}.zip: ')
        assert entries_of(folder, f'{name}.zip') == []
    assert not [path for path in (folder.place / '.gangway').iterdir() if path.suffix == '.part']


@pytest.mark.early
def test_a_gateway_that_is_killed_while_it_publishes_an_archive_repeats_no_file(own_gateway, sshd, tmp_path):
    files = {f'{number:05}.csv': os.urandom(200) for number in range(6000)}
    (out(sshd) / 'many.zip').write_bytes(zipped(files))
    data = tmp_path / 'data'
    gateway = own_gateway(data_dir=data)
    folder = Folder(ready(gateway, sshd), 'orders', out(sshd), rules=ZIP)
    place = folder.place / 'many'
    folder.run()
    until(place.is_dir, 30, 'the first file')
    gateway.ask_to_stop(signal.SIGKILL)
    gateway.child.wait(10)
    taken = folder.arrived()
    assert len(taken) < len(files), 'it was over before'
    for path in taken:
        (folder.place / path).unlink()
    with Gateway(data) as again:
        folder.gateway = folder.connection.gateway = again
        until(lambda: [row['state'] for row in folder.ledger()] == ['finalised'], 90, 'the end, though nobody asks')
        rest = folder.arrived()
        assert not set(taken) & set(rest), 'came twice'
        assert taken | rest == {f'many/{name}': content for name, content in files.items()}
        assert len(entries_of(folder, 'many.zip')) == len(files)
