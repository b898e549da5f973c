/**
 * The way in. Answers `--version` by itself, because that is what start-up is measured by, and an unknown command too; everything
 * else is oclif's. Run from `src/` (bin/dev.js) it finds the commands there, run from `dist/` it trusts oclif.manifest.json.
 * It never calls `process.exit`: what was written has to reach a pipe first.
 */
import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {ExitCode, SluiceError} from './errors.ts'
import {reportError} from './cli/report-error.ts'
import {unknownCommand} from './cli/unknown-command.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const fromSource = import.meta.url.endsWith('.ts')

interface PackageJson {
  readonly name: string
  readonly version: string
  readonly oclif: object
}

/** `entryUrl`: `import.meta.url` of the file in bin/ that was run. */
export async function main(entryUrl: string, typed: readonly string[] = process.argv.slice(2)): Promise<void> {
  void entryUrl
  for (const stream of [process.stdout, process.stderr]) stream.on('error', passOverClosedPipe)
  const argv = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed[0] === '-h' ? ['--help'] : [...typed]
  try {
    const pjson = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as PackageJson
    if (argv[0] === '--version' || argv[0] === '-v') {
      process.stdout.write(`${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}\n`)
      return
    }
    await runCommand(argv, pjson)
  } catch (error) {
    report(error as Error, argv)
  }
}

async function runCommand(argv: string[], pjson: PackageJson): Promise<void> {
  const {Config, run, settings} = await import('@oclif/core')
  // oclif would look for ts-node beside our sources; Node strips the types itself.
  settings.enableAutoTranspile = false
  const commands = {strategy: 'pattern', target: './src/commands'}
  const source = {...pjson, oclif: {...pjson.oclif, commands, helpClass: './src/cli/help'}}
  const config = await Config.load({root, ...(fromSource && {ignoreManifest: true, pjson: source as never})})
  const bare = config.commands.filter(({args, strict}) => strict !== false && Object.keys(args).length === 0).map(({id}) => id)
  const error = unknownCommand(argv, config.commandIDs, bare)
  if (error !== null) throw error
  await run(argv, config)
}

/** `sluice release | head` closes the pipe while a release runs: losing its reader must not lose the release. */
function passOverClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** Only for what no command could catch itself: an unknown command, a file of ours that doesn't load. */
function report(error: Error & {readonly oclif?: {readonly exit?: number}}, argv: readonly string[]): void {
  if (error.oclif?.exit === 0) return
  const known = error instanceof SluiceError ? error : bug(error)
  const flag = argv.findIndex((word) => word.startsWith('-'))
  const command = argv.slice(0, flag === -1 ? 1 : flag).join(' ')
  reportError(known, {command, json: argv.includes('--json'), ...(argv.includes('--verbose') && {stack: error.stack ?? ''})})
}

function bug(error: Error): SluiceError {
  const message = `A bug of ours: ${error.message}`
  return new SluiceError({
    code: 'bug',
    exitCode: ExitCode.bug,
    message,
    suggestions: ['run it again with --verbose and report what it prints'],
    cause: error,
  })
}
