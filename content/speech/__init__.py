"""The spoken form: a text as it is read aloud, for a person (reader form) or for a machine (TTS form).

The conventions are those of Vietnamese announcers (loudspeaker.md sections 2 and 4);
`tests/content/test_speech.py` is their specification, `tests/content/speech/domain.tsv` their table of sentences.
"""

from content.speech.lexicon import DEFAULT, Entry, Lexicon, LexiconError, load_lexicon
from content.speech.numerals import cardinal, digits, numeral
from content.speech.spoken import Form, Spoken, Unread, glossary, speak

__all__ = [
    "DEFAULT",
    "Entry",
    "Form",
    "Lexicon",
    "LexiconError",
    "Spoken",
    "Unread",
    "cardinal",
    "digits",
    "glossary",
    "load_lexicon",
    "numeral",
    "speak",
]
