"""The demo paper's pictures of everyday life: market, school, work, meetings."""

import math

from toasoan.demo.canvas import Canvas, mix, rgb

SKIN = rgb("c4916d")
COATS = [rgb(x) for x in ("24325c", "a83250", "2f6f5e", "e0a33a", "6b2f6e", "d4573c", "31679a")]


def market(c: Canvas) -> None:
    """A market day: awnings, heaps of fruit, people from all around."""
    c.range(3, 0.3, 0.42, rgb("b9cbd0"), rgb("6a9a8c"), rgb("f2efe0"), 0.16)
    c.land([(0, 0.5), (1, 0.5)], rgb("d9c3a0"), rgb("a8835e"))
    for x, y, tall in (
        (0.1, 0.63, 0.17),
        (0.36, 0.61, 0.17),
        (0.46, 0.61, 0.165),
        (0.68, 0.63, 0.17),
        (0.9, 0.61, 0.17),
    ):
        c.person(x, y, tall, c.random.choice(COATS), SKIN, skirt=c.random.choice(COATS))
    for x, y, size, tones in (
        (0.02, 0.66, 0.24, ("d8483c", "f7e7cf")), (0.3, 0.64, 0.22, ("2f7f86", "f4ecd6")),
        (0.55, 0.66, 0.24, ("e2a12f", "fbf1d8")), (0.8, 0.64, 0.22, ("7a3566", "f3e2d8")),
    ):  # fmt: skip
        for post in (0.02, size - 0.02):
            c.line([(x + post, y - 0.22), (x + post, y + 0.06)], rgb("5b3d2b"), 0.008)
        for stripe in range(8):
            left, right = x + size * stripe / 8, x + size * (stripe + 1) / 8
            top_left, top_right = x + size * (0.12 + 0.76 * stripe / 8), x + size * (0.12 + 0.76 * (stripe + 1) / 8)
            tone = rgb(tones[stripe % 2])
            c.polygon([(top_left, y - 0.31), (top_right, y - 0.31), (right, y - 0.21), (left, y - 0.21)], tone)
            c.disc((left + right) / 2, y - 0.21, size / 16 * 1.77, mix(tone, (0, 0, 0), 0.08), 0.55)
        c.box(x, y - 0.02, size, 0.09, rgb("8a5d3c"))
        c.box(x, y - 0.03, size, 0.018, rgb("b07d52"))
        for _ in range(46):
            fruit = c.random.choice(("e2562f", "f2b632", "7fae3e", "c9304a", "f0d98a"))
            c.disc(x + c.random.uniform(0.01, size - 0.01), y - 0.035 - 0.03 * c.random.random(), 0.014, rgb(fruit))
    for x, y, tall in (
        (0.16, 0.97, 0.36),
        (0.27, 0.94, 0.34),
        (0.5, 0.99, 0.37),
        (0.74, 0.95, 0.35),
        (0.83, 0.98, 0.36),
    ):
        hat = c.random.choice((None, rgb("f0dfb0")))
        c.person(x, y, tall, c.random.choice(COATS), SKIN, hat=hat, skirt=c.random.choice(COATS), basket=rgb("96683a"))


def school(c: Canvas) -> None:
    """A school in the hills on its first day."""
    c.clouds(0.16, 6, rgb("ffffff"), 0.65)
    c.range(3, 0.34, 0.5, rgb("a4c8c9"), rgb("4e8a6b"), rgb("eaf3e2"), 0.2)
    c.land(c.swell(0.6, 0.01, 0.8), rgb("b9cf7c"), rgb("7fa653"))
    c.box(0.2, 0.36, 0.56, 0.25, rgb("f3dca0"))
    c.box(0.2, 0.575, 0.56, 0.035, rgb("b0633f"))
    c.polygon([(0.17, 0.37), (0.22, 0.26), (0.74, 0.26), (0.79, 0.37)], rgb("b8452f"))
    c.polygon([(0.17, 0.37), (0.79, 0.37), (0.785, 0.355), (0.175, 0.355)], rgb("8b3323"))
    for number in range(7):
        x = 0.225 + number * 0.076
        c.box(x, 0.42, 0.05, 0.1 if number != 3 else 0.17, rgb("2f6f8a") if number != 3 else rgb("7a4a2c"))
        c.box(x + 0.003, 0.426, 0.02, 0.088, rgb("9fd0dd") if number != 3 else rgb("8d5a38"))
        c.line([(x - 0.013, 0.37), (x - 0.013, 0.6)], rgb("fdf3d6"), 0.008)
    c.polygon([(0.0, 1.0), (0.34, 0.61), (0.66, 0.61), (1.0, 1.0)], rgb("e0cda3"))
    c.line([(0.86, 0.64), (0.86, 0.2)], rgb("efeae0"), 0.006)
    flag = [(0.861, 0.21), (0.895, 0.2), (0.93, 0.215), (0.93, 0.285), (0.895, 0.27), (0.861, 0.28)]
    c.polygon(flag, rgb("d8262c"))
    star = [
        (0.895 + r * math.sin(a) * 0.5625, 0.243 - r * math.cos(a))
        for a, r in ((math.pi * k / 5, 0.026 if k % 2 == 0 else 0.0105) for k in range(10))
    ]
    c.polygon(star, rgb("ffd93b"))
    for row in range(4):
        for column in range(7 + row):
            y, tall = 0.69 + 0.075 * row, 0.105 + 0.028 * row
            x = 0.5 + (column - (6 + row) / 2) * (0.045 + 0.012 * row) + c.random.uniform(-0.006, 0.006)
            coat = rgb("f6f3ea") if c.random.random() < 0.55 else c.random.choice(COATS)
            c.person(
                x,
                y,
                tall,
                coat,
                SKIN,
                skirt=c.random.choice((None, rgb("24325c"), rgb("7a2f4f"))),
                arms=c.random.choice((0, 0, 0, 1)),
            )


def loom(c: Canvas) -> None:
    """A woven cloth: diamonds, hooks and stars in bands."""
    cloth, unit = rgb("1f2447"), 1 / 48
    c.box(0, 0, 1, 1, cloth)
    tall = unit * 16 / 9
    bands: list[tuple[str, list[str]]] = [
        ("c8364a", ["stripe"]), ("f2c14e", ["diamond"]), ("e9e2d0", ["stripe"]), ("e2703a", ["hook"]),
        ("3fa08f", ["stripe"]), ("e94f64", ["star"]), ("f2c14e", ["stripe"]), ("8fc1d9", ["diamond"]),
        ("c8364a", ["stripe"]), ("f0ead6", ["hook"]), ("e2703a", ["stripe"]), ("f2c14e", ["star"]),
    ]  # fmt: skip
    row = -2
    patterns = {
        "stripe": ["########"],
        "diamond": ["...##...", "..#..#..", ".#.##.#.", "#.####.#", ".#.##.#.", "..#..#..", "...##..."],
        "hook": ["####....", "#..#.###", "#.##.#.#", "#....#.#", "######.#", ".......#"],
        "star": ["#..##..#", ".#.##.#.", "..####..", "########", "..####..", ".#.##.#.", "#..##..#"],
    }
    for tone, (name,) in bands * 2:
        for line in patterns[name]:
            for column in range(-2, 50):
                if line[column % 8] == "#":
                    thread = mix(rgb(tone), (0, 0, 0), c.random.random() * 0.14)
                    x, y = column * unit, row * tall * 0.72
                    c.box(x + unit * 0.05, y + tall * 0.04, unit * 0.9, tall * 0.64, thread)
                    c.line(
                        [(x + unit * 0.1, y + tall * 0.2), (x + unit * 0.9, y + tall * 0.2)],
                        mix(thread, (255, 255, 240), 0.3),
                        0.0022,
                    )
            row += 1
        row += 1
    for x in range(0, c.width, 10):
        c.draw.line([(x, 0), (x, c.height)], fill=mix(cloth, (0, 0, 0), 0.35), width=1)
    c.glow(0.3, 0.25, 0.9, rgb("ffe9c0"), 0.28)


def meeting(c: Canvas) -> None:
    """A meeting hall seen from the last rows."""
    c.box(0, 0, 1, 0.66, rgb("b98a5c"))
    for panel in range(13):
        c.box(panel / 13, 0, 0.003, 0.66, rgb("9a6f47"))
    c.polygon([(0.14, 0), (0.86, 0), (0.86, 0.5), (0.14, 0.5)], rgb("a3242c"))
    for fold in range(24):
        c.box(0.14 + 0.03 * fold, 0, 0.011, 0.5, mix(rgb("a3242c"), (0, 0, 0), 0.14))
    c.box(0.27, 0.09, 0.46, 0.17, rgb("f3e6c4"))
    c.box(0.277, 0.102, 0.446, 0.146, rgb("26436b"))
    for y, wide, tone in ((0.128, 0.3, "f7d774"), (0.165, 0.37, "f5f1e6"), (0.198, 0.24, "f5f1e6")):
        c.box(0.5 - wide / 2, y, wide, 0.014, rgb(tone))
    c.polygon([(0.06, 0.5), (0.94, 0.5), (1.0, 0.66), (0, 0.66)], rgb("8a5a38"))
    c.box(0, 0.64, 1, 0.03, rgb("6b4127"))
    for x in (0.36, 0.44, 0.52, 0.6):
        c.person(x, 0.6, 0.23, c.random.choice((rgb("29344f"), rgb("3b3b46"), rgb("5b2e43"))), SKIN)
    c.box(0.31, 0.47, 0.35, 0.1, rgb("6d3f26"))
    c.box(0.305, 0.46, 0.36, 0.016, rgb("c99a66"))
    for x in (0.36, 0.44, 0.52, 0.6):
        c.disc(x + 0.02, 0.455, 0.008, rgb("f2e9d8"))
    c.polygon([(0.735, 0.44), (0.815, 0.44), (0.805, 0.61), (0.745, 0.61)], rgb("7a4a2c"))
    c.person(0.775, 0.62, 0.25, rgb("20406b"), SKIN, arms=0.2)
    c.polygon([(0.735, 0.47), (0.815, 0.47), (0.805, 0.61), (0.745, 0.61)], rgb("8b5733"))
    c.disc(0.17, 0.53, 0.05, rgb("3f7d4b"))
    for petal in range(16):
        c.disc(
            0.17 + 0.02 * math.sin(petal * 2.4) * (petal % 3) / 2,
            0.515 + 0.03 * math.cos(petal * 1.7),
            0.011,
            rgb("f2d24b" if petal % 2 else "f7f3ea"),
        )
    c.glow(0.5, 0.3, 0.7, rgb("fff1cf"), 0.28)
    c.box(0, 0.67, 1, 0.33, rgb("4a3328"))
    for row in range(4):
        for column in range(14):
            size = 0.036 + 0.012 * row
            x = (column + 0.5 * (row % 2)) / 13.2
            y = 0.75 + 0.085 * row
            coat = mix(c.random.choice(COATS), rgb("20161c"), 0.45 + 0.08 * row)
            c.disc(x, y + size * 1.9, size * 1.25, coat, 1.2)
            c.disc(x, y, size * 0.6, mix(rgb("2a1d1c"), rgb("000000"), 0.1 * row), 1.15)


def clinic(c: Canvas) -> None:
    """A health station in the morning, people waiting in its yard."""
    c.clouds(0.15, 5, rgb("ffffff"), 0.6)
    c.range(3, 0.34, 0.5, rgb("b4d2d2"), rgb("6aa391"), rgb("f0f6ec"), 0.19)
    c.land(c.swell(0.62, 0.008, 0.7), rgb("b6cf8f"), rgb("7fab68"))
    c.box(0.24, 0.34, 0.5, 0.3, rgb("fbfaf4"))
    c.box(0.22, 0.31, 0.54, 0.04, rgb("3f8f9a"))
    c.box(0.24, 0.6, 0.5, 0.04, rgb("c9d6d4"))
    c.box(0.43, 0.24, 0.12, 0.4, rgb("ffffff"))
    c.box(0.425, 0.225, 0.13, 0.03, rgb("3f8f9a"))
    c.box(0.4805, 0.285, 0.019, 0.09, rgb("d6353c"))
    c.box(0.464, 0.3145, 0.052, 0.031, rgb("d6353c"))
    c.box(0.46, 0.46, 0.06, 0.18, rgb("5c93a0"))
    c.box(0.488, 0.46, 0.004, 0.18, rgb("e9f2f2"))
    for x in (0.265, 0.34, 0.575, 0.65):
        c.box(x, 0.42, 0.06, 0.1, rgb("6fb0bd"))
        c.polygon([(x, 0.52), (x, 0.42), (x + 0.045, 0.42)], rgb("a8d6dd"))
        c.line([(x + 0.03, 0.42), (x + 0.03, 0.52)], rgb("ffffff"), 0.004)
    c.polygon([(0.36, 1.02), (0.455, 0.64), (0.525, 0.64), (0.68, 1.02)], rgb("e6dcc4"))
    for x, y, size in ((0.14, 0.6, 0.11), (0.86, 0.61, 0.13)):
        c.line([(x, y), (x, y + 0.08)], rgb("6b4a32"), 0.02)
        for dx, dy in ((0, 0), (-0.03, 0.02), (0.03, 0.025), (0.0, -0.05)):
            c.disc(x + dx, y - 0.05 + dy, size * 0.62, rgb("5c9457") if dx <= 0 else rgb("4c834c"))
    for x, y, tall, coat, skirt in ((0.42, 0.8, 0.2, "b5324a", "24325c"), (0.45, 0.81, 0.12, "f0c34e", None),
                                    (0.56, 0.78, 0.19, "ffffff", "ffffff"), (0.3, 0.86, 0.22, "24325c", "a83250"),
                                    (0.66, 0.88, 0.23, "2f6f5e", None)):  # fmt: skip
        c.person(x, y, tall, rgb(coat), SKIN, skirt=rgb(skirt) if skirt else None)


def workshop(c: Canvas) -> None:
    """Bamboo and rattan things made by hand, hung and heaped."""
    c.box(0, 0, 1, 0.7, rgb("caa06a"))
    for slat in range(44):
        c.box(slat / 44, 0, 0.0205, 0.7, mix(rgb("d3ac76"), rgb("b0844f"), c.random.random()))
    c.box(0, 0.68, 1, 0.32, rgb("7a5436"))
    c.box(0, 0.68, 1, 0.012, rgb("5c3d27"))
    c.polygon([(0.1, 0.08), (0.34, 0.08), (0.34, 0.46), (0.1, 0.46)], rgb("fbeec9"))
    c.polygon([(0.115, 0.105), (0.325, 0.105), (0.325, 0.435), (0.115, 0.435)], rgb("bfe0dc"))
    c.polygon(
        [(0.115, 0.34), (0.17, 0.26), (0.23, 0.32), (0.28, 0.24), (0.325, 0.3), (0.325, 0.435), (0.115, 0.435)],
        rgb("6fa58c"),
    )
    c.box(0.2175, 0.105, 0.005, 0.33, rgb("fbeec9"))
    c.beams(0.22, 0.1, rgb("fff4cf"), 0.28, 5)
    baskets = ((0.5, 0.2, 0.07), (0.63, 0.24, 0.09), (0.78, 0.2, 0.075), (0.9, 0.27, 0.085))
    for x, y, r in baskets:
        c.line([(x, 0.0), (x, y)], rgb("5c3d27"), 0.003)
        for ring in range(7):
            c.disc(x, y + r, r * (1 - ring / 7), rgb("b77f43") if ring % 2 else rgb("e6bd7c"))
    for x, y, wide, tall in (
        (0.5, 0.9, 0.1, 0.26),
        (0.66, 0.94, 0.12, 0.3),
        (0.83, 0.9, 0.1, 0.22),
        (0.95, 0.97, 0.1, 0.3),
    ):
        for row in range(12):
            top, low = y - tall * (row + 1) / 12, y - tall * row / 12
            a, b = (wide * (0.6 + 0.4 * (r / 12)) for r in (row + 1, row))
            for column in range(8):
                left, right = column / 8 - 0.5, (column + 1) / 8 - 0.5
                tone = rgb("e0b471") if (row + column) % 2 else rgb("b47d42")
                c.polygon(
                    [(x + left * a, top), (x + right * a, top), (x + right * b, low), (x + left * b, low)],
                    mix(tone, (60, 30, 10), abs(left) * 0.5),
                )
        c.disc(x, y - tall, wide * 0.5 * 16 / 9, rgb("8d5d31"), 0.22)
        c.disc(x, y - tall + 0.004, wide * 0.44 * 16 / 9, rgb("4d321d"), 0.2)
    c.person(0.24, 0.95, 0.5, rgb("2b3c6b"), SKIN, skirt=rgb("1d2448"), arms=0.25)
    c.disc(0.275, 0.73, 0.07, rgb("d8a763"), 0.5)
    c.disc(0.275, 0.725, 0.05, rgb("8d5d31"), 0.45)


def buffalo(c: Canvas) -> None:
    """A child on a buffalo on the way home."""
    c.sun(0.3, 0.45, 0.11, rgb("ffe9bd"), rgb("ffb666"))
    c.range(3, 0.55, 0.68, rgb("d99a6c"), rgb("8b5a4e"), rgb("ffd29a"), 0.14)
    edge = c.swell(0.76, 0.012, 1)
    c.land(edge, rgb("6d6a2e"), rgb("2f3a1d"))
    for _ in range(420):
        x, y = c.random.random(), 0.77 + 0.24 * c.random.random()
        tall = 0.015 + 0.05 * (y - 0.75)
        c.line(
            [(x, y), (x + c.random.uniform(-0.006, 0.006), y - tall)],
            mix(rgb("4b5a24"), rgb("d9c25a"), c.random.random() * 0.6),
            0.002,
        )
    hide, x, y = rgb("2b2026"), 0.56, 0.74
    c.person(x + 0.015, y + 0.045, 0.24, rgb("6b2f3c"), rgb("a06a4c"), hat=rgb("e6c88c"), arms=0.1)
    c.disc(x, y, 0.105, hide, 0.62)
    c.disc(x + 0.05, y - 0.01, 0.085, hide, 0.72)
    c.disc(x - 0.05, y + 0.005, 0.088, hide, 0.7)
    for leg in (-0.082, -0.062, 0.052, 0.074):
        c.polygon(
            [
                (x + leg - 0.01, y + 0.02),
                (x + leg + 0.01, y + 0.02),
                (x + leg * 1.05 + 0.0055, y + 0.15),
                (x + leg * 1.05 - 0.0055, y + 0.15),
            ],
            hide,
        )
    c.polygon(
        [
            (x - 0.07, y - 0.05),
            (x - 0.14, y - 0.03),
            (x - 0.155, y + 0.035),
            (x - 0.135, y + 0.05),
            (x - 0.08, y + 0.03),
        ],
        hide,
    )
    for size, tone in ((0.024, "3a2b2f"), (0.029, "6a5850")):
        angles = [math.radians(100 + 12 * t) for t in range(13)]
        horn = [(x - 0.098 + size * math.cos(a), y - 0.062 + 1.5 * size * math.sin(a)) for a in angles]
        c.line(horn, rgb(tone), 0.01)
    c.line([(x + 0.098, y - 0.02), (x + 0.112, y + 0.05), (x + 0.108, y + 0.08)], hide, 0.007)
