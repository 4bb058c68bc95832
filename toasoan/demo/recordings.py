"""How the demo paper's film and sound were made: `python -m toasoan.demo.recordings` writes toasoan/demo/media anew.

It needs ffmpeg, which encodes them; the paper comes with what is there.
"""

import math
import subprocess
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from random import Random

from PIL import Image

from toasoan.demo import canvas
from toasoan.demo.canvas import Canvas, mix, rgb
from toasoan.demo.feasts import flame

FOLDER = Path(__file__).parent / "media"
_WIDTH, _HEIGHT = 480, 270
_FRAMES, _SECONDS = 12, 16
_RATE = 22_050
# A khèn's notes: two phrases, each note (steps above D, beats); None is a breath.
_CALL = ((0, 1), (2, 1), (5, 2), (7, 2), (5, 1), (7, 1), (9, 4), (None, 1))
_ANSWER = ((9, 1), (7, 1), (5, 2), (2, 2), (5, 1), (2, 1), (0, 4), (None, 1))
_BEAT = 0.42
_DRONE = -5
_COATS = ("f3ead9", "c9415c", "2f8f88", "e2a83c")


def frames() -> Iterator[Image.Image]:
    """The ring dance, turning."""
    canvas.WIDTH, canvas.HEIGHT = _WIDTH, _HEIGHT
    ground = Canvas(73, "0d0f2b 1f1a45 4a2f5c 6a3d5c".split())
    ground.stars(120, 0.5)
    ground.range(2, 0.42, 0.55, rgb("2c2f5c"), rgb("1a1836"), rgb("57406e"), 0.18)
    ground.land(ground.swell(0.62, 0.01, 0.7), rgb("3a2138"), rgb("1a0f22"))
    sparks = [(Random(at).gauss(0, 0.05), Random(-at).random()) for at in range(1, 40)]
    for number in range(_FRAMES * _SECONDS):
        at = number / _FRAMES
        c = Canvas(number, ["0d0f2b", "6a3d5c"])
        c.image.paste(ground.image)
        heat = min(1.0, at / 2)
        c.glow(0.5, 0.66, 0.95, rgb("ff8a3c"), heat * (0.66 + 0.09 * math.sin(at * 9) * math.sin(at * 3.1)))
        _dancers(c, at, behind=True)
        for log in (-0.045, -0.02, 0.02, 0.045):
            c.line([(0.5 + log, 0.77), (0.5 - log * 0.5, 0.69)], rgb("3a1d16"), 0.014)
        for x, size, tone in (
            (0.48, 0.7, "f2542d"),
            (0.522, 0.66, "f2542d"),
            (0.5, 1.0, "ff7a2f"),
            (0.5, 0.6, "ffa53a"),
            (0.5, 0.4, "ffe27a"),
        ):
            flame(c, x, 0.775, heat * size * (1 + 0.12 * math.sin(at * 11 + 40 * x)), rgb(tone))
        for drift, begin in sparks if at > 1 else ():
            up = (begin + at * 0.3) % 1
            c.disc(
                0.5 + drift * (1 + up) + 0.01 * math.sin(at * 4 + 30 * begin),
                0.68 - 0.5 * up,
                0.003 * (1.2 - up),
                rgb("ffd27a"),
            )
        _dancers(c, at, behind=False)
        yield c.image.reduce(canvas.SCALE)


def _dancers(c: Canvas, at: float, *, behind: bool) -> None:
    """The inner ring from the fifth second on, the outer one from the tenth."""
    for radius, many, begin, step in ((0.25, 14, 5, 0.22), (0.36, 22, 10, -0.16)):
        shown = min(1.0, max(0.15, (at - begin + 3) / 3))
        for number in range(round(many * shown)):
            angle = math.tau * number / many + 0.1 + step * at
            x, y = 0.5 + radius * math.cos(angle), 0.74 + 0.4 * radius * math.sin(angle)
            if (y < 0.74) is not behind:
                continue
            light = 0.12 if behind else 0.6
            coat = mix(rgb(_COATS[number % len(_COATS)]), rgb("2a1430"), light)
            sway = 0.5 + 0.1 * math.sin(at * 5 + number)
            skin = mix(rgb("e0a070"), rgb("2a1430"), light * 0.8)
            skirt = mix(rgb("1b1530"), (0, 0, 0), light * 0.4)
            step_up = 0.006 * math.sin(at * 5 + number)
            c.person(x, y + step_up, 0.12 + 0.5 * (y - 0.6), coat, skin, skirt=skirt, arms=sway)


def khen() -> bytes:
    """A call and its answer over a drone, twice as long as a breath."""
    made: list[float] = []
    for phrase in (_CALL, _ANSWER):
        for step, beats in (*phrase, *phrase):
            made += _note(step, beats * _BEAT / 1.2)
    return _as_pcm(made)


def _note(step: int | None, seconds: float) -> list[float]:
    count = round(seconds * _RATE)
    if step is None:
        return [0.0] * count
    made = []
    for number in range(count):
        at = number / _RATE
        loud = min(1.0, at / 0.04, (seconds - at) / 0.06) * (0.85 + 0.15 * math.sin(math.tau * 5.2 * at))
        made.append(loud * (0.62 * _reed(step, at) + 0.3 * _reed(_DRONE, at)))
    return made


def _reed(step: int, at: float) -> float:
    """A free reed: odd and even partials, the higher ones softer."""
    pitch = 293.66 * math.pow(2.0, step / 12)
    partials = (math.sin(math.tau * pitch * part * at) / part**1.25 for part in range(1, 8))
    return math.fsum(partials) / 2.2


def drums() -> bytes:
    """A large drum, slow at first, then as people dance."""
    length = _RATE * _SECONDS
    made, blows = [0.0] * length, [0.2, 1.2, 2.2, 3.0, 3.4]
    while blows[-1] < _SECONDS - 1:
        blows += [blows[-1] + gap for gap in (0.5, 0.75, 1.0)]
    noise = Random(5)
    for blow in blows:
        begin = round(blow * _RATE)
        for number in range(min(_RATE // 2, length - begin)):
            at = number / _RATE
            skin = math.sin(math.tau * (78 * at - 14 * at * at)) * math.exp(-7 * at)
            made[begin + number] += 0.8 * skin + 0.12 * noise.uniform(-1, 1) * math.exp(-60 * at)
    return _as_pcm(made)


def _as_pcm(made: list[float]) -> bytes:
    return array("h", (round(26_000 * max(-1.0, min(1.0, value))) for value in made)).tobytes()


def main() -> int:
    sound = ["-f", "s16le", "-ar", str(_RATE), "-ac", "1"]
    quiet = ["ffmpeg", "-y", "-loglevel", "error"]
    bare = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    mp3 = [*quiet, *sound, "-i", "-", "-b:a", "40k", *bare, str(FOLDER / "khen-ta-sin.mp3")]
    subprocess.run(mp3, input=khen(), check=True)
    beaten = FOLDER / "drums.pcm"
    beaten.write_bytes(drums())
    film = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{_WIDTH}x{_HEIGHT}", "-r", str(_FRAMES), "-i", "-"]
    coded = ["-c:v", "libx264", "-preset", "veryslow", "-crf", "31", "-pix_fmt", "yuv420p", "-flags:v", "+bitexact"]
    spoken = ["-c:a", "aac", "-b:a", "32k", "-shortest", "-movflags", "+faststart"]
    command = [*quiet, *film, *sound, "-i", str(beaten), *coded, *spoken, *bare, str(FOLDER / "vong-xoe.mp4")]
    subprocess.run(command, input=b"".join(one.tobytes() for one in frames()), check=True)
    beaten.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
