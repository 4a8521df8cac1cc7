"""What works on the data folder itself: rotating the master key, and checking the audit without a gateway."""
import json
import sqlite3

import pytest

from support.admin import Administration
from support.cli import FAILED, OK, USAGE
from support.managed import OwnOpenSsh


@pytest.fixture
def kept(cli, own_gateway, keys, workspace, tmp_path):
    """A data folder with a connection that works; its gateway has stopped."""
    folder = tmp_path / 'data'
    gateway = own_gateway(data_dir=folder)
    admin = Administration(cli, gateway)
    with OwnOpenSsh(keys, workspace / f'vault-{tmp_path.name}') as sshd:
        admin.text('connections', 'create', 'acme', f'sftp://{sshd.username}@{sshd.host}:{sshd.port}')
        sshd.authorize(admin.text('keys', 'create', 'acme').strip())
        admin.text('connections', 'test', 'acme')
        yield admin, folder, sshd


def test_rotation_wants_the_folder_alone_and_seals_everything_anew(kept, own_gateway, cli):
    admin, folder, sshd = kept
    busy = cli('vault', 'rotate', '--data-dir', folder)
    assert busy.status == USAGE and 'stop it first' in busy.stderr
    admin.gateway.stop()

    before = cli('vault', 'status', '--data-dir', folder, '--json').json()
    assert before['current'] == 1 and before['versions'] == [{'version': 1, 'secrets': 1, 'usable': True}]
    key = (folder / 'master-key').read_text()
    done = cli('vault', 'rotate', '--data-dir', folder, '--json')
    assert done.status == OK, done.stderr
    assert done.json() == {'success': True, 'version': 2, 'secrets': 1, 'resumed': False}
    assert (folder / 'master-key').read_text() != key
    shown = cli('vault', 'status', '--data-dir', folder)
    assert b'version 2: seals 1 secrets; the key is there' in shown.stdout and b'version 1' not in shown.stdout

    again = Administration(cli, own_gateway(data_dir=folder))
    again.text('connections', 'test', 'acme')       # the key still opens


def test_missing_master_key_is_told_and_nothing_is_made(kept, cli):
    admin, folder, _ = kept
    admin.gateway.stop()
    (folder / 'master-key').rename(folder / 'elsewhere')
    for command in (['vault', 'status'], ['vault', 'rotate']):
        done = cli(*command, '--data-dir', folder, '--json')
        assert done.status == FAILED and json.loads(done.stderr)['code'] == 'storage_failed', done.stderr
    assert not (folder / 'master-key').exists()


def test_audit_is_checked_on_the_data_folder(kept, cli):
    admin, folder, _ = kept
    admin.gateway.stop()
    intact = cli('audit', 'verify', '--data-dir', folder)
    assert intact.status == OK and intact.stdout == b'the audit is intact\n'
    with sqlite3.connect(folder / 'gangway.db') as database:
        database.execute("UPDATE audit SET actor = 'somebody else' WHERE seq = 2")
    broken = cli('audit', 'verify', '--data-dir', folder, '--json')
    assert broken.status == FAILED and broken.json() == {**broken.json(), 'intact': False, 'seq': 2}
    assert 'entry 2' in json.loads(broken.stderr)['error']


def test_folder_that_is_not_there_is_not_made(cli, tmp_path):
    for command in (['vault', 'status'], ['vault', 'rotate'], ['audit', 'verify']):
        done = cli(*command, '--data-dir', tmp_path / 'none')
        assert done.status == USAGE and 'there is no folder' in done.stderr
    assert not (tmp_path / 'none').exists()
    (tmp_path / 'empty').mkdir()
    done = cli('vault', 'rotate', '--data-dir', tmp_path / 'empty')
    assert done.status == USAGE and 'there is no database' in done.stderr
    assert list((tmp_path / 'empty').iterdir()) == []
