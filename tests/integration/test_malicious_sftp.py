"""SFTP servers that lie (attacks.md, part B). Each row: what is asked, what the server answers, what must come of it.

The rows that need REALPATH or READLINK replies (part of B8) are unit tests of the decoder: no operation asks for them."""
import base64
import functools
import itertools
import random

import pytest

from support import sftp_wire as wire
from support.checks import error, good
from support.gateway import SHORT
from support.oracle import Oracle
from support.scripted_sftp import HOME, MIB, WHEN, Script, ScriptedSftp, lying, pattern
from support.waiting import PATIENCE

HELLO = {'path': 'hello.txt'}
FOLDER = {'path': 'folder'}
NEW = {'path': 'new.txt', 'content': base64.b64encode(b'some content').decode()}
# What makes the gateway wait for each type of reply: operation and fields.
ASKS_FOR = {'status': ('delete', HELLO), 'handle': ('download', HELLO), 'data': ('download', HELLO),
            'name': ('list', FOLDER), 'attrs': ('stat', HELLO), 'version': ('list', FOLDER)}
# The request that each of them answers.
REQUEST_OF = {'status': 'remove', 'handle': 'open', 'data': 'read', 'name': 'readdir', 'attrs': 'stat',
              'version': 'init'}


@pytest.fixture(scope='session')
def oracle(impatient, start_server):
    return Oracle(impatient, start_server('default'))


@pytest.fixture(autouse=True)
def watched(oracle):
    with oracle.watching():
        yield


@pytest.fixture
def ask(impatient, keys):
    """ask(script, operation, **fields): one call to a server that follows the script; it must answer in time."""
    def call(script, operation, **fields):
        with ScriptedSftp(keys, script) as server:
            answer = impatient.post(operation, **server.login(**fields))
        assert answer.seconds < (SHORT + 1) * PATIENCE, f'answered after {answer.seconds:.1f} s'
        return answer
    return call


def right_answer(kind, script, request):
    """What the healthy server says to a request of this kind."""
    return getattr(super(type(script), script), kind)(request)


def twisted(kind, twist):
    """A server that answers `kind` with twist(the right octets); nothing when that gives None."""
    def answer(self, request):
        return twist(right_answer(kind, self, request))
    return lying(**{kind: answer})


def refuses(answer):
    """The outcome of a reply that breaks the protocol."""
    return error(answer, 'bad_message', phase=('sftp', 'subsystem'))


# B1, B2: the length of a message. -------------------------------------------------------------------------------------

@pytest.mark.parametrize('reply', ['attrs', 'version'])
@pytest.mark.parametrize('length', [0, 1, 4], ids=lambda value: f'length_{value}')
def test_b1_message_shorter_than_any_is_refused(ask, reply, length):
    operation, fields = ASKS_FOR[reply]
    short = wire.u32(length) + bytes([wire.ATTRS] * length)
    refuses(ask(twisted(REQUEST_OF[reply], lambda _: short), operation, **fields))


@pytest.mark.parametrize('reply', ['status', 'data', 'attrs', 'version'])
@pytest.mark.parametrize('length', [0xffffffff, 0x7fffffff, 262145], ids=hex)
def test_b2_message_longer_than_allowed_is_refused_at_its_length(ask, reply, length):
    operation, fields = ASKS_FOR[reply]
    answer = ask(twisted(REQUEST_OF[reply], lambda right: wire.u32(length) + right[4:]), operation, **fields)
    refuses(answer)
    assert answer.seconds < SHORT * PATIENCE, 'it waited for what never comes'


# B3, B4: cut, and with something left over. ---------------------------------------------------------------------------

@functools.lru_cache(maxsize=None)
def length_of(reply):
    """How long the right reply of this type is, its length field not counted."""
    script = Script(type('Server', (), {'tree': {HOME: None, HOME + b'/folder': None, HOME + b'/folder/inner.txt': b'in',
                                                 HOME + b'/hello.txt': b'hello world\n'}})())
    fields = {'handle': b'h', 'path': b'hello.txt', 'offset': 0, 'length': 32768, 'flags': wire.FLAG_READ}
    script._handles[b'h'] = HOME + b'/hello.txt'
    if reply == 'name':
        script.opendir(wire.Request(wire.OPENDIR, 1, {'path': b'folder'}))
        fields['handle'] = b'h1'
    return len(getattr(script, REQUEST_OF[reply])(wire.Request(0, 1, fields))) - 4


def cut_points(reply, step):
    return list(range(1, length_of(reply), step))


@pytest.mark.parametrize('reply', ['handle', 'data', 'name', 'attrs', 'version'])
def test_b3_reply_cut_after_any_octet_is_refused(ask, reply):
    """The length field tells the truth about what is left, so the frame is whole and its content is not."""
    operation, fields = ASKS_FOR[reply]
    # VERSION with fewer extensions is a whole message as well.
    whole = [len(wire.version(3, *Script.extensions[:count])) - 4 for count in range(len(Script.extensions))]
    for end in cut_points(reply, 1):
        if reply == 'version' and end in whole:
            continue
        refuses(ask(twisted(REQUEST_OF[reply], lambda right: wire.frame(right[4:4 + end])), operation, **fields))


@pytest.mark.parametrize('reply', list(ASKS_FOR))
def test_b3_connection_that_ends_within_a_reply_is_lost(ask, reply):
    operation, fields = ASKS_FOR[reply]
    kind = REQUEST_OF[reply]
    for end in cut_points(reply, 7):
        def cut(self, request):
            self.send(right_answer(kind, self, request)[:4 + end])
            self.hang_up()
        error(ask(lying(**{kind: cut}), operation, **fields), 'connection_lost', 'bad_message', 'subsystem_unavailable')


@pytest.mark.parametrize('reply', list(ASKS_FOR))
def test_b3_reply_that_stays_incomplete_times_out(ask, reply):
    operation, fields = ASKS_FOR[reply]
    answer = ask(twisted(REQUEST_OF[reply], lambda right: right[:-1]), operation, **fields)
    error(answer, 'timeout', phase=('sftp', 'subsystem'))


@pytest.mark.parametrize('reply', list(ASKS_FOR))
def test_server_that_never_answers_times_out(ask, reply):
    operation, fields = ASKS_FOR[reply]
    error(ask(lying(**{REQUEST_OF[reply]: lambda self, request: None}), operation, **fields), 'timeout',
          phase=('sftp', 'subsystem'))


@pytest.mark.parametrize('reply', ['handle', 'data', 'attrs', 'name'])
def test_b4_octets_after_a_reply_are_refused(ask, reply):
    operation, fields = ASKS_FOR[reply]
    refuses(ask(twisted(REQUEST_OF[reply], lambda right: wire.frame(right[4:] + b'\0')), operation, **fields))


def test_b4_octets_after_a_status_are_tolerated(ask):
    good(ask(twisted('remove', lambda right: wire.frame(right[4:] + b'\0\0\0')), 'delete', **HELLO))


# B5 to B7: ids and types. ---------------------------------------------------------------------------------------------

def renumbered(right, number):
    return right[:5] + wire.u32(number) + right[9:]


@pytest.mark.parametrize('reply', ['status', 'handle', 'data', 'name', 'attrs'])
def test_b5_reply_to_a_request_that_was_never_made_is_refused(ask, reply):
    operation, fields = ASKS_FOR[reply]
    refuses(ask(twisted(REQUEST_OF[reply], lambda right: renumbered(right, 0x7fffffff)), operation, **fields))


def test_b5_second_reply_to_one_request_is_refused(ask):
    refuses(ask(twisted('open', lambda right: right + right), 'download', **HELLO))


def test_b5_flood_of_replies_that_nobody_asked_for_ends_at_once(ask):
    flood = b''.join(wire.status(number, wire.OK) for number in range(1_000_000, 1_050_000))
    refuses(ask(lying(stat=lambda self, request: flood), 'stat', **HELLO))


class OutOfOrder(Script):
    """Keeps READs until the client waits, and answers them in any order."""
    rounds = random.Random(6)

    def read(self, request):
        waiting = self.__dict__.setdefault('waiting', [])
        waiting.append(request)

    def on_quiet(self):
        waiting = self.__dict__.setdefault('waiting', [])
        self.rounds.shuffle(waiting)
        self.send(b''.join(Script.read(self, request) for request in waiting))
        waiting.clear()


def test_b6_replies_out_of_order_are_put_in_order(keys, impatient):
    content = pattern(4 * MIB)
    script = type('Small', (OutOfOrder,), {'limits': (34000, 32768, 32768, 0)})
    with ScriptedSftp(keys, script) as server:
        server.tree[HOME + b'/big.txt'] = content
        for _ in range(5):
            assert good(impatient.post('download', **server.login(path='big.txt')))['content'].encode() == content
        assert len(server.asked('read')) >= 5 * 4 * MIB // 32768


WRONG_TYPES = {
    'handle_for_stat': ('stat', HELLO, 'stat', lambda request: wire.handle(request.id, b'h')),
    'name_for_stat': ('stat', HELLO, 'stat', lambda request: wire.name(request.id, wire.entry(b'a'))),
    'name_for_read': ('download', HELLO, 'read', lambda request: wire.name(request.id, wire.entry(b'a'))),
    'data_for_write': ('upload', NEW, 'write', lambda request: wire.data(request.id, b'x')),
    'handle_for_write': ('upload', NEW, 'write', lambda request: wire.handle(request.id, b'x')),
    'attrs_for_open': ('download', HELLO, 'open', lambda request: wire.attrs(request.id, wire.attributes(1))),
    'data_for_readdir': ('list', FOLDER, 'readdir', lambda request: wire.data(request.id, b'x')),
    'attrs_for_close': ('upload', NEW, 'close', lambda request: wire.attrs(request.id, wire.attributes(1))),
    'ok_for_open': ('download', HELLO, 'open', lambda request: wire.status(request.id, wire.OK)),
    'ok_for_opendir': ('list', FOLDER, 'opendir', lambda request: wire.status(request.id, wire.OK)),
    'ok_for_read': ('download', HELLO, 'read', lambda request: wire.status(request.id, wire.OK)),
    'ok_for_stat': ('stat', HELLO, 'stat', lambda request: wire.status(request.id, wire.OK)),
    'version_mid_session': ('stat', HELLO, 'stat', lambda request: wire.version(3)),
    'extended_reply_for_stat': ('stat', HELLO, 'stat', lambda request: wire.reply(wire.EXTENDED_REPLY, request.id)),
    'a_request': ('stat', HELLO, 'stat', lambda request: wire.reply(wire.STAT, request.id, wire.string(b'/'))),
    'unknown_type': ('stat', HELLO, 'stat', lambda request: wire.reply(77, request.id)),
}


@pytest.mark.parametrize('row', WRONG_TYPES)
def test_b7_reply_of_the_wrong_type_is_refused(ask, row):
    operation, fields, kind, octets = WRONG_TYPES[row]
    refuses(ask(lying(**{kind: lambda self, request: octets(request)}), operation, **fields))


# B8 to B10: counts and attributes. ------------------------------------------------------------------------------------

@pytest.mark.parametrize('present', [0, 1, 10])
@pytest.mark.parametrize('count', [0xffffffff, 11], ids=['four_billion', 'one_more'])
def test_b8_more_names_announced_than_sent_are_refused(ask, count, present):
    def readdir(self, request):
        return wire.reply(wire.NAME, request.id, wire.u32(count) + wire.entry(b'name') * present)
    refuses(ask(lying(readdir=readdir), 'list', **FOLDER))


def test_b8_endless_empty_listings_end(ask):
    answer = ask(lying(readdir=lambda self, request: wire.name(request.id)), 'list', **FOLDER)
    if answer.status == 200:
        good(answer, count=0)
    else:
        refuses(answer)


FLAGS = {'size': (wire.HAS_SIZE, {'size': 7}), 'owner': (wire.HAS_OWNER, {'owner': (1, 2)}),
         'permissions': (wire.HAS_PERMISSIONS, {'mode': wire.S_IFREG | 0o640}),
         'times': (wire.HAS_TIMES, {'times': (WHEN, WHEN)})}
JSON_OF = {'size': {'size': 7}, 'owner': {'uid': 1, 'gid': 2},
           'permissions': {'permissions': wire.S_IFREG | 0o640, 'permissionString': '-rw-r-----'},
           'times': {'atime': '2026-01-01T00:00:00.000Z', 'mtime': '2026-01-01T00:00:00.000Z'}}
EXTENDED = wire.u32(1) + wire.string(b'x@example.com') + wire.string(b'y')


@pytest.mark.parametrize('extended', [False, True], ids=['plain', 'extended'])
def test_b9_attributes_that_were_not_sent_are_left_out(keys, impatient, extended):
    combinations = [chosen for size in range(5) for chosen in itertools.combinations(FLAGS, size)]

    def stat(self, request):
        arguments = {}
        for name in combinations[int(request.path)]:
            arguments.update(FLAGS[name][1])
        more = {'extra_flags': wire.HAS_EXTENDED, 'tail': EXTENDED} if extended else {}
        return wire.attrs(request.id, wire.attributes(**arguments, **more))

    with ScriptedSftp(keys, lying(stat=stat)) as server:
        for number, chosen in enumerate(combinations):
            found = good(impatient.post('stat', **server.login(path=str(number))))
            for name, fields in JSON_OF.items():
                for field, value in fields.items():
                    assert (found.get(field, 'absent') == value) if name in chosen else field not in found, found


@pytest.mark.parametrize('compound', [
    wire.u32(wire.HAS_EXTENDED) + wire.u32(0xffffffff),
    wire.u32(wire.HAS_EXTENDED) + wire.u32(2) + wire.string(b'a') + wire.string(b'b'),
    wire.u32(wire.HAS_EXTENDED) + wire.u32(1) + wire.string(b'a'),
    wire.u32(wire.HAS_SIZE), wire.u32(wire.HAS_SIZE) + wire.u32(0), wire.u32(wire.HAS_OWNER) + wire.u32(0),
    wire.u32(wire.HAS_PERMISSIONS), wire.u32(wire.HAS_TIMES) + wire.u32(0), b'', b'\0\0\0',
], ids=['extended_count_huge', 'extended_count_one_more', 'extended_without_data', 'no_size', 'half_a_size', 'no_gid',
        'no_permissions', 'no_mtime', 'no_flags', 'half_the_flags'])
def test_b9_attributes_that_are_promised_and_missing_are_refused(ask, compound):
    refuses(ask(lying(stat=lambda self, request: wire.attrs(request.id, compound)), 'stat', **HELLO))


def test_b9_unknown_attribute_bits_are_ignored_or_refused(ask):
    for bit in (0x10, 0x40000000):
        compound = wire.attributes(size=7, extra_flags=bit)
        answer = ask(lying(stat=lambda self, request: wire.attrs(request.id, compound)), 'stat', **HELLO)
        good(answer, size=7) if answer.status == 200 else refuses(answer)


@pytest.mark.parametrize('arguments, wanted', [
    ({'size': 2**64 - 1}, {'size': 2**64 - 1}),
    ({'size': 2**63}, {'size': 2**63}),
    ({'size': 2**53 + 1}, {'size': 2**53 + 1}),
    ({'times': (0, 0)}, {'atime': '1970-01-01T00:00:00.000Z', 'mtime': '1970-01-01T00:00:00.000Z'}),
    ({'times': (2**31, 2**32 - 1)}, {'atime': '2038-01-19T03:14:08.000Z', 'mtime': '2106-02-07T06:28:15.000Z'}),
    ({'owner': (2**32 - 1, 2**31)}, {'uid': 2**32 - 1, 'gid': 2**31}),
    ({'mode': 0xffffffff}, {'permissions': 0xffffffff, 'isDirectory': False, 'isSymlink': False}),
    ({'mode': 0o170000 | 0o755}, {'permissions': 0o170755, 'isDirectory': False, 'isSymlink': False}),
], ids=['size_max', 'size_2_63', 'size_beyond_double', 'epoch', 'last_second', 'owner_max', 'mode_all_ones',
        'mode_unknown_type'])
def test_b10_extreme_attributes_are_exact(ask, arguments, wanted):
    script = lying(stat=lambda self, request: wire.attrs(request.id, wire.attributes(**arguments)))
    good(ask(script, 'stat', **HELLO), **wanted)


@pytest.mark.parametrize('size', [2**64 - 1, 2**63])
def test_b10_file_that_claims_an_absurd_size_is_read_for_what_it_is(ask, size):
    claim = wire.attributes(size, mode=wire.S_IFREG | 0o644)
    script = lying(**{kind: lambda self, request: wire.attrs(request.id, claim) for kind in ('stat', 'lstat', 'fstat')})
    answer = ask(script, 'download', **HELLO)
    if answer.status == 200:
        good(answer, content='hello world\n', size=12)
    else:
        error(answer, 'conflict', 'failure', 'bad_message', phase='sftp')


# B15 to B19: the start of a session. ----------------------------------------------------------------------------------

@pytest.mark.parametrize('number', [0, 1, 2, 4, 5, 6, 0xffffffff])
def test_b15_b16_other_version_than_asked_is_refused(ask, number):
    answer = ask(lying(init=lambda self, request: wire.version(number)), 'stat', **HELLO)
    found = error(answer, 'bad_message', 'op_unsupported', 'subsystem_unavailable', phase=('sftp', 'subsystem'))
    assert str(number) in found['error'] or 'version' in found['error'].lower()


LIMITS = b'limits@openssh.com'


@pytest.mark.parametrize('octets', [
    wire.version(3, (b'n' * MIB, b'')),
    wire.frame(bytes([wire.VERSION]) + wire.u32(3) + wire.string(b'odd')),
    wire.frame(bytes([wire.VERSION]) + wire.u32(3) + wire.string(b'posix-rename@openssh.com') + wire.u32(100) + b'1'),
    wire.frame(bytes([wire.VERSION])),
], ids=['name_of_1_mib', 'odd_number_of_strings', 'cut_in_a_string', 'no_number'])
def test_b17_broken_version_is_refused(ask, octets):
    refuses(ask(lying(init=lambda self, request: octets), 'stat', **HELLO))


@pytest.mark.parametrize('extensions', [
    [(b'x%d@example.com' % number, b'1') for number in range(9000)],
    [(LIMITS, b'1'), (LIMITS, b'1'), (LIMITS, b'2')],
    [(b'', b''), (b'\0\xff', b'\x1b[2J')],
], ids=['9000_extensions', 'the_same_three_times', 'names_that_are_none'])
def test_b17_strange_extensions_do_no_harm(ask, extensions):
    answer = ask(lying(extensions=extensions), 'stat', **HELLO)
    good(answer, size=12) if answer.status == 200 else refuses(answer)


@pytest.mark.parametrize('limits', [(0, 0, 0, 0), (2**64 - 1,) * 4, (262144, 262144, 262144, 1), (1, 1, 1, 1)],
                         ids=['zero', 'max', 'one_handle', 'one_octet'])
def test_b18_strange_limits_are_clamped(keys, impatient, limits):
    size = 700 if limits[1] == 1 else MIB
    with ScriptedSftp(keys, lying(limits=limits)) as server:
        server.tree[HOME + b'/file'] = content = pattern(size)
        assert good(impatient.post('download', **server.login(path='file')))['content'].encode() == content
        good(impatient.post('upload', **server.login(path='copy', content=base64.b64encode(content).decode())))
        assert server.tree[HOME + b'/copy'] == content
        assert max(request.length for request in server.asked('read')) <= 256 * 1024
        assert max(len(request.data) for request in server.asked('write')) <= 256 * 1024


@pytest.mark.parametrize('octets', [b'', b'\0', wire.u64(1) * 3, wire.u64(1) * 4 + b'x'],
                         ids=['nothing', 'one_octet', 'three_numbers', 'too_much'])
def test_b18_limits_that_are_none_do_no_harm(ask, octets):
    def extended(self, request):
        return wire.reply(wire.EXTENDED_REPLY, request.id, octets)
    answer = ask(lying(extended=extended), 'stat', **HELLO)
    good(answer, size=12) if answer.status == 200 else refuses(answer)


@pytest.mark.parametrize('text', [b'Welcome to our server!\n', b'hello from .bashrc\n' * 300, b'\x1b[31mred\x1b[0m\n'],
                         ids=['welcome', 'long', 'coloured'])
def test_b19_text_before_the_session_is_explained(ask, text):
    answer = ask(lying(greeting=text), 'stat', **HELLO)
    found = error(answer, 'bad_message', 'subsystem_unavailable', phase=('sftp', 'subsystem'))
    shown = text.decode()[:7] if text[0] != 0x1b else 'red'
    assert shown in found['error'], 'the text helps to find who wrote it'


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


# B29, B30: status and handles. ----------------------------------------------------------------------------------------

def test_b29_status_without_text_is_understood(ask):
    """As servers before version 3 sent it."""
    def remove(self, request):
        return wire.reply(wire.STATUS, request.id, wire.u32(wire.NO_SUCH_FILE))
    found = error(ask(lying(remove=remove), 'delete', **HELLO), 'no_such_file', phase='sftp')
    assert found['error'].startswith('REMOVE failed: NO_SUCH_FILE')


@pytest.mark.parametrize('code, wanted', [
    (wire.NO_SUCH_FILE, 'no_such_file'), (wire.PERMISSION_DENIED, 'permission_denied'), (wire.FAILURE, 'failure'),
    (wire.OP_UNSUPPORTED, 'op_unsupported'), (9, 'failure'), (11, ('failure', 'already_exists')), (100, 'failure'),
    (0x7fffffff, 'failure'), (0xffffffff, 'failure')])
def test_b29_every_status_code_has_a_place_in_the_table(ask, code, wanted):
    def mkdir(self, request):
        return wire.status(request.id, code, b'because')
    wanted = (wanted,) if isinstance(wanted, str) else wanted
    found = error(ask(lying(mkdir=mkdir), 'mkdir', path='new'), *wanted, phase='sftp')
    assert found['error'].startswith('MKDIR failed: ') and 'because' in found['error']


@pytest.mark.parametrize('text, shown', [
    (b'x' * 200_000, 'x' * 200), (b'caf\xe9 \xff\xfe', '\\x'), (b'\x1b[2J\r\nInjected: header\0', 'Injected'),
    ('\u202eevil'.encode(), 'evil')], ids=['200_kb', 'not_utf8', 'control_characters', 'right_to_left'])
def test_b29_server_text_is_cut_and_escaped(ask, text, shown):
    script = lying(remove=lambda self, request: wire.status(request.id, wire.FAILURE, text))
    found = error(ask(script, 'delete', **HELLO), 'failure', phase='sftp')
    assert shown in found['error'] and len(found['error']) < 1200


def test_b29_status_text_beyond_a_message_is_refused(ask):
    refuses(ask(lying(remove=lambda self, request: wire.status(request.id, wire.FAILURE, b'x' * MIB)), 'delete', **HELLO))


def renamed_handle(octets):
    """A server all of whose handles are `octets`."""
    def new_handle(self, value):
        self._handles[octets] = value
        return octets
    return lying(new_handle=new_handle)


@pytest.mark.parametrize('octets', [b'h' * 256, b'\0' * 8, b'\0', b'\xff\xfe'], ids=['256', 'zeros', 'zero', 'binary'])
def test_b30_handles_are_octets(ask, octets):
    good(ask(renamed_handle(octets), 'download', **HELLO), content='hello world\n')
    good(ask(renamed_handle(octets), 'list', **FOLDER), count=1)


@pytest.mark.parametrize('octets', [b'h' * 257, b'h' * 65536], ids=['257', '64_kib'])
@pytest.mark.parametrize('operation, fields', [('download', HELLO), ('list', FOLDER), ('upload', NEW)])
def test_b30_longer_handles_are_refused(ask, octets, operation, fields):
    refuses(ask(renamed_handle(octets), operation, **fields))


def test_b30_empty_handle_is_used_or_refused(ask):
    answer = ask(renamed_handle(b''), 'download', **HELLO)
    good(answer, content='hello world\n') if answer.status == 200 else refuses(answer)


# B11 to B13, B31, B32: listings. --------------------------------------------------------------------------------------

def listing_of(*names):
    return lying(opendir=lambda self, request: wire.handle(
        request.id, self.new_handle([wire.entry(name, wire.attributes(1, mode=wire.S_IFREG | 0o644)) for name in names])))


def test_b31_names_that_no_entry_can_have_are_dropped(ask):
    names = [b'..', b'.', b'', b'/etc/passwd', b'a/b', b'../up', b'back\\slash', b'good']
    found = good(ask(listing_of(*names), 'list', **FOLDER))
    assert sorted(entry['name'] for entry in found['entries']) == ['back\\slash', 'good']
    assert found['count'] == 2
    assert any(value == 4 for value in found.values()), 'it says how many were dropped'


@pytest.mark.parametrize('name', [b'a\nb', b'a\r\nb', b'tab\t', b'\x1b[2J', b'\x7f', '\x9b31m'.encode(), b'caf\xe9',
                                  b'\xc0\xaf', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'n' * 4000, b' lead and trail ',
                                  '\u202efdp.exe'.encode(), b'\xef\xbf\xbd', b'-rf', b'~', b'%2e%2e'],
                         ids=lambda name: ascii(name[:12]))
def test_b32_every_name_can_be_used_again(keys, impatient, name):
    """Listed without loss: text as it is, anything else with its octets beside it; and addressed by them."""
    with ScriptedSftp(keys) as server:
        server.tree[HOME + b'/odd'] = None
        server.tree[HOME + b'/odd/' + name] = b'content'
        entry = good(impatient.post('list', **server.login(path='odd')), count=1)['entries'][0]
        if 'nameBase64' in entry:
            assert base64.b64decode(entry['nameBase64']) == name
        else:
            assert entry['name'].encode() == name
        path = base64.b64encode(b'odd/' + name).decode()
        good(impatient.post('download', **server.login(pathBase64=path)), content='content')
        assert server.asked('open')[-1].path == b'odd/' + name
        if 'nameBase64' not in entry:
            good(impatient.post('stat', **server.login(path='odd/' + entry['name'])), size=7)


def test_b32_name_with_nul_is_dropped(ask):
    assert good(ask(listing_of(b'a\0b', b'good'), 'list', **FOLDER), count=1)['entries'][0]['name'] == 'good'


def test_b34_names_that_look_alike_are_both_there(ask):
    twins = ['é'.encode(), 'e\u0301'.encode(), b'A', b'a', b'same', b'same']
    found = good(ask(listing_of(*twins), 'list', **FOLDER), count=6)
    assert sorted(entry['name'].encode() for entry in found['entries']) == sorted(twins)


def endless_listing(*names):
    """The same names for ever."""
    entries = [wire.entry(name, wire.attributes()) for name in names]
    body = wire.u32(len(entries)) + b''.join(entries)
    return lying(readdir=lambda self, request: wire.reply(wire.NAME, request.id, body))


@pytest.mark.parametrize('names', [[b'%05d' % number for number in range(50_000)],
                                   [b'%0254d' % number for number in range(8000)]], ids=['entries', 'octets'])
def test_b11_b12_listing_without_end_stops_at_its_limit(keys, impatient, names):
    with ScriptedSftp(keys, endless_listing(*names)) as server:
        error(impatient.post('list', **server.login(path='folder')), 'payload_too_large', phase='sftp')
        assert len(server.asked('readdir')) * len(names) < 3_000_000


def test_b13_one_reply_of_4_mib_with_50000_entries_is_taken(keys, impatient):
    names = [b'%060d' % number for number in range(50_000)]
    entries = [wire.entry(name, wire.attributes(1)) for name in names]
    assert 3.5 * MIB < len(b''.join(entries)) < 4 * MIB
    script = lying(opendir=lambda self, request: wire.handle(request.id, self.new_handle(list(entries))))
    with ScriptedSftp(keys, script) as server:
        found = good(impatient.post('list', **server.login(path='folder')), count=50_000)
    assert [entry['name'].encode() for entry in found['entries']] == names


def test_readdir_reply_beyond_4_mib_is_refused(ask):
    body = wire.u32(60_000) + wire.entry(b'n' * 60, wire.attributes(1)) * 60_000
    assert len(body) > 4 * MIB
    refuses(ask(lying(readdir=lambda self, request: wire.reply(wire.NAME, request.id, body)), 'list', **FOLDER))


def test_server_that_hangs_up_in_the_middle_is_lost(ask):
    for kind, (operation, fields) in {'open': ('download', HELLO), 'read': ('download', HELLO),
                                      'readdir': ('list', FOLDER), 'write': ('upload', NEW),
                                      'close': ('upload', NEW)}.items():
        answer = ask(lying(**{kind: lambda self, request: self.hang_up()}), operation, **fields)
        error(answer, 'connection_lost')
