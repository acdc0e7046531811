"""Costs of plans as a picture: horizontal bars, fee and overage, as SVG without any script."""

from decimal import Decimal
from typing import Any

import pygal
from pygal.style import Style

from care.catalogue.advice import Advice

_WIDTH, _HEIGHT = 420, 400  # about as wide as a telephone, so that its type is not made smaller
_STEPS = [*(5 * 10**power * factor for power in range(6) for factor in (1, 2, 5))]
_FONT = '"PingFang SC","Noto Sans SC","Microsoft YaHei",sans-serif'
_STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#1d2129",
    foreground_strong="#1d2129",
    foreground_subtle="#d9dde4",
    colors=("#0b57d0", "#a34e06"),
    font_family=_FONT,
    label_font_size=14,
    major_label_font_size=14,
    value_font_size=14,
    legend_font_size=14,
    opacity="1",
    opacity_hover="1",
)
_LIGHT = "inline:.text-overlay text { fill: #ffffff !important }"
_DARK = (
    "inline:@media (prefers-color-scheme: dark) {"
    " .background, .plot .background { fill: #1c2027 !important }"
    " text { fill: #e6e8ec !important }"
    " .text-overlay text { fill: #12151a !important }"
    " .guides, .guide, .line { stroke: #3a404b !important }"
    " .color-0 { fill: #8ab4f8 !important; stroke: #8ab4f8 !important }"
    " .color-1 { fill: #f0a35e !important; stroke: #f0a35e !important } }"
)


def cost_chart(advice: Advice) -> bytes:
    """The compared plans, the cheapest at the top; the present one is marked with a star."""
    chart = pygal.HorizontalStackedBar(
        width=_WIDTH,
        height=_HEIGHT,
        style=_STYLE,
        css=["file://style.css", "file://graph.css", _LIGHT, _DARK],
        js=[],
        no_prefix=True,
        legend_at_bottom=True,
        print_values=True,
        print_zeroes=False,
        value_formatter=lambda value: f"{value:.0f}" if value else "",
        margin=12,
        margin_left=20,  # pygal measures Chinese letters as half as wide as they are
    )
    shown = advice.ranked[::-1]  # pygal draws the first bar at the bottom
    chart.x_labels = [
        f"★ {cost.plan.name}" if cost is advice.present else cost.plan.name for cost in shown
    ]
    chart.y_labels = _scale(max(cost.monthly for cost in shown))
    chart.add("月费等固定费用", [float(cost.monthly - cost.monthly_overage) for cost in shown])
    chart.add("套餐外", [float(cost.monthly_overage) for cost in shown])
    chart.add_xml_filter(_without_scripts)
    svg: bytes = chart.render()
    return svg


def _scale(most: Decimal) -> list[int]:
    """Round amounts up to the first one that is not exceeded, four or five of them."""
    step = next(step for step in _STEPS if step * 4 >= most)
    return list(range(0, -int(-most // step) * step + 1, step))


def _without_scripts(root: Any) -> Any:
    for parent in list(root.iter()):
        for child in list(parent):
            if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == "script":
                parent.remove(child)
    return root
