/** What the package promises about itself. */
import {readFile} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {ExitCode} from '../src/errors.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8')

interface Package {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
const pjson = JSON.parse(await read('package.json')) as Package

describe('the project', () => {
  it("every npm script sets itself up, and runs on the project's own Node", () => {
    const wrong = Object.entries(pjson.scripts).filter(
      ([, script]) => !script.startsWith('sh scripts/setup.sh') || / node /.test(script),
    )
    expect(wrong).toEqual([])
  })

  it('pins every dependency exactly and says why it is there', async () => {
    const reasons = await read('docs/dependencies.md')
    const all = {...pjson.dependencies, ...pjson.devDependencies}
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
    expect(Object.keys(all).filter((name) => !reasons.includes(`\`${name}\``))).toEqual([])
  })

  it('documents every exit code', async () => {
    const readme = await read('README.md')
    expect(Object.values(ExitCode).filter((code) => !readme.includes(`\n| ${code} | `))).toEqual([])
  })

  it('documents every key of the configuration', async () => {
    const docs = await read('docs/configuration.md')
    const schema = JSON.parse(await read('schema/sluice.schema.json')) as {readonly properties: Readonly<Record<string, object>>}
    expect(Object.keys(schema.properties).filter((key) => !docs.includes(`\`${key}`))).toEqual([])
  })
})
