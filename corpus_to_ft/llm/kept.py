"""What the run file knows of a prompt: its answer, or an earlier reply that can be read by now."""

from __future__ import annotations

from corpus_to_ft.errors import BadReply
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.records import Prompt, ProviderFailure, Reply
from corpus_to_ft.store import RunStore


def kept_answer(store: RunStore, provider: str, prompt: Prompt) -> Reply | ProviderFailure | None:
    """None where nobody has answered. `provider` is the fingerprint of who is asked.

    A reply that could not be read was set aside, and asked for once more. When reading has become better since,
    it is the answer: it came first, and it is paid.
    """
    answer = store.reply(provider, prompt.id)
    aside = [kept.reply for kept in store.replies_aside(provider, prompt.id) if not kept.is_cut]
    if not aside or (isinstance(answer, Reply) and _fits(answer, prompt)):
        return answer
    return next((reply for reply in aside if _fits(reply, prompt)), answer)


def _fits(reply: Reply, prompt: Prompt) -> bool:
    try:
        read_json_reply(reply, prompt.schema)
    except BadReply:
        return False
    return True
