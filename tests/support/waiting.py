"""Waiting for something to become true: polled and bounded, never a fixed sleep."""
import os
import time

# How many times longer everything may take, e.g. 5 for a sanitizer build.
PATIENCE = float(os.environ.get('GANGWAY_TEST_PATIENCE', '1'))


def until(condition, seconds, what):
    """Calls `condition` until it returns something true, and returns that; fails after `seconds` (times PATIENCE).

    `what` was waited for: a text, or a function that finds out."""
    deadline = time.monotonic() + seconds * PATIENCE
    pause = 0.001
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'waited {seconds * PATIENCE:g} s in vain for {what() if callable(what) else what}; last seen: {value!r}')
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def settled(value, seconds, what, quiet=0.3):
    """Waits until `value()` has stayed the same for `quiet` seconds, and returns it; fails after `seconds` (times PATIENCE)."""
    end = time.monotonic() + seconds * PATIENCE
    seen, since = value(), time.monotonic()
    while (now := time.monotonic()) < end:
        if (current := value()) != seen:
            seen, since = current, now
        elif now - since >= quiet:
            return seen
        time.sleep(0.02)
    raise AssertionError(f'{what} did not come to rest within {seconds * PATIENCE:g} s')
