"""Celery: what waits, what is in work, what failed.

In containers celery-exporter tells the same figures a second time (job="celery"), hence job!="celery".
"""

from deploy.grafana.panels import Board, Panel, Row, quantiles, rate, rates

CELERY = Board(
    "hang-doi",
    "Hàng đợi Celery",
    "Bao nhiêu việc chờ, chờ bao lâu, tiến trình nào làm, việc nào hỏng.",
    (
        Row(
            "Đang chờ",
            (
                Panel(
                    "Thông điệp trong hàng đợi",
                    "short",
                    (("{{queue_name}}", "max by (queue_name) (celery_queue_length)"),),
                    warn=200,
                    bad=2000,
                ),
                Panel("Chờ (95 %)", "s", quantiles("queue_wait_seconds", by="queue"), warn=5, bad=10),
                Panel(
                    "Việc thử: lần cuối đi qua",
                    "s",
                    (("{{queue}}", "max by (queue) (canary_age_seconds)"),),
                    warn=60,
                    bad=150,
                ),
            ),
        ),
        Row(
            "Đang làm",
            (
                Panel(
                    "Việc bắt đầu mỗi giây",
                    "ops",
                    rates("celery_task_started_total", "name", 'job!="celery"'),
                    stacked=True,
                ),
                Panel(
                    "Việc xong mỗi giây",
                    "ops",
                    rates("celery_task_succeeded_total", "name", 'job!="celery"'),
                    stacked=True,
                ),
                Panel(
                    "Thời gian làm (95 %)",
                    "s",
                    quantiles("celery_task_runtime", 'job!="celery"', "name"),
                    warn=1,
                    bad=10,
                ),
                Panel(
                    "Việc trong tay",
                    "short",
                    (("{{hostname}}", 'max by (hostname) (celery_worker_tasks_active{job!="celery"})'),),
                ),
                Panel(
                    "Đã lấy, chưa xác nhận",
                    "short",
                    (("thông điệp", "max(broker_unacked_messages)"),),
                    warn=50,
                    bad=500,
                ),
                Panel(
                    "Lâu nhất chưa xác nhận",
                    "s",
                    (("tuổi", "max(broker_oldest_unacked_age_seconds)"),),
                    warn=60,
                    bad=240,
                ),
            ),
        ),
        Row(
            "Hỏng",
            (
                Panel(
                    "Việc hỏng và làm lại mỗi giây",
                    "ops",
                    (
                        ("hỏng", f"""{rate("celery_task_failed_total", 'job!="celery"')} or vector(0)"""),
                        ("làm lại", f"""{rate("celery_task_retried_total", 'job!="celery"')} or vector(0)"""),
                    ),
                    warn=0.1,
                    bad=1,
                ),
                Panel(
                    "Thông điệp hỏng đang chờ người",
                    "short",
                    (("thông điệp", "max(dead_letter_depth)"),),
                    warn=1,
                    bad=10,
                ),
                Panel(
                    "Bỏ vào chỗ hỏng trong 1 giờ",
                    "short",
                    (
                        ("quá số lần", "sum(increase(dead_lettered_total[1h])) or vector(0)"),
                        ("không đọc được", "sum(increase(discarded_messages_total[1h])) or vector(0)"),
                    ),
                    warn=1,
                    bad=10,
                ),
            ),
        ),
        Row(
            "Tiến trình làm việc",
            (
                Panel(
                    "Đang nhận việc",
                    "short",
                    (("{{hostname}}", 'max by (hostname) (celery_worker_up{job!="celery"})'),),
                    12,
                    "bargauge",
                ),
                Panel("Bộ nhớ của broker", "bytes", (("dùng", "max(broker_memory_bytes)"),), 12, warn=200e6, bad=270e6),
            ),
        ),
    ),
)
