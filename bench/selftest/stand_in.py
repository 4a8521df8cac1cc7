#!/usr/bin/python3
"""Speaks the HTTP that the rows speak, over local files, so that the rows can be tried before or without a gateway.

Started as `stand_in.py serve --data-dir DIR ...`. STAND_IN_FAULT=flip changes one octet of every file and drops one
entry of every listing; stand_in_pulls.py has further faults."""
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from stand_in_pulls import Pulls

FLIP = os.environ.get('STAND_IN_FAULT') == 'flip'
PULLS = Pulls(os.environ.get('STAND_IN_FAULT'))
FILES = '/api/v1/sessions/1/files'


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def _answer(self, status, octets=b'', kind='application/json', length=None):
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(octets) if length is None else length))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(octets)

    def _body(self):
        return self.rfile.read(int(self.headers.get('Content-Length', 0)))

    def _file(self):
        return unquote(self.path.removeprefix(FILES))

    def do_POST(self):
        body = json.loads(self._body())
        if self.path == '/api/v1/sessions':
            return self._answer(201, b'{"id":"1"}')
        if told := PULLS.post(self.path.removeprefix('/api/v1'), body):
            return self._tell(*told)
        self._answer(200, json.dumps({'size': os.stat(body['path']).st_size}).encode())

    def do_HEAD(self):
        self._answer(200, length=os.stat(self._file()).st_size)

    def _tell(self, status, answer):
        self._answer(status, json.dumps(answer).encode())

    def do_GET(self):
        if told := PULLS.get(self.path.removeprefix('/api/v1')):
            return self._tell(*told)
        if not self.path.startswith(FILES):
            return self._answer(200, b'{}')
        if self.path.endswith('/'):
            return self._list()
        with open(self._file(), 'rb') as file:
            octets = bytearray(file.read())
        if FLIP:
            octets[len(octets) // 2] ^= 1
        self._answer(200, octets, 'application/octet-stream')

    def _list(self):
        self.send_response(200)
        self.send_header('Content-Type', 'application/x-ndjson')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for name in os.listdir(self._file())[1 if FLIP else 0:]:
            row = json.dumps({'name': name}).encode() + b'\n'
            self.wfile.write(b'%x\r\n%s\r\n' % (len(row), row))
        self.wfile.write(b'0\r\n\r\n')

    def do_PUT(self):
        octets = bytearray(self._body())
        if FLIP:
            octets[len(octets) // 2] ^= 1
        with open(self._file(), 'wb') as file:
            file.write(octets)
        self._answer(201)


if sys.argv[1:2] != ['serve']:
    sys.exit('stand_in: only serve')
server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print(json.dumps({'event': 'listening', 'address': '127.0.0.1', 'port': server.server_port}, separators=(',', ':')),
      flush=True)
server.serve_forever()
