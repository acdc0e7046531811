"""For whom an invoice is made out (抬头), read from what customers write.

A title is personal data: it stands in full on the document only, elsewhere ``masked``.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from care.customers.masking import mask_name
from care.invoices.tax_numbers import is_tax_number

LONGEST = 80
"""Characters of a name."""

_ORGANISATION = (
    r"(?:公司|集团|企业|厂|店|商行|行号|经营部|工作室|事务所|合作社|协会|学会|基金会|委员会|研究院|研究所|"
    r"学校|大学|学院|中学|小学|幼儿园|医院|银行|中心|机关|局|厅|院|部|所|站|馆|社)"
)
_NAME = re.compile(
    rf"[一-鿿A-Za-z0-9（）·&\- ]{{1,{LONGEST}}}?{_ORGANISATION}(?:（[一-鿿]{{1,20}}）)?"
    rf"(?:[一-鿿]{{0,12}}{_ORGANISATION})?"
)
_BEFORE_NAME = re.compile(
    r"^.*?(?:抬头|单位名称|公司名称|公司名|名称|公司|单位)(?:是|为|叫|开成|写成|开|写|填|用|[:：])+\s*"
)
_TALK = re.compile(
    r"^(?:我们|我|咱们|帮我|请|给我|就|那就|麻烦|开成|开给|开|换成|改成|写|用|是|叫)+"
)
_WORDS = re.compile(r"^(?:我们|咱们|这个|那个|本|一家|开|的|单位|公司|企业)+$")
_LABEL = re.compile(
    r"(?:纳税人识别号|统一社会信用代码|信用代码|识别号|税号|税务登记号)[是为:：\s]*"
)
_TOKEN = re.compile(r"(?=(?:[A-Z]*[0-9]){6})[0-9A-Z]{12,24}")
_LOOSE_SPACE = re.compile(r"(?<=[一-鿿）]) +| +(?=[一-鿿（])")
_PERSON = re.compile(r"个人(?!工)|私人|自己的名字|我自己|我本人|本人")
_COMPANY = re.compile(r"公司|单位|企业|对公|学校|机构")


class TitleKind(StrEnum):
    """A natural person, or an organisation with a tax number."""

    PERSON = "person"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Title:
    """Whose invoice it is; an organisation has a tax number, a person none."""

    kind: TitleKind
    name: str
    tax_number: str | None = None

    @property
    def masked(self) -> str:
        """As it may be said and shown."""
        if self.kind is TitleKind.PERSON:
            return f"个人（{mask_name(self.name)}）"
        return f"{mask_company(self.name)}，税号 {mask_tax_number(self.tax_number or '')}"


def mask_company(name: str) -> str:
    """``澜州青禾软件有限公司`` → ``澜州****公司``."""
    return f"{name[:2]}****{name[-2:]}" if len(name) > 5 else f"{name[:1]}****"


def mask_tax_number(number: str) -> str:
    """``91350100M000100Y43`` → ``9135****0Y43``."""
    return f"{number[:4]}****{number[-4:]}"


def kind_said(text: str) -> TitleKind | None:
    """What kind of title a sentence is about, if it is about one."""
    if _PERSON.search(text):
        return TitleKind.PERSON
    return TitleKind.COMPANY if _COMPANY.search(text) or company_said(text) else None


def company_said(text: str) -> str | None:
    """The organisation that a sentence names, without a word around it."""
    folded = unicodedata.normalize("NFKC", text).replace("(", "（").replace(")", "）").strip()
    folded = _TOKEN.sub("", _LABEL.split(folded)[0])
    folded = _LOOSE_SPACE.sub("", folded)
    for part in re.split(r"[，,。；;!?？！\n\r\t]+", _BEFORE_NAME.sub("", folded)):
        found = _NAME.fullmatch(_TALK.sub("", part.strip()))
        if found and not _WORDS.fullmatch(found[0]) and 4 <= len(found[0]) <= LONGEST:
            return found[0]
    return None


def tax_number_said(text: str) -> str | None:
    """What a sentence gives as a tax number, right or wrong."""
    folded = unicodedata.normalize("NFKC", text).upper()
    folded = re.sub(r"(?<=[0-9A-Z])[ -](?=[0-9A-Z])", "", folded)
    found = _TOKEN.search(folded)
    return found[0] if found else None


def good_tax_number(text: str) -> bool:
    """Whether it is a tax number, its check character included."""
    return is_tax_number(text)
