"""A TCP proxy on loopback that breaks lines on purpose.

The faults stand at octet offsets of one connection, so that a test can go through a recorded session step by step."""
import collections
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass

CLIENT_TO_SERVER, SERVER_TO_CLIENT = 0, 1
RESET, FINISH, STALL = 'reset', 'finish', 'stall'


@dataclass(frozen=True)
class Fault:
    """What happens when `offset` octets have gone into `direction`; those before it still pass.

    RESET ends both connections with RST; FINISH closes both in order; STALL swallows all that follows."""
    kind: str
    direction: int
    offset: int


class FaultProxy:
    """Forwards to `targets`: the first connection to the first of them, the next to the next, and round again.

    `delay` seconds pass between the arrival and the departure of each piece, each way. With `piece` at most so many
    octets travel in one segment. `counts` is one [client to server, server to client] pair per connection."""

    def __init__(self, *targets, fault=None, delay=0.0, piece=65536, host='127.0.0.1'):
        self._targets = targets
        self.fault, self.delay, self.piece = fault, delay, piece
        self.stopping = threading.Event()
        self.counts = []
        self._lines = []
        self._listener = socket.create_server((host, 0), backlog=200)
        self.host, self.port = self._listener.getsockname()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def where(self):
        return {'host': self.host, 'port': self.port}

    def lead_to(self, *targets):
        """Connections that come from now on go there."""
        self._targets = targets

    def cut(self):
        """Resets the lines that are open now; new ones are carried."""
        for line in self._lines:
            line.cut.set()
        for line in self._lines:
            line.join()

    def stop(self):
        self.stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for line in self._lines:
            line.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._targets[len(self.counts) % len(self._targets)])
            except OSError:
                _reset(client)
                continue
            line = _Line(self, client, server)
            self.counts.append(line.counts)
            self._lines.append(line)
            line.start()


class _Line(threading.Thread):
    """One connection through the proxy. A direction is the index of the end that it comes from."""

    def __init__(self, proxy, client, server):
        super().__init__(daemon=True)
        self._proxy = proxy
        self._ends = (client, server)
        self._ended = [False, False]    # this end sends nothing more
        self._muted = [False, False]    # what comes from this end goes nowhere
        self.cut = threading.Event()
        self._on_the_way = collections.deque()  # (due time, direction, octets); no octets: the end
        self.counts = [0, 0]

    def run(self):
        try:
            for end in self._ends:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self._over() and not self._proxy.stopping.is_set():
                self._receive()
                if self.cut.is_set():
                    self._strike(RESET, CLIENT_TO_SERVER)
                while self._on_the_way and self._on_the_way[0][0] <= time.monotonic():
                    _, direction, octets = self._on_the_way.popleft()
                    self._forward(direction, octets)
        except OSError:
            pass    # one end is gone; the other one learns it by the close
        finally:
            for end in self._ends:
                end.close()

    def _over(self):
        return not self._on_the_way and self._ended[0] and (self._ended[1] or any(self._muted))

    def _receive(self):
        pause = 0.05
        if self._on_the_way:
            pause = max(0.0, min(pause, self._on_the_way[0][0] - time.monotonic()))
        senders = [end for end, ended in zip(self._ends, self._ended) if not ended]
        for end in select.select(senders, [], [], pause)[0]:
            direction = self._ends.index(end)
            octets = end.recv(65536)
            self._ended[direction] = not octets
            self._on_the_way.append((time.monotonic() + self._proxy.delay, direction, octets))

    def _forward(self, direction, octets):
        if self._muted[direction]:
            return
        fault, before = self._proxy.fault, octets
        strikes = fault and fault.direction == direction and self.counts[direction] + len(octets) >= fault.offset
        if strikes:
            before = octets[:fault.offset - self.counts[direction]]
        receiver = self._ends[1 - direction]
        for start in range(0, len(before), self._proxy.piece):
            receiver.sendall(before[start:start + self._proxy.piece])
        self.counts[direction] += len(before)
        if strikes:
            self._strike(fault.kind, direction)
        elif not octets:
            receiver.shutdown(socket.SHUT_WR)

    def _strike(self, kind, direction):
        if kind == RESET:
            for end in self._ends:
                _reset(end)
            raise ConnectionAbortedError
        if kind == STALL:
            self._muted[direction] = True
            return
        self._muted = [True, True]
        for end in self._ends:
            end.shutdown(socket.SHUT_WR)


def _reset(end):
    """Closes with RST instead of FIN."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    end.close()
