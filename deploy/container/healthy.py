"""For HEALTHCHECK: 0 when every part that runs in this container answers.

    python healthy.py [PORT ...]    # by default those of the assistant and the desk, where they run
"""

from __future__ import annotations

import os
import sys
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

SECONDS = 4.0


def answers(port: str) -> bool:
    """Whether something answers there, ready or not: one that waits for its database need not be killed."""
    try:
        build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/health", timeout=SECONDS).close()
    except HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


def main(ports: list[str]) -> int:
    """0 when all named ports answer, or, without names, at least one of the two usual ones does."""
    usual = [os.environ.get("HAQ_ASSISTANT_PORT", "5005"), os.environ.get("HAQ_DESK_PORT", "8080")]
    well = all(map(answers, ports)) if ports else any(map(answers, usual))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
