"""`python -m hotdesk_hil.emservice` is `hotdesk-emservice`; must never do more."""

import sys

from hotdesk_hil.emservice.cli import main

sys.exit(main())
