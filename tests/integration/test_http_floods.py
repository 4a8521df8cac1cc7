"""Too much at once from one client (attacks.md D1, D5, D15): bounded, answered, and over when it is over."""
import socket

import pytest

from support.http import parse
from support.oracle import MEMORY_SLACK
from support.waiting import PATIENCE, until

REQUEST = b'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
LAST = b'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'
# The beginning of a real ClientHello.
TLS_HELLO = bytes.fromhex('16030100f5010000f10303') + bytes(range(32)) + b'\x20' + bytes(32) + bytes.fromhex('003e1302')


def test_d5_pipelined_requests_are_all_answered_in_bounded_memory(own_gateway):
    gateway = own_gateway()
    gateway.raw(LAST)
    before = gateway.rss()
    octets, closed = gateway.raw(REQUEST * 9_999 + LAST + REQUEST * 10, seconds=30)
    assert closed and octets.count(b'HTTP/1.1 200 OK\r\n') == 10_000
    assert octets.count(b'{"status":"ok"}') == 10_000
    assert gateway.rss() - before < MEMORY_SLACK


def test_d1_d5_client_that_sends_and_never_reads_is_held_up_alone(own_gateway):
    """What waits to be sent stays small: requests are read as their answers are taken. How much fits between the two is
    the kernel's affair, and far less than this."""
    gateway = own_gateway()
    gateway.raw(LAST)
    before = gateway.rss()
    with gateway.connect(3, buffers=4096) as deaf:
        with pytest.raises(socket.timeout):
            for _ in range(12_500):     # half a GiB
                deaf.sendall(REQUEST * 1_000)
        assert gateway.request('GET', '/healthz').status == 200
        assert gateway.rss() - before < MEMORY_SLACK


@pytest.mark.parametrize('octets', [TLS_HELLO, b'\x05\x01\x00', b'SSH-2.0-Client\r\n\r\n', b'\0' * 64],
                         ids=['tls', 'socks', 'ssh', 'zeros'])
def test_d5_other_protocols_are_refused_and_the_line_closed(gateway, octets):
    answer, closed = gateway.raw(octets, seconds=15, half_close=True)
    assert closed
    assert not answer or parse(answer)[0].status == 400


def test_d1_d15_clients_that_ask_nothing_keep_nobody_out_and_leave_no_trace(own_gateway):
    """They hold all places, in vain: each who has something to ask gets the place of one that has waited a second."""
    gateway = own_gateway()
    descriptors = gateway.fds()
    held = [gateway.connect(10) for _ in range(1024)]
    for line in held:
        line.sendall(b'GET /healthz HT')
    until(lambda: gateway.fds() >= descriptors + 1024, 10, 'all connections to be accepted')
    until(lambda: gateway.request('GET', '/healthz').status == 200, 10, 'the first place to be given away')
    for _ in range(20):
        assert gateway.request('GET', '/healthz').status == 200
    for line in held:
        line.close()
    until(lambda: gateway.fds() <= descriptors, 10 * PATIENCE, 'the descriptors back')
