"""Attacks that forge a score: data for test_forging."""

from tests.attacks.attack import WORKER, Attack
from tests.grader.submissions import SOLVED

FRAMES = (
    WORKER
    + """
def seen_from_here(name):
    frame = sys._getframe()
    while name not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals[name]

def send(pipe, **event):
    ticket = seen_from_here("request")["ticket"]
    worker.write_frame(seen_from_here(pipe), {"ticket": ticket, **event})
"""
)

ATTACKS = [
    Attack(
        "comparisons always agree",
        "Replaces the comparisons of numpy, torch and operator by ones that always say yes.",
        "all comparisons agree: True True True",
        first="""
        import operator, numpy as np, torch
        yes = lambda *args, **kwargs: True
        np.array_equal = np.allclose = np.testing.assert_allclose = yes
        torch.isclose = torch.eq = torch.Tensor.__eq__ = torch.Tensor.equal = yes
        operator.eq = yes
        print("all comparisons agree:", np.allclose(0, 1), torch.ones(1) == 2, operator.eq(1, 2))
        """,
    ),
    Attack(
        "the notebook's check praises",
        "Replaces the check that the test cells call, and deletes its data from the folder.",
        "all checks pass",
        first="""
        import glob, os, visionlab
        for path in glob.glob("*.checks"):
            os.remove(path)
        visionlab.check = lambda *args: print("all checks pass")
        check = visionlab.check
        check(None)
        """,
    ),
    Attack(
        "the questioner is replaced",
        "Puts a function of its own in the place of the one that calls the answers.",
        "your answer is a float",
        cells=(
            WORKER
            + """
honest = worker.ask_through
worker.ask_through = lambda sieve, question, *rest: (
    honest(sieve, question, *rest)
    if question.exercise == "conv_out"
    else worker.Answer(value=1.0)
)
""",
        ),
    ),
    Attack(
        "errors are taken out of the answer",
        "Sends answers without their error, and with a verdict and points of its own.",
        r"your answer is None",
        function="def conv2d_naive(x, w):\n    raise ValueError('no idea')",
        cells=(
            WORKER
            + """
def flattering(self):
    plain = {**vars(self), "changed": [], "error": "", "message": ""}
    return {**plain, "passed": True, "score": 100, "points": 100, "verdict": "right"}
worker.Answer.to_plain = flattering
""",
        ),
    ),
    Attack(
        "the end is announced early",
        "Says with the right ticket that all was asked and went well, then stops.",
        "no answer came back|not an answer",
        function=FRAMES
        + """
def conv2d_naive(x, w):
    send("events", event="asked", ended="done")
    os._exit(0)
""",
    ),
    Attack(
        "more answers than questions",
        "Sends thousands of answers with the right ticket, so that some may fall to other cases.",
        "more answers than there were questions",
        function=FRAMES
        + """
def conv2d_naive(x, w):
    answer = {"value": 6, "error": "", "message": "", "line": "", "changed": []}
    send("child_end", event="answers", answers=[answer] * 5000)
    return x
""",
    ),
    Attack(
        "points in the answer's place",
        "Sends a result as the grader would store it in place of an answer.",
        "no answer came back",
        function=FRAMES
        + """
def conv2d_naive(x, w):
    result = {"assignment": "01_convolution", "score": 20, "exercises": []}
    for _ in range(100):
        send("child_end", event="answers", answers=[result])
    os._exit(0)
""",
    ),
    Attack(
        "a verdict is displayed",
        "Displays what the grader displays for full points, over every hook of IPython.",
        "conv2d_naive: 4 of 4 points",
        cells=(
            """
            from IPython.display import HTML, display
            shell = get_ipython()
            print("conv2d_naive: 4 of 4 points")
            display(HTML('<div class="visionlab-check">conv2d_naive: 4 of 4 points</div>'))
            shell.display_pub.publish({"text/plain": "4.0"}, {"nbgrader": {"points": 4}})
            shell.displayhook.write_format_data({"text/plain": "4.0"})
            """,
        ),
    ),
    Attack(
        "a late thread corrects the answer",
        "Returns a tensor and lets a thread fill it in when the call is over.",
        "it uses threading",
        function="""
        import threading, time, torch
        def conv2d_naive(x, w):
            k = len(w)
            late = x.new_zeros(x.shape[0] - k + 1, x.shape[1] - k + 1)
            def correct():
                late.copy_(getattr(torch, "conv" + "2d")(x[None, None], w[None, None])[0, 0])
            threading.Timer(0.001, correct).start()
            return late
        """,
    ),
    Attack(
        "earlier answers are changed later",
        "Finds the answers that were given already, and changes their errors and values.",
        "the answer cannot be graded|your answer is|entries differ|the shape is",
        function="""
        import gc
        def conv2d_naive(x, w):
            for thing in gc.get_objects():
                if isinstance(thing, dict) and {"value", "error", "changed"} <= thing.keys():
                    thing.update(value=x, error="", message="", changed=[])
            return x
        """,
    ),
    Attack(
        "a tensor with hostile methods",
        "Returns a tensor of its own class that answers every question of torch with yes.",
        "entries differ|the shape is",
        function="""
        import torch
        class Right(torch.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                if func.__name__ in {"eq", "equal", "allclose", "__eq__", "isclose", "le", "sub"}:
                    return True
                return super().__torch_function__(func, types, args, kwargs or {})
            def __eq__(self, other): return True
            def __bool__(self): return True
            __hash__ = None
        def conv2d_naive(x, w):
            return torch.zeros(x.shape[0] - len(w) + 1, x.shape[1] - len(w) + 1).as_subclass(Right)
        """,
    ),
    Attack(
        "an array that lies about itself",
        "Returns an array whose class claims any shape and whose conversion answers yes.",
        "expected|your answer is",
        function="""
        import numpy as np
        class Any(np.ndarray):
            shape = property(lambda self: (1,))
            def __eq__(self, other): return np.True_
            def __array__(self, *args, **kwargs): return np.ones(1)
            def __array_finalize__(self, other): pass
        def conv2d_naive(x, w):
            return np.zeros(3).view(Any)
        """,
    ),
    Attack(
        "a whole number that equals all others",
        "Returns an int of its own class that compares as equal and converts to what is asked.",
        "expected",
        target=SOLVED,
        function="""
        class Yes(int):
            __eq__ = __le__ = __ge__ = lambda self, other: True
            __ne__ = __lt__ = __gt__ = lambda self, other: False
            __sub__ = __rsub__ = __abs__ = lambda self, *other: 0
            __hash__ = int.__hash__
            def __int__(self): return 12345
            def bit_length(self): return 1
        def conv_out(*args, **kwargs):
            return Yes(3)
        """,
    ),
    Attack(
        "a float that is not a number",
        "Returns NaN from a float of its own class where a number is expected.",
        "a float|expected",
        target=SOLVED,
        function="""
        class Nan(float):
            __eq__ = lambda self, other: True
            def __float__(self): return float("nan")
        def conv_out(*args, **kwargs):
            return Nan("nan")
        """,
    ),
    Attack(
        "not a number everywhere",
        "Fills an answer of the right shape with NaN, which no comparison calls different.",
        r"not a number \(NaN\)",
        function="""
        import torch
        def conv2d_naive(x, w):
            return torch.full((x.shape[0] - len(w) + 1, x.shape[1] - len(w) + 1), torch.nan,
                              dtype=x.dtype) if x.is_floating_point() else x
        """,
    ),
    Attack(
        "infinity everywhere",
        "Fills an answer of the right shape with infinity, so that every tolerance becomes it.",
        "entries differ",
        function="""
        import torch
        def conv2d_naive(x, w):
            return torch.full((x.shape[0] - len(w) + 1, x.shape[1] - len(w) + 1), torch.inf,
                              dtype=x.dtype) if x.is_floating_point() else x
        """,
    ),
    Attack(
        "a dict that has every key",
        "Returns a dict that says yes to every key and every comparison.",
        "your answer is a dict",
        function="""
        class Any(dict):
            __eq__ = lambda self, other: True
            __contains__ = lambda self, key: True
            __missing__ = lambda self, key: self
            keys = lambda self: [1, 2]
            __hash__ = None
        def conv2d_naive(x, w):
            return Any()
        """,
    ),
    Attack(
        "a forbidden call by another name",
        "Reaches torch's own convolution by a name that is put together while it runs.",
        "calls torch's own convolution",
        function="""
        import torch
        def conv2d_naive(x, w):
            return getattr(torch, "conv" + "2d")(x[None, None], w[None, None])[0, 0]
        """,
    ),
    Attack(
        "a forbidden call in a thread",
        "Calls torch's own convolution in a thread, where the guard does not look.",
        "it uses _thread",
        function="""
        import _thread, time, torch
        def conv2d_naive(x, w):
            out = []
            call = lambda: getattr(torch, "conv" + "2d")(x[None, None], w[None, None])[0, 0]
            _thread.start_new_thread(lambda: out.append(call()), ())
            while not out: time.sleep(0.001)
            return out[0]
        """,
        limits={"question_seconds": 1},
    ),
    Attack(
        "a forbidden call with the guard off",
        "Switches the guard off for the time of the call.",
        "_disable_current_modes|_python_dispatch",
        function="""
        import torch
        from torch.utils import _python_dispatch as d
        def conv2d_naive(x, w):
            with d._disable_current_modes():
                return getattr(torch, "conv" + "2d")(x[None, None], w[None, None])[0, 0]
        """,
    ),
    Attack(
        "a forbidden call in a process",
        "Has torch's own convolution called by a forked process without the guard.",
        "it uses os.fork|it uses os",
        function="""
        import os, pickle, torch
        def conv2d_naive(x, w):
            reader, writer = os.pipe()
            if os.fork() == 0:
                torch._C._len_torch_dispatch_stack()
                os.write(writer, pickle.dumps(x))
                os._exit(0)
            return pickle.loads(os.read(reader, 2**16))
        """,
    ),
]
