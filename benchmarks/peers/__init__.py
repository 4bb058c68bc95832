"""The house beside programs that others run for the same work: WordPress, Wagtail, GoatCounter."""
