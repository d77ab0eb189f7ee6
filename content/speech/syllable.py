"""Whether a word is a Vietnamese syllable, so that a machine for Vietnamese can say it."""

import re
import unicodedata
from functools import lru_cache

_TONES = str.maketrans("", "", "\u0300\u0301\u0303\u0309\u0323")
_ONSET = "(?:ngh|ng|nh|th|tr|ch|gh|gi|kh|ph|qu|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x)?"
_NUCLEUS = (
    "(?:iêu|yêu|ươi|ươu|uôi|oai|oay|oeo|uây|uyê|uya|oao|"
    "iê|yê|ươ|uô|ia|ua|ưa|oa|oă|oe|oo|uâ|uê|uy|uơ|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|uyu|"
    "a|ă|â|e|ê|i|o|ô|ơ|u|ư|y)"
)
_CODA = "(?:ch|ng|nh|c|k|m|n|p|t)?"
_SYLLABLE = re.compile(_ONSET + _NUCLEUS + _CODA)


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """True for what Vietnamese spelling allows, in any case and with or without its tone ("Krông" is not)."""
    bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word.lower()).translate(_TONES))
    return _SYLLABLE.fullmatch(bare) is not None
