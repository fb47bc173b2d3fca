"""Secrets: keys of every known shape are found wherever they stand; what looks so isn't."""

from __future__ import annotations

import hmac
import re
import string
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import cache
from random import Random

import orjson
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dslint.facts import keys, sensitive
from dslint.facts.batch import Batch
from dslint.facts.made_up import by_chance, is_password
from dslint.facts.privacy import masked
from dslint.model import Record

ALNUM = string.ascii_letters + string.digits
STRIPE = "_".join(("sk", "live", "y2eBI2Y1rzw27jkooEKqazwJ"))  # no scanner is to find it here


@cache
def _strategy(shape: keys.Shape) -> st.SearchStrategy[str]:
    """Return keys of a shape, drawn as their makers draw them."""
    return st.builds(lambda seed: drawn(shape, seed), st.integers(0, 1 << 64))


def drawn(shape: keys.Shape, seed: int) -> str:
    """Return a key of a shape, as its maker draws it."""
    random = Random(seed)
    pattern = shape.prefix + re.sub(r"\(\?<!.*?\)", "", shape.body)
    if shape.holds is keys.checked:
        size = int(shape.body.partition("{")[2].rstrip("}"))
        body = "".join(random.choices(ALNUM, k=size - 6))
        prefix = "".join(_pieces(shape.prefix, random))
        return prefix + body + keys.checksum(body)
    return "".join(_pieces(pattern, random))


def _pieces(pattern: str, random: Random) -> Iterator[str]:
    """Draw what a shape's expression matches: classes, counts, choices and literals."""
    while found := re.search(r"\(\?:([^()]*)\)(\?|\{0,2\})?", pattern):
        inner, optional = found[1], found[2]
        chosen = "" if optional and random.random() < 0.5 else random.choice(inner.split("|"))
        pattern = pattern[: found.start()] + chosen + pattern[found.end() :]
    for unit in re.finditer(r"(\[[^\]]+\]|\\?.)(?:\{([0-9]+)(?:,([0-9]+))?\}|(\?))?", pattern):
        least, most = int(unit[2] or (0 if unit[4] else 1)), int(unit[3] or unit[2] or 1)
        letters = _letters(unit[1])
        yield "".join(random.choices(letters, k=random.randint(least, min(most, least + 9))))


def _letters(unit: str) -> list[str]:
    return [chr(at) for at in range(33, 127) if re.fullmatch(unit, chr(at))]


shaped = st.sampled_from(keys.SHAPES).flatmap(
    lambda shape: st.tuples(st.just(shape), _strategy(shape))
)
around = st.sampled_from(
    [
        ("", ""),
        ("key=", ""),
        ('"', '"'),
        ("\n", "\n"),
        ("Bearer ", "."),
        ("密钥：", "。"),
        ("(", ")"),
    ]
)


def found_in(data: object) -> list[sensitive.Found]:
    return sensitive.secrets([Record(1, orjson.dumps(data), data, "chat")])


def row(text: str, place: int) -> dict[str, object]:
    """Return a row with a text in one of the places that a row has."""
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": text}}
    rows: list[dict[str, object]] = [
        {"messages": [{"role": "user", "content": text}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]},
        {"messages": [{"role": "assistant", "tool_calls": [call]}]},
        {"messages": [], "tools": [{"function": {"parameters": {"default": text}}}]},
        {"prompt": text, "completion": ""},
        {"conversations": [{"from": "human", "value": text}]},
        {"anything": {"else": [1, None, {text: True}]}},
        {"messages": [{"role": "tool", "content": orjson.dumps({"a": "b\n" + text}).decode()}]},
    ]
    return rows[place]


@given(shaped, around, st.integers(0, 7))
def test_a_key_of_each_shape_is_found_in_each_place(
    made: tuple[keys.Shape, str], around: tuple[str, str], place: int
) -> None:
    shape, key = made
    assume(by_chance(key.removeprefix("sk-")) and next(keys.keys(key), None) is not None)
    before, after = around
    data = row(f"{before}{key}{after}", place)
    (found,) = found_in(data)
    assert (found.kind, found.value) == ("api-key", key)
    assert found.sort.split()[0] == shape.maker.split()[0]


def test_nearly_every_random_key_is_found() -> None:
    """No shape is one that its own keys don't match; chance looks made up in one of 2,000."""
    random = Random(5)
    for shape in keys.SHAPES:
        made = [drawn(shape, random.getrandbits(64)) for _ in range(20)]
        assert sum(any(keys.keys(key)) for key in made) >= 19, shape.maker


@given(shaped, around)
def test_what_is_found_is_masked_in_the_text_and_in_its_json(
    made: tuple[keys.Shape, str], around: tuple[str, str]
) -> None:
    key = made[1]
    text = around[0] + key + around[1]
    for written in (
        text,
        orjson.dumps(text).decode(),
        orjson.dumps({"a": orjson.dumps([text]).decode()}).decode(),
    ):
        assert key not in masked(written, personal=False)
        assert key[8:] not in masked(written, personal=False)
        assert len(masked(written)) == len(written)


@given(shaped, st.integers(0, 400))
def test_a_key_that_is_written_with_escapes_is_found_and_masked(
    made: tuple[keys.Shape, str], at: int
) -> None:
    key = made[1]
    assume(next(keys.keys(key), None) is not None)
    at %= len(key)
    assume(key[at].isalnum() or key[at] in "_-./")
    raw = f'{{"text":"{key[:at]}\\u{ord(key[at]):04x}{key[at + 1 :]}"}}'.encode()
    found = sensitive.secrets([Record(1, raw, orjson.loads(raw), "chat")])
    assert [each.value for each in found] == [key]
    shown = masked(raw.decode())
    for rest in (key[4:at], key[at + 1 :]):
        assert len(rest) < 8 or rest not in shown


@settings(max_examples=40)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
@example("sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx AKIAIOSFODNN7EXAMPLE")
@example("AKIA1234567890ABCDEF AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX hf_xxxxxxxxxxxxxxxxxxxxx")
@example("ghp_0123456789abcdefghijklmnopqrstuvwxyz hf_your_token_goes_here task-oriented-dialogue")
@example("Flights_1_SearchOnewayFlight call_a1B2c3D4e5F6g7H8i9J0k1L2 toolu_01A09q90qw90lq917835lq9")
def test_random_text_and_placeholders_are_no_secrets(text: str) -> None:
    assert found_in({"text": text}) == []


def test_a_wrong_checksum_is_no_key() -> None:
    body = "ujOeHwdFcAefAZhnM6Jy8c1rihtYlK"
    assert keys.checksum(body) == "2at8Ur"
    assert [each.maker for each in keys.keys("ghp_" + body + "2at8Ur")] == ["GitHub"]
    assert list(keys.keys("ghp_" + body + "2at8Us")) == []


def test_a_key_inside_base64_is_none() -> None:
    key = "AIza" + "Xq3" * 11 + "9k"
    assert found_in({"url": f"data:image/png;base64,abcd/{key}+efgh"}) == []


def pem(sort: str, body: str, end: bool = True) -> str:
    return f"-----BEGIN {sort}-----\n{body}\n" + (f"-----END {sort}-----" if end else "")


@settings(max_examples=40)
@given(
    st.sampled_from(
        [
            *("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"),
            *("ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"),
        ]
    ),
    st.integers(60, 1700),
    st.booleans(),
    st.integers(0, 7),
)
def test_private_keys_are_found_and_masked_to_the_last_letter(
    sort: str, size: int, end: bool, place: int
) -> None:
    random = Random(size)
    body = "".join(random.choices(ALNUM + "+/", k=size))
    lines = "\n".join(body[at : at + 64] for at in range(0, size, 64))
    data = row(pem(sort, lines, end), place)
    (found,) = found_in(data)
    assert found.kind == "private-key"
    raw = orjson.dumps(data).decode()
    shown = masked(raw, personal=False)
    assert body[:8] not in shown
    assert body[-8:] not in shown


@pytest.mark.parametrize("body", ["MIIEpAIBAAKCAQEA...", "...", "<your key>", "A" * 64, ""])
def test_a_lessons_private_key_is_none(body: str) -> None:
    assert found_in({"text": pem("RSA PRIVATE KEY", body)}) == []


def token(head: dict[str, object], claims: dict[str, object], secret: str = "") -> str:
    parts = [urlsafe_b64encode(orjson.dumps(each)).decode().rstrip("=") for each in (head, claims)]
    signed = ".".join(parts)
    signature = hmac.digest(secret.encode(), signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4),
    st.integers(0, 1 << 60),
    st.integers(0, 7),
)
def test_signed_tokens_are_found(claims: dict[str, str], secret: int, place: int) -> None:
    written = token({"alg": "HS256"}, {"sub": "x", **claims}, str(secret))
    found = found_in(row(f"Bearer {written}", place))
    assume(by_chance(written.rpartition(".")[2]))
    assert [(each.kind, each.sort, each.value) for each in found] == [
        ("json-web-token", "HS256", written)
    ]
    assert written.split(".")[1] not in masked(orjson.dumps(row(written, place)).decode())


@pytest.mark.parametrize("secret", ["secret", "your-256-bit-secret"])
def test_a_token_of_a_lesson_is_none(secret: str) -> None:
    assert found_in({"text": token({"alg": "HS256"}, {"sub": "kim"}, secret)}) == []


def test_john_doe_and_unsigned_and_public_tokens_are_none() -> None:
    assert found_in({"text": token({"alg": "HS256"}, {"name": "John Doe"}, "x7")}) == []
    assert found_in({"text": token({"alg": "none"}, {"sub": "kim"}, "x7")}) == []
    assert found_in({"text": token({"alg": "HS256"}, {"role": "anon"}, "x7")}) == []


@pytest.mark.parametrize(
    "text",
    [
        "postgres://shop:Tr7-qUoz9m@203.0.113.7:5432/shop",
        "postgresql+psycopg2://shop:Tr7-qUoz9m@db.hatmakers.se/shop",
        "mongodb+srv://kim:Tr7%40qUoz9m@cluster0.ab1cd.mongodb.net/?retryWrites=true",
        "redis://:Tr7-qUoz9m@203.0.113.7:6379",
        "Server=tcp:203.0.113.7,1433;Database=shop;User Id=shop;Password=Tr7-qUoz9m;",
        "Host=db.hatmakers.se;Username=shop;Password = Tr7-qUoz9m",
        f"AccountName=hats;AccountKey={''.join(Random(3).choices(ALNUM, k=86))}==;EndpointSuffix=x",
    ],
)
def test_connection_strings_with_a_password_are_found_and_masked(text: str) -> None:
    for place in range(8):
        (found,) = found_in(row(text, place))
        assert found.kind == "connection-string"
    for word in ("Tr7-qUoz9m", "Tr7%40qUoz9m", "".join(Random(3).choices(ALNUM, k=12))):
        assert word not in masked(orjson.dumps(text).decode())


@pytest.mark.parametrize(
    "text",
    [
        "postgres://user:password@localhost:5432/db",
        "postgres://shop:Tr7-qUoz9m@localhost/shop",
        "postgres://shop:Tr7-qUoz9m@db:5432/shop",
        "mysql://root:root@db.hatmakers.se/x",
        "mysql://app:${PASSWORD}@db.hatmakers.se/x",
        "mongodb://<user>:<password>@cluster0.mongodb.net",
        "postgres://kim:your_password@db.hatmakers.se/x",
        "amqp://guest:guest@203.0.113.7",
        "redis://:Tr7-qUoz9m@cache.example.com",
        "Server=myServerAddress;Database=myDataBase;User Id=myUsername;Password=myPassword;",
        "https://hatmakers.se:8080/a@b",
        "my password = Tr7-qUoz9m",
    ],
)
def test_connection_strings_of_documentation_are_none(text: str) -> None:
    assert found_in({"text": text}) == []


def test_the_secret_half_of_awss_pair_is_found_by_its_name() -> None:
    text = (
        "aws_access_key_id = AKIA"
        "ULRCBGVNKSOJZWHS\naws_secret_access_key = H4Us/hAWjFcQWK4uSMLD18EQdSP+0syQbDkhdXip"
    )
    assert [each.sort for each in found_in({"text": text})] == ["AWS", "AWS"]
    assert "H4Us/hAW" not in masked(orjson.dumps(text).decode())


def test_a_place_is_where_the_secret_stands() -> None:
    text = f"a\nb {STRIPE} c {STRIPE[:-1]}9"
    first, second = found_in({"messages": [{"content": text}]})
    assert first.pointer == "/messages/0/content"
    for each in (first, second):
        match = re.search(each.mark, text)
        assert match is not None
        assert match[0] == each.value
        assert each.value not in each.mark


def test_the_same_key_twice_in_a_text_is_one_finding() -> None:
    key = STRIPE
    assert len(found_in({"text": f"{key} {key}", "other": key})) == 2


@given(st.text(alphabet=ALNUM, min_size=16, max_size=60))
def test_made_up_and_drawn_by_chance_part_no_value_from_itself(value: str) -> None:
    assert not by_chance("example" + value)
    assert not by_chance(value[0] * len(value))


@pytest.mark.parametrize(
    "word", ["password", "Passw0rd!", "kim", "12345678", "<secret>", "hunter", "${PW}"]
)
def test_a_word_that_stands_for_a_password_is_none(word: str) -> None:
    assert is_password(word, "kim") is (word == "hunter")


def test_the_table_has_a_row_a_secret_and_columns_that_never_show_it() -> None:
    key = STRIPE
    data = {"prompt": key, "completion": "x"}
    batch = Batch([Record(3, orjson.dumps(data), data, "completion")])
    frame = sensitive.SECRET.frame(batch, ["line", "kind", "sort", "pointer", "format"])
    assert frame.rows(named=True) == [
        {
            "format": "completion",
            "kind": "api-key",
            "line": 3,
            "pointer": "/prompt",
            "sort": "Stripe",
        }
    ]
    assert "value" not in sensitive.SECRET.vocabulary


def test_deep_rows_are_looked_into_without_recursion() -> None:
    data: object = STRIPE
    for _ in range(900):
        data = [data]
    raw = b"[" * 900 + orjson.dumps(STRIPE) + b"]" * 900
    (found,) = sensitive.secrets([Record(1, raw, {"a": data}, "chat")])
    assert found.pointer == "/a" + "/0" * 900
