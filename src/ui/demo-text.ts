/** The words around the demo's timelines: what will be seen, whose turn it is, what came out. Pure. */
import {heading, storyEnd, text, toldRow} from './demo-lines.ts'
import type {Look} from './demo-lines.ts'
import {count, counted, duration} from './format.ts'
import {piece, wrapped} from './styled-line.ts'
import type {StyledLine} from './styled-line.ts'

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

export function demoOpening(look: Look): string {
  const words =
    'An empty account on this machine that speaks AWS, one minute a second. First everything a shop needs, '
    + 'in two Regions; then four releases of it, under 900 real requests a minute, '
    + 'and only what CloudWatch would show to judge them by.'
  return text([[piece('sluice demo', 'strong')], ...wrapped(words, look.columns).map((line) => [piece(line, 'dim')])], look)
}

export const infraHeading = (look: Look): string =>
  heading('sluice infra up', 'network, load balancer, hosts, database, cache, backups, site', look)

export const demoHeading = ({image, title}: Heading, look: Look): string => heading(image, title, look)

interface Stack {
  readonly done: boolean
  readonly resources: number
  readonly virtualSeconds: number
}

/** `again`: the command, when somebody wanted out before the end. */
export function demoClosing(
  stack: Stack,
  releases: readonly Released[],
  seconds: number,
  again: string | null,
  look: Look,
): string {
  const row = (good: boolean, name: string, outcome: string, words: string): readonly StyledLine[] =>
    toldRow({good, name: name.padEnd(10), outcome: outcome.padEnd(13), words}, look)
  const size = `${counted(stack.resources, 'resource')} in two Regions, ${duration(stack.virtualSeconds * 1000)} on AWS's clock`
  const rows = releases.flatMap((one) => row(one.outcome === one.expected, one.name, one.outcome, why(one)))
  return text(
    [[], ...row(stack.done, 'infra up', stack.done ? 'done' : 'not done', size), ...rows, ...storyEnd(seconds, again, look)],
    look,
  )
}

function why({expected, outcome, gate, minute, canaryRequests, badRequests}: Released): string {
  const judged = `${count(canaryRequests)} judged requests, ${count(badRequests)} bad`
  const as = outcome === expected ? '' : `, where ${expected} was right`
  return `${gate === undefined ? judged : `by ${gate} in minute ${minute ?? '–'}: ${judged}`}${as}`
}
