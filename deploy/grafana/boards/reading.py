"""What readers do and what the newsroom has of it: views, searches, the day."""

from deploy.grafana.panels import READERS, Board, Panel, Row, quantiles, rate, rates, stat

COUNTING = Board(
    "luot-xem",
    "Lượt xem: tính và loại",
    "Theo định nghĩa đã công bố: một lượt là bài hiện trên màn hình ít nhất 1 giây, mỗi người một lần trong 30 phút.",
    (
        Row(
            "Nhận và loại",
            (
                Panel("Nhận mỗi giây", "ops", (("nhận", rate("views_accepted_total")),)),
                Panel("Loại mỗi giây, theo lý do", "ops", rates("views_rejected_total", "reason"), stacked=True),
                Panel(
                    "Loại trong 24 giờ, theo lý do",
                    "short",
                    (("{{reason}}", "sort_desc(sum by (reason) (increase(views_rejected_total[24h])))"),),
                    kind="bargauge",
                ),
            ),
        ),
        Row(
            "Tính",
            (
                Panel(
                    "Tính và trùng mỗi giây",
                    "ops",
                    (
                        ("tính", rate("views_counted_total")),
                        ("trùng trong 30 phút", rate("views_repeated_total")),
                        ("thu hồi", rate("views_taken_back_total")),
                    ),
                    stacked=True,
                ),
                stat("Tính trong 24 giờ", "short", "sum(increase(views_counted_total[24h]))"),
                stat(
                    "Trùng",
                    "percentunit",
                    "sum(increase(views_repeated_total[24h]))"
                    " / (sum(increase(views_repeated_total[24h])) + sum(increase(views_counted_total[24h])))",
                ),
                stat(
                    "Bị loại",
                    "percentunit",
                    "sum(increase(views_rejected_total[24h]))"
                    " / (sum(increase(views_rejected_total[24h])) + sum(increase(views_accepted_total[24h])))",
                    0.5,
                    0.9,
                ),
            ),
        ),
        Row(
            "Đến mắt bạn đọc",
            (
                Panel("Xem đến hiện số", "s", quantiles("view_to_shown_seconds"), 12, warn=2, bad=60),
                Panel(
                    "Sổ lượt xem trên đĩa",
                    "bytes",
                    (("{{instance}}", 'view_spool_bytes{job="web.http"}'),),
                    12,
                    warn=5e6,
                    bad=20e6,
                ),
            ),
        ),
    ),
)


QUALITY = Board(
    "chat-luong-tim",
    "Chất lượng tìm kiếm",
    "Bạn đọc có tìm thấy không.",
    (
        Row(
            "Trong 24 giờ",
            (
                stat("Câu tìm", "short", "sum(increase(search_requests_total[24h]))"),
                stat(
                    "Không thấy gì",
                    "percentunit",
                    (
                        'sum(increase(search_requests_total{outcome="empty"}[24h]))'
                        ' / sum(increase(search_requests_total{outcome=~"empty|found"}[24h]))'
                    ),
                    0.15,
                    0.3,
                ),
                stat(
                    "Có gợi ý chính tả",
                    "percentunit",
                    "sum(increase(search_suggestions_total[24h]))"
                    ' / sum(increase(search_requests_total{outcome=~"empty|found"}[24h]))',
                ),
                stat(
                    "Không được trả lời",
                    "percentunit",
                    '(sum(increase(search_requests_total{outcome=~"refused|unanswered"}[24h])) or vector(0))'
                    " / sum(increase(search_requests_total[24h]))",
                    0.002,
                    0.005,
                ),
            ),
        ),
        Row(
            "Theo thời gian",
            (
                Panel(
                    "Không thấy gì",
                    "percentunit",
                    (
                        (
                            "tỷ lệ",
                            f"""{rate("search_requests_total", 'outcome="empty"')}"""
                            f""" / {rate("search_requests_total", 'outcome=~"empty|found"')}""",
                        ),
                    ),
                    warn=0.15,
                    bad=0.3,
                ),
                Panel("Gợi ý chính tả mỗi giây", "ops", (("gợi ý", rate("search_suggestions_total")),)),
                Panel("Thời gian trong máy tìm", "s", quantiles("search_duration_seconds"), warn=0.1, bad=0.5),
            ),
        ),
    ),
)


NEWSROOM = Board(
    "toa-soan",
    "Tòa soạn hôm nay",
    "Viết gì, đăng gì, bạn đọc thấy sau bao lâu, đọc bao nhiêu.",
    (
        Row(
            "Trong 24 giờ",
            (
                stat("Bài mới và bản sửa", "short", "sum(increase(articles_written_total[24h]))"),
                stat("Lượt xem", "short", "sum(increase(views_counted_total[24h]))"),
                stat("Câu tìm", "short", "sum(increase(search_requests_total[24h]))"),
                stat(
                    "Hiện trong 1 giây",
                    "percentunit",
                    'sum(increase(publish_to_visible_seconds_bucket{le="1.0"}[24h]))'
                    " / sum(increase(publish_to_visible_seconds_count[24h]))",
                    0.99,
                    0.9,
                ),
                stat(
                    "Tìm thấy trong 2 giây",
                    "percentunit",
                    'sum(increase(publish_to_searchable_seconds_bucket{le="2.0"}[24h]))'
                    " / sum(increase(publish_to_searchable_seconds_count[24h]))",
                    0.99,
                    0.9,
                ),
                stat(
                    "Lỗi của bàn biên tập",
                    "short",
                    'sum(increase(http_requests_total{service="ingest",status=~"5.."}[24h])) or vector(0)',
                    1,
                    10,
                ),
            ),
        ),
        Row(
            "Theo giờ",
            (
                Panel(
                    "Bản bài mỗi giờ, theo việc",
                    "short",
                    (("{{action}}", "sum by (action) (increase(articles_written_total[1h]))"),),
                    12,
                    stacked=True,
                ),
                Panel("Lượt xem mỗi giờ", "short", (("lượt xem", "sum(increase(views_counted_total[1h]))"),), 12),
                Panel("Đăng đến hiện", "s", quantiles("publish_to_visible_seconds"), 12, warn=1, bad=10),
                Panel(
                    "Bạn đọc mỗi giây, theo loại trang",
                    "reqps",
                    rates("http_requests_total", "route", f'{READERS},status="200"'),
                    12,
                    stacked=True,
                ),
            ),
        ),
    ),
)
