# One image for every service; docker-compose.yml says which process a container runs.

FROM python:3.11.15-slim-bookworm AS build
# `make release` gives the commit's time: then compiled code is known by its source's digest, not by its time.
ARG SOURCE_DATE_EPOCH
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv .venv
COPY requirements/base.txt requirements/base.txt
RUN .venv/bin/pip install --require-hashes -r requirements/base.txt && .venv/bin/python -O -m compileall -q -j 0 .venv/lib
COPY pyproject.toml ./
COPY requirements/base.in requirements/redis.in requirements/
COPY shared shared
COPY services services
COPY toasoan toasoan
RUN .venv/bin/pip install --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -O -m compileall -q -j 0 shared services toasoan

FROM python:3.11.15-slim-bookworm
ARG SOURCE_DATE_EPOCH
# pg_dump and pg_restore, for backups. Logs hold times, and would differ from build to build.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/*.log /var/cache/ldconfig/aux-cache \
    && groupadd --gid 10001 toasoan \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin toasoan \
    && install -d -o 10001 -g 10001 -m 0750 /data /data/run /data/views /data/imports /data/search /backups \
    # nginx reads the pictures.
    && install -d -o 10001 -g 10001 -m 0755 /data/media
WORKDIR /app
COPY --from=build /app /app
COPY deploy/image/health.py health.py
COPY deploy/backup/keeper.py deploy/backup/keeper.py
# Without asserts, but with docstrings (they are the command line's help), and with few malloc arenas; toasoan/roles.py does the
# same without containers.
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONOPTIMIZE=1 MALLOC_ARENA_MAX=2
USER 10001:10001
CMD ["toasoan", "--help"]
