"""Folders over /api/v1: as one JSON body, or entry by entry while they come."""
import json
import os

import pytest

from support import sftp_wire as wire
from support.checks import error, good
from support.oracle import MEMORY_SLACK
from support.scripted_sftp import Script, ScriptedSftp
from support.streams import Session
from support.waiting import PATIENCE, settled, until

NAME = 'streams-list'
LINES = 'application/x-ndjson'


@pytest.fixture
def session(gateway, openssh):
    return Session(gateway, openssh.login())


@pytest.fixture
def folder(openssh):
    made = openssh.fresh(NAME)
    for number in range(250):
        (made / f'file-{number:03}').write_bytes(b'x' * number)
    (made / 'sub').mkdir()
    (made / 'link').symlink_to('sub')
    return made


def lines_of(answer):
    return [json.loads(line) for line in answer.body.decode().splitlines()]


def test_json_is_that_of_the_one_shot_operation(session, gateway, openssh, folder):
    path = openssh.path(NAME)
    answer = session.get(path + '/')
    assert good(answer) == good(gateway.post('list', **openssh.login(path=path)))
    assert answer.headers['vary'] == 'Accept'


@pytest.mark.parametrize('accept', [LINES, 'text/html, application/x-ndjson;q=0.9', 'APPLICATION/X-NDJSON'])
def test_lines_have_the_same_entries_and_an_end(session, openssh, folder, accept):
    path = openssh.path(f'{NAME}/')
    answer = session.get(path, accept=accept)
    assert answer.status == 200 and answer.headers['content-type'] == LINES
    assert answer.headers['transfer-encoding'] == 'chunked'
    *entries, end = lines_of(answer)
    assert end == {'end': True, 'count': 252, 'dropped': 0}
    whole = good(session.get(path))['entries']
    assert sorted(entries, key=lambda e: e['name']) == sorted(whole, key=lambda e: e['name'])


def test_empty_folder_has_only_an_end(session, openssh, folder):
    assert lines_of(session.get(openssh.path(f'{NAME}/sub/'), accept=LINES)) == [{'end': True, 'count': 0, 'dropped': 0}]


@pytest.mark.parametrize('headers', [{}, {'accept': LINES}])
def test_what_is_no_folder_is_an_error_answer(session, openssh, folder, headers):
    error(session.get(openssh.path(f'{NAME}/missing/'), **headers), 'no_such_file')
    error(session.get(openssh.path(f'{NAME}/file-000/'), **headers), 'no_such_file')


def test_root_and_odd_names_are_listed(session, openssh, folder):
    assert 'proc' in [entry['name'] for entry in good(session.get('/'))['entries']]
    with open(os.fsencode(folder) + b'/sub/caf\xe9', 'wb'):
        pass
    entry, _ = lines_of(session.get(openssh.path(f'{NAME}/sub/'), accept=LINES))
    assert (entry['name'], entry['nameBase64']) == ('caf\ufffd', 'Y2Fm6Q==')


class Endless(Script):
    """READDIR after READDIR, with a name that no entry can have in each; `limit` answers, then `last`."""
    limit = 1 << 40

    def readdir(self, request):
        self.server.batches = getattr(self.server, 'batches', 0) + 1
        if self.server.batches > self.limit:
            return self.last(request)
        names = [b'%d-%d' % (self.server.batches, i) for i in range(50)] + [b'a/b', b'.', b'..']
        return wire.name(request.id, *(wire.entry(name, wire.attributes()) for name in names))

    def last(self, request):
        return self.end(request.id)


class Broken(Endless):
    limit = 7

    def last(self, request):
        return wire.status(request.id, wire.FAILURE, b'Stale handle')


class Finite(Endless):
    limit = 7


def test_names_that_no_entry_can_have_are_counted(impatient, keys):
    with ScriptedSftp(keys, Finite) as server:
        *entries, end = lines_of(Session(impatient, server.login(username='finite')).get('/home/', accept=LINES))
        assert end == {'end': True, 'count': 350, 'dropped': 7} and len(entries) == 350


def read_lines(session, path):
    line = session.gateway.connect(30, buffers=65536)
    line.sendall(f'GET {session.file_url(path)} HTTP/1.1\r\nHost: localhost\r\nAccept: {LINES}\r\n\r\n'.encode())
    return line


def test_failure_on_the_way_is_the_last_line_and_a_missing_end(impatient, keys):
    with ScriptedSftp(keys, Broken) as server:
        received = b''
        with read_lines(Session(impatient, server.login(username='broken')), '/home/') as line:
            while piece := line.recv(65536):
                received += piece
        assert received.count(b'"name"') == 350 and b'"end"' not in received
        assert b'{"success":false,"error":"READDIR failed: FAILURE \xe2\x80\x94 Stale handle","code":"failure"' in received
        assert not received.endswith(b'0\r\n\r\n')


def test_first_entries_come_before_the_last_are_there_and_the_client_sets_the_pace(impatient, keys):
    """B11, C13: a folder without an end costs what the client takes, and ends when it goes."""
    with ScriptedSftp(keys, Endless) as server:
        line = read_lines(Session(impatient, server.login(username='endless')), '/home/')
        assert b'"name":"1-0"' in line.recv(65536)
        before = impatient.rss()
        settled(lambda: server.batches, 10, 'the listing that nobody takes')
        assert impatient.rss() < before + 2 * MEMORY_SLACK
        line.close()
        until(lambda: server.asked('close'), 1 * PATIENCE, 'the CLOSE')
