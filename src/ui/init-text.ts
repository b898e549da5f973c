/** What `sluice init` says of the files that it wrote, and the command that comes next. Pure. */
export interface InitWritten {
  readonly file: string
  readonly service: string | null
  /** What was found and doesn't fit, a sentence each. */
  readonly problems: readonly string[]
  readonly next: string
}

interface Wrote {
  readonly output: string
  readonly sandbox?: string | undefined
}

/** The next command works where this one looked, and on what it wrote. */
export function nextAfterInit(command: string, {output, sandbox}: Wrote): string {
  return [
    command,
    ...(sandbox === undefined ? [] : ['--sandbox', sandbox]),
    ...(output === 'sluice.yaml' ? [] : ['--config', output]),
  ].join(' ')
}

export function initText({file, service, problems, next}: InitWritten): string {
  return [
    `✔ ${file} written${service === null ? '' : ` for ${service}`}`,
    ...problems.map((problem) => `  ! ${problem}`),
    `  ${next}`,
  ].join('\n')
}

interface CiWritten {
  readonly files: readonly string[]
  readonly variables: readonly string[]
  readonly next: string
}

export function ciText({files, variables, next}: CiWritten): string {
  const roles = `  set the repository variables ${variables.join(' and ')} to roles that GitHub may take; what they need: ${next}`
  return [...files.map((path) => `✔ ${path} written`), roles].join('\n')
}
