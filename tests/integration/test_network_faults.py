"""Lines that break (attacks.md, C1 to C3, C5, C7): at every 64th octet of a whole session, in both directions."""
import concurrent.futures
import socket

import pytest

from support.checks import error, good
from support.fault_proxy import CLIENT_TO_SERVER, FINISH, RESET, SERVER_TO_CLIENT, STALL, Fault, FaultProxy
from support.gateway import ONE_TIMER
from support.scripted_sftp import pattern
from support.waiting import PATIENCE, until

STEP = 64
KINDS = [RESET, FINISH, STALL]
# Requests at a time: stalled ones only wait.
AT_A_TIME = {RESET: 4, FINISH: 4, STALL: 16}
TEXT = pattern(3000).decode()


@pytest.fixture(scope='module')
def server(start_server):
    """The one that is quickest to greet."""
    server = start_server('internal_sftp')
    server.fresh('faults')
    server.local('faults/file.txt').write_text(TEXT)
    return server


def download(gateway, server, **line):
    """The request that is recorded and broken: (answer, octets each way)."""
    with FaultProxy((server.host, server.port), **line) as proxy:
        answer = gateway.post('download', **{**server.login(path=server.path('faults/file.txt')), **proxy.where()})
    return answer, proxy.counts[0]


@pytest.mark.parametrize('direction', [CLIENT_TO_SERVER, SERVER_TO_CLIENT], ids=['to_server', 'to_client'])
@pytest.mark.parametrize('kind', KINDS)
def test_line_that_breaks_anywhere_ends_in_a_typed_error(gateway, impatient, server, kind, direction):
    answer, counts = download(gateway, server)
    good(answer, content=TEXT)
    length = counts[direction]
    # A break must be seen long before any timer; a stall is what the timers are for.
    chosen, seconds, codes = (impatient, ONE_TIMER, ['timeout']) if kind == STALL else \
        (gateway, 5, ['connection_lost', 'not_ssh', 'handshake_failed', 'auth_failed'])
    before = chosen.fds()

    def at(offset):
        # An address for each offset, so that no budget of one host counts.
        host = f'127.{1 + direction}.{1 + KINDS.index(kind)}.{1 + offset // STEP % 250}'
        return offset, download(chosen, server, fault=Fault(kind, direction, offset), host=host)[0]

    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME[kind]) as pool:
        answers = list(pool.map(at, range(0, length, STEP)))
    for offset, answer in answers:
        if answer.seconds >= seconds * PATIENCE:    # among many on a busy machine; alone it must not be
            answer = at(offset)[1]
        assert answer.seconds < seconds * PATIENCE, f'at {offset}: after {answer.seconds:.1f} s'
        if answer.status == 200:    # broken after the last octet that mattered
            good(answer, content=TEXT)
            assert offset > length // 2, f'at {offset}: there cannot have been a file yet'
        else:
            error(answer, *codes)
    assert sum(answer.status != 200 for _, answer in answers) > len(answers) // 2
    assert chosen.alive
    until(lambda: chosen.fds() <= before, 5, f'descriptors back at {before}')


def test_file_arrives_through_segments_of_one_octet(gateway, server):
    answer, _ = download(gateway, server, piece=1)
    good(answer, content=TEXT)


def test_upload_arrives_through_segments_of_one_octet(gateway, server):
    with FaultProxy((server.host, server.port), piece=1) as line:
        login = server.login(path=server.path('faults/up.txt'), content=TEXT, encoding='utf-8')
        good(gateway.post('upload', **{**login, **line.where()}), bytesWritten=len(TEXT))
    assert server.local('faults/up.txt').read_text() == TEXT


def test_upload_over_a_line_that_breaks_is_no_success(gateway, server):
    """Whatever of it arrived, the caller knows."""
    content = pattern(200_000).decode()
    for offset in range(20_000, 200_000, 40_000):
        with FaultProxy((server.host, server.port), fault=Fault(RESET, CLIENT_TO_SERVER, offset)) as line:
            answer = gateway.post('upload', **{**server.login(path=server.path('faults/cut.txt'), content=content,
                                                              encoding='utf-8'), **line.where()})
        error(answer, 'connection_lost')


def test_round_trip_time_is_paid_a_few_times_not_per_piece(gateway, server):
    """4 MiB over 100 ms: one READ after the other would take 12 s."""
    content = pattern(4 * 1024 * 1024)
    server.fresh('far')
    server.local('far/file.txt').write_bytes(content)
    with FaultProxy((server.host, server.port), delay=0.05) as line:
        answer = gateway.post('download', **{**server.login(path=server.path('far/file.txt')), **line.where()})
    assert good(answer)['content'].encode() == content
    assert answer.seconds < 8 * PATIENCE


def test_port_that_nobody_listens_on_is_refused(gateway):
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))    # bound, and not listening
        error(gateway.post('connect', host='127.0.0.1', port=taken.getsockname()[1]), 'connection_refused', phase='tcp')
