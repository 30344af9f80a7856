# Readout as an image: no network while it runs, no rights, and all that it keeps in /data and /conversations. `make image` builds it and tries it.
FROM python:3.12-slim AS build
COPY . /source
WORKDIR /source
RUN python -m venv /opt/readout \
    && /opt/readout/bin/python -m pip install --no-cache-dir --quiet --constraint constraints.txt pip \
    && /opt/readout/bin/python -m pip install --no-cache-dir --no-compile --constraint constraints.txt . \
    && /opt/readout/bin/readout index --index /tmp/tried \
    && /opt/readout/bin/readout ask --index /tmp/tried "Did Putin deny any interference?" \
    && /opt/readout/bin/python -c "import readout.assistant.desk.server"
# That compiled what is used: whoever runs the image may not write it.

FROM python:3.12-slim
COPY --from=build /opt /opt
# Others than this user may start it, too: hence folders that everybody may write to
RUN useradd --uid 10001 --no-create-home reader && mkdir --mode 1777 /data /conversations
USER reader
ENV PATH=/opt/readout/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 READOUT_INDEX=/data/index READOUT_DESK=/conversations/desk.sqlite3
VOLUME /data /conversations
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz')"]
ENTRYPOINT ["readout"]
# It asks for a name and a password: READOUT_AUTH=NAME:PASSWORD. See `readout chat --help`.
CMD ["chat", "--host", "0.0.0.0"]
