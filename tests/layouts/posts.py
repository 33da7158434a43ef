"""The posts that stand on the made pages, and what each must and must not give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a post. `kind`: p, h2, h3, ul, ol, code, table, quote, image, card (an embedded link: not text)."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    name: str
    title: str
    parts: tuple[Part, ...]
    tags: tuple[str, ...]
    author: str = "김나무"
    day: tuple[int, int, int] = (2024, 3, 15)

    @property
    def gold(self) -> str:
        """The text that a person would keep."""
        lines: list[str] = []
        for part in self.parts:
            if part.kind not in ("image", "card"):
                lines += [line for line in (part.text, *part.items, *(" ".join(row) for row in part.rows)) if line]
        return "\n".join(lines)

    def of(self, *kinds: str) -> list[Part]:
        return [part for part in self.parts if part.kind in kinds]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePage:
    """A page, the post on it, and what must not come with the post; facts are None where the page does not say them."""

    name: str
    data: bytes
    post: Post
    unwanted: tuple[str, ...]
    author: str | None = None
    published: str | None = None
    tags: tuple[str, ...] | None = None
    url: str | None = None
    licence: str | None = None
    # Blocks that the platform's own markup shows as such.
    shows: frozenset[str] = field(default_factory=lambda: frozenset({"heading", "code", "list_item", "table_row"}))


def p(text: str) -> Part:
    return Part("p", text)


def h2(text: str) -> Part:
    return Part("h2", text)


def h3(text: str) -> Part:
    return Part("h3", text)


ALERTS = Post(
    "alerts",
    "새벽 두 시의 알림을 절반으로 줄이기까지",
    (
        p("지난겨울 우리 팀의 당직 전화는 하룻밤에 평균 서른한 번 울렸습니다. 그중 사람이 정말 일어나야 했던 일은 다섯 번이 되지 않았습니다."),
        p("이 글은 석 달 동안 알림을 어떻게 줄였는지, 그리고 줄이지 말았어야 했던 알림은 무엇이었는지를 적은 기록입니다."),
        h2("알림이 너무 많았습니다"),
        p("처음에는 모두가 알림을 더하기만 했습니다. 장애가 한 번 날 때마다 규칙이 두 개씩 늘었고, 지우는 사람은 없었습니다."),
        Part("ul", items=(
            "같은 원인으로 서로 다른 서버가 저마다 알림을 보냈습니다",
            "1분만 지나면 저절로 낫는 일에도 전화가 왔습니다",
            "담당자가 바뀐 서비스의 알림은 아무도 보지 않았습니다",
        )),
        h2("무엇을 바꾸었나"),
        h3("먼저 묶었습니다"),
        p("같은 가게, 같은 원인의 알림을 한 묶음으로 보냈습니다. 설정은 아래 한 덩어리가 전부입니다."),
        Part("code", "route:\n  group_by: [service, cause]\n  group_wait: 90s\n  routes:\n    - match: {level: page}\n      receiver: on-call"),
        h3("그다음 미뤘습니다"),
        p("저절로 낫는 일은 5분을 기다렸다가 알립니다. 기다리는 동안 나은 알림은 아침 보고서에만 남습니다."),
        Part("table", rows=(
            ("구분", "바꾸기 전", "바꾼 뒤"),
            ("하룻밤 전화", "31회", "14회"),
            ("놓친 장애", "2건", "1건"),
            ("평균 대응 시간", "18분", "9분"),
        )),
        Part("quote", "울리지 않는 알림보다 무서운 것은 아무도 믿지 않는 알림이다."),
        p("당직을 서던 동료가 남긴 이 말을 우리는 지금도 팀 위키의 첫 줄에 두고 있습니다."),
        Part("ol", items=(
            "알림마다 받는 사람과 할 일을 적습니다",
            "한 달 동안 아무도 움직이지 않은 알림은 지웁니다",
            "새 알림은 두 주 동안 시험으로만 보냅니다",
        )),
        h2("남은 일"),
        p("아직 낮과 밤의 기준이 같습니다. 다음 분기에는 손님이 적은 시간의 기준을 따로 두려고 합니다. 자세한 숫자는 공개 보고서에 적어 두었습니다."),
    ),
    ("알림", "당직", "장애 대응"),
)  # fmt: skip

ESSAY = Post(
    "essay",
    "처음 맡은 팀에서 배운 세 가지",
    (
        p("팀장이 된 첫날, 나는 회의실에 가장 먼저 들어가 가장 늦게 나왔다."),
        p("잘하고 싶었다."),
        p("그런데 두 달이 지나자 사람들은 내 앞에서 말을 줄이기 시작했고, 나는 그 까닭을 알지 못한 채 더 많은 회의를 잡았다. 일정표는 빈틈이 없었고 결정은 오히려 느려졌다."),
        Part("quote", "물어보기 전에 답을 주시면, 저희는 생각할 자리가 없어요."),
        p("한 동료가 퇴근길에 조심스럽게 건넨 말이었다. 그날 밤 나는 그동안 회의에서 내가 한 말을 처음부터 끝까지 적어 보았다. 질문은 열두 개 가운데 한 개뿐이었다."),
        p("첫째, 답을 알아도 기다린다. 내가 먼저 말하면 그것이 곧 결론이 된다는 것을 나는 너무 늦게 알았다. 기다리는 3분이 회의 한 번을 아껴 준다."),
        p("둘째, 잘못을 먼저 말한다. 배포가 실패한 날 나는 내가 놓친 검토를 먼저 적었고, 그 뒤로 팀의 회고 문서는 두 배로 길어졌다. 숨길 것이 줄어든 만큼 고칠 것이 드러났다."),
        p("셋째, 떠나는 사람에게 묻는다. 남아 있는 사람은 예의를 지키느라 말하지 않는 것들이 있다. 떠나는 사람은 마지막 선물처럼 그것을 두고 간다."),
        p("이제는 회의실에 늦게 들어간다. 문을 열면 이미 이야기가 시작되어 있다."),
        p("그 소리가 좋다."),
    ),
    ("팀장", "회고", "일"),
)  # fmt: skip

NOTICE = Post(
    "notice",
    "4월 정기 점검으로 주문이 잠시 멈춥니다",
    (
        p("안녕하세요, 나무상점입니다. 더 빠른 주문을 위해 아래와 같이 정기 점검을 진행합니다."),
        Part("table", rows=(
            ("구분", "내용"),
            ("점검 시각", "4월 12일 금요일 새벽 1시부터 4시까지"),
            ("멈추는 일", "주문, 결제, 주문 취소"),
            ("되는 일", "상품 찾기와 장바구니 담기"),
        )),
        p("점검이 끝나는 시각은 작업에 따라 달라질 수 있으며, 달라지면 이 글에 바로 적어 두겠습니다. 점검 중에 결제된 주문은 모두 자동으로 취소되고 카드 승인은 사흘 안에 풀립니다."),
        Part("ul", items=(
            "정기 배송은 점검과 상관없이 예정대로 나갑니다",
            "상담 전화는 점검 시간에도 받습니다",
        )),
        p("불편을 드려 죄송합니다. 더 안정된 서비스로 보답하겠습니다."),
    ),
    ("점검", "공지"),
    author="운영팀",
)  # fmt: skip

VISIT = Post(
    "visit",
    "성수동 작은 카페에서 하루 일해 본 후기",
    (
        p("오늘은 노트북 하나만 들고 성수동에 다녀왔어요!"),
        Part("image", "창가 자리"),
        p("지하철역에서 천천히 걸어 7분쯤 걸리고, 간판이 작아서 한 번은 그냥 지나쳤답니다."),
        h3("자리와 콘센트"),
        p("자리는 모두 스물두 석이고 콘센트는 벽 쪽 여덟 자리에만 있어요. 오전 열 시 전에는 거의 비어 있었어요."),
        Part("card", "성수동 카페 지도 모음"),
        p("와이파이는 내려받기 기준 210Mbps가 나왔고 화상 회의도 끊기지 않았어요."),
        h3("커피와 값"),
        p("따뜻한 라떼는 5,500원, 하루 이용권은 12,000원이에요. 이용권에는 음료 두 잔이 들어 있어서 오래 있을 거라면 이용권이 나아요."),
        Part("quote", "조용히 일하기에는 오전이, 사람 구경에는 오후가 좋아요"),
        p("다만 오후 세 시가 넘으면 음악 소리가 커져요. 통화할 일이 많은 분께는 권하지 않을래요."),
        p("다음 주에는 같은 골목의 서점 카페를 다녀와서 또 적어 볼게요."),
    ),
    ("성수동카페", "재택근무", "카페추천"),
    author="나무구름",
)  # fmt: skip

LESSON = Post(
    "lesson",
    "파이썬에서 큰 파일을 한 줄씩 읽기",
    (
        p("수십 기가바이트 파일을 한 번에 읽으면 메모리가 먼저 바닥납니다."),
        h2("한 줄씩 읽기"),
        Part("code", "def lines(path):\n    with open(path, encoding=\"utf-8\") as file:\n        for line in file:\n            if line.strip():\n                yield line.rstrip(\"\\n\")"),
        p("제너레이터는 필요할 때마다 한 줄을 돌려줍니다."),
        h2("걸린 시간 재기"),
        Part("code", "$ time python read.py orders.csv\nreal    0m41.2s\nuser    0m38.9s"),
        p("같은 파일을 `readlines()`로 읽으면 메모리를 11GB 썼고, 한 줄씩 읽으면 14MB로 끝났습니다."),
        Part("ul", items=("파일 크기 22GB, 1억 8천만 줄", "파이썬 3.12, 디스크는 NVMe", "세 번 재서 가운데 값을 적었습니다")),
        p("정리하면, 전부 필요하지 않다면 전부 읽지 않는 것이 가장 빠른 방법입니다."),
    ),
    ("python", "파일", "메모리"),
)  # fmt: skip

# What stands around a post: menus, cards, bios, comments; none of it may come along.
MENU = ("회사 소개와 채용 소식", "전체 글 목록 보기", "방명록에 인사 남기기")
RELATED = ("결제 화면을 다시 그린 이유", "검색 속도를 세 배로 올린 방법", "신입 개발자의 첫 석 달 돌아보기")
SUMMARY = "이 글에서는 화면을 다시 그리기까지 우리가 했던 실험과 그 결과를 차례로 소개하고, 무엇이 잘못되었는지도 함께 적어 보았습니다."
BIO = "나무상점에서 주문과 결제를 만드는 개발자입니다. 오래 쓰이는 코드를 좋아하고 주말에는 산에 오릅니다."
COMMENT = "정말 좋은 글이네요. 저희 팀도 비슷한 고민을 하고 있었는데 많은 도움이 되었습니다. 다음 글도 기다리겠습니다."
REPLY = "읽어 주셔서 고맙습니다. 다음 글은 이달 말에 올릴 예정입니다."
NEWSLETTER = "한 달에 한 번 새 글을 메일로 보내 드립니다. 언제든지 그만 받을 수 있습니다."
COOKIES = "이 사이트는 더 나은 경험을 위해 쿠키를 사용합니다. 계속 이용하시면 동의하신 것으로 봅니다."
RIGHTS = "Copyright 2024 나무상점 All rights reserved."
CARD_TEXT = "다른 곳의 글을 보여 주는 카드이며 본문이 아닙니다"


def text(value: str) -> str:
    return escape(value, quote=False)


def inline(value: str) -> str:
    """Escaped text in which the first word in the middle is bold, as people write; `code` keeps its marks."""
    words = text(value).split(" ")
    if len(words) > 8:
        words[4] = f"<strong>{words[4]}</strong>"
    return " ".join(words)


def plain(part: Part) -> str:
    """Ordinary tags, as Markdown renderers and plain editors write them."""
    if part.kind == "p":
        return f"<p>{inline(part.text)}</p>\n"
    if part.kind in ("h2", "h3"):
        return f"<{part.kind}>{text(part.text)}</{part.kind}>\n"
    if part.kind in ("ul", "ol"):
        return f"<{part.kind}>{''.join(f'<li>{text(item)}</li>' for item in part.items)}</{part.kind}>\n"
    if part.kind == "code":
        return f"<pre><code>{text(part.text)}\n</code></pre>\n"
    if part.kind == "table":
        head, *rows = part.rows
        cells = "".join(f"<th>{text(cell)}</th>" for cell in head)
        lines = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>\n"
    if part.kind == "quote":
        return f"<blockquote><p>{text(part.text)}</p></blockquote>\n"
    if part.kind == "image":
        return (
            f'<figure><img src="/a.png" alt="{text(part.text)}"><figcaption>{text(part.text)}</figcaption></figure>\n'
        )
    return '<p><a href="https://example.com/card"></a></p>\n'


def body(post: Post, draw: Callable[[Part], str] = plain) -> str:
    return "".join(map(draw, post.parts))


def others(template: str, titles: Sequence[str] = RELATED) -> str:
    """`template` once for each other post, with {n}, {title} and {summary}."""
    return "".join(template.format(n=n, title=title, summary=SUMMARY) for n, title in enumerate(titles, start=3))


def document(head: str, inside: str, names: str = "", charset: str = "utf-8") -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="ko">\n<head>\n<meta charset="{charset}">\n{head}\n</head>\n<body {names}>\n{inside}\n</body>\n</html>'
    ).encode(charset if charset == "utf-8" else "cp949")


UNWANTED = (*MENU, *RELATED, SUMMARY, BIO, COMMENT, REPLY, NEWSLETTER, COOKIES, RIGHTS, CARD_TEXT)
