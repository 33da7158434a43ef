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
_RULES = r"(?:instructions?|prompts?|rules?|directi(?:on|ve)s?|guidelines?|orders?|commands?|messages?|restrictions?)"
# Names of models that no reader is addressed by.
_NAME = r"(?:chat ?gpt|gpt-?\d\w*|claude|gemini|copilot|llama|AI assistant|AI|LLM|assistant)"
_DO = (
    r"(?:ignore|please|you|do|don'?t|say|write|output|mention|tell|follow|respond|reply|answer|forget|include|print"
    r"|recommend|rate|stop|state|claim|always|never|translate|summari[sz]e|give)"
)
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
        rf"\b(?:your|all|the) (?:previous|prior|earlier|original|old|above) {_RULES} "
        r"(?:are|is|were|have been|has been)(?: now)? "
        r"(?:cancel|void|revoked|replaced|overrid|obsolete|invalid|no longer)",
        r"\beverything (?:above|before this|so far) (?:is|was) (?:just |only )?"
        r"(?:a test|fake|irrelevant|a joke|a decoy)",
        r"\b(?:your|the) (?:real|actual|true) (?:instructions?|task|goal|prompt) (?:is|are|follows?|begins?)\b",
        r"\b(?:the|your) (?:real|actual|true) (?:task|instructions?|goal) ?:",
        r"\bsystem override\b|\b(?:begin|start of|end of|end) system prompt\b",
        r"\bdo not (?:summari[sz]e|translate|answer) (?:this|the) \w+[;,.]? (?:and |but )?instead,? "
        r"(?:say|output|write|print|reply|respond)",
        needs=(
            "ignore|disregard|forget|override|bypass|skip|discard|neglect|follow|obey|previous|prior|earlier|original|everything"
            "|real|actual|true|system prompt|instead|old |above",
            "above|previous|everything|all |anything|instruction|prompt|rule|direct|guideline|order|command|message"
            "|restriction|override|instead|task|goal",
        ),
    ),
    phrases(
        "new role",
        r"\b(?:you are|you're|act as|pretend (?:to be|you are)|behave as) (?:now |an? |the )*"
        rf"(?:\w{{1,20}}[ -]){{0,3}}?{_UNBOUND}",
        r"\byou are now (?:an? |in |the |DAN)",
        r"\bfrom (?:now|this (?:point|moment)) (?:on|forward|onwards?),? (?:you (?:are|will|must|should|only)"
        r"|always|respond|reply|answer)\b",
        r"\bact as if you (?:have|had) no (?:restrictions|rules|limits|filters|guidelines)",
        r"\bdo anything now\b|\b(?:DAN|jailbreak|god) mode (?:activated|enabled|on)\b",
        r"\b(?:enable|enter|activate|switch to) (?:developer|debug|jailbreak|god|admin|DAN) mode\b",
        r"\bnew (?:system )?(?:instructions?|prompt) ?:",
        r"\byour new (?:task|role|instructions?|goal|objective|purpose) (?:is|are)\b",
        needs=(
            "you are|you're|act as|pretend|behave as|from now|from this| mode|new instr|new prompt|new system|your new"
            "|anything now",
        ),
    ),
    phrases(
        "told to a model",
        rf"\b(?:dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|hey|important for) "
        rf"(?:the |all |any )?{_MODEL}(?: assistants?)?\b ?[:,!.\n]",
        rf"\bif you(?:'re| are) (?:reading this as )?(?:an? )?{_MODEL}\b[^.\n]{{0,60}}?"
        rf"\b(?:must|should|do not|please|stop|{_SAY})\b",
        rf"(?:^|[.!?:>] ?|\b(?:hello|hi|hey|dear) ){_NAME},? ?[,:] ?{_DO}\b",
        rf"\b(?:hello|hi|hey|dear) {_NAME}[,!]",
        r"\b(?:when|while|if) (?:you are )?(?:summari[sz]ing|translating|asked|(?:processing|reading|answering)"
        r"(?: \w+){0,2} (?:page|article|text|document|post|content))\b"
        r"[^.,\n]{0,40},? (?:always |please |you must |you should |just )?"
        r"(?:say|mention|write|state|output|recommend|claim|answer that|reply)\b",
        rf"\bas an? {_MODEL}\b[^.,\n]{{0,30}},? you (?:should|must|need|have to|are required)\b",
        rf"\b(?:any|every|all) {_NAME}s? (?:that|which|who) (?:reads?|process(?:es)?|summari[sz]es?|sees?)\b"
        r"[^.\n]{0,40}?\b(?:must|should|has to|have to)\b",
        r"\b(?:AI (?:assistants|models|agents)|LLMs|chatbots|language models) (?:should|must) (?:always |only )?"
        r"(?:recommend|mention|praise|rate|promote)\b",
        rf"<!--\s*(?:{_NAME}|prompt|instructions?)\b",
        rf"\b{_MODEL} (?:reading|processing|summari[sz]ing|parsing) (?:this|the)\b[^.\n]{{0,40}}?"
        r"\b(?:must|should|have to|please)\b",
        needs=(
            "ai|llm|language model|chatbot|chat bot|gpt|assistant|claude|gemini|copilot|llama|agent|summariz|summaris"
            "|model|translating|processing|reading|answering|asked|<!--",
            "dear |attention|note to|message to|message for|instruction|hey |important for|if you|reading|processing"
            "|summarizing|summarising|parsing|translating|answering|asked|hello |hi |should|must|any "
            "|every |all |<!--|, |: ",
        ),
    ),
    phrases(
        "dictated answer",
        rf"\b{_SAY}\b[^\n]{{0,60}}?"
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
        r"\b(?:print|repeat|reveal|show|output) (?:me )?(?:all (?:of )?|back )?your (?:\w+ )?"
        r"(?:instructions|prompt|rules)\b",
        r"\btell the user (?:that|to)\b[^.\n]{0,60}?(?:password|account|click|visit|https?:)",
        r"\bwhat (?:is|was|are|were) your (?:\w+ )?"
        r"(?:system prompt|initial prompt|original instructions|hidden prompt)\b",
        needs=(
            "your|its|their|the user",
            "prompt|system message|instruction|key|environment variable|rules|password|account|click|visit|http",
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
