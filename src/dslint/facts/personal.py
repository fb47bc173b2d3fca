"""Personal data in a text, where its own form tells it: addresses and numbers with a check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

from dslint.facts import national


class Datum(NamedTuple):
    """A piece of personal data in a text.

    `kind` is email, card, iban, national-id or ip; `sort` what it is more exactly (`Visa`, `DE`,
    `Brazil`, `IPv4`, an e-mail address's host); `start` and `end` are character offsets.
    """

    kind: str
    sort: str
    start: int
    end: int


def personal_data(text: str) -> Iterator[Datum]:
    """Yield the personal data of a text, of one kind after the other."""
    if "@" in text:
        yield from emails(text)
    if _NUMBER.search(text):
        yield from cards(text)
        yield from ibans(text)
        yield from addresses(text)
    if ":" in text:
        yield from long_addresses(text)
    for country, start, end in national.numbers(text):
        yield Datum("national-id", country, start, end)


_NUMBER = re.compile(r"[0-9]{3}.?[0-9]|[0-9]\.[0-9]{1,3}\.[0-9]")

# An escape of JSON text within text, `\n`, may stand before a name.
_BEFORE = r"(?:(?<![\w.%+@/-])|(?<=\\[nrtbf])|(?<=mailto:))"
_EMAIL = re.compile(
    _BEFORE
    + r"(?P<name>[^\W_][\w.%+-]{0,63})@(?P<host>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[A-Za-z]{2,24})"
    r"(?![\w@-]|\.[^\W_])"
)
_NOBODY = re.compile(
    r"(?:info|support|contact|sales|admin|administrator|help|helpdesk|hello|hi|office|team|service|"
    r"services|customer[._-]?(?:service|support|care)|no-?reply|do-?not-?reply|webmaster|postmaster|"
    r"hostmaster|abuse|security|press|media|jobs|careers|billing|privacy|feedback|mail|e?mail|"
    r"enquiries|inquiries|orders|news|newsletter|root|git|name|username|user|you|your|your[._-]?\w+|"
    r"my[._-]?e?mail|someone|somebody|anyone|example|sample|test|foo|bar|abc|xyz|x+|me|recipient|"
    r"sender|from|to)[0-9]{0,3}",
    re.IGNORECASE,
)
_NOWHERE = re.compile(
    r".*example.*|(?:.*\.)?(?:test|invalid|localhost|local|internal)"
    r"|(?:your|my|some|any|the)?-?(?:domain|e?mail|company|organi[sz]ation|server|host|site|website|"
    r"business|school|university|provider|restaurant|store|shop)(?:name)?\.\w+(?:\.\w+)?"
    r"|(?:abc|xyz|foo|bar|test|sample|x+|acme)\.\w+"
    r"|.*\.(?:png|jpe?g|gif|svg|webp|js|ts|css|json|html?|php|py|md|txt|local)",
    re.IGNORECASE,
)


def emails(text: str) -> Iterator[Datum]:
    """Yield the e-mail addresses in a text that may be a person's.

    Not those of a role (`info@`, `support@`), of nobody (`name@`, `user@`), nor at a host that
    documentation is written with.
    """
    for found in _EMAIL.finditer(text):
        if not _NOBODY.fullmatch(found["name"]) and not _NOWHERE.fullmatch(found["host"]):
            yield Datum("email", found["host"].lower(), *found.span())


_ALONE = r"(?<![\w.,:/+*=^$€£#%&@-])(?<![0-9][ ])"
_ENDS = r"(?![\w%$€£^*/=+@-]|[ ]?[0-9]|[.,:][0-9]|[ ]?[*/=^×÷+][ ]?[0-9])"
_CARD = re.compile(
    _ALONE + r"(?:[0-9]{4}(?P<four>[ -]?)[0-9]{4}(?P=four)[0-9]{4}(?P=four)[0-9]{4}"
    r"|3[47][0-9]{2}(?P<amex>[ -]?)[0-9]{6}(?P=amex)[0-9]{5}"
    r"|3[0689][0-9]{2}(?P<diners>[ -]?)[0-9]{6}(?P=diners)[0-9]{4})" + _ENDS
)
_BRANDS = (
    (re.compile(r"4"), 16, "Visa"),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), 16, "Mastercard"),
    (re.compile(r"3[47]"), 15, "American Express"),
    (re.compile(r"6011|64[4-9]|65"), 16, "Discover"),
    (re.compile(r"352[89]|35[3-8]"), 16, "JCB"),
    (re.compile(r"62"), 16, "UnionPay"),
    (re.compile(r"220[0-4]"), 16, "Mir"),
    (re.compile(r"30[0-5]|36|3[89]"), 14, "Diners Club"),
)
"""The ranges that issuers have, and how long the numbers are that are looked for. Observed: all are
in Braintree's `credit-card-type`, but UnionPay's, narrower there. It has longer numbers as well (of
Visa, Discover, JCB, UnionPay, Mir and Diners Club), which would be found in any row of digits.
"""
_TEST_CARDS = frozenset(
    (
        *("4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556"),
        *("5555555555554444", "5105105105105100", "2223003122003222", "5200828282828210"),
        *("378282246310005", "371449635398431", "378734493671000", "6011111111111117"),
        *("6011000990139424", "3530111333300000", "3566002020360505", "30569309025904"),
        *("38520000023237", "36227206271667", "4000000000000002", "4917610000000000"),
        *("4532015112830366", "4539578763621486", "5425233430109903", "4556737586899855"),
    )
)
"""Numbers that tests of payments, and lessons on Luhn's check, are written with."""


def cards(text: str) -> Iterator[Datum]:
    """Yield the payment card numbers in a text.

    Of an issuer's range and of its usual length, written in one or in the card's groups, right by
    Luhn's check; not within a longer run of digits, a decimal or arithmetic, and no test number.
    """
    for found in _CARD.finditer(text):
        digits = re.sub("[ -]", "", found[0])
        for range_, length, brand in _BRANDS:
            if len(digits) == length and range_.match(digits):
                if luhn(digits) and digits not in _TEST_CARDS and not _counts(digits):
                    yield Datum("card", brand, *found.span())
                break


def _counts(digits: str) -> bool:
    """Say whether digits are few different ones, or fours of them that count on, as in a table."""
    numbers = {digits[at : at + 2] for at in range(0, 16, 4)}
    return len(set(digits)) <= 3 or (len(digits) == 16 and len(numbers) == 1)


def luhn(digits: str) -> bool:
    """Say whether the last digit is the check of those before, as ISO/IEC 7812 has it."""
    doubled = (sum(divmod(2 * int(each), 10)) for each in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


_LENGTHS = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_LENGTH = {country: length for length, names in _LENGTHS.items() for country in names.split()}
"""How long an IBAN is in each country that has them: release 101 of SWIFT's registry, as
python-stdnum has it in `iban.dat`.
"""
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}|(?P<gap>[ -])(?:[A-Z0-9]{4}(?P=gap)){2,7}"
    r"[A-Z0-9]{1,4})(?![A-Za-z0-9])"
)
_EXAMPLE_IBANS = frozenset(
    (
        *("GB82WEST12345698765432", "GB29NWBK60161331926819", "DE89370400440532013000"),
        *("FR1420041010050500013M02606", "FR7630006000011234567890189", "ES9121000418450200051332"),
        *("NL91ABNA0417164300", "BE68539007547034", "CH9300762011623852957"),
        *("IT60X0542811101000000123456", "AT611904300234573201", "PT50000201231234567890154"),
        *("PL61109010140000071219812874", "SE4550000000058398257466", "NO9386011117947"),
        *("FI2112345600000785", "DK5000400440116243", "IE29AIBK93115212345678"),
        *("GR1601101250000000012300695", "LU280019400644750000", "CZ6508000000192000145399"),
    )
)
"""Numbers that documentation is written with."""


def ibans(text: str) -> Iterator[Datum]:
    """Yield the IBANs in a text: of their country's length, right by ISO 7064's check (mod 97)."""
    for found in _IBAN.finditer(text):
        bare = re.sub("[ -]", "", found[0])
        country = bare[:2]
        if len(bare) == _LENGTH.get(country) and bare not in _EXAMPLE_IBANS and mod97(bare):
            yield Datum("iban", country, *found.span())


def mod97(iban: str) -> bool:
    """Say whether an IBAN, without spaces, is right by its two check digits."""
    return int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97 == 1


_PART = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IP = re.compile(
    rf"(?<![\w.+-])(?<![vV]ersion )(?<![vV]ersion:)(?<![vV]ersion: )(?<![rR]elease )(?<![a-z]/)"
    rf"{_PART}(?:\.{_PART}){{3}}(?![\w-]|\.(?:[0-9]|in-addr)|/[0-9])"
)
_NOBODYS = frozenset(
    (
        *(
            "123.45.67.89",
            "123.123.123.123",
            "8.8.8.8",
            "8.8.4.4",
            "1.1.1.1",
            "1.0.0.1",
            "9.9.9.9",
            "149.112.112.112",
        ),
        *("208.67.222.222", "208.67.220.220", "4.2.2.2", "114.114.114.114", "223.5.5.5"),
    )
)
"""Addresses of lessons, and name servers that are there for everybody."""


def addresses(text: str) -> Iterator[Datum]:
    """Yield the public IPv4 addresses in a text.

    What may be a version, a section or an object identifier is passed over; so are a network
    (`/24`) and an address written backwards (`.in-addr.arpa`).
    """
    for found in _IP.finditer(text):
        parts = [int(each) for each in found[0].split(".")]
        if not _counts_up(parts) and found[0] not in _NOBODYS and _is_public(found[0]):
            yield Datum("ip", "IPv4", *found.span())


def _counts_up(parts: list[int]) -> bool:
    """Say whether four numbers look like those that people count up: `4.2.1.3`, V8's `11.8.172.15`,
    section `21.2.2.216`, or `1.3.101.110`, below ISO's 1.3. One address of fifteen does.
    """
    large = sum(each >= 100 for each in parts)
    return not large or (large == 1 and parts[0] < 32) or parts[:2] == [1, 3]


_LONG_IP = re.compile(
    r"(?<![\w:.])[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{1,4}:){1,6}"
    r"(?:(?::[0-9A-Fa-f]{1,4}){1,6}|[0-9A-Fa-f]{1,4}|:)(?![\w:])"
)


def long_addresses(text: str) -> Iterator[Datum]:
    """Yield the public IPv6 addresses in a text."""
    for found in _LONG_IP.finditer(text):
        if _is_public(found[0]):
            yield Datum("ip", "IPv6", *found.span())


def _is_public(address: str) -> bool:
    try:
        found = ip_address(address)
        return found.is_global and not found.is_multicast
    except ValueError:
        return False
