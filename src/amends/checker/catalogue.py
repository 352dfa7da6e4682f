"""What the checker looks for: the one source of the components and faults.

The command's explanations, the messages of findings and the reference pages of the documentation are all made from
this list. Definitions follow the project's codebook of annotated replies; requirement numbers (G1.4) are those of the
field guide; research is cited where a figure rests on it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from amends.messages import current_language, translator

__all__ = [
    "COMMITMENT",
    "COMPONENTS",
    "CONCEPTS",
    "FAULTS",
    "LABELS",
    "MODEL_LABELS",
    "RULE_LABELS",
    "SENTENCE_LABELS",
    "WHOLE_REPLY",
    "Concept",
    "concept",
]

Kind = Literal["component", "fault", "whole-reply"]


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing the checker knows.

    Attributes:
        id: The label, as in the codebook.
        kind: A part of a sincere apology, a fault in one place, or a fault of the reply as a whole.
        title: A short name for people.
        what: When it is given.
        why: One plain sentence: why it helps, or why it hurts.
        way_out: One thing the writer can do: add the part, or mend the fault.
        poor: An example; for a component, a sentence that is mistaken for it.
        better: The same, mended; for a component, a sentence that shows it.
        sources: Requirements of the field guide and research behind it.
    """

    id: str
    kind: Kind
    title: str
    what: str
    why: str
    way_out: str
    poor: str
    better: str
    sources: str

    def in_language(self, language: str | None = None) -> "Concept":
        """The concept with its texts in a language; its examples are that language's own and no translations.

        Args:
            language: One of `amends.messages.LANGUAGES`; the current language of messages if not given.

        Raises:
            ValueError: There is no such language.
        """
        return _translated(self, language or current_language())


@cache
def _translated(concept: Concept, language: str) -> Concept:
    text = translator(language).gettext
    return Concept(
        concept.id,
        concept.kind,
        text(concept.title),
        text(concept.what),
        text(concept.why),
        text(concept.way_out),
        text(concept.poor),
        text(concept.better),
        text(concept.sources),
    )


_COMPONENTS = (
    Concept(
        "apology",
        "component",
        "Apology",
        "The reply says sorry, apologises or asks to be excused for something on our side.",
        "People who were failed wait for the word itself before they hear anything else.",
        "What are you sorry for? Say it in your own first person.",
        "Sorry, we are closed on Tuesdays.",
        "I am sorry that your order never left our shop.",
        "G1.6, G2.5",
    ),
    Concept(
        "names-offence",
        "component",
        "Names what went wrong",
        "The reply says concretely which thing failed, was late, wrong, missing or rude for this customer.",
        "Naming it shows that somebody has read the complaint and is not hiding behind a general word.",
        "What exactly did we get wrong? Name the thing, the day, the amount.",
        "We are sorry about the situation.",
        "We sent you only the left shoe.",
        "G2.5; Packard & Berger 2021 on concrete words",
    ),
    Concept(
        "responsibility",
        "component",
        "Takes responsibility",
        "The reply owns the failing: we, I or our team did it, or should have done otherwise.",
        "Of all parts of an apology this one counts most.",
        "Who of us failed, and what should we have done? Say it with 'I' or 'we' as the one who did it.",
        "A mistake was made.",
        "I should have checked the address before the van left.",
        "G1.2, G4.5; Lewicki, Polin & Lount 2016",
    ),
    Concept(
        "empathy",
        "component",
        "Shows what it did to them",
        "The reply says, as a fact, what the failing did to the customer or that their reaction is justified.",
        "A customer who sees that the harm was understood can stop proving it.",
        "What did this cost the customer: time, money, a day, a plan, their trust?",
        "We understand your concern.",
        "You stood in the rain with two children because of us.",
        "G1.3; Roschk & Kaiser 2013",
    ),
    Concept(
        "explanation",
        "component",
        "Says how it came about",
        "The reply tells what happened or why.",
        "An honest cause in a sentence or two shows that we looked and did not guess.",
        "How did it happen? One or two short, honest sentences are enough.",
        "This was due to circumstances.",
        "Two of us each thought that the other had written back.",
        "G1.6, G2.3, G2.4",
    ),
    Concept(
        "repair",
        "component",
        "Puts it right",
        "The reply offers, announces or reports a concrete remedy for this customer.",
        "After responsibility, people look for what will be made good.",
        "What do we do to make this good for this customer, and when do they have it?",
        "We are looking into it.",
        "Your 28 euros went back to your card this morning.",
        "G1.5, G2.5, G4.7; Lewicki, Polin & Lount 2016",
    ),
    Concept(
        "prevention",
        "component",
        "Keeps it from happening again",
        "The reply says what has changed or will change so that it does not happen again.",
        "Without a change the same words are due again next month.",
        "What is different from now on? If nothing is yet, say when you will know.",
        "We will do better.",
        "From today two people read each order before it is packed.",
        "G1.5, G2.3",
    ),
    Concept(
        "next-step",
        "component",
        "Says what happens next",
        "The reply says what we will do next for this customer, or by when they hear from us.",
        "A customer who knows what comes next does not have to chase us.",
        "What will you do next, and by when will the customer hear from you?",
        "Please contact our support.",
        "I will ring you on Thursday before five.",
        "G1.5, G2.2",
    ),
    Concept(
        "invitation",
        "component",
        "Opens the door",
        "The reply asks a real question about the problem, invites questions, or names a person to answer to.",
        "Room to ask and to be heard is part of putting it right.",
        "What would you like to ask the customer, and who can they reach directly?",
        "Do not reply to this mail.",
        "Have I understood it right? My direct line is below.",
        "G1.1, G2.6",
    ),
)

_FAULTS = (
    Concept(
        "conditional",
        "fault",
        "If-apology",
        "The apology or regret hangs on an 'if', 'should', 'in case' or 'any'.",
        "'If' tells the customer that we are not sure anything happened to them.",
        "Say it without the condition: what happened, and that you are sorry for it.",
        "We are sorry if this upset you.",
        "We are sorry that we kept you waiting for two weeks.",
        "G1.4; Robbennolt 2003 on partial apologies",
    ),
    Concept(
        "but",
        "fault",
        "Apology taken back",
        "The apology is followed by a 'but', 'however' or the like that takes it back.",
        "Everything before the 'but' is forgotten, and the customer hears the excuse.",
        "End the apology with a full stop; put the facts later, in a sentence of their own.",
        "We are sorry, but our records show a signature.",
        "We are sorry that the parcel is not with you. Here is what our records show so far.",
        "G1.4",
    ),
    Concept(
        "feelings-shift",
        "fault",
        "Sorry for their feelings",
        "The reply regrets the customer's feeling, impression or expectations instead of what we did.",
        "It makes the customer's reaction the problem, where our act was.",
        "Be sorry for the act: name what we did or left undone.",
        "I am sorry you feel that way.",
        "I am sorry that I spoke to you as I did.",
        "G3.2, the decided conflict of G3",
    ),
    Concept(
        "agentless",
        "fault",
        "Nobody did it",
        "The failing has no doer: a passive, an impersonal form, or a thing that fails by itself, where we failed.",
        "When nobody did it, nobody owns it, and nobody will keep it from happening again.",
        "Put the one who failed into the sentence: 'we', 'I', 'our team'.",
        "Your order was overlooked.",
        "We overlooked your order.",
        "G1.2",
    ),
    Concept(
        "vague-offence",
        "fault",
        "Stock noun instead of the failing",
        "The apology's object is only a stock noun or a pronoun: the inconvenience, the situation, that.",
        "A word that fits every complaint shows that this one was not read.",
        "Replace the stock word by what happened to this customer.",
        "Sorry for the inconvenience.",
        "Sorry that your heating stayed cold all weekend.",
        "G1.3, G4.2; Packard & Berger 2021",
    ),
    Concept(
        "minimising",
        "fault",
        "Makes it small",
        "The failing is made small: only, just, slight, isolated, rarely happens, happens to everybody.",
        "To the customer it was big enough to write; making it small says they are wrong to mind.",
        "Leave out the word that shrinks it, and say how long, how much, how often.",
        "There was a slight delay.",
        "It came nine days late.",
        "G1.3",
    ),
    Concept(
        "beyond-control",
        "fault",
        "Blames fate",
        "Circumstances, demand, weather, season or technical reasons are given as the cause.",
        "It sounds like an excuse, and leaves the customer with nobody to turn to.",
        "Say what was ours to do about it, and what we did not do.",
        "Due to unforeseen circumstances your order is late.",
        "We took more orders than we could pack, and yours had to wait.",
        "G1.2, G4.5",
    ),
    Concept(
        "policy-shield",
        "fault",
        "Hides behind a rule",
        "A rule, policy, term, law or procedure is the reason for refusing or excusing.",
        "A rule does not answer the customer; a person who decides does.",
        "Give the real reason in your own words, and say what you can do.",
        "As per our policy, refunds are not possible.",
        "I cannot refund a worn shoe; I can have it resoled for you this week.",
        "G4.2, G4.4",
    ),
    Concept(
        "blame-third-party",
        "fault",
        "Points at somebody else",
        "A supplier, partner, courier, colleague, software or other department is named as the guilty one.",
        "The customer chose us, and we chose them: passing it on doubles the hurt.",
        "Own it first; say that you are sorting it out with them.",
        "The courier lost your parcel.",
        "We chose this courier, and we are sorry: a new parcel leaves today.",
        "G1.2, G4.5",
    ),
    Concept(
        "blame-customer",
        "fault",
        "Points at the customer",
        "The customer is said to be at fault or should have acted otherwise.",
        "Blame turns a person who asked for help into an opponent.",
        "Leave out what they should have done, and ask what we could have made clearer.",
        "You should have read the instructions.",
        "Our instructions did not say it clearly enough.",
        "G3.2",
    ),
    Concept(
        "denial",
        "fault",
        "Contradicts the customer",
        "The customer's account or feeling is contradicted or doubted, or nobody else is said to have it.",
        "A perception is real to the one who has it, and arguing about it loses the person.",
        "Begin with how it looks from their side, then lay out the facts one by one.",
        "Our records show that it was delivered.",
        "You have no parcel, and our driver noted one delivered: let me find out where it went.",
        "G3.2, G3.3",
    ),
    Concept(
        "favour",
        "fault",
        "Sells what is owed as a gift",
        "What is owed is presented as courtesy, goodwill or an exception.",
        "Repairing is owed; sold as a kindness it asks for thanks from the one who was hurt.",
        "Say what you do, without calling it kind.",
        "As a one-time courtesy we will refund you.",
        "We are refunding you.",
        "G4.6",
    ),
    Concept(
        "meta-apology",
        "fault",
        "Talks about apologising",
        "The reply wants, would like or has to apologise, or asks to accept apologies, instead of apologising.",
        "Wanting to apologise is not yet doing it.",
        "Apologise: 'I apologise', 'I am sorry'.",
        "We would like to apologise for the delay.",
        "We apologise for the delay.",
        "G1.6",
    ),
    Concept(
        "intent-defence",
        "fault",
        "Defends the intention",
        "The reply says what was not meant.",
        "The customer asks about what happened, and what we meant does not undo it.",
        "Leave the intention out, and say what it did to them.",
        "It was never our intention to upset you.",
        "What I wrote was hurtful.",
        "G5.1",
    ),
    Concept(
        "self-praise",
        "fault",
        "Praises ourselves",
        "The business or its values are praised inside the reply to the failing.",
        "Praise beside a failure reads as if the failure did not count.",
        "Leave it out, and let the repair speak.",
        "We take customer satisfaction very seriously.",
        "I have moved your booking to the front.",
        "G4.7",
    ),
    Concept(
        "hedged-fact",
        "fault",
        "Puts the harm in doubt",
        "The harm or our fault is put in doubt: may have, possible, appears, perceived.",
        "The customer knows that it happened; a hedge calls them unsure or untruthful.",
        "Say what you know as a fact, and what you do not know yet as that.",
        "We regret any trouble you may have had.",
        "We left you without water for two days.",
        "G3.2, G4.5",
    ),
    Concept(
        "empty-promise",
        "fault",
        "Promise without substance",
        "Something is promised without an act, an owner or a time: as soon as possible, we will do better.",
        "Trust dies of promises that nobody can hold us to.",
        "Say who does what by when; if you do not know yet, say when you will write again.",
        "We will get back to you as soon as possible.",
        "I will write to you by Friday noon.",
        "G2.2; Halperin, Ho, List & Muir 2022",
    ),
    Concept(
        "forced-closure",
        "fault",
        "Closes it for them",
        "The matter is declared settled, or thanks are given for patience or understanding that nobody offered.",
        "Only the customer can say that it has been put right.",
        "Leave the thanks out, and ask whether it is right now.",
        "Thank you for your understanding.",
        "Is it right for you so? Tell me if anything is left.",
        "G1.10, G2.6",
    ),
)

_WHOLE_REPLY = (
    Concept(
        "regret-only",
        "whole-reply",
        "Sympathy without owning",
        "Something is apologised for, and nothing in the reply is owned, repaired or promised.",
        "Where we failed, sympathy alone is worse than no apology at all.",
        "Say which part of it was ours.",
        "We are sorry to hear about your flight.",
        "We are sorry: we cancelled your flight and told you too late.",
        "G1.2; Robbennolt 2003",
    ),
    Concept(
        "over-apology",
        "whole-reply",
        "Too many apologies",
        "Three or more apologies, or gushing ones.",
        "Said once it is heard; said often it asks the customer to comfort us.",
        "Keep the clearest apology and let the repair say the rest.",
        "We are so sorry. We apologise deeply. Once again, a thousand apologies!",
        "I am sorry. Your new key is at the desk.",
        "Halperin, Ho, List & Muir 2022",
    ),
    Concept(
        "long-explanation",
        "whole-reply",
        "Explains too long",
        "More than two sentences explain how it came about.",
        "A long explanation reads as a defence and buries what the customer needs.",
        "Keep one or two sentences of cause; have the rest ready for when they ask.",
        "First the printer failed. Then the spare was lent out. Then the shift changed.",
        "Our printer failed and I did not check the tray.",
        "G2.3, G2.4",
    ),
    Concept(
        "facts-first",
        "whole-reply",
        "Facts before acknowledgement",
        "Facts or defence come before any acknowledgement of what happened to the customer.",
        "Facts are heard only by somebody who feels understood.",
        "Begin with how it looks from their side; then the facts, step by step.",
        "The system logged the visit at 9:04. Sorry for the wait.",
        "You waited all morning, and I am sorry. Our log shows a visit at 9:04.",
        "G3.3",
    ),
    Concept(
        "no-name",
        "whole-reply",
        "The customer has no name",
        "A private reply never names the customer, although the name is known.",
        "Without a name it could have gone to anybody.",
        "Address the person by name.",
        "Dear customer,",
        "Dear Ms Okoro,",
        "G4.2",
    ),
    Concept(
        "wrong-word",
        "whole-reply",
        "Not our word",
        "A word that this house has decided not to use for its customers or things.",
        "Each business has its own right words, and a wrong one sounds borrowed.",
        "Use the word of the house.",
        "Our guests in the shop",
        "Our customers",
        "G4.3",
    ),
    Concept(
        "scripted",
        "whole-reply",
        "Sent before",
        "The reply is nearly the same as one that was sent before.",
        "Customers compare, and a copy shows that nobody wrote to them.",
        "Write to this person about this failure.",
        "The same text as last week's reply to somebody else.",
        "A reply that only this customer could have got.",
        "G4.2",
    ),
    Concept(
        "off-the-point",
        "whole-reply",
        "Misses what they wrote",
        "The customer named concrete things, and the reply picks up none of them.",
        "It tells the customer that the complaint was not read.",
        "Pick up what they named: the thing, the day, the amount.",
        "Thank you for your feedback.",
        "The kettle you bought on Saturday should not have leaked.",
        "G1.1, G4.2; Packard & Berger 2021",
    ),
    Concept(
        "other-language",
        "whole-reply",
        "Another language than theirs",
        "The reply is written in another language than the complaint.",
        "Who is hurt should not have to translate our apology.",
        "Answer in the language in which they wrote, or say why you cannot.",
        "Žao nam je.",
        "We are sorry.",
        "G4.2, G4.4",
    ),
    Concept(
        "invented-admission",
        "whole-reply",
        "Admits what did not happen",
        "An act is admitted although the record shows that nobody on our side failed.",
        "An untrue admission is a lie that comes back; the experience can be acknowledged without it.",
        "Acknowledge what they lived through, and say what the record shows.",
        "You are right, we made a mistake. (We did not.)",
        "You stood before a closed door, and that is a wasted trip. The sign said Monday; it is easily missed.",
        "G3.2, the decided conflict of G3, G4.5",
    ),
)

CONCEPTS: dict[str, Concept] = {entry.id: entry for entry in (*_COMPONENTS, *_FAULTS, *_WHOLE_REPLY)}
"""All concepts by id: components, faults, faults of the whole reply."""

COMPONENTS: tuple[str, ...] = tuple(entry.id for entry in _COMPONENTS)
"""The ids of the components, in the codebook's order."""

FAULTS: tuple[str, ...] = tuple(entry.id for entry in _FAULTS)
"""The ids of the faults of one place, in the codebook's order."""

WHOLE_REPLY: tuple[str, ...] = tuple(entry.id for entry in _WHOLE_REPLY)
"""The ids of the faults that are decided on the whole reply."""

SENTENCE_LABELS: tuple[str, ...] = COMPONENTS + FAULTS
"""The labels that are decided sentence by sentence."""

LABELS: frozenset[str] = frozenset(SENTENCE_LABELS)
"""The same as a set."""

COMMITMENT = "promise"
"""The label of a sentence in which the business commits itself; it is neither a component nor a fault."""

MODEL_LABELS: tuple[str, ...] = (*SENTENCE_LABELS, COMMITMENT)
"""What the sentence model tells of each sentence."""

RULE_LABELS: frozenset[str] = LABELS | {"over-apology"}
"""The labels that a rule of a language pack may give."""


def concept(label: str) -> Concept:
    """The concept of a label.

    Raises:
        KeyError: There is no such label.
    """
    return CONCEPTS[label]
