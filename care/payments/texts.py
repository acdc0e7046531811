"""What is told of a payment outside of a turn: a message in the conversation, and a text message to the number."""

from care.customers.masking import mask_phone
from care.payments.tables import PaymentRow, PaymentState
from care.wording import yuan


def message_text(row: PaymentRow) -> str | None:
    """What the bot says by itself; ``None`` where there is nothing to say.

    Who paid for somebody else's number is not told that it was stopped.
    """
    amount, phone = yuan(row.amount), mask_phone(row.phone)
    if row.state == PaymentState.CREDITED:
        text = f"收到您为 {phone} 支付的 {amount} 元，已经到账。"
        return text + ("欠费已缴清，号码恢复使用了。" if row.own and row.resumed else "")
    if row.state == PaymentState.FAILED:
        return f"为 {phone} 充值 {amount} 元没有支付成功，没有扣款。想再试一次，对我说“充值”就行。"
    if row.state == PaymentState.CANCELLED:
        return f"为 {phone} 充值 {amount} 元已经取消，没有扣款。"
    if row.state == PaymentState.EXPIRED:
        return f"为 {phone} 充值 {amount} 元的付款链接已经过期，没有扣款。还要充的话，对我说“充值”就行。"
    if row.state == PaymentState.REFUNDED:
        return f"很抱歉，您为 {phone} 支付的 {amount} 元没有充值成功，已经原路退回。"
    return None


def credited_sms(row: PaymentRow) -> str:
    """To the number that was paid for."""
    text = f"【小讯】您的号码尾号{row.phone[-4:]}已充值{yuan(row.amount)}元。"
    return text + ("欠费已缴清，服务已恢复。" if row.resumed else "")
