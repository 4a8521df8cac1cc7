"""The file tree that the conformance cases read (HOME/data, HOME/odd) and write (HOME/up).

Needs root: some of it is not the user's."""
import os
import random
import subprocess

STAMP = 1767225600  # 2026-01-01T00:00:00Z
MIB = 1024 * 1024
LINE = b'0123456789abcde\n'
RANDOM = random.Random(7)
FILES = {
    'hello.txt': b'hello world\n', 'empty.txt': b'', 'bin.dat': bytes(range(256)), 'bom.txt': b'\xef\xbb\xbfbom text\n',
    'nul.txt': b'a\0b\n', 'crlf.txt': b'a\r\nb\r\n', 'latin1.txt': 'café'.encode('latin-1'),
    'utf8.txt': 'héllo – 日本 \U0001F600\n'.encode(), 'epoch.txt': b'x', 'y2040.txt': b'x',
    'big4m_minus1.txt': (LINE * (4 * MIB // 16))[:-1], 'big4m_exact.txt': LINE * (4 * MIB // 16),
    'big5m.txt': LINE * (5 * MIB // 16),
    'big4m_rand.bin': RANDOM.randbytes(4 * MIB - 1), 'big5m_rand.bin': RANDOM.randbytes(5 * MIB),
    # A character of two octets across the 4 MiB mark.
    'big4m_split.txt': b'a' * (4 * MIB - 1) + 'é'.encode() + b'tail',
    b'bad\xff\xfename.txt': b'nonutf8 name\n', 'ünïcödé 日本語.txt': b'unicode name\n',
    'emoji\U0001F600.txt': b'emoji\n',
    'with"quote\\and\nnewline.txt': b'q\n', 'e\u0301-nfd.txt': b'nfd\n', 'subdir/inner.txt': b'inner\n',
    'setuid.sh': b'#!/bin/sh\n', 'rootdir/f': b'x', 'secret.txt': b'secret', 'rodir/existing': b'x',
}
TIMES = {'epoch.txt': 0, 'y2040.txt': 2208988800}
FOLDERS = ['emptydir', 'subdir', 'stickydir', 'setgiddir', 'rodir', 'sortdir', 'many', 'rootdir']
LINKS = {'link_file': 'hello.txt', 'link_dir': 'subdir', 'link_broken': 'nope'}
SORTED_FILES = ['a', 'B', 'c', 'A', 'b', '_u', '-dash', '1', '10', '2', 'file 2', 'file10', 'file1', 'file2', 'é', 'e',
                'f', 'z', 'Z', 'ä', '日', '.hidden', '~t', '(p)', 'Apple', 'apple', 'å', 'ß', 'ss', 'Ж', 'α']
SORTED_FOLDERS = ['Zdir', 'adir', 'édir', '.hdir']
ODD_NAMES = [b'caf\xe9', 'café'.encode(), b'tab\there', b'\x1b[31m', b' padded ', b'-rf', b'\xc0\xaf']
# What belongs to root, and its mode.
OF_ROOT = {'data/rootdir': 0o700, 'data/secret.txt': 0o600, 'data/rodir': 0o755, 'up/ro': 0o444}
SPECIAL_MODES = {'data/setuid.sh': 0o4755, 'data/stickydir': 0o1777, 'data/setgiddir': 0o2755}


def make_tree(home, user):
    data, up, odd = f'{home}/data', f'{home}/up', f'{home}/odd'
    for folder in (data, up, odd):
        os.makedirs(folder)
    for name in FOLDERS:
        os.makedirs(f'{data}/{name}')
    for name, content in FILES.items():
        path = os.path.join(os.fsencode(data), os.fsencode(name))
        with open(path, 'wb') as file:
            file.write(content)
        os.chmod(path, 0o644)
    for name in SORTED_FILES:
        open(f'{data}/sortdir/{name}', 'w').close()
    for name in SORTED_FOLDERS:
        os.makedirs(f'{data}/sortdir/{name}')
    for name in ODD_NAMES:
        open(os.fsencode(f'{odd}/') + name, 'w').close()
    for number in range(2000):
        open(f'{data}/many/file_{number:05d}.csv', 'w').close()
    for name, target in LINKS.items():
        os.symlink(target, f'{data}/{name}')
    os.mkfifo(f'{data}/fifo', 0o644)
    with open(f'{data}/sparse5g.bin', 'wb') as file:
        file.truncate(5 * 1024**3)
    open(f'{up}/ro', 'w').close()
    os.makedirs(f'{up}/d')
    os.symlink('a.bin', f'{up}/ln')
    _own(home, user)
    _date(data)


def _own(home, user):
    subprocess.run(['chown', '-hR', user, f'{home}/data', f'{home}/up', f'{home}/odd'], check=True)
    for path, mode in OF_ROOT.items():
        os.chown(f'{home}/{path}', 0, 0)
        os.chmod(f'{home}/{path}', mode)
    for path, mode in SPECIAL_MODES.items():    # after chown, which takes such bits away
        os.chmod(f'{home}/{path}', mode)


def _date(data):
    for folder, folders, files in os.walk(os.fsencode(data), topdown=False):
        for name in folders + files:
            stamp = TIMES.get(os.fsdecode(name), STAMP)
            os.utime(os.path.join(folder, name), (stamp, stamp), follow_symlinks=False)
    os.utime(data, (STAMP, STAMP))
