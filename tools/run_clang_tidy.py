#!/usr/bin/env python3
"""run_clang_tidy.py BUILD JOBS: clang-tidy over the sources of all rooms, but for the tests.

BUILD is configured with CMAKE_UNITY_BUILD: most of the time goes into the headers, which a group of sources reads once.
A group that does not pass is looked at source by source: two sources may use one name for things of their own, and what is
found is told once, as if there were no groups.
"""

import json
import pathlib
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

program = "clang-tidy-19"


def main(build: pathlib.Path, jobs: int) -> int:
    commands = json.loads((build / "compile_commands.json").read_text())
    chosen = [command for command in commands if is_of_a_room(command["file"], build)]
    with ThreadPoolExecutor(jobs) as pool:
        groups = list(pool.map(passes, chosen))
        alone = [(member, command) for command, passed in zip(chosen, groups) if not passed for member in members(command)]
        findings = list(pool.map(lambda pair: found_in(*pair), alone))
    print("".join(findings), end="")
    return 1 if any(findings) or not chosen else 0


def is_of_a_room(file: str, build: pathlib.Path) -> bool:
    inside = [pathlib.Path(file).is_relative_to(folder.resolve() / "src") for folder in (build, pathlib.Path())]
    return any(inside) and not re.search(r"_test\.|_header_sets/", file)


def passes(command: dict) -> bool:
    return run([command["file"], "--", *flags(command)]).returncode == 0


def members(command: dict) -> list[str]:
    """The sources of a group; a source that stands alone is its own only member."""
    if not command["file"].endswith(".cxx"):
        return [command["file"]]
    return re.findall(r'^#include "(.*)"', pathlib.Path(command["file"]).read_text(), re.MULTILINE)


def found_in(member: str, command: dict) -> str:
    result = run([member, "--", *flags(command)])
    return "" if result.returncode == 0 else result.stdout or result.stderr


def flags(command: dict) -> list[str]:
    """What the compiler is told but for its name, the launcher before it, the source and the object."""
    words = shlex.split(command["command"])
    first = next(at for at, word in enumerate(words) if re.search(r"clang\+\+[-\d]*$", word)) + 1
    return words[first : words.index("-o")]


def run(arguments: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run([program, "--quiet", *arguments], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
