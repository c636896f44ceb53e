"""The audit in words: what each kind of event is called, and the groups that the log is filtered by."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: dict[str, str] = {
    "session.started": "登录",
    "session.ended": "退出",
    "session.refused": "登录没有成功",
    "user.created": "新建账号",
    "user.disabled": "停用账号",
    "user.enabled": "启用账号",
    "user.password_changed": "修改密码",
    "user.password_reset": "重置密码",
    "user.second_factor_on": "启用二次验证",
    "user.second_factor_off": "停用二次验证",
    "user.second_factor_reset": "重置二次验证",
    "user.recovery_code_used": "用备用码登录",
    "post.appointed": "任职",
    "post.ended": "结束任职",
    "post.handed_over": "岗位交接",
    "token.issued": "签发接口令牌",
    "token.revoked": "撤销接口令牌",
    "token.ended_all": "接口令牌全部失效",
    "divisions.loaded": "导入区划",
    "accounts.tidied": "清理过期记录",
    "audit.checked": "核对封存",
    "policy.set": "设定政策参数",
    "calendar.set": "设定工作日历",
    "calendar.cleared": "取消工作日历设定",
    "measure_type.added": "增加措施小类",
    "measure_type.retired": "停用措施小类",
    "measure_type.installed": "安装标准措施目录",
    "template.replaced": "更换文书模板",
    "template.restored": "恢复文书模板",
    "return_reason.kept": "设定退回理由",
    "return_reason.retired": "停用退回理由",
    "person.revealed": "查看完整号码",
    "person.searched": "用完整号码查人",
    "person.quota_exceeded": "查看号码超过次数",
    "visit.picture_viewed": "查看走访照片",
    "case.picture_viewed": "查看办件照片",
    "delivery.proof_viewed": "查看落实佐证",
    "application.phone_seen": "查看申报人电话",
    "ledger.exported": "导出台账",
    "ledger.downloaded": "下载台账",
    "closing.step": "办理月度结账",
    "closing.closed": "月度结账封存",
    "closing.refused": "月度结账未获许可",
    "register.imported": "导入农户档案",
    "register.undone": "撤销档案导入",
    "register.errors_exported": "下载档案退回的行",
    "record.imported": "导入底册",
    "record.undone": "撤销底册导入",
    "record.errors_exported": "下载底册退回的行",
    "feed.imported": "导入部门数据",
    "feed.undone": "撤销部门数据",
    "feed.replied": "向部门回告结果",
    "feed.errors_exported": "下载部门数据退回的行",
    "feed.evidence_rebuilt": "重建留存数据行",
    "feed.headings_learned": "记住表头对应",
    "feed.heading_forgotten": "忘掉表头对应",
    "match.queued": "发起比对",
    "match.confirmed": "确认比对",
    "match.done": "比对完成",
    "workflow.refused": "越权办理被拒",
    "problem.refused": "越权办理问题被拒",
    "problems.raised": "从底册查出问题",
    "problems.imported": "导入问题清单",
    "proposal.decided": "核对部门报来的变动",
    "household.helper_assigned": "安排帮扶责任人",
    "episode.cancelled": "注销监测周期",
    "plan.opened": "建立一户一策",
    "plan.adopted": "制定一户一策",
    "plan.changed": "修改一户一策",
    "measure.delivered": "登记帮扶落实",
    "delivery.withdrawn": "撤回落实记录",
    "income.recorded": "登记收入",
    "condition.recorded": "登记生活条件",
    "application_point.made": "开通申报点",
    "quality.queued": "发起数据质量检查",
    "quality.checked": "数据质量检查完成",
    "exemption.requested": "申请豁免",
    "exemption.granted": "同意豁免",
    "exemption.refused": "不同意豁免",
    "exemption.ended": "提前结束豁免",
}
# Of what is not named above, by what it begins with.
_BEGINNINGS = {
    "household.": "登记家庭变动",
    "measure.": "办理帮扶措施",
    "application.": "处理农户申报",
    "ledger.": "办理台账",
    "closing.": "办理月度结账",
    "feed.": "办理部门数据",
    "month.": "月度结账",
    "record.": "办理底册",
}
# Title and what the actions begin with; the order is that of the filter.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "seen": ("看了谁的号码和照片", ("person.", "visit.picture", "case.picture", "delivery.proof", "application.phone")),
    "taken": ("导出和下载", ("ledger.", "register.errors", "feed.errors", "record.errors")),
    "session": ("登录和退出", ("session.",)),
    "staff": ("账号、岗位、令牌", ("user.", "post.", "token.")),
    "settings": ("参数、日历、目录、模板", ("policy.", "calendar.", "measure_type.", "template.", "return_reason.", "divisions.")),
    "data": ("导入和比对", ("register.", "feed.", "match.", "record.")),
    "refused": ("被拒的办理", ("workflow.refused", "problem.refused", "session.refused", "person.quota")),
    "help": ("农户和帮扶", ("household.", "proposal.", "plan.", "measure.", "delivery.", "income.", "condition.", "episode.", "application")),
}  # fmt: skip
# What an administrator, who must not watch the business, may see of it.
OF_ADMINISTRATOR = ("session.", "user.", "post.", "token.", "divisions.", "policy.", "calendar.", "measure_type.", "template.")  # fmt: skip


# Codes that stand in the details of events, and what people call them; other floors enter theirs at start-up.
NAMES: dict[str, str] = {"id_number": "证件号码", "phone": "联系电话", "True": "是", "False": "否"}


def add_names(names: Mapping[str, str]) -> None:
    NAMES.update(names)


def named(words: str) -> str:
    """A text with the codes in it called by their names."""
    return " ".join(NAMES.get(word, word) for word in words.split(" "))


def words_of(action: str) -> str:
    """新建账号 for user.created; never the code itself."""
    if action in WORDS:
        return WORDS[action]
    return next((words for beginning, words in _BEGINNINGS.items() if action.startswith(beginning)), "其他操作")
