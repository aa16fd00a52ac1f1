# syntax=docker/dockerfile:1

# What the server needs at run time: from the lock file, without packages for development. No install script runs: the database driver
# brings its binaries along.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY packages/console/package.json packages/console/
RUN npm ci --omit=dev --ignore-scripts

# The bundle and the console, which take packages for development to make.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY packages/console/package.json packages/console/
RUN npm ci --ignore-scripts
COPY scripts/bundle.ts scripts/
COPY gen gen
COPY packages/client packages/client
COPY src src
COPY packages/console packages/console
RUN node scripts/bundle.ts && node packages/console/build.ts

FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json ./
COPY bin bin
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist/command dist/command
# Made for the user that the server runs as: a volume that is mounted there for the first time belongs to it.
COPY --chown=1000:1000 deploy/volume /data
# By number, so that Kubernetes can tell that it is not root.
USER 1000:1000
ENV NODE_ENV=production \
    ROSTER_DATABASE_URL=sqlite:/data/roster.db \
    ROSTER_HTTP_ADDRESS=0.0.0.0:8080 \
    ROSTER_GRPC_ADDRESS=0.0.0.0:50051 \
    ROSTER_METRICS_ADDRESS=0.0.0.0:9464
VOLUME /data
EXPOSE 8080 50051 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s CMD ["/app/bin/roster", "health"]
# It becomes Node, which gets the signals: no shell stands in between.
ENTRYPOINT ["/app/bin/roster"]
CMD ["serve"]
