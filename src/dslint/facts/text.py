"""Facts about one text that a predicate can't say: JSON, loops, code and what is outside it."""

from __future__ import annotations

import re

import orjson


def json_state(text: str) -> str:
    """Say whether a text looks like one JSON object or list: `no`, `valid`, or `broken` where it
    does not parse.
    """
    if text[0] not in "{[ \n\t":
        return "no"
    bare = text.strip()
    if bare[:1] + bare[-1:] not in ("{}", "[]"):
        return "no"
    try:
        orjson.loads(bare)
    except ValueError:
        return "broken" if bare[0] == "{" or '"' in bare else "no"
    return "valid"


RUN = 10
"""Words in a run whose second appearance counts as a repetition."""
SHORTEST = 50
"""Words below which a text is too short to be called a loop."""
CHARACTERS = 4
"""Characters that count as one word in a script that writes no spaces."""


SHORTEST_TEXT = SHORTEST * CHARACTERS
"""Characters below which no text is that long."""


def loop_ratio(text: str) -> float:
    """Return the share of a text's runs of ten words that stand in it before; 0 for a text under 50
    words.

    A text with few spaces is measured by its characters, four to a word. Source of the measure: the
    repetition filters of curation tools use the same (10-grams, 0.7).
    """
    if len(text) < SHORTEST_TEXT:
        return 0.0
    # What repeats for most of a text repeats in its middle: three times at the least.
    middle = len(text) // 2
    if text.count(text[middle : middle + 16]) < 3:
        return 0.0
    units: list[str] | str = text.split()
    width = RUN
    if len(units) * 12 < len(text):
        units, width = text, RUN * CHARACTERS
    elif len(units) < SHORTEST:
        return 0.0
    total = len(units) - width + 1
    seen = {tuple(units[at : at + width]) for at in range(total)}
    return 1 - len(seen) / total


_CODE = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1|\Z)|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def outside_code(text: str) -> str:
    """Return a text without its Markdown code: fenced blocks and spans between backticks."""
    if "`" not in text and "~~~" not in text:
        return text
    return _CODE.sub(" ", text)


_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})([^`\n]*)$", re.MULTILINE)


def unclosed_fence(text: str) -> bool:
    """Say whether a fenced block of code is opened and never closed.

    Fences inside a fenced page of Markdown don't pair as CommonMark has it: their number must be
    odd too.
    """
    fences = _FENCE.findall(text)
    if len(fences) % 2 == 0 or text.rstrip().endswith(("```", "~~~")):
        return False
    opened = ""
    for ticks, info in fences:
        if not opened:
            opened = ticks
        elif ticks.startswith(opened) and not info.strip():
            opened = ""
    return bool(opened)


_PLACEHOLDER = re.compile(
    r"(?<![\\${}\w^])\{\{ ?([A-Za-z][\w-]*(?:[ .][A-Za-z][\w-]*)*) ?\}\}(?![}\w(])"
)
_TEMPLATE = re.compile(
    r"\{%|\{\{[#/>^!{&-]|\$\{\{|\{\{[^{}\n]*[|(]|\\[A-Za-z]+\{|</\w|/>|=[\"']\{\{"
    r"|\b(?:const|let|var) [^\n]*=|\bfunction\b ?\w*\(|^(?:import|export) \w",
    re.MULTILINE,
)
_TEMPLATES = re.compile(
    r"\{\{|placeholder|template|variable|jinja|mustache|handlebars|liquid|django|blade|twig|angular|\bvue\b"
    r"|\bhelm\b|占位符|模板|变量",
    re.IGNORECASE,
)


def placeholder(text: str, asked: str) -> str:
    """Return the first `{{name}}` of a text that nobody filled in; '' where there is none.

    Neither one in code, in a template language or in a formula, nor one in a conversation about
    templates: `asked` is the message before.
    """
    prose = outside_code(text)
    found = _PLACEHOLDER.search(prose)
    if not found or _TEMPLATE.search(prose) or _TEMPLATES.search(asked):
        return ""
    rest = prose.replace("{{", "").replace("}}", "")
    return "" if _TEMPLATES.search(rest) else found[0]


SPECIAL_TOKENS = (
    *("<|endoftext|>", "<|endofprompt|>", "<|im_start|>", "<|im_end|>", "<|im_sep|>"),
    *("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"),
    *("<|eot_id|>", "<|eom_id|>", "<|python_tag|>", "<|system|>", "<|user|>", "<|assistant|>"),
    *("<|observation|>", "<|end|>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
    *("<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>", "<start_of_turn>", "<end_of_turn>", "[gMASK]"),
    *("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<｜begin▁of▁sentence｜>"),
    *("<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"),
    *("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"),
)
"""The tokens with which chat templates mark turns and ends: ChatML, Llama 2 and 3, Phi, GLM, Gemma,
Command R, DeepSeek, fill-in-the-middle. `<s>` and `</s>` are not here: they are HTML too."""


_SPECIAL = re.compile("|".join(map(re.escape, SPECIAL_TOKENS)))


def special_token(text: str) -> str:
    """Return the first token of a chat template that is written out in a text; '' without one."""
    found = _SPECIAL.search(text)
    return found[0] if found else ""


def upper_share(text: str) -> float:
    """Return the share of capitals among the letters of a text that have case.

    0 for a text with fewer than 20 of these, or with more letters that have none: most of the
    world's scripts.
    """
    upper = sum(map(str.isupper, text))
    cased = upper + sum(map(str.islower, text))
    if cased < 20 or cased * 2 < sum(map(str.isalpha, text)):
        return 0.0
    return upper / cased
