"""What runs first in the link's file (``make link-package``): where that cannot run it says so, in a line.

It is written for any Python 3, for it is there to tell an old one from a new one.
"""

import sys

OLDEST = (3, 11)
here = f"Python {sys.version_info[0]}.{sys.version_info[1]} on {sys.platform}"
if sys.version_info < OLDEST:
    sys.exit(f"the link does not run on {here}: it needs Python 3.11 or newer")
try:
    import pydantic_core  # noqa: F401 - it is compiled, for each Python and machine
except ImportError as error:
    sys.exit(f"this file of the link has nothing for {here}: {error}")
