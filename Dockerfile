# towpath for pipelines, with git and ssh beside it.
#
#   docker build -t towpath .                      for steps that are scripts
#   docker build -t towpath-plugin --target plugin .    for steps of Drone and Woodpecker with settings
FROM rust:1-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN cargo build --profile dist --locked

FROM debian:bookworm-slim AS base
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /build/target/dist/towpath /usr/local/bin/towpath
# A job's folder often belongs to somebody else than the job.
RUN git config --system --add safe.directory '*'

FROM base AS plugin
ENTRYPOINT ["towpath", "plugin"]

FROM base AS towpath
