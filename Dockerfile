# Two stages: the first has what building takes, the second only what running takes.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/inpaint-bot
ENV PATH=/opt/inpaint-bot/bin:$PATH
# The locked dependencies first: they change seldom, so this layer is kept.
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml ./
COPY migrations ./migrations
COPY bot ./bot
COPY cogs ./cogs
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --no-create-home --uid 10001 inpaint && install -d -o inpaint -g inpaint -m 0700 /data
COPY --from=build /opt/inpaint-bot /opt/inpaint-bot
# Nothing is written outside /data, so that the root may be read-only.
ENV PATH=/opt/inpaint-bot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
# Where the charts' library keeps its list of fonts.
ENV MPLCONFIGDIR=/data/matplotlib
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
# Alive, not ready: a bot that waits for Discord must not be restarted for it.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-m", "bot.web.probe"]
# It stops taking edits and ends the submits in flight, for STOP_GRACE_S (60) at most. Docker waits
# only 10 s by itself: docker stop --time 75, or stop_grace_period as in compose.example.yaml.
STOPSIGNAL SIGTERM
ENTRYPOINT ["inpaint-bot"]
CMD ["run"]
