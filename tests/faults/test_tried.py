import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.bss.embedded.demo import DEMO_FOLDER
from care.faults.diagnosis import Topic, load_fault_guide
from care.faults.tried import already_tried

GUIDE = load_fault_guide(DEMO_FOLDER)
STEPS = GUIDE.topics[Topic.BROADBAND].of("no_internet").steps
ALL = [
    step
    for diagnoses in GUIDE.topics.values()
    for diagnosis in diagnoses.by_symptom.values()
    for step in diagnosis.steps
]


@pytest.mark.parametrize(
    "text",
    [
        "光猫重启过了还是不行",
        "家里没网，我重启了好几遍",
        "没欠费，重启过，别再让我重启了",
        "重启也没用",
        "已经重启过路由器了",
        "断电重来了一次",
    ],
)
def test_what_was_done_is_seen(text: str) -> None:
    assert "restart_all" in already_tried(STEPS, [text])


@pytest.mark.parametrize(
    "text",
    [
        "家里没网了",
        "要重启吗",
        "还没重启过",
        "没有重启",
        "不会重启",
        "怎么重启啊",
        "光猫断电了怎么办",
        "重启",
        "需要重启光猫吗？",
        "不想重启了",
    ],
)
def test_what_was_not_done_is_not(text: str) -> None:
    assert already_tried(STEPS, [text]) == frozenset()


def test_each_step_by_its_own_words() -> None:
    said = ["光猫重启过了，光纤也拔插过", "直连光猫也不行"]
    assert already_tried(STEPS, said) == {"restart_all", "lamp", "wire"}


def test_every_step_can_be_told_to_be_done() -> None:
    for step in ALL:
        for word in step.tried:
            assert already_tried([step], [f"{word}试过了"]) == {step.id}, word


@given(st.lists(st.text(max_size=30), max_size=4))
def test_any_words_are_looked_at_and_more_words_take_nothing_back(said: list[str]) -> None:
    few = already_tried(ALL, said)
    assert few <= {step.id for step in ALL}
    assert few <= already_tried(ALL, [*said, "重启过了"])
    assert already_tried(ALL, []) == frozenset()
