"""The command `python -m trainer`."""

import sys

from trainer.command import main

if __name__ == "__main__":
    sys.exit(main())
