"""docs/openapi.json says what the routes of managed connections, tokens and the audit do."""
import json

import pytest

from support.openapi import DOCUMENT, Walk, example_of, fault_in, filled, is_public, operations, why_not

ROOT = '/api/v1/connections'
CONNECTION = f'{ROOT}/{{id}}'
PULLS = ('/api/v1/folders', '/api/v1/runs', '/api/v1/files', '/api/v1/webhooks')
MANAGED = [path for path in DOCUMENT['paths'] if path.startswith((ROOT, '/api/v1/tokens', '/api/v1/audit', *PULLS))]
BODIES = [(path, method, operation) for path, method, operation in operations()
          if path in MANAGED and 'application/json' in operation.get('requestBody', {}).get('content', {})]
REUSED = [(path, title, example['value']) for path, method, operation in operations() if path.startswith('/api/sftp/')
          for title, example in operation.get('requestBody', {}).get('content', {}).get('application/json', {})
          .get('examples', {}).items() if 'connection' in example['value']]


def made(walk, sshd, **more):
    fields = {**example_of(ROOT), **sshd.where(), 'username': sshd.username, 'pathRoot': str(sshd.folder / 'tree'),
              **more}
    answer = walk('POST', ROOT, 201, fields)
    assert answer.headers['location'] == f'{ROOT}/{answer.json["id"]}'
    return answer.json['id']


@pytest.mark.parametrize('path, method, operation', BODIES, ids=lambda value: str(value)[:40])
def test_bodies_take_no_other_field(own_gateway, path, method, operation):
    """Neither by their schema, nor in truth."""
    schema = operation['requestBody']['content']['application/json']['schema']
    wrong = {**example_of(path, method), 'colour': 'red'}
    assert why_not(wrong, schema, strict=False) is not None
    answer = own_gateway().request(method, filled(path), json.dumps(wrong).encode(),
                                   {'Content-Type': 'application/json'})
    assert answer.status in (400, 404) and fault_in(answer, path, method) is None
    assert answer.status == 404 or answer.json['field'] == 'colour'


@pytest.mark.parametrize('login', [{'connection': 'con_a', 'host': 'h'}, {'connection': 'con_a', 'password': 'x'},
                                   {'connection': 5}, {'host': 'h'}, {}])
def test_account_is_a_login_or_a_connection_and_not_both(gateway, login):
    assert why_not(login, DOCUMENT['components']['schemas']['Account'], strict=False) is not None
    assert gateway.request('POST', '/api/sftp/list', json.dumps(login).encode()).status == 400


def test_connections_are_as_described(own_gateway, sshd):
    """Each operation once as it goes well, and most as they do not."""
    walk = Walk(own_gateway())
    tree = sshd.folder / 'tree'
    (tree / 'a').write_text('inside')
    id = made(walk, sshd)
    at = f'{ROOT}/{id}'
    walk('POST', ROOT, 409, {**example_of(ROOT)})
    walk('POST', ROOT, 400, {'name': 'x'})
    walk('POST', ROOT, 415, path=ROOT, body=b'{}', Content_Type='text/plain')
    made(walk, sshd, name='second', expectedHostKey=sshd.host_key.fingerprint)
    assert walk('GET', ROOT, 200, path=f'{ROOT}?limit=1').json['next'] == 'acme'
    walk('GET', ROOT, 400, path=f'{ROOT}?limit=0')

    tag = walk('GET', CONNECTION, 200, path=at).headers['etag']
    tag = walk('PATCH', CONNECTION, 200, {'description': 'new'}, path=at, If_Match=tag).headers['etag']
    walk('PATCH', CONNECTION, 412, {'description': 'newer'}, path=at, If_Match='"99"')
    walk('PATCH', CONNECTION, 409, {'name': 'second'}, path=at)
    walk('PATCH', CONNECTION, 400, {'pathRoot': 'x'}, path=at)

    walk('POST', f'{CONNECTION}/test', 409, path=f'{at}/test')           # it has no key yet
    keys = f'{CONNECTION}/keys'
    key = walk('POST', keys, 201, example_of(keys), path=f'{at}/keys').json
    walk('POST', keys, 400, {'algorithm': 'dsa'}, path=f'{at}/keys')
    walk('GET', f'{CONNECTION}/host-key', 200, path=f'{at}/host-key')
    walk('POST', f'{CONNECTION}/test', 200, path=f'{at}/test')           # the server does not know the key
    sshd.authorize(key['publicKey'])
    assert walk('POST', f'{CONNECTION}/test', 200, path=f'{at}/test').json['healthy']
    walk('GET', CONNECTION, 200, path=at)
    walk('GET', keys, 200, path=f'{at}/keys')
    walk('GET', f'{keys}/{{path}}', 200, path=f'{at}/keys/{key["id"]}')
    walk('GET', f'{keys}/{{path}}', 404, path=f'{at}/keys/x')

    pin = f'{CONNECTION}/host-key'
    walk('PUT', pin, 200, {'fingerprint': sshd.host_key.fingerprint}, path=f'{at}/host-key')
    walk('PUT', pin, 409, example_of(pin, 'PUT'), path=f'{at}/host-key')
    walk('PUT', pin, 400, {'fingerprint': 'x'}, path=f'{at}/host-key')

    files = f'{CONNECTION}/files/{{path}}'
    for method, below, status in (('GET', '~/a', 200), ('HEAD', '~/a', 200), ('GET', '~/', 200), ('PUT', '~/b', 201),
                                  ('PUT', '~/b', 204), ('DELETE', '~/b', 204), ('GET', '~/b', 404),
                                  ('GET', 'etc/passwd', 403)):
        walk(method, files, status, path=f'{at}/files/{below}', body=b'x' if method == 'PUT' else None)

    folders = f'{CONNECTION}/folders'
    walk('POST', folders, 201, {**example_of(folders), 'remoteFolder': 'in'}, path=f'{at}/folders')
    walk('POST', folders, 403, {**example_of(folders), 'name': 'outside'}, path=f'{at}/folders')
    walk('GET', folders, 200, path=f'{at}/folders')

    walk('POST', f'{CONNECTION}/pause', 412, path=f'{at}/pause', If_Match='"99"')
    walk('POST', f'{CONNECTION}/pause', 200, path=f'{at}/pause')
    walk('GET', files, 409, path=f'{at}/files/~/a')
    walk('POST', f'{CONNECTION}/resume', 200, path=f'{at}/resume')
    walk('DELETE', f'{keys}/{{path}}', 204, path=f'{at}/keys/{key["id"]}')
    walk('PUT', f'{CONNECTION}/password', 200, example_of(f'{CONNECTION}/password', 'PUT'), path=f'{at}/password')
    walk('PUT', f'{CONNECTION}/password', 400, {'password': ''}, path=f'{at}/password')
    walk('DELETE', f'{CONNECTION}/password', 204, path=f'{at}/password')
    walk('DELETE', CONNECTION, 412, path=at, If_Match='"99"')
    walk('DELETE', CONNECTION, 204, path=at)
    walk('GET', CONNECTION, 404, path=at)
    assert {path for path, _ in walk.seen} == {path for path in MANAGED if path.startswith(ROOT)}


def test_quarantine_is_as_described(own_gateway, sshd, keys):
    walk = Walk(own_gateway())
    id = made(walk, sshd, expectedHostKey=keys.stranger().fingerprint)
    at = f'{ROOT}/{id}'
    key = walk('POST', f'{CONNECTION}/keys', 201, {}, path=f'{at}/keys').json
    sshd.authorize(key['publicKey'])
    for _ in range(2):
        walk('POST', '/api/sftp/list', 409, {'connection': id})
    assert walk('GET', CONNECTION, 200, path=at).json['hostKey']['presentedFingerprint'] == sshd.host_key.fingerprint
    assert walk('GET', f'{CONNECTION}/host-key', 200, path=f'{at}/host-key').json['quarantined']
    walk('PUT', f'{CONNECTION}/host-key', 200, {'fingerprint': sshd.host_key.fingerprint}, path=f'{at}/host-key')
    walk('POST', '/api/sftp/list', 200, {'connection': id})


def test_tokens_and_audit_are_as_described(own_gateway):
    walk = Walk(own_gateway())
    one = walk('POST', '/api/v1/tokens', 201, example_of('/api/v1/tokens')).json
    walk('POST', '/api/v1/tokens', 409, example_of('/api/v1/tokens'))
    walk('POST', '/api/v1/tokens', 400, {'name': 'x', 'role': 'root'})
    at = f'/api/v1/tokens/{one["id"]}'
    walk('GET', '/api/v1/tokens', 200)
    walk('GET', '/api/v1/tokens/{id}', 200, path=at)
    walk('DELETE', '/api/v1/tokens/{id}', 204, path=at)
    assert walk('GET', '/api/v1/tokens/{id}', 200, path=at).json['revokedAt']
    walk('GET', '/api/v1/tokens/{id}', 404, path='/api/v1/tokens/x')
    walk('DELETE', '/api/v1/tokens/{id}', 404, path='/api/v1/tokens/x')
    first = walk('GET', '/api/v1/audit', 200, path='/api/v1/audit?limit=1').json
    assert walk('GET', '/api/v1/audit', 200, path=f'/api/v1/audit?after={first["next"]}').json['entries']
    walk('GET', '/api/v1/audit', 400, path='/api/v1/audit?after=x')
    assert walk('POST', '/api/v1/audit/verify', 200).json['intact']


@pytest.mark.parametrize('path, title, example', REUSED, ids=[f'{path}-{title}' for path, title, _ in REUSED])
def test_example_works_with_a_connection(own_gateway, sshd, path, title, example):
    walk = Walk(own_gateway())
    (sshd.folder / 'tree' / 'in').mkdir()
    id = made(walk, sshd)
    sshd.authorize(walk('POST', f'{CONNECTION}/keys', 201, {}, path=f'{ROOT}/{id}/keys').json['publicKey'])
    walk('POST', path, 200, {**example, 'connection': id})


@pytest.mark.parametrize('path, method, operation', [row for row in operations() if row[0].startswith('/api/sftp/')
                                                     and row[1] == 'POST'], ids=lambda value: str(value)[:40])
def test_no_such_connection_is_as_described(gateway, path, method, operation):
    fields = {'connection': 'con_none', 'path': 'x', 'oldPath': 'x', 'newPath': 'y', 'content': '', 'target': 'x'}
    answer = gateway.request(method, path, json.dumps(fields).encode(), {'Content-Type': 'application/json'})
    assert answer.status in (400, 404) and fault_in(answer, path, method) is None


def test_smaller_roles_are_refused_as_described(own_gateway):
    """The schema of every answer to a viewer names the code."""
    gateway = own_gateway(token='configured-token')
    viewer = gateway.request('POST', '/api/v1/tokens', json.dumps({'name': 'v', 'role': 'viewer'}).encode(),
                             {'Content-Type': 'application/json'}).json['token']
    refused = 0
    for path, method, operation in operations():
        if is_public(operation):
            continue
        answer = gateway.request(method, filled(path), headers={'Authorization': f'Bearer {viewer}'})
        assert fault_in(answer, path, method) is None, f'{method} {path}'
        refused += answer.status == 403
    assert refused > 30
