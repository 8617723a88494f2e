"""Who is in the course: lists of Canvas, Moodle and Blackboard, and what may be wrong in them."""

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import CourseError
from autograder.lms.roster import Roster, Student
from tests.build.tiny import Said, autograder

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Essay (3)
    Points Possible,,,,,10
"Łukasiewicz, Zażółć",71,901,login1,"A, B",3
"Solo",72,902,login2,A,
"Student, Test",73,,f00,A,
"""
MOODLE = """\
First name;Last name;Username;ID number;Email address
Zażółć;Łukasiewicz;LOGIN1;;one@uni.example
New;Person;login9;909;nine@uni.example
"""


def take(root: Path, text: str, *words: str, encoding: str = "utf-8") -> Said:
    path = root / "list.csv"
    path.write_text(text, encoding=encoding)
    return autograder("roster", path, "--course", root / "course", *words)


def read(root: Path) -> Roster:
    return Roster.read(root / "course" / "roster.csv")


def test_a_list_from_canvas_becomes_the_roster_and_the_gradebook(tmp_path: Path) -> None:
    assert take(tmp_path, CANVAS).status == 0
    assert list(read(tmp_path)) == [
        Student("login1", "Łukasiewicz", "Zażółć", "", "login1", "901", "71", "A, B"),
        Student("login2", "Solo", "", "", "login2", "902", "72", "A"),
    ]
    with Gradebook(f"sqlite:///{tmp_path / 'course' / 'gradebook.db'}") as gradebook:
        known = {s.id: (s.last_name, s.first_name) for s in gradebook.students}
    assert known == {"login1": ("Łukasiewicz", "Zażółć"), "login2": ("Solo", None)}


def test_a_second_list_adds_what_it_knows_and_takes_nobody_out(tmp_path: Path) -> None:
    take(tmp_path, CANVAS)
    said = take(tmp_path, MOODLE, encoding="utf-16")
    assert said.status == 0
    assert "kept, though not in list.csv: login2" in said.out
    first, second, third = read(tmp_path)
    assert (first.id, first.canvas_id, first.email) == ("login1", "71", "one@uni.example")
    assert (second.id, third.id, third.number) == ("login2", "login9", "909")


def test_a_dry_run_writes_nothing_and_says_what_would_be(tmp_path: Path) -> None:
    said = take(tmp_path, CANVAS, "--dry-run")
    assert "new      login1  Łukasiewicz, Zażółć" in said.out
    assert not (tmp_path / "course").exists()


def test_ids_may_come_from_another_column(tmp_path: Path) -> None:
    assert take(tmp_path, CANVAS, "--id-column", "SIS User ID").status == 0
    assert [s.id for s in read(tmp_path)] == ["901", "902"]


HEAD = "id,last_name,first_name,email,canvas_id\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "s1,A,B,,\ns2,A,B,,\ns1,C,D,,\n", "line 4: the student s1 is there twice (list"),
        (HEAD + "s1,A,B,x@y,\ns2,A,B,X@Y,\n", "line 3: s2 and s1 have the same email 'X@Y'"),
        (HEAD + "s1,A,B,,7\n\ns2,A,B,,7\n", "line 4: s2 and s1 have the same canvas_id"),
        (HEAD + ",A,B,,\n", "line 2: a student without an id"),
        (HEAD + "../s1,A,B,,\n", "line 2: '../s1' cannot be a student's id"),
        (HEAD + "=s1,A,B,,\n", "line 2: '=s1' cannot be a student's id"),
        (HEAD + "s1,A,B,=x,\n", "line 2: no email begins like '=x'"),
        (HEAD + "s1,A, Jr.,B,,\n", "line 2: 6 cells under 5 columns"),
        (HEAD.replace("email", "id") + "s1,A,B,,\n", "two columns 'id'"),
        ("", "is empty: its first line must name the columns"),
        ("a,b\n1,2\n", "neither from Canvas, Blackboard or Moodle"),
        (HEAD + 's1,"A,B,,\n', "this is no CSV"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    said = take(tmp_path, text)
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert message in line
    assert not (tmp_path / "course" / "roster.csv").exists()


def test_another_encoding_is_named(tmp_path: Path) -> None:
    said = take(tmp_path, HEAD + "s1,Müller,B,,\n", encoding="latin-1")
    assert said.status == 1
    assert "list.csv is not UTF-8: save it as 'CSV UTF-8'" in said.err


def test_a_list_that_mixes_two_of_our_students_up_is_refused(tmp_path: Path) -> None:
    ours = Roster([Student("s1", email="one@x"), Student("s2", number="2")])
    with pytest.raises(CourseError, match="cannot be one person"):
        ours.merged(Roster([Student("s9", email="one@x", number="2")]))


def test_a_roster_that_was_written_reads_the_same(tmp_path: Path) -> None:
    roster = Roster([Student("s2", 'Quo"te', "Com,ma", section="a\nb"), Student("s1", "Ünal")])
    roster.write(tmp_path / "roster.csv")
    again = Roster.read(tmp_path / "roster.csv")
    assert set(again) == set(roster)
