/**
 * A command that we print must work as it is printed: who was found by --config, --environment, --region or --sandbox is found by them
 * again, or the next command would look at another stack, or at none. A leaf.
 */

/** Flags by which a command finds its stack and its account, in the order they are printed. */
const takes: Readonly<Record<string, readonly string[]>> = {
  doctor: ['--config', '--sandbox'],
  release: ['--config', '--region', '--sandbox'],
  infra: ['--config', '--environment', '--region', '--sandbox'],
  'infra export': ['--config', '--environment'],
  dr: ['--config', '--environment', '--region', '--sandbox'],
  iam: ['--config', '--environment', '--region', '--sandbox'],
  runbook: ['--config', '--environment', '--region', '--sandbox'],
}

/** Lines that are a command, with those flags as this process was given them; other lines are left as they are. */
export function printedCommands(text: string, argv: readonly string[]): string {
  // A log puts the time before a line, a screen what the command is for: `go on: sluice release resume`.
  return text.replace(
    /^((?:\d\d:\d\d:\d\dZ )? *(?:(?:look|go on|give up|what happened when): )?)(sluice (infra export|release|doctor|infra|dr|iam|runbook)\b[^\n]*)$/gm,
    (line: string, indent: string, command: string, name: string) => {
      if (/ --help\b/.test(command)) return line
      const missing = (takes[name] ?? []).flatMap((flag) => {
        const given = new RegExp(` ${flag}[ =]`).test(command) ? null : valueOf(flag, argv)
        return given === null ? [] : [`${flag} ${asTyped(given)}`]
      })
      return missing.length === 0 ? line : `${indent}${[command.trimEnd(), ...missing].join(' ')}`
    },
  )
}

function valueOf(flag: string, argv: readonly string[]): string | null {
  const joined = argv.find((arg) => arg.startsWith(`${flag}=`))
  if (joined !== undefined) return joined.slice(flag.length + 1)
  const at = argv.indexOf(flag)
  return at === -1 ? null : (argv[at + 1] ?? null)
}

/** As a shell would read it back. */
const asTyped = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
