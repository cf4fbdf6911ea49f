"""Every key pattern, a module a part of the telephone system. ``docs/store.md`` lists them.

A record is written to several rows, each a whole copy, so that any of its look-ups is one read:

- ``truth``   its uuid's row; changes are conditional on the version of this one
- ``claims``  its names and numbers; put only where there is none, so that they are unique
- ``copies``  its places in lists

All rows of a tenant begin with its domain, so a look-up made for one domain cannot find another's.
Only inbound numbers and domain names are unique over all, and the records of calls have copies over all domains, which
nobody lists but an operator.

A new key is declared in its part as its neighbours are, and gets a line in ``tests/store/old_keys.json``: rows stay
where they were written.
"""

from ringpost.store.keys.access import *
from ringpost.store.keys.calls import *
from ringpost.store.keys.happenings import *
from ringpost.store.keys.layout import *
from ringpost.store.keys.live import *
from ringpost.store.keys.names import *
from ringpost.store.keys.numbers import *
from ringpost.store.keys.people import *
from ringpost.store.keys.queues import *
from ringpost.store.keys.records import *
from ringpost.store.keys.rooms import *
from ringpost.store.keys.tenants import *
