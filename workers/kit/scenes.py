"""Small scenes and how they are told: who did what to whom and where, of which two sentences can differ by design.

A scene has six parts. The same scene can be told in many ways that mean the same: each word has synonyms, the sentence
may be passive, the place may come first. A word is known by all its forms; by its kind ("artist"), which can stand for
it; and, if it is a verb or a quality, by its opposite. No torch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from workers.kit import wordlists
from workers.kit.draws import Draw
from workers.kit.grammar import COMMA, NEVER, THE, WAS, adj, name, noun, prep, verb
from workers.kit.trees import Node


class Word(NamedTuple):
    """Its forms mean the same. `opposite`: the forms of what it excludes."""

    forms: tuple[str, ...]
    kind: str = ""
    opposite: tuple[str, ...] = ()

    @property
    def turned(self) -> Word:
        return Word(self.opposite, self.kind, self.forms)


def _of_kinds(text: str) -> tuple[Word, ...]:
    """A line a kind: its name, a colon, its words, the forms of each with a stroke between them."""
    lines = (line.partition(":") for line in text.strip().splitlines())
    return tuple(Word(tuple(word.split("/")), kind.strip()) for kind, _, words in lines for word in words.split())


def _opposites(text: str) -> tuple[Word, ...]:
    """Two by two: a word and its opposite."""
    forms = [tuple(word.split("/")) for word in text.split()]
    pairs = zip(forms[::2], forms[1::2], strict=True)
    return tuple(word for one, other in pairs for word in (Word(one, "", other), Word(other, "", one)))


PEOPLE = _of_kinds("""
artist: singer/vocalist painter writer/author actor/performer sculptor dancer poet composer
official: judge/magistrate mayor minister ambassador/envoy senator sheriff
relative: uncle aunt cousin nephew niece grandmother/grandma grandfather/grandpa
worker: carpenter/joiner tailor potter baker blacksmith/smith weaver farmer/grower
expert: doctor/physician lawyer/attorney teacher/instructor engineer chemist historian
""")
THINGS = _of_kinds("""
vehicle: car/automobile bicycle/bike lorry/truck motorcycle/motorbike tram boat
container: bag/sack box/carton basket bottle bucket/pail suitcase
instrument: violin/fiddle piano guitar flute drum trumpet
garment: coat shirt scarf/shawl dress/gown sweater/jumper skirt
building: house cottage/cabin church castle/fortress barn mill
tool: hammer saw spade/shovel axe/hatchet rake
""")
QUALITIES_OF_PEOPLE = _opposites("""
young/youthful old/elderly  rich/wealthy poor/penniless  clever/smart foolish/silly  happy/cheerful sad/gloomy
famous/renowned unknown/obscure  quiet/silent noisy/loud  kind/gentle cruel/mean  slim/thin stout/plump
""")
QUALITIES_OF_THINGS = _opposites("""
big/large small/little  new/modern old/ancient  costly/expensive cheap/inexpensive  clean/spotless dirty/filthy
pretty/beautiful ugly/hideous  heavy/weighty light/lightweight  strange/odd ordinary/usual
""")
DEEDS = _opposites("""
praised/commended criticised/faulted  loved/adored hated/loathed  found/discovered lost/mislaid
protected/guarded abandoned/deserted  noticed/spotted missed/overlooked  admired/respected despised/scorned
accepted/welcomed rejected/refused
""")
DEEDS_TO_THINGS = _opposites("""
bought/purchased sold/vended  cleaned/washed dirtied/soiled  repaired/mended damaged/harmed
concealed/obscured displayed/exhibited  raised/lifted lowered/dropped
""")
PLACES = tuple(Word((place,)) for place in wordlists.PLACES[:40])


@dataclass(frozen=True)
class Scene:
    """None: not told. `denied`: that it never happened. `broadly`: whose kind is said instead of the word itself."""

    subject: Word
    deed: Word
    object: Word
    subject_quality: Word | None = None
    object_quality: Word | None = None
    place: Word | None = None
    denied: bool = False
    broadly: frozenset[str] = frozenset()

    def swapped(self) -> Scene:
        """Who did it and to whom, the other way round, each with their own quality."""
        turn = {"subject": "object", "object": "subject"}
        return replace(
            self,
            subject=self.object,
            object=self.subject,
            subject_quality=self.object_quality,
            object_quality=self.subject_quality,
            broadly=frozenset(turn[part] for part in self.broadly),
        )

    def told(self, draw: Draw) -> str:
        """One of the sentences that say it."""
        doer, done_to = self._phrase(draw, "subject"), self._phrase(draw, "object")
        deed = verb(draw.one(self.deed.forms))
        passive, place_first = draw.chance(0.3), draw.chance(0.3)
        if self.denied:
            deed = deed.before(advmod=NEVER)
        if passive:
            said = deed.before(nsubj_pass=done_to, aux_pass=WAS).after(obl_agent=prep("by", doer))
        else:
            said = deed.before(nsubj=doer).after(obj=done_to)
        if self.place:
            place = prep("in", name(draw.one(self.place.forms)))
            said = said.before(obl=place, punct=COMMA) if place_first else said.after(obl=place)
        return said.after(punct=Node(".", "PUNCT")).text

    def _phrase(self, draw: Draw, part: str) -> Node:
        word, quality = getattr(self, part), getattr(self, f"{part}_quality")
        form = draw.one(word.forms)
        phrase = noun(word.kind if part in self.broadly else form)
        if quality:
            phrase = phrase.before(amod=adj(draw.one(quality.forms)))
        return phrase.before(det=THE)


def scene(draw: Draw) -> Scene:
    """A scene with all its parts; in half of them it is done to a person."""
    to_person = draw.chance(0.5)
    subject = draw.one(PEOPLE)
    return Scene(
        subject=subject,
        deed=draw.one(DEEDS if to_person else (*DEEDS, *DEEDS_TO_THINGS)),
        object=another(draw, PEOPLE if to_person else THINGS, subject),
        subject_quality=draw.one(QUALITIES_OF_PEOPLE),
        object_quality=draw.one(QUALITIES_OF_PEOPLE if to_person else QUALITIES_OF_THINGS),
        place=draw.one(PLACES),
    )


def is_to_person(told: Scene) -> bool:
    return told.object in PEOPLE


def another(draw: Draw, words: tuple[Word, ...], than: Word, *, kind: str = "") -> Word:
    """One of these words, of this kind where one is named, that is neither `than` nor its opposite."""
    fitting = [word for word in words if word.forms not in (than.forms, than.opposite) and kind in ("", word.kind)]
    return draw.one(fitting)
