"""A small data repository: three intents, a rule for each, two FAQ entries, wishes. Written as people write."""

from pathlib import Path

from dulwich.repo import Repo

TEXTS = {
    "domain.yml": """version: "3.1"

intents:
# Billing
- query_bill
- query_balance
# Talk
- request_human
- noise

entities:
- month
- amount

slots:
  month:
    type: text
    mappings:
    - type: from_entity
      entity: month
      intent: [query_bill,
        query_balance]   # both

actions:
- action_query_bill

responses:
  utter_query_balance:
  - text: 余额 {amount} 元。
    buttons:
    - title: 查账单
      payload: /query_bill
  utter_request_human:
  - condition:
    - type: slot
      name: month
      value: x
    text: "马上就来"
  - text: 为您转接人工。
""",
    "data/nlu/billing.yml": """# What is owed
version: "3.1"
nlu:
- intent: query_bill
  examples: |
    - 查下[上个月](month)话费
    - 账单发我看看
    - 这个月花了多少钱

# What is left
- intent: query_balance
  examples: |
    - 还剩多少话费
    - 余额多少
""",
    "data/nlu/talk.yml": """version: "3.1"
nlu:
- intent: request_human
  examples: |
    - 转人工
    - 找个真人来
- intent: noise
  examples: |
    - 啊啊啊啊
    - asdfgh
""",
    "data/rules/rules.yml": """version: "3.1"
rules:
- rule: bill
  steps:
  - intent: query_bill
  - action: action_query_bill

- rule: balance
  condition:
  - active_loop: null
  steps:
  - intent: query_balance
  - action: utter_query_balance

- rule: person
  steps:
  - or:
    - intent: request_human
    - intent: noise
  - action: utter_request_human
""",
    "data/stories/stories.yml": """version: "3.1"
stories:
- story: first the bill, then a person
  steps:
  - intent: query_bill
  - action: action_query_bill
  - intent: request_human
  - action: utter_request_human
""",
    "data/faq/billing.yml": """# Bills
entries:
  - id: bill-day
    question: 每月几号出账单
    other:
      - 账单什么时候出
      - 出账日是哪天
    answer: |-
      每月 1 号出上个月的账单。
      在微信里也能看。
    serves: [query_bill]
    source: 示范运营商业务规则
    reviewed: 2026-11-20

  - id: pay-late
    question: 晚交话费会怎样
    answer: 会停机，交了就恢复。
    source: 示范运营商业务规则
    reviewed: 2026-11-20
""",
    "data/wishes.yml": """wishes:
  person: request_human
  titles:
    query_bill: 查账单
    query_balance: 查话费余额
""",
}


def write_small_data(folder: Path) -> Path:
    """The small data as files, in no repository."""
    for path, text in TEXTS.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def make_repository(folder: Path) -> Path:
    """The small data as the first commit of a git repository."""
    write_small_data(folder)
    commit_all(folder, "first")
    return folder


def commit_all(folder: Path, message: str) -> None:
    """What somebody does at a command line: stage the data's files, and commit."""
    repo = Repo(str(folder)) if (folder / ".git").exists() else Repo.init(str(folder))
    paths = [path.relative_to(folder).as_posix().encode() for path in folder.rglob("*.yml")]
    repo.get_worktree().stage(paths)
    who = b"Somebody <somebody@example.invalid>"
    repo.get_worktree().commit(message=message.encode(), author=who, committer=who)
    repo.close()
