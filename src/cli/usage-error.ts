/**
 * What oclif says of words it can't read, as this tool says things: each problem once, the flag that was probably meant, the help. Pure.
 */
import {ExitCode, SluiceError} from '../errors.ts'
import {nearest} from '../nearest.ts'

/** `command` as it is typed (`dr promote`), `flags` as it knows them, without dashes. */
export function usageError(said: string, command: string, flags: readonly string[]): SluiceError {
  const lines = said
    .replaceAll(/\s*\n\t/g, ': ')
    .replace(/Missing \d+ required args?:?\n([^]*)/, (_, names: string) => missingWords(names))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^See more help|^The following errors? occurred:$/.test(line))
  const unknown = lines.flatMap((line) => /^Nonexistent flags?: (.*)$/.exec(line)?.[1]?.split(', ') ?? [])
  const meant = unknown.flatMap((flag) => nearest(flag.replace(/^-+|=.*$/g, ''), flags).slice(0, 1))
  return new SluiceError({
    code: 'usage',
    exitCode: ExitCode.usage,
    message: [...new Set(lines.map(inOurWords))].join('; '),
    suggestions: [...meant.map((flag) => `sluice ${command} --${flag}`), `sluice ${command} --help`],
  })
}

/** oclif lists them below one another, each with what it is. */
const missingWords = (names: string): string =>
  names.replaceAll(/^([a-z][\w-]*)(?: {2,}(.*))?$/gm, (_, name: string, what: string | undefined) =>
    what === undefined ? `${name.toUpperCase()} is missing.` : `${name.toUpperCase()} is missing: ${what}`,
  )

function inOurWords(line: string): string {
  const unknown = /^Nonexistent flags?: (.*)$/.exec(line)
  if (unknown !== null) return `There is no flag ${unknown[1] ?? ''}.`
  const both = /^--([\w-]+)(?:=.*)? cannot also be provided when using --([\w-]+)$/.exec(line)
  if (both !== null)
    return `${[both[1], both[2]]
      .toSorted()
      .map((flag) => `--${flag}`)
      .join(' and ')} exclude each other.`
  const needs = /^All of the following must be provided when using (--[\w-]+): (.*)$/.exec(line)
  if (needs !== null) return `${needs[1] ?? ''} goes with ${needs[2] ?? ''} only.`
  return line.replace(/^Parsing (--[\w-]+)\s*: /, '$1: ')
}
