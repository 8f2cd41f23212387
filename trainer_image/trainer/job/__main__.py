"""The command `python -m trainer.job`, which the container runs."""

import sys

from trainer.job.command import main

if __name__ == "__main__":
    sys.exit(main())
