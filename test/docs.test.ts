/** The Markdown of this repository: every link leads somewhere, every command and flag exists, every configuration loads. */
import {readdir, readFile, stat} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {parse, stringify} from 'yaml'
import {parseConfig} from '../src/config/load.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8')
const markdown = (names: readonly string[]): readonly string[] => names.filter((name) => name.endsWith('.md'))
const paths = [...markdown(await readdir(root)), ...markdown(await readdir(new URL('docs/', root))).map((name) => `docs/${name}`)]
const pages = new Map(await Promise.all(paths.map(async (path) => [path, await read(path)] as const)))

describe.each(paths)('%s', (path) => {
  const page = pages.get(path) ?? ''

  it('links only to files and headings that are there', async () => {
    const links = [...withoutCode(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link ?? '')
    const dead = await Promise.all(links.map(async (link) => ((await leads(path, link)) ? [] : [link])))
    expect(dead.flat()).toEqual([])
  })

  it('names only commands and flags that there are', () => {
    expect(commandLines(page).flatMap(wrongWith)).toEqual([])
  })

  it('names only its own pages by their path', async () => {
    const named = [...page.matchAll(/\bdocs\/[a-z-]+\.(?:md|svg)\b/g)].map(([name]) => name)
    const gone = await Promise.all(named.map(async (name) => ((await exists(new URL(name, root))) ? [] : [name])))
    expect(gone.flat()).toEqual([])
  })
})

describe('configurations in the documents', () => {
  // Runbooks are another format: test/runbooks/custom/docs.test.ts loads and runs those of docs/runbooks.md.
  const blocks = [...pages].flatMap(([path, page]) =>
    path === 'docs/runbooks.md'
      ? []
      : [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text], index) => ({
          place: `${path} ${index + 1}`,
          text: text ?? '',
        })),
  )

  it('are there', () => {
    expect(blocks.length).toBeGreaterThan(1)
  })

  it.each(blocks)('$place loads, with a service around it where it is a part', ({text}) => {
    const parsed = parseConfig('service' in Object(parse(text)) ? text : stringify({...service, ...Object(parse(text))}))
    expect(parsed.kind === 'problems' ? parsed.problems : []).toEqual([])
  })
})

const elb = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333'
const service = {
  service: 'api',
  region: 'eu-west-1',
  loadBalancer: `${elb}:loadbalancer/app/shop/50dc6c495c0c9188`,
  listener: `${elb}:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2`,
  rule: `${elb}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee`,
  cluster: 'shop',
  slots: {
    a: {service: 'api-a', targetGroup: `${elb}:targetgroup/api-a/73e2d6bc24d8a067`},
    b: {service: 'api-b', targetGroup: `${elb}:targetgroup/api-b/0123456789abcdef`},
  },
}

/** Code isn't a link, and in code `#` begins no heading. */
const withoutCode = (page: string): string =>
  page
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .split('\n')
    .filter((line) => !line.startsWith('    '))
    .join('\n')

async function leads(from: string, link: string): Promise<boolean> {
  const [file = '', heading] = link.split('#')
  const target = new URL(file === '' ? from : file, new URL(from, root))
  const url = file === '' ? new URL(from, root) : target
  if (!(await exists(url))) return false
  return heading === undefined || anchors(await readFile(url, 'utf8')).includes(heading)
}

const exists = (url: URL): Promise<boolean> =>
  stat(url).then(
    () => true,
    () => false,
  )

/** As GitHub makes them: lower case, no punctuation, a hyphen for each space, a number for the second of a name. */
function anchors(page: string): readonly string[] {
  const seen = new Map<string, number>()
  return [...withoutCode(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => {
    const slug = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return before === 0 ? slug : `${slug}-${before}`
  })
}

interface Manifest {
  readonly commands: Readonly<
    Record<string, {readonly flags: Readonly<Record<string, {readonly char?: string}>>; readonly aliases: readonly string[]}>
  >
}
const {commands} = JSON.parse(await read('oclif.manifest.json')) as Manifest
const ids = new Map(Object.entries(commands).flatMap(([id, command]) => [id, ...command.aliases].map((name) => [name, command])))
const topics = new Set([...ids.keys()].flatMap((id) => id.split(':').map((_, index, words) => words.slice(0, index).join(':'))))

/** Lines of code blocks that call sluice, and what stands in backticks: with the tool's name, or a command by itself (`dr check`). */
function commandLines(page: string): readonly string[] {
  const lines = page.split('\n').flatMap((line) => /^(?: {4}| {7}|\$ |)?sluice (.+)$/.exec(line.trimEnd())?.[1] ?? [])
  const spans = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text)
  const called = spans.flatMap((text) => /^sluice ([a-z].*)$/.exec(text)?.[1] ?? [])
  const bare = spans.filter((text) => /^(?:dr|infra|release|runbook|sandbox|iam) [a-z]/.test(text))
  return [...lines, ...called, ...bare]
}

function wrongWith(line: string): readonly string[] {
  const words = line
    .replaceAll(/"[^"]*"|'[^']*'/g, 'TEXT')
    .split(/\s{2,}|[|…]/)[0]!
    .split(/\s+/)
  const depth = [3, 2, 1].find((count) => ids.has(words.slice(0, count).join(':')))
  if (depth === undefined) return topics.has(words.join(':')) ? [] : [`${line}: no such command`]
  const {flags} = ids.get(words.slice(0, depth).join(':'))!
  const known = new Set([...Object.keys(flags).map((name) => `--${name}`), '--help', ...chars(flags)])
  return words
    .slice(depth)
    .flatMap((word) => /^-{1,2}[a-z][a-z-]*/.exec(word)?.[0] ?? [])
    .flatMap((flag) => (known.has(flag) ? [] : [`${line}: no ${flag}`]))
}

const chars = (flags: Readonly<Record<string, {readonly char?: string}>>): readonly string[] =>
  Object.values(flags).flatMap(({char}) => (char === undefined ? [] : [`-${char}`]))
