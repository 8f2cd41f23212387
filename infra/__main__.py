"""The program that writes the templates. The CDK's command line runs it as `python -m infra`."""

from __future__ import annotations

import sys

from infra.app import make_app
from infra.errors import DeploymentError

if __name__ == "__main__":
    try:
        make_app().synth()
    except DeploymentError as error:
        sys.exit(str(error))
