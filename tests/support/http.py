"""A small HTTP client for the gateway: JSON calls, and raw octets for what no client would send."""
import http.client
import json
import socket
import time
import urllib.parse
from dataclasses import dataclass

from .waiting import PATIENCE


@dataclass
class Answer:
    """One HTTP answer; `json` is None where the body is none. Unpacks as (status, headers, json)."""
    status: int
    headers: dict       # names in lower case
    json: object
    body: bytes
    seconds: float

    def __iter__(self):
        return iter((self.status, self.headers, self.json))

    @property
    def code(self):
        return self.json.get('code') if isinstance(self.json, dict) else None

    @property
    def phase(self):
        return self.json.get('phase') if isinstance(self.json, dict) else None


class Client:
    """Talks to one gateway; every call is a connection of its own, so calls may overlap freely."""

    def __init__(self, url, token=None):
        self.url = url
        self.token = token
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)

    def post(self, operation, _headers=None, _timeout=60, **fields):
        """POST /api/sftp/OPERATION with `fields` as the JSON body."""
        headers = {'Content-Type': 'application/json', **(_headers or {})}
        return self.request('POST', f'/api/sftp/{operation}', json.dumps(fields).encode(), headers, _timeout)

    def request(self, method, path, body=None, headers=None, timeout=60):
        headers = dict(headers or {})
        if self.token is not None and 'Authorization' not in headers:
            headers['Authorization'] = f'Bearer {self.token}'
        started = time.monotonic()
        connection = http.client.HTTPConnection(*self.address, timeout=timeout * PATIENCE)
        try:
            connection.putrequest(method, path, skip_host='Host' in headers, skip_accept_encoding=True)
            if body is not None or method in ('POST', 'PUT', 'PATCH'):
                headers.setdefault('Content-Length', str(len(body or b'')))
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            octets = answer.read()
        finally:
            connection.close()
        return _answer(answer.status, answer.getheaders(), octets, time.monotonic() - started)

    def raw(self, octets, seconds=10, half_close=False):
        """Sends octets as they are, and returns all that comes back until the gateway closes or `seconds` are over.

        The second result says whether it closed."""
        with self.connect(seconds) as wire:
            try:
                wire.sendall(octets)
                if half_close:
                    wire.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass    # it hung up before it had everything; its answer may still be there
            return read_to_close(wire)

    def connect(self, seconds=10, buffers=None):
        """`buffers`: octets that the kernel keeps at this end, for either direction; by default as many as it likes,
        which on some machines is many MiB."""
        family, kind, _, _, address = socket.getaddrinfo(*self.address, type=socket.SOCK_STREAM)[0]
        wire = socket.socket(family, kind)
        wire.settimeout(seconds * PATIENCE)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if buffers is not None:     # before it connects: the other end learns then how much it may send
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffers)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffers)
        try:
            wire.connect(address)
        except OSError:
            wire.close()
            raise
        return wire


def read_to_close(wire):
    """(octets, closed): what comes until the other side closes, or until the socket's timeout."""
    received = bytearray()
    while True:
        try:
            piece = wire.recv(65536)
        except socket.timeout:
            return bytes(received), False
        except ConnectionResetError:
            return bytes(received), True
        if not piece:
            return bytes(received), True
        received += piece


def parse(octets):
    """The first answer in what `raw` returned, and the octets after it; (None, octets) if there is none."""
    head, separator, rest = octets.partition(b'\r\n\r\n')
    if not separator or not head.startswith(b'HTTP/1.'):
        return None, octets
    lines = head.decode('latin-1').split('\r\n')
    pairs = [tuple(part.strip() for part in line.split(':', 1)) for line in lines[1:]]
    length = int(dict((name.lower(), value) for name, value in pairs).get('content-length', '0'))
    return _answer(int(lines[0].split()[1]), pairs, rest[:length], 0), rest[length:]


def _answer(status, pairs, octets, seconds):
    try:
        value = json.loads(octets)
    except ValueError:
        value = None
    return Answer(status, {name.lower(): value for name, value in pairs}, value, octets, seconds)
