#!/usr/bin/env node
// The tool straight from its sources, for people who work on it: node_modules/.bin/node bin/dev.js …
const {main} = await import('../src/main.ts')
await main(import.meta.url)
