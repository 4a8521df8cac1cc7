"""Replays the conformance cases in their order: later ones use what earlier ones wrote."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.replay import CASES, Target, judge
from support.openapi import Described
from support.privilege import PREFIX
from support.waiting import PATIENCE

# One worker takes them all, so that the order holds.
pytestmark = pytest.mark.xdist_group('conformance')


@pytest.fixture(scope='module')
def target(workspace):
    folder = workspace / 'conformance'
    program = Path(__file__).with_name('target.py')
    servers = subprocess.Popen([*PREFIX, sys.executable, program, folder], stdin=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        lines = []
        while line := servers.stderr.readline():
            lines.append(line)
            if line == 'ready\n':
                break
        else:
            pytest.fail('the servers did not start:\n' + ''.join(lines))
        yield Target(folder)
    finally:
        servers.stdin.close()
        servers.wait(30 * PATIENCE)
        servers.stderr.close()


@pytest.mark.parametrize('case', [case for path in CASES for case in json.loads(path.read_text())],
                         ids=lambda case: case['name'])
def test_case(case, gateway, target):
    why = judge(case, Described(gateway), target)
    assert not why, why
