"""`python -m hotdesk` is the command `hotdesk`."""

import sys

from .cli import main

sys.exit(main())
