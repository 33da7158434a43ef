"""The last look before a prompt leaves this machine: documents are masked already, so this finds what went wrong."""

from __future__ import annotations

from corpus_to_ft.language import Sentence
from corpus_to_ft.privacy.find import find_personal
from corpus_to_ft.privacy.kinds import counted, told
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Prompt


def reason_to_withhold(prompt: Prompt, settings: PrivacySettings) -> Sentence | None:
    """Why this prompt must not be sent; None where it may, and always where personal data is kept on purpose."""
    if settings.mode == "keep":
        return None
    found = [one for message in prompt.messages for one in find_personal(message.content, settings)]
    if not found:
        return None
    return Sentence("the prompt holds personal data and was not sent: {found}", found=told(counted(found)))
