"""The error that a person sees."""


class StackError(Exception):
    """A problem that a person can solve.

    `problem` says what is wrong, `way_on` what to do. The console shows both and no traceback.
    """

    def __init__(self, problem: str, way_on: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.way_on = way_on
