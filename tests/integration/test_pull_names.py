"""What names, links and listings become when a folder is pulled: inside of the destination, apart, whole, and bounded."""
import os

import pytest

from support.checks import good
from support.managed import Connection, OwnOpenSsh, call
from support.pulls import Folder
from support.scripted_sftp import ScriptedSftp, lying, wire
from support.scripted_ssh import PASSWORD

NAMES = [b'plain.csv', b'UPPER', b'upper', 'M\u00fcller'.encode(), 'Mu\u0308ller'.encode(), b'caf\xe9', b'\xff\xfe', b'a\nb', b'a\tb',
         b'a\rb', b'\x1b[2J', b'\x7f', b'\xc2\x85', b'back\\slash', b'..\\..\\x', b'...', b'..hidden', b'-rf', b'~', b'$(id)',
         b'%2e%2e%2f', b'CON', b'nul.txt', b'x.part', b'identity', b'.gangway', b'.gangway-1.part', b' ', b' x ', b'a:b',
         b'*', b'?', b'x' * 255, b'y' * 250 + b'.part', '\u202efdp.exe'.encode(), '\u5831\u544a.csv'.encode(), b'a b', b'"', b"'"]


@pytest.fixture
def sshd(keys, workspace, request):
    with OwnOpenSsh(keys, workspace / f'names-{os.getpid()}-{abs(hash(request.node.nodeid))}') as server:
        (server.folder / 'tree' / 'out').mkdir()
        yield server


def ready(gateway, sshd):
    connection = Connection(gateway, 'partner', sshd, sshd.username)
    sshd.authorize(connection.new_key()['publicKey'])
    good(connection.ask('POST', '/test'))
    return connection


def test_names_of_every_kind_arrive_apart_and_inside(own_gateway, sshd, tmp_path):
    gateway = own_gateway()
    out = os.fsencode(sshd.folder / 'tree' / 'out')
    for number, name in enumerate(NAMES):
        with open(os.path.join(out, name), 'wb') as file:
            file.write(b'content of %d' % number)
    folder = Folder(ready(gateway, sshd), 'orders', sshd.folder / 'tree' / 'out')
    identity = (folder.place / '.gangway' / 'identity').read_bytes()
    run = folder.run_to_its_end()
    assert run['outcome'] == 'succeeded' and run['pulled'] == len(NAMES), run
    arrived = {path: path.read_bytes() for path in folder.place.rglob('*')
               if path.is_file() and path.parent.name != '.gangway'}
    assert sorted(arrived.values()) == sorted(b'content of %d' % number for number in range(len(NAMES)))
    for path in arrived:
        octets = os.fsencode(path.name)
        assert path.parent == folder.place and not octets.startswith(b'.gangway'), path
        assert octets.decode().isprintable() and len(octets) <= 255, path
    assert (folder.place / '.gangway' / 'identity').read_bytes() == identity
    assert not list((folder.place / '.gangway').glob('*.part'))
    assert sorted(path.name for path in tmp_path.iterdir()) == ['gateway0']
    assert folder.run_to_its_end()['pulled'] == 0
    again = call(gateway, 'GET', f'/files?folder={folder.id}&limit=500').json['files']
    assert len(again) == len(NAMES) and {row['state'] for row in again} == {'finalised'}


def test_links_are_never_followed_wherever_they_lead(own_gateway, sshd):
    gateway = own_gateway()
    tree = sshd.folder / 'tree'
    out = tree / 'out'
    (tree / 'secret').mkdir()
    (tree / 'secret' / 'key').write_text('not for you')
    (out / 'deep' / 'deeper').mkdir(parents=True)
    (out / 'deep' / 'deeper' / 'file').write_text('file')
    (out / 'file').write_text('file')
    for link, target in (('passwd', '/etc/passwd'), ('etc', '/etc'), ('up', '..'), ('deep/up', '../..'), ('self', 'self'),
                         ('deep/root', '/'), ('a', 'b'), ('b', 'a'), ('beside', '../secret/key'), ('deep/file', '../file')):
        (out / link).symlink_to(target)
    os.mkfifo(out / 'pipe')
    folder = Folder(ready(gateway, sshd), 'orders', out, rules={'stable': {'by': 'at_once'}, 'include': ['**']})
    run = folder.run_to_its_end()
    assert run['outcome'] == 'succeeded', run
    assert folder.arrived() == {'file': b'file', 'deep/deeper/file': b'file'}
    verdicts = {file['path']: file['verdict'] for file in folder.ask('POST', '/dry-run', {}).json['files']}
    assert 'secret/key' not in verdicts and not any(path.startswith(('etc/', 'up/', 'deep/up/')) for path in verdicts)


def test_listing_without_end_fails_the_run_at_a_million_entries(own_gateway, keys):
    """The same names for ever; nothing is pulled, and the gateway goes on."""
    names = [b'%05d' % number for number in range(40_000)]
    body = wire.u32(len(names)) + b''.join(wire.entry(name, wire.attributes(7)) for name in names)
    script = lying(readdir=lambda self, request: wire.reply(wire.NAME, request.id, body))
    gateway = own_gateway()
    with ScriptedSftp(keys, script) as server:
        connection = Connection(gateway, 'endless', server, authentication='password')
        good(connection.ask('PUT', '/password', {'password': PASSWORD}))
        good(connection.ask('PUT', '/host-key', {'fingerprint': keys.host().fingerprint}))
        folder = Folder(connection, 'orders', '/home/someone/folder')
        run = folder.run_to_its_end(120)
        assert run['outcome'] == 'failed' and 'more entries than can be listed' in run['error'], run
        assert 1_000_000 < len(server.asked('readdir')) * len(names) < 2_500_000
        assert folder.arrived() == {} and folder.ledger() == []
        good(connection.operate('stat', path='hello.txt'))
    print('peak in MiB:', gateway.peak_rss() >> 20)
