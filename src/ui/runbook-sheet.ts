/**
 * A plan as it is shown and printed: what happens in which order, how long it usually takes, and what a person types when the
 * tool can't. One model for the terminal, Mermaid, plain text and HTML. Pure.
 */
import {filledByPlace} from '../runbooks/custom/filled.ts'
import type {Doing, Extension, OwnRunbook, OwnStep, RecoveryName, Whose} from '../config/runbook.ts'
import {builtInSteps, isBuiltIn} from '../config/runbook-uses.ts'
import type {PlannedStep} from '../runbooks/engine/event.ts'
import type {Usual} from '../runbooks/engine/step.ts'
import {longestPath} from '../runbooks/recovery/critical-path.ts'
import type {Place} from '../runbooks/recovery/place.ts'
import {span} from './format.ts'
import {awsCommand, awsLook, shellWord} from './runbook-cli.ts'
import {byHand} from './runbook-recovery-by-hand.ts'
import {usesByHand} from './runbook-uses-by-hand.ts'
import type {RecoverySettings} from '../config/recovery-config.ts'

export interface SheetStep {
  readonly id: string
  readonly title: string
  readonly needs: readonly string[]
  readonly pointOfNoReturn: boolean
  readonly usual: Usual | null
  /** Sentences for people. */
  readonly words: readonly string[]
  /** Commands, and `#` lines between them. */
  readonly commands: readonly string[]
  /** How it is taken back, by hand. */
  readonly undo: readonly string[]
  /** The team's own, in a built-in recovery. */
  readonly own: boolean
}

export interface Sheet {
  readonly name: string
  readonly description: string
  /** What starts it with the tool. */
  readonly command: string
  readonly rtoMs: number | null
  readonly rpoMs: number | null
  readonly place: Place
  readonly steps: readonly SheetStep[]
  readonly criticalPath: {readonly ids: readonly string[]; readonly p50Seconds: number; readonly p90Seconds: number}
}

export function ownSheet(runbook: OwnRunbook, place: Place, settings: RecoverySettings): Sheet {
  const {rtoMs, rpoMs} = runbook.objectives
  const steps = runbook.steps.map((step) => ownSheetStep(step, place, settings, runbook.region))
  return {
    name: runbook.name,
    description: runbook.description,
    command: `sluice runbook run ${runbook.name}`,
    rtoMs,
    rpoMs,
    place,
    steps,
    criticalPath: criticalPath(steps, ''),
  }
}

export interface RecoveryAbout {
  readonly name: RecoveryName
  readonly about: string
  readonly settings: RecoverySettings
  readonly extension: Extension | null
}

export function recoverySheet(
  {name, about, settings, extension}: RecoveryAbout,
  planned: readonly PlannedStep[],
  place: Place,
): Sheet {
  const own = new Map(
    extension === null
      ? []
      : [...Object.values(extension.before), ...Object.values(extension.after)].flat().map((step) => [step.id, step]),
  )
  const steps = planned.map((step): SheetStep => {
    const mine = own.get(step.id)
    if (mine !== undefined) return {...ownSheetStep(mine, place, settings, extension?.region ?? null), needs: step.needs}
    const hand = byHand(name, step.id, place, settings)
    return {
      id: step.id,
      title: step.title,
      needs: step.needs,
      pointOfNoReturn: step.pointOfNoReturn === true,
      usual: step.usual ?? null,
      own: false,
      undo: [],
      ...hand,
    }
  })
  const command = name === 'dr promote' ? 'sluice dr promote --unplanned' : `sluice ${name}`
  return {
    name,
    description: about,
    command,
    rtoMs: name === 'dr promote' ? settings.rtoMs : null,
    rpoMs: name === 'dr promote' ? settings.rpoMs : null,
    place,
    steps,
    criticalPath: criticalPath(steps, name === 'dr promote' ? 'serving' : ''),
  }
}

function ownSheetStep(step: OwnStep, place: Place, settings: RecoverySettings, usualRegion: string | null): SheetStep {
  const regionOf = (region: string | null): string => filledByPlace(region ?? usualRegion ?? place.recovery, place)
  const does = filledByPlace(step.does as never, place) as Doing
  return {
    id: step.id,
    title: step.title,
    needs: step.needs,
    pointOfNoReturn: false,
    usual: step.usual,
    own: true,
    words: words(does, step.id),
    commands: commands(does, regionOf, place, settings),
    undo: step.undo === null ? [] : [awsCommand(filledByPlace(step.undo as never, place), regionOf(step.undo.region))],
  }
}

const anotherWords = (by: Whose): string => (by === 'another' ? ' (somebody else than who began the run)' : '')

function words(does: Doing, id: string): readonly string[] {
  switch (does.kind) {
    case 'uses':
      return [
        `${does.uses}: `
          + `${isBuiltIn(does.uses) ? builtInSteps[does.uses].about : ''}${Object.keys(does.with).length === 0 ? '' : ` (${JSON.stringify(does.with)})`}`,
      ]
    case 'read':
      return []
    case 'change':
      return does.check === null ? [] : ["Only where the check doesn't find it done already."]
    case 'http':
      return [
        `${does.times > 1 ? `${does.times} good answers in a row: ` : ''}status ${does.expect.status.length === 0 ? '2xx' : does.expect.status.join(' or ')}${does.expect.body === null ? '' : `, holding "${does.expect.body}"`}${Object.entries(
          does.expect.header,
        )
          .map(([name, value]) => `, ${name}: ${value}`)
          .join('')}`,
      ]
    case 'metric':
      return [`${does.namespace} ${does.metric} (${does.stat}) ${does.is} ${does.value} for ${span(does.forMs)}`]
    case 'manual':
      return [
        `${does.instructions.trim()}${anotherWords(does.by)}`,
        `Then: sluice runbook resume --done ${id} --evidence `
          + `TEXT${does.evidence === 'optional' ? ' (evidence may be left out)' : ''}`,
      ]
    case 'approval':
      return [
        `${does.question.trim()}${does.names.length === 0 ? '' : ` (${does.names.join(' or ')} may say yes)`}${anotherWords(does.by)}`,
        `Then: sluice runbook resume --approve ${id}`,
      ]
    case 'wait':
      return [`Wait ${span(does.ms)}.`]
  }
}

function commands(
  does: Doing,
  regionOf: (region: string | null) => string,
  place: Place,
  settings: RecoverySettings,
): readonly string[] {
  switch (does.kind) {
    case 'uses':
      return isBuiltIn(does.uses)
        ? usesByHand(
            does.uses,
            does.with,
            regionOf(typeof does.with['region'] === 'string' ? does.with['region'] : null),
            place,
            settings,
          )
        : []
    case 'read':
      return awsLook(does.call, regionOf(does.call.region))
    case 'change':
      return [
        awsCommand(does.call, regionOf(does.call.region)),
        ...(does.check === null ? [] : awsLook(does.check, regionOf(does.check.region))),
      ]
    case 'http': {
      const headers = Object.entries(does.headers).map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`)
      return [
        [
          'curl -si',
          ...(does.method === 'GET' ? [] : [`-X ${does.method}`]),
          ...headers,
          ...(does.body === null ? [] : [`--data ${shellWord(does.body)}`]),
          shellWord(does.url),
        ].join(' '),
      ]
    }
    case 'metric': {
      const statistic = does.stat.startsWith('p') ? `--extended-statistics ${does.stat}` : `--statistics ${does.stat}`
      const dimensions = Object.entries(does.dimensions).map(([name, value]) => shellWord(`Name=${name},Value=${value}`))
      return [
        [
          'aws cloudwatch get-metric-statistics --region',
          regionOf(does.region),
          '--namespace',
          shellWord(does.namespace),
          '--metric-name',
          shellWord(does.metric),
          ...(dimensions.length === 0 ? [] : ['--dimensions', ...dimensions]),
          statistic,
          '--period 60 --start-time "$(date -u -d \'20 min ago\' +%FT%TZ)" --end-time "$(date -u +%FT%TZ)"',
        ].join(' '),
      ]
    }
    case 'manual':
    case 'approval':
    case 'wait':
      return []
  }
}

/** By what is usual; where nobody has measured anything, the most steps. */
function criticalPath(steps: readonly SheetStep[], goal: string): Sheet['criticalPath'] {
  const {ids} = longestPath(
    steps.map(({id, needs, usual}) => ({id, needs, ...(usual !== null && {usual})})),
    goal,
    ({usual}) => (usual?.p50Seconds ?? 0) + 1e-6,
  )
  const onPath = steps.filter(({id}) => ids.includes(id))
  const sum = (of: (usual: Usual) => number): number => onPath.reduce((all, {usual}) => all + (usual === null ? 0 : of(usual)), 0)
  return {ids, p50Seconds: sum(({p50Seconds}) => p50Seconds), p90Seconds: sum(({p90Seconds}) => p90Seconds)}
}
