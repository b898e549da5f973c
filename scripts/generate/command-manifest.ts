/** oclif's manifest of all commands, read from their sources, with paths of the built ones. */
import {Config, settings} from '@oclif/core'
import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'

export interface ManifestFlag {
  readonly name: string
  readonly char?: string
  readonly type: 'boolean' | 'option'
  readonly description?: string
  readonly hidden?: boolean
  readonly helpGroup?: string
  readonly helpValue?: string
  readonly options?: readonly string[]
  readonly default?: unknown
  readonly required?: boolean
}
export interface ManifestCommand {
  readonly id: string
  readonly aliases: readonly string[]
  readonly hidden?: boolean
  readonly summary?: string
  readonly description?: string
  readonly args: Readonly<
    Record<string, {readonly name: string; readonly description?: string; readonly required?: boolean; readonly hidden?: boolean}>
  >
  readonly flags: Readonly<Record<string, ManifestFlag>>
  readonly relativePath: readonly string[]
}
export interface CommandManifest {
  readonly commands: Readonly<Record<string, ManifestCommand>>
  readonly version: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

export async function commandManifest(): Promise<CommandManifest> {
  settings.enableAutoTranspile = false
  const pjson = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as {readonly version: string; readonly oclif: object}
  const source = {...pjson, oclif: {...pjson.oclif, commands: {strategy: 'pattern', target: './src/commands'}}}
  const config = await Config.load({root, ignoreManifest: true, pjson: source as never})
  const plugin = config.plugins.get(config.name)
  if (plugin === undefined) throw new Error('oclif found no commands')
  const {commands} = (plugin as unknown as {readonly manifest: CommandManifest}).manifest
  // oclif only warns when a command's file doesn't load, and leaves it out.
  const lost = plugin.commandIDs.filter((id) => commands[id] === undefined)
  if (lost.length > 0) throw new Error(`these commands don't load: ${lost.join(', ')}`)
  const sorted = Object.values(commands).sort((one, other) => one.id.localeCompare(other.id))
  return {commands: Object.fromEntries(sorted.map((command) => [command.id, built(command)])), version: pjson.version}
}

/** Commands are read from src/ and run from dist/. */
function built(command: ManifestCommand): ManifestCommand {
  const [, ...path] = command.relativePath
  return {...command, relativePath: ['dist', ...path].map((part) => part.replace(/\.ts$/, '.js'))}
}
