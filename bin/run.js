#!/usr/bin/env node
// The entry point. Nothing is imported before the Node version is known to be new enough: an old Node fails on syntax
// deep inside a dependency, which tells nobody anything.
const needed = [22, 13]
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(`sluice needs Node ${needed.join('.')} or newer; this is ${process.versions.node}.\n  npm exec --package=node@24 --package=sluice -- sluice\n`)
  process.exit(2)
}
const {main} = await import('../dist/main.js')
await main(import.meta.url)
