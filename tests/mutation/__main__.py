"""python -m tests.mutation: how many mutants of the reference solutions survive, and which."""

import sys
from pathlib import Path

from autograder.course import Repository
from tests.mutation.judging import judge_assignment, write_table

if __name__ == "__main__":
    repository = Repository.find(Path(__file__))
    for name in sys.argv[1:] or repository.assignment_names():
        outcomes = list(judge_assignment(repository, name))
        write_table(outcomes, sys.stdout)
        for outcome in outcomes:
            for mutant in outcome.survivors:
                print(f"{outcome.exercise}: {mutant.before}\n{'':>4}-> {mutant.after}")
