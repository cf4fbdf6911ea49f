"""Every key pattern. ``docs/store.md`` shows them with examples."""

from ringpost.store.keys.numbers import *
