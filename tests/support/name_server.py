"""A name server as a program of its own: name_server.py ADDRESS RECORDS (see dns.py, which starts it).

A name on a line of standard input is answered by how often it was looked up. It ends with its input."""
import json
import os
import selectors
import socket
import struct
import sys

_A, _CNAME, _AAAA = 1, 5, 28


class _Names:
    def __init__(self, records):
        self._records = records
        self._rounds = {}   # name → {A: questions so far, AAAA: questions so far}

    def asked(self, name):
        return max(self._rounds.get(name, {0: 0}).values())

    def answer(self, query):
        """The answer to one message, or None."""
        number, = struct.unpack_from('>H', query)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode('ascii', 'replace').lower())
            at += 1 + query[at]
        kind, = struct.unpack_from('>H', query, at + 1)
        question = query[12:at + 5]
        name = '.'.join(labels)
        rounds = self._rounds.setdefault(name, {})
        rounds[kind] = rounds.get(kind, 0) + 1
        if name not in self._records:
            return struct.pack('>6H', number, 0x8183, 1, 0, 0, 0) + question
        if self._records[name] is None:
            return None
        if self._records[name] == 'servfail':
            return struct.pack('>6H', number, 0x8182, 1, 0, 0, 0) + question
        if self._records[name] == 'loop':   # the name is another name of itself
            alias = b'\xc0\x0c' + struct.pack('>HHIH', _CNAME, 1, 0, 2) + b'\xc0\x0c'
            return struct.pack('>6H', number, 0x8180, 1, 1, 0, 0) + question + alias
        lists = self._records[name]
        addresses = lists[min(rounds[kind], len(lists)) - 1]
        family = {_A: socket.AF_INET, _AAAA: socket.AF_INET6}.get(kind)
        found = [socket.inet_pton(family, address) for address in addresses
                 if family == (socket.AF_INET6 if ':' in address else socket.AF_INET)]
        body = b''.join(b'\xc0\x0c' + struct.pack('>HHIH', kind, 1, 0, len(octets)) + octets for octets in found)
        return struct.pack('>6H', number, 0x8180, 1, len(found), 0, 0) + question + body


def _serve(host, records):
    names = _Names(records)
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind((host, 53))
    print('ready', flush=True)
    waiting = selectors.DefaultSelector()
    waiting.register(wire, selectors.EVENT_READ)
    waiting.register(0, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj == 0:
                line = os.read(0, 4096)
                if not line:
                    return
                print(names.asked(line.decode().strip()), flush=True)
            else:
                query, sender = wire.recvfrom(4096)
                answer = names.answer(query)
                if answer:
                    wire.sendto(answer, sender)


if __name__ == '__main__':
    _serve(sys.argv[1], json.loads(sys.argv[2]))
