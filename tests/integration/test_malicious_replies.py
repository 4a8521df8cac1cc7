"""SFTP servers whose attributes, statuses and handles are extreme, broken or missing.

Rows B9, B10, B29 and B30 of attacks.md."""
import itertools

import pytest

from support import sftp_wire as wire
from support.attacks import FOLDER, HELLO, NEW, refuses
from support.checks import error, good
from support.scripted_sftp import MIB, WHEN, ScriptedSftp, lying

pytestmark = pytest.mark.usefixtures('watched')


# B9, B10: attributes. ------------------------------------------------------------------------------------

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
    refuses(ask(lying(remove=lambda self, request: wire.status(request.id, wire.FAILURE, b'x' * MIB)), 'delete',
                **HELLO))


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
