"""HTTP as clients and attackers send it (attacks.md, part D)."""
import json
import time

import pytest

from support.checks import error, good
from support.http import parse
from support.oracle import MEMORY_SLACK
from support.scripted_sftp import MIB, ScriptedSftp
from support.waiting import PATIENCE

OPERATIONS = ['connect', 'list', 'download', 'upload', 'delete', 'mkdir', 'rename', 'stat', 'rmdir', 'lstat', 'probe']
JSON = {'Content-Type': 'application/json'}
# Whole and right, but for whom it is meant: what the field checks need to be reached.
COMPLETE = {'host': '127.0.0.1', 'port': 1, 'username': 'u', 'password': 'p', 'path': 'x', 'content': '',
            'oldPath': 'a', 'newPath': 'b'}


@pytest.fixture(autouse=True)
def alive(gateway):
    yield
    assert gateway.alive


def post_raw(gateway, operation, body, headers=JSON):
    return gateway.request('POST', f'/api/sftp/{operation}', body, headers)


# D11: methods and routes. ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize('method', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'FOO', 'POST'])
@pytest.mark.parametrize('operation', OPERATIONS)
def test_d11_other_methods_are_refused_with_allow(gateway, operation, method):
    allowed = ['GET', 'POST'] if operation == 'connect' else ['POST']
    answer = gateway.request(method, f'/api/sftp/{operation}')
    if method in allowed:
        error(answer, 'bad_request', phase='request')
        return
    assert answer.status == 405
    assert [part.strip() for part in answer.headers['allow'].split(',')] == allowed
    if method != 'HEAD':
        error(answer, 'method_not_allowed', phase='request')


@pytest.mark.parametrize('path', ['/', '/api', '/api/', '/api/sftp', '/api/sftp/', '/api/sftp/nope', '/api/v2/x',
                                  '/index.html', '/favicon.ico'])
def test_unknown_routes_are_not_found(gateway, path):
    for method in ('GET', 'POST'):
        error(gateway.request(method, path), 'not_found', phase='request')


@pytest.mark.parametrize('path', [
    '//api/sftp/list', '/api//sftp/list', '/api/./sftp/list', '/api/x/../sftp/list', '/api/sftp/list/',
    '/api/sftp/..;/list', '/api/sftp/%6cist', '/api%2fsftp%2flist', '/api/sftp/%2e%2e/sftp/list', '/api/sftp/list%00',
    '/api/sftp/list%2500', '/API/SFTP/LIST', '/api/sftp/List', '/api/sftp/list.', '/api/sftp/list;x=1',
    '\\api\\sftp\\list', '/api/sftp\\list', '/api/sftp/list\u00e9'.encode().decode('latin-1'), 'api/sftp/list',
])
def test_d16_other_spellings_of_a_route_are_no_routes(gateway, path):
    octets = f'POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}'
    answer, rest = parse(gateway.raw(octets.encode('latin-1'))[0])
    error(answer, 'not_found', 'bad_request', phase='request')
    assert answer.json.get('field') is None, 'the operation must not have looked at the body'
    assert not rest


def test_absolute_and_queried_forms_of_a_route_are_the_route(gateway):
    for target in (f'{gateway.url}/api/sftp/list', '/api/sftp/list?x=1'):
        octets = (f'POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n'
                  'Content-Length: 2\r\n\r\n{}').encode()
        answer, _ = parse(gateway.raw(octets)[0])
        error(answer, 'bad_request', 'not_found')


# D3: where one request ends and the next begins. ----------------------------------------------------------------------

LINE = b'POST /api/sftp/list HTTP/1.1\r\nHost: 127.0.0.1\r\n'
BODY = b'{"hidden":"GET /healthz HTTP/1.1"}'
NEXT = b'GET /api/sftp/nope HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
AMBIGUOUS = {
    'length_and_chunked': LINE + b'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' + NEXT,
    'two_lengths': LINE + b'Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}  ' + NEXT,
    'length_list': LINE + b'Content-Length: 2, 4\r\n\r\n{}  ' + NEXT,
    'length_with_plus': LINE + b'Content-Length: +2\r\n\r\n{}' + NEXT,
    'length_in_hex': LINE + b'Content-Length: 0x2\r\n\r\n{}' + NEXT,
    'length_with_space': LINE + b'Content-Length: 2 2\r\n\r\n{}' + NEXT,
    'length_negative': LINE + b'Content-Length: -1\r\n\r\n{}' + NEXT,
    'length_beyond_64_bits': LINE + b'Content-Length: 18446744073709551618\r\n\r\n{}' + NEXT,
    'length_empty': LINE + b'Content-Length: \r\n\r\n' + NEXT,
    'unknown_coding': LINE + b'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n' + NEXT,
    'chunked_not_last': LINE + b'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n' + NEXT,
    'chunked_twice': LINE + b'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' + NEXT,
    'folded_header': LINE + b'X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n' + NEXT,
    'line_feeds_only': LINE.replace(b'\r\n', b'\n') + b'Content-Length: 0\n\n' + NEXT,
    'bare_carriage_return': LINE + b'X-Bare: a\rb\r\nContent-Length: 0\r\n\r\n' + NEXT,
    'zero_in_header': LINE + b'X-Zero: a\0b\r\nContent-Length: 0\r\n\r\n' + NEXT,
    'space_before_colon': LINE + b'Content-Length : 0\r\n\r\n' + NEXT,
    'space_before_name': LINE + b' Content-Length: 0\r\n\r\n' + NEXT,
    'header_without_colon': LINE + b'Nonsense\r\n\r\n' + NEXT,
    'empty_header_name': LINE + b': x\r\n\r\n' + NEXT,
    'two_hosts': LINE + b'Host: example.com\r\nContent-Length: 0\r\n\r\n' + NEXT,
    'chunk_size_of_16_f': LINE + b'Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab' + NEXT,
    'chunk_size_too_long': LINE + b'Transfer-Encoding: chunked\r\n\r\n1000000000000000000002\r\n{}\r\n0\r\n\r\n' + NEXT,
    'chunk_size_negative': LINE + b'Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n' + NEXT,
    'chunk_without_line_end': LINE + b'Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n' + NEXT,
    'http_0_9': b'GET /healthz\r\n\r\n' + NEXT,
    'http_1_0_chunked': LINE.replace(b'1.1', b'1.0') + b'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n' + NEXT,
    'http_2_preface': b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'garbage': bytes(range(1, 200)) + b'\r\n\r\n',
}


@pytest.mark.parametrize('row', AMBIGUOUS)
def test_d3_ambiguous_request_is_refused_and_the_line_closed(gateway, row):
    octets, closed = gateway.raw(AMBIGUOUS[row], seconds=5)
    assert closed, 'what follows must not be taken for a request'
    answer, rest = parse(octets)
    assert not rest, 'there was a second answer'
    assert not octets or 400 <= answer.status < 506, octets[:200]
    assert answer is None or answer.code != 'not_found'


def test_request_without_host_is_refused(gateway):
    octets = b'POST /api/sftp/list HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}'
    answer, _ = parse(gateway.raw(octets)[0])
    error(answer, 'bad_request', 'forbidden_origin')
    assert answer.json.get('field') is None


def test_requests_on_one_line_are_answered_in_order(gateway):
    octets = b''.join(b'GET /api/sftp/connect HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' if even else
                      b'GET /nope HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' for even in (True, False) * 20)
    octets += b'GET /nope HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' + NEXT
    rest, closed = gateway.raw(octets)
    statuses = []
    while rest:
        answer, rest = parse(rest)
        statuses.append(answer.status)
    assert closed and statuses == [400, 404] * 20 + [404]


def test_chunked_body_is_a_body(gateway):
    body = b'2\r\n{"\r\n9\r\nhost": 5}\r\n0\r\n\r\n'
    octets = LINE + b'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n' + body
    error(parse(gateway.raw(octets)[0])[0], 'bad_request', field='host')


def test_expect_100_continue_is_answered(gateway):
    with gateway.connect(5) as wire:
        wire.sendall(LINE + b'Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n')
        assert wire.recv(65536).startswith(b'HTTP/1.1 100 ')
        wire.sendall(b'{}')
        received = b''
        while piece := wire.recv(65536):
            received += piece
    error(parse(received)[0], 'bad_request', field='host')


# D6 to D8: bodies. ----------------------------------------------------------------------------------------------------

def test_d6_body_of_1_gib_is_refused_at_its_head(gateway):
    before = gateway.rss()
    octets = LINE + f'Content-Length: {1024 * MIB}\r\n\r\n'.encode()
    answer, _ = parse(gateway.raw(octets, seconds=5)[0])
    error(answer, 'payload_too_large')
    assert gateway.rss() - before < MEMORY_SLACK


def test_d6_chunked_body_is_refused_at_the_limit(gateway):
    before = gateway.rss()
    chunk = b'100000\r\n' + b' ' * MIB + b'\r\n'
    octets, closed = gateway.raw(LINE + b'Transfer-Encoding: chunked\r\n\r\n' + chunk * 64, seconds=5)
    assert closed
    if octets:  # it may be lost when the line is closed under what is still being sent
        error(parse(octets)[0], 'payload_too_large')
    assert gateway.rss() - before < MEMORY_SLACK


STRICT_JSON = {
    'not_json': b'{bad', 'empty': b'', 'white_space': b'  ', 'null': b'null', 'array': b'[]', 'text': b'"x"',
    'number': b'1', 'trailing_comma': b'{"host":"x",}', 'garbage_after': b'{"host":"x"} x', 'two_documents': b'{}{}',
    'comment': b'{/* */"host":"x"}', 'single_quotes': b"{'host':'x'}", 'nan': b'{"port":NaN}',
    'infinity': b'{"port":Infinity}', 'leading_zero': b'{"port":022}', 'plus': b'{"port":+22}', 'hex': b'{"port":0x16}',
    'control_character': b'{"host":"a\nb"}', 'byte_order_mark': b'\xef\xbb\xbf{"host":"x"}',
    'invalid_utf8': b'{"host":"\xff"}', 'overlong_utf8': b'{"host":"\xc0\xaf"}',
    'encoded_surrogate': b'{"host":"\xed\xa0\x80"}', 'lone_high_surrogate': b'{"host":"\\ud800"}',
    'lone_low_surrogate': b'{"host":"\\udc00"}', 'reversed_surrogates': b'{"host":"\\udc00\\ud800"}',
    'bad_escape': b'{"host":"\\x41"}', 'utf16': '{"host":"x"}'.encode('utf-16'), 'depth_of_100000': b'[' * 100_000,
    'deep_object': b'{"a":' * 50_000 + b'1' + b'}' * 50_000, 'endless_number': b'{"port":' + b'9' * 900_000 + b'}',
    'exponent_too_large': b'{"port":1e400}', 'duplicate_key': b'{"host":"127.0.0.1","host":"example.com"}',
    'duplicate_key_escaped': b'{"host":"127.0.0.1","h\\u006fst":"example.com"}',
    'duplicate_unknown_key': b'{"x":1,"x":1}', 'duplicate_inner_key': b'{"x":{"y":1,"y":2}}',
    'many_keys_and_a_duplicate': b'{' + b','.join(b'"k%d":1' % number for number in range(50_000)) + b',"k0":1}',
}


@pytest.mark.parametrize('row', STRICT_JSON)
def test_d7_d8_d9_json_is_strict(gateway, row):
    started = time.monotonic()
    error(post_raw(gateway, 'list', STRICT_JSON[row]), 'bad_request', phase='request')
    assert time.monotonic() - started < 3 * PATIENCE


@pytest.mark.parametrize('headers, status', [
    ({}, 400), ({'Content-Type': 'application/json'}, 400),
    ({'Content-Type': 'Application/JSON; charset="UTF-8"'}, 400),
    ({'Content-Type': 'text/plain'}, 415), ({'Content-Type': 'application/x-www-form-urlencoded'}, 415),
    ({'Content-Type': 'multipart/form-data; boundary=x'}, 415),
    ({'Content-Type': 'application/json; charset=utf-16'}, 415),
    ({'Content-Type': 'application/json', 'Content-Encoding': 'gzip'}, 415),
], ids=str)
def test_d12_d14_media_type_of_the_body(gateway, headers, status):
    answer = post_raw(gateway, 'list', b'{}', headers)
    error(answer, 'bad_request' if status == 400 else 'unsupported_media_type', phase='request')


# D10: fields. ---------------------------------------------------------------------------------------------------------

def without(*names):
    return {name: value for name, value in COMPLETE.items() if name not in names}


FIELDS = [('host', value) for value in (5, True, [], {}, '', ['127.0.0.1'])] + \
    [('port', value) for value in ('22', 0, -1, 65536, 22.5, True, [], {}, 2**53 + 1, 2**70, '')] + \
    [('username', value) for value in (5, True, [], '')] + \
    [('password', value) for value in (5, True, [], {}, '')] + \
    [('privateKey', value) for value in (5, True, [])] + \
    [('passphrase', value) for value in (5, True, [])] + \
    [('hostKey', value) for value in (5, True, [], 'x')] + \
    [('timeoutMs', value) for value in ('5', True, 0, 1.5)]


@pytest.mark.parametrize('field, value', FIELDS, ids=lambda value: ascii(value)[:20])
def test_d10_wrong_type_or_value_names_its_field(gateway, field, value):
    error(gateway.post('stat', **{**COMPLETE, field: value}), 'bad_request', phase='request', field=field)


@pytest.mark.parametrize('operation, field, value', [
    ('stat', 'path', 5), ('stat', 'path', ''), ('stat', 'path', 'a\0b'), ('download', 'path', ''),
    ('delete', 'path', ''), ('mkdir', 'path', ''), ('upload', 'path', ''), ('rmdir', 'path', ''),
    ('lstat', 'path', ['x']), ('rename', 'oldPath', ''), ('rename', 'newPath', ''), ('rename', 'newPath', 7),
    ('rename', 'overwrite', 'yes'), ('rename', 'overwrite', 1), ('upload', 'content', 5), ('upload', 'content', ['x']),
    ('upload', 'append', 'true'), ('upload', 'append', 1), ('upload', 'mode', -1), ('upload', 'mode', 0o10000),
    ('upload', 'mode', 1.5), ('upload', 'mode', True), ('mkdir', 'mode', 'rwx'), ('mkdir', 'mode', 0o10000),
    ('mkdir', 'parents', 'yes'), ('upload', 'encoding', 5), ('upload', 'content', 'not base64!'),
    ('upload', 'content', 'ab-_'),
], ids=lambda value: ascii(value)[:20])
def test_d10_wrong_field_of_an_operation_is_named(gateway, operation, field, value):
    error(gateway.post(operation, **{**COMPLETE, field: value}), 'bad_request', phase='request', field=field)


@pytest.mark.parametrize('operation, field', [
    *[(operation, field) for operation in OPERATIONS for field in ('host', 'username')
      if (operation, field) not in (('connect', 'username'), ('probe', 'username'))],
    ('stat', 'path'), ('lstat', 'path'), ('download', 'path'), ('delete', 'path'), ('mkdir', 'path'), ('rmdir', 'path'),
    ('upload', 'path'), ('upload', 'content'), ('rename', 'oldPath'), ('rename', 'newPath')])
def test_missing_and_null_fields_are_named(gateway, operation, field):
    for body in (without(field), {**COMPLETE, field: None}):
        error(gateway.post(operation, **body), 'bad_request', phase='request', field=field)


def test_path_given_twice_is_refused(gateway):
    error(gateway.post('stat', **COMPLETE, pathBase64='eA=='), 'bad_request', phase='request')
    error(gateway.post('stat', **without('path'), pathBase64='not base64!'), 'bad_request', phase='request',
          field='pathBase64')


def test_unknown_fields_do_no_harm(gateway, openssh):
    good(gateway.post('list', **openssh.login(path='.', colour='blue', nested={'a': [1, 2]})))


# D25: hosts and users that would be something else to a shell, a URL parser or a resolver. --------------------------

@pytest.mark.parametrize('host', [
    '-oProxyCommand=id', '`id`', '$(id)', '%h', 'a b', 'a\nb', 'a\r\nb', 'a\tb', 'user@127.0.0.1', 'user:pw@127.0.0.1',
    '127.0.0.1:22', '127.0.0.1/x', '127.0.0.1#x', '127.0.0.1?x', 'host%eth0', 'fe80::1%lo', 'sftp://127.0.0.1', '..',
    'a..b', '-x', 'x-', 'exämple.com', 'раураl.com', 'ⓛocalhost', '127。0。0。1', 'a' * 64 + '.com',
    'a.' * 127 + 'a', ' 127.0.0.1', '127.0.0.1 ', '/etc/passwd', '*', 'unix:/tmp/x', '[::1', '::1]', '1.2.3.4.5',
    '1.2.3', '999.1.1.1', '0', '127.1'], ids=ascii)
def test_d25_host_that_is_none_is_a_bad_request(gateway, host):
    error(gateway.post('list', **{**COMPLETE, 'host': host}), 'bad_request', phase='request', field='host')
    error(gateway.post('connect', host=host), 'bad_request', phase='request', field='host')
    assert not gateway.children()


@pytest.mark.parametrize('username', ['-oProxyCommand=id', '`id`', '$(id)', '%u', 'a b', 'user@host', "x'; rm -rf /",
                                      'ü'])
def test_d25_user_names_are_literal(gateway, keys, username):
    with ScriptedSftp(keys) as server:
        good(gateway.post('list', **server.login(username=username, path='.')))
        assert set(server.usernames) == {username}
    assert not gateway.children()


@pytest.mark.parametrize('username', ['a\nb', 'a\0b', 'a\x1bb', 'x' * 256])
def test_d25_user_names_with_control_characters_are_refused(gateway, username):
    error(gateway.post('list', **{**COMPLETE, 'username': username}), 'bad_request', phase='request', field='username')


# D19: who may ask. ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('host', ['evil.example', 'evil.example:8080', '169.254.169.254', 'localhost.evil.example',
                                  '127.0.0.1.evil.example', '', '127.0.0.1@evil.example'])
def test_d19_foreign_host_is_refused(gateway, host):
    error(post_raw(gateway, 'list', b'{}', {**JSON, 'Host': host}), 'forbidden_origin', 'bad_request', phase='request')
    assert post_raw(gateway, 'list', b'{}', {**JSON, 'Host': host}).json.get('field') is None


@pytest.mark.parametrize('host', ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST:1234'])
def test_own_hosts_are_served(gateway, host):
    error(post_raw(gateway, 'list', b'{}', {**JSON, 'Host': host}), 'bad_request', field='host')


@pytest.mark.parametrize('origin', ['http://evil.example', 'https://evil.example', 'null', 'http://127.0.0.1:1',
                                    'file://', 'http://localhost.evil.example', ''])
def test_d19_foreign_origin_is_refused(gateway, origin):
    error(post_raw(gateway, 'list', b'{}', {**JSON, 'Origin': origin}), 'forbidden_origin', phase='request')
    preflight = gateway.request('OPTIONS', '/api/sftp/list', headers={
        'Origin': origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type'})
    assert preflight.status >= 400
    assert 'access-control-allow-origin' not in preflight.headers


def test_own_origin_is_served(gateway):
    error(post_raw(gateway, 'list', b'{}', {**JSON, 'Origin': gateway.url}), 'bad_request', field='host')


def test_allowed_host_and_origin_are_served(own_gateway):
    gateway = own_gateway('--allowed-host', 'sftp.example', '--allowed-origin', 'https://app.example')
    headers = {**JSON, 'Host': 'sftp.example', 'Origin': 'https://app.example'}
    answer = post_raw(gateway, 'list', b'{}', headers)
    error(answer, 'bad_request', field='host')
    assert answer.headers.get('access-control-allow-origin') == 'https://app.example'
    error(post_raw(gateway, 'list', b'{}', {**headers, 'Origin': 'https://other.example'}), 'forbidden_origin')
    error(post_raw(gateway, 'list', b'{}', {**headers, 'Host': 'other.example'}), 'forbidden_origin')


def test_answers_cannot_be_sniffed_or_cached(gateway, openssh):
    for answer in (gateway.post('list', **openssh.login(path='.')), gateway.post('list')):
        assert answer.headers['content-type'].startswith('application/json')
        assert answer.headers['x-content-type-options'] == 'nosniff'
        assert answer.headers['cache-control'] == 'no-store'


# Success answers. -----------------------------------------------------------------------------------------------------

def test_connect_by_get_takes_its_port_from_the_query(gateway, openssh):
    answer = gateway.request('GET', f'/api/sftp/connect?host=127.0.0.1&port={openssh.port}')
    good(answer, host='127.0.0.1', port=openssh.port, sshVersion='2.0')
    for query in ('port=x', 'port=0', 'port=65536', 'port=', 'port=22&port=23', 'host=x'):
        error(gateway.request('GET', f'/api/sftp/connect?host=127.0.0.1&{query}'), 'bad_request', phase='request')


def test_fields_of_an_answer_come_in_their_order(gateway, openssh):
    openssh.fresh('order').joinpath('file').write_bytes(b'x')
    path = openssh.path('order/file')
    expected = {
        'stat': ['success', 'path', 'isDirectory', 'isSymlink', 'size', 'permissions', 'permissionString', 'uid', 'gid',
                 'atime', 'mtime'],
        'download': ['success', 'path', 'size', 'truncated', 'isBinary', 'content', 'encoding']}
    for operation, names in expected.items():
        assert list(good(gateway.post(operation, **openssh.login(path=path))))[:len(names)] == names
    listing = good(gateway.post('list', **openssh.login(path=openssh.path('order'))))
    assert list(listing)[:4] == ['success', 'path', 'count', 'entries']
    assert list(listing['entries'][0])[:6] == ['name', 'isDirectory', 'isSymlink', 'size', 'permissions', 'mtime']
    connected = good(gateway.post('connect', **openssh.where()))
    assert list(connected)[:8] == ['success', 'host', 'port', 'banner', 'sshVersion', 'software', 'sftpAvailable',
                                   'note']


def test_probe_examines_every_step(gateway, openssh):
    found = good(gateway.post('probe', **openssh.login()))
    text = json.dumps(found)
    assert openssh.host_key.fingerprint in text
    assert 'SSH-2.0-OpenSSH' in text
