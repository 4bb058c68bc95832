"""Which release this is: the version of pyproject.toml, as it was installed."""

from importlib.metadata import version

VERSION = version("toasoan")
