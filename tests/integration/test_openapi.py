"""docs/openapi.json says what the gateway does: examples are replayed, answers validated, every route visited."""
import base64
import json
import subprocess
import sys

import pytest

from support.gateway import REPOSITORY
from support.openapi import (DOCUMENT, METHODS, fault_in, filled, is_public, operations, paths, resolved,
                             security_headers_missing, why_not)

TOKEN = 'the-token-of-this-test'
SCHEMAS = DOCUMENT['components']['schemas']
PATH_FIELDS = {'path', 'oldPath', 'newPath'}


def contents(operation):
    """What an operation takes, by media type."""
    return operation.get('requestBody', {}).get('content', {})


def request_examples():
    """(path, METHOD, operation, title, example) of all JSON examples."""
    return [(path, method, operation, title, example['value']) for path, method, operation in operations()
            for title, example in contents(operation).get('application/json', {}).get('examples', {}).items()]


def identified(parameters):
    return [f'{path}-{title}' for path, _, _, title, _ in parameters]


def test_document_is_what_its_parts_make():
    made = subprocess.run([sys.executable, '-B', REPOSITORY / 'tools/openapi/write.py', '--check'], capture_output=True,
                          text=True)
    assert made.returncode == 0, made.stderr


def test_document_is_served_as_it_stands(gateway):
    answer = gateway.request('GET', '/openapi.json')
    assert answer.status == 200 and answer.headers['content-type'] == 'application/json'
    assert answer.body == (REPOSITORY / 'docs/openapi.json').read_bytes()


def test_every_reference_leads_somewhere():
    def visit(node):
        for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            visit(each)
        if isinstance(node, dict) and isinstance(node.get('$ref'), str):
            resolved(node)
    visit(DOCUMENT)


def test_operations_have_names_of_their_own():
    names = [operation['operationId'] for _, _, operation in operations()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize('path, method, operation', operations(), ids=lambda value: str(value)[:40])
def test_described_answers_are_of_their_schema(path, method, operation):
    for status, response in operation['responses'].items():
        for kind, content in resolved(response).get('content', {}).items():
            if 'example' in content and kind == 'application/json':
                assert why_not(content['example'], content['schema']) is None, status


@pytest.mark.parametrize('path, method, operation, title, example', request_examples(),
                         ids=identified(request_examples()))
def test_example_is_of_its_schema(path, method, operation, title, example):
    schema = contents(operation)['application/json']['schema']
    assert why_not(example, schema, strict=False) is None
    # … which is no empty promise: without a field that is required it is not.
    assert why_not({**example, 'host': 5}, schema, strict=False) is not None


# Those with a managed connection have a file of their own.
ONE_SHOT = [row for row in request_examples() if row[0].startswith('/api/sftp/') and 'connection' not in row[4]]


def within(folder, name, value):
    """A field of an example, as it has to be to mean the same in a folder of a test."""
    if name in PATH_FIELDS:
        return f'{folder}/{value}'
    if name.endswith('Base64') and name.removesuffix('Base64') in PATH_FIELDS:
        return base64.b64encode(f'{folder}/'.encode() + base64.b64decode(value)).decode()
    return value


@pytest.mark.parametrize('path, method, operation, title, example',
                         ONE_SHOT, ids=identified(ONE_SHOT))
def test_example_works_on_a_real_server(gateway, openssh, path, method, operation, title, example):
    """With the same fields, but for the server and its login."""
    tree = openssh.fresh('described')
    (tree / 'in' / 'empty').mkdir(parents=True)
    (tree / 'in' / 'orders.csv').write_bytes(b'id;amount\n1;2\n')
    (tree / 'in' / 'latest').symlink_to('orders.csv')
    fields = {name: within(openssh.path('described'), name, value) for name, value in example.items()}
    login = openssh.login()
    fields |= {name: login[name] for name in ('host', 'port')}
    fields |= {name: login[name] for name in ('username', 'privateKey') if 'username' in example}
    fields |= {'hostKey': openssh.host_key.fingerprint} if 'hostKey' in example else {}
    for name in ('password', 'passphrase'):
        fields.pop(name, None)
    answer = gateway.request(method, path, json.dumps(fields).encode(), {'Content-Type': 'application/json'})
    assert answer.status == 200, answer.json
    assert fault_in(answer, path, method) is None


def test_sessions_and_files_are_as_described(gateway, openssh):
    """Each operation once as it goes well, and once each as it does not."""
    tree = openssh.fresh('streamed')
    (tree / 'a.txt').write_bytes(b'hello')
    opened = gateway.request('POST', '/api/v1/sessions', json.dumps(openssh.login()).encode(),
                             {'Content-Type': 'application/json'})
    assert opened.status == 201 and fault_in(opened, '/api/v1/sessions', 'POST') is None
    session = f'/api/v1/sessions/{opened.json["id"]}'
    files = f'{session}/files{openssh.path("streamed")}'
    steps = [
        ('GET', session, {}, 200), ('HEAD', session, {}, 200), ('GET', f'{files}/a.txt', {}, 200),
        ('HEAD', f'{files}/a.txt', {}, 200), ('GET', f'{files}/a.txt', {'Range': 'bytes=1-2'}, 206),
        ('GET', f'{files}/a.txt', {'Range': 'bytes=9-'}, 416), ('GET', f'{files}/a.txt', {'If-Match': '"x"'}, 412),
        ('GET', f'{files}/a.txt', {'If-None-Match': '*'}, 304), ('GET', f'{files}/', {}, 200),
        ('HEAD', f'{files}/', {}, 200), ('GET', f'{files}/', {'Accept': 'application/x-ndjson'}, 200),
        ('GET', f'{files}/gone', {}, 404), ('HEAD', f'{files}/gone', {}, 404), ('GET', files, {}, 409),
        ('PUT', f'{files}/b', {}, 201), ('PUT', f'{files}/b', {}, 204), ('PUT', f'{files}/c/', {}, 201),
        ('PUT', f'{files}/c/', {}, 409), ('PUT', f'{files}/b', {'Content-Encoding': 'gzip'}, 415),
        ('PUT', f'{files}/b?mode=999', {}, 400), ('DELETE', f'{files}/b', {}, 204), ('DELETE', f'{files}/b', {}, 404),
        ('GET', f'{files}/%zz', {}, 400), ('DELETE', session, {}, 204), ('DELETE', session, {}, 404),
        ('GET', session, {}, 404), ('HEAD', session, {}, 404), ('GET', f'{files}/a.txt', {}, 404)]
    for method, path, headers, status in steps:
        answer = gateway.request(method, path, b'' if method == 'PUT' else None, headers)
        assert answer.status == status, f'{method} {path} {headers}: {answer.status} {answer.body[:200]}'
        template = '/api/v1/sessions/{id}' + ('/files/{path}' if '/files' in path else '')
        assert fault_in(answer, template, method) is None, f'{method} {path} {headers}'
        assert not security_headers_missing(answer), f'{method} {path} {headers}'


def test_connect_by_get_is_as_described(gateway, openssh):
    for query in (f'host=127.0.0.1&port={openssh.port}', 'host=127.0.0.1&port=1', 'port=22'):
        answer = gateway.request('GET', f'/api/sftp/connect?{query}')
        assert fault_in(answer, '/api/sftp/connect', 'GET') is None


@pytest.mark.parametrize('path, method, operation', [row for row in operations() if row[0].startswith('/api/sftp/')],
                         ids=lambda value: str(value)[:40])
def test_errors_are_as_described(gateway, openssh, path, method, operation):
    """An empty request, one for a server that is not there, and one for a file that is not there."""
    nowhere = {'path': 'x', 'oldPath': 'x', 'newPath': 'y', 'content': '', 'target': 'x', 'mode': 384}
    there = {name: openssh.path('described/gone/' + value) if name in PATH_FIELDS else value
             for name, value in nowhere.items()}
    for fields in ({}, openssh.login(**{**nowhere, 'port': 1}), openssh.login(**there)):
        body = json.dumps(fields).encode() if method == 'POST' else None
        answer = gateway.request(method, path, body, {'Content-Type': 'application/json'} if body else {})
        assert fault_in(answer, path, method) is None
    if method == 'POST':
        for headers, octets in (({'Content-Type': 'text/plain'}, b'{}'), ({}, b'{bad')):
            assert fault_in(gateway.request(method, path, octets, headers), path, method) is None


@pytest.mark.parametrize('public', [True, False])
def test_d21_every_route_needs_the_token_but_the_public_ones(own_gateway, public):
    gateway = own_gateway(token=TOKEN)
    visited = [(path, method) for path, method, operation in operations() if is_public(operation) is public]
    assert visited
    for path, method in visited:
        for headers in ({'Authorization': ''}, {'Authorization': 'Bearer wrong'}, {'Authorization': f'Basic {TOKEN}'},
                        {'Authorization': f'Bearer {TOKEN}x'}, {'Authorization': f'Bearer {TOKEN[:-1]}'}):
            answer = gateway.request(method, filled(path), headers=headers)
            assert (answer.status == 401) is not public, f'{method} {path} {headers}: {answer.status}'
            assert fault_in(answer, path, method) is None
        assert gateway.request(method, filled(path)).status != 401


@pytest.mark.parametrize('path, methods', paths(), ids=lambda value: str(value)[:40])
def test_d11_h10_every_method_on_every_route(gateway, path, methods):
    """What is not described is 405 with what is; and no answer lacks the headers that keep browsers in check."""
    for method in [*METHODS, 'FOO', 'CONNECT']:
        answer = gateway.request(method, filled(path))
        assert not security_headers_missing(answer), f'{method} {path}'
        if method in methods:
            assert answer.status != 405
            assert fault_in(answer, path, method) is None
        else:
            assert answer.status == 405, f'{method} {path}: {answer.status}'
            assert sorted(answer.headers['allow'].split(', ')) == sorted(methods)
            assert method == 'HEAD' or answer.code == 'method_not_allowed'


@pytest.mark.parametrize('path', ['/', '/api/v1', '/api/v1/sessions/', '/metrics/', '/openapi', '/openapi.json/'])
def test_h10_unknown_routes_have_the_headers_too(gateway, path):
    answer = gateway.request('GET', path)
    assert answer.status == 404 and not security_headers_missing(answer)
