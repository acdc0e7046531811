"""The rule by which a charge is given back at once."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from care.billing.refunds import Claim, Earlier, RefundRule, Verdict, judge, none_since, rule_of
from care.bss.months import month_of, months_between, shift_month
from care.duties import load_duties
from tools.layout import ROOT

RULE = RefundRule(limit=Decimal(30), every=6, charged_within=3)
TODAY = date(2026, 11, 23)

money = st.decimals(min_value=Decimal("-50"), max_value=Decimal("80"), places=2)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2032, 12, 31))
rules = st.builds(
    RefundRule,
    limit=st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99"), places=2),
    every=st.integers(1, 24),
    charged_within=st.integers(0, 12),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[RefundRule, Claim, list[Earlier], date]:
    today = draw(days)
    months = st.integers(-2, 14).map(lambda back: shift_month(month_of(today), -back))
    items, lines = st.sampled_from(["a", "b"]), st.sampled_from(["L1", "L2"])
    claim = Claim(draw(lines), draw(months), draw(items), draw(money), draw(st.booleans()))
    earlier = draw(
        st.lists(
            st.builds(
                Earlier,
                line_id=lines,
                month=months,
                item_id=items,
                on=st.integers(0, 900).map(lambda ago: today - timedelta(days=ago)),
            ),
            max_size=3,
        )
    )
    return draw(rules), claim, earlier, today


def key(one: Claim | Earlier) -> tuple[str, str, str]:
    return one.line_id, one.month, one.item_id


@given(cases())
def test_nothing_is_refunded_that_the_rule_does_not_allow(
    case: tuple[RefundRule, Claim, list[Earlier], date],
) -> None:
    rule, claim, earlier, today = case
    if judge(rule, claim, earlier, today) is not Verdict.REFUND:
        return
    assert claim.value_added
    assert 0 < claim.amount <= rule.limit
    assert 0 <= months_between(claim.month, month_of(today)) <= rule.charged_within
    assert key(claim) not in {key(one) for one in earlier}
    assert all(one.on < none_since(rule, today) for one in earlier)


@given(cases())
def test_what_the_rule_allows_is_refunded(
    case: tuple[RefundRule, Claim, list[Earlier], date],
) -> None:
    rule, claim, earlier, today = case
    within = Claim(claim.line_id, month_of(today), claim.item_id, rule.limit, True)
    old = [one for one in earlier if one.on < none_since(rule, today) and key(one) != key(within)]
    assert judge(rule, within, old, today) is Verdict.REFUND


@given(cases())
def test_a_refund_is_never_followed_by_another_within_the_time(
    case: tuple[RefundRule, Claim, list[Earlier], date],
) -> None:
    rule, claim, earlier, today = case
    if judge(rule, claim, earlier, today) is not Verdict.REFUND:
        return
    given_back = Earlier(*key(claim), on=today)
    for later in range(0, 28 * rule.every, 7):
        day = today + timedelta(days=later)
        other = Claim(claim.line_id, month_of(day), "c", Decimal("0.01"), True)
        assert judge(rule, other, [*earlier, given_back], day) is Verdict.REFUNDED_LATELY
        assert judge(rule, claim, [*earlier, given_back], day) is Verdict.REFUNDED


@given(rules, days)
def test_the_time_between_two_is_counted_in_months(rule: RefundRule, today: date) -> None:
    since = none_since(rule, today)
    assert months_between(month_of(since), month_of(today)) == rule.every
    assert since.day <= today.day


def test_the_reasons() -> None:
    def verdict(
        month: str = "2026-10",
        amount: str = "5",
        value_added: bool = True,
        earlier: tuple[Earlier, ...] = (),
    ) -> Verdict:
        claim = Claim("L1", month, "crbt_fee", Decimal(amount), value_added)
        return judge(RULE, claim, earlier, TODAY)

    assert verdict() is Verdict.REFUND
    assert verdict(amount="30") is Verdict.REFUND
    assert verdict(amount="30.01") is Verdict.TOO_MUCH
    assert verdict(amount="0") is Verdict.NOTHING_CHARGED
    assert verdict(amount="-10") is Verdict.NOTHING_CHARGED
    assert verdict(value_added=False) is Verdict.OTHER_KIND
    assert verdict(month="2026-08") is Verdict.REFUND
    assert verdict(month="2026-07") is Verdict.TOO_LONG_AGO
    assert verdict(month="2026-12") is Verdict.TOO_LONG_AGO
    other = Earlier("L2", "2026-01", "x", date(2026, 5, 23))
    assert verdict(earlier=(other,)) is Verdict.REFUNDED_LATELY
    long_ago = Earlier("L2", "2026-01", "x", date(2026, 5, 22))
    assert verdict(earlier=(long_ago,)) is Verdict.REFUND
    same = Earlier("L1", "2026-10", "crbt_fee", date(2026, 1, 1))
    assert verdict(earlier=(same,)) is Verdict.REFUNDED


def test_the_rule_pack_has_the_figures() -> None:
    assert rule_of(load_duties(ROOT / "data" / "duties")) == RULE
