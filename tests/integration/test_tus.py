"""Resumable uploads: nothing counts that the server has not acknowledged, and no file appears before it is whole."""
import os
import socket
import time

import pytest

from support.checks import error
from support.fault_proxy import FaultProxy
from support.streams import Session
from support.tus import OCTETS, VERSION, Upload, checksum, metadata
from support.waiting import PATIENCE, until


@pytest.fixture
def place(request, gateway, openssh):
    """A session, and a fresh folder: as the server names it, and itself."""
    name = 'tus-' + request.node.name.split('[')[0]
    return Session(gateway, openssh.login()), openssh.path(name), openssh.fresh(name)


def parts(folder):
    return [path for path in folder.iterdir() if path.name.startswith('.gangway-')]


def test_options_tell_what_is_offered(gateway, place):
    session, _, _ = place
    for url in (session.url + '/uploads', session.url + '/uploads/x'):
        answer = gateway.request('OPTIONS', url)
        assert answer.status == 204
        assert answer.headers['tus-version'] == answer.headers['tus-resumable'] == '1.0.0'
        assert set(answer.headers['tus-extension'].split(',')) == {
            'creation', 'creation-with-upload', 'creation-defer-length', 'termination', 'checksum', 'expiration'}
        assert set(answer.headers['tus-checksum-algorithm'].split(',')) == {'sha1', 'sha256'}
        assert int(answer.headers['tus-max-size']) == 2**53 - 1


def test_an_upload_in_goes_is_published_when_it_is_whole(gateway, place):
    session, path, folder = place
    content = os.urandom(700_001)
    upload = Upload(session, path + '/a', len(content), mode='0640')
    assert upload.created.status == 201 and upload.created.headers['upload-offset'] == '0'
    assert 'GMT' in upload.created.headers['upload-expires']
    for begin, end in ((0, 1), (1, 300_000), (300_000, 300_000), (300_000, 700_000)):
        answer = upload.patch(begin, content[begin:end])
        assert answer.status == 204 and answer.headers['upload-offset'] == str(end)
        assert answer.headers['tus-resumable'] == '1.0.0' and 'upload-expires' in answer.headers
        head = upload.head()
        assert head.status == 200 and head.headers['upload-offset'] == str(end)
        assert head.headers['upload-length'] == str(len(content))
        assert head.headers['upload-metadata'] == metadata(path + '/a', mode='0640')
        assert head.headers['cache-control'] == 'no-store'
        assert not (folder / 'a').exists() and len(parts(folder)) == 1
    assert upload.patch(700_000, content[700_000:]).status == 204
    assert (folder / 'a').read_bytes() == content and parts(folder) == []
    assert (folder / 'a').stat().st_mode & 0o777 == 0o640
    assert upload.offset() == len(content)
    assert upload.patch(len(content), b'').status == 204
    assert upload.delete().status == 204 and (folder / 'a').exists()
    assert upload.head().status == 404


def test_an_upload_with_its_creation_and_one_of_nothing(place):
    session, path, folder = place
    whole = Upload(session, path + '/whole', 5, b'hello')
    assert whole.created.status == 201 and whole.created.headers['upload-offset'] == '5'
    assert (folder / 'whole').read_bytes() == b'hello'
    begun = Upload(session, path + '/begun', 11, b'hello')
    assert begun.created.headers['upload-offset'] == '5'
    assert begun.patch(5, b' world').status == 204
    assert (folder / 'begun').read_bytes() == b'hello world'
    nothing = Upload(session, path + '/nothing', 0)
    assert nothing.created.status == 201 and (folder / 'nothing').read_bytes() == b''
    assert parts(folder) == []


def test_a_length_that_is_told_later(place):
    session, path, folder = place
    upload = Upload(session, path + '/a', None)
    assert upload.patch(0, b'hello').status == 204
    head = upload.head()
    assert head.headers['upload-defer-length'] == '1' and 'upload-length' not in head.headers
    assert upload.patch(5, b' w', {'Upload-Length': '8'}).status == 204
    error(upload.patch(7, b'', {'Upload-Length': '9'}), 'bad_request')
    assert upload.patch(7, b'o').status == 204
    assert (folder / 'a').read_bytes() == b'hello wo'
    ended = Upload(session, path + '/b', None, b'abc')
    assert ended.patch(3, b'', {'Upload-Length': '3'}).status == 204
    assert (folder / 'b').read_bytes() == b'abc'


def test_a_wrong_offset_is_refused_and_changes_nothing(place):
    session, path, folder = place
    upload = Upload(session, path + '/a', 10, b'abc')
    for wrong in (0, 2, 4, 10, 11):
        error(upload.patch(wrong, b'x'), 'conflict')
    assert upload.offset() == 3
    for offset in ('', '-1', '3.0', '0x3', ' '):
        answer = session.gateway.request('PATCH', upload.url, b'x', {**VERSION, 'Content-Type': OCTETS,
                                                                     'Upload-Offset': offset})
        error(answer, 'bad_request')
    error(upload.patch(3, b'x' * 8), 'payload_too_large')
    assert upload.offset() == 3
    assert upload.patch(3, b'defghij').status == 204
    assert (folder / 'a').read_bytes() == b'abcdefghij'


def test_chunks_beyond_the_length_do_not_count(gateway, place):
    session, path, folder = place
    upload = Upload(session, path + '/a', 4)
    octets, _ = gateway.raw((f'PATCH {upload.url} HTTP/1.1\r\nHost: {gateway.address[0]}:{gateway.address[1]}\r\n'
                             f'Tus-Resumable: 1.0.0\r\nContent-Type: {OCTETS}\r\nUpload-Offset: 0\r\n'
                             'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n').encode() +
                            b'3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n')
    assert b' 413 ' in octets.split(b'\r\n', 1)[0]
    assert upload.offset() == 0 and not (folder / 'a').exists()


def test_the_protocol_is_kept_strictly(gateway, place):
    session, path, _ = place
    upload = Upload(session, path + '/a', 10)
    for headers in ({}, {'Tus-Resumable': '0.2.2'}):
        for method in ('HEAD', 'PATCH', 'DELETE'):
            answer = gateway.request(method, upload.url, headers=headers)
            assert answer.status == 412 and answer.headers['tus-version'] == '1.0.0'
        assert gateway.request('POST', session.url + '/uploads', headers=headers).status == 412
    error(upload.patch(0, b'x', {'Content-Type': 'application/json'}), 'unsupported_media_type')
    for method in ('GET', 'PUT'):
        assert gateway.request(method, upload.url, headers=VERSION).status == 405
    answer = gateway.request('POST', upload.url, b'x', {**VERSION, 'Content-Type': OCTETS})
    assert error(answer, 'method_not_allowed') and 'PATCH' in answer.headers['allow']
    answer = gateway.request('POST', upload.url, b'x', {**VERSION, 'Content-Type': OCTETS, 'Upload-Offset': '0',
                                                        'X-HTTP-Method-Override': 'PATCH'})
    assert answer.status == 204 and upload.offset() == 1


@pytest.mark.parametrize('headers, field', [
    ({}, None), ({'Upload-Length': 'x'}, None), ({'Upload-Length': '-1'}, None),
    ({'Upload-Length': '1', 'Upload-Defer-Length': '1'}, None), ({'Upload-Defer-Length': '2'}, None),
    ({'Upload-Length': '1', 'Upload-Metadata': ''}, 'path'),
    ({'Upload-Length': '1', 'Upload-Metadata': 'filename YQ=='}, 'path'),
    ({'Upload-Length': '1', 'Upload-Metadata': 'path *'}, 'Upload-Metadata'),
    ({'Upload-Length': '1', 'Upload-Metadata': 'path YQ==,path Yg=='}, 'Upload-Metadata'),
    ({'Upload-Length': '1', 'Upload-Metadata': 'path YS8='}, 'path'),
    ({'Upload-Length': '1', 'Upload-Metadata': 'path YQ==,mode OTk='}, 'mode'),
    ({'Upload-Length': '1', 'Upload-Metadata': 'path YQ==,overwrite MQ=='}, 'overwrite'),
    ({'Upload-Length': '1', 'Upload-Metadata': 'path YQ==', 'Upload-Concat': 'partial'}, None),
])
def test_creation_is_checked(gateway, place, headers, field):
    session, _, _ = place
    defaults = {'Upload-Metadata': 'path YQ=='}
    error(gateway.request('POST', session.url + '/uploads', headers={**VERSION, **defaults, **headers}),
          'bad_request', field=field)


def test_too_large_is_told_at_the_beginning(place):
    session, path, _ = place
    error(Upload(session, path + '/a', 2**53).created, 'payload_too_large')
    error(Upload(session, path + '/a', 2, b'abc').created, 'payload_too_large')


@pytest.mark.parametrize('algorithm', ['sha1', 'sha256'])
def test_octets_with_a_wrong_checksum_do_not_count(place, algorithm):
    session, path, folder = place
    upload = Upload(session, path + '/a', 11)
    assert upload.patch(0, b'hello', checksum(b'hello', algorithm)).status == 204
    answer = upload.patch(5, b' w0rld', checksum(b' world', algorithm))
    assert answer.status == 460 and error(answer, 'checksum_mismatch')
    assert upload.offset() == 5 and not (folder / 'a').exists()
    error(upload.patch(5, b' world', {'Upload-Checksum': 'md5 1B2M2Y8AsgTpgAmY7PhCfg=='}), 'bad_request')
    error(upload.patch(5, b' world', {'Upload-Checksum': f'{algorithm} AAAA'}), 'bad_request')
    assert upload.patch(5, b' world', checksum(b' world', algorithm)).status == 204
    assert (folder / 'a').read_bytes() == b'hello world'
    wrong = Upload(session, path + '/b', 3, b'abc', checksum(b'abd', algorithm))
    assert wrong.created.status == 460 and parts(folder) == []


def cut_patch(gateway, upload, offset, promised, octets):
    """Sends the head and `octets`, fewer than promised, and goes away."""
    wire = gateway.connect()
    wire.sendall(f'PATCH {upload.url} HTTP/1.1\r\nHost: {gateway.address[0]}:{gateway.address[1]}\r\n'
                 f'Tus-Resumable: 1.0.0\r\nContent-Type: {OCTETS}\r\nUpload-Offset: {offset}\r\n'
                 f'Content-Length: {promised}\r\n\r\n'.encode() + octets)
    return wire


@pytest.mark.parametrize('sent', [0, 1, 32_767, 500_000, 999_999])
def test_a_client_that_goes_away_can_go_on(gateway, place, sent):
    session, path, folder = place
    content = os.urandom(1_000_000)
    upload = Upload(session, path + '/a', len(content))
    wire = cut_patch(gateway, upload, 0, len(content), content[:sent])
    part = parts(folder)[0]
    until(lambda: part.stat().st_size >= sent, 10, 'the octets on the server')
    wire.close()

    def go_on():
        offset = upload.offset()
        return upload.patch(offset, content[offset:]).status == 204
    until(go_on, 10, 'the rest of the upload')
    assert (folder / 'a').read_bytes() == content and parts(folder) == []


def test_a_cut_without_answer_keeps_what_was_acknowledged(gateway, place):
    session, path, folder = place
    content = os.urandom(300_000)
    upload = Upload(session, path + '/a', len(content))
    wire = cut_patch(gateway, upload, 0, len(content), content[:200_000])
    part = parts(folder)[0]
    until(lambda: part.stat().st_size >= 200_000, 10, 'the octets on the server')
    wire.shutdown(socket.SHUT_RDWR)
    wire.close()
    until(lambda: upload.offset() == 200_000, 10, 'the offset')


def test_octets_with_a_checksum_count_only_as_a_whole(gateway, place):
    session, path, folder = place
    content = os.urandom(100_000)
    upload = Upload(session, path + '/a', len(content))
    with gateway.connect() as wire:
        digest = checksum(content)['Upload-Checksum']
        wire.sendall(f'PATCH {upload.url} HTTP/1.1\r\nHost: {gateway.address[0]}:{gateway.address[1]}\r\n'
                     f'Tus-Resumable: 1.0.0\r\nContent-Type: {OCTETS}\r\nUpload-Offset: 0\r\nUpload-Checksum: {digest}'
                     f'\r\nContent-Length: {len(content)}\r\n\r\n'.encode() + content[:50_000])
        part = parts(folder)[0]
        until(lambda: part.stat().st_size >= 50_000, 10, 'the octets on the server')
    until(lambda: upload.patch(0, content, checksum(content)).status == 204, 10, 'the whole upload')
    assert (folder / 'a').read_bytes() == content


def test_only_one_request_at_a_time_writes(gateway, place):
    session, path, folder = place
    upload = Upload(session, path + '/a', 10)
    with cut_patch(gateway, upload, 0, 10, b'abc'):
        part = parts(folder)[0]
        until(lambda: part.stat().st_size == 3, 10, 'the octets on the server')
        error(upload.patch(0, b'x'), 'locked')
        error(upload.delete(), 'locked')
        assert upload.head().status == 200
    until(lambda: upload.patch(3, b'defghij').status == 204, 10, 'the lock')
    assert (folder / 'a').read_bytes() == b'abcdefghij'


def test_a_lost_connection_to_the_server_is_survived(gateway, openssh):
    folder = openssh.fresh('tus-lost')
    content = os.urandom(400_000)
    with FaultProxy((openssh.host, openssh.port)) as line:
        session = Session(gateway, {**openssh.login(), **line.where()})
        upload = Upload(session, openssh.path('tus-lost/a'), len(content))
        assert upload.patch(0, content[:100_000]).status == 204
        line.cut()
        assert upload.offset() == 100_000
        line.cut()
        until(lambda: upload.patch(100_000, content[100_000:]).status == 204, 10, 'the rest of the upload')
    assert (folder / 'a').read_bytes() == content


def test_existing_files_are_replaced_only_on_demand(place):
    session, path, folder = place
    (folder / 'a').write_bytes(b'old')
    error(Upload(session, path + '/a', 3).created, 'already_exists')
    upload = Upload(session, path + '/a', 3, overwrite='true')
    assert upload.patch(0, b'new').status == 204
    assert (folder / 'a').read_bytes() == b'new'
    (folder / 'd').mkdir()
    error(Upload(session, path + '/d', 3, overwrite='true').created, 'is_a_directory')
    assert parts(folder) == []


def test_a_file_that_appears_meanwhile_is_kept_and_the_upload_is_not_said_to_be_done(place):
    session, path, folder = place
    upload = Upload(session, path + '/a', 3)
    (folder / 'a').write_bytes(b'other')
    error(upload.patch(0, b'new'), 'already_exists')
    assert (folder / 'a').read_bytes() == b'other' and upload.offset() == 2
    (folder / 'a').unlink()
    assert upload.patch(2, b'w').status == 204
    assert (folder / 'a').read_bytes() == b'new'


def test_folders_are_made_on_demand(place):
    session, path, folder = place
    error(Upload(session, path + '/x/y/a', 1).created, 'no_such_file')
    assert Upload(session, path + '/x/y/a', 1, b'1', parents='true').created.status == 201
    assert (folder / 'x/y/a').read_bytes() == b'1'


def test_an_ended_upload_leaves_nothing(place):
    session, path, folder = place
    upload = Upload(session, path + '/a', 10, b'abc')
    assert len(parts(folder)) == 1
    assert upload.delete().status == 204
    assert parts(folder) == [] and upload.head().status == 404
    assert upload.delete().status == 404


def test_what_the_server_lost_is_gone(place):
    session, path, folder = place
    upload = Upload(session, path + '/a', 10, b'abcdef')
    part = parts(folder)[0]
    part.write_bytes(b'abcd')
    assert upload.offset() == 4
    part.unlink()
    assert upload.head().status == 410
    assert upload.head().status == 404


def test_uploads_belong_to_their_session(gateway, openssh, place):
    session, path, folder = place
    upload = Upload(session, path + '/a', 10, b'abc')
    other = Session(gateway, openssh.login())
    foreign = upload.url.replace(session.id, other.id)
    assert gateway.request('HEAD', foreign, headers=VERSION).status == 404
    assert gateway.request('DELETE', foreign, headers=VERSION).status == 404
    assert len({Upload(session, path + f'/{name}', 1).url for name in range(5)}) == 5


def test_the_number_of_uploads_is_bounded(gateway, openssh, place):
    session, path, folder = place
    for name in range(100):
        assert Upload(session, f'{path}/{name}', 1).created.status == 201
    error(Upload(session, path + '/more', 1).created, 'too_many_requests')
    assert len(parts(folder)) == 100


def test_what_nobody_finished_is_removed_when_its_session_is_closed(place):
    session, path, folder = place
    upload = Upload(session, path + '/a', 10, b'abc')
    assert len(parts(folder)) == 1
    assert session.close().status == 204
    assert upload.head().status == 404
    until(lambda: parts(folder) == [], 15, 'the removal')


def test_scripts_of_an_allowed_origin_may_read_the_headers(own_gateway, openssh):
    gateway = own_gateway('--allowed-origin', 'https://console.example')
    origin = {'Origin': 'https://console.example'}
    session = Session(gateway, openssh.login())
    asked = {**origin, 'Access-Control-Request-Method': 'PATCH',
             'Access-Control-Request-Headers': 'tus-resumable,upload-offset,content-type'}
    preflight = gateway.request('OPTIONS', session.url + '/uploads/x', headers=asked)
    assert preflight.status == 204 and 'PATCH' in preflight.headers['access-control-allow-methods']
    allowed = preflight.headers['access-control-allow-headers'].lower()
    assert all(name in allowed for name in ('tus-resumable', 'upload-offset', 'upload-length', 'upload-metadata',
                                            'upload-checksum', 'upload-defer-length'))
    plain = gateway.request('OPTIONS', session.url + '/uploads', headers=origin)
    exposed = plain.headers['access-control-expose-headers'].lower()
    assert all(name in exposed for name in ('location', 'tus-resumable', 'tus-extension', 'tus-max-size',
                                            'upload-offset', 'upload-length', 'upload-expires', 'upload-metadata'))


def test_a_gateway_that_stops_does_not_wait_for_uploads(own_gateway, openssh):
    gateway = own_gateway()
    session = Session(gateway, openssh.login())
    openssh.fresh('tus-stop')
    Upload(session, openssh.path('tus-stop/a'), 10, b'abc')
    begun = time.monotonic()
    gateway.stop()
    assert time.monotonic() - begun < 5 * PATIENCE
