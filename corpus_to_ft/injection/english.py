"""English phrases that speak to a model, by what they want of it."""

from __future__ import annotations

from corpus_to_ft.injection.phrases import phrases

_MODEL = r"(?:AI|LLM|language model|chat ?bot|chatgpt|gpt|assistant|claude|gemini|copilot|agent|summari[sz]er|model)s?"
_DROP = (
    r"(?:ignore|disregard|forget|override|bypass|skip|discard|neglect|stop following"
    r"|(?:do not|don'?t) (?:follow|obey))"
)
_PRIOR = (
    r"(?:all |any |every |of |the |your |my |these |those |previous|prior|preceding|earlier|above|foregoing|existing"
    r"|original|initial|current|system|safety|hidden|secret|other|and |or |,|\s)+"
)
_RULES = r"(?:instructions?|prompts?|rules?|directions?|guidelines?|orders?|commands?|messages?|restrictions?)"
_ANSWERS = r"(?:your|every|each|all) (?:\w+ )?(?:answers?|repl(?:y|ies)|responses?|output|summar(?:y|ies))"
_SAY = r"(?:respond|reply|answer|output|print|say|write|return|repeat|include|insert|append|add|end|mention|start)"
_SECRETS = (
    r"(?:system prompt|initial prompt|hidden prompt|system message|instructions? (?:above|verbatim|you)"
    r"|(?:api|secret|access) ?keys?|environment variables)"
)
_UNBOUND = (
    r"(?:DAN\b|unrestricted|unfiltered|jailbroken|evil|uncensored|developer mode|no longer bound"
    r"|without (?:any )?(?:rules|restrictions|limits|filters))"
)


ENGLISH = (
    phrases(
        "override",
        rf"\b{_DROP}\s+{_PRIOR}{_RULES}\b",
        r"\b(?:ignore|disregard|forget) (?:everything|all|anything) "
        r"(?:above|before|you (?:were|have been)|that (?:came|was)|prior|written|said)",
        r"\b(?:ignore|disregard|forget) (?:the |all )?(?:above|previous)(?: text)?(?: and\b| instead|,|\.)",
        needs=(
            "ignore|disregard|forget|override|bypass|skip|discard|neglect|follow|obey",
            "above|previous|everything|all |anything|instruction|prompt|rule|direction|guideline|order|command|message"
            "|restriction",
        ),
    ),
    phrases(
        "new role",
        r"\b(?:you are|you're|act as|pretend (?:to be|you are)|behave as) (?:now |an? |the )*"
        rf"(?:\w{{1,20}}[ -]){{0,3}}?{_UNBOUND}",
        r"\byou are now (?:an? |in |the |DAN)",
        r"\bfrom now on,? you (?:are|will|must|should|only)\b",
        r"\b(?:enable|enter|activate|switch to) (?:developer|debug|jailbreak|god|admin|DAN) mode\b",
        r"\bnew (?:system )?(?:instructions?|prompt) ?:",
        r"\byour new (?:task|role|instructions?|goal|objective|purpose) (?:is|are)\b",
        needs=("you are|you're|act as|pretend|behave as|from now on| mode|new instr|new prompt|new system|your new",),
    ),
    phrases(
        "told to a model",
        rf"\b(?:dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|hey|important for) "
        rf"(?:the |all |any )?{_MODEL}(?: assistants?)?\b ?[:,!.\n]",
        rf"\bif you(?:'re| are) (?:reading this as )?(?:an? )?{_MODEL}\b[^.\n]{{0,60}}?"
        rf"\b(?:must|should|do not|please|stop|{_SAY})\b",
        rf"\b{_MODEL} (?:reading|processing|summari[sz]ing|parsing) (?:this|the)\b[^.\n]{{0,40}}?"
        r"\b(?:must|should|have to|please)\b",
        needs=(
            "ai|llm|language model|chatbot|chat bot|gpt|assistant|claude|gemini|copilot|agent|summariz|summaris|model",
            "dear |attention|note to|message to|message for|instruction|hey |important for|if you|reading th"
            "|processing th|summarizing th|summarising th|parsing th",
        ),
    ),
    phrases(
        "dictated answer",
        rf"\b{_SAY}\b[^.\n]{{0,60}}?"
        rf"\b(?:in {_ANSWERS}|and nothing else|no matter what|whatever (?:the|you)|to every question)",
        rf"\b(?:in|at the end of|to) {_ANSWERS},? (?:always |you must |must |please )?{_SAY}\b",
        needs=(
            "answer|repl|response|output|summar|and nothing else|no matter what|whatever|to every question",
            "your|every|each|all |and nothing else|no matter|whatever",
        ),
    ),
    phrases(
        "secrets wanted",
        rf"\b(?:reveal|print|show|output|repeat|leak|display|tell me|send|expose|give me|dump)\b[^.\n]{{0,30}}?"
        rf"\b(?:your|its) (?:\w+ )?{_SECRETS}\b",
        needs=(
            "your|its",
            "prompt|system message|instruction|key|environment variable",
        ),
    ),
    phrases(
        "leads data out",
        r"\b(?:send|post|exfiltrate|upload|forward|transmit|append|encode)\b[^.\n]{0,60}?"
        r"\b(?:conversation|chat history|system prompt|user'?s? (?:data|input|messages?|secrets?)|api keys?"
        r"|credentials)\b"
        r"[^\n]{0,40}?(?:https?://|\bto\b[^\n]{0,20}@)",
        needs=(
            "conversation|chat history|system prompt|user|api key|credential",
            "http| to ",
        ),
    ),
)
