"""One module for each part of the paper; each has `run(report, place, short)`."""
