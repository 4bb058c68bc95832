"""What the demo paper's pictures are drawn with: skies, mountain ridges, mist, terraces, houses, people.

Everything is drawn at SCALE times the final size and reduced, which smooths edges; coordinates are fractions of the
picture (0..1 from the left, 0..1 from the top), so scenes read like sketches. One seed gives one picture.
"""

import math
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1600, 900
SCALE = 2
MAX_BYTES = 250_000

Colour = tuple[int, int, int]
Point = tuple[float, float]
Line = list[Point]


def rgb(value: str) -> Colour:
    """ "f2c879" as red, green, blue."""
    return int(value[0:2], 16), int(value[2:4], 16), int(value[4:6], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with a share (0..1) of `other`."""
    a, b, c = (round(x + (y - x) * share) for x, y in zip(one, other, strict=True))
    return a, b, c


def ramp(stops: Sequence[Colour], size: tuple[int, int]) -> Image.Image:
    """A picture that goes through the colours from top to bottom."""
    column = Image.new("RGB", (1, 256))
    for y in range(256):
        at = y / 255 * (len(stops) - 1)
        lower = min(int(at), len(stops) - 2) if len(stops) > 1 else 0
        column.putpixel((0, y), mix(stops[lower], stops[min(lower + 1, len(stops) - 1)], at - lower))
    return column.resize(size, Image.Resampling.BILINEAR)


def _shifted(heights: list[float], y: float) -> Line:
    return [(number / (len(heights) - 1), y + height) for number, height in enumerate(heights)]


class Canvas:
    """A picture in the making."""

    def __init__(self, seed: int, sky: Sequence[str]) -> None:
        self.random = Random(seed)
        self.width, self.height = WIDTH * SCALE, HEIGHT * SCALE
        self.image = ramp([rgb(stop) for stop in sky], (self.width, self.height))
        self.draw = ImageDraw.Draw(self.image)

    def at(self, x: float, y: float) -> Point:
        """Pixels of a place."""
        return x * self.width, y * self.height

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled shape."""
        self.draw.polygon([self.at(*point) for point in points], fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A stroke; width is a fraction of the picture's height."""
        pixels = max(1, round(width * self.height))
        self.draw.line([self.at(*point) for point in points], fill=colour, width=pixels, joint="curve")

    def disc(self, x: float, y: float, radius: float, colour: Colour, flat: float = 1.0) -> None:
        """A circle (or an ellipse `flat` times as high); the radius is a fraction of the picture's height."""
        cx, cy = self.at(x, y)
        r = radius * self.height
        self.draw.ellipse((cx - r, cy - r * flat, cx + r, cy + r * flat), fill=colour)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A rectangle from its upper left corner."""
        self.draw.rectangle((*self.at(x, y), *self.at(x + width, y + height)), fill=colour)

    # ------------------------------------------------------------ light and air

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Light around a point, fading with the distance."""
        side = round(radius * self.height * 2)
        light = ImageChops.invert(Image.radial_gradient("L")).resize((side, side), Image.Resampling.BILINEAR)
        # Pillow's gradient reaches the corners; ours ends at the sides of its square.
        light = light.point([round(255 * strength * (max(0, value - 76) / 179) ** 1.6) for value in range(256)])
        cx, cy = self.at(x, y)
        self.image.paste(colour, (round(cx - side / 2), round(cy - side / 2)), light)

    def sun(self, x: float, y: float, radius: float, colour: Colour, halo: Colour) -> None:
        """A sun or moon in its own light."""
        self.glow(x, y, radius * 9, halo, 0.55)
        self.glow(x, y, radius * 3.2, mix(halo, colour, 0.6), 0.75)
        self.disc(x, y, radius, colour)

    def mist(self, y: float, height: float, colour: Colour, strength: float) -> None:
        """A bank of mist: thickest at y, uneven along its length."""
        small = (64, 24)
        bank = Image.new("L", small)
        waves = [(self.random.uniform(0.5, 2.5), self.random.uniform(0, 7)) for _ in range(3)]
        for px in range(small[0]):
            uneven = 0.7 + 0.3 * sum(math.sin(px / small[0] * 6.3 * f + p) for f, p in waves) / len(waves)
            for py in range(small[1]):
                across = math.sin(math.pi * (py + 0.5) / small[1]) ** 2
                bank.putpixel((px, py), round(255 * strength * across * uneven))
        high = round(height * self.height)
        top = round((y - height / 2) * self.height)
        self.image.paste(colour, (0, top), bank.resize((self.width, high), Image.Resampling.BICUBIC))

    def beams(self, x: float, y: float, colour: Colour, strength: float, count: int = 7) -> None:
        """Rays of light falling from a point above."""
        small = Image.new("L", (400, 225))
        pen = ImageDraw.Draw(small)
        for number in range(count):
            angle = math.radians(62 + 70 * number / count + self.random.uniform(-4, 4))
            wide = math.radians(self.random.uniform(1.5, 4.5))
            far = [(x * 400 + 520 * math.cos(a), y * 225 + 520 * math.sin(a)) for a in (angle - wide, angle + wide)]
            pen.polygon([(x * 400, y * 225), *far], fill=round(255 * strength * self.random.uniform(0.5, 1)))
        light = small.filter(ImageFilter.GaussianBlur(5)).resize((self.width, self.height), Image.Resampling.BILINEAR)
        self.image.paste(colour, (0, 0), light)

    def stars(self, count: int, below: float) -> None:
        """Stars in the upper part of the sky."""
        for _ in range(count):
            x, y = self.random.random(), self.random.random() ** 1.5 * below
            self.disc(
                x,
                y,
                self.random.choice((0.0008, 0.0011, 0.0019)),
                mix((150, 160, 200), (255, 248, 225), self.random.random()),
            )

    def clouds(self, y: float, count: int, colour: Colour, strength: float = 0.5) -> None:
        """Long flat clouds."""
        small = Image.new("L", (800, 450))
        pen = ImageDraw.Draw(small)
        for _ in range(count):
            cx, cy = self.random.uniform(-60, 860), (y + self.random.uniform(-0.09, 0.09)) * 450
            long = self.random.uniform(60, 190)
            for _ in range(7):
                px, r = cx + self.random.uniform(-long, long), self.random.uniform(3, 11)
                pen.ellipse((px - long * 0.4, cy - r, px + long * 0.4, cy + r * 0.7), fill=round(255 * strength))
        soft = small.filter(ImageFilter.GaussianBlur(6)).resize((self.width, self.height), Image.Resampling.BILINEAR)
        self.image.paste(colour, (0, 0), soft)

    # ------------------------------------------------------------ land

    def contour(self, y: float, height: float, rough: float = 0.55, detail: int = 8) -> Line:
        """The upper edge of a mountain range: random midpoints, ever smaller."""
        heights = [self.random.uniform(-1, 1), self.random.uniform(-1, 1)]
        spread = 1.0
        for _ in range(detail):
            between = [(a + b) / 2 + self.random.uniform(-spread, spread) for a, b in pairwise(heights)]
            heights = [value for pair in zip(heights, between, strict=False) for value in pair] + [heights[-1]]
            spread *= rough
        low, high = min(heights), max(heights)
        last = len(heights) - 1
        return [(i / last, y - height * (h - low) / (high - low)) for i, h in enumerate(heights)]

    def swell(self, y: float, height: float, waves: float = 1.5) -> Line:
        """The upper edge of soft hills."""
        parts = [(self.random.uniform(0.6, 1.3) * waves * f, self.random.uniform(0, 6.3), 1 / f) for f in (1, 2.1, 3.7)]
        return [
            (x / 160, y - height * sum(w * math.sin(6.283 * f * x / 160 + p) for f, p, w in parts) / 1.75)
            for x in range(161)
        ]

    def land(self, edge: Line, upper: Colour, lower: Colour, bottom: float = 1.0) -> None:
        """Everything below an edge, from one colour at its top to another at the bottom."""
        top = max(0, round(min(y for _, y in edge) * self.height))
        end = round(bottom * self.height)
        mask = Image.new("L", (self.width, max(1, end - top)))
        outline = [(x * self.width, y * self.height - top) for x, y in edge]
        ImageDraw.Draw(mask).polygon([*outline, (self.width, end - top), (0, end - top)], fill=255)
        self.image.paste(ramp([upper, lower], mask.size), (0, top), mask)

    def range(
        self, count: int, top: float, bottom: float, far: Colour, near: Colour, haze: Colour, high: float = 0.2
    ) -> None:
        """Mountains behind each other, paler with the distance, mist between them."""
        for number in range(count):
            depth = number / max(1, count - 1)
            y = top + (bottom - top) * depth
            colour = mix(far, near, depth)
            self.land(self.contour(y, high * (0.65 + 0.5 * depth)), colour, mix(colour, haze, 0.5 - 0.3 * depth))
            if number < count - 1:
                self.mist(y + 0.05, 0.16, haze, 0.5 - 0.25 * depth)

    def trees(self, edge: Line, colour: Colour, size: float, every: int = 2) -> None:
        """A forest's edge along a contour."""
        for x, y in edge[::every]:
            tall = size * self.random.uniform(0.5, 1.2)
            wide = tall * self.random.uniform(0.16, 0.24)
            x += self.random.uniform(-0.004, 0.004)
            if self.random.random() < 0.45:
                self.polygon([(x - wide, y + 0.01), (x, y - tall), (x + wide, y + 0.01)], colour)
            else:
                self.disc(x, y - tall * 0.4, tall * 0.42, colour, 1.15)

    def terraces(
        self, top: float, steps: int, fill: Sequence[Colour], bank: Colour, bend: float = 0.05, first: float = 0.012
    ) -> None:
        """Terraced fields from `top` down to the lower edge: steps grow as they come nearer."""
        waves = [(self.random.uniform(*span), self.random.uniform(0, 6.3)) for span in ((0.7, 1.6), (2, 3.4))]
        y, step = top, first
        growth = ((1.12 - top) / (first * steps)) ** (1.7 / steps)
        for number in range(steps):
            drift, swing = number * 0.16, bend * (0.5 + number / steps)
            bows = [
                swing * math.sin(6.283 * waves[0][0] * x / 120 + waves[0][1] + drift)
                + swing * 0.35 * math.sin(6.283 * waves[1][0] * x / 120 + waves[1][1] - drift * 1.7)
                for x in range(121)
            ]
            colour = mix(fill[number % len(fill)], fill[(number * 7 + 3) % len(fill)], self.random.random() * 0.6)
            below = ((1.0, 1.2), (0.0, 1.2))
            self.polygon([*_shifted(bows, y), *below], mix(bank, (20, 25, 20), 0.1 * number / steps))
            self.polygon([*_shifted(bows, y + step * 0.14), *below], colour)
            self.line(_shifted(bows, y + step * 0.17), mix(colour, (255, 250, 225), 0.35), 0.0016)
            y += step
            step *= growth

    def water(self, y: float, colours: Sequence[Colour], shine: Colour, glints: int = 140) -> None:
        """A sheet of water from y down, with glints of light."""
        sheet = ramp(colours, (self.width, round((1 - y) * self.height)))
        self.image.paste(sheet, (0, round(y * self.height)))
        for _ in range(glints):
            depth = self.random.random() ** 1.4
            gy = y + 0.008 + (0.99 - y) * depth
            gx, long = self.random.random(), (0.008 + 0.05 * depth) * self.random.uniform(0.4, 1.4)
            under = self.image.getpixel(
                (min(self.width - 1, int(gx * self.width)), min(self.height - 1, int(gy * self.height)))
            )
            assert isinstance(under, tuple)
            colour = mix((under[0], under[1], under[2]), shine, self.random.uniform(0.1, 0.4))
            self.line([(gx - long, gy), (gx + long, gy)], colour, 0.0014 + 0.002 * depth)

    def reflect(self, y: float, strength: float, tint: Colour) -> None:
        """Mirror what stands above y into the water below it."""
        horizon = round(y * self.height)
        below = self.height - horizon
        above = self.image.crop((0, horizon - below if horizon > below else 0, self.width, horizon))
        mirrored = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((self.width, below))
        mirrored = (
            mirrored.resize((self.width // 8, below // 4))
            .filter(ImageFilter.GaussianBlur(1.2))
            .resize((self.width, below))
        )
        mirrored = Image.blend(mirrored, Image.new("RGB", mirrored.size, tint), 1 - strength)
        self.image.paste(mirrored, (0, horizon))

    # ------------------------------------------------------------ what people made, and people

    def stilt_house(self, x: float, y: float, size: float, wall: Colour, roof: Colour, light: Colour) -> None:
        """A house on stilts; (x, y) is the middle of its ground line, size its width in fractions of the width."""
        tall = size * self.width / self.height
        dark = mix(wall, (20, 16, 20), 0.55)
        for post in (-0.38, -0.19, 0.0, 0.19, 0.38):
            self.box(x + post * size - size * 0.012, y - tall * 0.24, size * 0.024, tall * 0.24, dark)
        self.box(x - size * 0.46, y - tall * 0.26, size * 0.92, tall * 0.04, dark)
        self.box(x - size * 0.42, y - tall * 0.48, size * 0.84, tall * 0.22, wall)
        for window in (-0.3, -0.06, 0.18):
            self.box(x + window * size, y - tall * 0.43, size * 0.12, tall * 0.11, light)
            self.line(
                [(x + (window + 0.06) * size, y - tall * 0.43), (x + (window + 0.06) * size, y - tall * 0.32)],
                dark,
                0.0015,
            )
        eaves = [
            (x - size * 0.56, y - tall * 0.44),
            (x - size * 0.3, y - tall * 0.8),
            (x + size * 0.3, y - tall * 0.8),
            (x + size * 0.56, y - tall * 0.44),
        ]
        self.polygon(eaves, roof)
        self.polygon(
            [eaves[0], eaves[1], (x - size * 0.22, y - tall * 0.8), (x - size * 0.42, y - tall * 0.44)],
            mix(roof, (0, 0, 0), 0.18),
        )
        self.line([eaves[1], eaves[2]], mix(roof, (255, 240, 210), 0.3), 0.004)
        stair = x + size * 0.44
        self.line([(stair, y - tall * 0.26), (stair + size * 0.12, y)], dark, 0.004)

    def person(
        self,
        x: float,
        y: float,
        tall: float,
        coat: Colour,
        skin: Colour,
        *,
        hat: Colour | None = None,
        skirt: Colour | None = None,
        basket: Colour | None = None,
        arms: float = 0.0,
        stride: float = 0.0,
    ) -> None:
        """Somebody seen from afar, standing at (x, y), `tall` in fractions of the height.

        `arms` raises the arms (0..1), `stride` parts the feet as in running (0..0.3).
        """
        unit = tall * HEIGHT / WIDTH

        def part(colour: Colour, *points: Point) -> None:
            self.polygon([(x + px * unit, y - py * tall) for px, py in points], colour)

        if basket is not None:
            part(basket, (-0.33, 0.8), (-0.1, 0.8), (-0.12, 0.46), (-0.27, 0.46))
            part(mix(basket, (0, 0, 0), 0.25), (-0.33, 0.8), (-0.1, 0.8), (-0.105, 0.75), (-0.322, 0.75))
        legs = mix(coat, (15, 15, 25), 0.65)
        part(legs, (-0.11, 0.5), (-0.005, 0.5), (-0.025 - stride, 0.6 * stride), (-0.1 - stride, 0.6 * stride))
        part(legs, (0.005, 0.5), (0.11, 0.5), (0.1 + stride, 0), (0.025 + stride, 0))
        if skirt is not None:
            part(skirt, (-0.11, 0.56), (0.11, 0.56), (0.2, 0.1), (-0.2, 0.1))
            part(mix(skirt, (255, 215, 120), 0.7), (-0.187, 0.17), (0.187, 0.17), (0.194, 0.13), (-0.194, 0.13))
        shade = mix(coat, (0, 0, 0), 0.18)
        for side in (-1, 1):
            hand = (side * (0.19 + 0.16 * arms), 0.47 + 0.45 * arms)
            shoulder, thick = (side * 0.12, 0.76), 0.035
            part(shade, (shoulder[0] - thick, shoulder[1]), (shoulder[0] + thick, shoulder[1] + 0.02),
                 (hand[0] + thick * 0.8, hand[1]), (hand[0] - thick * 0.8, hand[1]))  # fmt: skip
            self.disc(x + hand[0] * unit, y - hand[1] * tall, tall * 0.028, skin)
        part(coat, (-0.09, 0.82), (0.09, 0.82), (0.15, 0.76), (0.14, 0.44), (-0.14, 0.44), (-0.15, 0.76))
        part(skin, (-0.035, 0.86), (0.035, 0.86), (0.035, 0.8), (-0.035, 0.8))
        self.disc(x, y - tall * 0.905, tall * 0.07, skin, 1.12)
        if hat is not None:
            part(hat, (-0.21, 0.905), (0, 1.06), (0.21, 0.905))
            part(mix(hat, (60, 40, 20), 0.35), (-0.21, 0.905), (0.21, 0.905), (0.0, 0.93))
        else:
            left, right = self.at(x - unit * 0.075, y - tall * 0.995), self.at(x + unit * 0.075, y - tall * 0.83)
            self.draw.pieslice((*left, *right), 175, 365, fill=(38, 30, 34))

    # ------------------------------------------------------------ the end

    def finish(self) -> bytes:
        """The picture as JPEG: reduced, with the grain of paper and darker corners, at most MAX_BYTES."""
        picture = self.image.reduce(SCALE)
        shade = Image.radial_gradient("L").resize(picture.size, Image.Resampling.BILINEAR)
        picture.paste((14, 12, 24), (0, 0), shade.point([round(max(0, value - 120) * 0.36) for value in range(256)]))
        grain = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), self.random.randbytes(WIDTH * HEIGHT // 4))
        grain = grain.point([round(128 + (value - 128) * 0.1) for value in range(256)]).resize(picture.size)
        picture = ImageChops.soft_light(picture, Image.merge("RGB", (grain, grain, grain)))
        for quality in (86, 80, 74, 66, 55):
            file = BytesIO()
            picture.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
            if file.tell() <= MAX_BYTES:
                break
        return file.getvalue()
