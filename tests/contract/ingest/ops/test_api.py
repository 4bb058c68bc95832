"""Whether the process is alive, ready, and how it fares."""

from shared.release import VERSION
from tests.contract.ingest.conftest import Api


def test_health_readiness_and_metrics(api: Api) -> None:
    api.story()
    assert api("GET", "/healthz").text == f"ok {VERSION}\n"
    assert api("GET", "/readyz").status_code == 200
    metrics = api("GET", "/metrics").text
    assert 'http_requests_total{method="POST",route="/api/articles",service="ingest",status="201"}' in metrics
    assert 'articles_written_total{action="created"}' in metrics
    assert f'toasoan_build_info{{version="{VERSION}"}} 1.0' in metrics
