"""The grammar of the built-in opinion sentences. Each phrase grows as a dependency tree; the tree's words are its text.

Each sentence carries the opinion that its writer holds now. A clause states an opinion with a polar word ("the plot
was very dull"); negation turns it round, "not only" does not; in a contrast one side wins ("although A, B" and "A, but
B": B); what others say, what was so before, and what ought to have been are distractors. Polar words follow Zipf's law,
so a few hundred labelled sentences show only part of them, while how clauses combine can be learnt from any of them.

Tags and relations are those of Universal Dependencies 2; where its guidelines leave a choice, that of the English Web
Treebank 2.8: "far" and "anything" head "far from dull" and "anything but dull", a comma hangs on the second of two
coordinated clauses and else on the main one.

What the seed fixes depends on the order of the draws: a clause draws its adjective, a distractor and a setting the
words of all their forms, before it is settled which of them are said.
"""

from __future__ import annotations

from workers.kit import wordlists as words
from workers.kit.draws import Draw
from workers.kit.trees import Node

THE, THIS = (Node(form, "DET") for form in ("the", "this"))
I, WE, IT, ME, US = (Node(form, "PRON") for form in ("i", "we", "it", "me", "us"))  # noqa: E741  # the word
MY, OUR, THERE, NOBODY, ANYTHING = (Node(form, "PRON") for form in ("my", "our", "there", "nobody", "anything"))
WAS, HAD, HAVE, BEEN, COULD, SHOULD = (Node(form, "AUX") for form in ("was", "had", "have", "been", "could", "should"))
NEVER, HARDLY, STILL, OVERALL = (Node(form, "ADV") for form in ("never", "hardly", "still", "overall"))
ONLY, ALSO, EVEN, NOT = Node("only", "ADV"), Node("also", "ADV"), Node("even", "ADV"), Node("not", "PART")
AND, BUT, YET = (Node(form, "CCONJ") for form in ("and", "but", "yet"))
ALTHOUGH, THOUGH, THAT = (Node(form, "SCONJ") for form in ("although", "though", "that"))
COMMA, SEMICOLON = (Node(form, "PUNCT") for form in (",", ";"))

# How often each form is drawn.
SENTENCES = ("plain",) * 4 + ("setting",) * 4 + ("both",) * 4 + ("contrast",) * 2 + ("distractor",) * 2
CLAUSES = ("adjective",) * 5 + ("adverb", "verb", "noun", "only")
DENIALS = ("not", "not", "never", "hardly", "anything", "far", "nobody", "verb")


def adj(form: str) -> Node:
    return Node(form, "ADJ")


def adv(form: str) -> Node:
    return Node(form, "ADV")


def noun(form: str) -> Node:
    return Node(form, "NOUN")


def verb(form: str) -> Node:
    return Node(form, "VERB")


def name(form: str) -> Node:
    return Node(form, "PROPN")


def number(form: str) -> Node:
    return Node(form, "NUM")


def the(thing: str) -> Node:
    return noun(thing).before(det=THE)


def a(phrase: Node) -> Node:
    return phrase.before(det=Node("an" if phrase.text[0] in "aeiou" else "a", "DET"))


def prep(preposition: str, phrase: Node) -> Node:
    return phrase.before(case=Node(preposition, "ADP"))


def was(subject: Node, predicate: Node) -> Node:
    """As in "the plot was dull": the predicate is the head."""
    return predicate.before(nsubj=subject, cop=WAS)


def sentence(draw: Draw) -> tuple[Node, int]:
    """A sentence and the label of the opinion in it (1: positive)."""
    domain = draw.one(tuple(words.DOMAINS))
    good = draw.chance(0.5)
    form = draw.one(SENTENCES)
    own = clause(draw, domain, good)
    match form:
        case "plain":
            whole = own
        case "setting":
            place = setting(draw, domain)
            whole = joined(place, own) if draw.chance(0.5) else own.after(punct=COMMA, parataxis=place)
        case "both":
            whole = joined(own, clause(draw, domain, good))
        case "contrast":
            whole = contrast(draw, clause(draw, domain, not good), own)
        case "distractor":
            whole = with_distractor(draw, distractor(draw, domain), own)
    if draw.chance(0.15):
        whole = whole.before(advmod=adv(draw.one(words.HEDGES)))
    return whole.after(punct=Node(draw.one((".", ".", ".", "!")), "PUNCT")), int(good)


def clause(draw: Draw, domain: str, good: bool) -> Node:
    """One clause about a part of the domain that says `good` or not; some of them through a negation."""
    _, parts = words.DOMAINS[domain]
    part = the(draw.one(parts))
    if draw.chance(0.16):
        return negated(draw, part, good)
    form = draw.one(CLAUSES)
    adjective = adj(draw.zipf(words.GOOD_ADJECTIVES if good else words.BAD_ADJECTIVES))
    match form:
        case "adjective":
            return was(part, intensified(draw, adjective))
        case "adverb":
            how = adv(draw.zipf(words.GOOD_ADVERBS if good else words.BAD_ADVERBS))
            return verb("worked").before(nsubj=part).after(advmod=how)
        case "verb":
            return verb(draw.zipf(words.GOOD_VERBS if good else words.BAD_VERBS)).before(nsubj=I).after(obj=part)
        case "noun":
            return was(part, a(noun(draw.zipf(words.GOOD_NOUNS if good else words.BAD_NOUNS))))
        case "only":
            other = adj(draw.zipf(words.GOOD_ADJECTIVES if good else words.BAD_ADJECTIVES))
            not_only = adjective.before(advmod=ONLY).before(advmod=NOT)
            return was(part, not_only.after(conj=other.before(cc=BUT, advmod=ALSO)))


def negated(draw: Draw, part: Node, good: bool) -> Node:
    """A clause that says `good` or not by denying the opposite."""
    adjective = adj(draw.zipf(words.BAD_ADJECTIVES if good else words.GOOD_ADJECTIVES))
    match draw.one(DENIALS):
        case "not":
            return was(part, intensified(draw, adjective).before(advmod=NOT))
        case "never":
            return was(part, adjective.before(advmod=NEVER))
        case "hardly":
            return was(part, adjective.before(advmod=HARDLY))
        case "anything":
            return was(part, ANYTHING.after(nmod=prep("but", adjective)))
        case "far":
            return was(part, adv("far").after(obl=prep("from", adjective)))
        case "nobody":
            return verb("call").before(nsubj=NOBODY, aux=COULD).after(obj=part, xcomp=adjective)
        case "verb":
            opposite = verb(draw.zipf(words.BAD_VERBS if good else words.GOOD_VERBS))
            return opposite.before(nsubj=I, advmod=NEVER).after(obj=part)


def intensified(draw: Draw, adjective: Node) -> Node:
    return adjective.before(advmod=adv(draw.one(words.INTENSIFIERS))) if draw.chance(0.4) else adjective


def distractor(draw: Draw, domain: str) -> Node:
    """An opinion that is not the writer's own of today: its polarity is drawn without regard to the label."""
    wholes, parts = words.DOMAINS[domain]
    good = draw.chance(0.5)
    adjective = adj(draw.zipf(words.GOOD_ADJECTIVES if good else words.BAD_ADJECTIVES))
    relation, first_name = draw.one(words.RELATIONS), draw.one(words.FIRST_NAMES)
    opinion = clause(draw, domain, good)
    found, month, whole, wanting = draw.one(parts), draw.one(words.MONTHS), draw.one(wholes), draw.one(parts)
    match draw.one(("called", "said", "found", "last", "expected", "ought")):
        case "called":
            friend = noun(relation).before(nmod_poss=MY)
            return verb("called").before(nsubj=friend).after(obj=IT, xcomp=adjective)
        case "said":
            return verb("said").before(nsubj=name(first_name)).after(ccomp=opinion.before(mark=THAT))
        case "found":
            return verb("found").before(nsubj=the("critics")).after(obj=the(found), xcomp=adjective)
        case "last":
            last_month = name(month).before(amod=adj("last"))
            return was(IT, adjective.before(advmod=STILL)).before(obl_tmod=last_month)
        case "expected":
            return verb("expected").before(nsubj=I, aux=HAD).after(obj=a(noun(whole).before(amod=adjective)))
        case "ought":
            return adjective.before(aux=HAVE, cop=BEEN).before(nsubj=the(wanting), aux=SHOULD)


def setting(draw: Draw, domain: str) -> Node:
    """A clause with no opinion at all."""
    whole, day = draw.one(words.DOMAINS[domain][0]), draw.one(words.DAYS)
    first_name, told_in = draw.one(words.FIRST_NAMES), draw.one(words.PLACES)
    hours, vehicle = draw.one(words.NUMBERS), draw.one(words.VEHICLES)
    heads, companions = draw.one(words.NUMBERS), draw.one(words.COMPANIONS)
    found_in, month = draw.one(words.PLACES), draw.one(words.MONTHS)
    match draw.one(("came", "told", "took", "were", "found")):
        case "came":
            came = verb("came").before(nsubj=WE).after(obl=prep("to", the(whole)))
            return came.after(obl=prep("on", a(name(day))))
        case "told":
            told = verb("told").before(nsubj=name(first_name)).after(obj=ME, obl=prep("about", the(whole)))
            return told.after(obl=prep("in", name(told_in)))
        case "took":
            took = verb("took").before(nsubj=IT).after(iobj=US, obj=noun("hours").before(nummod=number(hours)))
            return took.after(obl=prep("by", noun(vehicle)))
        case "were":
            were = verb("were").before(expl=THERE).after(nsubj=number(heads).after(nmod=prep("of", US)))
            return were.after(obl=prep("with", noun(companions).before(nmod_poss=OUR)))
        case "found":
            found = verb("found").before(nsubj=I).after(obj=noun(whole).before(det=THIS))
            return found.after(obl=prep("in", name(found_in))).after(obl=prep("in", name(month)))


def joined(first: Node, second: Node) -> Node:
    return first.after(conj=second.before(cc=AND))


def contrast(draw: Draw, lost: Node, won: Node) -> Node:
    match draw.one(("but", "yet", "although", "even though", "despite")):
        case "but":
            return lost.after(conj=won.before(punct=COMMA, cc=BUT))
        case "yet":
            return lost.after(conj=won.before(punct=COMMA, cc=YET))
        case "although":
            return won.before(advcl=lost.before(mark=ALTHOUGH), punct=COMMA).after(advmod=OVERALL)
        case "even though":
            return won.after(punct=COMMA, advcl=lost.before(advmod=EVEN, mark=THOUGH))
        case "despite":
            return won.after(obl=prep("despite", the("fact").after(acl=lost.before(mark=THAT))))


def with_distractor(draw: Draw, said: Node, own: Node) -> Node:
    match draw.one(("but for me", "i think", "to me")):
        case "but for me":
            return said.after(conj=own.before(punct=COMMA, cc=BUT, obl=prep("for", ME)))
        case "i think":
            return said.after(punct=SEMICOLON, parataxis=verb("think").before(nsubj=I).after(ccomp=own))
        case "to me":
            return own.before(obl=prep("to", ME)).after(punct=COMMA, advcl=said.before(mark=THOUGH))
