"""The latency line delays, keeps order and ends as its two ends do."""
import hashlib
import os
import socket
import tempfile
import threading
import time
import unittest
from pathlib import Path

from harness.servers import start_latency_line

PROGRAMS = Path(os.environ.get('BENCH_PROGRAMS', Path(__file__).resolve().parents[2] / 'build/release/bench'))
ROUND_TRIP_MS = 60
MIB = 1 << 20


class LatencyProxy(unittest.TestCase):
    def setUp(self):
        self.listener = self.enterContext(socket.create_server(('127.0.0.1', 0)))
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.line, self.port = start_latency_line(PROGRAMS / 'latency_proxy', folder,
                                                  self.listener.getsockname()[1], ROUND_TRIP_MS)
        self.addCleanup(self.line.stop)

    def connect(self):
        """(client's end, target's end)"""
        client = self.enterContext(socket.create_connection(('127.0.0.1', self.port), timeout=10))
        self.listener.settimeout(10)
        target, _ = self.listener.accept()
        target.settimeout(10)
        return client, self.enterContext(target)

    def test_connecting_and_each_way_take_half_a_round_trip(self):
        began = time.monotonic()
        client, target = self.connect()
        self.assertGreaterEqual(time.monotonic() - began, 0.029)
        for sender, receiver in ((client, target), (target, client)):
            began = time.monotonic()
            sender.sendall(b'x')
            self.assertEqual(receiver.recv(1), b'x')
            self.assertGreaterEqual(time.monotonic() - began, 0.029)

    def test_octets_sent_together_wait_together(self):
        client, target = self.connect()
        sent = os.urandom(20 * MIB)
        began = time.monotonic()
        threading.Thread(target=client.sendall, args=(sent,), daemon=True).start()
        got = self.receive(target, len(sent))
        # One delay for all of it: one delay for each buffer of it would take seconds.
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(hashlib.sha256(got).digest(), hashlib.sha256(sent).digest())

    def test_both_ways_at_once_keep_order(self):
        client, target = self.connect()
        there, back = os.urandom(5 * MIB), os.urandom(5 * MIB)
        threading.Thread(target=client.sendall, args=(there,), daemon=True).start()
        threading.Thread(target=target.sendall, args=(back,), daemon=True).start()
        self.assertEqual(self.receive(target, len(there)), there)
        self.assertEqual(self.receive(client, len(back)), back)

    def test_a_half_closed_connection_still_answers(self):
        client, target = self.connect()
        client.sendall(b'question')
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(self.until_end(target), b'question')
        target.sendall(b'answer')
        target.close()
        self.assertEqual(self.until_end(client), b'answer')

    def test_a_reader_that_stops_bounds_memory(self):
        client, target = self.connect()
        client.settimeout(3)
        before = self.line.rss_mib()
        sent, block = 0, bytes(MIB)
        with self.assertRaises(TimeoutError):
            while sent < 1024 * MIB:
                sent += client.send(block)
        self.assertLess(self.line.peak_mib() - before, 80)
        used = self.line.cpu_s()
        time.sleep(0.5)
        self.assertLess(self.line.cpu_s() - used, 0.1, 'it waits without spinning')
        target.close()

    def test_a_target_that_is_not_there_ends_the_connection(self):
        self.listener.close()
        with socket.create_connection(('127.0.0.1', self.port), timeout=10) as client:
            try:
                self.assertEqual(client.recv(1), b'')
            except ConnectionResetError:
                pass
        used = self.line.cpu_s()
        time.sleep(0.3)
        self.assertLess(self.line.cpu_s() - used, 0.1, 'it waits without spinning')

    def receive(self, connection, count):
        got = bytearray()
        while len(got) < count and (piece := connection.recv(MIB)):
            got += piece
        return bytes(got)

    def until_end(self, connection):
        return self.receive(connection, 1 << 40)


if __name__ == '__main__':
    unittest.main()
