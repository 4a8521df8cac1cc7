"""SFTP servers whose messages are no messages, or answer what nobody asked (attacks.md, B1 to B7)."""
import functools
import random

import pytest

from support import sftp_wire as wire
from support.attacks import ASKS_FOR, FOLDER, HELLO, NEW, REQUEST_OF, refuses, right_answer, twisted
from support.checks import error, good
from support.gateway import SHORT
from support.scripted_sftp import HOME, MIB, Script, ScriptedSftp, lying, pattern
from support.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures('watched')


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
    script = Script(type('Server', (), {'tree': {HOME: None, HOME + b'/folder': None,
                                                 HOME + b'/folder/inner.txt': b'in',
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
    kind = REQUEST_OF[reply]

    def cut(self, request):
        self.send(right_answer(kind, self, request)[:-1])
        self.send = lambda octets: None     # what followed would complete it
    error(ask(lying(**{kind: cut}), operation, **fields), 'timeout', phase=('sftp', 'subsystem'))


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


def test_server_that_hangs_up_in_the_middle_is_lost(ask):
    for kind, (operation, fields) in {'open': ('download', HELLO), 'read': ('download', HELLO),
                                      'readdir': ('list', FOLDER), 'write': ('upload', NEW),
                                      'close': ('upload', NEW)}.items():
        answer = ask(lying(**{kind: lambda self, request: self.hang_up()}), operation, **fields)
        error(answer, 'connection_lost')
