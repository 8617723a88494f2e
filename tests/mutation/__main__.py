"""python -m tests.mutation: how many mutants of the reference solutions survive, and which."""

import sys
from pathlib import Path

from autograder.course import Repository
from tests.mutation.judging import Bench, write_table
from tests.mutation.survivors import equivalents

if __name__ == "__main__":
    repository = Repository.find(Path(__file__))
    for name in sys.argv[1:] or repository.assignment_names():
        reasons = {key: e.reason for e in equivalents(name) for key in e.changes()}
        outcomes = Bench.load(repository, name).outcomes()
        write_table(outcomes, sys.stdout)
        for outcome in outcomes:
            for m in outcome.survivors:
                reason = reasons.get((outcome.exercise, m.before, m.after), "NOT EXPLAINED")
                print(f"{outcome.exercise}: {m.before}\n    {m.after}\n    {reason}")
