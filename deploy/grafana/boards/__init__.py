"""What the dashboards show: panels with their queries, in Vietnamese for the people who look at them.

Queries are written for a house of any size: sums and maxima over processes. Gauges without labels are exported by every
process and set by one, hence max().
"""

from deploy.grafana.boards.overview import OVERVIEW
from deploy.grafana.boards.queues import CELERY
from deploy.grafana.boards.reading import COUNTING, NEWSROOM, QUALITY
from deploy.grafana.boards.services import COUNTER, INGEST, SEARCH, WEB
from deploy.grafana.boards.stores import STORES

BOARDS = (OVERVIEW, INGEST, WEB, SEARCH, COUNTER, CELERY, COUNTING, QUALITY, NEWSROOM, STORES)
