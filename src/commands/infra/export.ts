import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {chooseStack} from '../../config/choose-stack.ts'
import {loadStack} from '../../config/load-stack.ts'
import {recoveryShapes} from '../../config/stack-schema.ts'
import {ExitCode} from '../../errors.ts'
import {idOf} from '../../infra/stack/deployments.ts'
import {exportFiles} from '../../infra/stack/export-files.ts'
import {readSite, readTemplates} from '../../infra/stack/templates.ts'
import {writeExport} from '../../infra/stack/write-export.ts'

export default class InfraExport extends SluiceCommand {
  static override description = `Write the stack's templates and parameters to a directory, to read, change and deploy by hand.

Reads sluice.yaml, asks AWS nothing. README.md there says in which order the stacks are deployed with the AWS CLI. Exits 2 when
sluice.yaml or a parameter is wrong, or the directory isn't empty.`

  static override examples = [
    '<%= config.bin %> infra export stack/',
    '<%= config.bin %> infra export stack/ --recovery-shape pilot-light',
  ]

  static override args = {
    dir: Args.string({description: "where to write; made when it isn't there", required: true}),
  }

  static override flags = {
    config: Flags.string({description: 'the configuration', helpValue: 'FILE', default: 'sluice.yaml'}),
    environment: Flags.string({description: "environment, instead of the configuration's", helpValue: 'NAME'}),
    shape: Flags.string({description: 'size of the stack at home', options: ['production', 'staging']}),
    'recovery-shape': Flags.string({
      description: 'how much of the recovery Region there is in peace',
      options: [...recoveryShapes],
    }),
    force: Flags.boolean({description: "write into a directory that isn't empty; files of the same names are replaced"}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(InfraExport)
    const config = chooseStack(await loadStack(flags.config), flags)
    const {files, deployments} = exportFiles(config, await readTemplates(), await readSite())
    await writeExport(args.dir, files, {force: flags.force})
    const lines = deployments.map(
      (one) =>
        `  ${one.name.padEnd(40)}  ${one.region.padEnd(14)}  ${one.when === 'failover' ? 'only at a failover' : one.template}`,
    )
    return {
      outcome: 'exported',
      exitCode: ExitCode.done,
      data: {
        directory: args.dir,
        files: [...files.keys()],
        stacks: deployments.map((one) => ({
          id: idOf(one),
          name: one.name,
          region: one.region,
          template: one.template,
          needs: one.needs,
          when: one.when,
        })),
      },
      text: [`${files.size} files in ${args.dir}; the order is in its README.md`, ...lines].join('\n'),
    }
  }
}
