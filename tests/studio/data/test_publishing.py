"""From a change to a commit: drafts, checks, hand edits, races."""

import asyncio
from pathlib import Path
from typing import Any

from dulwich import porcelain
from dulwich.repo import Repo

from care.settings import Settings
from tests.desk.world import AgentClient, World, a_world, prepare
from tests.studio.small_data import commit_all, write_small_data

EXAMPLE = {"kind": "add_example", "intent": "query_bill", "text": "[上月](month)用了好多钱呀"}


async def draft(trainer: AgentClient, *edits: dict[str, Any]) -> list[str]:
    """Put changes into the draft; gives their ids."""
    ids: list[str] = await trainer.post("/studio/drafts", {"edits": list(edits)})
    return ids


async def publish(trainer: AgentClient, reason: str = "客户这样说账单") -> str:
    """Look at the diff, and publish it."""
    preview = await trainer.get("/studio/drafts/preview")
    assert preview["refused"] is None, preview
    body = {"digest": preview["digest"], "reason": reason}
    commit: str = (await trainer.post("/studio/drafts/publish", body))["commit"]
    return commit


def edit(repository: Path, path: str, old: str, new: str) -> None:
    """What somebody does in an editor."""
    file = repository / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def changed_by_hand(repository: Path) -> list[str]:
    """The files that differ from the last commit, as ``git status`` tells."""
    status = porcelain.status(str(repository))
    staged = [name for names in status.staged.values() for name in names]
    return sorted(one.decode() for one in [*status.unstaged, *staged])


async def test_a_draft_becomes_one_commit_with_author_and_reason(
    world: World, trainer: AgentClient, repository: Path
) -> None:
    await draft(trainer, EXAMPLE)
    preview = await trainer.get("/studio/drafts/preview")
    assert list(preview["diffs"]) == ["data/nlu/billing.yml"]
    changed = [
        line
        for line in preview["diffs"]["data/nlu/billing.yml"].splitlines()
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert changed == ["+    - [上月](month)用了好多钱呀"]
    commit = await publish(trainer)
    repo = Repo(str(repository))
    head = repo[repo.head()]
    assert repo.head().decode() == commit
    assert head.author.decode().startswith("吴凡 <")  # type: ignore[union-attr]
    assert "客户这样说账单" in head.message.decode()  # type: ignore[union-attr]
    assert "query_bill: add example (1)" in head.message.decode()  # type: ignore[union-attr]
    repo.close()
    assert "用了好多钱呀" in (repository / "data/nlu/billing.yml").read_text(encoding="utf-8")
    assert changed_by_hand(repository) == []
    assert await trainer.get("/studio/drafts") == []
    assert world.trainings == [(commit, "吴凡", "客户这样说账单")]
    published = (await trainer.get("/studio/publications"))[0]
    assert (published["commit"], published["author"], published["changes"]) == (commit, "吴凡", 1)


async def test_hand_edits_beside_it_stay_and_are_not_committed(
    trainer: AgentClient, repository: Path
) -> None:
    await draft(trainer, EXAMPLE)
    edit(repository, "data/nlu/billing.yml", "    - 余额多少", "    - 我的余额多少")
    edit(repository, "data/nlu/talk.yml", "    - 转人工", "    - 转个人工")
    preview = await trainer.get("/studio/drafts/preview")
    assert preview["by_hand"] == ["data/nlu/billing.yml"]
    commit = await publish(trainer)
    text = (repository / "data/nlu/billing.yml").read_text(encoding="utf-8")
    assert "我的余额多少" in text
    assert "用了好多钱呀" in text
    assert changed_by_hand(repository) == ["data/nlu/billing.yml", "data/nlu/talk.yml"]
    with Repo(str(repository)) as repo:
        committed = porcelain.get_object_by_path(repo, "data/nlu/billing.yml", commit.encode())
        assert "我的余额" not in committed.data.decode()  # type: ignore[union-attr]


async def test_what_was_committed_by_hand_meanwhile_is_kept(
    trainer: AgentClient, repository: Path
) -> None:
    await draft(trainer, EXAMPLE)
    edit(repository, "data/nlu/billing.yml", "    - 余额多少", "    - 我的余额多少")
    commit_all(repository, "by hand")
    await publish(trainer)
    text = (repository / "data/nlu/billing.yml").read_text(encoding="utf-8")
    assert "我的余额多少" in text
    assert "用了好多钱呀" in text


async def test_a_hand_edit_of_the_very_example_is_refused_and_not_overwritten(
    trainer: AgentClient, repository: Path
) -> None:
    change = {
        "kind": "change_example",
        "intent": "query_balance",
        "text": "余额多少",
        "to": "还有多少余额",
    }
    ids = await draft(trainer, change)
    edit(repository, "data/nlu/billing.yml", "    - 余额多少", "    - 我的余额多少")
    preview = await trainer.get("/studio/drafts/preview")
    body = {"digest": preview["digest"], "reason": "换个说法"}
    refused = await trainer.http.post("/studio/drafts/publish", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "hand_edited")
    assert refused.json()["error"]["files"] == ["data/nlu/billing.yml"]
    assert "我的余额多少" in (repository / "data/nlu/billing.yml").read_text(encoding="utf-8")
    commit_all(repository, "by hand")
    preview = await trainer.get("/studio/drafts/preview")
    assert (preview["refused_code"], preview["refused_change"]) == ("example_gone", ids[0])
    listed = await trainer.get("/studio/drafts")
    assert listed[0]["refused"] is not None


async def test_what_is_staged_by_hand_is_refused(trainer: AgentClient, repository: Path) -> None:
    await draft(trainer, EXAMPLE)
    preview = await trainer.get("/studio/drafts/preview")
    edit(repository, "data/nlu/billing.yml", "    - 余额多少", "    - 我的余额多少")
    porcelain.add(str(repository), [str(repository / "data/nlu/billing.yml")])
    body = {"digest": preview["digest"], "reason": "客户这样说"}
    assert await trainer.refused("/studio/drafts/publish", body) == (409, "hand_edited")


async def test_two_trainers_publish_at_once_and_both_changes_are_there(
    world: World, repository: Path
) -> None:
    one, other = await world.login("trainer"), await world.login("supervisor")
    await draft(one, EXAMPLE)
    await draft(other, {"kind": "add_example", "intent": "query_balance", "text": "钱还够用吗"})
    previews = [await who.get("/studio/drafts/preview") for who in (one, other)]
    answers = await asyncio.gather(
        *(
            who.http.post(
                "/studio/drafts/publish", json={"digest": made["digest"], "reason": "两个人一起"}
            )
            for who, made in zip((one, other), previews, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    late = (one, other)[[answer.status_code for answer in answers].index(409)]
    await publish(late)
    text = (repository / "data/nlu/billing.yml").read_text(encoding="utf-8")
    assert "用了好多钱呀" in text
    assert "钱还够用吗" in text


async def test_the_diff_that_was_not_looked_at_is_not_published(
    trainer: AgentClient, repository: Path
) -> None:
    await draft(trainer, EXAMPLE)
    preview = await trainer.get("/studio/drafts/preview")
    await draft(trainer, {**EXAMPLE, "text": "账单多少钱"})
    body = {"digest": preview["digest"], "reason": "客户这样说"}
    assert await trainer.refused("/studio/drafts/publish", body) == (409, "preview_stale")
    assert len(await trainer.get("/studio/drafts")) == 2


async def test_what_would_break_the_data_is_not_published(
    trainer: AgentClient, repository: Path
) -> None:
    await draft(
        trainer, {"kind": "add_example", "intent": "query_balance", "text": "账单，发我看看"}
    )
    reply = {
        "kind": "change_reply",
        "reply": "utter_query_balance",
        "variation": 0,
        "text": "余额 {amount} 元。",
        "to": "余额 {money} 元。",
    }
    await draft(trainer, reply)
    preview = await trainer.get("/studio/drafts/preview")
    errors = {(one["code"], one["where"]) for one in preview["findings"] if one["level"] == "error"}
    assert errors == {("conflict", "query_balance"), ("blanks", "utter_query_balance")}
    body = {"digest": preview["digest"], "reason": "客户这样说"}
    assert await trainer.refused("/studio/drafts/publish", body) == (409, "checks_failed")
    with Repo(str(repository)) as repo:
        assert sum(1 for _ in repo.get_walker()) == 1


async def test_a_reason_is_needed(trainer: AgentClient) -> None:
    await draft(trainer, EXAMPLE)
    preview = await trainer.get("/studio/drafts/preview")
    body = {"digest": preview["digest"], "reason": " 。 "}
    assert await trainer.refused("/studio/drafts/publish", body) == (422, "no_reason")


async def test_a_merge_that_is_under_way_is_left_alone(
    trainer: AgentClient, repository: Path
) -> None:
    await draft(trainer, EXAMPLE)
    preview = await trainer.get("/studio/drafts/preview")
    (repository / ".git" / "MERGE_HEAD").write_text("0" * 40)
    body = {"digest": preview["digest"], "reason": "客户这样说"}
    assert await trainer.refused("/studio/drafts/publish", body) == (503, "repository_busy")
    assert len(await trainer.get("/studio/drafts")) == 1


async def test_a_process_that_died_behind_its_commit_is_made_up_for(
    world: World, trainer: AgentClient, repository: Path
) -> None:
    from care.studio.data import drafts

    await draft(trainer, EXAMPLE)
    ids = [one["id"] for one in await trainer.get("/studio/drafts")]
    publication = await world.db.write(
        lambda session: drafts.begin_publication(session, ids, "死了", "吴凡", world.clock())
    )
    edit(repository, "data/nlu/billing.yml", "    - 余额多少", "    - 余额多少\n    - 还有多少")
    commit_all(repository, f"data: 死了\n\nStudio-Publication: {publication}\n")
    assert len(await trainer.get("/studio/drafts")) == 1  # it may still be at work
    world.clock.advance(minutes=3)
    assert await trainer.get("/studio/drafts") == []
    assert len(world.trainings) == 1
    assert (await trainer.get("/studio/publications"))[0]["reason"] == "死了"


async def test_a_process_that_died_before_its_commit_leaves_a_draft(
    world: World, trainer: AgentClient
) -> None:
    from care.studio.data import drafts

    await draft(trainer, EXAMPLE)
    ids = [one["id"] for one in await trainer.get("/studio/drafts")]
    await world.db.write(
        lambda session: drafts.begin_publication(session, ids, "死了", "吴凡", world.clock())
    )
    world.clock.advance(minutes=3)
    assert len(await trainer.get("/studio/drafts")) == 1
    await publish(trainer)


async def test_files_in_no_repository_get_one_of_their_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'care.db'}"
    prepare(url)
    delivered = write_small_data(tmp_path / "delivered")
    async with a_world(url, tmp_path / "var", data_repository=delivered) as world:
        trainer = await world.login("trainer")
        await draft(trainer, EXAMPLE)
        await publish(trainer)
    made = tmp_path / "var" / "data-repository"
    assert "用了好多钱呀" in (made / "data/nlu/billing.yml").read_text(encoding="utf-8")
    assert "用了好多钱呀" not in (delivered / "data/nlu/billing.yml").read_text(encoding="utf-8")


def test_the_data_repository_is_where_the_data_are() -> None:
    assert Settings(data_dir=Path("/x/data")).data_root == Path("/x")
