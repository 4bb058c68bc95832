"""What deploy/kubernetes keeps safe: containers as tight as in compose, what lasts, who reaches whom, who is alone."""

from typing import Any
from urllib.parse import urlsplit

from tests.production.kubernetes import (
    NAME,
    Workload,
    house,
    mebibytes,
    objects,
    of_kind,
    one,
    seconds,
    selectors,
    workloads,
)
from tests.production.test_compose import SERVICES


def policy(name: str) -> dict[str, Any]:
    """What a NetworkPolicy says."""
    return dict(one(objects(), "NetworkPolicy", name)["spec"])


def replicas(workload: Workload) -> int:
    """How many there are at least."""
    scalers = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"] for each in of_kind(objects(), "HorizontalPodAutoscaler")
    }
    if workload.name in scalers:
        assert "replicas" not in workload.spec, f"{workload.name}: each apply would undo what the autoscaler did"
        return int(scalers[workload.name]["minReplicas"])
    return int(workload.spec["replicas"])


def allowed(name: str) -> set[str]:
    """The workloads that a NetworkPolicy is about."""
    wanted = list(selectors({"podSelector": policy(name)["podSelector"]}))
    return {
        workload
        for workload, each in workloads().items()
        if any(labels.items() <= each.labels.items() for labels in wanted)
    }


def test_what_lasts_has_a_volume() -> None:
    """At least the volumes that compose gives the process, and nothing that is not declared."""
    claims = {each["metadata"]["name"] for each in of_kind(objects(), "PersistentVolumeClaim")}
    for name, workload in workloads().items():
        own = {each["metadata"]["name"] for each in workload.spec.get("volumeClaimTemplates", [])}
        volumes = {volume["name"]: volume for volume in workload.pod["volumes"]}
        shared = {
            each["persistentVolumeClaim"]["claimName"] for each in volumes.values() if "persistentVolumeClaim" in each
        }
        assert shared <= claims, name
        for container in workload.containers:
            assert {mount["name"] for mount in container["volumeMounts"]} <= set(volumes) | own, name
        if name != "nginx":
            lasting = {volume.split(":")[1] for volume in SERVICES[name].get("volumes", [])}
            assert lasting <= {path for path, volume in workload.mounts.items() if volume in shared | own}, name
    assert claims <= {volume for each in workloads().values() for volume in each.mounts.values()}
    many = {
        each["metadata"]["name"]
        for each in of_kind(objects(), "PersistentVolumeClaim")
        if each["spec"]["accessModes"] == ["ReadWriteMany"]
    }
    for claim in claims - many:
        users = [name for name, each in workloads().items() if claim in each.mounts.values()]
        assert sum(replicas(workloads()[name]) for name in users) == 1, (
            f"{claim} can be mounted by one machine only: {users}"
        )


def test_what_is_handed_in_at_the_desk_is_where_the_loops_look() -> None:
    for name in ("ingest", "ingest-relay", "tools"):
        assert {"/data/media", "/data/imports"} <= set(house()[name].mounts), name


def test_pictures_are_where_those_that_networks_show_are_cut_from_them() -> None:
    assert house()["web"].mounts["/data/media"] == "media"


def test_every_container_is_held_tight() -> None:
    for name, workload in workloads().items():
        pod, compose = workload.pod["securityContext"], SERVICES[name]
        user, group = compose["user"].split(":")
        assert (pod["runAsUser"], pod["runAsGroup"]) == (int(user), int(group)), name
        # One group for all who share a volume, or its files would change hands at each start.
        assert pod["fsGroup"] == 10001, name
        assert pod["runAsNonRoot"] is True, name
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert workload.pod["automountServiceAccountToken"] is False, name
        assert workload.pod["enableServiceLinks"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(workload.pod), name
        for container in workload.containers:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            requests, limits = container["resources"]["requests"], container["resources"]["limits"]
            assert set(requests) == {"cpu", "memory"}, name
            assert mebibytes(requests["memory"]) <= mebibytes(limits["memory"]), name
        assert mebibytes(workload.container["resources"]["limits"]["memory"]) == mebibytes(compose["mem_limit"]), name
        assert not any("hostPath" in volume for volume in workload.pod["volumes"]), name
    enforced = one(objects(), "Namespace", "toasoan")["metadata"]["labels"]
    assert enforced == {"pod-security.kubernetes.io/enforce": "restricted"}


def test_there_is_time_to_end_in_order() -> None:
    for name, workload in workloads().items():
        patience = seconds(SERVICES[name]["stop_grace_period"])
        stop = workload.container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["sleep", "0"])
        assert workload.pod["terminationGracePeriodSeconds"] >= int(stop[1]) + patience or name == "tools", name
        # Who is asked by nginx, or is nginx, goes on answering until nobody asks any more.
        assert (stop[1] != "0") == (name in ("nginx", "web", "ingest")), name


def test_what_must_be_alone_is_alone_and_what_is_many_stays() -> None:
    budgets = {each["metadata"]["name"] for each in of_kind(objects(), "PodDisruptionBudget")}
    several = {name for name, workload in workloads().items() if replicas(workload) > 1}
    assert budgets == several
    for name in several:
        (spread,) = workloads()[name].pod["topologySpreadConstraints"]
        assert spread["topologyKey"] == "kubernetes.io/hostname", name
        assert spread["labelSelector"] == {"matchLabels": {NAME: name}}, name
    assert (house()["search-index"].kind, replicas(house()["search-index"])) == ("StatefulSet", 1)
    for scaler in of_kind(objects(), "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        assert workloads()[target["name"]].kind == target["kind"]


def test_who_reaches_whom() -> None:
    assert policy("closed") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ports = {
        name: {port["port"] for rule in policy(name)["egress"] for port in rule["ports"]}
        for name in ("databases", "search-engine")
    }
    for name, workload in house().items():
        may = set().union(*(opened for policy, opened in ports.items() if name in allowed(policy)))
        for variable, url in workload.environment().items():
            if variable in ("TOASOAN_DATABASE_URL", "TOASOAN_BROKER_URL", "TOASOAN_REDIS_URL", "ELASTICSEARCH_URL"):
                assert urlsplit(url).port in may, (name, variable)
    assert allowed("search-engine") == {name for name in house() if name.startswith("search")} | {"tools"}
    for name in ("web", "ingest"):
        (rule,) = policy(name)["ingress"]
        assert rule["from"] == [{"podSelector": {"matchLabels": {NAME: "nginx"}}}]
        assert {port["port"] for port in rule["ports"]} == workloads()[name].ports
    # Who fetches pictures and feeds, posts to webhooks, tells CDN and hub.
    assert allowed("outside") == {"ingest", "ingest-relay", "ingest-worker", "web-worker", "tools"}
