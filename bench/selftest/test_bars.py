"""What is called met, and what is not judged."""
import unittest

from harness.outcome import Attempts, Sample
from harness.row import Contestant, Faster, Row, Within
from harness.runner import verdicts


def race(**seconds):
    return {name: Attempts([Sample({'wall_s': value}) for value in values]) for name, values in seconds.items()}


def row(*bars):
    return Row('r', 'work', bars, (Contestant('us', None),), None)


class Bars(unittest.TestCase):
    def test_a_race_is_against_the_fastest_peer(self):
        results = race(us=[1.0], slow=[9.0], quick=[2.0])
        [(_, measured, met)] = verdicts(row(Faster('us', 2.0, ('slow', 'quick'))), results, 1)
        self.assertEqual((measured, met), ('2.00 × quick', True))

    def test_a_little_less_is_not_met(self):
        [(*_, met)] = verdicts(row(Faster('us', 2.0, ('peer',))), race(us=[1.01], peer=[2.0]), 1)
        self.assertIs(met, False)

    def test_medians_are_compared(self):
        [(_, measured, _)] = verdicts(row(Faster('us', 1, ('peer',))), race(us=[1, 1, 50], peer=[0.1, 3, 3]), 1)
        self.assertEqual(measured, '3.00 × peer')

    def test_a_contestant_that_failed_once_is_not_compared(self):
        results = race(us=[1.0], peer=[2.0])
        results['us'].error = 'died'
        self.assertEqual(verdicts(row(Faster('us', 1, ('peer',))), results, 1)[0][1:], ('not available', None))

    def test_a_peer_that_failed_leaves_the_others(self):
        results = race(us=[1.0], quick=[1.0], slow=[3.0])
        results['quick'].error = 'died'
        self.assertEqual(verdicts(row(Faster('us', 2, ('quick', 'slow'))), results, 1)[0][1:], ('3.00 × slow', True))

    def test_figures_are_bounded_on_either_side(self):
        results = {'us': Attempts([Sample({'per_s': 100, 'ms': 5})])}
        met = [met for *_, met in verdicts(row(Within('us', 'per_s', least=100), Within('us', 'per_s', least=101),
                                               Within('us', 'ms', most=5), Within('us', 'ms', most=4.9)), results, 1)]
        self.assertEqual(met, [True, False, True, False])

    def test_scaled_work_is_not_judged(self):
        [(*_, met)] = verdicts(row(Faster('us', 1, ('peer',))), race(us=[1.0], peer=[2.0]), 0.01)
        self.assertIsNone(met)


if __name__ == '__main__':
    unittest.main()
