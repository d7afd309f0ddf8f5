# obsgen as a command: `docker run --rm -v ./specs:/specs:ro obsgen validate`.
# Specs are read from /specs; nothing is written unless a folder is mounted for it.
FROM python:3.13.7-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY obsgen ./obsgen
RUN python -m venv /opt/obsgen && /opt/obsgen/bin/pip install '.[simulate]'

FROM python:3.13.7-slim-bookworm
COPY --from=build /opt/obsgen /opt/obsgen
ENV PATH=/opt/obsgen/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# The folders that a stack shares: a named volume takes their owner over.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin obsgen \
    && install -d -o obsgen -g obsgen /stack /history
USER 10001:10001
WORKDIR /
ENTRYPOINT ["obsgen"]
CMD ["--help"]
