"""The board to look at first."""

from deploy.grafana.panels import READERS, Board, Panel, Row, budget, quantiles, rate, stat

OVERVIEW = Board(
    "tong-quan",
    "Tổng quan",
    "Bạn đọc, biên tập viên, hàng đợi, tìm kiếm và lượt xem có ổn không, trong một lần nhìn.",
    (
        Row(
            "Mục tiêu phục vụ (6 giờ qua, phần ngân sách lỗi đã dùng)",
            (
                stat("Trang trả lời được (99,9 %)", "percentunit", budget("reader_availability", "0.001"), 0.5, 1),
                stat("Trang dưới 200 ms (95 %)", "percentunit", budget("page_latency", "0.05"), 0.5, 1),
                stat("Đăng đến hiện dưới 10 giây (99 %)", "percentunit", budget("publish_visible", "0.01"), 0.5, 1),
                stat("Tìm kiếm có trả lời (99,5 %)", "percentunit", budget("search_success", "0.005"), 0.5, 1),
                stat("Lượt xem chờ ghi sổ", "s", "max(counter_undrained_age_seconds)", 30, 60),
                stat("Tiến trình không trả lời", "short", "count(up == 0) or vector(0)", 1, 1),
            ),
        ),
        Row(
            "Bạn đọc",
            (
                Panel("Lượt đọc mỗi giây", "reqps", (("lượt đọc", rate("http_requests_total", READERS)),)),
                Panel(
                    "Lỗi 5xx và trang cũ mỗi giây",
                    "reqps",
                    (
                        ("lỗi 5xx", f"""{rate("http_requests_total", f'{READERS},status=~"5.."')} or vector(0)"""),
                        ("trang cũ", rate("served_stale_total")),
                    ),
                    warn=0.1,
                    bad=1,
                ),
                Panel("Thời gian trả lời", "s", quantiles("http_request_seconds", READERS), warn=0.1, bad=0.2),
            ),
        ),
        Row(
            "Từ tòa soạn đến bạn đọc",
            (
                Panel("Đăng đến hiện", "s", quantiles("publish_to_visible_seconds"), warn=1, bad=10),
                Panel("Đăng đến tìm thấy", "s", quantiles("publish_to_searchable_seconds"), warn=2, bad=10),
                Panel("Xem đến hiện số", "s", quantiles("view_to_shown_seconds"), warn=2, bad=60),
            ),
        ),
        Row(
            "Trong nhà",
            (
                stat("Tin chờ gửi lâu nhất", "s", "max(outbox_oldest_age_seconds)", 10, 60),
                stat("Thông điệp hỏng", "short", "max(dead_letter_depth)", 1, 10),
                stat(
                    "Bài lệch giữa các kho", "short", "sum(max by (store) (store_drift_documents)) or vector(0)", 1, 10
                ),
                stat("Lâu nhất chưa xác nhận", "s", "max(broker_oldest_unacked_age_seconds)", 60, 240),
                stat(
                    "Việc thử chậm nhất",
                    "s",
                    "max(canary_age_seconds)",
                    60,
                    150,
                    "Một việc nhỏ đi qua mỗi hàng đợi hai lần một phút; quá lâu là có hàng đợi đứng.",
                ),
                stat(
                    "Bộ nhớ cả nhà",
                    "bytes",
                    'sum(process_resident_memory_bytes{job=~"(web|ingest|search|counter)[.].*"})',
                    2e9,
                    3e9,
                ),
            ),
        ),
        Row(
            "Chờ và nhớ",
            (
                Panel(
                    "Chờ trong hàng đợi (95 %)", "s", quantiles("queue_wait_seconds", by="queue"), 12, warn=5, bad=10
                ),
                Panel(
                    "Bộ nhớ từng tiến trình",
                    "bytes",
                    (
                        (
                            "{{job}}",
                            'max by (job) (process_resident_memory_bytes{job=~"(web|ingest|search|counter)[.].*"})',
                        ),
                    ),
                    12,
                    stacked=True,
                ),
            ),
        ),
    ),
)
