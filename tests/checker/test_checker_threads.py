"""Several threads may use the library at once, as a desk does: each gets the answer that it gets alone."""

from concurrent.futures import ThreadPoolExecutor

import amends

TEXTS = [
    ("en", "We are sorry if this upset you, Ana. Mistakes were made with order zorblax{n}. I refund it on Friday."),
    ("lt", "Atsiprašome, jei jus nuvylėme. Įvyko klaida su užsakymu brrzt{n}. Pinigus grąžinsime penktadienį."),
    ("he", "מצטערים אם נפגעת. נפלה טעות בהזמנה זרלקס{n}. נחזיר את הכסף ביום שישי."),
    ("sk", "Mrzí nás, ak vás to sklamalo. Došlo k chybe pri objednávke xqwz{n}. Peniaze vrátime v piatok."),
]


def _answer(task: tuple[str, str]) -> object:
    language, text = task
    review = amends.check(text, language=language)
    heard = amends.hear(text, language=language)
    promised = [promise.quote for promise in amends.promises(text, language=language)]
    return sorted(review.to_dict()["faults"].items()), heard.severity, heard.kinds, promised


def test_threads_get_the_answers_that_they_get_alone():
    tasks = [(language, text.format(n=number)) for number in range(60) for language, text in TEXTS]
    alone = [_answer(task) for task in tasks]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(_answer, tasks)) == alone
