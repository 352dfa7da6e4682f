"""A chat bot that asks the guard before it says anything.

    python examples/guard/chat_bot.py          # three conversations that are written down here
    python examples/guard/chat_bot.py --talk   # write to it yourself; an empty line ends it

The model is made up: it has a drawer of answers, and like a real one it writes better when it is told what to change.
In its place you would call yours.
"""

import argparse

from amends import Policy, Ruling, guard

TRIES = 3
POLICY = Policy()
HAND_OVER = "A person has to answer this, so I am not answering it myself."

CONVERSATIONS = (
    "You sent me the wrong lamp on Monday, and nobody answers the phone.",
    "Where is my refund? You have had my money for three weeks!",
    "Your heater caught fire in the night and my baby was burned.",
)

DRAWER = {
    "lamp": [
        "We apologise for any inconvenience this may have caused. Thank you for your patience.",
        "I am sorry. We sent you the wrong lamp on Monday, that was our mistake, and you got nobody on the phone. "
        "Which lamp did you order?",
    ],
    "refund": ["I am sorry that you are still waiting. I have refunded you in full; you will have it by tomorrow."],
    "": ["We take your safety very seriously. Which heater is it?"],
}


def made_up_model(message: str, feedback: list[str]) -> str:
    """What the model answers to a message; it takes its next answer for each time that it was told what to change."""
    answers = next(answers for word, answers in DRAWER.items() if word in message)
    return answers[min(len(feedback), len(answers) - 1)]


def answer(message: str) -> tuple[str, list[Ruling]]:
    """What the customer is shown, and what the guard ruled on the way there."""
    feedback: list[str] = []
    rulings: list[Ruling] = []
    for _ in range(TRIES):
        reply = made_up_model(message, feedback)
        ruling = guard(reply, complaint=message, fault="team", policy=POLICY)
        rulings.append(ruling)
        if ruling.passed:
            return reply, rulings
        if not ruling.mendable:
            break
        feedback.append(ruling.feedback)
    # Here a real bot opens a case, so that the promise in this sentence is true: see `amends mcp` and the desk's API.
    return HAND_OVER, rulings


def show(message: str) -> None:
    """Print a conversation with what happened behind it."""
    reply, rulings = answer(message)
    print(f"customer: {message}")
    for number, ruling in enumerate(rulings, 1):
        print(f"  try {number}: {ruling.review.text}")
        print(f"         {ruling.outcome}: {ruling.words}")
        for reason in ruling.reasons:
            print(f"         - {reason.words}")
    print(f"bot: {reply}\n")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--talk", action="store_true", help="write to it yourself")
    if not parser.parse_args().talk:
        for message in CONVERSATIONS:
            show(message)
        return
    while message := input("you: ").strip():
        show(message)


if __name__ == "__main__":
    main()
