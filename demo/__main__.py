"""`python -m demo`: build the made-up county once, then serve it until stopped."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from config.processes import ROOT, die_with_parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description="造一个虚构的县并打开网站（演示数据）")
    parser.add_argument("--households", type=int, default=3000, help="户数（默认 3000，全县规模 60000）")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fresh", action="store_true", help="丢弃以前造的县，重新造")
    parser.add_argument("--build-only", action="store_true", help="只造数据，不启动网站")
    options = parser.parse_args()
    # Stopping `make demo`, in whatever way, stops this too.
    die_with_parent()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from demo.build import build_or_reuse

    status = build_or_reuse(households=options.households, fresh=options.fresh, port=options.port)
    if not status and not options.build_only:
        serve(options.port)
    return status


def serve(port: int) -> NoReturn:
    """Become `manage.py up`."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "manage.py", "up", "--port", str(port), "--with-parent"])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\n已中断；下次运行会重新造。")
