# One image for every role: the role is the argument, `web` or `worker`.
FROM node:20-bookworm-slim AS build
WORKDIR /baton
COPY package.json package-lock.json .npmrc ./
# No package here needs an install script, so none is run.
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 BATON_CONFIG=/etc/baton/baton.yml BATON_DATA=/var/lib/baton
WORKDIR /baton
RUN install --directory --owner=node --group=node /var/lib/baton
COPY --from=build /baton/package.json ./
COPY --from=build /baton/node_modules ./node_modules
COPY --from=build /baton/dist ./dist
COPY --from=build /baton/scripts ./scripts
USER node
VOLUME /var/lib/baton
EXPOSE 3000
# `node` itself is the first process, so that SIGTERM reaches it.
ENTRYPOINT ["node", "--enable-source-maps", "scripts/baton.mjs"]
CMD ["web"]
