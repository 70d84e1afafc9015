# Builds bigdust on Debian 12 and leaves its one self-contained executable.
FROM debian:bookworm AS build
WORKDIR /bigdust
COPY . .
RUN ./build.sh release

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 bigdust
COPY --from=build /bigdust/build/Release/bigdust /usr/local/bin/bigdust
USER bigdust
# Airbyte runs this with /bin/sh: eval "$AIRBYTE_ENTRYPOINT write --config … --catalog …"
ENV AIRBYTE_ENTRYPOINT="/usr/local/bin/bigdust"
EXPOSE 50052
ENTRYPOINT ["/usr/local/bin/bigdust"]
CMD ["--port", "50052"]
