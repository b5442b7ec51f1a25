"""`python -m local.bitbucket` runs the emulator until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys

from local.bitbucket.server import BitbucketEmulator


def main(arguments: list[str] | None = None) -> int:
    """Start, say where everything is, wait for the end."""
    parser = argparse.ArgumentParser(
        prog="python -m local.bitbucket",
        description="Bitbucket Cloud and Data Center on this machine.",
    )
    parser.add_argument("--port", type=int, default=0, help="a free one is taken without this")
    parser.add_argument("--repository", default="acme/jaffle-shop", metavar="WORKSPACE/SLUG")
    parser.add_argument("--project", default="DATA", help="where Data Center has its repository")
    options = parser.parse_args(arguments)
    # Blocked before any thread starts, or the signal would end the process instead of the wait.
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with BitbucketEmulator(port=options.port) as emulator:
        emulator.create_repository(options.repository)
        token = emulator.create_access_token(options.repository)
        slug = options.repository.partition("/")[2]
        name = emulator.create_data_center_repository(options.project, slug)
        lines = (
            f"API           {emulator.cloud_api_url}",
            f"pages         {emulator.cloud_web_url}/{options.repository}/",
            f"controls      {emulator.url}/_control/",
            f"access token  {token}",
            f"Data Center   {emulator.data_center_url}/{name}",
            f"its token     {emulator.create_data_center_token(name)}",
            "Ctrl-C stops it.",
        )
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        signal.sigwait(ends)
    return 0


if __name__ == "__main__":
    sys.exit(main())
