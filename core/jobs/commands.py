"""The commands a job may run. A visitor's request names one of them and never a program, a path or a shell line.

A command is a module with

``Settings``       a frozen dataclass whose fields are JSON; ``check(self)`` raises a `WordglassError` out of bounds
``run(settings, work)``  does it: reports progress through a `core.jobs.worker.Work`, ends early when it is told to,
                   takes up what an earlier attempt saved, and returns a small JSON object
"""

from dataclasses import asdict, fields
from importlib import import_module
from types import ModuleType
from typing import Any

from core.errors import JobError

COMMANDS = {"learn": "core.jobs.learn", "qwem": "core.jobs.qwem", "classify": "core.jobs.classify",
            "toy-pairs": "core.jobs.toy_pairs"}


def load_command(name: str) -> ModuleType:
    """The module of a command.

    Raises
    ------
    JobError
        When there is no such command.
    """
    if name not in COMMANDS:
        raise JobError("There is no job named “{name}”.", "The jobs are: {known}.", name=str(name)[:60],
                       known=", ".join(COMMANDS))
    return import_module(COMMANDS[name])


def read_settings(command: str, values: dict[str, Any]) -> Any:
    """A command's settings from JSON, of the right types and within their bounds.

    Raises
    ------
    WordglassError
        Naming the field that is unknown, of another type or out of range.
    """
    kind = load_command(command).Settings
    types = {f.name: type(f.default) for f in fields(kind)}
    for name, value in values.items():
        if name not in types:
            raise JobError("The job {command} has no setting “{name}”.", "It has: {known}.", command=command,
                           name=str(name)[:60], known=", ".join(types))
        right = (int, float) if types[name] is float else types[name]
        if not isinstance(value, right) or (isinstance(value, bool) and types[name] is not bool):
            raise JobError("{name} = {value} is not of the type {type}.", "Give a {type}.", name=name,
                           value=str(value)[:60], type=types[name].__name__)
    settings = kind(**{n: float(v) if types[n] is float else v for n, v in values.items()})
    settings.check()
    return settings


def write_settings(settings: Any) -> dict[str, Any]:
    """Settings as JSON."""
    return asdict(settings)
