"""The product's own exceptions: what was wrong, and what to do about it.

Messages are templates with named fields, so that the interface can translate the template and
fill the fields afterwards. ``str(error)`` is the English text.
"""


class WordglassError(Exception):
    """An error a reader can act on.

    Parameters
    ----------
    problem : str
        What was wrong, as a template: ``"File {name} is not UTF-8."``.
    remedy : str
        What is allowed or what to do, as a template over the same fields.
    **fields
        Values for the templates.
    """

    def __init__(self, problem: str, remedy: str, **fields):
        self.problem, self.remedy, self.fields = problem, remedy, fields
        super().__init__(f"{problem.format(**fields)} {remedy.format(**fields)}")

    def __reduce__(self):  # keeps the fields when a worker process raises
        return _rebuild, (type(self), self.problem, self.remedy, self.fields)


def _rebuild(kind, problem, remedy, fields):
    return kind(problem, remedy, **fields)


class TextError(WordglassError):
    """Typed or uploaded text that cannot be used. ``fields['position']`` points at the fault."""


class TreeSyntaxError(TextError):
    """Brackets that do not form one tree. ``fields['position']`` is the character offset."""


class CorpusError(WordglassError):
    """A corpus that is absent, damaged or not what its registry entry says."""


class CheckpointError(WordglassError):
    """A checkpoint whose card or weights cannot be trusted."""


class StatesError(WordglassError):
    """Recorded states that are absent, damaged or belong to other parents."""


class AnalysisError(WordglassError):
    """A selection on which an analysis has no answer (constant property, no tokens, ...)."""


class TrainingError(WordglassError):
    """Settings or a saved state from which training cannot start or go on."""


class JobError(WordglassError):
    """A job that cannot be started, or that ended badly."""
