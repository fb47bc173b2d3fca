"""The tokens of what people write where JSON should be, and of what a string may not hold."""

from __future__ import annotations

import re

from dslint.jsonl.grain import BODY

_CURLY = rb"(?:\xe2\x80[\x98-\x9f]|\xc2[\xab\xbb]|\xef\xbc\x82)"
_ENDS = rb"(?=[ \t\r\n]*+(?:[,:\]}]|\Z))"

TOKEN = re.compile(
    rb"(?P<space>[ \t\r\n]++)"
    rb'|(?P<string>"' + BODY + rb'")'
    rb'|(?P<open>")'
    rb"|(?P<mark>[{}\[\],:])"
    rb"|(?P<nan>[-+]?(?:NaN|nan|Infinity|inf)\b)"
    rb"|(?P<single>[uUbB]?')"
    rb"|(?P<curly>" + _CURLY + rb")"
    rb"|(?P<number>[-+.]*+[0-9][0-9A-Za-z_.+-]*+|[-+.]++)"
    rb"|(?P<word>[A-Za-z_$][A-Za-z0-9_$]*+)"
    rb"|(?P<comment>//[^\r\n]*+|/\*.*?(?:\*/|\Z)|\#[^\r\n]*+)"
    rb"|(?P<bom>\xef\xbb\xbf)"
    rb"|(?P<nul>\x00++)"
    rb"|(?P<control>[\x01-\x1f])"
    rb'|(?P<escape>\\++")'
    rb"|(?P<other>[\xc2-\xf4][\x80-\xbf]{1,3}|.)",
    re.DOTALL,
)
STRING_END = {
    "single": re.compile(rb"\\.|'" + _ENDS, re.DOTALL),
    "curly": re.compile(rb"\\.|(?:" + _CURLY + rb'|")' + _ENDS, re.DOTALL),
}
"""Where a string in foreign quotes ends: at the quote that something structural follows."""

ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb'|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})'
    rb"|(?P<bad>\\(?:u[0-9a-fA-F]{0,3}|x[0-9a-fA-F]{0,2}|[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3})?)"
    rb"|(?P<control>[\x01-\x1f])"
)
NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?")
COLON_AHEAD = re.compile(rb"[ \t\r\n]*+:")
MIXED = re.compile(_CURLY + rb'[ \t\r\n]*+(?:[,:][ \t\r\n\[{]*+"?|[}\]][ \t\r\n}\]]*+)\Z')
LITERALS = (b"true", b"false", b"null")
PYTHON = (b"True", b"False", b"None")
