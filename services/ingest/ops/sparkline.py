"""A row of numbers as a small picture."""

from collections.abc import Sequence

WIDTH, HEIGHT = 240, 40


def points(values: Sequence[float], width: int = WIDTH, height: int = HEIGHT) -> str:
    """The `points` of an SVG polyline, the oldest value left, zero at the bottom; "" for fewer than two values."""
    if len(values) < 2:
        return ""
    top = max(max(values), 1e-9)
    step = width / (len(values) - 1)
    return " ".join(f"{at * step:.1f},{height - 1 - value / top * (height - 2):.1f}" for at, value in enumerate(values))
