"""Why a change cannot be made, in the trainer's words."""

from care.errors import Conflict


class EditRefused(Conflict):
    """The data are not (or no longer) as the change needs them; ``change`` is its number in the draft, from 0."""

    code, message = "edit_refused", "训练数据已经变化，这处修改接不上了。"


class NoSuchIntent(EditRefused):
    """There is no intent of this name."""

    code, message = "unknown_intent", "没有这个意图。"


class IntentTaken(EditRefused):
    """There is an intent of this name."""

    code, message = "intent_taken", "这个意图名已经有了。"


class ExampleGone(EditRefused):
    """The example is not there any more, as it was."""

    code, message = "example_gone", "这条例句已被别人修改或删除，请重新打开后再改。"


class ExampleTaken(EditRefused):
    """An intent has this example."""

    code, message = "example_taken", "这句话已经是例句了。"


class LastExample(EditRefused):
    """An intent without examples cannot be trained."""

    code, message = "last_example", "一个意图至少要留一条例句。"


class ReplyGone(EditRefused):
    """The reply's text is not there any more, as it was."""

    code, message = "reply_gone", "这条回复已被别人修改，请重新打开后再改。"


class FaqGone(EditRefused):
    """The entry's field is not there any more, as it was."""

    code, message = "faq_gone", "这条知识已被别人修改或删除，请重新打开后再改。"


class FaqTaken(EditRefused):
    """An entry of this id or with this wording exists."""

    code, message = "faq_taken", "这个编号或问法已经有了。"


class NotChangeable(EditRefused):
    """The file is written in a way that the studio cannot change; by hand it can."""

    code, message = "not_changeable", "这个文件的写法无法在训练台里修改，请在编辑器里改。"


class UsedInCode(EditRefused):
    """Programs rest on the intent's name; ``files`` names them."""

    code, message = "used_in_code", "程序里写着这个意图名，改名须由工程师把程序和训练数据一起改。"

    def __init__(self, files: list[str]) -> None:
        super().__init__(f"{self.message}用到它的程序：{'、'.join(files)}。", files=files)
