"""Paramiko's SFTP server over a real folder, which its clients see as "/"."""
import os
import socket
import threading
from pathlib import Path

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer

from .servers import RealServer


class _KeyLogin(paramiko.ServerInterface):
    def __init__(self, accepted):
        self._accepted = accepted

    def get_allowed_auths(self, username):
        return 'publickey'

    def check_auth_publickey(self, username, key):
        known = key.get_base64() in self._accepted
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED if kind == 'session' else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Handle(SFTPHandle):
    def stat(self):
        return SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    def chattr(self, attr):
        SFTPServer.set_file_attr(self.filename, attr)
        return paramiko.SFTP_OK


def _answers_errors(method):
    """Turns an OSError into the status that the draft has for it."""
    def guarded(*arguments):
        try:
            return method(*arguments)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
    return guarded


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, server, root):
        super().__init__(server)
        self._root = str(root)

    def _local(self, path):
        return self._root + self.canonicalize(path)

    @_answers_errors
    def list_folder(self, path):
        here = self._local(path)
        return [SFTPAttributes.from_stat(os.lstat(f'{here}/{name}'), name) for name in os.listdir(here)]

    @_answers_errors
    def stat(self, path):
        return SFTPAttributes.from_stat(os.stat(self._local(path)))

    @_answers_errors
    def lstat(self, path):
        return SFTPAttributes.from_stat(os.lstat(self._local(path)))

    @_answers_errors
    def open(self, path, flags, attr):
        path = self._local(path)
        mode = attr.st_mode if attr is not None and attr.st_mode is not None else 0o666
        file = os.fdopen(os.open(path, flags, mode), _stdio_mode(flags))
        handle = _Handle(flags)
        handle.filename, handle.readfile, handle.writefile = path, file, file
        return handle

    @_answers_errors
    def remove(self, path):
        os.remove(self._local(path))
        return paramiko.SFTP_OK

    @_answers_errors
    def rename(self, oldpath, newpath):
        """Replaces the target silently: servers differ here, and a client has to look first."""
        os.replace(self._local(oldpath), self._local(newpath))
        return paramiko.SFTP_OK

    posix_rename = rename

    @_answers_errors
    def mkdir(self, path, attr):
        os.mkdir(self._local(path), attr.st_mode if attr is not None and attr.st_mode is not None else 0o777)
        return paramiko.SFTP_OK

    @_answers_errors
    def rmdir(self, path):
        os.rmdir(self._local(path))
        return paramiko.SFTP_OK

    @_answers_errors
    def chattr(self, path, attr):
        SFTPServer.set_file_attr(self._local(path), attr)
        return paramiko.SFTP_OK

    @_answers_errors
    def symlink(self, target_path, path):
        os.symlink(target_path, self._local(path))
        return paramiko.SFTP_OK

    @_answers_errors
    def readlink(self, path):
        return os.readlink(self._local(path))


def _stdio_mode(flags):
    if flags & os.O_APPEND:
        return 'ab+' if flags & os.O_RDWR else 'ab'
    if flags & os.O_RDWR:
        return 'rb+'
    return 'wb' if flags & os.O_WRONLY else 'rb'


class _Listener:
    def __init__(self, keys, tree):
        self._accepted = {line.split()[1] for line in keys.authorized().splitlines()}
        self._host_key = paramiko.Ed25519Key.from_private_key_file(str(keys.host('ed25519').path))
        self._tree = tree
        self._transports = []
        self._socket = socket.create_server(('127.0.0.1', 0), backlog=100)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                wire, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(wire)
            transport.daemon = True
            transport.add_server_key(self._host_key)
            transport.set_subsystem_handler('sftp', SFTPServer, _Folder, root=self._tree)
            # An event makes it return at once; the negotiation goes on in the transport's own thread.
            transport.start_server(threading.Event(), _KeyLogin(self._accepted))
            self._transports.append(transport)

    def stop(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for transport in self._transports:
            transport.close()


def start_paramiko(keys, tree):
    listener = _Listener(keys, tree)
    return RealServer(port=listener.port, username='someone', folder=Path(tree), root='/',
                      host_key=keys.host('ed25519'), key=keys.user('ed25519'), process=listener)
