"""SFTP servers whose folders are endless, miscounted or full of hostile names (attacks.md, B8, B11 to B13, B31 to B34).

B8 for REALPATH and READLINK is a unit test of the decoder."""
import base64

import pytest

from support import sftp_wire as wire
from support.attacks import FOLDER, refuses
from support.checks import error, good
from support.scripted_sftp import HOME, MIB, ScriptedSftp, lying

pytestmark = pytest.mark.usefixtures('watched')


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


def listing_of(*names):
    return lying(opendir=lambda self, request: wire.handle(
        request.id, self.new_handle([wire.entry(name, wire.attributes(1,
                                                                      mode=wire.S_IFREG | 0o644)) for name in names])))


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
