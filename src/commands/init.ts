import {Flags} from '@oclif/core'
import type {Outcome} from '../cli/command.ts'
import {SluiceCommand} from '../cli/command.ts'
import {defaultRegion, sandboxName} from '../compose.ts'
import {renderYaml, undiscovered} from '../config/render-yaml.ts'
import {renderStackYaml} from '../config/render-stack-yaml.ts'
import {schemaUrl} from '../config/schema-url.ts'
import {ExitCode} from '../errors.ts'
import {writeCi} from '../use-cases/init/init-ci.ts'
import {writeNew} from '../use-cases/init/init-file.ts'
import {importedFile} from '../use-cases/init/init-import.ts'
import {stackFile} from '../use-cases/init/init-stack.ts'
import {ciText, initText, nextAfterInit} from '../ui/init-text.ts'

export default class Init extends SluiceCommand {
  static override description = `Write a commented sluice.yaml.

With --import it finds the load balancer, rule, target groups and services of a live rule tagged sluice:live; without, it
leaves them for you to fill in. With --stack it writes what sluice infra makes a stack of your own from, and finds the domain's hosted
zone. A file that is there is never overwritten without --force. With --ci it reads sluice.yaml and writes GitHub workflows: releases on
request, readiness every night, a drill every quarter; those are never overwritten.`

  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --import --service api --region eu-west-1',
    '<%= config.bin %> init --stack --service shop --domain example.com --region eu-west-1',
    '<%= config.bin %> init --ci github',
  ]

  static override flags = {
    import: Flags.boolean({description: 'look for services on AWS and fill the file in'}),
    stack: Flags.boolean({description: 'a stack of your own, which sluice infra makes', exclusive: ['import']}),
    ci: Flags.string({
      description: 'workflows of this CI, for what sluice.yaml (or --config) says',
      options: ['github'],
      exclusive: ['import', 'stack', 'force', 'output'],
    }),
    config: Flags.string({description: 'the configuration that --ci reads', helpValue: 'FILE', dependsOn: ['ci']}),
    domain: Flags.string({
      description: "domain of the stack's names; its public zone, when there is only one",
      helpValue: 'DOMAIN',
      dependsOn: ['stack'],
    }),
    sandbox: Flags.string({description: 'look in this sandbox (means --import, or goes with --stack)', helpValue: 'NAME'}),
    service: Flags.string({description: "which service, when there are several; the stack's name", helpValue: 'NAME'}),
    region: Flags.string({description: "which Region (AWS_REGION, or the sandbox's first)", helpValue: 'REGION'}),
    output: Flags.string({description: 'file to write', helpValue: 'FILE', default: 'sluice.yaml'}),
    force: Flags.boolean({description: 'overwrite the file if there is one'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(Init)
    if (flags.ci !== undefined) {
      const made = await writeCi('.', flags.config ?? 'sluice.yaml')
      return {outcome: 'written', exitCode: ExitCode.done, data: made, text: ciText(made)}
    }
    const sandbox = sandboxName(flags.sandbox, process.env)
    const region = flags.region ?? (await defaultRegion(flags.sandbox, process.env))
    if (flags.stack) {
      const file = await stackFile({...flags, region, looks: sandbox === null && region === null ? 'nowhere' : 'at-zones'})
      return written(flags, renderStackYaml(file, {schema: schemaUrl}), {...file, problems: []}, 'sluice infra plan')
    }
    const found =
      flags.import || sandbox !== null
        ? await importedFile({...flags, region})
        : {...undiscovered(flags.service ?? null, region), problems: []}
    return written(flags, renderYaml(found, {schema: schemaUrl}), found, 'sluice doctor')
  }
}

async function written(
  to: {readonly output: string; readonly sandbox?: string | undefined; readonly force: boolean},
  yaml: string,
  {service, problems}: {readonly service: string | null; readonly problems: readonly string[]},
  then: string,
): Promise<Outcome> {
  await writeNew(to.output, yaml, to.force ? 'overwrite' : 'keep')
  const data = {file: to.output, service, problems, next: nextAfterInit(then, to)}
  return {outcome: 'written', exitCode: ExitCode.done, data, text: initText(data)}
}
