"""Personal data: what has a form or a check of its own is found; what only looks so isn't."""

from __future__ import annotations

import string
from itertools import pairwise

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iban as iban_oracle
from stdnum import luhn as luhn_oracle

from dslint.facts import national, personal, sensitive
from dslint.facts.privacy import masked
from dslint.fixes.privacy import KEY, email, placeholder
from dslint.jsonl.edit import edited
from dslint.model import Record

DIGITS = string.digits


def kinds(text: str) -> list[tuple[str, str]]:
    found = personal.personal_data(text)
    return [(each.kind, text[each.start : each.end]) for each in found]


@given(st.text(DIGITS, min_size=2, max_size=24))
def test_luhn_is_stdnums(digits: str) -> None:
    assert personal.luhn(digits) == luhn_oracle.is_valid(digits)


countries = st.sampled_from(sorted(personal._LENGTH))


@given(countries, st.data())
def test_the_check_of_an_iban_is_stdnums(country: str, data: st.DataObject) -> None:
    size = personal._LENGTH[country] - 4
    bban = data.draw(st.text(DIGITS, min_size=size, max_size=size))
    check = iban_oracle.calc_check_digits(f"{country}00{bban}")
    assert personal.mod97(f"{country}{check}{bban}")
    wrong = f"{(int(check) + 1) % 100:02}"
    assert not personal.mod97(f"{country}{wrong}{bban}")


brands = st.sampled_from(
    [
        *(("4", 16), ("51", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15), ("6011", 16)),
        *(("65", 16), ("3528", 16), ("62", 16), ("2200", 16), ("300", 14), ("36", 14), ("38", 14)),
    ]
)


@given(brands, st.data(), st.sampled_from(["", " ", "-"]))
def test_a_cards_number_is_found_in_one_or_in_its_groups(
    brand: tuple[str, int], data: st.DataObject, gap: str
) -> None:
    start, size = brand
    body = data.draw(
        st.text(DIGITS, min_size=size - len(start) - 1, max_size=size - len(start) - 1)
    )
    number = start + body + luhn_oracle.calc_check_digit(start + body)
    assume(not personal._counts(number) and number not in personal._TEST_CARDS)
    groups = (4, 4, 4, 4) if size == 16 else (4, 6, 5) if size == 15 else (4, 6, 4)
    starts = [sum(groups[:at]) for at in range(len(groups) + 1)]
    written = gap.join(number[begin:end] for begin, end in pairwise(starts))
    assert ("card", written) in kinds(f"on {written}, please")
    hidden = f"{written[:3]}{'*' * (len(written) - 3)}"
    assert masked(f"on {written}, please") == f"on {hidden}, please"
    for other in (f"1{written}", f"{written}7", f"{written} * 3", f"= {written}.5", f"${written}"):
        assert "card" not in [kind for kind, _ in kinds(other)]
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    assert "card" not in [kind for kind, _ in kinds(wrong)]


@given(countries, st.data(), st.booleans())
def test_an_iban_is_found_in_one_or_in_fours(
    country: str, data: st.DataObject, spaced: bool
) -> None:
    size = personal._LENGTH[country] - 4
    bban = data.draw(st.text(DIGITS, min_size=size, max_size=size))
    number = f"{country}{iban_oracle.calc_check_digits(f'{country}00{bban}')}{bban}"
    assume(number not in personal._EXAMPLE_IBANS)
    written = " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if spaced else number
    assert ("iban", written) in kinds(f"to {written}.")
    hidden = masked(f"to {written}.")
    assert hidden.startswith(f"to {written[:3]}*")
    assert set(hidden[6:]) <= {"*", "."}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to kim.lindqvist@hatmakers.se.", "email"),
        ("mailto:kim@hatmakers.se?subject=x", "email"),
        ('{"a": "b\\nkim@hatmakers.se"}', "email"),
        ("邮箱 kim@hatmakers.se。", "email"),
        ("from 81.170.203.44:443", "ip"),
        ("GET http://81.170.203.44/x", "ip"),
        ("from 2a02:1810:1234:5678::1f", "ip"),
        ("CPF: 390.533.447-05", "national-id"),
        ("CPF 39053344705", "national-id"),
        ("身份证号：360426199101010071", "national-id"),
        ("DNI 54362315K", "national-id"),
        ("NIE: X2482300W", "national-id"),
        ("codice fiscale RCCMNL83S18D969H", "national-id"),
        ("NIR 2 95 10 99 126 111 93", "national-id"),
        ("BSN 111222333", ""),
        ("BSN: 123456782", ""),
        ("PESEL 02070803628", "national-id"),
        ("HETU 131052-308T", ""),
        ("born 200987-271B", "national-id"),
        ("Steuer-ID 36 574 261 809", "national-id"),
        ("CURP BOXW310820HNERXN09", "national-id"),
    ],
)
def test_personal_data_is_found_and_masked(text: str, kind: str) -> None:
    assert [each for each, _ in kinds(text)] == ([kind] if kind else [])
    for written in (text, orjson.dumps(text).decode()):
        for _, value in kinds(text):
            assert value not in masked(written)
            assert value in masked(text, personal=False)


@pytest.mark.parametrize(
    "text",
    [
        "kim@example.com, info@hatmakers.se, you@domain.com, logo@2x.png, git@github.com",
        "@decorator a@b 3 @ 4 user@host",
        "10.0.0.1 192.168.1.1 127.0.0.1 203.0.113.7 8.8.8.8 1.2.3.4 12.4.5.6 300.1.2.3",
        "version 12.180.4.2, v4.180.22.1, 81.170.203.0/24, Chrome/91.0.4472.124",
        "Section 21.2.2.216, V8 11.8.172.15, OID 1.3.101.110, 44.203.170.81.in-addr.arpa",
        "at 12:30:45, ::1, fe80::1, 2001:db8::1",
        "4111 1111 1111 1111, 4242424242424242, 0000 0000 0000 0000",
        "5430 5431 5432 5433, 224.0.0.251",
        "1234567812345670 4929 1374 08625192 4929137408625192.5 4929137408625192-1",
        "DE89 3704 0044 0532 0130 00, GB82WEST12345698765432, DE88370400440532013000",
        "123.456.789-09, 39053344705, pedido 54362315K, 12345678Z, 111.111.111-11",
        "call +49 170 1234567 or (555) 123-4567",
    ],
)
def test_what_only_looks_like_personal_data_is_none(text: str) -> None:
    assert kinds(text) == []


@given(st.text(max_size=200))
def test_random_text_holds_no_numbers_of_persons(text: str) -> None:
    assert {kind for kind, _ in kinds(text)} <= {"email"}


def test_every_country_has_a_module_and_a_form() -> None:
    for number in national.NUMBERS:
        national._form(number)
        assert __import__(f"stdnum.{number.module}", fromlist=["is_valid"]).is_valid("x") is False


def test_without_stdnum_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(national, "available", lambda: False)
    assert kinds("CPF: 390.533.447-05") == []


@given(st.text(max_size=120), st.sampled_from(["kim@hatmakers.se", "81.170.203.44"]))
def test_whatever_surrounds_it_a_row_with_a_datum_is_looked_at(text: str, value: str) -> None:
    data = {"text": f"{text} {value} "}
    try:
        raw = orjson.dumps(data)
    except orjson.JSONEncodeError:
        return
    found = sensitive.personal([Record(1, raw, data, "chat")])
    expected = {each for _, each in kinds(data["text"])}
    assert {each.value for each in found} == expected


def test_a_value_has_one_placeholder_however_it_is_written() -> None:
    assert placeholder("card", "4929 1374 0862 5192") == placeholder("card", "4929137408625192")
    assert placeholder("email", "Kim@hatmakers.se") == placeholder("email", "kim@hatmakers.se")
    assert placeholder("api-key", "aB") != placeholder("api-key", "ab")
    assert placeholder("email", "kim@hatmakers.se") == "[email-f9d4a5]"


def test_a_key_of_ones_own_changes_the_placeholders(monkeypatch: pytest.MonkeyPatch) -> None:
    before = placeholder("email", "kim@hatmakers.se")
    monkeypatch.setenv(KEY, "hats")
    assert placeholder("email", "kim@hatmakers.se") != before


@given(st.text(max_size=40), st.text(max_size=40))
def test_masking_leaves_all_else_and_nothing_to_mask(before: str, after: str) -> None:
    text = f"{before} kim.lindqvist@hatmakers.se {after}"
    data = {"prompt": text, "completion": "x"}
    try:
        raw = orjson.dumps(data)
    except orjson.JSONEncodeError:
        return
    edits = list(email(Record(1, raw, data, "completion"), "/prompt"))
    fixed = orjson.loads(edited(raw, [edits])[0])
    assert "kim.lindqvist@hatmakers.se" not in fixed["prompt"]
    assert not list(personal.emails(fixed["prompt"]))
    assert fixed["completion"] == "x"
