"""manage.py seal_audit"""

from __future__ import annotations

from typing import Any

from accounts.management.base import ServiceCommand
from accounts.services.seals import seal_audit


class Command(ServiceCommand):
    help = "封存审计记录和办理记录，打印各表最后一次封存的摘要；请把摘要抄存在系统之外"

    def run(self, options: dict[str, Any]) -> None:
        done = seal_audit(at=self.at)
        result = {
            each.table.name: {
                "new_rows": each.new_rows,
                "number": each.last.number if each.last else 0,
                "up_to": each.last.up_to if each.last else 0,
                "digest": each.last.digest if each.last else "",
                "busy": each.busy,
            }
            for each in done
        }
        lines = [
            f"{each.table.title}：新封存{each.new_rows}行，"
            + (f"第{each.last.number}号 {each.last.digest}" if each.last else "还没有记录")
            + ("；正在写入，剩下的下次再封存" if each.busy else "")
            for each in done
        ]
        self.answer(result, *lines)
