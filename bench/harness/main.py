"""The command line, and the order of things."""
import argparse
import json
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from .line_check import round_trip_ms
from .machine import describe, describe_disk
from .report import as_json, as_markdown
from .rows import ROWS
from .runner import run_row, say
from .stage import Stage

REPOSITORY = Path(__file__).resolve().parents[2]
ROUNDS, QUICK_ROUNDS = 5, 2


def main():
    options = _arguments()
    chosen = [row for row in ROWS if not options.only or row.name in options.only]
    started = datetime.now(timezone.utc)
    outcomes = []
    with Stage(options.gangway, options.programs, options.keep, options.disk) as stage:
        context = {'date': started.strftime('%Y-%m-%d %H:%M UTC'), 'rounds': options.rounds, 'scale': options.scale,
                   'machine': describe(stage.gangway, _revision()), 'line_round_trip_ms': None, 'disk': None}
        try:
            for row in chosen:
                outcomes.append((row, run_row(row, stage, options.rounds, options.scale, not options.no_peers)))
            if 'far' in vars(stage):
                context['line_round_trip_ms'] = round(round_trip_ms(stage.programs, stage.folder), 3)
            if 'disk' in vars(stage):
                context['disk'] = describe_disk(stage.disk)
        except KeyboardInterrupt:
            say('interrupted: what is complete is reported')
        if options.keep:
            say(f'kept: {stage.folder}')
    _write(options, started, context, outcomes)
    return 1 if any(each.wrong for _, results in outcomes for each in results.values()) else 0


def _arguments():
    parser = argparse.ArgumentParser(prog='./dev bench', description='Gangway beside its peers, row by row.',
                                     epilog='./dev bench --micro runs the micro-benchmarks (arguments: those of Google '
                                            'Benchmark), ./dev bench --selftest tests what measures.')
    parser.add_argument('--quick', action='store_true', help=f'{QUICK_ROUNDS} rounds instead of {ROUNDS}')
    parser.add_argument('--rounds', type=int, help='as many rounds')
    parser.add_argument('--only', nargs='+', metavar='ROW', choices=[row.name for row in ROWS],
                        help='only these rows: %(choices)s')
    parser.add_argument('--scale', type=float, default=1.0, help='work of this part of its size, to try the rows out')
    parser.add_argument('--no-peers', action='store_true', help='only Gangway, for work on it')
    parser.add_argument('--out', type=Path, help='folder for the results (default: bench/results, and build/bench-tries '
                        'for what is not a whole measurement)')
    parser.add_argument('--gangway', type=Path, default=REPOSITORY / 'build/release/gangway', help='the binary')
    parser.add_argument('--programs', type=Path, default=REPOSITORY / 'build/release/bench',
                        help='folder of latency_proxy, http_load and measured')
    parser.add_argument('--disk', type=Path, help='folder on the disk that pulled files go to (default: that of the '
                        'programs)')
    parser.add_argument('--keep', action='store_true', help='leave the folders on /dev/shm and on the disk for a look')
    options = parser.parse_args()
    if options.rounds is None:
        options.rounds = QUICK_ROUNDS if options.quick else ROUNDS
    if options.rounds < 1 or not 0 < options.scale <= 1:
        parser.error('at least one round, and a scale above 0 and at most 1')
    whole = options.scale == 1 and not options.no_peers and not options.only
    options.out = options.out or REPOSITORY / ('bench/results' if whole else 'build/bench-tries')
    return options


def _revision():
    done = subprocess.run(['git', '-C', REPOSITORY, 'describe', '--always', '--dirty'], capture_output=True, text=True)
    return done.stdout.strip() or 'unknown'


def _write(options, started, context, outcomes):
    options.out.mkdir(parents=True, exist_ok=True)
    stem = options.out / started.strftime('%Y-%m-%d-%H%M%S')
    markdown = as_markdown(context, outcomes)
    stem.with_suffix('.json').write_text(json.dumps(as_json(context, outcomes), indent=1, ensure_ascii=False) + '\n')
    stem.with_suffix('.md').write_text(markdown)
    print(markdown)
    say(f'written: {stem}.md and .json')
