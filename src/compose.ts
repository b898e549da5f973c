/**
 * The one file that wires adapters to ports. Commands come here for anything that reaches AWS or a sandbox; every adapter is
 * imported when it is needed, so that a command loads no service client it doesn't use.
 */
import {randomInt} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {hostname} from 'node:os'
import {join} from 'node:path'
import type {LoadedConfig, ReleaseConfig} from './config/release-config.ts'
import {stateHome} from './config/state-home.ts'
import type {DiscoveredService} from './infra/aws/discover.ts'
import type {PublicZone} from './infra/aws/public-zones.ts'
import type {AwsSession, Reach} from './infra/aws/session.ts'
import type {DoctorWorld} from './runbooks/doctor/ports.ts'
import type {Clock, Ids} from './runbooks/engine/clock.ts'
import {patiently} from './runbooks/engine/patience.ts'
import type {Store} from './runbooks/engine/store.ts'
import type {DownWorld} from './runbooks/provision/down-ports.ts'
import type {ProvisionWorld} from './runbooks/provision/ports.ts'
import type {Desk} from './runbooks/engine/desk.ts'
import type {ReleaseWorld} from './runbooks/release/ports.ts'

export interface SessionInput {
  readonly region: string
  /** Name given with `--sandbox`; `SLUICE_SANDBOX` counts when it is undefined. */
  readonly sandbox: string | undefined
  readonly env: NodeJS.ProcessEnv
}

export interface OpenSession {
  readonly session: AwsSession
  readonly clock: Clock
  readonly account: string
  /** Who we are: the caller's ARN. */
  readonly arn: string
}

/** The sandbox a command works on, if it was named. Never guessed: without a name it is AWS. */
export function sandboxName(flag: string | undefined, env: NodeJS.ProcessEnv): string | null {
  const name = flag ?? env['SLUICE_SANDBOX']
  return name === undefined || name === '' ? null : name
}

/** The Region of a command that was given none: the sandbox's first one, or what the environment says. */
export async function defaultRegion(sandbox: string | undefined, env: NodeJS.ProcessEnv): Promise<string | null> {
  const name = sandboxName(sandbox, env)
  if (name === null) return env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? null
  const {readHandle} = await import('./config/sandbox-handle.ts')
  return (await readHandle(name, env)).regions[0] ?? null
}

/** The `Date` header is to the second, and an answer takes a while. */
const tolerableMs = 2000

/** How the Regions are reached, once the run's clock is known; left out: as usual. */
type ReachOf = (clock: Clock) => Reach

/** A session whose caller is known: account and identity are asked once, before anything else. */
export async function openSession(input: SessionInput, reachOf?: ReachOf): Promise<OpenSession> {
  const [{session, clock}, {identity}] = await Promise.all([connect(input, reachOf), import('./infra/aws/identity.ts')])
  const {account, arn} = await patiently(clock, () => identity(session))
  // Minutes, leases and due times are AWS's: a laptop whose clock is off must not judge the wrong minutes.
  const {shiftedClock} = await import('./clocks.ts')
  const offMs = session.sandbox === null ? session.awsTime() - clock.now() : 0
  return {session, clock: Math.abs(offMs) < tolerableMs ? clock : shiftedClock(clock, offMs), account, arn}
}

/** Every service with a live rule in the Region, for `sluice init --import`. */
export async function discover(input: SessionInput): Promise<readonly DiscoveredService[]> {
  const [{session, clock}, {discoverServices}] = await Promise.all([connect(input), import('./infra/aws/discover.ts')])
  return patiently(clock, () => discoverServices(session))
}

/**
 * What the file names, or what the stack says that it describes. Throws `stack-unfinished` where there is nothing to release to.
 */
export async function completeConfig(
  {session, clock}: Pick<OpenSession, 'session' | 'clock'>,
  loaded: LoadedConfig,
): Promise<ReleaseConfig> {
  if (loaded.kind === 'config') return loaded.config
  const {stackRelease} = await import('./infra/aws/stack-release.ts')
  return patiently(clock, () => stackRelease(session, loaded.settings))
}

/** Public hosted zones of the account, for `sluice init --stack`. */
export async function publicZonesOf(input: SessionInput): Promise<readonly PublicZone[]> {
  const [{session, clock}, {publicZones}] = await Promise.all([connect(input), import('./infra/aws/public-zones.ts')])
  return patiently(clock, () => publicZones(session))
}

/** Everything doctor looks at. The caller is asked first: without an account the state bucket has no name. */
export async function openDoctor({
  loaded,
  sandbox,
  env,
}: {
  readonly loaded: LoadedConfig
  readonly sandbox: string | undefined
  readonly env: NodeJS.ProcessEnv
}): Promise<DoctorWorld> {
  const {region} = loaded.kind === 'config' ? loaded.config : loaded.settings
  const [{session, clock}, {identity}, {releaseWorld}, {stateBucketName, stateStore}, {stateBucketStatus}, {ruleSurroundings}] =
    await Promise.all([
      connect({region, sandbox, env}),
      import('./infra/aws/identity.ts'),
      import('./infra/aws/release-world.ts'),
      import('./infra/aws/state-store.ts'),
      import('./infra/aws/state-bucket-status.ts'),
      import('./infra/aws/rule-surroundings.ts'),
    ])
  const caller = await identity(session)
  const config = await completeConfig({session, clock}, loaded)
  return {
    config,
    release: releaseWorld(config, session, {account: caller.account}),
    store: stateStore(session, stateBucketName(caller.account, config.region)),
    now: () => clock.now(),
    caller: async () => caller,
    stateBucket: (signal) => stateBucketStatus(session, caller.account, signal),
    surroundings: (signal) => ruleSurroundings(session, config, signal),
  }
}

/** A session before anybody has asked who we are. */
async function connect(input: SessionInput, reachOf?: ReachOf): Promise<{readonly session: AwsSession; readonly clock: Clock}> {
  const [{sandboxClock, wallClock}, {awsSession}] = await Promise.all([import('./clocks.ts'), import('./infra/aws/session.ts')])
  const name = sandboxName(input.sandbox, input.env)
  if (name === null) {
    const clock = wallClock()
    const profile = input.env['AWS_PROFILE']
    return {
      clock,
      session: awsSession({
        region: input.region,
        clock,
        sandbox: null,
        ...(profile !== undefined && {profile}),
        ...reaching(clock, reachOf),
      }),
    }
  }
  const {readHandle} = await import('./config/sandbox-handle.ts')
  const {endpoint} = await readHandle(name, input.env)
  const clock = await sandboxClock(endpoint)
  return {clock, session: awsSession({region: input.region, clock, sandbox: {endpoint}, ...reaching(clock, reachOf)})}
}

const reaching = (clock: Clock, reachOf: ReachOf | undefined): {readonly reach?: Reach} =>
  reachOf === undefined ? {} : {reach: reachOf(clock)}

export interface OpenDesk extends OpenSession {
  readonly desk: Desk
  /** The world of a release with this configuration, in the Region of the session. */
  readonly worldOf: (config: ReleaseConfig) => Promise<ReleaseWorld>
}

/**
 * A session with its state: the bucket of the account and Region, mirrored to this machine. `make-state` creates the bucket when
 * it is missing; reading commands look into the local directory then.
 */
export async function openDesk(input: SessionInput, state: 'make-state' | 'read-state'): Promise<OpenDesk> {
  return deskOf(await openSession(input), input.env, state)
}

export async function deskOf(opened: OpenSession, env: NodeJS.ProcessEnv, state: 'make-state' | 'read-state'): Promise<OpenDesk> {
  const {session, clock, account, arn} = opened
  const [{directoryStore}, {mirroredStore}, {stateStore, stateBucketName}, {ensureStateBucket, stateBucketExists}] =
    await Promise.all([
      import('./infra/local/directory-store.ts'),
      import('./infra/local/mirrored-store.ts'),
      import('./infra/aws/state-store.ts'),
      import('./infra/aws/ensure-state-bucket.ts'),
    ])
  const root = join(stateHome(env), account, session.region)
  const remote = (): Store => mirroredStore(stateStore(session, stateBucketName(account, session.region)), root)
  let store: Store
  if (state === 'make-state') {
    await patiently(clock, () => ensureStateBucket(session, account))
    store = remote()
  } else {
    store = (await patiently(clock, () => stateBucketExists(session, account))) ? remote() : directoryStore(root)
  }
  const ids = randomIds
  const desk: Desk = {
    store,
    clock,
    ids,
    writer: `${arn.split(/[:/]/).at(-1) ?? 'somebody'}-${ids(6)}`,
    host: hostname(),
    who: arn,
    toolVersion: await toolVersion(),
  }
  return {
    ...opened,
    desk,
    async worldOf(config) {
      const {releaseWorld} = await import('./infra/aws/release-world.ts')
      return releaseWorld(config, session, {account})
    },
  }
}

export interface OpenProvision extends OpenDesk {
  readonly world: ProvisionWorld
}

/** Everything `sluice infra` works with: state is the home Region's, which is the session's; the world reaches every Region. */
export async function openProvision(input: SessionInput, state: 'make-state' | 'read-state'): Promise<OpenProvision> {
  const [opened, {provisionWorld}] = await Promise.all([openDesk(input, state), import('./infra/aws/provision-world.ts')])
  return {...opened, world: provisionWorld(opened.session, {account: opened.account, arn: opened.arn})}
}

export interface OpenTeardown extends OpenDesk {
  readonly world: DownWorld
}

/**
 * What `sluice infra down` works with. Where there is no state bucket there was no `up`, and none is made to take nothing away.
 */
export async function openTeardown(input: SessionInput): Promise<OpenTeardown> {
  const [opened, {teardown}] = await Promise.all([openProvision(input, 'read-state'), import('./infra/aws/teardown.ts')])
  return {...opened, world: {...opened.world, teardown: teardown(opened.session)}}
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Not for secrets: run ids and writers only have to differ. */
const randomIds: Ids = (length) => Array.from({length}, () => alphabet[randomInt(alphabet.length)]).join('')

async function toolVersion(): Promise<string> {
  const {version} = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {readonly version: string}
  return version
}
