/**
 * Writes the files that are made from others: the command manifest, the JSON schemas of sluice.yaml and of runbooks, the calls
 * that runbooks may make, the references of commands and events, the resource schemas. `--check` writes nothing and exits 1 when a committed one
 * is stale.
 */
import {readFile, writeFile} from 'node:fs/promises'
import {commandManifest} from './generate/command-manifest.ts'
import {commandReference} from './generate/command-reference.ts'
import {configSchemaJson} from './generate/config-schema-json.ts'
import {resourceSchemasJson} from './generate-resource-schemas.ts'
import {eventReference} from './generate/event-reference.ts'
import {runbookOperationsSource} from './generate/runbook-operations.ts'
import {runbookSchemaJson} from './generate/runbook-schema-json.ts'

const root = new URL('../', import.meta.url)

/** Path → what it should hold. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const manifest = await commandManifest()
  return new Map([
    ['oclif.manifest.json', `${JSON.stringify(manifest, null, 1)}\n`],
    ['schema/sluice.schema.json', `${JSON.stringify(configSchemaJson(), null, 2)}\n`],
    ['schema/runbook.schema.json', `${JSON.stringify(runbookSchemaJson(), null, 2)}\n`],
    ['src/config/runbook-operations.ts', await runbookOperationsSource()],
    ['docs/commands.md', commandReference(manifest)],
    ['docs/events.md', await eventReference()],
    ['src/sandbox/stacks/schemas/resource-schemas.json', await resourceSchemasJson()],
  ])
}

/** Paths whose committed text differs from what would be generated now. */
export async function stale(): Promise<readonly string[]> {
  const files = [...(await generated())]
  const same = await Promise.all(
    files.map(async ([path, text]) => (await readFile(new URL(path, root), 'utf8').catch(() => null)) === text),
  )
  return files.filter((_, index) => !same[index]).map(([path]) => path)
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const old = await stale()
    for (const path of old) console.error(`${path} is stale: npm run generate`)
    process.exitCode = old.length > 0 ? 1 : 0
  } else {
    for (const [path, text] of await generated()) await writeFile(new URL(path, root), text)
  }
}
