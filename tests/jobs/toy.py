"""The worker with the tests' own command; its patience comes from the environment."""

import os
import sys

from core.jobs import commands, worker

commands.COMMANDS["toy"] = "tests.jobs.toy_command"
worker.GRACE_SECONDS = float(os.environ.get("TOY_GRACE", "20"))
worker.UNSEEN_SECONDS = float(os.environ.get("TOY_UNSEEN", "180"))

if __name__ == "__main__":
    sys.exit(worker.main())
