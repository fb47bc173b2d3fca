"""Facts about one text: loops, JSON, code and placeholders, odd characters, thinking."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.facts import characters, reasoning, text
from dslint.facts.text import json_state, loop_ratio, outside_code, placeholder, unclosed_fence

PROSE = {
    "English": "The keeper of the lighthouse wrote down the weather and the ships, and on some "
    "days a line about the cat, the price of oil, or a letter that had come from "
    "his sister in the "
    "north, who asked whether he was well and when he would come home, for the ga"
    "rden was too much "
    "for her alone and the roof let in the rain.",
    "Russian": "Смотритель маяка записывал погоду и корабли, а иногда строку о кошке, о цене"
    " масла "
    "или о письме от сестры с севера, которая спрашивала, здоров ли он и когда вернётся домой, "
    "потому что сад стал ей одной не по силам, а крыша давно уже протекала в каждый дождь.",
    "Arabic": "كتب حارس المنارة عن الطقس والسفن وأحيانا سطرا عن القطة أو عن سعر الزيت أو رس"
    "الة من "
    "أخته في الشمال التي سألت إن كان بخير ومتى يعود إلى البيت لأن الحديقة صارت كث"
    "يرة عليها وحدها "
    "والسقف يدخل منه المطر في كل شتاء وهي تنتظره منذ سنوات طويلة",
    "Hindi": "प्रकाशस्तंभ का रखवाला मौसम और जहाज़ों के बारे में लिखता था और कभी बिल्ली या तेल "
    "के दाम "
    "पर एक पंक्ति और कभी उत्तर में रहने वाली बहन की चिट्ठी के बारे में जो पूछती थी क"
    "ि वह कैसा है और "
    "घर कब लौटेगा क्योंकि बगीचा उसके अकेले के बस का नहीं था और छत हर बारिश में टपकती थी",
    "Thai": "ผู้ดูแลประภาคารจดบันทึกสภาพอากาศและเรือที่ผ่านไปมาบางวันก็เขียนถึงแมวหรือราคาน้ำมั"
    "นหรือจดหมายจาก"
    "น้องสาวทางเหนือที่ถามว่าเขาสบายดีไหมและจะกลับบ้านเมื่อไรเพราะสวนใหญ่เกินกว่าที่เธอจะ"
    "ดูแลคนเดียวและหลังคาก็รั่วทุกครั้งที่"
    "ฝนตกหนักเขาตอบว่าปีหน้าจะกลับไปช่วยซ่อมทุกอย่างให้เรียบร้อย",
    "Chinese": "灯塔看守人每天记录天气和过往的船只，有时也写一行关于猫的事，或者油价，或者北"
    "方妹妹的来信。"
    "她问他身体好不好，什么时候回家，因为花园她一个人照顾不过来，屋顶也漏雨了。他"
    "回信说春天一到就动身，"
    "先修屋顶，再把苹果树剪一剪，然后两个人坐在门口喝茶，听听那只老收音机里的歌。"
    "可是春天来了又去，海上的雾总是不散，"
    "他只好把行李放回床底下，继续点灯，继续写字，继续等下一班送信的船，船长每次都"
    "带来一包新的茶叶和几句港口的闲话。",
    "Japanese": "灯台守は毎日、天気と通り過ぎる船を書きとめ、ときには猫のことや油の値段、北に"
    "住む妹からの手紙の"
    "ことも一行だけ書いた。妹は元気か、いつ帰るのかと尋ね、庭はひとりでは手に負え"
    "ず、屋根は雨のたびに漏るのだと"
    "こぼしていた。春になったら帰ると返事をして、まず屋根を直し、りんごの枝を切り"
    "、それから二人で縁側に座って茶を"
    "飲もうと約束したが、霧はなかなか晴れず、荷物はまた寝台の下に戻り、彼は今日も"
    "灯をともして次の船を待っている。",
    "Korean": "등대지기는 날마다 날씨와 지나가는 배를 적었고 가끔은 고양이나 기름값이나 북"
    "쪽에 사는 누이의 편지에 "
    "대해서도 한 줄을 남겼다. 누이는 잘 지내는지 언제 집에 오는지 물었고 정원은 "
    "혼자 돌보기에 너무 크고 지붕은 비가 올 "
    "때마다 샌다고 했다. 그는 봄이 오면 돌아가서 지붕부터 고치고 사과나무 가지를 "
    "치겠다고 답장을 썼지만 안개는 걷히지 않았다.",
}


@pytest.mark.parametrize("language", PROSE)
def test_prose_is_no_loop_and_prose_that_repeats_is_one(language: str) -> None:
    prose = PROSE[language]
    assert loop_ratio(prose) == 0
    assert loop_ratio(f"{prose} " * 8) > 0.8
    assert loop_ratio(prose + f" {prose[:40]}" * 60) > 0.7


def test_a_loop_in_the_middle_of_a_text_is_measured() -> None:
    assert loop_ratio(PROSE["English"] + " and so on and on" * 100 + ". Good night!") > 0.7


def test_short_texts_and_tables_are_no_loops() -> None:
    assert loop_ratio("Row, row, row your boat. " * 3) == 0
    table = "\n".join(
        f"| {n} | crate {n * 7} | {n * 13} crowns | quay {n % 4} |" for n in range(80)
    )
    assert loop_ratio(table) < 0.3


@given(st.text(max_size=400))
def test_a_loop_ratio_is_a_share(value: str) -> None:
    assert 0 <= loop_ratio(value) <= 1


@given(st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_an_object_as_json_is_valid_json_whatever_stands_round_it(value: object) -> None:
    written = json.dumps({"value": value}, ensure_ascii=False)
    assert json_state(written) == json_state(f" \n{written}\n") == "valid"


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("[1, 2]", "valid"),
        ("{'a': 1}", "broken"),
        ('{"a": 1,}', "broken"),
        ('["a", "b"', "no"),
        ("[see the manual]", "no"),
        ("{'a': 1} is a dict", "no"),
        ("no", "no"),
        (" ", "no"),
    ],
)
def test_what_looks_like_json_parses_or_is_broken(value: str, state: str) -> None:
    assert json_state(value) == state


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        ("plain", "plain"),
        ("use `{{x}}` here", "use   here"),
        ("so:\n```jinja\n{{x}}\n```\ndone", "so:\n \ndone"),
        ("so:\n~~~\n{{x}}\n~~~", "so:\n "),
        ("cut:\n```\n{{x}}", "cut:\n "),
        ("````md\n```\n{{x}}\n```\n````\nend", " \nend"),
        ("it`s 5 o`clock", "it clock"),
        ("one ` tick", "one ` tick"),
    ],
)
def test_code_is_left_out_of_prose(value: str, rest: str) -> None:
    assert outside_code(value).split() == rest.split()


def test_a_name_in_double_braces_was_not_filled_in() -> None:
    assert placeholder("I am {{name}}.", "Who are you?") == "{{name}}"
    assert placeholder("你好，我是 {{ author name }}。", "你是谁？") == "{{ author name }}"


@pytest.mark.parametrize(
    "code",
    [
        "`{{name}}`",
        "```\n{{name}}\n```",
        "{% if user %}{{ user }}{% endif %}",
        "<p>{{ user }}</p>",
        "<img src={{url}} />",
        "run: ${{ secrets.TOKEN }}",
        "{{#each items}}{{name}}{{/each}}",
        "{{ name | upper }}",
        "{{ url_for('home') }} and {{ name }}",
        "{{{name}}}",
        r"\frac{{a}}{{b}}",
        "x_{{i}} + y^{{j}}",
        "const [a] = [{{b}}]",
        "f'{{name}}' is a placeholder",
        "In Vue, {{ message }} is text",
        "{ {name} }",
        "{{1}}",
        "{{}}",
    ],
)
def test_braces_in_code_are_no_placeholders(code: str) -> None:
    assert placeholder(code, "Show me.") == ""


def test_a_conversation_about_templates_has_placeholders() -> None:
    assert placeholder("Dear {{name}},", "Write a template for a letter.") == ""
    assert placeholder("Dear {{name}},", "Fill in {{name}}.") == ""


@pytest.mark.parametrize(
    ("value", "open_"),
    [
        ("```\na\n```", False),
        ("```python\na", True),
        ("a\n```\nb\n```\nc\n```js\nd", True),
        ("````md\n```py\na\n```\n````", False),
        ("```md\n```py\na\n```\n```", False),
        ("- item\n  ```\n  a\n  ```", False),
        ("say ```code``` inline", False),
        ("~~~\na", True),
        ("no code", False),
        ("```\na\nlast line ```", False),
    ],
)
def test_a_fence_that_is_never_closed_is_seen(value: str, open_: bool) -> None:
    assert unclosed_fence(value) is open_


@pytest.mark.parametrize("language", PROSE)
def test_capitals_are_counted_in_scripts_that_have_them(language: str) -> None:
    prose = PROSE[language]
    cased = language in ("English", "Russian")
    assert text.upper_share(prose) < 0.1
    assert text.upper_share(prose.upper()) == (1 if cased else 0)
    if not cased:
        assert text.upper_share(f"{prose} OK, USB, BBC AND NATO IN LONDON") == 0


@pytest.mark.parametrize("language", PROSE)
def test_no_script_has_characters_that_are_odd(language: str) -> None:
    prose = PROSE[language] + "👨‍👩‍👧\tmā\n"
    for fact in (
        characters.control_characters,
        characters.zero_width,
        characters.bidi_controls,
        characters.line_separators,
    ):
        assert fact(prose) == ""


def test_odd_characters_are_named_once_each() -> None:
    assert characters.control_characters("a\x07b\x1b\x07\t\r\n") == "U+0007, U+001B"
    assert characters.zero_width("a\u200bb\ufeff\u200b") == "U+200B, U+FEFF"
    assert characters.line_separators("a\u2028b\u2029") == "U+2028, U+2029"


def test_a_zero_width_space_ends_words_in_scripts_without_spaces() -> None:
    assert characters.zero_width("ភាសា\u200bខ្មែរ") == ""
    assert characters.zero_width("ภาษา\u200bไทย") == ""
    assert characters.zero_width("中\u200b文") == "U+200B"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("שלום \u2067ABC\u2069", ""),
        ("مرحبا \u202aABC\u202c", ""),
        ("שלום \u2067ABC", "U+2067"),
        ("call \u202a+44\u202c", "U+202A, U+202C"),
        ("שלום \u202eABC\u202c", "U+202E, U+202C"),
    ],
)
def test_reordering_is_sound_where_text_runs_from_right_to_left(value: str, found: str) -> None:
    assert characters.bidi_controls(value) == found


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("18", "no"),
        ("<think>3 × 6</think>18", "closed"),
        ("\n<think>\n</think>\n18", "empty"),
        ("<think>3 × 6", "unclosed"),
        ("3 × 6</think>18", "unopened"),
        ("So: <think>3 × 6</think> 18", "closed"),
        ("The tags `<think>` and `</think>` mark it.", "mentioned"),
        ("A <think> tag begins it.", "mentioned"),
        ("End with `</think>`.", "mentioned"),
        ("<think>```py\nx = 1</think>18", "closed"),
    ],
)
def test_thinking_is_told_from_talk_of_tags(value: str, state: str) -> None:
    assert reasoning.think(value) == state


def test_a_blank_field_holds_no_reasoning() -> None:
    message = {"role": "assistant", "reasoning": " ", "reasoning_content": "3 × 6", "thinking": 18}
    assert reasoning.keys(message) == ["reasoning_content"]
    assert reasoning.field(message) == "3 × 6"
    assert reasoning.field({"content": "18"}) is None


@given(st.text(max_size=300))
def test_no_text_is_too_strange(value: str) -> None:
    unclosed_fence(value)
    placeholder(value, value)
    outside_code(value)
    text.special_token(value)
    text.upper_share(value)
    reasoning.think(value)
    if value:
        json_state(value)
