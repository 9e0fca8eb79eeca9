"""Errors that speak to a student."""


class CourseError(Exception):
    """An error whose one sentence says all: a notebook shows it without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython what to show instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]
