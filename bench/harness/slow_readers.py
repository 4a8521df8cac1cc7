"""Many downloads at once to clients that read slowly: what the gateway holds in memory, and whether anybody starves."""
import socket
import time
from dataclasses import dataclass, field

from .files import MIB, make_file
from .gateway import file_path
from .outcome import NotAvailable, Sample, WrongContent
from .row import Contestant

READERS, SIZE, RATE = 200, 32 * MIB, 1_000_000
# The kernel shall not hold the file in place of the gateway.
_RECEIVE_BUFFER = 128 * 1024
_TICK = 0.05


@dataclass(frozen=True)
class Crowd:
    path: object
    readers: int
    octets: bytes = field(repr=False)


def prepare(stage, scale):
    """Scaled down there are fewer readers of a smaller file, at the same rate each."""
    size = max(256 * 1024, round(SIZE * scale))
    path = make_file(stage.folder / f'slow-{size}', size)
    return Crowd(path, max(4, round(READERS * scale)), path.read_bytes())


class _Reader:
    """Reads at most RATE octets per second and compares each with the file as it comes."""

    def __init__(self, port, request, wanted):
        self._wanted = memoryview(wanted)
        self._head = b''
        self._in_body = False
        self.got = 0
        self.error = None
        self.wrong = False
        self.ended_at = None
        self.connection = socket.socket()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self.connection.connect(('127.0.0.1', port))
        self.connection.sendall(request)
        self.connection.setblocking(False)
        self.last_news = time.perf_counter()
        self.longest_silence = 0.0

    @property
    def done(self):
        return self.ended_at is not None

    def read(self, now, began):
        """What may be read by now. Silence counts only while something is due."""
        due = min(int((now - began) * RATE), len(self._wanted)) - self.got
        while due > 0 and not self.done:
            try:
                piece = self.connection.recv(min(due, 256 * 1024) if self._in_body else 4096)
            except BlockingIOError:
                self.longest_silence = max(self.longest_silence, now - self.last_news)
                return
            if not piece:
                return self._end(now, f'the answer ends after {self.got} octets')
            self.last_news = now
            due -= self._take(piece, now)

    def _take(self, piece, now):
        if not self._in_body:
            self._head += piece
            head, found, piece = self._head.partition(b'\r\n\r\n')
            if not found:
                return 0
            self._in_body = True
            if not head.startswith(b'HTTP/1.1 200 '):
                self._end(now, f'{head.splitlines()[0].decode()} {piece[:200].decode(errors="replace")}')
                return 0
        if self._wanted[self.got:self.got + len(piece)] != piece:
            self.wrong = True
            self._end(now, f'wrong content after octet {self.got}')
        self.got += len(piece)
        if self.got == len(self._wanted):
            self._end(now)
        return len(piece)

    def _end(self, now, error=None):
        if not self.done:
            self.error, self.ended_at = error, now
            self.connection.close()


def measure(stage, work):
    request = (f'GET {file_path(stage.session(), work.path)} HTTP/1.1\r\nHost: 127.0.0.1:{stage.gateway.port}\r\n'
               'Connection: close\r\n\r\n').encode()
    server = stage.gateway.child
    before = server.cpu_s()
    server.forget_peak()
    began = time.perf_counter()
    readers = [_Reader(stage.gateway.port, request, work.octets) for _ in range(work.readers)]
    ideal = len(work.octets) / RATE
    while any(not reader.done for reader in readers):
        now = time.perf_counter()
        if now - began > 5 * ideal + 30:
            break
        for reader in readers:
            reader.read(now, began)
        time.sleep(max(0.0, _TICK - (time.perf_counter() - now)))
    return _sample(readers, began, ideal, server, before)


def _sample(readers, began, ideal, server, before):
    if any(reader.wrong for reader in readers):
        raise WrongContent(next(reader.error for reader in readers if reader.wrong))
    whole = [reader for reader in readers if reader.done and not reader.error]
    if not whole:
        raise NotAvailable(readers[0].error or 'no download came to its end')
    slowest = max(reader.ended_at for reader in whole) - began
    peak = server.peak_mib()
    return Sample({'failed': len(readers) - len(whole), 'slowest_over_pace': slowest / ideal,
                   'longest_silence_s': max(reader.longest_silence for reader in readers), 'peak_mib': peak},
                  server.cpu_s() - before, peak)


CONTESTANTS = (Contestant('gangway serve', measure, ours=True),)
