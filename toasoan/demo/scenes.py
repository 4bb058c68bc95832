"""The demo paper's pictures of land: mountains, fields, water, weather and roads."""

import math
from itertools import pairwise

from toasoan.demo.canvas import Canvas, mix, rgb

WARM = rgb("ffe3a8")


def dawn_ridges(c: Canvas) -> None:
    """Sunrise over mountains behind mountains."""
    c.clouds(0.2, 6, rgb("ffd9b0"), 0.5)
    c.sun(0.64, 0.4, 0.062, rgb("fff4d6"), rgb("ffcf8a"))
    c.range(6, 0.52, 0.98, rgb("c98d86"), rgb("27304f"), rgb("f6bf95"), 0.26)
    edge = c.contour(1.0, 0.1, 0.6)
    c.land(edge, rgb("161c34"), rgb("0e1226"))
    c.trees(edge, rgb("141a30"), 0.06, 1)


def golden_terraces(c: Canvas) -> None:
    """Terraced rice before the harvest."""
    c.clouds(0.14, 5, rgb("ffffff"), 0.6)
    c.range(3, 0.3, 0.42, rgb("93b5b9"), rgb("4f7f6c"), rgb("e8efd9"), 0.16)
    c.terraces(0.43, 17, [rgb(x) for x in ("e9b93f", "dca233", "f0c95a", "c9a03a", "e5b648")], rgb("7d7a2c"), 0.035)
    for x, y, size in ((0.2, 0.57, 0.07), (0.27, 0.585, 0.055), (0.74, 0.66, 0.09)):
        c.stilt_house(x, y, size, rgb("8a5a3a"), rgb("5a3b2c"), rgb("f6d58b"))
    for x, y, tall in ((0.46, 0.86, 0.12), (0.5, 0.88, 0.125), (0.56, 0.87, 0.12)):
        c.person(x, y, tall, rgb("23355e"), rgb("c99770"), hat=rgb("f0dca8"), basket=rgb("8d6434"))


def mirror_terraces(c: Canvas) -> None:
    """Terraces under water in the season of ploughing."""
    c.sun(0.3, 0.3, 0.05, rgb("fff6e0"), rgb("ffd6a4"))
    c.range(4, 0.36, 0.5, rgb("b4a9bf"), rgb("54597e"), rgb("f3cdb6"), 0.2)
    c.terraces(0.5, 15, [rgb(x) for x in ("eec4ad", "d6b3b9", "f6d6bb", "bdb0c6", "e6bfb2")], rgb("8a7480"), 0.04)
    for x, tall in ((0.63, 0.13), (0.665, 0.125)):
        c.person(x, 0.8, tall, rgb("2c2440"), rgb("a9765c"), hat=rgb("d9b98a"))


def river(c: Canvas) -> None:
    """A river between hills, with nothing over it."""
    c.clouds(0.16, 6, rgb("ffffff"), 0.7)
    c.range(4, 0.34, 0.52, rgb("a9cbd0"), rgb("3f7a62"), rgb("e6f1ea"), 0.2)
    c.reflect(0.6, 0.55, rgb("5fa3a6"))
    for _ in range(90):
        y = 0.61 + 0.38 * c.random.random() ** 1.3
        x, long = c.random.random(), 0.02 + 0.05 * (y - 0.6)
        c.line([(x, y), (x + long, y)], mix(rgb("6fb0b0"), rgb("ffffff"), c.random.uniform(0.2, 0.7)), 0.002)
    for side in (0, 1):
        for tone, reach in (("3c7350", 0.27), ("2a5a41", 0.19)):
            bank = [
                (
                    abs(side - reach * (1 - 0.5 * t / 30 + 0.1 * math.sin(t * 0.45))),
                    0.5 + 0.11 * t / 30 + 0.4 * (t / 30) ** 2.5,
                )
                for t in range(31)
            ]
            c.polygon([(side, 0.5 - reach * 0.2), *bank, (side, 1.02)], rgb(tone))
            rise = [(abs(side - reach * t / 14), 0.52 - reach * 0.22 * (1 - t / 14)) for t in range(15)]
            c.trees(rise, rgb(tone), 0.055, 1)


def river_raft(c: Canvas) -> None:
    """The same river before there was a bridge: people cross on a raft."""
    river(c)
    dark = rgb("4a3026")
    c.line([(0.13, 0.6), (0.87, 0.6)], dark, 0.0022)
    for log in range(6):
        c.line(
            [(0.4 + 0.006 * log, 0.735 + 0.008 * log), (0.6 + 0.006 * log, 0.725 + 0.008 * log)], rgb("9a7448"), 0.008
        )
    for x, coat in ((0.45, "26335c"), (0.5, "d7503f"), (0.555, "3b6ea5")):
        c.person(x, 0.75, 0.11, rgb(coat), rgb("c08b67"), hat=rgb("e8d7a4"))
    c.line([(0.575, 0.6), (0.56, 0.68)], dark, 0.004)


def river_bridge(c: Canvas) -> None:
    """A hanging bridge over a river between hills."""
    river(c)
    dark, left, right = rgb("4a3026"), 0.13, 0.87
    for x in (left, right):
        c.line([(x, 0.36), (x, 0.66)], dark, 0.018)
        c.line([(x + 0.018, 0.37), (x + 0.018, 0.66)], dark, 0.012)
    deck = [(left + (right - left) * t / 60, 0.585 + 0.022 * math.sin(math.pi * t / 60)) for t in range(61)]
    cable = [(x, 0.38 + 0.17 * math.sin(math.pi * (x - left) / (right - left))) for x, _ in deck]
    c.line(cable, dark, 0.005)
    for (x, y), (_, high) in zip(deck, cable, strict=True):
        c.line([(x, y), (x, high)], dark, 0.0022)
    c.line(deck, rgb("7a4b32"), 0.013)
    for x, coat in ((0.36, "d7503f"), (0.385, "f0c34e"), (0.41, "3b6ea5"), (0.56, "26335c")):
        y = 0.58 + 0.022 * math.sin(math.pi * (x - left) / (right - left))
        c.person(x, y, 0.075, rgb(coat), rgb("c08b67"))


def tea_hills(c: Canvas) -> None:
    """Rows of tea on round hills, pickers between them."""
    c.sun(0.78, 0.22, 0.045, rgb("fffbe8"), rgb("fff0c0"))
    c.range(3, 0.3, 0.44, rgb("b7d3c2"), rgb("5d9a76"), rgb("f2f5dc"), 0.15)
    hills = ((0.2, 0.42, 0.62), (0.83, 0.45, 0.66), (0.47, 0.56, 0.7), (0.0, 0.7, 0.72), (0.97, 0.72, 0.8))
    for number, (x, top, radius) in enumerate(hills):
        base = mix(rgb("86b85e"), rgb("2c663a"), number / 5)
        for row in range(26):
            y = top + 0.0032 * row * (4 + row * 0.5)
            shade = mix(base if row % 2 else mix(base, rgb("dbe88f"), 0.4), rgb("1f4a2f"), 0.012 * row)
            c.disc(x, y + radius * 0.62, radius, shade, 0.62)
    for x, y, coat in ((0.33, 0.7, "b5324a"), (0.385, 0.715, "2f4f8f"), (0.6, 0.74, "e0a43a"), (0.655, 0.76, "7a2f6b")):
        c.person(x, y, 0.14, rgb(coat), rgb("c58f6b"), hat=rgb("f3e3b5"), basket=rgb("9a6c38"))


def mountain_road(c: Canvas) -> None:
    """A pass winding down through the hills at dusk."""
    c.clouds(0.2, 7, rgb("f7b7a0"), 0.6)
    c.sun(0.5, 0.36, 0.05, rgb("fff0d0"), rgb("ffb27a"))
    c.range(4, 0.44, 0.56, rgb("a678a0"), rgb("3d4a78"), rgb("f2b296"), 0.2)
    c.land(c.swell(0.58, 0.02), rgb("4a6660"), rgb("2d4a4a"))
    slope = c.swell(0.66, 0.03)
    c.trees(slope, rgb("3a5754"), 0.035, 2)
    c.land(slope, rgb("3a5754"), rgb("182c33"))
    for x, y, size in ((0.16, 0.7, 0.055), (0.22, 0.715, 0.05), (0.8, 0.72, 0.06)):
        c.stilt_house(x, y, size, rgb("6d4b45"), rgb("33303f"), rgb("ffd27e"))
        c.glow(x, y - 0.035, 0.07, rgb("ffd27e"), 0.4)
    road = [
        (0.5 + math.sin(t / 40 * 9.5) * (0.02 + 0.30 * (t / 40) ** 1.4), 0.57 + 0.45 * (t / 40) ** 1.5)
        for t in range(41)
    ]
    for (x1, y1), (x2, y2) in pairwise(road):
        wide = 0.006 + 0.075 * ((y1 - 0.57) / 0.45)
        c.line([(x1, y1), (x2, y2)], rgb("11222a"), wide * 1.35)
    for (x1, y1), (x2, y2) in pairwise(road):
        wide = 0.006 + 0.075 * ((y1 - 0.57) / 0.45)
        c.line([(x1, y1), (x2, y2)], rgb("8f8a93"), wide)
        c.disc(x2, y2, wide / 2, rgb("8f8a93"))
    c.line(road, rgb("efe2c0"), 0.003)
    edge = c.swell(1.02, 0.05)
    c.land(edge, rgb("0f1f26"), rgb("0b161d"))
    c.trees(edge, rgb("0f1f26"), 0.1, 6)


def storm(c: Canvas) -> None:
    """Rain coming over the mountains."""
    for y, tone in ((0.08, "39424f"), (0.17, "4a5563"), (0.24, "66717c")):
        c.clouds(y, 16, rgb(tone), 0.95)
    c.range(4, 0.5, 0.72, rgb("7e8f98"), rgb("2e424a"), rgb("aab7ba"), 0.2)
    for _ in range(900):
        x, y = c.random.random() * 1.1, c.random.uniform(0.22, 1)
        long = c.random.uniform(0.02, 0.06)
        c.line(
            [(x, y), (x - long * 0.16, y + long)], mix(rgb("7d8d96"), rgb("dfe8ea"), c.random.random() * 0.7), 0.0011
        )
    edge = c.contour(0.97, 0.1, 0.5)
    c.land(edge, rgb("20333a"), rgb("152329"))
    c.trees(edge, rgb("1d2f36"), 0.07, 2)
    for x, size in ((0.3, 0.12), (0.62, 0.1)):
        c.stilt_house(x, 0.93, size, rgb("4d4038"), rgb("2c2a2d"), rgb("f7c765"))
        c.glow(x, 0.86, 0.14, rgb("f7c765"), 0.35)


def lake_farm(c: Canvas) -> None:
    """Fish cages and boats on the reservoir."""
    c.clouds(0.15, 6, rgb("ffffff"), 0.6)
    c.range(4, 0.36, 0.46, rgb("9fc2cf"), rgb("38706f"), rgb("e2eff0"), 0.17)
    c.reflect(0.48, 0.5, rgb("4c97a8"))
    for _ in range(170):
        y = 0.49 + 0.5 * c.random.random() ** 1.3
        x, long = c.random.random(), 0.015 + 0.06 * (y - 0.48)
        c.line([(x, y), (x + long, y)], mix(rgb("58a3b0"), rgb("ffffff"), c.random.uniform(0.1, 0.5)), 0.0018)
    for row, y in enumerate((0.6, 0.67, 0.76)):
        size = 0.05 + 0.03 * row
        for column in range(5):
            x = 0.3 - 0.06 * row + column * size * 1.12
            corners = [(x, y), (x + size, y), (x + size * 0.9, y + size * 0.6), (x - size * 0.1, y + size * 0.6)]
            c.polygon(corners, rgb("2f7083"))
            c.line([*corners, corners[0]], rgb("c69a5c"), 0.006)
    c.stilt_house(0.26, 0.66, 0.085, rgb("b9783f"), rgb("3c6e8c"), rgb("ffe7ad"))
    c.polygon([(0.68, 0.86), (0.86, 0.86), (0.83, 0.9), (0.71, 0.9)], rgb("5b3a2a"))
    c.person(0.74, 0.865, 0.13, rgb("d9633f"), rgb("bf8a64"), hat=rgb("f0dca8"))
    c.line([(0.755, 0.78), (0.8, 0.95)], rgb("3d281f"), 0.005)


def waterfall(c: Canvas) -> None:
    """A waterfall over two ledges, light from above."""
    c.range(2, 0.16, 0.24, rgb("b9d8b8"), rgb("7fb08c"), rgb("f0f7df"), 0.12)
    cliff = c.contour(0.26, 0.1, 0.45)
    c.trees(cliff, rgb("3d7257"), 0.07, 2)
    c.land(cliff, rgb("55826b"), rgb("16352f"))
    for _ in range(60):
        x, y = c.random.random(), c.random.uniform(0.3, 0.85)
        tone = mix(rgb("2d5a4b"), rgb("83a98b"), c.random.random() * 0.22)
        wide, tall = c.random.uniform(0.02, 0.07), c.random.uniform(0.02, 0.07)
        c.polygon(
            [(x, y), (x + wide, y - tall * 0.3), (x + wide * 0.9, y + tall), (x + wide * 0.1, y + tall * 0.8)], tone
        )
    for top, bottom, left, right in ((0.21, 0.53, 0.46, 0.545), (0.52, 0.85, 0.425, 0.585)):
        for number in range(70):
            x = left + (right - left) * number / 70
            foot = x + (x - 0.503) * 0.22
            tone = mix(rgb("a9d5d6"), rgb("ffffff"), c.random.random())
            ledge = top + 0.03 * (number / 35 - 1) ** 2 + 0.008 * c.random.random()
            c.line([(x, ledge), (x, ledge + 0.05), (foot, bottom)], tone, c.random.uniform(0.003, 0.009))
        c.mist(bottom, 0.14, rgb("f2fffb"), 0.3)
    c.glow(0.505, 0.54, 0.13, rgb("f2fffb"), 0.7)
    c.glow(0.505, 0.85, 0.24, rgb("f2fffb"), 0.9)
    for side in (0, 1):
        for depth, reach in enumerate((0.3, 0.2)):
            tone = mix(rgb("2b5a48"), rgb("0f2b26"), depth * 0.8)
            edge = [
                (
                    abs(side - reach * (0.75 + 0.2 * math.sin(t * 0.5 + depth * 2 + side) + 0.1 * c.random.random())),
                    t / 24,
                )
                for t in range(25)
            ]
            c.polygon([(side, -0.01), *edge, (side, 1.01)], tone)
            for x, y in edge:
                c.disc(x, y, 0.03 + 0.03 * c.random.random(), tone)
    c.water(0.86, [rgb("9fd4ca"), rgb("1f5a57")], rgb("f2fffb"), 160)
    c.beams(0.25, -0.1, rgb("fdf6cf"), 0.3)
    for x, y, r in ((0.2, 0.95, 0.09), (0.33, 0.98, 0.07), (0.8, 0.93, 0.1), (0.9, 0.99, 0.12)):
        c.disc(x, y, r, rgb("16332d"), 0.6)
        c.disc(x - 0.006, y - 0.014, r * 0.8, rgb("2b5548"), 0.5)
    c.person(0.79, 0.885, 0.11, rgb("d8493f"), rgb("c9977a"), arms=1.0)


def forest(c: Canvas) -> None:
    """Old trees with the morning's light between them."""
    c.glow(0.55, 0.3, 0.9, rgb("fff3bf"), 0.75)
    for depth in range(4):
        tone = mix(rgb("a9b878"), rgb("17301f"), depth / 3)
        ground = 0.72 + 0.08 * depth
        c.land(c.swell(ground, 0.012), mix(tone, rgb("e9e3a0"), 0.15), tone)
        for _ in range(9 - 2 * depth):
            x = c.random.random() if depth < 2 else c.random.choice((0.03, 0.12, 0.27, 0.66, 0.8, 0.93))
            wide = (0.008 + 0.009 * depth) * c.random.uniform(0.7, 1.4)
            c.polygon(
                [
                    (x - wide * 0.6, -0.02),
                    (x + wide * 0.6, -0.02),
                    (x + wide, ground + 0.02),
                    (x - wide, ground + 0.02),
                ],
                tone,
            )
            c.polygon(
                [(x - wide * 0.6, -0.02), (x - wide * 0.2, -0.02), (x - wide * 0.5, ground), (x - wide, ground + 0.02)],
                mix(tone, rgb("f5e9a9"), 0.25),
            )
        if depth == 2:
            c.beams(0.6, -0.15, rgb("fff7cf"), 0.5, 9)
            for x, coat in ((0.42, "3e5a3b"), (0.47, "4b6a3f"), (0.53, "3e5a3b")):
                c.person(x, 0.9, 0.2, rgb(coat), rgb("bd8a66"), hat=rgb("c9b27a"))
        for _ in range(70):
            x = c.random.random()
            c.disc(
                x,
                c.random.uniform(-0.06, 0.06 + 0.05 * abs(x - 0.5)) - 0.01 * depth,
                c.random.uniform(0.02, 0.05),
                mix(tone, rgb("e9e3a0"), 0.2 * c.random.random()),
                0.7,
            )


def solar_hill(c: Canvas) -> None:
    """Solar panels on a slope under a clear sky."""
    c.sun(0.76, 0.2, 0.055, rgb("fffdf0"), rgb("fff2b8"))
    c.clouds(0.3, 4, rgb("ffffff"), 0.5)
    c.range(3, 0.4, 0.5, rgb("a7c6d6"), rgb("55897f"), rgb("e9f3ef"), 0.15)
    c.land(c.swell(0.56, 0.02, 0.8), rgb("a2bf62"), rgb("5f8f45"))
    for row in range(6):
        y, size = 0.6 + 0.028 * row + 0.011 * row * row, 0.05 + 0.022 * row
        for column in range(-1, 19):
            x = column * size * 1.16 - 0.03 * row
            corners = [
                (x + size * 0.18, y),
                (x + size * 1.1, y),
                (x + size * 0.92, y + size * 0.62),
                (x, y + size * 0.62),
            ]
            c.line([corners[3], (corners[3][0], y + size * 0.85)], rgb("5b6470"), 0.004)
            c.polygon(corners, mix(rgb("1d3f78"), rgb("3c74b5"), c.random.random() * 0.5))
            c.polygon(
                [corners[0], (x + size * 0.5, y), (x + size * 0.3, y + size * 0.62), corners[3]],
                mix(rgb("2d5a9a"), rgb("9cc8ec"), 0.35),
            )
            for part in (0.33, 0.66):
                left, right = (
                    (x + size * 0.18 * (1 - part), y + size * 0.62 * part),
                    (x + size * (1.1 - 0.18 * part), y + size * 0.62 * part),
                )
                c.line([left, right], rgb("9fb9d4"), 0.0012)
            c.line([*corners, corners[0]], rgb("dfe8ef"), 0.0022)


def power_line(c: Canvas) -> None:
    """Pylons carrying electricity to far villages at dusk."""
    c.clouds(0.24, 8, rgb("f6a57f"), 0.6)
    c.sun(0.22, 0.5, 0.055, rgb("fff1cf"), rgb("ffad6b"))
    c.range(4, 0.6, 0.8, rgb("8d6f95"), rgb("2a2d52"), rgb("f0a884"), 0.2)
    dark = rgb("1a1b36")
    places = ((0.1, 0.8, 0.2), (0.34, 0.84, 0.34), (0.8, 0.97, 0.72))
    arms = []
    for x, y, tall in places:
        wide = tall * 0.12
        c.line([(x - wide * 0.6, y), (x - wide * 0.08, y - tall)], dark, 0.006 * tall * 2)
        c.line([(x + wide * 0.6, y), (x + wide * 0.08, y - tall)], dark, 0.006 * tall * 2)
        for step in range(7):
            low, high = step / 7, (step + 1) / 7
            a, b = wide * (0.6 - 0.52 * low), wide * (0.6 - 0.52 * high)
            c.line([(x - a, y - tall * low), (x + b, y - tall * high)], dark, 0.0035 * tall * 2)
            c.line([(x + a, y - tall * low), (x - b, y - tall * high)], dark, 0.0035 * tall * 2)
        tips = []
        for level in (0.72, 0.84, 0.96):
            c.line([(x - wide * 1.2, y - tall * level), (x + wide * 1.2, y - tall * level)], dark, 0.007 * tall * 2)
            tips += [(x - wide * 1.2, y - tall * level), (x + wide * 1.2, y - tall * level)]
        arms.append(tips)
    arms.append([(1.25, y - 0.1) for _, y in arms[-1]])
    for here, there in pairwise(arms):
        for (x1, y1), (x2, y2) in zip(here, there, strict=True):
            c.line(
                [
                    (x1 + (x2 - x1) * t / 24, y1 + (y2 - y1) * t / 24 + 0.05 * math.sin(math.pi * t / 24))
                    for t in range(25)
                ],
                dark,
                0.0018,
            )
    edge = c.contour(1.0, 0.1, 0.55)
    c.land(edge, rgb("171832"), rgb("101126"))
    c.trees(edge, rgb("171832"), 0.05, 2)
