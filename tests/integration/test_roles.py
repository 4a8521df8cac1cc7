"""Who may use which route: every one of the document, with no token, with wrong ones, and with one of each role."""
import pytest

from support.gateway import Gateway
from support.managed import call
from support.openapi import DOCUMENT, fault_in, filled, is_public, operations

ROLES = ['viewer', 'operator', 'admin']
TOKEN = 'configured-token'
SFTP, V1 = '/api/sftp', '/api/v1'
LOOKING = ('connect', 'list', 'download', 'stat', 'lstat', 'readlink', 'realpath', 'statvfs', 'checksum', 'probe')
CHANGING = ('upload', 'delete', 'mkdir', 'rename', 'remove', 'copy', 'rmdir', 'setstat', 'symlink')
# The least role for reading and for everything else. A route that is not here fails the test.
LEAST = {
    '/metrics': ('viewer', None), '/openapi.json': ('viewer', None),
    **{f'{SFTP}/{name}': ('viewer', 'viewer') for name in LOOKING},
    **{f'{SFTP}/{name}': (None, 'operator') for name in CHANGING},
    f'{V1}/sessions': (None, 'operator'), f'{V1}/sessions/{{id}}': ('viewer', 'operator'),
    f'{V1}/sessions/{{id}}/files/{{path}}': ('viewer', 'operator'),
    f'{V1}/sessions/{{id}}/uploads': (None, 'operator'), f'{V1}/sessions/{{id}}/uploads/{{path}}': ('viewer', 'operator'),
    f'{V1}/connections': ('viewer', 'admin'), f'{V1}/connections/{{id}}': ('viewer', 'admin'),
    **{f'{V1}/connections/{{id}}/{name}': (None, 'operator') for name in ('pause', 'resume', 'test')},
    f'{V1}/connections/{{id}}/keys': ('viewer', 'admin'), f'{V1}/connections/{{id}}/keys/{{path}}': ('viewer', 'admin'),
    f'{V1}/connections/{{id}}/password': (None, 'admin'), f'{V1}/connections/{{id}}/host-key': ('viewer', 'admin'),
    f'{V1}/connections/{{id}}/files/{{path}}': ('viewer', 'operator'),
    f'{V1}/connections/{{id}}/folders': ('viewer', 'admin'), f'{V1}/folders/{{id}}': ('viewer', 'admin'),
    **{f'{V1}/folders/{{id}}/{name}': (None, 'operator') for name in ('run', 'dry-run')},
    f'{V1}/runs': ('viewer', None), f'{V1}/runs/{{id}}': ('viewer', None), f'{V1}/runs/{{id}}/files': ('viewer', None),
    f'{V1}/runs/{{id}}/cancel': (None, 'operator'),
    f'{V1}/files': ('viewer', None), f'{V1}/files/{{id}}': ('viewer', None), f'{V1}/files/{{id}}/entries': ('viewer', None),
    f'{V1}/files/{{id}}/pull-again': (None, 'operator'),
    f'{V1}/webhooks': ('admin', 'admin'), f'{V1}/webhooks/{{id}}': ('admin', 'admin'),
    f'{V1}/audit': ('viewer', None), f'{V1}/audit/verify': (None, 'operator'),
    f'{V1}/tokens': ('admin', 'admin'), f'{V1}/tokens/{{id}}': ('admin', 'admin')}
GUARDED = [(path, method) for path, method, operation in operations() if not is_public(operation)]


def test_every_route_has_its_role_and_none_is_left_over():
    assert set(LEAST) == {path for path, _ in GUARDED}


def least(path, method):
    return LEAST[path][method not in ('GET', 'HEAD')]


@pytest.fixture(scope='module')
def gateway(workspace):
    """Its client has no token of its own."""
    with Gateway(workspace / 'roles', token=TOKEN) as running:
        running.token = None
        yield running


@pytest.fixture(scope='module')
def tokens(gateway):
    return {role: call(gateway, 'POST', '/tokens', {'name': role, 'role': role}, TOKEN).json['token'] for role in ROLES}


def asked(gateway, method, path, token):
    """With an id that nobody has and a body that means nothing: what is let in comes to some other end."""
    headers = {} if token is None else {'Authorization': f'Bearer {token}'}
    body = b'{}' if method in ('POST', 'PUT', 'PATCH') else None
    return gateway.request(method, filled(path), body, {'Content-Type': 'application/json', **headers} if body else headers)


@pytest.mark.parametrize('path, method', GUARDED, ids=lambda value: str(value)[-40:])
def test_route_takes_its_role_and_no_smaller_one(gateway, tokens, path, method):
    for token in (None, '', 'wrong', 'gwt_wrong', tokens['admin'][:-1], tokens['admin'] + 'x'):
        answer = asked(gateway, method, path, token)
        assert answer.status == 401 and fault_in(answer, path, method) is None, f'{token}: {answer.body[:200]}'
    for number, role in enumerate(ROLES):
        answer = asked(gateway, method, path, tokens[role])
        allowed = number >= ROLES.index(least(path, method))
        assert answer.status not in (401, 500) and (answer.status != 403) is allowed, f'{role}: {answer.body[:200]}'
        assert fault_in(answer, path, method) is None, role
        if not allowed and method != 'HEAD':
            assert answer.code == 'permission_denied' and least(path, method) in answer.json['error']


def test_public_routes_are_those_that_tell_nothing():
    assert {path for path, _, operation in operations() if is_public(operation)} == {'/healthz', '/readyz'}
    assert set(DOCUMENT['paths']) == set(LEAST) | {'/healthz', '/readyz'}
