"""A story block of every kind, for the tests of all that a block passes through."""

from typing import Any

from shared.blocks.registry import Block, kinds

PICTURE = "/media/ab/0123456789abcdef0123456789abcdef.jpg"
FILE = "/media/ab/fedcba9876543210fedcba9876543210"


def samples(picture: str = PICTURE, **files: str) -> dict[str, dict[str, Any]]:
    """The fields of one block of each kind, which say something of all that it can; `picture` is a file of ours, as
    are those of other types ("mp4")."""

    def file(suffix: str) -> str:
        return files.get(suffix, f"{FILE}.{suffix}")

    chapters = [{"at": "0:00", "title": "Trước giờ mở cống"}, {"at": "1:05", "title": "Nước về"}]
    shown = {"url": picture, "alt": "Hồ nhìn từ đồi"}
    rows = [
        ["Huyện Mường Lát", "1.240", "980,5"],
        ["Thị xã Mường Lay", "310", ""],
        ["Huyện Tủa Chùa", "2.075", "1.100"],
    ]
    years = [["2021", "12,5"], ["2022", "14"], ["2023", "13,75"], ["2024", "18,25"]]
    return {
        "facts": {
            "title": "Hồ Sương Mai",
            "text": "<p>Rộng <strong>42</strong> ha.</p><ul><li>Đắp năm 1974</li><li>Tưới 900 ha</li></ul>",
            "source": "Ban quản lý hồ",
        },
        "pull_quote": {
            "quote": "Nước lên một gang\nlà cả bản mừng.",
            "who": "Bà Lò Thị Ngân",
            "role": "người trồng lúa",
        },
        "questions": {
            "title": "Hỏi về vụ mùa",
            "questions": [
                {
                    "question": "Khi nào mở nước?",
                    "text": '<p>5/3, xem <a href="https://lich.example/?a=1&amp;b=2">lịch</a>.</p>',
                },
                {"question": "Ai trả phí?", "text": "<p>Không ai; tỉnh lo.</p>"},
            ],
        },
        "timeline": {
            "title": "Bảy mươi năm con đập",
            "events": [
                {"when": "Năm 1974", "title": "Đắp đập", "text": "<p>Ba nghìn người làm trong hai mùa khô.</p>"},
                {"when": "9/1/2023", "title": "Sửa cống", "text": ""},
            ],
        },
        "profile": {
            "name": "Lường Văn Pấng",
            "role": "người giữ cống",
            "picture": shown,
            "text": "<p>Ba mươi năm sống bên hồ.</p>",
            "lines": [{"label": "Sinh", "value": "1961"}],
        },
        "table": {
            "title": "Diện tích tưới",
            "table": {"columns": ["Nơi", "Hộ", "Héc-ta"], "rows": rows},
            "source": "Chi cục Thủy lợi",
        },
        "chart": {
            "title": "Mực nước tháng Ba",
            "form": "line",
            "table": {"columns": ["Năm", "Mực nước"], "rows": years},
            "unit": "mét",
            "source": "Trạm đo Sương Mai",
        },
        "before_after": {
            "before": shown,
            "before_words": "Tháng 1",
            "after": shown,
            "after_words": "Tháng 3",
            "caption": "Bờ hồ trước và sau khi mở nước.",
        },
        "side_by_side": {
            "pictures": [{"picture": shown, "caption": "Cống cũ."}, {"picture": shown, "caption": "Cống mới."}]
        },
        "related": {
            "title": "Đọc thêm",
            "stories": [{"link": {"url": "/kinh-te/cho-ca-hop-lai-900001", "words": "Chợ cá họp lại"}}],
        },
        "embed": {
            "link": {"url": "https://www.youtube.com/watch?v=abcdefghijk", "words": "Phim: mở cống đầu mùa"},
            "note": "Quay từ mặt đập.",
        },
        "document": {
            "link": {"url": "https://van-ban.example/quyet-dinh-12.pdf", "words": "Quyết định 12 về lịch mở nước"},
            "note": "PDF, 4 trang",
            "picture": shown,
        },
        "cover": {
            "picture": shown,
            "film": {"url": file("mp4"), "words": "Mặt hồ lúc sáng"},
            "caption": "Hồ Sương Mai lúc sáng.",
        },
        "infographic": {
            "numbers": [
                {"value": "42 ha", "words": "mặt nước hồ Sương Mai"},
                {"value": "900 ha", "words": "lúa nhờ nước hồ"},
            ],
            "source": "Ban quản lý hồ",
        },
        "regions": {
            "title": "Lúa mùa theo tỉnh",
            "table": {
                "columns": ["Tỉnh, thành", "Lúa mùa"],
                "rows": [["Điện Biên", "52,4"], ["Sơn La", "39"], ["Khánh Hòa", "41,7"], ["TP. Hồ Chí Minh", "9"]],
            },
            "unit": "nghìn ha",
            "source": "Số liệu mẫu",
        },
        "scenes": {
            "scenes": [
                {"picture": shown, "text": "<p>Bốn giờ, người giữ cống thức dậy.</p>"},
                {"picture": shown, "text": "<p>Chín giờ, nước về.</p>"},
            ],
        },
        "gallery": {
            "title": "Một ngày bên hồ",
            "pictures": [
                {"picture": shown, "caption": words}
                for words in ("Sáng sớm.", "Mở cống lúc chín giờ.", "Chợ cá buổi trưa.", "Chiều về.")
            ],
        },
        "video": {
            "film": {"url": file("mp4"), "words": "Nước về cánh đồng"},
            "poster": shown,
            "caption": "Quay từ mặt đập.",
            "subtitles": [{"file": {"url": file("vtt"), "words": "Phụ đề tiếng Việt"}, "language": "vi"}],
            "chapters": chapters,
            "text": "<p>Nước về rồi, bà con ơi.</p>",
        },
        "audio": {
            "sound": {"url": file("mp3"), "words": "Tiếng nước qua cống"},
            "caption": "Ghi lúc chín giờ.",
            "chapters": chapters,
            "text": "<p>Nghe như trời mưa.</p>",
        },
        "correction": {
            "when": "9/1/2023",
            "notice": "Bài “Hồ Sương Mai cạn nước” ghi sai năm đắp đập.",
            "wrong": "Đập đắp năm 1947.",
            "right": "Đập đắp năm 1974.",
        },
        "map": {
            "title": "Đường nước về",
            "picture": shown,
            "points": [
                {"spot": {"x": 35.5, "y": 48.0}, "title": "Cống số 1", "text": "<p>Mở lúc chín giờ.</p>"},
                {"spot": {"x": 80.0, "y": 20.0}, "title": "Bản Na Sang", "text": ""},
            ],
            "source": "Đồ họa: Báo Mẫu",
        },
    }


def block(kind: str, **changed: Any) -> Block:
    """The sample of a kind, with some of its fields changed."""
    return kinds()[kind].model_validate(samples()[kind] | changed)
