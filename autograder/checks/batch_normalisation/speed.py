# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,var-annotated"
"""steps_to and speed_ups: reading the lecture's table of training steps, row A85."""

from collections.abc import Iterator

from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

steps_to = Exercise("steps_to", points=0.5, stars=1, minutes=5)
speed_ups = Exercise("speed_ups", points=0.5, stars=1, minutes=5)

# Lecture 004: million steps to the accuracy the plain network ends at; the last never gets there.
LECTURE_STEPS = {"plain": 31.0, "BN": 13.3, "BN x5": 2.1, "BN x30": 2.7, "BN x5 sigmoid": None}


@steps_to.cases("values", weight=2)
def rises(draw: Draw) -> Iterator[Inputs]:
    every = draw.choice([10, 20, 50])
    accuracies = [0.1, 0.35, 0.55, 0.9, 0.8]
    steps = [every * (i + 1) for i in range(5)]
    yield {"steps": steps, "accuracies": accuracies, "goal": draw.choice([0.3, 0.5])}
    uneven = [every + 7, every + 9, every + 90, every + 91, every + 300]
    yield {"steps": uneven, "accuracies": accuracies, "goal": draw.choice([0.3, 0.5])}


@steps_to.cases("exactly the goal")
def exact(draw: Draw) -> Iterator[Inputs]:
    accuracies = [0.25, 0.5, 0.75, 0.875]
    steps = [draw.integer(1, 9) + 10 * i for i in range(4)]
    yield {"steps": steps, "accuracies": accuracies, "goal": 0.875}


@steps_to.cases("falls again")
def falls(draw: Draw) -> Iterator[Inputs]:
    first = draw.integer(5, 9)
    steps = [first, 2 * first, 3 * first, 4 * first, 5 * first]
    yield {"steps": steps, "accuracies": [0.2, 0.7, 0.9, 0.65, 0.3], "goal": 0.6}


@steps_to.cases("never")
def never(draw: Draw) -> Iterator[Inputs]:
    steps = [draw.integer(5, 9) + 10 * i for i in range(3)]
    yield {"steps": steps, "accuracies": [0.2, 0.4, 0.3], "goal": 0.5}
    yield {"steps": [], "accuracies": [], "goal": 0.5}


@steps_to.cases("at once", weight=0.5)
def at_once(draw: Draw) -> Iterator[Inputs]:
    yield {"steps": [0, draw.integer(5, 20)], "accuracies": [0.6, 0.8], "goal": 0.5}


def the_other_runs(student, steps):
    """The answer without the plain run."""
    answer = student.speed_ups(dict(steps))
    return {name: speed_up for name, speed_up in answer.items() if name != "plain"}


@speed_ups.cases("values", weight=2, probe=the_other_runs)
def ratios(draw: Draw) -> Iterator[Inputs]:
    plain = 2 * draw.integer(100, 300) + 1
    yield {"steps": {"plain": plain, "BN": plain // 3, "slow": 2 * plain + 3}}
    yield {"steps": {"BN": 7, "other": draw.integer(20, 30), "plain": draw.integer(30, 90)}}


def which_have_none(student, steps):
    """Name -> whether the run has no speed-up, without the plain run."""
    answer = student.speed_ups(dict(steps))
    return {name: speed_up is None for name, speed_up in answer.items() if name != "plain"}


@speed_ups.cases("never arrived", probe=which_have_none)
def missing(draw: Draw) -> Iterator[Inputs]:
    plain = draw.integer(30, 90)
    yield {"steps": {"plain": plain, "sigmoid": None, "BN": draw.integer(5, 20)}}


@speed_ups.cases("the plain run", weight=0.5)
def itself(draw: Draw) -> Iterator[Inputs]:
    yield {"steps": {"plain": draw.integer(3, 90)}}
    # Both took as long: no fraction can be upside down.
    same = draw.integer(3, 90)
    yield {"steps": {"plain": same, "BN": same}}


speed_ups.golden(
    "values",
    "lecture 004's table, million steps",
    {"steps": {name: n for name, n in LECTURE_STEPS.items() if n is not None}},
    {"BN": 31 / 13.3, "BN x5": 31 / 2.1, "BN x30": 31 / 2.7},
)
speed_ups.golden(
    "never arrived",
    "lecture 004's table, million steps",
    {"steps": LECTURE_STEPS},
    {"BN": False, "BN x5": False, "BN x30": False, "BN x5 sigmoid": True},
)


@steps_to.misconception(
    "An accuracy equal to the goal has reached it: at least means greater or equal.",
    "Look at how you compare.",
)
def strictly_above(steps, accuracies, goal):
    for step, accuracy in zip(steps, accuracies, strict=True):
        if accuracy > goal:
            return step
    return None


@steps_to.misconception(
    "You return the place in the list; the step that stands there is asked for.",
    "Use the place to look into `steps`.",
)
def the_place(steps, accuracies, goal):
    for i, accuracy in enumerate(accuracies):
        if accuracy >= goal:
            return i
    return None


@steps_to.misconception(
    "That is the last step at the goal; the first one is asked for.",
    "Stop as soon as the goal is reached.",
)
def the_last_one(steps, accuracies, goal):
    found = None
    for step, accuracy in zip(steps, accuracies, strict=True):
        if accuracy >= goal:
            found = step
    return found


@steps_to.misconception(
    "That is the step with the best accuracy; the first that is good enough is asked for.",
    "Compare with the goal, not with the maximum.",
)
def the_best_one(steps, accuracies, goal):
    if not accuracies or max(accuracies) < goal:
        return None
    return steps[accuracies.index(max(accuracies))]


@steps_to.misconception(
    "A run that never gets there has no such step: return None, not the last step.",
    "The last step would look like a run that just made it.",
)
def the_end_if_never(steps, accuracies, goal):
    for step, accuracy in zip(steps, accuracies, strict=True):
        if accuracy >= goal:
            return step
    return steps[-1] if steps else None


@steps_to.misconception(
    "A run that never gets there has no such step: return None; your function raises an error or "
    "has a number for it.",
    "Think of what your function does when no accuracy passes, and when the lists are empty.",
)
def fails_if_never(steps, accuracies, goal):
    return [s for s, a in zip(steps, accuracies, strict=True) if a >= goal][0]


@steps_to.misconception(
    "Step 0 is a step too: `or` and `if step` take it for nothing.",
    "Compare with None.",
)
def zero_is_nothing(steps, accuracies, goal):
    found = None
    for step, accuracy in zip(steps, accuracies, strict=True):
        found = found or (step if accuracy >= goal else None)
    return found or None


@steps_to.alternative
def by_a_list(steps, accuracies, goal):
    reached = [i for i in range(len(steps)) if accuracies[i] >= goal]
    return steps[reached[0]] if reached else None


@steps_to.alternative
def by_minimum(steps, accuracies, goal):
    return min((s for s, a in zip(steps, accuracies, strict=True) if a >= goal), default=None)


@steps_to.alternative
def by_a_loop(steps, accuracies, goal):
    i = 0
    while i < len(accuracies):
        if not accuracies[i] < goal:
            return steps[i]
        i += 1
    return None


@speed_ups.misconception(
    "The fraction is upside down: fewer steps mean a larger speed-up.",
    "A run with half the steps has a speed-up of 2.",
)
def upside_down(steps):
    plain = steps["plain"]
    return {name: None if n is None else n / plain for name, n in steps.items()}


@speed_ups.misconception(
    "You return how many steps are saved; how many times fewer is asked for.",
    "A run with half the steps has a speed-up of 2, however many that are.",
)
def steps_saved(steps):
    plain = steps["plain"]
    return {name: None if n is None else float(plain - n) for name, n in steps.items()}


@speed_ups.misconception(
    "Your speed-ups are rounded down to whole numbers: // does that.",
    "Divide with a single /.",
)
def whole_numbers(steps):
    plain = steps["plain"]
    return {name: None if n is None else plain // n for name, n in steps.items()}


@speed_ups.misconception(
    "Runs that never arrived are left out; they keep their name and get None.",
    "The answer has the same names as `steps`.",
)
def leaves_out_the_failed(steps):
    return {name: steps["plain"] / n for name, n in steps.items() if n is not None}


@speed_ups.misconception(
    "A run that never arrived gets a number; it has no speed-up: None.",
    "0 would say that it took for ever, and infinity that it took no time.",
)
def zero_for_the_failed(steps):
    return {name: 0.0 if n is None else steps["plain"] / n for name, n in steps.items()}


@speed_ups.misconception(
    "The plain run is missing from your answer.",
    "The answer has the same names as `steps`; compared with itself the plain run has 1.",
)
def leaves_out_plain(steps):
    others = {name: n for name, n in steps.items() if name != "plain"}
    return {name: None if n is None else steps["plain"] / n for name, n in others.items()}


@speed_ups.misconception(
    "You compare with the first run of the dict; the plain one may stand anywhere.",
    "Look it up by its name.",
)
def first_is_plain(steps):
    first = next(iter(steps.values()))
    return {name: None if n is None else first / n for name, n in steps.items()}


@speed_ups.misconception(
    "`steps` has changed: whoever called your function still needs its numbers.",
    "Fill a new dict.",
)
def writes_into_steps(steps):
    plain = steps["plain"]
    for name, n in steps.items():
        steps[name] = None if n is None else plain / n
    return steps


@speed_ups.alternative
def name_by_name(steps):
    result = {}
    for name in steps:
        result[name] = None
        if steps[name] is not None:
            result[name] = steps["plain"] / steps[name]
    return result


@speed_ups.alternative
def by_shares(steps):
    shares = {name: n and n / steps["plain"] for name, n in steps.items()}
    return {name: share and 1 / share for name, share in shares.items()}


@speed_ups.alternative
def with_zip(steps):
    def ratio(n):
        return steps["plain"] / n if n else None

    return dict(zip(steps, map(ratio, steps.values()), strict=True))
