"""Marks of a chat or of a prompt, and addresses with a hole for stolen words; they need no language."""

from __future__ import annotations

from corpus_to_ft.injection.phrases import phrases

_TOKENS = (
    r"im_start|im_end|system|user|assistant|end|eot_id|start_header_id|end_header_id|endoftext|begin_of_text"
    r"|endofprompt|tool_call"
)
_SPEAKS = r"\b(?:you|your|ignore|must|always|never)\b|너는|당신은|답하|무시|출력|지시|하세요|하라|해라"
# A hole in an address that a model is to fill: {data}, [SECRET], <chat>, YOUR_KEY.
_HOLE = r"(?:\{[^}\s]{0,80}\}|\[[A-Z_]{1,80}\]|<[^>\s]{1,80}>|%7B\w{1,80}%7D|(?:YOUR|USER|CHAT|SYSTEM)_\w{1,80})"
_STOLEN = r"q|data|d|leak|secret|prompt|conversation|history|chat|c|payload"
_END = r"(?:end of (?:the )?(?:document|source|text|context|input)|(?:문서|자료|원문|본문|입력)(?:의)? ?끝)"


MARKS = (
    phrases(
        "chat turn",
        rf"<\|(?:{_TOKENS})\|>",
        r"\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>",
        r"\[/?(?:SYSTEM|SYS_PROMPT|AVAILABLE_TOOLS)\]",
        r"</?(?:system|assistant)(?:[_ -](?:prompt|message|instructions?))?>(?=\s*(?:\w|<(?:user|human|assistant)))",
        r"^#{2,4} ?(?:Instruction|System|Response|Human|Assistant)s? ?:",
        rf"^(?:system|시스템)(?: ?(?:prompt|message|프롬프트|메시지))? ?[:：] *(?=[^\n]{{0,60}}?(?:{_SPEAKS}))",
        r"^(?:user|human|사용자) ?[:：][^\n]+\n+(?:assistant|ai|bot|어시스턴트|도우미|챗봇) ?[:：]",
        r"^(?:assistant|어시스턴트) ?[:：] *(?=\S)",
        needs=(
            "<|im_|<|e|<|s|<|u|<|a|<|b|<|t|inst]|sys>>|_of_turn>|[system|[/system|sys_prompt|available_tools"
            "|<system|<assistant|</system|</assistant|# instr|# system|# respo|# human|# assis|#instr|#system|#respo"
            "|#human|#assis|system:|system :|system：|시스템:|시스템 :|시스템：|system prompt|system message"
            "|시스템 프롬|시스템 메시|assistant:|assistant :|assistant：|어시스턴트:|어시스턴트 :|ai:|ai :|bot:|bot :"
            "|도우미:|챗봇:",
        ),
    ),
    phrases(
        "forged mark",
        r"\[(?:자료|원문|문서|SOURCE|DOCUMENT|CONTEXT) ?(?:끝|시작|ENDS?|BEGINS?)\b[^\]\n]{0,40}\]",
        rf"^={{3,}} ?(?:[0-9a-f]{{12,}}|{_END}) ?={{3,}}",
        rf"^-{{3,}} ?{_END}",
        needs=("[자료|[원문|[문서|[source|[document|[context|end of|끝|===",),
    ),
    phrases(
        "leads data out",
        rf"!\[[^\]\n]{{0,200}}\]\(\s?https?://[^)\s]{{1,300}}?[?&][\w-]{{1,40}}={_HOLE}",
        rf"https?://[^\s?]{{1,200}}\?(?:\S{{0,300}}&)?(?:{_STOLEN})={_HOLE}",
        needs=("http", "={|=[|=<|=%7b|=your_|=user_|=chat_|=system_"),
    ),
)
