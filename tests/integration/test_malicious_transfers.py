"""SFTP servers that cheat while files are read and written (attacks.md, B20 to B28)."""
import base64

import pytest

from support import sftp_wire as wire
from support.attacks import HELLO, refuses
from support.checks import error, good
from support.scripted_sftp import HOME, MIB, Script, ScriptedSftp, lying, pattern

pytestmark = pytest.mark.usefixtures('watched')


# B20 to B25: reading. -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('more', [1, 1000])
def test_b20_more_data_than_asked_is_refused(ask, more):
    def read(self, request):
        return wire.data(request.id, bytes(request.length + more))
    # A small limit keeps the longer reply within the length of a message: the reply is whole, and still wrong.
    refuses(ask(lying(read=read, limits=(34000, 32768, 32768, 0)), 'download', path='mib.txt'))


@pytest.mark.parametrize('at_most', [1, 1000], ids=['one_octet', 'odd_pieces'])
def test_b21_short_reads_are_completed(keys, impatient, at_most):
    def read(self, request):
        request.fields['length'] = min(request.length, at_most)
        return Script.read(self, request)
    content = pattern(3000 * at_most if at_most == 1 else 300_000)
    with ScriptedSftp(keys, lying(read=read)) as server:
        server.tree[HOME + b'/file'] = content
        assert good(impatient.post('download', **server.login(path='file')))['content'].encode() == content


def empty_data(times):
    """The first `times` READs of the file's start are answered by DATA without any."""
    def read(self, request):
        self.empty = getattr(self, 'empty', 0) + (request.offset == 0)
        return wire.data(request.id, b'') if request.offset == 0 and self.empty <= times else Script.read(self, request)
    return lying(read=read)


def test_b22_empty_data_is_tolerated_once(ask):
    good(ask(empty_data(1), 'download', **HELLO), content='hello world\n')


@pytest.mark.parametrize('times', [2, 10**9], ids=['twice', 'for_ever'])
def test_b22_empty_data_again_is_refused(ask, times):
    refuses(ask(empty_data(times), 'download', **HELLO))


@pytest.mark.parametrize('mode', [wire.S_IFREG | 0o644, 0o020666], ids=['file', 'device'])
def test_b23_file_without_end_is_cut(ask, mode):
    """A plain file at the size that it has, anything else at what one answer may hold."""
    def read(self, request):
        return wire.data(request.id, b'x' * request.length)

    def fstat(self, request):
        return wire.attrs(request.id, wire.attributes(12, mode=mode))
    found = good(ask(lying(read=read, fstat=fstat, stat=fstat, lstat=fstat), 'download', **HELLO))
    assert (found['size'], found['truncated']) in [(12, False), (12, True), (4 * MIB, True)]
    assert found['content'] == 'x' * found['size']


@pytest.mark.parametrize('end', ['early', 'then_more', 'failure_in_the_middle'])
def test_b24_b25_file_that_ends_before_its_size_is_no_success(ask, end):
    half = MIB // 2

    def read(self, request):
        if end == 'early' and request.offset >= half:
            return self.end(request.id)
        if end == 'then_more' and half <= request.offset < half + 262144:
            return self.end(request.id)
        if end == 'failure_in_the_middle' and half <= request.offset < half + 262144:
            return wire.status(request.id, wire.FAILURE, b'disk error')
        request.fields['length'] = min(request.length, half - request.offset % half)
        return Script.read(self, request)

    answer = ask(lying(read=read), 'download', path='mib.txt')
    error(answer, 'conflict', 'failure', 'bad_message', phase='sftp')


# B27, B28: writing. ---------------------------------------------------------------------------------------------------

def failing_write(number, code=wire.FAILURE):
    def write(self, request):
        self.writes = getattr(self, 'writes', 0) + 1
        if self.writes == number:
            return wire.status(request.id, code, b'no space left')
        return Script.write(self, request)
    return write


BIG = {'path': 'new.txt', 'content': base64.b64encode(pattern(MIB)).decode()}


@pytest.mark.parametrize('number', [1, 5, 32])
def test_b27_upload_of_which_one_write_fails_has_failed(ask, number):
    script = lying(write=failing_write(number), limits=(34000, 32768, 32768, 0))
    found = error(ask(script, 'upload', **BIG), 'failure', phase='sftp')
    assert 'WRITE' in found['error'] and 'no space left' in found['error']


def test_b28_upload_whose_close_fails_has_failed(ask):
    script = lying(close=lambda self, request: wire.status(request.id, wire.FAILURE, b'quota'))
    found = error(ask(script, 'upload', **BIG), 'failure', phase='sftp')
    assert 'CLOSE' in found['error'] and 'quota' in found['error']


def test_upload_that_the_server_forgets_has_failed(ask):
    """WRITE and CLOSE say OK, and nothing is there."""
    error(ask(lying(write=lambda self, request: self.done(request.id)), 'upload', **BIG), 'failure', 'conflict',
          phase='sftp')
