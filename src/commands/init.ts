import {writeFile} from 'node:fs/promises'
import {Flags} from '@oclif/core'
import type {Outcome} from '../command.ts'
import {SluiceCommand} from '../command.ts'
import {defaultRegion, discover, sandboxName} from '../compose.ts'
import {chooseService} from '../config/choose-service.ts'
import type {Discovered} from '../config/render-yaml.ts'
import {renderYaml, undiscovered} from '../config/render-yaml.ts'
import {schemaUrl} from '../config/schema-url.ts'
import {ExitCode, SluiceError} from '../errors.ts'

export default class Init extends SluiceCommand {
  static override description = `Write a commented sluice.yaml.

With --import it finds the load balancer, rule, target groups and services of a live rule tagged sluice:live; without, it
leaves them for you to fill in. A file that is there is never overwritten without --force.`

  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init --import --service api --region eu-west-1', '<%= config.bin %> init --sandbox shop']

  static override flags = {
    import: Flags.boolean({description: 'look for services on AWS and fill the file in'}),
    sandbox: Flags.string({description: 'look in this sandbox (means --import)', helpValue: 'NAME'}),
    service: Flags.string({description: 'which service, when there are several', helpValue: 'NAME'}),
    region: Flags.string({description: 'which Region (AWS_REGION, or the sandbox\'s first)', helpValue: 'REGION'}),
    output: Flags.string({description: 'file to write', helpValue: 'FILE', default: 'sluice.yaml'}),
    force: Flags.boolean({description: 'overwrite the file if there is one'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(Init)
    const sandbox = sandboxName(flags.sandbox, process.env)
    const region = flags.region ?? (await defaultRegion(flags.sandbox, process.env))
    let found: Discovered = undiscovered(flags.service ?? null, region)
    let problems: readonly string[] = []
    if (flags.import || sandbox !== null) {
      if (region === null) throw new SluiceError({code: 'no-region', exitCode: ExitCode.usage, message: 'Which Region? None was given, and AWS_REGION is not set.', suggestions: ['sluice init --import --region eu-west-1']})
      const chosen = chooseService(await discover({region, sandbox: flags.sandbox, env: process.env}), flags.service, region)
      found = chosen
      problems = chosen.problems
    }
    await writeNew(flags.output, renderYaml(found, {schema: schemaUrl}), flags.force ? 'overwrite' : 'keep')
    const next = ['sluice doctor', ...(flags.sandbox === undefined ? [] : ['--sandbox', flags.sandbox]), ...(flags.output === 'sluice.yaml' ? [] : ['--config', flags.output])].join(' ')
    return {
      outcome: 'written',
      exitCode: ExitCode.done,
      data: {file: flags.output, service: found.service, problems, next},
      text: [`✔ ${flags.output} written${found.service === null ? '' : ` for ${found.service}`}`, ...problems.map((problem) => `  ! ${problem}`), `  ${next}`].join('\n'),
    }
  }
}

/** `wx` refuses an existing file in the same call that would create it: nothing can come between looking and writing. */
async function writeNew(file: string, text: string, existing: 'keep' | 'overwrite'): Promise<void> {
  try {
    await writeFile(file, text, {flag: existing === 'keep' ? 'wx' : 'w'})
  } catch (cause) {
    const there = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw new SluiceError({
      code: there ? 'file-exists' : 'not-writable',
      exitCode: ExitCode.usage,
      message: there ? `${file} is there already; it was left as it is.` : `${file} can't be written: ${(cause as Error).message}`,
      suggestions: there ? ['sluice init --force', 'sluice init --output OTHER.yaml'] : [],
      cause,
    })
  }
}
