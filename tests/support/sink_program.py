"""The program that drives a sink (src/sink/testing/sink_check.cpp), for tests that look at what arrives."""
import os
import subprocess
from pathlib import Path

from .s3_stub import ACCESS_KEY, SECRET_KEY
from .waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


class Sink:
    """The program, for one place."""

    def __init__(self, place, access_key=ACCESS_KEY, secret_key=SECRET_KEY, **environment):
        self.place = place
        self._environment = {**os.environ, 'AWS_ACCESS_KEY_ID': access_key, 'AWS_SECRET_ACCESS_KEY': secret_key,
                             **environment}

    def __call__(self, *arguments):
        """Its line of output, whether it succeeded or not."""
        done = subprocess.run([self.program(), self.place, *map(str, arguments)], env=self._environment,
                              capture_output=True, text=True, timeout=60 * PATIENCE, check=False)
        return done.stdout.strip()

    def start(self, *arguments):
        return subprocess.Popen([self.program(), self.place, *map(str, arguments)], env=self._environment,
                                stdout=subprocess.PIPE, text=True)

    @staticmethod
    def program():
        gateway = Path(os.environ.get('GANGWAY_BINARY', ROOT / 'build/release/gangway'))
        return gateway.parent / 'src/sink/gangway_sink_check'
