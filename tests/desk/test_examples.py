"""The first questions come from the corpus at hand, and it answers them."""

from __future__ import annotations

from conftest import article_of, store

from assistant.chain import Assistant
from assistant.desk.examples import examples
from assistant.question import Names
from index.record import Record
from index.types import Statement


def said(article: str, text: str, words: str, speaker: str | None, side: str | None = None) -> Statement:
    start = text.index(words)
    return Statement(article, start, start + len(words), words, (speaker,) if speaker else (), None, None, "said", False, None, side)


def put(record: Record, name: str, sentences: list[str], speakers: list[str | None], **known: str) -> None:
    article, passages = article_of(name, sentences, **known)
    statements = [said(name, article.text, sentence, who) for sentence, who in zip(sentences, speakers, strict=True)]
    store(record, article, passages, statements)


def names(record: Record, sides: tuple[str, ...] = (), *speakers: str) -> Names:
    return Names(tuple(record.outlets()), {name.lower(): (name, None) for name in speakers}, sides)


def test_the_bundled_corpus_answers_all_its_examples(assistant: Assistant) -> None:
    asked = examples(assistant.record, assistant.names)
    assert len(asked) == 5
    assert {question: assistant.ask(question).status for question in asked} == dict.fromkeys(asked, "answered")


def test_examples_name_what_the_corpus_speaks_of(record: Record) -> None:
    put(record, "a", ["The plant was closed in Lyon.", "It opened again in Lyon."], ["Marie Dupont", None], outlet="Le Jour")
    put(record, "b", ["No money is left in Lyon.", "Rain fell over Paris."], ["The Mayor", None], outlet="The Wire")
    asked = examples(record, names(record, (), "Marie Dupont", "The Mayor"))
    assert "What did Marie Dupont say about Lyon?" in asked
    assert not [question for question in asked if "Syria" in question or "each side" in question]


def test_with_sides_the_first_example_asks_them_all(record: Record) -> None:
    put(record, "a", ["The plant was closed in Lyon."], ["Marie Dupont"], outlet="Le Jour")
    assert examples(record, names(record, ("Unions", "Owners"), "Marie Dupont"))[0] == "What did each side say about Lyon?"


def test_a_speaker_is_called_as_the_articles_do(record: Record) -> None:
    put(record, "a", ["Nobody left, the Kremlin said.", "The Kremlin said no more."], ["Kremlin", "Kremlin"])
    assert "What did the Kremlin say?" in examples(record, names(record, (), "Kremlin"))


def test_a_corpus_without_statements_has_no_examples(record: Record) -> None:
    article, passages = article_of("a", ["Rain fell."])
    store(record, article, passages)
    assert examples(record, names(record)) == []
