"""The demo paper's pictures of feasts, sport and nights in the mountains."""

import math

from toasoan.demo.canvas import Canvas, Colour, mix, rgb
from toasoan.demo.life import COATS, SKIN


def football(c: Canvas) -> None:
    """A football match under the mountains."""
    c.clouds(0.14, 5, rgb("ffffff"), 0.6)
    c.range(3, 0.3, 0.4, rgb("a9c9d6"), rgb("4a8b73"), rgb("eaf4ea"), 0.17)
    for number in range(260):
        x, y = c.random.random(), 0.43 + 0.03 * c.random.random()
        c.disc(x, y, 0.008, mix(c.random.choice(COATS), rgb("f5e6c8"), 0.25 * c.random.random()))
        c.disc(x, y - 0.014, 0.0055, mix(SKIN, (0, 0, 0), number % 3 * 0.05))
    for stripe in range(14):
        y0, y1 = (0.47 + 0.53 * (s / 14) ** 1.55 for s in (stripe, stripe + 1))
        c.box(0, y0, 1, y1 - y0 + 0.002, rgb("69a84f") if stripe % 2 else rgb("5c9a45"))
    white = rgb("f2f6ea")
    c.line([(0, 0.49), (1, 0.49)], white, 0.004)
    c.line([(0.5, 0.49), (0.46, 1)], white, 0.006)
    middle = c.at(0.485, 0.68)
    c.draw.ellipse((middle[0] - 330, middle[1] - 110, middle[0] + 330, middle[1] + 110), outline=white, width=9)
    post = [(0.05, 0.62), (0.05, 0.4), (0.15, 0.36), (0.15, 0.56)]
    c.line(post, white, 0.009)
    for net in range(1, 9):
        x = 0.05 + 0.1 * net / 9
        c.line([(x, 0.4 - 0.04 * net / 9), (x, 0.62 - 0.06 * net / 9)], mix(white, rgb("5c9a45"), 0.4), 0.0012)
        c.line([(0.05, 0.4 + 0.22 * net / 9), (0.15, 0.36 + 0.2 * net / 9)], mix(white, rgb("5c9a45"), 0.4), 0.0012)
    players = (
        (0.3, 0.63, "c9303c", 0.4), (0.41, 0.6, "2d5fb0", 0), (0.57, 0.72, "c9303c", 0.8), (0.61, 0.74, "2d5fb0", 0.6),
        (0.72, 0.6, "c9303c", 0), (0.83, 0.68, "2d5fb0", 0.5), (0.26, 0.86, "2d5fb0", 0.3), (0.75, 0.92, "c9303c", 0.6),
    )  # fmt: skip
    for x, y, coat, arms in players:
        tall = 0.1 + 0.4 * (y - 0.5)
        c.disc(x + 0.02, y + 0.004, tall * 0.28, rgb("3f7a35"), 0.2)
        c.person(x, y, tall, rgb(coat), SKIN, arms=arms, stride=0.2 * arms)
    c.disc(0.588, 0.735, 0.014, rgb("ffffff"))
    c.disc(0.59, 0.735, 0.005, rgb("333333"))


def village_night(c: Canvas) -> None:
    """A village asleep under the stars, lights in its windows."""
    c.stars(330, 0.6)
    c.sun(0.8, 0.2, 0.042, rgb("fdf6da"), rgb("9fb3e6"))
    c.range(4, 0.42, 0.62, rgb("3b4a80"), rgb("151d3f"), rgb("5a6ba3"), 0.2)
    slope = c.swell(0.68, 0.03)
    c.trees(slope, rgb("131a38"), 0.05, 2)
    c.land(slope, rgb("161f42"), rgb("0b1029"))
    for x, y, size in (
        (0.16, 0.77, 0.09),
        (0.32, 0.74, 0.075),
        (0.45, 0.82, 0.11),
        (0.63, 0.76, 0.085),
        (0.78, 0.84, 0.12),
        (0.24, 0.92, 0.13),
    ):
        tall = size * 16 / 9
        c.glow(x, y - tall * 0.36, size * 1.9, rgb("ffb84d"), 0.5)
        c.stilt_house(x, y, size, rgb("5a3b33"), rgb("232746"), rgb("ffd77a"))


def flame(c: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    """One tongue of fire, standing at (x, y)."""
    steps = [t / 16 for t in range(17)]
    sway = [0.014 * size * math.sin(5 * t + 40 * x) * t for t in steps]
    wide = [0.042 * size * math.sin(math.pi * t**0.55) * (1 - 0.2 * t) for t in steps]
    right = [(x + s + w, y - 0.27 * size * t) for t, s, w in zip(steps, sway, wide, strict=True)]
    left = [(x + s - w, y - 0.27 * size * t) for t, s, w in zip(steps, sway, wide, strict=True)]
    c.polygon([*right, *reversed(left)], colour)


def fire_dance(c: Canvas) -> None:
    """The ring dance around a fire."""
    c.stars(220, 0.5)
    c.range(2, 0.42, 0.55, rgb("2c2f5c"), rgb("1a1836"), rgb("57406e"), 0.18)
    c.land(c.swell(0.62, 0.01, 0.7), rgb("3a2138"), rgb("1a0f22"))
    c.glow(0.5, 0.66, 0.95, rgb("ff8a3c"), 0.75)
    ring = [
        (0.5 + 0.34 * math.cos(a), 0.74 + 0.13 * math.sin(a)) for a in (math.pi * 2 * k / 22 + 0.1 for k in range(22))
    ]
    behind = sorted((p for p in ring if p[1] < 0.74), key=lambda p: p[1])
    front = sorted((p for p in ring if p[1] >= 0.74), key=lambda p: p[1])

    def dancers(places: list[tuple[float, float]], light: float) -> None:
        for x, y in places:
            tall = 0.14 + 0.5 * (y - 0.6)
            coat = mix(
                c.random.choice((rgb("f3ead9"), rgb("c9415c"), rgb("2f8f88"), rgb("e2a83c"))), rgb("2a1430"), light
            )
            c.person(
                x,
                y,
                tall,
                coat,
                mix(rgb("e0a070"), rgb("2a1430"), light * 0.8),
                skirt=mix(rgb("1b1530"), (0, 0, 0), light * 0.4),
                arms=0.55,
            )

    dancers(behind, 0.12)
    for log in (-0.045, -0.02, 0.02, 0.045):
        c.line([(0.5 + log, 0.77), (0.5 - log * 0.5, 0.69)], rgb("3a1d16"), 0.014)
    for x, size, tone in (
        (0.477, 0.6, "f2542d"),
        (0.525, 0.66, "f2542d"),
        (0.5, 1.0, "ff7a2f"),
        (0.484, 0.5, "ffa53a"),
        (0.507, 0.7, "ffa53a"),
        (0.5, 0.42, "ffe27a"),
    ):
        flame(c, x, 0.775, size, rgb(tone))
    for _ in range(120):
        x, y = 0.5 + c.random.gauss(0, 0.06), c.random.uniform(0.2, 0.62)
        c.disc(x, y, c.random.uniform(0.0012, 0.003), mix(rgb("ffb14a"), rgb("fff0b0"), c.random.random()))
    dancers(front, 0.6)


def blossom(c: Canvas) -> None:
    """Plum in flower over the valley."""
    c.range(4, 0.5, 0.72, rgb("c3cbe0"), rgb("7c8fb5"), rgb("f6ecf0"), 0.2)
    c.stilt_house(0.24, 0.88, 0.13, rgb("8a6a58"), rgb("5b4a52"), rgb("ffe9b8"))
    c.stilt_house(0.4, 0.9, 0.1, rgb("8a6a58"), rgb("5b4a52"), rgb("ffe9b8"))
    edge = c.swell(0.95, 0.02)
    c.land(edge, rgb("7d9a78"), rgb("4e6b55"))
    bark = rgb("4a3436")
    flowers: list[tuple[float, float]] = []

    def branch(x: float, y: float, angle: float, long: float, wide: float) -> None:
        if long < 0.025:
            return
        bend = angle + c.random.uniform(-0.25, 0.25)
        x2, y2 = x + math.cos(bend) * long * 0.5625, y + math.sin(bend) * long
        c.line([(x, y), (x2, y2)], bark, wide)
        c.disc(x2, y2, wide / 2, bark)
        flowers.extend((x + (x2 - x) * t, y + (y2 - y) * t) for t in (0.25, 0.5, 0.75, 1.0) if long < 0.17)
        branch(x2, y2, bend + c.random.uniform(-0.15, 0.3), long * 0.82, wide * 0.74)
        branch(x2, y2, bend + c.random.choice((-1, 1)) * c.random.uniform(0.5, 0.9), long * 0.68, wide * 0.55)

    branch(1.02, 0.3, 3.0, 0.25, 0.034)
    branch(1.02, -0.02, 2.6, 0.24, 0.03)
    branch(0.6, -0.04, 2.1, 0.16, 0.018)
    for x, y in flowers:
        x, y, size = x + c.random.gauss(0, 0.006), y + c.random.gauss(0, 0.01), c.random.uniform(0.009, 0.017)
        tone = mix(rgb("ffffff"), rgb("f6cfd8"), c.random.random() * 0.7)
        turn = c.random.random() * 6.3
        for petal in range(5):
            a = turn + petal * 1.2566
            c.disc(x + math.cos(a) * size * 0.5, y + math.sin(a) * size * 0.9, size * 0.62, tone)
        c.disc(x, y, size * 0.3, rgb("e9a23c"))


def runners(c: Canvas) -> None:
    """Runners on a ridge at sunrise."""
    c.clouds(0.3, 6, rgb("ffd9c0"), 0.5)
    c.sun(0.36, 0.46, 0.09, rgb("fff3d9"), rgb("ffc28a"))
    c.range(4, 0.56, 0.74, rgb("b98fa6"), rgb("4b4a7a"), rgb("ffd0ae"), 0.2)
    c.mist(0.72, 0.2, rgb("ffe0c8"), 0.7)
    ridge = [(x / 80, 0.86 - 0.12 * math.sin(x / 80 * 2.6) - 0.01 * math.sin(x * 0.5)) for x in range(81)]
    c.land(ridge, rgb("2f3258"), rgb("171a36"))
    for number, x in enumerate((0.2, 0.29, 0.41, 0.5, 0.62, 0.76)):
        y = 0.862 - 0.12 * math.sin(x * 2.6)
        c.person(
            x,
            y,
            0.17,
            mix(COATS[number], rgb("ffb98a"), 0.15),
            rgb("a3705a"),
            arms=0.3,
            stride=0.16 + 0.05 * (number % 3),
        )
    for x, y in ridge[::2]:
        c.line([(x, y + 0.004), (x + 0.004, y - 0.018)], rgb("2f3258"), 0.003)


def piper(c: Canvas) -> None:
    """Somebody playing the khèn before the rising moon."""
    c.stars(200, 0.7)
    c.sun(0.58, 0.42, 0.2, rgb("fbf1cf"), rgb("a9b8ea"))
    for x, y, r in ((0.55, 0.36, 0.045), (0.62, 0.47, 0.06), (0.6, 0.33, 0.025)):
        c.disc(x, y, r, rgb("efe2b8"))
    c.range(3, 0.66, 0.8, rgb("46528c"), rgb("1c2450"), rgb("8592c4"), 0.18)
    rock = [(0, 0.9), (0.2, 0.86), (0.38, 0.8), (0.5, 0.765), (0.66, 0.77), (0.74, 0.83), (0.9, 0.9), (1, 0.93)]
    c.land(rock, rgb("141a3a"), rgb("0a0e24"))
    dark: Colour = rgb("12142e")
    c.person(0.57, 0.775, 0.36, dark, dark, arms=0.15)
    c.disc(0.57, 0.775 - 0.36 * 0.93, 0.03, dark, 0.7)
    c.line([(0.575, 0.47), (0.63, 0.52)], dark, 0.03)
    for pipe in range(6):
        c.line([(0.6 + 0.006 * pipe, 0.545 - 0.004 * pipe), (0.655 + 0.012 * pipe, 0.36 + 0.02 * pipe)], dark, 0.007)
    c.trees(
        [(x / 30, 0.93 - 0.05 * (1 - abs(x / 30 - 0.5))) for x in range(31) if not 9 < x < 24], rgb("0d1230"), 0.09, 1
    )
