/** What was typed against what there is. Pure: says nothing when a command, a topic or a flag of the tool itself was meant. */
import {ExitCode, SluiceError} from '../errors.ts'
import {nearest} from '../nearest.ts'

const ownFlags = new Set(['--help', '-h', '--version', '-v'])

/** `ids` as oclif has them: `release:status`; `bare` are those that take no words of their own. Null: go on. */
export function unknownCommand(
  argv: readonly string[],
  ids: readonly string[],
  bare: readonly string[] = [],
): SluiceError | null {
  const [first] = argv
  if (first === undefined || ownFlags.has(first)) return null
  if (first.startsWith('-')) return unknown(`There is no command before ${first}.`, ['sluice --help'])
  const words = wordsOf(argv)
  const spaced = ids.map((id) => id.replaceAll(':', ' '))
  const known = new Set(ids)
  let depth = 0
  while (depth < words.length && ids.some((id) => startsWith(id, words.slice(0, depth + 1)))) depth++
  const prefix = words.slice(0, depth).join(':')
  // oclif would look for a command of that longer name, and not find it.
  if (bare.includes(prefix) && depth < words.length) {
    const command = prefix.replaceAll(':', ' ')
    const meant = nearest(words.slice(0, depth + 1).join(' '), spaced)
      .filter((id) => id !== command)
      .slice(0, 1)
    return new SluiceError({
      code: 'usage',
      exitCode: ExitCode.usage,
      message: `Unexpected argument: ${words[depth] ?? ''}`,
      suggestions: [...meant, `${command} --help`].map((one) => `sluice ${one}`),
    })
  }
  // A command may take arguments of its own: what follows it is its business. A bare topic shows its help.
  if (known.has(prefix) || (depth > 0 && depth === words.length)) return null
  const typed = words.slice(0, depth + 1).join(' ')
  const here =
    depth === 0
      ? [...new Set(spaced.flatMap((id) => [id, id.split(' ')[0] ?? id]))]
      : spaced.filter((id) => id.startsWith(`${words.slice(0, depth).join(' ')} `))
  const close = [...new Set([...nearest(words.slice(0, depth + 2).join(' '), here), ...nearest(typed, here)])].slice(0, 3)
  const commands = close.length > 0 ? close : depth > 0 ? here.slice(0, 5) : ['--help']
  return unknown(
    `There is no command "${typed}".`,
    commands.map((command) => `sluice ${command}`),
  )
}

function unknown(message: string, suggestions: readonly string[]): SluiceError {
  return new SluiceError({code: 'unknown-command', exitCode: ExitCode.usage, message, suggestions})
}

function wordsOf(argv: readonly string[]): readonly string[] {
  const [first = ''] = argv
  if (first.includes(':')) return first.split(':')
  const end = argv.findIndex((word) => word.startsWith('-'))
  return end === -1 ? argv : argv.slice(0, end)
}

const startsWith = (id: string, words: readonly string[]): boolean =>
  id === words.join(':') || id.startsWith(`${words.join(':')}:`)
