"""National identity numbers in a text, where a checksum makes them exact. python-stdnum knows the
checks: the extra `privacy` brings it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

NEEDS = "dslint[privacy]"
"""What is to be installed for these numbers to be found."""


class Number(NamedTuple):
    """A country's number: the module of python-stdnum that checks it, the form it is written in,
    and a word that has to stand shortly before it where form and check alone would not do.
    """

    country: str
    module: str
    form: str
    called: str = ""


NUMBERS = (
    Number("Brazil", "br.cpf", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}"),
    Number("Brazil", "br.cpf", "[0-9]{11}", "cpf"),
    Number("Belgium", "be.nn", r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}"),
    Number("Canada", "ca.sin", "[0-9]{3}([ -]?)[0-9]{3}[ -]?[0-9]{3}", "sin|social insurance"),
    Number("China", "cn.ric", "[1-9][0-9]{16}[0-9Xx]"),
    Number("Finland", "fi.hetu", "[0-3][0-9][01][0-9]{3}[-+A][0-9]{3}[0-9A-Y]"),
    Number(
        "France",
        "fr.nir",
        "[12] [0-9]{2} [0-9]{2} [0-9][0-9AB] [0-9]{3} [0-9]{3} [0-9]{2}",
    ),
    Number("France", "fr.nir", "[12][0-9]{5}[0-9AB][0-9]{8}", "nir|s[ée]cu|s[ée]curit[ée] sociale"),
    Number(
        "Germany",
        "de.idnr",
        "[1-9][0-9]([ ]?)[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}",
        "steuer-?id|steuerliche identifikationsnummer|steueridentifikationsnummer|idnr|identnr",
    ),
    Number("India", "in_.aadhaar", "[2-9][0-9]{3}([ -]?)[0-9]{4}[ -]?[0-9]{4}", "aadh?aar"),
    Number("Italy", "it.codicefiscale", "[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]"),
    Number("Korea", "kr.rrn", "[0-9]{6}-[0-9]{7}"),
    Number("Mexico", "mx.curp", "[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]"),
    Number("Netherlands", "nl.bsn", "[0-9]{9}", "bsn|burgerservicenummer|sofinummer"),
    Number("Norway", "no.fodselsnummer", "[0-9]{6} ?[0-9]{5}", "f[øo]dselsnummer|personnummer"),
    Number("Poland", "pl.pesel", "[0-9]{11}", "pesel"),
    Number("Portugal", "pt.nif", "[1-35-9][0-9]{2} ?[0-9]{3} ?[0-9]{3}", "nif|contribuinte"),
    Number("Spain", "es.dni", "[0-9]{8}-?[A-Z]", "dni|nif|documento nacional"),
    Number("Spain", "es.nie", "[XYZ]-?[0-9]{7}-?[A-Z]", "nie|n[úu]mero de identidad de extranjero"),
    Number("Sweden", "se.personnummer", "(?:19|20)?[0-9]{6}[-+][0-9]{4}", "person(?:nummer|nr)"),
    Number("Turkey", "tr.tckimlik", "[1-9][0-9]{10}", "t\\.?c\\.? ?kimlik|tckn|kimlik no"),
    Number(
        "United Kingdom", "gb.nhs", "[0-9]{3}([ -]?)[0-9]{3}[ -]?[0-9]{4}", "nhs(?: number| no)?"
    ),
)
"""Countries whose number has a check that python-stdnum 2.2 knows, in the forms that its examples
have, or stricter. It says of the United States' that they have none, and of Denmark's that these
have none since 2007.
"""

_STANDS_FOR_ANY = frozenset(
    (
        *("12345678909", "11144477735", "52998224725", "12345678Z", "00000000T", "X1234567L"),
        *("X0000000T", "44051401359", "131052308T", "234123412346", "123456782", "046454286"),
        *("RSSMRA80A01H501U", "RSSMRA85T10A562S", "123456789", "111222333", "10000000146"),
        *("9434765919", "9434765870", "4505577104", "11010519491231002X"),
    )
)
"""Numbers that documentation is written with."""


@cache
def available() -> bool:
    """Say whether python-stdnum is installed."""
    return find_spec("stdnum") is not None


@cache
def _forms() -> re.Pattern[str]:
    """Return one expression for all the forms: where none matches, nothing else is tried."""
    every = "|".join(dict.fromkeys(re.sub(r"\((?!\?)", "(?:", each.form) for each in NUMBERS))
    return re.compile(rf"(?<![\w.-])(?:{every})(?![\w-])")


@cache
def _form(number: Number) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,-])(?<![0-9] ){number.form}(?![\w-]|[.,][0-9]| [0-9])")


@cache
def _called(number: Number) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{number.called})(?!\w)", re.IGNORECASE)


BEFORE = 40
"""How many characters before a number the word that names it may stand."""


def numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield country, start and end of the national identity numbers in a text; none where
    python-stdnum is not installed.
    """
    if not available() or not _forms().search(text):
        return
    for number in NUMBERS:
        for found in _form(number).finditer(text):
            before = text[max(0, found.start() - BEFORE) : found.start()]
            if number.called and not _called(number).search(before):
                continue
            bare = re.sub("[ .+-]", "", found[0])
            if bare in _STANDS_FOR_ANY or len(set(bare)) < 4:
                continue
            if import_module(f"stdnum.{number.module}").is_valid(found[0]):
                yield number.country, *found.span()
