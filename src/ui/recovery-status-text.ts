/**
 * `dr status`: one screen. Where users are, whether the other Region could take them now, how long that would take and what would
 * be lost, what is under way, when it was last rehearsed. The lag is told with what it doesn't tell. Pure.
 */
import type {Level} from '../runbooks/recovery/readiness/finding.ts'
import type {Readiness} from '../runbooks/recovery/readiness/read-readiness.ts'
import type {Standing} from '../runbooks/recovery/input.ts'
import type {BetweenRegions} from './between-regions.ts'
import {dateAndMinute, span} from './format.ts'
import {readinessHeader, readinessSummary} from './readiness-text.ts'
import type {RecoveryRow} from './recovery-history.ts'
import {recoveryRowJson} from './recovery-history.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {padded, paint, piece, wrapped} from './styled-line.ts'

export interface RecoveryStatus {
  readonly service: string
  readonly environment: string
  readonly home: string
  readonly recovery: string
  readonly shape: string
  readonly standing: Standing | null
  /** Users are in neither Region; null: the standing says where they are. */
  readonly between: BetweenRegions | null
  /** Why home couldn't be asked; null: it answers. */
  readonly homeMissing: string | null
  readonly readiness: Readiness
  readonly lastDrillAt: number | null
  readonly drillEveryMs: number
  /** Newest first. */
  readonly runs: readonly RecoveryRow[]
  /** Who holds the recovery lease; null: nobody does, and an unfinished run stands still. */
  readonly ticker: {readonly run: string; readonly owner: string; readonly host: string} | null
  readonly now: number
}

const tones: Readonly<Record<Level, readonly [string, Tone]>> = {
  ok: ['✔', 'good'],
  warn: ['!', 'warn'],
  fail: ['✖', 'bad'],
  unknown: ['?', 'warn'],
}
const words: Readonly<Record<Level, string>> = {ok: 'OK', warn: 'WARN', fail: 'FAIL', unknown: 'UNKNOWN'}

export function recoveryStatusText(
  status: RecoveryStatus,
  {color = false, columns = 80}: {readonly color?: boolean; readonly columns?: number} = {},
): string {
  const {readiness, runs} = status
  const lines: readonly StyledLine[] = [
    ...readinessHeader(readiness, status, columns),
    [],
    ...row(
      'users',
      usersWords(status),
      status.between !== null || status.standing?.settled === false || status.standing?.withdrawn !== undefined ? 'warn' : 'ok',
      columns,
    ),
    ...row(
      'home',
      status.homeMissing === null ? `${status.home} answers` : `${status.home} can't be asked: ${status.homeMissing}`,
      status.homeMissing === null ? 'ok' : 'fail',
      columns,
    ),
    ...['replica-state', 'replica-lag'].flatMap((id) =>
      readiness.findings
        .filter((finding) => finding.id === id)
        .flatMap(({title, text, level}) => row(title, text, level, columns)),
    ),
    ...row('last drill', drillWords(status), drillLevel(status), columns),
    ...row('readiness', readinessSummary(readiness), worst(readiness), columns),
    [],
    ...runs
      .slice(0, 3)
      .map((one): StyledLine => [
        piece(
          `  ${one.run}  ${padded(one.mode ?? one.kind, 10)} ${one.outcome}${tickedWords(one, status)}`,
          one.outcome === 'running' || one.outcome === 'paused' ? 'strong' : 'dim',
        ),
      ]),
    ...nextCommands(status).map((command): StyledLine => [piece(`  ${command}`)]),
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

function row(name: string, text: string, level: Level, columns: number): readonly StyledLine[] {
  const [mark, tone] = tones[level]
  const told = wrapped(text, Math.max(24, columns - 28))
  return told.map((line, index): StyledLine =>
    index === 0
      ? [piece('  '), piece(`${mark} ${padded(words[level], 8)}`, tone), piece(`${padded(name, 16)}${line}`)]
      : [piece(`${' '.repeat(28)}${line}`)],
  )
}

/** A run that is only written down as running is the one that somebody has to go on with. */
function tickedWords({run, outcome}: RecoveryRow, {ticker}: RecoveryStatus): string {
  if (outcome !== 'running' && outcome !== 'paused') return ''
  return ticker?.run === run ? `, by ${ticker.owner} on ${ticker.host}` : outcome === 'running' ? ': nobody is at it' : ''
}

const inVain = ({region, withdrawn}: Standing, home: string): boolean => region === home && withdrawn !== undefined

function usersWords({standing, home, recovery, runs, between}: RecoveryStatus): string {
  if (between !== null) {
    const {from, to, since, run} = between
    return `between ${from} and ${to} since ${dateAndMinute(since)} (${run}): refused from the fence until the flip, which isn't done`
  }
  if (standing === null) return `in ${home}; they have never left it`
  return (
    `in ${standing.region} since ${dateAndMinute(standing.since)} `
    + `(${standing.run})${standing.settled ? '' : ', not settled: infra up leaves edges and databases alone'}`
    + (inVain(standing, home) ? `; the other Region's database was promoted in vain: nobody can fail over to it` : '')
    + (isComingHome({standing, home, runs})
      ? `; ${recovery} is no standby again yet: if ${home} is lost now, sluice dr promote --unplanned gives users the database they left there`
      : '')
  )
}

/** A failback has sent users home, and isn't through: what they left is still there. */
function isComingHome({standing, home, runs}: Pick<RecoveryStatus, 'standing' | 'home' | 'runs'>): boolean {
  if (standing === null || standing.region !== home || standing.settled || standing.withdrawn !== undefined) return false
  return runs.some(({run, kind, outcome}) => run === standing.run && kind === 'failback' && outcome !== 'done')
}

function drillWords({lastDrillAt, now, drillEveryMs}: RecoveryStatus): string {
  if (lastDrillAt === null) return `never; one every ${days(drillEveryMs)} is wanted`
  const overdue = now - lastDrillAt - drillEveryMs
  return `${dateAndMinute(lastDrillAt)}, ${days(now - lastDrillAt)} ago${overdue > 0 ? `: overdue by ${days(overdue)}` : ''}`
}

const drillLevel = ({lastDrillAt, now, drillEveryMs}: RecoveryStatus): Level =>
  lastDrillAt === null || now - lastDrillAt > drillEveryMs ? 'warn' : 'ok'
const days = (ms: number): string => (ms < 86_400_000 ? span(ms) : `${Math.floor(ms / 86_400_000)} d`)

const worst = ({findings}: Readiness): Level =>
  (['fail', 'unknown', 'warn'] as const).find((level) => findings.some((finding) => finding.level === level)) ?? 'ok'

function nextCommands({runs, standing, home, environment, readiness, homeMissing}: RecoveryStatus): readonly string[] {
  const open = runs.find(({outcome}) => outcome === 'running' || outcome === 'paused')
  const isLost = homeMissing !== null && isComingHome({standing, home, runs})
  if (isLost && (open === undefined || open.kind === 'failback'))
    return ['sluice dr promote --unplanned', ...(open === undefined ? [] : [`sluice dr resume ${open.run}`])]
  if (open !== undefined) return [`sluice dr resume ${open.run}`]
  // Nobody can go back to a Region that doesn't answer.
  if (standing !== null && standing.region !== home)
    return [homeMissing === null ? `sluice dr failback --confirm ${environment}` : 'sluice dr check']
  if (standing !== null && inVain(standing, home)) return [`sluice dr failback --confirm ${environment}`]
  if (standing !== null && !standing.settled) return ['sluice dr settle']
  if (homeMissing !== null) return ['sluice dr promote --unplanned']
  return worst(readiness) === 'ok' ? [] : ['sluice dr check']
}

export function recoveryStatusJson(status: RecoveryStatus): object {
  const {readiness, runs, standing, lastDrillAt} = status
  return {
    service: status.service,
    environment: status.environment,
    home: status.home,
    recovery: status.recovery,
    shape: status.shape,
    standing:
      standing === null
        ? null
        : {
            ...standing,
            since: new Date(standing.since).toISOString(),
            replicatedUntil: standing.replicatedUntil === null ? null : new Date(standing.replicatedUntil).toISOString(),
          },
    between: status.between === null ? null : {...status.between, since: new Date(status.between.since).toISOString()},
    homeAnswers: status.homeMissing === null,
    ...(status.homeMissing !== null && {homeMissing: status.homeMissing}),
    lastDrillAt: lastDrillAt === null ? null : new Date(lastDrillAt).toISOString(),
    readiness,
    runs: runs.map(recoveryRowJson),
    ticker: status.ticker,
    next: nextCommands(status),
  }
}
