"""The one error that a person sees."""


class StackError(Exception):
    """Something a person can do something about.

    `problem` says what is wrong, `way_on` what to do about it; both are shown, a traceback is not.
    """

    def __init__(self, problem: str, way_on: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.way_on = way_on
