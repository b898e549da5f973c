/** The words around the demo's timelines: what will be seen, whose turn it is, what came out. Pure. */
import {count, trimmed} from './format.ts'
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
  const words = 'A shop on this machine: a load balancer with real HTTP traffic, two slots, 900 requests a minute, one minute a second. Four releases, and only what CloudWatch would show to judge them by.'
  return text([[piece('sluice demo', 'strong')], ...wrapped(words, look.columns).map((line) => [piece(line, 'dim')])], look)
}

export const demoHeading = ({image, title}: Heading, look: Look): string => text([[], [piece(`▶ ${image}`, 'strong'), piece(`  ${title}`)]], look)

export function demoClosing(releases: readonly Released[], seconds: number, look: Look): string {
  const rows = releases.map((one): StyledLine => {
    const right = one.outcome === one.expected
    return [piece(right ? '✔ ' : '✖ ', right ? 'good' : 'bad'), piece(one.name.padEnd(10)), piece(one.outcome.padEnd(13)), piece(why(one), 'dim')]
  })
  const end: StyledLine = [piece(`${releases.length} releases in ${trimmed(seconds, 1)} s; the sandbox is gone. Your own: sluice sandbox up`, 'dim')]
  return text([[], ...rows, end], look)
}

function why({expected, outcome, gate, minute, canaryRequests, badRequests}: Released): string {
  const judged = `${count(canaryRequests)} judged requests, ${count(badRequests)} bad`
  const as = outcome === expected ? '' : `, where ${expected} was right`
  return `${gate === undefined ? judged : `by ${gate} in minute ${minute ?? '–'}: ${judged}`}${as}`
}
