"""Print a push's data diff: `python -m local.demo.warehouse first-push > diffs.jsonl`."""

import argparse
import sys

from local.demo.warehouse import PUSHES, data_diff_json


def main() -> None:
    """Print the diff of the version named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.demo.warehouse", description=__doc__)
    parser.add_argument("version", choices=PUSHES)
    sys.stdout.write(data_diff_json(parser.parse_args().version))


if __name__ == "__main__":
    main()
