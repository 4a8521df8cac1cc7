#!/usr/bin/python3
"""Checks the includes of every room against the table below; prints file:line: and the rule that is broken.

CMake already keeps a room from including rooms below it. This keeps third-party libraries in their rooms, which
include paths alone cannot: most of them lie in /usr/include.
"""
import os
import pathlib
import re
import sys

# room: (rooms it sees, libraries in its sources and private headers, libraries in its public headers)
ROOMS = {
    'base': ('', '', ''),
    'model': ('base', 'fmt', ''),
    'archive': ('base', 'zlib', ''),
    'crypto': ('base', 'openssl sodium fmt', ''),
    'sftp': ('base', 'fmt', ''),
    'ssh': ('base crypto', 'openssl fmt', ''),
    'net': ('base model crypto sftp ssh', 'asio beast fmt', 'asio'),
    'store': ('base model crypto', 'soci asio', 'asio'),
    'vault': ('base model crypto store', '', ''),
    'remote': ('base model crypto sftp net store vault', 'asio fmt', 'asio'),
    'sink': ('base model crypto', 'curl fmt', ''),
    'transfer': ('base model archive crypto sftp net store vault remote sink', 'asio json icu fmt', 'asio'),
    'api': ('base model archive crypto sftp net store vault remote sink transfer', 'asio beast json url icu fmt', 'asio beast json'),
    'cli': ('base model crypto sftp net', 'asio beast json cli11 fmt', 'asio json cli11'),
    'app': ('base model crypto sftp net store vault remote sink transfer api cli', 'asio beast json cli11 toml spdlog fmt', 'asio'),
}

LIBRARIES = [
    (r'boost/(asio|system)[/.]', 'asio'), (r'boost/(beast|optional)[/.]', 'beast'), (r'boost/json[/.]', 'json'),
    (r'boost/url[/s.]', 'url'), (r'openssl/', 'openssl'), (r'sodium[/.]', 'sodium'),
    (r'unicode/', 'icu'), (r'curl/', 'curl'), (r'spdlog/', 'spdlog'), (r'fmt/', 'fmt'), (r'CLI/', 'cli11'), (r'toml\+\+/', 'toml'),
    (r'zlib\.h', 'zlib'), (r'soci/', 'soci'), (r'g(test|mock)/', 'gtest'),
]

# What a room must be able to do without, so that its dialogues can be scripted.
NO_WORLD = r'(chrono|thread|mutex|atomic|future|condition_variable|fstream|iostream|filesystem|unistd\.h)'
WITHOUT = {'sftp': NO_WORLD, 'ssh': NO_WORLD}
SOCKETS = r'(sys/socket|netdb|poll|sys/epoll|netinet/.*)\.h'

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def library_of(header):
    for pattern, library in LIBRARIES:
        if re.match(pattern, header):
            return library
    return 'boost' if header.startswith('boost/') else None


def broken_rule(room, file, kind, header):
    """The rule this include breaks, or None. `file` is relative to src/."""
    sees, private, public = (words.split() for words in ROOMS[room])
    is_public = 'include' in file.parts
    is_test = file.stem.endswith('_test') or 'testing' in file.parts
    if kind == '"':
        inside = os.path.normpath(file.parent / header).startswith(f'{room}/')
        return None if inside and not is_public else 'a quoted include names a private header of the same room'
    if own := re.match(r'gangway/([a-z]+)/', header):
        return None if own[1] in [room, *sees] else f'{room} may not see {own[1]}'
    library = library_of(header)
    if library == 'gtest':
        return None if is_test or (file.suffix == '.hpp' and not is_public) else 'GoogleTest belongs into tests'
    if is_test:
        return None
    if library and library not in (public if is_public else private):
        return f'{library} does not belong into {"public headers of " if is_public else ""}{room}'
    if re.fullmatch(WITHOUT.get(room, '-'), header):
        return f'{room} does without <{header}>'
    if re.fullmatch(SOCKETS, header) and room != 'net':
        return 'sockets belong into net'
    return None


def main():
    root = pathlib.Path(__file__).parent.parent / 'src'
    broken = 0
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if folder.name not in ROOMS:
            print(f'{folder}: this room is missing in the table of tools/check_layers.py')
            broken += 1
            continue
        for file in sorted(folder.rglob('*.[ch]pp')):
            for number, line in enumerate(file.read_text('utf-8').splitlines(), 1):
                found = INCLUDE.match(line)
                rule = found and broken_rule(folder.name, file.relative_to(root), *found.groups())
                if rule:
                    print(f'{file.relative_to(root.parent)}:{number}: {rule}')
                    broken += 1
    return 1 if broken else 0


if __name__ == '__main__':
    sys.exit(main())
