"""What is told to people in one line; quick to import, so that `--help` comes at once."""


class CourseError(Exception):
    """Something about the course is wrong; the message is one line saying what to do."""
