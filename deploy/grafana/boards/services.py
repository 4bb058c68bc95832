"""A board for each service."""

from deploy.grafana.panels import EDITORS, READERS, Board, Panel, Row, processes, quantiles, rate, rates, stat

INGEST = Board(
    "ingest",
    "Nhận bài (ingest)",
    "API và bàn biên tập, sổ chờ gửi, người gửi.",
    (
        Row(
            "Biên tập viên và chương trình gửi bài",
            (
                Panel(
                    "Yêu cầu mỗi giây",
                    "reqps",
                    rates("http_requests_total", "route", EDITORS),
                    12,
                    stacked=True,
                ),
                Panel(
                    "Thời gian trả lời (95 %)",
                    "s",
                    quantiles("http_request_seconds", EDITORS, "route"),
                    12,
                    warn=0.5,
                    bad=2,
                ),
                Panel(
                    "Trả lời theo mã",
                    "reqps",
                    rates("http_requests_total", "status", EDITORS),
                    12,
                    stacked=True,
                ),
                Panel("Bản bài được ghi mỗi giây", "ops", rates("articles_written_total", "action"), 12, stacked=True),
            ),
        ),
        Row(
            "Sổ chờ gửi (outbox)",
            (
                Panel(
                    "Dòng chờ gửi", "short", (("{{service}}", "max by (service) (outbox_pending)"),), warn=200, bad=2000
                ),
                Panel(
                    "Dòng chờ lâu nhất",
                    "s",
                    (("{{service}}", "max by (service) (outbox_oldest_age_seconds)"),),
                    warn=10,
                    bad=60,
                ),
                Panel("Gửi đi mỗi giây", "ops", rates("outbox_published_total", "queue"), stacked=True),
            ),
        ),
        Row(
            "Đối chiếu các kho",
            (
                Panel(
                    "Bài lệch", "short", (("{{store}}", "max by (store) (store_drift_documents)"),), 12, warn=1, bad=10
                ),
                Panel(
                    "Lần đối chiếu trọn vẹn gần nhất",
                    "s",
                    (("{{store}}", "time() - max by (store) (reconcile_last_success_timestamp_seconds)"),),
                    12,
                    "bargauge",
                    1200,
                    2400,
                ),
            ),
        ),
        processes("ingest[.].*"),
    ),
)


WEB = Board(
    "web",
    "Trang bạn đọc (web)",
    "Trang có sẵn, trang phải dựng, trang cũ.",
    (
        Row(
            "Yêu cầu",
            (
                Panel(
                    "Yêu cầu mỗi giây theo loại trang",
                    "reqps",
                    rates("http_requests_total", "route", READERS),
                    12,
                    stacked=True,
                ),
                Panel(
                    "Trả lời theo mã",
                    "reqps",
                    rates("http_requests_total", "status", READERS),
                    12,
                    stacked=True,
                ),
                Panel(
                    "Thời gian trả lời (95 %)",
                    "s",
                    quantiles("http_request_seconds", READERS, "route"),
                    12,
                    warn=0.1,
                    bad=0.2,
                ),
                Panel(
                    "Thời gian trả lời, mọi trang",
                    "s",
                    quantiles("http_request_seconds", READERS),
                    12,
                    warn=0.1,
                    bad=0.2,
                ),
            ),
        ),
        Row(
            "Trang dựng sẵn",
            (
                stat(
                    "Trang có sẵn",
                    "percentunit",
                    f"{rate('page_cache_hits_total')}"
                    f" / ({rate('page_cache_hits_total')} + {rate('page_cache_misses_total')})",
                    0.95,
                    0.8,
                ),
                stat("Bộ nhớ trang dựng sẵn", "bytes", "sum(page_cache_bytes)"),
                stat("Trang cũ trong 1 giờ", "short", "sum(increase(served_stale_total[1h]))", 1, 100),
                stat("Sổ lượt xem trên đĩa", "bytes", "sum(view_spool_bytes)", 5e6, 20e6),
            ),
        ),
        Row(
            "Dựng trang",
            (
                Panel("Dựng mỗi giây", "ops", rates("page_render_seconds_count", "page"), 12, stacked=True),
                Panel(
                    "Thời gian dựng (95 %)", "s", quantiles("page_render_seconds", by="page"), 12, warn=0.05, bad=0.2
                ),
            ),
        ),
        Row(
            "Việc nhận được",
            (
                Panel("Thay đổi nhận mỗi giây", "ops", rates("handled_events_total", "task", 'task=~"web[.].*"'), 12),
                Panel(
                    "Thời gian làm (95 %)",
                    "s",
                    quantiles("handler_seconds", 'task=~"web[.].*"', "task"),
                    12,
                    warn=0.5,
                    bad=5,
                ),
            ),
        ),
        processes("web[.].*"),
    ),
)


SEARCH = Board(
    "search",
    "Tìm kiếm (search)",
    "Máy tìm và chỉ mục.",
    (
        Row(
            "Câu hỏi",
            (
                Panel("Câu tìm mỗi giây", "reqps", rates("search_requests_total", "outcome"), stacked=True),
                Panel("Thời gian trong máy tìm", "s", quantiles("search_duration_seconds"), warn=0.1, bad=0.5),
                Panel(
                    "Chờ trong hàng đợi (95 %)",
                    "s",
                    quantiles("queue_wait_seconds", 'queue=~"query|index"', "queue"),
                    warn=0.5,
                    bad=1.5,
                ),
            ),
        ),
        Row(
            "Chỉ mục",
            (
                Panel("Đăng đến tìm thấy", "s", quantiles("publish_to_searchable_seconds"), warn=2, bad=10),
                Panel("Việc lập chỉ mục mỗi giây", "ops", rates("handled_events_total", "task", 'task=~"search[.].*"')),
                Panel(
                    "Thời gian làm (95 %)",
                    "s",
                    quantiles("handler_seconds", 'task=~"search[.].*"', "task"),
                    warn=0.5,
                    bad=5,
                ),
            ),
        ),
        processes("search[.].*"),
    ),
)


COUNTER = Board(
    "counter",
    "Bộ đếm (counter)",
    "Từ Redis vào sổ SQL.",
    (
        Row(
            "Ghi sổ",
            (
                stat("Lần ghi sổ gần nhất", "s", "max(counter_undrained_age_seconds)", 30, 60),
                stat("Ghi sổ trong 5 phút", "short", "sum(increase(counter_drain_seconds_count[5m]))"),
            ),
        ),
        Row(
            "Tốc độ",
            (
                Panel("Thời gian một lần ghi sổ", "s", quantiles("counter_drain_seconds"), warn=0.5, bad=5),
                Panel("Việc nhận được mỗi giây", "ops", rates("handled_events_total", "task", 'task=~"counter[.].*"')),
                Panel(
                    "Thời gian làm (95 %)",
                    "s",
                    quantiles("handler_seconds", 'task=~"counter[.].*"', "task"),
                    warn=0.5,
                    bad=5,
                ),
                Panel("Xem đến hiện số", "s", quantiles("view_to_shown_seconds"), warn=2, bad=60),
                Panel(
                    "Chờ trong hàng đợi (95 %)",
                    "s",
                    quantiles("queue_wait_seconds", 'queue=~"count|statistics"', "queue"),
                    warn=5,
                    bad=10,
                ),
            ),
        ),
        processes("counter[.].*"),
    ),
)
