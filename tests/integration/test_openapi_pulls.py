"""docs/openapi.json says what the routes of folders, runs, pulled files and webhooks do, and who may use them."""
import json

import pytest

from support.managed import Connection, call
from support.openapi import DOCUMENT, Walk, example_of, why_not
from support.pulls import Folder
from support.waiting import until

BELOW = '/api/v1/connections/{id}/folders'
FOLDER = '/api/v1/folders/{id}'
RUN = '/api/v1/runs/{id}'
FILE = '/api/v1/files/{id}'
HOOK = '/api/v1/webhooks/{id}'
PATHS = [path for path in DOCUMENT['paths'] if path.startswith(('/api/v1/folders', '/api/v1/runs', '/api/v1/files',
                                                                '/api/v1/webhooks'))]


@pytest.fixture
def connection(managed, sshd):
    """One that works; on its server, the folder out with two files."""
    made = Connection(managed, 'acme', sshd, sshd.username)
    sshd.authorize(made.new_key()['publicKey'])
    out = sshd.folder / 'tree' / 'out'
    out.mkdir()
    for name in ('a.csv', 'b.csv'):
        (out / name).write_text(name)
    return made


def new_folder(walk, connection, sshd, **more):
    fields = {**example_of(BELOW), 'remoteFolder': str(sshd.folder / 'tree' / 'out'),
              'rules': {'stable': {'by': 'at_once'}}, 'schedule': None, **more}
    return walk('POST', BELOW, 201, fields, path=f'/api/v1{connection.path}/folders')


def ended(walk, run):
    """The answer about a run once it is over; those before must be as described as well."""
    def shown():
        answer = walk('GET', RUN, 200, path=f'/api/v1/runs/{run}').json
        return answer if answer.get('endedAt') else None
    return until(shown, 30, f'the end of {run}')


def test_folders_are_as_described(managed, connection, sshd):
    """Each operation as it goes well, and as it does not."""
    walk = Walk(managed)
    made = new_folder(walk, connection, sshd)
    at, below = made.headers['location'], f'/api/v1{connection.path}/folders'
    assert at == f'/api/v1/folders/{made.json["id"]}'
    walk('POST', BELOW, 409, {**example_of(BELOW)}, path=below)
    walk('POST', BELOW, 400, {**example_of(BELOW), 'name': 'x', 'rules': {'stable': {'by': 'magic'}}}, path=below)
    walk('POST', BELOW, 400, {**example_of(BELOW), 'name': 'x', 'destination': {'to': 'local', 'folder': '/etc'}},
         path=below)
    walk('POST', BELOW, 404, {**example_of(BELOW)}, path='/api/v1/connections/con_none/folders')
    new_folder(walk, connection, sshd, name='second', destination={'to': 'local', 'folder': 'second'})
    first = walk('GET', BELOW, 200, path=f'{below}?limit=1').json
    assert [folder['name'] for folder in first['folders']] == [first['next']] == ['orders']
    assert [folder['name'] for folder in walk('GET', BELOW, 200, path=f'{below}?after=orders').json['folders']] == [
        'second']

    tag = walk('GET', FOLDER, 200, path=at).headers['etag']
    changed = walk('PATCH', FOLDER, 200, example_of(FOLDER, 'PATCH'), path=at, If_Match=tag)
    assert changed.json['schedule'] == example_of(FOLDER, 'PATCH')['schedule'] and changed.headers['etag'] != tag
    walk('PATCH', FOLDER, 412, {'enabled': False}, path=at, If_Match=tag)
    walk('PATCH', FOLDER, 409, {'name': 'second'}, path=at)
    walk('PATCH', FOLDER, 400, {'remoteFolder': '../up'}, path=at)
    walk('PATCH', FOLDER, 200, {'enabled': False, 'schedule': None}, path=at)
    assert not walk('GET', FOLDER, 200, path=at).json['enabled']
    walk('DELETE', FOLDER, 412, path=at, If_Match=tag)
    walk('DELETE', FOLDER, 204, path=at)
    for method in ('GET', 'DELETE'):
        walk(method, FOLDER, 404, path=at)
    walk('PATCH', FOLDER, 404, {'enabled': True}, path=at)
    walk('POST', f'{FOLDER}/run', 404, path=f'{at}/run')
    actions = [entry['action'] for entry in call(managed, 'GET', '/audit').json['entries']]
    assert actions.count('folder.create') == actions.count('folder.change') == 2 and 'folder.delete' in actions


def test_runs_files_and_webhooks_are_as_described(managed, connection, sshd):
    walk = Walk(managed)
    at = new_folder(walk, connection, sshd).headers['location']
    walk('GET', FOLDER, 200, path=at)
    assert walk('POST', f'{FOLDER}/dry-run', 200, path=f'{at}/dry-run').json['pulled'] == 2
    lines = walk('POST', f'{FOLDER}/dry-run', 200, path=f'{at}/dry-run', Accept='application/x-ndjson').body.splitlines()
    schema = DOCUMENT['paths'][f'{FOLDER}/dry-run']['post']['responses']['200']['content']['application/x-ndjson']['schema']
    assert len(lines) == 3 and all(why_not(json.loads(line), schema) is None for line in lines)
    run = walk('POST', f'{FOLDER}/run', 202, path=f'{at}/run').json['run']
    assert ended(walk, run)['outcome'] == 'succeeded'
    files = walk('GET', f'{RUN}/files', 200, path=f'/api/v1/runs/{run}/files?limit=1').json
    assert len(files['files']) == 1 and files['next']
    walk('POST', f'{RUN}/cancel', 409, path=f'/api/v1/runs/{run}/cancel')
    walk('POST', f'{RUN}/cancel', 404, path='/api/v1/runs/run_none/cancel')
    walk('GET', RUN, 404, path='/api/v1/runs/run_none')
    walk('GET', '/api/v1/runs', 200, path='/api/v1/runs?limit=1')
    walk('GET', '/api/v1/runs', 400, path='/api/v1/runs?colour=red')

    file = walk('GET', '/api/v1/files', 200, path='/api/v1/files?name=a.csv').json['files'][0]
    walk('GET', '/api/v1/files', 400, path='/api/v1/files?state=lost')
    assert walk('GET', FILE, 200, path=f'/api/v1/files/{file["id"]}').json['sha256']
    assert walk('GET', f'{FILE}/entries', 200, path=f'/api/v1/files/{file["id"]}/entries').json['entries'] == []
    walk('GET', f'{FILE}/entries', 404, path=f'/api/v1/files/{"0" * 64}/entries')
    again = walk('POST', f'{FILE}/pull-again', 202, path=f'/api/v1/files/{file["id"]}/pull-again').json['file']
    until(lambda: walk('GET', FILE, 200, path=f'/api/v1/files/{again}').json.get('version') == 2, 30, 'version 2')
    managed.wait_event('run_ended', pulled=1)
    walk('POST', f'{FILE}/pull-again', 404, path=f'/api/v1/files/{"0" * 64}/pull-again')

    (sshd.folder / 'tree' / 'out').rename(sshd.folder / 'tree' / 'elsewhere')
    failed = ended(walk, walk('POST', f'{FOLDER}/run', 202, path=f'{at}/run').json['run'])
    assert (failed['outcome'], failed['code'], failed['phase']) == ('failed', 'no_such_file', 'sftp')

    hooks = '/api/v1/webhooks'
    hook = walk('POST', hooks, 201, example_of(hooks)).headers['location']
    walk('POST', hooks, 400, {**example_of(hooks), 'events': ['all']})
    walk('GET', hooks, 200)
    walk('GET', HOOK, 200, path=hook)
    walk('PATCH', HOOK, 200, {**example_of(HOOK, 'PATCH'), 'newSecret': True}, path=hook)
    walk('PATCH', HOOK, 400, {'url': 'gopher://x'}, path=hook)
    walk('DELETE', HOOK, 204, path=hook)
    for method in ('GET', 'PATCH', 'DELETE'):
        walk(method, HOOK, 404, {} if method == 'PATCH' else None, path=hook)
    assert {path for path, _ in walk.seen if path in PATHS} == set(PATHS)


def token_of(gateway, role):
    return call(gateway, 'POST', '/tokens', {'name': role, 'role': role}, token='configured').json['token']


@pytest.mark.parametrize('role, may_run', [('viewer', False), ('operator', True)])
def test_smaller_roles_look_at_folders_and_only_operators_let_them_run(own_gateway, sshd, role, may_run):
    gateway = own_gateway(token='configured')
    connection = Connection(gateway, 'acme', sshd, sshd.username, token='configured')
    folder = Folder(connection, 'orders', sshd.folder / 'tree')
    at, hooks = f'/folders/{folder.id}', '/webhooks'
    hook = call(gateway, 'POST', hooks, example_of('/api/v1/webhooks'), token='configured').json['id']
    mine = token_of(gateway, role)
    before = folder.ask('GET').body

    def asked(method, path, value=None):
        answer = call(gateway, method, path, value, token=mine)
        return answer.status, (answer.json or {}).get('code')
    for path in (f'{connection.path}/folders', at, '/runs', '/files'):
        assert asked('GET', path)[0] == 200, path
    refused = [('POST', f'{connection.path}/folders', example_of(BELOW)), ('PATCH', at, {'enabled': False}),
               ('DELETE', at, None), ('GET', hooks, None), ('GET', f'{hooks}/{hook}', None),
               ('PATCH', f'{hooks}/{hook}', {'newSecret': True}), ('DELETE', f'{hooks}/{hook}', None)]
    for method, path, value in refused:
        assert asked(method, path, value) == (403, 'permission_denied'), (method, path)
    running = [('POST', f'{at}/run'), ('POST', f'{at}/dry-run'), ('POST', '/runs/run_none/cancel'),
               ('POST', f'/files/{"0" * 64}/pull-again')]
    for method, path in running:
        assert (asked(method, path) == (403, 'permission_denied')) is not may_run, (method, path)
    assert folder.ask('GET').body == before
