/**
 * What event 0 says about a release, in the words the screens use. Reads the journal of any version of the tool: a member that is
 * missing becomes a dash or an empty list, never a throw, because a person must be able to look at every run.
 */
import type {ReleaseConfig, ReleaseStep} from '../config/release-config.ts'
import type {Event, Json} from '../runbooks/engine/event.ts'
import {versions} from './format.ts'

export interface ReleaseInput {
  readonly run: string | null
  readonly service: string
  readonly environment: string
  readonly region: string
  readonly fromImage: string
  readonly toImage: string
  readonly from: string
  readonly to: string
  readonly stableSlot: 'a' | 'b'
  readonly canarySlot: 'a' | 'b'
  readonly steps: readonly ReleaseStep[]
  readonly gates: readonly string[]
  readonly warmMs: number
}

type Fields = {readonly [key: string]: Json}

export function releaseInput(events: readonly Event[]): ReleaseInput {
  const first = events.find((event) => event.kind === 'planned')
  const input = fields(first?.data.input)
  const config = fields(input['config']) as Partial<ReleaseConfig>
  const stable = fields(input['from'])
  const fromImage = words(stable['image'] ?? input['fromImage'])
  const toImage = words(input['image'])
  const stableSlot = (stable['slot'] ?? input['stableSlot']) === 'b' ? 'b' : 'a'
  return {
    run: typeof input['run'] === 'string' ? input['run'] : null,
    service: config.service ?? '–',
    environment: config.environment ?? '–',
    region: config.region ?? '–',
    fromImage,
    toImage,
    ...versions(fromImage, toImage),
    stableSlot,
    canarySlot: stableSlot === 'a' ? 'b' : 'a',
    steps: config.steps ?? [],
    gates: config.gates?.map(({name}) => name) ?? [],
    warmMs: config.warmMs ?? 0,
  }
}

function fields(json: Json | undefined): Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : {}
}

function words(json: Json | undefined): string {
  return typeof json === 'string' && json !== '' ? json : '–'
}
