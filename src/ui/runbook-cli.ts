/** AWS calls as the AWS CLI takes them, for paper: what a person types when nothing of ours runs. Pure. */
import type {DoneWhen, OwnCall, ReadCall, Value} from '../config/runbook.ts'

/** The CLI's names of services, where they aren't IAM's. */
const services: Readonly<Record<string, string>> = {
  elasticloadbalancing: 'elbv2',
  s3: 's3api',
  servicequotas: 'service-quotas',
  tag: 'resourcegroupstaggingapi',
}

export function awsCommand(call: Pick<OwnCall, 'service' | 'action' | 'input'>, region: string, query?: string): string {
  const input = Object.keys(call.input).length === 0 ? [] : ['--cli-input-json', quoted(JSON.stringify(call.input))]
  return [
    'aws',
    services[call.service] ?? call.service,
    kebab(call.action),
    '--region',
    shellWord(region),
    ...input,
    ...(query === undefined ? [] : ['--query', quoted(query)]),
  ].join(' ')
}

/** The command, and what its answer has to say. */
export function awsLook(call: ReadCall, region: string): readonly string[] {
  if (call.doneWhen === null) return [awsCommand(call, region)]
  return [awsCommand(call, region, call.doneWhen.path), `# until it says ${wantedWords(call.doneWhen)}`]
}

function wantedWords(doneWhen: DoneWhen): string {
  if ('equals' in doneWhen) return JSON.stringify(doneWhen.equals)
  if ('in' in doneWhen) return doneWhen.in.map((value: Value) => JSON.stringify(value)).join(' or ')
  return doneWhen.exists ? 'anything but null' : 'null'
}

/** `DescribeDBInstances` → `describe-db-instances`, as the CLI itself does it. */
export function kebab(action: string): string {
  const plural = /[A-Z]{2,}s$/.exec(action)?.[0]
  const name = plural === undefined ? action : `${action.slice(0, -plural.length)}-${plural.toLowerCase()}`
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll('--', '-')
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
export const shellWord = (text: string): string =>
  variable.test(text) ? withVariables(text) : /^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text)

const variable = /\$\{env\.([A-Za-z_][A-Za-z0-9_]*)\}/

/** A secret is the shell's, as it is the tool's: it stands on no paper. */
const withVariables = (text: string): string =>
  `"${text
    .split(/(\$\{env\.[A-Za-z_][A-Za-z0-9_]*\})/)
    .map((part) => (variable.test(part) ? part.replace(variable, '${$1}') : part.replace(/["\\$`]/g, '\\$&')))
    .join('')}"`
