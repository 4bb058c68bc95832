"""A second folder that follows the house: what a restore from it lacks is some seconds of work.

`wal` reads what a database wrote since the last look, `chain` keeps that and makes databases of it again, `follower`
takes one database to its chains, `media` copies files, `process` is the process that `toasoan up` runs, `rehearsal`
restores once a week, `restore` makes a house of it.
"""

# What readers saw comes along: the restored paper shows all its pages at once. In this order: what the others know
# comes from ingest, so that its copy must not be the oldest.
DATABASES = ("counter", "web", "ingest")
