/**
 * What every command shares: the JSON envelope, one way to print an error, the exit code. A command says what happened as an
 * `Outcome`; this class alone writes it. Results go to stdout, everything else to stderr.
 */
import {Command, Flags} from '@oclif/core'
import {ExitCode, SluiceError} from '../errors.ts'
import {printedCommands} from '../printed-command.ts'
import {reportError} from './report-error.ts'
import {usageError} from './usage-error.ts'

export interface Outcome {
  readonly outcome: string
  readonly exitCode: ExitCode
  /** Members of the JSON envelope beside `schema`, `command` and `outcome`. */
  readonly data: object
  /** What a person reads on stdout; may be empty when everything was said while it happened. */
  readonly text: string
}

export abstract class SluiceCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({description: 'answer with one JSON envelope on stdout', helpGroup: 'GLOBAL'}),
    verbose: Flags.boolean({description: 'stack traces and AWS request ids with errors', helpGroup: 'GLOBAL'}),
  }

  protected abstract execute(): Promise<Outcome>

  /** For what is written before the outcome: commands in it reach the account that this one reaches. */
  protected printed(text: string): string {
    return printedCommands(text, this.argv)
  }

  override async run(): Promise<void> {
    const result = await this.execute()
    const command = (this.id ?? '').replaceAll(':', ' ')
    if (this.argv.includes('--json')) {
      process.stdout.write(`${JSON.stringify({schema: 1, command, outcome: result.outcome, ...result.data})}\n`)
    } else if (result.text !== '') {
      const text = this.printed(result.text)
      // With the journal on stdout, stdout is for programs.
      const out = this.argv.join(' ').match(/--events[ =]-( |$)/) === null ? process.stdout : process.stderr
      out.write(text.endsWith('\n') ? text : `${text}\n`)
    }
    process.exitCode = result.exitCode
  }

  /** Translates whatever was thrown into one sentence, the way out, and the documented exit code. */
  override async catch(error: Error & {readonly oclif?: {readonly exit?: number}}): Promise<void> {
    const command = (this.id ?? '').replaceAll(':', ' ')
    const stack = this.argv.includes('--verbose') ? error.stack : undefined
    // A command without flags of its own has no such member, whatever the type says.
    const flags: Readonly<Record<string, unknown>> | undefined = this.ctor.flags
    const known = toSluiceError(error, command, Object.keys(flags ?? {}))
    const suggestions = known.suggestions.map((line) => this.printed(line))
    reportError(new SluiceError({...known, message: known.message, suggestions}), {
      command,
      json: this.argv.includes('--json'),
      ...(stack !== undefined && {stack}),
    })
  }
}

function toSluiceError(
  error: Error & {readonly oclif?: {readonly exit?: number}},
  command: string,
  flags: readonly string[],
): SluiceError {
  if (error instanceof SluiceError) return error
  if (error.oclif?.exit !== undefined) return usageError(error.message, command, flags)
  return new SluiceError({
    code: 'bug',
    exitCode: ExitCode.bug,
    message: `A bug of ours: ${error.message}`,
    suggestions: ['run it again with --verbose and report what it prints'],
    cause: error,
  })
}
