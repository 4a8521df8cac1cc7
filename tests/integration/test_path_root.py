"""A connection's path root holds for every operation of the document, every route of files, and every way of uploading."""
import pytest

from support.checks import error, good
from support.managed import Connection, OwnOpenSsh
from support.openapi import operations
from support.streams import Session
from support.tus import Upload

# Those that are about a path; `connect` and `probe` come to none.
OPERATIONS = sorted(path.rpartition('/')[2] for path, method, _ in operations()
                    if path.startswith('/api/sftp/') and method == 'POST' and not path.endswith(('/connect', '/probe')))
NEEDED = {'upload': {'content': 'x', 'encoding': 'utf-8'}, 'setstat': {'mode': '0600'}, 'symlink': {'target': 'a'}}
TWO = {'rename': ('oldPath', 'newPath'), 'copy': ('path', 'newPath')}


@pytest.fixture(scope='module')
def sshd(keys, workspace):
    with OwnOpenSsh(keys, workspace / 'path-root') as server:
        yield server


@pytest.fixture
def tree(sshd):
    """A root with a file, a folder, and links that lead out; beside it what must stay as it is."""
    tree = sshd.fresh('tree')
    (tree / 'root' / 'box').mkdir(parents=True)
    (tree / 'root' / 'a').write_text('inside')
    (tree / 'beside').mkdir()
    (tree / 'beside' / 'secret').write_text('outside')
    (tree / 'root' / 'up').symlink_to('..')
    (tree / 'root' / 'out').symlink_to(tree / 'beside')
    (tree / 'root' / 'file').symlink_to(tree / 'beside' / 'secret')
    (tree / 'root' / 'new').symlink_to(tree / 'beside' / 'none')
    yield tree
    assert [path.name for path in (tree / 'beside').iterdir()] == ['secret'], 'something was made or removed outside'
    assert (tree / 'beside' / 'secret').read_text() == 'outside'
    assert sorted(path.name for path in tree.iterdir()) == ['beside', 'root']


@pytest.fixture(scope='module')
def connection(gateway, sshd):
    connection = Connection(gateway, 'rooted', sshd, sshd.username, pathRoot=str(sshd.folder / 'tree' / 'tree' / 'root'))
    sshd.authorize(connection.new_key()['publicKey'])
    return connection


def outside(tree):
    return ['/', '/etc/passwd', str(tree), f'{tree}/beside/secret', f'{tree}/rooted', f'{tree}/root/../beside/secret',
            '../beside/secret', 'box/../../beside/secret', 'up', 'up/beside/secret', 'out', 'out/secret', 'out/none', 'file',
            'new']


def test_the_list_of_operations_is_not_empty():
    assert len(OPERATIONS) > 15 and {'copy', 'checksum', 'remove', 'setstat'} <= set(OPERATIONS)


@pytest.mark.parametrize('operation', OPERATIONS)
def test_operation_stays_inside(connection, tree, operation):
    for path in outside(tree):
        for field in TWO.get(operation, ('path',)):
            fields = {**{name: 'a' if name in ('path', 'oldPath') else 'b' for name in TWO.get(operation, ())},
                      **NEEDED.get(operation, {}), field: path}
            answer = connection.operate(operation, **fields)
            # `remove` refuses what ends in dots and roots by itself.
            error(answer, 'permission_denied', *(['bad_request'] if operation == 'remove' else []), phase='request')


def test_links_that_would_lead_out_are_not_made(connection, tree):
    for target in ('/etc', '..', '../beside', f'{tree}/beside', 'box/../../beside'):
        error(connection.operate('symlink', path='link', target=target), 'permission_denied', field='target')
    good(connection.operate('symlink', path='link', target='box'))
    good(connection.operate('symlink', path='box/back', target='../a'))


QUERIES = {'GET': ('', '?archive=zip'), 'HEAD': ('',), 'PUT': ('', '?parents=true', '?atomic=false'),
           'DELETE': ('', '?recursive=true')}


@pytest.mark.parametrize('by', ['connection', 'session'])
@pytest.mark.parametrize('method', QUERIES)
def test_files_stay_inside(connection, tree, method, by):
    gateway = connection.gateway
    base = f'/api/v1{connection.path}' if by == 'connection' else Session(gateway, {'connection': connection.id}).url
    assert gateway.request('GET', f'{base}/files/~/a').body == b'inside'
    for path in ('/etc/passwd', f'{tree}/beside/secret', f'{tree}/rooted/x', '/~/up/beside/secret', '/~/out/secret',
                 '/~/out/none', '/~/file', '/~/new', '/~/out', '/~/out/', '/~/up/', f'{tree}/beside/', '/'):
        for query in QUERIES[method]:
            for accept in ('*/*', 'application/x-ndjson') if method == 'GET' else ('*/*',):
                body = b'x' if method == 'PUT' and not path.endswith('/') else None
                answer = gateway.request(method, f'{base}/files{path}{query}', body, {'Accept': accept})
                # A folder's options on a file, and the other way round, are refused before anybody looks where it is.
                assert answer.status in (400, 403, 409), f'{path}{query}: {answer.status} {answer.body[:200]}'
                assert answer.status != 409 or answer.code == 'is_a_directory' and path == '/~/out', answer.body
                if not query:
                    assert answer.status == 403, f'{path}: {answer.status} {answer.body[:200]}'


def test_resumable_uploads_stay_inside(connection, tree):
    session = Session(connection.gateway, {'connection': connection.id})
    for path in outside(tree):
        for more in ({}, {'overwrite': 'true'}, {'parents': 'true'}):
            created = Upload(session, path, 1, b'x', **more).created
            error(created, 'bad_request' if path == '/' else 'permission_denied', phase='request')
    assert Upload(session, 'box/b', 1, b'x').created.status == 201
    assert (tree / 'root' / 'box' / 'b').read_text() == 'x'


def test_link_that_is_put_in_the_way_of_an_upload_that_goes_on_is_not_followed(connection, tree):
    upload = Upload(Session(connection.gateway, {'connection': connection.id}), 'box/b', 2, b'x')
    assert upload.created.status == 201
    (tree / 'root' / 'box').rename(tree / 'root' / 'elsewhere')
    (tree / 'root' / 'box').symlink_to(tree / 'beside')
    assert upload.patch(1, b'y').status == 403
    assert upload.head().status == 403
