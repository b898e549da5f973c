/** The command reference of the README, from the manifest. Pure. */
import type {CommandManifest, ManifestCommand, ManifestFlag} from './command-manifest.ts'

export function commandReference(manifest: CommandManifest): string {
  return Object.values(manifest.commands)
    .filter((command) => command.hidden !== true)
    .map(section)
    .join('\n')
}

function section(command: ManifestCommand): string {
  const args = Object.values(command.args).filter((arg) => arg.hidden !== true)
  const usage = [
    'sluice',
    command.id.replaceAll(':', ' '),
    ...args.map((arg) => (arg.required === true ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`)),
  ].join(' ')
  const flags = Object.values(command.flags)
    .filter((flag) => flag.hidden !== true && flag.helpGroup !== 'GLOBAL')
    .sort((one, other) => one.name.localeCompare(other.name))
  const rows = [
    ...args.map((arg) => [`\`${arg.name.toUpperCase()}\``, arg.description ?? '']),
    ...flags.map((flag) => [flagText(flag), flagWords(flag)]),
  ]
  const [first = '', ...rest] = (command.summary ?? command.description ?? '').split('\n')
  const more = command.summary === undefined ? rest.join('\n').trim() : (command.description ?? '').trim()
  const aliases =
    command.aliases.length === 0
      ? []
      : [`The same as ${command.aliases.map((alias) => `\`sluice ${alias.replaceAll(':', ' ')}\``).join(', ')}.`, '']
  return [
    `#### \`${usage}\``,
    '',
    `${first}${first === '' || /[.!?]$/.test(first) ? '' : '.'}`,
    '',
    ...(more === '' ? [] : [markdown(more), '']),
    ...aliases,
    ...(rows.length === 0
      ? []
      : ['| | |', '|---|---|', ...rows.map(([left, right]) => `| ${left} | ${cell(right ?? '')} |`), '']),
  ].join('\n')
}

function flagText(flag: ManifestFlag): string {
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? flag.options?.join('|') ?? flag.name.toUpperCase()}` : ''
  return `\`${flag.char === undefined ? '' : `-${flag.char}, `}--${flag.name}${cell(value)}\``
}

function flagWords(flag: ManifestFlag): string {
  const standard =
    flag.default === undefined || flag.default === false
      ? ''
      : ` (${typeof flag.default === 'string' ? flag.default : JSON.stringify(flag.default)})`
  return `${flag.description ?? ''}${standard}${flag.required === true ? ' (required)' : ''}`
}

/** Indented lines of a help text are examples: four spaces make them code. */
const markdown = (text: string): string =>
  text
    .split('\n')
    .map((line) => (/^ {2,3}\S/.test(line) ? `    ${line.slice(2)}` : line))
    .join('\n')

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
