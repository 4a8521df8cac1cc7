"""The rows that go through the gateway, against a stand-in that is right, and one that is wrong."""
import os
import unittest
from pathlib import Path
from unittest import mock

from harness.rows import ROWS
from harness.runner import run_row, verdicts
from harness.stage import Stage

PROGRAMS = Path(os.environ.get('BENCH_PROGRAMS', Path(__file__).resolve().parents[2] / 'build/release/bench'))
STAND_IN = Path(__file__).parent / 'stand_in.py'
SCALE = 0.002


def run(name, fault=None):
    row = next(row for row in ROWS if row.name == name)
    with mock.patch.dict(os.environ, {'STAND_IN_FAULT': fault} if fault else {}):
        with Stage(STAND_IN, PROGRAMS) as stage:
            return row, run_row(row, stage, 1, SCALE, peers=False)


class RowsThroughTheGateway(unittest.TestCase):
    def test_right_answers_give_figures(self):
        for name in ('http-get-1g', 'http-put-1g', 'pull-tree', 'pull-again', 'pull-plan', 'stat-1', 'stat-32', 'list',
                     'slow-readers', 'idle'):
            with self.subTest(name):
                _, results = run(name)
                for contestant, attempts in results.items():
                    self.assertIsNone(attempts.error, contestant)
                    self.assertEqual(len(attempts.samples), 1)

    def test_wrong_content_is_found(self):
        for name, fault in (('http-get-1g', 'flip'), ('http-put-1g', 'flip'), ('pull-tree', 'flip'),
                            ('pull-tree', 'forget'), ('pull-again', 'flip'), ('pull-again', 'repeat'),
                            ('pull-plan', 'repeat'), ('list', 'flip'), ('slow-readers', 'flip')):
            with self.subTest(name, fault=fault):
                row, results = run(name, fault)
                for contestant, attempts in results.items():
                    self.assertTrue(attempts.wrong, f'{contestant}: {attempts.error}')
                    self.assertEqual(attempts.samples, [])
                self.assertTrue(all(met is None for _, _, met in verdicts(row, results, 1)))

    def test_sessions_that_share_nothing_kept_are_not_counted(self):
        _, results = run('idle-sessions')
        self.assertRegex(results['gangway serve'].error, 'only 0 were kept')

    def test_a_feature_that_is_missing_is_said_and_not_measured(self):
        _, results = run('get-tree')
        self.assertIn('stand_in: only serve', results['gangway'].error)
        self.assertEqual(results['gangway'].samples, [])


if __name__ == '__main__':
    unittest.main()
