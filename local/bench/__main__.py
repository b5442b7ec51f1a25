"""Prints what each step takes for 1,000 models of 50 columns, in seconds of CPU.

The figures are those of this machine. Tests hold ratios instead.
"""

import time
from collections.abc import Callable

from local.bench import page, report

REPEATS = 5


def seconds(step: Callable[[], object]) -> float:
    """The least of several runs, the first of which also imports and compiles."""
    taken = []
    for _ in range(REPEATS):
        began = time.process_time()
        step()
        taken.append(time.process_time() - began)
    return min(taken)


def main() -> None:
    """Run all steps."""
    for name, step in (report.steps() | page.steps()).items():
        print(f"{name:<40} {seconds(step):6.3f} s")


main()
