"""The judged questions can be read, ask for what there is, and are counted rightly."""

import pytest

from benchmarks import judged
from benchmarks.judged import Question
from toasoan.demo import stories


def test_every_question_has_answers_of_its_own_texts() -> None:
    asked = judged.questions()
    assert len({question.text for question in asked}) == len(asked) >= 200
    names = {story.name for story in stories.stories()}
    for question in asked:
        assert judged.ndcg(question, sorted(question.worth, key=lambda name: -question.worth[name])) == 1
        assert names.issuperset(question.worth) if question.about == "demo" else names.isdisjoint(question.worth)


def test_the_stories_are_found_by_their_names() -> None:
    made = judged.documents([])
    assert {one.url for one in made} == {f"/{story.name}" for story in stories.stories()}
    assert all(one.title and one.text and "{" not in one.text for one in made)


@pytest.mark.parametrize(
    ("found", "gain", "recall"),
    [
        (["a", "b"], 1.0, 1.0),
        (["x", "a", "b"], 0.670, 1.0),
        (["b"], 0.380, 0.0),
        (["x"] * 10 + ["a"], 0.0, 0.0),
        ([], 0.0, 0.0),
    ],
)
def test_gain_and_recall(found: list[str], gain: float, recall: float) -> None:
    question = Question("?", {"a": 2, "b": 1}, "demo")
    assert judged.ndcg(question, found) == pytest.approx(gain, abs=0.001)
    assert judged.recall(question, found) == recall
