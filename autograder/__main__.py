"""`python -m autograder` is the command `autograder`, for where no program is on the path."""

from autograder.cli import main

if __name__ == "__main__":
    main()
