"""When a delivery is tried again: ten tries over three days, as Standard Webhooks proposes."""

import random

WAITS = (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
"""Seconds from each try to the next; the first is made at once."""
TRIES = len(WAITS) + 1
DISABLED_AFTER = 5 * 86_400.0
"""Seconds of nothing but failures after which a webhook is disabled."""
_JITTER = 0.1
_LONGEST = 24 * 3600.0


def wait(tries: int, retry_after: float | None = None) -> float | None:
    """Seconds to wait after so many tries; None: that was the last. Longer if the receiver asked for it."""
    if tries >= TRIES:
        return None
    planned = WAITS[tries - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - jitter, not a secret
    return max(planned, min(retry_after or 0.0, _LONGEST))
