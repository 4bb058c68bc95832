"""`python -m toasoan` is the same as `toasoan`."""

from toasoan.cli import main

main()
