"""What checks and findings are called on a ticket; customers read sentences of the dialogue instead."""

from care.faults.diagnosis import Check, Finding
from care.faults.examination import Examination

_CHECKS = {
    Check.LINE: "号码状态",
    Check.OUTAGE: "片区故障",
    Check.LINE_TEST: "线路检测",
    Check.REGISTRATION: "网络注册",
    Check.DATA: "上网权限",
    Check.SMS: "短信权限",
    Check.CALLS: "通话权限",
    Check.SET_TOP_BOX: "机顶盒",
}
_FINDINGS = {
    Finding.SUSPENDED_ARREARS: "欠费停机",
    Finding.SUSPENDED_REQUEST: "申请停机",
    Finding.BLOCKED_LOST: "挂失停机",
    Finding.SUSPENDED: "端口停用",
    Finding.ONT_OFFLINE: "光猫离线",
    Finding.NO_LIGHT: "没有光信号",
    Finding.WEAK_LIGHT: "光信号弱",
    Finding.CONGESTED: "端口拥塞",
    Finding.ROAMING_OFF: "在境外，漫游未开通",
    Finding.NOT_REGISTERED: "没有注册到网络",
    Finding.DATA_STOPPED: "流量用完已断网保护",
    Finding.DATA_THROTTLED: "流量用完已限速",
    Finding.DATA_BARRED: "上网功能被限制",
    Finding.SMS_BARRED: "短信功能被限制",
    Finding.CALLS_BARRED: "通话功能被限制",
    Finding.VOLTE_OFF: "VoLTE未开通",
    Finding.BOX_OFFLINE: "机顶盒离线",
    Finding.BOX_SIGNED_OUT: "机顶盒认证失败",
}


def results(examination: Examination) -> str:
    """The checks that were made, and what they found."""
    found = [_FINDINGS[finding] for finding, _ in examination.findings]
    checks = "、".join(_CHECKS[check] for check in examination.done)
    return f"已查{checks or '无'}；{'、'.join(found) or '没有发现异常'}"
