"""Invented personal data in every form that people write it, and text that only looks like some.

Nothing here belongs to anybody: numbers are drawn from a seed and given the check digits that real ones have.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
SPOKEN = str.maketrans("0123456789", "공일이삼사오육칠팔구")
SURNAMES, GIVEN = "김이박최정강조윤장임", ("서연", "도윤", "하은", "지호", "수아", "민재")


def digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(count))


def resident(draw: random.Random, *, foreign: bool = False, checked: bool = True) -> str:
    sex = draw.choice("5678" if foreign else "1234")
    year = draw.randrange(50, 100) if sex in "1256" else draw.randrange(0, 15)
    head = f"{year:02}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{sex}{digits(draw, 5)}"
    total = sum(w * int(d) for w, d in zip((2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), head, strict=True))
    check = ((13 if foreign else 11) - total % 11) % 10
    whole = head + str(check if checked else (check + 5) % 10)
    return f"{whole[:6]}-{whole[6:]}"


def business(draw: random.Random) -> str:
    head = str(draw.randrange(101, 900)) + digits(draw, 6)
    total = sum(w * int(d) for w, d in zip((1, 3, 7, 1, 3, 7, 1, 3, 5), head, strict=True)) + int(head[8]) * 5 // 10
    whole = head + str((10 - total % 10) % 10)
    return f"{whole[:3]}-{whole[3:5]}-{whole[5:]}"


def corporate(draw: random.Random) -> str:
    head = draw.choice(("110111", "130111", "180111", "200111")) + digits(draw, 6)
    total = sum(int(d) * (1 + at % 2) for at, d in enumerate(head))
    return f"{head[:6]}-{head[6:]}{(10 - total % 10) % 10}"


def card(draw: random.Random) -> str:
    head = draw.choice(("4", "51", "55", "2345", "3569", "6221", "9410", "9420"))
    head += digits(draw, 15 - len(head))
    total = sum(sum(map(int, str(int(d) * (2 - at % 2)))) for at, d in enumerate(head))
    whole = head + str((10 - total % 10) % 10)
    return "-".join(whole[at : at + 4] for at in range(0, 16, 4))


def mobile(draw: random.Random) -> str:
    return f"010-{draw.randrange(2000, 10000)}-{digits(draw, 4)}"


def email(draw: random.Random) -> str:
    name = draw.choice(("hong.gildong", "seoyeon", "dev-team", "kim_dy", "p.jiho", "hr"))
    return f"{name}{draw.randrange(100)}@{draw.choice(('company.co.kr', 'gmail.com', 'naver.com', 'sub.leaf.io', 'univ.ac.kr'))}"


def positives() -> list[tuple[str, str, str]]:
    """(kind, text, the value in it); more than four hundred."""
    draw = random.Random(7)
    made = [case for number in range(12) for case in _round(draw, number)]
    return [(kind, text.replace("@@", value), value) for kind, text, value in made]


def _round(draw: random.Random, number: int) -> Iterator[tuple[str, str, str]]:
    yield from _numbers(draw)
    yield from _phones(draw)
    yield from _accounts(draw)
    yield from _emails(draw)
    yield from _places(draw, number)
    yield from _secrets(draw)


def _numbers(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    kind = "resident_number"
    yield kind, "신청자 홍길동(@@)은 서류를 냈습니다.", resident(draw)
    yield kind, "주민등록번호: @@", resident(draw, checked=False)
    yield kind, "본인 확인에는 @@를 썼다.", resident(draw).translate(WIDE)
    yield kind, "확인 번호 @@ 입니다.", resident(draw).replace("-", "")
    yield kind, "주민번호 @@로 조회", resident(draw).replace("-", " ")
    yield kind, "번호는 @@ 이다", resident(draw).replace("-", " - ")
    yield kind, "등록: @@", resident(draw).replace("-", "–")
    yield kind, "긴 줄의 끝에서 @@ 로 나뉜다", resident(draw).replace("-", "-\n")
    yield kind, "가운데가 끊긴 @@ 번호", "\n".join((whole := resident(draw))[at] for at in (slice(0, 4), slice(4, 14)))
    yield kind, "숨은 글자 @@ 도 찾는다", "\u200b".join(resident(draw))
    yield "foreigner_number", "외국인등록번호 @@", resident(draw, foreign=True)
    yield "foreigner_number", "등록증 @@ 사본", resident(draw, foreign=True)
    yield "passport", "여권번호는 @@입니다", f"M{digits(draw, 8)}"
    yield "passport", "여행자 @@ 확인", f"M{digits(draw, 3)}{draw.choice('ABCDEFG')}{digits(draw, 4)}"
    yield (
        "driver_license",
        "면허 @@ 갱신",
        f"{draw.randrange(11, 27)}-{digits(draw, 2)}-{digits(draw, 6)}-{digits(draw, 2)}",
    )
    yield "business_number", "사업자등록번호 @@", business(draw)
    yield "business_number", "사업자번호(@@)로 발행", business(draw).replace("-", "")
    yield "corporate_number", "법인등록번호 @@", corporate(draw)
    yield "card", "카드번호 @@ 결제", card(draw)
    yield "card", "결제 수단 @@", card(draw).replace("-", " ")
    yield "card", "저장된 값 @@ 삭제", card(draw).replace("-", "")
    assert whole


def _phones(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    kind = "phone"
    yield kind, "연락처는 @@입니다.", mobile(draw)
    yield kind, "문자는 @@로 보내세요", mobile(draw).replace("-", "")
    yield kind, "담당 @@ (오후)", mobile(draw).replace("-", ".")
    yield kind, "담당 @@ 부재중", mobile(draw).replace("-", " ")
    yield kind, "해외에서는 @@", "+82-" + mobile(draw)[1:]
    yield kind, "국제 @@ 로", "+82 " + mobile(draw)[1:].replace("-", " ")
    yield kind, "전화번호는 @@ 이에요", mobile(draw).replace("-", " ").translate(SPOKEN)
    yield kind, "줄이 바뀌어 @@ 됩니다", mobile(draw)[:9] + "\n" + digits(draw, 4)
    yield kind, "전각 @@ 번호", mobile(draw).translate(WIDE)
    yield kind, "본사 @@", f"02-{draw.randrange(300, 1000)}-{digits(draw, 4)}"
    yield kind, "지사 (@@) 로 문의", f"031-{draw.randrange(200, 1000)}-{digits(draw, 4)}"
    yield kind, "팩스 @@", f"051){draw.randrange(200, 1000)}-{digits(draw, 4)}"
    yield kind, "인터넷 전화 @@", f"070-{draw.randrange(4000, 9000)}-{digits(draw, 4)}"
    yield kind, "안심번호 @@", f"0507-{draw.randrange(1000, 2000)}-{digits(draw, 4)}"


def _accounts(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    bank = draw.choice(("국민은행", "신한은행", "우리은행", "카카오뱅크", "농협", "토스뱅크"))
    yield "account", f"{bank} @@ (예금주 홍길동)", f"110-{digits(draw, 3)}-{digits(draw, 6)}"
    yield "account", "입금 계좌는 @@입니다", f"{digits(draw, 6)}-02-{digits(draw, 6)}"
    yield "account", "환불 계좌 @@", f"1002-{digits(draw, 3)}-{digits(draw, 6)}"
    yield "account", "계좌번호: @@", f"3333{digits(draw, 9)}"


def _emails(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    yield "email", "메일은 @@로 주세요.", email(draw)
    yield "email", "<@@>에게 보낸다", email(draw)
    yield "email", "문의: @@", email(draw).replace("@", " (at) ")
    yield "email", "문의는 @@ 입니다", email(draw).replace("@", "골뱅이")
    yield "email", "주소 @@ 확인", email(draw).replace("@", "[at]").replace(".", "[dot]")
    yield "email", "전각 @@ 주소", email(draw).replace("@", "＠")


def _places(draw: random.Random, number: int) -> Iterator[tuple[str, str, str]]:
    yield "address", "주소는 @@입니다.", f"서울특별시 강남구 테헤란로 {draw.randrange(2, 500)}"
    yield (
        "address",
        "배송지: @@",
        f"경기도 성남시 분당구 판교역로{number + 2}번길 {draw.randrange(2, 99)}, 10{number % 10}동 120{number % 10}호",
    )
    yield "address", "그는 @@에 산다", f"부산 해운대구 우동 {draw.randrange(100, 999)}-{draw.randrange(1, 30)}"


def _secrets(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    word = "".join(draw.choice(letters) for _ in range(44)) + "7a"
    yield "credential", "키는 @@ 였다", f"sk-{word[:40]}"
    yield (
        "credential",
        "export AWS_KEY=@@",
        "AKIA" + "".join(draw.choice("ABCDEFGHIJKLMNOP234567") for _ in range(15)) + "7",
    )
    yield "credential", "token @@ 를 지웠다", f"ghp_{word[:34]}7a"
    yield "credential", "Authorization: Bearer @@", f"eyJhbGciOiJIUzI1NiJ9.eyJ{word[:24]}.{word[2:40]}"
    yield "credential", "password=@@", f"{word[:6]}!{digits(draw, 3)}x"


def negatives() -> list[str]:
    """Text that only looks like personal data; more than four hundred."""
    draw = random.Random(11)
    return [text for _ in range(9) for text in _traps(draw)]


def _traps(draw: random.Random) -> Iterator[str]:
    n = draw.randrange
    hexes = "".join(draw.choice("0123456789abcdef") for _ in range(40))
    yield f"버전 {n(1, 9)}.{n(20)}.{n(400)} 을 배포했다"
    yield f"v{n(1, 9)}.{n(20)}.{n(400)}-rc.{n(1, 9)}"
    yield f"포트 {n(1024, 65000)}:{n(1024, 65000)} 을 연다"
    yield f"20{n(10, 26)}-0{n(1, 10)}-{n(10, 29)} {n(10, 24)}:{n(10, 60)}:{n(10, 60)}"
    yield f"20{n(10, 26)}년 {n(1, 13)}월 {n(1, 29)}일에 시작해 20{n(10, 26)}년에 끝났다"
    yield f"기간 2024.0{n(1, 10)}.{n(10, 29)} ~ 2025.0{n(1, 10)}.{n(10, 29)}"
    yield f"서버 10.{n(256)}.{n(256)}.{n(256)} 와 192.168.{n(256)}.{n(256)}:8080"
    yield f"커밋 {hexes}"
    yield f"커밋 {hexes[:9]} 에서 고쳤다"
    yield f"{hexes[:8]}-{hexes[8:12]}-4{hexes[12:15]}-a{hexes[15:18]}-{hexes[18:30]}"
    yield f"550e8400-e010-{n(1000, 10000)}-{n(1000, 10000)}-{hexes[:12]}"
    yield f"sha256:{hexes}{hexes[:24]}"
    yield f"ISBN 978-89-{n(1000, 10000)}-{n(100, 1000)}-{n(10)}"
    yield f"ISBN 97889{digits(draw, 8)}"
    yield f"합계 {n(1, 999)},{n(100, 1000)},{n(100, 1000)},{n(100, 1000)}원"
    yield f"{n(10**9, 10**10)}개의 행을 읽었다"
    yield f"timestamp: 17{digits(draw, 11)}"
    yield f'{{"created": 16{n(10, 13)}{n(10, 29)}{digits(draw, 7)}}}'
    yield f"id=17{digits(draw, 17)} 인 메시지"
    yield f"주문번호 20{n(20, 26)}0{n(1, 10)}{n(10, 29)}-{digits(draw, 7)}"
    yield f"송장 {n(20, 26)}0{n(1, 10)}{n(10, 29)}-0{digits(draw, 6)} 조회"
    yield f"대표번호 1588-{n(1000, 10000)}로 전화하세요"
    yield f"고객센터 1{draw.choice('568')}44-{n(1000, 10000)}"
    yield f"무료 상담 080-{n(200, 999)}-{n(1000, 10000)}"
    yield f"0.{digits(draw, 12)} 0.{digits(draw, 12)} 1.{digits(draw, 8)}"
    yield f"[{n(1000)}, {n(1000)}, {n(1000)}, {n(1000)}, {n(1000)}]"
    yield f"{n(1, 99)} {n(1, 99)} {n(1, 99)} {n(1, 99)} {n(1, 99)} {n(1, 99)}"
    yield "01010101 01101110 이진수"
    yield f"0x{hexes[:16]} 0b01101101"
    yield f"lodash@{n(1, 9)}.{n(20)}.{n(30)} 과 @types/node@{n(10, 22)}"
    yield f"icon@{n(1, 4)}x.png 와 @media print, @Component.class"
    yield "git clone git@github.com:team/repo.git"
    yield f"ssh ec2-user@ec2-3-3-{n(99)}-3.ap-northeast-2.compute.amazonaws.com"
    yield "root@web-1.internal:~# ls"
    yield "docker pull nginx@sha256:" + hexes + hexes[:24]
    yield "password = get_password(user)"
    yield "password: ${DB_PASSWORD}, token: process.env.TOKEN"
    yield 'api_key = os.environ["OPENAI_API_KEY"]'
    yield "비밀번호는 여덟 자 이상이어야 합니다"
    yield "Authorization: Bearer <token> 을 붙인다"
    yield "const token = await getAccessToken(client)"
    yield "sk-learn 과 sk-button-primary 클래스"
    yield f"서울 강남구에서 {n(2, 90)}명이 왔다"
    yield f"도구 프로그램으로 {n(2, 90)}개를 만들었다"
    yield f"연구 결과로 {n(2, 90)}편의 논문을 냈다"
    yield f"전시 {n(2, 30)}층과 지하 {n(1, 5)}층"
    yield f"RFC {n(1000, 9999)}, 이슈 #{n(1000, 99999)}, 에러 코드 {n(10000, 99999)}"
    yield f"위도 37.{digits(draw, 6)}, 경도 127.{digits(draw, 6)}"
    yield f"arn:aws:iam::{digits(draw, 12)}:role/reader"
    yield f"범위 {n(100, 999)}-{n(100, 999)} 쪽, 표 {n(1, 9)}-{n(1, 9)}-{n(1, 9)}"
    yield f"M{n(1, 4)} 칩과 S{n(10, 25)} 기기, R{n(1000, 9999)}"
    yield f"사업 번호 123-45-6789{draw.choice('023456789')}"
    yield f"card_{hexes[:24]}, pi_{hexes[5:29]}"
    yield "이일이 오기 전에 이 일을 사오 일 안에 끝내자"
