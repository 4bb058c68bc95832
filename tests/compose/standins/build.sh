#!/usr/bin/env bash
# Makes an image under each name that docker-compose.yml and the Dockerfile ask for (but Grafana's). What is there already is
# not made again.
#   build.sh PROJECT_ROOT
set -euo pipefail
root=$(cd "$1" && pwd)
cd "$(dirname "$0")"
# The old builder: it takes a base image that stands in no registry, and needs no plugin.
export DOCKER_BUILDKIT=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
have() { docker image inspect "$1" >/dev/null 2>&1; }
# image_of SERVICE: what docker-compose.yml names for it.
image_of() { awk -v service="  $1:" 'index($0, service) == 1 {on = 1} on && $1 == "image:" {print $2; exit}' "$root/docker-compose.yml"; }
make() {  # make NAME FOLDER [TARGET]
    have "$1" && return
    docker build --quiet ${3:+--target "$3"} --tag "$1" "$2" >/dev/null
    echo "$(date +%T) $1"
}

for suite in bookworm forky; do
    have "standin/$suite" || { ./base.sh "$suite" "standin/$suite"; echo "$(date +%T) standin/$suite"; }
done
python_image=$(awk '/^FROM python/ {print $2; exit}' "$root/Dockerfile")
make standin/python python
have "$python_image" || docker tag standin/python "$python_image"
make "$(image_of nginx)" nginx
make "$(image_of postgres)" postgres
make "$(image_of broker)" redis
if ! have "$(image_of elasticsearch)"; then
    # The jars that the tests' node has, and a main class that takes its settings from outside.
    node=$root/tests/elasticsearch_node jars=$work/elasticsearch/built
    cp -r elasticsearch "$work/elasticsearch"
    mkdir -p "$jars"/{lib,classes,modules/transport-netty4}
    cp "$node/pom.xml" "$work/"
    mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$jars/lib"
    mv "$jars"/lib/netty-*.jar "$jars"/lib/transport-netty4-*.jar "$jars/modules/transport-netty4/"
    cp "$node/plugin-descriptor.properties" "$jars/modules/transport-netty4/"
    javac --release 17 -cp "$jars/lib/*" -d "$jars/classes" elasticsearch/ContainerNode.java
    make "$(image_of elasticsearch)" "$work/elasticsearch"
fi
for service in prometheus alertmanager celery-exporter redis-exporter postgres-exporter elasticsearch-exporter nginx-exporter \
    node-exporter; do
    make "$(image_of "$service")" watchers "$service"
done
