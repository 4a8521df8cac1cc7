"""One asyncio event loop in a thread, on which all servers written with AsyncSSH run."""
import asyncio
import functools
import threading


@functools.lru_cache(maxsize=None)
def _loop():
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


def on_loop(awaitable, seconds=30):
    """Awaits something on the loop's thread and returns its result."""
    async def wait():
        return await awaitable
    return asyncio.run_coroutine_threadsafe(wait(), _loop()).result(seconds)


def call_on_loop(function, *arguments):
    """Runs a plain function on the loop's thread, and does not wait for it."""
    _loop().call_soon_threadsafe(function, *arguments)
