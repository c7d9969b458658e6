FROM node:24-bookworm-slim AS build
WORKDIR /switchboard
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /switchboard
RUN mkdir /data && chown node:node /data
COPY --from=build --chown=node:node /switchboard/node_modules ./node_modules
COPY --from=build --chown=node:node /switchboard/dist ./dist
COPY --chown=node:node package.json ./
COPY --chown=node:node dialogs ./dialogs
COPY --chown=node:node locales ./locales
COPY --chown=node:node pages ./pages
USER node
VOLUME /data
EXPOSE 3978
# Finishes what is in hand within 10 seconds of SIGTERM, which is what `docker stop` waits.
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3978}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# New objects get more room than Node gives them: see docs/operations.md, Sizing.
CMD ["node", "--max-semi-space-size=64", "dist/main.js"]
