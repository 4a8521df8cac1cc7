"""Too many, too few, all at once: descriptors run out, lines die together or silently, clients crowd."""
import contextlib
import resource
import signal
import threading
import time

import pytest

from support.checks import error, good
from support.dns import DnsServer, with_name_server
from support.fault_proxy import SERVER_TO_CLIENT, STALL, Fault, FaultProxy
from support.gateway import ONE_TIMER, Gateway, short_timers
from support.scripted_sftp import ScriptedSftp
from support.waiting import PATIENCE, until

GET_HEALTH = b'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'


@contextlib.contextmanager
def descriptors_at_most(gateway, count):
    _, hard = resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (count, hard))
    yield
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (hard, hard))


def test_c16_descriptors_that_run_out_at_any_call_are_an_error_and_no_end(own_gateway, openssh):
    """One more is there each time: what fails is the line of the caller, then that to the server, the pins, ..."""
    gateway = own_gateway(*short_timers())
    openssh.fresh('scarce').joinpath('file').write_text('content')
    login = openssh.login(path=openssh.path('scarce/file'))
    used, failed = gateway.fds(), []
    for spare in range(1, 20):
        with descriptors_at_most(gateway, used + spare):
            answer = gateway.post('stat', **login)
        if answer.status == 200:
            break
        # The fault is the gateway's, and not called the server's.
        assert (answer.status, answer.code) in ((503, 'overloaded'), (500, 'storage_failed')), answer
        failed.append((answer.phase, answer.code))
    assert failed[0] == ('tcp', 'overloaded')
    good(gateway.post('stat', **login), size=7)


def test_c16_line_that_cannot_be_accepted_waits_for_better_times(own_gateway):
    gateway = own_gateway()
    with descriptors_at_most(gateway, gateway.fds()):
        with gateway.connect() as waiting:
            waiting.sendall(GET_HEALTH)
            gateway.wait_event('trouble', where='accept')
            resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))
            assert waiting.recv(4096).startswith(b'HTTP/1.1 200')


def test_c10_the_one_address_of_20_that_lives_is_found(tmp_path, openssh):
    dead = [f'127.64.1.{number}' for number in range(1, 20)]
    with DnsServer({'many.test': [[*dead, '127.0.0.1']]}) as names, \
            Gateway(tmp_path / 'many', wrapper=with_name_server(names, tmp_path)) as gateway:
        good(gateway.post('list', **openssh.login(path='.', host='many.test')))


@pytest.mark.parametrize('trouble', ['servfail', 'loop'])
def test_c11_name_server_in_trouble_is_dns_failed(tmp_path, trouble):
    with DnsServer({'broken.test': trouble, 'six.test': [['::1']]}) as names, \
            Gateway(tmp_path / 'broken', *short_timers(), wrapper=with_name_server(names, tmp_path)) as gateway:
        error(gateway.post('connect', host='broken.test'), 'dns_failed', phase='dns')
        # An address of the other family alone is one.
        error(gateway.post('connect', host='six.test', port=1), 'connection_refused', phase='tcp')


def test_c14_kept_line_that_died_silently_costs_one_timer(impatient, keys):
    with ScriptedSftp(keys) as server, FaultProxy((server.host, server.port)) as line:
        login = {**server.login(path='hello.txt'), **line.where()}
        good(impatient.post('stat', **login))
        line.fault = Fault(STALL, SERVER_TO_CLIENT, line.counts[0][1] + 1)
        answer = impatient.post('stat', **login)
        line.fault = None
        if answer.status != 200:
            error(answer, 'timeout', 'connection_lost')
        assert answer.seconds < ONE_TIMER * PATIENCE
        good(impatient.post('stat', **login), size=12)
        assert len(line.counts) == 2


def test_c15_lines_that_are_reset_at_once_leave_nothing_behind(own_gateway, keys):
    gateway, many = own_gateway(), 40
    answers = []

    def ask_all():
        def ask(number):
            answers.append(gateway.post('stat', **{**server.login(path='hello.txt', username=f'user{number}'),
                                                   **line[number % len(line)].where()}))
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with ScriptedSftp(keys) as server, contextlib.ExitStack() as open_lines:
        # A line of its own for each five: one server gets no more connections at a time.
        line = [open_lines.enter_context(FaultProxy((server.host, server.port))) for _ in range(many // 5)]
        before = gateway.fds()
        for _ in range(2):
            ask_all()
            for one in line:
                one.cut()
            until(lambda: gateway.fds() <= before, 5, f'descriptors back at {before}')
    for answer in answers:
        good(answer, size=12)
    assert len(answers) == 2 * many


def test_d1_clients_that_never_finish_their_head_are_in_nobodys_way(own_gateway, openssh):
    gateway = own_gateway()
    good(gateway.post('list', **openssh.login(path='.')))
    before = gateway.fds()
    slow = [gateway.connect() for _ in range(500)]
    for one in slow:
        one.sendall(b'POST /api/sftp/list HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ')
    slowest = max(gateway.post('list', **openssh.login(path='.')).seconds for _ in range(20))
    assert slowest < 3 * PATIENCE
    for one in slow:
        one.close()
    until(lambda: gateway.fds() <= before, 5, f'descriptors back at {before}')


def test_d5_10_000_requests_in_one_go_are_all_answered(gateway):
    count, answered = 10_000, 0
    with gateway.connect(seconds=60) as wire:
        sender = threading.Thread(target=wire.sendall, args=(GET_HEALTH * count,))
        sender.start()
        rest = b''
        while answered < count:
            piece = wire.recv(65536)
            assert piece, f'closed after {answered}'
            rest += piece
            answered += rest.count(b'HTTP/1.1 200')
            rest = rest[-len(b'HTTP/1.1 20'):]
        sender.join()


def test_e11_gateway_that_is_asked_for_itself_finds_no_ssh(impatient):
    host, port = impatient.address
    error(impatient.post('connect', host=host, port=port), 'timeout', 'not_ssh', phase='ssh')


def test_j6_signals_that_mean_nothing_do_nothing(own_gateway, openssh):
    gateway = own_gateway()
    stop = time.monotonic() + 1

    def storm():
        while time.monotonic() < stop:
            for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH):
                gateway.child.signal(number)
    storming = threading.Thread(target=storm)
    storming.start()
    while time.monotonic() < stop:
        good(gateway.post('list', **openssh.login(path='.')))
    storming.join()
    assert gateway.alive
    assert gateway.stop() == 0
