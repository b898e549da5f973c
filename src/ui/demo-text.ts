/** The words around the demo's timelines: what will be seen, whose turn it is, what came out. Pure. */
import {count, counted, duration, trimmed} from './format.ts'
import {paint, piece, wrapped} from './styled-line.ts'
import type {StyledLine} from './styled-line.ts'

interface Look {
  readonly color: boolean
  readonly columns: number
}

interface Heading {
  readonly image: string
  readonly title: string
}

interface Released {
  readonly name: string
  readonly outcome: string
  readonly expected: string
  readonly gate?: string
  readonly minute?: number
  readonly canaryRequests: number
  readonly badRequests: number
}

const text = (lines: readonly StyledLine[], {color}: Look): string => `${lines.map((line) => paint(line, color)).join('\n')}\n`

export function demoOpening(look: Look): string {
  const words =
    'An empty account on this machine that speaks AWS, one minute a second. First everything a shop needs, '
    + 'in two Regions; then four releases of it, under 900 real requests a minute, '
    + 'and only what CloudWatch would show to judge them by.'
  return text([[piece('sluice demo', 'strong')], ...wrapped(words, look.columns).map((line) => [piece(line, 'dim')])], look)
}

export const infraHeading = (look: Look): string =>
  text(
    [[], [piece('▶ sluice infra up', 'strong'), piece('  network, load balancer, hosts, database, cache, backups, site')]],
    look,
  )

export const demoHeading = ({image, title}: Heading, look: Look): string =>
  text([[], [piece(`▶ ${image}`, 'strong'), piece(`  ${title}`)]], look)

interface Stack {
  readonly done: boolean
  readonly resources: number
  readonly virtualSeconds: number
}

export function demoClosing(stack: Stack, releases: readonly Released[], seconds: number, look: Look): string {
  const made: StyledLine = [
    piece(stack.done ? '✔ ' : '✖ ', stack.done ? 'good' : 'bad'),
    piece('infra up'.padEnd(10)),
    piece((stack.done ? 'done' : 'not done').padEnd(13)),
    piece(
      `${counted(stack.resources, 'resource')} in two Regions, ${duration(stack.virtualSeconds * 1000)} on AWS's clock`,
      'dim',
    ),
  ]
  const rows = releases.map((one): StyledLine => {
    const right = one.outcome === one.expected
    return [
      piece(right ? '✔ ' : '✖ ', right ? 'good' : 'bad'),
      piece(one.name.padEnd(10)),
      piece(one.outcome.padEnd(13)),
      piece(why(one), 'dim'),
    ]
  })
  const end: StyledLine = [piece(`All that in ${trimmed(seconds, 1)} s; the sandbox is gone. Your own: sluice sandbox up`, 'dim')]
  return text([[], made, ...rows, end], look)
}

function why({expected, outcome, gate, minute, canaryRequests, badRequests}: Released): string {
  const judged = `${count(canaryRequests)} judged requests, ${count(badRequests)} bad`
  const as = outcome === expected ? '' : `, where ${expected} was right`
  return `${gate === undefined ? judged : `by ${gate} in minute ${minute ?? '–'}: ${judged}`}${as}`
}
