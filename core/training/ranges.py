"""Settings that must lie in a range."""

from core.errors import TrainingError


def check_ranges(settings: object, *ranges: tuple[str, float, float]) -> None:
    """Refuse the first setting that is out of its range, ``(name, lowest, highest)``.

    Raises
    ------
    TrainingError
        Naming the setting, its value and what is allowed.
    """
    for name, low, high in ranges:
        value = getattr(settings, name)
        if not low <= value <= high:  # not: NaN fails too
            raise TrainingError("{name} = {value} is out of range.", "Choose {low} to {high}.",
                                name=name, value=value, low=low, high=high)
