"""Takes out of a text what carries no meaning, and gives what does one form: NFC with `\n` line ends."""

from __future__ import annotations

import re
import unicodedata

from corpus_to_ft.decode.private_use import RANGES, without_private_use

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_JUNK = re.compile(
    # What a terminal obeys: colors, cursor moves, links; without the escape alone, its letters would stay as text.
    "\x1b\\[[0-?]*[ -/]*[@-~]|\x9b[0-9;]+m|\x1b\\][^\x07\x1b\n]*(?:\x07|\x1b\\\\)"
    # Controls, surrogates (a JSON escape can make one), non-characters, soft hyphen, direction marks, byte order marks.
    "|[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]"
    # Joiners mean something after Arabic and Indic letters, and the wide one between the parts of an emoji.
    "|(?<![\u0600-\u0dff])\u200c"
    "|(?<![\u0600-\u0dff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
    "|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?![\u2190-\u2bff\U0001f000-\U0001faff])"
    # Tag characters draw three flags; anywhere else they hide text from the reader.
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
# Everything that the two above may touch: one look tells that a text holds none of it.
_UNCLEAN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    f"\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f{RANGES}]"
)
# Half-width jamo, the filler among them; each is the narrow form of an ordinary one.
_NARROW = re.compile("[\uffa0-\uffdc]+")
_WIDE = {
    code: chr(int(unicodedata.decomposition(chr(code)).split()[1], 16))
    for code in range(0xFFA1, 0xFFDD)
    if unicodedata.decomposition(chr(code))
}
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
# As at a keyboard: a consonant before a vowel begins the next syllable.
_SPELLED = re.compile(f"([{INITIALS}])([ㅏ-ㅣ])(?:([{FINALS}])(?![ㅏ-ㅣ]))?")


def clean_text(text: str) -> str:
    """NFC with `\n` line ends, without control, zero-width and other characters that carry no meaning.

    Half-width Hangul becomes ordinary syllables; no other compatibility character is changed.
    """
    if _UNCLEAN.search(text):
        text = without_private_use(_JUNK.sub("", _LINE_ENDS.sub("\n", text)))
    text = _NARROW.sub(_widened, text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _widened(found: re.Match[str]) -> str:
    return _SPELLED.sub(lambda jamo: syllable(*jamo.groups("")), found.group().translate(_WIDE)).replace("\uffa0", "")


def syllable(initial: str, vowel: str, final: str = "") -> str:
    """The syllable of compatibility jamo (U+3131 to U+3163); `final` may be empty."""
    last = FINALS.index(final) + 1 if final else 0
    return chr(0xAC00 + (INITIALS.index(initial) * 21 + ord(vowel) - ord("ㅏ")) * 28 + last)
