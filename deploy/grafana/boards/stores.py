"""What the house stands on, by the exporters of docker-compose.yml."""

from deploy.grafana.panels import Board, Panel, Row, rate, stat

STORES = Board(
    "ha-tang",
    "Hạ tầng",
    "PostgreSQL, Redis, Elasticsearch, nginx, celery-exporter, đĩa, sao lưu. Chỉ có khi chạy bằng docker-compose.yml.",
    (
        Row(
            "Redis",
            (
                Panel(
                    "Bộ nhớ đã dùng",
                    "percentunit",
                    (("{{instance}}", "redis_memory_used_bytes / (redis_memory_max_bytes > 0)"),),
                    warn=0.5,
                    bad=0.7,
                ),
                Panel(
                    "Lệnh mỗi giây",
                    "ops",
                    (("{{instance}}", "sum by (instance) (rate(redis_commands_processed_total[$__rate_interval]))"),),
                ),
                Panel("Kết nối", "short", (("{{instance}}", "redis_connected_clients"),)),
                stat("Ghi sổ AOF lần cuối", "short", "min(redis_aof_last_write_status)", 1, 0.5, "1: ghi được"),
                stat("Khóa bị đẩy ra khỏi bộ nhớ", "short", "sum(redis_evicted_keys_total)", 1, 1),
            ),
        ),
        Row(
            "PostgreSQL",
            (
                Panel(
                    "Kết nối", "short", (("{{datname}}", "sum by (datname) (pg_stat_activity_count)"),), stacked=True
                ),
                Panel(
                    "Giao dịch mỗi giây",
                    "ops",
                    (("{{datname}}", "sum by (datname) (rate(pg_stat_database_xact_commit[$__rate_interval]))"),),
                ),
                Panel("Cỡ cơ sở dữ liệu", "bytes", (("{{datname}}", "max by (datname) (pg_database_size_bytes)"),)),
                stat(
                    "Giao dịch bị hủy, 1 giờ", "short", "sum(increase(pg_stat_database_xact_rollback[1h]))", 100, 1000
                ),
                stat("Khóa chéo (deadlock), 1 giờ", "short", "sum(increase(pg_stat_database_deadlocks[1h]))", 1, 10),
            ),
        ),
        Row(
            "Elasticsearch",
            (
                stat("Cụm đỏ", "short", 'max(elasticsearch_cluster_health_status{color="red"})', 1, 1),
                stat("Tài liệu", "short", "sum(elasticsearch_indices_docs)"),
                Panel(
                    "Bộ nhớ Java",
                    "percentunit",
                    (
                        (
                            "{{name}}",
                            'elasticsearch_jvm_memory_used_bytes{area="heap"}'
                            ' / elasticsearch_jvm_memory_max_bytes{area="heap"}',
                        ),
                    ),
                    warn=0.8,
                    bad=0.95,
                ),
                Panel("Đĩa còn", "bytes", (("{{name}}", "elasticsearch_filesystem_data_available_bytes"),)),
            ),
        ),
        Row(
            "nginx",
            (
                Panel("Yêu cầu mỗi giây", "reqps", (("yêu cầu", rate("nginx_http_requests_total")),)),
                Panel(
                    "Kết nối",
                    "short",
                    (
                        ("đang mở", "sum(nginx_connections_active)"),
                        ("chờ đọc", "sum(nginx_connections_waiting)"),
                    ),
                ),
                Panel(
                    "Kết nối bị bỏ mỗi giây",
                    "ops",
                    (("bỏ", f"{rate('nginx_connections_accepted')} - {rate('nginx_connections_handled')}"),),
                    warn=1,
                    bad=10,
                ),
            ),
        ),
        Row(
            "Celery, theo celery-exporter",
            (
                stat("Tiến trình làm việc", "short", 'sum(celery_worker_up{job="celery"})'),
                Panel(
                    "Nhận, xong, hỏng mỗi giây",
                    "ops",
                    (
                        ("nhận", rate("celery_task_received_total")),
                        ("xong", rate("celery_task_succeeded_total", 'job="celery"')),
                        ("hỏng", f"""{rate("celery_task_failed_total", 'job="celery"')} or vector(0)"""),
                    ),
                ),
                Panel(
                    "Tiến trình theo hàng đợi",
                    "short",
                    (("{{queue_name}}", "max by (queue_name) (celery_active_worker_count)"),),
                    kind="bargauge",
                ),
            ),
        ),
        Row(
            "Máy và sao lưu",
            (
                Panel(
                    "Đĩa còn",
                    "percentunit",
                    (
                        (
                            "{{mountpoint}}",
                            'min by (mountpoint) (node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"}'
                            ' / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"})',
                        ),
                    ),
                    kind="bargauge",
                    warn=0.25,
                    bad=0.15,
                ),
                Panel("Bộ nhớ máy còn", "bytes", (("còn", "node_memory_MemAvailable_bytes"),)),
                Panel("Tải máy", "short", (("1 phút", "node_load1"), ("15 phút", "node_load15"))),
                stat(
                    "Bản sao lưu mới nhất", "s", "time() - max(backup_last_success_timestamp_seconds)", 90_000, 93_600
                ),
                stat("Cỡ bản sao lưu", "bytes", "max(backup_last_bytes)"),
                stat("Sao lưu hỏng, 24 giờ", "short", "sum(increase(backup_failures_total[24h]))", 1, 3),
            ),
        ),
    ),
)
