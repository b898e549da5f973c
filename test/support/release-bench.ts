/** A desk, a configuration and a fake AWS, ready to release: boring defaults, one thing changed per test. */
import type {ReleaseConfig} from '../../src/config/release-config.ts'
import {defaultSettings} from '../../src/judge/default-settings.ts'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import type {Store} from '../../src/runbooks/engine/store.ts'
import type {Desk} from '../../src/runbooks/engine/desk.ts'
import {prepareRelease} from '../../src/runbooks/release/prepare.ts'
import {claimRelease, resumeRelease, startRelease} from '../../src/runbooks/release/run-release.ts'
import type {Ran, Watching} from '../../src/runbooks/release/run-release.ts'
import type {FakeAws} from './fake-world.ts'
import type {LeapingClock} from './leaping-clock.ts'

export const aReleaseConfig = (change: Partial<ReleaseConfig> = {}): ReleaseConfig => ({
  service: 'api',
  environment: 'production',
  region: 'eu-west-1',
  loadBalancer: 'lb',
  listener: 'listener',
  rule: 'rule-1',
  cluster: 'shop',
  container: null,
  slots: {a: {service: 'api-a', targetGroup: 'tg-a'}, b: {service: 'api-b', targetGroup: 'tg-b'}},
  gates: [{kind: 'errors', name: 'errors', settings: defaultSettings(2)}],
  steps: [
    {weight: 20, holdMs: minutes(3), atMostMs: minutes(12)},
    {weight: 60, holdMs: minutes(3), atMostMs: minutes(12)},
  ],
  warmupMs: 0,
  warmMs: minutes(30),
  afterPromotion: 'alert',
  deadMansSwitch: {role: 'role', deadLetterQueue: null, group: 'default', windowMs: minutes(10), pausedWindowMs: minutes(60)},
  recovery: null,
  ...change,
})

export function aDesk(store: Store, clock: LeapingClock, writer: string): Desk {
  let ids = 0
  return {
    store,
    clock,
    ids: (length) => String((ids += 1)).padStart(length, '0'),
    writer,
    host: `${writer}-host`,
    who: `arn:aws:iam::1:role/${writer}`,
    toolVersion: '0.1.0',
  }
}

const never = new AbortController().signal

export const alone = (change: Partial<Watching> = {}): Watching => ({detach: never, leave: never, until: 'ended', ...change})

export async function release(
  desk: Desk,
  aws: FakeAws,
  image = 'shop/api:1.9.0',
  options: {readonly config?: ReleaseConfig; readonly watching?: Watching; readonly previous?: Ran} = {},
): Promise<Ran> {
  const {config = aReleaseConfig(), watching = alone(), previous} = options
  const claimed = await claimRelease(desk, config.service)
  const before = previous === undefined ? null : {run: previous.run, events: previous.events}
  return startRelease(
    desk,
    claimed,
    () => prepareRelease(aws.world, {config, account: '111122223333', by: desk.who, image, previous: before}, never),
    aws.world,
    watching,
  )
}

export const resume = (desk: Desk, run: string, aws: FakeAws, watching: Watching = alone()): Promise<Ran> =>
  resumeRelease(desk, run, () => Promise.resolve(aws.world), watching)
