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
RUN useradd --create-home --uid 10001 inpaint && install -d -o inpaint -g inpaint /data
COPY --from=build /opt/inpaint-bot /opt/inpaint-bot
ENV PATH=/opt/inpaint-bot/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data
USER inpaint
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["inpaint-bot"]
CMD ["run"]
