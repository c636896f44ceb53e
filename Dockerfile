# One image for web, worker and beat. No secret, no Node and no compiler in it; it needs no internet when it runs.
FROM node:24-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY config/vendor.mjs config/
COPY templates templates
COPY accounts accounts
RUN npm run vendor

FROM python:3.11-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/base.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
RUN useradd --uid 10001 --no-create-home --home-dir /data shouwang \
    && install --directory --owner shouwang --group shouwang --mode 700 /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY templates templates
COPY sheets sheets
COPY accounts accounts
COPY households households
COPY monitoring monitoring
COPY assistance assistance
COPY records records
COPY quality quality
COPY reports reports
COPY config config
COPY docs/guide docs/guide
COPY --from=assets /build/assets assets
ENV STATIC_ROOT=/app/staticfiles COMPILED_STATIC=true
RUN DATA_DIR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 && rm -r /tmp/build
USER shouwang
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "manage.py", "healthy", "web"]
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--timeout", "120", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
