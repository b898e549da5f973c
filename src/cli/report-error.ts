/**
 * How an error reaches a person or a script: one sentence, its details, the way out; or the JSON envelope. The exit code is set,
 * never acted upon: what was written has to reach a pipe first.
 */
import type {SluiceError} from '../errors.ts'

export interface ReportOptions {
  /** What was typed, with spaces: `release status`. */
  readonly command: string
  readonly json: boolean
  /** Printed too, for `--verbose`. */
  readonly stack?: string
}

export function reportError(error: SluiceError, {command, json, stack}: ReportOptions): void {
  process.exitCode = error.exitCode
  const {code, message, suggestions, details} = error
  if (json) {
    process.stdout.write(
      `${JSON.stringify({schema: 1, command, error: {code, message, suggestions, ...(details.length > 0 && {details})}})}\n`,
    )
    return
  }
  const lines = [`✖ ${message}`, ...details.map((line) => `  ${line}`), ...suggestions.map((line) => `  ${line}`)]
  if (stack !== undefined) lines.push(stack)
  process.stderr.write(`${lines.join('\n')}\n`)
}
