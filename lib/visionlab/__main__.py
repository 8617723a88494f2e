"""The command `python -m visionlab`."""

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 if all is well, 1 if something is a problem.

    arguments: those after `python -m visionlab`; the command line's if None.
    """
    parser = argparse.ArgumentParser(prog="python -m visionlab")
    commands = parser.add_subparsers(dest="command", required=True)
    doctor = commands.add_parser("doctor", help="say whether this machine is ready for the course")
    doctor.add_argument("--json", action="store_true", help="print JSON instead of a table")
    asked = parser.parse_args(arguments)
    return _doctor(asked.json)


def _doctor(as_json: bool) -> int:
    try:
        from visionlab.doctor import diagnose, report
    except ModuleNotFoundError as missing:
        message = f"The doctor itself needs {missing.name}: python -m pip install {missing.name}"
        print(message, file=sys.stderr)
        return 1
    return report(diagnose(), as_json)


if __name__ == "__main__":
    sys.exit(main())
