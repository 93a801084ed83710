# Tenon's API, worker and migration: one image, three commands (docker-compose.yml).

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node --import tsx scripts/build.ts

FROM node:20.20.2-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
# Files stay root's: the process can read them and change nothing.
USER node
EXPOSE 8000 9464
STOPSIGNAL SIGTERM
CMD ["node", "--enable-source-maps", "dist/api/server.js"]
