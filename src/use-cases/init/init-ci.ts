/**
 * `sluice init --ci github`: reads where the service is out of its configuration, and writes the workflows. A file that is there is never
 * overwritten, and then none of them is written.
 */
import {mkdir, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {loadStack} from '../../config/load-stack.ts'
import {loadConfig} from '../../config/load.ts'
import {githubWorkflows} from './init-github-workflows.ts'
import type {CiFile, CiPlace} from './init-github-workflows.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {writeNew} from './init-file.ts'

/** What the configuration says of where it works: of a stack of ours, or of somebody's own. */
async function ciPlace(config: string): Promise<CiPlace> {
  const loaded = await loadConfig(config)
  const path = config.replaceAll('\\', '/')
  if (loaded.kind === 'config') {
    const {service, environment, region, recovery} = loaded.config
    return {service, environment: environment ?? 'production', region, recoveryRegion: recovery?.region ?? null, config: path}
  }
  const {service, environment, region, recovery} = await loadStack(config)
  return {service, environment, region, recoveryRegion: recovery?.region ?? null, config: path}
}

export interface WrittenCi {
  readonly service: string
  readonly files: readonly string[]
  /** Variables of the repository that have to be set. */
  readonly variables: readonly string[]
  readonly next: string
}

export async function writeCi(root: string, config: string): Promise<WrittenCi> {
  const place = await ciPlace(config)
  const files = githubWorkflows(place)
  await writeWorkflows(root, files)
  const variables = ['SLUICE_RELEASE_ROLE', ...(place.recoveryRegion === null ? [] : ['SLUICE_DRILL_ROLE'])]
  return {service: place.service, files: files.map(({path}) => path), variables, next: 'sluice iam policy'}
}

/** All of them, or none. Throws `file-exists`, exit 2. */
async function writeWorkflows(root: string, files: readonly CiFile[]): Promise<void> {
  const there = await Promise.all(
    files.map(async ({path}) => ((await stat(join(root, path)).catch(() => null)) === null ? [] : [path])),
  )
  const taken = there.flat()
  if (taken.length > 0) {
    throw new SluiceError({
      code: 'file-exists',
      exitCode: ExitCode.usage,
      message: `${taken.join(' and ')} ${taken.length === 1 ? 'is' : 'are'} there already; nothing was written.`,
      suggestions: taken.map((path) => `mv ${path} ${path}.before`),
    })
  }
  for (const {path, text} of files) {
    await mkdir(dirname(join(root, path)), {recursive: true})
    await writeNew(join(root, path), text, 'keep')
  }
}
