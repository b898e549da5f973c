/**
 * A command that we print must work as it is printed: somebody who works on a sandbox by `--sandbox NAME` gets that flag back on
 * every command that reaches one. A leaf.
 */

/** Lines that are a command, with the flags this process was given to find its account; other lines are left as they are. */
export function printedCommands(text: string, argv: readonly string[]): string {
  const name = sandboxOf(argv)
  if (name === null) return text
  // A log puts the time before a line.
  return text.replace(
    /^((?:\d\d:\d\d:\d\dZ )? *)(sluice (?:release|doctor|infra|dr|runbook)\b(?! export)[^\n]*)$/gm,
    (line: string, indent: string, command: string) =>
      /--sandbox|--help/.test(command) ? line : `${indent}${command.trimEnd()} --sandbox ${name}`,
  )
}

function sandboxOf(argv: readonly string[]): string | null {
  const joined = argv.find((arg) => arg.startsWith('--sandbox='))
  if (joined !== undefined) return joined.slice('--sandbox='.length)
  const at = argv.indexOf('--sandbox')
  return at === -1 ? null : (argv[at + 1] ?? null)
}
