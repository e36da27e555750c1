"""``python -m kap_model``: the command line."""

import sys

from kap_model.cli import main

if __name__ == "__main__":
    sys.exit(main())
