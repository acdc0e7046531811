"""What runs before and around the product: environments, web build, model, the supervisor.

Everything here but ``rasa_config``, ``rasa_server`` and ``settings_reference`` (which say so) needs only the standard
library and runs on any Python from 3.8, because it is what makes the environments.
"""

import sys

if sys.version_info < (3, 8):  # noqa: UP036
    # neither is an f-string here for taste: Python 3.5 must be able to read this file
    sys.exit("xiaoxun: Python %d.%d is too old; use 3.8 or newer." % sys.version_info[:2])  # noqa: UP031
